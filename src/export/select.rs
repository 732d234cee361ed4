//! Which rows go out, the same for every format. Applied to rows before any exporter: filters first, then the script, then
//! repetitions, then the sample.

use super::row::Row;
use super::text::is_written_without_blanks;
use crate::span::Side;
use serde_json::Value;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::{BTreeMap, HashSet};
use std::hash::Hasher;
use std::str::FromStr;

/// Which rows are wanted. The default is all, as they are.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Selection {
    /// Least confidence; rows that say none are left out.
    pub min_confidence: Option<f64>,
    /// Kinds wanted, segments of source and target; empty for all.
    pub kinds: Vec<Kind>,
    /// Dates wanted; rows without one are left out.
    pub dates: Option<Dates>,
    /// Conditions on metadata, all of which must hold.
    pub conditions: Vec<Condition>,
    /// Most characters of either side.
    pub max_length: Option<usize>,
    /// Chinese in this script.
    pub script: Option<Script>,
    /// Of pairs with the same two texts, whatever their white space, the first alone.
    pub dedupe: bool,
    /// So many rows, drawn by their ids: the same ones in any order of the input.
    pub sample: Option<Sample>,
}

impl Selection {
    /// True when every row goes out as it is.
    pub fn is_all(&self) -> bool {
        *self == Selection::default()
    }
}

/// A bead's kind, such as `2-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(pub usize, pub usize);

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.trim().split_once('-').and_then(|(a, b)| Some(Kind(a.parse().ok()?, b.parse().ok()?)));
        parts.ok_or_else(|| format!("{text:?} is no kind of bead: write 1-1 or 2-1"))
    }
}

/// A range of dates, as text: `1957-10` stands for all its days. An open end is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    from: String,
    to: String,
}

impl Dates {
    /// Where the range begins and ends; empty where it is open.
    pub fn ends(&self) -> (&str, &str) {
        (&self.from, &self.to)
    }

    /// True when a date lies in the range.
    pub fn contains(&self, date: &str) -> bool {
        let head = |of: &str| date.get(..of.len().min(date.len())).unwrap_or(date).to_owned();
        *date >= *self.from && (self.to.is_empty() || head(&self.to) <= self.to)
    }
}

impl FromStr for Dates {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let (from, to) = (from.trim().to_owned(), to.trim().to_owned());
        let within = |part: Option<&str>, most: u8| {
            part.is_none_or(|part| part.parse().is_ok_and(|number: u8| (1..=most).contains(&number)))
        };
        let is_date = |date: &str| {
            date.is_empty()
                || (matches!(date.len(), 4 | 7 | 10)
                    && date
                        .char_indices()
                        .all(|(at, c)| if matches!(at, 4 | 7) { c == '-' } else { c.is_ascii_digit() })
                    && within(date.get(5..7), 12)
                    && within(date.get(8..10), 31))
        };
        if !is_date(&from) || !is_date(&to) || (from.is_empty() && to.is_empty()) {
            return Err(format!("{text:?} is no range of dates: write 1957-10..1957-12, 1957.., ..1949-09-30 or 1957"));
        }
        if !to.is_empty() && from.get(..to.len().min(from.len())) > to.get(..to.len().min(from.len())) {
            return Err(format!("{text:?} ends before it begins"));
        }
        Ok(Self { from, to })
    }
}

/// `key=value` or `key!=value`, on metadata or another field of the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    key: String,
    value: String,
    equal: bool,
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) =
            text.split_once('=').ok_or_else(|| format!("{text:?} is no condition: write key=value or key!=value"))?;
        let (key, equal) = key.strip_suffix('!').map_or((key, true), |key| (key, false));
        if key.trim().is_empty() {
            return Err(format!("{text:?} names no field: write key=value"));
        }
        Ok(Self { key: key.trim().to_owned(), value: value.to_owned(), equal })
    }
}

