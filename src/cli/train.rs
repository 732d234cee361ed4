//! `bitext train`: a model fitted to gold.

use super::output::{Output, guard};
use super::{Done, Failure};
use crate::align::{Model, Settings, Signals};
use crate::archive::{Body, Entry, stem};
use crate::bead::calibration::Calibration;
use crate::bead::gold::{self, Document as Gold};
use crate::bead::score::Counts;
use crate::document::{Document, lines::is_han};
use crate::engine::{Engine, TRAINING_BYTES};
use crate::span::Pair;
use crate::train::{self, Answer, Example, Options};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Fit a model to an archive, and with gold also its weights
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext train archive/ -o archive.model.json
  bitext train --gold corpus/newspaper --folds 5 -o my-model.json

An archive gives the model its length ratio, its bead priors and a translation table, learned from up to 64 MB of its texts, drawn from all of them; \
`bitext align --model` then learns no other. Gold gives the weights of all signals. A gold set is a folder: either articles/ID.md with gold/ID.jsonl, or ID.src and ID.tgt (a sentence a line) with ID.gold \
([0, 1]:[2]). Every set counts as much as every other. --folds reports what such a model is worth on documents it has not seen.")]
pub(super) struct Arguments {
    /// Texts to fit to: whatever `bitext align` reads
    #[arg(value_name = "INPUT", required_unless_present = "gold")]
    inputs: Vec<PathBuf>,
    /// Folders of gold; FOLDER=de-fr names other languages than the model's
    #[arg(long, value_name = "PATH", num_args = 1..)]
    gold: Vec<PathBuf>,
    /// Where the model goes; without it, only the cross-validation is done
    #[arg(short, long, value_name = "MODEL")]
    output: Option<PathBuf>,
    /// Cross-validate by document in this many parts
    #[arg(long, value_name = "N", value_parser = super::folds)]
    folds: Option<usize>,
    /// The signals to fit: length (with structure and bead priors), default (all), or a list of names such as prior,length,lexicon
    #[arg(long, value_name = "SET", default_value = "default")]
    signals: String,
    /// A dictionary for the model to hold: `source TAB target [TAB weight]` or hunalign's `target @ source`, one a line
    #[arg(long, value_name = "FILE")]
    dictionary: Option<PathBuf>,
    /// The model to begin with, in place of the built-in one
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Language of the originals
    #[arg(long, value_name = "LANG", default_value = "zh")]
    source_lang: String,
    /// Language of the translations
    #[arg(long, value_name = "LANG", default_value = "en")]
    target_lang: String,
    /// Strength of the Gaussian prior on the weights
    #[arg(long, value_name = "X", default_value_t = 1.5, value_parser = strength)]
    l2: f64,
    /// Fit weights for texts that bring no learned translation table
    #[arg(long)]
    no_table: bool,
    /// The model's name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

fn strength(text: &str) -> Result<f64, String> {
    let value: Option<f64> = text.parse().ok().filter(|value: &f64| value.is_finite() && *value >= 0.0);
    value.ok_or_else(|| "must be a number from 0 on".into())
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    if arguments.output.is_none() && arguments.folds.is_none() {
        return Err(Failure::Arguments(
            "nothing to do: name a model with -o, or cross-validate gold with --folds".into(),
        ));
    }
    guard(arguments.output.clone(), arguments.inputs.iter().chain(&arguments.dictionary))?;
    let language = Pair::new(arguments.source_lang.clone(), arguments.target_lang.clone());
    let model = match &arguments.model {
        Some(path) => super::model(path)?.for_pair(&language.source, &language.target).map_err(Failure::run)?,
        None => Model::built_in(&language.source, &language.target),
    };
    let mut model = model;
    if let Some(path) = &arguments.dictionary {
        model.add_dictionary(super::dictionary(path)?, &language).map_err(Failure::run)?;
    }
    let mut sources = Vec::new();
    if !arguments.gold.is_empty() {
        model = weights(arguments, &language, with_signals(&model, &arguments.signals)?, &mut sources)?;
    }
    if !arguments.inputs.is_empty() {
        model = archive(arguments, &language, model, &mut sources)?;
    }
    if let Some(path) = &arguments.output {
        model.name = arguments.name.clone().unwrap_or_else(|| stem(path));
        model.origin = sources.join("; ");
        let mut output = Output::file(path)?;
        output.write(model.to_json().as_bytes())?;
        output.finish()?;
    }
    Ok(Done::All)
}

/// The model with the signals of a set, or of a list of names.
fn with_signals(model: &Model, set: &str) -> Result<Model, Failure> {
    let mut complete = model.complete();
    if let Ok(set) = super::signals(set) {
        return Ok(complete.restricted(set));
    }
    let names: Vec<&str> = set.split(',').map(str::trim).collect();
    if let Some(unknown) = names.iter().find(|name| !complete.weights.contains_key(**name)) {
        let known = complete.weights.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(Failure::Arguments(format!(
            "no signal {unknown:?}: there are {known}, or the sets length and default"
        )));
    }
    complete.weights.retain(|name, _| names.contains(&name.as_str()));
    Ok(complete)
}

/// The model with weights fitted to the gold; and the report of the cross-validation, where one is asked for.
fn weights(
    arguments: &Arguments,
    language: &Pair<String>,
    model: Model,
    sources: &mut Vec<String>,
) -> Result<Model, Failure> {
    let mut examples = Vec::new();
    for folder in &arguments.gold {
        let (folder, language) = named(folder, language);
        examples.extend(set(&folder, &language)?);
    }
    train::balance(&mut examples);
    let mut options = Options { l2: arguments.l2, ..Options::default() };
    if arguments.no_table {
        options.table = None;
    }
    if let Some(folds) = arguments.folds {
        let answers =
            train::cross_validate(&model, &examples, folds, &options, &Settings::default()).map_err(Failure::run)?;
        let report = report(&examples, &answers, folds);
        io::stdout().write_all(report.as_bytes()).map_err(|error| Failure::write("standard output", &error))?;
    }
    if arguments.output.is_none() {
        return Ok(model);
    }
    let mut names: Vec<String> = arguments.gold.iter().map(|path| stem(&named(path, language).0)).collect();
    names.dedup();
    sources.push(format!("weights fitted by `bitext train` to {}, l2 {}", names.join(", "), options.l2));
    let mut fitted = train::fit_with_tables(&model, &mut examples, &options).map_err(Failure::run)?;
    fitted.coarse = train::fit(&model.restricted(Signals::Length), &examples, &options).map_err(Failure::run)?.weights;
    Ok(fitted)
}

/// The model fitted to the archive: length ratio, bead priors, translation table.
fn archive(
    arguments: &Arguments,
    language: &Pair<String>,
    mut model: Model,
    sources: &mut Vec<String>,
) -> Result<Model, Failure> {
    let inputs = arguments.inputs.iter().map(|path| super::input(path)).collect();
    let super::Opened { sample: entries, extent, .. } = super::open(inputs, &Default::default(), TRAINING_BYTES)?;
    // A table that the model has already would be taken for what is to be learned.
    model.table = None;
    let mut engine = Engine::new(Some(model.clone()), Settings::default(), language.clone()).map_err(Failure::run)?;
    let settings = train::table::Settings { most_segments: usize::MAX, ..Default::default() };
    let learned = engine.learn(&entries, 0, &settings).map_err(Failure::run)?;
    let learned = learned.into_iter().find(|learned| learned.language == *language).ok_or_else(|| {
        Failure::Run(format!(
            "{} documents, too few pairs of sentences in {}-{} to learn from: give more texts, or name the languages",
            entries.len(),
            language.source,
            language.target
        ))
    })?;
    // What cannot be read is not among them.
    let _ = writeln!(io::stderr(), "fitted to {} pairs of {} documents, {extent}", learned.beads, entries.len());
    let table = engine.model(language).map_err(Failure::run)?.table;
    let names: Vec<String> = arguments.inputs.iter().map(|path| stem(path)).collect();
    sources.push(format!("fitted by `bitext train` to {} pairs of {}", learned.beads, names.join(", ")));
    Ok(learned.observed.fit(&model).with_table(table))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::Run(format!("{}: {error}", path.display())))
}

