//! Scores: how much of the original was carried over, and how many findings there are for a thousand of its characters.
//!
//! *Carried over* is the share of the original's characters that no omission takes away, each weighted by its probability;
//! sign-offs and other lines beside the text are not counted as lost.

use super::{Finding, Kind, Severity};
use crate::document::Section;
use crate::export::Row;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What is known of a document beside its findings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Its id.
    pub doc: String,
    /// The file that it comes from.
    pub path: String,
    /// The original's title.
    pub title: String,
    /// The translation's title.
    pub title_target: String,
    /// `YYYY-MM-DD`, or empty.
    pub date: String,
    /// The newspaper's page.
    pub page: Option<u64>,
    /// The page's section, or the column.
    pub section: String,
}

impl About {
    /// What a row says of its document.
    pub fn of(row: &Row) -> Self {
        let text = |key: &str| row.meta.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let section = match text("page_section") {
            section if section.is_empty() => text("column"),
            section => section,
        };
        Self {
            doc: row.doc.to_string(),
            path: text("path"),
            title: text("title"),
            title_target: text("title_target"),
            date: text("date"),
            page: row.meta.get("page").and_then(|page| page.as_u64()),
            section,
        }
    }

    /// The year; empty where it is not known.
    pub fn year(&self) -> &str {
        self.date.get(..4).filter(|year| year.bytes().all(|b| b.is_ascii_digit())).unwrap_or_default()
    }
}

/// Sums over one document or many.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Score {
    /// Documents.
    pub documents: u64,
    /// Rows with both sides.
    pub pairs: u64,
    /// Characters of the original, white space left out.
    pub source_chars: u64,
    /// The same of the translation.
    pub target_chars: u64,
    /// Characters of the original that were lost, by probability.
    pub lost: f64,
    /// Findings by type.
    pub findings: [u64; Kind::ALL.len()],
}

fn visible(text: &str) -> u64 {
    text.chars().filter(|c| !c.is_whitespace()).count() as u64
}

impl Score {
    /// A document's.
    pub fn of(rows: &[Row], findings: &[Finding]) -> Self {
        let chars = |sentences: &[String]| sentences.iter().map(|text| visible(text)).sum::<u64>();
        let mut score = Self { documents: 1, ..Self::default() };
        for row in rows {
            score.pairs += u64::from(!row.source.is_empty() && !row.target.is_empty());
            // A title that the page repeats is no text of its own.
            if row.section == Section::Body || !row.target.is_empty() {
                score.source_chars += chars(&row.source);
            }
            score.target_chars += chars(&row.target);
        }
        for finding in findings {
            score.findings[finding.kind as usize] += 1;
            if finding.kind == Kind::Omission && finding.severity > Severity::Neutral {
                let chars: u64 = finding.source_words.iter().map(|words| visible(words)).sum();
                score.lost += finding.probability * chars as f64;
            }
        }
        score.lost = score.lost.min(score.source_chars as f64);
        score
    }

    /// Adds another's.
    pub fn add(&mut self, other: &Score) {
        self.documents += other.documents;
        self.pairs += other.pairs;
        self.source_chars += other.source_chars;
        self.target_chars += other.target_chars;
        self.lost += other.lost;
        self.findings.iter_mut().zip(other.findings).for_each(|(sum, count)| *sum += count);
    }

    /// The share of the original carried over, 0 to 1; 1 of nothing.
    pub fn carried(&self) -> f64 {
        if self.source_chars == 0 { 1.0 } else { 1.0 - self.lost / self.source_chars as f64 }
    }

    /// Findings of a type for a thousand characters of the original.
    pub fn per_thousand(&self, kind: Kind) -> f64 {
        self.rate(self.findings[kind as usize])
    }

    /// Findings about the translation (all but text health) for a thousand characters of the original.
    pub fn all_per_thousand(&self) -> f64 {
        self.rate(self.all())
    }

    /// Findings about the translation.
    pub fn all(&self) -> u64 {
        Kind::ALL
            .iter()
            .filter(|(kind, _)| *kind != Kind::TextHealth)
            .map(|(kind, _)| self.findings[*kind as usize])
            .sum()
    }

