//! What the readers of all formats share: inputs, errors with a place, lines, tables, names for rows that have none.

pub(super) mod links;
pub(super) mod table;

use super::item::parse_list;
use super::row::Row;
use super::sides;
use crate::archive::ReadSeek;
use crate::span::Pair;
use std::fmt;
use std::io::{self, BufRead};
use std::sync::Arc;

/// What stands in a file cannot be read as rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// Where: a line, a byte, a file.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// True when nothing can be read behind it.
    pub fatal: bool,
}

impl ReadError {
    pub(super) fn fatal(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), fatal: true }
    }

    pub(super) fn of_row(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), fatal: false }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.place.is_empty() { "" } else { ": " };
        write!(f, "{}{colon}{}", self.place, self.message)
    }
}

impl std::error::Error for ReadError {}

/// Rows read one after another; memory does not grow with their number.
pub trait RowReader: Iterator<Item = Result<Row, ReadError>> + Send {
    /// What the file has and rows cannot hold, or what was mended: what, and how many.
    fn remarks(&self) -> Vec<(String, u64)> {
        Vec::new()
    }
}

/// A stream of text.
pub type Text = Box<dyn BufRead + Send>;

/// Opens a file by its name.
pub type Open = Box<dyn Fn(&str) -> io::Result<Text> + Send>;

/// Opens a file by its name, to be read from any place on.
pub type OpenSeek = Box<dyn Fn(&str) -> io::Result<Box<dyn ReadSeek>> + Send>;

/// A file to be read, and a way to those that belong to it.
pub struct Input {
    /// Its name, without its folder.
    pub name: String,
    /// Languages, where the user says them.
    pub language: Pair<Option<String>>,
    /// The files with the texts, where the user says them.
    pub texts: Option<Pair<String>>,
    /// Opens the file of a name that stands in the same folder; `name` is the file itself. Gives UTF-8.
    pub open: Open,
    /// The same, as it is: for formats that are no text.
    pub seek: OpenSeek,
}

impl Input {
    pub(super) fn open_main(&self) -> Result<Text, ReadError> {
        (self.open)(&self.name).map_err(|error| ReadError::fatal("", error.to_string()))
    }

    pub(super) fn open_named(&self, name: &str) -> Result<Text, ReadError> {
        (self.open)(name).map_err(|error| ReadError::fatal(name, error.to_string()))
    }

    /// The file `name`, if there is one.
    pub(super) fn open_if_there(&self, name: &str) -> Result<Option<Text>, ReadError> {
        match (self.open)(name) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ReadError::fatal(name, error.to_string())),
        }
    }

    /// The languages: as the user says, else Chinese and English.
    pub(super) fn language(&self) -> Pair<Arc<str>> {
        let Pair { source, target } = self.language.clone();
        Pair::new(source.unwrap_or_else(|| "zh".into()).into(), target.unwrap_or_else(|| "en".into()).into())
    }

    /// The two texts that belong to it: those the user names, else its own name with the languages as endings.
    pub(super) fn open_texts(&self) -> Result<Pair<Text>, ReadError> {
        let names = self.texts.clone().unwrap_or_else(|| {
            let [source, target] = sides(&self.language(), &self.name, "");
            Pair::new(source, target)
        });
        let open = |name: &str| {
            self.open_named(name).map_err(|mut error| {
                error.message += ": name the two texts with --source and --target, or their languages with --source-lang and --target-lang";
                error
            })
        };
        Ok(Pair::new(open(&names.source)?, open(&names.target)?))
    }

    /// Names for rows that the file does not name.
    pub(super) fn names(&self) -> Names {
        let stem = self.name.split_once('.').map_or(self.name.as_str(), |(stem, _)| stem);
        let stem = if stem.is_empty() || stem == "-" { "rows" } else { stem };
        Names { stem: stem.into(), language: self.language(), last: None, counted: 0 }
    }
}

/// Gives rows their documents and numbers, and so their ids.
pub(super) struct Names {
    stem: Arc<str>,
    pub(super) language: Pair<Arc<str>>,
    /// The document of the last row: an id that is shared, not allocated for every row.
    last: Option<Arc<str>>,
    counted: usize,
}

