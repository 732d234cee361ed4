//! The row: the canonical form of a bead, from which every other is made.

use crate::bead::Bead;
use crate::document::{Content, Metadata, Section, Segment, lines};
use crate::engine::Aligned;
use crate::span::{ByteRange, SegmentRange, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use thiserror::Error;

/// One bead, as `DESIGN.md` §5 has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row<'a> {
    /// `doc`, `#`, `n`.
    pub id: String,
    /// The document's id.
    pub doc: Cow<'a, str>,
    /// The bead's number in its document, from 1.
    pub n: usize,
    /// Segments on either side, such as `2-1`.
    pub kind: String,
    /// The part of the article.
    pub section: Section,
    /// Language of the original.
    pub source_lang: Cow<'a, str>,
    /// Language of the translation.
    pub target_lang: Cow<'a, str>,
    /// The original's segments.
    pub source: Vec<Cow<'a, str>>,
    /// The translation's.
    pub target: Vec<Cow<'a, str>>,
    /// Where they stand in the decoded input, in UTF-8 bytes.
    pub source_spans: Vec<ByteRange>,
    /// The same of the translation.
    pub target_spans: Vec<ByteRange>,
    /// The body's paragraph that the first source segment stands in, from 1; none in a title or on an empty side.
    pub source_paragraph: Option<u32>,
    /// The same of the translation.
    pub target_paragraph: Option<u32>,
    /// The 0-based lines, or places in the list, of given segments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_index: Option<Vec<u32>>,
    /// The same of the translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_index: Option<Vec<u32>>,
    /// The probability that this very bead is right.
    pub confidence: f64,
    /// The bead's cost, in hundredths of a nat: the sum of `parts`.
    pub cost: i64,
    /// Each signal's share.
    pub parts: Map<String, Value>,
    /// `auto`, `locked` or `moved`.
    pub status: Cow<'a, str>,
    /// Remarks on the bead.
    pub flags: Vec<String>,
    /// What is known of the document.
    pub meta: Cow<'a, Metadata>,
}

/// A line that is no row.
#[derive(Debug, Error)]
#[error("line {line} is no row: {source}")]
pub struct RowError {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    #[source]
    pub source: serde_json::Error,
}

/// Reads one line of a row file; `line` is its number, from 1, for the error.
///
/// # Errors
/// When it is not one.
pub fn read_row(text: &str, line: usize) -> Result<Row<'static>, RowError> {
    serde_json::from_str(text).map_err(|source| RowError { line, source })
}

/// The rows of a document, in text order.
pub fn rows(aligned: &Aligned) -> impl Iterator<Item = Row<'_>> {
    let title_paragraphs = |side: Side| {
        let titles = aligned.segments[side].iter().filter(|segment| segment.section == Section::Title);
        titles.map(|segment| segment.paragraph + 1).max().unwrap_or(0)
    };
    let titles = [title_paragraphs(Side::Source), title_paragraphs(Side::Target)];
    aligned.alignment.beads.iter().enumerate().map(move |(index, bead)| row(aligned, bead, index + 1, titles))
}

fn row<'a>(aligned: &'a Aligned, bead: &Bead, n: usize, titles: [u32; 2]) -> Row<'a> {
    let document = &aligned.document;
    let side = |side: Side| Part::of(aligned, side, bead.block[side], titles[side as usize]);
    let (source, target) = (side(Side::Source), side(Side::Target));
    Row {
        id: format!("{}#{n}", document.id),
        doc: document.id.as_str().into(),
        n,
        kind: bead.kind(),
        section: source.section.or(target.section).unwrap_or_default(),
        source_lang: document.language.source.as_str().into(),
        target_lang: document.language.target.as_str().into(),
        source: source.texts,
        target: target.texts,
        source_spans: source.spans,
        target_spans: target.spans,
        source_paragraph: source.paragraph,
        target_paragraph: target.paragraph,
        source_index: source.index,
        target_index: target.index,
        // Four digits are more than the calibration bears, and the same on every machine.
        confidence: (bead.confidence * 1e4).round() / 1e4,
        cost: bead.cost.0,
        parts: bead.parts.iter().map(|part| (part.signal.to_owned(), part.cost.0.into())).collect(),
        status: bead.status.name().into(),
        flags: Vec::new(),
        meta: Cow::Borrowed(&document.meta),
    }
}

/// One side of a row.
struct Part<'a> {
    texts: Vec<Cow<'a, str>>,
    spans: Vec<ByteRange>,
    section: Option<Section>,
    paragraph: Option<u32>,
    index: Option<Vec<u32>>,
}

impl<'a> Part<'a> {
    fn of(aligned: &'a Aligned, side: Side, run: SegmentRange, titles: u32) -> Self {
        let text = aligned.document.text(side);
        let segments: &[Segment] = &aligned.segments[side][run.indices()];
        let first = segments.first();
        Self {
            texts: segments.iter().map(|segment| tidy(segment.range.of(text))).collect(),
            spans: segments.iter().map(|segment| segment.range).collect(),
            section: first.map(|first| first.section),
            paragraph: first.filter(|first| first.section == Section::Body).map(|first| first.paragraph + 1 - titles),
            index: match &aligned.document.content[side] {
                Content::Segments(_, places) => Some(places[run.indices()].to_vec()),
                Content::Paragraphs(_) => None,
            },
        }
    }
}

/// A segment as a reader wants it: a line broken inside it joined (with a blank between letters, without one in Chinese), and
/// Markdown's `**` left out. Everything else stays as it is.
fn tidy(text: &str) -> Cow<'_, str> {
    let joined = lines::joined(text);
    if joined.contains("**") { joined.replace("**", "").into() } else { joined }
}
