//! What `align` and `convert` have in common: which rows go out, where to, in which formats, and what was lost on the way.

use super::output::{Marked, Output, Packing, SharedOutput, guard, is_file, with_suffix};
use super::{Failure, is_dash};
use crate::engine::Aligned;
use crate::export::manifest::Written;
use crate::export::select::{Condition, Dates, Kind, Sample, Script, Selection, Selector};
use crate::export::{self, Apart, Context, Format, Loss, Row, Sink, Writer};
use crate::span::Pair;
use encoding_rs::Encoding;
use std::cell::LazyCell;
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

/// An output before it is opened.
struct Planned {
    format: Format,
    context: Context,
    packing: Packing,
    /// None for standard output.
    paths: Vec<PathBuf>,
}

struct Target {
    format: Format,
    packing: Packing,
    /// None for standard output.
    paths: Vec<PathBuf>,
    writer: Option<Writer>,
    outputs: Vec<SharedOutput>,
}

/// All outputs of a run, before they are opened.
pub(super) struct Plan {
    planned: Vec<Planned>,
    selection: Selection,
}

impl Plan {
    /// What `outputs` ask for.
    pub(super) fn new(
        options: &Options,
        outputs: &[PathBuf],
        said: Option<Format>,
        language: &Pair<String>,
        single: bool,
    ) -> Result<Self, Failure> {
        let planned =
            outputs.iter().map(|path| plan(options, path, said, language, single)).collect::<Result<Vec<_>, _>>()?;
        let plan = Self { planned, selection: options.selection() };
        let streams = outputs.iter().filter(|path| is_dash(path)).cloned();
        guard(plan.paths().into_iter().chain(streams), [""; 0])?;
        Ok(plan)
    }

    /// True when a stopped run can go on with its outputs, and shards of them can be joined.
    pub(super) fn resumes(&self) -> Result<(), String> {
        for Planned { format, paths, .. } in &self.planned {
            if paths.is_empty() || !paths.iter().all(|path| is_file(path)) {
                return Err("the output must be a file, not a stream".into());
            }
            if !format.resumes() {
                return Err(format!("{format} cannot be gone on with: write jsonl or tsv, and bitext convert it then"));
            }
        }
        let Selection { dedupe, sample, .. } = &self.selection;
        if *dedupe || sample.is_some() {
            return Err("--dedupe and --sample look at all rows together: give them to bitext convert then".into());
        }
        Ok(())
    }

    /// How to write a document for each output where it is aligned, if all rows go out as they are and no format minds the
    /// documents before.
    pub(super) fn apart(&self) -> Option<ApartWriter> {
        let apart =
            self.selection == Selection::default() && self.planned.iter().all(|planned| planned.format.form().apart);
        apart.then(|| ApartWriter(self.planned.iter().map(|plan| (plan.format, plan.context.clone())).collect()))
    }

    /// The forms of the outputs, such as jsonl.zst.
    pub(super) fn forms(&self) -> Vec<String> {
        self.planned.iter().map(|planned| format!("{}{}", planned.format, planned.packing.ending())).collect()
    }

    /// All files.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.planned.iter().flat_map(|planned| planned.paths.clone()).collect()
    }

    /// Opens the files of all outputs, before any work is done, or behind the mark of each.
    pub(super) fn open(self, marks: Option<&[Marked]>) -> Result<Targets, Failure> {
        let resumes = self.resumes().is_ok();
        let mut marks = marks.map(|marks| marks.iter());
        let targets = self.planned.into_iter().map(|planned| target(planned, &mut marks)).collect::<Result<_, _>>()?;
        Ok(Targets { targets, selector: Selector::new(self.selection), resumes })
    }
}

/// Writes documents for the outputs, on any thread.
pub(super) struct ApartWriter(Vec<(Format, Context)>);

impl ApartWriter {
    /// A document for each output.
    pub(super) fn write(&self, aligned: &Aligned) -> Vec<Apart> {
        let rows = LazyCell::new(|| export::rows(aligned).collect::<Vec<_>>());
        let write = |(format, context): &(Format, Context)| {
            if *format == Format::jsonl() {
                return export::json_lines(aligned).into();
            }
            Writer::apart(*format, context, &rows).expect("memory takes it")
        };
        self.0.iter().map(write).collect()
    }
}

/// All outputs of a run.
pub(super) struct Targets {
    targets: Vec<Target>,
    selector: Selector,
    resumes: bool,
}

impl Targets {
    /// Writes a row to all outputs; false when it is not wanted.
    pub(super) fn row(&mut self, row: Row) -> Result<bool, Failure> {
        match self.selector.select(row) {
            Some(row) => write(&mut self.targets, &row).map(|()| true),
            None => Ok(false),
        }
    }

    /// Writes a document, as [`ApartWriter`] has made it for each of them, to all outputs.
    pub(super) fn put(&mut self, document: &[Apart]) -> Result<(), Failure> {
        let mut writers = self.targets.iter_mut().filter_map(|target| target.writer.as_mut()).zip(document);
        writers.try_for_each(|(writer, apart)| writer.put(apart)).map_err(|error| failed(&error))
    }

    /// True when a stopped run can go on with them.
    pub(super) fn resume(&self) -> bool {
        self.resumes
    }

