//! What only the archive as a whole can tell: a name that other articles write in another way, and an article that is much
//! longer or shorter than those of its time.
//!
//! The state grows with the number of different names and by a few bytes a document, not with the texts.

use super::name::{NameUse, same_root};
use super::score::{About, Score};
use super::{Calibration, Finding, Kind, Severity, show};
use std::collections::BTreeMap;

/// Places kept of one spelling.
const PLACES: usize = 5;
/// The usual spelling stands in so many documents at least, and in so many times more than the other.
const USUAL: (u64, f64) = (3, 4.0);
/// Documents of a time that tell what is usual, and original characters of one that can be told.
const LEAST_DOCUMENTS: usize = 30;
const LEAST_CHARS: u64 = 150;
/// Standard deviations from the median of its time.
const FAR: f64 = 5.0;

/// What was seen of names and lengths.
#[derive(Debug, Default)]
pub struct Across {
    names: BTreeMap<String, BTreeMap<String, Uses>>,
    lengths: BTreeMap<String, Vec<(f64, u64, String)>>,
}

#[derive(Debug, Default)]
struct Uses {
    documents: u64,
    last: String,
    written: String,
    places: Vec<NameUse>,
}

impl Across {
    /// Adds a document.
    pub fn add(&mut self, about: &About, score: &Score, names: Vec<NameUse>) {
        for name in names {
            let uses = self.names.entry(name.characters.clone()).or_default().entry(name.spelling.clone()).or_default();
            if uses.last != name.doc {
                uses.documents += 1;
                uses.last.clone_from(&name.doc);
                if uses.places.len() < PLACES {
                    uses.written.clone_from(&name.written);
                    uses.places.push(name);
                }
            }
        }
        if score.source_chars >= LEAST_CHARS && score.target_chars > 0 {
            let ratio = (score.target_chars as f64 / score.source_chars as f64).ln();
            // A decade at a time; articles without a date are a time of their own.
            let time = about.year().get(..3).unwrap_or_default().to_owned();
            self.lengths.entry(time).or_default().push((ratio, score.source_chars, about.doc.clone()));
        }
    }

    /// What can be told at the end, names first.
    pub fn findings(&self, checks: &[Kind], calibration: &Calibration) -> Vec<Finding> {
        let mut findings = Vec::new();
        if checks.contains(&Kind::Name) {
            self.spellings(calibration, &mut findings);
        }
        self.far_from_usual(checks, calibration, &mut findings);
        findings
    }

    fn spellings(&self, calibration: &Calibration, findings: &mut Vec<Finding>) {
        for (characters, spellings) in &self.names {
            let Some((usual, most)) = spellings.iter().max_by_key(|(_, uses)| uses.documents) else { continue };
            for (spelling, uses) in spellings {
                let times = most.documents as f64 / uses.documents as f64;
                if spelling == usual || most.documents < USUAL.0 || times < USUAL.1 || same_root(spelling, usual) {
                    continue;
                }
                let evidence = times.ln() - 0.5;
                for place in &uses.places {
                    findings.push(Finding {
                        pair: place.pair.clone(),
                        doc: place.doc.clone(),
                        kind: Kind::Name,
                        rule: "other-spelling-in-archive".into(),
                        probability: calibration.probability(Kind::Name, evidence, place.confidence),
                        severity: Severity::Minor,
                        mqm: Kind::Name.mqm().into(),
                        its: Kind::Name.its().into(),
                        source_spans: place.source_spans.clone(),
                        target_spans: place.target_spans.clone(),
                        source_words: vec![characters.clone()],
                        target_words: vec![place.written.clone()],
                        message: format!(
                            "{} is written {} here, and in {} documents of the archive {} (this way in {}).",
                            show::quoted(characters),
                            show::quoted(&place.written),
                            most.documents,
                            show::quoted(&most.written),
                            uses.documents
                        ),
                    });
                }
            }
        }
    }

    fn far_from_usual(&self, checks: &[Kind], calibration: &Calibration, findings: &mut Vec<Finding>) {
        for (time, lengths) in &self.lengths {
            if lengths.len() < LEAST_DOCUMENTS {
                continue;
            }
            let middle = median(lengths.iter().map(|length| length.0));
            let spread = 1.4826 * median(lengths.iter().map(|length| (length.0 - middle).abs()));
            for (ratio, chars, doc) in lengths {
                let deviation = (spread * spread + 1.2 / *chars as f64 + 1e-4).sqrt();
                let z = (ratio - middle) / deviation;
                let (kind, rule, what) = match z {
                    z if z > FAR => (Kind::Invented, "longer-than-its-time", "more"),
                    z if z < -FAR => (Kind::Omission, "shorter-than-its-time", "less"),
                    _ => continue,
                };
                if !checks.contains(&kind) {
                    continue;
                }
                let time =
                    if time.is_empty() { "undated articles".into() } else { format!("articles of the {time}0s") };
                findings.push(Finding {
                    pair: doc.clone(),
                    doc: doc.clone(),
                    kind,
                    rule: rule.into(),
                    probability: calibration.probability(kind, z.abs() - FAR, 1.0),
                    severity: Severity::Major,
                    mqm: kind.mqm().into(),
                    its: kind.its().into(),
                    source_spans: Vec::new(),
                    target_spans: Vec::new(),
                    source_words: Vec::new(),
                    target_words: Vec::new(),
                    message: format!(
                        "{:.1} characters of translation for one of the original; {time} have {:.1}: the translation has far {what} than is usual.",
                        ratio.exp(),
                        middle.exp()
                    ),
                });
            }
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(n: usize) -> About {
        About { doc: format!("d{n}"), date: "1957-10-01".into(), ..About::default() }
    }

    fn written(n: usize, spelling: &str) -> NameUse {
        NameUse {
            characters: "杨桂兰".into(),
            spelling: spelling.to_lowercase().replace(' ', ""),
            written: spelling.into(),
            pair: format!("d{n}#1"),
            doc: format!("d{n}"),
            confidence: 1.0,
            source_spans: Vec::new(),
            target_spans: Vec::new(),
        }
    }

    #[test]
    fn a_rare_spelling_and_a_swollen_article_stand_out() {
        let mut across = Across::default();
        for n in 0..40 {
            let name = if n == 7 { "Yang Kuilan" } else { "Yang Guilan" };
            let target_chars = if n == 9 { 9_000 } else { 3_600 + 10 * n as u64 };
            let score = Score { documents: 1, source_chars: 1_000, target_chars, ..Score::default() };
            across.add(&about(n), &score, vec![written(n, name)]);
        }
        let all: Vec<Kind> = Kind::ALL.map(|(kind, _)| kind).to_vec();
        let found = across.findings(&all, &Calibration::plain());
        let told: Vec<(&str, Kind)> = found.iter().map(|finding| (finding.doc.as_str(), finding.kind)).collect();
        assert_eq!(told, [("d7", Kind::Name), ("d9", Kind::Invented)]);
        assert!(found.iter().all(|finding| finding.probability > 0.5));
    }
}
