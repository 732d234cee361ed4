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
//! 1 + (1−λ)/λ · Σt/(L·u) are multiplied up before a logarithm is taken. The live words of a sentence stand side by side in groups of
//! [`LANES`], the last one filled up with nothing, so that no loop has odd ones left over.
//!
//! Time O(n · longest block · band · live words a sentence), memory 4 bytes · n · longest block · band. Sums are kept in
//! 4096ths of a nat, wrapping, so that differences are exact wherever the row starts and however long it is.

use super::links::{Link, Links};
use crate::groups::Groups;
use crate::signal::LANES;
use crate::signal::logarithm::{ln, ln_mantissa, split};
use std::ops::Range;

/// Fixed-point steps in a nat.
pub(crate) const STEPS: f32 = 4096.0;
/// Sentences around a band within which its words are looked for too.
const AROUND: usize = 3;
/// No factor counts for more.
const LARGEST: f32 = 1e12;
/// A product above this is not trusted: it may not be a number.
const TOO_LARGE: f32 = 1e37;
/// Of a word with more places than this, those that are in reach are looked for.
const FEW_PLACES: u32 = 8;

/// One direction of a pair of texts, ready to be summed; all slices are by sentence, type or token of their side.
pub(crate) struct Direction<'a> {
    /// Near tokens as near types, sentence after sentence, and where sentences end.
    pub(crate) near: &'a [u32],
    pub(crate) near_ends: &'a [u32],
    /// Links from near type f to far types e, weighed (1−λ)/λ · t(e|f) / u(e).
    pub(crate) links: &'a Links,
    /// Far tokens as far types, and where sentences end.
    pub(crate) far: &'a [u32],
    pub(crate) far_ends: &'a [u32],
    /// By far type: ln λ, and how many tokens it has.
    pub(crate) floor: &'a [f32],
    pub(crate) counts: &'a [u32],
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
    /// The sums of all rows, `size` numbers; what stands behind these is of texts before.
    sums: Vec<i32>,
    size: usize,
    // buffers
    /// By far sentence: where the groups of its live words end, and Σ ln λ of its words.
    live_ends: Vec<u32>,
    floors: Vec<f32>,
    /// By far type: where the list of its live places begins and ends in `places`; [`DEAD`] for one that has none.
    places_of: Vec<(u32, u32)>,
    places: Vec<u32>,
    /// What each near type gives to the places of far types that have few, and to the far types that have many.
    gifts: Groups<(u32, f32)>,
    gifts_to_many: Groups<(u32, f32)>,
    /// By near sentence: the far sentences that it gives to, the first live group of these, and where its numbers begin in `given`.
    /// Empty for texts that are new.
    given_to: Vec<(Range<u32>, u32, usize)>,
    /// What they give, and what a block has been given.
    given: Vec<[f32; LANES]>,
    mass: Vec<[f32; LANES]>,
    needed: Vec<Range<u32>>,
    /// By far sentence of a row: the products of its groups' factors, one a lane, these multiplied, and what the sentence adds to the sum.
    /// Filled up to whole groups of sentences.
    products: Vec<[f32; LANES]>,
    wholes: Vec<f32>,
    values: Vec<i32>,
}

/// Of a type no word of the near text translates to.
const DEAD: (u32, u32) = (u32::MAX, u32::MAX);

impl Blocks {
    /// The longest block that is filled in.
    pub(crate) fn filled(&self) -> usize {
        self.filled
    }

