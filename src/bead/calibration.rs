//! Is the confidence true? Of the beads at 0.9, nine in ten should be right.

use serde::Serialize;
use std::fmt::Write as _;

/// Answers with their confidence, and whether they were right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calibration {
    answers: Vec<(f64, bool)>,
}

/// The answers whose confidence lies in one tenth of 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tenth {
    /// Lowest confidence of the tenth.
    pub from: f64,
    /// How many answers.
    pub answers: usize,
    /// Their mean confidence; 0 where there is none.
    pub confidence: f64,
    /// The share of them that is right; 0 where there is none.
    pub right: f64,
}

impl Calibration {
    /// Adds an answer.
    pub fn push(&mut self, confidence: f64, right: bool) {
        self.answers.push((confidence, right));
    }

    /// Adds all answers of another.
    pub fn extend(&mut self, other: &Calibration) {
        self.answers.extend_from_slice(&other.answers);
    }

    /// True without an answer.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// The reliability table: answers by tenths of their confidence, the least first.
    pub fn tenths(&self) -> Vec<Tenth> {
        let mut sums = [(0usize, 0.0, 0usize); 10];
        for &(confidence, right) in &self.answers {
            let (answers, sum, hits) = &mut sums[((confidence * 10.0) as usize).min(9)];
            *answers += 1;
            *sum += confidence;
            *hits += usize::from(right);
        }
        let share = |sum: f64, answers: usize| if answers == 0 { 0.0 } else { sum / answers as f64 };
        let tenth = |(index, &(answers, sum, hits)): (usize, &(usize, f64, usize))| Tenth {
            from: index as f64 / 10.0,
            answers,
            confidence: share(sum, answers),
            right: share(hits as f64, answers),
        };
        sums.iter().enumerate().map(tenth).collect()
    }

    /// The expected calibration error (Naeini et al. 2015, *Obtaining well calibrated probabilities using Bayesian
    /// binning*, AAAI): by how much confidence and share of right answers differ, the mean over the tenths by their answers.
    pub fn expected_error(&self) -> f64 {
        let gap = |tenth: &Tenth| tenth.answers as f64 * (tenth.confidence - tenth.right).abs();
        self.tenths().iter().map(gap).sum::<f64>() / self.answers.len().max(1) as f64
    }

    /// Which share of the wrong answers is among the fifth of all answers that is least certain; 1 where none is wrong.
    pub fn errors_in_the_least_certain_fifth(&self) -> f64 {
        let mut answers = self.answers.clone();
        answers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let wrong = |answers: &[(f64, bool)]| answers.iter().filter(|answer| !answer.1).count() as f64;
        let all = wrong(&answers);
        if all == 0.0 { 1.0 } else { wrong(&answers[..answers.len().div_ceil(5)]) / all }
    }

    /// The three as text.
    pub fn report(&self) -> String {
        let mut text = format!("{:<14}{:>10}{:>12}{:>10}\n", "confidence", "beads", "mean", "right");
        for tenth in self.tenths().iter().filter(|tenth| tenth.answers > 0) {
            let range = format!("{:.1} to {:.1}", tenth.from, tenth.from + 0.1);
            let _ = writeln!(text, "{range:<14}{:>10}{:>12.4}{:>10.4}", tenth.answers, tenth.confidence, tenth.right);
        }
        let _ = writeln!(
            text,
            "expected calibration error {:.4}; {:.1} % of the errors are in the least certain fifth",
            self.expected_error(),
            100.0 * self.errors_in_the_least_certain_fifth()
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_numbers() {
        let mut calibration = Calibration::default();
        for k in 0..10 {
            calibration.push(0.9, k != 0);
            calibration.push(0.7, k < 5);
        }
        // The beads at 0.9 are right as often as they say; of those at 0.7 half are.
        assert!((calibration.expected_error() - 0.1).abs() < 1e-12);
        // Four of twenty answers are the least certain fifth, all at 0.7; sorting is stable, the first four are right.
        assert_eq!(calibration.errors_in_the_least_certain_fifth(), 0.0);
        calibration.push(0.1, false);
        assert_eq!(calibration.errors_in_the_least_certain_fifth(), 1.0 / 7.0);
        assert_eq!(calibration.tenths()[1].answers, 1);
        assert_eq!(Calibration::default().errors_in_the_least_certain_fifth(), 1.0);
    }
}