    /// True when any of them is compressed.
    pub(super) fn packed(&self) -> bool {
        self.targets.iter().any(|target| target.packing != Packing::None)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let writers = self.targets.iter_mut().filter_map(|target| target.writer.as_mut());
        writers.map(Writer::flush).try_for_each(|flushed| flushed.map_err(|error| failed(&error)))
    }

    fn outputs(&self) -> impl Iterator<Item = &SharedOutput> {
        self.targets.iter().flat_map(|target| &target.outputs)
    }

    /// Ends the compressed blocks.
    pub(super) fn cut(&mut self) -> Result<(), Failure> {
        if !self.packed() {
            return Ok(());
        }
        self.flush()?;
        self.outputs().try_for_each(SharedOutput::cut)
    }

    /// Puts all that was written on the disk, where it stays; what there is of each file.
    pub(super) fn mark(&mut self) -> Result<Vec<Marked>, Failure> {
        self.flush()?;
        self.outputs().map(SharedOutput::mark).collect()
    }

    /// Writes what is still held. In words: what was left out, what was written, what was lost; and the files.
    pub(super) fn seal(&mut self) -> Result<(String, Vec<Written>), Failure> {
        for row in self.selector.finish() {
            write(&mut self.targets, &row)?;
        }
        let mut words = self.selector.words();
        if !words.is_empty() {
            words = format!("  {words}\n");
        }
        let mut losses = Vec::new();
        for Target { writer, .. } in &mut self.targets {
            let Some(writer) = writer.take() else { continue };
            let (sinks, loss) = writer.finish().map_err(|error| failed(&error))?;
            drop(sinks);
            losses.push(loss);
        }
        // Beside an output that keeps all, nothing is lost.
        let kept = losses.iter().any(Loss::is_none);
        for (target, loss) in self.targets.iter().zip(&losses) {
            words += &written(target.format, &target.paths, (!kept).then_some(loss));
        }
        let sealed = self.outputs().map(SharedOutput::seal).collect::<Result<Vec<_>, _>>()?;
        Ok((words, sealed.into_iter().flatten().collect()))
    }

    /// Gives the files, which are sealed, their names.
    pub(super) fn rename(&self) -> Result<(), Failure> {
        self.outputs().try_for_each(SharedOutput::rename)
    }

    /// Seals all files, then gives them their names.
    pub(super) fn finish(mut self) -> Result<String, Failure> {
        let (words, _) = self.seal()?;
        self.rename()?;
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
    let mut writers = targets.iter_mut().filter_map(|target| target.writer.as_mut());
    writers.try_for_each(|writer| writer.row(row)).map_err(|error| failed(&error))
}

/// An output's format, its exporter's context, and its files.
fn plan(
    options: &Options,
    path: &Path,
    said: Option<Format>,
    language: &Pair<String>,
    single: bool,
) -> Result<Planned, Failure> {
    let (packing, path) = Packing::of(path);
    let format = format_of(&path, said)?;
    if packing != Packing::None && matches!(format.form().name, "xlsx" | "parquet") {
        return Err(Failure::Arguments(format!("{format} is compressed within: leave {} out", packing.ending())));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut context = Context::new(language.clone(), name);
    (context.single, context.bom, context.encoding) = (single, options.bom, options.out_encoding);
    let form = format.form();
    if is_dash(&path) {
        if !form.alone {
            return Err(Failure::Arguments(format!("{format} cannot go to standard output: name a file with -o")));
        }
        return Ok(Planned { format, context, packing, paths: Vec::new() });
    }
    let file = |name| with_suffix(&path.with_file_name(name), packing.ending());
    let paths = (form.files)(&context.name, &context).into_iter().map(file).collect();
    Ok(Planned { format, context, packing, paths })
}

fn target<'m>(planned: Planned, marks: &mut Option<impl Iterator<Item = &'m Marked>>) -> Result<Target, Failure> {
    let Planned { format, context, packing, paths } = planned;
    let open = |path: &PathBuf| match marks.as_mut().map(Iterator::next) {
        Some(Some(mark)) => Output::resume(path, packing, mark),
        Some(None) => {
            Err(Failure::Run(format!("the journal knows nothing of {}: run without --resume", path.display())))
        }
        None => Output::packed(path, packing),
    };
    let outputs: Vec<SharedOutput> = if paths.is_empty() {
        vec![SharedOutput::new(Output::stdout())]
    } else {
        paths.iter().map(open).map(|output| output.map(SharedOutput::new)).collect::<Result<_, _>>()?
    };
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    for output in &outputs {
        // Pieces of rows are put together; a document made apart passes by, since the output holds back what it writes itself.
        sinks.push(Box::new(BufWriter::with_capacity(1 << 13, output.clone())));
    }
    // On standard output the first file stands for all: what belongs to the others is in the input.
    sinks.resize_with((format.form().files)(&context.name, &context).len(), || Box::new(io::empty()));
    let writer = match marks {
        Some(_) => Writer::resumed(format, &context, sinks),
        None => Writer::new(format, &context, sinks).map_err(|error| failed(&error))?,
    };
    Ok(Target { format, packing, paths, writer: Some(writer), outputs })
}
