//! Stage 2: text held. A [`Document`] keeps the decoded text of both sides and points into it; nothing is copied.

pub mod article;
mod chars;
pub mod lines;
mod plain;
pub mod structure;

use crate::archive::{Body, Entry, Reason, Reject, Warning};
use crate::span::{ByteRange, Pair, Side};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use lines::Script;
pub use plain::{from_lines, from_paragraphs, from_sentences};
pub use structure::Kind;

/// Which part of an article a paragraph belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// Title, sub-titles and by-lines.
    Title,
    /// All else.
    #[default]
    Body,
}

/// A paragraph: one line of the file, or several where a line was broken inside a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paragraph {
    /// Its text, white space and markup at both ends left out.
    pub range: ByteRange,
    /// The part of the article.
    pub section: Section,
    /// What it is, and so whether it is to be split into sentences.
    pub kind: Kind,
}

/// A sentence, or a line that stands for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Its text.
    pub range: ByteRange,
    /// Characters, white space left out.
    pub chars: u32,
    /// Index of its paragraph, from 0.
    pub paragraph: u32,
    /// The part of the article.
    pub section: Section,
}

impl Segment {
    /// The segment at `range` of `text`.
    pub fn new(text: &str, range: ByteRange, paragraph: usize, section: Section) -> Self {
        let chars = chars::visible(range.of(text)) as u32;
        Self { range, chars, paragraph: paragraph as u32, section }
    }
}

/// What is to be aligned of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Paragraphs, to be split into sentences.
    Paragraphs(Vec<Paragraph>),
    /// Segments given by the user, each with its 0-based line or place in the list.
    Segments(Vec<Segment>, Vec<u32>),
}

impl Content {
    /// True when there is nothing to align.
    pub fn is_empty(&self) -> bool {
        match self {
            Content::Paragraphs(paragraphs) => paragraphs.is_empty(),
            Content::Segments(segments, _) => segments.is_empty(),
        }
    }
}

/// What is known of a document beside its text, in the order rows show it.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

/// A text and its translation.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file's stem, or the record's id.
    pub id: String,
    /// The decoded texts; the same one twice where one file holds both sides.
    pub text: Pair<Arc<str>>,
    /// Language tags.
    pub language: Pair<String>,
    /// What is to be aligned.
    pub content: Pair<Content>,
    /// Title, author, date, path and what else is known.
    pub meta: Metadata,
    /// What looked wrong, but not wrong enough to set the document aside.
    pub warnings: Vec<Warning>,
}

impl Document {
    /// Reads what an entry holds, its languages being `language` where neither it nor its form says otherwise.
    ///
    /// # Errors
    /// A [`Reject`] with the reason why it cannot be aligned.
    pub fn read(mut entry: Entry, language: &Pair<String>) -> Result<Document, Reject> {
        let body = std::mem::replace(&mut entry.body, Body::Article(String::new()));
        let (text, content) = match body {
            Body::Article(text) => return article::read(&entry, text),
            Body::Texts { texts, segmented } => {
                let content = Pair::new(Side::Source, Side::Target).map(|side| {
                    if segmented {
                        return from_lines(&texts[side]);
                    }
                    let key = if side == Side::Source { "source_lang" } else { "target_lang" };
                    let tag = entry.meta.get(key).and_then(serde_json::Value::as_str).filter(|tag| !tag.is_empty());
                    from_paragraphs(&texts[side], Script::of(tag.unwrap_or(&language[side])))
                });
                (texts, content)
            }
            Body::Sentences(lists) => {
                let (source, target) = (from_sentences(&lists.source), from_sentences(&lists.target));
                (Pair::new(source.1, target.1), Pair::new(source.0, target.0))
            }
        };
        for (side, reason, name) in
            [(Side::Source, Reason::EmptySource, "source"), (Side::Target, Reason::EmptyTarget, "target")]
        {
            if content[side].is_empty() {
                return Err(
                    entry.reject(reason, format!("the {name} text is empty: there is nothing to align it with"))
                );
            }
        }
        let mut tag = |key: &str, otherwise: &String| match entry.meta.remove(key) {
            Some(serde_json::Value::String(tag)) if !tag.is_empty() => tag,
            _ => otherwise.clone(),
        };
        let language = Pair::new(tag("source_lang", &language.source), tag("target_lang", &language.target));
        let mut warnings = entry.warnings;
        let is_bad = |text: &str| {
            let bytes = text.as_bytes();
            memchr::memchr(0, bytes).is_some() || memchr::memmem::find(bytes, "\u{FFFD}".as_bytes()).is_some()
        };
        if is_bad(&text.source) || is_bad(&text.target) {
            warnings.push(Warning::BadChar);
        }
        let mut meta = entry.meta;
        meta.entry("path").or_insert_with(|| entry.path.into());
        Ok(Document { id: entry.id, text: text.map(Arc::from), language, content, meta, warnings })
    }

    /// The text of `side`.
    pub fn text(&self, side: Side) -> &str {
        &self.text[side]
    }
}
