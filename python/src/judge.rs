//! Splitting, checking, scoring, and reading rows back.

use crate::config::CheckConfig;
use crate::result::{Finding, Reject, Row, Sentence, to_python};
use crate::work;
use crate::{BitextError, error, io_error};
use bitext::archive::stem;
use bitext::bead::gold::{self, Document, Judged};
use bitext::document::lines;
use bitext::export;
use bitext::export::{Format, Input};
use bitext::fidelity::{self, Across, Summary, WordMatcher, score};
use bitext::span::Pair;
use bitext::split::Splitter;
use pyo3::prelude::*;
use rayon::prelude::*;
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

/// The sentences of a text.
#[pyfunction]
#[pyo3(signature = (text, lang, abbreviations = None))]
pub fn split(py: Python<'_>, text: String, lang: &str, abbreviations: Option<&str>) -> PyResult<Vec<Sentence>> {
    let mut splitter = Splitter::new(lang);
    if let Some(table) = abbreviations {
        splitter = splitter.with_abbreviations(table).map_err(|wrong| error("abbreviations", wrong))?;
    }
    Ok(py.detach(|| {
        let (mut byte, mut chars) = (0, 0);
        let mut at = |to: usize| {
            chars += text[byte..to].chars().count();
            byte = to;
            chars
        };
        let sentence = |one: bitext::split::Sentence| Sentence {
            text: lines::joined(one.range.of(&text)).into_owned(),
            start: at(one.range.start),
            end: at(one.range.end),
            rule: one.rule.to_string(),
        };
        splitter.split_text(&text).into_iter().map(sentence).collect()
    }))
}

/// Findings, the columns of the scores, and their lines.
type Checked = (Vec<Finding>, Vec<String>, Vec<Vec<String>>);

/// Findings in rows and of rejects, and the scores of all documents, years, pages and sections, a line each.
#[pyfunction]
pub fn check(
    py: Python<'_>,
    rows: Vec<PyRef<'_, Row>>,
    rejects: Vec<PyRef<'_, Reject>>,
    config: &str,
) -> PyResult<Checked> {
    let config: CheckConfig = serde_json::from_str(config).map_err(|wrong| error("options", wrong))?;
    let jobs = config.jobs;
    let settings = config.settings()?;
    let rows: Vec<export::Row> = rows.iter().map(|row| row.0.clone()).collect();
    let late: Vec<fidelity::Finding> = rejects.iter().filter_map(|reject| fidelity::of_reject(&reject.0)).collect();
    let done = work::run(py, move || -> Result<_, String> {
        let documents: Vec<&[export::Row]> = rows.chunk_by(|a, b| a.doc == b.doc).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().map_err(|wrong| wrong.to_string())?;
        let check = |matcher: &mut WordMatcher, rows: &&[export::Row]| fidelity::check(rows, matcher, &settings, false);
        let checked: Vec<_> = pool.install(|| documents.par_iter().map_init(WordMatcher::default, check).collect());
        let (mut findings, mut scores) = (Vec::new(), Vec::new());
        let (mut summary, mut across) = (Summary::default(), Across::default());
        for one in checked {
            scores.push(score::record("article", &one.about.doc, &one.about.date, &one.score));
            for (pair, own) in &one.pairs {
                scores.push(score::record("pair", pair, &one.about.date, own));
            }
            summary.add(&one.about, &one.score);
            across.add(&one.about, &one.score, one.names);
            findings.extend(one.findings);
        }
        findings.extend(late);
        let mut more = across.findings(&settings.checks, &settings.calibration);
        more.retain(|finding| finding.probability >= settings.least_probability);
        findings.extend(more);
        let level = |name: &str, key: String, own: &score::Score| score::record(name, &key, "", own);
        scores.extend(summary.years.iter().map(|(year, own)| level("year", year.clone(), own)));
        scores.extend(summary.pages.iter().map(|(page, own)| level("page", page.to_string(), own)));
        scores.extend(summary.sections.iter().map(|(section, own)| level("section", section.clone(), own)));
        scores.push(level("all", String::new(), &summary.all));
        Ok((findings, scores))
    })?;
    let (findings, scores) = done.map_err(BitextError::new_err)?;
    Ok((findings.into_iter().map(Finding).collect(), score::columns(), scores))
}

