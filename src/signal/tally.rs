//! Things that a text and its translation both name (numbers, names), counted bead by bead.
//!
//! An *item* is something that may stand in segments of both sides: a_k times in the source segments of a bead, b_k times in
//! its target segments. Each has a gain g_k, what it is worth in nats to find it on both sides. The one feature is
//!
//! ```text
//! shared = − Σ_k g_k · min(a_k, b_k)
//! ```
//!
//! 0 for a bead of one side. No approximation: what stands once counts once, however many segments a bead takes. What one side
//! names alone is not counted: with it, the gold was no likelier on texts held out.
//!
//! Most beads share nothing. Those that do are found row by row, from the items of the source segments where the row's beads
//! end and the target segments that have them too. Time: nothing where the row shares no item, else O(1) a bead and shared item. Sums are
//! whole numbers, so that they do not depend on their order.

use super::{Ends, MAX_RUN, Row, round};
use crate::cost::Cost;
use crate::span::{Block, Pair, SegmentRange, Side};
use std::cell::RefCell;

/// The features, in their order.
pub(super) const NAMES: &[&str] = &["shared"];
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

/// An item so many times in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Occurrence {
    segment: u32,
    item: u32,
    count: i32,
}

/// One side's items.
#[derive(Debug, Default)]
struct Places {
    list: Vec<Occurrence>,
    /// Where each segment's begin in the list; with the number of segments, where they end.
    start: Vec<u32>,
    /// By item: the segments that have it, and how often; where each item's begin, and the last's end.
    by_item: Vec<(u32, u32, i32)>,
    item_start: Vec<u32>,
}

/// What a row of the lattice needs, kept from one to the next.
#[derive(Debug, Default)]
struct Scratch {
    /// By item, the last row that has met it; the number of the row under way.
    seen: Vec<u64>,
    row: u64,
    /// The row's moves of both sides.
    steps: Vec<Ends>,
    /// How often an item stands before each of the target segments that the row reaches.
    before: Vec<i32>,
    /// What the row's beads share, as costs are kept.
    shared: Vec<i32>,
}

/// The items of a pair of texts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    sides: Pair<Places>,
    /// By item, in STEPS.
    gain: Vec<i32>,
    found: Vec<Pair<u32>>,
    any: bool,
    scratch: RefCell<Scratch>,
}

impl Places {
    fn of(&self, run: SegmentRange) -> &[Occurrence] {
        &self.list[self.start[run.start as usize] as usize..self.start[run.end as usize] as usize]
    }

    fn count(&self, run: SegmentRange, item: u32) -> i32 {
        self.of(run).iter().filter(|place| place.item == item).map(|place| place.count).sum()
    }

    /// Sorts the list, one entry for each item of a segment.
    fn sort(&mut self) {
        self.list.sort_unstable();
        self.list.dedup_by(|next, kept| {
            let same = next.segment == kept.segment && next.item == kept.item;
            kept.count += if same { next.count } else { 0 };
            same
        });
    }

    /// The segments in a range that have the item, and how often: (item, segment, count).
    fn with(&self, item: u32, segments: &std::ops::Range<usize>) -> &[(u32, u32, i32)] {
        let [start, end] = [item, item + 1]
            .map(|item| self.item_start.get(item as usize).map_or(self.by_item.len(), |&at| at as usize));
        let own = &self.by_item[start..end];
        let place = |segment: usize| own.partition_point(|place| (place.1 as usize) < segment);
        &own[place(segments.start)..place(segments.end)]
    }

    fn index(&mut self, segments: usize) {
        self.by_item.clear();
        self.by_item.extend(self.list.iter().map(|place| (place.item, place.segment, place.count)));
        self.by_item.sort_unstable();
        self.item_start.clear();
        for (at, &(item, ..)) in self.by_item.iter().enumerate() {
            self.item_start.resize(self.item_start.len().max(item as usize + 1), at as u32);
        }
        self.item_start.push(self.by_item.len() as u32);
        self.start.clear();
        let mut next = 0;
        for segment in 0..=segments as u32 {
            while self.list.get(next).is_some_and(|place| place.segment < segment) {
                next += 1;
            }
            self.start.push(next as u32);
        }
    }
}

fn one(segment: usize) -> SegmentRange {
    SegmentRange::new(segment, segment + 1)
}

fn value(shared: i32) -> [f32; NAMES.len()] {
    [-shared as f32 / STEPS]
}

impl Tally {
    /// Forgets all items.
    pub(super) fn clear(&mut self) {
        Side::BOTH.into_iter().for_each(|side| self.sides[side].list.clear());
        self.any = false;
    }

    /// The item of that number stands in a segment. Items are numbered from 0.
    pub(super) fn add(&mut self, side: Side, segment: usize, item: u32) {
        self.sides[side].list.push(Occurrence { segment: segment as u32, item, count: 1 });
    }

