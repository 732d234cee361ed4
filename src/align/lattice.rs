//! The fast search over a [`Band`], with buffers that are kept from one text to the next. The mathematics stand in the
//! [module](super) above.

use super::Band;
use crate::signal::{Ends, LANES, MAX_RUN, Move, Row};
use crate::span::Block;
use std::ops::{Range, RangeInclusive};
use wide::i32x4;

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

/// Cells before each row's first, to which nothing leads: where the beads of a move would begin before the row does.
const PAD: usize = (MAX_RUN + 1).next_multiple_of(LANES);

/// A bead that some likely path runs through.
#[derive(Debug, Clone, Copy)]
struct Active {
    /// The cells that it joins.
    from: u32,
    to: u32,
    /// The row that it ends in.
    source_end: u32,
    /// Its move's number.
    number: u8,
    /// e^−d of the bead.
    share: f64,
}

/// A bead of the answer: its place and its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) block: Block,
    pub(super) probability: f64,
}

/// How a lattice lies in its buffers: for each source position a row of as many cells as the band's longest, filled up to whole lanes, with
/// [`PAD`] cells before it; costs without those, by row and move. So the beads of a move into the cells of a row begin in neighbouring cells
/// too, and all are looked at, lane by lane, also those that begin beyond the band, where nothing leads.
#[derive(Debug, Clone, Copy)]
struct Grid<'b> {
    band: &'b Band,
    moves: &'b [Move],
    width: usize,
}

impl<'b> Grid<'b> {
    fn new(band: &'b Band, moves: &'b [Move]) -> Self {
        Self { band, moves, width: band.width().next_multiple_of(LANES) }
    }

    fn rows(&self) -> usize {
        self.band.segments().source + 1
    }

    /// Cells of all rows: lanes may reach beyond the last.
    fn cells(&self) -> usize {
        self.first(self.rows())
    }

    /// The first cell of a row.
    #[inline]
    fn first(&self, i: usize) -> usize {
        i * (PAD + self.width) + PAD
    }

    #[inline]
    fn cell(&self, i: usize, j: usize) -> usize {
        self.first(i) + j - self.band.low(i)
    }

    fn last_cell(&self) -> usize {
        self.cell(self.band.segments().source, self.band.segments().target)
    }

    /// Cells of a row within the band.
    #[inline]
    fn count(&self, i: usize) -> usize {
        self.band.high(i) + 1 - self.band.low(i)
    }

    /// The place of a move's costs among those of a row.
    #[inline]
    fn costs(&self, number: usize) -> usize {
        number * self.width
    }

    fn row_costs(&self) -> usize {
        self.costs(self.moves.len())
    }

    /// True where the costs of all rows are kept.
    fn keeps(&self) -> bool {
        self.rows() * self.row_costs() <= KEPT_COSTS
    }

    /// The cell from which a move leads into the first one of row `i`.
    #[inline]
    fn start(&self, i: usize, step: Move) -> usize {
        let from = i - step.source as usize;
        self.first(from) + self.band.low(i) - self.band.low(from) - step.target as usize
    }

    /// The same, and how many of the row's cells, in whole lanes, may be reached from cells of the band; `None` where none is.
    #[inline]
    fn starts(&self, i: usize, step: Move) -> Option<(usize, usize)> {
        let from = i.checked_sub(step.source as usize)?;
        let (first, count, start) = (self.first(from), self.count(i), self.start(i, step));
        let end = first + self.count(from);
        (start < end && start + count > first).then(|| (start, count.min(end - start).next_multiple_of(LANES)))
    }

    /// The moves that take source segments, with their numbers.
    fn between_rows(&self) -> impl Iterator<Item = (usize, Move)> {
        self.moves.iter().copied().enumerate().filter(|(_, step)| step.source > 0)
    }

