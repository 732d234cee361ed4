//! How good is the lexical evidence? A plain aligner with unfitted weights, 0.5 · (forward + backward) + 0.5 · length, on gold sentences.
//!
//! `cargo run --release --example lexicon_probe -- /work/shared/gold [fit] [lambda=0.6 ...] [set...]`; the gold sets belong to others and are
//! read from where they are. With `fit`, five weights are searched for the best F1 (on the same set: a comparison of evidence, no claim of accuracy). Prints B-strict F1 (every bead counts) and the time spent on evidence.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use bitext::signal::lexicon::{Lexicon, Matches, Settings};
use bitext::span::Side;
use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

type Bead = (Vec<usize>, Vec<usize>);

struct Text {
    source: Vec<String>,
    target: Vec<String>,
    gold: Vec<Bead>,
}

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.trim_end_matches('\n').split('\n').map(str::to_owned).collect()
}

fn read(folder: &Path) -> Vec<Text> {
    let gold = folder.join("gold");
    let mut texts = Vec::new();
    let listed = if gold.is_dir() { &gold } else { folder };
    let mut files: Vec<_> = std::fs::read_dir(listed).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    for file in files {
        match file.extension().and_then(|e| e.to_str()) {
            Some("jsonl") => {
                let mut text = Text { source: vec![], target: vec![], gold: vec![] };
                for line in lines(&file) {
                    let bead: serde_json::Value = serde_json::from_str(&line).unwrap();
                    let add = |side: &str, list: &mut Vec<String>| -> Vec<usize> {
                        let start = list.len();
                        list.extend(bead[side].as_array().unwrap().iter().map(|s| s.as_str().unwrap().to_owned()));
                        (start..list.len()).collect()
                    };
                    let bead = (add("zh", &mut text.source), add("en", &mut text.target));
                    text.gold.push(bead);
                }
                texts.push(text);
            }
            Some("gold") => {
                let ids = |s: &str| s.split(|c: char| !c.is_ascii_digit()).filter_map(|d| d.parse().ok()).collect();
                let gold = lines(&file).into_iter().filter(|l| !l.is_empty()).map(|l| {
                    let (a, b) = l.split_once(':').unwrap();
                    (ids(a), ids(b.split(':').next().unwrap()))
                });
                texts.push(Text {
                    gold: gold.collect(),
                    source: lines(&file.with_extension("src")),
                    target: lines(&file.with_extension("tgt")),
                });
            }
            _ => {}
        }
    }
    texts
}

fn shapes() -> Vec<(usize, usize)> {
    let mut all = vec![(1, 0), (0, 1)];
    for i in 1..=9 {
        for j in 1..=9 {
            if i <= 4 && j <= 4 && i + j <= 7 || i == 1 || j == 1 {
                all.push((i, j));
            }
        }
    }
    all
}

/// What a path is scored with: lexical evidence, length, each sentence beyond 1-1, an omission or addition, each of its words.
type Weights = [f64; 5];
const UNFITTED: Weights = [0.5, 0.5, 0.45, 3.5, 0.0];

/// The evidence of all beads of a text, by cell and shape.
struct Cells {
    n: usize,
    m: usize,
    shapes: Vec<(usize, usize)>,
    lexical: Vec<f32>,
    length: Vec<f32>,
    source_words: Vec<f64>,
    target_words: Vec<f64>,
}

fn cells(text: &Text, matches: &Matches<'_>) -> Cells {
    let (n, m) = (text.source.len(), text.target.len());
    let running = |list: &[String]| {
        let mut sum = vec![0.0];
        list.iter().for_each(|s| sum.push(sum[sum.len() - 1] + s.len() as f64));
        sum
    };
    let (cs, ct) = (running(&text.source), running(&text.target));
    let c = ct[m] / cs[n];
    let shapes = shapes();
    let (mut lexical, mut length) = (vec![], vec![]);
    for i in 0..=n {
        for j in 0..=m {
            for &(a, b) in &shapes {
                let (mut lex, mut len) = (0.0, 0.0);
                if a > 0 && b > 0 && a <= i && b <= j {
                    let (ls, lt) = ((cs[i] - cs[i - a]) * c, ct[j] - ct[j - b]);
                    let z = ((lt + 10.0) / (ls + 10.0)).ln();
                    let var = 0.05 + 6.0 / (ls + lt);
                    len = -z * z / (2.0 * var) - 0.5 * var.ln() - 1.2;
                    let (f, g) = matches.evidence(i - a..i, j - b..j);
                    lex = f + g;
                }
                lexical.push(lex);
                length.push(len as f32);
            }
        }
    }
    let words = |side, n| (0..n).map(|i| matches.tokens(side).sentence(i).len() as f64).collect();
    Cells { n, m, shapes, lexical, length, source_words: words(Side::Source, n), target_words: words(Side::Target, m) }
}

