//! Punctuation: a question is translated as a question, a quotation as one.
//!
//! Features: mismatches, which cost, and matches of rare marks, which speak for a bead.
//!
//! - `end`: the last marks are of different classes (stop, question, exclamation, ellipsis, colon, other);
//! - `opens`, `closes`: one side alone begins, or ends, with a quotation mark; `opens.both`, `closes.both`: both do;
//! - `question`, `exclamation`, `quotation`, `bracket`: differences of the counts, of quotations up to 3; `question.both`: both end as
//!   questions;
//! - `open`: one side alone leaves a quotation open, or closes one that it did not open;
//! - `head`: one side alone begins with a list number.
//!
//! A speech of three English sentences inside one pair of marks, '…', is one quotation, as its one Chinese sentence, “…”, is.

mod quotation;

use super::{MAX_RUN, Row, Signal, Texts, whole};
use crate::cost::Cost;
use crate::document::Segment;
use crate::span::{Block, Pair, SegmentRange, Side};
use quotation::{Place, Quotation, Turn};
use std::cell::RefCell;

const NAMES: &[&str] = &[
    "end",
    "opens",
    "closes",
    "question",
    "exclamation",
    "quotation",
    "bracket",
    "open",
    "head",
    "opens.both",
    "closes.both",
    "question.both",
];
type Features = [i32; NAMES.len()];

/// The punctuation signal.
#[derive(Debug, Default)]
pub struct Mark {
    sides: Pair<Marks>,
    costs: RefCell<EdgeCosts>,
}

/// What the edges of two runs cost together, for the weights asked for last.
#[derive(Debug, Default)]
struct EdgeCosts {
    weights: Features,
    /// By [`Edges::kind`] of the source, and of the target.
    table: Vec<[i32; KINDS]>,
}

/// The marks of one side.
#[derive(Debug, Default)]
struct Marks {
    segments: Vec<Edges>,
    /// What is to be counted, and where each segment's end.
    places: Vec<Place>,
    ends: Vec<usize>,
    /// Counts before each segment border.
    before: Vec<Counts>,
    /// For each number of segments 0..=[`MAX_RUN`] in turn, the runs that end at each segment border; where one would start before the
    /// text, nothing is said: the [`Edges::kind`] with the bit [`MARKED`] where anything was counted, and the counts.
    kinds: Vec<u8>,
    counts: Vec<Counts>,
}

/// The bits of an [`Edges::kind`].
const KIND: u8 = 0x3f;
const MARKED: u8 = 0x80;

/// What stands at a segment's ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Edges {
    end: End,
    opens: bool,
    closes: bool,
    head: bool,
}

/// How many different [`Edges`] there are.
const KINDS: usize = 6 * 8;

impl Edges {
    fn kind(self) -> usize {
        let flags = [self.opens, self.closes, self.head];
        flags.into_iter().fold(self.end as usize, |kind, flag| kind * 2 + usize::from(flag))
    }

    fn all() -> impl Iterator<Item = Edges> {
        let ends = [End::Other, End::Stop, End::Question, End::Exclamation, End::Ellipsis, End::Colon];
        let flags = |bits: u8| [4, 2, 1].map(|flag| bits & flag != 0);
        ends.into_iter()
            .flat_map(move |end| (0..8).map(flags).map(move |[opens, closes, head]| Edges { end, opens, closes, head }))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum End {
    #[default]
    Other,
    Stop,
    Question,
    Exclamation,
    Ellipsis,
    Colon,
}

/// Marks in a run of text. Sums over a whole text may wrap: only their differences are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    question: i16,
    exclamation: i16,
    opening: i16,
    closing: i16,
    bracket: i16,
}

/// What is to be known of a run of segments.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// The beginning of its first segment and the end of its last.
    edges: Edges,
    counts: Counts,
}

impl Run {
    /// From the edges of its first and last segments and the counts before and behind it.
    fn new(first: &Edges, last: &Edges, before: &Counts, after: &Counts) -> Self {
        let edges = Edges { end: last.end, opens: first.opens, closes: last.closes, head: first.head };
        let counts = after.since(*before);
        Run { edges, counts }
    }

    fn kind(self) -> u8 {
        let counted = if self.counts == Counts::default() { 0 } else { MARKED };
        self.edges.kind() as u8 | counted
    }
}

impl Counts {
    fn since(self, earlier: Counts) -> Counts {
        Counts {
            question: self.question.wrapping_sub(earlier.question),
            exclamation: self.exclamation.wrapping_sub(earlier.exclamation),
            opening: self.opening.wrapping_sub(earlier.opening),
            closing: self.closing.wrapping_sub(earlier.closing),
            bracket: self.bracket.wrapping_sub(earlier.bracket),
        }
    }

