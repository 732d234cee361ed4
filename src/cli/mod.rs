//! Stage 10: the shell. Arguments become checked settings, settings become library calls; one file a command.

mod align;
mod check;
mod convert;
mod documents;
mod evaluate;
mod evaluate_fidelity;
mod explain;
#[cfg(feature = "store")]
mod import;
mod journal;
mod locks;
mod merge;
mod output;
mod pair;
mod progress;
mod read;
mod rows;
mod run;
#[cfg(feature = "store")]
mod search;
#[cfg(feature = "serve")]
mod serve;
mod split;
mod targets;
mod terms;
mod train;

use crate::align::{Model, Signals};
use crate::archive::{self, Entry, Extent, Input, Listing, Reader, Reject, Survey, survey};
use crate::export::manifest::Counts;
use crate::signal::lexicon::dictionary;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use std::collections::BTreeMap;
use std::io::{self, Write};
#[cfg(feature = "parquet")]
use std::panic;
use std::path::Path;
use std::process::ExitCode;

/// Turns texts and their translations into aligned sentence pairs with a score that means something.
#[derive(Debug, Parser)]
#[command(
    name = "bitext",
    version,
    max_term_width = 110,
    after_help = "Exit codes: 0 all well, 1 could not run, 2 wrong arguments, 3 done, but something was set aside, not kept, or left without a partner."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Align(Box<align::Arguments>),
    Check(Box<check::Arguments>),
    Convert(Box<convert::Arguments>),
    Merge(merge::Arguments),
    Pair(pair::Arguments),
    Split(split::Arguments),
    Terms(Box<terms::Arguments>),
    #[cfg(feature = "store")]
    Import(import::Arguments),
    #[cfg(feature = "store")]
    Search(search::Arguments),
    #[cfg(feature = "serve")]
    Serve(serve::Arguments),
    Evaluate(evaluate::Arguments),
    Train(train::Arguments),
    /// Print completions for a shell, to be sourced or put where the shell looks for them
    #[command(after_help = "Example:\n  bitext completions bash > ~/.local/share/bash-completion/completions/bitext")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How a command ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    All,
    SomeSetAside,
}

impl Done {
    fn of(counts: &Counts) -> Self {
        if counts.set_aside + counts.not_kept == 0 { Done::All } else { Done::SomeSetAside }
    }
}

/// How a command failed.
#[derive(Debug)]
enum Failure {
    /// What was asked for makes no sense: exit code 2.
    Arguments(String),
    /// It could not be done: exit code 1.
    Run(String),
    /// Whoever read the output has had enough. That is no error.
    Closed,
}

impl Failure {
    fn run(error: impl std::fmt::Display) -> Self {
        Self::Run(error.to_string())
    }

    /// An error in writing to `name`.
    fn write(name: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Run(format!("cannot write {name}: {error}")),
        }
    }
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    #[cfg(feature = "parquet")]
    {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !crate::archive::parquet::is_reading() {
                usual(info);
            }
        }));
    }
    let matches = Arguments::command().get_matches();
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    let result = match arguments.command {
        Command::Align(arguments) => align::run(*arguments, given("align", &matches)),
        Command::Check(arguments) => check::run(&arguments),
        Command::Convert(arguments) => convert::run(*arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Pair(arguments) => pair::run(&arguments),
        Command::Split(arguments) => split::run(&arguments),
        Command::Terms(arguments) => terms::run(&arguments),
        #[cfg(feature = "store")]
        Command::Import(arguments) => import::run(&arguments),
        #[cfg(feature = "store")]
        Command::Search(arguments) => search::run(&arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Evaluate(arguments) if arguments.fidelity => evaluate_fidelity::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Completions { shell } => completions(shell),
    };
    match result {
        Ok(Done::All) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Ok(Done::SomeSetAside) => ExitCode::from(3),
        Err(Failure::Run(message)) => fail(&message, 1),
        Err(Failure::Arguments(message)) => fail(&message, 2),
    }
}

/// All options of a command as they were given, or their defaults.
fn given(command: &str, matches: &ArgMatches) -> BTreeMap<String, Vec<String>> {
    let Some(matches) = matches.subcommand_matches(command) else { return BTreeMap::new() };
    let root = Arguments::command();
    let options = root.find_subcommand(command).into_iter().flat_map(clap::Command::get_arguments);
    let value = |id: &str| {
        let values = matches.try_get_raw(id).ok()??;
        Some(values.map(|value| value.to_string_lossy().into_owned()).collect())
    };
    options.filter_map(|option| Some((option.get_id().to_string(), value(option.get_id().as_str())?))).collect()
}

fn fail(message: &str, code: u8) -> ExitCode {
    // Nothing is left to be done when standard error is closed too.
    let _ = writeln!(io::stderr(), "bitext: {message}");
    ExitCode::from(code)
}

fn completions(shell: clap_complete::Shell) -> Result<Done, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "bitext", &mut script);
    io::stdout().write_all(&script).map_err(|error| Failure::write("standard output", &error))?;
    Ok(Done::All)
}

