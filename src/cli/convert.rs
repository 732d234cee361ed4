//! `bitext convert`: rows from one format to another.

use super::output::{Output, with_suffix};
use super::progress::Progress;
use super::targets::{self, Targets};
use super::{Done, Failure, is_dash};
use crate::archive::{Reason, Reject};
use crate::export::{Format, Input, ReadError, Row, RowReader, Text};
use crate::span::Pair;
use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Turn rows from one format into another, all of them or some
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext convert rows.jsonl corpus.tmx
  bitext convert corpus.tmx rows.tsv --min-confidence 0.9 --kind 1-1
  bitext convert set.ladder rows.jsonl --source set.zh --target set.en
  bitext convert rows.jsonl train.moses --dedupe --max-length 500 --dates 1957..1959
  bitext convert en-zh.xml rows.tsv --from cesalign

Read: jsonl, tsv, tmx, xliff, xliff2, moses, cesalign, intertext, vecalign, ladder, hunalign. What a format cannot hold is said on
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
    let read = Arc::new(AtomicU64::new(0));
    let mut rows = open(&arguments, &read)?;
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
    let mut targets = Targets::open(&arguments.options, &outputs, arguments.format, &language, single)?;
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
            let bytes = read.load(Ordering::Relaxed);
            progress.add(documents, bytes - reported);
            reported = bytes;
        }
        row = next(&mut *rows, &name, &mut rejects)?;
    }
    progress.finish();
    if count + rejects.rows == 0 {
        return Err(Failure::Run(format!("no rows in {name}")));
    }
    let words = targets.finish()?;
    let set_aside = rejects.rows;
    let path = rejects.finish()?;
    if !arguments.quiet {
        let mut summary = format!("{count} rows of {documents} documents; {set_aside} set aside\n");
        for (what, many) in rows.remarks() {
            summary += &format!("  read: {many} {what}\n");
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
        let mut line = serde_json::to_vec(&reject).map_err(Failure::run)?;
        line.push(b'\n');
        match (&mut self.file, &self.path) {
            (Some(file), _) => file.write(&line),
            (file @ None, Some(path)) => file.insert(Output::file(path)?).write(&line),
            (None, None) => io::stderr().write_all(&line).map_err(|error| Failure::write("standard error", &error)),
        }
    }

    /// The file, if there is one.
    fn finish(self) -> Result<Option<PathBuf>, Failure> {
        match self.file {
            Some(file) => file.finish().map(|()| self.path),
            None => Ok(None),
        }
    }
}

/// Opens the rows.
fn open(arguments: &Arguments, read: &Arc<AtomicU64>) -> Result<Box<dyn RowReader>, Failure> {
    let path = &arguments.input;
    let unpacked = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz" | "zst") => path.with_extension(""),
        _ => path.clone(),
    };
    let format = arguments.from.or_else(|| Format::of(&unpacked)).or(is_dash(path).then(Format::jsonl));
    let format = format.ok_or_else(|| {
        Failure::Arguments(format!("{}: its ending names no format: say --from, one of {}", path.display(), readable()))
    })?;
    let reader = format
        .form()
        .reader
        .ok_or_else(|| Failure::Arguments(format!("{format} cannot be read back; what can is {}", readable())))?;
    let name = path.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned());
    // What belongs to a file stands in its folder; what the user names stands where he says.
    let texts = arguments.source.as_ref().zip(arguments.target.as_ref()).map(|(source, target)| {
        let place =
            |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned();
        Pair::new(place(source), place(target))
    });
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let (encoding, main, read, own) = (arguments.encoding, path.clone(), Arc::clone(read), name.clone());
    let open = move |asked: &str| -> io::Result<Text> {
        let counter = (asked == own).then(|| Arc::clone(&read));
        if asked == own && is_dash(&main) {
            return Ok(decoded(Box::new(Counted { inner: io::stdin(), counter }), encoding));
        }
        let path = if asked == own { main.clone() } else { folder.join(asked) };
        let file =
            File::open(&path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let counted = Counted { inner: file, counter };
        let raw: Box<dyn Read + Send> = match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(counted))),
            Some("zst") => Box::new(zstd::stream::read::Decoder::new(counted)?),
            _ => Box::new(counted),
        };
        Ok(decoded(raw, encoding))
    };
    let language = Pair::new(arguments.source_lang.clone(), arguments.target_lang.clone());
    let input = Input { name, language, texts, open: Box::new(open) };
    reader(input).map_err(|error| Failure::Run(format!("{}: {error}", path.display())))
}

/// The names of the formats that can be read.
fn readable() -> String {
    Format::all()
        .filter(|format| format.form().reader.is_some())
        .map(|format| format.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// As UTF-8: by a byte order mark, else as `encoding` says. UTF-8 goes through as it is, errors and all: the reader says where.
fn decoded(raw: Box<dyn Read + Send>, encoding: Option<&'static Encoding>) -> Text {
    let decoder = DecodeReaderBytesBuilder::new()
        .encoding(encoding)
        .bom_override(true)
        .strip_bom(true)
        .utf8_passthru(true)
        .build(raw);
    Box::new(BufReader::with_capacity(1 << 18, decoder))
}

/// Counts the bytes that are read, for progress.
struct Counted<R> {
    inner: R,
    counter: Option<Arc<AtomicU64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(counter) = &self.counter {
            counter.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}