/// The files of a folder with one ending, in the order of their names.
fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::Run(format!("{}: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|path| path.extension().is_some_and(|own| own == ending));
    files.sort();
    Ok(files)
}

/// A gold set as named on the command line: `FOLDER`, or `FOLDER=de-fr` for other languages than the model's.
fn named(argument: &Path, language: &Pair<String>) -> (PathBuf, Pair<String>) {
    let name = argument.to_string_lossy();
    match name.rsplit_once('=').and_then(|(folder, pair)| Some((folder, pair.split_once('-')?))) {
        Some((folder, (source, target))) => (folder.into(), Pair::new(source.into(), target.into())),
        None => (argument.to_owned(), language.clone()),
    }
}

/// A folder's examples. Articles come twice, once without their paragraphs: a model must serve texts of both kinds.
fn set(folder: &Path, language: &Pair<String>) -> Result<Vec<Example>, Failure> {
    let name = stem(folder);
    let mut examples = Vec::new();
    if folder.join("articles").is_dir() {
        for path in files(&folder.join("articles"), "md")? {
            let example = article(&path, &folder.join("gold").join(format!("{}.jsonl", stem(&path))), language)?;
            examples.push(example.without_structure());
            examples.push(example);
        }
    } else {
        for path in files(folder, "gold")? {
            examples.push(lines(&path, language)?);
        }
    }
    if examples.is_empty() {
        return Err(Failure::Run(format!(
            "{}: no gold here: articles/ with gold/, or .gold files with .src and .tgt",
            folder.display()
        )));
    }
    examples.iter_mut().for_each(|example| example.set = name.clone());
    Ok(examples)
}

fn beads(path: &Path) -> Result<Gold, Failure> {
    let mut documents: BTreeMap<String, Gold> =
        gold::read(&stem(path), &read(path)?).map_err(|error| Failure::Run(format!("{}, {error}", path.display())))?;
    documents.pop_first().map(|(_, gold)| gold).ok_or_else(|| Failure::Run(format!("{}: no bead", path.display())))
}

fn article(path: &Path, gold: &Path, language: &Pair<String>) -> Result<Example, Failure> {
    let entry = Entry {
        id: stem(path),
        path: path.display().to_string(),
        place: String::new(),
        body: Body::Article(read(path)?),
        meta: Default::default(),
        warnings: Vec::new(),
        bytes: 0,
    };
    let document = Document::read(entry, language)
        .map_err(|reject| Failure::Run(format!("{}: {}", reject.path, reject.message)))?;
    train::from_article(&document, &beads(gold)?).map_err(Failure::run)
}

fn lines(path: &Path, language: &Pair<String>) -> Result<Example, Failure> {
    let text = Pair::new(read(&path.with_extension("src"))?, read(&path.with_extension("tgt"))?);
    let Gold::Numbers(links) = beads(path)? else {
        return Err(Failure::Run(format!("{}: not of the form [0, 1]:[2]", path.display())));
    };
    // A set may run the other way round than the model: Chinese tells.
    let chinese = |text: &str| text.chars().filter(|&c| is_han(c)).count() * 5 > text.chars().count();
    let turned = (language.source.starts_with("zh") && chinese(&text.target))
        || (language.target.starts_with("zh") && chinese(&text.source));
    let spoken = if turned { language.clone().swapped() } else { language.clone() };
    let example = train::from_lines(&stem(path), text, spoken, &links).map_err(Failure::run)?;
    Ok(if turned { example.swapped() } else { example })
}

fn report(examples: &[Example], answers: &[Answer], folds: usize) -> String {
    let mut sets: BTreeMap<(&str, &str), (usize, Counts, Calibration)> = BTreeMap::new();
    for answer in answers {
        let example = &examples[answer.example];
        let flat = example.segments.source.iter().all(|segment| segment.paragraph == 0);
        let kind = if flat { "sentences" } else { "sentences and paragraphs" };
        let (documents, counts, calibration) = sets.entry((&example.set, kind)).or_default();
        calibration.extend(&answer.calibration);
        *documents += 1;
        counts.add(&answer.counts);
    }
    let mut text = format!(
        "Cross-validated by document in {folds} parts; F1\n{:<16}{:>6}{:>8}{:>10}{:>10}{:>10}  given\n",
        "set", "docs", "beads", "V strict", "V lax", "B strict"
    );
    for ((set, kind), (documents, counts, _)) in &sets {
        text += &format!(
            "{set:<16}{documents:>6}{:>8}{:>10.4}{:>10.4}{:>10.4}  {kind}\n",
            counts.gold,
            counts.v_strict().f1,
            counts.v_lax().f1,
            counts.b_strict().f1
        );
    }
    for ((set, kind), (.., calibration)) in &sets {
        text += &format!("\n{set}, {kind}\n{}", calibration.report());
    }
    text
}
