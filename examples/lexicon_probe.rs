//! How good is the lexical evidence? A plain aligner with unfitted weights, 0.5 · (forward + backward) + 0.5 · length, on gold sentences.
//!
//! `cargo run --release --example lexicon_probe -- /work/shared/gold [fit] [lambda=0.6 ...] [set...]`; the gold sets belong to others and are
//! read from where they are. With `fit`, weights by maximum likelihood, cross-validated by text where a set has several. Prints B-strict F1 (every bead counts) and the time spent on evidence.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use bitext::signal::lexicon::{Examples, Lexicon, Matches, Settings};
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

/// The evidence of all beads of a text, by cell and shape.
struct Cells {
    n: usize,
    m: usize,
    shapes: Vec<(usize, usize)>,
    lexical: Vec<f32>,
    forward: Vec<f32>,
    ratio: Vec<f32>,
    length: Vec<f32>,
    source_words: Vec<f64>,
    target_words: Vec<f64>,
}

fn cells(text: &Text, matches: &Matches) -> Cells {
    let (n, m) = (text.source.len(), text.target.len());
    let running = |list: &[String]| {
        let mut sum = vec![0.0];
        list.iter().for_each(|s| sum.push(sum[sum.len() - 1] + s.len() as f64));
        sum
    };
    let (cs, ct) = (running(&text.source), running(&text.target));
    let c = ct[m] / cs[n];
    let shapes = shapes();
    let (mut lexical, mut forward, mut length, mut ratio) = (vec![], vec![], vec![], vec![]);
    for i in 0..=n {
        for j in 0..=m {
            for &(a, b) in &shapes {
                let (mut lex, mut fwd, mut len, mut z) = (0.0, 0.0, 0.0, 0.0f64);
                if a > 0 && b > 0 && a <= i && b <= j {
                    let (ls, lt) = ((cs[i] - cs[i - a]) * c, ct[j] - ct[j - b]);
                    z = ((lt + 10.0) / (ls + 10.0)).ln();
                    let var = 0.05 + 6.0 / (ls + lt);
                    len = -z * z / (2.0 * var) - 0.5 * var.ln() - 1.2;
                    let (f, g) = matches.evidence(i - a..i, j - b..j);
                    (lex, fwd) = (f + g, f);
                }
                lexical.push(lex);
                length.push(len as f32);
                forward.push(fwd);
                ratio.push(z as f32);
            }
        }
    }
    let words = |side, n| (0..n).map(|i| matches.tokens(side).sentence(i).len() as f64).collect();
    Cells {
        n,
        m,
        shapes,
        lexical,
        forward,
        ratio,
        length,
        source_words: words(Side::Source, n),
        target_words: words(Side::Target, m),
    }
}

