//! Throughput of sentence splitting beside two other crates, on the same text in one run.
//!
//! The text is the newspaper set (`../shared/gold/newspaper-dev`, or under `$BITEXT_SHARED`) repeated to a megabyte;
//! without it, the splitters' own hard cases, which are far denser in marks. `paragraphs` feeds each paragraph alone,
//! `megabyte` the whole as one paragraph. `cargo bench --bench split`.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr)]

use bitext::split::Splitter;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use std::path::{Path, PathBuf};
use unicode_segmentation::UnicodeSegmentation;

const BYTES: usize = 1_000_000;

fn main() {
    divan::main();
}

/// Paragraphs of one language, a megabyte in all.
fn paragraphs(lang: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("BITEXT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let mut files: Vec<PathBuf> = std::fs::read_dir(shared.join("gold/newspaper-dev/gold"))
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut own: Vec<String> = Vec::new();
    for file in &files {
        let mut last = None;
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let paragraph = row[format!("{lang}_par")].as_u64();
            for sentence in row[lang].as_array().unwrap() {
                if paragraph.is_none() || paragraph != last || own.is_empty() {
                    own.push(String::new());
                } else if lang == "en" {
                    own.last_mut().unwrap().push(' ');
                }
                last = paragraph;
                own.last_mut().unwrap().push_str(sentence.as_str().unwrap());
            }
        }
    }
    if own.is_empty() {
        eprintln!("no newspaper set under {}: the hard cases stand in", shared.display());
        let text = std::fs::read_to_string(root.join(format!("tests/split/cases-{lang}.jsonl"))).unwrap();
        own = text
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().replace('\n', " ")
            })
            .collect();
    }
    let mut out = Vec::new();
    let mut total = 0;
    for paragraph in own.iter().cycle() {
        if total >= BYTES {
            break;
        }
        total += paragraph.len();
        out.push(paragraph.clone());
    }
    out
}

fn text(lang: &str, form: &str) -> Vec<String> {
    let paragraphs = paragraphs(lang);
    if form == "megabyte" { vec![paragraphs.join(if lang == "en" { " " } else { "" })] } else { paragraphs }
}

const CASES: [(&str, &str); 4] = [("zh", "paragraphs"), ("zh", "megabyte"), ("en", "paragraphs"), ("en", "megabyte")];

fn run(bencher: Bencher<'_, '_>, (lang, form): (&str, &str), count: impl Fn(&str) -> usize) {
    let text = text(lang, form);
    let bytes: usize = text.iter().map(String::len).sum();
    let found: usize = text.iter().map(|paragraph| count(paragraph)).sum();
    assert!(found > bytes / 2000, "{found} sentences in {bytes} bytes");
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| text.iter().map(|paragraph| count(black_box(paragraph))).sum::<usize>());
}

#[divan::bench(args = CASES, min_time = 1)]
fn bitext(bencher: Bencher<'_, '_>, case: (&str, &str)) {
    let splitter = Splitter::new(case.0);
    run(bencher, case, |paragraph| splitter.sentences(paragraph).count());
}

#[divan::bench(args = CASES, min_time = 1)]
fn unicode_segmentation(bencher: Bencher<'_, '_>, case: (&str, &str)) {
    run(bencher, case, |paragraph| paragraph.split_sentence_bounds().count());
}

// Slow on a long paragraph: few samples.
#[divan::bench(args = CASES, sample_count = 3, sample_size = 1)]
fn sentencex(bencher: Bencher<'_, '_>, case: (&str, &str)) {
    run(bencher, case, |paragraph| ::sentencex::segment(case.0, paragraph).len());
}
