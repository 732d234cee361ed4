//! Stage 1: bytes in. Folders are walked, containers opened, bytes decoded; what comes out is one [`Entry`] a document, or a
//! [`Reject`] that says why there is none. One file a container: [article files and folders](walk), [month bundles](bundle),
//! [records]. What the text *means* is the next stage's.

pub mod bundle;
pub mod decode;
mod draw;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod reader;
pub mod records;
mod shard;
pub mod survey;
pub mod walk;

use crate::span::Pair;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use std::io;
use std::path::Path;

pub use draw::Draw;
pub use reader::{Input, OpenError, Options, Reader, objects};
pub use shard::Shard;
pub use survey::{Extent, Listing, Survey};

/// Why a document was set aside. The codes are those of the archive's survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Bytes that are no text in the encoding expected.
    NotUtf8,
    /// No `Title:`, `Date:` and so on at the beginning.
    NoHeader,
    /// No line `<hr />` before `Original:`.
    NoSeparator,
    /// More than one such line.
    TwoSeparators,
    /// No English paragraph.
    EmptyEnglish,
    /// No Chinese paragraph.
    EmptyChinese,
    /// No text on the original's side of a record or pair of files.
    EmptySource,
    /// No text on the translation's side.
    EmptyTarget,
    /// The translator, a machine, declined.
    Refusal,
    /// Far more, or far less, translation than the original can have.
    Ratio,
    /// The English is mostly Chinese.
    ChineseInEnglish,
    /// The model given is for other languages.
    OtherLanguages,
    /// Not a record: broken JSON, or without the fields it needs.
    BadRecord,
    /// Not a kind of file that is read here.
    UnknownFormat,
    /// The file system would not give it.
    Unreadable,
    /// Larger than one document may be.
    TooLarge,
}

/// What looked wrong with a document that was used all the same; rows show the codes in `meta.warnings`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// Translation and original differ in length more than is usual.
    Ratio,
    /// Chinese lines in the English were left out, or Chinese words left in.
    ChineseInEnglish,
    /// A remark of the translator about the layout was left out.
    TranslatorNote,
    /// U+FFFD, U+0000, a private-use character or □.
    BadChar,
    /// The English stops without an end mark, the Chinese does not.
    Truncated,
    /// Fewer than two sentences on a side.
    TooShort,
    /// The header's date is not the Chinese one, which was taken.
    DateDiffers,
    /// A line of the frame is missing.
    FrameIncomplete,
    /// The date or title was taken from the file's name.
    FromFileName,
    /// Another encoding than UTF-8; spans refer to the decoded text.
    Recoded,
    /// No rules for this language: sentences were split by Unicode's own.
    UnknownLanguage,
    /// A side is not written as its language is: Chinese without Chinese characters, or another one in these. The sides may be swapped.
    OtherScript,
}

/// The code of a [`Reason`] or [`Warning`], as it stands in files.
fn code(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(code)) => code,
        _ => String::new(),
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&code(self))
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&code(self))
    }
}

impl std::error::Error for Reject {}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, place, reason, message, .. } = self;
        let colon = if place.is_empty() { "" } else { ", " };
        write!(f, "{path}{colon}{place}: {message} ({reason})")
    }
}

/// A document that was set aside: one line of `OUT.rejected.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// The file.
    pub path: String,
    /// Where in the file: a line, an item, a byte; empty for the whole file.
    pub place: String,
    /// The reason's code.
    pub reason: Reason,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
    /// The record's id, where its shard goes by that; it is not written.
    #[serde(skip)]
    id: Option<String>,
}

impl Reject {
    /// Sets aside `path`, or what lies at `place` in it.
    pub fn new(path: &Path, place: impl Into<String>, reason: Reason, message: impl Into<String>) -> Self {
        Self { path: path.display().to_string(), place: place.into(), reason, message: message.into(), id: None }
    }

    /// A number that stands for it: another one where anything about it is different.
    pub fn fingerprint(&self) -> u128 {
        fingerprint([&self.path, &self.place, &code(&self.reason), &self.message])
    }
}

/// What one document's file or record holds, decoded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// An article file's text, or what a bundle's item says in that form.
    Article(String),
    /// Two texts, a paragraph or (segmented) a sentence a line.
    Texts {
        /// The texts.
        texts: Pair<String>,
        /// One sentence a line.
        segmented: bool,
    },
    /// Two lists of sentences.
    Sentences(Pair<Vec<String>>),
}

