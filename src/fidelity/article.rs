//! A document as the checks see it: its rows, and what is read from them once for all checks.

use super::bead::{Bead, Half};
use super::figure::{self, Difference, Figure};
use super::words::WordMatcher;
use crate::export::Row;
use crate::signal::number::compare;
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