impl Condition {
    /// True when it holds of the row. A list holds a value when one of its items is it; a field that is not there is none.
    pub fn holds(&self, row: &Row) -> bool {
        let is = |value: &Value| match value {
            Value::String(text) => *text == self.value,
            Value::Null => self.value.is_empty(),
            // As JSON writes it: 3, true.
            other => format!("{other}") == self.value,
        };
        let among = |value: &Value| value.as_array().map_or_else(|| is(value), |items| items.iter().any(is));
        let found = match row.meta.get(&self.key).or_else(|| row.extra.get(&self.key)) {
            Some(value) => among(value),
            None => match self.key.as_str() {
                "id" => row.id == self.value,
                "doc" => *row.doc == *self.value,
                "kind" => row.kind == self.value,
                "section" => super::item::section_name(row.section) == self.value,
                "source_lang" => *row.source_lang == *self.value,
                "target_lang" => *row.target_lang == *self.value,
                "status" => row.status.to_string() == self.value,
                "flags" => row.flags.contains(&self.value),
                _ => self.value.is_empty(),
            },
        };
        found == self.equal
    }
}

/// The characters that Chinese is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// As in the mainland since 1956.
    Simplified,
    /// As before, by OpenCC's general table.
    Traditional,
}

impl Script {
    fn of(self, text: &str) -> String {
        match self {
            Script::Simplified => hanconv::t2s(text),
            Script::Traditional => hanconv::s2t(text),
        }
    }
}

/// How many rows, and the seed of the draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Rows.
    pub rows: usize,
    /// Another seed draws others.
    pub seed: u64,
}

/// Why a row did not go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LeftOut {
    /// Its confidence is too low.
    Confidence,
    /// It says no confidence.
    NoConfidence,
    /// It is of another kind.
    Kind,
    /// Its date is another.
    Date,
    /// It has no date.
    NoDate,
    /// A condition does not hold.
    Condition,
    /// It is too long.
    Length,
    /// Its texts went out before.
    Repeated,
    /// It was not drawn.
    Sample,
}

impl LeftOut {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            LeftOut::Confidence => "below the confidence",
            LeftOut::NoConfidence => "without a confidence",
            LeftOut::Kind => "of other kinds",
            LeftOut::Date => "of other dates",
            LeftOut::NoDate => "without a date",
            LeftOut::Condition => "not as --where says",
            LeftOut::Length => "too long",
            LeftOut::Repeated => "repeated",
            LeftOut::Sample => "not in the sample",
        }
    }
}

/// Applies a [`Selection`] to rows, one after another. It remembers the sample, and 16 bytes a pair to find repetitions.
#[derive(Debug)]
pub struct Selector {
    selection: Selection,
    seen: HashSet<u128>,
    /// The rows drawn so far: the rank that drew them, and their place in the input.
    drawn: BTreeMap<(u128, u64), Row>,
    rows: u64,
    /// How many rows were left out, and why.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// Rows whose script was changed.
    pub converted: u64,
}

impl Selector {
    /// A selector that has seen no row.
    pub fn new(selection: Selection) -> Self {
        Self {
            selection,
            seen: HashSet::new(),
            drawn: BTreeMap::new(),
            rows: 0,
            left_out: BTreeMap::new(),
            converted: 0,
        }
    }

    /// The row, if it goes out now. Of a sample nothing does before [`Selector::finish`].
    pub fn select(&mut self, mut row: Row) -> Option<Row> {
        self.rows += 1;
        if let Some(why) = self.unwanted(&row) {
            return self.leave(why);
        }
        if let Some(script) = self.selection.script {
            self.converted += u64::from(convert(&mut row, script));
        }
        if self.selection.dedupe && row.is_pair() && !self.seen.insert(fingerprint(&row)) {
            return self.leave(LeftOut::Repeated);
        }
        let Some(Sample { rows, seed }) = self.selection.sample else { return Some(row) };
        let mut hasher = SipHasher13::new_with_keys(seed, 0);
        hasher.write(row.id.as_bytes());
        self.drawn.insert((hasher.finish128().as_u128(), self.rows), row);
        if self.drawn.len() > rows {
            self.drawn.pop_last();
            self.leave(LeftOut::Sample);
        }
        None
    }