    fn rate(&self, count: u64) -> f64 {
        if self.source_chars == 0 { 0.0 } else { count as f64 * 1000.0 / self.source_chars as f64 }
    }
}

/// The scores of a set: all of it, by year, by page and by section.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// All documents.
    pub all: Score,
    /// By year; the empty one holds the documents without a date.
    pub years: BTreeMap<String, Score>,
    /// By page.
    pub pages: BTreeMap<u64, Score>,
    /// By section or column.
    pub sections: BTreeMap<String, Score>,
}

impl Summary {
    /// Adds a document.
    pub fn add(&mut self, about: &About, score: &Score) {
        self.all.add(score);
        self.years.entry(about.year().to_owned()).or_default().add(score);
        if let Some(page) = about.page {
            self.pages.entry(page).or_default().add(score);
        }
        if !about.section.is_empty() {
            self.sections.entry(about.section.clone()).or_default().add(score);
        }
    }

    /// A table to read.
    pub fn table(&self) -> String {
        let kinds: Vec<Kind> =
            Kind::ALL.iter().map(|(kind, _)| *kind).filter(|kind| self.all.findings[*kind as usize] > 0).collect();
        let mut text = format!("{:<24}{:>7}{:>8}{:>9}{:>9}{:>9}", "", "docs", "pairs", "chars", "carried", "per 1000");
        for kind in &kinds {
            let _ = write!(text, "{:>13}", kind.name());
        }
        text.push('\n');
        let mut line = |name: &str, score: &Score| {
            // Chinese characters take two columns.
            let width: usize = name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
            let _ = write!(
                text,
                "{name}{:<blank$}{:>7}{:>8}{:>9}{:>8.1}%{:>9.2}",
                "",
                score.documents,
                score.pairs,
                score.source_chars,
                score.carried() * 100.0,
                score.all_per_thousand(),
                blank = 24usize.saturating_sub(width),
            );
            for kind in &kinds {
                let _ = write!(text, "{:>13}", score.findings[*kind as usize]);
            }
            text.push('\n');
        };
        line("all", &self.all);
        for (year, score) in &self.years {
            line(&format!("  {}", if year.is_empty() { "without a date" } else { year }), score);
        }
        for (page, score) in &self.pages {
            line(&format!("  page {page}"), score);
        }
        for (section, score) in &self.sections {
            line(&format!("  {section}"), score);
        }
        text + "carried: the share of the original's characters that no omission takes away; per 1000: findings about the translation \
                for a thousand characters of the original.\n"
    }
}

/// The columns of a line of scores, as CSV has them.
pub fn columns() -> Vec<String> {
    let fixed =
        ["level", "key", "date", "documents", "pairs", "source_chars", "target_chars", "carried", "findings_per_1000"];
    fixed.iter().map(ToString::to_string).chain(Kind::ALL.map(|(_, name)| name.to_owned())).collect()
}

/// A line of scores under [`columns`].
pub fn record(level: &str, key: &str, date: &str, score: &Score) -> Vec<String> {
    let fixed = [
        level.to_owned(),
        key.to_owned(),
        date.to_owned(),
        score.documents.to_string(),
        score.pairs.to_string(),
        score.source_chars.to_string(),
        score.target_chars.to_string(),
        format!("{:.4}", score.carried()),
        format!("{:.3}", score.all_per_thousand()),
    ];
    fixed.into_iter().chain(score.findings.map(|count| count.to_string())).collect()
}

/// The scores of the pairs that have findings: each pair's id and score.
pub fn pairs<'r>(rows: &'r [Row], findings: &[Finding]) -> Vec<(&'r str, Score)> {
    let mut scores = Vec::new();
    for row in rows {
        let own: Vec<Finding> = findings.iter().filter(|finding| finding.pair == row.id).cloned().collect();
        if !own.is_empty() {
            scores.push((row.id.as_str(), Score { documents: 0, ..Score::of(std::slice::from_ref(row), &own) }));
        }
    }
    scores
}