/// Scores test alignments against gold, each a list of (name, text of a file).
#[pyfunction]
pub fn evaluate<'py>(
    py: Python<'py>,
    gold: Vec<(String, String)>,
    test: Vec<(String, String)>,
) -> PyResult<Bound<'py, PyAny>> {
    let (gold, test) = (documents(&gold)?, documents(&test)?);
    let nothing = Document::Sentences(Vec::new());
    let no_numbers = Document::Numbers(Vec::new());
    let by_id: BTreeMap<&str, &Document> = test.iter().map(|(id, document)| (id.as_str(), document)).collect();
    let common = gold.iter().any(|(id, _)| by_id.contains_key(id.as_str()));
    if !common && gold.len() != test.len() {
        let message = format!(
            "{} gold and {} test documents without a common id: give them in the same order, or the same names",
            gold.len(),
            test.len()
        );
        return Err(BitextError::new_err(message));
    }
    let (mut whole, mut each, mut missing) = (Judged::default(), Map::new(), Vec::new());
    for (index, (id, document)) in gold.iter().enumerate() {
        let found = if common { by_id.get(id.as_str()).copied() } else { Some(&test[index].1) };
        if found.is_none() {
            missing.push(id.clone());
        }
        let nothing = if matches!(document, Document::Numbers(_)) { &no_numbers } else { &nothing };
        let judged = gold::judge(document, found.unwrap_or(nothing)).map_err(|wrong| error(id, wrong))?;
        whole.add(&judged);
        each.insert(id.clone(), scores(&judged).into());
    }
    let mut report = scores(&whole);
    report.insert("documents".into(), gold.len().into());
    report.insert("missing".into(), missing.into());
    report.insert("counts".into(), json!(whole.counts));
    let calibration = &whole.calibration;
    if !calibration.is_empty() {
        report.insert(
            "calibration".into(),
            json!({
                "expected_error": calibration.expected_error(),
                "errors_in_the_least_certain_fifth": calibration.errors_in_the_least_certain_fifth(),
                "tenths": calibration.tenths(),
            }),
        );
    }
    report.insert("each".into(), each.into());
    to_python(py, &report.into())
}

fn documents(files: &[(String, String)]) -> PyResult<Vec<(String, Document)>> {
    let mut all = Vec::new();
    for (name, text) in files {
        all.extend(gold::read(&stem(name.as_ref()), text).map_err(|wrong| error(name, wrong))?);
    }
    Ok(all)
}

fn scores(judged: &Judged) -> Map<String, serde_json::Value> {
    let mut scores = Map::new();
    scores.insert("v_strict".into(), json!(judged.counts.v_strict()));
    scores.insert("v_lax".into(), json!(judged.counts.v_lax()));
    scores.insert("b_strict".into(), json!(judged.counts.b_strict()));
    if let Some([source, target]) = &judged.ends {
        scores.insert("ends_source".into(), json!(source.score()));
        scores.insert("ends_target".into(), json!(target.score()));
    }
    scores
}

/// The rows of a file, of any format that is read back; its ending names the format where `format` does not.
#[pyfunction]
#[pyo3(signature = (path, format = None))]
pub fn read_rows(py: Python<'_>, path: PathBuf, format: Option<&str>) -> PyResult<Vec<Row>> {
    let format = match format {
        Some(name) => name.parse::<Format>().map_err(|wrong| error("format", wrong))?,
        None => Format::of(&path).ok_or_else(|| error(path.display(), "its ending names no format: say format="))?,
    };
    let reader = format.form().reader.ok_or_else(|| error(format.form().name, "this format is not read back"))?;
    File::open(&path).map_err(|wrong| io_error(&path, &wrong))?;
    let name = path.display().to_string();
    let input = Input {
        name: name.clone(),
        language: Pair::default(),
        texts: None,
        open: Box::new(|name| Ok(Box::new(BufReader::new(File::open(name)?)))),
        seek: Box::new(|name| Ok(Box::new(File::open(name)?))),
    };
    py.detach(|| {
        let rows = reader(input).map_err(|wrong| error(&name, wrong))?;
        rows.map(|row| row.map(Row).map_err(|wrong| error(&name, wrong))).collect()
    })
}
