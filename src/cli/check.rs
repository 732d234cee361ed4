//! `bitext check`: from rows or articles to findings, scores and a report.

use super::output::{Output, with_suffix};
use super::progress::Progress;
use super::read::{Matchers, Source};
use super::run::set_aside;
use super::{Done, Failure};
use crate::archive::Reject;
use crate::export::Row;
use crate::fidelity::render::Format;
use crate::fidelity::report::Report;
use crate::fidelity::usage::{self, Query, Use};
use crate::fidelity::{Across, Checked, Finding, Glossary, Kind, Settings, Summary, check, of_reject, score};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Tell where a translation departs from its original
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext check corpus/newspaper/articles -o findings.jsonl --html report.html
  bitext align year.jsonl.zst -o rows.jsonl && bitext check rows.jsonl --summary
  bitext check articles --checks number,date,unit --min-probability 0.8 --format tsv

Rows of `bitext align` are checked as they are; anything else is aligned on the way. Findings are ordered as the documents are; \
what only the archive as a whole can tell (a name that other articles write in another way) comes last. Types of findings: \
number, date, unit, name, term, negation, omission, addition, untranslated, identical, invented, refusal, mark, order, text-health.")]
pub(super) struct Arguments {
    #[command(flatten)]
    from: Source,
    /// Write the findings here; without it they go to standard output
    #[arg(short, long, value_name = "FINDINGS")]
    output: Option<PathBuf>,
    /// jsonl, tsv or sarif; without it the ending of FINDINGS decides
    #[arg(long, value_name = "FORMAT", value_parser = |name: &str| name.parse::<Format>())]
    format: Option<Format>,
    /// Write a page to read
    #[arg(long, value_name = "REPORT")]
    html: Option<PathBuf>,
    /// Print the scores as a table (in place of the findings where these have no file)
    #[arg(long)]
    summary: bool,
    /// Write the scores of all documents, years, pages and sections, and of pairs with findings, as CSV
    #[arg(long, value_name = "FILE")]
    scores: Option<PathBuf>,
    /// Report findings that are at least so probable
    #[arg(long, value_name = "P", default_value_t = 0.5)]
    min_probability: f64,
    /// Look for these types only, separated by commas
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = |name: &str| name.parse::<Kind>())]
    checks: Vec<Kind>,
    /// Terms and the renderings that are allowed: `term TAB rendering`, one a line, a term as often as it has renderings
    #[arg(long, value_name = "FILE")]
    glossary: Option<PathBuf>,
    /// Show in the page how these words of the original were rendered over time, separated by commas
    #[arg(long, value_name = "WORDS", value_delimiter = ',', requires = "html")]
    terms: Vec<String>,
    /// No progress, no closing line
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let started = Instant::now();
    let settings = settings(arguments)?;
    let named = arguments.output.iter().filter(|path| !super::is_dash(path));
    let rejects = named.clone().map(|path| with_suffix(path, ".rejected.jsonl"));
    let written = named.chain(&arguments.html).chain(&arguments.scores).cloned().chain(rejects);
    let skip = arguments.from.guard(written.collect(), &arguments.glossary)?;
    let mut sink = Sink::open(arguments, &settings)?;
    let (matchers, show) = (Matchers::default(), arguments.html.is_some());
    let queries: Vec<Query> = arguments.terms.iter().map(|word| Query::new(word)).collect();
    let read = |rows: &[Row]| {
        let checked = matchers.with(|matcher| check(rows, matcher, &settings, show));
        let found = matchers.with(|matcher| usage::uses(rows, &queries, matcher));
        (checked, found)
    };
    arguments.from.each(&skip, read, |result, bytes| sink.take(result, bytes))?;
    sink.finish(arguments, &settings, &queries, started)
}

