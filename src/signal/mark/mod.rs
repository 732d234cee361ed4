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

use super::{LANES, MAX_RUN, Row, Signal, Texts, lanes, whole};
use crate::bytes::position;
use crate::cost::Cost;
use crate::document::Segment;
use crate::span::{Block, Pair, SegmentRange, Side};
use quotation::{Place, Quotation, Turn};
use std::cell::RefCell;
use std::ops::Range;
use wide::{f32x4, i32x4};

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

/// What the edges of source segments cost beside those of target segments, for the texts at hand and the weights asked for last.
#[derive(Debug, Default)]
struct EdgeCosts {
    given: Vec<f32>,
    /// The same as whole numbers.
    weights: Features,
    /// By [`Edges::first`] of a source segment: what the beginning of a run there costs beside one at each target segment, the first of which
    /// stands at [`MAX_RUN`].
    firsts: [Vec<i32>; BEGINNINGS],
    /// By [`Edges::last`], the same of ends.
    lasts: [Vec<i32>; ENDS],
}

/// The marks of one side.
#[derive(Debug, Default)]
struct Marks {
    segments: Vec<Edges>,
    /// What is to be counted, and where each segment's end.
    places: Vec<Place>,
    ends: Vec<usize>,
    /// What is counted before each segment border, the first of which stands at [`MAX_RUN`].
    before: [Vec<i32>; COUNTS],
}

/// What stands at a segment's ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Edges {
    end: End,
    opens: bool,
    closes: bool,
    head: bool,
}

/// How many different beginnings and ends there are.
const BEGINNINGS: usize = 4;
const ENDS: usize = 12;

impl Edges {
    /// The number of what a run has from its first segment.
    fn first(self) -> usize {
        2 * usize::from(self.opens) + usize::from(self.head)
    }

    /// The number of what a run has from its last segment.
    fn last(self) -> usize {
        2 * self.end as usize + usize::from(self.closes)
    }

    /// Those of a run with these first and last segments.
    fn of(first: Self, last: Self) -> Self {
        Self { end: last.end, opens: first.opens, closes: last.closes, head: first.head }
    }
}

