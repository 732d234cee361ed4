//! Stage 5: the result types. A *bead* (Brown et al. 1991) is a run of source segments and a run of target segments that
//! belong together; an [`Alignment`] is a sequence of beads. This stage stands before the search so that it can judge
//! any aligner's answer: [`Alignment::validate`], [`Alignment::rescore`] and [`score`] know nothing of how it was found.

mod audit;
pub mod calibration;
pub mod gold;
pub mod score;

pub use audit::Fault;

use crate::cost::Cost;
use crate::span::Block;
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
