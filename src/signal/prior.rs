//! How often beads of a shape occur at all, before any look at the texts: the bead priors of Gale and Church (1993,
//! table 5), as log-linear weights.
//!
//! Features: one of `1-1`, `omission`, `addition`, `1-2`, `2-1`, `2-2`, `1-n` (n ≥ 3), `n-1`, `n-m` is 1; the last three
//! come with a second, `….more`, the number of segments beyond the smallest bead of that shape. A weight is then the
//! cost of the shape in nats.

use super::{Move, Row, Signal, Texts, weighted};
use crate::span::Block;

/// The bead priors.
#[derive(Debug, Default)]
pub struct Prior;

const NAMES: &[&str] =
    &["1-1", "omission", "addition", "1-2", "2-1", "2-2", "1-n", "1-n.more", "n-1", "n-1.more", "n-m", "n-m.more"];

fn shape(step: Move, features: &mut [f32]) {
    features.fill(0.0);
    let (source, target) = (step.source, step.target);
    let (index, more) = match (source, target) {
        (1, 1) => (0, 0),
        (_, 0) => (1, 0),
        (0, _) => (2, 0),
        (1, 2) => (3, 0),
        (2, 1) => (4, 0),
        (2, 2) => (5, 0),
        (1, n) => (6, n - 3),
        (n, 1) => (8, n - 3),
        (n, m) => (10, n + m - 5),
    };
    features[index] = 1.0;
    if index >= 6 {
        features[index + 1] = f32::from(more);
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
        shape(Move { source: count(block.source.len()), target: count(block.target.len()) }, features);
    }

    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let mut features = [0.0; NAMES.len()];
        for (step, _, costs) in row.beads(costs) {
            shape(step, &mut features);
            let prior = weighted(weights, &features);
            costs.iter_mut().for_each(|cost| *cost += prior);
        }
    }
}