    /// Is told that the next text is another.
    pub(crate) fn forget(&mut self) {
        self.given_to.clear();
        self.rows.clear();
        self.size = 0;
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
        for i in 0..sentences {
            let mut span = Span { low: u32::MAX, high: 0, longest: 0 };
            for length in self.filled + 1..=runs.len() {
                let Some((from, to)) = window(i, length) else { continue };
                let at = self.size;
                self.rows[i * farthest + length - 1] = Window { low: from, width: to - from, at };
                self.size += (to - from + 1) as usize;
                first_of(&mut self.sums, self.size)[at] = 0;
                if from < to {
                    span = Span { low: span.low.min(from), high: span.high.max(to), longest: length };
                }
            }
            self.spans.push(span);
        }
        if !self.is_gathered(sentences) {
            self.find_live(text);
            self.list_gifts(text);
            self.gather(text, band);
        }
        (0..sentences).for_each(|i| self.fill_block(text, i));
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
    #[inline]
    pub(crate) fn row(&self, near: &Range<usize>) -> Option<(usize, &[i32])> {
        let length = near.end - near.start;
        if length == 0 || length > self.filled || near.end > self.spans.len() {
            return None;
        }
        let Window { low, width, at } = self.rows[near.start * self.longest + length - 1];
        Some((low as usize, &self.sums[at..=at + width as usize]))
    }

    /// Gives each live far token a place, and lists those of each type.
    fn find_live(&mut self, text: &Direction<'_>) {
        let Self { places_of, places, live_ends, floors, .. } = self;
        places_of.clear();
        places_of.resize(text.floor.len(), DEAD);
        for near in 0..text.links.types() {
            text.links.weighed(near).for_each(|link| places_of[link.far as usize] = (0, 0));
        }
        let mut sum = 0;
        for (list, &count) in places_of.iter_mut().zip(text.counts) {
            if *list != DEAD {
                *list = (sum, sum);
                sum += count;
            }
        }
        places.clear();
        places.resize(sum as usize, 0);
        live_ends.clear();
        floors.clear();
        let (mut place, mut start) = (0, 0);
        for &end in text.far_ends {
            let mut floor = 0.0;
            for &far in &text.far[start..end as usize] {
                floor += text.floor[far as usize];
                let list = &mut places_of[far as usize];
                // There is no such place in the list of a dead one.
                if let Some(slot) = places.get_mut(list.1 as usize) {
                    *slot = place;
                    list.1 += 1;
                    place += 1;
                }
            }
            place = place.next_multiple_of(LANES as u32);
            live_ends.push(place / LANES as u32);
            floors.push(floor);
            start = end as usize;
        }
        // So that a group of sentences may begin anywhere.
        floors.extend([0.0; LANES - 1]);
    }

    /// Lists what a near type gives, once for all sentences that have it.
    fn list_gifts(&mut self, text: &Direction<'_>) {
        let Self { places_of, places, gifts, gifts_to_many, .. } = self;
        gifts.clear();
        gifts_to_many.clear();
        for near in 0..text.links.types() {
            for &Link { far, weight, .. } in text.links.weighed(near) {
                let (from, to) = places_of[far as usize];
                if to - from > FEW_PLACES {
                    gifts_to_many.push((far, weight));
                    continue;
                }
                // Most have one place or two: a loop over them is quicker than anything that is made ready for more.
                for &place in &places[from as usize..to as usize] {
                    gifts.push((place, weight));
                }
            }
            gifts.close();
            gifts_to_many.close();
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
        self.given_to.clear();
        let (mut start, mut at) = (0, 0);
        for (i, &end) in text.near_ends.iter().enumerate() {
            let own = self.taking_part(i).unwrap_or(band[i].0..band[i].1);
            let first = band[i.saturating_sub(AROUND)].0.min(own.start);
            // Outside the band the end may stand before the beginning.
            let last = (band[i].1 + AROUND as u32).min(text.far_ends.len() as u32).max(own.end).max(first);
            let live = start_of(&self.live_ends, first as usize)..start_of(&self.live_ends, last as usize);
            self.given_to.push((first..last, live.start, at));
            // What lies outside goes into one group more, which the next sentence writes over: by its place's lane, since a sum that is
            // added to over and over has to be waited for.
            let given = first_of(&mut self.given, at + live.len() + 1)[at..].as_flattened_mut();
            given.fill(0.0);
            at += live.len();
            let (origin, outside) = (live.start * LANES as u32, (live.len() * LANES) as u32);
            let mut give = |place: u32, weight: f32| {
                // A place that is too small wraps, and is too large then.
                let slot = place.wrapping_sub(origin).min(outside + place % LANES as u32);
                given[slot as usize] += weight;
            };
            for &near in &text.near[start..end as usize] {
                self.gifts.of(near as usize).iter().for_each(|&(place, weight)| give(place, weight));
                for &(far, weight) in self.gifts_to_many.of(near as usize) {
                    let (from, to) = self.places_of[far as usize];
                    let places = &self.places[from as usize..to as usize];
                    let places = &places[places.partition_point(|&place| place < origin)..];
                    let places = &places[..places.partition_point(|&place| place < live.end * LANES as u32)];
                    places.iter().for_each(|&place| give(place, weight));
                }
            }
            start = end as usize;
        }
    }

    /// Fills the rows of the blocks that begin with near sentence `first`.
    fn fill_block(&mut self, text: &Direction<'_>, first: usize) {
        let Span { low, high, longest } = self.spans[first];
        if longest == 0 {
            return;
        }
        let live = start_of(&self.live_ends, low as usize)..start_of(&self.live_ends, high as usize);
        let mass = first_of(&mut self.mass, live.len());
        mass.as_flattened_mut().fill(0.0);
        let rows = &self.rows[first * self.longest..][..longest];
        // For each length, the longest first: the far sentences of the rows of this one and longer ones.
        self.needed.clear();
        let mut needed = Range { start: u32::MAX, end: 0 };
        for (before, &Window { low, width, .. }) in rows.iter().enumerate().rev() {
            if before >= self.filled && width > 0 {
                needed = needed.start.min(low)..needed.end.max(low + width);
            }
            self.needed.push(needed.clone());
        }
        let group = |sentence: u32| (start_of(&self.live_ends, sentence as usize) - live.start) as usize;
        let near_start = start_of(text.near_ends, first);
        for (length, (&Window { low, width, at }, needed)) in (1..).zip(rows.iter().zip(self.needed.iter().rev())) {
            let i = first + length - 1;
            let (_, from, given) = self.given_to[i];
            let given = &self.given[given + (live.start - from) as usize..][..live.len()];
            let needed = group(needed.start)..group(needed.end);
            if length <= self.filled || width == 0 {
                add(&mut mass[needed.clone()], &given[needed]);
                continue;
            }
            let (own, width) = (group(low)..group(low + width), width as usize);
            for beside in [needed.start..own.start, own.end..needed.end] {
                if !beside.is_empty() {
                    add(&mut mass[beside.clone()], &given[beside]);
                }
            }
            let scale = 1.0 / ((text.near_ends[i] - near_start).max(1) as f32);
            let ends = &self.live_ends[low as usize..][..width];
            let (padded, origin) = (width.next_multiple_of(LANES), live.start + own.start as u32);
            let products = first_of(&mut self.products, padded);
            let (wholes, values) = (first_of(&mut self.wholes, padded), first_of(&mut self.values, padded));
            add_and_multiply(&mut mass[own.clone()], &given[own.clone()], scale, origin, ends, products);
            products[width..].fill([1.0; LANES]);
            let floors = &self.floors[low as usize..][..padded];
            add_logarithms(products, floors, wholes, values);
            if any_too_large(wholes) {
                let mut place = own.start;
                for (far, &end) in ends.iter().enumerate() {
                    let groups = place..(end - live.start) as usize;
                    place = groups.end;
                    if wholes[far] > TOO_LARGE {
                        values[far] = steps(floors[far] + log_product(&mass[groups], scale));
                    }
                }
            }
            let mut sum = 0i32;
            let (row, values) = (&mut self.sums[at + 1..][..width], &values[..width]);
            for far in 0..width {
                sum = sum.wrapping_add(values[far]);
                row[far] = sum;
            }
        }
    }
}

/// Where a sentence begins, of sentences that end there.
#[inline]
fn start_of(ends: &[u32], sentence: usize) -> u32 {
    if sentence == 0 { 0 } else { ends[sentence - 1] }
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
        sums.resize(*size * blocks.filled, 0);
        sums.fill(0);
        for (border, &(first, at)) in borders.iter().enumerate() {
            let end = borders.get(border + 1).map_or(*size, |next| next.1 as usize);
            for (start, at) in (first as usize..).zip(at as usize..end) {
                // A block that would reach beyond the text, or lies outside the band, has no sum, and nobody asks for it.
                let Some(rest) = blocks.spans.len().checked_sub(start) else { break };
                let rows = &blocks.rows[start * blocks.longest..][..blocks.filled.min(rest)];
                let mut slot = at;
                for window in rows {
                    let place = (border as u32).wrapping_sub(window.low);
                    if place <= window.width {
                        sums[slot] = blocks.sums[window.at + place as usize];
                    }
                    slot += *size;
                }
            }
        }
    }

    /// The sums up to far border `border`, of the blocks of `len` near sentences: the first that one begins with, and the sums from
    /// there on.
    #[inline]
    pub(crate) fn row(&self, border: usize, len: usize) -> (usize, &[i32]) {
        let (first, at) = self.borders[border];
        let end = self.borders.get(border + 1).map_or(self.size, |next| next.1 as usize);
        (first as usize, &self.sums[(len - 1) * self.size..][at as usize..end])
    }
}

/// So many numbers of a buffer, whatever they are: it only grows, since all are written over.
#[inline]
pub(super) fn first_of<T: Clone + Default>(buffer: &mut Vec<T>, count: usize) -> &mut [T] {
    if buffer.len() < count {
        buffer.resize(count, T::default());
    }
    &mut buffer[..count]
}

/// In steps, rounded: adding a number so large that no binary places are left rounds on any processor.
#[inline]
fn steps(nats: f32) -> i32 {
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 · 2^52
    (f64::from(nats * STEPS) + SHIFT).to_bits() as i32
}

/// Adds numbers to as many others. No caller takes it in: what it is given would no longer be known to lie apart, and be added one by one.
#[inline(never)]
fn add(mass: &mut [[f32; LANES]], given: &[[f32; LANES]]) {
    let given = &given[..mass.len()];
    for k in 0..mass.len() {
        for lane in 0..LANES {
            mass[k][lane] += given[k][lane];
        }
    }
}

/// 1 + scale · m.
#[inline(always)]
fn factor(mass: f32, scale: f32) -> f32 {
    let factor = 1.0 + scale * mass;
    if factor < LARGEST { factor } else { LARGEST }
}

/// Does what [`add`] does, and multiplies up 1 + scale · m for each sentence, lane by lane: `ends` are where the groups of the sentences end,
/// counted from `origin`. The order of the factors is fixed, and with it the last bit.
#[inline(never)]
fn add_and_multiply(
    mass: &mut [[f32; LANES]],
    given: &[[f32; LANES]],
    scale: f32,
    origin: u32,
    ends: &[u32],
    products: &mut [[f32; LANES]],
) {
    let mut start = 0;
    for (&end, product) in ends.iter().zip(products) {
        let groups = start..(end - origin) as usize;
        start = groups.end;
        let (mass, given) = (&mut mass[groups.clone()], &given[groups]);
        let mut own = [1.0; LANES];
        for k in 0..mass.len() {
            for lane in 0..LANES {
                mass[k][lane] += given[k][lane];
                own[lane] *= factor(mass[k][lane], scale);
            }
        }
        *product = own;
    }
}

/// For each sentence the product of its lanes, and what its logarithm and the floor come to, in steps.
#[inline(never)]
fn add_logarithms(products: &[[f32; LANES]], floors: &[f32], wholes: &mut [f32], values: &mut [i32]) {
    let count = products.len();
    let (floors, wholes, values) = (&floors[..count], &mut wholes[..count], &mut values[..count]);
    for far in 0..count {
        let lanes = products[far];
        wholes[far] = (lanes[0] * lanes[1]) * (lanes[2] * lanes[3]);
    }
    for far in 0..count {
        values[far] = steps(floors[far] + ln(wholes[far]));
    }
}

/// Whether there is one above [`TOO_LARGE`] among numbers that fill whole groups.
#[inline]
fn any_too_large(wholes: &[f32]) -> bool {
    let mut largest = [0.0f32; LANES];
    for wholes in wholes.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            largest[lane] = if wholes[lane] > largest[lane] { wholes[lane] } else { largest[lane] };
        }
    }
    largest.iter().any(|&largest| largest > TOO_LARGE)
}

