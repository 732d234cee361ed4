//! The fast search over a [`Band`], with buffers that are kept from one text to the next. The mathematics stand in the
//! [module](super) above.

use super::Band;
use crate::cost::Cost;
use crate::signal::{Ends, LANES, MAX_RUN, Move, Row};
use crate::span::Block;
use std::f64::consts::LN_2;
use std::ops::{Range, RangeInclusive};
use wide::i32x4;

/// No path leads here. A bead may be added to it.
const UNREACHED: i32 = i32::MAX / 2;
/// Rows are counted from another base when their best cell is this far from it.
const FAR: i32 = 1 << 28;
/// Bead costs are kept from the Viterbi pass for the posterior as long as they take up to this many numbers (4 MB);
/// beyond, they are computed a second time, for the few cells that some likely path visits.
const KEPT_COSTS: usize = 1 << 20;
/// Beads that lose this much, in the unit of [`Cost`], are taken as impossible.
const CUTOFF: i32 = 1800;
/// Weights below this do not go further.
const NEGLIGIBLE: f64 = 1e-8;
/// A row is scaled down when its largest weight exceeds this.
const LARGE: f64 = 1e100;

/// Cells before each row's first, to which nothing leads: where the beads of a move would begin before the row does.
const PAD: usize = (MAX_RUN + 1).next_multiple_of(LANES);

/// A bead that some likely path runs through: its place and its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) block: Block,
    /// Until α is summed, e^−d of the bead.
    pub(super) probability: f64,
    /// The cells that it joins.
    from: u32,
    to: u32,
}

/// The beads of a move from other rows into a row: they begin in neighbouring cells.
#[derive(Debug, Clone, Copy)]
struct Way {
    step: Move,
    /// The cell from which the first begins, which ends in the row's first cell.
    start: u32,
    /// So many of the row's cells, in whole lanes, may be reached from cells of the band.
    count: u32,
    /// Where their costs stand among the row's.
    costs: u32,
}

impl Way {
    fn costs(self) -> Range<usize> {
        self.costs as usize..self.costs as usize + self.count as usize
    }

    fn starts(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.count as usize
    }
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

    /// Lists the ways into a row, and the moves that end there, as the signals see them, but those whose costs are `known`.
    #[inline(never)]
    fn enter(&self, i: usize, known: &[Option<usize>], ways: &mut Vec<Way>, ends: &mut Vec<Ends>) {
        let row = [self.band.low(i), self.band.high(i)];
        ends.clear();
        for (number, (&step, known)) in self.moves.iter().zip(known).enumerate() {
            let Some(own) = self.ends(i, row, number, step) else { continue };
            if step.source > 0 {
                ways.push(self.way(i, &own));
            }
            if known.is_none() {
                ends.push(own);
            }
        }
    }

    /// The beads of a move from another row into a row, which are these to the signals.
    #[inline]
    fn way(&self, i: usize, ends: &Ends) -> Way {
        let Ends { step, number, last, .. } = *ends;
        let (from, low) = (i - step.source as usize, self.band.low(i));
        let start = self.first(from) + low - self.band.low(from) - step.target as usize;
        let count = (last + 1 - low).next_multiple_of(LANES);
        Way { step, start: start as u32, count: count as u32, costs: self.costs(number) as u32 }
    }

    /// The number of the move of no source segment: there is one, of one target segment, see [`super::MoveLimits`].
    fn within_row(&self) -> usize {
        self.moves.iter().position(|step| step.source == 0).expect("an addition is always possible")
    }

    /// A move as the signals see it that ends in the cells `low` to `high` of row `i`; `None` where it does not start within the band.
    #[inline]
    fn ends(&self, i: usize, [low, high]: [usize; 2], number: usize, step: Move) -> Option<Ends> {
        let from = i.checked_sub(step.source as usize)?;
        let first = (self.band.low(from) + step.target as usize).max(low);
        let last = (self.band.high(from) + step.target as usize).min(high);
        (first <= last).then(|| Ends { step, number, first, last, at: self.costs(number) + first - low })
    }
}

