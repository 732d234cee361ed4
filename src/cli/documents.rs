//! Files of rows read back, a document at a time.

use super::Failure;
use super::rows::Rows;
use crate::archive::{Reason, Reject};
use crate::export::{Format, Row, RowReader};
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far into a file its first line is looked for.
const LOOK: usize = 64 << 10;

/// The documents of a file of rows: runs of rows with one `doc`.
pub(super) struct Documents {
    rows: Box<dyn RowReader>,
    path: PathBuf,
    /// Rows of the document under way.
    held: Vec<Row>,
    ended: bool,
}

/// Opens `path` if it holds rows, in any format that can be read back; `None` where it holds something else. JSON Lines can
/// hold records to be aligned, too: their first line tells.
pub(super) fn open(path: &Path) -> Result<Option<Documents>, Failure> {
    let file = Rows::new(path);
    let Some(format) = file.format().filter(|format| format.form().reader.is_some() && !path.is_dir()) else {
        return Ok(None);
    };
    if format == Format::jsonl() && !is_rows(&head(path)?) {
        return Ok(None);
    }
    let rows = file.open(&Arc::default())?;
    Ok(Some(Documents { rows, path: path.to_owned(), held: Vec::new(), ended: false }))
}

/// The beginning of a file. What is looked at in standard input stays there for whoever reads it.
fn head(path: &Path) -> Result<Vec<u8>, Failure> {
    let explain = |error: io::Error| Failure::Run(format!("{}: {error}", path.display()));
    if super::is_dash(path) {
        return Ok(io::stdin().lock().fill_buf().map_err(explain)?.to_vec());
    }
    let file = std::fs::File::open(path).map_err(explain)?;
    let raw: Box<dyn Read> = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Some("zst") => Box::new(zstd::stream::read::Decoder::new(file).map_err(explain)?),
        _ => Box::new(file),
    };
    let mut head = Vec::new();
    raw.take(LOOK as u64).read_to_end(&mut head).map_err(explain)?;
    Ok(head)
}

/// A row has its id, document and number; no other input does.
fn is_rows(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head);
    let first = text.trim_start_matches('\u{feff}').trim_start().lines().next().unwrap_or_default();
    let has = |key: &str| first.contains(key);
    serde_json::from_str::<Row>(first).is_ok()
        || first.starts_with("{\"id\":") && has("\"doc\":") && has("\"n\":") && has("\"kind\":")
}

impl Iterator for Documents {
    type Item = Result<Vec<Row>, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.rows.next() {
                Some(Ok(row)) if self.held.first().is_none_or(|first| first.doc == row.doc) => self.held.push(row),
                Some(Ok(row)) => return Some(Ok(std::mem::replace(&mut self.held, vec![row]))),
                // A bad row is told; the document that it stands in goes on without it.
                Some(Err(error)) => {
                    self.ended = error.fatal;
                    return Some(Err(Reject::new(&self.path, error.place, Reason::BadRecord, error.message)));
                }
                None => self.ended = true,
            }
        }
        (!self.held.is_empty()).then(|| Ok(std::mem::take(&mut self.held)))
    }
}
