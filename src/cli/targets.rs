//! What `align` and `convert` have in common: which rows go out, where to, in which formats, and what was lost on the way.

use super::output::{Output, SharedOutput};
use super::{Failure, is_dash};
use crate::export::select::{Condition, Dates, Kind, Sample, Script, Selection, Selector};
use crate::export::{Context, Format, Loss, Row, Sink, Writer};
use crate::span::Pair;
use encoding_rs::Encoding;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// Options that choose rows, and how files are written.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which rows, and how they are written")]
pub(super) struct Options {
    /// Rows of at least this confidence, 0 to 1
    #[arg(long, value_name = "P", value_parser = probability)]
    min_confidence: Option<f64>,
    /// Beads of these kinds, such as 1-1,1-2,2-1
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    kind: Vec<Kind>,
    /// Documents of these dates: 1957-10..1957-12, 1957.., ..1949-09-30 or 1957
    #[arg(long, value_name = "A..B")]
    dates: Option<Dates>,
    /// Rows whose metadata say so: key=value or key!=value; also section, status, doc, flags and other fields. Can be repeated
    #[arg(long = "where", value_name = "KEY=VALUE")]
    conditions: Vec<Condition>,
    /// Rows of at most this many characters on either side
    #[arg(long, value_name = "CHARS")]
    max_length: Option<usize>,
    /// Of pairs with the same two texts the first alone
    #[arg(long)]
    dedupe: bool,
    /// So many rows, drawn at random: the same ones each time
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// Draw others
    #[arg(long, value_name = "S", default_value_t = 1, requires = "sample")]
    seed: u64,
    /// Chinese in simplified characters (spans still point into the text as it was)
    #[arg(long, conflicts_with = "traditional")]
    simplified: bool,
    /// Chinese in traditional characters
    #[arg(long)]
    traditional: bool,
    /// A byte order mark at the beginning of tsv and lines: Excel takes them for UTF-8
    #[arg(long)]
    bom: bool,
    /// The encoding of lines (antpconc, paraconc), such as gb18030, windows-1252 or utf-16le
    #[arg(long, value_name = "NAME", default_value = "utf-8", value_parser = super::encoding)]
    out_encoding: &'static Encoding,
}

fn probability(text: &str) -> Result<f64, String> {
    let value: Option<f64> = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or_else(|| "must be a number from 0 to 1".into())
}

impl Options {
    fn selection(&self) -> Selection {
        Selection {
            min_confidence: self.min_confidence,
            kinds: self.kind.clone(),
            dates: self.dates.clone(),
            conditions: self.conditions.clone(),
            max_length: self.max_length,
            dedupe: self.dedupe,
            sample: self.sample.map(|rows| Sample { rows, seed: self.seed }),
            script: match (self.simplified, self.traditional) {
                (true, _) => Some(Script::Simplified),
                (_, true) => Some(Script::Traditional),
                _ => None,
            },
        }
    }
}

/// A value parser for formats, for clap.
pub(super) fn format(name: &str) -> Result<Format, String> {
    name.parse()
}

/// The format of an output: as said, else by its ending, else rows for standard output.
fn format_of(path: &Path, said: Option<Format>) -> Result<Format, Failure> {
    said.or_else(|| Format::of(path)).or(is_dash(path).then(Format::jsonl)).ok_or_else(|| {
        Failure::Arguments(format!(
            "{}: its ending names no format; end it in one of {}, or say --format",
            path.display(),
            Format::names()
        ))
    })
}

struct Target {
    format: Format,
    /// None for standard output.
    paths: Vec<PathBuf>,
    writer: Writer,
    outputs: Vec<SharedOutput>,
}

/// All outputs of a run.
pub(super) struct Targets {
    targets: Vec<Target>,
    selector: Selector,
}

