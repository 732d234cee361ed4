//! `bitext align`: from article files, records or a pair of texts to rows.

use super::locks::{self, Fate, Told};
use super::output::guard;
use super::progress::Progress;
use super::run::{self, Became, Before, Beside, Ids, Run};
use super::targets::{self, ApartWriter, Plan};
use super::{Done, Failure, Opened};
use crate::align::{Model, Settings, Signals};
use crate::archive::walk::{Container, place};
use crate::archive::{self, Entry, Input, Listing, Shard, Warning};
use crate::engine::batch::{self, Outcome, RunError};
use crate::engine::{Aligned, Engine, SAMPLE_BYTES};
use crate::export::manifest::{self, Counts, LearnedTable, Manifest};
use crate::export::{self, Format};
use crate::span::{Block, Pair};
use crate::train::table;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Align texts with their translations
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext align corpus/newspaper/articles -o rows.jsonl -o page.html
  bitext align --source book.zh.txt --target book.en.txt -o book.tsv
  bitext align --segmented --source a.zh --target a.en --format vecalign
  zstdcat year.jsonl.zst | bitext align - --quiet > rows.jsonl

  bitext align archive/ -o rows.jsonl.zst --resume
  bitext align archive/ -o part-3.jsonl --shard 3/8

What cannot be used is set aside in OUT.rejected.jsonl (OUT is the first -o) with the reason and what to do about it. OUT.manifest.json \
says what the rows were made of. A run that was stopped leaves OUT.partial and OUT.resume; with --resume the next one goes on there.")]
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
    /// Go on where an earlier run of the same command was stopped; begin where there was none. Into jsonl and tsv, also .zst and .gz
    #[arg(long, conflicts_with = "explain")]
    resume: bool,
    /// Only the documents of one of N parts, told apart by their ids; bitext merge joins the parts
    #[arg(long, value_name = "I/N", conflicts_with = "explain")]
    shard: Option<Shard>,
    /// Seconds between two marks that --resume can go on at
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, hide = true)]
    mark_every: f64,
    /// Threads; 0 is one a core
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    jobs: usize,
    /// No progress, no summary
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    options: targets::Options,
}

/// Options that say where from and where to, or how, but not what: the rows are the same.
const NOT_OF_THE_WORK: [&str; 11] =
    ["inputs", "source", "target", "output", "format", "explain", "resume", "shard", "mark_every", "jobs", "quiet"];

/// The files that settings are read from, and not rows.
fn settings_files(arguments: &Arguments) -> impl Iterator<Item = &Path> {
    let Arguments { model, dictionary, locks, abbreviations, .. } = arguments;
    let one = [model, dictionary, &locks.anchors].into_iter().flatten();
    one.chain(abbreviations.iter().map(|(_, path)| path)).map(PathBuf::as_path)
}

/// One document's rows, what became of its locks, and its pairs, omissions and additions.
struct Rendered {
    rows: Became,
    counts: Counts,
    fate: Fate,
    /// A side may be in another language than was said.
    is_odd: bool,
}

