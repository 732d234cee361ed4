//! A reader's acts on the articles of a store: none loses or doubles a sentence, all can be taken back, and what was acknowledged is
//! there whatever happens to the process.

#![cfg(feature = "store")]
#![allow(clippy::unwrap_used)]

use bitext::align::Settings;
use bitext::bead::Status;
use bitext::engine::Engine;
use bitext::export::Row;
use bitext::span::{ByteRange, Pair, Side};
use bitext::store::{Act, ActError, Article, Corrected, Line, Prepared, Put, Query, Store, StoreError, Way};
use proptest::prelude::*;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

fn engine() -> Engine {
    Engine::new(None, Settings::default(), Pair::new("zh".into(), "en".into())).unwrap()
}

/// Rows of these kinds, with spans as the aligner writes them.
fn rows(doc: &str, kinds: &[(usize, usize)]) -> Vec<Row> {
    let language = Pair::new(Arc::from("zh"), Arc::from("en"));
    let (mut at, mut count) = (Pair::new(0, 0), Pair::new(0, 0));
    let mut rows = Vec::new();
    for (n, &(source, target)) in kinds.iter().enumerate() {
        let mut texts: Pair<Vec<String>> = Pair::default();
        let mut spans: Pair<Vec<ByteRange>> = Pair::default();
        for (side, many) in [(Side::Source, source), (Side::Target, target)] {
            for _ in 0..many {
                count[side] += 1;
                let text = match side {
                    Side::Source => format!("第{}句讲煤矿的事。", count[side]),
                    Side::Target => format!("Sentence {} is about a coal mine.", count[side]),
                };
                spans[side].push(ByteRange::new(at[side], at[side] + text.len()));
                at[side] += text.len() + 1;
                texts[side].push(text);
            }
        }
        let mut row = Row::new(doc.into(), n + 1, &language, texts);
        (row.source_spans, row.target_spans) = (spans.source, spans.target);
        row.confidence = Some(0.5);
        rows.push(row);
    }
    rows
}

fn put(store: &mut Store, rows: &[Row]) -> Put {
    let mut import = store.import().unwrap();
    let put = import.put(&Prepared::new(rows).unwrap().unwrap()).unwrap();
    import.commit().unwrap();
    put
}

fn done(store: &mut Store, doc: &str, act: &Act, engine: &Engine) -> Result<Article, StoreError> {
    let version = store.article(doc)?.about.version;
    match store.correct(doc, version, act, engine)? {
        Corrected::Done(article) => Ok(article),
        Corrected::Conflict(_) => panic!("nobody else writes"),
    }
}

/// The sentences of a side in the order of their text.
fn sentences(lines: &[Line], side: Side) -> Vec<String> {
    let spans =
        |line: &Line| if side == Side::Source { line.row.source_spans.clone() } else { line.row.target_spans.clone() };
    let mut all: Vec<(ByteRange, String)> =
        lines.iter().flat_map(|line| spans(line).into_iter().zip(line.row.texts(side).to_vec())).collect();
    all.sort();
    all.into_iter().map(|(_, text)| text).collect()
}

fn kinds(article: &Article) -> Vec<&str> {
    article.lines.iter().map(|line| &*line.row.kind).collect()
}

