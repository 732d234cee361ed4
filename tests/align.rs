//! What must hold of every alignment, whichever search made it: the fast exact search, the banded one at several widths, with
//! a fresh and a reused worker, on one thread and on many. The slow search of [`bitext::align::exhaustive`] is the oracle;
//! the oracle itself is held against an enumeration of all paths that is written below.
//!
//! Nothing here depends on the values of weights: models are taken as they are, or made up by the generators.

#![allow(clippy::unwrap_used)]

use bitext::align::long::Window;
use bitext::align::{Aligner, Apart, Decoding, Exhaustive, Model, MoveLimits, Settings, Signals, Worker, exhaustive};
use bitext::archive::{Body, Entry, Reject};
use bitext::bead::Alignment;
use bitext::cost::Cost;
use bitext::document::{Content, Section, Segment};
use bitext::engine::{Engine, batch};
use bitext::signal::{Move, Texts};
use bitext::span::{Block, ByteRange, Pair, Side};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::sync::Arc;

// ---------------------------------------------------------------------------------------------------------- generators

const CHINESE: [&str; 8] = ["工人", "三十吨", "在北京", "，完成了", "？", "一九五七年", "“好”", "李明"];
const ENGLISH: [&str; 8] =
    ["workers ", "30 tons ", "in Peking ", "completed, ", "? ", "1957 ", "\"good\" ", "Li Ming "];

/// A segment before it is written: its words, and whether it begins a paragraph.
#[derive(Debug, Clone, PartialEq)]
struct Sketch {
    words: Vec<u8>,
    begins_paragraph: bool,
}

/// One side, written.
#[derive(Debug, Clone, Default)]
struct Written {
    text: String,
    segments: Vec<Segment>,
}

/// `titles` of the sketches, from the first, are title lines.
fn write(sketches: &[Sketch], titles: usize, words: &[&str; 8]) -> Written {
    let mut side = Written::default();
    let mut paragraph = 0;
    for (index, sketch) in sketches.iter().enumerate() {
        paragraph += usize::from(index > 0 && (sketch.begins_paragraph || index <= titles));
        let start = side.text.len();
        sketch.words.iter().for_each(|&word| side.text.push_str(words[word as usize]));
        let range = ByteRange::new(start, side.text.len()).trimmed(&side.text);
        side.text.push('\n');
        let section = if index < titles { Section::Title } else { Section::Body };
        side.segments.push(Segment::new(&side.text, range, paragraph, section));
    }
    side
}

type Case = Pair<Written>;

fn case(source: &[Sketch], target: &[Sketch], titles: usize) -> Case {
    let written = |sketches: &[Sketch], words| write(sketches, titles.min(sketches.len()), words);
    Pair::new(written(source, &CHINESE), written(target, &ENGLISH))
}

fn texts(case: &Case) -> Texts<'_> {
    Texts {
        text: case.as_ref().map(|side| side.text.as_str()),
        segments: case.as_ref().map(|side| side.segments.as_slice()),
        language: Pair::new("zh", "en"),
    }
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let words = prop_oneof![3 => prop::collection::vec(0u8..8, 1..6), 1 => prop::collection::vec(0u8..8, 6..30)];
    (words, prop::bool::weighted(0.3)).prop_map(|(words, begins_paragraph)| Sketch { words, begins_paragraph })
}

/// Two texts that have nothing to do with each other.
fn unrelated(longest: usize) -> impl Strategy<Value = Case> {
    let side = || prop::collection::vec(sketch(), 0..=longest);
    (side(), side(), 0usize..3).prop_map(|(source, target, titles)| case(&source, &target, titles))
}

/// A text and its translation: mostly sentence by sentence, with merged, cut, dropped and added ones.
fn translation(source: &[Sketch], what: &[u8]) -> Vec<Sketch> {
    let mut target: Vec<Sketch> = Vec::new();
    for (sketch, what) in source.iter().zip(what) {
        match (what % 20, target.last_mut()) {
            (0, _) => {}
            (1, _) => {
                target.push(sketch.clone());
                target.push(Sketch { words: vec![what % 8; 7], begins_paragraph: false });
            }
            (2..=4, Some(last)) => last.words.extend(&sketch.words),
            (5..=7, _) => {
                let (left, right) = sketch.words.split_at(sketch.words.len().div_ceil(2));
                target.push(Sketch { words: left.to_vec(), ..sketch.clone() });
                if !right.is_empty() {
                    target.push(Sketch { words: right.to_vec(), begins_paragraph: false });
                }
            }
            _ => target.push(sketch.clone()),
        }
    }
    target
}

