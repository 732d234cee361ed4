//! Aligning made-up texts of given sentences: the search alone, without reading or splitting.
//!
//! The texts: for each source sentence a length drawn between 6 and 60 characters, for its translation about 4.2 times as
//! many letters; one in ten merged with the one before, one in ten cut in two, one in thirty dropped. What is aligned is
//! asserted before it is timed.

use bitext::align::{Aligner, Model, Settings, Signals, Worker};
use bitext::bead::Alignment;
use bitext::document::{Section, Segment};
use bitext::signal::Texts;
use bitext::span::{Block, ByteRange, Pair};
use divan::Bencher;
use divan::counter::ItemsCount;
use std::sync::Arc;

fn main() {
    divan::main();
}

/// xorshift: the same texts on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[derive(Default)]
struct Side {
    text: String,
    segments: Vec<Segment>,
}

impl Side {
    fn push(&mut self, filler: &str, chars: u64, paragraph: usize) {
        let start = self.text.len();
        self.text.extend(filler.chars().cycle().take(chars as usize));
        let range = ByteRange::new(start, self.text.len());
        self.segments.push(Segment::new(&self.text, range, paragraph, Section::Body));
    }
}

struct Case {
    sides: Pair<Side>,
    /// The beads that it was made of.
    gold: Vec<Block>,
}

impl Case {
    /// A text of `sentences` and its translation.
    fn new(sentences: usize, seed: u64) -> Self {
        let mut random = Random(seed * 2 + 1);
        let (mut source, mut target, mut gold) = (Side::default(), Side::default(), Vec::new());
        let mut paragraph = 0;
        while source.segments.len() < sentences {
            let from = (source.segments.len(), target.segments.len());
            paragraph += usize::from(random.below(5) == 0);
            let chars = 6 + random.below(55);
            let letters = chars * (340 + random.below(160)) / 100;
            source.push("工人们提前完成了全年生产任务", chars, paragraph);
            match random.below(30) {
                0 => {}
                1..=3 => {
                    let more = 6 + random.below(30);
                    source.push("农业合作社也获得丰收", more, paragraph);
                    target.push("workersfulfilledtheplan", letters + more * 42 / 10, paragraph);
                }
                4..=6 => {
                    let cut = letters * (35 + random.below(30)) / 100;
                    target.push("workersfulfilledtheplan", cut.max(1), paragraph);
                    target.push("aheadofschedule", (letters - cut).max(1), paragraph);
                }
                _ => target.push("workersfulfilledtheplan", letters, paragraph),
            }
            gold.push(Block::new(from.0..source.segments.len(), from.1..target.segments.len()));
        }
        Self { sides: Pair::new(source, target), gold }
    }

    fn texts(&self) -> Texts<'_> {
        Texts {
            text: self.sides.as_ref().map(|side| side.text.as_str()),
            segments: self.sides.as_ref().map(|side| side.segments.as_slice()),
            language: Pair::new("zh", "en"),
        }
    }

    /// Asserts that `alignment` is one; how many of the beads it has that the texts were made of.
    fn right(&self, alignment: &Alignment) -> usize {
        assert_eq!(alignment.validate(self.texts().len()), Ok(()));
        alignment.beads.iter().filter(|bead| self.gold.binary_search(&bead.block).is_ok()).count()
    }
}

/// 64 texts of 20 Chinese sentences and about as many English ones, as an article has them.
fn articles() -> Vec<Case> {
    (0..64).map(|seed| Case::new(20, seed)).collect()
}

fn worker(signals: Signals, exact_cells: usize) -> Worker {
    let mut settings = Settings::default();
    settings.signals = signals;
    settings.exact_cells = exact_cells;
    Arc::new(Aligner::new(Model::built_in("zh", "en"), settings).expect("the built-in model")).worker()
}

fn align_all(bencher: Bencher<'_, '_>, cases: &[Case], mut worker: Worker, count: impl Fn(&Case) -> usize) {
    let right: usize = cases.iter().map(|case| case.right(&worker.align(&case.texts()))).sum();
    let gold: usize = cases.iter().map(|case| case.gold.len()).sum();
    assert!(right * 2 > gold, "{right} of {gold} beads found");
    let items: usize = cases.iter().map(count).sum();
    bencher.counter(ItemsCount::new(items)).bench_local(|| {
        cases.iter().map(|case| worker.align(divan::black_box(&case.texts())).cost).sum::<bitext::cost::Cost>()
    });
}

fn sentences(case: &Case) -> usize {
    let length = case.texts().len();
    length.source + length.target
}

/// Items are texts.
#[divan::bench(args = ["length", "default"], sample_count = 40)]
fn articles_20_sentences_texts(bencher: Bencher<'_, '_>, signals: &str) {
    align_all(bencher, &articles(), worker(selection(signals), Settings::default().exact_cells), |_| 1);
}

/// Items are sentences, both sides counted.
#[divan::bench(args = ["length", "default"], sample_count = 40)]
fn articles_20_sentences_sentences(bencher: Bencher<'_, '_>, signals: &str) {
    align_all(bencher, &articles(), worker(selection(signals), Settings::default().exact_cells), sentences);
}

fn selection(signals: &str) -> Signals {
    if signals == "length" { Signals::Length } else { Signals::Default }
}

/// Items are sentences, both sides counted. The search itself: signals that cost next to nothing, then all of them.
#[divan::bench(args = ["length, exact", "length, banded", "default, banded"], sample_count = 3)]
fn book_2000_sentences(bencher: Bencher<'_, '_>, what: &str) {
    let (signals, search) = what.split_once(", ").expect("signals, search");
    let exact_cells = if search == "exact" { usize::MAX } else { 0 };
    align_all(bencher, &[Case::new(2000, 7)], worker(selection(signals), exact_cells), sentences);
}
