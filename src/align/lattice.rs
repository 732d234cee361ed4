//! The fast search over a [`Band`], with buffers that are kept from one text to the next. The mathematics stand in the
//! [module](super) above.

use super::Band;
use crate::signal::{Move, Row};
use crate::span::Block;

/// No path leads here. Far enough below `i64::MAX` for a move's number to be put behind it, see [`Lattice::viterbi`].
const UNREACHED: i64 = i64::MAX >> 16;
/// Bits that hold the number of a move.
const MOVE_BITS: u32 = 8;
/// Bead costs are kept from the Viterbi pass for the posterior as long as they take up to this many numbers (4 MB);
/// beyond, they are computed a second time, for the few cells that some likely path visits.
const KEPT_COSTS: usize = 1 << 20;
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

/// One move into a row of the lattice: where it is allowed, and where it comes from.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// The move's place in the list of moves.
    index: usize,
    /// The target positions that it can end at.
    first: usize,
    last: usize,
    /// Added (wrapping) to the target position of its end, the cell that it starts from.
    back: usize,
}

/// The lattice and its buffers: a row of the band's width for each source position. They are kept, and grow, from one text to
/// the next; cells beyond the text's end are never read.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    /// V.
    best: Vec<i64>,
    /// The move that V was reached by.
    choice: Vec<u8>,
    /// A row of `moves · ends` bead costs, or all rows where they are kept.
    costs: Vec<i32>,
    /// The least costs of the row under way.
    least: Vec<i64>,
    alpha: Vec<f64>,
    beta: Vec<f64>,
    /// ln of what each row of β was divided by.
    beta_scale: Vec<f64>,
    active: Vec<Active>,
    exp: Vec<f64>,
    /// The moves into the row under way.
    reaches: Vec<Reach>,
    /// The same for the signals, see [`Row::limits`].
    limits: Vec<(usize, usize)>,
}

fn grow<T: Copy>(buffer: &mut Vec<T>, length: usize, value: T) {
    if buffer.len() < length {
        buffer.resize(length, value);
    }
}

fn keeps(band: &Band, moves: &[Move]) -> bool {
    (band.segments().source + 1) * band.width() * moves.len() <= KEPT_COSTS
}