impl EdgeCosts {
    fn fill(&mut self, given: &[f32], source: &[Edges], target: &[Edges]) {
        self.given = given.to_vec();
        self.weights = whole(given);
        let Self { weights, firsts, lasts, .. } = self;
        firsts.iter_mut().chain(&mut *lasts).for_each(Vec::clear);
        let fill = |list: &mut Vec<i32>, number: fn(Edges) -> usize, cost: &dyn Fn(Edges) -> i32| {
            if list.is_empty() {
                let mut known = [None; ENDS];
                list.resize(MAX_RUN, 0);
                list.extend(target.iter().map(|&other| *known[number(other)].get_or_insert_with(|| cost(other))));
                list.resize(list.len() + 1 + LANES, 0);
            }
        };
        // What a run has from its first segment and what it has from its last are weighed each for itself.
        let none = Edges::default();
        for &own in source {
            let first = |other| cost(weights, &edge_features(Edges::of(own, none), Edges::of(other, none)));
            let last = |other| cost(weights, &edge_features(Edges::of(none, own), Edges::of(none, other)));
            fill(&mut firsts[own.first()], Edges::first, &first);
            fill(&mut lasts[own.last()], Edges::last, &last);
        }
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

/// How many marks of each kind there are in a run of text: those that the features from [`COUNTED`] on tell the differences of, and
/// those that close.
type Counts = [i32; COUNTS];
const QUESTION: usize = 0;
const EXCLAMATION: usize = 1;
const OPENING: usize = 2;
const BRACKET: usize = 3;
const CLOSING: usize = 4;
const COUNTS: usize = 5;
/// The feature of open quotations.
const OPEN: usize = COUNTED.end - 1;
/// Differences of opening marks beyond this count no more.
const MOST_OPENING: i32 = 3;

/// What is to be known of a run of segments.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// The beginning of its first segment and the end of its last.
    edges: Edges,
    counts: Counts,
}

/// What a mark counts as.
fn count_of(c: char, turn: Option<Turn>) -> Option<usize> {
    Some(match (c, turn) {
        (_, Some(Turn::Opens)) => OPENING,
        (_, Some(Turn::Closes)) => CLOSING,
        ('?' | '？', _) => QUESTION,
        ('!' | '！', _) => EXCLAMATION,
        ('(' | '（', _) => BRACKET,
        _ => return None,
    })
}

/// Whether a character is counted.
fn is_counted(c: char) -> bool {
    is_opener(c) || is_closer(c) || matches!(c, '?' | '？' | '!' | '！' | '(' | '（' | '„' | '«' | '»')
}

/// Whether a character that begins with this byte may be counted.
fn may_begin_counted(byte: u8) -> bool {
    // The last four begin « and », “ and its like, 「 and its like, and the wide ones.
    let marks = [b'"', b'\'', b'?', b'!', b'(', 0xc2, 0xe2, 0xe3, 0xef];
    marks.into_iter().fold(false, |any, mark| any | (byte == mark))
}

/// Lists what is to be counted of a segment.
fn list_places(text: &str, places: &mut Vec<Place>) {
    let mut at = 0;
    while let Some(passed) = position(&text.as_bytes()[at..], may_begin_counted) {
        at += passed;
        let mut rest = text[at..].chars();
        let mark = rest.next().unwrap_or_default();
        if is_counted(mark) {
            places.push(Place { before: text[..at].chars().next_back(), mark, after: rest.next() });
        }
        at += mark.len_utf8();
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
        let Self { segments: edge, places, ends, before } = self;
        places.clear();
        ends.clear();
        for segment in segments {
            list_places(segment.range.of(text), places);
            ends.push(places.len());
        }
        edge.clear();
        for list in &mut *before {
            list.clear();
            list.resize(MAX_RUN + 1, 0);
        }
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
                if let Some(kind) = count_of(place.mark, quotation.turn(place)) {
                    counts[kind] += 1;
                }
            }
            next = end;
            before.iter_mut().zip(counts).for_each(|(list, count)| list.push(count));
        }
        before.iter_mut().zip(counts).for_each(|(list, count)| list.resize(list.len() + LANES, count));
    }

    /// What is to be known of a run of at least one segment.
    fn of(&self, run: SegmentRange) -> Run {
        let (start, end) = (run.start as usize, run.end as usize);
        let mut counts = Counts::default();
        for (count, before) in counts.iter_mut().zip(&self.before) {
            *count = before[MAX_RUN + end] - before[MAX_RUN + start];
        }
        Run { edges: Edges::of(self.segments[start], self.segments[end - 1]), counts }
    }
}

/// The features that the edges tell, the others 0.
#[inline]
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
fn count_features(a: &Counts, b: &Counts) -> [i32; COUNTED.end - COUNTED.start] {
    let apart = |kind: usize| (a[kind] - b[kind]).abs();
    let is_open = |counts: &Counts| counts[OPENING] != counts[CLOSING];
    [
        apart(QUESTION),
        apart(EXCLAMATION),
        apart(OPENING).min(MOST_OPENING),
        apart(BRACKET),
        i32::from(is_open(a) != is_open(b)),
    ]
}

fn features(s: &Run, t: &Run) -> Features {
    let mut features = edge_features(s.edges, t.edges);
    features[COUNTED].copy_from_slice(&count_features(&s.counts, &t.counts));
    features
}

