//! The accuracy of the sentence splitters, beside two other crates on the same texts: F1 over the boundaries inside a
//! paragraph, exact after removing white space, each paragraph alone; hard cases by exact match (or one of the
//! alternatives).
//!
//! `cargo run --release --example split_accuracy [-- --errors] [--cases FILE] [SET]`; the sets are read from `../shared`,
//! or from `$BITEXT_SHARED`. `--errors` shows what ours got wrong, `--cases` scores a file of hard cases and nothing
//! else, SET limits the run to the sets whose names hold it.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

use bitext::split::Splitter;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use unicode_segmentation::UnicodeSegmentation;

/// Where the pieces of a text end, counted in characters that are no white space.
type Ends = BTreeSet<usize>;

/// A text and the ends that are right: one answer, or several for a hard case.
struct Case {
    lang: String,
    tag: String,
    text: String,
    right: Vec<Ends>,
}

/// Whose boundaries are scored.
#[derive(Clone, Copy)]
enum Engine {
    Bitext,
    Sentencex,
    Uax29,
}

const ENGINES: [Engine; 3] = [Engine::Bitext, Engine::Sentencex, Engine::Uax29];

impl Engine {
    /// The ends in a text of one or several lines. The other crates are given the lines one by one, which is kind to
    /// them: a headline without a full stop is no fault of theirs.
    fn ends(self, splitter: &Splitter, lang: &str, text: &str, lines: bool) -> Ends {
        match self {
            Engine::Bitext if lines => ends(splitter.split_text(text).iter().map(|one| one.range.of(text))),
            Engine::Bitext => ends(splitter.sentences(text).map(|one| one.range.of(text))),
            Engine::Sentencex => ends(text.lines().flat_map(|line| ::sentencex::segment(lang, line))),
            Engine::Uax29 => ends(text.lines().flat_map(UnicodeSegmentation::split_sentence_bounds)),
        }
    }
}

#[derive(Default, Clone, Copy)]
struct Score {
    hit: usize,
    found: usize,
    gold: usize,
}

impl Score {
    fn add(&mut self, found: &Ends, gold: &Ends) {
        self.hit += found.intersection(gold).count();
        self.found += found.len();
        self.gold += gold.len();
    }

    fn percent(hits: usize, of: usize) -> f64 {
        100.0 * hits as f64 / of.max(1) as f64
    }

    fn f1(&self) -> f64 {
        Self::percent(2 * self.hit, self.found + self.gold)
    }
}

fn ends<'a>(pieces: impl Iterator<Item = &'a str>) -> Ends {
    let mut sum = 0;
    pieces
        .map(|piece| {
            sum += piece.chars().filter(|c| !c.is_whitespace()).count();
            sum
        })
        .collect()
}

/// The ends inside: the last one is no boundary that could be missed.
fn inner(mut ends: Ends) -> Ends {
    ends.pop_last();
    ends
}

fn rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Paragraphs with spans, in characters.
fn treebank(path: &Path) -> Vec<Case> {
    let case = |row: Value| {
        let text = row["text"].as_str().unwrap().to_owned();
        let chars: Vec<char> = text.chars().collect();
        let at = |value: &Value| value.as_u64().unwrap() as usize;
        let spans = row["spans"].as_array().unwrap().iter();
        let pieces: Vec<String> = spans.map(|span| chars[at(&span[0])..at(&span[1])].iter().collect()).collect();
        let right = vec![ends(pieces.iter().map(String::as_str))];
        Case { lang: row["lang"].as_str().unwrap().to_owned(), tag: String::new(), text, right }
    };
    rows(path).into_iter().map(case).collect()
}

fn hard_cases(path: &Path) -> Vec<Case> {
    let case = |row: Value| {
        let list = |value: &Value| ends(value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()));
        let right = std::iter::once(&row["sentences"]).chain(row["alts"].as_array().into_iter().flatten());
        let field = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        Case { lang: field("lang"), tag: field("tag"), text: field("text"), right: right.map(list).collect() }
    };
    rows(path).into_iter().map(case).collect()
}

/// The paragraphs of one side of alignment gold, put together from its sentences.
fn newspaper(folder: &Path, lang: &str) -> Vec<Case> {
    let glue = if lang == "zh" { "" } else { " " };
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let mut paragraphs: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for row in rows(&file) {
            let Some(paragraph) = row[format!("{lang}_par")].as_u64() else { continue };
            let sentences = row[lang].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned());
            paragraphs.entry(paragraph).or_default().extend(sentences);
        }
        cases.extend(paragraphs.into_values().map(|sentences| Case {
            lang: lang.to_owned(),
            tag: String::new(),
            text: sentences.join(glue),
            right: vec![ends(sentences.iter().map(String::as_str))],
        }));
    }
    cases
}

/// Sentences of alignment gold, one a line, joined to paragraphs of at most ten; one that has no end mark ends a paragraph.
fn sentence_lines(folder: &Path, ending: &str, lang: &str) -> Vec<Case> {
    let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|own| own == ending)).collect();
    files.sort();
    let mut cases = Vec::new();
    for text in files.iter().map(|path| fs::read_to_string(path).unwrap()) {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let ended = |line: &&str| {
            line.trim_end_matches(['"', '”', '“', '»', '«', '\'', '’', ')', ']']).ends_with(['.', '!', '?', '…'])
        };
        for run in lines.split_inclusive(|line| !ended(line)).flat_map(|run| run.chunks(10)) {
            let right = vec![ends(run.iter().copied())];
            cases.push(Case { lang: lang.to_owned(), tag: String::new(), text: run.join(" "), right });
        }
    }
    cases
}