    /// The number of the move of no source segment: there is one, of one target segment, see [`super::MoveLimits`].
    fn within_row(&self) -> usize {
        self.moves.iter().position(|step| step.source == 0).expect("an addition is always possible")
    }

    /// The moves that end in these cells of row `i` and start within the band, as the signals see them.
    fn ends(&self, i: usize, columns: RangeInclusive<usize>, ends: &mut Vec<Ends>) {
        let (low, high) = columns.into_inner();
        ends.clear();
        for (number, &step) in self.moves.iter().enumerate() {
            let Some(from) = i.checked_sub(step.source as usize) else { continue };
            let first = (self.band.low(from) + step.target as usize).max(low);
            let last = (self.band.high(from) + step.target as usize).min(high);
            if first <= last {
                ends.push(Ends { step, number, first, last, at: self.costs(number) + first - low });
            }
        }
    }
}

/// Takes a path into each cell where it is a better one: `to` = min(`to`, `from` + `costs`).
#[inline]
fn lower(to: &mut [i32], from: &[i32], costs: &[i32]) {
    let (to, from, costs) = (to.as_chunks_mut().0, from.as_chunks().0, costs.as_chunks().0);
    let lanes = to.len();
    let (from, costs) = (&from[..lanes], &costs[..lanes]);
    for lane in 0..lanes {
        to[lane] = i32x4::new(to[lane]).min(i32x4::new(from[lane]) + i32x4::new(costs[lane])).to_array();
    }
}

/// The lattice and its buffers, see [`Grid`]. They are kept from one text to the next.
#[derive(Debug, Default)]
pub(super) struct Lattice {
    /// V, counted from its row's base.
    best: Vec<i32>,
    base: Vec<i64>,
    /// The least cost from a cell to the end.
    left: Vec<i32>,
    /// Bead costs of a row, or of all rows where they are kept.
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
        let grid = Grid::new(self.band, self.moves);
        let row = i * grid.row_costs() + grid.costs(number);
        let low = self.band.low(i);
        kept.get(row + ends.first - low..=row + ends.last - low)
    }
}

/// Most source segments of a move.
fn longest(moves: &[Move]) -> usize {
    moves.iter().map(|step| step.source as usize).max().unwrap_or(0)
}

