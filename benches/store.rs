//! How long searches take in a large store: from the library, and over HTTP with 50 hits shown.
//!
//! ```sh
//! BITEXT_STORE=corpus.db cargo bench --bench store       # scripts/bench-store --keep FOLDER makes one of a million pairs
//! ```
//!
//! Each query is drawn, with a fixed seed, from a pair of the store and asked once: one character, two, a phrase of four to six; an
//! English word, two side by side; both sides at once; what is not translated as; a wildcard; some with filters.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use bitext::store::{Filter, Order, Query, Store};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Queries of each kind.
const MANY: usize = 60;
const SHOWN: usize = 50;

/// Steele, Lea and Flood's (2014) SplitMix64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

struct Asked {
    kind: &'static str,
    query: String,
    filter: Filter,
    parameters: &'static str,
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// So many characters that stand side by side.
fn characters(text: &str, many: usize, draw: &mut Draw) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let runs: Vec<&[char]> = chars.windows(many).filter(|run| run.iter().all(|&c| is_han(c))).collect();
    (!runs.is_empty()).then(|| runs[draw.below(runs.len())].iter().collect())
}

fn words(text: &str, many: usize, draw: &mut Draw) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |run: &&[&str]| run.iter().all(|word| word.len() > 3 && word.bytes().all(|b| b.is_ascii_alphabetic()));
    let runs: Vec<&[&str]> = words.windows(many).filter(plain).collect();
    (!runs.is_empty()).then(|| runs[draw.below(runs.len())].join(" "))
}

fn queries(store: &Store) -> Vec<Asked> {
    let all = store.find(None, &Filter::default(), Order::Text).unwrap().pairs;
    let mut draw = Draw(8);
    let mut asked: Vec<Asked> = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut dates, mut doubtful) = (Filter::default(), Filter::default());
    dates.dates = Some("1957..1959".parse().unwrap());
    (doubtful.max_confidence, doubtful.kinds) = (Some(0.9), vec!["1-1".parse().unwrap(), "1-2".parse().unwrap()]);
    let kinds = [
        "one character",
        "two characters",
        "phrase",
        "word",
        "two words",
        "both sides",
        "not as",
        "wildcard",
        "dates",
        "doubtful",
    ];
    for kind in kinds {
        let mut many = 0;
        for _ in 0..MANY * 50 {
            if many == MANY {
                break;
            }
            let hit = &store.hits(None, &[all[draw.below(all.len())]]).unwrap()[0];
            let (source, target) = (&hit.text.source, &hit.text.target);
            let query = match kind {
                "one character" => characters(source, 1, &mut draw),
                "phrase" => characters(source, 4 + many % 3, &mut draw),
                "word" => words(target, 1, &mut draw).map(|word| format!("en:{word}")),
                "two words" => words(target, 2, &mut draw).map(|words| format!("en:\"{words}\"")),
                "both sides" => characters(source, 2, &mut draw)
                    .zip(words(target, 1, &mut draw))
                    .map(|(one, other)| format!("zh:{one} en:{other}")),
                "not as" => characters(source, 2, &mut draw)
                    .zip(words(target, 1, &mut draw))
                    .map(|(one, other)| format!("zh:{one} -en:{other}")),
                "wildcard" => words(target, 1, &mut draw).map(|word| format!("en:{}*", &word[..4])),
                _ => characters(source, 2, &mut draw),
            };
            let (filter, parameters) = match kind {
                "dates" => (dates.clone(), "&dates=1957..1959"),
                "doubtful" => (doubtful.clone(), "&max=0.9&kind=1-1,1-2"),
                _ => (Filter::default(), ""),
            };
            if let Some(query) = query.filter(|query| seen.insert((query.clone(), parameters))) {
                asked.push(Asked { kind, query, filter, parameters });
                many += 1;
            }
        }
    }
    asked
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn quantile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() - 1) as f64 * share).round() as usize]
}

fn report(name: &str, times: &BTreeMap<&str, Vec<f64>>) {
    println!("{name:<18}{:>8}{:>10}{:>10}{:>10}   ms", "queries", "median", "95th", "most");
    let mut all = Vec::new();
    for (kind, times) in times {
        let mut times = times.clone();
        all.extend_from_slice(&times);
        let [a, b, c] = [0.5, 0.95, 1.0].map(|share| quantile(&mut times, share));
        println!("  {kind:<16}{:>8}{a:>10.1}{b:>10.1}{c:>10.1}", times.len());
    }
    let [a, b, c] = [0.5, 0.95, 1.0].map(|share| quantile(&mut all, share));
    println!("  {:<16}{:>8}{a:>10.1}{b:>10.1}{c:>10.1}", "all", all.len());
}

fn get(port: u16, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&answer));
    answer
}

fn main() {
    let Some(path) = std::env::var_os("BITEXT_STORE") else {
        println!("BITEXT_STORE names no store: scripts/bench-store --keep FOLDER makes one");
        return;
    };
    let store = Store::open(Path::new(&path)).unwrap();
    let language = store.language().unwrap().clone();
    let asked = queries(&store);
    println!("{:?}: articles and pairs", store.len().unwrap());
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut most = 0;
    for Asked { kind, query, filter, .. } in &asked {
        let start = Instant::now();
        let query = Query::new(query, &language).unwrap();
        let found = store.find(Some(&query), filter, Order::Text).unwrap().pairs;
        let hits = store.hits(Some(&query), &found[..found.len().min(SHOWN)]).unwrap();
        times.entry(kind).or_default().push(start.elapsed().as_secs_f64() * 1e3);
        most = most.max(found.len());
        std::hint::black_box(hits);
    }
    println!("most hits of a query: {most}");
    report("library", &times);
    drop(store);

    let mut server = Command::new(env!("CARGO_BIN_EXE_bitext"))
        .arg("serve")
        .arg(&path)
        .args(["--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port: u16 = line.split("127.0.0.1:").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for Asked { kind, query, parameters, .. } in &asked {
        let start = Instant::now();
        get(port, &format!("/api/search?q={}{parameters}&limit={SHOWN}", encoded(query)));
        times.entry(kind).or_default().push(start.elapsed().as_secs_f64() * 1e3);
    }
    report("over HTTP", &times);
    // What else the page asks, of a frequent word.
    let frequent = encoded("zh:生产");
    for path in [
        "/api/about".to_owned(),
        "/api/overview".to_owned(),
        format!("/api/years?q={frequent}"),
        format!("/api/renderings?q={frequent}"),
        format!("/api/search?q={frequent}&sort=date"),
        format!("/api/search?q={frequent}&sort=left"),
        "/api/search?dates=1957".to_owned(),
        "/api/queue?by=doubt".to_owned(),
        "/api/queue?by=doubt&dates=1957".to_owned(),
        "/api/queue?by=finding".to_owned(),
    ] {
        let start = Instant::now();
        let length = get(port, &path).len();
        println!("  {:>8.1} ms {length:>8} bytes  {path}", start.elapsed().as_secs_f64() * 1e3);
    }
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", server.id())) {
        println!(
            "the server's largest memory: {}",
            status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default()
        );
    }
    server.kill().unwrap();
    server.wait().unwrap();
}