fn align(cells: &Cells, score: impl Fn(usize, usize, usize, usize) -> f64) -> Vec<Bead> {
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
                let score = best[at - a * (m + 1) - b].0 + score(at, k, i, j);
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

/// The prototype's hand-set score; it was set for λ = 0.6, so words left out are charged as it would have.
fn unfitted(cells: &Cells, lambda: f64, (at, k, i, j): (usize, usize, usize, usize)) -> f64 {
    let (a, b) = cells.shapes[k];
    if a == 0 || b == 0 {
        let words = if a == 0 { cells.target_words[j - 1] } else { cells.source_words[i - 1] };
        return -3.5 + 0.5 * (lambda / 0.6).ln() * words;
    }
    let both = if a > 1 && b > 1 { 0.55 } else { 0.0 };
    let at = at * cells.shapes.len() + k;
    0.5 * f64::from(cells.lexical[at] + cells.length[at]) - 0.45 * ((a + b - 2) as f64 + both)
}

const FEATURES: usize = 16;

/// What the fitted model sees of a bead of this shape.
fn features(cells: &Cells, at: usize, k: usize, i: usize, j: usize) -> [f64; FEATURES] {
    let (a, b) = cells.shapes[k];
    let mut f = [0.0; FEATURES];
    if a == 0 || b == 0 {
        f[if a == 0 { 4 } else { 5 }] = 1.0;
        f[if a == 0 { 6 } else { 7 }] =
            (if a == 0 { cells.target_words[j - 1] } else { cells.source_words[i - 1] }) / 10.0;
        return f;
    }
    let at = at * cells.shapes.len() + k;
    f[0] = f64::from(cells.forward[at]) / 10.0;
    f[1] = f64::from(cells.lexical[at] - cells.forward[at]) / 10.0;
    f[2] = f64::from(cells.length[at]);
    f[3] = -f64::from(cells.ratio[at]).abs();
    match (a, b) {
        (1, 1) => {}
        (1, 2) => f[8] = 1.0,
        (2, 1) => f[9] = 1.0,
        (2, 2) => f[10] = 1.0,
        (1, b) => (f[11], f[12]) = (1.0, (b - 3) as f64),
        (a, 1) => (f[13], f[14]) = (1.0, (a - 3) as f64),
        (a, b) => f[15] = (a + b - 4) as f64,
    }
    f
}

/// Log-likelihood of the gold path and its gradient, inside a band around that path.
fn likelihood(text: &Text, cells: &Cells, weights: &[f64; FEATURES], gradient: &mut [f64; FEATURES]) -> f64 {
    let (n, m) = (cells.n, cells.m);
    let mut gold = HashSet::new();
    let (mut i, mut j, mut middle) = (0, 0, vec![0; n + 1]);
    for (s, t) in &text.gold {
        let k = cells.shapes.iter().position(|&(a, b)| (a, b) == (s.len(), t.len()));
        (i, j) = (s.last().map_or(i, |&i| i + 1), t.last().map_or(j, |&j| j + 1));
        middle[i] = j;
        if let Some(k) = k {
            gold.insert((i, j, k));
        }
    }
    for i in 1..=n {
        middle[i] = middle[i].max(middle[i - 1]);
    }
    let inside = |i: usize, j: usize| j + 20 >= middle[i] && j <= middle[i] + 20;
    let index = |i: usize, j: usize| i * (m + 1) + j;
    let mut alpha = vec![f64::NEG_INFINITY; (n + 1) * (m + 1)];
    let add = |x: f64, y: f64| if x > y { x + (y - x).exp().ln_1p() } else { y + (x - y).exp().ln_1p() };
    alpha[0] = 0.0;
    let mut edges = vec![];
    for i in 0..=n {
        for j in middle[i].saturating_sub(20)..=(middle[i] + 20).min(m) {
            for (k, &(a, b)) in cells.shapes.iter().enumerate() {
                if a > i || b > j || !inside(i - a, j - b) || alpha[index(i - a, j - b)] == f64::NEG_INFINITY {
                    continue;
                }
                let f = features(cells, index(i, j), k, i, j);
                let score: f64 = f.iter().zip(weights).map(|(f, w)| f * w).sum();
                edges.push((i, j, k, score));
                let slot = index(i, j);
                let new = alpha[index(i - a, j - b)] + score;
                alpha[slot] = if alpha[slot] == f64::NEG_INFINITY { new } else { add(alpha[slot], new) };
            }
        }
    }
    let z = alpha[index(n, m)];
    let mut beta = vec![f64::NEG_INFINITY; (n + 1) * (m + 1)];
    beta[index(n, m)] = 0.0;
    let mut total = -z;
    for &(i, j, k, score) in edges.iter().rev() {
        let (a, b) = cells.shapes[k];
        let (from, to) = (index(i - a, j - b), index(i, j));
        let right = f64::from(u8::from(gold.contains(&(i, j, k))));
        total += right * score;
        let mut p = 0.0;
        if beta[to] > f64::NEG_INFINITY {
            p = (alpha[from] + score + beta[to] - z).exp();
            let new = score + beta[to];
            beta[from] = if beta[from] == f64::NEG_INFINITY { new } else { add(beta[from], new) };
        }
        if p > 1e-6 || right > 0.0 {
            for (g, f) in gradient.iter_mut().zip(features(cells, to, k, i, j)) {
                *g += (right - p) * f;
            }
        }
    }
    total
}

/// Weights by maximum likelihood (resilient propagation), on the texts that `chosen` picks.
fn fit(texts: &[Text], all: &[Cells], chosen: impl Fn(usize) -> bool) -> [f64; FEATURES] {
    let mut weights = [0.0; FEATURES];
    (weights[0], weights[1], weights[2]) = (1.0, 1.0, 0.5);
    let (mut step, mut before) = ([0.2; FEATURES], [0.0; FEATURES]);
    for _ in 0..30 {
        let mut gradient = weights.map(|w| -0.5 * w);
        for (t, (text, cells)) in texts.iter().zip(all).enumerate() {
            if chosen(t) {
                likelihood(text, cells, &weights, &mut gradient);
            }
        }
        for k in 0..FEATURES {
            let same = gradient[k] * before[k];
            step[k] *= if same > 0.0 {
                1.3
            } else if same < 0.0 {
                0.4
            } else {
                1.0
            };
            weights[k] += step[k] * if gradient[k] == 0.0 { 0.0 } else { gradient[k].signum() };
        }
        before = gradient;
    }
    weights
}

/// Cross-validated by text where there are several: log-likelihood a bead, and F1.
fn cross_validate(texts: &[Text], all: &[Cells]) -> (f64, f64, [f64; FEATURES]) {
    let folds = texts.len().min(4);
    let (mut found, mut total, mut last) = (vec![vec![]; texts.len()], 0.0, [0.0; FEATURES]);
    for fold in 0..folds {
        let weights = fit(texts, all, |t| folds == 1 || t % folds != fold);
        for t in (fold..texts.len()).step_by(folds) {
            total += likelihood(&texts[t], &all[t], &weights, &mut [0.0; FEATURES]);
            let score = |at, k, i, j| features(&all[t], at, k, i, j).iter().zip(&weights).map(|(f, w)| f * w).sum();
            found[t] = align(&all[t], score);
        }
        last = weights;
    }
    let beads: usize = texts.iter().map(|t| t.gold.len()).sum();
    (total / beads as f64, f1(texts, &found), last)
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
    let (mut sets, mut fitted, mut rounds) = (vec![], false, 0);
    for arg in &args {
        match arg.split_once('=') {
            Some(("lambda", v)) => settings.lambda = v.parse().unwrap(),
            Some(("background", v)) => settings.background = v.parse().unwrap(),
            Some(("common", v)) => settings.common = v.parse().unwrap(),
            Some(("learned", v)) => settings.learned = v.parse().unwrap(),
            Some(("rounds", v)) => rounds = v.parse().unwrap(),
            None if arg == "fit" => fitted = true,
            _ => sets.push(arg.as_str()),
        }
    }
    let lambda = f64::from(settings.lambda);
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
            found.push(align(&cells, |at, k, i, j| unfitted(&cells, lambda, (at, k, i, j))));
            if fitted {
                all.push(cells);
            }
        }
        if rounds > 0 {
            let mut table = None;
            for _ in 0..rounds {
                let mut examples = Examples::default();
                for (text, found) in texts.iter().zip(&found) {
                    matches.tokenize(&text.source, &text.target);
                    for (s, t) in found.iter().filter(|(s, t)| !s.is_empty() && !t.is_empty()) {
                        examples.push_bead(&matches, s[0]..s[0] + s.len(), t[0]..t[0] + t.len());
                    }
                }
                let at = Instant::now();
                let learned = examples.learn(&Default::default());
                println!("{name}: {} entries from {} beads in {:?}", learned.len(), examples.len(), at.elapsed());
                let lexicon = lexicon.clone().with_table(learned.clone());
                let mut matches = lexicon.matches();
                (found, all) = (vec![], vec![]);
                for text in &texts {
                    matches.read(&text.source, &text.target);
                    let cells = cells(text, &matches);
                    found.push(align(&cells, |at, k, i, j| unfitted(&cells, lambda, (at, k, i, j))));
                    all.push(cells);
                }
                table = Some(learned);
                println!("{name}: with it, unfitted F1 {:.3}", f1(&texts, &found));
            }
            drop(table);
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
            let (likelihood, f1, weights) = cross_validate(&texts, &all);
            println!("{name}: fitted F1 {f1:.3}, ln p a bead {likelihood:.4}, with {weights:.2?}");
        }
    }
}