/// `length` times `value`.
fn refill<T: Copy>(buffer: &mut Vec<T>, length: usize, value: T) {
    buffer.clear();
    buffer.resize(length, value);
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
        let grid = Grid::new(band, moves);
        let (rows, width, row_costs) = (grid.rows(), grid.width, grid.row_costs());
        let kept = grid.keeps();
        let longest = longest(moves);
        let within = grid.costs(grid.within_row());
        let numbers = known.map_or_else(Vec::new, |known| known.numbers(moves));
        if known.is_some() {
            std::mem::swap(&mut self.costs, &mut self.known);
        }
        refill(&mut self.best, grid.cells(), UNREACHED);
        refill(&mut self.base, rows, 0);
        let size = if kept { rows * row_costs } else { row_costs };
        if self.costs.len() < size {
            self.costs.resize(size, 0);
        }
        let Self { best, base, costs, known: kept_before, ends, unknown, .. } = self;
        for i in 0..rows {
            let costs = &mut costs[if kept { i * row_costs } else { 0 }..][..row_costs];
            costs.fill(0);
            grid.ends(i, band.row(i), ends);
            unknown.clear();
            unknown.extend(ends.iter().filter(|ends| {
                let number = numbers.get(ends.number).copied().flatten();
                let before = known.zip(number).and_then(|(known, number)| known.costs(kept_before, number, i, ends));
                before.inspect(|before| costs[ends.costs()].copy_from_slice(before)).is_none()
            }));
            fill(&Row::of(i, band.row(i), unknown), costs);
            let (before, here) = best.split_at_mut(grid.first(i));
            let (count, here) = (grid.count(i), &mut here[..width]);
            if i == 0 {
                here[0] = 0;
            }
            for ends in ends.iter().filter(|ends| ends.step.source > 0) {
                let lanes = (ends.last + 1 - band.low(i)).next_multiple_of(LANES);
                let from = &before[grid.start(i, ends.step)..][..lanes];
                lower(&mut here[..lanes], from, &costs[grid.costs(ends.number)..][..lanes]);
            }
            let (here, beyond) = here.split_at_mut(count);
            beyond.fill(UNREACHED);
            // This move starts in the row itself: it comes last, when all other ways into the cells before it are known.
            let mut value = here[0];
            for (here, cost) in here[1..].iter_mut().zip(&costs[within + 1..]) {
                value = (*here).min(value + cost);
                *here = value;
            }
            let least = here.iter().copied().min().unwrap_or(0);
            base[i] = if i == 0 { 0 } else { base[i - 1] };
            if least.abs() > FAR {
                // All rows that beads to come may start from have one base.
                let first = (i + 1).saturating_sub(longest);
                let rows = grid.first(first)..grid.first(i + 1);
                best[rows].iter_mut().for_each(|value| *value = value.wrapping_sub(least));
                base[first..=i].iter_mut().for_each(|base| *base += i64::from(least));
            }
        }
        self.path(grid, fill)
    }

    /// The way back from (n, m): into each cell by the first move, in the order of moves, that makes up its V.
    fn path(&mut self, grid: Grid<'_>, mut fill: impl FnMut(&Row<'_>, &mut [i32])) -> (Vec<Block>, i64) {
        let Grid { band, moves, .. } = grid;
        let (mut i, mut j, mut path) = (band.segments().source, band.segments().target, Vec::new());
        let cost = self.value(i, grid.last_cell());
        while (i, j) != (0, 0) {
            let costs = self.row_costs(grid, i, j..=j, |_| true, &mut fill).wrapping_add(j - band.low(i));
            let here = self.value(i, grid.cell(i, j));
            let leads = |(number, step): &(usize, &Move)| {
                let (Some(from_i), Some(from_j)) =
                    (i.checked_sub(step.source.into()), j.checked_sub(step.target.into()))
                else {
                    return false;
                };
                let from = || self.value(from_i, grid.cell(from_i, from_j));
                let holds = band.low(from_i) <= from_j && from_j <= band.high(from_i);
                holds && from() + i64::from(self.costs[costs.wrapping_add(grid.costs(*number))]) == here
            };
            let (_, step) = moves.iter().enumerate().find(leads).expect("a cell was reached by some move");
            let from = (i - step.source as usize, j - step.target as usize);
            path.push(Block::new(from.0..i, from.1..j));
            (i, j) = from;
        }
        path.reverse();
        (path, cost)
    }

    /// V of a cell of a row.
    #[inline]
    fn value(&self, row: usize, at: usize) -> i64 {
        self.base[row] + i64::from(self.best[at])
    }

    /// Where the costs of row `i` begin: those of all moves into all its cells, where they are kept; else those that are `wanted`, into these
    /// cells, computed anew. To this place [`Grid::costs`] of a move and the number of a cell in its row are added, wrapping round, as cells
    /// that are left out may take it below 0.
    #[inline]
    fn row_costs(
        &mut self,
        grid: Grid<'_>,
        i: usize,
        columns: RangeInclusive<usize>,
        wanted: impl Fn(Move) -> bool,
        fill: &mut impl FnMut(&Row<'_>, &mut [i32]),
    ) -> usize {
        if grid.keeps() {
            return i * grid.row_costs();
        }
        let Self { ends, costs, .. } = self;
        let left_out = columns.start() - grid.band.low(i);
        grid.ends(i, columns.clone(), ends);
        ends.retain(|ends| wanted(ends.step));
        let costs = &mut costs[..grid.row_costs()];
        costs.fill(0);
        fill(&Row::of(i, columns, ends), costs);
        0usize.wrapping_sub(left_out)
    }

    /// The cells of the band that some path visits whose cost exceeds the best one's by `margin` at most, the rows filled up between the first
    /// and the last. To be called after [`Lattice::viterbi`] with the same band and moves; `None` where their costs are not kept.
    pub(super) fn open(&mut self, band: &Band, moves: &[Move], margin: i64) -> Option<Band> {
        let grid = Grid::new(band, moves);
        if !grid.keeps() {
            return None;
        }
        let (segments, rows, width) = (band.segments(), grid.rows(), grid.width);
        let within = grid.costs(grid.within_row());
        let Self { best, base, left, costs, .. } = self;
        refill(left, grid.cells(), UNREACHED);
        left[grid.last_cell()] = 0;
        let most = base[segments.source] + i64::from(best[grid.last_cell()]) + margin;
        let mut open = vec![None; rows];
        for i in (0..rows).rev() {
            let (low, first, count) = (band.low(i), grid.first(i), grid.count(i));
            let costs = &costs[i * grid.row_costs()..][..grid.row_costs()];
            let (before, here) = left.split_at_mut(first);
            let here = &mut here[..width];
            here[count..].fill(UNREACHED);
            for k in (1..count).rev() {
                here[k - 1] = here[k - 1].min(here[k] + costs[within + k]);
            }
            for (number, step) in grid.between_rows() {
                if let Some((start, lanes)) = grid.starts(i, step) {
                    lower(&mut before[start..][..lanes], &here[..lanes], &costs[grid.costs(number)..][..lanes]);
                }
            }
            let most = most - base[i];
            let is_open = |(&best, &left): (&i32, &i32)| i64::from(best) + i64::from(left) <= most;
            let mut cells = best[first..][..count].iter().zip(&here[..count]);
            open[i] = cells.position(is_open).map(|at| {
                let behind = cells.rposition(is_open).map_or(0, |behind| behind + 1);
                (low + at, low + at + behind)
            });
        }
        Some(Band::of_rows(segments, &open))
    }

    /// All beads with a posterior worth speaking of, in the order of their source ends. To be called after [`Lattice::viterbi`] with the
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
        let grid = Grid::new(band, moves);
        self.backward(grid, &mut fill);
        self.forward(grid)
    }

    /// β and the active beads, from (n, m) back.
    fn backward(&mut self, grid: Grid<'_>, fill: &mut impl FnMut(&Row<'_>, &mut [i32])) {
        let (rows, longest, within) = (grid.rows(), longest(grid.moves), grid.within_row());
        self.active.clear();
        refill(&mut self.beta, grid.cells(), 0.0);
        refill(&mut self.beta_scale, rows, 0.0);
        self.beta[grid.last_cell()] = 1.0;
        let mut scale = 0.0;
        for i in (0..rows).rev() {
            let (low, first, count) = (grid.band.low(i), grid.first(i), grid.count(i));
            let here = &self.beta[first..first + count];
            let largest = here.iter().copied().fold(0.0, f64::max);
            if largest > LARGE {
                // All rows that still receive weight share one scale.
                let rows = grid.first(i.saturating_sub(longest))..first + count;
                self.beta[rows].iter_mut().for_each(|weight| *weight /= largest);
                scale += largest.ln();
            }
            self.beta_scale[i] = scale;
            let Some(last) = self.beta[first..first + count].iter().rposition(|&weight| weight >= NEGLIGIBLE) else {
                continue;
            };
            let costs = self.row_costs(grid, i, low..=low + last, |step| step.source == 0, fill);
            let mut giver = self.giver(grid, i);
            for k in (1..=last).rev() {
                giver.give(within, costs, k..k + 1);
            }
            let here = &self.beta[first..first + count];
            let live = here.iter().position(|&weight| weight >= NEGLIGIBLE).unwrap_or(last);
            let costs = self.row_costs(grid, i, low + live..=low + last, |step| step.source > 0, fill);
            let mut giver = self.giver(grid, i);
            for (number, _) in grid.between_rows() {
                giver.give(number, costs, live..last + 1);
            }
        }
    }

    fn giver<'l>(&'l mut self, grid: Grid<'l>, i: usize) -> Giver<'l> {
        let Self { best, base, costs, beta, active, exp, .. } = self;
        Giver { grid, i, best, base, costs, beta, active, exp }
    }

    /// α over the active beads, and with it their probabilities.
    fn forward(&mut self, grid: Grid<'_>) -> Vec<Found> {
        let Grid { band, moves, .. } = grid;
        let longest = longest(moves);
        let Self { alpha, beta, beta_scale, active, .. } = self;
        refill(alpha, grid.cells(), 0.0);
        alpha[grid.first(0)] = 1.0;
        let whole = beta[grid.first(0)].ln() + beta_scale[0];
        let (mut scale, mut before, mut found) = (0.0, 0, Vec::with_capacity(active.len()));
        // Of a row, the beads of the move within it come last here: all other weight has then come to the cells before.
        for row in active.chunk_by(|one, other| one.source_end == other.source_end).rev() {
            let i = row[0].source_end as usize;
            let largest = alpha[grid.first(before)..][..grid.width].iter().copied().fold(0.0, f64::max);
            if largest > LARGE {
                let rows = grid.first((before + 1).saturating_sub(longest))..grid.first(before + 1);
                alpha[rows].iter_mut().for_each(|weight| *weight /= largest);
                scale += f64::ln(largest);
            }
            before = i;
            let factor = (scale + beta_scale[i] - whole).exp();
            let first = grid.first(i);
            for bead in row.iter().rev() {
                let to = bead.to as usize;
                let weight = alpha[bead.from as usize] * bead.share;
                alpha[to] += weight;
                let probability = weight * beta[to] * factor;
                let (step, j) = (moves[bead.number as usize], to - first + band.low(i));
                let block = Block::new(i - step.source as usize..i, j - step.target as usize..j);
                found.push(Found { block, probability: probability.min(1.0) });
            }
        }
        found
    }
}

