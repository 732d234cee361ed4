//! Stage 5: the result types. A *bead* (Brown et al. 1991) is a run of source segments and a run of target segments that
//! belong together; an [`Alignment`] is a sequence of beads. This stage stands before the search so that it can judge
//! any aligner's answer: [`Alignment::validate`], [`Alignment::rescore`] and [`score`] know nothing of how it was found.

mod audit;
pub mod calibration;
pub mod gold;
pub mod score;

pub use audit::Fault;

use crate::cost::Cost;
use crate::span::{Block, Pair, SegmentRange, Side};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One bead with what the model says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bead {
    /// Where it lies.
    pub block: Block,
    /// Its cost; the sum of `parts`.
    pub cost: Cost,
    /// What each signal contributed, in the model's order.
    pub parts: Vec<Part>,
    /// Posterior probability that this very bead is in the alignment, in 0..=1.
    pub confidence: f64,
    /// How it came to be where it is.
    pub status: Status,
}

/// How a bead came to be where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Found on the path.
    #[default]
    Auto,
    /// Set by a reader.
    Locked,
    /// Found off the path: the translation has it elsewhere.
    Moved,
}

impl Status {
    /// As rows write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Locked => "locked",
            Self::Moved => "moved",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Bead {
    /// The bead's kind in the field's notation, such as `2-1`.
    pub fn kind(&self) -> String {
        format!("{}-{}", self.block.source.len(), self.block.target.len())
    }
}

/// One signal's share of a bead's cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The signal's name.
    pub signal: &'static str,
    /// Weight times value, summed over the signal's features.
    pub cost: Cost,
}

/// Beads in text order, and their summed cost.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alignment {
    /// The beads in text order.
    pub beads: Vec<Bead>,
    /// The sum of the beads' costs, as the search found it.
    pub cost: Cost,
}

impl Alignment {
    /// The alignment of beads that come from a path, some pairs being taken off it and others made whole: the places of empty
    /// sides are put where the path then runs.
    pub(crate) fn of(mut beads: Vec<Bead>) -> Self {
        let off_path = |bead: &Bead| bead.status != Status::Auto && bead.block.is_pair();
        let mut taken: Vec<SegmentRange> =
            beads.iter().filter(|bead| off_path(bead)).map(|bead| bead.block.target).collect();
        taken.sort_unstable();
        let mut reached: Pair<u32> = Pair::default();
        for bead in &mut beads {
            for side in Side::BOTH {
                let run = bead.block[side];
                if run.is_empty() {
                    let at = run.start.max(reached[side]);
                    // No place lies inside a bead.
                    let before = taken.partition_point(|taken| taken.start < at);
                    let inside = taken[..before].last().filter(|taken| side == Side::Target && at < taken.end);
                    let at = inside.map_or(at, |taken| taken.end);
                    bead.block[side] = SegmentRange { start: at, end: at };
                }
            }
            reached.source = bead.block.source.end;
            if !off_path(bead) {
                reached.target = bead.block.target.end;
            }
        }
        let cost = beads.iter().map(|bead| bead.cost).sum();
        Alignment { beads, cost }
    }
}
