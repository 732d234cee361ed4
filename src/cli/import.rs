//! `bitext import`: rows, or what makes rows, into a store.

use super::output::{Output, with_suffix};
use super::progress::Progress;
use super::read::Source;
use super::run::set_aside;
use super::{Done, Failure};
use crate::archive::Reject;
use crate::fidelity::Finding;
use crate::store::{Imported, Prepared, Store, StoreError};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// Put rows into a store, a database in one file that `bitext search` reads
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext import rows.jsonl --store corpus.db
  bitext import 1957.parquet 1958.tsv --store corpus.db --findings findings.jsonl
  bitext import corpus/newspaper/articles --store corpus.db

A document takes the place of the one with its id, so that an import can be repeated, and a store grows. All of an import is put in, \
or, where it fails or is stopped, nothing of it. A store holds one pair of languages.")]
pub(super) struct Arguments {
    #[command(flatten)]
    from: Source,
    /// The store; made where there is none
    #[arg(long, value_name = "DB")]
    store: PathBuf,
    /// Findings of `bitext check` to be kept beside the rows (JSON Lines)
    #[arg(long, value_name = "FILE")]
    findings: Option<PathBuf>,
    /// Replace documents that a reader has corrected, too; the corrections are lost
    #[arg(long)]
    overwrite_corrected: bool,
    /// No progress, no closing line
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn failure(error: StoreError) -> Failure {
    Failure::Run(error.to_string())
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let fresh = !arguments.store.exists();
    let done = imported(arguments);
    if done.is_err() && fresh {
        // Nothing is in it: an empty store would only look like one.
        let _ = std::fs::remove_file(&arguments.store);
    }
    done
}

fn imported(arguments: &Arguments) -> Result<Done, Failure> {
    // The database has files of its own beside it while it is written.
    let written = ["", "-wal", "-shm", "-journal"].map(|ending| with_suffix(&arguments.store, ending));
    let skip = arguments.from.guard(written.into(), &arguments.findings)?;
    let mut store = Store::create(&arguments.store).map_err(failure)?;
    let mut import = store.import().map_err(failure)?;
    let mut progress = Progress::new(arguments.quiet, None);
    if arguments.overwrite_corrected {
        import.write_over();
    }
    let (mut read, mut aside) = (0_u64, 0_u64);
    arguments.from.each(
        &skip,
        Prepared::new,
        |result: Result<Result<Option<Prepared>, StoreError>, Reject>, bytes| {
            match result.map(Result::transpose) {
                Ok(None) => {}
                Ok(Some(prepared)) => {
                    let prepared = prepared.map_err(failure)?;
                    import.put(&prepared).map_err(failure)?;
                    read += 1;
                }
                Err(reject) => {
                    aside += 1;
                    set_aside(&reject, None::<&mut Output>)?;
                }
            }
            progress.add(read + aside, bytes);
            Ok(())
        },
    )?;
    if read == 0 {
        return Err(Failure::Run(
            "no document in the input: give rows of `bitext align`, article files or records".into(),
        ));
    }
    let findings = match &arguments.findings {
        Some(path) => findings(path, &mut import)?,
        None => 0,
    };
    let Imported { documents, replaced, rows, joined, twice, kept, .. } = import.commit().map_err(failure)?;
    progress.finish();
    if !kept.is_empty() {
        // Said even when quiet: it is not what was asked for.
        let names = kept.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if kept.len() > 3 { ", …" } else { "" };
        let text = format!(
            "{} documents were not replaced: they have rows that a reader has locked or written a note on, and the new ones do not ({names}{more})\n  \
             align with --locks {} to keep them, or say --overwrite-corrected\n",
            kept.len(),
            arguments.store.display()
        );
        let _ = io::stderr().write_all(text.as_bytes());
    }
    if !arguments.quiet {
        let (all, all_rows) = store.len().map_err(failure)?;
        let again = if replaced > 0 { format!(", {replaced} in the place of older ones") } else { String::new() };
        let mut text =
            format!("{documents} documents{again}, {rows} rows, {findings} findings put in; {aside} set aside\n");
        if joined > 0 {
            text += &format!("  the rows of {joined} documents did not stand together, and were joined\n");
        }
        if twice > 0 {
            text +=
                &format!("  {twice} documents had the id of one before them in the same input, and took its place\n");
        }
        text += &format!("  {}: {all} documents, {all_rows} rows\n", arguments.store.display());
        let _ = io::stderr().write_all(text.as_bytes());
    }
    Ok(if aside + twice == 0 && kept.is_empty() { Done::All } else { Done::SomeSetAside })
}

/// Puts a file of findings in, in the place of those that their documents had.
fn findings(path: &Path, import: &mut crate::store::Import<'_>) -> Result<u64, Failure> {
    let name = path.display();
    let file = File::open(path).map_err(|error| Failure::Run(format!("cannot read {name}: {error}")))?;
    let (mut count, mut seen) = (0, HashSet::new());
    for (line, text) in (1..).zip(BufReader::new(file).lines()) {
        let text = text.map_err(|error| Failure::Run(format!("cannot read {name}: {error}")))?;
        if text.trim().is_empty() {
            continue;
        }
        let finding: Finding = serde_json::from_str(&text)
            .map_err(|error| Failure::Run(format!("{name}, line {line}: no finding of `bitext check`: {error}")))?;
        if seen.insert(finding.doc.clone()) {
            import.forget_findings(&finding.doc).map_err(failure)?;
        }
        import.put_finding(&finding).map_err(failure)?;
        count += 1;
    }
    Ok(count)
}
