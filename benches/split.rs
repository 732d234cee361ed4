//! Throughput of sentence splitting beside two other crates, on the same text in one run.
//!
//! The text is that of `corpus/newspaper`, its paragraphs repeated to a megabyte of one language. They are fed as they
//! are, then joined to paragraphs of 1 kB, 30 kB and 1 MB: a splitter that looks back or ahead without a bound slows down
//! there. `cargo bench --bench split`.
#![allow(missing_docs, clippy::unwrap_used)]

use bitext::split::Splitter;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use std::path::{Path, PathBuf};
use unicode_segmentation::UnicodeSegmentation;

const BYTES: usize = 1_000_000;

fn main() {
    divan::main();
}

/// What is fed at once.
#[derive(Debug, Clone, Copy)]
enum Form {
    Paragraphs,
    Joined(usize),
}

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Form::Paragraphs => f.write_str("as they are"),
            Form::Joined(bytes) => write!(f, "{} kB", bytes / 1000),
        }
    }
}

/// A language and a form.
#[derive(Debug, Clone, Copy)]
struct Case(&'static str, Form);

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

const FORMS: [Form; 4] = [Form::Paragraphs, Form::Joined(1_000), Form::Joined(30_000), Form::Joined(BYTES)];

fn cases() -> impl Iterator<Item = Case> {
    ["zh", "en"].into_iter().flat_map(|lang| FORMS.map(|form| Case(lang, form)))
}

/// The paragraphs of one language, put together from the sentences of the gold.
fn paragraphs(lang: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/gold");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut found: Vec<String> = Vec::new();
    for file in &files {
        let mut last = None;
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let paragraph = row[format!("{lang}_par")].as_u64();
            for sentence in row[lang].as_array().unwrap() {
                if paragraph.is_none() || paragraph != last || found.is_empty() {
                    found.push(String::new());
                } else {
                    found.last_mut().unwrap().push_str(glue(lang));
                }
                last = paragraph;
                found.last_mut().unwrap().push_str(sentence.as_str().unwrap());
            }
        }
    }
    found
}

fn glue(lang: &str) -> &'static str {
    if lang == "en" { " " } else { "" }
}

/// A megabyte of paragraphs.
fn text(Case(lang, form): Case) -> Vec<String> {
    let own = paragraphs(lang);
    let (mut out, mut total): (Vec<String>, usize) = (Vec::new(), 0);
    for paragraph in own.iter().cycle() {
        if total >= BYTES {
            break;
        }
        total += paragraph.len();
        match (out.last_mut(), form) {
            (Some(last), Form::Joined(bytes)) if last.len() + paragraph.len() < bytes => {
                last.push_str(glue(lang));
                last.push_str(paragraph);
            }
            _ => out.push(paragraph.clone()),
        }
    }
    out
}

fn run(bencher: Bencher<'_, '_>, case: Case, count: impl Fn(&str) -> usize) {
    let text = text(case);
    let bytes: usize = text.iter().map(String::len).sum();
    let found: usize = text.iter().map(|paragraph| count(paragraph)).sum();
    assert!(found > bytes / 2000, "{found} sentences in {bytes} bytes");
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| text.iter().map(|paragraph| count(black_box(paragraph))).sum::<usize>());
}

#[divan::bench(args = cases(), min_time = 1)]
fn bitext(bencher: Bencher<'_, '_>, case: Case) {
    let splitter = Splitter::new(case.0);
    run(bencher, case, |paragraph| splitter.sentences(paragraph).count());
}

#[divan::bench(args = cases(), min_time = 1)]
fn unicode_segmentation(bencher: Bencher<'_, '_>, case: Case) {
    run(bencher, case, |paragraph| paragraph.split_sentence_bounds().count());
}

// Slow on a long paragraph: few samples.
#[divan::bench(args = cases(), sample_count = 3, sample_size = 1)]
fn sentencex(bencher: Bencher<'_, '_>, case: Case) {
    run(bencher, case, |paragraph| ::sentencex::segment(case.0, paragraph).len());
}
