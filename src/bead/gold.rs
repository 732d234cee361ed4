//! Alignments read back from text, gold or not, and made comparable.
//!
//! Two shapes: vecalign's `[0, 1]:[2]` a line, whose numbers are compared as they stand; and JSON Lines of beads that hold
//! their sentences (rows, or gold with `zh` and `en`). Sentences are compared by place: each stands for the characters it
//! takes in the gold's own text, white space left out, so that an aligner that splits differently is judged fairly.

use super::calibration::Calibration;
use super::score::{Counts, Link, Score};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// One document's alignment.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// Beads of numbered segments.
    Numbers(Vec<Link>),
    /// Beads of sentences.
    Sentences(Vec<Texts>),
}

/// A bead of sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    /// Of the original.
    pub source: Vec<String>,
    /// Of the translation.
    pub target: Vec<String>,
    /// Their numbers, where segments were given.
    pub numbers: Option<Link>,
    /// How sure the aligner was of the bead; gold says nothing.
    pub confidence: Option<f64>,
}

/// A line that is no bead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {message}")]
pub struct BeadError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

#[derive(Deserialize)]
struct JsonBead {
    doc: Option<String>,
    #[serde(alias = "zh")]
    source: Vec<String>,
    #[serde(alias = "en")]
    target: Vec<String>,
    source_index: Option<Vec<u32>>,
    target_index: Option<Vec<u32>>,
    confidence: Option<f64>,
}

/// The documents in the text of one file; beads that do not name their own belong to `name`.
///
/// # Errors
/// The first line that is no bead.
pub fn read(name: &str, text: &str) -> Result<BTreeMap<String, Document>, BeadError> {
    let json = text.trim_start().starts_with('{');
    let mut documents: BTreeMap<String, Document> = BTreeMap::new();
    let mut current = name.to_owned();
    for (index, line) in text.lines().enumerate() {
        let error = |message: String| BeadError { line: index + 1, message };
        let line = line.trim();
        if let Some(id) = line.strip_prefix("# ").filter(|_| !json) {
            current = id.to_owned();
        } else if line.is_empty() {
            continue;
        } else if json {
            let bead: JsonBead = serde_json::from_str(line).map_err(|reason| error(reason.to_string()))?;
            let numbers = bead.source_index.zip(bead.target_index).map(|(source, target)| Link { source, target });
            let texts = Texts { source: bead.source, target: bead.target, numbers, confidence: bead.confidence };
            let doc = bead.doc.unwrap_or_else(|| name.to_owned());
            match documents.entry(doc).or_insert_with(|| Document::Sentences(Vec::new())) {
                Document::Sentences(beads) => beads.push(texts),
                Document::Numbers(_) => return Err(error("JSON and vecalign lines in one file".into())),
            }
        } else {
            let link = link(line).ok_or_else(|| error(format!("{line:?} is not of the form [0, 1]:[2]")))?;
            match documents.entry(current.clone()).or_insert_with(|| Document::Numbers(Vec::new())) {
                Document::Numbers(beads) => beads.push(link),
                Document::Sentences(_) => return Err(error("JSON and vecalign lines in one file".into())),
            }
        }
    }
    Ok(documents)
}

fn link(line: &str) -> Option<Link> {
    let mut sides = line.split(':').map(|side| {
        let inner = side.trim().strip_prefix('[')?.strip_suffix(']')?;
        let mut numbers = inner
            .split(',')
            .map(str::trim)
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().ok())
            .collect::<Option<Vec<u32>>>()?;
        numbers.sort_unstable();
        numbers.dedup();
        Some(numbers)
    });
    Some(Link { source: sides.next()??, target: sides.next()?? })
}

/// A document's score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judged {
    /// Of its beads.
    pub counts: Counts,
    /// Of its sentence ends; `None` where numbers were compared.
    pub ends: Option<[Ends; 2]>,
    /// Which beads were right, for those that came with a confidence.
    pub calibration: Calibration,
}

impl Judged {
    fn of(gold: &[Link], test: &[Link], confidence: impl Iterator<Item = Option<f64>>) -> Self {
        let known: BTreeSet<&Link> = gold.iter().collect();
        let mut calibration = Calibration::default();
        for (link, confidence) in test.iter().zip(confidence) {
            if let Some(confidence) = confidence {
                calibration.push(confidence, known.contains(link));
            }
        }
        Self { counts: Counts::of(gold, test), ends: None, calibration }
    }

    /// Adds another document's.
    pub fn add(&mut self, other: &Judged) {
        self.counts.add(&other.counts);
        if let Some(ends) = &other.ends {
            let sum = self.ends.get_or_insert_default();
            sum.iter_mut().zip(ends).for_each(|(sum, ends)| sum.add(ends));
        }
        self.calibration.extend(&other.calibration);
    }
}

/// How many sentence ends were found on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ends {
    /// Of the gold.
    pub gold: u64,
    /// Of the test.
    pub test: u64,
    /// Of both.
    pub same: u64,
}

impl Ends {
    /// Adds another document's.
    pub fn add(&mut self, other: &Ends) {
        self.gold += other.gold;
        self.test += other.test;
        self.same += other.same;
    }

    /// Precision, recall and F1.
    pub fn score(&self) -> Score {
        Score::from_counts(self.same, self.test, self.same, self.gold)
    }
}

