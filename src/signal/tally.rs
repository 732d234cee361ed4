//! Things that a text and its translation both name (numbers, names), counted bead by bead.
//!
//! An *item* is something that may stand in segments of both sides: a_k times in the source segments of a bead, b_k times in
//! its target segments. Each has a gain g_k, what it is worth in nats to find it on both sides. The one feature is
//!
//! ```text
//! shared = − Σ_k g_k · min(a_k, b_k)
//! ```
//!
//! 0 for a bead of one side. No approximation: what stands once counts once, however many segments a bead takes; but of what stands more
//! than [`MOST_TIMES`] times in a segment (the noughts of a table in one line), so many are counted. What one side
//! names alone is not counted: with it, the gold was no likelier on texts held out.
//!
//! Most beads share nothing. Those that do are found row by row, from the items of the source segments where the row's beads
//! end and the target segments that have them too. Time: nothing where the row shares no item, else O(1) for each move and shared item, and
//! for each bead from a move's first that shares one to its last. Sums are whole numbers, so that they do not depend on their order.

use super::{Ends, MAX_RUN, Row, round};
use crate::cost::Cost;
use crate::groups::Groups;
use crate::span::{Block, Pair, SegmentRange, Side};
use std::cell::RefCell;
use std::ops::Range;

/// The features, in their order.
pub(super) const NAMES: &[&str] = &["shared"];
/// An item stands no oftener in a segment: what its places on the two sides cost is their product.
const MOST_TIMES: u32 = 16;
/// Parts of a nat in which gains are kept.
const STEPS: f32 = 1024.0;

/// How often an item occurs: what its gain is made of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Spread {
    /// Segments that have it.
    pub(super) found: Pair<u32>,
    /// All segments.
    pub(super) of: Pair<u32>,
}

impl Spread {
    /// The gain of a match that a chance pair of segments would have with about the probability u = (D + k·p) / (N + k):
    /// −ln u, where D of all N segments have the item, and p is its share of a language at large that weighs k segments.
    pub(super) fn gain(self, share_at_large: f32, background: f32) -> f32 {
        let sum = |pair: Pair<u32>| (pair.source + pair.target) as f32;
        -((sum(self.found) + background * share_at_large) / (sum(self.of) + background)).ln()
    }
}

/// One side's items. What stands twice in a segment is listed twice.
#[derive(Debug, Default)]
struct Places {
    /// Segments and their items, as they were added.
    added: Vec<(u32, u32)>,
    /// The items of each segment in turn, those without a weight left out.
    items: Groups<u32>,
    /// The segments of each item in turn, in text order.
    segments: Groups<u32>,
    /// By item, the last segment that has it, and how often.
    times: Vec<(u32, u32)>,
}

/// What a row of the lattice needs, kept from one to the next.
#[derive(Debug, Default)]
struct Scratch {
    /// By item, the last row that has met it, and how often; the number of the row under way.
    seen: Vec<(u64, usize)>,
    row: u64,
    /// What the row's beads may share, and how much of that with their last so many source segments.
    met: Vec<Met>,
    within: [usize; MAX_RUN + 1],
    /// By target end, how much more the beads of a move share than those that end before; zeros from one move to the next.
    change: Vec<i32>,
}

/// One of an item that beads of a row share: those that begin at a target segment or before it, and end within a range.
#[derive(Debug)]
struct Met {
    segment: usize,
    /// The first and the last target end.
    first: usize,
    last: usize,
    weight: i32,
}

/// The items of a pair of texts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sides: Pair<Places>,
    /// By item, in STEPS.
    gain: Vec<i32>,
    /// The same where those that stand once on either side, in the same segments, are one.
    weight: Vec<i32>,
    /// By target segment: the last source segment with which it has such an item, and that item.
    single: Vec<(u32, u32)>,
    any: bool,
    scratch: RefCell<Scratch>,
}

impl Places {
    fn of(&self, run: SegmentRange) -> &[u32] {
        self.items.run(run.indices())
    }

    /// The segments of a range that have the item.
    #[inline]
    fn with(&self, item: u32, segments: &Range<usize>) -> &[u32] {
        let list = self.segments.of(item as usize);
        let is_before = |own: u32, segment: usize| (own as usize) < segment;
        let place = |segment: usize| match list {
            // Most stand once.
            &[own] => usize::from(is_before(own, segment)),
            _ => list.partition_point(|&own| is_before(own, segment)),
        };
        &list[place(segments.start)..place(segments.end)]
    }
}

fn count(items: &[u32], item: u32) -> usize {
    items.iter().filter(|&&other| other == item).count()
}

fn value(shared: i32) -> [f32; NAMES.len()] {
    [-shared as f32 / STEPS]
}

impl Tally {
    /// Forgets all items.
    pub(super) fn clear(&mut self) {
        for side in Side::BOTH {
            self.sides[side].added.clear();
            self.sides[side].times.clear();
        }
        self.any = false;
    }

