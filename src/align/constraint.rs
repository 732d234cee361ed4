//! What a reader has decided: beads and places that an alignment must have. The rest is searched around them.
//!
//! The search knows two things of it. A *cut* is a bead on the path, or a border before two segments that begin together: the
//! lattice before it and behind it is searched by itself, with the evidence of the whole texts, so that cuts at places where the
//! best path runs anyway change neither its beads nor its cost. Segments that stand *apart* (omissions, and both
//! sides of a passage that the translator moved) can be nothing else than alone on the path, and take their place when it is found.
//!
//! Whether a locked pair is on the path is for the texts to say where the reader does not: all locked beads are left apart first,
//! and with the posteriors p of the beads that lie across a pair, it is moved where
//!
//! ```text
//! Σ_bead −ln(1 − p) > price
//! ```
//!
//! that is where the chance that none of them is right is lower than that of a moved passage. Of pairs that cross each other the
//! heaviest chain stays on the path.

use super::anchor;
use super::moved::PRICE;
use crate::bead::{Alignment, Bead, Status};
use crate::span::{Block, Pair, SegmentRange, Side};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a bead or place cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Conflict {
    /// There is nothing to keep.
    #[error("it holds no segment")]
    Nothing,
    /// Another locked bead has some of its segments.
    #[error("another locked bead has some of its segments")]
    Taken,
    /// A place lies inside a locked bead.
    #[error("it lies inside a locked bead")]
    Inside,
    /// Two places cross: one is earlier on one side and later on the other.
    #[error("it crosses another, by which segment {} of the original and {} of the translation begin together", .0 + 1, .1 + 1)]
    Crossed(u32, u32),
}

/// A bead that must be in the alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Locked {
    block: Block,
    /// It is known to stand elsewhere in the translation.
    moved: bool,
}

/// Beads and places that an alignment must have; no two contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Constraints {
    locked: Vec<Locked>,
    /// Segments of either side that are locked, by their beginning.
    taken: Pair<BTreeMap<u32, u32>>,
    anchors: BTreeMap<u32, u32>,
}

impl Constraints {
    /// Keeps `block`, which may have one side alone, whatever stands on the path at its place. `moved`: it is known that the translation has the passage elsewhere.
    ///
    /// # Errors
    /// When another locked bead has some of its segments, or an anchor lies inside; nothing is kept then.
    pub fn lock(&mut self, block: Block, moved: bool) -> Result<(), Conflict> {
        if Side::BOTH.iter().all(|&side| block[side].is_empty()) {
            return Err(Conflict::Nothing);
        }
        for side in Side::BOTH {
            let run = block[side];
            let before = self.taken[side].range(..run.end).next_back();
            if !run.is_empty() && before.is_some_and(|(_, &end)| end > run.start) {
                return Err(Conflict::Taken);
            }
            let anchors = self.anchors.iter().map(|(&source, &target)| Pair::new(source, target));
            if anchors.into_iter().any(|anchor| run.start < anchor[side] && anchor[side] < run.end) {
                return Err(Conflict::Inside);
            }
        }
        for side in Side::BOTH.into_iter().filter(|&side| !block[side].is_empty()) {
            self.taken[side].insert(block[side].start, block[side].end);
        }
        self.locked.push(Locked { block, moved });
        Ok(())
    }

    /// Has a bead begin, on either side, before the segment of this number (from 0): the two begin together.
    ///
    /// # Errors
    /// When the place lies inside a locked bead, or crosses another; it is not kept then.
    pub fn anchor(&mut self, at: Pair<usize>) -> Result<(), Conflict> {
        let at = at.map(|segment| segment as u32);
        for side in Side::BOTH {
            let before = self.taken[side].range(..at[side]).next_back();
            if before.is_some_and(|(_, &end)| end > at[side]) {
                return Err(Conflict::Inside);
            }
        }
        let before = self.anchors.range(..at.source).next_back().filter(|&(_, &target)| target > at.target);
        let crosses =
            |&(&source, &target): &(&u32, &u32)| target < at.target || (source == at.source && target != at.target);
        if let Some((&source, &target)) = before.or(self.anchors.range(at.source..).next().filter(crosses)) {
            return Err(Conflict::Crossed(source, target));
        }
        self.anchors.insert(at.source, at.target);
        Ok(())
    }

