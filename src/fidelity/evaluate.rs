//! Findings against gold: planted faults, each in a bead with a type.
//!
//! A finding is right when one of its spans touches a gold bead that has a fault of its type. Findings of several places in
//! one bead count once. Sentences that the gold leaves alone on one side are no faults of its list: an omission or an addition
//! found there is counted apart, and is no false alarm. Nor is text health, which is not about the translation.

use super::calibration::{Calibration, Example};
use super::{Finding, Kind, Suspected};
use crate::bead::score::Score;
use crate::document::{Content, Document};
use crate::span::{ByteRange, Pair, Side};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// One bead of the gold, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GoldBead {
    /// Sentences of the original.
    #[serde(alias = "zh")]
    pub source: Vec<String>,
    /// Sentences of the translation.
    #[serde(alias = "en")]
    pub target: Vec<String>,
    /// The faults planted in it.
    #[serde(default)]
    pub fidelity: Vec<Kind>,
}

/// A document's gold, found in its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gold {
    beads: Vec<Located>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Located {
    spans: Pair<Vec<ByteRange>>,
    kinds: Vec<Kind>,
}

impl Gold {
    /// Finds the beads in the document's text, white space left out of account.
    ///
    /// # Errors
    /// The sentence that the text does not have.
    pub fn locate(document: &Document, beads: Vec<GoldBead>) -> Result<Self, String> {
        let mut cursors = Pair::new(0, 0);
        let text = Pair::new(visible(document, Side::Source), visible(document, Side::Target));
        let mut located = Vec::with_capacity(beads.len());
        for bead in beads {
            let mut spans = Pair::<Vec<ByteRange>>::default();
            for (side, sentences) in [(Side::Source, &bead.source), (Side::Target, &bead.target)] {
                for sentence in sentences {
                    let wanted: Vec<char> = sentence.chars().filter(|c| is_visible(*c)).collect();
                    let text = &text[side];
                    let found = text[cursors[side]..]
                        .windows(wanted.len().max(1))
                        .position(|window| window.iter().map(|(_, c)| c).eq(&wanted))
                        .ok_or_else(|| format!("{}: {sentence:?} is not in the article", document.id))?;
                    let start = cursors[side] + found;
                    cursors[side] = start + wanted.len();
                    let last = text[cursors[side] - 1];
                    spans[side].push(ByteRange::new(text[start].0, last.0 + last.1.len_utf8()));
                }
            }
            located.push(Located { spans, kinds: bead.fidelity });
        }
        Ok(Self { beads: located })
    }

    /// True when nothing was planted in it.
    pub fn is_clean(&self) -> bool {
        self.beads.iter().all(|bead| bead.kinds.is_empty())
    }

    /// The faults planted: the number of the bead, from 0, and the type.
    pub fn planted(&self) -> impl Iterator<Item = (usize, Kind)> + '_ {
        self.beads.iter().enumerate().flat_map(|(at, bead)| bead.kinds.iter().map(move |&kind| (at, kind)))
    }

    /// The beads that a finding touches.
    fn touched(&self, finding: &Finding) -> Vec<usize> {
        let touches =
            |spans: &[ByteRange], own: &[ByteRange]| own.iter().any(|own| spans.iter().any(|span| span.overlaps(*own)));
        let is_touched = |bead: &Located| {
            touches(&finding.source_spans, &bead.spans.source) || touches(&finding.target_spans, &bead.spans.target)
        };
        (0..self.beads.len()).filter(|&index| is_touched(&self.beads[index])).collect()
    }
}

fn is_visible(c: char) -> bool {
    !c.is_whitespace() && c != '*'
}

/// The characters of one side with their places.
fn visible(document: &Document, side: Side) -> Vec<(usize, char)> {
    let text = document.text(side);
    let ranges: Vec<ByteRange> = match &document.content[side] {
        Content::Paragraphs(paragraphs) => paragraphs.iter().map(|paragraph| paragraph.range).collect(),
        Content::Segments(segments, _) => segments.iter().map(|segment| segment.range).collect(),
    };
    let chars = |range: ByteRange| range.of(text).char_indices().map(move |(at, c)| (range.start + at, c));
    ranges.into_iter().flat_map(chars).filter(|(_, c)| is_visible(*c)).collect()
}

/// What gold says of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The fault was planted in this bead.
    Right(usize),
    /// A sentence that the gold has on one side alone.
    Unpaired,
    /// Not counted: text health.
    Apart,
    /// No such fault there.
    Wrong(Option<usize>),
}