    /// The item of that number stands in a segment. Items are numbered from 0; the segments of an item come in text order.
    pub(super) fn add(&mut self, side: Side, segment: usize, item: u32) {
        let Places { added, times, .. } = &mut self.sides[side];
        if times.len() <= item as usize {
            times.resize(item as usize + 1, (0, 0));
        }
        let (last, count) = &mut times[item as usize];
        *count = if *last == segment as u32 { *count + 1 } else { 1 };
        *last = segment as u32;
        if *count <= MOST_TIMES {
            added.push((segment as u32, item));
        }
    }

    /// Makes ready what was added, for texts of so many segments; `gain` is asked for the items that both sides have.
    pub(super) fn finish(&mut self, segments: Pair<usize>, items: usize, gain: impl Fn(usize, Spread) -> f32) {
        let Self { sides, gain: gains, .. } = self;
        for side in Side::BOTH {
            let Places { added, segments, .. } = &mut sides[side];
            segments.fill(items, added.iter().map(|&(segment, item)| (item, segment)));
        }
        let of = segments.map(|count| count as u32);
        gains.clear();
        gains.extend((0..items).map(|item| {
            let own = sides.as_ref().map(|side| side.segments.of(item));
            if own.source.is_empty() || own.target.is_empty() {
                return 0;
            }
            let found = own.map(|segments| segments.chunk_by(u32::eq).count() as u32);
            (gain(item, Spread { found, of }).clamp(0.0, 30.0) * STEPS).round_ties_even() as i32
        }));
        self.join(segments.target);
        let Self { sides, weight, any, .. } = self;
        for side in Side::BOTH {
            let Places { added, items, .. } = &mut sides[side];
            items.fill(segments[side], added.iter().copied().filter(|&(_, item)| weight[item as usize] > 0));
        }
        *any = !sides.source.items.run(0..segments.source).is_empty();
    }

    /// Beads have all of the items that stand once on either side, in the same segments, or none: one of them has the weight of all.
    fn join(&mut self, targets: usize) {
        let Self { sides, gain, weight, single, .. } = self;
        weight.clone_from(gain);
        single.clear();
        single.resize(targets, (u32::MAX, 0));
        for &(segment, item) in &sides.source.added {
            let places = sides.as_ref().map(|side| side.segments.of(item as usize));
            if let (&[_], &[there]) = (places.source, places.target) {
                let (last, first) = &mut single[there as usize];
                if *last == segment {
                    weight[*first as usize] += std::mem::take(&mut weight[item as usize]);
                } else {
                    (*last, *first) = (segment, item);
                }
            }
        }
    }

    /// Whether the item stands on both sides, and a match is worth something.
    pub(super) fn counts(&self, item: u32) -> bool {
        self.gain.get(item as usize).is_some_and(|&gain| gain > 0)
    }

    /// The features of a block.
    pub(super) fn measure(&self, block: Block, values: &mut [f32]) {
        let mut shared = 0;
        if self.any && block.is_pair() {
            let [source, target] = [self.sides.source.of(block.source), self.sides.target.of(block.target)];
            for (index, &item) in source.iter().enumerate() {
                // The second of an item needs a second on the other side.
                if count(target, item) > count(&source[..index], item) {
                    shared += self.weight[item as usize];
                }
            }
        }
        values.copy_from_slice(&value(shared));
    }

    /// Lists what beads of a row may share. With the m-th of an item, counted from the row's end back, beads share one more where they
    /// have m on the target side too: some place there, the m − 1 that follow it, and not the next.
    fn meet(&self, row: &Row<'_>, scratch: &mut Scratch) {
        let Scratch { seen, row: number, met, within, .. } = scratch;
        met.clear();
        let (mut deepest, mut longest) = (0, 0);
        for Ends { step, .. } in row.moves() {
            deepest = step.source.max(deepest);
            longest = step.target.max(longest);
        }
        let reached = row.target_ends.start().saturating_sub(longest as usize)..*row.target_ends.end();
        // Each row has a number of its own, by which the items are told that it has met.
        *number += 1;
        seen.resize(seen.len().max(self.gain.len()), (0, 0));
        for (taken, end) in within.iter_mut().enumerate().take(deepest as usize + 1).skip(1) {
            let segment = row.source_end - taken;
            for &item in self.sides.source.items.of(segment) {
                let (last, count) = &mut seen[item as usize];
                *count = if *last == *number { *count + 1 } else { 1 };
                *last = *number;
                let there = self.sides.target.with(item, &reached);
                for (index, behind) in (*count..=there.len()).enumerate() {
                    met.push(Met {
                        segment: there[index] as usize,
                        first: there[behind - 1] as usize + 1,
                        last: there.get(behind).map_or(usize::MAX, |&next| next as usize),
                        weight: self.weight[item as usize],
                    });
                }
            }
            *end = met.len();
        }
    }