fn align(cells: &Cells, weights: &Weights) -> Vec<Bead> {
    let (n, m, shapes) = (cells.n, cells.m, &cells.shapes);
    let mut best = vec![(f64::NEG_INFINITY, 0, 0); (n + 1) * (m + 1)];
    best[0].0 = 0.0;
    for i in 0..=n {
        for j in 0..=m {
            let at = i * (m + 1) + j;
            for (k, &(a, b)) in shapes.iter().enumerate() {
                if a > i || b > j {
                    continue;
                }
                let before = best[at - a * (m + 1) - b].0;
                let score = if a == 0 || b == 0 {
                    let words = if a == 0 { cells.target_words[j - 1] } else { cells.source_words[i - 1] };
                    before - weights[3] - weights[4] * words
                } else {
                    let (lex, len) = (cells.lexical[at * shapes.len() + k], cells.length[at * shapes.len() + k]);
                    let both = if a > 1 && b > 1 { 0.55 } else { 0.0 };
                    before + weights[0] * f64::from(lex) + weights[1] * f64::from(len)
                        - weights[2] * ((a + b - 2) as f64 + both)
                };
                if score > best[at].0 {
                    best[at] = (score, a, b);
                }
            }
        }
    }
    let (mut i, mut j, mut out) = (n, m, vec![]);
    while i > 0 || j > 0 {
        let (_, a, b) = best[i * (m + 1) + j];
        out.push(((i - a..i).collect(), (j - b..j).collect()));
        (i, j) = (i - a, j - b);
    }
    out.reverse();
    out
}

/// Coordinate search for the weights with the best F1.
fn fit(texts: &[Text], all: &[Cells]) -> (Weights, f64) {
    let score = |w: &Weights| f1(texts, &all.iter().map(|c| align(c, w)).collect::<Vec<_>>());
    let mut weights = [0.5, 0.5, 0.45, 5.0, 0.1];
    let mut best = score(&weights);
    for step in [1.6, 1.25, 1.1] {
        for _ in 0..2 {
            for k in 0..5 {
                for factor in [step, 1.0 / step] {
                    loop {
                        let mut tried = weights;
                        if k == 4 { tried[4] += (factor - 1.0) * 0.2 } else { tried[k] *= factor }
                        let f = score(&tried);
                        if f <= best {
                            break;
                        }
                        (weights, best) = (tried, f);
                    }
                }
            }
        }
    }
    (weights, best)
}

fn f1(texts: &[Text], found: &[Vec<Bead>]) -> f64 {
    let (mut hit, mut all) = (0, 0);
    for (text, found) in texts.iter().zip(found) {
        let gold: HashSet<_> = text.gold.iter().collect();
        hit += found.iter().filter(|b| gold.contains(b)).count();
        all += text.gold.len() + found.len();
    }
    2.0 * hit as f64 / all as f64
}

fn main() {
    let start = Instant::now();
    drop(Lexicon::new("zh", "en").matches());
    println!("opening the table: {:?}", start.elapsed());
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let root = args.remove(0);
    let mut settings = Settings::default();
    let (mut sets, mut fitted) = (vec![], false);
    for arg in &args {
        match arg.split_once('=') {
            Some(("lambda", v)) => settings.lambda = v.parse().unwrap(),
            Some(("background", v)) => settings.background = v.parse().unwrap(),
            Some(("common", v)) => settings.common = v.parse().unwrap(),
            Some(("learned", v)) => settings.learned = v.parse().unwrap(),
            None if arg == "fit" => fitted = true,
            _ => sets.push(arg.as_str()),
        }
    }
    let known = [
        ("newspaper-dev", "zh", "en"),
        ("mac-dev", "zh", "en"),
        ("nonlit-aca", "en", "zh"),
        ("textberg-dev", "de", "fr"),
        ("parice-en-is", "en", "is"),
        ("dtm-hu-en", "hu", "en"),
    ];
    for (name, source, target) in known {
        if !sets.is_empty() && !sets.contains(&name) {
            continue;
        }
        let texts = read(&Path::new(&root).join(name));
        let lexicon = Lexicon::new(source, target).with_settings(settings.clone());
        let mut matches = lexicon.matches();
        let (mut cut, mut spent, mut sentences) = (Duration::ZERO, Duration::ZERO, 0);
        let (mut found, mut all) = (vec![], vec![]);
        for text in &texts {
            matches.read(&text.source, &text.target);
            let cells = cells(text, &matches);
            found.push(align(&cells, &UNFITTED));
            if fitted {
                all.push(cells);
            }
        }
        // again, with warm caches, for the time
        for text in &texts {
            let at = Instant::now();
            matches.tokenize(&text.source, &text.target);
            cut += at.elapsed();
            let at = Instant::now();
            let (n, m) = (text.source.len(), text.target.len());
            matches.read_banded(&text.source, &text.target, |i| {
                let middle = i * m / n;
                middle.saturating_sub(20)..middle + 21
            });
            spent += at.elapsed();
            sentences += n + m;
        }
        println!(
            "{name}: B-strict F1 {:.3}; {} texts, {sentences} sentences, tokens {:?}, all in a band {:?}: {:.0} sentences/s",
            f1(&texts, &found),
            texts.len(),
            cut,
            spent,
            sentences as f64 / spent.as_secs_f64()
        );
        if fitted {
            let (weights, best) = fit(&texts, &all);
            println!("{name}: fitted F1 {best:.3} with {weights:.2?}");
        }
    }
}
