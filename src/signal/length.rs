//! Long sentences become long sentences (Gale and Church 1993, section 3; Brown et al. 1991).
//!
//! c is the expected characters of translation for one of the original. Both sides are measured in the same unit, halfway
//! between their characters, so that nothing changes when original and translation change places: a block of n_s and n_t
//! characters, white space left out, has the lengths
//!
//! ```text
//! l_s = √c · n_s        l_t = n_t / √c
//! ```
//!
//! and the difference is taken as a log-ratio, which fits texts of both kinds, short and long, better than Gale and Church's
//! own δ = (l_t − c·l_s) / √(s²·l_s):
//!
//! ```text
//! z = ln( (l_t + 5) / (l_s + 5) )        v = 0.05 + 9 / (l_s + l_t + ½)
//! ```
//!
//! Features: `ratio` = z²/2v + ½ ln v + 1, a normal density's cost in nats; `difference` = |z|; both 0 for an omission or
//! addition, which instead have `omitted` or `added` = ln(l/15). A long run of text is cut oftener than a short one: n segments
//! of one side, l together, have `cut.source` or `cut.target` = (n − 1) · ln( (l + 5) / l̄ ), where l̄ is the mean segment of that
//! side of the texts at hand, as if [`MEAN_SEGMENTS`] more of [`MEAN_LENGTH`] stood there. Lengths are rounded to halves of a unit, and
//! that of both sides together is at most [`LONGEST`], where a logarithm is taken.
//!
//! c is estimated from the pair of texts itself, drawn towards the model's value for the language pair by as much weight
//! as [`PRIOR_LENGTH`] of each side, and kept within a factor of [`MAX_FACTOR`] of it; with no text to speak of it *is* that
//! value.

use super::logarithm::ln;
use super::{MAX_RUN, Row, Signal, Texts, round, whole_number};
use crate::cost::Cost;
use crate::document::Segment;
use crate::span::{Block, Pair, SegmentRange, Side};

/// The model's expected ratio weighs as much as a text of this length on either side.
pub const PRIOR_LENGTH: f64 = 200.0;
/// The texts' own ratio is trusted up to this factor from the model's.
pub const MAX_FACTOR: f64 = 1.6;

/// Segments of [`MEAN_LENGTH`] that a side's mean length is drawn towards.
pub const MEAN_SEGMENTS: f32 = 10.0;
/// Length of a usual segment.
pub const MEAN_LENGTH: f32 = 50.0;

const PAD: f32 = 5.0;
const VARIANCE: f32 = 0.05;
const VARIANCE_PER_LENGTH: f32 = 9.0;
/// An unpaired segment of this length has a feature of 0.
const UNPAIRED: f32 = 15.0;
const NAMES: &[&str] = &["ratio", "difference", "omitted", "added", "cut.source", "cut.target"];
/// A longer bead counts as this long.
pub const LONGEST: f32 = 2047.5;
/// Steps in a unit of length.
const PER_UNIT: f32 = 2.0;

/// The length signal.
#[derive(Debug)]
pub struct Length {
    expected_ratio: f64,
    ratio: f64,
    sides: Pair<Lengths>,
    logarithms: Logarithms,
}

/// The lengths of one side.
#[derive(Debug, Default)]
struct Lengths {
    /// Units of length a character.
    scale: f32,
    /// ln of the mean segment's length.
    log_mean: f32,
    /// Characters before each segment border.
    before: Vec<u64>,
    /// Runs of segments: for each number of segments 0..=[`MAX_RUN`] in turn, those that end at each segment border; where one would
    /// start before the text, nothing is said.
    length: Vec<f32>,
    log_padded: Vec<f32>,
    cut: Vec<f32>,
    /// By the border that it ends at, the value of `omitted` or `added` of each segment.
    unpaired: Vec<f32>,
}

/// What the formulas need to know of a run of segments.
#[derive(Debug, Clone, Copy, Default)]
struct Measured {
    length: f32,
    log_padded: f32,
    /// The value of `cut.…`.
    cut: f32,
}

/// ln(l + pad) of each length up to [`LONGEST`], in steps.
#[derive(Debug)]
struct Logarithms(Vec<f32>);

impl Logarithms {
    fn new() -> Self {
        let steps = (LONGEST * PER_UNIT) as usize;
        Self((0..=steps).map(|step| (step as f32 / PER_UNIT + PAD).ln()).collect())
    }

    fn padded(&self, length: f32) -> f32 {
        self.0.get(round(length * PER_UNIT) as usize).copied().unwrap_or_else(|| (length + PAD).ln())
    }
}

impl Lengths {
    fn read(&mut self, segments: &[Segment]) -> u64 {
        self.before.clear();
        self.before.push(0);
        let mut chars = 0;
        self.before.extend(segments.iter().map(|segment| {
            chars += u64::from(segment.chars);
            chars
        }));
        chars
    }

    fn rescale(&mut self, scale: f64, logarithms: &Logarithms) {
        self.scale = scale as f32;
        let segments = self.before.len() as f32 - 1.0;
        let length = self.before.last().copied().unwrap_or(0) as f32 * self.scale;
        self.log_mean = ((length + MEAN_SEGMENTS * MEAN_LENGTH) / (segments + MEAN_SEGMENTS)).ln();
        let borders = self.before.len();
        for values in [&mut self.length, &mut self.log_padded, &mut self.cut] {
            values.clear();
            values.resize((MAX_RUN + 1) * borders, 0.0);
        }
        self.unpaired.clear();
        self.unpaired.push(0.0);
        let unpaired_length = |ends: &[u64]| unpaired((ends[1] - ends[0]) as f32 * self.scale);
        self.unpaired.extend(self.before.windows(2).map(unpaired_length));
        for taken in 0..=MAX_RUN {
            for end in taken..borders {
                let run = self.measured(end - taken, end, logarithms);
                let at = taken * borders + end;
                (self.length[at], self.log_padded[at], self.cut[at]) = (run.length, run.log_padded, run.cut);
            }
        }
    }