    fn add(&mut self, c: char, turn: Option<Turn>) {
        let count = match (c, turn) {
            (_, Some(Turn::Opens)) => &mut self.opening,
            (_, Some(Turn::Closes)) => &mut self.closing,
            ('?' | '？', _) => &mut self.question,
            ('!' | '！', _) => &mut self.exclamation,
            ('(' | '（', _) => &mut self.bracket,
            _ => return,
        };
        *count = count.wrapping_add(1);
    }
}

/// Whether a character is counted.
fn is_counted(c: char) -> bool {
    is_opener(c) || is_closer(c) || matches!(c, '?' | '？' | '!' | '！' | '(' | '（' | '„' | '«' | '»')
}

/// The bytes with which such a character may begin: most others are passed over byte by byte.
static COUNTED: [bool; 256] = {
    let mut counted = [false; 256];
    let first = ['"', '\'', '?', '!', '(', '«', '“', '「', '＂'];
    let mut index = 0;
    while index < first.len() {
        counted[first[index].encode_utf8(&mut [0; 4]).as_bytes()[0] as usize] = true;
        index += 1;
    }
    counted
};

/// Lists what is to be counted of a segment.
fn list_places(text: &str, places: &mut Vec<Place>) {
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if COUNTED[usize::from(byte)] {
            let mut rest = text[at..].chars();
            if let Some(mark) = rest.next().filter(|&c| is_counted(c)) {
                places.push(Place { before: text[..at].chars().next_back(), mark, after: rest.next() });
            }
        }
    }
}

fn is_opener(c: char) -> bool {
    matches!(c, '“' | '"' | '＂' | '「' | '『' | '‘' | '\'')
}

fn is_closer(c: char) -> bool {
    matches!(c, '”' | '"' | '＂' | '」' | '』' | '’' | '\'')
}

fn edges(text: &str) -> Edges {
    let last = text.trim_end_matches(|c: char| is_closer(c) || matches!(c, ')' | '）' | ' ' | '】' | ']'));
    let end = match last.chars().next_back() {
        Some('。' | '．' | '｡') => End::Stop,
        Some('.') if last.ends_with("..") => End::Ellipsis,
        Some('.') => End::Stop,
        Some('?' | '？') => End::Question,
        Some('!' | '！') => End::Exclamation,
        Some('…') => End::Ellipsis,
        Some(':' | '：') => End::Colon,
        _ => End::Other,
    };
    Edges { end, opens: text.starts_with(is_opener), closes: text.ends_with(is_closer), head: has_list_number(text) }
}

