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

impl<'t> Texts<'t> {
    /// Segments on either side.
    pub fn len(&self) -> Pair<usize> {
        self.segments.map(<[Segment]>::len)
    }

    /// The texts that lie in a block of these.
    pub fn part(&self, block: Block) -> Texts<'t> {
        let Pair { source, target } = self.segments;
        Texts { segments: Pair::new(&source[block.source.indices()], &target[block.target.indices()]), ..*self }
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
/// Their costs are kept by move, and of a move by target end, so that what is the same for a move is looked up once and the
/// loop over the ends runs over neighbours.
#[derive(Debug, Clone)]
pub struct Row<'m> {
    /// Source segments up to the end of these beads.
    pub source_end: usize,
    /// Target segments up to the end of these beads.
    pub target_ends: RangeInclusive<usize>,
    /// The model's moves.
    pub moves: &'m [Move],
    /// By move: the first and the last target end of its beads that start within the band; empty where all do.
    pub limits: &'m [(usize, usize)],
    /// What target ends are counted from in the limits.
    pub limits_from: usize,
}

impl<'m> Row<'m> {
    /// A row of a lattice that leaves nothing out.
    pub fn new(source_end: usize, target_ends: RangeInclusive<usize>, moves: &'m [Move]) -> Self {
        Self { source_end, target_ends, moves, limits: &[], limits_from: 0 }
    }

    /// The block that `step` takes to end at `target_end`; `None` where it would start before the texts do.
    pub fn block(&self, target_end: usize, step: Move) -> Option<Block> {
        let source = self.source_end.checked_sub(step.source as usize)?..self.source_end;
        let target = target_end.checked_sub(step.target as usize)?..target_end;
        Some(Block::new(source, target))
    }

    /// How many target ends there are.
    pub fn ends(&self) -> usize {
        self.target_ends.end() + 1 - self.target_ends.start()
    }

    /// The moves that end in this row, each with the first target end that it can have and the costs from there on. Beads that would
    /// start before the texts do or outside the band are left out.
    pub fn beads<'c>(&self, costs: &'c mut [i32]) -> impl Iterator<Item = (Move, usize, &'c mut [i32])> {
        let beads = self.moves.iter().enumerate().zip(costs.chunks_exact_mut(self.ends()));
        beads.filter_map(|((index, &step), costs)| {
            let ends = self.ends_of(index)?;
            let first = *self.target_ends.start();
            Some((step, *ends.start(), &mut costs[ends.start() - first..=ends.end() - first]))
        })
    }

    /// The target ends that beads of a move, given by its number, have in this row.
    pub fn ends_of(&self, index: usize) -> Option<RangeInclusive<usize>> {
        let step = self.moves[index];
        let (first, last) = self.limits.get(index).map_or((0, usize::MAX), |&(first, last)| {
            (first.saturating_add(self.limits_from), last.saturating_add(self.limits_from))
        });
        let first = first.max(*self.target_ends.start()).max(step.target as usize);
        let last = last.min(*self.target_ends.end());
        (step.source as usize <= self.source_end && first <= last).then_some(first..=last)
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

    /// Pairs of segments of the prepared texts that this signal holds for translations of each other, for things that are found in at
    /// most `most` places: `(source, target, weight)` in that order, by which a long text is found through.
    fn anchors(&self, _most: u32) -> Vec<(u32, u32, f32)> {
        Vec::new()
    }

    /// The features of one block of the prepared texts, written over `features`.
    fn measure(&self, block: Block, features: &mut [f32]);

    /// What of the texts (those last prepared) the features of a block rest on, in words, a finding a string; nothing where the
    /// numbers say it all.
    fn explain(&self, _texts: &Texts<'_>, _block: Block) -> Vec<String> {
        Vec::new()
    }

    /// Adds this signal's weighted costs to those of all beads of a row: `costs` holds, for each move in turn, one number a target
    /// end. Those that begin outside the band need no cost.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        for (step, first, costs) in row.beads(costs) {
            for (end, cost) in (first..).zip(costs) {
                if let Some(block) = row.block(end, step) {
                    *cost += self.cost(weights, block).0 as i32;
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

/// To the nearest whole number, within ±1,000,000. Adding a number so large that no binary places are left rounds on any
/// processor, four values at a time; `f32::round` does not, where there is no instruction for it.
#[inline]
pub(crate) fn round(value: f32) -> i32 {
    const SHIFT: f32 = 12_582_912.0; // 1.5 · 2^23
    (value.clamp(-1e6, 1e6) + SHIFT).to_bits() as i32 - SHIFT.to_bits() as i32
}

/// Weights in the unit of [`Cost`], for features that are whole numbers: their products are summed exactly in any order.
fn whole<const N: usize>(weights: &[f32]) -> [i32; N] {
    std::array::from_fn(|feature| round(weights[feature] * Cost::PER_NAT as f32))
}