/// A text and its translation with a long piece dropped from one and another long one from the other: the hard case for a band.
fn torn(size: usize) -> impl Strategy<Value = Case> {
    let text = prop::collection::vec((sketch(), 0u8..100), size);
    (text, 0..size / 2, 0..size / 4, size / 2..size, 0..size / 4).prop_map(|(both, from, length, other_from, other)| {
        let (mut source, what): (Vec<_>, Vec<_>) = both.into_iter().unzip();
        let mut target = translation(&source, &what);
        target.drain(from.min(target.len())..(from + length).min(target.len()));
        source.drain(other_from..(other_from + other).min(source.len()));
        case(&source, &target, 1)
    })
}

fn related(sizes: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Case> {
    prop::collection::vec((sketch(), 0u8..100), sizes).prop_map(|both| {
        let (source, what): (Vec<_>, Vec<_>) = both.into_iter().unzip();
        case(&source, &translation(&source, &what), 1)
    })
}

fn limits() -> impl Strategy<Value = MoveLimits> {
    (1u8..5, 2u8..8, 1u8..10).prop_map(|(side, sum, run)| MoveLimits::new(side, sum, run))
}

/// A model with other weights than the built-in one, of either sign, so that no property holds by luck of the weights.
fn models() -> impl Strategy<Value = Model> {
    let built_in = Model::built_in("zh", "en");
    let count: usize = built_in.weights.values().map(BTreeMap::len).sum();
    let weights = prop::collection::vec(-1.0f32..1.0, count);
    (limits(), weights, prop::bool::ANY).prop_map(move |(moves, noise, as_it_is)| {
        let mut model = built_in.clone();
        model.moves = moves;
        if !as_it_is {
            model
                .weights
                .values_mut()
                .flat_map(BTreeMap::values_mut)
                .zip(noise)
                .for_each(|(weight, noise)| *weight += noise);
        }
        model
    })
}

// ------------------------------------------------------------------------------------------------------------ searches

const EXACT: (usize, usize) = (usize::MAX, 201);
/// How far a probability may be from the oracle's, a tenth of the last digit that a row shows: the fast search takes beads that are less
/// likely than about 10^−8 as impossible, and a text has some hundred of them.
const CLOSE: f64 = 1e-5;
/// (exact_cells, band_width): everything exact, no cell closed; then banded from the first cell, at widths down to the narrowest there is.
const SEARCHES: [(usize, usize); 4] = [EXACT, (0, 3), (0, 7), (0, 25)];

fn aligner(model: &Model, (exact_cells, band_width): (usize, usize)) -> Arc<Aligner> {
    decoder(model, Decoding::Viterbi, (exact_cells, band_width))
}

fn decoder(model: &Model, decoding: Decoding, (exact_cells, band_width): (usize, usize)) -> Arc<Aligner> {
    let mut settings = Settings::default();
    settings.decoding = decoding;
    settings.exact_cells = exact_cells;
    settings.band_width = band_width;
    settings.fine_width = band_width;
    if exact_cells == EXACT.0 {
        (settings.close_beyond, settings.anchored_cells) = (None, usize::MAX);
    }
    Arc::new(Aligner::new(model.clone(), settings).unwrap())
}

fn path(alignment: &Alignment) -> Vec<Block> {
    alignment.beads.iter().map(|bead| bead.block).collect()
}

/// The oracle's answer for the cells that `worker` searched.
fn oracle(worker: &Worker, moves: &[Move], segments: Pair<usize>) -> Exhaustive {
    exhaustive(segments, moves, |block| {
        let searched = worker.band().holds(block.source.end as usize, block.target.end as usize);
        if searched { worker.cost(block) } else { Cost::INFINITY }
    })
}

/// All that must hold of what `worker` answered, whatever it was asked.
fn check(case: &Case, aligner: &Aligner, worker: &mut Worker, alignment: &Alignment) -> Result<(), TestCaseError> {
    let segments = texts(case).len();
    // Every segment in exactly one bead, in order; parts add up.
    prop_assert_eq!(alignment.validate(segments), Ok(()));
    prop_assert_eq!(alignment.rescore(|block| worker.cost(block)), alignment.cost);
    for bead in &alignment.beads {
        let step = Move { source: bead.block.source.len() as u8, target: bead.block.target.len() as u8 };
        prop_assert!(aligner.moves().contains(&step), "{} is none of the model's moves", bead.kind());
        prop_assert!((0.0..=1.0).contains(&bead.confidence), "confidence {}", bead.confidence);
        prop_assert_eq!(worker.cost(bead.block), bead.cost);
    }
    let posterior = worker.posterior();
    for (side, total) in covered(&posterior, segments) {
        prop_assert!((total - 1.0).abs() < 1e-9, "posteriors that cover a {side:?} segment sum to {total}");
    }
    Ok(())
}

/// For each segment of each side, the summed posterior of the beads that cover it.
fn covered(posterior: &[(Block, f64)], segments: Pair<usize>) -> Vec<(Side, f64)> {
    let mut sums = segments.map(|count| vec![0.0; count]);
    for (block, probability) in posterior {
        for side in Side::BOTH {
            block[side].indices().for_each(|segment| sums[side][segment] += probability);
        }
    }
    Side::BOTH.into_iter().flat_map(|side| sums[side].clone().into_iter().map(move |sum| (side, sum))).collect()
}

/// Answers are equal to the bit, the confidences among them.
fn same(left: &Alignment, right: &Alignment) -> Result<(), TestCaseError> {
    prop_assert_eq!(left, right);
    Ok(())
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn every_search_answers_as_the_oracle_does_over_its_cells(cases in prop::collection::vec(prop_oneof![unrelated(14), related(1..=14)], 1..3), model in models()) {
        for search in SEARCHES {
            let aligner = aligner(&model, search);
            let mut reused = aligner.worker();
            for case in &cases {
                let segments = texts(case).len();
                let alignment = reused.align(&texts(case));
                check(case, &aligner, &mut reused, &alignment)?;
                same(&alignment, &aligner.worker().align(&texts(case)))?;

                let oracle = oracle(&reused, aligner.moves(), segments);
                prop_assert_eq!(alignment.cost, oracle.cost);
                // Ties included: both decide them by the order of the moves.
                prop_assert_eq!(&path(&alignment), &oracle.path);
                for (bead, expected) in alignment.beads.iter().zip(&oracle.confidence) {
                    prop_assert!((bead.confidence - expected).abs() < CLOSE, "{:?}: {} instead of {expected}", bead.block, bead.confidence);
                }
                let posterior: BTreeMap<Block, f64> = reused.posterior().into_iter().collect();
                for (block, expected) in &oracle.posterior {
                    let found = posterior.get(block).copied().unwrap_or(0.0);
                    prop_assert!((found - expected).abs() < CLOSE, "{block:?}: {found} instead of {expected}");
                }
            }
        }
    }

    #[test]
    fn exact_equals_an_enumeration_of_all_paths(case in unrelated(4), model in models()) {
        let aligner = aligner(&model, EXACT);
        let mut worker = aligner.worker();
        let alignment = worker.align(&texts(&case));
        let all = enumerate(texts(&case).len(), aligner.moves(), &|block| worker.cost(block));
        let least = all.iter().map(|(_, cost)| *cost).min().unwrap();
        prop_assert_eq!(alignment.cost, least);
        // The weight of a path is taken relative to the best one's.
        let weight = |cost: Cost| (least - cost).nats().exp();
        let whole: f64 = all.iter().map(|(_, cost)| weight(*cost)).sum();
        for bead in &alignment.beads {
            let through: f64 = all.iter().filter(|(path, _)| path.contains(&bead.block)).map(|(_, cost)| weight(*cost)).sum();
            prop_assert!((bead.confidence - through / whole).abs() < CLOSE, "{:?}: {} of {}", bead.block, bead.confidence, through / whole);
        }
    }

    #[test]
    fn the_default_answer_has_the_most_beads_expected_to_be_right(case in unrelated(4), long in related(5..=30), model in models(), search in prop::sample::select(&SEARCHES[..])) {
        let worth = |beads: &[(Block, f64)]| beads.iter().map(|(_, probability)| probability - Decoding::PRICE).sum::<f64>();
        let answer = |alignment: &Alignment| -> Vec<(Block, f64)> { alignment.beads.iter().map(|bead| (bead.block, bead.confidence)).collect() };
        for case in [&case, &long] {
            let aligner = decoder(&model, Decoding::Bayes, search);
            let mut worker = aligner.worker();
            let alignment = worker.align(&texts(case));
            check(case, &aligner, &mut worker, &alignment)?;
            let viterbi = decoder(&model, Decoding::Viterbi, search).worker().align(&texts(case));
            prop_assert!(alignment.cost >= viterbi.cost);
            prop_assert!(worth(&answer(&alignment)) >= worth(&answer(&viterbi)) - 1e-9);
        }
        // And no path of beads worth looking at has more.
        let aligner = decoder(&model, Decoding::Bayes, EXACT);
        let mut worker = aligner.worker();
        let found = worth(&answer(&worker.align(&texts(&case))));
        let posterior: BTreeMap<Block, f64> = worker.posterior().into_iter().collect();
        for (path, _) in enumerate(texts(&case).len(), aligner.moves(), &|_| Cost::ZERO) {
            let other: Vec<(Block, f64)> = path.iter().map(|block| (*block, posterior.get(block).copied().unwrap_or(0.0))).collect();
            if other.iter().all(|(_, probability)| *probability >= Decoding::LEAST) {
                prop_assert!(found >= worth(&other) - 1e-9, "{path:?}");
            }
        }
    }

    #[test]
    fn a_band_that_holds_the_best_path_finds_it(case in related(20..=60), width in 3usize..30) {
        let model = Model::built_in("zh", "en");
        let exact = aligner(&model, EXACT).worker().align(&texts(&case));
        let mut banded = aligner(&model, (0, width)).worker();
        let found = banded.align(&texts(&case));
        let held = exact.beads.iter().all(|bead| banded.band().holds(bead.block.source.end as usize, bead.block.target.end as usize));
        if held {
            prop_assert_eq!(path(&found), path(&exact));
            prop_assert_eq!(found.cost, exact.cost);
        } else {
            prop_assert!(found.cost >= exact.cost);
        }
    }

    // Bead priors and lengths look at a bead's own segments alone and must not care for direction. Structure does: it asks
    // where beads *begin*, and a bead beside an omission begins elsewhere when read backwards. So it stays out of this test.
    #[test]
    fn reading_both_sides_backwards_mirrors_priors_and_lengths(case in prop_oneof![unrelated(14), related(5..=40)], model in models()) {
        let mut model = model;
        model.weights.retain(|signal, _| signal == "prior" || signal == "length");
        let backwards = case.clone().map(|side| Written { segments: side.segments.into_iter().rev().collect(), ..side });
        for search in [EXACT, (0, 9)] {
            let aligner = aligner(&model, search);
            let mut worker = aligner.worker();
            let forwards = worker.align(&texts(&case));
            let n = texts(&case).len();
            let mirrored = |block: Block| {
                let turned = |side: Side| n[side] - block[side].end as usize..n[side] - block[side].start as usize;
                Block::new(turned(Side::Source), turned(Side::Target))
            };
            let beads: Vec<Block> = path(&forwards).into_iter().rev().map(mirrored).collect();
            let answer = worker.align(&texts(&backwards));
            let turned: Cost = beads.iter().map(|&block| worker.cost(block)).sum();
            prop_assert_eq!(turned, forwards.cost);
            if search == EXACT {
                prop_assert_eq!(answer.cost, forwards.cost);
            }
        }
    }

    // Every signal, structure too, must say the same of a bead when source and target change places together with the model.
    #[test]
    fn swapping_the_sides_with_the_model_mirrors_the_answer(case in prop_oneof![unrelated(14), related(5..=40)], model in models()) {
        let swapped = case.clone().swapped();
        let mut there = aligner(&model, EXACT).worker();
        let mut back = aligner(&model.swapped(), EXACT).worker();
        let mut swapped_texts = texts(&swapped);
        swapped_texts.language = swapped_texts.language.swapped();
        let (one, other) = (there.align(&texts(&case)), back.align(&swapped_texts));
        // The swapped model's 1/ratio is rounded, and a signal's features are summed in another order: a part may be rounded
        // to the other side, and no more.
        let parts = one.beads.first().map_or(0, |bead| bead.parts.len()) as i64;
        let slack = parts * one.beads.len().max(other.beads.len()) as i64;
        for bead in &one.beads {
            let mirrored = back.cost(bead.block.swapped());
            prop_assert!((mirrored - bead.cost).0.abs() <= parts, "{:?}: {:?} there, {mirrored:?} back", bead.block, bead.cost);
        }
        prop_assert!((one.cost - other.cost).0.abs() <= slack, "{:?} there, {:?} back", one.cost, other.cost);
    }

    #[test]
    fn an_empty_side_leaves_omissions_or_additions(case in related(0..=20), side in prop_oneof![Just(Side::Source), Just(Side::Target)], both in prop::bool::weighted(0.1)) {
        let mut case = case;
        case[side] = Written::default();
        if both {
            case = Pair::default();
        }
        for search in SEARCHES {
            let aligner = aligner(&Model::built_in("zh", "en"), search);
            let mut worker = aligner.worker();
            let alignment = worker.align(&texts(&case));
            check(&case, &aligner, &mut worker, &alignment)?;
            let segments = texts(&case).len();
            prop_assert_eq!(alignment.beads.len(), segments.source + segments.target);
            prop_assert!(alignment.beads.iter().all(|bead| bead.confidence > 0.999_999));
        }
    }
}

/// All paths with their costs, by trying every move everywhere.
fn enumerate(segments: Pair<usize>, moves: &[Move], cost: &impl Fn(Block) -> Cost) -> Vec<(Vec<Block>, Cost)> {
    fn extend(
        at: (usize, usize),
        path: &mut Vec<Block>,
        total: Cost,
        context: &Context<'_>,
        all: &mut Vec<(Vec<Block>, Cost)>,
    ) {
        if at == (context.segments.source, context.segments.target) {
            all.push((path.clone(), total));
        }
        for step in context.moves {
            let (i, j) = (at.0 + step.source as usize, at.1 + step.target as usize);
            if i <= context.segments.source && j <= context.segments.target {
                let block = Block::new(at.0..i, at.1..j);
                path.push(block);
                extend((i, j), path, total + (context.cost)(block), context, all);
                path.pop();
            }
        }
    }
    struct Context<'c> {
        segments: Pair<usize>,
        moves: &'c [Move],
        cost: &'c dyn Fn(Block) -> Cost,
    }
    let mut all = Vec::new();
    extend((0, 0), &mut Vec::new(), Cost::ZERO, &Context { segments, moves, cost }, &mut all);
    all
}

