//! The loss of one document: the cost of its gold path plus ln Z, and the gradient, expected features minus the gold's.
//!
//! Time O(n·W·K·D) a call for n rows of W cells, K moves and D features.

use super::Example;
use crate::align::{Band, Model, ModelError, along};
use crate::signal::{MAX_FEATURES, Move};
use crate::span::{Block, Pair};

/// One document's features, ready for many calls.
pub(super) struct Prepared {
    weight: f64,
    band: Band,
    moves: Vec<Move>,
    width: usize,
    /// The features of each bead that the band allows, those that are 0 left out: their numbers and values, one bead's from
    /// its place in `starts` to the next. Few of a bead's features are not 0.
    features: Vec<(u16, f32)>,
    starts: Vec<u32>,
    /// The bead's number, by row, cell and move; `NONE` where the band has none.
    bead: Vec<u32>,
    /// Features summed over the gold path.
    gold: Vec<f64>,
}

const NONE: u32 = u32::MAX;

impl Prepared {
    pub(super) fn new(model: &Model, example: &Example, band_width: usize) -> Result<Self, ModelError> {
        let texts = example.texts();
        let model = example.model(model)?;
        let mut signals = model.all_signals()?;
        signals.iter_mut().for_each(|signal| signal.prepare(&texts));
        let moves = model.moves.moves()?;
        let segments = texts.len();
        let path = possible(&example.path, &moves);
        let band = around(&path, segments, band_width);
        signals.iter_mut().for_each(|signal| signal.reach(&|segment| band.reach(segment)));
        let dimensions: usize = signals.iter().map(|signal| signal.feature_names().len()).sum();
        let measure = |block: Block, out: &mut Vec<f32>| {
            for signal in &signals {
                let mut features = [0.0; MAX_FEATURES];
                let features = &mut features[..signal.feature_names().len()];
                signal.measure(block, features);
                out.extend_from_slice(features);
            }
        };
        let (width, mut features, mut starts, mut bead, mut one) =
            (band.width(), Vec::new(), vec![0], Vec::new(), Vec::new());
        bead.resize((segments.source + 1) * width * moves.len(), NONE);
        for i in 0..=segments.source {
            for j in band.row(i) {
                for (k, step) in moves.iter().enumerate() {
                    let (Some(from_i), Some(from_j)) =
                        (i.checked_sub(step.source as usize), j.checked_sub(step.target as usize))
                    else {
                        continue;
                    };
                    if band.holds(from_i, from_j) {
                        bead[(i * width + j - band.low(i)) * moves.len() + k] = starts.len() as u32 - 1;
                        one.clear();
                        measure(Block::new(from_i..i, from_j..j), &mut one);
                        let present = one.iter().enumerate().filter(|(_, value)| **value != 0.0);
                        features.extend(present.map(|(index, value)| (index as u16, *value)));
                        starts.push(features.len() as u32);
                    }
                }
            }
        }
        let mut gold = vec![0.0; dimensions];
        for &block in &path {
            one.clear();
            measure(block, &mut one);
            gold.iter_mut().zip(&one).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        Ok(Self { weight: example.weight, band, moves, width, features, starts, bead, gold })
    }

    /// The document's loss under `weights` and its gradient, both times the document's weight.
    pub(super) fn loss(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        let Pair { source: n, target: m } = self.band.segments();
        let costs: Vec<f64> = self
            .starts
            .windows(2)
            .map(|place| {
                self.features[place[0] as usize..place[1] as usize]
                    .iter()
                    .map(|&(index, value)| f64::from(value) * weights[index as usize])
                    .sum()
            })
            .collect();
        let cell = |i: usize, j: usize| i * self.width + j - self.band.low(i);
        let from =
            |i: usize, j: usize, k: usize| cell(i - self.moves[k].source as usize, j - self.moves[k].target as usize);
        let cells = (n + 1) * self.width;
        let mut forward = vec![f64::NEG_INFINITY; cells];
        forward[0] = 0.0;
        let each = |visit: &mut dyn FnMut(usize, usize, usize, usize), i: usize, j: usize| {
            let here = cell(i, j);
            for k in 0..self.moves.len() {
                let bead = self.bead[here * self.moves.len() + k];
                if bead != NONE {
                    visit(here, from(i, j, k), bead as usize, k);
                }
            }
        };
        let mut terms = Vec::with_capacity(self.moves.len());
        for i in 0..=n {
            for j in self.band.row(i).filter(|&j| (i, j) != (0, 0)) {
                terms.clear();
                each(&mut |_, from, bead, _| terms.push(forward[from] - costs[bead]), i, j);
                forward[cell(i, j)] = log_sum(&terms);
            }
        }
        let log_z = forward[cell(n, m)];
        let mut backward = vec![f64::NEG_INFINITY; cells];
        backward[cell(n, m)] = 0.0;
        let mut gradient = self.gold.clone();
        for i in (0..=n).rev() {
            for j in self.band.row(i).rev() {
                let end = backward[cell(i, j)];
                if end == f64::NEG_INFINITY {
                    continue;
                }
                each(
                    &mut |_, from, bead, _| {
                        let term = end - costs[bead];
                        backward[from] = log_sum(&[backward[from], term]);
                        let probability = (forward[from] + term - log_z).exp();
                        if probability > 1e-7 {
                            for &(index, value) in
                                &self.features[self.starts[bead] as usize..self.starts[bead + 1] as usize]
                            {
                                gradient[index as usize] -= probability * f64::from(value);
                            }
                        }
                    },
                    i,
                    j,
                );
            }
        }
        let gold_cost: f64 = self.gold.iter().zip(weights).map(|(value, weight)| value * weight).sum();
        gradient.iter_mut().for_each(|slope| *slope *= self.weight);
        (self.weight * (gold_cost + log_z), gradient)
    }
}

fn log_sum(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
}

/// A band around a path, wide enough for everything near it.
fn around(path: &[Block], segments: Pair<usize>, width: usize) -> Band {
    if segments.target < width {
        return Band::full(segments);
    }
    let centre = along(path, segments);
    Band::around(segments, width, |row| centre[row])
}

/// The path, with omissions and additions in the place of beads that no move makes.
fn possible(path: &[Block], moves: &[Move]) -> Vec<Block> {
    let mut possible = Vec::with_capacity(path.len());
    for &block in path {
        let (source, target) = (block.source.indices(), block.target.indices());
        if moves.iter().any(|step| step.source as usize == source.len() && step.target as usize == target.len()) {
            possible.push(block);
        } else {
            possible.extend(source.clone().map(|i| Block::new(i..i + 1, target.start..target.start)));
            possible.extend(target.map(|j| Block::new(source.end..source.end, j..j + 1)));
        }
    }
    possible
}
