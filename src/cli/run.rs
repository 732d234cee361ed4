//! A run over many documents and what it leaves on the disk: the outputs, the documents set aside, the manifest, and, as long as it
//! is under way, a journal by which another run goes on.

use super::journal::{Journal, Mark, Past};
use super::locks::Told;
use super::output::{Marked, Output, Packing, SharedOutput, is_file, with_suffix};
use super::targets::Targets;
use super::{Failure, json_line};
use crate::archive::{Entry, Reject};
use crate::export::manifest::{self, Manifest, Order, Place};
use crate::export::{Apart, Row};
use std::collections::HashSet;
use std::fs;
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A compressed block is cut behind the document that makes so many bytes of input full.
const BLOCK_INPUT: u64 = 1 << 20;

/// The files that stand beside an output.
#[derive(Debug, Clone)]
pub(super) struct Beside {
    pub(super) rejects: PathBuf,
    pub(super) manifest: PathBuf,
    pub(super) journal: PathBuf,
}

impl Beside {
    /// Those of `output`; `None` where it is no file.
    pub(super) fn of(output: &Path) -> Option<Self> {
        is_file(output).then(|| Self {
            rejects: with_suffix(output, ".rejected.jsonl"),
            manifest: with_suffix(output, ".manifest.json"),
            journal: with_suffix(output, ".resume"),
        })
    }

    /// All of them.
    pub(super) fn paths(&self) -> [PathBuf; 3] {
        [&self.rejects, &self.manifest, &self.journal].map(PathBuf::clone)
    }
}

/// What an earlier run has left.
pub(super) enum Before {
    /// Nothing to go on with.
    Nothing,
    /// It was stopped on the way.
    Stopped(Box<Past>),
    /// It is done.
    Whole(Box<Manifest>),
}

impl Before {
    /// What lies beside an output; a renaming that was stopped on the way is done.
    pub(super) fn find(beside: &Beside, outputs: &[PathBuf]) -> Result<Self, Failure> {
        if let Some(past) = Journal::read(&beside.journal)? {
            let Some(manifest) = &past.whole else { return Ok(Before::Stopped(Box::new(past))) };
            for path in outputs.iter().chain([&beside.rejects]) {
                let partial = super::output::partial(path);
                if partial.exists() {
                    fs::rename(&partial, path).map_err(|error| Failure::write(&path.display().to_string(), &error))?;
                }
            }
            write_manifest(&beside.manifest, manifest)?;
            fs::remove_file(&beside.journal)
                .map_err(|error| Failure::write(&beside.journal.display().to_string(), &error))?;
        }
        match fs::read(&beside.manifest) {
            Ok(json) if outputs.iter().chain([&beside.rejects]).all(|path| path.exists()) => {
                let explain = |error| Failure::Run(format!("{}: {error}", beside.manifest.display()));
                Ok(Before::Whole(Box::new(Manifest::from_json(&json).map_err(explain)?)))
            }
            _ => Ok(Before::Nothing),
        }
    }
}

pub(super) fn write_manifest(path: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let mut output = Output::file(path)?;
    output.write(manifest.to_json().as_bytes())?;
    output.finish()
}

/// A document and its number in the input.
pub(super) type Numbered = (u64, Result<Entry, Reject>);

/// Passes over the documents that are done with; their bytes.
///
/// # Errors
/// When they are not those of `sum`, the sum of the hashes.
pub(super) fn pass(entries: &mut impl Iterator<Item = Numbered>, done: u64, sum: u128) -> Result<u64, Failure> {
    let (mut found, mut bytes) = (0u128, 0);
    for passed in 0..done {
        let Some((number, entry)) = entries.next() else {
            return Err(Failure::Run(format!(
                "the input has changed: it has {passed} documents, and {done} were done already; run without --resume, to begin anew"
            )));
        };
        let fingerprint = match entry {
            Ok(entry) => {
                bytes += entry.bytes;
                entry.fingerprint()
            }
            Err(reject) => reject.fingerprint(),
        };
        found = found.wrapping_add(manifest::share(number, fingerprint));
    }
    if found != sum {
        return Err(Failure::Run(format!(
            "the input has changed: the first {done} documents are not those that were done already; run without --resume, to begin anew"
        )));
    }
    Ok(bytes)
}

