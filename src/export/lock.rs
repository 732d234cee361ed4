//! Locks out of rows of any format that is read: those whose status is `locked`.

use super::row::Row;
use crate::bead::Status;
use crate::engine::{Kept, Lock};
use crate::span::Pair;
use std::collections::BTreeMap;

/// The lock that a row is; `None` unless its status is `locked`.
pub fn lock(row: &Row) -> Option<Lock> {
    (row.status == Status::Locked).then(|| Lock {
        id: row.id.clone(),
        spans: Pair::new(row.source_spans.clone(), row.target_spans.clone()),
        texts: Pair::new(row.source.clone(), row.target.clone()),
        index: Pair::new(row.source_index.clone(), row.target_index.clone()),
        flags: row.flags.clone(),
        meta: (*row.meta).clone(),
        extra: row.extra.clone(),
    })
}

/// The locked beads of each document, in the order of the rows, for [`Engine::keep`](crate::engine::Engine::keep).
pub fn locks<'r>(rows: impl IntoIterator<Item = &'r Row>) -> BTreeMap<String, Kept> {
    let mut kept: BTreeMap<String, Kept> = BTreeMap::new();
    for row in rows {
        if let Some(lock) = lock(row) {
            kept.entry(row.doc.to_string()).or_default().locks.push(lock);
        }
    }
    kept
}
