//! One thread's search: the signals, the lattice, and the widening of the band.

use super::lattice::{Found, Lattice};
use super::model::Weighted;
use super::{Aligner, Band, Decoding, mbr};
use crate::bead::{Alignment, Bead, Part, Status};
use crate::cost::Cost;
use crate::signal::{Row, Texts};
use crate::span::{Block, Pair, Side};
use std::sync::Arc;

/// Aligns one pair of texts after another, keeping its buffers. Made by [`Aligner::worker`].
#[derive(Debug)]
pub struct Worker {
    aligner: Arc<Aligner>,
    signals: Vec<Weighted>,
    lattice: Lattice,
    /// Characters before each segment border.
    before: Pair<Vec<u64>>,
    band: Band,
}

impl Worker {
    pub(super) fn new(aligner: Arc<Aligner>) -> Self {
        let signals = aligner
            .model
            .signals(aligner.settings.signals, &aligner.lexicon)
            .expect("checked when the aligner was made");
        Self { aligner, signals, lattice: Lattice::default(), before: Pair::default(), band: Band::default() }
    }

    /// The best path over `texts`, with the probability of each of its beads.
    pub fn align(&mut self, texts: &Texts<'_>) -> Alignment {
        self.prepare(texts);
        let (path, cost) = self.search(texts.len());
        let Self { signals, lattice, band, aligner, .. } = self;
        let found = lattice.posterior(band, &aligner.moves, |row, costs| fill(signals, row, costs));
        let (path, cost) = match aligner.settings.decoding {
            Decoding::Viterbi => (path, Some(cost)),
            Decoding::Bayes => (mbr::decode(&found, &path), None),
        };
        let beads = self.beads(&path, &found);
        let cost = cost.unwrap_or_else(|| beads.iter().map(|bead| bead.cost).sum());
        Alignment { beads, cost }
    }

    /// The posterior of every bead that some likely path runs through, for texts that [`Worker::align`] has just seen.
    pub fn posterior(&mut self) -> Vec<(Block, f64)> {
        let Self { signals, lattice, band, aligner, .. } = self;
        let found = lattice.posterior(band, &aligner.moves, |row, costs| fill(signals, row, costs));
        found.into_iter().map(|found| (found.block, found.probability)).collect()
    }

    /// What speaks for a bead of the texts that [`Worker::align`] has just seen, and what else could be in its place.
    pub fn explain(&mut self, texts: &Texts<'_>, block: Block) -> Explanation {
        let evidence = self
            .signals
            .iter()
            .map(|Weighted { signal, weights, .. }| {
                let part = Part { signal: signal.name(), cost: signal.cost(weights, block) };
                (part, signal.explain(texts, block))
            })
            .collect();
        let touches = |other: &Block| {
            let overlap = |side: Side| {
                let (own, other) = (block[side].indices(), other[side].indices());
                own.start < other.end && other.start < own.end
            };
            *other != block && (overlap(Side::Source) || overlap(Side::Target))
        };
        let mut alternatives: Vec<(Block, f64)> =
            self.posterior().into_iter().filter(|(other, _)| touches(other)).collect();
        alternatives.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        Explanation { evidence, alternatives }
    }

    /// The cost of one bead of the texts that [`Worker::align`] has just seen.
    pub fn cost(&self, block: Block) -> Cost {
        self.parts(block).iter().map(|part| part.cost).sum()
    }

    /// The cells that [`Worker::align`] searched last.
    pub fn band(&self) -> &Band {
        &self.band
    }

