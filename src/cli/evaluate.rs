//! `bitext evaluate`: alignments against gold.

use super::{Done, Failure};
use crate::archive::stem;
use crate::bead::gold::{self, Document, Judged};
use crate::bead::score::Score;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Score alignments against gold, a set at a time
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext evaluate --gold corpus/newspaper/gold --test rows.jsonl
  bitext evaluate --gold a.gold b.gold --test a.vecalign b.vecalign
  bitext evaluate --fidelity --gold corpus/newspaper --folds 10

Gold and test are vecalign files ([0, 1]:[2]) or JSON Lines: rows, or gold beads {\"zh\": [...], \"en\": [...]}. A folder stands for \
its files. Documents are matched by id (a file's stem, a row's doc), or, where no id is common, by their order. \
V counts as vecalign does, B as aligner-eval; sentence ends are scored where gold and test are texts.

With --fidelity the gold is a folder with articles/ID.md and gold/ID.jsonl whose beads list the faults planted in them \
(\"fidelity\": [\"number\"]); its articles are aligned and checked, or the findings in --test are scored. --folds N fits the \
findings' probabilities to the other parts of the gold, N in all.")]
pub(super) struct Arguments {
    /// Gold files or folders
    #[arg(long, value_name = "PATH", required = true, num_args = 1..)]
    pub(super) gold: Vec<PathBuf>,
    /// Files or folders to score
    #[arg(long, value_name = "PATH", required_unless_present = "fidelity", num_args = 1..)]
    pub(super) test: Vec<PathBuf>,
    /// Score findings of `bitext check` against planted faults
    #[arg(long)]
    pub(super) fidelity: bool,
    /// With --fidelity: cross-validate the probabilities by article in this many parts
    #[arg(long, value_name = "N", requires = "fidelity", conflicts_with = "test", value_parser = super::folds)]
    pub(super) folds: Option<usize>,
    /// With --fidelity: the least probability of a finding that counts
    #[arg(long, value_name = "P", requires = "fidelity", default_value_t = 0.5)]
    pub(super) min_probability: f64,
    /// With --fidelity: fit the probabilities to the whole gold and write them here
    #[arg(long, value_name = "FILE", requires = "fidelity", conflicts_with = "test")]
    pub(super) fit: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Also print each document's B
    #[arg(long)]
    pub(super) each: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let gold = documents(&arguments.gold)?;
    let test = documents(&arguments.test)?;
    let pairs = matched(&gold, &test)?;
    let mut judged = Vec::new();
    for (id, gold, test) in pairs {
        judged.push((id, gold::judge(gold, test).map_err(|reason| Failure::Run(format!("{id}: {reason}")))?));
    }
    let mut whole = Judged::default();
    for (_, one) in &judged {
        whole.add(one);
    }
    let report =
        if arguments.json { json(&whole, &judged, arguments.each) } else { table(&whole, &judged, arguments.each) };
    io::stdout().write_all(report.as_bytes()).map_err(|error| Failure::write("standard output", &error))?;
    Ok(Done::All)
}

/// The documents of files and folders, in the order of their names.
fn documents(paths: &[PathBuf]) -> Result<Vec<(String, Document)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let explain = |error: io::Error| Failure::Run(format!("{}: {error}", path.display()));
        if path.is_dir() {
            let inner = path.join("gold");
            if inner.is_dir() {
                return Err(Failure::Run(format!(
                    "{} has its gold in a folder: name {}",
                    path.display(),
                    inner.display()
                )));
            }
            let mut inside = fs::read_dir(path)
                .map_err(explain)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
                .map_err(explain)?;
            inside.retain(|path| path.is_file());
            inside.sort();
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    let read = |path: &Path| -> Result<BTreeMap<String, Document>, Failure> {
        let text = fs::read_to_string(path).map_err(|error| Failure::Run(format!("{}: {error}", path.display())))?;
        gold::read(&stem(path), &text).map_err(|error| Failure::Run(format!("{}, {error}", path.display())))
    };
    let mut all = Vec::new();
    for path in &files {
        all.extend(read(path)?);
    }
    if all.is_empty() {
        return Err(Failure::Run(format!(
            "no beads in {}",
            paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
        )));
    }
    Ok(all)
}

