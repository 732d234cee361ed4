//! Stage 8a: rows out, and in again. An [`Exporter`] turns rows into bytes; a [`RowReader`] turns bytes into rows. One format
//! is one file that says in its [`Form`] what it keeps; [`Format::all`] lists them. To add one, copy a file that is near to
//! it, and name its `FORM` in the list: the tests in `tests/formats.rs` hold every format of the list against what it says.
//!
//! Nothing here opens a file: a [`Writer`] is handed [`Sink`]s, a reader an [`Input`] that opens.

mod cesalign;
mod cwb;
mod html;
mod hunalign;
mod intertext;
mod item;
mod jsonl;
mod ladder;
mod lines;
mod lock;
pub mod manifest;
mod moses;
mod paragraphs;
#[cfg(feature = "parquet")]
mod parquet;
mod read;
mod row;
pub mod select;
mod sketch;
mod tei;
mod text;
mod tmx;
mod tsv;
mod vecalign;
mod vertical;
mod writer;
mod xliff;
mod xliff2;
mod xlsx;
mod xml;

use crate::span::Pair;
use encoding_rs::Encoding;
use std::fmt;
use std::io::{self, Seek, Write};
use std::path::Path;
use std::str::FromStr;

pub use crate::bead::Status;
pub use item::Item;
pub use jsonl::json_lines;
pub use lock::{lock, locks};
pub use read::{Input, Open, OpenSeek, ReadError, RowReader, Text};
pub use row::{Identity, Row, rows};
pub use text::Charset;
pub use writer::{Apart, Loss, Writer};

/// What is known of a format.
pub struct Form {
    /// Its name on the command line.
    pub name: &'static str,
    /// Other names, among them the endings of its files.
    pub others: &'static [&'static str],
    /// The tools that it is for, in a few words.
    pub tools: &'static str,
    /// What it keeps of a row beside the texts of the two sides.
    pub keeps: &'static [Item],
    /// Metadata that it keeps where it does not keep all.
    pub keeps_meta: &'static [&'static str],
    /// What it does to the characters of a text.
    pub charset: Charset,
    /// What it does to those of ids and metadata.
    pub values: Charset,
    /// The names of its files, made from the name that was asked for.
    pub files: fn(&str, &Context) -> Vec<String>,
    /// True when it may go to standard output: one file, or a first file that is of use without the others.
    pub alone: bool,
    /// True when what is written for a document does not depend on the documents before it: it can be made on any thread.
    pub apart: bool,
    /// Makes the exporter.
    pub exporter: fn(&Context) -> Box<dyn Exporter>,
    /// Reads it back, where that can be done.
    pub reader: Option<MakeReader>,
}

/// Makes a format's reader.
type MakeReader = fn(Input) -> Result<Box<dyn RowReader>, ReadError>;

/// A format of rows.
#[derive(Clone, Copy)]
pub struct Format(&'static Form);

/// In the order of the table in `docs/formats.md`.
static FORMS: &[&Form] = &[
    &jsonl::FORM,
    #[cfg(feature = "parquet")]
    &parquet::FORM,
    &tsv::FORM,
    &xlsx::FORM,
    &html::FORM,
    &tmx::FORM,
    &xliff::FORM,
    &xliff2::FORM,
    &moses::FORM,
    &cesalign::FORM,
    &tei::FORM,
    &intertext::FORM,
    &vecalign::FORM,
    &ladder::FORM,
    &hunalign::FORM,
    &lines::FORM,
    &sketch::FORM,
    &cwb::FORM,
];

impl Format {
    /// All formats.
    pub fn all() -> impl Iterator<Item = Format> {
        FORMS.iter().map(|form| Format(form))
    }

    /// The canonical one.
    pub fn jsonl() -> Format {
        Format(&jsonl::FORM)
    }

    /// What is known of it.
    pub fn form(self) -> &'static Form {
        self.0
    }

    /// The format that a file's ending names.
    pub fn of(path: &Path) -> Option<Format> {
        path.extension()?.to_str()?.parse().ok()
    }

    /// True when a document can be written [apart](Form::apart) and a row is a line, so that a file can be cut anywhere between two and
    /// gone on with.
    pub fn resumes(self) -> bool {
        matches!(self.0.name, "jsonl" | "tsv")
    }

    /// The names of all formats, for messages.
    pub fn names() -> String {
        FORMS.iter().map(|form| form.name).collect::<Vec<_>>().join(", ")
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let is_it = |own: &str| own.eq_ignore_ascii_case(name);
        let found = FORMS.iter().find(|form| is_it(form.name) || form.others.iter().any(|own| is_it(own)));
        found.map(|form| Format(form)).ok_or_else(|| format!("no format {name:?}; there are {}", Format::names()))
    }
}

/// What an exporter needs to know before the first row.
#[derive(Debug, Clone)]
pub struct Context {
    /// Language tags of the run, or of the first row.
    pub language: Pair<String>,
    /// The name of the output without its folder, for files that name each other.
    pub name: String,
    /// One pair of texts alone, not a collection.
    pub single: bool,
    /// A byte order mark at the beginning of text files.
    pub bom: bool,
    /// The encoding of line pairs.
    pub encoding: &'static Encoding,
}

impl Context {
    /// The context of an output called `name`: UTF-8 without a mark, a collection of documents.
    pub fn new(language: Pair<String>, name: impl Into<String>) -> Self {
        Self { language, name: name.into(), single: false, bom: false, encoding: encoding_rs::UTF_8 }
    }

    fn sides(&self, name: &str, ending: &str) -> [String; 2] {
        sides(&self.language, name, ending)
    }
}

/// `name` with the two languages as endings: two different names where these are the same.
fn sides(language: &Pair<impl AsRef<str>>, name: &str, ending: &str) -> [String; 2] {
    let (source, target) = (language.source.as_ref(), language.target.as_ref());
    let second = if source == target { ".target" } else { "" };
    [format!("{name}.{source}{ending}"), format!("{name}.{target}{second}{ending}")]
}

/// What an exporter writes to. Spreadsheets are archives, whose head is written last.
pub trait Sink: Write + Seek + Send {}

impl<W: Write + Seek + Send> Sink for W {}

/// Turns rows into the bytes of one or more files, row by row: what it remembers does not grow with their number. Errors are
/// those of the sinks.
pub trait Exporter: Send {
    /// What stands before the first row.
    ///
    /// # Errors
    /// When it cannot be written.
    fn begin(&mut self, _files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        Ok(())
    }

    /// A document begins, with this row.
    ///
    /// # Errors
    /// When it cannot be written.
    fn open(&mut self, _first: &Row, _files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        Ok(())
    }

    /// One row.
    ///
    /// # Errors
    /// When it cannot be written.
    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()>;

    /// The document ends.
    ///
    /// # Errors
    /// When it cannot be written.
    fn close(&mut self, _files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        Ok(())
    }

    /// What stands behind the last row.
    ///
    /// # Errors
    /// When it cannot be written.
    fn end(&mut self, _files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        Ok(())
    }

    /// What could not be kept and does not follow from the [`Form`]: what, and in how many rows.
    fn losses(&self) -> Vec<(String, u64)> {
        Vec::new()
    }
}

/// The one file of most formats, under the name that was asked for.
fn one_file(name: &str, _context: &Context) -> Vec<String> {
    vec![name.to_owned()]
}
