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
//! 1 + (1−λ)/λ · Σt/(L·u) are multiplied up and one logarithm a cell is taken.
//!
//! Time O(n · longest block · band · live words a sentence), memory 4 bytes · n · longest block · band. Sums are kept in
//! 4096ths of a nat, wrapping, so that differences are exact wherever the row starts and however long it is.

use std::ops::Range;

/// Fixed-point steps in a nat.
pub(crate) const STEPS: f32 = 4096.0;

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

/// Buffers and result.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    longest: usize,
    /// By block start: first far sentence of its rows, how many, and where the rows are.
    rows: Vec<(u32, u32, usize)>,
    sums: Vec<i32>,
    // buffers
    live_ends: Vec<u32>,
    floors: Vec<f32>,
    place_start: Vec<u32>,
    places: Vec<u32>,
    entries: Vec<(u32, f32)>,
    entry_ends: Vec<u32>,
    mass: Vec<f32>,
}

impl Blocks {
    /// Fills the rows of all blocks of up to `longest` near sentences; `band[i]` are the far sentences that may share
    /// a bead with near sentence `i`.
    pub(crate) fn fill(&mut self, text: &Direction<'_>, band: &[(u32, u32)], longest: usize) {
        let sentences = text.near_ends.len();
        self.longest = longest;
        self.rows.clear();
        self.sums.clear();
        self.find_live(text);
        let mut size = 0;
        for i in 0..sentences {
            let reach = &band[i..sentences.min(i + longest)];
            let low = reach.iter().map(|b| b.0).min().unwrap_or(0);
            let high = reach.iter().map(|b| b.1).max().unwrap_or(0).max(low);
            self.rows.push((low, high - low, size));
            size += reach.len() * (high - low + 1) as usize;
        }
        self.sums.resize(size, 0);
        self.gather(text, longest);
        for i in 0..sentences {
            self.fill_block(text, i, longest.min(sentences - i));
        }
    }

    /// E(near.start..near.end, far) in steps; `None` outside the band or beyond the longest block.
    pub(crate) fn sum(&self, near: &Range<usize>, far: &Range<usize>) -> Option<i32> {
        let len = near.end - near.start;
        let &(low, width, at) = self.rows.get(near.start)?;
        let (low, width) = (low as usize, width as usize);
        if len == 0 || len > self.longest || far.start < low || far.end > low + width {
            return None;
        }
        let row = at + (len - 1) * (width + 1) - low;
        Some(self.sums[row + far.end].wrapping_sub(self.sums[row + far.start]))
    }

    /// For the near block: prefix sums over the far sentences, the first of them standing for what ends before far sentence `.0`. Their
    /// differences are what [`Blocks::sum`] gives. `None` beyond the longest block.
    pub(crate) fn row(&self, near: &Range<usize>) -> Option<(usize, &[i32])> {
        let len = near.end - near.start;
        let &(low, width, at) = self.rows.get(near.start).filter(|_| len >= 1 && len <= self.longest)?;
        let (low, width) = (low as usize, width as usize);
        Some((low, &self.sums[at + (len - 1) * (width + 1)..][..=width]))
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
        self.places.resize(live as usize, 0);
        // from the back, so that each list ascends and `place_start` ends at its lists' beginnings
        let mut place = live;
        for &far in text.far.iter().rev() {
            if self.mass[far as usize] > 0.0 {
                place -= 1;
                self.place_start[far as usize] -= 1;
                self.places[self.place_start[far as usize] as usize] = place;
            }
        }
    }

    /// For each near sentence the live places that its words reach inside the rows where it takes part.
    fn gather(&mut self, text: &Direction<'_>, longest: usize) {
        self.entries.clear();
        self.entry_ends.clear();
        let mut start = 0;
        for (i, &end) in text.near_ends.iter().enumerate() {
            let blocks = &self.rows[(i + 1).saturating_sub(longest)..=i];
            let low = blocks.iter().map(|r| r.0).min().unwrap_or(0) as usize;
            let high = blocks.iter().map(|r| r.0 + r.1).max().unwrap_or(0) as usize;
            let reach = (self.live_start(low), self.live_start(high));
            for &near in &text.near[start..end as usize] {
                let links = text.link_start[near as usize] as usize..text.link_start[near as usize + 1] as usize;
                for &(far, weight) in &text.links[links] {
                    let places = self.place_start[far as usize] as usize..self.place_start[far as usize + 1] as usize;
                    let places = &self.places[places];
                    let from = if places.len() > 8 { places.partition_point(|&p| p < reach.0) } else { 0 };
                    for &place in &places[from..] {
                        if place >= reach.1 {
                            break;
                        }
                        if place >= reach.0 {
                            self.entries.push((place, weight));
                        }
                    }
                }
            }
            self.entry_ends.push(self.entries.len() as u32);
            start = end as usize;
        }
    }

