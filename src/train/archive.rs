//! Fitting a model to texts without gold: what an aligner's own answer says of their lengths and bead shapes.

use crate::align::Model;
use crate::bead::Alignment;
use crate::signal::prior::Prior;
use crate::signal::{Signal, Texts};
use crate::span::{Block, Pair, Side};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Two-sided beads less probable than this do not count for the length ratio.
const SURE: f64 = 0.8;
/// What the model expects of the shapes counts as much as so many beads.
const EXPECTED: f64 = 200.0;
/// A prior is moved by at most this much, in nats.
const MOST: f64 = 2.0;

/// Counts over aligned documents; they add up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    chars: Pair<u64>,
    shapes: BTreeMap<String, f64>,
}

impl Observed {
    /// Of one document.
    pub fn of(texts: &Texts<'_>, alignment: &Alignment) -> Self {
        let mut observed = Self::default();
        for bead in &alignment.beads {
            observed.shape(bead.block, 1.0);
            if bead.block.is_pair() && bead.confidence >= SURE {
                for side in Side::BOTH {
                    let segments = &texts.segments[side][bead.block[side].indices()];
                    observed.chars[side] += segments.iter().map(|segment| u64::from(segment.chars)).sum::<u64>();
                }
            }
        }
        observed
    }

    /// Counts a bead's shape alone.
    pub(super) fn shape(&mut self, block: Block, weight: f64) {
        let mut features = vec![0.0; Prior.feature_names().len()];
        Prior.measure(block, &mut features);
        if let Some(shape) = features.iter().position(|&value| value != 0.0) {
            *self.shapes.entry(Prior.feature_names()[shape].to_owned()).or_default() += weight;
        }
    }

    /// Adds another document's counts.
    pub fn add(&mut self, other: &Self) {
        self.chars.source += other.chars.source;
        self.chars.target += other.chars.target;
        for (shape, count) in &other.shapes {
            *self.shapes.entry(shape.clone()).or_default() += count;
        }
    }

    /// The share of each shape.
    pub fn shares(&self) -> BTreeMap<String, f32> {
        let all: f64 = self.shapes.values().sum();
        self.shapes.iter().map(|(shape, count)| (shape.clone(), (count / all) as f32)).collect()
    }

    /// `model` for texts like these: their length ratio, and bead priors moved by what the shapes are more or less frequent
    /// here than in the gold that the model was fitted to ([`Model::shapes`]), as Saerens, Latinne and Decaestecker (2002,
    /// *Adjusting the outputs of a classifier to new a priori probabilities*, Neural Computation 14(1)) do for classes.
    pub fn fit(&self, model: &Model) -> Model {
        let mut fitted = model.clone();
        if self.chars.source > 0 && self.chars.target > 0 {
            let ratio = self.chars.target as f64 / self.chars.source as f64;
            fitted.length_ratio = ((ratio * 1e3).round() / 1e3).clamp(0.01, 100.0) as f32;
        }
        let all: f64 = self.shapes.values().sum();
        for weights in [&mut fitted.weights, &mut fitted.coarse] {
            let Some(priors) = weights.get_mut(Prior.name()) else { continue };
            for (shape, &expected) in &model.shapes {
                let Some(prior) = priors.get_mut(shape).filter(|_| expected > 0.0) else { continue };
                let expected = f64::from(expected);
                let seen = self.shapes.get(shape.as_str()).copied().unwrap_or(0.0);
                let here = (seen + EXPECTED * expected) / (all + EXPECTED);
                let shift = (here / expected).ln().clamp(-MOST, MOST);
                *prior = ((f64::from(*prior) - shift) * 1e4).round() as f32 / 1e4;
            }
        }
        fitted.shapes = if all > 0.0 { self.shares() } else { fitted.shapes };
        fitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_twice_as_frequent_costs_ln_2_less() {
        let mut observed = Observed::default();
        (0..8_000_000).step_by(1000).for_each(|_| observed.shape(Block::new(0..1, 0..1), 1000.0));
        (0..2_000_000).step_by(1000).for_each(|_| observed.shape(Block::new(0..1, 0..2), 1000.0));
        let mut model = Model::built_in("zh", "en");
        model.shapes = [("1-1".to_owned(), 0.9), ("1-2".to_owned(), 0.1)].into();
        let fitted = observed.fit(&model);
        let shift = |shape| fitted.weights["prior"][shape] - model.weights["prior"][shape];
        assert!((shift("1-2") + 2f32.ln()).abs() < 1e-3, "{}", shift("1-2"));
        assert!((shift("1-1") - (0.9f32 / 0.8).ln()).abs() < 1e-3);
        assert_eq!(shift("2-1"), 0.0, "of a shape that the model's gold did not have, nothing is known");
        assert_eq!(fitted.length_ratio, model.length_ratio);
        // Fitted once more to the same counts, nothing moves.
        assert_eq!(observed.fit(&fitted).weights, fitted.weights);
    }
}