pub(super) fn run(arguments: Arguments, given: BTreeMap<String, Vec<String>>) -> Result<Done, Failure> {
    let started = Instant::now();
    let mut engine = engine(&arguments)?;
    let single = arguments.source.as_deref().map(archive::stem);
    let mut locks = arguments.locks.read(&mut engine, single.as_deref(), arguments.shard)?;
    let (inputs, total) = inputs(&arguments);
    let mut options = archive::Options::default();
    (options.segmented, options.encoding, options.shard) = (arguments.segmented, arguments.encoding, arguments.shard);
    let sample_bytes = if arguments.no_learn { 0 } else { engine.sample_bytes(SAMPLE_BYTES) };
    if let Some(id) = &arguments.explain {
        let Opened { entries, sample, .. } = super::open(inputs, &options, sample_bytes)?;
        learn(&mut engine, &sample, arguments.jobs)?;
        return super::explain::run(&engine, entries.map(|(_, entry)| entry), id).map(|()| Done::All);
    }
    let language = Pair::new(arguments.source_lang.clone(), arguments.target_lang.clone());
    let outputs = if arguments.output.is_empty() { vec!["-".into()] } else { arguments.output.clone() };
    let plan = Plan::new(&arguments.options, &outputs, arguments.format, &language, arguments.source.is_some())?;
    let beside = Beside::of(&outputs[0]);
    options.skip = own(&plan, beside.as_ref(), &inputs, &arguments)?;
    let before = match &beside {
        Some(beside) if arguments.resume => Before::find(beside, &plan.paths())?,
        _ => Before::Nothing,
    };
    if arguments.resume {
        plan.resumes().map_err(|why| Failure::Arguments(format!("--resume: {why}")))?;
    }
    // What an earlier run has learned holds on.
    let sample_bytes = if matches!(before, Before::Nothing) { sample_bytes } else { 0 };
    let Opened { entries, listing, sample, extent } = super::open(inputs, &options, sample_bytes)?;
    let mut ids = Ids::default();
    let mut entries = entries.inspect(|(_, entry)| {
        if let Ok(entry) = entry {
            ids.meet(&entry.id);
        }
    });
    let work = work(&arguments, given, &plan, &engine, listing)?;
    let past = match before {
        Before::Nothing => None,
        Before::Whole(manifest) => return already_whole(&arguments, &work, &manifest, &mut entries, &plan.paths()),
        Before::Stopped(past) => {
            refuse_other_work(&work, &past.work, &outputs[0])?;
            Some(past)
        }
    };
    let past = past.as_deref();
    let writer = plan.apart();
    if let (Some(beside), false, false) = (&beside, arguments.resume, arguments.quiet)
        && beside.journal.exists()
    {
        let _ = writeln!(io::stderr(), "an unfinished run is begun anew; --resume would have gone on with it");
    }
    let every = Duration::try_from_secs_f64(arguments.mark_every).map_err(Failure::run)?;
    let mut run = Run::open(|marks| plan.open(marks), beside.clone(), past, work, every)?;
    let (done_before, mut passed) = (run.manifest.counts.done(), 0);
    match past {
        Some(past) => {
            for learned in &past.work.learned {
                engine.put_table(learned.language(), learned.unpack().map_err(Failure::Run)?);
            }
            run.manifest.learned.clone_from(&past.work.learned);
            passed = run::pass(&mut entries, done_before, run.manifest.document_sum())?;
            locks.pass(&past.locked);
        }
        None => run.manifest.learned = learn(&mut engine, &sample, arguments.jobs)?,
    }
    let drawn_from = sample.len();
    drop(sample);
    run.journal(past)?;

    // Shards are about equal.
    let shards = arguments.shard.map_or(1, |shard| u64::from(shard.of()));
    let left = total.map(|total| (total / shards).saturating_sub(passed));
    let mut progress = Progress::new(arguments.quiet, left);
    let (numbers, numbered) = channel();
    let entries = entries.map(move |(number, entry)| {
        // The writer takes the numbers in the same order; it may have stopped because of an error.
        let _ = numbers.send(number);
        entry
    });
    let (mut odd, mut reason) = (0_u64, None);
    let (to, bar, kept) = (&mut run, &mut progress, &mut locks);
    let (odds, first) = (&mut odd, &mut reason);
    let sink = move |outcome: Outcome<Rendered>| {
        let number = numbered.recv().map_err(Failure::run)?;
        let (became, told) = match outcome.result {
            Ok(rendered) => {
                to.manifest.counts.add(&rendered.counts);
                *odds += u64::from(rendered.is_odd);
                (rendered.rows, kept.add(rendered.fate)?)
            }
            Err(reject) => {
                to.manifest.counts.set_aside += 1;
                first.get_or_insert_with(|| format!("{}: {}", reject.path, reject.message));
                (Became::Reject(reject), Told::default())
            }
        };
        to.document(number, outcome.fingerprint, outcome.bytes, became, told)?;
        bar.add(to.manifest.counts.done(), outcome.bytes);
        Ok(())
    };
    batch::run(&engine, arguments.jobs, entries, |aligned| render(aligned, writer.as_ref()), sink).map_err(
        |error| match error {
            RunError::Sink(failure) => run.explain(failure),
            RunError::Threads(error) => Failure::run(error),
        },
    )?;
    progress.finish();
    run.manifest.counts.not_kept += locks.waiting();
    run.lost(&locks.unmet()?)?;
    let Manifest { counts, learned, .. } = run.manifest.clone();
    if counts.done() == 0 && arguments.shard.is_none() {
        return Err(Failure::Run(
            "no document in the input: give article files, a folder that holds some, or records".into(),
        ));
    }
    let words = run.finish().map_err(|failure| run.explain(failure))? + &locks::words(&counts);
    locks.tell();
    if !arguments.quiet {
        let mut text = summary(&counts, done_before, started);
        for LearnedTable { source_lang, target_lang, translations, beads, .. } in &learned {
            let from = if past.is_some() { String::new() } else { format!(" of {drawn_from} documents, {extent}") };
            text += &format!(
                "  learned: {translations} translations of words, {source_lang}-{target_lang}, from {beads} pairs{from}\n"
            );
        }
        if odd > 0 {
            text += &format!(
                "  {odd} documents have a side that is not in its language's script: are the sides swapped? --source-lang and --target-lang say the languages\n"
            );
        }
        if let (0, Some(reason)) = (counts.documents, reason) {
            text += &format!("  nothing could be used; the first is {reason}\n");
        }
        text += &ids.words();
        text += &words;
        if let (Some(beside), true) = (&beside, counts.set_aside + counts.not_kept > 0) {
            text += &format!("  set aside, with the reasons: {}\n", beside.rejects.display());
        }
        let _ = io::stderr().write_all(text.as_bytes());
    }
    Ok(Done::of(&counts))
}

