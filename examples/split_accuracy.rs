//! The accuracy of the sentence splitters on the development sets: F1 over the boundaries inside a paragraph, exact
//! after removing white space, each paragraph alone; hard cases by exact match (or one of the alternatives).
//!
//! `cargo run --release --example split_accuracy [-- --errors [SET]]`; the sets are read from `../shared`, or from
//! `$BITEXT_SHARED`.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

use bitext::split::Splitter;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn shared() -> PathBuf {
    std::env::var_os("BITEXT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[derive(Default)]
struct Score {
    hit: usize,
    found: usize,
    gold: usize,
}

impl Score {
    fn f1(&self) -> f64 {
        200.0 * self.hit as f64 / (self.found + self.gold).max(1) as f64
    }
    fn add(&mut self, found: &BTreeSet<usize>, gold: &BTreeSet<usize>) {
        self.hit += found.intersection(gold).count();
        self.found += found.len();
        self.gold += gold.len();
    }
}

/// Ends of pieces, counted in characters that are no white space, the last left out.
fn ends<'a>(pieces: impl Iterator<Item = &'a str>) -> BTreeSet<usize> {
    let mut ends = BTreeSet::new();
    let mut sum = 0;
    for piece in pieces {
        sum += piece.chars().filter(|c| !c.is_whitespace()).count();
        ends.insert(sum);
    }
    ends.remove(&sum);
    ends
}

fn show(set: &str, text: &str, found: &BTreeSet<usize>, gold: &BTreeSet<usize>) {
    let solid: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    for (kind, at) in
        found.difference(gold).map(|at| ("FALSE ", at)).chain(gold.difference(found).map(|at| ("MISSED", at)))
    {
        let left: String = solid[at.saturating_sub(30)..*at].iter().collect();
        let right: String = solid[*at..(at + 25).min(solid.len())].iter().collect();
        println!("  {set} {kind} {left}|{right}");
    }
}

fn main() {
    let shared = shared();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let errors = arguments.iter().any(|argument| argument == "--errors");
    let only = arguments.iter().find(|argument| !argument.starts_with("--"));
    let (english, chinese) = (Splitter::new("en"), Splitter::new("zh"));
    let wanted = |set: &str| only.is_none_or(|only| set.contains(only.as_str()));
    let mut any = false;
    println!("{:<16} {:>7} {:>7} {:>7}", "set", "F1", "P", "R");
    let print = |set: &str, score: &Score| {
        let percent = |of: usize| 100.0 * score.hit as f64 / of.max(1) as f64;
        println!("{set:<16} {:>7.2} {:>7.2} {:>7.2}", score.f1(), percent(score.found), percent(score.gold));
    };
    for set in ["en_pud", "en_gum", "en_ewt", "zh_pud", "zh_gsd", "zh_gsdsimp", "zh_hk"] {
        let splitter = if set.starts_with("en") { &english } else { &chinese };
        let rows = rows(&shared.join(format!("split/{set}.jsonl")));
        if rows.is_empty() || !wanted(set) {
            continue;
        }
        any = true;
        let mut score = Score::default();
        for row in &rows {
            let text = row["text"].as_str().unwrap();
            let chars: Vec<char> = text.chars().collect();
            let spans: Vec<String> = row["spans"]
                .as_array()
                .unwrap()
                .iter()
                .map(|span| {
                    chars[span[0].as_u64().unwrap() as usize..span[1].as_u64().unwrap() as usize].iter().collect()
                })
                .collect();
            let gold = ends(spans.iter().map(String::as_str));
            let found = ends(splitter.sentences(text).map(|one| one.range.of(text)));
            score.add(&found, &gold);
            if errors {
                show(set, text, &found, &gold);
            }
        }
        print(set, &score);
    }
    for file in ["split/hardcases-dev.jsonl", "@tests/split/cases-en.jsonl", "@tests/split/cases-zh.jsonl"] {
        let path = file
            .strip_prefix('@')
            .map_or_else(|| shared.join(file), |own| Path::new(env!("CARGO_MANIFEST_DIR")).join(own));
        if !wanted("hard") {
            continue;
        }
        let mut tally: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for row in rows(&path) {
            any = true;
            let lang = row["lang"].as_str().unwrap();
            let splitter = if lang == "en" { &english } else { &chinese };
            let text = row["text"].as_str().unwrap();
            let found: Vec<&str> = splitter.split_text(text).into_iter().map(|one| one.range.of(text)).collect();
            let list = |value: &Value| ends(value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()));
            let mut accepted = vec![list(&row["sentences"])];
            accepted.extend(row["alts"].as_array().into_iter().flatten().map(list));
            let right = accepted.contains(&ends(found.iter().copied()));
            let count = tally.entry(lang.to_owned()).or_default();
            count.0 += usize::from(right);
            count.1 += 1;
            if !right && errors {
                println!("  hard {lang} {}: {found:?}", row["tag"].as_str().unwrap_or_default());
            }
        }
        for (lang, (right, all)) in tally {
            println!(
                "hard {lang} {:<12} {right} of {all} ({:.1} %)",
                if file.starts_with('@') { "own" } else { "dev" },
                100.0 * right as f64 / all as f64
            );
        }
    }
    if wanted("news") {
        for (lang, splitter, glue) in [("zh", &chinese, ""), ("en", &english, " ")] {
            let mut score = Score::default();
            let mut files: Vec<PathBuf> = fs::read_dir(shared.join("gold/newspaper-dev/gold"))
                .into_iter()
                .flatten()
                .map(|entry| entry.unwrap().path())
                .collect();
            files.sort();
            for file in files {
                any = true;
                let mut paragraphs: BTreeMap<u64, Vec<String>> = BTreeMap::new();
                for row in rows(&file) {
                    let Some(paragraph) = row[format!("{lang}_par")].as_u64() else { continue };
                    let sentences = row[lang].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned());
                    paragraphs.entry(paragraph).or_default().extend(sentences);
                }
                for sentences in paragraphs.values() {
                    let text = sentences.join(glue);
                    let gold = ends(sentences.iter().map(String::as_str));
                    let found = ends(splitter.sentences(&text).map(|one| one.range.of(&text)));
                    score.add(&found, &gold);
                    if errors {
                        show(file.file_stem().unwrap().to_str().unwrap(), &text, &found, &gold);
                    }
                }
            }
            print(&format!("news {lang}"), &score);
        }
    }
    if !any {
        eprintln!("nothing scored: no sets under {}; set BITEXT_SHARED", shared.display());
        std::process::exit(1);
    }
}
