//! The rows of an article as a reader works on them.

use crate::bead::Status;
use crate::document::Section;
use crate::engine::MOVED;
use crate::export::Row;
use crate::span::{ByteRange, Pair, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The added field that holds a reader's note.
pub(super) const NOTE: &str = "note";
/// The added field of rows that a reader has found right as they were.
pub(super) const ACCEPTED: &str = "accepted";

/// A row, and what the store knows of it beside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The row. What a reader noted on it is in its added fields.
    #[serde(flatten)]
    pub row: Row,
    /// What the aligner said before a reader locked it.
    #[serde(rename = "@was", default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Was>,
    /// Paragraph and section of each sentence, where the row does not say them of all.
    #[serde(rename = "@places", default, skip_serializing_if = "Option::is_none")]
    pub places: Option<Pair<Vec<Place>>>,
    /// The findings on it.
    #[serde(rename = "@findings", default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Held>,
}

/// A paragraph of the body, from 1, where it is known; and the section.
pub type Place = (Option<u32>, Section);

/// A row's values before a reader locked it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Was {
    confidence: Option<f64>,
    status: Status,
}

/// A finding on a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its number in the store.
    pub id: i64,
    /// A reader has found it wrong.
    #[serde(default)]
    pub dismissed: bool,
    /// The first byte that it is about, on either side.
    #[serde(default)]
    pub at: Pair<Option<usize>>,
}

/// A sentence of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sentence {
    pub(super) text: String,
    pub(super) span: Option<ByteRange>,
    pub(super) index: Option<u32>,
    pub(super) place: Place,
}

impl From<Row> for Line {
    fn from(row: Row) -> Self {
        Self { row, was: None, places: None, findings: Vec::new() }
    }
}

impl Line {
    /// True when a reader has decided on it.
    pub fn is_locked(&self) -> bool {
        self.row.status == Status::Locked
    }

    /// True when a reader has found it right as it was.
    pub fn is_accepted(&self) -> bool {
        self.is_locked() && self.row.extra.get(ACCEPTED) == Some(&Value::Bool(true))
    }

