//! The parts of a row that a format keeps or drops, and all but the texts as named values: what TSV has as columns, TMX as
//! `prop` and XLIFF as metadata is one and the same list, written and read here.

use super::row::Row;
use super::text::{Charset, cut, joined, lengths, whole};
use crate::bead::Status;
use crate::document::Section;
use crate::span::{ByteRange, Pair, Side};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// A part of a row, beside the texts of its two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// Rows with one side only: omissions and additions.
    OneSided,
    /// Where a segment of a side ends and the next begins.
    Borders,
    /// `id`, `doc` and `n`.
    Id,
    /// Languages that are not those of the first row.
    Languages,
    /// `section`.
    Section,
    /// `source_spans`, `target_spans`.
    Spans,
    /// `source_paragraph`, `target_paragraph`.
    Paragraphs,
    /// `source_index`, `target_index`.
    Index,
    /// `confidence`.
    Confidence,
    /// `cost`.
    Cost,
    /// `parts`.
    Parts,
    /// `status`.
    Status,
    /// `flags`.
    Flags,
    /// `meta`.
    Meta,
    /// Fields that others have added.
    Extra,
}

impl Item {
    /// All of them, in the order of the row.
    pub const ALL: [Item; 15] = [
        Item::OneSided,
        Item::Borders,
        Item::Id,
        Item::Languages,
        Item::Section,
        Item::Spans,
        Item::Paragraphs,
        Item::Index,
        Item::Confidence,
        Item::Cost,
        Item::Parts,
        Item::Status,
        Item::Flags,
        Item::Meta,
        Item::Extra,
    ];

    /// All items but `dropped`. N says how many are left; a wrong one does not compile.
    pub(super) const fn all_but<const N: usize>(dropped: &[Item]) -> [Item; N] {
        assert!(N + dropped.len() == Item::ALL.len());
        let mut kept = [Item::OneSided; N];
        let (mut at, mut all) = (0, 0);
        while all < Item::ALL.len() {
            let mut k = 0;
            while k < dropped.len() && dropped[k] as usize != Item::ALL[all] as usize {
                k += 1;
            }
            if k == dropped.len() {
                kept[at] = Item::ALL[all];
                at += 1;
            }
            all += 1;
        }
        kept
    }

    /// As messages and the table in `docs/formats.md` call it.
    pub fn name(self) -> &'static str {
        match self {
            Item::OneSided => "omissions and additions",
            Item::Borders => "borders between segments",
            Item::Id => "ids",
            Item::Languages => "other languages",
            Item::Section => "section",
            Item::Spans => "spans",
            Item::Paragraphs => "paragraphs",
            Item::Index => "line numbers",
            Item::Confidence => "confidence",
            Item::Cost => "cost",
            Item::Parts => "parts of the cost",
            Item::Status => "status",
            Item::Flags => "flags",
            Item::Meta => "metadata",
            Item::Extra => "added fields",
        }
    }

    /// True when `row` has it, so that dropping it is a loss. Values that a reader would put there by itself are none.
    pub fn is_in(self, row: &Row) -> bool {
        match self {
            Item::OneSided => !row.is_pair(),
            Item::Borders => row.source.len() > 1 || row.target.len() > 1,
            Item::Id => true,
            // Counted where the languages of the first row are known.
            Item::Languages => false,
            Item::Section => row.section != Section::Body,
            Item::Spans => !row.source_spans.is_empty() || !row.target_spans.is_empty(),
            Item::Paragraphs => row.source_paragraph.is_some() || row.target_paragraph.is_some(),
            Item::Index => row.source_index.is_some() || row.target_index.is_some(),
            Item::Confidence => row.confidence.is_some(),
            Item::Cost => row.cost.is_some(),
            Item::Parts => !row.parts.is_empty(),
            Item::Status => row.status != Status::Auto,
            Item::Flags => !row.flags.is_empty(),
            Item::Meta => !row.meta.is_empty(),
            Item::Extra => !row.extra.is_empty(),
        }
    }
}

/// The section's name, as JSON has it.
pub(super) fn section_name(section: Section) -> &'static str {
    match section {
        Section::Title => "title",
        Section::Body => "body",
    }
}