    /// [`Constraints::anchor`] of many, and what became of each: those of a longest chain that ascends on both sides come first, so that one that is
    /// wrong does not stand against all that are right.
    pub fn anchor_all(&mut self, all: &[Pair<usize>]) -> Vec<Result<(), Conflict>> {
        let point = |at: &Pair<usize>| (at.source as u32, at.target as u32, 1.0);
        let mut points: Vec<anchor::Anchor> = all.iter().map(point).collect();
        points.sort_unstable_by_key(|&(source, target, _)| (source, target));
        let targets = all.iter().map(|at| at.target + 1).max().unwrap_or(0);
        let chain: BTreeMap<u32, u32> =
            anchor::chain(&points, targets).into_iter().map(|(source, target, _)| (source, target)).collect();
        let is_first = |at: Pair<usize>| chain.get(&(at.source as u32)) == Some(&(at.target as u32));
        let (first, rest): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|&number| is_first(all[number]));
        let mut became = vec![Ok(()); all.len()];
        for number in first.into_iter().chain(rest) {
            became[number] = self.anchor(all[number]);
        }
        became
    }

    /// True when nothing is to be kept.
    pub fn is_empty(&self) -> bool {
        self.locked.is_empty() && self.anchors.is_empty()
    }

    /// What is to be kept, put to its place on the path or off it. `search` aligns under a plan.
    pub fn plan(&self, search: impl FnOnce(&Plan) -> Alignment) -> Plan {
        let anchors = self
            .anchors
            .iter()
            .map(|(&source, &target)| Block::new(source as usize..source as usize, target as usize..target as usize));
        let mut plan = Plan { cuts: anchors.collect(), apart: self.locked.iter().map(|locked| locked.block).collect() };
        let is_open = |locked: &&Locked| {
            let crosses = |anchor: &Block| across(*anchor, locked.block);
            locked.block.is_pair() && !locked.moved && !plan.cuts.iter().any(crosses)
        };
        let mut open: Vec<Block> = self.locked.iter().filter(is_open).map(|locked| locked.block).collect();
        if open.is_empty() {
            return plan;
        }
        let free = search(&plan);
        let pairs: Vec<(Block, f64)> = free
            .beads
            .iter()
            .filter(|bead| bead.block.is_pair() && bead.status == Status::Auto)
            .map(|bead| (bead.block, -(1.0 - bead.confidence).max(1e-12).ln()))
            .collect();
        open.retain(|&block| {
            let against: f64 = pairs.iter().filter(|pair| across(pair.0, block)).map(|pair| pair.1).sum();
            against <= PRICE
        });
        open.sort_unstable();
        let on_path = heaviest_chain(&open);
        plan.apart.retain(|block| on_path.binary_search(block).is_err());
        plan.cuts.extend(on_path);
        // An anchor at a bead's beginning stands before it.
        plan.cuts.sort_unstable_by_key(|cut| (cut.source.start, cut.target.start, cut.source.end, cut.target.end));
        plan
    }
}

/// True when one is earlier in the original and later in the translation.
fn across(one: Block, other: Block) -> bool {
    let before = |side: Side, one: Block, other: Block| one[side].end <= other[side].start;
    let crosses = |one, other| before(Side::Source, one, other) && before(Side::Target, other, one);
    crosses(one, other) || crosses(other, one)
}

/// Of blocks that share no segment, in the order of the original, the chain with most segments that ascends in the translation too.
fn heaviest_chain(blocks: &[Block]) -> Vec<Block> {
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.iter().enumerate() {
        let before = (0..index)
            .filter(|&other| blocks[other].target.end <= block.target.start)
            .max_by_key(|&other| (best[other].0, std::cmp::Reverse(other)));
        let weight = block.source.len() + block.target.len();
        best.push((weight + before.map_or(0, |other| best[other].0), before));
    }
    let mut at = (0..blocks.len()).max_by_key(|&index| (best[index].0, std::cmp::Reverse(index)));
    let mut chain = Vec::new();
    while let Some(index) = at {
        chain.push(blocks[index]);
        at = best[index].1;
    }
    chain.reverse();
    chain
}

/// [`Constraints`] put to their places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Beads on the path, and, empty on both sides, borders that it runs through; in order.
    cuts: Vec<Block>,
    /// Beads off the path: omissions, additions, and moved pairs.
    apart: Vec<Block>,
}

