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

use super::{Row, Signal, Texts, whole};
use crate::cost::Cost;
use crate::document::Segment;
use crate::span::{Block, Pair, SegmentRange, Side};
use quotation::{Place, Quotation, Turn};
use std::cell::RefCell;
use std::ops::Range;

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
    given: Vec<f32>,
    /// The same as whole numbers.
    weights: Features,
    /// By [`Edges::kind`] of the source, and of the target.
    table: Vec<[i32; KINDS]>,
}

/// The marks of one side.
#[derive(Debug, Default)]
struct Marks {
    segments: Vec<Edges>,
    /// Their [`Edges::kind`]s.
    kinds: Vec<u8>,
    /// What is to be counted, and where each segment's end.
    places: Vec<Place>,
    ends: Vec<usize>,
    /// Counts before each segment border.
    before: Vec<Counts>,
}

/// What stands at a segment's ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Edges {
    end: End,
    opens: bool,
    closes: bool,
    head: bool,
}

/// How many different [`Edges`] there are, and some.
const KINDS: usize = 64;
/// The bits of an [`Edges::kind`] that a run has from its first segment; the others are its last one's.
const FIRST: u8 = 0b101;

impl Edges {
    fn kind(self) -> u8 {
        let flags = [self.opens, self.closes, self.head];
        flags.into_iter().fold(self.end as u8, |kind, flag| kind * 2 + u8::from(flag))
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

/// Marks in a run of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    question: i32,
    exclamation: i32,
    opening: i32,
    closing: i32,
    bracket: i32,
    all: i32,
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
}

impl Counts {
    fn since(self, earlier: Counts) -> Counts {
        Counts {
            question: self.question - earlier.question,
            exclamation: self.exclamation - earlier.exclamation,
            opening: self.opening - earlier.opening,
            closing: self.closing - earlier.closing,
            bracket: self.bracket - earlier.bracket,
            all: self.all - earlier.all,
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
        *count += 1;
        self.all += 1;
    }
}

/// Whether a character is counted.
fn is_counted(c: char) -> bool {
    is_opener(c) || is_closer(c) || matches!(c, '?' | '？' | '!' | '！' | '(' | '（' | '„' | '«' | '»')
}

/// By the byte that begins a character: 0 where it may be counted, else its length, by which it is passed over.
static PASSED: [u8; 256] = {
    let mut passed = [1; 256];
    let mut byte = 0xc0;
    while byte < 256 {
        passed[byte] = if byte < 0xe0 { 2 } else { 3 + (byte >= 0xf0) as u8 };
        byte += 1;
    }
    let counted = ['"', '\'', '?', '!', '(', '«', '“', '「', '＂'];
    let mut index = 0;
    while index < counted.len() {
        passed[counted[index].encode_utf8(&mut [0; 4]).as_bytes()[0] as usize] = 0;
        index += 1;
    }
    passed
};

/// Lists what is to be counted of a segment.
fn list_places(text: &str, places: &mut Vec<Place>) {
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        let passed = PASSED[usize::from(byte)];
        at += usize::from(passed);
        if passed == 0 {
            let mut rest = text[at..].chars();
            let mark = rest.next().unwrap_or_default();
            if is_counted(mark) {
                places.push(Place { before: text[..at].chars().next_back(), mark, after: rest.next() });
            }
            at += mark.len_utf8();
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
        let Self { segments: edge, kinds, places, ends, before } = self;
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
        kinds.clear();
        kinds.extend(edge.iter().map(|edges| edges.kind()));
    }

    /// The run of segments from `start` up to `end`, at least one.
    #[inline]
    fn run(&self, start: usize, end: usize) -> Run {
        Run::new(&self.segments[start], &self.segments[end - 1], &self.before[start], &self.before[end])
    }

    fn of(&self, run: SegmentRange) -> Run {
        self.run(run.start as usize, run.end as usize)
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

/// Which features the counts tell.
const COUNTED: Range<usize> = 3..8;

/// Those features.
#[inline]
fn count_features(a: &Counts, b: &Counts) -> [i32; COUNTED.end - COUNTED.start] {
    let apart = |a: i32, b: i32| (a - b).abs();
    [
        apart(a.question, b.question),
        apart(a.exclamation, b.exclamation),
        apart(a.opening, b.opening).min(3),
        apart(a.bracket, b.bracket),
        i32::from((a.opening != a.closing) != (b.opening != b.closing)),
    ]
}

fn edge_cost(weights: &Features, s: Edges, t: Edges) -> i32 {
    weights.iter().zip(edge_features(s, t)).map(|(weight, value)| weight * value).sum()
}

#[inline]
fn count_cost(weights: &Features, a: &Counts, b: &Counts) -> i32 {
    let [question, exclamation, quotation, bracket, open] = count_features(a, b);
    weights[3] * question + weights[4] * exclamation + weights[5] * quotation + weights[6] * bracket + weights[7] * open
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
            let mut features = edge_features(source.edges, target.edges);
            features[COUNTED].copy_from_slice(&count_features(&source.counts, &target.counts));
            values.iter_mut().zip(features).for_each(|(value, feature)| *value = feature as f32);
        }
    }

    fn cost(&self, weights: &[f32], block: Block) -> Cost {
        if !block.is_pair() {
            return Cost::ZERO;
        }
        let (source, target) = (self.sides.source.of(block.source), self.sides.target.of(block.target));
        let weights = whole(weights);
        let edges = edge_cost(&weights, source.edges, target.edges);
        Cost(i64::from(edges + count_cost(&weights, &source.counts, &target.counts)))
    }

    // The same as the general loop, with all that depends on one side looked up, and nothing counted where nothing is to count.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let mut known = self.costs.borrow_mut();
        if known.given != weights {
            let given = weights.to_vec();
            let weights = whole(weights);
            let row = |source: Edges| {
                let mut row = [0; KINDS];
                Edges::all().for_each(|target| row[usize::from(target.kind())] = edge_cost(&weights, source, target));
                row
            };
            *known = EdgeCosts { given, weights, table: Edges::all().map(row).collect() };
        }
        let EdgeCosts { weights, table, .. } = &*known;
        for (step, first, costs) in row.beads(costs) {
            if step.source == 0 || step.target == 0 {
                continue;
            }
            let own = self.sides.source.run(row.source_end - step.source as usize, row.source_end);
            let edges = &table[usize::from(own.edges.kind())];
            let Marks { kinds, before, .. } = &self.sides.target;
            let (from, count) = (first - step.target as usize, costs.len());
            let (firsts, lasts) = (&kinds[from..][..count], &kinds[first - 1..][..count]);
            let (before, after) = (&before[from..][..count], &before[first..][..count]);
            for k in 0..count {
                costs[k] += edges[usize::from(firsts[k] & FIRST | lasts[k] & !FIRST) % KINDS];
                if own.counts.all > 0 || before[k].all != after[k].all {
                    costs[k] += count_cost(weights, &own.counts, &after[k].since(before[k]));
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
