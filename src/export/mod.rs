//! Stage 8a: rows out. An [`Exporter`] turns aligned documents into bytes and does no I/O; one format is one file.

mod html;
mod jsonl;
mod moses;
mod row;
mod tsv;
mod vecalign;

use crate::engine::Aligned;
use crate::span::Pair;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

pub use row::{Row, RowError, read_row, rows};

/// A format of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// One JSON object a bead: the canonical form.
    Jsonl,
    /// One line a bead, with a header.
    Tsv,
    /// `[0, 1]:[2]:cost` a bead.
    Vecalign,
    /// Two files of equal line count, with ids and confidences beside them.
    Moses,
    /// A page to read.
    Html,
}

impl Format {
    /// All formats with the names they have on the command line, which are also their files' endings.
    pub const ALL: [(Format, &'static str); 5] = [
        (Format::Jsonl, "jsonl"),
        (Format::Tsv, "tsv"),
        (Format::Vecalign, "vecalign"),
        (Format::Moses, "moses"),
        (Format::Html, "html"),
    ];

    /// The format that a file's ending names.
    pub fn of(path: &Path) -> Option<Format> {
        path.extension()?.to_str()?.parse().ok()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Format::ALL.iter().find(|(format, _)| format == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Format::ALL.map(|(_, name)| name).join(", ");
        let found = Format::ALL.iter().find(|(_, own)| own.eq_ignore_ascii_case(name));
        found.map(|&(format, _)| format).ok_or_else(|| format!("no format {name:?}; there are {known}"))
    }
}

/// What an exporter needs to know before the first document.
#[derive(Debug, Clone)]
pub struct Context {
    /// Language tags of the run.
    pub language: Pair<String>,
    /// One pair of texts alone, not a collection.
    pub single: bool,
}

/// Turns aligned documents into the bytes of one or more files.
pub trait Exporter: Send + Sync {
    /// What is added to the output's name for each of its files: one empty string where there is one file.
    fn suffixes(&self) -> Vec<String> {
        vec![String::new()]
    }

    /// What stands before the first document, one buffer a file.
    fn head(&self, _files: &mut [Vec<u8>]) {}

    /// One document, appended to one buffer a file.
    fn document(&self, aligned: &Aligned, files: &mut [Vec<u8>]);

    /// What stands behind the last document.
    fn foot(&self, _files: &mut [Vec<u8>]) {}
}

/// The exporter of a format.
pub fn exporter(format: Format, context: &Context) -> Box<dyn Exporter> {
    match format {
        Format::Jsonl => Box::new(jsonl::Jsonl),
        Format::Tsv => Box::new(tsv::Tsv),
        Format::Vecalign => Box::new(vecalign::Vecalign { headings: !context.single }),
        Format::Moses => Box::new(moses::Moses { language: context.language.clone() }),
        Format::Html => Box::new(html::Html { language: context.language.clone() }),
    }
}

/// The sentences of one side as one line: joined without a blank where the language writes none, white space within folded
/// to one blank, so that no line end, tab or U+2028 is left.
fn line(sentences: &[impl AsRef<str>], language: &str) -> String {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let blank = if matches!(primary, "zh" | "ja" | "th" | "lo" | "km" | "my") { "" } else { " " };
    let folded = |sentence: &str| {
        let visible = |c: char| if c.is_control() && !c.is_whitespace() { '\u{FFFD}' } else { c };
        let breaks = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}');
        sentence
            .split(breaks)
            .filter(|piece| !piece.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .map(visible)
            .collect::<String>()
    };
    sentences.iter().map(|sentence| folded(sentence.as_ref())).collect::<Vec<_>>().join(blank)
}