impl Plan {
    /// True when it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty() && self.apart.is_empty()
    }

    /// The parts of texts with so many segments that are searched by themselves, each with the bead behind it, where the cut is one.
    pub fn parts(&self, segments: Pair<usize>) -> impl Iterator<Item = (Block, Option<Block>)> {
        let end = Block::new(segments.source..segments.source, segments.target..segments.target);
        let starts = std::iter::once(Block::default()).chain(self.cuts.iter().copied());
        let cuts = self.cuts.iter().copied().map(Some).chain([None]);
        starts.zip(cuts).map(move |(before, cut)| {
            let behind = cut.unwrap_or(end);
            let side = |side: Side| SegmentRange { start: before[side].end, end: behind[side].start };
            (Block { source: side(Side::Source), target: side(Side::Target) }, cut.filter(|cut| cut.is_pair()))
        })
    }

    /// The segments that are to be alone.
    pub fn apart(&self) -> Apart {
        let runs = |side: Side| {
            let mut runs: Vec<SegmentRange> =
                self.apart.iter().map(|block| block[side]).filter(|run| !run.is_empty()).collect();
            runs.sort_unstable();
            runs
        };
        Apart(Pair::new(runs(Side::Source), runs(Side::Target)))
    }

    /// The beads that are on the path, in order.
    pub fn on_path(&self) -> Vec<Block> {
        self.cuts.iter().copied().filter(|cut| cut.is_pair()).collect()
    }

    /// The beads that are off the path.
    pub fn off_path(&self) -> &[Block] {
        &self.apart
    }

    /// `alignment`, found under this plan, with the beads off the path (`locked`, in the order of [`Plan::off_path`]) in the place
    /// of their segments: those of the original where the original has them.
    pub fn put_in(&self, alignment: Alignment, locked: Vec<Bead>) -> Alignment {
        let mut owner: Pair<BTreeMap<u32, usize>> = Pair::default();
        for (index, block) in self.apart.iter().enumerate() {
            for side in Side::BOTH.into_iter().filter(|&side| !block[side].is_empty()) {
                owner[side].insert(block[side].start, index);
            }
        }
        let mut locked: Vec<Option<Bead>> = locked.into_iter().map(Some).collect();
        let mut beads: Vec<Bead> = Vec::with_capacity(alignment.beads.len());
        for bead in alignment.beads {
            let alone = Side::BOTH.into_iter().find(|&side| !bead.block.is_pair() && !bead.block[side].is_empty());
            let found = alone.and_then(|side| {
                let (_, &index) = owner[side].range(..=bead.block[side].start).next_back()?;
                (bead.block[side].start < self.apart[index][side].end).then_some((side, index))
            });
            let Some((side, index)) = found else {
                beads.push(bead);
                continue;
            };
            // A pair comes where the original has it.
            let block = self.apart[index];
            if bead.block[side].start == block[side].start
                && (side == Side::Source || !block.is_pair())
                && let Some(mut own) = locked[index].take()
            {
                let other = side.other();
                if own.block[other].is_empty() {
                    own.block[other] = bead.block[other];
                }
                beads.push(own);
            }
        }
        Alignment::of(beads)
    }
}

/// Segments that are alone on the path, as runs in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Apart(pub(super) Pair<Vec<SegmentRange>>);

impl Apart {
    /// Those inside a part of the texts, numbered as there. Runs that reach beyond it are cut.
    pub fn within(&self, part: Block) -> Apart {
        let side = |side: Side| {
            let part = part[side];
            let inside = |run: &SegmentRange| SegmentRange {
                start: run.start.max(part.start) - part.start,
                end: run.end.min(part.end).saturating_sub(part.start),
            };
            let overlaps = |run: &&SegmentRange| run.start < part.end && part.start < run.end;
            self.0[side].iter().filter(overlaps).map(inside).collect()
        };
        Apart(Pair::new(side(Side::Source), side(Side::Target)))
    }

    /// For each segment border of a side with so many segments, the segments before it that are alone; nothing where none is.
    pub(super) fn counts(&self, side: Side, segments: usize) -> Vec<u32> {
        if self.0[side].is_empty() {
            return Vec::new();
        }
        let mut alone = vec![0; segments + 1];
        for run in &self.0[side] {
            alone[run.start as usize + 1..=run.end as usize].fill(1);
        }
        let mut count = 0;
        for alone in &mut alone {
            count += *alone;
            *alone = count;
        }
        alone
    }

    /// Marks the beads of `alignment` that stand for these segments as locked, so that nothing else is made of them.
    pub fn mark(&self, beads: &mut [Bead]) {
        for bead in beads.iter_mut().filter(|bead| !bead.block.is_pair()) {
            let is_apart = |side: Side| {
                let run = bead.block[side];
                let before = self.0[side].partition_point(|apart| apart.start <= run.start);
                !run.is_empty() && before > 0 && run.start < self.0[side][before - 1].end
            };
            if Side::BOTH.into_iter().any(is_apart) {
                bead.status = Status::Locked;
            }
        }
    }
}
