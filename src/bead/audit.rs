//! What must hold of every alignment, whoever made it.

use super::{Alignment, Status};
use crate::cost::Cost;
use crate::span::{Block, Pair, Side};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why an alignment is not one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A bead does not start where the one before it ended.
    #[error("bead {bead} starts at {side:?} segment {found}; the bead before it ended at {expected}")]
    NotContiguous {
        /// Index of the bead, from 0.
        bead: usize,
        /// The side that is broken.
        side: Side,
        /// Where the bead should start.
        expected: usize,
        /// Where it starts.
        found: usize,
    },
    /// The last bead ends before the text does, or after.
    #[error("the alignment ends at {side:?} segment {found} of {expected}")]
    Incomplete {
        /// The side that is broken.
        side: Side,
        /// Segments of that side.
        expected: usize,
        /// Segments covered.
        found: usize,
    },
    /// A bead without any segment.
    #[error("bead {bead} is empty on both sides")]
    EmptyBead {
        /// Index of the bead, from 0.
        bead: usize,
    },
    /// The parts of a bead do not add up to its cost.
    #[error("bead {bead} costs {cost:?}, but its parts add up to {parts:?}")]
    PartsDiffer {
        /// Index of the bead, from 0.
        bead: usize,
        /// The bead's stated cost.
        cost: Cost,
        /// The sum of its parts.
        parts: Cost,
    },
}

impl Alignment {
    /// Checks that the beads are monotone (moved and locked pairs, which the translation may have elsewhere, on the source side
    /// alone), that every one of the `segments` of either side lies in exactly one bead, and that each bead's parts add up to its cost.
    ///
    /// # Errors
    /// The first [`Fault`] met, in text order.
    pub fn validate(&self, segments: Pair<usize>) -> Result<(), Fault> {
        // What beads that may stand elsewhere have taken out of the target's order: beginnings and ends.
        let elsewhere = self.beads.iter().filter(|bead| bead.status != Status::Auto && bead.block.is_pair());
        let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
        for run in elsewhere.map(|bead| bead.block.target.indices()) {
            if let Some(end) = taken.insert(run.start, run.end) {
                let (expected, found) = (end, run.start);
                return Err(Fault::NotContiguous { bead: self.beads.len(), side: Side::Target, expected, found });
            }
        }
        let mut reached = Pair::new(0usize, 0usize);
        for (index, bead) in self.beads.iter().enumerate() {
            for side in Side::BOTH {
                let run = bead.block[side].indices();
                if side == Side::Target && bead.block.is_pair() && bead.status != Status::Auto {
                    continue;
                }
                while side == Side::Target && run.start != reached.target {
                    let Some(end) = taken.remove(&reached.target) else { break };
                    reached.target = end;
                }
                if run.start != reached[side] {
                    let (expected, found) = (reached[side], run.start);
                    return Err(Fault::NotContiguous { bead: index, side, expected, found });
                }
                reached[side] = run.end;
            }
            if bead.block.source.is_empty() && bead.block.target.is_empty() {
                return Err(Fault::EmptyBead { bead: index });
            }
            let parts: Cost = bead.parts.iter().map(|part| part.cost).sum();
            if parts != bead.cost {
                return Err(Fault::PartsDiffer { bead: index, cost: bead.cost, parts });
            }
        }
        while let Some(end) = taken.remove(&reached.target) {
            reached.target = end;
        }
        for side in Side::BOTH {
            if reached[side] != segments[side] || (side == Side::Target && !taken.is_empty()) {
                return Err(Fault::Incomplete { side, expected: segments[side], found: reached[side] });
            }
        }
        Ok(())
    }

    /// The cost of the same beads under `cost`, to be held against [`Alignment::cost`].
    pub fn rescore(&self, mut cost: impl FnMut(Block) -> Cost) -> Cost {
        self.beads.iter().map(|bead| cost(bead.block)).sum()
    }
}
