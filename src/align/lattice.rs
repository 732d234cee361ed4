//! The fast search over a [`Band`], with buffers that are kept from one text to the next. The mathematics stand in the
//! [module](super) above.

use super::Band;
use crate::signal::{Ends, Move, Row};
use crate::span::Block;
use std::ops::RangeInclusive;

/// No path leads here. A bead may be added to it.
const UNREACHED: i32 = i32::MAX / 2;
/// Rows are counted from another base when their best cell is this far from it.
const FAR: i32 = 1 << 28;
/// Bead costs are kept from the Viterbi pass for the posterior as long as they take up to this many numbers (4 MB);
/// beyond, they are computed a second time, for the few cells that some likely path visits.
const KEPT_COSTS: usize = 1 << 20;
/// Beads that lose this much, in the unit of [`crate::cost::Cost`], are taken as impossible.
const CUTOFF: i64 = 1800;
/// Weights below this do not go further.
const NEGLIGIBLE: f64 = 1e-8;
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

/// The lattice and its buffers: a row of the band's width for each source position. They are kept, and grow, from one text to
/// the next; cells beyond the text's end are never read.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    /// V, counted from its row's base.
    best: Vec<i32>,
    base: Vec<i64>,
    /// The least cost from a cell to the end.
    left: Vec<i32>,
    /// A row of `moves · ends` bead costs, or all rows where they are kept.
    costs: Vec<i32>,
    /// All rows of the search before, see [`Known`].
    known: Vec<i32>,
    alpha: Vec<f64>,
    beta: Vec<f64>,
    /// ln of what each row of β was divided by.
    beta_scale: Vec<f64>,
    active: Vec<Active>,
    exp: Vec<f64>,
    /// The moves into the row under way.
    ends: Vec<Ends>,
    /// Those of them whose costs are to be filled in.
    unknown: Vec<Ends>,
    /// Those into a cell of it.
    cell: Vec<Ends>,
    /// Where the moves into the row start from.
    backs: Vec<Back>,
}

/// A search before this one, over a band that holds this one's, with some of its moves: their costs were kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) band: &'k Band,
    pub(super) moves: &'k [Move],
}

impl Known<'_> {
    /// By move of this search, its number in the one before.
    fn numbers(&self, moves: &[Move]) -> Vec<Option<usize>> {
        moves.iter().map(|step| self.moves.iter().position(|known| known == step)).collect()
    }

    /// The costs that the search before has for the beads of a move into row `i`, which is its move `number`.
    fn costs<'c>(&self, kept: &'c [i32], number: usize, i: usize, ends: &Ends) -> Option<&'c [i32]> {
        let (low, count) = (self.band.low(i), self.band.high(i) + 1 - self.band.low(i));
        let row = i * self.band.width() * self.moves.len();
        kept.get(row + number * count + ends.first - low..=row + number * count + ends.last - low)
    }
}

fn grow<T: Copy>(buffer: &mut Vec<T>, length: usize, value: T) {
    if buffer.len() < length {
        buffer.resize(length, value);
    }
}

/// Most source segments of a move.
fn longest(moves: &[Move]) -> usize {
    moves.iter().map(|step| step.source as usize).max().unwrap_or(0)
}

fn keeps(band: &Band, moves: &[Move]) -> bool {
    (band.segments().source + 1) * band.width() * moves.len() <= KEPT_COSTS
}

/// The moves that end in row `i` and start within the band.
fn into_row(band: &Band, moves: &[Move], i: usize, ends: &mut Vec<Ends>) {
    let (low, high) = (band.low(i), band.high(i));
    ends.clear();
    for (number, &step) in moves.iter().enumerate() {
        let (source, target) = (step.source as usize, step.target as usize);
        if source > i {
            continue;
        }
        let first = (band.low(i - source) + target).max(low);
        let last = (band.high(i - source) + target).min(high);
        if first <= last {
            ends.push(Ends { step, number, first, last, at: number * (high + 1 - low) + first - low });
        }
    }
}