    fn measured(&self, start: usize, end: usize, logarithms: &Logarithms) -> Measured {
        // Subtracted as whole numbers: the same run has the same length wherever it stands in a text.
        let length = (self.before[end] - self.before[start]) as f32 * self.scale;
        let log_padded = logarithms.padded(length);
        let cut = (end - start).saturating_sub(1) as f32 * (log_padded - self.log_mean);
        Measured { length, log_padded, cut }
    }

    fn run(&self, run: SegmentRange, logarithms: &Logarithms) -> Measured {
        self.measured(run.start as usize, run.end as usize, logarithms)
    }

    /// The run of `taken` segments up to `end`.
    fn ending_at(&self, taken: usize, end: usize) -> Measured {
        let at = taken * self.before.len() + end;
        Measured { length: self.length[at], log_padded: self.log_padded[at], cut: self.cut[at] }
    }

    /// Those of single segments, from the one that ends at `first` on.
    fn unpaired(&self, first: usize, count: usize) -> &[f32] {
        &self.unpaired[first..first + count]
    }

    /// The runs of `taken` segments, as many as asked for, from the one up to `first` on: lengths, their logarithms, cuts.
    fn ending_from(&self, taken: usize, first: usize, count: usize) -> [&[f32]; 3] {
        let from = taken * self.before.len() + first;
        let run = from..from + count;
        [&self.length[run.clone()], &self.log_padded[run.clone()], &self.cut[run]]
    }
}

impl Length {
    /// A length signal that expects `expected_ratio` characters of translation for each of the original.
    pub fn new(expected_ratio: f32) -> Self {
        let expected_ratio = f64::from(expected_ratio);
        Self { expected_ratio, ratio: expected_ratio, sides: Pair::default(), logarithms: Logarithms::new() }
    }

    /// c, as estimated from the texts last prepared.
    pub fn ratio(&self) -> f64 {
        self.ratio
    }
}

/// The features `ratio` and `difference` of a bead. No branch and no table: it is computed for many beads side by side.
#[inline]
fn pair_features(source: Measured, target: Measured) -> (f32, f32) {
    let z = target.log_padded - source.log_padded;
    let steps = whole_number((source.length + target.length) * PER_UNIT);
    let length = steps.min(LONGEST * PER_UNIT) / PER_UNIT + 0.5;
    // 1/v
    let precision = length / (VARIANCE * length + VARIANCE_PER_LENGTH);
    (0.5 * (z * z * precision - ln(precision)) + 1.0, z.abs())
}

fn unpaired(length: f32) -> f32 {
    (length.max(0.5) / UNPAIRED).ln()
}

impl Signal for Length {
    fn name(&self) -> &'static str {
        "length"
    }

    fn feature_names(&self) -> &'static [&'static str] {
        NAMES
    }

    fn prepare(&mut self, texts: &Texts<'_>) {
        let chars = Pair::new(
            self.sides.source.read(texts.segments.source) as f64,
            self.sides.target.read(texts.segments.target) as f64,
        );
        // The model's ratio as a text of PRIOR_LENGTH on either side, in that side's characters.
        let expected = self.expected_ratio;
        let prior = Pair::new(PRIOR_LENGTH / expected.sqrt(), PRIOR_LENGTH * expected.sqrt());
        let drawn = (chars.target + prior.target) / (chars.source + prior.source);
        self.ratio = drawn.clamp(expected / MAX_FACTOR, expected * MAX_FACTOR);
        self.sides.source.rescale(self.ratio.sqrt(), &self.logarithms);
        self.sides.target.rescale(1.0 / self.ratio.sqrt(), &self.logarithms);
    }

    fn measure(&self, block: Block, features: &mut [f32]) {
        let run = |side: Side| self.sides[side].run(block[side], &self.logarithms);
        features.fill(0.0);
        if block.target.is_empty() {
            features[2] = unpaired(run(Side::Source).length);
        } else if block.source.is_empty() {
            features[3] = unpaired(run(Side::Target).length);
        } else {
            let (source, target) = (run(Side::Source), run(Side::Target));
            (features[0], features[1]) = pair_features(source, target);
            (features[4], features[5]) = (source.cut, target.cut);
        }
    }

    // The same as the general loop, with all that depends on one side taken out of it: this one runs for every bead.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let unit = Cost::PER_NAT as f32;
        let (ratio, difference) = (weights[0], weights[1]);
        for (step, first, costs) in row.beads(costs) {
            let (taken, run) = (step.source as usize, step.target as usize);
            let source = self.sides.source.ending_at(taken, row.source_end);
            if run == 0 {
                let omitted = round(weights[2] * self.sides.source.unpaired(row.source_end, 1)[0] * unit);
                costs.iter_mut().for_each(|cost| *cost += omitted);
                continue;
            }
            let count = costs.len();
            if taken == 0 {
                let added = self.sides.target.unpaired(first, count);
                for k in 0..count {
                    costs[k] += round(weights[3] * added[k] * unit);
                }
                continue;
            }
            let [lengths, logs, cuts] = self.sides.target.ending_from(run, first, count);
            let (source_cut, target_cut) = (weights[4] * source.cut, weights[5]);
            for k in 0..count {
                let target = Measured { length: lengths[k], log_padded: logs[k], cut: cuts[k] };
                let (fit, gap) = pair_features(source, target);
                costs[k] += round((ratio * fit + difference * gap + source_cut + target_cut * cuts[k]) * unit);
            }
        }
    }
}