/// The greatest excess with which a bead may hand on more than [`NEGLIGIBLE`] of a cell's weight, or somewhat more; −1 where none may.
#[inline]
fn most_excess(weight: f64) -> i32 {
    // The weight is below 2 to this power.
    let power = (weight.to_bits() >> 52) as i32 - 1022;
    let nats = f64::from(power) * LN_2 - NEGLIGIBLE.ln();
    ((nats * Cost::PER_NAT as f64) as i32 + 1).clamp(-1, CUTOFF)
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

/// The lane of numbers that begins here: rows are filled up, and followed by others.
#[inline]
fn lane<T: Copy>(values: &[T], at: usize) -> [T; LANES] {
    values[at..at + LANES].try_into().expect("a lane has so many numbers")
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
    /// Those that end in the last row first, and of a row first those of the move within it.
    found: Vec<Found>,
    exp: Vec<f64>,
    /// What the signals add to in a row.
    begin: Vec<i32>,
    /// The moves into the row under way whose costs are to be filled in.
    ends: Vec<Ends>,
    /// By row, the moves into it that start within the band, in their order, but the one within the row.
    ways: Vec<Way>,
    /// How many of these there are up to each row's beginning.
    ways_before: Vec<usize>,
}

/// A search before this one, over a band that holds this one's, with some of its moves: their costs were kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) band: &'k Band,
    pub(super) moves: &'k [Move],
}

