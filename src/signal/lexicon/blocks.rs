//! The lexical evidence of every bead inside a band, as prefix sums.
//!
//! The words e of the *far* sentences j0..j1, given the *near* sentences of a block b = i0..i1 with L words:
//!
//! ```text
//! E(b, j0..j1) = Σ_{j0 ≤ j < j1} e(b, j),    e(b, j) = Σ_{e in j} ln( λ_e + (1 − λ_e) · Σ_{f in b} t(e|f) / (L · u(e)) )
//! ```
//!
//! A far sentence's share does not depend on its neighbours, so n · (longest block) rows of prefix sums over j hold all
//! beads: E is a difference of two numbers. Inside a row the logarithm of Σ t = 0 is a constant of the sentence, and
//! only *live* words, those that some word of the near text translates to, are looked at; their factors
//! 1 + (1−λ)/λ · Σt/(L·u) are multiplied up before a logarithm is taken.
//!
//! Time O(n · longest block · band · live words a sentence), memory 4 bytes · n · longest block · band. Sums are kept in
//! 4096ths of a nat, wrapping, so that differences are exact wherever the row starts and however long it is.

use crate::signal::logarithm::{ln_mantissa, split};
use std::ops::Range;

/// Fixed-point steps in a nat.
pub(crate) const STEPS: f32 = 4096.0;
/// Sentences around a band within which its words are looked for too.
const AROUND: usize = 3;
/// Factors multiplied side by side.
const LANES: usize = 4;

/// One direction of a pair of texts, ready to be summed; all slices are by sentence, type or token of their side.
pub(crate) struct Direction<'a> {
    /// Near tokens as near types, sentence after sentence, and where sentences end.
    pub(crate) near: &'a [u32],
    pub(crate) near_ends: &'a [u32],
    /// By near type: pairs `links[link_start[f]..link_start[f + 1]]` of (far type, (1−λ)/λ · t(e|f) / u(e)).
    pub(crate) links: &'a [(u32, f32)],
    pub(crate) link_start: &'a [u32],
    /// Far tokens as far types, and where sentences end.
    pub(crate) far: &'a [u32],
    pub(crate) far_ends: &'a [u32],
    /// By far type: ln λ.
    pub(crate) floor: &'a [f32],
}

/// The far sentences with which a block may share a bead, and where their sums are.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    low: u32,
    width: u32,
    at: usize,
}

/// The far sentences of some rows of a block start, and the longest of these blocks; 0 where there are none.
#[derive(Debug, Clone, Copy)]
struct Span {
    low: u32,
    high: u32,
    longest: usize,
}

/// Buffers and result.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    /// The longest block that may be asked for, and the longest that is filled in.
    longest: usize,
    filled: usize,
    /// By block start and length: the first far sentence of its row, how many, and where the row is.
    rows: Vec<Window>,
    /// By block start: what is filled in at a time.
    spans: Vec<Span>,
    sums: Vec<i32>,
    // buffers
    live_ends: Vec<u32>,
    floors: Vec<f32>,
    place_start: Vec<u32>,
    places: Vec<u32>,
    /// By near sentence: the far sentences that it gives to, the first live place of these, and where its numbers begin in `given`.
    /// Empty for texts that are new.
    given_to: Vec<(Range<u32>, u32, usize)>,
    given: Vec<f32>,
    mass: Vec<f32>,
}

impl Blocks {
    /// The longest block that is filled in.
    pub(crate) fn filled(&self) -> usize {
        self.filled
    }

    /// Is told that the next text is another.
    pub(crate) fn forget(&mut self) {
        self.given_to.clear();
        self.rows.clear();
        self.sums.clear();
        self.filled = 0;
    }

