//! Scoring an alignment against gold, in the two published definitions.
//!
//! - **V** (Thompson and Koehn 2019, `vecalign/score.py`; also Bertalign and SentAlign): precision counts every test bead,
//!   deletions too, right only when the gold has the same one; recall counts two-sided gold beads only. *Strict* asks for
//!   the same bead, *lax* for any gold link inside it.
//! - **B** (aligner-eval of Bertalign, 2021): strict only; every bead counts on both sides.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A bead as sets of units: segment indices, or any other numbers that name the same unit on the gold and the test side.
/// Sorted, without repeats; one side may be empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Link {
    /// Units of the original.
    pub source: Vec<u32>,
    /// Units of the translation.
    pub target: Vec<u32>,
}

impl Link {
    fn is_empty(&self) -> bool {
        self.source.is_empty() && self.target.is_empty()
    }

    fn is_pair(&self) -> bool {
        !self.source.is_empty() && !self.target.is_empty()
    }
}

/// Counts that add up over the documents of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Beads of the test; of these, right strictly and laxly.
    pub test: u64,
    /// Test beads that the gold has too.
    pub test_strict: u64,
    /// Test beads with a gold link inside.
    pub test_lax: u64,
    /// Two-sided beads of the gold; of these, found strictly and laxly.
    pub gold_pairs: u64,
    /// Two-sided gold beads that the test has too.
    pub gold_strict: u64,
    /// Two-sided gold beads with a test link inside.
    pub gold_lax: u64,
    /// All beads of the gold.
    pub gold: u64,
    /// Beads that both have.
    pub same: u64,
    /// All beads of the test, those without any unit among them.
    pub test_all: u64,
}

/// Precision, recall and their harmonic mean.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Score {
    /// Right among the answers.
    pub precision: f64,
    /// Found among what was to be found.
    pub recall: f64,
    /// 2PR / (P + R); 0 where both are 0.
    pub f1: f64,
}

impl Score {
    /// From counts; a share of nothing is 0.
    pub fn from_counts(right: u64, answered: u64, found: u64, wanted: u64) -> Self {
        let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        let (precision, recall) = (share(right, answered), share(found, wanted));
        let sum = precision + recall;
        Self { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

impl Counts {
    /// The counts of one document.
    pub fn of(gold: &[Link], test: &[Link]) -> Self {
        let (test_beads, test_strict, test_lax) = judge(gold.iter(), test.iter());
        let (gold_pairs, gold_strict, gold_lax) =
            judge(test.iter().filter(|link| link.is_pair()), gold.iter().filter(|link| link.is_pair()));
        let distinct: BTreeSet<&Link> = gold.iter().collect();
        let same = test.iter().collect::<BTreeSet<_>>().intersection(&distinct).count() as u64;
        Self {
            test: test_beads,
            test_strict,
            test_lax,
            gold_pairs,
            gold_strict,
            gold_lax,
            gold: gold.len() as u64,
            same,
            test_all: test.len() as u64,
        }
    }

    /// Adds another document's counts.
    pub fn add(&mut self, other: &Counts) {
        self.test += other.test;
        self.test_strict += other.test_strict;
        self.test_lax += other.test_lax;
        self.gold_pairs += other.gold_pairs;
        self.gold_strict += other.gold_strict;
        self.gold_lax += other.gold_lax;
        self.gold += other.gold;
        self.same += other.same;
        self.test_all += other.test_all;
    }

    /// V, strict.
    pub fn v_strict(&self) -> Score {
        Score::from_counts(self.test_strict, self.test, self.gold_strict, self.gold_pairs)
    }

    /// V, lax.
    pub fn v_lax(&self) -> Score {
        Score::from_counts(self.test_lax, self.test, self.gold_lax, self.gold_pairs)
    }

    /// B, strict.
    pub fn b_strict(&self) -> Score {
        Score::from_counts(self.same, self.test_all, self.same, self.gold)
    }
}

/// How many of `test` there are, and how many are right against `gold`, strictly and laxly.
fn judge<'a>(gold: impl Iterator<Item = &'a Link>, test: impl Iterator<Item = &'a Link>) -> (u64, u64, u64) {
    let gold: BTreeSet<&Link> = gold.filter(|link| !link.is_empty()).collect();
    let test: BTreeSet<&Link> = test.filter(|link| !link.is_empty()).collect();
    let mut linked: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for link in &gold {
        for &unit in &link.source {
            linked.entry(unit).or_default().extend(&link.target);
        }
    }
    let (mut strict, mut lax) = (0, 0);
    for link in &test {
        if gold.contains(*link) {
            strict += 1;
            lax += 1;
        } else if link
            .source
            .iter()
            .filter_map(|unit| linked.get(unit))
            .any(|targets| link.target.iter().any(|t| targets.contains(t)))
        {
            lax += 1;
        }
    }
    (test.len() as u64, strict, lax)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(source: &[u32], target: &[u32]) -> Link {
        Link { source: source.to_vec(), target: target.to_vec() }
    }

    #[test]
    fn the_two_definitions_differ_where_they_should() {
        let gold = [link(&[0], &[0]), link(&[1], &[1, 2]), link(&[2], &[])];
        let test = [link(&[0], &[0]), link(&[1], &[1]), link(&[], &[2]), link(&[2], &[])];
        let counts = Counts::of(&gold, &test);
        // V: 2 of 4 test beads are in the gold; 1 of 2 two-sided gold beads is found.
        assert_eq!(counts.v_strict(), Score { precision: 0.5, recall: 0.5, f1: 0.5 });
        // Lax: [1]:[1] shares a link with the gold, []:[2] does not.
        assert_eq!(counts.v_lax().precision, 0.75);
        assert_eq!(counts.v_lax().recall, 1.0);
        // B: 2 of 4 test beads, 2 of 3 gold beads.
        assert_eq!(counts.b_strict().precision, 0.5);
        assert_eq!(counts.b_strict().recall, 2.0 / 3.0);
    }
}