fn settings(arguments: &Arguments) -> Result<Settings, Failure> {
    let mut settings = Settings::default();
    if !(0.0..=1.0).contains(&arguments.min_probability) {
        return Err(Failure::Arguments(format!(
            "--min-probability {}: must be from 0 to 1",
            arguments.min_probability
        )));
    }
    settings.least_probability = arguments.min_probability;
    if !arguments.checks.is_empty() {
        settings.checks.clone_from(&arguments.checks);
    }
    if let Some(path) = &arguments.glossary {
        settings.glossary = Glossary::new(&super::dictionary(path)?);
    }
    Ok(settings)
}

/// Where everything goes.
struct Sink {
    findings: Option<Output>,
    format: Format,
    any: bool,
    count: u64,
    report: Option<(Report, Output)>,
    scores: Option<csv::Writer<Vec<u8>>>,
    scores_file: Option<Output>,
    rejects: Option<Output>,
    rejects_path: Option<PathBuf>,
    set_aside: u64,
    summary: Summary,
    across: Across,
    late: Vec<Finding>,
    uses: Vec<Use>,
    progress: Progress,
}

impl Sink {
    fn open(arguments: &Arguments, _settings: &Settings) -> Result<Self, Failure> {
        let named = arguments.output.as_deref().filter(|path| !super::is_dash(path));
        let of_ending = |path: &Path| path.extension()?.to_str()?.parse::<Format>().ok();
        let format = match (arguments.format, named) {
            (Some(format), _) => format,
            (None, Some(path)) => of_ending(path).ok_or_else(|| {
                Failure::Arguments(format!(
                    "{}: its ending names no format; end it in jsonl, tsv or sarif, or say --format",
                    path.display()
                ))
            })?,
            (None, None) => Format::Jsonl,
        };
        let to_stdout = arguments.output.is_some() || !arguments.summary;
        let mut findings = match named {
            Some(path) => Some(Output::file(path)?),
            None => to_stdout.then(Output::stdout),
        };
        if let Some(findings) = &mut findings {
            findings.write(format.head().as_bytes())?;
        }
        let report = match &arguments.html {
            Some(path) => {
                let (report, mut output) = (Report::default(), Output::file(path)?);
                output.write(report.head().as_bytes())?;
                Some((report, output))
            }
            None => None,
        };
        let scores_file = arguments.scores.as_deref().map(Output::file).transpose()?;
        let mut scores = scores_file.as_ref().map(|_| csv::Writer::from_writer(Vec::new()));
        if let Some(scores) = &mut scores {
            scores.write_record(score::columns()).map_err(Failure::run)?;
        }
        let rejects_path = named.map(|path| with_suffix(path, ".rejected.jsonl"));
        let rejects = rejects_path.as_deref().map(Output::file).transpose()?;
        Ok(Self {
            findings,
            format,
            any: false,
            count: 0,
            report,
            scores,
            scores_file,
            rejects,
            rejects_path,
            set_aside: 0,
            summary: Summary::default(),
            across: Across::default(),
            late: Vec::new(),
            uses: Vec::new(),
            progress: Progress::new(arguments.quiet, None),
        })
    }

    /// Takes one document, in the order of the input.
    fn take(&mut self, result: Result<(Checked, Vec<Use>), Reject>, bytes: u64) -> Result<(), Failure> {
        match result {
            Ok((checked, uses)) => {
                self.uses.extend(uses);
                for finding in &checked.findings {
                    self.write(finding, &checked.about.path)?;
                }
                if let Some((report, output)) = &mut self.report {
                    output.write(report.add(&checked).as_bytes())?;
                }
                self.summary.add(&checked.about, &checked.score);
                if let (Some(scores), Some(file)) = (&mut self.scores, &mut self.scores_file) {
                    let date = &checked.about.date;
                    scores
                        .write_record(score::record("article", &checked.about.doc, date, &checked.score))
                        .map_err(Failure::run)?;
                    for (pair, score) in &checked.pairs {
                        scores.write_record(score::record("pair", pair, date, score)).map_err(Failure::run)?;
                    }
                    drain(scores, file)?;
                }
                self.across.add(&checked.about, &checked.score, checked.names);
            }
            Err(reject) => {
                self.set_aside += 1;
                if let Some(finding) = of_reject(&reject) {
                    self.write(&finding, &reject.path)?;
                    self.late.push(finding);
                }
                set_aside(&reject, self.rejects.as_mut())?;
            }
        }
        self.progress.add(self.summary.all.documents + self.set_aside, bytes);
        Ok(())
    }