impl Targets {
    /// Opens the files of all outputs, before any work is done.
    pub(super) fn open(
        options: &Options,
        outputs: &[PathBuf],
        said: Option<Format>,
        language: &Pair<String>,
        single: bool,
    ) -> Result<Self, Failure> {
        let planned =
            outputs.iter().map(|path| plan(options, path, said, language, single)).collect::<Result<Vec<_>, _>>()?;
        let all: Vec<&PathBuf> =
            planned.iter().flat_map(|(_, _, paths)| paths).chain(outputs.iter().filter(|path| is_dash(path))).collect();
        if let Some(path) = (1..all.len()).find_map(|k| all[..k].iter().find(|path| **path == all[k])) {
            return Err(Failure::Arguments(format!(
                "{} is written twice: each output needs files of its own",
                path.display()
            )));
        }
        let targets = planned
            .into_iter()
            .map(|(format, context, paths)| target(format, &context, paths))
            .collect::<Result<_, _>>()?;
        Ok(Self { targets, selector: Selector::new(options.selection()) })
    }

    /// Writes a row, if it is wanted, to all outputs.
    pub(super) fn row(&mut self, row: Row) -> Result<(), Failure> {
        match self.selector.select(row) {
            Some(row) => write(&mut self.targets, &row),
            None => Ok(()),
        }
    }

    /// Finishes all files and gives them their names. In words: what was left out, what was written, what was lost.
    pub(super) fn finish(mut self) -> Result<String, Failure> {
        for row in self.selector.finish() {
            write(&mut self.targets, &row)?;
        }
        let mut words = self.selector.words();
        if !words.is_empty() {
            words = format!("  {words}\n");
        }
        // All are whole before the first takes its name.
        let mut finished = Vec::new();
        for Target { format, paths, writer, outputs } in self.targets {
            let (sinks, loss) = writer.finish().map_err(|error| failed(&error))?;
            drop(sinks);
            finished.push((format, paths, outputs, loss));
        }
        // Beside an output that keeps all, nothing is lost.
        let kept = finished.iter().any(|(.., loss)| loss.is_none());
        for (format, paths, outputs, loss) in finished {
            outputs.into_iter().try_for_each(SharedOutput::finish)?;
            words += &written(format, &paths, (!kept).then_some(&loss));
        }
        Ok(words)
    }
}

fn written(format: Format, paths: &[PathBuf], loss: Option<&Loss>) -> String {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let mut words = String::new();
    if !names.is_empty() {
        words += &format!("  written: {}\n", names.join(", "));
    }
    if let Some(loss) = loss.filter(|loss| !loss.is_none()) {
        words += &format!("    lost in {format}: {}\n", loss.words());
    }
    words
}

fn failed(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => Failure::run(error),
    }
}

fn write(targets: &mut [Target], row: &Row) -> Result<(), Failure> {
    targets.iter_mut().try_for_each(|target| target.writer.row(row)).map_err(|error| failed(&error))
}

/// An output's format, its exporter's context, and its files; none for standard output.
fn plan(
    options: &Options,
    path: &Path,
    said: Option<Format>,
    language: &Pair<String>,
    single: bool,
) -> Result<(Format, Context, Vec<PathBuf>), Failure> {
    let format = format_of(path, said)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut context = Context::new(language.clone(), name);
    (context.single, context.bom, context.encoding) = (single, options.bom, options.out_encoding);
    let form = format.form();
    if is_dash(path) {
        if !form.alone {
            return Err(Failure::Arguments(format!("{format} cannot go to standard output: name a file with -o")));
        }
        return Ok((format, context, Vec::new()));
    }
    let paths = (form.files)(&context.name, &context).into_iter().map(|name| path.with_file_name(name)).collect();
    Ok((format, context, paths))
}

fn target(format: Format, context: &Context, paths: Vec<PathBuf>) -> Result<Target, Failure> {
    let outputs: Vec<SharedOutput> = if paths.is_empty() {
        vec![SharedOutput::new(Output::stdout())]
    } else {
        paths.iter().map(|path| Output::file(path).map(SharedOutput::new)).collect::<Result<_, _>>()?
    };
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    for output in &outputs {
        sinks.push(Box::new(BufWriter::with_capacity(1 << 16, output.clone())));
    }
    // On standard output the first file stands for all: what belongs to the others is in the input.
    sinks.resize_with((format.form().files)(&context.name, context).len(), || Box::new(io::empty()));
    let writer = Writer::new(format, context, sinks).map_err(|error| failed(&error))?;
    Ok(Target { format, paths, writer, outputs })
}
