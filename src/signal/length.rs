//! Long sentences become long sentences (Gale and Church 1993, section 3; Brown et al. 1991).
//!
//! With l_s and l_t the characters of both sides of a block, white space left out, and c the expected characters of the
//! translation for one of the original, the difference is taken as a log-ratio, which fits texts of both kinds, short and
//! long, better than Gale and Church's own δ = (l_t − c·l_s) / √(s²·l_s):
//!
//! ```text
//! z = ln( (l_t + 10) / (c·l_s + 10) )        v = 0.05 + 18 / (c·l_s + l_t + 1)
//! ```
//!
//! Features: `ratio` = z²/2v + ½ ln v + 1, a normal density's cost in nats; `difference` = |z|; both 0 for an omission or
//! addition, which instead have `omitted` or `added` = ln(l/30), l in characters of the translation.
//!
//! c is estimated from the pair of texts itself, drawn towards the model's value for the language pair by as much weight
//! as [`PRIOR_CHARS`] characters, and kept within a factor of [`MAX_FACTOR`] of it; with no text to speak of it *is* that value.

use super::{Row, Signal, Texts, round};
use crate::cost::Cost;
use crate::document::Segment;
use crate::span::{Block, Pair, SegmentRange};

/// The model's expected ratio weighs as much as this many characters of translation.
pub const PRIOR_CHARS: f32 = 400.0;
/// The texts' own ratio is trusted up to this factor from the model's.
pub const MAX_FACTOR: f32 = 1.6;

const PAD: f32 = 10.0;
const VARIANCE: f32 = 0.05;
const VARIANCE_PER_CHAR: f32 = 18.0;
const NAMES: &[&str] = &["ratio", "difference", "omitted", "added"];
/// Lengths up to here have their logarithms and variances in a table.
const TABLE: usize = 4096;

/// The length signal.
#[derive(Debug)]
pub struct Length {
    expected_ratio: f32,
    ratio: f32,
    /// Characters before each segment border, the original's scaled by c.
    before: Pair<Vec<f32>>,
    tables: Tables,
}

/// Logarithms and variances by whole length, so that no bead needs a logarithm of its own.
#[derive(Debug)]
struct Tables {
    log_padded: Vec<f32>,
    half_precision: Vec<f32>,
    half_log_variance: Vec<f32>,
}

impl Tables {
    fn new() -> Self {
        let lengths = || (0..TABLE).map(|length| length as f32);
        let variance = |length: f32| VARIANCE + VARIANCE_PER_CHAR / (length + 1.0);
        Self {
            log_padded: lengths().map(|length| (length + PAD).ln()).collect(),
            half_precision: lengths().map(|length| 0.5 / variance(length)).collect(),
            half_log_variance: lengths().map(|length| 0.5 * variance(length).ln() + 1.0).collect(),
        }
    }

    #[inline]
    fn log_padded(&self, length: f32) -> f32 {
        let index = (length + 0.5) as usize;
        if index < TABLE { self.log_padded[index] } else { (length + PAD).ln() }
    }

    /// 1/2v and ½ ln v + 1 for a block of `length` characters on both sides together.
    #[inline]
    fn spread(&self, length: f32) -> (f32, f32) {
        let index = ((length + 0.5) as usize).min(TABLE - 1);
        (self.half_precision[index], self.half_log_variance[index])
    }
}

impl Length {
    /// A length signal that expects `expected_ratio` characters of translation for each of the original.
    pub fn new(expected_ratio: f32) -> Self {
        Self { expected_ratio, ratio: expected_ratio, before: Pair::default(), tables: Tables::new() }
    }

    /// c, as estimated from the texts last prepared.
    pub fn ratio(&self) -> f32 {
        self.ratio
    }

    #[inline]
    fn chars(before: &[f32], run: SegmentRange) -> f32 {
        before[run.end as usize] - before[run.start as usize]
    }

    #[inline]
    fn pair_features(&self, source: f32, target: f32) -> (f32, f32) {
        let z = self.tables.log_padded(target) - self.tables.log_padded(source);
        let (half_precision, half_log_variance) = self.tables.spread(source + target);
        (z * z * half_precision + half_log_variance, z.abs())
    }
}

fn unpaired(chars: f32) -> f32 {
    (chars.max(1.0) / 30.0).ln()
}

fn fill(before: &mut Vec<f32>, segments: &[Segment]) -> f32 {
    before.clear();
    before.push(0.0);
    let mut chars = 0u64;
    for segment in segments {
        chars += u64::from(segment.chars);
        before.push(chars as f32);
    }
    chars as f32
}

impl Signal for Length {
    fn name(&self) -> &'static str {
        "length"
    }

    fn feature_names(&self) -> &'static [&'static str] {
        NAMES
    }

    fn prepare(&mut self, texts: &Texts<'_>) {
        let source = fill(&mut self.before.source, texts.segments.source);
        let target = fill(&mut self.before.target, texts.segments.target);
        let expected = self.expected_ratio;
        let drawn = (target + PRIOR_CHARS) / (source + PRIOR_CHARS / expected);
        self.ratio = drawn.clamp(expected / MAX_FACTOR, expected * MAX_FACTOR);
        self.before.source.iter_mut().for_each(|chars| *chars *= self.ratio);
    }

    fn measure(&self, block: Block, features: &mut [f32]) {
        let source = Self::chars(&self.before.source, block.source);
        let target = Self::chars(&self.before.target, block.target);
        features.fill(0.0);
        if block.target.is_empty() {
            features[2] = unpaired(source);
        } else if block.source.is_empty() {
            features[3] = unpaired(target);
        } else {
            (features[0], features[1]) = self.pair_features(source, target);
        }
    }

    // The same as the general loop, with the row's source lengths taken out of it: this one runs for every bead.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let unit = Cost::PER_NAT as f32;
        let (ratio, difference) = (weights[0], weights[1]);
        let source_before = &self.before.source[..=row.source_end];
        for (target_end, cell) in row.target_ends.clone().zip(costs.chunks_exact_mut(row.moves.len())) {
            let target_before = &self.before.target[..=target_end];
            for (step, cost) in row.moves.iter().zip(cell) {
                let (taken_source, taken_target) = (step.source as usize, step.target as usize);
                if taken_source > row.source_end || taken_target > target_end {
                    continue;
                }
                let source = source_before[row.source_end] - source_before[row.source_end - taken_source];
                let target = target_before[target_end] - target_before[target_end - taken_target];
                *cost += if taken_target == 0 {
                    round(weights[2] * unpaired(source) * unit)
                } else if taken_source == 0 {
                    round(weights[3] * unpaired(target) * unit)
                } else {
                    let (fit, gap) = self.pair_features(source, target);
                    round((ratio * fit + difference * gap) * unit)
                };
            }
        }
    }
}
