//! `bitext align`: from article files, records or a pair of texts to rows.

use super::locks::Fate;
use super::output::{Output, with_suffix};
use super::progress::Progress;
use super::targets::{self, Targets};
use super::{Done, Failure, is_dash};
use crate::align::{Model, Settings, Signals};
use crate::archive::{self, Entry, Input, Reader, Reject};
use crate::engine::batch::{self, Outcome, RunError};
use crate::engine::{Aligned, Engine, Learned};
use crate::export::{self, Format, Row};
use crate::span::{Block, Pair};
use crate::train::table;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Align texts with their translations
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext align corpus/newspaper/articles -o rows.jsonl -o page.html
  bitext align --source book.zh.txt --target book.en.txt -o book.tsv
  bitext align --segmented --source a.zh --target a.en --format vecalign
  bitext align corpus/newspaper/articles --locks corrected.tsv -o rows.jsonl
  zstdcat year.jsonl.zst | bitext align - --quiet > rows.jsonl

What cannot be used is set aside in OUT.rejected.jsonl (OUT is the first -o) with the reason and what to do about it.")]
pub(super) struct Arguments {
    /// Article files, folders of them, month bundles (.js), records (.jsonl, .jsonl.gz, .jsonl.zst, .parquet), or - for standard input
    #[arg(value_name = "INPUT", required_unless_present = "source", conflicts_with_all = ["source", "target"])]
    inputs: Vec<PathBuf>,
    /// Write here; the ending names the format unless --format does. Can be repeated. Without it rows go to standard output
    #[arg(short, long, value_name = "OUT")]
    output: Vec<PathBuf>,
    /// jsonl, parquet, tsv, xlsx, html, tmx, xliff, xliff2, moses, cesalign, tei, intertext, vecalign, ladder, hunalign, lines (antpconc,
    /// paraconc), sketch or cwb; docs/formats.md says what each keeps
    #[arg(long, value_name = "FORMAT", value_parser = targets::format)]
    format: Option<Format>,
    /// The original, as plain text
    #[arg(long, value_name = "FILE", requires = "target")]
    source: Option<PathBuf>,
    /// The translation, as plain text
    #[arg(long, value_name = "FILE", requires = "source")]
    target: Option<PathBuf>,
    /// A line of the texts is a sentence (else a paragraph); blank lines part paragraphs
    #[arg(long)]
    segmented: bool,
    /// Language of originals that do not say their own
    #[arg(long, value_name = "LANG", default_value = "zh")]
    source_lang: String,
    /// Language of translations that do not say their own
    #[arg(long, value_name = "LANG", default_value = "en")]
    target_lang: String,
    /// The texts' encoding, where it is neither UTF-8 nor found out
    #[arg(long, value_name = "NAME", value_parser = super::encoding)]
    encoding: Option<&'static encoding_rs::Encoding>,
    /// The evidence to use: length (with structure and bead priors) or default (all that the model knows)
    #[arg(long, value_name = "SET", default_value = "default", value_parser = super::signals)]
    signals: Signals,
    /// Learn no translation table from the texts
    #[arg(long)]
    no_learn: bool,
    /// A model file, in place of the built-in model
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// A dictionary beside the model's: `source TAB target [TAB weight]` or hunalign's `target @ source`, one a line
    #[arg(long, value_name = "FILE")]
    dictionary: Option<PathBuf>,
    /// More abbreviations for the splitting of a language, as en=FILE; bitext split --help tells what stands in the file.
    /// Can be repeated
    #[arg(long, value_name = "LANG=FILE", value_parser = language_and_file)]
    abbreviations: Vec<(String, PathBuf)>,
    #[command(flatten)]
    locks: super::locks::LockOptions,
    /// Align, and print what speaks for the row with this id instead of the rows
    #[arg(long, value_name = "ID", conflicts_with = "output")]
    explain: Option<String>,
    /// Threads; 0 is one a core
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    jobs: usize,
    /// No progress, no summary
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    options: targets::Options,
}

