//! Stage 10: the shell. Arguments become checked settings, settings become library calls; one file a command.

mod align;
mod check;
mod convert;
mod documents;
mod evaluate;
mod evaluate_fidelity;
mod explain;
mod locks;
mod output;
mod progress;
mod read;
mod rows;
mod split;
mod targets;
mod terms;
mod train;

use crate::align::{Model, Signals};
use crate::archive::{Entry, Input, Reader, Reject};
use crate::signal::lexicon::dictionary;
use clap::{CommandFactory, Parser, Subcommand};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Turns texts and their translations into aligned sentence pairs with a score that means something.
#[derive(Debug, Parser)]
#[command(
    name = "bitext",
    version,
    max_term_width = 110,
    after_help = "Exit codes: 0 all well, 1 could not run, 2 wrong arguments, 3 done but some documents or locks set aside."
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
    Split(split::Arguments),
    Terms(Box<terms::Arguments>),
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
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Align(arguments) => align::run(*arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Convert(arguments) => convert::run(*arguments),
        Command::Split(arguments) => split::run(&arguments),
        Command::Terms(arguments) => terms::run(&arguments),
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
    let explain = |error: String| Failure::Run(format!("dictionary {}: {error}", path.display()));
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

/// The documents that come first, up to so many bytes: what a run learns from.
fn sample(reader: &mut Reader, most: u64) -> Vec<Result<Entry, Reject>> {
    let (mut sample, mut bytes) = (Vec::new(), 0);
    while bytes < most {
        let Some(entry) = reader.next() else { break };
        bytes += entry.as_ref().map_or(0, |entry| entry.bytes);
        sample.push(entry);
    }
    sample
}