/// So many ids are kept, in at most 18 MB.
const MOST_IDS: usize = 1 << 20;

/// The ids of an input's documents, as hashes: rows of two documents with one id cannot be told apart.
#[derive(Default)]
pub(super) struct Ids {
    seen: HashSet<u64>,
    again: u64,
    first: Option<String>,
}

impl Ids {
    pub(super) fn meet(&mut self, id: &str) {
        let hash = foldhash::quality::FixedState::default().hash_one(id);
        if self.seen.contains(&hash) {
            self.again += 1;
            self.first.get_or_insert_with(|| id.to_owned());
        } else if self.seen.len() < MOST_IDS {
            self.seen.insert(hash);
        }
    }

    /// In words, for the summary.
    pub(super) fn words(&self) -> String {
        self.first.as_ref().map_or_else(String::new, |first| {
            let again = self.again;
            format!(
                "  {again} documents have the id of one before them (first {first}): their rows cannot be told apart\n"
            )
        })
    }
}

/// What became of a document.
pub(super) enum Became {
    /// Its rows.
    Rows(Vec<Row>),
    /// What it is in each output, and how many rows.
    Apart(Vec<Apart>, u64),
    /// Why it was set aside.
    Reject(Reject),
}

/// A run under way.
pub(super) struct Run {
    targets: Targets,
    rejects: Option<SharedOutput>,
    beside: Option<Beside>,
    journal: Option<Journal>,
    /// The work, and what has come of it so far.
    pub(super) manifest: Manifest,
    sum: u128,
    order: Order,
    /// Bytes of the order that stand in the journal.
    ordered: usize,
    /// Documents with locks or anchors that do not stand there yet.
    locked: Vec<String>,
    since_cut: u64,
    marked: Instant,
    /// Between two marks.
    every: Duration,
    /// Documents up to the last mark.
    marked_at: u64,
}

impl Run {
    /// Opens the outputs; `targets` make theirs where they are told what there is of them already.
    pub(super) fn open(
        targets: impl FnOnce(Option<&[Marked]>) -> Result<Targets, Failure>,
        beside: Option<Beside>,
        past: Option<&Past>,
        manifest: Manifest,
        every: Duration,
    ) -> Result<Self, Failure> {
        let mark = past.and_then(|past| past.mark.as_ref());
        let (own, others) = match mark.map(|mark| mark.outputs.split_first()) {
            Some(Some((own, others))) => (Some(own), Some(others)),
            _ => (None, None),
        };
        let targets = targets(others)?;
        let rejects = match (&beside, own) {
            (Some(beside), Some(mark)) => Some(Output::resume(&beside.rejects, Packing::None, mark)?),
            (Some(beside), None) => Some(Output::file(&beside.rejects)?),
            (None, _) => None,
        };
        let mut run = Self {
            targets,
            rejects: rejects.map(SharedOutput::new),
            beside,
            journal: None,
            manifest,
            sum: 0,
            order: Order::default(),
            ordered: 0,
            locked: Vec::new(),
            since_cut: 0,
            marked: Instant::now(),
            every,
            marked_at: 0,
        };
        if let (Some(past), Some(mark)) = (past, mark) {
            run.manifest.counts = mark.counts;
            run.marked_at = mark.counts.done();
            run.manifest.documents = mark.documents.clone();
            run.sum = run.manifest.document_sum();
            run.order = past.order.clone();
            run.ordered = run.order.since(0).1;
        }
        Ok(run)
    }

    /// Begins the journal, or goes on with it, once the work is known; only outputs that can be gone on with have one.
    pub(super) fn journal(&mut self, past: Option<&Past>) -> Result<(), Failure> {
        if let Some(beside) = self.beside.as_ref().filter(|_| self.targets.resume()) {
            self.journal = Some(match past {
                Some(past) => Journal::resume(&beside.journal, past)?,
                None => Journal::create(&beside.journal, &self.manifest)?,
            });
        }
        Ok(())
    }