    /// Fills the rows of all blocks of up to `runs.len()` near sentences; `band[i]` are the far sentences that may share a bead with
    /// near sentence `i` (borders of the band never fall), `runs[k]` is how many of them a bead with k + 1 near sentences may hold. What a wider
    /// band of the same text has summed, and found of its words, serves a narrower one with longer blocks, of up to `farthest` sentences.
    pub(crate) fn fill(&mut self, text: &Direction<'_>, band: &[(u32, u32)], runs: &[usize], farthest: usize) {
        let sentences = text.near_ends.len();
        // Where such beads end at the earliest, and begin at the latest.
        let window = |i: usize, length: usize| {
            let &(_, last) = band.get(i + length - 1)?;
            let (ends, begins) = (band[(i + length).min(sentences - 1)].0, band[i].1);
            let (low, high) = (band[i].0, last);
            let from = low.max(ends.saturating_sub(runs[length - 1] as u32));
            Some((from, high.min(begins.saturating_add(runs[length - 1] as u32)).max(from)))
        };
        let holds =
            |kept: &Window, (from, to): (u32, u32)| from == to || kept.low <= from && to <= kept.low + kept.width;
        let serves = |i: usize| {
            let kept = self.rows[i * farthest..].iter().take(self.filled);
            kept.zip(1..=runs.len()).all(|(kept, length)| window(i, length).is_none_or(|window| holds(kept, window)))
        };
        if self.longest != farthest || self.rows.len() != sentences * farthest || !(0..sentences).all(serves) {
            self.forget();
            self.rows.resize(sentences * farthest, Window::default());
        }
        self.longest = farthest;
        self.spans.clear();
        let mut size = self.sums.len();
        for i in 0..sentences {
            let mut span = Span { low: u32::MAX, high: 0, longest: 0 };
            for length in self.filled + 1..=runs.len() {
                let Some((from, to)) = window(i, length) else { continue };
                self.rows[i * farthest + length - 1] = Window { low: from, width: to - from, at: size };
                size += (to - from + 1) as usize;
                if from < to {
                    span = Span { low: span.low.min(from), high: span.high.max(to), longest: length };
                }
            }
            self.spans.push(span);
        }
        self.sums.resize(size, 0);
        if !self.is_gathered(sentences) {
            self.find_live(text);
            self.gather(text, band);
        }
        for i in 0..sentences {
            if self.spans[i].longest > 0 {
                self.fill_block(text, i);
            }
        }
        self.filled = self.filled.max(runs.len());
    }

    /// E(near.start..near.end, far) in steps; `None` outside the band or beyond the longest block.
    pub(crate) fn sum(&self, near: &Range<usize>, far: &Range<usize>) -> Option<i32> {
        let (low, sums) = self.row(near)?;
        let (from, to) = (far.start.checked_sub(low)?, far.end.checked_sub(low)?);
        Some(sums.get(to)?.wrapping_sub(*sums.get(from)?))
    }

    /// For the near block: prefix sums over the far sentences, the first of them standing for what ends before far sentence `.0`. Their
    /// differences are what [`Blocks::sum`] gives. `None` beyond the longest block.
    pub(crate) fn row(&self, near: &Range<usize>) -> Option<(usize, &[i32])> {
        let length = near.end - near.start;
        if length == 0 || length > self.filled || near.end > self.spans.len() {
            return None;
        }
        let Window { low, width, at } = self.rows[near.start * self.longest + length - 1];
        Some((low as usize, &self.sums[at..=at + width as usize]))
    }

    /// Numbers the live far tokens, and lists the places of each type.
    fn find_live(&mut self, text: &Direction<'_>) {
        let types = text.floor.len();
        self.place_start.clear();
        self.place_start.resize(types + 1, 0);
        // first 1 for live types, then their counts, then where their places begin
        for &(far, _) in text.links {
            self.place_start[far as usize] = 1;
        }
        self.live_ends.clear();
        self.floors.clear();
        let mut live = 0;
        let mut start = 0;
        for &end in text.far_ends {
            let mut floor = 0.0;
            for &far in &text.far[start..end as usize] {
                floor += text.floor[far as usize];
                live += self.place_start[far as usize];
            }
            live = live.next_multiple_of(LANES as u32);
            self.live_ends.push(live);
            self.floors.push(floor);
            start = end as usize;
        }
        let alive: &mut Vec<u32> = &mut self.place_start;
        self.mass.clear();
        self.mass.extend(alive.iter().map(|&a| a as f32));
        alive.iter_mut().for_each(|a| *a = 0);
        for &far in text.far {
            if self.mass[far as usize] > 0.0 {
                alive[far as usize] += 1;
            }
        }
        let mut sum = 0;
        for count in alive.iter_mut() {
            sum += *count;
            *count = sum;
        }
        self.places.clear();
        self.places.resize(sum as usize, 0);
        // from the back, so that each list ascends and `place_start` ends at its lists' beginnings
        for (j, &end) in text.far_ends.iter().enumerate().rev() {
            let start = if j == 0 { 0 } else { text.far_ends[j - 1] };
            let words = &text.far[start as usize..end as usize];
            let living = words.iter().filter(|&&far| self.mass[far as usize] > 0.0);
            let mut place = self.live_start(j) + living.clone().count() as u32;
            for &far in living.rev() {
                place -= 1;
                self.place_start[far as usize] -= 1;
                self.places[self.place_start[far as usize] as usize] = place;
            }
        }
    }