/// The places of what this run writes: in a folder that is read they are passed over.
///
/// # Errors
/// When it would write over what it reads.
fn own(
    plan: &Plan,
    beside: Option<&Beside>,
    inputs: &[Input],
    arguments: &Arguments,
) -> Result<BTreeSet<PathBuf>, Failure> {
    // What lies in a folder that is read is a document, if it was not written by a run like this.
    let folders: Vec<PathBuf> =
        inputs.iter().flat_map(Input::paths).filter_map(|path| path.canonicalize().ok()).collect();
    let is_anew = !beside.is_some_and(|beside| beside.manifest.exists());
    let is_document = |path: &PathBuf| {
        let within = |folder: &PathBuf| place(path).starts_with(folder);
        is_anew && path.exists() && Container::of(path).is_some() && folders.iter().any(within)
    };
    let documents: Vec<PathBuf> = plan.paths().into_iter().filter(is_document).collect();
    // Locks may be written over: the rows that they are come back.
    let read = inputs.iter().flat_map(Input::paths).chain(settings_files(arguments));
    let written = plan.paths().into_iter().chain(beside.into_iter().flat_map(Beside::paths));
    guard(written, read.chain(documents.iter().map(PathBuf::as_path)))
}

/// The work that the arguments ask for, as a manifest without results.
fn work(
    arguments: &Arguments,
    given: BTreeMap<String, Vec<String>>,
    plan: &Plan,
    engine: &Engine,
    listing: Option<Listing>,
) -> Result<Manifest, Failure> {
    let mut files = BTreeMap::new();
    for path in settings_files(arguments).chain(arguments.locks.locks.as_deref()) {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|error| Failure::Run(format!("{name}: {error}")))?;
        files.insert(name, blake3::hash(&bytes).to_hex().to_string());
    }
    let mut settings: BTreeMap<_, _> =
        given.into_iter().filter(|(name, _)| !NOT_OF_THE_WORK.contains(&name.as_str())).collect();
    settings.insert("format".into(), plan.forms());
    let language = Pair::new(arguments.source_lang.clone(), arguments.target_lang.clone());
    let model = engine.model(&language).map_err(Failure::run)?.to_json();
    let inputs = arguments.inputs.iter().chain(&arguments.source).chain(&arguments.target);
    Ok(Manifest {
        format: manifest::FORMAT.into(),
        version: manifest::VERSION,
        program: format!("bitext {}", env!("CARGO_PKG_VERSION")),
        inputs: inputs.map(|path| path.display().to_string()).collect(),
        listing,
        settings,
        files,
        model: blake3::hash(model.as_bytes()).to_hex().to_string(),
        learned: Vec::new(),
        shard: arguments.shard.map(|shard| shard.to_string()),
        counts: Counts::default(),
        documents: String::new(),
        order: None,
        outputs: Vec::new(),
    })
}

