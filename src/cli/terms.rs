//! `bitext terms`: how a word of the original was rendered over time.

use super::output::Output;
use super::progress::Progress;
use super::read::{Matchers, Source};
use super::run::set_aside;
use super::{Done, Failure};
use crate::archive::Reject;
use crate::export::Row;
use crate::fidelity::report::Report;
use crate::fidelity::usage::{self, Query, Rendering, Term, Use};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Tell how a word of the original was rendered, and when
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext terms 合作社 rows.jsonl
  bitext terms 企业,工厂 corpus/newspaper/articles -o terms.jsonl --html terms.html

A rendering is what the dictionary, a name's sound or frequency lead to in the translation; pairs in which none was found are \
counted last. Chinese is found in simplified and in traditional characters. With jsonl, a line is a word with its renderings: \
pairs, share, first and last date, pairs by year, examples; with csv, a line is a rendering in a year.")]
pub(super) struct Arguments {
    /// Words of the original, separated by commas
    #[arg(value_name = "QUERY")]
    query: String,
    #[command(flatten)]
    from: Source,
    /// Write here; without it a table goes to standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// table, jsonl or csv; without it the ending of OUT decides
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write a page with plots and examples
    #[arg(long, value_name = "PAGE")]
    html: Option<PathBuf>,
    /// No progress, no closing line
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Jsonl,
    Csv,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let words = arguments.query.split([',', '，', '、']).map(str::trim);
    let queries: Vec<Query> = words.clone().map(Query::new).collect();
    if words.clone().any(str::is_empty) {
        return Err(Failure::Arguments("QUERY: a word must not be empty".into()));
    }
    let named = arguments.output.as_deref().filter(|path| !super::is_dash(path));
    let format = super::by_ending(arguments.format, named, Format::Table, ", and --html for a page")?;
    let written = named.map(Path::to_owned).into_iter().chain(arguments.html.clone()).collect();
    let skip = arguments.from.guard(written, [])?;
    let mut output = named.map_or_else(|| Ok(Output::stdout()), Output::file)?;
    let page = arguments.html.as_deref().map(Output::file).transpose()?;
    let matchers = Matchers::default();
    let (mut found, mut documents, mut aside) = (Vec::new(), 0_u64, 0_u64);
    let mut progress = Progress::new(arguments.quiet, None);
    let read = |rows: &[Row]| matchers.with(|matcher| usage::uses(rows, &queries, matcher));
    arguments.from.each(&skip, read, |result: Result<Vec<Use>, Reject>, bytes| {
        match result {
            Ok(uses) => {
                documents += 1;
                found.extend(uses);
            }
            Err(reject) => {
                aside += 1;
                set_aside(&reject, None::<&mut Output>)?;
            }
        }
        progress.add(documents + aside, bytes);
        Ok(())
    })?;
    progress.finish();
    if documents + aside == 0 {
        return Err(Failure::Run(
            "no document in the input: give rows of `bitext align`, article files or records".into(),
        ));
    }
    let terms = usage::terms(&queries, &found);
    let text = match format {
        Format::Table => terms.iter().map(table).collect::<Vec<_>>().join("\n"),
        Format::Jsonl => terms.iter().map(json).collect::<Result<String, _>>()?,
        Format::Csv => csv(&terms)?,
    };
    output.write(text.as_bytes())?;
    output.finish()?;
    if let Some(mut page) = page {
        let mut report = Report::default();
        page.write(report.head().as_bytes())?;
        report.add_terms(&terms);
        let about =
            format!("Made by bitext {} from {documents} documents ({aside} set aside).", env!("CARGO_PKG_VERSION"));
        page.write(report.foot(&about).as_bytes())?;
        page.finish()?;
    }
    if !arguments.quiet {
        let mut text = format!("{documents} documents, {} pairs with the words; {aside} set aside\n", found.len());
        for path in [&arguments.output, &arguments.html].into_iter().flatten().filter(|path| !super::is_dash(path)) {
            let _ = writeln!(text, "  written: {}", path.display());
        }
        let _ = io::stderr().write_all(text.as_bytes());
    }
    Ok(if aside == 0 { Done::All } else { Done::SomeSetAside })
}

fn json(term: &Term) -> Result<String, Failure> {
    serde_json::to_string(term).map(|line| line + "\n").map_err(Failure::run)
}

fn csv(terms: &[Term]) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["query", "rendering", "year", "pairs"]).map_err(Failure::run)?;
    for term in terms {
        for rendering in &term.renderings {
            for (year, pairs) in &rendering.years {
                let text = rendering.text.as_deref().unwrap_or_default();
                writer.write_record([&term.query, text, year, &pairs.to_string()]).map_err(Failure::run)?;
            }
        }
    }
    let bytes = writer.into_inner().map_err(|error| Failure::run(error.error()))?;
    String::from_utf8(bytes).map_err(Failure::run)
}

/// Years that a table has columns for; more are joined to decades.
const COLUMNS: usize = 12;

fn table(term: &Term) -> String {
    let mut text = format!("{}: {} pairs of {} documents", term.query, term.pairs, term.documents);
    if !term.first.is_empty() {
        let _ = write!(text, ", {} to {}", term.first, term.last);
    }
    text.push('\n');
    if term.pairs == 0 {
        return text;
    }
    let decades = term.years.len() > COLUMNS;
    let of = |year: &str| match (year, decades) {
        ("", _) => "undated".to_owned(),
        (year, true) => format!("{}0s", year.get(..3).unwrap_or(year)),
        (year, false) => year.to_owned(),
    };
    let columns: BTreeSet<String> = term.years.keys().map(|year| of(year)).collect();
    let _ = write!(text, "{:<32}{:>7}{:>8}  {:<12}{:<12}", "rendering", "pairs", "share", "first", "last");
    for column in &columns {
        let _ = write!(text, "{column:>8}");
    }
    text.push('\n');
    for rendering in &term.renderings {
        let name = rendering.text.as_deref().unwrap_or("(none found)");
        let Rendering { pairs, share, first, last, .. } = rendering;
        let _ = write!(text, "{name:<32}{pairs:>7}{:>7.1}%  {first:<12}{last:<12}", share * 100.0);
        for column in &columns {
            let count: u64 =
                rendering.years.iter().filter(|(year, _)| of(year) == *column).map(|(_, count)| count).sum();
            let _ = write!(text, "{count:>8}");
        }
        text.push('\n');
        if let Some(example) = rendering.examples.first() {
            let (source, target) = (
                around(&example.source, &example.source_words, 30),
                around(&example.target, &example.target_words, 60),
            );
            let _ = writeln!(text, "    {}  {source}  |  {target}", example.pair);
        }
    }
    text
}

/// So many characters on either side of the first `words` in `text`.
fn around(text: &str, words: &str, room: usize) -> String {
    let start = text.find(words).unwrap_or(0);
    let end = start + words.len();
    let from = text[..start].char_indices().rev().nth(room).map(|(at, _)| at);
    let to = text[end..].char_indices().nth(room).map(|(at, _)| end + at);
    let cut = |place: Option<usize>| if place.is_some() { "…" } else { "" };
    format!("{}{}{}", cut(from), text[from.unwrap_or(0)..to.unwrap_or(text.len())].trim(), cut(to))
}