/// Text that the translation table is learned from, some thousand articles. More would make a run slower than the better table
/// is worth; `bitext train` takes more.
pub(super) const SAMPLE_BYTES: u64 = 4 << 20;

#[derive(Default)]
struct Counts {
    documents: u64,
    pairs: u64,
    omissions: u64,
    additions: u64,
    set_aside: u64,
}

/// One document's rows, and its pairs, omissions and additions.
struct Rendered {
    rows: Vec<Row>,
    counts: [u64; 3],
    fate: Fate,
}

pub(super) fn run(arguments: Arguments) -> Result<Done, Failure> {
    let started = Instant::now();
    let mut engine = engine(&arguments)?;
    let single = arguments.source.as_deref().map(archive::stem);
    let mut locks = arguments.locks.read(&mut engine, single.as_deref())?;
    let (inputs, total) = inputs(&arguments);
    let options =
        archive::Options { segmented: arguments.segmented, encoding: arguments.encoding, ..Default::default() };
    let mut reader = Reader::open(inputs, options).map_err(Failure::run)?;
    if let Some(id) = &arguments.explain {
        let sample = if arguments.no_learn { Vec::new() } else { super::sample(&mut reader, SAMPLE_BYTES) };
        learn(&mut engine, &sample, arguments.jobs)?;
        return super::explain::run(&engine, sample.into_iter().chain(reader), id).map(|()| Done::All);
    }
    let language = Pair::new(arguments.source_lang.clone(), arguments.target_lang.clone());
    let paths = if arguments.output.is_empty() { vec!["-".into()] } else { arguments.output.clone() };
    let mut targets =
        Targets::open(&arguments.options, &paths, arguments.format, &language, arguments.source.is_some())?;
    let rejects_path =
        arguments.output.first().filter(|path| !is_dash(path)).map(|path| with_suffix(path, ".rejected.jsonl"));
    let mut rejects = rejects_path.as_deref().map(Output::file).transpose()?;

    let mut counts = Counts::default();
    let mut progress = Progress::new(arguments.quiet, total);
    let sink = |outcome: Outcome<Rendered>| {
        match outcome.result {
            Ok(rendered) => {
                rendered.rows.into_iter().try_for_each(|row| targets.row(row))?;
                locks.add(rendered.fate, rejects.as_mut())?;
                let [pairs, omissions, additions] = rendered.counts;
                counts.pairs += pairs;
                counts.omissions += omissions;
                counts.additions += additions;
                counts.documents += 1;
            }
            Err(reject) => {
                counts.set_aside += 1;
                set_aside(&reject, rejects.as_mut())?;
            }
        }
        progress.add(counts.documents + counts.set_aside, outcome.bytes);
        Ok(())
    };
    let sample = if arguments.no_learn { Vec::new() } else { super::sample(&mut reader, SAMPLE_BYTES) };
    let learned = learn(&mut engine, &sample, arguments.jobs)?;
    batch::run(&engine, arguments.jobs, sample.into_iter().chain(reader), render, sink).map_err(
        |error| match error {
            RunError::Sink(failure) => failure,
            RunError::Threads(error) => Failure::run(error),
        },
    )?;
    progress.finish();
    if counts.documents + counts.set_aside == 0 {
        return Err(Failure::Run(
            "no document in the input: give article files, a folder that holds some, or records".into(),
        ));
    }
    let words = targets.finish()? + &locks.words();
    let all_kept = locks.finish();
    rejects.map_or(Ok(()), Output::finish)?;
    if !arguments.quiet {
        summary(
            &counts,
            &learned,
            started,
            &words,
            rejects_path.as_deref().filter(|_| !all_kept || counts.set_aside > 0),
        );
    }
    Ok(if counts.set_aside == 0 && all_kept { Done::All } else { Done::SomeSetAside })
}

fn language_and_file(argument: &str) -> Result<(String, PathBuf), String> {
    match argument.split_once('=') {
        Some((language, path)) if !language.is_empty() && !path.is_empty() => Ok((language.to_owned(), path.into())),
        _ => Err("must be a language and a file, such as en=ours.txt".into()),
    }
}

