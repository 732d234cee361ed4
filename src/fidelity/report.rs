//! The report: one page that opens offline, whatever its size.
//!
//! The page holds its style, its script and its data. Articles lie in it by part, each part packed (gzip, base64) in a script
//! element that browsers do not run, and is unpacked when one of its articles is opened: ten thousand articles weigh
//! about as much as a few pictures. Articles without a finding are listed but bring no text. The index, written last, has what the overview,
//! the filters and the list need.
//!
//! [`Report`] turns documents into bytes and does no I/O; they may be written as they come.

use super::score::About;
use super::usage::Term;
use super::{Article, Checked, Finding, Kind, Score, Suspicion, render};
use crate::span::{ByteRange, Side};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// A part is closed when its articles have this many bytes.
const PART_BYTES: usize = 256 << 10;

const STYLE: &str = include_str!("report/page.css");
const SCRIPT: &str = include_str!("report/page.js");
const BODY: &str = include_str!("report/page.html");

/// An article as the page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    #[serde(skip)]
    language: [String; 2],
    rows: Vec<ShownRow>,
    findings: Vec<ShownFinding>,
}

#[derive(Debug, Clone, Serialize)]
struct ShownRow {
    n: usize,
    kind: String,
    confidence: Option<f64>,
    title: bool,
    source: String,
    target: String,
}

/// Places are row number in the article (from 0) and UTF-16 units of its text, which is how scripts count.
#[derive(Debug, Clone, Serialize)]
struct ShownFinding {
    row: usize,
    #[serde(rename = "type")]
    kind: usize,
    rule: String,
    probability: f64,
    severity: &'static str,
    message: String,
    source: Vec<[usize; 3]>,
    target: Vec<[usize; 3]>,
}

impl Shown {
    pub(super) fn new(article: &Article<'_>, reported: &[(Suspicion, Finding)]) -> Self {
        let row = |(at, row): (usize, &crate::export::Row)| ShownRow {
            n: row.n,
            kind: row.kind.clone(),
            confidence: row.confidence,
            title: row.section == crate::document::Section::Title,
            source: article.text(at, Side::Source).to_owned(),
            target: article.text(at, Side::Target).to_owned(),
        };
        let units = |text: &str| text.encode_utf16().count();
        let places = |suspicion: &Suspicion, side: Side| {
            let place = |&(bead, range): &(usize, ByteRange)| {
                let text = article.text(bead, side);
                let start = units(&text[..range.start]);
                [bead, start, start + units(range.of(text))]
            };
            suspicion.places[side].iter().map(place).collect()
        };
        let finding = |(suspicion, finding): &(Suspicion, Finding)| ShownFinding {
            row: suspicion.bead,
            kind: finding.kind as usize,
            rule: finding.rule.to_string(),
            probability: finding.probability,
            severity: finding.severity.name(),
            message: finding.message.clone(),
            source: places(suspicion, Side::Source),
            target: places(suspicion, Side::Target),
        };
        let language = |row: &crate::export::Row| [row.source_lang.to_string(), row.target_lang.to_string()];
        Self {
            language: article.rows.first().map(language).unwrap_or_default(),
            rows: article.rows.iter().enumerate().map(row).collect(),
            findings: reported.iter().map(finding).collect(),
        }
    }
}

/// The page, as it grows.
#[derive(Debug, Default)]
pub struct Report {
    part: Vec<u8>,
    parts: usize,
    articles: Vec<Value>,
    /// By document: its place among the articles.
    places: BTreeMap<String, usize>,
    findings: Vec<Value>,
    terms: Vec<Value>,
    /// The first article's languages.
    language: Option<[String; 2]>,
}

impl Report {
    /// What stands before the first article.
    pub fn head(&self) -> String {
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Translation fidelity</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n{BODY}"
        )
    }

    /// Adds a document; what it answers with is to be written.
    pub fn add(&mut self, checked: &Checked) -> String {
        let place = self.articles.len();
        let About { doc, title, title_target, date, page, section, .. } = &checked.about;
        let part = checked.shown.as_ref().map(|_| self.parts);
        let Score { pairs, source_chars, lost, .. } = &checked.score;
        self.articles.push(json!([
            doc,
            title,
            title_target,
            date,
            page,
            section,
            pairs,
            source_chars,
            (lost * 10.0).round() / 10.0,
            part
        ]));
        self.places.insert(doc.clone(), place);
        self.index(place, &checked.findings);
        let Some(shown) = &checked.shown else { return String::new() };
        self.language.get_or_insert_with(|| shown.language.clone());
        let separator: &[u8] = if self.part.is_empty() { b"{" } else { b"," };
        self.part.extend_from_slice(separator);
        let article = format!("\"{place}\":{}", serde_json::to_string(shown).expect("an article is plain data"));
        self.part.extend_from_slice(article.as_bytes());
        if self.part.len() < PART_BYTES { String::new() } else { self.close_part() }
    }

    /// Adds findings that come after all documents, of documents that may have been set aside.
    pub fn add_late(&mut self, findings: &[Finding]) {
        for finding in findings {
            let place = match self.places.get(&finding.doc) {
                Some(&place) => place,
                None => {
                    let place = self.articles.len();
                    self.articles.push(json!([finding.doc, "", "", "", null, "", 0, 0, 0, null]));
                    self.places.insert(finding.doc.clone(), place);
                    place
                }
            };
            self.index(place, std::slice::from_ref(finding));
        }
    }

    /// Adds words with their renderings over time.
    pub fn add_terms(&mut self, terms: &[Term]) {
        self.terms.extend(terms.iter().map(|term| json!(term)));
    }

    fn index(&mut self, place: usize, findings: &[Finding]) {
        for finding in findings {
            let n = finding.pair.rsplit_once('#').and_then(|(_, n)| n.parse::<usize>().ok());
            // What belongs to no row of the article is told in the index itself.
            let message = if n.is_none() || finding.rule == "other-spelling-in-archive" {
                json!(finding.message)
            } else {
                json!(null)
            };
            self.findings.push(json!([
                place,
                finding.kind as usize,
                (finding.probability * 1e3).round() / 1e3,
                finding.severity as usize,
                n,
                message
            ]));
        }
    }

    fn close_part(&mut self) -> String {
        if self.part.is_empty() {
            return String::new();
        }
        self.part.push(b'}');
        let element = packed(&format!("part-{}", self.parts), &self.part);
        self.part.clear();
        self.parts += 1;
        element
    }

    /// What stands behind the last article. `about` says what ran: shown at the foot of the page.
    pub fn foot(mut self, about: &str) -> String {
        let last = self.close_part();
        let types: Vec<Value> = Kind::ALL
            .iter()
            .map(|(kind, name)| json!([name, render::describe(*kind), kind.mqm(), kind.its()]))
            .collect();
        let index = json!({"types": types, "articles": self.articles, "findings": self.findings, "terms": self.terms, "about": about, "language": self.language});
        let index = serde_json::to_vec(&index).expect("an index is plain data");
        format!("{last}{}<script>\n{SCRIPT}</script>\n</body>\n</html>\n", packed("index", &index))
    }
}

/// A script element that holds packed data.
fn packed(id: &str, data: &[u8]) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(data).and_then(|()| encoder.finish()).expect("a buffer takes all");
    format!("<script type=\"text/plain\" id=\"{id}\">{}</script>\n", STANDARD.encode(packed))
}
