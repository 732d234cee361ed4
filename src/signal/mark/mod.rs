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

use super::{MAX_RUN, Row, Signal, Texts, weighted};
use crate::document::Segment;
use crate::span::{Block, Pair, SegmentRange, Side};
use quotation::{Quotation, Turn};

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

/// The punctuation signal.
#[derive(Debug, Default)]
pub struct Mark {
    sides: Pair<Marks>,
}

/// The marks of one side.
#[derive(Debug, Default)]
struct Marks {
    segments: Vec<Edges>,
    /// Counts before each segment border.
    before: Vec<Counts>,
    /// For each segment border, the runs of 0..=[`MAX_RUN`] segments that end there.
    runs: Vec<Run>,
}

/// What stands at a segment's ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Edges {
    end: End,
    opens: bool,
    closes: bool,
    head: bool,
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
    /// Nothing but the class of its end is worth a look.
    is_plain: bool,
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
        c.is_ascii_digit()
            || "一二三四五六七八九十".contains(c)
            || ('０'..='９').contains(&c)
            || matches!(c, 'I' | 'V' | 'X')
    };
    let after = rest.trim_start_matches(is_number);
    let digits = rest.len() - after.len();
    let closed = if bracketed { after.starts_with(['）', ')']) } else { after.starts_with(['.', '、', '．', ')']) };
    text.starts_with(|c: char| ('①'..='⑳').contains(&c)) || (digits > 0 && digits <= 9 && closed)
}

impl Marks {
    fn read(&mut self, text: &str, segments: &[Segment]) {
        let Self { segments: edge, before, .. } = self;
        edge.clear();
        before.clear();
        before.push(Counts::default());
        let mut counts = Counts::default();
        let mut quotation = Quotation::new(segments.iter().map(|segment| segment.range.of(text)));
        let mut paragraph = None;
        for segment in segments {
            // A speech that runs on has its opening mark again.
            if paragraph.replace(segment.paragraph) != Some(segment.paragraph) {
                quotation.end();
            }
            let own = segment.range.of(text);
            edge.push(edges(own));
            let mut last = None;
            let mut chars = own.chars().peekable();
            while let Some(c) = chars.next() {
                counts.add(c, quotation.turn(last, c, chars.peek().copied()));
                last = Some(c);
            }
            before.push(counts);
        }
        let mut runs = std::mem::take(&mut self.runs);
        runs.clear();
        for end in 0..self.before.len() {
            runs.push(Run::default());
            runs.extend(
                (1..=MAX_RUN).map(|taken| end.checked_sub(taken).map_or(Run::default(), |start| self.run(start, end))),
            );
        }
        self.runs = runs;
    }

    /// The run of segments from `start` up to `end`, at least one.
    fn run(&self, start: usize, end: usize) -> Run {
        let (first, last) = (self.segments[start], self.segments[end - 1]);
        let edges = Edges { end: last.end, opens: first.opens, closes: last.closes, head: first.head };
        let counts = self.before[end].since(self.before[start]);
        let is_plain = counts == Counts::default() && !(edges.opens || edges.closes || edges.head);
        Run { edges, counts, is_plain }
    }

    fn of(&self, run: SegmentRange) -> Run {
        self.run(run.start as usize, run.end as usize)
    }

    /// The runs that end at `end`, by their count of segments.
    fn ending_at(&self, end: usize) -> &[Run] {
        &self.runs[end * (MAX_RUN + 1)..][..MAX_RUN + 1]
    }
}

#[inline]
fn features(source: &Run, target: &Run) -> [f32; NAMES.len()] {
    let (s, t) = (&source.edges, &target.edges);
    let (a, b) = (&source.counts, &target.counts);
    let apart = |a: i16, b: i16| (i32::from(a) - i32::from(b)).abs() as f32;
    [
        f32::from(s.end != t.end),
        f32::from(s.opens != t.opens),
        f32::from(s.closes != t.closes),
        apart(a.question, b.question),
        apart(a.exclamation, b.exclamation),
        apart(a.opening, b.opening).min(3.0),
        apart(a.bracket, b.bracket),
        f32::from((a.opening != a.closing) != (b.opening != b.closing)),
        f32::from(s.head != t.head),
        f32::from(s.opens && t.opens),
        f32::from(s.closes && t.closes),
        f32::from(s.end == End::Question && t.end == End::Question),
    ]
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
            values.copy_from_slice(&features(&self.sides.source.of(block.source), &self.sides.target.of(block.target)));
        }
    }

    // The same as the general loop, with all that depends on one side looked up, and nothing done where nothing differs.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        // Of known length, so that the sum is unrolled.
        let weights: &[f32; NAMES.len()] = weights.try_into().expect("a weight for each feature");
        let sources = self.sides.source.ending_at(row.source_end);
        for (target_end, cell) in row.target_ends.clone().zip(costs.chunks_exact_mut(row.moves.len())) {
            let targets = self.sides.target.ending_at(target_end);
            for (step, cost) in row.moves.iter().zip(cell) {
                let (source, target) = (&sources[step.source as usize], &targets[step.target as usize]);
                let alike = source.is_plain && target.is_plain && source.edges.end == target.edges.end;
                if step.source > 0 && step.target > 0 && !alike {
                    *cost += weighted(weights, &features(source, target));
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