fn refuse_other_work(now: &Manifest, then: &Manifest, output: &Path) -> Result<(), Failure> {
    let shard = |manifest: &Manifest| manifest.shard.clone().unwrap_or_else(|| "none".into());
    let differs = now
        .differs(then)
        .or_else(|| (now.shard != then.shard).then(|| format!("the shard is {}, not {}", shard(now), shard(then))));
    differs.map_or(Ok(()), |why| {
        Err(Failure::Run(format!(
            "{} was begun otherwise: {why}; run without --resume to begin anew, or name another output",
            output.display()
        )))
    })
}

/// An earlier run has done everything, if the input is still the same and the outputs are.
fn already_whole(
    arguments: &Arguments,
    work: &Manifest,
    manifest: &Manifest,
    entries: &mut impl Iterator<Item = run::Numbered>,
    outputs: &[PathBuf],
) -> Result<Done, Failure> {
    let output = &outputs[0];
    refuse_other_work(work, manifest, output)?;
    let anew = |path: &Path, what: &str| {
        Err(Failure::Run(format!("{} {what}; run without --resume to begin anew", path.display())))
    };
    for (index, path) in outputs.iter().enumerate() {
        let Some(written) = manifest.outputs.get(index).filter(|written| path.ends_with(&written.name)) else {
            return anew(path, "was not written by the run that made the others");
        };
        let mut hasher = blake3::Hasher::new();
        let read = fs::File::open(path).and_then(|file| hasher.update_reader(file).map(|_| ()));
        read.map_err(|error| Failure::Run(format!("{}: {error}", path.display())))?;
        if hasher.finalize().to_hex().as_str() != written.blake3 {
            return anew(path, "is not what its manifest says: it was changed since");
        }
    }
    run::pass(entries, manifest.counts.done(), manifest.document_sum())?;
    if entries.next().is_some() {
        return anew(output, "was made of fewer documents than the input has");
    }
    if !arguments.quiet {
        let _ = writeln!(io::stderr(), "{} is whole already: nothing to do", output.display());
    }
    Ok(Done::of(&manifest.counts))
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

pub(super) fn learn(engine: &mut Engine, sample: &[Entry], jobs: usize) -> Result<Vec<LearnedTable>, Failure> {
    let learned = engine.learn(sample, jobs, &table::Settings::default()).map_err(Failure::run)?;
    let packed = |learned: crate::engine::Learned| {
        let table = engine.tables().get(&learned.language)?;
        Some(LearnedTable::new(&learned.language, learned.beads, table))
    };
    Ok(learned.into_iter().filter_map(packed).collect())
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

fn render(aligned: &Aligned, writer: Option<&ApartWriter>) -> Rendered {
    let beads = &aligned.alignment.beads;
    let count = |wanted: fn(Block) -> bool| beads.iter().filter(|bead| wanted(bead.block)).count() as u64;
    let counts = Counts {
        documents: 1,
        set_aside: 0,
        pairs: count(Block::is_pair),
        omissions: count(|block| block.target.is_empty()),
        additions: count(|block| block.source.is_empty()),
        locked: aligned.locks.len() as u64,
        not_kept: aligned.lost.len() as u64,
    };
    let rows = match writer {
        Some(writer) => Became::Apart(writer.write(aligned), beads.len() as u64),
        None => Became::Rows(export::rows(aligned).collect()),
    };
    let is_odd = aligned.document.warnings.contains(&Warning::OtherScript);
    Rendered { rows, counts, fate: Fate::of(aligned), is_odd }
}

fn summary(counts: &Counts, done_before: u64, started: Instant) -> String {
    let seconds = started.elapsed().as_secs_f64();
    let rate = (counts.done() - done_before) as f64 / seconds.max(1e-9);
    let mut text = format!(
        "{} documents: {} pairs, {} omissions, {} additions; {} set aside; {seconds:.2} s, {rate:.0} documents a second\n",
        counts.documents, counts.pairs, counts.omissions, counts.additions, counts.set_aside
    );
    if done_before > 0 {
        text += &format!("  {done_before} of them were done by an earlier run\n");
    }
    text
}
