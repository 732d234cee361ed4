//! One thread's search: the signals, the lattice, and the widening of the band.

use super::anchor::{self, Anchor};
use super::constraint::{Apart, Plan};
use super::lattice::{Known, Lattice, row_start};
use super::model::Weighted;
use super::{Aligner, Band, Decoding, FEW_CELLS, Settings, mbr};
use crate::bead::{Alignment, Bead, Part, Status};
use crate::cost::Cost;
use crate::signal::{Move, Row, Signal, Texts, chars_before};
use crate::span::{Block, Pair, Side};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The cost of a bead that must not be: more than any way around it, and little enough to be summed over a path.
const FORBIDDEN: i32 = i32::MAX / 4;
/// All signals search so many times fewer cells than the cheap ones: their numbers are kept for each, and up to some twenty beads of 32 bytes,
/// where all lines are alike.
const DEAR_CELLS: usize = 64;
/// Between two anchors one side may advance by this part of the band's width more than its share.
const GAP: f64 = 0.25;

/// Aligns one pair of texts after another, keeping its buffers. Made by [`Aligner::worker`].
#[derive(Debug)]
pub struct Worker {
    aligner: Arc<Aligner>,
    signals: Vec<Weighted>,
    lattice: Lattice,
    /// Characters before each segment border.
    before: Pair<Vec<u64>>,
    band: Band,
    scope: Scope,
}

/// Where in the texts the lattice lies, and what it must leave alone.
#[derive(Debug, Default)]
struct Scope {
    /// Segments of the texts before the lattice's first.
    origin: Pair<usize>,
    /// For each segment border of the texts, the segments before it that must be alone; empty where none must.
    alone: Pair<Vec<u32>>,
}

impl Scope {
    /// Marks the beads of a row, given in the texts' segments, that join others to a segment that must be alone.
    fn forbid(&self, row: &Row<'_>, costs: &mut [i32]) {
        let Pair { source, target } = &self.alone;
        if source.is_empty() && target.is_empty() {
            return;
        }
        let any = |counts: &[u32], from: usize, to: usize| !counts.is_empty() && counts[from] != counts[to];
        let longer = |step: &Move| step.source + step.target > 1;
        for (step, first, costs) in row.beads(costs).filter(|(step, ..)| longer(step)) {
            let all = any(source, row.source_end - step.source as usize, row.source_end);
            for (end, cost) in (first..).zip(costs) {
                if all || any(target, end - step.target as usize, end) {
                    *cost = FORBIDDEN;
                }
            }
        }
    }
}

impl Worker {
    pub(super) fn new(aligner: Arc<Aligner>) -> Self {
        let signals = aligner
            .model
            .signals(aligner.settings.signals, &aligner.lexicon)
            .expect("checked when the aligner was made");
        Self {
            aligner,
            signals,
            lattice: Lattice::default(),
            before: Pair::default(),
            band: Band::default(),
            scope: Scope::default(),
        }
    }

    /// The best path over `texts`, with the probability of each of its beads.
    pub fn align(&mut self, texts: &Texts<'_>) -> Alignment {
        self.align_apart(texts, &Apart::default())
    }

    /// The same with some segments alone.
    pub fn align_apart(&mut self, texts: &Texts<'_>, apart: &Apart) -> Alignment {
        self.prepare(texts, apart);
        let (path, cost) = self.search(texts.len());
        self.answer(path, cost)
    }

    /// The best path among those that run through the plan's cuts and leave its other beads' segments alone; these are marked as
    /// locked, for [`Plan::put_in`].
    pub fn align_planned(&mut self, texts: &Texts<'_>, plan: &Plan) -> Alignment {
        let apart = plan.apart();
        self.prepare(texts, &apart);
        let mut whole = Alignment::default();
        for (part, cut) in plan.parts(texts.len()) {
            self.scope.origin = Pair::new(part.source.start as usize, part.target.start as usize);
            let (path, cost) = self.search(Pair::new(part.source.len(), part.target.len()));
            let found = self.answer(path, cost);
            whole.beads.extend(found.beads);
            whole.beads.extend(cut.map(|cut| self.locked(&[cut])).into_iter().flatten());
        }
        self.scope.origin = Pair::default();
        apart.mark(&mut whole.beads);
        whole.cost = whole.beads.iter().map(|bead| bead.cost).sum();
        whole
    }