#[inline]
fn cost(weights: &Features, features: &Features) -> i32 {
    (0..features.len()).map(|feature| weights[feature] * features[feature]).sum()
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
        self.costs.get_mut().given.clear();
    }

    fn measure(&self, block: Block, values: &mut [f32]) {
        values.fill(0.0);
        if block.is_pair() {
            let (source, target) = (self.sides.source.of(block.source), self.sides.target.of(block.target));
            let features = features(&source, &target);
            values.iter_mut().zip(features).for_each(|(value, feature)| *value = feature as f32);
        }
    }

    fn cost(&self, weights: &[f32], block: Block) -> Cost {
        if !block.is_pair() {
            return Cost::ZERO;
        }
        let (source, target) = (self.sides.source.of(block.source), self.sides.target.of(block.target));
        Cost(i64::from(cost(&whole(weights), &features(&source, &target))))
    }

    // The same as the general loop, with all that depends on the edges looked up, and nothing counted that the row's beads have none of.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let Pair { source, target } = &self.sides;
        let Some(last) = row.source_end.checked_sub(1) else { return };
        let mut known = self.costs.borrow_mut();
        if known.given != weights {
            known.fill(weights, &source.segments, &target.segments);
        }
        let EdgeCosts { weights, firsts, lasts, .. } = &*known;
        // No run is longer than the lists have room for before their first.
        let (here, there) = (MAX_RUN + row.source_end, MAX_RUN + row.target_ends.start());
        let beyond = MAX_RUN + row.target_ends.end();
        let any: [bool; COUNTS] = std::array::from_fn(|kind| {
            let (own, other) = (&source.before[kind], &target.before[kind]);
            own[here - MAX_RUN] < own[here] || other[there - MAX_RUN] < other[beyond]
        });
        let ends = &lasts[source.segments[last].last()];
        row.for_lanes(costs, |step, costs| {
            if step.source == 0 || step.target == 0 {
                return;
            }
            let count = costs.len();
            let (from, first) = (here - step.source as usize, there - step.target as usize);
            let begins = &firsts[source.segments[from - MAX_RUN].first()];
            let (begins, ends) = (lanes(begins, first, count), lanes(ends, there - 1, count));
            for lane in 0..count {
                let edges = i32x4::new(begins[lane]) + i32x4::new(ends[lane]);
                costs[lane] = (i32x4::new(costs[lane]) + edges).to_array();
            }
            let own = |kind: usize| i32x4::splat(source.before[kind][here] - source.before[kind][from]);
            let borders = |kind: usize| {
                let list = &target.before[kind];
                (lanes(list, first, count), lanes(list, there, count))
            };
            // There is no multiplication of whole numbers side by side on every processor, and of those that fit into an f32 there is.
            let weight = |kind: usize| f32x4::splat(weights[COUNTED.start + kind] as f32);
            for kind in [QUESTION, EXCLAMATION, BRACKET] {
                if any[kind] {
                    let (before, after) = borders(kind);
                    let (own, weight) = (own(kind), weight(kind));
                    for lane in 0..count {
                        let marks = i32x4::new(after[lane]) - i32x4::new(before[lane]);
                        let cost = ((own - marks).round_float().abs() * weight).fast_trunc_int();
                        costs[lane] = (i32x4::new(costs[lane]) + cost).to_array();
                    }
                }
            }
            if any[OPENING] || any[CLOSING] {
                let ((before, after), (closed, closing)) = (borders(OPENING), borders(CLOSING));
                let (own, own_closing, weight) = (own(OPENING), own(CLOSING), weight(OPENING));
                let most = f32x4::splat(MOST_OPENING as f32);
                let open = i32x4::splat(weights[OPEN]);
                for lane in 0..count {
                    let marks = i32x4::new(after[lane]) - i32x4::new(before[lane]);
                    let cost = ((own - marks).round_float().abs().fast_min(most) * weight).fast_trunc_int();
                    let own_is_closed = own.simd_eq(own_closing);
                    let is_closed = marks.simd_eq(i32x4::new(closing[lane]) - i32x4::new(closed[lane]));
                    let cost = cost + ((own_is_closed ^ is_closed) & open);
                    costs[lane] = (i32x4::new(costs[lane]) + cost).to_array();
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_counted_is_passed_over() {
        let counted = ('\0'..=char::MAX).filter(|&c| is_counted(c));
        assert!(counted.clone().count() > 10);
        assert!(counted.map(String::from).all(|mark| may_begin_counted(mark.as_bytes()[0])));
    }

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