/// The row's values of the `kept` items under the names of the JSON fields, those that it has; metadata and added fields
/// one by one, as `meta.title`. Ids and languages have places of their own in every format and are not among them.
pub(super) fn properties(row: &Row, kept: &[Item], charset: Charset) -> Vec<(Cow<'static, str>, String)> {
    let mut all: Vec<(Cow<'static, str>, String)> = Vec::new();
    for &item in kept.iter().filter(|item| item.is_in(row)) {
        match item {
            Item::OneSided | Item::Id | Item::Languages => {}
            Item::Meta | Item::Extra => {
                let (prefix, map) = if item == Item::Meta { ("meta", &*row.meta) } else { ("extra", &row.extra) };
                all.extend(map.iter().map(|(key, value)| (format!("{prefix}.{key}").into(), plain(value))));
            }
            _ => {
                let names = names(item).iter().map(|&name| (name.into(), value(row, name, charset)));
                all.extend(names.filter(|(_, value)| !value.is_empty()));
            }
        }
    }
    all
}

/// The names of the values that an item stands for, where these are fixed.
pub(super) fn names(item: Item) -> &'static [&'static str] {
    match item {
        Item::Borders => &["source_lengths", "target_lengths"],
        Item::Languages => &["source_lang", "target_lang"],
        Item::Section => &["section"],
        Item::Spans => &["source_spans", "target_spans"],
        Item::Paragraphs => &["source_paragraph", "target_paragraph"],
        Item::Index => &["source_index", "target_index"],
        Item::Confidence => &["confidence"],
        Item::Cost => &["cost"],
        Item::Parts => &["parts"],
        Item::Status => &["status"],
        Item::Flags => &["flags"],
        Item::Meta => &["meta"],
        Item::Extra => &["extra"],
        Item::OneSided | Item::Id => &[],
    }
}

/// The value called `name`, as text; empty where the row has none.
pub(super) fn value(row: &Row, name: &str, charset: Charset) -> String {
    let (side, rest) = match name.split_once('_') {
        Some(("source", rest)) => (Side::Source, rest),
        Some(("target", rest)) => (Side::Target, rest),
        _ => (Side::Source, name),
    };
    match rest {
        "lang" => row.language(side).to_owned(),
        "lengths" if row.texts(side).len() > 1 => numbers(lengths(row.texts(side), charset)),
        "spans" => list(row.spans(side).iter().map(|span| format!("{}-{}", span.start, span.end))),
        "paragraph" => row.paragraph(side).map(|number| number.to_string()).unwrap_or_default(),
        "index" => match row.index(side) {
            None => String::new(),
            // A list without numbers is not the same as none.
            Some([]) => "none".into(),
            Some(index) => numbers(index),
        },
        "section" => section_name(row.section).into(),
        "confidence" => row.confidence.map(|value| value.to_string()).unwrap_or_default(),
        "cost" => row.cost.map(|value| value.to_string()).unwrap_or_default(),
        "status" => row.status.to_string(),
        "parts" => object(&row.parts),
        "meta" => object(&row.meta),
        "extra" => object(&row.extra),
        "flags" if !row.flags.is_empty() => Value::from(row.flags.clone()).to_string(),
        _ => String::new(),
    }
}