// ---------------------------------------------------------------------------------------------------- particular cases

/// Values of `strategy`, always the same ones.
fn samples<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn the_share_of_texts_that_a_band_misses_is_known() {
    let model = Model::built_in("zh", "en");
    let exact = aligner(&model, EXACT);
    let kinds = [("translations", samples(&related(120..=200), 40)), ("torn ones", samples(&torn(160), 40))];
    for (kind, cases) in &kinds {
        // (width to begin with, the largest share of missed texts that is no fault)
        for (width, bound) in [(5, 0.6), (15, 0.5), (41, 0.4), (201, 0.0)] {
            let banded = aligner(&model, (0, width));
            let (mut exact, mut banded) = (exact.worker(), banded.worker());
            let (mut missed, mut lost, mut beads, mut wrong) = (0, Cost::ZERO, 0, 0);
            for case in cases {
                let (best, found) = (exact.align(&texts(case)), banded.align(&texts(case)));
                assert!(found.cost >= best.cost);
                missed += usize::from(found.cost > best.cost);
                lost += found.cost - best.cost;
                let expected = path(&best);
                beads += expected.len();
                wrong += path(&found).iter().filter(|block| !expected.contains(block)).count();
            }
            let share = missed as f64 / cases.len() as f64;
            println!(
                "{kind}, band of {width:>3} cells to begin with: {missed} of {} texts of up to 200 segments missed ({:.1} %), {wrong} of {beads} beads, {:.2} nats lost",
                cases.len(),
                100.0 * share,
                lost.nats()
            );
            assert!(share <= bound, "a band of {width} cells misses {share} of the {kind}: more than {bound}");
        }
    }
}

