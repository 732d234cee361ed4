//! What a run has done so far, beside its unfinished output: the manifest as far as it is known, then a line for every mark
//! up to which all outputs are on the disk. A line that was not written to its end does not count.

use super::output::Marked;
use super::{Failure, json_line};
use crate::export::manifest::{Counts, Manifest, Order};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A place between two documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    /// What was counted up to here.
    pub(super) counts: Counts,
    /// The sum of the documents' hashes.
    pub(super) documents: String,
    /// What the order has more than at the mark before.
    pub(super) order: String,
    /// Documents with locks or anchors that were aligned since then.
    pub(super) locked: Vec<String>,
    /// What there is of each output.
    pub(super) outputs: Vec<Marked>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Work(Manifest),
    Mark(Mark),
    /// All outputs are sealed: they only need their names.
    Whole(Manifest),
}

/// A journal that is written.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// There is something to go on with.
    keep: bool,
}

/// What a journal says.
pub(super) struct Past {
    /// The work.
    pub(super) work: Manifest,
    /// The last mark.
    pub(super) mark: Option<Mark>,
    /// The order up to there.
    pub(super) order: Order,
    /// Documents with locks or anchors that are aligned.
    pub(super) locked: Vec<String>,
    /// The finished manifest, where only the renaming was left to do.
    pub(super) whole: Option<Manifest>,
    /// Bytes of the journal that are sound.
    length: u64,
}

impl Journal {
    /// Begins a journal.
    pub(super) fn create(path: &Path, work: &Manifest) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| failed(path, &error))?;
        let mut journal = Self { path: path.to_owned(), file, keep: false };
        journal.line(&Line::Work(work.clone()))?;
        Ok(journal)
    }

    /// Goes on with a journal.
    pub(super) fn resume(path: &Path, past: &Past) -> Result<Self, Failure> {
        let file = OpenOptions::new().append(true).open(path).map_err(|error| failed(path, &error))?;
        file.set_len(past.length).map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), file, keep: true })
    }

    /// Reads a journal; `None` where there is none, or none that got as far as its first line.
    pub(super) fn read(path: &Path) -> Result<Option<Past>, Failure> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::Run(format!("cannot read {}: {error}", path.display()))),
        };
        let damaged = |what: &str| {
            Failure::Run(format!("{} is damaged ({what}): run without --resume, to begin anew", path.display()))
        };
        let mut past: Option<Past> = None;
        let mut length = 0;
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            length += line.len() as u64;
            let is_last = length == text.len() as u64;
            let parsed = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice(line).ok());
            match (parsed, &mut past) {
                (None, _) if is_last => break,
                (Some(Line::Work(work)), past @ None) => {
                    let (order, locked) = Default::default();
                    *past = Some(Past { work, mark: None, order, locked, whole: None, length });
                }
                (Some(Line::Mark(mut mark)), Some(past)) => {
                    past.order.append(&mark.order).ok_or_else(|| damaged("its order"))?;
                    past.locked.append(&mut mark.locked);
                    past.mark = Some(mark);
                    past.length = length;
                }
                (Some(Line::Whole(manifest)), Some(past)) => {
                    past.whole = Some(manifest);
                    past.length = length;
                }
                _ => return Err(damaged("a line in its middle")),
            }
        }
        Ok(past)
    }

    /// All outputs are on the disk up to here.
    pub(super) fn mark(&mut self, mark: Mark) -> Result<(), Failure> {
        self.keep = true;
        self.line(&Line::Mark(mark))
    }

    /// All outputs are sealed.
    pub(super) fn whole(&mut self, manifest: &Manifest) -> Result<(), Failure> {
        self.keep = true;
        self.line(&Line::Whole(manifest.clone()))
    }

    /// The run is done.
    pub(super) fn remove(self) -> Result<(), Failure> {
        fs::remove_file(&self.path).map_err(|error| failed(&self.path, &error))
    }

    fn line(&mut self, line: &Line) -> Result<(), Failure> {
        let text = json_line(line)?;
        self.file.write_all(&text).and_then(|()| self.file.sync_data()).map_err(|error| failed(&self.path, &error))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        if !self.keep {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::Run(format!("cannot write {}: {error}", path.display()))
}