impl Gold {
    /// Judges one finding.
    pub fn judge(&self, finding: &Finding) -> Verdict {
        let touched = self.touched(finding);
        if finding.kind == Kind::TextHealth {
            return Verdict::Apart;
        }
        if let Some(&bead) = touched.iter().find(|&&bead| self.beads[bead].kinds.contains(&finding.kind)) {
            return Verdict::Right(bead);
        }
        let unpaired = |bead: &usize| {
            let spans = &self.beads[*bead].spans;
            spans.source.is_empty() || spans.target.is_empty()
        };
        let run = matches!(finding.kind, Kind::Omission | Kind::Addition);
        if run && touched.iter().any(unpaired) {
            return Verdict::Unpaired;
        }
        Verdict::Wrong(touched.first().copied())
    }
}

/// Counts of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Planted.
    pub planted: u64,
    /// Planted and found.
    pub found: u64,
    /// Beads reported.
    pub reported: u64,
}

impl Count {
    /// Precision, recall and F1.
    pub fn score(&self) -> Score {
        Score::from_counts(self.found, self.reported, self.found, self.planted)
    }

    fn add(&mut self, other: Count) {
        self.planted += other.planted;
        self.found += other.found;
        self.reported += other.reported;
    }
}

/// Findings of a set against its gold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// By type.
    pub types: BTreeMap<Kind, Count>,
    /// Articles without a fault, and the false alarms in them.
    pub clean: (u64, u64),
    /// One-sided beads, and how many of them a finding touched.
    pub unpaired: (u64, u64),
}

impl Report {
    /// Adds a document's findings, those at least as probable as `least`.
    pub fn add<'f>(&mut self, gold: &Gold, findings: impl Iterator<Item = &'f Finding>, least: f64) {
        let (mut right, mut wrong) = (BTreeSet::new(), BTreeSet::new());
        let mut unpaired = BTreeSet::new();
        for finding in findings.filter(|finding| finding.probability >= least) {
            match gold.judge(finding) {
                Verdict::Right(bead) => drop(right.insert((finding.kind, bead))),
                Verdict::Wrong(bead) => drop(wrong.insert((finding.kind, bead))),
                Verdict::Unpaired => unpaired.extend(gold.touched(finding)),
                Verdict::Apart => {}
            }
        }
        for bead in &gold.beads {
            for &kind in &bead.kinds {
                self.types.entry(kind).or_default().planted += 1;
            }
            if bead.spans.source.is_empty() || bead.spans.target.is_empty() {
                self.unpaired.0 += 1;
            }
        }
        self.unpaired.1 += unpaired.len() as u64;
        for &(kind, _) in &right {
            let count = self.types.entry(kind).or_default();
            count.found += 1;
            count.reported += 1;
        }
        for &(kind, _) in &wrong {
            self.types.entry(kind).or_default().reported += 1;
        }
        if gold.is_clean() {
            self.clean.0 += 1;
            self.clean.1 += wrong.len() as u64;
        }
    }

    /// All types together.
    pub fn all(&self) -> Count {
        let mut all = Count::default();
        self.types.values().for_each(|&count| all.add(count));
        all
    }
}

/// The probabilities of all findings, each by a calibration that was fitted to the other parts of the set: documents are dealt
/// to `folds` parts in turn. `suspected` is in document order.
pub fn cross_validate(gold: &BTreeMap<String, Gold>, suspected: &[Suspected], folds: usize) -> Vec<Finding> {
    let part: BTreeMap<&str, usize> =
        gold.keys().enumerate().map(|(at, doc)| (doc.as_str(), at % folds.max(2))).collect();
    let of = |one: &Suspected| part.get(one.finding.doc.as_str()).copied().unwrap_or(0);
    let fitted: Vec<Calibration> = (0..folds.max(2))
        .map(|fold| Calibration::fit(&examples(gold, suspected.iter().filter(|one| of(one) != fold))))
        .collect();
    let again = |one: &Suspected| Finding {
        probability: fitted[of(one)].probability(one.finding.kind, one.evidence, one.confidence),
        ..one.finding.clone()
    };
    suspected.iter().map(again).collect()
}

/// What a calibration is fitted to.
pub fn examples<'s>(gold: &BTreeMap<String, Gold>, suspected: impl Iterator<Item = &'s Suspected>) -> Vec<Example> {
    let mut examples = Vec::new();
    for one in suspected {
        let Some(gold) = gold.get(&one.finding.doc) else { continue };
        let is_true = match gold.judge(&one.finding) {
            Verdict::Right(_) | Verdict::Unpaired => true,
            Verdict::Wrong(_) => false,
            Verdict::Apart => continue,
        };
        let (kind, evidence, confidence) = (one.finding.kind, one.evidence, one.confidence);
        examples.push(Example { kind, evidence, confidence, is_true });
    }
    examples
}