    /// Beads that a reader has set, with what the signals say of them.
    pub fn locked_beads(&mut self, texts: &Texts<'_>, blocks: &[Block]) -> Vec<Bead> {
        self.prepare(texts, &Apart::default());
        self.locked(blocks)
    }

    fn locked(&mut self, blocks: &[Block]) -> Vec<Bead> {
        let pairs = blocks.iter().filter(|block| block.is_pair());
        let reach: BTreeMap<u32, &Block> = pairs.map(|block| (block.source.start, block)).collect();
        let band = |segment: usize| match reach.range(..=segment as u32).next_back() {
            Some((_, block)) if segment < block.source.end as usize => block.target.indices(),
            Some((_, block)) => block.target.end as usize..block.target.end as usize,
            None => 0..0,
        };
        self.signals.iter_mut().for_each(|weighted| weighted.signal.reach(&band, usize::MAX));
        let bead = |&block: &Block| {
            let parts = self.parts(block);
            let cost = parts.iter().map(|part| part.cost).sum();
            Bead { block, cost, parts, confidence: 1.0, status: Status::Locked }
        };
        blocks.iter().map(bead).collect()
    }

    /// The same as [`Worker::align_apart`] in a band around the texts' own anchors or, where they mark no way, around `centre`, the target
    /// position of each source position.
    pub(super) fn align_along(&mut self, texts: &Texts<'_>, apart: &Apart, centre: &[f64]) -> Alignment {
        self.prepare(texts, apart);
        let own = self.anchored(texts.len());
        let (centre, width) =
            own.as_ref().map_or((centre, self.aligner.settings.fine_width), |(own, width)| (own, *width));
        let (path, cost) = self.widen(texts.len(), width, true, |row| centre[row]);
        self.answer(path, cost)
    }

    fn answer(&mut self, path: Vec<Block>, cost: Cost) -> Alignment {
        self.weigh();
        let (path, cost) = match self.aligner.settings.decoding {
            Decoding::Viterbi => (path, Some(cost)),
            Decoding::Bayes => (mbr::decode(self.lattice.likely(Decoding::LEAST), &path), None),
        };
        let beads = self.beads(&path);
        let cost = cost.unwrap_or_else(|| beads.iter().map(|bead| bead.cost).sum());
        Alignment { beads, cost }
    }

    /// The posterior of every bead that some likely path runs through, for texts that [`Worker::align`] has just seen.
    pub fn posterior(&mut self) -> Vec<(Block, f64)> {
        self.weigh();
        let origin = self.scope.origin;
        let mut found = self.lattice.likely(0.0);
        found.iter_mut().for_each(|(block, _)| *block = block.shifted(origin));
        found.sort_by_key(|(block, _)| (block.source.end, block.target.end));
        found
    }

