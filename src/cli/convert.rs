//! `bitext convert`: rows from one format to another.

use super::output::{Output, guard, is_file, with_suffix};
use super::progress::Progress;
use super::rows::Rows;
use super::run::set_aside;
use super::targets::{self, Plan};
use super::{Done, Failure, is_dash};
use crate::archive::{Reason, Reject};
use crate::export::{Format, ReadError, Row, RowReader};
use crate::span::Pair;
use encoding_rs::Encoding;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Turn rows from one format into another, all of them or some
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext convert rows.jsonl corpus.tmx
  bitext convert corpus.tmx rows.tsv --min-confidence 0.9 --kind 1-1
  bitext convert set.ladder rows.jsonl --source set.zh --target set.en
  bitext convert rows.jsonl train.moses --dedupe --max-length 500 --dates 1957..1959
  bitext convert en-zh.xml rows.tsv --from cesalign

Read: jsonl, parquet, tsv, tmx, xliff, xliff2, moses, cesalign, intertext, vecalign, ladder, hunalign. What a format cannot hold is said on \
standard error, with how many rows; docs/formats.md has a table. Rows that cannot be read are set aside in OUT.rejected.jsonl.")]
pub(super) struct Arguments {
    /// Rows, or - for standard input; .gz and .zst are unpacked
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// Write here, or - for standard output; the ending names the format unless --format does
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// The format of IN, where its ending does not name it
    #[arg(long, value_name = "FORMAT", value_parser = targets::format)]
    from: Option<Format>,
    /// The format of OUT, where its ending does not name it
    #[arg(long, value_name = "FORMAT", value_parser = targets::format)]
    format: Option<Format>,
    /// The original's lines, for moses, vecalign and ladder (else IN.zh, or another --source-lang)
    #[arg(long, value_name = "FILE", requires = "target")]
    source: Option<PathBuf>,
    /// The translation's lines (else IN.en, or another --target-lang)
    #[arg(long, value_name = "FILE", requires = "source")]
    target: Option<PathBuf>,
    /// The original's language, where IN does not say it (zh)
    #[arg(long, value_name = "LANG")]
    source_lang: Option<String>,
    /// The translation's language, where IN does not say it (en)
    #[arg(long, value_name = "LANG")]
    target_lang: Option<String>,
    /// The encoding of IN, where it is not UTF-8 and has no mark
    #[arg(long, value_name = "NAME", value_parser = super::encoding)]
    encoding: Option<&'static Encoding>,
    /// No progress, no summary
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    options: targets::Options,
}

pub(super) fn run(arguments: Arguments) -> Result<Done, Failure> {
    let reading = Arc::default();
    let input = Rows {
        path: &arguments.input,
        from: arguments.from,
        texts: arguments.source.as_deref().zip(arguments.target.as_deref()),
        language: Pair::new(arguments.source_lang.clone(), arguments.target_lang.clone()),
        encoding: arguments.encoding,
    };
    let mut rows = input.open(&reading)?;
    let name = arguments.input.display().to_string();
    let rejects_path = (!is_dash(&arguments.output)).then(|| with_suffix(&arguments.output, ".rejected.jsonl"));
    let mut rejects = Rejects { path: rejects_path, file: None, rows: 0 };
    // The first row says the languages.
    let first = next(&mut *rows, &name, &mut rejects)?;
    let language = match &first {
        Some(row) => Pair::new(row.source_lang.to_string(), row.target_lang.to_string()),
        None => Pair::new(
            arguments.source_lang.clone().unwrap_or_else(|| "zh".into()),
            arguments.target_lang.clone().unwrap_or_else(|| "en".into()),
        ),
    };
    let single = is_one_pair(&arguments);
    let outputs = [arguments.output.clone()];
    let plan = Plan::new(&arguments.options, &outputs, arguments.format, &language, single)?;
    guard(plan.paths().into_iter().chain(rejects.path.clone()), input.files(&language))?;
    let mut targets = plan.open(None)?;
    let total = fs::metadata(&arguments.input).ok().filter(|meta| meta.is_file()).map(|meta| meta.len());
    let mut progress = Progress::new(arguments.quiet, total);
    let (mut count, mut documents, mut document, mut reported) = (0_u64, 0_u64, None, 0);
    let mut row = first;
    while let Some(this) = row {
        count += 1;
        if document.as_ref() != Some(&this.doc) {
            document = Some(Arc::clone(&this.doc));
            documents += 1;
        }
        targets.row(this)?;
        if count.is_multiple_of(1024) {
            let bytes = reading.bytes();
            progress.add(documents, bytes - reported);
            reported = bytes;
        }
        row = next(&mut *rows, &name, &mut rejects)?;
    }
    progress.finish();
    let set_aside = rejects.rows;
    let path = rejects.finish()?;
    if count == 0 {
        let reasons = path.map(|path| format!("; the reasons: {}", path.display())).unwrap_or_default();
        let what = if set_aside == 0 { "no rows in" } else { "no row can be read of" };
        return Err(Failure::Run(format!("{what} {name}{reasons}")));
    }
    let words = targets.finish()?;
    if !arguments.quiet {
        let mut summary = format!("{count} rows of {documents} documents; {set_aside} set aside\n");
        for (what, many) in rows.remarks() {
            summary += &format!("  read: {many} {what}\n");
        }
        if let broken @ 1.. = reading.broken() {
            summary += &format!("  read: {broken} places that could not be decoded, now U+FFFD\n");
        }
        summary += &words;
        if let Some(path) = path {
            summary += &format!("  set aside, with the reasons: {}\n", path.display());
        }
        let _ = io::stderr().write_all(summary.as_bytes());
    }
    Ok(if set_aside == 0 { Done::All } else { Done::SomeSetAside })
}

/// True when rows are of one pair of texts, so that a heading before each document would say nothing.
fn is_one_pair(arguments: &Arguments) -> bool {
    arguments.source.is_some()
}

/// The next row; those that cannot be read are set aside.
fn next(rows: &mut dyn RowReader, name: &str, rejects: &mut Rejects) -> Result<Option<Row>, Failure> {
    loop {
        match rows.next() {
            None => return Ok(None),
            Some(Ok(row)) => return Ok(Some(row)),
            Some(Err(error)) if error.fatal => return Err(Failure::Run(format!("{name}: {error}"))),
            Some(Err(error)) => rejects.add(name, error)?,
        }
    }
}

/// Rows that cannot be read; the file is there only if there are any.
struct Rejects {
    path: Option<PathBuf>,
    file: Option<Output>,
    rows: u64,
}

impl Rejects {
    fn add(&mut self, name: &str, error: ReadError) -> Result<(), Failure> {
        self.rows += 1;
        let reject = Reject::new(Path::new(name), error.place, Reason::BadRecord, error.message);
        if let (None, Some(path)) = (&self.file, &self.path) {
            self.file = Some(Output::file(path)?);
        }
        set_aside(&reject, self.file.as_mut())
    }

    /// The file, if there is one; an earlier run's goes.
    fn finish(self) -> Result<Option<PathBuf>, Failure> {
        match (self.file, self.path) {
            (Some(file), path) => file.finish().map(|()| path),
            (None, Some(path)) if is_file(&path) && path.exists() => {
                fs::remove_file(&path).map_err(|error| Failure::write(&path.display().to_string(), &error))?;
                Ok(None)
            }
            (None, _) => Ok(None),
        }
    }
}