#[test]
fn the_share_of_texts_that_lose_by_closed_cells_is_known() {
    let kinds = [
        ("translations", samples(&related(30..=120), 60)),
        ("short translations", samples(&related(6..=13), 60)),
        ("torn ones", samples(&torn(80), 60)),
    ];
    for signals in [Signals::Default, Signals::Length] {
        let worker = |close_beyond: Option<u32>| {
            let mut settings = Settings::default();
            (settings.signals, settings.close_beyond, settings.anchored_cells) = (signals, close_beyond, 200);
            Arc::new(Aligner::new(Model::built_in("zh", "en"), settings).unwrap()).worker()
        };
        for (kind, cases) in &kinds {
            let (mut open, mut closing) = (worker(None), worker(Settings::default().close_beyond));
            let (mut missed, mut apart, mut beads) = (0, 0.0f64, 0);
            for case in cases {
                let (best, found) = (open.align(&texts(case)), closing.align(&texts(case)));
                missed += usize::from(path(&found) != path(&best));
                beads += best.beads.len();
                let both = best
                    .beads
                    .iter()
                    .filter_map(|bead| Some((bead, found.beads.iter().find(|other| other.block == bead.block)?)));
                apart = both.fold(apart, |most, (bead, other)| most.max((bead.confidence - other.confidence).abs()));
            }
            println!(
                "{signals:?}, {kind}: {missed} of {} texts with another path, {beads} beads, confidences apart by {apart:.1e} at most",
                cases.len()
            );
            assert!(
                missed * 20 <= cases.len(),
                "{missed} of {} {kind} have another path where cells are closed",
                cases.len()
            );
        }
    }
}