/// What hands the weight of a row's cells on to those before them.
struct Giver<'l> {
    grid: Grid<'l>,
    i: usize,
    best: &'l [i32],
    base: &'l [i64],
    costs: &'l [i32],
    beta: &'l mut [f64],
    active: &'l mut Vec<Active>,
    exp: &'l [f64],
}

impl Giver<'_> {
    /// Hands the weight of some cells of the row on to those from which a move leads to them. `costs` is where the row's begin.
    #[inline]
    fn give(&mut self, number: usize, costs: usize, cells: Range<usize>) {
        let (grid, i) = (self.grid, self.i);
        let step = grid.moves[number];
        let Some((start, reached)) = grid.starts(i, step) else { return };
        let (from, to) = (cells.start, cells.end.min(reached));
        if from >= to {
            return;
        }
        let first = grid.first(i);
        let above = self.base[i - step.source as usize] - self.base[i];
        let costs = costs.wrapping_add(grid.costs(number));
        let costs = &self.costs[costs.wrapping_add(from)..costs.wrapping_add(to)];
        let count = costs.len();
        let (before, here) = (&self.best[start + from..][..count], &self.best[first + from..][..count]);
        for k in 0..count {
            let excess = above + i64::from(before[k]) + i64::from(costs[k]) - i64::from(here[k]);
            // One that is negative is none of a bead.
            let Some(&share) = self.exp.get(excess as usize) else { continue };
            let (from, to) = (start + from + k, first + from + k);
            let given = share * self.beta[to];
            if given > NEGLIGIBLE {
                self.beta[from] += given;
                let (source_end, number) = (i as u32, number as u8);
                self.active.push(Active { from: from as u32, to: to as u32, source_end, number, share });
            }
        }
    }
}