/// Puts the value called `name` into the row. `Ok(false)` when there is no such value; borders are not put alone, see
/// [`put_texts`].
///
/// # Errors
/// What is wrong with `text`.
pub(super) fn set(row: &mut Row, name: &str, text: &str) -> Result<bool, String> {
    if let Some(key) = name.strip_prefix("meta.") {
        Arc::make_mut(&mut row.meta).insert(key.to_owned(), from_plain(text));
        return Ok(true);
    }
    if let Some(key) = name.strip_prefix("extra.") {
        row.extra.insert(key.to_owned(), from_plain(text));
        return Ok(true);
    }
    let text = text.trim();
    if text.is_empty() {
        return Ok(!matches!(name, "source_lengths" | "target_lengths"));
    }
    let wrong = |wanted: &str| format!("{name} is {text:?}: it must be {wanted}");
    let number = || text.parse::<u32>().map(Some).map_err(|_| wanted_number(name, text));
    let places = || match text {
        "none" => Ok(Some(Vec::new())),
        _ => parse_list(text).map(Some).ok_or_else(|| wrong("numbers with blanks between, such as 4 5")),
    };
    let json = || serde_json::from_str::<Map<String, Value>>(text).map_err(|_| wrong("a JSON object"));
    let spans = || {
        let span = |item: &str| {
            let (start, end) = item.split_once('-')?;
            let (start, end) = (start.parse().ok()?, end.parse().ok()?);
            (start <= end).then(|| ByteRange::new(start, end))
        };
        text.split_whitespace().map(span).collect::<Option<Vec<_>>>().ok_or_else(|| wrong("spans such as 0-12 12-40"))
    };
    match name {
        "source_lang" => row.source_lang = text.into(),
        "target_lang" => row.target_lang = text.into(),
        "source_spans" => row.source_spans = spans()?,
        "target_spans" => row.target_spans = spans()?,
        "source_paragraph" => row.source_paragraph = number()?,
        "target_paragraph" => row.target_paragraph = number()?,
        "source_index" => row.source_index = places()?,
        "target_index" => row.target_index = places()?,
        "section" => {
            row.section = match text {
                "title" => Section::Title,
                "body" => Section::Body,
                _ => return Err(wrong("title or body")),
            }
        }
        "confidence" => row.confidence = Some(text.parse().map_err(|_| wrong("a number"))?),
        "cost" => row.cost = Some(text.parse().map_err(|_| wrong("a whole number"))?),
        "status" => row.status = status(text).ok_or_else(|| wrong("auto, locked or moved"))?,
        "parts" => row.parts = json()?,
        "meta" => row.meta = Arc::new(json()?),
        "extra" => row.extra = json()?,
        "flags" => row.flags = serde_json::from_str(text).map_err(|_| wrong("a JSON list of strings"))?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Puts the joined texts of both sides into the row, parted where the values of `source_lengths` and `target_lengths` say,
/// and its kind. `Ok(true)` when a text is not as long as they say: it was edited, and has become one segment.
///
/// # Errors
/// When the lengths are no numbers.
pub(super) fn put_texts(row: &mut Row, texts: [String; 2], lengths: [Option<&str>; 2]) -> Result<bool, String> {
    let (mut edited, mut parts) = (false, Pair::default());
    for ((side, text), lengths) in Side::BOTH.into_iter().zip(texts).zip(lengths) {
        let lengths: Vec<usize> = parse_list(lengths.unwrap_or_default())
            .ok_or_else(|| "lengths of segments must be numbers with blanks between, such as 12 40".to_owned())?;
        let parted = if lengths.is_empty() { None } else { cut(&text, &lengths, row.language(side)) };
        edited |= !lengths.is_empty() && parted.is_none();
        parts[side] = parted.unwrap_or_else(|| whole(text));
    }
    row.put_texts(parts);
    Ok(edited)
}

/// A status by its name.
pub(super) fn status(name: &str) -> Option<Status> {
    [Status::Auto, Status::Locked, Status::Moved].into_iter().find(|status| status.to_string() == name)
}

fn wanted_number(name: &str, text: &str) -> String {
    format!("{name} is {text:?}: it must be a number")
}

/// A side as one text and its borders: the text of [`joined`] and the value of `source_lengths` or `target_lengths`.
pub(super) fn side_text(row: &Row, side: Side, charset: Charset) -> Cow<'_, str> {
    joined(row.texts(side), row.language(side), charset)
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(" ")
}

pub(super) fn numbers<T: ToString>(numbers: impl IntoIterator<Item = T>) -> String {
    list(numbers.into_iter().map(|number| number.to_string()))
}

pub(super) fn parse_list<T: std::str::FromStr>(text: &str) -> Option<Vec<T>> {
    text.split_whitespace().map(|number| number.parse().ok()).collect()
}

fn object(map: &Map<String, Value>) -> String {
    if map.is_empty() { String::new() } else { serde_json::to_string(map).unwrap_or_default() }
}

/// A value as text: a string as it stands, unless it could be taken for JSON; anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if serde_json::from_str::<Value>(text).is_err() => text.clone(),
        other => other.to_string(),
    }
}

/// The value that [`plain`] wrote.
fn from_plain(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}