    /// The far sentences of all rows in which near sentence `i` takes part.
    fn taking_part(&self, i: usize) -> Option<Range<u32>> {
        let starts = (i + 1).saturating_sub(self.longest)..=i;
        let spans = starts.clone().zip(&self.spans[starts]).filter(|(start, span)| start + span.longest > i);
        spans
            .map(|(_, span)| span.low..span.high)
            .reduce(|whole, span| whole.start.min(span.start)..whole.end.max(span.end))
    }

    fn is_gathered(&self, sentences: usize) -> bool {
        let serves = |(i, (given, ..)): (usize, &(Range<u32>, u32, usize))| {
            let needed = self.taking_part(i);
            needed.is_none_or(|needed| given.start <= needed.start && needed.end <= given.end)
        };
        self.given_to.len() == sentences && self.given_to.iter().enumerate().all(serves)
    }

    /// For each near sentence what its words give to the live places inside the rows where it takes part, and around, where it may take part
    /// when longer blocks of a narrower band are asked for.
    fn gather(&mut self, text: &Direction<'_>, band: &[(u32, u32)]) {
        self.given.clear();
        self.given_to.clear();
        let mut start = 0;
        for (i, &end) in text.near_ends.iter().enumerate() {
            let own = self.taking_part(i).unwrap_or(band[i].0..band[i].1);
            let first = band[i.saturating_sub(AROUND)].0.min(own.start);
            // Outside the band the end may stand before the beginning.
            let last = (band[i].1 + AROUND as u32).min(text.far_ends.len() as u32).max(own.end).max(first);
            let reach = (self.live_start(first as usize), self.live_start(last as usize));
            let at = self.given.len();
            self.given_to.push((first..last, reach.0, at));
            self.given.resize(at + (reach.1 - reach.0) as usize, 0.0);
            let given = &mut self.given[at..];
            for &near in &text.near[start..end as usize] {
                let links = text.link_start[near as usize] as usize..text.link_start[near as usize + 1] as usize;
                for &(far, weight) in &text.links[links] {
                    let places = self.place_start[far as usize] as usize..self.place_start[far as usize + 1] as usize;
                    let places = &self.places[places];
                    let from = if places.len() > 8 { places.partition_point(|&p| p < reach.0) } else { 0 };
                    for &place in places[from..].iter().take_while(|&&place| place < reach.1) {
                        // One that is too small wraps, and is too large then.
                        if let Some(given) = given.get_mut(place.wrapping_sub(reach.0) as usize) {
                            *given += weight;
                        }
                    }
                }
            }
            start = end as usize;
        }
    }

    fn fill_block(&mut self, text: &Direction<'_>, first: usize) {
        let Span { low, high, longest } = self.spans[first];
        let live = self.live_start(low as usize)..self.live_start(high as usize);
        self.mass.clear();
        self.mass.resize((live.end - live.start) as usize, 0.0);
        let near_start = if first == 0 { 0 } else { text.near_ends[first - 1] };
        for length in 1..=longest {
            let i = first + length - 1;
            let (_, from, given) = self.given_to[i];
            let given = &self.given[given + (live.start - from) as usize..];
            self.mass.iter_mut().zip(given).for_each(|(mass, given)| *mass += given);
            let Window { low, width, at } = self.rows[first * self.longest + length - 1];
            if length <= self.filled || width == 0 {
                continue;
            }
            let per_word = 1.0 / ((text.near_ends[i] - near_start).max(1) as f32);
            let (low, width) = (low as usize, width as usize);
            let mut place = (self.live_start(low) - live.start) as usize;
            let row = &mut self.sums[at + 1..][..width];
            let (ends, floors) = (&self.live_ends[low..][..width], &self.floors[low..][..width]);
            let mut sum = 0i32;
            for far in 0..width {
                let end = (ends[far] - live.start) as usize;
                sum = sum.wrapping_add(steps(floors[far] + log_product(&self.mass[place..end], per_word)));
                row[far] = sum;
                place = end;
            }
        }
    }

