//! The loss of one document: the cost of its gold path plus ln Z, and the gradient, expected features minus the gold's.
//!
//! Time O(n·W·K·D) a call for n rows of W cells, K moves and D features.

use super::Example;
use crate::align::{Band, Model, ModelError, along};
use crate::signal::{MAX_FEATURES, Move};
use crate::span::{Block, Pair};
use ndarray::{Array1, Array2, Array3, s};

/// One document's features, ready for many calls.
pub(super) struct Prepared {
    weight: f64,
    band: Band,
    moves: Vec<Move>,
    /// The features of each bead that the band allows, those that are 0 left out: their numbers and values, one bead's from
    /// its place in `starts` to the next. Few of a bead's features are not 0.
    features: Vec<(u16, f32)>,
    starts: Vec<u32>,
    /// The bead's number, by row, cell and move; `NONE` where the band has none.
    bead: Array3<u32>,
    /// Features summed over the gold path.
    gold: Array1<f64>,
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
        signals.iter_mut().for_each(|signal| signal.reach(&|segment| band.reach(segment), usize::MAX));
        let dimensions: usize = signals.iter().map(|signal| signal.feature_names().len()).sum();
        let measure = |block: Block, out: &mut Vec<f32>| {
            for signal in &signals {
                let mut features = [0.0; MAX_FEATURES];
                let features = &mut features[..signal.feature_names().len()];
                signal.measure(block, features);
                out.extend_from_slice(features);
            }
        };
        let (mut features, mut starts, mut one) = (Vec::new(), vec![0], Vec::new());
        let mut bead = Array3::from_elem((segments.source + 1, band.width(), moves.len()), NONE);
        for i in 0..=segments.source {
            for j in band.row(i) {
                for (k, step) in moves.iter().enumerate() {
                    let (Some(from_i), Some(from_j)) =
                        (i.checked_sub(step.source as usize), j.checked_sub(step.target as usize))
                    else {
                        continue;
                    };
                    if band.holds(from_i, from_j) {
                        bead[[i, j - band.low(i), k]] = starts.len() as u32 - 1;
                        one.clear();
                        measure(Block::new(from_i..i, from_j..j), &mut one);
                        let present = one.iter().enumerate().filter(|(_, value)| **value != 0.0);
                        features.extend(present.map(|(index, value)| (index as u16, *value)));
                        starts.push(features.len() as u32);
                    }
                }
            }
        }
        let mut gold = Array1::zeros(dimensions);
        for &block in &path {
            one.clear();
            measure(block, &mut one);
            gold += &Array1::from_iter(one.iter().copied().map(f64::from));
        }
        Ok(Self { weight: example.weight, band, moves, features, starts, bead, gold })
    }

    /// The document's loss under `weights` and its gradient, both times the document's weight.
    pub(super) fn loss(&self, weights: &Array1<f64>) -> (f64, Array1<f64>) {
        let Pair { source: n, target: m } = self.band.segments();
        let costs: Vec<f64> = (0..self.starts.len() - 1)
            .map(|bead| self.features(bead).map(|(index, value)| value * weights[index]).sum())
            .collect();
        let cell = |i: usize, j: usize| [i, j - self.band.low(i)];
        let mut forward = Array2::from_elem((n + 1, self.band.width()), f64::NEG_INFINITY);
        forward[[0, 0]] = 0.0;
        let mut terms = Vec::with_capacity(self.moves.len());
        for i in 0..=n {
            for j in self.band.row(i).filter(|&j| (i, j) != (0, 0)) {
                terms.clear();
                terms.extend(self.beads_into(i, j).map(|(from, bead)| forward[from] - costs[bead]));
                forward[cell(i, j)] = log_sum(&terms);
            }
        }
        let log_z = forward[cell(n, m)];
        let mut backward = Array2::from_elem(forward.dim(), f64::NEG_INFINITY);
        backward[cell(n, m)] = 0.0;
        let mut gradient = self.gold.clone();
        for i in (0..=n).rev() {
            for j in self.band.row(i).rev() {
                let end = backward[cell(i, j)];
                if end == f64::NEG_INFINITY {
                    continue;
                }
                for (from, bead) in self.beads_into(i, j) {
                    let term = end - costs[bead];
                    backward[from] = log_sum(&[backward[from], term]);
                    let probability = (forward[from] + term - log_z).exp();
                    if probability > 1e-7 {
                        self.features(bead).for_each(|(index, value)| gradient[index] -= probability * value);
                    }
                }
            }
        }
        (self.weight * (self.gold.dot(weights) + log_z), gradient * self.weight)
    }

    /// The features of a bead that are not 0.
    fn features(&self, bead: usize) -> impl Iterator<Item = (usize, f64)> {
        let features = &self.features[self.starts[bead] as usize..self.starts[bead + 1] as usize];
        features.iter().map(|&(index, value)| (usize::from(index), f64::from(value)))
    }

    /// The beads that end in a cell: where each comes from, as a place in the lattice's tables, and its number.
    fn beads_into(&self, i: usize, j: usize) -> impl Iterator<Item = ([usize; 2], usize)> {
        let beads = self.bead.slice(s![i, j - self.band.low(i), ..]);
        let band = &self.band;
        self.moves.iter().zip(beads).filter(|(_, bead)| **bead != NONE).map(move |(step, &bead)| {
            let from = i - step.source as usize;
            ([from, j - step.target as usize - band.low(from)], bead as usize)
        })
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