#[test]
fn words_in_three_places_lead_through_a_text_that_has_no_rarer_ones() {
    let mut side = Written::default();
    for paragraph in 0..180 {
        // Each word is the same in both languages, and stands in one sentence of each third.
        let [first, second] = [paragraph % 60 / 10, paragraph % 10].map(|n| &"babecadafagahakalama"[2 * n..2 * n + 2]);
        let start = side.text.len();
        side.text.push_str(&format!("{first}{second}tor"));
        let range = ByteRange::new(start, side.text.len());
        side.text.push_str(".\n");
        side.segments.push(Segment::new(&side.text, range, paragraph, Section::Body));
    }
    let both = Pair::new(side.clone(), side);
    let texts = Texts { language: Pair::new("en", "de"), ..texts(&both) };
    let mut settings = Settings::default();
    settings.close_beyond = None;
    let mut worker = Arc::new(Aligner::new(Model::built_in("en", "de"), settings).unwrap()).worker();
    worker.align(&texts);
    assert!(worker.band().width() < 41, "{} cells a row", worker.band().width());
}

#[test]
fn one_sentence_against_a_thousand() {
    let one = [Sketch { words: vec![0; 20], begins_paragraph: true }];
    let many: Vec<Sketch> =
        (0..1000).map(|n| Sketch { words: vec![n as u8 % 8; 1 + n % 7], begins_paragraph: n % 5 == 0 }).collect();
    for (source, target) in [(&one[..], &many[..]), (&many[..], &one[..])] {
        let case = case(source, target, 0);
        for search in SEARCHES {
            let aligner = aligner(&Model::built_in("zh", "en"), search);
            let mut worker = aligner.worker();
            let alignment = worker.align(&texts(&case));
            check(&case, &aligner, &mut worker, &alignment).unwrap();
        }
    }
}