fn engine(arguments: &Arguments) -> Result<Engine, Failure> {
    let model = arguments.model.as_deref().map(super::model).transpose()?;
    let settings = Settings { signals: arguments.signals, ..Settings::default() };
    let language = Pair::new(arguments.source_lang.clone(), arguments.target_lang.clone());
    let model = match &arguments.dictionary {
        Some(path) => {
            let mut model = model.unwrap_or_else(|| Model::built_in(&language.source, &language.target));
            model.add_dictionary(super::dictionary(path)?, &language).map_err(Failure::run)?;
            Some(model)
        }
        None => model,
    };
    let mut engine = Engine::new(model, settings, language).map_err(Failure::run)?;
    for (language, path) in &arguments.abbreviations {
        let explain = |error| Failure::Run(format!("abbreviations {}: {error}", path.display()));
        engine.add_abbreviations(language, &super::abbreviations(path)?).map_err(explain)?;
    }
    Ok(engine)
}

pub(super) fn learn(
    engine: &mut Engine,
    sample: &[Result<Entry, Reject>],
    jobs: usize,
) -> Result<Vec<Learned>, Failure> {
    let entries: Vec<Entry> = sample.iter().filter_map(|entry| entry.as_ref().ok().cloned()).collect();
    engine.learn(&entries, jobs, &table::Settings::default()).map_err(Failure::run)
}

/// The inputs, and how many bytes they are where that can be told without reading a folder.
fn inputs(arguments: &Arguments) -> (Vec<Input>, Option<u64>) {
    if let (Some(source), Some(target)) = (&arguments.source, &arguments.target) {
        return (vec![Input::Files(Pair::new(source.clone(), target.clone()))], None);
    }
    let plain = |path: &PathBuf| {
        let compressed = path.extension().is_some_and(|ending| ending == "gz" || ending == "zst");
        fs::metadata(path).ok().filter(|meta| meta.is_file() && !compressed).map(|meta| meta.len())
    };
    let total = arguments.inputs.iter().map(plain).sum();
    (arguments.inputs.iter().map(|path| super::input(path)).collect(), total)
}

fn render(aligned: &Aligned) -> Rendered {
    let beads = &aligned.alignment.beads;
    let count = |wanted: fn(Block) -> bool| beads.iter().filter(|bead| wanted(bead.block)).count() as u64;
    let counts =
        [count(Block::is_pair), count(|block| block.target.is_empty()), count(|block| block.source.is_empty())];
    Rendered { rows: export::rows(aligned).collect(), counts, fate: Fate::of(aligned) }
}

/// Writes a reject to its file, or, where there is none, to standard error.
pub(super) fn set_aside(reject: &Reject, file: Option<&mut Output>) -> Result<(), Failure> {
    let mut line = serde_json::to_vec(reject).map_err(Failure::run)?;
    line.push(b'\n');
    match file {
        Some(file) => file.write(&line),
        None => io::stderr().write_all(&line).map_err(|error| Failure::write("standard error", &error)),
    }
}

fn summary(counts: &Counts, learned: &[Learned], started: Instant, words: &str, rejects: Option<&Path>) {
    let seconds = started.elapsed().as_secs_f64();
    let rate = (counts.documents + counts.set_aside) as f64 / seconds.max(1e-9);
    let mut text = format!(
        "{} documents: {} pairs, {} omissions, {} additions; {} set aside; {seconds:.2} s, {rate:.0} documents a second\n",
        counts.documents, counts.pairs, counts.omissions, counts.additions, counts.set_aside
    );
    for Learned { language, beads, translations, .. } in learned {
        text += &format!(
            "  learned: {translations} translations of words, {}-{}, from {beads} pairs\n",
            language.source, language.target
        );
    }
    text += words;
    if let Some(path) = rejects {
        text += &format!("  set aside, with the reasons: {}\n", path.display());
    }
    let _ = io::stderr().write_all(text.as_bytes());
}
