//! A reader's corrections survive: whatever beads are locked, a re-alignment has them, covers every sentence once, and says what
//! it could not keep.

#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use bitext::align::{Aligner, Constraints, Decoding, Model, Settings, Signals};
use bitext::archive::{self, Body, Entry, Reader};
use bitext::bead::{Alignment, Status};
use bitext::document::{Content, Segment, from_lines};
use bitext::engine::{Aligned, Anchor, Engine, Kept, Lock};
use bitext::export::{Row, locks, rows};
use bitext::signal::Texts;
use bitext::span::{Block, ByteRange, Pair, Side};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

// ------------------------------------------------------------------------------------------------------------- any beads hold

const WORDS: [(&str, &str); 6] = [
    ("煤矿", "coal mine"),
    ("农民", "peasants"),
    ("北京", "Peking"),
    ("1957年", "1957"),
    ("会议", "conference"),
    ("学校", "school"),
];

fn sentences(longest: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0..WORDS.len(), 1..6), 1..longest)
}

fn written(sketches: &[Vec<usize>], side: Side) -> Vec<String> {
    let word = |&index: &usize| if side == Side::Source { WORDS[index].0 } else { WORDS[index].1 };
    let joined = |sketch: &Vec<usize>| match side {
        Side::Source => sketch.iter().map(word).collect::<String>() + "。",
        Side::Target => sketch.iter().map(word).collect::<Vec<_>>().join(" ") + ".",
    };
    sketches.iter().map(joined).collect()
}

/// Some beads over texts of so many segments, no two of which share one: runs of either side, cut and paired as the draws say,
/// some of them across each other.
fn beads(segments: Pair<usize>, draws: &[(usize, usize, bool, Index)]) -> Vec<Block> {
    let (mut blocks, mut at) = (Vec::new(), Pair::new(0, 0));
    for &(source, target, wanted, _) in draws {
        let end = Pair::new((at.source + source).min(segments.source), (at.target + target).min(segments.target));
        let block = Block::new(at.source..end.source, at.target..end.target);
        if wanted && (!block.source.is_empty() || !block.target.is_empty()) {
            blocks.push(block);
        }
        at = end;
    }
    // Two change their translations.
    if let (Some(&(.., one)), Some(&(.., other))) = (draws.first(), draws.last())
        && !blocks.is_empty()
    {
        let (one, other) = (one.index(blocks.len()), other.index(blocks.len()));
        (blocks[one].target, blocks[other].target) = (blocks[other].target, blocks[one].target);
        blocks.retain(|block| !block.source.is_empty() || !block.target.is_empty());
    }
    blocks
}

fn entry(source: &[String], target: &[String]) -> Entry {
    Entry::new("doc", Body::Sentences(Pair::new(source.to_vec(), target.to_vec())))
}

fn engine(signals: Signals, exact_cells: usize) -> Engine {
    let mut settings = Settings::default();
    (settings.signals, settings.exact_cells) = (signals, exact_cells);
    Engine::new(None, settings, Pair::new("zh".into(), "en".into())).unwrap()
}

/// The lock of a bead over given sentences.
fn lock(block: Block, sentences: &Pair<Vec<String>>, n: usize) -> Lock {
    let index = |side: Side| (block[side].start..block[side].end).collect::<Vec<u32>>();
    let texts = |side: Side| sentences[side][block[side].indices()].to_vec();
    Lock {
        id: format!("doc#{n}"),
        texts: Pair::new(texts(Side::Source), texts(Side::Target)),
        index: Pair::new(Some(index(Side::Source)), Some(index(Side::Target))),
        extra: json!({"note": n}).as_object().unwrap().clone(),
        ..Lock::default()
    }
}

fn kept(locks: Vec<Lock>) -> BTreeMap<String, Kept> {
    [("doc".to_owned(), Kept { locks, anchors: Vec::new() })].into()
}

