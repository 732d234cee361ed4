//! Stage 4: evidence. A [`Signal`] looks at a block of segments and answers with a few numbers, its features; the model
//! gives each feature a weight, and their product, in nats, is the signal's share of the bead's cost:
//!
//! ```text
//! cost(bead) = Σ_signals round( Σ_features weight · value )
//! ```
//!
//! One signal is one file: a struct with its buffers, [`Signal::prepare`] once a pair of texts, [`Signal::measure`] a
//! block. The search knows signals through this trait alone.

pub mod length;
pub mod lexicon;
pub mod mark;
pub mod name;
pub mod number;
pub mod prior;
pub mod structure;
mod tally;

use crate::cost::Cost;
use crate::document::Segment;
use crate::span::{Block, Pair};
use std::ops::{Range, RangeInclusive};

/// The most features a signal may have.
pub const MAX_FEATURES: usize = 16;

/// The most segments that a move may take on one side.
pub const MAX_RUN: usize = 15;

/// The cost of a move that leaves the lattice, in the unit of [`Cost`], small enough to be summed in 32 bits.
pub const IMPOSSIBLE: i32 = i32::MAX / 4;

/// False for a bead marked [`IMPOSSIBLE`], whatever other signals have added to it since.
#[inline]
pub fn is_possible(cost: i32) -> bool {
    cost < IMPOSSIBLE / 2
}

/// A pair of texts as the signals see it.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'t> {
    /// The decoded texts that segments point into.
    pub text: Pair<&'t str>,
    /// The segments in text order.
    pub segments: Pair<&'t [Segment]>,
    /// Language tags.
    pub language: Pair<&'t str>,
}

impl Texts<'_> {
    /// Segments on either side.
    pub fn len(&self) -> Pair<usize> {
        self.segments.map(<[Segment]>::len)
    }
}

/// How many segments a bead takes on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Move {
    /// Segments of the original.
    pub source: u8,
    /// Segments of the translation.
    pub target: u8,
}

/// One row of the lattice: all beads that end after source segment `source_end` and after a target segment of `target_ends`.
#[derive(Debug, Clone)]
pub struct Row<'m> {
    /// Source segments up to the end of these beads.
    pub source_end: usize,
    /// Target segments up to the end of these beads.
    pub target_ends: RangeInclusive<usize>,
    /// The model's moves.
    pub moves: &'m [Move],
}

impl Row<'_> {
    /// The block that `step` takes to end at `target_end`; `None` where it would start before the texts do.
    pub fn block(&self, target_end: usize, step: Move) -> Option<Block> {
        let source = self.source_end.checked_sub(step.source as usize)?..self.source_end;
        let target = target_end.checked_sub(step.target as usize)?..target_end;
        Some(Block::new(source, target))
    }
}

/// One kind of evidence. See the [module](self) for the formula.
pub trait Signal: Send {
    /// The name under which rows show its `parts` and the model keeps its weights.
    fn name(&self) -> &'static str;

    /// The names of its features, at most [`MAX_FEATURES`], in the order of [`Signal::measure`].
    fn feature_names(&self) -> &'static [&'static str];

    /// Reads a new pair of texts; buffers are kept from one to the next.
    fn prepare(&mut self, texts: &Texts<'_>);

    /// Is told, before any bead is measured, which target segments may share a bead with each source segment (given as
    /// numbers of segments): nothing outside needs to be prepared. Called again when the band widens.
    fn reach(&mut self, _band: &dyn Fn(usize) -> Range<usize>) {}

    /// The features of one block of the prepared texts, written over `features`.
    fn measure(&self, block: Block, features: &mut [f32]);

    /// What of the texts (those last prepared) the features of a block rest on, in words, a finding a string; nothing where the
    /// numbers say it all.
    fn explain(&self, _texts: &Texts<'_>, _block: Block) -> Vec<String> {
        Vec::new()
    }

    /// Adds this signal's weighted costs to those of all beads of a row: `costs` holds, for each target end in turn, one
    /// number a move. Beads marked [`IMPOSSIBLE`] stay so; those that begin outside the band need no cost.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let count = self.feature_names().len();
        let mut features = [0.0f32; MAX_FEATURES];
        let ends = row.target_ends.clone();
        for (target_end, cell) in ends.zip(costs.chunks_exact_mut(row.moves.len())) {
            for (&step, cost) in row.moves.iter().zip(cell) {
                if !is_possible(*cost) {
                    continue;
                }
                if let Some(block) = row.block(target_end, step) {
                    self.measure(block, &mut features[..count]);
                    *cost += weighted(weights, &features[..count]);
                }
            }
        }
    }

    /// This signal's cost of one block, equal to what [`Signal::add_costs`] adds for it.
    fn cost(&self, weights: &[f32], block: Block) -> Cost {
        let mut features = [0.0f32; MAX_FEATURES];
        let features = &mut features[..self.feature_names().len()];
        self.measure(block, features);
        Cost(i64::from(weighted(weights, features)))
    }
}

/// The lines of a built-in table that are neither empty nor comments.
fn table_lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Weights times features, in the unit of [`Cost`], rounded; held within ±10,000 nats so that sums stay in range.
#[inline]
pub fn weighted(weights: &[f32], features: &[f32]) -> i32 {
    let nats: f32 = weights.iter().zip(features).map(|(weight, value)| weight * value).sum();
    round(nats * Cost::PER_NAT as f32)
}

/// To the nearest whole number, halves up, within ±1,000,000. Adding before cutting off is many times faster than
/// `f32::round` on processors without a rounding instruction, and exact enough: what is rounded is the same everywhere.
#[inline]
pub(crate) fn round(value: f32) -> i32 {
    const SHIFT: f64 = 1_048_576.0;
    (f64::from(value.clamp(-1e6, 1e6)) + SHIFT + 0.5) as i32 - SHIFT as i32
}
