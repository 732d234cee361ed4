//! The row: the canonical form of a bead, from which every other is made.

use crate::bead::{Bead, Status};
use crate::document::{Content, Metadata, Section, Segment, lines};
use crate::engine::{Aligned, Lock, MOVED, title_paragraphs};
use crate::span::{ByteRange, Pair, SegmentRange, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One bead, as `DESIGN.md` §5 has it. What a row was read from need not say everything: lists are then empty, values `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// `doc`, `#`, `n`.
    pub id: String,
    /// The document's id.
    pub doc: Arc<str>,
    /// The bead's number in its document, from 1.
    pub n: usize,
    /// Segments on either side, such as `2-1`.
    #[serde(default)]
    pub kind: String,
    /// The part of the article.
    #[serde(default)]
    pub section: Section,
    /// Language of the original.
    pub source_lang: Arc<str>,
    /// Language of the translation.
    pub target_lang: Arc<str>,
    /// The original's segments.
    pub source: Vec<String>,
    /// The translation's.
    pub target: Vec<String>,
    /// Where they stand in the decoded input, in UTF-8 bytes.
    #[serde(default)]
    pub source_spans: Vec<ByteRange>,
    /// The same of the translation.
    #[serde(default)]
    pub target_spans: Vec<ByteRange>,
    /// The body's paragraph that the first source segment stands in, from 1; none in a title or on an empty side.
    #[serde(default)]
    pub source_paragraph: Option<u32>,
    /// The same of the translation.
    #[serde(default)]
    pub target_paragraph: Option<u32>,
    /// The 0-based lines, or places in the list, of given segments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_index: Option<Vec<u32>>,
    /// The same of the translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_index: Option<Vec<u32>>,
    /// The probability that this very bead is right.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// The bead's cost, in hundredths of a nat: the sum of `parts`.
    #[serde(default)]
    pub cost: Option<i64>,
    /// Each signal's share.
    #[serde(default)]
    pub parts: Map<String, Value>,
    /// Who decided on the bead.
    #[serde(default)]
    pub status: Status,
    /// Remarks on the bead.
    #[serde(default)]
    pub flags: Vec<String>,
    /// What is known of the document.
    #[serde(default)]
    pub meta: Arc<Metadata>,
    /// Fields that others have added.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What makes a bead the same in two runs, whatever its number and scores: the document and the places of its segments.
pub type Identity = (Arc<str>, Vec<ByteRange>, Vec<ByteRange>);

impl Row {
    /// A row that only has texts: the `n`-th of `doc`.
    pub fn new(doc: Arc<str>, n: usize, language: &Pair<Arc<str>>, texts: Pair<Vec<String>>) -> Self {
        let mut row = Self {
            id: format!("{doc}#{n}"),
            doc,
            n,
            kind: String::new(),
            section: Section::Body,
            source_lang: Arc::clone(&language.source),
            target_lang: Arc::clone(&language.target),
            source: Vec::new(),
            target: Vec::new(),
            source_spans: Vec::new(),
            target_spans: Vec::new(),
            source_paragraph: None,
            target_paragraph: None,
            source_index: None,
            target_index: None,
            confidence: None,
            cost: None,
            parts: Map::new(),
            status: Status::Auto,
            flags: Vec::new(),
            meta: Arc::default(),
            extra: Map::new(),
        };
        row.put_texts(texts);
        row
    }

    /// Puts these segments in, and the kind that they make.
    pub(super) fn put_texts(&mut self, texts: Pair<Vec<String>>) {
        self.kind = format!("{}-{}", texts.source.len(), texts.target.len());
        (self.source, self.target) = (texts.source, texts.target);
    }

    /// The segments of a side.
    pub fn texts(&self, side: Side) -> &[String] {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }

    /// The language of a side.
    pub fn language(&self, side: Side) -> &str {
        match side {
            Side::Source => &self.source_lang,
            Side::Target => &self.target_lang,
        }
    }

    /// The places of the segments of a side; empty where what was read does not say them.
    pub fn spans(&self, side: Side) -> &[ByteRange] {
        match side {
            Side::Source => &self.source_spans,
            Side::Target => &self.target_spans,
        }
    }

    /// The paragraph of the first segment of a side.
    pub fn paragraph(&self, side: Side) -> Option<u32> {
        match side {
            Side::Source => self.source_paragraph,
            Side::Target => self.target_paragraph,
        }
    }

    /// The given lines of the segments of a side.
    pub fn index(&self, side: Side) -> Option<&[u32]> {
        match side {
            Side::Source => self.source_index.as_deref(),
            Side::Target => self.target_index.as_deref(),
        }
    }

    /// True when there is text on `side`.
    pub fn has(&self, side: Side) -> bool {
        self.texts(side).iter().any(|text| text.contains(|c: char| !c.is_whitespace()))
    }

    /// True when there is text on both sides.
    pub fn is_pair(&self) -> bool {
        self.has(Side::Source) && self.has(Side::Target)
    }

    /// What makes the bead the same in another run on the same texts, with another model too. `None` where there are no spans.
    pub fn identity(&self) -> Option<Identity> {
        let placed = self.source_spans.len() == self.source.len() && self.target_spans.len() == self.target.len();
        (placed && !(self.source.is_empty() && self.target.is_empty()))
            .then(|| (Arc::clone(&self.doc), self.source_spans.clone(), self.target_spans.clone()))
    }
}

/// The rows of a document, in text order.
pub fn rows(aligned: &Aligned) -> impl Iterator<Item = Row> + '_ {
    let titles = Side::BOTH.map(|side| title_paragraphs(&aligned.segments[side]));
    let document = &aligned.document;
    let common = Common {
        doc: document.id.as_str().into(),
        language: document.language.as_ref().map(|tag| tag.as_str().into()),
        meta: Arc::new(document.meta.clone()),
    };
    let ids = ids(aligned);
    let beads = aligned.alignment.beads.iter().enumerate().zip(ids);
    beads.map(move |((index, bead), id)| Row { id, ..row(aligned, &common, bead, index, titles) })
}