fn act() -> impl Strategy<Value = Act> {
    let bead = 1_usize..9;
    let side = prop::sample::select(vec![Side::Source, Side::Target]);
    let way = prop::sample::select(vec![Way::Up, Way::Down]);
    prop_oneof![
        1 => bead.clone().prop_map(|bead| Act::Accept { bead }),
        1 => bead.clone().prop_map(|bead| Act::Unlock { bead }),
        3 => bead.clone().prop_map(|bead| Act::Merge { bead }),
        3 => (bead.clone(), 0_usize..3, 0_usize..3).prop_map(|(bead, source, target)| Act::Split { bead, source, target }),
        4 => (bead.clone(), side, way).prop_map(|(bead, side, to)| Act::Move { bead, side, to }),
        1 => (bead, "[a-c ]{0,3}").prop_map(|(bead, text)| Act::Note { bead, text }),
        1 => Just(Act::Realign),
        2 => Just(Act::Undo),
        2 => Just(Act::Redo),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn acts_keep_every_sentence_and_can_all_be_taken_back(
        drawn in prop::collection::vec((0_usize..3, 0_usize..3), 2..7),
        acts in prop::collection::vec(act(), 1..14),
    ) {
        let drawn: Vec<(usize, usize)> = drawn.into_iter().map(|kind| if kind == (0, 0) { (1, 1) } else { kind }).collect();
        let engine = engine();
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("a.db")).unwrap();
        put(&mut store, &rows("before", &[(1, 1)]));
        put(&mut store, &rows("d", &drawn));
        put(&mut store, &rows("behind", &[(1, 1)]));
        let first = store.article("d").unwrap();
        let whole = [Side::Source, Side::Target].map(|side| sentences(&first.lines, side));
        // What stands in the article after each act that holds, the newest last.
        let (mut held, mut ahead) = (vec![first.lines.clone()], Vec::new());
        for act in &acts {
            let old = store.article("d").unwrap();
            match done(&mut store, "d", act, &engine) {
                Ok(article) => {
                    match act {
                        Act::Undo => {
                            ahead.push(held.pop().unwrap());
                            prop_assert_eq!(&article.lines, held.last().unwrap());
                        }
                        Act::Redo => {
                            held.push(ahead.pop().unwrap());
                            prop_assert_eq!(&article.lines, held.last().unwrap());
                        }
                        _ if article.lines == old.lines => prop_assert_eq!(article.about.version, old.about.version),
                        _ => {
                            held.push(article.lines.clone());
                            ahead.clear();
                            prop_assert_eq!(article.about.version, old.about.version + 1);
                        }
                    }
                    prop_assert_eq!((article.undo, article.redo), (held.len() > 1, !ahead.is_empty()));
                }
                // What cannot be done changes nothing.
                Err(StoreError::Act(_)) => prop_assert_eq!(&store.article("d").unwrap(), &old),
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
            let now = store.article("d").unwrap();
            for (side, whole) in [Side::Source, Side::Target].into_iter().zip(&whole) {
                prop_assert_eq!(&sentences(&now.lines, side), whole);
            }
            prop_assert!(now.lines.iter().all(|line| !line.row.source.is_empty() || !line.row.target.is_empty()));
            let ids: std::collections::BTreeSet<&str> = now.lines.iter().map(|line| &*line.row.id).collect();
            prop_assert_eq!(ids.len(), now.lines.len());
            // The index follows: each sentence is found once where it stands, and the neighbours stay.
            prop_assert_eq!(store.len().unwrap(), (3, now.lines.len() as u64 + 2));
            let query = Query::new("zh:煤矿", store.language().unwrap()).unwrap();
            let found = store.find(Some(&query), &Default::default(), Default::default()).unwrap().pairs.len();
            prop_assert_eq!(found, now.lines.iter().filter(|line| !line.row.source.is_empty()).count() + 2);
        }
        while store.article("d").unwrap().undo {
            done(&mut store, "d", &Act::Undo, &engine).unwrap();
        }
        prop_assert_eq!(store.article("d").unwrap().lines, first.lines);
    }
}

#[test]
fn each_act_does_what_it_says() {
    let engine = engine();
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("a.db")).unwrap();
    put(&mut store, &rows("d", &[(2, 1), (1, 2), (1, 1)]));
    let article = done(&mut store, "d", &Act::Merge { bead: 1 }, &engine).unwrap();
    assert_eq!(kinds(&article), ["3-3", "1-1"]);
    assert!(article.lines[0].is_locked() && !article.lines[0].is_accepted() && !article.lines[1].is_locked());
    let article = done(&mut store, "d", &Act::Split { bead: 1, source: 1, target: 1 }, &engine).unwrap();
    assert_eq!(kinds(&article), ["1-1", "2-2", "1-1"]);
    let article = done(&mut store, "d", &Act::Move { bead: 2, side: Side::Target, to: Way::Down }, &engine).unwrap();
    assert_eq!(kinds(&article), ["1-1", "2-1", "1-2"]);
    let article = done(&mut store, "d", &Act::Move { bead: 2, side: Side::Source, to: Way::Up }, &engine).unwrap();
    assert_eq!(kinds(&article), ["2-1", "1-1", "1-2"]);
    let article = done(&mut store, "d", &Act::Note { bead: 3, text: " see the original ".into() }, &engine).unwrap();
    assert_eq!(article.lines[2].note(), "see the original");
    let article = done(&mut store, "d", &Act::Unlock { bead: 3 }, &engine).unwrap();
    assert_eq!((article.lines[2].is_locked(), article.lines[2].note()), (false, "see the original"));
    let refused = |act: Act, store: &mut Store| match done(store, "d", &act, &engine) {
        Err(StoreError::Act(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(Act::Merge { bead: 3 }, &mut store), ActError::NoNeighbour(3, "behind"));
    assert_eq!(refused(Act::Merge { bead: 0 }, &mut store), ActError::NoBead(0));
    assert_eq!(refused(Act::Split { bead: 2, source: 1, target: 1 }, &mut store), ActError::NothingLeft(2));
    assert_eq!(refused(Act::Redo, &mut store), ActError::Nothing("redo"));
    assert_eq!(store.changes("d").unwrap().len(), 6);
    // What a reader has locked or noted is not replaced by an import that does not have it.
    assert_eq!(put(&mut store, &rows("d", &[(2, 1), (1, 2), (1, 1)])), Put::Kept);
    let article = store.article("d").unwrap();
    assert_eq!(kinds(&article), ["2-1", "1-1", "1-2"]);
    // One that has it is in its place, be it in parts, of which none has all.
    let whole: Vec<Row> = article.lines.iter().map(|line| line.row.clone()).collect();
    let mut import = store.import().unwrap();
    for (part, wanted) in [(&whole[2..], Put::Kept), (&whole[..2], Put::Later)] {
        assert_eq!(import.put(&Prepared::new(part).unwrap().unwrap()).unwrap(), wanted);
    }
    let imported = import.commit().unwrap();
    assert_eq!((imported.documents, imported.replaced, imported.rows, imported.joined), (1, 1, 3, 1));
    assert!(imported.kept.is_empty());
    let again: Vec<Row> = store.article("d").unwrap().lines.into_iter().map(|line| line.row).collect();
    assert_eq!(again, whole);
}

#[test]
fn the_second_of_two_readers_is_told() {
    let engine = engine();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut one = Store::create(&path).unwrap();
    put(&mut one, &rows("d", &[(1, 1), (1, 1)]));
    let mut other = Store::open_to_write(&path).unwrap();
    let seen = one.article("d").unwrap().about.version;
    assert!(matches!(one.correct("d", seen, &Act::Merge { bead: 1 }, &engine).unwrap(), Corrected::Done(_)));
    let Corrected::Conflict(article) = other.correct("d", seen, &Act::Accept { bead: 2 }, &engine).unwrap() else {
        panic!("the first act is written over");
    };
    assert_eq!((kinds(&article), article.about.version), (vec!["2-2"], seen + 1));
    assert_eq!(other.article("d").unwrap(), one.article("d").unwrap());
}

#[test]
fn locked_damaged_and_foreign_stores_are_said() {
    let engine = engine();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = Store::create(&path).unwrap();
    put(&mut store, &rows("d", &[(1, 1), (1, 1)]));
    // Another import is under way.
    let mut other = Store::open_to_write(&path).unwrap();
    let import = other.import().unwrap();
    let error = store.correct("d", 1, &Act::Accept { bead: 1 }, &engine).unwrap_err();
    assert!(matches!(error, StoreError::Locked), "{error}");
    assert!(error.to_string().contains("written by another process"), "{error}");
    drop(import);
    drop((store, other));
    // All pages but the first are overwritten.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[8192..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let error = Store::open(&path).and_then(|store| store.article("d")).unwrap_err();
    assert!(error.to_string().contains("damaged"), "{error}");
}

/// The process that [`what_is_acknowledged_survives_a_kill`] kills; on its own it does nothing.
#[test]
fn child_that_corrects() {
    let Some(path) = std::env::var_os("BITEXT_TEST_STORE") else { return };
    let engine = engine();
    let mut store = Store::open_to_write(Path::new(&path)).unwrap();
    let mut out = std::io::stdout();
    for n in 0.. {
        let article = done(&mut store, "d", &Act::Note { bead: 1, text: format!("note {n}") }, &engine).unwrap();
        writeln!(out, "\nacknowledged {} {n}.", article.about.version).unwrap();
        out.flush().unwrap();
    }
}

/// What a line acknowledges, if the kill has not cut it.
fn told(line: &str) -> Option<String> {
    Some(line.strip_prefix("acknowledged ")?.strip_suffix('.')?.to_owned())
}

#[test]
fn what_is_acknowledged_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut store = Store::create(&path).unwrap();
    put(&mut store, &rows("d", &[(1, 1), (2, 1)]));
    drop(store);
    let mut least = 0;
    for round in 0..6 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_corrects", "--nocapture"])
            .env("BITEXT_TEST_STORE", &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = None;
        let mut wanted = 5 + round;
        // Killed at once after an answer, in the middle of the next save.
        for line in lines.by_ref() {
            if let Some(said) = told(&line.unwrap()) {
                acknowledged = Some(said);
                wanted -= 1;
                if wanted == 0 {
                    break;
                }
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(round));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines {
            acknowledged = told(&line.unwrap()).or(acknowledged);
        }
        let acknowledged = acknowledged.unwrap();
        let (version, n) = acknowledged.split_once(' ').unwrap();
        let (version, n): (i64, u64) = (version.parse().unwrap(), n.parse().unwrap());
        let store = Store::open(&path).unwrap();
        let article = store.article("d").unwrap();
        // The next one may be on the disk without having been acknowledged.
        let ahead = article.about.version - version;
        assert!((0..=1).contains(&ahead), "version {} after {version} was acknowledged", article.about.version);
        assert_eq!(article.lines[0].note(), format!("note {}", n + ahead as u64));
        assert_eq!(
            store.changes("d").unwrap().iter().filter(|change| change.holds).count() as i64 + 1,
            article.about.version
        );
        assert!(article.about.version > least);
        least = article.about.version;
        assert_eq!(article.lines[0].row.status, Status::Auto);
    }
}