#[test]
fn identical_sides_align_one_to_one() {
    let sketches: Vec<Sketch> =
        (0..300).map(|n| Sketch { words: vec![n as u8 % 8; 1 + (n * 7) % 23], begins_paragraph: n % 4 == 0 }).collect();
    let one = write(&sketches, 1, &ENGLISH);
    let case = Pair::new(one.clone(), one);
    for search in SEARCHES {
        let aligner = aligner(&Model::built_in("en", "de"), search);
        let mut worker = aligner.worker();
        let alignment = worker.align(&texts(&case));
        check(&case, &aligner, &mut worker, &alignment).unwrap();
        assert_eq!(alignment.beads.len(), 300);
        assert!(alignment.beads.iter().all(|bead| bead.kind() == "1-1"));
    }
}

#[test]
fn long_texts_of_equal_sentences_keep_their_sums() {
    // Hardly anything tells the paths apart: the sums over them grow beyond what a double holds and must be scaled.
    let equal = |count| vec![Sketch { words: vec![0; 4], begins_paragraph: false }; count];
    for (n, m) in [(600, 600), (350, 500)] {
        let case = case(&equal(n), &equal(m), 0);
        for search in [EXACT, (0, 61)] {
            let mut model = Model::built_in("zh", "en");
            model.weights.values_mut().flat_map(BTreeMap::values_mut).for_each(|weight| *weight *= 0.05);
            let aligner = aligner(&model, search);
            let mut worker = aligner.worker();
            let alignment = worker.align(&texts(&case));
            check(&case, &aligner, &mut worker, &alignment).unwrap();
        }
    }
}