impl<'k> Known<'k> {
    fn grid(&self) -> Grid<'k> {
        Grid::new(self.band, self.moves)
    }

    /// Where the costs of a move stand among those of a row; `None` where the search before did without it.
    fn costs(&self, step: Move) -> Option<usize> {
        let number = self.moves.iter().position(|&known| known == step)?;
        Some(self.grid().costs(number))
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
    /// The best path through the band and its cost. The costs of a move's beads begin with those of `begin`, by move, to which `fill` adds
    /// the rest for a row, see [`crate::signal::Signal::add_costs`]; those that the last search has kept are taken from it.
    pub(super) fn viterbi(
        &mut self,
        band: &Band,
        moves: &[Move],
        known: Option<Known<'_>>,
        begin: impl Iterator<Item = i32>,
        mut fill: impl FnMut(&Row<'_>, &mut [i32]),
    ) -> (Vec<Block>, i64) {
        let grid = Grid::new(band, moves);
        let (rows, width, row_costs) = (grid.rows(), grid.width, grid.row_costs());
        let kept = grid.keeps();
        let longest = longest(moves);
        let within = grid.costs(grid.within_row());
        self.begin.clear();
        begin.for_each(|cost| self.begin.resize(self.begin.len() + width, cost));
        let known_costs: Vec<Option<usize>> =
            moves.iter().map(|&step| known.and_then(|known| known.costs(step))).collect();
        if known.is_some() {
            std::mem::swap(&mut self.costs, &mut self.known);
        }
        refill(&mut self.best, grid.cells(), UNREACHED);
        refill(&mut self.base, rows, 0);
        let size = if kept { rows * row_costs } else { row_costs };
        if self.costs.len() < size + LANES {
            self.costs.resize(size + LANES, 0);
        }
        let Self { best, base, costs, known: kept_before, begin, ends, ways, ways_before, .. } = self;
        ways.clear();
        ways_before.clear();
        for i in 0..rows {
            let costs = &mut costs[if kept { i * row_costs } else { 0 }..][..row_costs];
            let (low, high, count) = (band.low(i), band.high(i), grid.count(i));
            costs.copy_from_slice(begin);
            if let Some(known) = known {
                let row = i * known.grid().row_costs() + low - known.band.low(i);
                for (number, before) in known_costs.iter().enumerate().filter_map(|(n, &before)| Some((n, before?))) {
                    costs[grid.costs(number)..][..count].copy_from_slice(&kept_before[row + before..][..count]);
                }
            }
            ways_before.push(ways.len());
            grid.enter(i, &known_costs, ways, ends);
            fill(&Row::of(i, low..=high, ends), costs);
            let (before, here) = best.split_at_mut(grid.first(i));
            let here = &mut here[..width];
            if i == 0 {
                here[0] = 0;
            }
            for way in &ways[ways_before[i]..] {
                lower(&mut here[..way.count as usize], &before[way.starts()], &costs[way.costs()]);
            }
            let (here, beyond) = here.split_at_mut(count);
            beyond.fill(UNREACHED);
            // This move starts in the row itself: it comes last, when all other ways into the cells before it are known.
            let (mut value, mut least) = (here[0], here[0]);
            for (here, cost) in here[1..].iter_mut().zip(&costs[within + 1..]) {
                value = (*here).min(value + cost);
                least = least.min(value);
                *here = value;
            }
            base[i] = if i == 0 { 0 } else { base[i - 1] };
            if least.abs() > FAR {
                // All rows that beads to come may start from have one base.
                let first = (i + 1).saturating_sub(longest);
                let rows = grid.first(first)..grid.first(i + 1);
                best[rows].iter_mut().for_each(|value| *value = value.wrapping_sub(least));
                base[first..=i].iter_mut().for_each(|base| *base += i64::from(least));
            }
        }
        ways_before.push(ways.len());
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
        let Self { begin, ends, costs, .. } = self;
        let left_out = columns.start() - grid.band.low(i);
        let costs = &mut costs[..grid.row_costs()];
        ends.clear();
        costs.copy_from_slice(begin);
        let (low, high) = (*columns.start(), *columns.end());
        for (number, &step) in grid.moves.iter().enumerate().filter(|(_, step)| wanted(**step)) {
            ends.extend(grid.ends(i, [low, high], number, step));
        }
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
        let Self { best, base, left, costs, ways, ways_before, .. } = self;
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
            for way in &ways[ways_before[i]..ways_before[i + 1]] {
                lower(&mut before[way.starts()], &here[..way.count as usize], &costs[way.costs()]);
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

    /// Finds all beads with a posterior worth speaking of, see [`Lattice::found`]. To be called after [`Lattice::viterbi`] with the same
    /// band, moves and costs.
    pub(super) fn posterior(&mut self, band: &Band, moves: &[Move], mut fill: impl FnMut(&Row<'_>, &mut [i32])) {
        if self.exp.is_empty() {
            self.exp = (0..=CUTOFF).map(|excess| (-f64::from(excess) / Cost::PER_NAT as f64).exp()).collect();
        }
        let grid = Grid::new(band, moves);
        self.backward(grid, &mut fill);
        self.forward(grid);
    }

    /// What [`Lattice::posterior`] has found, those that end last in the source first.
    pub(super) fn found(&self) -> &[Found] {
        &self.found
    }

    /// Those found that have at least this probability, in the order of their source ends.
    pub(super) fn likely(&self, least: f64) -> Vec<(Block, f64)> {
        let mut likely = Vec::new();
        for found in self.found.iter().rev() {
            if found.probability >= least {
                likely.push((found.block, found.probability));
            }
        }
        likely
    }

    /// β and the beads that carry weight, from (n, m) back.
    fn backward(&mut self, grid: Grid<'_>, fill: &mut impl FnMut(&Row<'_>, &mut [i32])) {
        let (rows, longest, within) = (grid.rows(), longest(grid.moves), grid.within_row());
        self.found.clear();
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
            self.give_within(grid, i, costs.wrapping_add(grid.costs(within)), last);
            let here = &self.beta[first..first + count];
            let live = here.iter().position(|&weight| weight >= NEGLIGIBLE).unwrap_or(last);
            let costs = self.row_costs(grid, i, low + live..=low + last, |step| step.source > 0, fill);
            self.give_before(grid, i, costs, live..last + 1);
        }
    }

    /// Hands the weight of the row's cells up to number `last` on to those before them, by the move within the row, whose costs begin at
    /// `costs`.
    fn give_within(&mut self, grid: Grid<'_>, i: usize, costs: usize, last: usize) {
        let Self { best, costs: all, beta, found, exp, .. } = self;
        let (first, low) = (grid.first(i), grid.band.low(i));
        for k in (1..=last).rev() {
            let (from, to) = (first + k - 1, first + k);
            let excess = i64::from(best[from]) + i64::from(all[costs.wrapping_add(k)]) - i64::from(best[to]);
            // One that is negative is none of a bead.
            let Some(&share) = exp.get(excess as usize) else { continue };
            let given = share * beta[to];
            if given > NEGLIGIBLE {
                beta[from] += given;
                let block = Block::new(i..i, low + k - 1..low + k);
                found.push(Found { block, probability: share, from: from as u32, to: to as u32 });
            }
        }
    }

    /// Hands the weight of some cells of the row on to those of the rows before it. `costs` is where the row's begin.
    ///
    /// Excesses are taken in lanes, wrapping round, and counted from the least number that there is: so one comparison finds those from 0 to what
    /// [`most_excess`] allows. Others may be anything, from where no path leads or in the cells that fill up the row, but are less than 2^32
    /// apart.
    #[inline(never)]
    fn give_before(&mut self, grid: Grid<'_>, i: usize, costs: usize, cells: Range<usize>) {
        let Self { best, base, costs: all, beta, found, exp, ways, ways_before, .. } = self;
        let (ways, bases, exp) = (&ways[ways_before[i]..ways_before[i + 1]], &base[..=i], exp.as_slice());
        for at in cells.step_by(LANES) {
            let (to, end) = (grid.first(i) + at, grid.band.low(i) + at);
            let weights = lane(beta, to);
            let least = i32x4::splat(i32::MIN) - i32x4::new(lane(best, to));
            let bound = i32x4::splat(i32::MIN + 1) + i32x4::new(weights.map(most_excess));
            let (best, beta, costs) = (&best[at..], &mut beta[at..], &all[costs.wrapping_add(at)..]);
            for &Way { step, start, count, costs: own } in ways {
                if at >= count as usize {
                    continue;
                }
                let row = i - step.source as usize;
                let above = i32x4::splat((bases[row] - bases[i]) as i32);
                let costs = i32x4::new(lane(costs, own as usize));
                let excess = i32x4::new(lane(best, start as usize)) + costs + above + least;
                let mut likely = excess.simd_lt(bound).to_bitmask();
                let excess = excess.to_array();
                while likely != 0 {
                    let k = likely.trailing_zeros() as usize % LANES;
                    likely &= likely - 1;
                    let share = exp[excess[k].wrapping_sub(i32::MIN) as usize];
                    let given = share * weights[k];
                    if given > NEGLIGIBLE {
                        let from = start as usize + k;
                        beta[from] += given;
                        let block = Block::new(row..i, end + k - step.target as usize..end + k);
                        found.push(Found { block, probability: share, from: (from + at) as u32, to: (to + k) as u32 });
                    }
                }
            }
        }
    }

    /// α over the beads found, and with it their probabilities.
    fn forward(&mut self, grid: Grid<'_>) {
        let longest = longest(grid.moves);
        let Self { alpha, beta, beta_scale, found, .. } = self;
        refill(alpha, grid.cells(), 0.0);
        let (alpha, beta) = (alpha.as_mut_slice(), beta.as_slice());
        alpha[grid.first(0)] = 1.0;
        let whole = beta[grid.first(0)].ln() + beta_scale[0];
        let (mut scale, mut before, mut rest) = (0.0, 0, found.as_mut_slice());
        while let Some(last) = rest.last() {
            let source_end = last.block.source.end;
            let (later, row) = rest.split_at_mut(row_start(rest, source_end));
            let i = source_end as usize;
            let largest = alpha[grid.first(before)..][..grid.width].iter().copied().fold(0.0, f64::max);
            if largest > LARGE {
                let rows = grid.first((before + 1).saturating_sub(longest))..grid.first(before + 1);
                alpha[rows].iter_mut().for_each(|weight| *weight /= largest);
                scale += f64::ln(largest);
            }
            before = i;
            let factor = (scale + beta_scale[i] - whole).exp();
            // The beads of the move within the row come last here: all other weight has then come to the cells before.
            for bead in row.iter_mut().rev() {
                let to = bead.to as usize;
                let weight = alpha[bead.from as usize] * bead.probability;
                alpha[to] += weight;
                bead.probability = (weight * beta[to] * factor).min(1.0);
            }
            rest = later;
        }
    }
}

/// Where the beads begin, among those found, that end after source segment `source_end`.
pub(super) fn row_start(found: &[Found], source_end: u32) -> usize {
    found.partition_point(|bead| bead.block.source.end > source_end)
}
