//! A document as the checks see it: its rows, and what is read from them once for all checks.

use super::coverage::Stretch;
use super::figure::{self, Difference, Figure};
use super::words::{WordMatcher, Words};
use crate::export::Row;
use crate::signal::number::{self, Comparison, Number, compare};
use crate::span::{ByteRange, Pair, Side};

/// A document with what is known of its beads.
#[derive(Debug)]
pub struct Article<'a> {
    /// The rows, in text order.
    pub rows: &'a [Row],
    /// One for each row.
    pub beads: Vec<Bead>,
    /// Numbers that differ.
    pub figures: Vec<Figure>,
}

/// One row, read.
#[derive(Debug)]
pub struct Bead {
    /// Each side's sentences as one text.
    pub half: Pair<Half>,
    /// Their numbers against each other; unpaired are only those that [`Article::figures`] has as missing or extra.
    pub comparison: Comparison,
    /// What the other side does not cover of each.
    pub uncovered: Pair<Option<Stretch>>,
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
    fn new(sentences: &[String], language: &str) -> Self {
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

impl<'a> Article<'a> {
    /// Reads a document's rows.
    pub fn new(rows: &'a [Row], matcher: &mut WordMatcher) -> Self {
        let mut beads: Vec<Bead> = rows
            .iter()
            .map(|row| {
                let half =
                    Pair::new(Half::new(&row.source, &row.source_lang), Half::new(&row.target, &row.target_lang));
                let comparison = compare(&half.source.numbers, &half.target.numbers);
                Bead { half, comparison, uncovered: Pair::default() }
            })
            .collect();
        let figures = figure::figures(rows, &beads);
        // A number that is another there, or stands in a neighbouring bead, is not left out: coverage is to see it as found.
        for (at, bead) in beads.iter_mut().enumerate() {
            let own = || figures.iter().filter(|figure| figure.bead == at);
            let is = |what: Difference, n: usize| {
                own().any(|figure| figure.what == what && (figure.source == Some(n) || figure.target == Some(n)))
            };
            bead.comparison.source_only.retain(|&n| is(Difference::Missing, n));
            bead.comparison.target_only.retain(|&n| is(Difference::Extra, n));
        }
        matcher.read(rows, &mut beads);
        Self { rows, beads, figures }
    }

    /// The text of one side of a bead.
    pub fn text(&self, bead: usize, side: Side) -> &str {
        &self.beads[bead].half[side].text
    }

    /// The beads that have both sides.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, &Bead)> + '_ {
        self.beads.iter().enumerate().filter(|(_, bead)| bead.is_pair())
    }

    /// True when a bead has a loose end that belongs to a neighbour: what it lacks may be there.
    pub fn is_misaligned(&self, bead: usize) -> bool {
        let uncovered = &self.beads[bead].uncovered;
        [uncovered.source, uncovered.target]
            .into_iter()
            .flatten()
            .any(|stretch| stretch.misaligned && stretch.net > 2.0)
    }

    /// Where `range` of one side of a bead stands in the input. A sentence whose text was tidied (a broken line joined) is
    /// given whole.
    pub fn spans(&self, bead: usize, side: Side, range: ByteRange) -> Vec<ByteRange> {
        let row = &self.rows[bead];
        let (sentences, spans) = match side {
            Side::Source => (&row.source, &row.source_spans),
            Side::Target => (&row.target, &row.target_spans),
        };
        let place = |(index, piece): (usize, ByteRange)| {
            let (sentence, span) = (sentences.get(index)?, spans.get(index)?);
            Some(if sentence.len() == span.byte_len() { piece.shifted(span.start) } else { *span })
        };
        self.beads[bead].half[side].pieces(range).filter_map(place).collect()
    }
}

impl Bead {
    /// True when it has both sides.
    pub fn is_pair(&self) -> bool {
        !self.half.source.starts.is_empty() && !self.half.target.starts.is_empty()
    }
}