/// True for `1.`, `一、`, `（三）`, `(2)`, `II.`, `①` at the beginning.
fn has_list_number(text: &str) -> bool {
    let (bracketed, rest) = match text.strip_prefix(['（', '(']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let is_number = |c: char| {
        matches!(
            c,
            '0'..='9' | '０'..='９' | 'I' | 'V' | 'X' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十'
        )
    };
    let after = rest.trim_start_matches(is_number);
    let digits = rest.len() - after.len();
    let closed = if bracketed { after.starts_with(['）', ')']) } else { after.starts_with(['.', '、', '．', ')']) };
    text.starts_with(|c: char| ('①'..='⑳').contains(&c)) || (digits > 0 && digits <= 9 && closed)
}

impl Marks {
    fn read(&mut self, text: &str, segments: &[Segment]) {
        let Self { segments: edge, places, ends, before, .. } = self;
        places.clear();
        ends.clear();
        for segment in segments {
            list_places(segment.range.of(text), places);
            ends.push(places.len());
        }
        edge.clear();
        before.clear();
        before.push(Counts::default());
        let mut counts = Counts::default();
        let mut quotation = Quotation::new(places);
        let mut paragraph = None;
        let mut next = 0;
        for (segment, &end) in segments.iter().zip(&*ends) {
            // A speech that runs on has its opening mark again.
            if paragraph.replace(segment.paragraph) != Some(segment.paragraph) {
                quotation.end();
            }
            edge.push(edges(segment.range.of(text)));
            for &place in &places[next..end] {
                counts.add(place.mark, quotation.turn(place));
            }
            next = end;
            before.push(counts);
        }
        let Self { segments, before, kinds, counts, .. } = self;
        kinds.clear();
        kinds.resize(before.len(), 0);
        counts.clear();
        counts.resize(before.len(), Counts::default());
        for taken in 1..=MAX_RUN {
            // Where none ends there is nothing to be said.
            let none = taken.min(before.len());
            kinds.resize(kinds.len() + none, 0);
            counts.resize(counts.len() + none, Counts::default());
            let lasts = segments.iter().zip(&before[1..]).skip(taken - 1);
            for ((first, before), (last, after)) in segments.iter().zip(&*before).zip(lasts) {
                let run = Run::new(first, last, before, after);
                kinds.push(run.kind());
                counts.push(run.counts);
            }
        }
    }

    /// The run of segments from `start` up to `end`, at least one.
    fn run(&self, start: usize, end: usize) -> Run {
        Run::new(&self.segments[start], &self.segments[end - 1], &self.before[start], &self.before[end])
    }

    fn of(&self, run: SegmentRange) -> Run {
        self.run(run.start as usize, run.end as usize)
    }

    /// The kinds and counts of the runs of `taken` segments, from the one up to `first` on, as many as asked for.
    fn ending_from(&self, taken: usize, first: usize, count: usize) -> (&[u8], &[Counts]) {
        let from = taken * self.before.len() + first;
        (&self.kinds[from..from + count], &self.counts[from..from + count])
    }
}

/// The features that the edges tell, the others 0.
fn edge_features(s: Edges, t: Edges) -> Features {
    let mut features = Features::default();
    features[0] = i32::from(s.end != t.end);
    features[1] = i32::from(s.opens != t.opens);
    features[2] = i32::from(s.closes != t.closes);
    features[8] = i32::from(s.head != t.head);
    features[9] = i32::from(s.opens && t.opens);
    features[10] = i32::from(s.closes && t.closes);
    features[11] = i32::from(s.end == End::Question && t.end == End::Question);
    features
}

/// The features that the counts tell, the others 0.
#[inline]
fn count_features(a: &Counts, b: &Counts) -> Features {
    let apart = |a: i16, b: i16| (i32::from(a) - i32::from(b)).abs();
    let mut features = Features::default();
    features[3] = apart(a.question, b.question);
    features[4] = apart(a.exclamation, b.exclamation);
    features[5] = apart(a.opening, b.opening).min(3);
    features[6] = apart(a.bracket, b.bracket);
    features[7] = i32::from((a.opening != a.closing) != (b.opening != b.closing));
    features
}

#[inline]
fn sum(weights: &Features, features: Features) -> i32 {
    weights.iter().zip(features).map(|(weight, value)| weight * value).sum()
}

impl Mark {
    /// A punctuation signal.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Signal for Mark {
    fn name(&self) -> &'static str {
        "mark"
    }

    fn feature_names(&self) -> &'static [&'static str] {
        NAMES
    }

    fn prepare(&mut self, texts: &Texts<'_>) {
        for side in Side::BOTH {
            self.sides[side].read(texts.text[side], texts.segments[side]);
        }
    }

    fn measure(&self, block: Block, values: &mut [f32]) {
        values.fill(0.0);
        if block.is_pair() {
            let (source, target) = (self.sides.source.of(block.source), self.sides.target.of(block.target));
            let parts = [edge_features(source.edges, target.edges), count_features(&source.counts, &target.counts)];
            values.iter_mut().enumerate().for_each(|(k, value)| *value = (parts[0][k] + parts[1][k]) as f32);
        }
    }

    fn cost(&self, weights: &[f32], block: Block) -> Cost {
        if !block.is_pair() {
            return Cost::ZERO;
        }
        let (source, target) = (self.sides.source.of(block.source), self.sides.target.of(block.target));
        let weights = whole(weights);
        let edges = sum(&weights, edge_features(source.edges, target.edges));
        Cost(i64::from(edges + sum(&weights, count_features(&source.counts, &target.counts))))
    }

    // The same as the general loop, with all that depends on one side looked up, and nothing counted where nothing is to count.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let weights = whole(weights);
        let mut edges = self.costs.borrow_mut();
        if edges.table.is_empty() || edges.weights != weights {
            let row = |source: Edges| {
                let mut row = [0; KINDS];
                Edges::all().for_each(|target| row[target.kind()] = sum(&weights, edge_features(source, target)));
                row
            };
            *edges = EdgeCosts { weights, table: Edges::all().map(row).collect() };
        }
        for (step, first, costs) in row.beads(costs) {
            if step.source == 0 || step.target == 0 {
                continue;
            }
            let (kinds, counts) = self.sides.source.ending_from(step.source as usize, row.source_end, 1);
            let (source, own) = (kinds[0], &counts[0]);
            let edges = &edges.table[(source & KIND) as usize];
            let (kinds, counts) = self.sides.target.ending_from(step.target as usize, first, costs.len());
            for (k, cost) in costs.iter_mut().enumerate() {
                *cost += edges[(kinds[k] & KIND) as usize];
                if (source | kinds[k]) & MARKED != 0 {
                    *cost += sum(&weights, count_features(own, &counts[k]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_read_behind_closers() {
        assert_eq!(edges("“你疯了吗？”"), Edges { end: End::Question, opens: true, closes: true, head: false });
        assert_eq!(edges("He left...\""), Edges { end: End::Ellipsis, opens: false, closes: true, head: false });
        for head in ["1. On July 6", "一、七月六日", "（三）", "(2) x", "①甲", "II. B"] {
            assert!(edges(head).head, "{head}");
        }
        for text in ["1957年", "一个人", "In 1957.", "A. B."] {
            assert!(!edges(text).head, "{text}");
        }
    }
}