#[test]
fn length_alone_is_a_selection_of_the_model() {
    let case = &samples(&related(30..=30), 1)[0];
    let mut settings = Settings::default();
    settings.signals = Signals::Length;
    let aligner = Arc::new(Aligner::new(Model::built_in("zh", "en"), settings).unwrap());
    let mut worker = aligner.worker();
    let alignment = worker.align(&texts(case));
    check(case, &aligner, &mut worker, &alignment).unwrap();
    let signals: Vec<&str> = alignment.beads[0].parts.iter().map(|part| part.signal).collect();
    assert_eq!(signals, ["prior", "length", "structure"]);
}

// ------------------------------------------------------------------------------------------------------------- threads

fn entries(cases: &[Case]) -> Vec<Result<Entry, Reject>> {
    let sentences =
        |side: &Written| side.segments.iter().map(|segment| segment.range.of(&side.text).to_owned()).collect();
    let entry = |(index, case): (usize, &Case)| {
        Ok(Entry {
            id: format!("case {index}"),
            path: "made up".into(),
            place: format!("line {index}"),
            body: Body::Sentences(Pair::new(sentences(&case.source), sentences(&case.target))),
            meta: serde_json::Map::new(),
            warnings: Vec::new(),
            bytes: 1 << (index % 24),
        })
    };
    cases.iter().enumerate().map(entry).collect()
}

#[test]
fn any_number_of_threads_gives_the_same_answers_in_order() {
    let cases = samples(&prop_oneof![unrelated(30), related(0..=60)], 700);
    let engine = Engine::new(None, Settings::default(), Pair::new("zh".into(), "en".into())).unwrap();
    // A worker made anew for each document is what every other way is held against.
    let show = |id: &str, alignment: &Alignment| format!("{id}: {alignment:?}");
    let expected: Vec<String> = entries(&cases)
        .into_iter()
        .map(|entry| match engine.worker().align(entry.unwrap()) {
            Ok(aligned) => show(&aligned.document.id, &aligned.alignment),
            Err(reject) => format!("{reject:?}"),
        })
        .collect();
    assert!(expected.iter().filter(|line| line.starts_with("case")).count() > 500, "hardly anything was aligned");
    for jobs in [1, 2, 4] {
        let mut found = Vec::new();
        batch::run(
            &engine,
            jobs,
            entries(&cases).into_iter(),
            |aligned| show(&aligned.document.id, &aligned.alignment),
            |outcome| {
                found.push(outcome.result.unwrap_or_else(|reject| format!("{reject:?}")));
                Ok::<(), ()>(())
            },
        )
        .unwrap();
        assert_eq!(found, expected, "{jobs} threads");
    }
}

#[test]
fn a_sink_that_refuses_ends_the_run() {
    let cases = samples(&related(5..=10), 600);
    let engine = Engine::new(None, Settings::default(), Pair::new("zh".into(), "en".into())).unwrap();
    let mut handed = 0;
    let ended = batch::run(
        &engine,
        2,
        entries(&cases).into_iter(),
        |_| (),
        |_| {
            handed += 1;
            if handed == 10 { Err("enough") } else { Ok(()) }
        },
    );
    assert!(matches!(ended, Err(batch::RunError::Sink("enough"))));
    assert_eq!(handed, 10);
}

// ---------------------------------------------------------------------------------------------------------- long texts

/// The gold sentences of the bundled articles, one after another: segments of both sides and the beads.
fn bundled() -> (Pair<String>, Vec<Block>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/gold");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut text, mut beads, mut at) = (Pair::<String>::default(), Vec::new(), (0, 0));
    for file in files {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let bead: serde_json::Value = serde_json::from_str(line).unwrap();
            let side = |name: &str| -> Vec<String> { serde_json::from_value(bead[name].clone()).unwrap() };
            let (source, target) = (side("zh"), side("en"));
            let end = (at.0 + source.len(), at.1 + target.len());
            beads.push(Block::new(at.0..end.0, at.1..end.1));
            at = end;
            source.iter().for_each(|sentence| text.source += &format!("{sentence}\n"));
            target.iter().for_each(|sentence| text.target += &format!("{sentence}\n"));
        }
    }
    (text, beads)
}

