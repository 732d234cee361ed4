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
use super::runs::Runs;
use super::{LANES, Row, SHIFT, Signal, Texts, add_to_lanes, chars_before, lanes, round, round_lanes};
use crate::cost::Cost;
use crate::document::Segment;
use crate::span::{Block, Pair, SegmentRange, Side};
use bytemuck::cast;
use std::ops::Range;
use wide::{f32x4, i32x4};

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
/// Steps up to [`LONGEST`]: in binary all ones, so that it holds a number in range.
const STEPS: usize = (LONGEST * PER_UNIT) as usize;
const _: () = assert!((STEPS + 1).is_power_of_two());

/// The length signal.
#[derive(Debug)]
pub struct Length {
    expected_ratio: f64,
    ratio: f64,
    sides: Pair<Lengths>,
    tables: Tables,
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
    length: Runs<f32>,
    log_padded: Runs<f32>,
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

/// What depends on a length alone, of each up to [`LONGEST`], in steps.
#[derive(Debug)]
struct Tables {
    /// ln(l + pad) of a run.
    padded: Vec<f32>,
    /// Of a bead, both sides together: 1/2v and ½ ln 1/v, filled up to a whole register.
    spread: Box<[f32x4; STEPS + 1]>,
}

impl Tables {
    fn new() -> Self {
        let padded = (0..=STEPS).map(|step| (step as f32 / PER_UNIT + PAD).ln()).collect();
        let spread: Vec<f32x4> = (0..=STEPS)
            .map(|step| {
                let length = step as f32 / PER_UNIT + 0.5;
                let precision = length / (VARIANCE * length + VARIANCE_PER_LENGTH);
                f32x4::new([0.5 * precision, 0.5 * ln(precision), 0.0, 0.0])
            })
            .collect();
        Self { padded, spread: spread.try_into().expect("there are as many") }
    }

    fn padded(&self, length: f32) -> f32 {
        self.padded.get(round(length * PER_UNIT) as usize).copied().unwrap_or_else(|| (length + PAD).ln())
    }

    /// 1/2v and ½ ln 1/v of beads of these lengths.
    #[inline]
    fn spread(&self, length: f32x4) -> [f32x4; 2] {
        let steps = (length * f32x4::splat(PER_UNIT)).fast_min(f32x4::splat(STEPS as f32)) + f32x4::splat(SHIFT);
        // The lowest binary places of such a number are a whole number's.
        let steps = (cast::<f32x4, i32x4>(steps) & i32x4::splat(STEPS as i32)).to_array();
        let at = |lane: usize| self.spread[steps[lane] as usize & STEPS];
        let [half, log_half, ..] = f32x4::transpose([at(0), at(1), at(2), at(3)]);
        [half, log_half]
    }
}

impl Lengths {
    /// Reads a side's segments; its characters.
    fn read(&mut self, segments: &[Segment]) -> u64 {
        chars_before(segments, &mut self.before);
        self.before.last().copied().unwrap_or(0)
    }

    fn rescale(&mut self, scale: f64) {
        self.scale = scale as f32;
        let segments = self.before.len() as f32 - 1.0;
        let length = self.before.last().copied().unwrap_or(0) as f32 * self.scale;
        self.log_mean = ((length + MEAN_SEGMENTS * MEAN_LENGTH) / (segments + MEAN_SEGMENTS)).ln();
        self.unpaired.clear();
        self.unpaired.push(0.0);
        let unpaired_length = |ends: &[u64]| unpaired((ends[1] - ends[0]) as f32 * self.scale);
        self.unpaired.extend(self.before.windows(2).map(unpaired_length));
        self.unpaired.extend([0.0; LANES]);
        self.length.clear(self.before.len() - 1);
        self.log_padded.clear(self.before.len() - 1);
    }

    /// Measures all runs of up to so many segments.
    fn extend(&mut self, longest: usize, tables: &Tables) {
        let Self { scale, before, length: lengths, log_padded, .. } = self;
        lengths.extend(longest, |taken| {
            let runs = before.iter().zip(before.get(taken..).unwrap_or_default());
            runs.map(|(&start, &end)| length(start, end, *scale))
        });
        log_padded.extend(longest, |taken| lengths.of(taken).iter().map(|&length| tables.padded(length)));
    }

    fn measured(&self, start: usize, end: usize, tables: &Tables) -> Measured {
        let length = length(self.before[start], self.before[end], self.scale);
        let log_padded = tables.padded(length);
        Measured { length, log_padded, cut: self.cut(end - start, log_padded.into()).to_array()[0] }
    }

    /// The values of `cut.…` for runs of `taken` segments.
    #[inline]
    fn cut(&self, taken: usize, log_padded: f32x4) -> f32x4 {
        f32x4::splat(taken.saturating_sub(1) as f32) * (log_padded - f32x4::splat(self.log_mean))
    }