type Matched<'d> = Vec<(&'d str, &'d Document, &'d Document)>;

/// Gold and test documents side by side. A gold document that was not aligned counts as all missed.
fn matched<'d>(gold: &'d [(String, Document)], test: &'d [(String, Document)]) -> Result<Matched<'d>, Failure> {
    const NOTHING: &Document = &Document::Sentences(Vec::new());
    const NO_NUMBERS: &Document = &Document::Numbers(Vec::new());
    let by_id: BTreeMap<&str, &Document> = test.iter().map(|(id, document)| (id.as_str(), document)).collect();
    if gold.iter().any(|(id, _)| by_id.contains_key(id.as_str())) {
        let missing: Vec<&str> = gold.iter().map(|(id, _)| id.as_str()).filter(|id| !by_id.contains_key(id)).collect();
        if !missing.is_empty() {
            let _ = writeln!(io::stderr(), "bitext: not in the test, counted as missed: {}", missing.join(", "));
        }
        let pair = |(id, document): &'d (String, Document)| {
            let nothing = if matches!(document, Document::Numbers(_)) { NO_NUMBERS } else { NOTHING };
            (id.as_str(), document, by_id.get(id.as_str()).copied().unwrap_or(nothing))
        };
        return Ok(gold.iter().map(pair).collect());
    }
    if gold.len() != test.len() {
        let message = format!(
            "{} gold and {} test documents without a common id: give them in the same order, or the same names",
            gold.len(),
            test.len()
        );
        return Err(Failure::Arguments(message));
    }
    Ok(gold.iter().zip(test).map(|((id, gold), (_, test))| (id.as_str(), gold, test)).collect())
}

fn scores(judged: &Judged) -> Vec<(&'static str, Score)> {
    let mut scores = vec![
        ("V strict", judged.counts.v_strict()),
        ("V lax", judged.counts.v_lax()),
        ("B strict", judged.counts.b_strict()),
    ];
    if let Some([source, target]) = &judged.ends {
        scores.extend([("ends, source", source.score()), ("ends, target", target.score())]);
    }
    scores
}

fn table(whole: &Judged, judged: &[(&str, Judged)], each: bool) -> String {
    let mut text =
        format!("{} documents, {} gold beads, {} test beads\n", judged.len(), whole.counts.gold, whole.counts.test_all);
    text += &format!("{:<14}{:>10}{:>10}{:>10}\n", "", "precision", "recall", "F1");
    for (name, score) in scores(whole) {
        text += &format!("{name:<14}{:>10.4}{:>10.4}{:>10.4}\n", score.precision, score.recall, score.f1);
    }
    if !whole.calibration.is_empty() {
        text += &format!("\n{}", whole.calibration.report());
    }
    if each {
        text += "\nB strict, F1\n";
        for (id, one) in judged {
            text += &format!("{:>10.4}  {id}\n", one.counts.b_strict().f1);
        }
    }
    text
}

fn json(whole: &Judged, judged: &[(&str, Judged)], each: bool) -> String {
    let object = |one: &Judged| {
        let key = |name: &str| name.to_lowercase().replace(", ", "_").replace(' ', "_");
        scores(one)
            .into_iter()
            .map(|(name, score)| (key(name), serde_json::json!(score)))
            .collect::<serde_json::Map<_, _>>()
    };
    let mut report = object(whole);
    report.insert("documents".into(), judged.len().into());
    report.insert("counts".into(), serde_json::json!(whole.counts));
    let calibration = &whole.calibration;
    if !calibration.is_empty() {
        let share = calibration.errors_in_the_least_certain_fifth();
        let calibration = serde_json::json!({
            "expected_error": calibration.expected_error(),
            "errors_in_the_least_certain_fifth": share,
            "tenths": calibration.tenths(),
        });
        report.insert("calibration".into(), calibration);
    }
    if each {
        let all =
            judged.iter().map(|(id, one)| ((*id).to_owned(), object(one).into())).collect::<serde_json::Map<_, _>>();
        report.insert("each".into(), all.into());
    }
    format!("{}\n", serde_json::Value::Object(report))
}
