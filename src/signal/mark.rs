//! Punctuation: a question is translated as a question, a quotation as one.
//!
//! Features, each a mismatch that costs: `end` (the last marks are of different classes: stop, question, exclamation,
//! ellipsis, colon, other), `opens` and `closes` (one side alone begins, or ends, with a quotation mark), `question`,
//! `exclamation`, `quotation`, `bracket` (differences of the counts, quotations up to 3), `open` (a quotation left open on one
//! side alone), `head` (one side alone begins with a list number).

use super::{Signal, Texts};
use crate::document::Segment;
use crate::span::{Block, Pair, SegmentRange, Side};

const NAMES: &[&str] = &["end", "opens", "closes", "question", "exclamation", "quotation", "bracket", "open", "head"];

/// The punctuation signal.
#[derive(Debug, Default)]
pub struct Mark {
    segments: Pair<Vec<Edges>>,
    /// Counts before each segment border.
    before: Pair<Vec<Counts>>,
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

/// Marks in a run of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    question: i32,
    exclamation: i32,
    /// Opening marks; straight ones count half, so all are counted twice.
    opening: i32,
    closing: i32,
    bracket: i32,
}

impl Counts {
    fn since(self, earlier: Counts) -> Counts {
        Counts {
            question: self.question - earlier.question,
            exclamation: self.exclamation - earlier.exclamation,
            opening: self.opening - earlier.opening,
            closing: self.closing - earlier.closing,
            bracket: self.bracket - earlier.bracket,
        }
    }

    fn add(&mut self, c: char) {
        match c {
            '?' | '？' => self.question += 1,
            '!' | '！' => self.exclamation += 1,
            '“' | '「' | '『' => self.opening += 2,
            '”' | '」' | '』' => self.closing += 2,
            '"' | '＂' => {
                self.opening += 1;
                self.closing += 1;
            }
            '(' | '（' => self.bracket += 1,
            _ => {}
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

fn read(text: &str, segments: &[Segment], edge: &mut Vec<Edges>, before: &mut Vec<Counts>) {
    edge.clear();
    before.clear();
    before.push(Counts::default());
    let mut counts = Counts::default();
    for segment in segments {
        let own = segment.range.of(text);
        edge.push(edges(own));
        own.chars().for_each(|c| counts.add(c));
        before.push(counts);
    }
}

impl Mark {
    /// A punctuation signal.
    pub fn new() -> Self {
        Self::default()
    }

    fn counts(&self, side: Side, run: SegmentRange) -> Counts {
        let before = &self.before[side];
        before[run.end as usize].since(before[run.start as usize])
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
            read(texts.text[side], texts.segments[side], &mut self.segments[side], &mut self.before[side]);
        }
    }

    #[inline]
    fn measure(&self, block: Block, features: &mut [f32]) {
        features.fill(0.0);
        if !block.is_pair() {
            return;
        }
        let edge = |side: Side, at: u32| self.segments[side][at as usize];
        let first = Side::BOTH.map(|side| edge(side, block[side].start));
        let last = Side::BOTH.map(|side| edge(side, block[side].end - 1));
        let [source, target] = Side::BOTH.map(|side| self.counts(side, block[side]));
        features[0] = f32::from(last[0].end != last[1].end);
        features[1] = f32::from(first[0].opens != first[1].opens);
        features[2] = f32::from(last[0].closes != last[1].closes);
        features[3] = (source.question - target.question).abs() as f32;
        features[4] = (source.exclamation - target.exclamation).abs() as f32;
        features[5] = ((source.opening - target.opening).abs() as f32 / 2.0).min(3.0);
        features[6] = (source.bracket - target.bracket).abs() as f32;
        features[7] = f32::from((source.opening != source.closing) != (target.opening != target.closing));
        features[8] = f32::from(first[0].head != first[1].head);
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