    /// See [`super::Signal::add_costs`].
    pub(super) fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        if !self.any {
            return;
        }
        let mut scratch = self.scratch.borrow_mut();
        self.meet(row, &mut scratch);
        let Scratch { met, within, change, .. } = &mut *scratch;
        if met.is_empty() {
            return;
        }
        let worth = |shared: i32| round(weights[0] * value(shared)[0] * Cost::PER_NAT as f32);
        change.resize(change.len().max(row.target_ends.end() + 2 - row.target_ends.start()), 0);
        for ends in row.moves() {
            let Ends { step, first, last, .. } = ends;
            let costs = &mut costs[ends.costs()];
            let (mut from, mut until) = (usize::MAX, 0);
            for met in &met[..within[step.source as usize]] {
                let (low, high) = (first.max(met.first), last.min(met.last).min(met.segment + step.target as usize));
                if low <= high {
                    let (low, behind) = (low - first, high + 1 - first);
                    change[low] += met.weight;
                    change[behind] -= met.weight;
                    (from, until) = (from.min(low), until.max(behind));
                }
            }
            if from < until {
                change[until] = 0;
                let (costs, change) = (&mut costs[from..until], &mut change[from..until]);
                let mut shared = 0;
                for k in 0..costs.len() {
                    shared += std::mem::take(&mut change[k]);
                    costs[k] += worth(shared);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::{LANES, Move};
    use proptest::prelude::*;

    fn tally(source: &[Vec<u32>], target: &[Vec<u32>]) -> Tally {
        let mut tally = Tally::default();
        for (side, segments) in [(Side::Source, source), (Side::Target, target)] {
            for (segment, items) in segments.iter().enumerate() {
                items.iter().for_each(|&item| tally.add(side, segment, item));
            }
        }
        tally.finish(Pair::new(source.len(), target.len()), 8, |item, _| item as f32 + 0.5);
        tally
    }

    /// Straight from the definition.
    fn slow(source: &[Vec<u32>], target: &[Vec<u32>], block: Block) -> f32 {
        let count = |side: &[Vec<u32>], run: SegmentRange, item| {
            side[run.indices()].iter().flatten().filter(|&&other| other == item).count()
        };
        let both = |item| count(source, block.source, item).min(count(target, block.target, item));
        -(0..8).map(|item| both(item) as f32 * (item as f32 + 0.5)).sum::<f32>()
    }

    fn side() -> impl Strategy<Value = Vec<Vec<u32>>> {
        prop::collection::vec(prop::collection::vec(0u32..8, 0..3), 0..9)
    }

    proptest! {
        #[test]
        fn beads_share_what_the_definition_says(source in side(), target in side(), weight in -2.0f32..2.0) {
            let tally = tally(&source, &target);
            let moves: Vec<Move> = (0..4).flat_map(|a| (0..6).map(move |b| Move { source: a, target: b })).skip(1).collect();
            for source_end in 0..=source.len() {
                let mut buffer = Vec::new();
                let row = Row::new(source_end, 0..=target.len(), &moves, &mut buffer);
                let width = (target.len() + 1).next_multiple_of(LANES);
                let mut costs = vec![0; width * moves.len()];
                tally.add_costs(&[weight], &row, &mut costs);
                for (&step, costs) in moves.iter().zip(costs.chunks_exact(width)) {
                    for (target_end, &cost) in costs[..=target.len()].iter().enumerate() {
                        let Some(block) = row.block(target_end, step) else { continue };
                        let mut value = [0.0];
                        tally.measure(block, &mut value);
                        prop_assert_eq!(value[0], slow(&source, &target, block));
                        prop_assert_eq!(cost, crate::signal::weighted(&[weight], &value));
                    }
                }
            }
        }
    }

    #[test]
    fn what_stands_very_often_takes_no_square_of_places() {
        let often = vec![vec![3; 10_000]];
        let tally = tally(&often, &often);
        let (moves, mut buffer) = ([Move { source: 1, target: 1 }], Vec::new());
        let mut costs = vec![0; LANES];
        tally.add_costs(&[1.0], &Row::new(1, 0..=1, &moves, &mut buffer), &mut costs);
        let most = MOST_TIMES as usize;
        assert!(tally.scratch.borrow().met.len() <= most * most);
        assert_eq!(costs[1], crate::signal::weighted(&[1.0], &[-3.5 * MOST_TIMES as f32]));
    }

    #[test]
    fn what_stands_once_counts_once() {
        let tally = tally(&[vec![3], vec![3]], &[vec![3], vec![]]);
        let shared = |block| {
            let mut value = [0.0];
            tally.measure(block, &mut value);
            value[0]
        };
        assert_eq!(shared(Block::new(0..1, 0..1)), -3.5);
        assert_eq!(shared(Block::new(0..2, 0..2)), -3.5);
        assert_eq!(shared(Block::new(1..2, 1..2)), 0.0);
        assert_eq!(shared(Block::new(0..1, 0..0)), 0.0);
    }
}
