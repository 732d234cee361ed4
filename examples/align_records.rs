//! How many seconds the aligner alone takes, from sentences in memory to beads, on one thread: `align_records RECORDS length|default`.
//!
//! RECORDS are JSON Lines with lists of sentences. `scripts/bench-peers` runs it beside galechurch, which is called in the same way. The
//! last word of what it prints is the seconds.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use bitext::align::{Aligner, Model, Settings, Signals};
use bitext::document::{Content, Segment, from_sentences};
use bitext::signal::Texts;
use bitext::span::Pair;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Instant;

#[derive(Deserialize)]
struct Record {
    source: Vec<String>,
    target: Vec<String>,
}

fn segments(content: &Content) -> &[Segment] {
    match content {
        Content::Segments(segments, _) => segments,
        Content::Paragraphs(_) => &[],
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let records: Vec<Record> = std::fs::read_to_string(&arguments[0])
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut settings = Settings::default();
    settings.signals = if arguments[1] == "length" { Signals::Length } else { Signals::Default };
    let aligner = Arc::new(Aligner::new(Model::built_in("zh", "en"), settings).unwrap());
    let mut worker = aligner.worker();
    let mut align = || {
        let beads = records.iter().map(|record| {
            let [source, target] = [from_sentences(&record.source), from_sentences(&record.target)];
            let texts = Texts {
                text: Pair::new(&source.1, &target.1),
                segments: Pair::new(segments(&source.0), segments(&target.0)),
                language: Pair::new("zh", "en"),
            };
            worker.align(&texts).beads.len()
        });
        beads.sum::<usize>()
    };
    // Once before, so that dictionary and buffers are there.
    let before = align();
    let start = Instant::now();
    let beads = align();
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(beads, before);
    println!("{} texts, {beads} beads, in seconds: {seconds:.3}", records.len());
}