/// Σ ln(1 + scale · m), the logarithm of what [`add_and_multiply`] finds, for products of any size: exponents are taken out on the way.
#[cold]
fn log_product(mass: &[[f32; LANES]], scale: f32) -> f32 {
    let (mut products, mut exponents) = ([1.0f32; LANES], [0i32; LANES]);
    // Three factors stay below the largest number.
    for three in mass.chunks(3) {
        for mass in three {
            for lane in 0..LANES {
                products[lane] *= factor(mass[lane], scale);
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
        let mass: Vec<[f32; LANES]> =
            (0..25).map(|k| std::array::from_fn(|lane| 1e11 / (4 * k + lane + 1) as f32)).collect();
        let expected: f64 = mass.iter().flatten().map(|&m| (1.0 + f64::from(m)).ln()).sum();
        assert!((f64::from(log_product(&mass, 1.0)) - expected).abs() < 0.01);
        assert_eq!(log_product(&[], 1.0), 0.0);
    }

    #[test]
    fn products_are_the_same_either_way_until_they_are_too_large() {
        for groups in 0..40 {
            let given: Vec<[f32; LANES]> =
                (0..groups).map(|k| std::array::from_fn(|lane| ((k * 7 + lane * 3) % 11) as f32 * 0.9)).collect();
            let mut mass = vec![[0.0; LANES]; groups];
            let mut products = [[0.0; LANES]];
            add_and_multiply(&mut mass, &given, 0.7, 5, &[5 + groups as u32], &mut products);
            assert_eq!(mass, given);
            let lanes = products[0];
            let product = (lanes[0] * lanes[1]) * (lanes[2] * lanes[3]);
            if product <= TOO_LARGE {
                assert_eq!(ln(product), log_product(&mass, 0.7), "{groups}");
            } else {
                assert!(groups > 9, "{groups}");
            }
        }
    }
}
