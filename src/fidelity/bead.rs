//! A row as the checks see it: its sides as texts, their numbers, their words and what explains these, and what the other side leaves
//! uncovered.

use crate::signal::number::{self, Comparison, Number};
use crate::span::{ByteRange, Pair};
use std::sync::Arc;

/// One row, read.
#[derive(Debug)]
pub struct Bead {
    /// Each side's sentences as one text.
    pub half: Pair<Half>,
    /// Their numbers against each other; unpaired are only those that [`Article::figures`](super::Article::figures) has as missing or extra.
    pub comparison: Comparison,
    /// What the other side does not cover of each.
    pub uncovered: Pair<Option<Stretch>>,
}

impl Bead {
    /// True when it has both sides.
    pub fn is_pair(&self) -> bool {
        !self.half.source.starts.is_empty() && !self.half.target.starts.is_empty()
    }
}

/// One side of a row.
#[derive(Debug, Default)]
pub struct Half {
    /// The sentences, joined.
    pub text: String,
    /// Where each begins in `text`.
    pub starts: Vec<usize>,
    /// Its numbers.
    pub numbers: Vec<Number>,
    /// Its words, and how well the other side explains them.
    pub words: Words,
}

impl Half {
    pub(super) fn new(sentences: &[String], language: &str) -> Self {
        let blank = if language.starts_with("zh") || language.starts_with("ja") { "" } else { " " };
        let (mut text, mut starts) = (String::new(), Vec::with_capacity(sentences.len()));
        for sentence in sentences {
            if !text.is_empty() {
                text.push_str(blank);
            }
            starts.push(text.len());
            text.push_str(sentence);
        }
        let numbers = number::parse(&text, language.into());
        Self { text, starts, numbers, words: Words::default() }
    }

    /// The pieces of `range` that lie in one sentence each: the sentence, and the range in it.
    pub fn pieces(&self, range: ByteRange) -> impl Iterator<Item = (usize, ByteRange)> + '_ {
        let ends = self.starts.iter().skip(1).copied().chain([self.text.len()]);
        self.starts.iter().copied().zip(ends).enumerate().filter_map(move |(index, (start, end))| {
            let piece = ByteRange::new(range.start.max(start).min(end), range.end.min(end).max(start));
            let piece = if piece.start < piece.end { piece.trimmed(&self.text) } else { piece };
            (!piece.is_empty()).then(|| (index, ByteRange::new(piece.start - start, piece.end - start)))
        })
    }

    /// All of it.
    pub fn whole(&self) -> ByteRange {
        ByteRange::new(0, self.text.len())
    }
}

/// The words of one side of a bead, in order.
#[derive(Debug, Default)]
pub struct Words {
    /// The words.
    pub list: Vec<Word>,
    /// Capitalised words that may be names; of the target alone.
    pub names: Vec<NameMatch>,
}

/// One word.
#[derive(Debug, Clone)]
pub struct Word {
    /// Where it stands in the half's text.
    pub range: ByteRange,
    /// Its form in the lexicon: a stem, a word in simplified characters.
    pub form: Arc<str>,
    /// Its share of running words at large.
    pub share: f32,
    /// How it is explained.
    pub link: Link,
}

/// How a word is explained by the other side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Link {
    /// Not at all.
    None,
    /// By the word of this number on the other side, with this probability.
    Word(u32, f32),
    /// By a word of kindred form or meaning: hungry for 饥饿, whose glosses have hunger.
    Kin(u32),
    /// It sounds like it.
    Name,
    /// It stands there as it stands here.
    Same,
    /// It is part of a number that was found there.
    Number,
    /// It is part of a number that was not found there.
    LostNumber,
}

/// A capitalised word, or two, of the target and what the source's sound made of it.
#[derive(Debug, Clone)]
pub struct NameMatch {
    /// In the target half's text.
    pub range: ByteRange,
    /// It begins a sentence.
    pub is_initial: bool,
    /// How many words it has.
    pub words: usize,
    /// Its letters fall into syllables of Mandarin.
    pub is_mandarin: bool,
    /// Where it sounds in the source half's text, and how well.
    pub found: Option<(ByteRange, f32)>,
}

impl Link {
    /// The probability by which a word of the other side explains it; 0 where none does.
    pub fn probability(self) -> f32 {
        match self {
            Link::Word(_, probability) => probability,
            _ => 0.0,
        }
    }

    /// The word of the other side that explains it, where it does so at least so probably.
    pub fn partner(self, least: f32) -> Option<usize> {
        match self {
            Link::Word(place, probability) if probability >= least => Some(place as usize),
            _ => None,
        }
    }
}

/// A stretch that the other side does not cover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Where, in the half's text.
    pub range: ByteRange,
    /// S.
    pub sum: f64,
    /// S − β·S' + L.
    pub net: f64,
    /// How many words that say something it has.
    pub words: usize,
    /// It begins and ends where clauses do.
    pub edges: u8,
    /// A neighbouring bead explains it.
    pub misaligned: bool,
}