fn check_ids(rows: &[Row], locks: &[Lock]) -> Result<(), TestCaseError> {
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    prop_assert_eq!(ids.len(), rows.len(), "ids are unique");
    for lock in locks {
        let row = rows.iter().find(|row| row.id == lock.id).unwrap();
        prop_assert_eq!((row.status, row.confidence), (Status::Locked, Some(1.0)));
        prop_assert_eq!((&row.source, &row.target), (&lock.texts.source, &lock.texts.target));
        prop_assert_eq!(&row.extra, &lock.extra);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_locked_beads_are_in_the_alignment_and_every_sentence_is_once(
        source in sentences(14),
        target in sentences(14),
        draws in prop::collection::vec((0..4usize, 0..4usize, any::<bool>(), any::<Index>()), 1..10),
        length in any::<bool>(),
        exact_cells in prop::sample::select(vec![250_000, 20]),
    ) {
        let sentences = Pair::new(written(&source, Side::Source), written(&target, Side::Target));
        let blocks = beads(sentences.as_ref().map(Vec::len), &draws);
        let locks: Vec<Lock> = blocks.iter().enumerate().map(|(k, &block)| lock(block, &sentences, k + 1)).collect();
        let mut engine = engine(if length { Signals::Length } else { Signals::Default }, exact_cells);
        engine.keep(kept(locks.clone()));
        let align = || engine.worker().align(entry(&sentences.source, &sentences.target)).unwrap();
        let aligned = align();
        prop_assert_eq!(&aligned.lost, &[]);
        prop_assert_eq!(aligned.alignment.validate(sentences.as_ref().map(Vec::len)), Ok(()));
        let found = |wanted: &Block| aligned.alignment.beads.iter().any(|bead| {
            // An empty side lies where the path runs.
            let same = |side: Side| bead.block[side] == wanted[side] || (bead.block[side].is_empty() && wanted[side].is_empty());
            bead.status == Status::Locked && same(Side::Source) && same(Side::Target)
        });
        prop_assert!(blocks.iter().all(found), "{blocks:?} are not all in {:?}", aligned.alignment);
        let rows: Vec<Row> = rows(&aligned).collect();
        check_ids(&rows, &locks)?;
        // Another run gives the same, from its own rows too.
        prop_assert_eq!(&bitext::export::rows(&align()).collect::<Vec<_>>(), &rows);
        engine.keep(bitext::export::locks(&rows));
        let again: Vec<Row> = bitext::export::rows(&engine.worker().align(entry(&sentences.source, &sentences.target)).unwrap()).collect();
        prop_assert_eq!(again, rows);
    }

    #[test]
    fn beads_that_would_be_found_anyway_change_nothing(
        source in sentences(14),
        target in sentences(14),
        chosen in prop::collection::vec(any::<bool>(), 14),
        anchored in prop::collection::vec(any::<bool>(), 14),
    ) {
        let text = Pair::new(written(&source, Side::Source), written(&target, Side::Target)).map(|lines| lines.join("\n"));
        let segments = text.as_ref().map(|text| lines(text));
        let texts = Texts {
            text: text.as_ref().map(String::as_str),
            segments: segments.as_ref().map(Vec::as_slice),
            language: Pair::new("zh", "en"),
        };
        let mut settings = Settings::default();
        settings.decoding = Decoding::Viterbi;
        let mut worker = Arc::new(Aligner::new(Model::built_in("zh", "en"), settings).unwrap()).worker();
        let free = worker.align(&texts);
        let mut constraints = Constraints::default();
        for (bead, _) in free.beads.iter().zip(&chosen).filter(|(bead, chosen)| **chosen && bead.block.is_pair()) {
            constraints.lock(bead.block, false).unwrap();
        }
        for (bead, _) in free.beads.iter().zip(&anchored).filter(|(_, anchored)| **anchored) {
            // Two at one source segment contradict each other; the second is refused.
            let _ = constraints.anchor(Pair::new(bead.block.source.start as usize, bead.block.target.start as usize));
        }
        let plan = constraints.plan(|plan| worker.align_planned(&texts, plan));
        let found = worker.align_planned(&texts, &plan);
        // A pair that the texts would rather have elsewhere is another matter.
        prop_assume!(plan.off_path().is_empty());
        prop_assert_eq!(found.cost, free.cost);
        prop_assert_eq!(path(&found), path(&free));
        let parts = |alignment: &Alignment| alignment.beads.iter().map(|bead| bead.parts.clone()).collect::<Vec<_>>();
        prop_assert_eq!(parts(&found), parts(&free));
    }
}

fn path(alignment: &Alignment) -> Vec<Block> {
    alignment.beads.iter().map(|bead| bead.block).collect()
}

fn lines(text: &str) -> Vec<Segment> {
    match from_lines(text) {
        Content::Segments(segments, _) => segments,
        Content::Paragraphs(_) => unreachable!("lines are segments"),
    }
}

// ----------------------------------------------------------------------------------------------------------- texts and places

const SOURCE: &str = "阳岭煤矿超额完成十月份生产计划，受到表扬。全矿十月份共产原煤三万五千二百吨。\n会议昨天在莫斯科开幕。苏联代表团团长发表了讲话。\n天津港口码头工人提前完成全年装卸任务。\n";
const TARGET: &str = "The Yangling coal mine overfulfilled its production plan for October, and was praised. The whole mine produced 35,200 tons of raw coal in October.\nThe conference opened yesterday in Moscow. The head of the Soviet delegation delivered a speech.\nThe dock workers of the port of Tianjin completed the year's task ahead of time.\n";

fn plain(source: &str, target: &str) -> Entry {
    Entry::new("doc", Body::Texts { texts: Pair::new(source.into(), target.into()), segmented: false })
}

fn given(source: &str, target: &str) -> Entry {
    Entry::new("doc", Body::Texts { texts: Pair::new(source.into(), target.into()), segmented: true })
}

/// Locks `source` beside `target`, each found by its text alone.
fn texts(source: &[&str], target: &[&str]) -> Lock {
    let list = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Lock { id: "doc#9".into(), texts: Pair::new(list(source), list(target)), ..Lock::default() }
}

fn keep(entry: Entry, locks: Vec<Lock>, anchors: &[(u32, u32)]) -> Aligned {
    let mut engine = engine(Signals::Default, 250_000);
    let anchors = anchors.iter().map(|&(source, target)| Anchor { number: Pair::new(source, target) }).collect();
    engine.keep([("doc".to_owned(), Kept { locks, anchors })].into());
    let aligned = engine.worker().align(entry).unwrap();
    assert_eq!(aligned.alignment.validate(aligned.segments.as_ref().map(Vec::len)), Ok(()));
    aligned
}

fn of_locked(aligned: &Aligned) -> Vec<Row> {
    rows(aligned).filter(|row| row.status == Status::Locked).collect()
}

/// Every visible character of the paragraphs stands in a row.
fn check_whole(aligned: &Aligned, texts: [&str; 2]) {
    let rows: Vec<Row> = rows(aligned).collect();
    for (side, text) in Side::BOTH.into_iter().zip(texts) {
        let mut placed: Vec<(ByteRange, &String)> =
            rows.iter().flat_map(|row| row.spans(side).iter().copied().zip(row.texts(side))).collect();
        placed.sort();
        let found: String = placed.iter().flat_map(|(_, text)| text.split_whitespace()).collect();
        assert_eq!(found, text.split_whitespace().collect::<String>());
    }
}

#[test]
fn a_locked_part_of_a_sentence_cuts_it() {
    let lock = texts(
        &["阳岭煤矿超额完成十月份生产计划，"],
        &["The Yangling coal mine overfulfilled its production plan for October,"],
    );
    let aligned = keep(plain(SOURCE, TARGET), vec![lock.clone()], &[]);
    assert_eq!(aligned.lost, []);
    let found = of_locked(&aligned);
    assert_eq!((&found[0].source, &found[0].target), (&lock.texts.source, &lock.texts.target));
    check_whole(&aligned, [SOURCE, TARGET]);
    let all: Vec<Row> = rows(&aligned).collect();
    assert_eq!(all[1].source, ["受到表扬。"]);
    assert_eq!(all[1].target, ["and was praised."]);
    // Two sentences and a paragraph border as one segment: it stands as the reader made it.
    let lock = texts(
        &["全矿十月份共产原煤三万五千二百吨。会议昨天在莫斯科开幕。"],
        &["The whole mine produced 35,200 tons of raw coal in October.", "The conference opened yesterday in Moscow."],
    );
    let aligned = keep(plain(SOURCE, TARGET), vec![lock.clone()], &[]);
    assert_eq!(of_locked(&aligned)[0].kind, "1-2");
    check_whole(&aligned, [SOURCE, TARGET]);
}

#[test]
fn a_lock_follows_its_text_and_says_when_it_cannot() {
    let whole = keep(plain(SOURCE, TARGET), vec![], &[]);
    let mut row = rows(&whole).nth(1).unwrap();
    row.status = Status::Locked;
    let lock = || bitext::export::lock(&row).unwrap();
    // The text has grown before it: its spans are no longer right.
    let grown = format!("新华社电。\n{SOURCE}");
    let aligned = keep(plain(&grown, TARGET), vec![lock()], &[]);
    assert_eq!(of_locked(&aligned)[0].source, row.source);
    assert_eq!(of_locked(&aligned)[0].id, row.id);
    // Traditional characters are the same text.
    let aligned = keep(
        plain(SOURCE, TARGET),
        vec![Lock { texts: lock().texts.map(|texts| texts.iter().map(hanconv::s2t).collect()), ..lock() }],
        &[],
    );
    assert_eq!(of_locked(&aligned)[0].source, row.source);
    let lost = |entry: Entry, lock: Lock| {
        let aligned = keep(entry, vec![lock.clone()], &[]);
        assert!(of_locked(&aligned).is_empty());
        assert_eq!((aligned.lost.len(), &aligned.lost[0].locked), (1, &lock.texts));
        aligned.lost[0].clone()
    };
    // The text has changed: both are told.
    let changed = SOURCE.replace("三万五千二百", "三万五千三百");
    let told = lost(plain(&changed, TARGET), lock());
    assert!(told.message.contains("the original no longer has its text"), "{}", told.message);
    assert_eq!(told.found.source.as_deref(), Some("全矿十月份共产原煤三万五千三百吨。"));
    assert_eq!(told.found.target.as_deref(), Some(row.target[0].as_str()));
    // It stands in two places, and in neither where it was.
    let twice = format!("新华社电。\n{SOURCE}{SOURCE}");
    assert!(lost(plain(&twice, TARGET), lock()).message.contains("2 places"));
    // Spans beyond the text, or inside a character, are no place, and no reason to stop.
    for span in [[1 << 40, 1 << 41], [1, 2]] {
        let mut lock = lock();
        lock.spans.source = vec![span.into()];
        assert_eq!(of_locked(&keep(plain(SOURCE, TARGET), vec![lock], &[])).len(), 1);
    }
    assert!(lost(plain(SOURCE, TARGET), texts(&[], &[])).message.contains("no text"));
    // Given lines are not cut.
    assert!(lost(given(SOURCE, TARGET), lock()).message.contains("within a given line"));
}

#[test]
fn locks_that_share_text_are_told_and_one_holds() {
    let (one, other) = (
        texts(&["会议昨天在莫斯科开幕。"], &["The conference opened yesterday in Moscow."]),
        texts(
            &["会议昨天在莫斯科开幕。苏联代表团团长发表了讲话。"],
            &["The head of the Soviet delegation delivered a speech."],
        ),
    );
    let aligned = keep(plain(SOURCE, TARGET), vec![one.clone(), one.clone(), other.clone()], &[]);
    assert_eq!(of_locked(&aligned).len(), 1, "the same lock twice is one");
    assert_eq!(aligned.lost.len(), 1);
    assert_eq!(aligned.lost[0].locked, other.texts);
}

#[test]
fn a_moved_pair_stays_and_the_rest_keeps_its_place() {
    // A first sentence about something else than the second: its translation, left alone, could otherwise be taken for a part of the second's.
    let source = SOURCE.replace("阳岭煤矿超额完成十月份生产计划，受到表扬。", "长江大桥正式通车。");
    let target = TARGET.replace(
        "The Yangling coal mine overfulfilled its production plan for October, and was praised.",
        "The Yangtze River bridge was opened to traffic.",
    );
    let free = keep(plain(&source, &target), vec![], &[]);
    // The first sentence beside the last: everything between would have to go.
    let lock = texts(
        &["长江大桥正式通车。"],
        &["The dock workers of the port of Tianjin completed the year's task ahead of time."],
    );
    let aligned = keep(plain(&source, &target), vec![lock], &[]);
    let pairs = |aligned: &Aligned| -> Vec<Row> { rows(aligned).filter(|row| row.kind == "1-1").collect() };
    let (before, after) = (pairs(&free), pairs(&aligned));
    assert_eq!(before.len(), 5);
    assert_eq!(after[0].flags, ["moved"]);
    assert_eq!((&after[0].source, &after[0].target), (&before[0].source, &before[4].target));
    let texts = |rows: &[Row]| rows.iter().map(|row| (row.source.clone(), row.target.clone())).collect::<Vec<_>>();
    assert_eq!(texts(&after[1..]), texts(&before[1..4]));
}

#[test]
fn one_wrong_anchor_does_not_stand_against_all_right_ones() {
    let lines = |side: &str| (1..=8).map(|n| format!("{side} {n}")).collect();
    let entry = Entry::new("doc", Body::Sentences(Pair::new(lines("句"), lines("Sentence"))));
    let aligned = keep(entry, Vec::new(), &[(1, 7), (2, 2), (3, 3), (4, 3), (5, 5), (6, 6)]);
    let told: Vec<(&str, &str)> = aligned.lost.iter().map(|lost| (&*lost.place, &*lost.message)).collect();
    assert_eq!(
        told,
        [(
            "doc, anchor 1 7",
            "it crosses another, by which segment 2 of the original and 2 of the translation begin together"
        )]
    );
}

#[test]
fn anchors_are_borders() {
    let lines = |text: &str| text.replace('。', "。\n").replace(". ", ".\n").replace("\n\n", "\n");
    let (source, target) = (lines(SOURCE), lines(TARGET));
    let free = keep(given(&source, &target), vec![], &[]);
    assert!(free.alignment.beads.iter().all(|bead| bead.kind() == "1-1"));
    // The third line of the original begins with the fourth of the translation.
    let aligned = keep(given(&source, &target), vec![], &[(3, 4)]);
    assert_eq!(aligned.lost, []);
    let rows: Vec<Row> = rows(&aligned).collect();
    let third = rows.iter().find(|row| row.source_index.as_ref().unwrap().first() == Some(&2)).unwrap();
    assert!(third.target_index.as_ref().unwrap().first().is_none_or(|&line| line == 3), "{third:?}");
    assert!(rows.iter().all(|row| row.source_index.as_ref().unwrap().iter().all(|&line| line < 2)
        == row.target_index.as_ref().unwrap().iter().all(|&line| line < 3)
        || row.kind.contains('0')));
    // Of paragraphs, by the numbers that rows have; what is not there or crosses is told.
    let aligned = keep(plain(SOURCE, TARGET), vec![], &[(2, 2), (3, 1), (7, 7)]);
    assert_eq!(aligned.lost.iter().map(|lost| lost.reason).collect::<Vec<_>>(), ["anchor", "anchor"]);
    assert!(aligned.lost[0].message.contains("crosses"), "{:?}", aligned.lost);
    assert!(aligned.lost[1].message.contains("nothing begins at 7 of the original"), "{:?}", aligned.lost);
}

// --------------------------------------------------------------------------------------------------------------- forty articles

fn articles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles")
}