/// The move of no source segment: there is one, see [`super::MoveLimits`].
fn within_row(ends: &[Ends]) -> Option<&Ends> {
    ends.iter().rev().find(|ends| ends.step.source == 0)
}

/// The cell that the first bead of a move into row `i` starts from.
fn start(band: &Band, i: usize, ends: &Ends) -> usize {
    let from = i - ends.step.source as usize;
    from * band.width() + ends.first - ends.step.target as usize - band.low(from)
}

impl Ends {
    /// The costs of its beads, among those of the row.
    fn costs(&self) -> RangeInclusive<usize> {
        self.at..=self.at + self.last - self.first
    }

    fn holds(&self, target_end: usize) -> bool {
        (self.first..=self.last).contains(&target_end)
    }
}

impl Lattice {
    /// The best path through the band and its cost. `fill` writes the costs of one row, see [`crate::signal::Signal::add_costs`]; those that
    /// the last search has kept are taken from it.
    pub(super) fn viterbi(
        &mut self,
        band: &Band,
        moves: &[Move],
        known: Option<Known<'_>>,
        mut fill: impl FnMut(&Row<'_>, &mut [i32]),
    ) -> (Vec<Block>, i64) {
        let (rows, width, row_costs) = (band.segments().source + 1, band.width(), band.width() * moves.len());
        let kept = keeps(band, moves);
        let longest = longest(moves);
        let numbers = known.map_or_else(Vec::new, |known| known.numbers(moves));
        if known.is_some() {
            std::mem::swap(&mut self.costs, &mut self.known);
        }
        grow(&mut self.best, rows * width, UNREACHED);
        grow(&mut self.costs, if kept { rows * row_costs } else { row_costs }, 0);
        self.base.clear();
        self.base.resize(rows, 0);
        let Self { best, base, costs, known: kept_before, ends, unknown, .. } = self;
        for i in 0..rows {
            let costs = &mut costs[if kept { i * row_costs } else { 0 }..][..row_costs];
            into_row(band, moves, i, ends);
            let (low, count) = (band.low(i), band.high(i) + 1 - band.low(i));
            let costs = &mut costs[..count * moves.len()];
            costs.fill(0);
            unknown.clear();
            unknown.extend(ends.iter().filter(|ends| {
                let number = numbers.get(ends.number).copied().flatten();
                let before = known.zip(number).and_then(|(known, number)| known.costs(kept_before, number, i, ends));
                before.inspect(|before| costs[ends.costs()].copy_from_slice(before)).is_none()
            }));
            fill(&Row::of(i, band.row(i), unknown), costs);
            let (before, here) = best.split_at_mut(i * width);
            let here = &mut here[..count];
            here.fill(UNREACHED);
            if i == 0 {
                here[0] = 0;
            }
            for ends in ends.iter().filter(|ends| ends.step.source > 0) {
                let costs = &costs[ends.costs()];
                let from = &before[start(band, i, ends)..][..costs.len()];
                for ((here, &cost), &from) in here[ends.first - low..].iter_mut().zip(costs).zip(from) {
                    *here = (*here).min(from + cost);
                }
            }
            // The move of no source segment starts in this row: it comes last, when all other ways into the cells before it are known.
            if let Some(ends) = within_row(ends) {
                let taken = ends.step.target as usize;
                for (j, cost) in (ends.first - low..).zip(&costs[ends.costs()]) {
                    here[j] = here[j].min(here[j - taken] + cost);
                }
            }
            let least = here.iter().copied().min().unwrap_or(0);
            base[i] = if i == 0 { 0 } else { base[i - 1] };
            if least.abs() > FAR {
                // All rows that beads to come may start from have one base.
                let first = (i + 1).saturating_sub(longest);
                best[first * width..(i + 1) * width].iter_mut().for_each(|value| *value = value.wrapping_sub(least));
                base[first..=i].iter_mut().for_each(|base| *base += i64::from(least));
            }
        }
        self.path(band, moves, fill)
    }

    /// The way back from (n, m): into each cell by the first move, in the order of moves, that makes up its V.
    fn path(&mut self, band: &Band, moves: &[Move], mut fill: impl FnMut(&Row<'_>, &mut [i32])) -> (Vec<Block>, i64) {
        let (segments, width) = (band.segments(), band.width());
        let (mut i, mut j, mut path) = (segments.source, segments.target, Vec::new());
        let cost = self.value(i, i * width + j - band.low(i));
        let mut ends = std::mem::take(&mut self.ends);
        let kept = keeps(band, moves);
        while (i, j) != (0, 0) {
            if !kept {
                into_row(band, moves, i, &mut ends);
            }
            let costs = self.cell_costs(band, moves, &ends, (i, j), &mut fill);
            let here = self.value(i, i * width + j - band.low(i));
            let leads = |(number, step): &(usize, &Move)| {
                let (Some(from_i), Some(from_j)) =
                    (i.checked_sub(step.source.into()), j.checked_sub(step.target.into()))
                else {
                    return false;
                };
                let from = || self.value(from_i, from_i * width + from_j - band.low(from_i));
                let holds = band.low(from_i) <= from_j && from_j <= band.high(from_i);
                holds && from() + i64::from(self.costs[costs.of(*number)]) == here
            };
            let (_, step) = moves.iter().enumerate().find(leads).expect("a cell was reached by some move");
            let from = (i - step.source as usize, j - step.target as usize);
            path.push(Block::new(from.0..i, from.1..j));
            (i, j) = from;
        }
        self.ends = ends;
        path.reverse();
        (path, cost)
    }

    /// V of a cell of a row.
    #[inline]
    fn value(&self, row: usize, at: usize) -> i64 {
        self.base[row] + i64::from(self.best[at])
    }

    /// Where the costs of the beads into a cell stand: kept, or computed anew.
    #[inline]
    fn cell_costs(
        &mut self,
        band: &Band,
        moves: &[Move],
        ends: &[Ends],
        (i, j): (usize, usize),
        fill: &mut impl FnMut(&Row<'_>, &mut [i32]),
    ) -> Stride {
        if keeps(band, moves) {
            let start = i * band.width() * moves.len() + j - band.low(i);
            return Stride { start, step: band.row(i).count() };
        }
        self.cell.clear();
        let own = ends.iter().filter(|ends| ends.holds(j));
        self.cell.extend(own.map(|ends| Ends { first: j, last: j, at: ends.number, ..*ends }));
        let costs = &mut self.costs[..moves.len()];
        costs.fill(0);
        fill(&Row::of(i, j..=j, &self.cell), costs);
        Stride { start: 0, step: 1 }
    }

    /// The cells of the band that some path visits whose cost exceeds the best one's by `margin` at most, the rows filled up between the first
    /// and the last. To be called after [`Lattice::viterbi`] with the same band and moves; `None` where their costs are not kept.
    pub(super) fn open(&mut self, band: &Band, moves: &[Move], margin: i64) -> Option<Band> {
        if !keeps(band, moves) {
            return None;
        }
        let segments = band.segments();
        let (rows, width, row_costs) = (segments.source + 1, band.width(), band.width() * moves.len());
        let mut ends = std::mem::take(&mut self.ends);
        let Self { best, base, left, costs, .. } = self;
        left.clear();
        left.resize(rows * width, UNREACHED);
        left[segments.source * width + segments.target - band.low(segments.source)] = 0;
        let end = segments.source * width + segments.target - band.low(segments.source);
        let most = base[segments.source] + i64::from(best[end]) + margin;
        let mut open = vec![None; rows];
        for i in (0..rows).rev() {
            into_row(band, moves, i, &mut ends);
            let (low, count) = (band.low(i), band.row(i).count());
            let costs = &costs[i * row_costs..][..row_costs];
            let (before, here) = left.split_at_mut(i * width);
            let here = &mut here[..count];
            if let Some(ends) = within_row(&ends) {
                let taken = ends.step.target as usize;
                for (j, cost) in (ends.first - low..ends.last + 1 - low).zip(&costs[ends.costs()]).rev() {
                    here[j - taken] = here[j - taken].min(here[j] + cost);
                }
            }
            for ends in ends.iter().filter(|ends| ends.step.source > 0) {
                let costs = &costs[ends.costs()];
                let from = &mut before[start(band, i, ends)..][..costs.len()];
                for ((from, &cost), &here) in from.iter_mut().zip(costs).zip(&here[ends.first - low..]) {
                    *from = (*from).min(here + cost);
                }
            }
            let most = most - base[i];
            let best = &best[i * width..][..count];
            let is_open = |(&best, &left): (&i32, &i32)| i64::from(best) + i64::from(left) <= most;
            let first = best.iter().zip(here.iter()).position(is_open);
            open[i] = first.map(|first| {
                let last = best.iter().zip(here.iter()).rposition(is_open).unwrap_or(first);
                (low + first, low + last)
            });
        }
        self.ends = ends;
        Some(Band::of_rows(segments, &open))
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
        let (rows, width) = (segments.source + 1, band.width());
        let longest = longest(moves);
        let (mut ends, mut backs) = (std::mem::take(&mut self.ends), std::mem::take(&mut self.backs));
        self.active.clear();
        self.beta.clear();
        self.beta.resize(rows * width, 0.0);
        self.beta_scale.clear();
        self.beta_scale.resize(rows, 0.0);
        self.beta[segments.source * width + segments.target - band.low(segments.source)] = 1.0;
        let mut scale = 0.0;
        for i in (0..rows).rev() {
            let largest = self.beta[i * width..][..width].iter().copied().fold(0.0, f64::max);
            if largest > LARGE {
                // All rows that still receive weight share one scale.
                let first = i.saturating_sub(longest);
                self.beta[first * width..(i + 1) * width].iter_mut().for_each(|weight| *weight /= largest);
                scale += largest.ln();
            }
            self.beta_scale[i] = scale;
            if largest == 0.0 {
                continue;
            }
            into_row(band, moves, i, &mut ends);
            backs.clear();
            backs.extend(
                ends.iter()
                    .map(|ends| Back { start: start(band, i, ends), base: self.base[i - ends.step.source as usize] }),
            );
            let low = band.low(i);
            for j in band.row(i).rev() {
                let here = i * width + j - low;
                let weight = self.beta[here];
                if weight < NEGLIGIBLE {
                    continue;
                }
                let value = self.value(i, here);
                let costs = self.cell_costs(band, moves, &ends, (i, j), fill);
                for (ends, back) in ends.iter().zip(&backs).filter(|(ends, _)| ends.holds(j)) {
                    let from = back.start + j - ends.first;
                    let cost = i64::from(self.costs[costs.of(ends.number)]);
                    let excess = back.base + i64::from(self.best[from]) + cost - value;
                    if excess > CUTOFF {
                        continue;
                    }
                    let share = self.exp[excess as usize];
                    if share * weight > NEGLIGIBLE {
                        self.beta[from] += share * weight;
                        self.active.push(Active {
                            source_end: i as u32,
                            target_end: j as u32,
                            step: ends.number as u8,
                            share,
                        });
                    }
                }
            }
        }
        (self.ends, self.backs) = (ends, backs);
    }

    /// α over the active beads, and with it their probabilities.
    fn forward(&mut self, band: &Band, moves: &[Move]) -> Vec<Found> {
        let (rows, width) = (band.segments().source + 1, band.width());
        let longest = longest(moves);
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

/// Where the first bead of a move into a row starts from: its cell, and what V is counted from there.
#[derive(Debug, Clone, Copy)]
struct Back {
    start: usize,
    base: i64,
}

/// Where the costs of a cell's beads stand: that of the first move, and how far on the next one's.
#[derive(Debug, Clone, Copy)]
struct Stride {
    start: usize,
    step: usize,
}

impl Stride {
    fn of(self, number: usize) -> usize {
        self.start + number * self.step
    }
}
