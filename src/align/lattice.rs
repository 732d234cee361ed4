//! The fast search over a [`Band`], with buffers that are kept from one text to the next. The mathematics stand in the
//! [module](super) above.

use super::Band;
use crate::signal::{IMPOSSIBLE, Move, Row};
use crate::span::Block;
use ndarray::{ArrayView2, ArrayViewMut2};

/// No path leads here.
const UNREACHED: i64 = i64::MAX / 4;
/// Bead costs are kept from the Viterbi pass for the posterior as long as they take up to this many numbers (64 MB);
/// beyond, they are computed a second time.
const KEPT_COSTS: usize = 1 << 24;
/// Beads that lose this much, in the unit of [`crate::cost::Cost`], are taken as impossible.
const CUTOFF: i64 = 3000;
/// Weights below this do not go further.
const NEGLIGIBLE: f64 = 1e-13;
/// A row is scaled down when its largest weight exceeds this.
const LARGE: f64 = 1e100;

/// A bead that some likely path runs through.
#[derive(Debug, Clone, Copy)]
struct Active {
    source_end: u32,
    target_end: u32,
    step: u8,
    /// e^−d of the bead.
    share: f64,
}

/// A bead of the answer: its place and its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) block: Block,
    pub(super) probability: f64,
}

/// The lattice and its buffers.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    /// V, a row of the band's width for each source position.
    best: Vec<i64>,
    /// The move that V was reached by.
    choice: Vec<u8>,
    /// A row of `width · moves` bead costs, or all rows where they are kept.
    costs: Vec<i32>,
    alpha: Vec<f64>,
    beta: Vec<f64>,
    /// ln of what each row of β was divided by.
    beta_scale: Vec<f64>,
    active: Vec<Active>,
    exp: Vec<f64>,
}

/// A bead that ends in a cell, seen from there.
struct Step {
    from: (usize, usize),
    index: usize,
}

fn step_from(band: &Band, moves: &[Move], i: usize, j: usize, index: usize) -> Option<Step> {
    let (source, target) = (i.checked_sub(moves[index].source as usize)?, j.checked_sub(moves[index].target as usize)?);
    band.holds(source, target).then(|| Step { from: (source, target - band.low(source)), index })
}