    fn live_start(&self, sentence: usize) -> u32 {
        if sentence == 0 { 0 } else { self.live_ends[sentence - 1] }
    }
}

/// The sums of [`Blocks`], turned over: for each far sentence border and each length of block, those of the blocks that begin at one
/// near sentence after another. So a row of the lattice, whose near sentences are this side's far ones, finds what it needs side by side.
#[derive(Debug, Default)]
pub(crate) struct Turned {
    /// By far border: the first near sentence of its rows, and where its first row is.
    borders: Vec<(u32, u32)>,
    /// Numbers a length of block.
    size: usize,
    sums: Vec<i32>,
}

impl Turned {
    /// Turns over `blocks`. `starts[j]` are the near sentences that a block next to far border `j` may begin with.
    pub(crate) fn fill(&mut self, blocks: &Blocks, starts: impl Iterator<Item = Range<usize>>) {
        let Self { borders, size, sums } = self;
        borders.clear();
        let mut sum = 0;
        borders.extend(starts.map(|range| {
            sum += range.len() as u32;
            (range.start as u32, sum - range.len() as u32)
        }));
        *size = sum as usize;
        sums.clear();
        sums.resize(*size * blocks.filled, 0);
        for (border, &(first, at)) in borders.iter().enumerate() {
            let end = borders.get(border + 1).map_or(*size, |next| next.1 as usize);
            for (start, at) in (first as usize..).zip(at as usize..end) {
                // A block that would reach beyond the text, or lies outside the band, has no sum, and nobody asks for it.
                let Some(rows) = blocks.rows.get(start * blocks.longest..(start + 1) * blocks.longest) else { break };
                for (length, window) in rows.iter().enumerate().take(blocks.filled.min(blocks.spans.len() - start)) {
                    let place = (border as u32).wrapping_sub(window.low);
                    if place <= window.width {
                        sums[length * *size + at] = blocks.sums[window.at + place as usize];
                    }
                }
            }
        }
    }

    /// The sums up to far border `border`, of the blocks of `len` near sentences: the first that one begins with, and the sums from
    /// there on.
    pub(crate) fn row(&self, border: usize, len: usize) -> (usize, &[i32]) {
        let (first, at) = self.borders[border];
        let end = self.borders.get(border + 1).map_or(self.size, |next| next.1 as usize);
        (first as usize, &self.sums[(len - 1) * self.size..][at as usize..end])
    }
}

/// In steps, rounded: adding a number so large that no binary places are left rounds on any processor.
#[inline]
fn steps(nats: f32) -> i32 {
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52
    (f64::from(nats * STEPS) + SHIFT).to_bits() as i32
}

/// Σ ln(1 + scale · m), by one logarithm of the product, [`LANES`] factors side by side: `mass` is as many or a multiple, filled up with
/// zeros. Exponents are taken out on the way, so that no product becomes too large. The order of the factors is fixed, and with it the last
/// bit.
#[inline(always)]
fn log_product(mass: &[f32], scale: f32) -> f32 {
    const LARGEST: f32 = 1e12;
    let (mut products, mut exponents) = ([1.0f32; LANES], [0i32; LANES]);
    for three in mass.as_chunks::<LANES>().0.chunks(3) {
        for lanes in three {
            for lane in 0..LANES {
                let factor = 1.0 + scale * lanes[lane];
                // Three such factors stay below the largest number.
                products[lane] *= if factor < LARGEST { factor } else { LARGEST };
            }
        }
        for lane in 0..LANES {
            let (mantissa, exponent) = split(products[lane]);
            products[lane] = mantissa;
            exponents[lane] += exponent;
        }
    }
    let (mantissa, exponent) = split((products[0] * products[1]) * (products[2] * products[3]));
    let exponent = exponent + exponents.iter().sum::<i32>();
    exponent as f32 * std::f32::consts::LN_2 + ln_mantissa(mantissa)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_of_products() {
        let mass: Vec<f32> = (0..100).map(|k| 1e11 / (k + 1) as f32).collect();
        let expected: f64 = mass.iter().map(|&m| (1.0 + f64::from(m)).ln()).sum();
        assert!((f64::from(log_product(&mass, 1.0)) - expected).abs() < 0.01);
        assert_eq!(log_product(&[], 1.0), 0.0);
    }
}
