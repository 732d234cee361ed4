//! `--locks` and `--anchors`: what a re-alignment is to keep, and what of it could not be kept.

use super::rows::Rows;
use super::{Failure, json_line};
use crate::archive::Shard;
use crate::engine::{Aligned, Anchor, Engine, Kept, Lost};
use crate::export;
use crate::export::manifest::Counts;
use crate::span::{Pair, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

/// Documents that are named in a message.
const NAMED: usize = 3;

/// What the user asks for.
#[derive(Debug, clap::Args)]
pub(super) struct LockOptions {
    /// Keep the rows of this file whose status is locked, and align the rest around them: rows in any format that is read back
    #[arg(long, value_name = "ROWS")]
    pub(super) locks: Option<PathBuf>,
    /// Lines (with --segmented) or paragraphs of the body that begin together: their two numbers, from 1, in a line, parted by
    /// a tab; of several documents with the document's id before them. A line that begins with a # and a blank is passed over
    #[arg(long, value_name = "FILE")]
    pub(super) anchors: Option<PathBuf>,
}

/// What is to be kept, and what became of it so far.
pub(super) struct Locks {
    /// Documents not yet aligned, with what will be lost if they never are.
    waiting: BTreeMap<String, Vec<Lost>>,
    lost: Vec<Lost>,
}

/// What became of one document's locks and anchors.
pub(super) struct Fate {
    doc: String,
    lost: Vec<Lost>,
}

impl Fate {
    pub(super) fn of(aligned: &Aligned) -> Self {
        Self { doc: aligned.document.id.clone(), lost: aligned.lost.clone() }
    }
}

/// What a run writes down of one document's locks and anchors.
#[derive(Default)]
pub(super) struct Told {
    /// The document, if it was waited for.
    pub(super) doc: Option<String>,
    /// What was lost, a line each.
    pub(super) lines: Vec<Vec<u8>>,
}

impl LockOptions {
    /// Reads the files, and has the engine keep what they say. `single`: the id of the one document, where there is one alone. Other
    /// shards' documents are not waited for; but the table is learned from some of them, and must be every shard's.
    pub(super) fn read(
        &self,
        engine: &mut Engine,
        single: Option<&str>,
        shard: Option<Shard>,
    ) -> Result<Locks, Failure> {
        let mut kept: BTreeMap<String, Kept> = BTreeMap::new();
        if let Some(path) = &self.locks {
            let rows = Rows { path, from: None, texts: None, language: Pair::default(), encoding: None };
            let mut found = false;
            for row in rows.open(&Arc::default())? {
                let row = row.map_err(|error| Failure::Run(format!("locks {}: {error}", path.display())))?;
                if let Some(lock) = export::lock(&row) {
                    kept.entry(row.doc.to_string()).or_default().locks.push(lock);
                    found = true;
                }
            }
            if !found {
                let message = "none of its rows has the status locked";
                return Err(Failure::Run(format!("locks {}: {message}", path.display())));
            }
        }
        if let Some(path) = &self.anchors {
            let explain = |error: String| Failure::Run(format!("anchors {}: {error}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|error| explain(error.to_string()))?;
            let found = anchors(&text, single).map_err(explain)?;
            if found.is_empty() {
                return Err(explain("it has no line with two numbers".into()));
            }
            for (doc, anchor) in found {
                kept.entry(doc).or_default().anchors.push(anchor);
            }
        }
        let own = kept.iter().filter(|(doc, _)| shard.is_none_or(|shard| shard.holds(doc)));
        let waiting = own.map(|(doc, kept)| (doc.clone(), kept.unmet(doc))).collect();
        engine.keep(kept);
        Ok(Locks { waiting, lost: Vec::new() })
    }
}

/// The anchors of a file, with their documents.
fn anchors(text: &str, single: Option<&str>) -> Result<BTreeSet<(String, Anchor)>, String> {
    let line = |(number, line): (usize, &str)| {
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let (doc, numbers) = match (fields.as_slice(), single) {
            ([doc, numbers @ ..], _) if numbers.len() == 2 => (*doc, numbers),
            (numbers, Some(doc)) if numbers.len() == 2 => (doc, numbers),
            (numbers, None) if numbers.len() == 2 => {
                return Err(format!(
                    "line {number}: of several documents, each line begins with the document's id and a tab"
                ));
            }
            _ => return Err(format!("line {number}: must be two numbers, with a tab between them")),
        };
        let number = |field: &str| {
            let found = field.parse().ok().filter(|&number| number > 0);
            found.ok_or_else(|| format!("line {number}: {field:?} is no number from 1"))
        };
        Ok((doc.to_owned(), Anchor { number: Pair::new(number(numbers[0])?, number(numbers[1])?) }))
    };
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.filter(|(_, line)| !line.trim().is_empty() && *line != "#" && !line.starts_with("# ")).map(line).collect()
}

impl Locks {
    /// Takes note of the documents that an earlier run has aligned.
    pub(super) fn pass(&mut self, docs: &[String]) {
        for doc in docs {
            self.waiting.remove(doc);
        }
    }

    /// Takes note of one document.
    pub(super) fn add(&mut self, fate: Fate) -> Result<Told, Failure> {
        let doc = self.waiting.remove(&fate.doc).map(|_| fate.doc);
        let lines = fate.lost.iter().map(json_line).collect::<Result<_, _>>()?;
        self.lost.extend(fate.lost);
        Ok(Told { doc, lines })
    }

    /// Locks and anchors of documents that were not aligned.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting.values().map(Vec::len).sum::<usize>() as u64
    }

    /// The same, a line each; in the order of the lines, which that of shards can be brought to.
    pub(super) fn unmet(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let mut lines = self.waiting.values().flatten().map(json_line).collect::<Result<Vec<_>, _>>()?;
        lines.sort();
        Ok(lines)
    }

    /// Says what this run could not keep, quiet or not.
    pub(super) fn tell(&self) {
        let mut text = String::new();
        for lost in &self.lost {
            let _ = writeln!(text, "not kept: {}: {}", lost.place, lost.message);
            for (side, mark) in [(Side::Source, '<'), (Side::Target, '>')] {
                let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                if !lost.locked[side].is_empty() {
                    let _ = writeln!(text, "  locked {mark} {}", one_line(&lost.locked[side].join(" | ")));
                }
                if let Some(found) = &lost.found[side] {
                    let _ = writeln!(text, "  now    {mark} {}", one_line(found));
                }
            }
        }
        if !self.waiting.is_empty() {
            let names: Vec<&str> = self.waiting.keys().map(String::as_str).take(NAMED).collect();
            let more = if self.waiting.len() > NAMED { ", …" } else { "" };
            let count = self.waiting();
            let _ = writeln!(
                text,
                "not kept: {count} locks or anchors of {} documents that were not aligned: {}{more}",
                self.waiting.len(),
                names.join(", ")
            );
        }
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

/// For the summary; nothing where nothing was to be kept.
pub(super) fn words(counts: &Counts) -> String {
    match (counts.locked, counts.not_kept) {
        (0, 0) => String::new(),
        (locked, 0) => format!("  locked: {locked} beads kept\n"),
        (locked, lost) => format!("  locked: {locked} beads kept, {lost} locks or anchors not\n"),
    }
}