/// The ids of a document's rows. A locked row keeps its own; a row whose number is thereby taken has the next one after the last.
fn ids(aligned: &Aligned) -> Vec<String> {
    let Aligned { document, alignment, locks, .. } = aligned;
    let kept: BTreeSet<&str> = locks.values().map(|lock| lock.id.as_str()).collect();
    let id = |n: usize| format!("{}#{n}", document.id);
    let mut more = (alignment.beads.len() + 1..).map(id).filter(|id| !kept.contains(id.as_str()));
    let mut given = BTreeSet::new();
    let own = |index: usize| match locks.get(&index) {
        Some(lock) if given.insert(lock.id.as_str()) => Some(lock.id.clone()),
        Some(_) => None,
        None => Some(id(index + 1)).filter(|id| !kept.contains(id.as_str())),
    };
    let ids: Vec<Option<String>> = (0..alignment.beads.len()).map(own).collect();
    ids.into_iter().map(|id| id.or_else(|| more.next()).expect("numbers do not end")).collect()
}

/// What all rows of a document share.
struct Common {
    doc: Arc<str>,
    language: Pair<Arc<str>>,
    meta: Arc<Metadata>,
}

fn row(aligned: &Aligned, common: &Common, bead: &Bead, index: usize, titles: [u32; 2]) -> Row {
    let side = |side: Side| Part::of(aligned, side, bead.block[side], titles[side as usize]);
    let (source, target) = (side(Side::Source), side(Side::Target));
    let texts = Pair::new(source.texts, target.texts);
    let lock = aligned.locks.get(&index);
    let mut flags = lock.map(|lock| lock.flags.clone()).unwrap_or_default();
    if aligned.is_moved(index) && !flags.iter().any(|flag| flag == MOVED) {
        flags.push(MOVED.to_owned());
    }
    Row {
        section: source.section.or(target.section).unwrap_or_default(),
        source_spans: source.spans,
        target_spans: target.spans,
        source_paragraph: source.paragraph,
        target_paragraph: target.paragraph,
        source_index: source.index,
        target_index: target.index,
        confidence: Some(confidence(bead)),
        cost: Some(bead.cost.0),
        parts: bead.parts.iter().map(|part| (part.signal.to_owned(), part.cost.0.into())).collect(),
        status: bead.status,
        flags,
        meta: lock.map_or_else(|| Arc::clone(&common.meta), |lock| with_remarks(&common.meta, lock)),
        extra: lock.map(|lock| lock.extra.clone()).unwrap_or_default(),
        ..Row::new(Arc::clone(&common.doc), index + 1, &common.language, texts)
    }
}

/// Four digits are more than the calibration bears, and the same on every machine.
pub(super) fn confidence(bead: &Bead) -> f64 {
    (bead.confidence * 1e4).round() / 1e4
}

/// The body's paragraph that segments begin in, from 1, so many being the paragraphs of titles.
pub(super) fn paragraph(segments: &[Segment], titles: u32) -> Option<u32> {
    segments.first().filter(|first| first.section == Section::Body).map(|first| first.paragraph + 1 - titles)
}

/// A document's metadata, and what a locked row says beside them. Warnings are each run's own.
fn with_remarks(meta: &Arc<Metadata>, lock: &Lock) -> Arc<Metadata> {
    let mut more = lock.meta.iter().filter(|(key, _)| *key != "warnings" && !meta.contains_key(*key)).peekable();
    if more.peek().is_none() {
        return Arc::clone(meta);
    }
    let mut meta = (**meta).clone();
    meta.extend(more.map(|(key, value)| (key.clone(), value.clone())));
    Arc::new(meta)
}

/// One side of a row.
struct Part {
    texts: Vec<String>,
    spans: Vec<ByteRange>,
    section: Option<Section>,
    paragraph: Option<u32>,
    index: Option<Vec<u32>>,
}

impl Part {
    fn of(aligned: &Aligned, side: Side, run: SegmentRange, titles: u32) -> Self {
        let text = aligned.document.text(side);
        let segments: &[Segment] = &aligned.segments[side][run.indices()];
        Self {
            texts: segments.iter().map(|segment| tidy(segment.range.of(text)).into_owned()).collect(),
            spans: segments.iter().map(|segment| segment.range).collect(),
            section: segments.first().map(|first| first.section),
            paragraph: paragraph(segments, titles),
            index: match &aligned.document.content[side] {
                Content::Segments(_, places) => Some(places[run.indices()].to_vec()),
                Content::Paragraphs(_) => None,
            },
        }
    }
}

/// A segment as a reader wants it: a line broken inside it joined (with a blank between letters, without one in Chinese), and
/// Markdown's `**` left out. Everything else stays as it is.
pub(super) fn tidy(text: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'\n', b'*', text.as_bytes()).is_none() {
        return text.into();
    }
    let joined = lines::joined(text);
    if joined.contains("**") { joined.replace("**", "").into() } else { joined }
}