    /// The next document: its number in the input, its fingerprint, its bytes, what became of it and of its locks.
    pub(super) fn document(
        &mut self,
        number: u64,
        fingerprint: u128,
        bytes: u64,
        became: Became,
        told: Told,
    ) -> Result<(), Failure> {
        self.sum = self.sum.wrapping_add(manifest::share(number, fingerprint));
        self.lost(&told.lines)?;
        self.locked.extend(told.doc.filter(|_| self.journal.is_some()));
        let rows = match became {
            Became::Rows(rows) => {
                let mut written = 0;
                for row in rows {
                    written += u64::from(self.targets.row(row)?);
                }
                Some(written)
            }
            Became::Apart(document, count) => {
                self.targets.put(&document)?;
                Some(count)
            }
            Became::Reject(reject) => {
                set_aside(&reject, self.rejects.as_mut())?;
                None
            }
        };
        if self.manifest.shard.is_some() {
            self.order.push(Place { number, rows, lost: told.lines.len() as u64 });
        }
        self.since_cut += bytes;
        if self.journal.is_some() && (self.since_cut >= BLOCK_INPUT || !self.targets.packed()) {
            self.since_cut = 0;
            self.targets.cut()?;
            if self.marked.elapsed() >= self.every {
                self.mark()?;
                self.marked = Instant::now();
            }
        }
        Ok(())
    }

    /// Writes locks and anchors that could not be kept, a line each, to the documents set aside.
    pub(super) fn lost(&mut self, lines: &[Vec<u8>]) -> Result<(), Failure> {
        let Some(rejects) = &mut self.rejects else { return Ok(()) };
        lines.iter().try_for_each(|line| rejects.write_all(line)).map_err(Failure::run)
    }

    fn mark(&mut self) -> Result<(), Failure> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let mut outputs = vec![self.rejects.as_ref().map_or(Ok(Marked::default()), SharedOutput::mark)?];
        outputs.extend(self.targets.mark()?);
        self.manifest.set_document_sum(self.sum);
        let (order, ordered) = self.order.since(self.ordered);
        let Manifest { counts, documents, .. } = &self.manifest;
        let locked = std::mem::take(&mut self.locked);
        journal.mark(Mark { counts: *counts, documents: documents.clone(), order, locked, outputs })?;
        self.ordered = ordered;
        self.marked_at = self.manifest.counts.done();
        Ok(())
    }

    /// What to do about a failure, where the outputs can be gone on with.
    pub(super) fn explain(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Run(message) if self.marked_at > 0 => Failure::Run(format!(
                "{message}; {} documents are written, and --resume goes on behind them",
                self.marked_at
            )),
            other => other,
        }
    }

    /// Finishes all files and gives them their names. In words: what was left out, what was written, what was lost.
    pub(super) fn finish(&mut self) -> Result<String, Failure> {
        self.manifest.set_document_sum(self.sum);
        let (words, written) = self.targets.seal()?;
        if let Some(rejects) = &self.rejects {
            rejects.seal()?;
        }
        self.manifest.outputs = written;
        if self.manifest.shard.is_some() && self.targets.resume() {
            self.manifest.order = Some(self.order.pack());
        }
        if let Some(journal) = &mut self.journal {
            journal.whole(&self.manifest)?;
        }
        self.targets.rename()?;
        if let Some(rejects) = &self.rejects {
            rejects.rename()?;
        }
        if let Some(beside) = &self.beside {
            write_manifest(&beside.manifest, &self.manifest)?;
        }
        self.journal.take().map_or(Ok(()), Journal::remove)?;
        Ok(words)
    }
}

/// Writes a reject to its file, or, where there is none, to standard error.
pub(super) fn set_aside(reject: &Reject, file: Option<&mut impl Write>) -> Result<(), Failure> {
    let line = json_line(reject)?;
    match file {
        Some(file) => file.write_all(&line).map_err(Failure::run),
        None => io::stderr().write_all(&line).map_err(|error| Failure::write("standard error", &error)),
    }
}