/// Scores one document.
///
/// # Errors
/// When one of them has numbers and the other sentences alone.
pub fn judge(gold: &Document, test: &Document) -> Result<Judged, &'static str> {
    match (gold, test) {
        (Document::Numbers(gold), Document::Numbers(test)) => Ok(Judged::of(gold, test, std::iter::empty())),
        (Document::Numbers(gold), Document::Sentences(test)) => {
            let numbers: Option<Vec<Link>> = test.iter().map(|bead| bead.numbers.clone()).collect();
            let links = numbers.ok_or("the gold has segment numbers, the rows have none: align with --segmented")?;
            Ok(Judged::of(gold, &links, test.iter().map(|bead| bead.confidence)))
        }
        (Document::Sentences(_), Document::Numbers(_)) => {
            Err("the gold has sentences, the test only numbers: score rows against it")
        }
        (Document::Sentences(gold), Document::Sentences(test)) => {
            let (source, source_ends) = units(gold, test, |bead| &bead.source);
            let (target, target_ends) = units(gold, test, |bead| &bead.target);
            let links = |source: Vec<Vec<u32>>, target: Vec<Vec<u32>>| -> Vec<Link> {
                source.into_iter().zip(target).map(|(source, target)| Link { source, target }).collect()
            };
            let [gold_source, test_source] = source;
            let [gold_target, test_target] = target;
            let (gold, links) = (links(gold_source, gold_target), links(test_source, test_target));
            let judged = Judged::of(&gold, &links, test.iter().map(|bead| bead.confidence));
            Ok(Judged { ends: Some([source_ends, target_ends]), ..judged })
        }
    }
}

/// For each gold bead and each test bead, the characters of the gold's text that one side of it takes; and the side's ends.
fn units(gold: &[Texts], test: &[Texts], side: impl Fn(&Texts) -> &Vec<String>) -> ([Vec<Vec<u32>>; 2], Ends) {
    /// A sentence of the test is looked for no further than this many characters ahead.
    const AHEAD: usize = 2000;
    let visible = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<Vec<char>>();
    let mut text: Vec<char> = Vec::new();
    let mut gold_ends = Vec::new();
    let gold_units = gold
        .iter()
        .map(|bead| {
            let start = text.len() as u32;
            for sentence in side(bead) {
                text.extend(visible(sentence));
                gold_ends.push(text.len() as u32);
            }
            (start..text.len() as u32).collect()
        })
        .collect();
    // What the gold does not have gets numbers behind its end, none of them twice.
    let (mut cursor, mut foreign) = (0, text.len() as u32);
    let mut test_ends = Vec::new();
    let test_units = test
        .iter()
        .map(|bead| {
            let mut units = Vec::new();
            for sentence in side(bead) {
                let sentence = visible(sentence);
                let ahead = &text[cursor..text.len().min(cursor + AHEAD + sentence.len())];
                let found = if sentence.is_empty() {
                    None
                } else {
                    ahead.windows(sentence.len()).position(|window| window == sentence)
                };
                let start = match found {
                    Some(at) => {
                        let start = cursor + at;
                        cursor = start + sentence.len();
                        start as u32
                    }
                    None => {
                        foreign += sentence.len() as u32;
                        foreign - sentence.len() as u32
                    }
                };
                units.extend(start..start + sentence.len() as u32);
                test_ends.push(start + sentence.len() as u32);
            }
            units
        })
        .collect();
    let same = test_ends.iter().filter(|end| gold_ends.binary_search(end).is_ok()).count() as u64;
    let ends = Ends { gold: gold_ends.len() as u64, test: test_ends.len() as u64, same };
    ([gold_units, test_units], ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_are_read() {
        let read = |text| read("a", text).unwrap();
        let numbers = read("# x\n[0, 1]:[2]:0.5\n[]:[3]\n\n# y\n[0]:[0]\n");
        assert_eq!(numbers.keys().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(numbers["x"], Document::Numbers(vec![link("[0,1]:[2]").unwrap(), link("[]:[3]").unwrap()]));
        let gold = read(r#"{"zh": ["一。"], "en": ["One."], "section": "body"}"#);
        assert!(matches!(&gold["a"], Document::Sentences(beads) if beads.len() == 1));
        assert_eq!(super::read("a", "[0]:[1]\nnonsense").unwrap_err().line, 2);
    }

    #[test]
    fn another_split_is_judged_by_place() {
        let bead = |source: &[&str], target: &[&str]| Texts {
            source: source.iter().map(ToString::to_string).collect(),
            target: target.iter().map(ToString::to_string).collect(),
            numbers: None,
            confidence: Some(0.8),
        };
        let gold = Document::Sentences(vec![bead(&["甲。", "乙。"], &["A. B."]), bead(&["丙。"], &["C."])]);
        let same = judge(&gold, &gold).unwrap();
        assert_eq!(same.counts.b_strict().f1, 1.0);
        // The same beads with other sentences inside: all beads right, one end of five missed and one too many.
        let other = Document::Sentences(vec![bead(&["甲。乙。"], &["A.", "B."]), bead(&["丙。"], &["C."])]);
        let judged = judge(&gold, &other).unwrap();
        assert_eq!(judged.counts.b_strict().f1, 1.0);
        assert_eq!(judged.ends, Some([Ends { gold: 3, test: 2, same: 2 }, Ends { gold: 2, test: 3, same: 2 }]));
        let wrong = Document::Sentences(vec![bead(&["甲。"], &["A."]), bead(&["乙。", "丙。"], &["B.", "C."])]);
        let judged = judge(&gold, &wrong).unwrap();
        assert_eq!(judged.counts.b_strict().f1, 0.0);
        assert!((judged.calibration.expected_error() - 0.8).abs() < 1e-12);
    }
}
