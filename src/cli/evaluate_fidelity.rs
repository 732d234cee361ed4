//! `bitext evaluate --fidelity`: findings against planted faults.

use super::evaluate::Arguments;
use super::{Done, Failure};
use crate::align::Settings as AlignSettings;
use crate::archive::{Input, Options, Reader, stem};
use crate::document::Document;
use crate::engine::Engine;
use crate::export::{Row, rows};
use crate::fidelity::evaluate::{Gold, GoldBead, Report, cross_validate, examples};
use crate::fidelity::{Calibration, Finding, Kind, Settings, Suspected, WordMatcher, suspect};
use crate::span::Pair;
use crate::train::table;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let mut gold = BTreeMap::new();
    let mut suspected = Vec::new();
    for folder in &arguments.gold {
        set(folder, &mut gold, &mut suspected, arguments.test.is_empty())?;
    }
    if let Some(path) = &arguments.fit {
        let fitted = Calibration::fit(&examples(&gold, suspected.iter()));
        let json = serde_json::to_string(&fitted).map_err(Failure::run)?;
        fs::write(path, json + "\n").map_err(|error| Failure::write(&path.display().to_string(), &error))?;
    }
    let findings: Vec<Finding> = if !arguments.test.is_empty() {
        arguments.test.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?.concat()
    } else if let Some(folds) = arguments.folds {
        cross_validate(&gold, &suspected, folds)
    } else {
        suspected.into_iter().map(|one| one.finding).collect()
    };
    let mut report = Report::default();
    for (doc, gold) in &gold {
        report.add(gold, findings.iter().filter(|finding| finding.doc == *doc), arguments.min_probability);
    }
    let mut text = if arguments.json { json(&report) } else { table(&report) };
    if arguments.each {
        each(&gold, &findings, arguments.min_probability, &mut text);
    }
    io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::write("standard output", &error))?;
    Ok(Done::All)
}

/// Reads a set's gold and, where `check` is set, what the checks suspect in its articles.
fn set(
    folder: &Path,
    gold: &mut BTreeMap<String, Gold>,
    suspected: &mut Vec<Suspected>,
    check: bool,
) -> Result<(), Failure> {
    let articles = folder.join("articles");
    let reader = Reader::open(vec![Input::Path(articles)], Options::default()).map_err(Failure::run)?;
    let entries = reader.collect::<Result<Vec<_>, _>>().map_err(Failure::run)?;
    let language = Pair::new("zh".to_owned(), "en".to_owned());
    let mut engine = Engine::new(None, AlignSettings::default(), language.clone()).map_err(Failure::run)?;
    if check {
        engine.learn(&entries, 0, &table::Settings::default()).map_err(Failure::run)?;
    }
    let mut matcher = WordMatcher::new();
    let mut worker = engine.worker();
    let settings = Settings::default();
    for entry in entries {
        let path = folder.join("gold").join(format!("{}.jsonl", stem(Path::new(&entry.path))));
        let text = fs::read_to_string(&path).map_err(|error| Failure::Run(format!("{}: {error}", path.display())))?;
        let beads = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(serde_json::from_str)
            .collect::<Result<Vec<GoldBead>, _>>()
            .map_err(|error| Failure::Run(format!("{}: {error}", path.display())))?;
        let document = Document::read(entry.clone(), &language).map_err(Failure::run)?;
        gold.insert(document.id.clone(), Gold::locate(&document, beads).map_err(Failure::Run)?);
        if check {
            let aligned = worker.align(entry).map_err(Failure::run)?;
            let rows: Vec<Row> = rows(&aligned).collect();
            suspected.extend(suspect(&rows, &mut matcher, &settings));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Finding>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::Run(format!("{}: {error}", path.display())))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line)
                .map_err(|error| Failure::Run(format!("{}, line {}: no finding: {error}", path.display(), at + 1)))
        })
        .collect()
}

fn table(report: &Report) -> String {
    let mut text = format!(
        "{:<14}{:>8}{:>9}{:>7}{:>11}{:>8}{:>8}\n",
        "type", "planted", "reported", "right", "precision", "recall", "F1"
    );
    let mut line = |name: &str, count: crate::fidelity::evaluate::Count| {
        let score = count.score();
        let _ = writeln!(
            text,
            "{name:<14}{:>8}{:>9}{:>7}{:>11.3}{:>8.3}{:>8.3}",
            count.planted, count.reported, count.found, score.precision, score.recall, score.f1
        );
    };
    for (kind, &count) in &report.types {
        line(kind.name(), count);
    }
    line("all", report.all());
    let (articles, alarms) = report.clean;
    let _ = writeln!(text, "\n{articles} articles without a fault: {alarms} false alarms");
    let (unpaired, seen) = report.unpaired;
    let _ = writeln!(text, "{unpaired} beads of the gold with one side alone: {seen} reported");
    text
}

fn json(report: &Report) -> String {
    let of = |count: crate::fidelity::evaluate::Count| serde_json::json!({"planted": count.planted, "reported": count.reported, "right": count.found, "score": count.score()});
    let types: serde_json::Map<_, _> =
        report.types.iter().map(|(kind, &count)| (kind.name().to_owned(), of(count))).collect();
    let value = serde_json::json!({
        "types": types, "all": of(report.all()),
        "clean": {"articles": report.clean.0, "false_alarms": report.clean.1},
        "unpaired": {"beads": report.unpaired.0, "reported": report.unpaired.1},
    });
    format!("{value}\n")
}

/// Every finding with the gold's verdict, and the faults that none of those reported touches.
fn each(gold: &BTreeMap<String, Gold>, findings: &[Finding], least: f64, text: &mut String) {
    text.push('\n');
    for (doc, gold) in gold {
        for finding in findings.iter().filter(|finding| finding.doc == *doc) {
            let mark = if finding.probability >= least { '*' } else { ' ' };
            let _ = writeln!(
                text,
                "{mark} {:.3} {:?} {} {}/{} {}",
                finding.probability,
                gold.judge(finding),
                finding.pair,
                finding.kind,
                finding.rule,
                finding.message
            );
        }
        let reported = |kind: Kind, bead: usize| {
            findings.iter().any(|finding| {
                finding.doc == *doc
                    && finding.kind == kind
                    && finding.probability >= least
                    && gold.judge(finding) == crate::fidelity::evaluate::Verdict::Right(bead)
            })
        };
        for (bead, kind) in gold.planted() {
            if !reported(kind, bead) {
                let _ = writeln!(text, "- missed {doc}, bead {}: {kind}", bead + 1);
            }
        }
    }
}