    fn write(&mut self, finding: &Finding, path: &str) -> Result<(), Failure> {
        let first = !std::mem::replace(&mut self.any, true);
        self.count += 1;
        match &mut self.findings {
            Some(findings) => findings.write(self.format.finding(finding, path, first).as_bytes()),
            None => Ok(()),
        }
    }

    fn finish(
        mut self,
        arguments: &Arguments,
        settings: &Settings,
        queries: &[Query],
        started: Instant,
    ) -> Result<Done, Failure> {
        self.progress.finish();
        let documents = self.summary.all.documents;
        if documents + self.set_aside == 0 {
            return Err(Failure::Run(
                "no document in the input: give rows of `bitext align`, article files or records".into(),
            ));
        }
        let mut across = self.across.findings(&settings.checks, &settings.calibration);
        across.retain(|finding| finding.probability >= settings.least_probability);
        for finding in &across {
            self.write(finding, "")?;
        }
        self.late.extend(across);
        if let Some(mut findings) = self.findings.take() {
            findings.write(self.format.foot().as_bytes())?;
            findings.finish()?;
        }
        if let Some((mut report, mut output)) = self.report.take() {
            report.add_late(&self.late);
            report.add_terms(&usage::terms(queries, &self.uses));
            let about = format!(
                "Made by bitext {} from {documents} documents ({} set aside); findings at least {} probable.",
                env!("CARGO_PKG_VERSION"),
                self.set_aside,
                arguments.min_probability
            );
            output.write(report.foot(&about).as_bytes())?;
            output.finish()?;
        }
        if let (Some(mut scores), Some(mut file)) = (self.scores.take(), self.scores_file.take()) {
            let mut record = |level: &str, key: &str, score: &score::Score| {
                scores.write_record(score::record(level, key, "", score)).map_err(Failure::run)
            };
            self.summary.years.iter().try_for_each(|(year, score)| record("year", year, score))?;
            self.summary.pages.iter().try_for_each(|(page, score)| record("page", &page.to_string(), score))?;
            self.summary.sections.iter().try_for_each(|(section, score)| record("section", section, score))?;
            record("all", "", &self.summary.all)?;
            drain(&mut scores, &mut file)?;
            file.finish()?;
        }
        if arguments.summary {
            let mut output = Output::stdout();
            output.write(self.summary.table().as_bytes())?;
            output.finish()?;
        }
        self.rejects.take().map_or(Ok(()), Output::finish)?;
        if !arguments.quiet {
            let seconds = started.elapsed().as_secs_f64();
            let mut text = format!(
                "{documents} documents, {} pairs: {} findings; {} set aside; {seconds:.2} s, {:.0} documents a second\n",
                self.summary.all.pairs,
                self.count,
                self.set_aside,
                (documents + self.set_aside) as f64 / seconds.max(1e-9)
            );
            let written = [&arguments.output, &arguments.html, &arguments.scores];
            for path in written.into_iter().flatten().filter(|path| !super::is_dash(path)) {
                text += &format!("  written: {}\n", path.display());
            }
            if let (Some(path), true) = (&self.rejects_path, self.set_aside > 0) {
                text += &format!("  set aside, with the reasons: {}\n", path.display());
            }
            let _ = io::stderr().write_all(text.as_bytes());
        }
        Ok(if self.set_aside == 0 { Done::All } else { Done::SomeSetAside })
    }
}

/// Hands what the writer holds to the file.
fn drain(scores: &mut csv::Writer<Vec<u8>>, file: &mut Output) -> Result<(), Failure> {
    let writer = std::mem::replace(scores, csv::Writer::from_writer(Vec::new()));
    let bytes = writer.into_inner().map_err(|error| Failure::run(error.error()))?;
    file.write(&bytes)
}
