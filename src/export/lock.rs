//! Beads that a reader has decided on, taken from rows of any format that says spans.

use super::row::{Row, tidy};
use crate::bead::Status;
use crate::document::Document;
use crate::span::{ByteRange, Pair, Side};
use std::collections::BTreeMap;

/// A bead that a re-alignment must keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// The row's id, for messages.
    pub id: String,
    /// Where its segments stand; an empty list on an empty side.
    pub spans: Pair<Vec<ByteRange>>,
    /// What stands there.
    pub texts: Pair<Vec<String>>,
    /// What the row is to be called if the lock cannot be placed by its spans: the lines of given segments.
    pub index: Pair<Option<Vec<u32>>>,
}

impl Lock {
    /// The lock that a row is; `None` unless its status is `locked`.
    pub fn of(row: &Row) -> Option<Lock> {
        (row.status == Status::Locked).then(|| Lock {
            id: row.id.clone(),
            spans: Pair::new(row.source_spans.clone(), row.target_spans.clone()),
            texts: Pair::new(row.source.clone(), row.target.clone()),
            index: Pair::new(row.source_index.clone(), row.target_index.clone()),
        })
    }

    /// True when `document` has the lock's texts at the lock's places, white space aside. Borders between the lock's own
    /// segments may lie elsewhere than the splitter puts them: a side is compared as a whole.
    pub fn holds(&self, document: &Document) -> bool {
        let visible = |texts: &[String]| texts.iter().flat_map(|text| text.split_whitespace()).collect::<String>();
        Side::BOTH
            .into_iter()
            .all(|side| self.found(document, side).is_some_and(|found| visible(&found) == visible(&self.texts[side])))
    }

    /// What `document` has at the lock's places on `side`; `None` where these are not in it, or are unknown though the
    /// side has text.
    pub fn found(&self, document: &Document, side: Side) -> Option<Vec<String>> {
        let spans = &self.spans[side];
        if spans.is_empty() != self.texts[side].is_empty() {
            return None;
        }
        let text = document.text(side);
        spans.iter().map(|span| text.get(span.start..span.end).map(|text| tidy(text).into_owned())).collect()
    }
}

/// The locked beads of each document, in the order of the rows.
pub fn locks<'r>(rows: impl IntoIterator<Item = &'r Row>) -> BTreeMap<String, Vec<Lock>> {
    let mut locks: BTreeMap<String, Vec<Lock>> = BTreeMap::new();
    for row in rows {
        if let Some(lock) = Lock::of(row) {
            locks.entry(row.doc.to_string()).or_default().push(lock);
        }
    }
    locks
}
