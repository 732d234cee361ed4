//! How often beads of a shape occur at all, before any look at the texts: the bead priors of Gale and Church (1993,
//! table 5), as log-linear weights.
//!
//! Features: one of `1-1`, `omission`, `addition`, `1-2`, `2-1`, `2-2`, `1-n` (n ≥ 3), `n-1`, `n-m` is 1; the last three
//! come with a second, `….more`, the number of segments beyond the smallest bead of that shape. A weight is then the
//! cost of the shape in nats.

use super::{Move, Row, Signal, Texts, round};
use crate::cost::Cost;
use crate::span::Block;

/// The bead priors.
#[derive(Debug, Default)]
pub struct Prior;

const NAMES: &[&str] =
    &["1-1", "omission", "addition", "1-2", "2-1", "2-2", "1-n", "1-n.more", "n-1", "n-1.more", "n-m", "n-m.more"];

/// The number of a bead's shape among the features, and of segments beyond the smallest of that shape where a feature counts them.
fn shape(step: Move) -> (usize, Option<u8>) {
    match (step.source, step.target) {
        (1, 1) => (0, None),
        (_, 0) => (1, None),
        (0, _) => (2, None),
        (1, 2) => (3, None),
        (2, 1) => (4, None),
        (2, 2) => (5, None),
        (1, n) => (6, Some(n - 3)),
        (n, 1) => (8, Some(n - 3)),
        (n, m) => (10, Some(n + m - 5)),
    }
}

impl Signal for Prior {
    fn name(&self) -> &'static str {
        "prior"
    }

    fn feature_names(&self) -> &'static [&'static str] {
        NAMES
    }

    fn prepare(&mut self, _texts: &Texts<'_>) {}

    fn measure(&self, block: Block, features: &mut [f32]) {
        // A bead that a reader has locked may be of any size.
        let count = |segments: usize| segments.min(100) as u8;
        let (shape, more) = shape(Move { source: count(block.source.len()), target: count(block.target.len()) });
        features.fill(0.0);
        features[shape] = 1.0;
        if let Some(more) = more {
            features[shape + 1] = f32::from(more);
        }
    }

    fn move_cost(&self, weights: &[f32], step: Move) -> i32 {
        let (shape, more) = shape(step);
        let more = more.map_or(0.0, |more| weights[shape + 1] * f32::from(more));
        round((weights[shape] + more) * Cost::PER_NAT as f32)
    }

    // The move says it all.
    fn add_costs(&self, _weights: &[f32], _row: &Row<'_>, _costs: &mut [i32]) {}
}
