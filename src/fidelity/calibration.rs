//! From evidence to probability, and how that is fitted to gold.
//!
//! ```text
//! P = c^γ · σ(a + b·x)
//! ```
//!
//! x is a suspicion's evidence, c the aligner's confidence in the rows concerned; a and b are a type's own, γ is common.
//! [`Calibration::fit`] takes the a posteriori likeliest a and b of each type under Gaussian priors about 0 and 1 (`PRIOR`),
//! which are what a type has without examples; γ is the best of `POWERS`. Gold has a few dozen faults: more parameters
//! than these could not be told apart.

use super::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Standard deviations of the priors of a (about 0) and b (about 1).
const PRIOR: (f64, f64) = (2.0, 0.5);
/// The powers of the confidence that are tried. Gold has few doubtful beads: that a doubtful one must not shout is known before.
const POWERS: [f64; 4] = [0.5, 1.0, 2.0, 4.0];
/// Newton steps; a few suffice for two parameters.
const STEPS: usize = 40;

/// What evidence is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// γ: how much a doubtful alignment takes from a finding.
    pub power: f64,
    /// Offset and slope of each type; 0 and 1 where there is none.
    pub types: BTreeMap<Kind, (f64, f64)>,
}

impl Default for Calibration {
    /// What `corpus/newspaper` taught.
    ///
    /// # Panics
    /// Never: a test reads the included file.
    fn default() -> Self {
        serde_json::from_str(include_str!("calibration.json")).expect("the included calibration is whole")
    }
}

/// A suspicion that gold has judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Example {
    /// Its type.
    pub kind: Kind,
    /// Its evidence.
    pub evidence: f64,
    /// The aligner's confidence.
    pub confidence: f64,
    /// Gold has the fault.
    pub is_true: bool,
}

impl Calibration {
    /// One that takes evidence at its word.
    pub fn plain() -> Self {
        Self { power: 1.0, types: BTreeMap::new() }
    }

    /// The probability of a finding.
    pub fn probability(&self, kind: Kind, evidence: f64, confidence: f64) -> f64 {
        let (a, b) = self.types.get(&kind).copied().unwrap_or((0.0, 1.0));
        let p = confidence.clamp(0.0, 1.0).powf(self.power) * sigmoid(a + b * evidence);
        // Four digits are more than the fit bears, and the same on every machine.
        (p * 1e4).round() / 1e4
    }

    /// Fits to examples.
    pub fn fit(examples: &[Example]) -> Self {
        let fitted = POWERS.map(|power| {
            let mut types = BTreeMap::new();
            for (kind, _) in Kind::ALL {
                let own: Vec<&Example> = examples.iter().filter(|example| example.kind == kind).collect();
                if !own.is_empty() {
                    types.insert(kind, fit_type(&own, power));
                }
            }
            let fitted = Self { power, types };
            let likelihood: f64 = examples.iter().map(|example| fitted.log_likelihood(example)).sum();
            (likelihood, fitted)
        });
        let best = fitted.into_iter().reduce(|best, next| if next.0 > best.0 { next } else { best });
        let mut fitted = best.map_or_else(Self::plain, |best| best.1);
        for parameters in fitted.types.values_mut() {
            let round = |x: f64| (x * 1e3).round() / 1e3;
            *parameters = (round(parameters.0), round(parameters.1));
        }
        fitted
    }

    fn log_likelihood(&self, example: &Example) -> f64 {
        let (a, b) = self.types.get(&example.kind).copied().unwrap_or((0.0, 1.0));
        log_likelihood(example, a, b, self.power)
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn log_likelihood(example: &Example, a: f64, b: f64, power: f64) -> f64 {
    let p = example.confidence.powf(power) * sigmoid(a + b * example.evidence);
    let p = if example.is_true { p } else { 1.0 - p };
    p.max(1e-12).ln()
}

/// The a posteriori likeliest offset and slope: Newton's method with differences, halving steps that do not improve.
fn fit_type(examples: &[&Example], power: f64) -> (f64, f64) {
    let objective = |a: f64, b: f64| {
        let prior = (a / PRIOR.0).powi(2) / 2.0 + ((b - 1.0) / PRIOR.1).powi(2) / 2.0;
        prior - examples.iter().map(|example| log_likelihood(example, a, b, power)).sum::<f64>()
    };
    const H: f64 = 1e-4;
    let (mut a, mut b) = (0.0, 1.0);
    for _ in 0..STEPS {
        let here = objective(a, b);
        let (up_a, down_a) = (objective(a + H, b), objective(a - H, b));
        let (up_b, down_b) = (objective(a, b + H), objective(a, b - H));
        let (ga, gb) = ((up_a - down_a) / (2.0 * H), (up_b - down_b) / (2.0 * H));
        // A diagonal of the second derivatives is enough, kept positive.
        let ha = ((up_a - 2.0 * here + down_a) / (H * H)).max(0.05);
        let hb = ((up_b - 2.0 * here + down_b) / (H * H)).max(0.05);
        let mut step = 1.0;
        let (mut next_a, mut next_b) = (a, b);
        while step > 1e-6 {
            // A finding must not become likelier with less evidence.
            (next_a, next_b) = (a - step * ga / ha, (b - step * gb / hb).max(0.1));
            if objective(next_a, next_b) < here {
                break;
            }
            step /= 2.0;
        }
        if step <= 1e-6 {
            break;
        }
        (a, b) = (next_a, next_b);
    }
    (a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example(evidence: f64, is_true: bool) -> Example {
        Example { kind: Kind::Number, evidence, confidence: 1.0, is_true }
    }

    #[test]
    fn the_included_calibration_is_read() {
        assert!(Calibration::default().types.len() <= Kind::ALL.len());
    }

    #[test]
    fn fitting_moves_towards_the_examples() {
        let mut examples = vec![example(3.0, true); 20];
        examples.extend([example(-1.0, false); 20]);
        let fitted = Calibration::fit(&examples);
        assert!(fitted.probability(Kind::Number, 3.0, 1.0) > 0.95);
        assert!(fitted.probability(Kind::Number, -1.0, 1.0) < 0.1);
        assert_eq!(fitted.probability(Kind::Date, 0.0, 1.0), 0.5);
        let wrong = Calibration::fit(&[example(3.0, false); 20]);
        assert!(wrong.probability(Kind::Number, 3.0, 1.0) < 0.3);
    }

    proptest! {
        #[test]
        fn more_evidence_and_more_confidence_are_never_worth_less(
            points in prop::collection::vec((-5.0..8.0f64, 0.0..1.0f64, any::<bool>()), 0..30), x in -5.0..8.0f64, c in 0.0..1.0f64,
        ) {
            let examples: Vec<Example> = points.iter().map(|&(evidence, confidence, is_true)| Example { confidence, ..example(evidence, is_true) }).collect();
            let fitted = Calibration::fit(&examples);
            let p = fitted.probability(Kind::Number, x, c);
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!(fitted.probability(Kind::Number, x + 1.0, c) >= p);
            prop_assert!(fitted.probability(Kind::Number, x, (c + 0.1).min(1.0)) >= p);
        }
    }
}