    /// Finds every bead that some likely path runs through.
    fn weigh(&mut self) {
        let Self { signals, lattice, band, aligner, scope, .. } = self;
        lattice.posterior(band, &aligner.moves, |row, costs| fill(signals, scope, true, row, costs));
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

    /// What it aligns with.
    pub fn aligner(&self) -> &Arc<Aligner> {
        &self.aligner
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

    fn prepare(&mut self, texts: &Texts<'_>, apart: &Apart) {
        self.scope.origin = Pair::default();
        for Weighted { signal, .. } in &mut self.signals {
            signal.prepare(texts);
        }
        for side in Side::BOTH {
            self.scope.alone[side] = apart.counts(side, texts.segments[side].len());
            chars_before(texts.segments[side], &mut self.before[side]);
        }
    }

    /// The best path. Texts that anchors lead through are searched in a band around these, and so are those of up to
    /// [`Settings::fine_width`] segments, which need none: their ends are near enough. Others are searched exactly where they are short, or,
    /// where all signals are cheap and see no further than the band, in a band around the diagonal. In longer ones the cheap signals alone
    /// find a coarse path, in a band around the diagonal; all signals then search a narrow band around that path.
    fn search(&mut self, segments: Pair<usize>) -> (Vec<Block>, Cost) {
        let settings = &self.aligner.settings;
        let cells = (segments.source + 1).saturating_mul(segments.target + 1);
        if cells > settings.anchored_cells
            && let Some((centre, width)) = self.anchored(segments)
        {
            return self.widen(segments, width, true, |row| centre[row]);
        }
        let settings = &self.aligner.settings;
        let cheap = self.signals.iter().all(|weighted| weighted.coarse.as_ref() == Some(&weighted.weights));
        if cells <= settings.exact_cells && !cheap {
            return self.widen(segments, segments.target + 1, true, |_| 0.0);
        }
        let (wide, fine) = (settings.band_width, settings.fine_width);
        let width = if cells <= settings.exact_cells { fine } else { wide };
        let before = std::mem::take(&mut self.before);
        let (path, cost) = self.widen(segments, width, false, diagonal(&before, self.scope.origin, segments));
        self.before = before;
        if cheap {
            return (path, cost);
        }
        let centre = along(&path, segments);
        self.widen(segments, fine, true, |row| centre[row])
    }

    /// The way that anchors mark through the lattice, where they mark one, and the width of the band that they are good for.
    fn anchored(&self, segments: Pair<usize>) -> Option<(Vec<f64>, usize)> {
        let origin = self.scope.origin;
        let inside = |&(source, target, weight): &Anchor| {
            let place = Pair::new(source.checked_sub(origin.source as u32)?, target.checked_sub(origin.target as u32)?);
            let fits = (place.source as usize) < segments.source && (place.target as usize) < segments.target;
            fits.then_some((place.source, place.target, weight))
        };
        let settings = &self.aligner.settings;
        let widths = [settings.anchored_width, 2 * settings.anchored_width, settings.fine_width];
        let whole = segments.map(|count| 0..count);
        let way = |most: u32| {
            let found = self.signals.iter().map(|weighted| weighted.signal.anchors(most));
            let points: Vec<Anchor> = found.flatten().filter_map(|point| inside(&point)).collect();
            let chain = anchor::chain(&points, segments.target);
            let way = |width: usize| anchor::way(&chain, &whole, width, width as f64 * GAP).zip(Some(width));
            widths.into_iter().find_map(way)
        };
        way(anchor::RARER).or_else(|| way(anchor::RARE))
    }

    /// The best path in a band around `centre`, made twice as wide each time as long as the path touches its edge.
    fn widen(
        &mut self,
        segments: Pair<usize>,
        mut width: usize,
        all: bool,
        centre: impl Fn(usize) -> f64,
    ) -> (Vec<Block>, Cost) {
        let most = self.aligner.settings.widest_cells / if all { DEAR_CELLS } else { 1 };
        loop {
            let whole = width > segments.target;
            self.band = if whole { Band::full(segments) } else { Band::around(segments, width, &centre) };
            let wider = self.band.width() * 2;
            let fits = (segments.source + 1).saturating_mul(wider.min(segments.target + 1)) <= most;
            let is_last = self.band.is_full() || !fits;
            let found = self.closing(all, is_last);
            if let Some(found) = found {
                return found;
            }
            width = wider;
        }
    }

    /// The best path through the band; `None` where it touches the edge of one that is not the `last`. Beads of few segments are searched
    /// first, and cells closed that no good path of them visits.
    fn closing(&mut self, all: bool, last: bool) -> Option<(Vec<Block>, Cost)> {
        let aligner = Arc::clone(&self.aligner);
        let Settings { close_beyond, .. } = aligner.settings;
        let segments = self.band.segments();
        let wide = self.band.clone();
        let mut known = None;
        let touches = |path: &[Block]| {
            path.iter().any(|block| wide.is_edge(block.source.end as usize, block.target.end as usize))
        };
        if (segments.source + 1) * (segments.target + 1) > FEW_CELLS
            && let Some(margin) = close_beyond
        {
            let (path, _) = self.through(&aligner.small_moves, None, all);
            if !last && touches(&path) {
                return None;
            }
            let margin = i64::from(margin) * Cost::PER_NAT;
            if let Some(open) = self.lattice.open(&self.band, &aligner.small_moves, margin) {
                self.band = open;
                known = Some(Known { band: &wide, moves: &aligner.small_moves });
            }
        }
        let (path, cost) = self.through(&aligner.moves, known, all);
        (last || !touches(&path)).then_some((path, cost))
    }

    /// The best path of these moves through the band.
    fn through(&mut self, moves: &[Move], known: Option<Known<'_>>, all: bool) -> (Vec<Block>, Cost) {
        let Self { signals, lattice, band, scope, .. } = self;
        let (origin, segments) = (scope.origin, band.segments());
        let longest = moves.iter().map(|step| step.source.max(step.target)).max().unwrap_or(0);
        signals.iter_mut().filter(|weighted| all || weighted.coarse.is_some()).for_each(|weighted| {
            let reach = |segment: usize| {
                // Beads begin and end at the lattice's borders: the segments next to it reach as far as its own. Those further
                // out reach nothing, in their place.
                let own = segment.saturating_sub(origin.source).min(segments.source.saturating_sub(1));
                let near = segments.source > 0 && (origin.source + own).abs_diff(segment) <= 1;
                let border = if segment < origin.source { 0 } else { segments.target };
                let reach = if near { band.reach(own) } else { border..border };
                reach.start + origin.target..reach.end + origin.target
            };
            weighted.signal.reach(&reach, usize::from(longest));
        });
        let begin = moves.iter().map(|&step| begin(signals, all, step));
        let (path, cost) =
            lattice.viterbi(band, moves, known, begin, |row, costs| fill(signals, scope, all, row, costs));
        (path, Cost(cost))
    }

    fn parts(&self, block: Block) -> Vec<Part> {
        let part = |Weighted { signal, weights, .. }: &Weighted| Part {
            signal: signal.name(),
            cost: signal.cost(weights, block),
        };
        self.signals.iter().map(part).collect()
    }

    fn beads(&self, path: &[Block]) -> Vec<Bead> {
        let found = self.lattice.found();
        path.iter()
            .map(|&block| {
                let end = block.source.end;
                let mut row = found[row_start(found, end)..].iter().take_while(|found| found.block.source.end == end);
                let confidence = row.find(|found| found.block == block).map_or(0.0, |found| found.probability);
                let block = block.shifted(self.scope.origin);
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

/// All signals, or the cheap ones, with the weights that they then have.
fn chosen(signals: &[Weighted], all: bool) -> impl Iterator<Item = (&dyn Signal, &[f32])> {
    signals.iter().filter_map(move |Weighted { signal, weights, coarse }| {
        let weights = if all { Some(weights) } else { coarse.as_ref() };
        weights.map(|weights| (&**signal, weights.as_slice()))
    })
}

/// What the costs of a move's beads begin with: of all signals, or of the cheap ones.
fn begin(signals: &[Weighted], all: bool, step: Move) -> i32 {
    chosen(signals, all).map(|(signal, weights)| signal.move_cost(weights, step)).sum()
}

/// Adds the rest of the costs of a row of the lattice.
fn fill(signals: &[Weighted], scope: &Scope, all: bool, row: &Row<'_>, costs: &mut [i32]) {
    let row = row.shifted(scope.origin);
    chosen(signals, all).for_each(|(signal, weights)| signal.add_costs(weights, &row, costs));
    scope.forbid(&row, costs);
}

/// The line that joins equal shares of both texts' characters: the target position of each source position, in the part of the
/// texts that begins at `origin`.
fn diagonal(before: &Pair<Vec<u64>>, origin: Pair<usize>, segments: Pair<usize>) -> impl Fn(usize) -> f64 {
    let part = |side: Side| &before[side][origin[side]..=origin[side] + segments[side]];
    let (source, target) = (part(Side::Source), part(Side::Target));
    let length = |part: &[u64]| (part[part.len() - 1] - part[0]).max(1) as f64;
    let whole = Pair::new(length(source), length(target));
    move |row| {
        let share = (source[row] - source[0]) as f64 / whole.source;
        target.partition_point(|&chars| ((chars - target[0]) as f64) < share * whole.target) as f64
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