    /// The names of the signals that know nothing of the words.
    pub(super) fn cheap_signals(&self) -> Vec<&'static str> {
        self.signals
            .iter()
            .filter(|weighted| weighted.coarse.is_some())
            .map(|weighted| weighted.signal.name())
            .collect()
    }

    fn prepare(&mut self, texts: &Texts<'_>) {
        for Weighted { signal, .. } in &mut self.signals {
            signal.prepare(texts);
        }
        for side in Side::BOTH {
            let before = &mut self.before[side];
            before.clear();
            before.push(0);
            let mut sum = 0;
            before.extend(texts.segments[side].iter().map(|segment| {
                sum += u64::from(segment.chars);
                sum
            }));
        }
    }

    /// The best path. Short texts are searched exactly. In longer ones the cheap signals alone find a coarse path, in a
    /// band around the diagonal; all signals then search a narrow band around that path.
    fn search(&mut self, segments: Pair<usize>) -> (Vec<Block>, Cost) {
        let settings = &self.aligner.settings;
        let cells = (segments.source + 1).saturating_mul(segments.target + 1);
        if cells <= settings.exact_cells {
            return self.widen(segments, segments.target + 1, true, |_| 0.0);
        }
        let (width, fine) = (settings.band_width, settings.fine_width);
        let before = std::mem::take(&mut self.before);
        let (path, cost) = self.widen(segments, width, false, diagonal(&before));
        self.before = before;
        if self.signals.iter().all(|weighted| weighted.coarse.as_ref() == Some(&weighted.weights)) {
            return (path, cost);
        }
        let centre = along(&path, segments);
        self.widen(segments, fine, true, |row| centre[row])
    }

    /// The best path in a band around `centre`, made twice as wide each time as long as the path touches its edge.
    fn widen(
        &mut self,
        segments: Pair<usize>,
        mut width: usize,
        all: bool,
        centre: impl Fn(usize) -> f64,
    ) -> (Vec<Block>, Cost) {
        let Self { signals, lattice, band, aligner, .. } = self;
        // The dear signals keep about eight numbers a cell.
        let most = aligner.settings.widest_cells / if all { 8 } else { 1 };
        loop {
            *band = if width > segments.target { Band::full(segments) } else { Band::around(segments, width, &centre) };
            signals.iter_mut().filter(|weighted| all || weighted.coarse.is_some()).for_each(|weighted| {
                weighted.signal.reach(&|segment| band.reach(segment));
            });
            let (path, cost) = lattice.viterbi(band, &aligner.moves, |row, costs| {
                for Weighted { signal, weights, coarse } in signals.iter() {
                    if let Some(weights) = if all { Some(weights) } else { coarse.as_ref() } {
                        signal.add_costs(weights, row, costs);
                    }
                }
            });
            let touches = |block: &Block| band.is_edge(block.source.end as usize, block.target.end as usize);
            let wider = band.width() * 2;
            let fits = (segments.source + 1).saturating_mul(wider.min(segments.target + 1)) <= most;
            if band.is_full() || !fits || !path.iter().any(touches) {
                return (path, Cost(cost));
            }
            width = wider;
        }
    }

    fn parts(&self, block: Block) -> Vec<Part> {
        let part = |Weighted { signal, weights, .. }: &Weighted| Part {
            signal: signal.name(),
            cost: signal.cost(weights, block),
        };
        self.signals.iter().map(part).collect()
    }

    fn beads(&self, path: &[Block], found: &[Found]) -> Vec<Bead> {
        let end = |block: &Block| (block.source.end, block.target.end);
        path.iter()
            .map(|&block| {
                // `found` is in the order of the beads' ends.
                let here = found.partition_point(|found| end(&found.block) < end(&block));
                let ending_here = found[here..].iter().take_while(|found| end(&found.block) == end(&block));
                let confidence = ending_here.filter(|found| found.block == block).map(|found| found.probability).sum();
                let parts = self.parts(block);
                Bead { block, cost: parts.iter().map(|part| part.cost).sum(), parts, confidence, status: Status::Auto }
            })
            .collect()
    }
}

/// Why a bead is what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Each signal's share of the cost, and what it rests on, in words.
    pub evidence: Vec<(Part, Vec<String>)>,
    /// Other beads over some of its segments, with their probabilities, the likeliest first.
    pub alternatives: Vec<(Block, f64)>,
}

fn fill(signals: &[Weighted], row: &Row<'_>, costs: &mut [i32]) {
    for Weighted { signal, weights, .. } in signals {
        signal.add_costs(weights, row, costs);
    }
}

/// The line that joins equal shares of both texts' characters: the target position of each source position.
fn diagonal(before: &Pair<Vec<u64>>) -> impl Fn(usize) -> f64 {
    let whole = before.as_ref().map(|before| before.last().copied().unwrap_or(0).max(1) as f64);
    move |row| {
        let share = before.source[row] as f64 / whole.source;
        before.target.partition_point(|&chars| (chars as f64) < share * whole.target) as f64
    }
}

/// The target position of each source position along a path.
pub(crate) fn along(path: &[Block], segments: Pair<usize>) -> Vec<f64> {
    let mut centre = vec![0.0; segments.source + 1];
    for block in path {
        let (from, to) = (block.source.indices(), block.target.indices());
        for (step, row) in centre[from.start..=from.end].iter_mut().enumerate() {
            let share = if from.is_empty() { 1.0 } else { step as f64 / from.len() as f64 };
            *row = to.start as f64 + share * to.len() as f64;
        }
    }
    centre
}