/// The moves that end in row `i` and start within the band.
fn reaches(band: &Band, moves: &[Move], i: usize, reaches: &mut Vec<Reach>) {
    reaches.clear();
    reaches.extend(moves.iter().enumerate().filter_map(|(index, step)| {
        let from = i.checked_sub(step.source as usize)?;
        let taken = step.target as usize;
        let back = (from * band.width()).wrapping_sub(band.low(from) + taken);
        Some(Reach { index, first: band.low(from) + taken, last: band.row(from).end() + taken, back })
    }));
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
        let kept = keeps(band, moves);
        grow(&mut self.best, rows * width, UNREACHED);
        grow(&mut self.choice, rows * width, u8::MAX);
        grow(&mut self.costs, if kept { rows * row_costs } else { row_costs }, 0);
        let Self { best, choice, costs, least, reaches: into, limits, .. } = self;
        for i in 0..rows {
            let costs = &mut costs[if kept { i * row_costs } else { 0 }..][..row_costs];
            reaches(band, moves, i, into);
            limits.clear();
            limits.resize(moves.len(), (1, 0));
            into.iter().for_each(|reach| limits[reach.index] = (reach.first, reach.last));
            let row = Row { limits, ..Row::new(i, band.row(i), moves) };
            let costs = &mut costs[..row.ends() * moves.len()];
            costs.fill(0);
            fill(&row, costs);
            let (low, high, here) = (band.low(i), *row.target_ends.end(), i * width);
            // The cost with the move's number behind it: the least of these is the least cost, and of equal costs the one
            // whose move comes first, without a branch that could be guessed wrong. Moves of no source segment start in this
            // row: they come last, when all other ways into the cells before them are known.
            let none = UNREACHED << MOVE_BITS;
            least.clear();
            least.resize(row.ends(), none);
            if i == 0 {
                least[0] = 0;
            }
            for reach in into.iter().filter(|reach| moves[reach.index].source > 0) {
                let (first, last) = (reach.first.max(low), reach.last.min(high));
                if first > last {
                    continue;
                }
                let costs = &costs[reach.index * row.ends()..][first - low..=last - low];
                let from = &best[first.wrapping_add(reach.back)..][..costs.len()];
                for ((least, &cost), &from) in least[first - low..].iter_mut().zip(costs).zip(from) {
                    *least = (*least).min((from + i64::from(cost)) << MOVE_BITS | reach.index as i64);
                }
            }
            for (j, &found) in (low..).zip(least.iter()) {
                let mut found = found;
                for reach in into.iter().filter(|reach| moves[reach.index].source == 0) {
                    if j >= reach.first && j <= reach.last {
                        let cost = i64::from(costs[reach.index * row.ends() + j - low]);
                        found = found.min((best[j.wrapping_add(reach.back)] + cost) << MOVE_BITS | reach.index as i64);
                    }
                }
                best[here + j - low] = found >> MOVE_BITS;
                choice[here + j - low] = found as u8;
            }
        }
        let (mut i, mut j, mut path) = (segments.source, segments.target, Vec::new());
        let cost = best[i * width + j - band.low(i)];
        while (i, j) != (0, 0) {
            let step = moves[choice[i * width + j - band.low(i)] as usize];
            let from = (i - step.source as usize, j - step.target as usize);
            path.push(Block::new(from.0..i, from.1..j));
            (i, j) = from;
        }
        path.reverse();
        (path, cost)
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
        let kept = keeps(band, moves);
        let longest = moves.iter().map(|step| step.source as usize).max().unwrap_or(0);
        let Self { best, costs, beta, beta_scale, active, exp, reaches: into, .. } = self;
        active.clear();
        beta.clear();
        beta.resize(rows * width, 0.0);
        beta_scale.clear();
        beta_scale.resize(rows, 0.0);
        beta[segments.source * width + segments.target - band.low(segments.source)] = 1.0;
        let mut scale = 0.0;
        for i in (0..rows).rev() {
            let largest = beta[i * width..][..width].iter().copied().fold(0.0, f64::max);
            if largest > LARGE {
                // All rows that still receive weight share one scale.
                let first = i.saturating_sub(longest);
                beta[first * width..(i + 1) * width].iter_mut().for_each(|weight| *weight /= largest);
                scale += largest.ln();
            }
            beta_scale[i] = scale;
            reaches(band, moves, i, into);
            let low = band.low(i);
            for j in band.row(i).rev() {
                let here = i * width + j - low;
                let weight = beta[here];
                if weight < NEGLIGIBLE {
                    continue;
                }
                let (at, ends) = if kept {
                    (i * row_costs + j - low, band.row(i).count())
                } else {
                    let cell = &mut costs[..moves.len()];
                    cell.fill(0);
                    fill(&Row::new(i, j..=j, moves), cell);
                    (0, 1)
                };
                for reach in into.iter().filter(|reach| (reach.first..=reach.last).contains(&j)) {
                    let cost = costs[at + reach.index * ends];
                    let from = j.wrapping_add(reach.back);
                    let excess = best[from] + i64::from(cost) - best[here];
                    if excess > CUTOFF {
                        continue;
                    }
                    let share = exp[excess as usize];
                    if share * weight > NEGLIGIBLE {
                        beta[from] += share * weight;
                        active.push(Active {
                            source_end: i as u32,
                            target_end: j as u32,
                            step: reach.index as u8,
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
        let longest = moves.iter().map(|step| step.source as usize).max().unwrap_or(0);
        let Self { alpha, beta, beta_scale, active, .. } = self;
        alpha.clear();
        alpha.resize(rows * width, 0.0);
        alpha[0] = 1.0;
        let whole = beta[0].ln() + beta_scale[0];
        let (mut scale, mut row) = (0.0, 0);
        let mut factor = (beta_scale[0] - whole).exp();
        let mut found = Vec::with_capacity(active.len());
        for bead in active.iter().rev() {
            let (i, j) = (bead.source_end as usize, bead.target_end as usize);
            if i != row {
                let largest = alpha[row * width..][..width].iter().copied().fold(0.0, f64::max);
                if largest > LARGE {
                    let first = (row + 1).saturating_sub(longest);
                    alpha[first * width..(row + 1) * width].iter_mut().for_each(|weight| *weight /= largest);
                    scale += f64::ln(largest);
                }
                row = i;
                factor = (scale + beta_scale[row] - whole).exp();
            }
            let step = moves[bead.step as usize];
            let (from_i, from_j) = (i - step.source as usize, j - step.target as usize);
            let weight = alpha[from_i * width + from_j - band.low(from_i)] * bead.share;
            let to = i * width + j - band.low(i);
            alpha[to] += weight;
            let probability = weight * beta[to] * factor;
            found.push(Found { block: Block::new(from_i..i, from_j..j), probability: probability.min(1.0) });
        }
        found
    }
}