fn show(case: &Case, found: &Ends) {
    let gold = inner(case.right[0].clone());
    let solid: Vec<char> = case.text.chars().filter(|c| !c.is_whitespace()).collect();
    let false_ones = found.difference(&gold).map(|at| ("FALSE ", at));
    for (kind, at) in false_ones.chain(gold.difference(found).map(|at| ("MISSED", at))) {
        let left: String = solid[at.saturating_sub(30)..*at].iter().collect();
        let right: String = solid[*at..(at + 25).min(solid.len())].iter().collect();
        println!("    {kind} {left}|{right}");
    }
}

/// One row of the table for paragraphs; false when the set is absent.
fn paragraphs(set: &str, cases: &[Case], errors: bool) -> bool {
    let Some(first) = cases.first() else {
        println!("| {set} | absent, skipped |");
        return false;
    };
    let splitter = Splitter::new(&first.lang);
    let score = |engine: Engine| {
        let mut score = Score::default();
        for case in cases {
            let found = inner(engine.ends(&splitter, &case.lang, &case.text, false));
            score.add(&found, &inner(case.right[0].clone()));
            if errors && matches!(engine, Engine::Bitext) {
                show(case, &found);
            }
        }
        score
    };
    let [ours, sentencex, uax29] = ENGINES.map(score);
    println!(
        "| {set} | {} | **{:.2}** | {:.2} | {:.2} | {:.2} | {:.2} |",
        ours.gold,
        ours.f1(),
        Score::percent(ours.hit, ours.found),
        Score::percent(ours.hit, ours.gold),
        sentencex.f1(),
        uax29.f1()
    );
    true
}

/// The rows of the table for hard cases, one a language.
fn exact(set: &str, cases: &[Case], errors: bool) -> bool {
    for lang in ["en", "zh"] {
        let splitter = Splitter::new(lang);
        let cases: Vec<&Case> = cases.iter().filter(|case| case.lang == lang).collect();
        if cases.is_empty() {
            continue;
        }
        let right = |engine: Engine| {
            let hit = |case: &&&Case| {
                let hit = case.right.contains(&engine.ends(&splitter, lang, &case.text, true));
                if !hit && errors && matches!(engine, Engine::Bitext) {
                    let found = splitter.split_text(&case.text);
                    let found: Vec<&str> = found.iter().map(|one| one.range.of(&case.text)).collect();
                    println!("    {}: {}", case.tag, found.join(" | "));
                }
                hit
            };
            cases.iter().filter(hit).count()
        };
        let [ours, sentencex, uax29] = ENGINES.map(right);
        let percent = |hits: usize| Score::percent(hits, cases.len());
        println!(
            "| {set} {lang} | {} | **{:.1}** ({ours}) | {:.1} | {:.1} |",
            cases.len(),
            percent(ours),
            percent(sentencex),
            percent(uax29)
        );
    }
    !cases.is_empty()
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("BITEXT_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let (mut errors, mut own, mut only) = (false, None, String::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--errors" => errors = true,
            "--cases" => own = arguments.next(),
            _ => only = argument,
        }
    }
    let wanted = |set: &str| own.is_none() && set.contains(&only);
    let mut any = false;
    if own.is_none() {
        println!(
            "| paragraphs | boundaries inside | F1 | precision | recall | sentencex F1 | UAX 29 F1 |\n|---|---|---|---|---|---|---|"
        );
    }
    for set in
        ["en_pud", "en_gum", "en_ewt", "zh_pud", "zh_gsd", "zh_gsdsimp", "zh_hk"].into_iter().filter(|set| wanted(set))
    {
        any |= paragraphs(set, &treebank(&shared.join(format!("split/{set}.jsonl"))), errors);
    }
    for lang in ["en", "zh"].into_iter().filter(|_| wanted("corpus/newspaper")) {
        any |= paragraphs(
            &format!("corpus/newspaper {lang}"),
            &newspaper(&root.join("corpus/newspaper/gold"), lang),
            errors,
        );
    }
    for (set, ending, lang) in [
        ("parice-en-is", "src", "en"),
        ("parice-en-is", "tgt", "is"),
        ("dtm-hu-en", "src", "hu"),
        ("dtm-hu-en", "tgt", "en"),
    ] {
        let name = format!("{set} {lang}, joined");
        if wanted(&name) {
            any |= paragraphs(&name, &sentence_lines(&shared.join("gold").join(set), ending, lang), errors);
        }
    }
    println!("\n| hard cases | cases | right, % (number) | sentencex, % | UAX 29, % |\n|---|---|---|---|---|");
    if let Some(path) = own {
        any |= exact("given", &hard_cases(Path::new(&path)), errors);
    } else if wanted("hard") {
        any |= exact("development", &hard_cases(&shared.join("split/hardcases-dev.jsonl")), errors);
        for lang in ["en", "zh"] {
            any |= exact("own", &hard_cases(&root.join(format!("tests/split/cases-{lang}.jsonl"))), errors);
        }
    }
    if !any {
        eprintln!("nothing scored: no sets under {}; set BITEXT_SHARED", shared.display());
        std::process::exit(1);
    }
}