    fn run(&self, run: SegmentRange, tables: &Tables) -> Measured {
        self.measured(run.start as usize, run.end as usize, tables)
    }

    /// The run of `taken` segments up to `end`.
    fn ending_at(&self, taken: usize, end: usize) -> Measured {
        let log_padded = self.log_padded.ending_at(taken, end);
        let cut = self.cut(taken, log_padded.into()).to_array()[0];
        Measured { length: self.length.ending_at(taken, end), log_padded, cut }
    }
}

impl Length {
    /// A length signal that expects `expected_ratio` characters of translation for each of the original.
    pub fn new(expected_ratio: f32) -> Self {
        let expected_ratio = f64::from(expected_ratio);
        Self { expected_ratio, ratio: expected_ratio, sides: Pair::default(), tables: Tables::new() }
    }

    /// c, as estimated from the texts last prepared.
    pub fn ratio(&self) -> f64 {
        self.ratio
    }
}

/// The length of a run between two places, in characters from the text's beginning. They are subtracted as whole numbers: the same run has
/// the same length wherever it stands in a text. No text is too long for numbers with a sign, of which a processor makes fractions at once.
#[inline]
fn length(start: u64, end: u64, scale: f32) -> f32 {
    (end - start) as i64 as f32 * scale
}

/// The features `ratio` and `difference` of beads with this source. No branch: it is computed for many beads side by side.
#[inline]
fn pair_features(source: Measured, length: f32x4, log_padded: f32x4, tables: &Tables) -> (f32x4, f32x4) {
    let z = log_padded - f32x4::splat(source.log_padded);
    let [half, log_half] = tables.spread(f32x4::splat(source.length) + length);
    (z * z * half - log_half + f32x4::ONE, z.abs())
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
        self.sides.source.rescale(self.ratio.sqrt());
        self.sides.target.rescale(1.0 / self.ratio.sqrt());
    }

    fn reach(&mut self, _band: &dyn Fn(usize) -> Range<usize>, longest: usize) {
        Side::BOTH.iter().for_each(|&side| self.sides[side].extend(longest, &self.tables));
    }

    fn measure(&self, block: Block, features: &mut [f32]) {
        let run = |side: Side| self.sides[side].run(block[side], &self.tables);
        features.fill(0.0);
        if block.target.is_empty() {
            features[2] = unpaired(run(Side::Source).length);
        } else if block.source.is_empty() {
            features[3] = unpaired(run(Side::Target).length);
        } else {
            let (source, target) = (run(Side::Source), run(Side::Target));
            let (ratio, difference) =
                pair_features(source, target.length.into(), target.log_padded.into(), &self.tables);
            (features[0], features[1]) = (ratio.to_array()[0], difference.to_array()[0]);
            (features[4], features[5]) = (source.cut, target.cut);
        }
    }

    // The same as the general loop, with all that depends on one side taken out of it, lane by lane: this one runs for every bead.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let unit = Cost::PER_NAT as f32;
        let (ratio, difference) = (f32x4::splat(weights[0]), f32x4::splat(weights[1]));
        let target_cut = f32x4::splat(weights[5]);
        let Pair { source: sources, target: targets } = &self.sides;
        let first = *row.target_ends.start();
        row.for_lanes(costs, |step, costs| {
            let count = costs.len();
            if step.target == 0 {
                let omitted = round(weights[2] * sources.unpaired[row.source_end] * unit);
                add_to_lanes(costs, omitted);
                return;
            }
            if step.source == 0 {
                let added = lanes(&targets.unpaired, first, count);
                for lane in 0..count {
                    let added = f32x4::splat(weights[3]) * f32x4::new(added[lane]) * f32x4::splat(unit);
                    costs[lane] = (i32x4::new(costs[lane]) + round_lanes(added)).to_array();
                }
                return;
            }
            let source = sources.ending_at(step.source as usize, row.source_end);
            let source_cut = f32x4::splat(weights[4] * source.cut);
            let lengths = targets.length.lanes(step.target as usize, first, count);
            let logs = targets.log_padded.lanes(step.target as usize, first, count);
            for lane in 0..count {
                let (length, log_padded) = (f32x4::new(lengths[lane]), f32x4::new(logs[lane]));
                let (fit, gap) = pair_features(source, length, log_padded, &self.tables);
                let cut = targets.cut(step.target as usize, log_padded);
                let nats = ratio * fit + difference * gap + source_cut + target_cut * cut;
                costs[lane] = (i32x4::new(costs[lane]) + round_lanes(nats * f32x4::splat(unit))).to_array();
            }
        });
    }
}
