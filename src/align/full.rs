//! The slow, obvious aligner: the formulas of the [module](super) written down as they stand, in probabilities' logarithms
//! over the whole lattice. Nothing fast is allowed in here; tests hold every other search against it.

use crate::cost::Cost;
use crate::signal::Move;
use crate::span::{Block, Pair};
use ndarray::Array2;

/// What an exhaustive search finds.
#[derive(Debug, Clone)]
pub struct Exhaustive {
    /// The best path.
    pub path: Vec<Block>,
    /// Its cost.
    pub cost: Cost,
    /// The posterior probability of each bead of that path.
    pub confidence: Vec<f64>,
    /// All beads with a posterior over 10^−12, with that probability.
    pub posterior: Vec<(Block, f64)>,
}

/// Searches every path over `segments` with the given `moves`, a bead's cost being `cost`; beads of infinite cost are not
/// used. Time O(n·m·K), memory O(n·m), with a call of `cost` for every bead, three times over.
///
/// # Panics
/// When no path exists, which 1-0 and 0-1 moves of finite cost prevent.
pub fn exhaustive(segments: Pair<usize>, moves: &[Move], cost: impl Fn(Block) -> Cost) -> Exhaustive {
    let shape = (segments.source + 1, segments.target + 1);
    let into = |i: usize, j: usize| {
        let cost = &cost;
        moves.iter().filter_map(move |step| {
            let (from_i, from_j) = (i.checked_sub(step.source as usize)?, j.checked_sub(step.target as usize)?);
            let block = Block::new(from_i..i, from_j..j);
            let cost = cost(block);
            cost.is_finite().then_some((block, cost))
        })
    };
    let start = |block: Block| (block.source.start as usize, block.target.start as usize);
    let add = |total: &mut f64, term: f64| {
        let (high, low) = (total.max(term), total.min(term));
        *total = if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() };
    };

    let mut best = Array2::from_elem(shape, Cost::INFINITY);
    let mut choice: Array2<Option<Block>> = Array2::from_elem(shape, None);
    let mut forward = Array2::from_elem(shape, f64::NEG_INFINITY);
    best[[0, 0]] = Cost::ZERO;
    forward[[0, 0]] = 0.0;
    for i in 0..shape.0 {
        for j in 0..shape.1 {
            for (block, cost) in into(i, j) {
                let total = best[start(block)] + cost;
                if best[start(block)].is_finite() && total < best[[i, j]] {
                    best[[i, j]] = total;
                    choice[[i, j]] = Some(block);
                }
                let term = forward[start(block)] - cost.nats();
                add(&mut forward[[i, j]], term);
            }
        }
    }
    let mut backward = Array2::from_elem(shape, f64::NEG_INFINITY);
    backward[[shape.0 - 1, shape.1 - 1]] = 0.0;
    let whole = forward[[shape.0 - 1, shape.1 - 1]];
    let mut posterior = Vec::new();
    for i in (0..shape.0).rev() {
        for j in (0..shape.1).rev() {
            for (block, cost) in into(i, j) {
                let term = backward[[i, j]] - cost.nats();
                add(&mut backward[start(block)], term);
                let probability = (forward[start(block)] + term - whole).exp();
                if probability > 1e-12 {
                    posterior.push((block, probability));
                }
            }
        }
    }
    let (mut at, mut path) = ((shape.0 - 1, shape.1 - 1), Vec::new());
    while at != (0, 0) {
        let block = choice[at].expect("a path exists");
        path.push(block);
        at = start(block);
    }
    path.reverse();
    let probability = |block: &Block| posterior.iter().find(|(other, _)| other == block).map_or(0.0, |&(_, p)| p);
    let confidence = path.iter().map(probability).collect();
    Exhaustive { path, cost: best[[shape.0 - 1, shape.1 - 1]], confidence, posterior }
}