fn run(arguments: &[&str], code: i32) -> String {
    let output = Command::cargo_bin("bitext").unwrap().args(arguments).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {words}");
    words
}

fn read(path: &str) -> Vec<Row> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `one` and `other`, its neighbour, as one bead.
fn merged(one: &Row, other: &Row) -> Row {
    let mut row = one.clone();
    row.source.extend(other.source.clone());
    row.target.extend(other.target.clone());
    row.source_spans.extend(other.source_spans.clone());
    row.target_spans.extend(other.target_spans.clone());
    row
}

/// The part of a pair before its first commas.
fn first_half(row: &Row) -> Option<Row> {
    let (source, target) = (row.source.first()?, row.target.first()?);
    let (s, t) = (source.find('，')? + '，'.len_utf8(), target.find(", ")? + 1);
    let mut half = row.clone();
    (half.source, half.target) = (vec![source[..s].into()], vec![target[..t].into()]);
    let (at, to) = (row.source_spans[0].start, row.target_spans[0].start);
    (half.source_spans, half.target_spans) = (vec![(at..at + s).into()], vec![(to..to + t).into()]);
    Some(half)
}

/// Ten corrections by hand, as a reader makes them, in ten articles.
fn corrections(rows: &[Row]) -> Vec<Row> {
    let mut documents: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        match documents.last_mut() {
            Some(document) if document[0].doc == row.doc => document.push(row),
            _ => documents.push(vec![row]),
        }
    }
    assert_eq!(documents.len(), 40);
    let body = |k: usize| {
        documents[k]
            .iter()
            .copied()
            .filter(|row| row.kind == "1-1" && row.section == bitext::document::Section::Body)
            .collect::<Vec<&Row>>()
    };
    let mut corrected = vec![
        merged(documents[0][3], documents[0][4]),
        merged(documents[1][1], documents[1][2]),
        documents[4][0].clone(),
    ];
    corrected.extend((5..40).filter_map(|k| body(k).into_iter().find_map(first_half)).take(3));
    // Left out by the translator, added by him, and told elsewhere.
    let long: Vec<usize> = (10..40).rev().filter(|&k| body(k).len() > 8).collect();
    let body = |k: usize| body(long[k]);
    let next = |pair: &&[&Row]| pair[0].n + 1 == pair[1].n;
    let mut omission = body(0).windows(2).find(next).map(|pair| merged(pair[0], pair[1])).unwrap();
    (omission.target, omission.target_spans) = Default::default();
    let mut addition = body(1)[2].clone();
    (addition.source, addition.source_spans) = Default::default();
    let mut moved = body(2)[1].clone();
    let elsewhere = *body(2).last().unwrap();
    (moved.target, moved.target_spans) = (elsewhere.target.clone(), elsewhere.target_spans.clone());
    // One bead further than it should be.
    let mut shifted = body(3)[3].clone();
    (shifted.target, shifted.target_spans) = (body(3)[4].target.clone(), body(3)[4].target_spans.clone());
    corrected.extend([omission, addition, moved, shifted]);
    for (k, row) in corrected.iter_mut().enumerate() {
        row.kind = format!("{}-{}", row.source.len(), row.target.len());
        row.status = Status::Locked;
        row.extra.insert("note".into(), format!("correction {k}").into());
    }
    assert_eq!(corrected.len(), 10);
    corrected
}