    /// Makes ready what was added, for texts of so many segments; `gain` is asked for the items that both sides have.
    pub(super) fn finish(&mut self, segments: Pair<usize>, items: usize, gain: impl Fn(usize, Spread) -> f32) {
        let Self { sides, gain: gains, found, any, .. } = self;
        found.clear();
        found.resize(items, Pair::default());
        for side in Side::BOTH {
            sides[side].sort();
            for place in &sides[side].list {
                found[place.item as usize][side] += 1;
            }
        }
        let of = segments.map(|count| count as u32);
        gains.clear();
        gains.extend(found.iter().enumerate().map(|(item, &found)| {
            let common = found.source > 0 && found.target > 0;
            let gain = if common { gain(item, Spread { found, of }) } else { 0.0 };
            (gain.clamp(0.0, 30.0) * STEPS).round_ties_even() as i32
        }));
        for side in Side::BOTH {
            sides[side].list.retain(|place| gains[place.item as usize] > 0);
            sides[side].index(segments[side]);
        }
        *any = !sides.source.list.is_empty();
    }

    /// Whether the item stands on both sides, and a match is worth something.
    pub(super) fn counts(&self, item: u32) -> bool {
        self.gain.get(item as usize).is_some_and(|&gain| gain > 0)
    }

    /// The features of a block.
    pub(super) fn measure(&self, block: Block, values: &mut [f32]) {
        let mut shared = 0;
        if self.any && block.is_pair() {
            let Pair { source, target } = &self.sides;
            for segment in block.source.indices() {
                let earlier = SegmentRange::new(block.source.start as usize, segment);
                for &Occurrence { item, .. } in source.of(one(segment)) {
                    if source.count(earlier, item) == 0 {
                        let both = source.count(block.source, item).min(target.count(block.target, item));
                        shared += self.gain[item as usize] * both;
                    }
                }
            }
        }
        values.copy_from_slice(&value(shared));
    }

    /// See [`super::Signal::add_costs`].
    pub(super) fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        if !self.any {
            return;
        }
        let mut scratch = self.scratch.borrow_mut();
        let Scratch { seen, row: number, steps, before, shared } = &mut *scratch;
        let (mut farthest, mut widest) = (0, 0);
        for Ends { step, .. } in row.moves() {
            (farthest, widest) = (farthest.max(step.source as usize), widest.max(step.target as usize));
        }
        let window = row.source_end - farthest..row.source_end;
        let start = row.target_ends.start().saturating_sub(widest);
        let reached = start..*row.target_ends.end();
        // Each row has a number of its own, by which the items are told that it has met.
        *number += 1;
        seen.resize(seen.len().max(self.gain.len()), 0);
        let mut any = false;
        // From the last backwards: an item is met where it stands nearest to the end.
        for &Occurrence { item, segment, .. } in
            self.sides.source.of(SegmentRange::new(window.start, window.end)).iter().rev()
        {
            if std::mem::replace(&mut seen[item as usize], *number) == *number {
                continue;
            }
            let there = self.sides.target.with(item, &reached);
            if there.is_empty() {
                continue;
            }
            let nearest = row.source_end - segment as usize;
            if !any {
                any = true;
                shared.clear();
                shared.resize(costs.len(), 0);
                steps.clear();
                steps.extend(row.moves().filter(|ends| ends.step.source > 0 && ends.step.target > 0));
            }
            before.clear();
            let mut sum = 0;
            for &(_, segment, count) in there {
                before.resize(segment as usize + 1 - start, sum);
                sum += count;
            }
            before.resize(reached.end + 1 - start, sum);
            // How often the item stands in so many source segments up to the end.
            let mut within = [0; MAX_RUN + 1];
            for &(_, segment, count) in self.sides.source.with(item, &window) {
                within[row.source_end - segment as usize..].iter_mut().for_each(|sum| *sum += count);
            }
            let gain = self.gain[item as usize];
            for &Ends { step, first, last, at, .. } in steps.iter().filter(|ends| ends.step.source as usize >= nearest)
            {
                let within = within[step.source as usize];
                let shared = &mut shared[at..=at + last - first];
                let to = &before[first - start..][..shared.len()];
                let from = &before[first - start - step.target as usize..][..shared.len()];
                if within == 1 {
                    // The usual case, without a multiplication.
                    for k in 0..shared.len() {
                        shared[k] += if to[k] > from[k] { gain } else { 0 };
                    }
                    continue;
                }
                for k in 0..shared.len() {
                    shared[k] += gain * within.min(to[k] - from[k]);
                }
            }
        }
        if any {
            for (cost, &shared) in costs.iter_mut().zip(shared.iter()) {
                *cost += round(weights[0] * value(shared)[0] * Cost::PER_NAT as f32);
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