/// An encoding by the name or label that the WHATWG gives it.
fn encoding(label: &str) -> Result<&'static encoding_rs::Encoding, String> {
    encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        format!("no encoding {label:?}; there are utf-8, gb18030, gbk, big5, utf-16le, utf-16be and others")
    })
}

/// A set of signals by its name.
fn signals(name: &str) -> Result<Signals, String> {
    match name {
        "length" => Ok(Signals::Length),
        "default" => Ok(Signals::Default),
        _ => Err("must be length or default".into()),
    }
}

/// The model in a file.
fn model(path: &Path) -> Result<Model, Failure> {
    let explain = |error: String| Failure::Run(format!("model {}: {error}", path.display()));
    let json = std::fs::read_to_string(path).map_err(|error| explain(error.to_string()))?;
    Model::from_json(&json).map_err(|error| explain(error.to_string()))
}

/// The entries of a dictionary file.
fn dictionary(path: &Path) -> Result<Vec<dictionary::Entry>, Failure> {
    let explain = |error: String| Failure::Run(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| explain(error.to_string()))?;
    dictionary::entries(&text, dictionary::Format::Detect).map_err(|error| explain(error.to_string()))
}

/// A file of abbreviations, as it is written.
fn abbreviations(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::Run(format!("abbreviations {}: {error}; it has to be a text file in UTF-8", path.display()))
    })
}

fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// An input as named on the command line.
fn input(path: &Path) -> Input {
    if is_dash(path) { Input::Stdin } else { Input::Path(path.to_owned()) }
}

/// The format of an output: as it is said, else as its ending says; `plain` where it has none, or .txt. `also` ends the list of what there is.
fn by_ending<F: ValueEnum + PartialEq>(
    said: Option<F>,
    output: Option<&Path>,
    plain: F,
    also: &str,
) -> Result<F, Failure> {
    let ending = output.and_then(Path::extension).and_then(|ending| ending.to_str());
    match (said, ending) {
        (Some(format), _) => Ok(format),
        (None, None | Some("txt")) => Ok(plain),
        (None, Some(ending)) => {
            let found = F::from_str(ending, false).ok().filter(|format| *format != plain);
            found.ok_or_else(|| {
                let others = F::value_variants().iter().filter(|format| **format != plain);
                let names = others.filter_map(F::to_possible_value).map(|value| format!(", .{}", value.get_name()));
                let names: String = names.collect();
                Failure::Arguments(format!("-o: .{ending} is no format of this: there are .txt{names}{also}"))
            })
        }
    }
}

/// A value as a line of JSON.
fn json_line(value: &impl serde::Serialize) -> Result<Vec<u8>, Failure> {
    let mut line = serde_json::to_vec(value).map_err(Failure::run)?;
    line.push(b'\n');
    Ok(line)
}

/// A value parser for the parts of a cross-validation, for clap.
fn folds(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&folds| folds >= 2).ok_or_else(|| "must be a number from 2 on".into())
}

/// Inputs that are open, and what was seen of them.
struct Opened {
    /// The documents of the shard, with their numbers in the whole input.
    entries: Box<dyn Iterator<Item = (u64, Result<Entry, Reject>)> + Send>,
    /// The files; `None` where an input is a stream.
    listing: Option<Listing>,
    /// The documents to learn from.
    sample: Vec<Entry>,
    /// What of the input these are.
    extent: Extent,
}

/// Opens inputs, and draws a sample of about `most` bytes from all of them (none, for 0). Where one is a stream it is the beginning.
fn open(inputs: Vec<Input>, options: &archive::Options, most: u64) -> Result<Opened, Failure> {
    if inputs.iter().any(Input::is_stream) {
        let open = archive::Options { shard: None, ..options.clone() };
        let mut reader = Reader::open(inputs, open).map_err(Failure::run)?;
        let (head, _) = survey::first(&mut reader, most);
        let sample = head.iter().flatten().cloned().collect();
        let shard = options.shard;
        let entries = (0..)
            .zip(head.into_iter().chain(reader))
            .filter(move |(_, entry)| shard.is_none_or(|shard| shard.holds_entry(entry)));
        return Ok(Opened { entries: Box::new(entries), listing: None, sample, extent: Extent::Beginning });
    }
    let mut reader = Reader::open(inputs.clone(), options.clone()).map_err(Failure::run)?;
    let Survey { listing, sample, extent } = Survey::of(&inputs, options, most);
    let entries = std::iter::from_fn(move || reader.next_numbered());
    Ok(Opened { entries: Box::new(entries), listing: Some(listing), sample, extent })
}