    fn fill_block(&mut self, text: &Direction<'_>, first: usize, longest: usize) {
        let (low, width, at) = self.rows[first];
        let (low, width) = (low as usize, width as usize);
        let live = self.live_start(low)..self.live_start(low + width);
        self.mass.clear();
        self.mass.resize((live.end - live.start) as usize, 0.0);
        let near_start = |i: usize| if i == 0 { 0 } else { text.near_ends[i - 1] };
        for len in 1..=longest {
            let i = first + len - 1;
            let from = if i == 0 { 0 } else { self.entry_ends[i - 1] as usize };
            for &(place, weight) in &self.entries[from..self.entry_ends[i] as usize] {
                if live.contains(&place) {
                    self.mass[(place - live.start) as usize] += weight;
                }
            }
            let words = text.near_ends[i] - near_start(first);
            let per_word = 1.0 / (words.max(1) as f32);
            let row = at + (len - 1) * (width + 1);
            let mut sum = 0i32;
            let mut place = 0;
            for j in 0..width {
                let end = (self.live_ends[low + j] - live.start) as usize;
                let value = self.floors[low + j] + log_product(&self.mass[place..end], per_word);
                sum = sum.wrapping_add(steps(value));
                self.sums[row + j + 1] = sum;
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
        sums.resize(*size * blocks.longest, 0);
        for (border, &(first, at)) in borders.iter().enumerate() {
            let end = borders.get(border + 1).map_or(*size, |next| next.1 as usize);
            for (start, at) in (first as usize..).zip(at as usize..end) {
                let Some(&(low, width, row)) = blocks.rows.get(start) else { break };
                let Some(place) = border.checked_sub(low as usize).filter(|&place| place <= width as usize) else {
                    continue;
                };
                // A block that would reach beyond the text has no row, and nobody asks for it.
                let rows = blocks.longest.min(blocks.rows.len() - start);
                for len in 0..rows {
                    sums[len * *size + at] = blocks.sums[row + len * (width as usize + 1) + place];
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

/// In steps, rounded; by adding and cutting off, as not every processor can round.
#[inline]
fn steps(nats: f32) -> i32 {
    const SHIFT: f64 = 1_073_741_824.0;
    (f64::from(nats * STEPS).clamp(-1e9, 1e9) + SHIFT + 0.5) as i64 as i32 - SHIFT as i32
}

/// Σ ln(1 + scale · m), by one logarithm of the product (more where it would overflow). Four products are under way at a time,
/// so that none waits for the one before; the order of the factors is fixed, and with it the last bit.
fn log_product(mass: &[f32], scale: f32) -> f32 {
    let (mut whole, mut sum) = (1.0f64, 0.0);
    for chunk in mass.chunks(16) {
        let mut products = [1.0f64; 4];
        let fours = chunk.chunks_exact(4);
        for (&m, product) in fours.remainder().iter().zip(&mut products) {
            *product = f64::from(1.0 + scale * m);
        }
        for four in fours {
            for (&m, product) in four.iter().zip(&mut products) {
                *product *= f64::from(1.0 + scale * m);
            }
        }
        // Sixteen factors below 1e15 each, and what is held over, stay below the largest number.
        whole *= (products[0] * products[1]) * (products[2] * products[3]);
        if whole > 1e60 {
            sum += ln(whole);
            whole = 1.0;
        }
    }
    (sum + ln(whole)) as f32
}

/// ln of a normal number ≥ 1, to 1e-7: exponent and mantissa m in [√½, √2), then 2 artanh((m − 1) / (m + 1)).
fn ln(x: f64) -> f64 {
    const HALF: u64 = 0x3fe6_a09e_667f_3bcd; // √½
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(HALF) as i64) >> 52;
    let m = f64::from_bits(bits.wrapping_sub((exponent << 52) as u64));
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q / 9.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_logarithm() {
        for x in [1.0, 1.0000001, 1.41, 1.42, 2.0, 3.7, 1e3, 1e77, 1e300] {
            assert!((ln(x) - x.ln()).abs() < 1e-8 * (1.0 + x.ln()), "{x}: {} {}", ln(x), x.ln());
        }
        let mass = vec![1e14f32; 100];
        assert!((log_product(&mass, 1.0) - 100.0 * 1e14f32.ln()).abs() < 0.5);
        assert_eq!(log_product(&[], 1.0), 0.0);
    }
}