    /// The sample, in the order of the input.
    pub fn finish(&mut self) -> Vec<Row> {
        let mut drawn: Vec<(u64, Row)> =
            std::mem::take(&mut self.drawn).into_iter().map(|((_, at), row)| (at, row)).collect();
        drawn.sort_by_key(|(at, _)| *at);
        drawn.into_iter().map(|(_, row)| row).collect()
    }

    /// In words, how many rows were left out and why; empty when none was.
    pub fn words(&self) -> String {
        let total: u64 = self.left_out.values().sum();
        let reasons = self.left_out.iter().map(|(why, count)| format!("{count} {}", why.words())).collect::<Vec<_>>();
        let mut words = String::new();
        if total > 0 {
            words += &format!("{total} of {} rows left out: {}", self.rows, reasons.join(", "));
        }
        if self.converted > 0 {
            let separator = if words.is_empty() { "" } else { "; " };
            words += &format!("{separator}{} rows put into the other script", self.converted);
        }
        words
    }

    fn leave(&mut self, why: LeftOut) -> Option<Row> {
        *self.left_out.entry(why).or_default() += 1;
        None
    }

    fn unwanted(&self, row: &Row) -> Option<LeftOut> {
        let Selection { min_confidence, kinds, dates, conditions, max_length, .. } = &self.selection;
        if let Some(least) = min_confidence {
            match row.confidence {
                None => return Some(LeftOut::NoConfidence),
                Some(confidence) if confidence < *least => return Some(LeftOut::Confidence),
                Some(_) => {}
            }
        }
        if !kinds.is_empty() && !kinds.contains(&Kind(row.source.len(), row.target.len())) {
            return Some(LeftOut::Kind);
        }
        if let Some(dates) = dates {
            match row.meta.get("date").and_then(Value::as_str).filter(|date| !date.is_empty()) {
                None => return Some(LeftOut::NoDate),
                Some(date) if !dates.contains(date) => return Some(LeftOut::Date),
                Some(_) => {}
            }
        }
        if !conditions.iter().all(|condition| condition.holds(row)) {
            return Some(LeftOut::Condition);
        }
        let length = |side: Side| row.texts(side).iter().map(|text| text.chars().count()).sum::<usize>();
        if max_length.is_some_and(|most| Side::BOTH.into_iter().any(|side| length(side) > most)) {
            return Some(LeftOut::Length);
        }
        None
    }
}

/// Puts the Chinese of a row into another script; false when nothing changed.
fn convert(row: &mut Row, script: Script) -> bool {
    let mut changed = false;
    for side in Side::BOTH {
        let language = row.language(side);
        let is_chinese = is_written_without_blanks(language)
            && matches!(language.split(['-', '_']).next(), Some("zh" | "zho" | "cmn" | "yue"));
        if !is_chinese {
            continue;
        }
        let texts = if side == Side::Source { &mut row.source } else { &mut row.target };
        for text in texts {
            let converted = script.of(text);
            changed |= converted != *text;
            *text = converted;
        }
    }
    changed
}

/// A number that stands for the two texts of a row, however their white space and the borders of their segments lie.
fn fingerprint(row: &Row) -> u128 {
    let mut hasher = SipHasher13::new();
    for side in Side::BOTH {
        let between: &[u8] = if is_written_without_blanks(row.language(side)) { b"" } else { b" " };
        for piece in row.texts(side).iter().flat_map(|text| text.split_whitespace()) {
            hasher.write(piece.as_bytes());
            hasher.write(between);
        }
        // No byte of UTF-8: the border between the sides.
        hasher.write_u8(0xff);
    }
    hasher.finish128().as_u128()
}