impl Lattice {
    /// The best path through the band and its cost. `fill` writes the costs of one row, see [`crate::signal::Signal::add_costs`].
    pub(super) fn viterbi(
        &mut self,
        band: &Band,
        moves: &[Move],
        mut fill: impl FnMut(&Row<'_>, &mut [i32]),
    ) -> (Vec<Block>, i64) {
        let segments = band.segments();
        let (rows, width, row_costs) = (segments.source + 1, band.width(), band.width() * moves.len());
        self.best.clear();
        self.best.resize(rows * width, UNREACHED);
        self.choice.clear();
        self.choice.resize(rows * width, u8::MAX);
        self.costs.clear();
        self.costs.resize(if self.keeps(band, moves) { rows * row_costs } else { row_costs }, 0);
        let kept = self.costs.len() > row_costs || rows == 1;
        let mut best = view(&mut self.best, rows, width);
        let mut choice = view(&mut self.choice, rows, width);
        best[[0, 0]] = 0;
        for i in 0..rows {
            let costs = row_of(&mut self.costs, if kept { i } else { 0 }, row_costs);
            let row = fill_row(band, moves, i, costs, &mut fill);
            let low = band.low(i);
            for j in row.target_ends.clone() {
                if i == 0 && j == 0 {
                    continue;
                }
                let w = j - low;
                let cell = &costs[w * moves.len()..][..moves.len()];
                let (mut least, mut by) = (UNREACHED, u8::MAX);
                for (index, (step, &cost)) in moves.iter().zip(cell).enumerate() {
                    let (a, b) = (step.source as usize, step.target as usize);
                    if cost >= IMPOSSIBLE || a > i || b > j {
                        continue;
                    }
                    let from = (j - b).wrapping_sub(band.low(i - a));
                    if from >= width {
                        continue;
                    }
                    let total = best[[i - a, from]] + i64::from(cost);
                    if total < least {
                        (least, by) = (total, index as u8);
                    }
                }
                best[[i, w]] = least;
                choice[[i, w]] = by;
            }
        }
        let (mut i, mut j, mut path) = (segments.source, segments.target, Vec::new());
        let cost = best[[i, j - band.low(i)]];
        while (i, j) != (0, 0) {
            let step = moves[choice[[i, j - band.low(i)]] as usize];
            let from = (i - step.source as usize, j - step.target as usize);
            path.push(Block::new(from.0..i, from.1..j));
            (i, j) = from;
        }
        path.reverse();
        (path, cost)
    }

    fn keeps(&self, band: &Band, moves: &[Move]) -> bool {
        (band.segments().source + 1) * band.width() * moves.len() <= KEPT_COSTS
    }

    /// All beads with a posterior worth speaking of, in the order of their ends. To be called after [`Lattice::viterbi`] with the
    /// same band, moves and costs.
    pub(super) fn posterior(
        &mut self,
        band: &Band,
        moves: &[Move],
        mut fill: impl FnMut(&Row<'_>, &mut [i32]),
    ) -> Vec<Found> {
        if self.exp.is_empty() {
            self.exp = (0..=CUTOFF).map(|excess| (-excess as f64 / crate::cost::Cost::PER_NAT as f64).exp()).collect();
        }
        self.backward(band, moves, &mut fill);
        self.forward(band, moves)
    }

    /// β and the active beads, from (n, m) back.
    fn backward(&mut self, band: &Band, moves: &[Move], fill: &mut impl FnMut(&Row<'_>, &mut [i32])) {
        let segments = band.segments();
        let (rows, width, row_costs) = (segments.source + 1, band.width(), band.width() * moves.len());
        let kept = self.keeps(band, moves);
        let reach = moves.iter().map(|step| step.source as usize).max().unwrap_or(0);
        self.active.clear();
        self.beta.clear();
        self.beta.resize(rows * width, 0.0);
        self.beta_scale.clear();
        self.beta_scale.resize(rows, 0.0);
        let best = ArrayView2::from_shape((rows, width), &self.best).expect("filled by viterbi");
        let mut beta = view(&mut self.beta, rows, width);
        beta[[segments.source, segments.target - band.low(segments.source)]] = 1.0;
        let mut scale = 0.0;
        for i in (0..rows).rev() {
            let largest = beta.row(i).iter().copied().fold(0.0, f64::max);
            if largest > LARGE {
                // All rows that still receive weight share one scale.
                let first = i.saturating_sub(reach);
                beta.slice_mut(ndarray::s![first..=i, ..]).mapv_inplace(|weight| weight / largest);
                scale += largest.ln();
            }
            self.beta_scale[i] = scale;
            let costs = row_of(&mut self.costs, if kept { i } else { 0 }, row_costs);
            if !kept {
                fill_row(band, moves, i, costs, fill);
            }
            let low = band.low(i);
            for j in band.row(i).rev() {
                let w = j - low;
                let weight = beta[[i, w]];
                if weight < NEGLIGIBLE || best[[i, w]] >= UNREACHED {
                    continue;
                }
                for (index, &cost) in costs[w * moves.len()..][..moves.len()].iter().enumerate() {
                    if cost >= IMPOSSIBLE {
                        continue;
                    }
                    let Some(Step { from, index }) = step_from(band, moves, i, j, index) else { continue };
                    let excess = best[from] + i64::from(cost) - best[[i, w]];
                    if excess > CUTOFF {
                        continue;
                    }
                    let share = self.exp[excess as usize];
                    if share * weight > NEGLIGIBLE {
                        beta[from] += share * weight;
                        self.active.push(Active {
                            source_end: i as u32,
                            target_end: j as u32,
                            step: index as u8,
                            share,
                        });
                    }
                }
            }
        }
    }

    /// α over the active beads, and with it their probabilities.
    fn forward(&mut self, band: &Band, moves: &[Move]) -> Vec<Found> {
        let (rows, width) = (band.segments().source + 1, band.width());
        let reach = moves.iter().map(|step| step.source as usize).max().unwrap_or(0);
        self.alpha.clear();
        self.alpha.resize(rows * width, 0.0);
        let mut alpha = view(&mut self.alpha, rows, width);
        let beta = ArrayView2::from_shape((rows, width), &self.beta).expect("filled by backward");
        alpha[[0, 0]] = 1.0;
        let whole = beta[[0, 0]].ln() + self.beta_scale[0];
        let (mut scale, mut row) = (0.0, 0);
        let mut found = Vec::with_capacity(self.active.len());
        for bead in self.active.iter().rev() {
            let (i, j) = (bead.source_end as usize, bead.target_end as usize);
            if i != row {
                let largest = alpha.row(row).iter().copied().fold(0.0, f64::max);
                if largest > LARGE {
                    let first = (row + 1).saturating_sub(reach);
                    alpha.slice_mut(ndarray::s![first..=row, ..]).mapv_inplace(|weight| weight / largest);
                    scale += f64::ln(largest);
                }
                row = i;
            }
            let step = moves[bead.step as usize];
            let (from_i, from_j) = (i - step.source as usize, j - step.target as usize);
            let weight = alpha[[from_i, from_j - band.low(from_i)]] * bead.share;
            let to = [i, j - band.low(i)];
            alpha[to] += weight;
            let probability = weight * beta[to] * (scale + self.beta_scale[i] - whole).exp();
            found.push(Found { block: Block::new(from_i..i, from_j..j), probability: probability.min(1.0) });
        }
        found
    }
}

fn view<T>(buffer: &mut [T], rows: usize, width: usize) -> ArrayViewMut2<'_, T> {
    ArrayViewMut2::from_shape((rows, width), buffer).expect("resized to rows × width")
}

fn row_of(costs: &mut [i32], row: usize, length: usize) -> &mut [i32] {
    &mut costs[row * length..][..length]
}

/// Has `fill` write the costs of row `i` over `costs`.
fn fill_row<'m>(
    band: &Band,
    moves: &'m [Move],
    i: usize,
    costs: &mut [i32],
    fill: &mut impl FnMut(&Row<'_>, &mut [i32]),
) -> Row<'m> {
    let row = Row { source_end: i, target_ends: band.row(i), moves };
    let cells = row.target_ends.clone().count();
    let costs = &mut costs[..cells * moves.len()];
    costs.fill(0);
    fill(&row, costs);
    row
}