fn lines(text: &Pair<String>) -> Pair<Vec<Segment>> {
    text.as_ref().map(|text| match bitext::document::from_lines(text) {
        Content::Segments(segments, _) => segments,
        Content::Paragraphs(_) => unreachable!("lines are segments"),
    })
}

/// How many of the gold's beads are found when `text` is aligned window by window.
fn long(text: &Pair<String>, gold: &[Block], signals: Signals) -> usize {
    let segments = lines(text);
    let texts = Texts {
        text: text.as_ref().map(String::as_str),
        segments: segments.as_ref().map(Vec::as_slice),
        language: Pair::new("zh", "en"),
    };
    let mut settings = Settings::default();
    settings.signals = signals;
    let aligner = Arc::new(Aligner::new(Model::built_in("zh", "en"), settings).unwrap());
    assert!(bitext::align::long::is_long(&aligner, &texts));
    let (apart, mut several) = (Apart::default(), false);
    let found = aligner.worker().align_long(&texts, &apart, |worker, windows| {
        several = windows.len() > 1;
        let align = |window: Window| (window.clone(), worker.align_window(&texts, &apart, &window));
        windows.into_iter().map(align).collect()
    });
    assert_eq!(several, signals == Signals::Default, "words cut the text");
    assert_eq!(found.validate(texts.len()), Ok(()));
    let found: std::collections::BTreeSet<Block> = found.beads.iter().map(|bead| bead.block).collect();
    gold.iter().filter(|bead| found.contains(bead)).count()
}

#[test]
fn a_long_text_is_aligned_as_well_as_its_parts() {
    let (text, gold) = bundled();
    let found = long(&text, &gold, Signals::Default);
    // One by one, given sentences, the built-in model finds 97 of 100.
    assert!(found * 100 >= gold.len() * 96, "{found} of {}", gold.len());
}

#[test]
fn a_long_text_is_aligned_by_length_alone_as_well_as_in_one_piece() {
    let (text, gold) = bundled();
    // Three times over, so that the windows are several.
    let one = gold.last().unwrap().source.end as usize;
    let other = gold.last().unwrap().target.end as usize;
    let gold: Vec<Block> = (0..3)
        .flat_map(|copy| gold.iter().map(move |bead| bead.shifted(Pair::new(copy * one, copy * other))))
        .collect();
    let text = text.map(|text| text.repeat(3));
    let segments = lines(&text);
    let texts = Texts {
        text: text.as_ref().map(String::as_str),
        segments: segments.as_ref().map(Vec::as_slice),
        language: Pair::new("zh", "en"),
    };
    let mut settings = Settings::default();
    settings.signals = Signals::Length;
    let aligner = Arc::new(Aligner::new(Model::built_in("zh", "en"), settings).unwrap());
    let whole = aligner.worker().align(&texts);
    let whole: std::collections::BTreeSet<Block> = whole.beads.iter().map(|bead| bead.block).collect();
    let in_one_piece = gold.iter().filter(|bead| whole.contains(bead)).count();
    let found = long(&text, &gold, Signals::Length);
    assert!(found * 100 >= in_one_piece * 97, "{found} of {}, {in_one_piece} in one piece", gold.len());
}

#[test]
fn a_part_that_one_side_lacks_is_passed_over() {
    let (text, gold) = bundled();
    // The translation lacks a fifth of the beads in its midst.
    let cut = gold.len() * 2 / 5..gold.len() * 3 / 5;
    let lost = gold[cut.start].target.start as usize..gold[cut.end].target.start as usize;
    let target: Vec<&str> = text.target.lines().collect();
    let target = [&target[..lost.start], &target[lost.end..]].concat().join("\n") + "\n";
    let mut left: Vec<Block> = gold[..cut.start].to_vec();
    left.extend(gold[cut.end..].iter().map(|bead| {
        let target = bead.target.indices();
        Block::new(bead.source.indices(), target.start - lost.len()..target.end - lost.len())
    }));
    let found = long(&Pair::new(text.source, target), &left, Signals::Default);
    assert!(found * 100 >= left.len() * 94, "{found} of {}", left.len());
}
