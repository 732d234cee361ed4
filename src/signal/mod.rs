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
mod logarithm;
pub mod mark;
pub mod name;
pub mod number;
pub mod prior;
mod runs;
pub mod structure;
mod tally;

use crate::cost::Cost;
use crate::document::Segment;
use crate::span::{Block, Pair};
use bytemuck::cast;
use std::ops::{Range, RangeInclusive};
use wide::{f32x4, i32x4};

/// The most features a signal may have.
pub const MAX_FEATURES: usize = 16;

/// The most segments that a move may take on one side.
pub const MAX_RUN: usize = 15;

/// Numbers that are worked on side by side, in wide registers: a row of the lattice has a whole number of these lanes of costs.
pub const LANES: usize = 4;

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

/// Writes the characters before each segment border over what `before` held.
pub(crate) fn chars_before(segments: &[Segment], before: &mut Vec<u64>) {
    let mut sum = 0;
    before.clear();
    before.push(0);
    before.extend(segments.iter().map(|segment| {
        sum += u64::from(segment.chars);
        sum
    }));
}

/// How many segments a bead takes on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Move {
    /// Segments of the original.
    pub source: u8,
    /// Segments of the translation.
    pub target: u8,
}

/// The beads of one move in a [`Row`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// The move.
    pub step: Move,
    /// Its place in the list of moves.
    pub number: usize,
    /// Target segments up to the end of its first bead.
    pub first: usize,
    /// The same of its last.
    pub last: usize,
    /// Where the cost of its first bead stands among those of the row.
    pub at: usize,
}

impl Ends {
    /// Where the costs of its beads stand among those of the row.
    pub(crate) fn costs(&self) -> Range<usize> {
        self.at..self.at + self.last + 1 - self.first
    }
}

/// One row of the lattice: all beads that end after source segment `source_end` and after a target segment of `target_ends`.
/// Their costs are kept by move, and of a move by target end, so that what is the same for a move is looked up once and the
/// loop over the ends runs over neighbours. A move has as many costs as the row has target ends, or a few more to fill whole [`LANES`].
#[derive(Debug, Clone)]
pub struct Row<'r> {
    /// Source segments up to the end of these beads.
    pub source_end: usize,
    /// Target segments up to the end of these beads.
    pub target_ends: RangeInclusive<usize>,
    /// The moves that end here and start within the lattice, in their order.
    moves: &'r [Ends],
    /// Target segments of the texts before the lattice's first, from which those of the moves are counted.
    origin: usize,
}

impl<'r> Row<'r> {
    /// A row of a lattice that leaves nothing out, in which beads start wherever the texts have begun.
    pub fn new(
        source_end: usize,
        target_ends: RangeInclusive<usize>,
        moves: &[Move],
        buffer: &'r mut Vec<Ends>,
    ) -> Self {
        let (low, count) = (*target_ends.start(), target_ends.clone().count().next_multiple_of(LANES));
        buffer.clear();
        buffer.extend(moves.iter().enumerate().filter_map(|(number, &step)| {
            let (first, last) = (low.max(step.target as usize), *target_ends.end());
            let fits = step.source as usize <= source_end && first <= last;
            fits.then(|| Ends { step, number, first, last, at: number * count + first - low })
        }));
        Self::of(source_end, target_ends, buffer)
    }

    /// A row with these moves, each with at least one bead.
    pub(crate) fn of(source_end: usize, target_ends: RangeInclusive<usize>, moves: &'r [Ends]) -> Self {
        Self { source_end, target_ends, moves, origin: 0 }
    }

    /// The same row, counted from `origin` segments further back on either side.
    pub(crate) fn shifted(&self, origin: Pair<usize>) -> Self {
        let ends = self.target_ends.start() + origin.target..=self.target_ends.end() + origin.target;
        Self {
            source_end: self.source_end + origin.source,
            target_ends: ends,
            moves: self.moves,
            origin: self.origin + origin.target,
        }
    }

    /// The block that `step` takes to end at `target_end`; `None` where it would start before the texts do.
    pub fn block(&self, target_end: usize, step: Move) -> Option<Block> {
        let source = self.source_end.checked_sub(step.source as usize)?..self.source_end;
        let target = target_end.checked_sub(step.target as usize)?..target_end;
        Some(Block::new(source, target))
    }