#[test]
fn ten_corrections_stand_in_forty_articles_with_other_models() {
    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name).to_str().unwrap().to_owned();
    let input = articles();
    let input = input.to_str().unwrap();
    run(&["align", input, "-o", &at("first.jsonl")], 0);
    let first = read(&at("first.jsonl"));
    let corrected = corrections(&first);
    let text: String = corrected.iter().map(|row| serde_json::to_string(row).unwrap() + "\n").collect();
    fs::write(at("locks.jsonl"), text).unwrap();
    // A model without words and without Chinese, as for a pair of languages that nothing is known of.
    let neutral = Model::built_in("xx", "yy").to_json().replacen("\"xx\"", "\"zh\"", 1).replacen("\"yy\"", "\"en\"", 1);
    let neutral = neutral[..neutral.rfind(",\n  \"checksum\"").unwrap()].to_owned() + "\n}\n";
    fs::write(at("neutral.json"), neutral).unwrap();
    // The corrections in other forms too: a table keeps all of a row.
    run(&["convert", &at("locks.jsonl"), &at("locks.tsv")], 0);
    let runs: [(&str, &[&str]); 4] = [
        ("locks.jsonl", &[]),
        ("locks.jsonl", &["--signals", "length", "--jobs", "1"]),
        ("locks.tsv", &["--model", &at("neutral.json"), "--no-learn"]),
        ("locks.jsonl", &["--min-confidence", "0.5", "--simplified"]),
    ];
    for (k, (file, more)) in runs.into_iter().enumerate() {
        let out = at(&format!("again{k}.jsonl"));
        let words = run(&[&["align", input, "--locks", &at(file), "-o", &out], more].concat(), 0);
        assert!(words.contains("locked: 10 beads kept\n"), "{words}");
        let again = read(&out);
        let ids: BTreeSet<&str> = again.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids.len(), again.len(), "ids are unique");
        for row in &corrected {
            let found = again.iter().find(|other| other.id == row.id).unwrap();
            assert_eq!((&found.source, &found.target, &found.kind), (&row.source, &row.target, &row.kind), "{more:?}");
            assert_eq!(found.identity(), row.identity());
            assert_eq!((found.status, found.confidence), (Status::Locked, Some(1.0)));
            assert_eq!(found.extra, row.extra);
        }
        assert_eq!(again.iter().filter(|row| row.status == Status::Locked).count(), 10);
        // Articles without corrections are as they were, with the same model.
        if more.is_empty() {
            let locked: BTreeSet<&str> = corrected.iter().map(|row| &*row.doc).collect();
            let others = |rows: &[Row]| {
                rows.iter()
                    .filter(|row| !locked.contains(&*row.doc))
                    .map(|row| (row.id.clone(), row.identity()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(others(&again).len(), others(&first).len());
        }
    }
    // And once more from what came out, read in place: nothing changes any more.
    let again = at("again0.jsonl");
    let before = fs::read(&again).unwrap();
    run(&["align", input, "--locks", &again, "-o", &again], 0);
    assert_eq!(fs::read(&again).unwrap(), before);
    check_coverage(&read(&again));
}

/// No character stands in two rows.
fn check_coverage(rows: &[Row]) {
    let mut spans: BTreeMap<(&str, Side), Vec<ByteRange>> = BTreeMap::new();
    for row in rows {
        for side in Side::BOTH {
            spans.entry((&row.doc, side)).or_default().extend(row.spans(side));
        }
    }
    for spans in spans.values_mut() {
        spans.sort();
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}

#[test]
fn what_cannot_be_kept_is_told_on_standard_error_and_in_the_rejects() {
    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name).to_str().unwrap().to_owned();
    let (source, target) = (at("a.zh.txt"), at("a.en.txt"));
    fs::write(&source, SOURCE).unwrap();
    fs::write(&target, TARGET).unwrap();
    let files = ["--source", &source, "--target", &target];
    let out = at("rows.jsonl");
    run(&[&["align"], &files[..], &["-o", &out]].concat(), 0);
    let locked = fs::read_to_string(&out).unwrap().replace("\"auto\"", "\"locked\"");
    fs::write(at("locks.jsonl"), &locked).unwrap();
    fs::write(&source, SOURCE.replace("莫斯科", "华沙")).unwrap();
    fs::write(at("anchors.tsv"), "# chapters\n2\t2\n9\t9\n").unwrap();
    let more = ["--locks", &at("locks.jsonl"), "--anchors", &at("anchors.tsv"), "--quiet", "-o", &out];
    let words = run(&[&["align"], &files[..], &more[..]].concat(), 3);
    for expected in [
        "not kept: a.zh#3: the original no longer has its text",
        "  locked < 会议昨天在莫斯科开幕。\n",
        "  now    < 会议昨天在华沙开幕。",
        "  locked > The conference opened yesterday in Moscow.\n",
        "not kept: a.zh, anchor 9 9: nothing begins at 9 of the original",
    ] {
        assert!(words.contains(expected), "{expected:?} is not in {words}");
    }
    let told: Vec<Value> = fs::read_to_string(out.clone() + ".rejected.jsonl")
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(told.len(), 2);
    assert_eq!((&told[0]["reason"], &told[0]["place"]), (&json!("lock"), &json!("a.zh#3")));
    assert_eq!(told[0]["locked"]["source"], json!(["会议昨天在莫斯科开幕。"]));
    assert_eq!(read(&out).iter().filter(|row| row.status == Status::Locked).count(), 4);
    // Documents that are not there, files that say nothing.
    fs::write(at("other.jsonl"), locked.replace("a.zh", "b.zh")).unwrap();
    let words = run(&[&["align"], &files[..], &["--locks", &at("other.jsonl"), "-o", &out]].concat(), 3);
    assert!(words.contains("not kept: 5 locks or anchors of 1 documents that were not aligned: b.zh"), "{words}");
    let words = run(&[&["align"], &files[..], &["--locks", &out, "-o", &at("none.jsonl")]].concat(), 1);
    assert!(words.contains("none of its rows has the status locked"), "{words}");
    fs::write(at("anchors.tsv"), "2 2\n").unwrap();
    let words = run(&[&["align"], &files[..], &["--anchors", &at("anchors.tsv"), "-o", &out]].concat(), 1);
    assert!(words.contains("line 1: must be two numbers, with a tab between them"), "{words}");
    let words = run(
        &[
            "align",
            articles().to_str().unwrap(),
            "--anchors",
            &{
                fs::write(at("anchors.tsv"), "1\t1\n").unwrap();
                at("anchors.tsv")
            },
            "-o",
            &out,
        ],
        1,
    );
    assert!(words.contains("begins with the document's id"), "{words}");
}

/// What re-alignment rests on: a bead is the same bead in another run.
#[test]
fn beads_are_the_same_across_runs() {
    let aligned = |signals: Signals| -> BTreeSet<_> {
        let engine = engine(signals, 250_000);
        let mut worker = engine.worker();
        let reader = Reader::open(vec![archive::Input::Path(articles())], archive::Options::default()).unwrap();
        let documents: Vec<Aligned> = reader.map(|entry| worker.align(entry.unwrap()).unwrap()).collect();
        documents.iter().flat_map(rows).map(|row| row.identity().unwrap()).collect()
    };
    let (one, other) = (aligned(Signals::Length), aligned(Signals::Default));
    assert!(one.intersection(&other).count() > one.len() / 2 && one != other);
    assert_eq!(one, aligned(Signals::Length));
    assert!(locks(&[]).is_empty());
}