    /// The reader's note; empty where there is none.
    pub fn note(&self) -> &str {
        self.row.extra.get(NOTE).and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn set_note(&mut self, note: &str) {
        if note.is_empty() {
            self.row.extra.shift_remove(NOTE);
        } else {
            self.row.extra.insert(NOTE.into(), note.into());
        }
    }

    /// Locks it as it stands, or as an act has made it.
    pub(super) fn lock(&mut self, accepted: bool) {
        if accepted && !self.is_locked() {
            self.was = Some(Was { confidence: self.row.confidence, status: self.row.status });
        }
        self.row.status = Status::Locked;
        self.row.confidence = Some(1.0);
        if accepted {
            self.row.extra.insert(ACCEPTED.into(), true.into());
        } else {
            self.was = None;
            self.row.extra.shift_remove(ACCEPTED);
            (self.row.cost, self.row.parts) = (None, Map::new());
        }
    }

    pub(super) fn unlock(&mut self) {
        let was = self.was.take();
        self.row.extra.shift_remove(ACCEPTED);
        let moved = if self.is_moved() { Status::Moved } else { Status::Auto };
        self.row.status = was.as_ref().map_or(moved, |was| was.status);
        self.row.confidence = was.and_then(|was| was.confidence);
    }

    /// True where the translation has it elsewhere.
    pub(super) fn is_moved(&self) -> bool {
        self.row.status == Status::Moved || self.row.flags.iter().any(|flag| flag == MOVED)
    }

    pub(super) fn set_moved(&mut self, moved: bool) {
        self.row.flags.retain(|flag| flag != MOVED);
        if moved {
            self.row.flags.push(MOVED.into());
        }
    }

    /// The sentences of a side.
    pub(super) fn sentences(&self, side: Side) -> Vec<Sentence> {
        let texts = self.row.texts(side);
        let spans = Some(self.row.spans(side)).filter(|spans| spans.len() == texts.len());
        let index = self.row.index(side).filter(|index| index.len() == texts.len());
        let places = self.places.as_ref().map(|places| &places[side]).filter(|places| places.len() == texts.len());
        let place = (self.row.paragraph(side), self.row.section);
        let sentence = |(at, text): (usize, &String)| Sentence {
            text: text.clone(),
            span: spans.map(|spans| spans[at]),
            index: index.map(|index| index[at]),
            place: places.map_or(place, |places| places[at]),
        };
        texts.iter().enumerate().map(sentence).collect()
    }

    /// Puts these sentences in, in the place of those that it has.
    pub(super) fn put(&mut self, sentences: Pair<Vec<Sentence>>) {
        let mut places: Pair<Vec<Place>> = Pair::default();
        let row = &mut self.row;
        for side in Side::BOTH {
            let sentences = &sentences[side];
            let texts = sentences.iter().map(|sentence| sentence.text.clone()).collect();
            let spans = sentences.iter().map(|sentence| sentence.span).collect::<Option<Vec<_>>>().unwrap_or_default();
            let given = row.index(side).is_some();
            let index = sentences.iter().map(|sentence| sentence.index).collect::<Option<Vec<_>>>();
            let index = index.filter(|index| given || !index.is_empty());
            let paragraph = sentences.first().and_then(|first| first.place.0);
            places[side] = sentences.iter().map(|sentence| sentence.place).collect();
            let (own_texts, own_spans, own_index, own_paragraph) = match side {
                Side::Source => {
                    (&mut row.source, &mut row.source_spans, &mut row.source_index, &mut row.source_paragraph)
                }
                Side::Target => {
                    (&mut row.target, &mut row.target_spans, &mut row.target_index, &mut row.target_paragraph)
                }
            };
            (*own_texts, *own_spans, *own_index, *own_paragraph) = (texts, spans, index, paragraph);
        }
        row.kind = format!("{}-{}", row.source.len(), row.target.len());
        if let Some(first) = places.source.first().or(places.target.first()) {
            row.section = first.1;
        }
        let plain = |side: Side| places[side].iter().all(|&place| place == (row.paragraph(side), row.section));
        self.places = (!Side::BOTH.into_iter().all(plain)).then_some(places);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.row.source.is_empty() && self.row.target.is_empty()
    }
}

/// The place of each sentence in its text, by line and within the line: by spans or given lines where all have them, else by the
/// order of the lines.
pub(super) fn ranks(lines: &[Line], side: Side) -> Vec<Vec<usize>> {
    let sentences: Vec<(usize, Sentence)> = lines
        .iter()
        .enumerate()
        .flat_map(|(at, line)| line.sentences(side).into_iter().map(move |sentence| (at, sentence)))
        .collect();
    let mut order: Vec<usize> = (0..sentences.len()).collect();
    if sentences.iter().all(|(_, sentence)| sentence.span.is_some()) {
        order.sort_by_key(|&k| sentences[k].1.span);
    } else if sentences.iter().all(|(_, sentence)| sentence.index.is_some()) {
        order.sort_by_key(|&k| sentences[k].1.index);
    }
    let mut rank = vec![0; sentences.len()];
    for (place, k) in order.into_iter().enumerate() {
        rank[k] = place;
    }
    let mut ranks = vec![Vec::new(); lines.len()];
    for ((line, _), rank) in sentences.into_iter().zip(rank) {
        ranks[line].push(rank);
    }
    ranks
}

/// True when the sentences lie side by side in their text.
pub(super) fn is_run(ranks: &[usize]) -> bool {
    ranks.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// Ids for new rows of a document: numbers that no row has.
pub(super) fn fresh(lines: &[Line]) -> impl Iterator<Item = String> + use<> {
    let number = |line: &Line| line.row.id.rsplit_once('#').and_then(|(_, n)| n.parse::<usize>().ok());
    let last = lines.iter().filter_map(number).max().unwrap_or(0).max(lines.len());
    let doc = lines.first().map(|line| line.row.doc.clone());
    (last + 1..).map(move |n| format!("{}#{n}", doc.as_deref().unwrap_or_default()))
}

/// Numbers the rows as they stand.
pub(super) fn number(lines: &mut [Line]) {
    for (at, line) in lines.iter_mut().enumerate() {
        line.row.n = at + 1;
    }
}

/// Puts the findings to the lines that have the words they are about; where none has, to line `or`.
pub(super) fn hold(lines: &mut [Line], findings: Vec<(usize, Held)>) {
    for (or, held) in findings {
        let has = |line: &Line| {
            Side::BOTH.into_iter().any(|side| {
                held.at[side]
                    .is_some_and(|at| line.row.spans(side).iter().any(|span| span.start <= at && at < span.end))
            })
        };
        let at = lines.iter().position(has).unwrap_or(or.min(lines.len().saturating_sub(1)));
        if let Some(line) = lines.get_mut(at) {
            line.findings.push(held);
        }
    }
    for line in lines {
        line.findings.sort_by_key(|held| held.id);
    }
}