impl Names {
    /// An empty row. What is not said is taken from what is: `doc` and `n` from an id `doc#n`, the document from the file's
    /// stem, the number by counting.
    ///
    /// # Errors
    /// When `n` is no number.
    pub(super) fn row(&mut self, id: Option<&str>, doc: Option<&str>, n: Option<&str>) -> Result<Row, String> {
        let id = id.filter(|id| !id.is_empty());
        let parts =
            id.and_then(|id| id.rsplit_once('#')).filter(|(doc, n)| !doc.is_empty() && n.parse::<usize>().is_ok());
        let doc = doc.filter(|doc| !doc.is_empty()).or(parts.map(|(doc, _)| doc));
        let n = n.filter(|n| !n.is_empty()).or(parts.map(|(_, n)| n));
        let doc = doc.unwrap_or(&self.stem);
        if self.last.as_deref() != Some(doc) {
            self.last = Some(doc.into());
            self.counted = 0;
        }
        self.counted = match n {
            Some(n) => n.trim().parse().map_err(|_| format!("n is {n:?}: it must be a number"))?,
            None => self.counted + 1,
        };
        let doc = self.last.clone().unwrap_or_else(|| Arc::clone(&self.stem));
        let mut row = Row::new(doc, self.counted, &self.language, Pair::default());
        if let Some(id) = id {
            row.id = id.to_owned();
        }
        Ok(row)
    }
}

/// Lines of a text, numbered from 1, without their ends; bytes that are no UTF-8 are an error of the line.
pub(super) struct Lines {
    input: Text,
    name: String,
    pub(super) number: u64,
    buffer: Vec<u8>,
}

fn place(name: &str, number: u64) -> String {
    if name.is_empty() { format!("line {number}") } else { format!("{name}, line {number}") }
}

impl Lines {
    pub(super) fn new(input: Text, name: impl Into<String>) -> Self {
        Self { input, name: name.into(), number: 0, buffer: Vec::new() }
    }

    /// The place of the last line.
    pub(super) fn place(&self) -> String {
        place(&self.name, self.number)
    }

    pub(super) fn next_line(&mut self) -> Option<Result<&str, ReadError>> {
        self.buffer.clear();
        self.number += 1;
        match self.input.read_until(b'\n', &mut self.buffer) {
            Err(error) => return Some(Err(ReadError::fatal(self.place(), error.to_string()))),
            Ok(0) => return None,
            Ok(_) => {}
        }
        if self.buffer.ends_with(b"\n") {
            self.buffer.pop();
        }
        if self.buffer.ends_with(b"\r") {
            self.buffer.pop();
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(line) => Some(Ok(line)),
            Err(error) => {
                let message =
                    format!("byte {} of the line is no UTF-8: name the encoding with --encoding", error.valid_up_to());
                Some(Err(ReadError::of_row(place(&self.name, self.number), message)))
            }
        }
    }
}

/// A reader of what `next` gives, with no remarks.
pub(super) struct FromFn<F> {
    next: F,
    ended: bool,
}

/// Rows by a function, up to the first `None` or fatal error.
pub(super) fn from_fn<F>(next: F) -> Box<dyn RowReader>
where
    F: FnMut() -> Option<Result<Row, ReadError>> + Send + 'static,
{
    Box::new(FromFn { next, ended: false })
}

impl<F: FnMut() -> Option<Result<Row, ReadError>>> Iterator for FromFn<F> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = (self.next)();
        self.ended = next.as_ref().is_none_or(|row| row.as_ref().is_err_and(|error| error.fatal));
        next
    }
}

impl<F: FnMut() -> Option<Result<Row, ReadError>> + Send> RowReader for FromFn<F> {}

/// A row a line that is not blank.
pub(super) fn each_line(
    input: Text,
    mut row: impl FnMut(&str) -> Result<Row, String> + Send + 'static,
) -> Box<dyn RowReader> {
    let mut lines = Lines::new(input, "");
    from_fn(move || {
        loop {
            let number = lines.number + 1;
            match lines.next_line()? {
                Err(error) => return Some(Err(error)),
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => {
                    return Some(row(line).map_err(|message| ReadError::of_row(format!("line {number}"), message)));
                }
            }
        }
    })
}

/// Remarks: those that counted anything.
pub(super) fn remarks(all: impl IntoIterator<Item = (&'static str, u64)>) -> Vec<(String, u64)> {
    all.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| (what.to_owned(), count)).collect()
}

/// Said of rows whose text is not as long as its borders say.
pub(super) const EDITED: &str = "rows whose text was edited: its sentences are one segment now";
/// Said of inline codes.
pub(super) const CODES: &str = "inline codes left out";

/// `[0, 1]` as numbers.
pub(super) fn bracketed(text: &str) -> Option<Vec<u32>> {
    parse_list(&text.trim().strip_prefix('[')?.strip_suffix(']')?.replace(',', " "))
}