/// One document as it came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The file's stem, or the record's id.
    pub id: String,
    /// The file, as named on the command line or found below a folder named there.
    pub path: String,
    /// Where in the file; empty for the whole of it.
    pub place: String,
    /// The text.
    pub body: Body,
    /// Metadata that came with a record.
    pub meta: Map<String, Value>,
    /// Warnings so far.
    pub warnings: Vec<Warning>,
    /// Bytes read for it, for progress.
    pub bytes: u64,
}

impl Entry {
    /// An entry that comes from no file.
    pub fn new(id: impl Into<String>, body: Body) -> Self {
        let (meta, warnings) = (Map::new(), Vec::new());
        Self { id: id.into(), path: String::new(), place: String::new(), body, meta, warnings, bytes: 0 }
    }

    /// A number that stands for all that it holds: another one where a byte is different.
    pub fn fingerprint(&self) -> u128 {
        self.fingerprint_at(&self.path, &self.place)
    }

    fn fingerprint_at(&self, path: &str, place: &str) -> u128 {
        let mut print = Fingerprint::of(self.bytes as usize + path.len() + 1024);
        let json = || serde_json::to_string(&self.meta).expect("metadata are plain data");
        let meta = if self.meta.is_empty() { String::new() } else { json() };
        [&self.id, path, place, &meta].into_iter().for_each(|part| print.add(part));
        match &self.body {
            Body::Article(text) => ["article", text].into_iter().for_each(|part| print.add(part)),
            Body::Texts { texts, segmented } => {
                print.add(if *segmented { "lines" } else { "texts" });
                [&texts.source, &texts.target].into_iter().for_each(|text| print.add(text));
            }
            Body::Sentences(lists) => {
                print.add("sentences");
                lists.source.iter().for_each(|sentence| print.add(sentence));
                print.add("\u{1d}");
                lists.target.iter().for_each(|sentence| print.add(sentence));
            }
        }
        print.finish()
    }

    /// A number that stands for what it says, wherever it was read.
    pub fn content(&self) -> u128 {
        self.fingerprint_at("", "")
    }

    /// Sets this entry aside.
    pub fn reject(&self, reason: Reason, message: impl Into<String>) -> Reject {
        Reject { path: self.path.clone(), place: self.place.clone(), reason, message: message.into(), id: None }
    }
}

fn fingerprint(parts: impl IntoIterator<Item = impl AsRef<str>>) -> u128 {
    let mut print = Fingerprint::default();
    parts.into_iter().for_each(|part| print.add(part.as_ref()));
    print.finish()
}

/// A hash of parts and their lengths. Many small ones are put together first: long pieces are hashed several times as fast.
#[derive(Default)]
struct Fingerprint {
    hasher: blake3::Hasher,
    waiting: Vec<u8>,
}

impl Fingerprint {
    /// Bytes that wait at most.
    const PIECE: usize = 1 << 16;

    /// One for about so many bytes.
    fn of(bytes: usize) -> Self {
        Self { waiting: Vec::with_capacity(bytes.min(Self::PIECE)), ..Self::default() }
    }

    fn add(&mut self, part: &str) {
        if self.waiting.len() + part.len() > Self::PIECE {
            self.hasher.update(&self.waiting);
            self.waiting.clear();
        }
        self.waiting.extend_from_slice(&(part.len() as u64).to_le_bytes());
        if part.len() < Self::PIECE {
            self.waiting.extend_from_slice(part.as_bytes());
        } else {
            self.hasher.update(&self.waiting);
            self.hasher.update(part.as_bytes());
            self.waiting.clear();
        }
    }

    fn finish(mut self) -> u128 {
        self.hasher.update(&self.waiting);
        let mut first = [0; 16];
        first.copy_from_slice(&self.hasher.finalize().as_bytes()[..16]);
        u128::from_le_bytes(first)
    }
}

/// What can be read from any place on.
pub trait ReadSeek: io::Read + io::Seek + Send {}

impl<R: io::Read + io::Seek + Send> ReadSeek for R {}

/// A path's stem, without the endings of compression: `1957.jsonl` and `1957.jsonl.gz` are both `1957`.
pub fn stem(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name.to_owned(),
    }
}