    /// The moves that end here and start within the lattice.
    pub fn moves(&self) -> impl Iterator<Item = Ends> {
        let origin = self.origin;
        self.moves.iter().map(move |ends| Ends { first: ends.first + origin, last: ends.last + origin, ..*ends })
    }

    /// The moves that end here, each with the first target end that it can have and the costs from there on.
    #[inline]
    pub fn beads<'c>(&self, mut costs: &'c mut [i32]) -> impl Iterator<Item = (Move, usize, &'c mut [i32])> {
        let (origin, mut passed) = (self.origin, 0);
        // The costs follow one another as the moves do.
        self.moves.iter().map(move |ends| {
            let place = ends.costs();
            let rest = std::mem::take(&mut costs).split_at_mut(place.start - passed).1;
            let (own, rest) = rest.split_at_mut(place.len());
            passed = place.end;
            costs = rest;
            (ends.step, ends.first + origin, own)
        })
    }

    /// Calls `each` with the moves that end here, each with the costs of all the row's target ends, the first of which is the row's first, in
    /// whole lanes. Those among them that begin beyond the lattice, or end there, may be given any cost.
    #[inline]
    pub(crate) fn for_lanes(&self, costs: &mut [i32], mut each: impl FnMut(Move, &mut [[i32; LANES]])) {
        let start = self.target_ends.start() - self.origin;
        let count = (self.target_ends.end() + 1 - self.target_ends.start()).next_multiple_of(LANES);
        for ends in self.moves {
            let first = ends.at + start - ends.first;
            each(ends.step, costs[first..first + count].as_chunks_mut().0);
        }
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
    /// numbers of segments), and the most segments of a bead on one side: nothing else needs to be prepared. Called again when the band
    /// changes.
    fn reach(&mut self, _band: &dyn Fn(usize) -> Range<usize>, _longest: usize) {}

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

    /// What this signal makes every bead of a move cost, whichever segments it takes: the costs of beads begin with it, and it is computed
    /// once a search.
    fn move_cost(&self, _weights: &[f32], _step: Move) -> i32 {
        0
    }

    /// Adds the rest of this signal's weighted costs to those of all beads of a row: `costs` holds, for each move in turn, one number a target
    /// end, and as many more as fill its [`LANES`]. Those that begin outside the band need no cost.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        for (step, first, costs) in row.beads(costs) {
            let of_move = self.move_cost(weights, step);
            for (end, cost) in (first..).zip(costs) {
                if let Some(block) = row.block(end, step) {
                    *cost += self.cost(weights, block).0 as i32 - of_move;
                }
            }
        }
    }

    /// This signal's cost of one block, equal to its [`Signal::move_cost`] and what [`Signal::add_costs`] adds for it.
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

/// To the nearest whole number, within ±1,000,000.
#[inline]
pub(crate) fn round(value: f32) -> i32 {
    (value.clamp(-1e6, 1e6) + SHIFT).to_bits() as i32 - SHIFT.to_bits() as i32
}

/// The same of several side by side.
#[inline]
fn round_lanes(value: f32x4) -> i32x4 {
    let held = value.fast_max(f32x4::splat(-1e6)).fast_min(f32x4::splat(1e6));
    cast::<f32x4, i32x4>(held + f32x4::splat(SHIFT)) - i32x4::splat(SHIFT.to_bits() as i32)
}

/// So many lanes of a list, from a place on.
#[inline]
fn lanes<T>(list: &[T], first: usize, count: usize) -> &[[T; LANES]] {
    &list[first..].as_chunks().0[..count]
}

/// Adds the same to the costs of all lanes.
#[inline]
fn add_to_lanes(costs: &mut [[i32; LANES]], cost: i32) {
    costs.iter_mut().for_each(|lane| *lane = (i32x4::new(*lane) + i32x4::splat(cost)).to_array());
}

/// 1.5 · 2^23. Adding a number so large that no binary places are left rounds on any processor, four values at a time; `f32::round` does
/// not, where there is no instruction for it.
const SHIFT: f32 = 12_582_912.0;

/// Weights in the unit of [`Cost`], for features that are whole numbers: their products are summed exactly in any order.
fn whole<const N: usize>(weights: &[f32]) -> [i32; N] {
    let mut whole = [0; N];
    for feature in 0..N {
        whole[feature] = round(weights[feature] * Cost::PER_NAT as f32);
    }
    whole
}
