//! `bitext import` and `bitext search`: what is put in is found, in every script and form, and nothing else is.

#![cfg(feature = "store")]
#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use bitext::export::Row;
use bitext::span::{Pair, Side};
use bitext::store::{Filter, Hit, Prepared, Query, Store};
use proptest::prelude::*;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

fn run(arguments: &[&str], code: i32) -> (String, String) {
    let output = Command::cargo_bin("bitext").unwrap().args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "bitext {}\n{error}", arguments.join(" "));
    (String::from_utf8(output.stdout).unwrap(), error)
}

fn rows(doc: &str, pairs: &[(&str, &str)]) -> Vec<Row> {
    let language = Pair::new(Arc::from("zh"), Arc::from("en"));
    let row = |(n, (source, target)): (usize, &(&str, &str))| {
        Row::new(doc.into(), n + 1, &language, Pair::new(vec![(*source).to_owned()], vec![(*target).to_owned()]))
    };
    pairs.iter().enumerate().map(row).collect()
}

fn put(store: &mut Store, documents: &[Vec<Row>]) {
    let mut import = store.import().unwrap();
    for rows in documents {
        import.put(&Prepared::new(rows).unwrap().unwrap()).unwrap();
    }
    import.commit().unwrap();
}

fn hits(store: &Store, query: &str) -> Vec<Hit> {
    let query = Query::new(query, store.language().unwrap()).unwrap();
    let mut hits = Vec::new();
    let each = |hit| {
        hits.push(hit);
        ControlFlow::Continue(())
    };
    store.search(&query, &Filter::default(), each).unwrap();
    hits
}

fn texts(store: &Store, query: &str) -> Vec<String> {
    hits(store, query).into_iter().map(|hit| hit.text.source).collect()
}

#[test]
fn words_phrases_wildcards_and_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("a.db")).unwrap();
    put(
        &mut store,
        &[rows(
            "d",
            &[
                ("对外贸易部", "The Ministry of Foreign Trade"),
                ("貿易協定", "A trading agreement"),
                ("白匪逃走了", "The White troops fled"),
                ("消灭白匪", "Wipe out the White bandits"),
                ("贸，易", "Nothing of the kind"),
                ("ＡＢＣ公司", "The ABC company; l'été"),
            ],
        )],
    );
    // Simplified and traditional find each other; a stop between two characters parts them.
    assert_eq!(texts(&store, "贸易"), ["对外贸易部", "貿易協定"]);
    assert_eq!(texts(&store, "貿易"), texts(&store, "贸易"));
    assert_eq!(texts(&store, "贸"), ["对外贸易部", "貿易協定", "贸，易"]);
    assert_eq!(texts(&store, "外贸易部"), ["对外贸易部"]);
    assert_eq!(texts(&store, "zh:贸易 en:trade"), ["对外贸易部", "貿易協定"]);
    assert_eq!(texts(&store, "zh:白匪 -en:bandit*"), ["白匪逃走了"]);
    assert_eq!(texts(&store, "en:\"foreign trade\""), ["对外贸易部"]);
    assert_eq!(texts(&store, "en:\"trade foreign\""), Vec::<String>::new());
    assert_eq!(texts(&store, "trad* -agreement"), ["对外贸易部"]);
    assert_eq!(texts(&store, "en:?gree*"), ["貿易協定"]);
    assert_eq!(texts(&store, "zh:abc公司"), ["ＡＢＣ公司"]);
    // A hit says where it is.
    let hit = &hits(&store, "zh:白匪 en:bandit")[0];
    assert_eq!(hit.found.source[0].of(&hit.text.source), "白匪");
    assert_eq!(hit.found.target[0].of(&hit.text.target), "bandits");
    assert_eq!(store.row(hit).unwrap().id, "d#4");
}

#[test]
fn a_wildcard_finds_words_whose_stem_begins_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("a.db")).unwrap();
    let words = ["try", "tries", "lying", "dying", "skies", "happily", "industrialization", "People's"];
    let pairs: Vec<(&str, &str)> = words.iter().map(|word| ("字", *word)).collect();
    put(&mut store, &[rows("d", &pairs)]);
    let found = |query: &str| hits(&store, query).into_iter().map(|hit| hit.text.target).collect::<Vec<_>>();
    for word in &words[..7] {
        // From every letter on, and up to every letter.
        for at in 1..=word.len() {
            assert!(found(&format!("en:{}*", &word[..at])).contains(&(*word).to_owned()), "{}*", &word[..at]);
            assert!(found(&format!("en:*{}", &word[word.len() - at..])).contains(&(*word).to_owned()));
        }
    }
    assert_eq!(found("en:?ying"), ["lying", "dying"]);
    assert_eq!(found("en:x*"), Vec::<String>::new());
    assert_eq!(found("zh:字 -en:*y*"), ["tries", "skies", "industrialization", "People's"]);
}

/// `tests/store/1.db` was made by the program when its stores had version 1.
#[test]
fn an_old_store_is_brought_up_and_a_newer_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.db");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/1.db"), &path).unwrap();
    for _ in 0..2 {
        let store = Store::open(&path).unwrap();
        assert_eq!(texts(&store, "貿易 en:tr*"), ["对外贸易部"]);
        assert_eq!(texts(&store, "en:tr?"), ["再试一次"]);
    }
    put(&mut Store::create(&path).unwrap(), &[rows("more", &[("新的贸易", "New trade")])]);
    assert_eq!(texts(&Store::open(&path).unwrap(), "贸易").len(), 2);
    // The version of the file stands in its bytes 60 to 63.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&path, bytes).unwrap();
    let error = Store::open(&path).unwrap_err().to_string();
    assert!(error.contains("written by a newer bitext (store version 99"), "{error}");
}

#[test]
fn a_document_takes_the_place_of_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(&folder.path().join("a.db")).unwrap();
    put(&mut store, &[rows("a", &[("旧的消息", "Old news"), ("旧闻", "More of it")]), rows("b", &[("别的", "Other")])]);
    put(&mut store, &[rows("a", &[("新的消息", "New news")])]);
    assert_eq!(store.len().unwrap(), (2, 2));
    assert!(texts(&store, "旧").is_empty());
    assert_eq!(texts(&store, "消息"), ["新的消息"]);
    // What is not committed is not there.
    let mut import = store.import().unwrap();
    import.put(&Prepared::new(&rows("c", &[("第三篇", "A third")])).unwrap().unwrap()).unwrap();
    drop(import);
    assert_eq!(store.len().unwrap(), (2, 2));
    // One pair of languages.
    let french = Row { target_lang: "fr".into(), ..rows("d", &[("早安", "Bonjour")]).remove(0) };
    let error = store.import().unwrap().put(&Prepared::new(&[french]).unwrap().unwrap()).unwrap_err();
    assert!(error.to_string().contains("zh-fr does not go into a store of zh-en"), "{error}");
}

#[test]
fn rows_of_a_document_that_stand_apart_are_joined() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let articles = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles");
    run(&["align", "-q", articles.to_str().unwrap(), "-o", &path("rows.jsonl")], 0);
    let text = std::fs::read_to_string(path("rows.jsonl")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    run(&["import", "-q", &path("rows.jsonl"), "--store", &path("in-order.db")], 0);
    // The least certain first: a row of one document, a row of another.
    let confidence = |line: &&str| serde_json::from_str::<Row>(line).unwrap().confidence.unwrap_or_default();
    lines.sort_by(|a, b| confidence(a).total_cmp(&confidence(b)));
    std::fs::write(path("apart.jsonl"), lines.join("\n")).unwrap();
    let said = run(&["import", &path("apart.jsonl"), "--store", &path("apart.db")], 0).1;
    assert!(said.contains("40 documents, 706 rows, 0 findings put in; 0 set aside"), "{said}");
    assert!(said.contains("documents did not stand together, and were joined"), "{said}");
    let [in_order, apart] = ["in-order.db", "apart.db"].map(|name| Store::open(Path::new(&path(name))).unwrap());
    let mut docs = in_order.docs().unwrap();
    docs.sort();
    assert_eq!(docs.len(), 40);
    for doc in docs {
        let lines = |store: &Store| store.article(&doc).unwrap().lines;
        assert_eq!(lines(&apart), lines(&in_order));
    }
    for word in ["生产", "production", "人民"] {
        let count = |store: &Store| hits(store, word).len();
        assert_eq!(count(&apart), count(&in_order), "{word}");
        assert!(count(&apart) > 0, "{word}");
    }
    // Two documents of one id are not one: the second takes the place of the first.
    let twice = format!("{text}{text}");
    std::fs::write(path("twice.jsonl"), twice).unwrap();
    let said = run(&["import", &path("twice.jsonl"), "--store", &path("apart.db")], 3).1;
    assert!(said.contains("40 documents, 40 in the place of older ones, 706 rows"), "{said}");
    assert!(said.contains("40 documents had the id of one before them") && !said.contains("joined"), "{said}");
}

#[test]
fn the_corpus_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let articles = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles");
    let (store, again) = (path("a.db"), path("rows.jsonl"));
    run(&["align", "-q", articles.to_str().unwrap(), "-o", &again], 0);
    let said = run(&["import", &again, "--store", &store], 0).1;
    assert!(said.contains("40 documents, 706 rows"), "{said}");
    let said = run(&["import", &again, "--store", &store], 0).1;
    assert!(said.contains("40 in the place of older ones"), "{said}");
    // As many rows as a plain search of the file finds.
    let file = std::fs::read_to_string(&again).unwrap();
    let plain: Vec<Row> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (found, _) = run(&["search", &store, "生产", "-n", "0", "--format", "jsonl"], 0);
    let found: Vec<Row> = found.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wanted: Vec<&Row> = plain
        .iter()
        .filter(|row| row.source.iter().any(|text| text.contains("生产") || text.contains("生產")))
        .collect();
    assert!(wanted.len() > 10);
    for (found, wanted) in found.iter().zip(&wanted) {
        // The row comes back whole, with the places of the hit beside it.
        let bare = Row { extra: wanted.extra.clone(), ..found.clone() };
        assert_eq!(&bare, *wanted);
        assert!(found.extra.contains_key("found"));
    }
    assert_eq!(found.len(), wanted.len());
    let renderings = run(&["search", &store, "生产", "--renderings"], 0).0;
    assert!(renderings.lines().nth(1).unwrap().starts_with("production\t"), "{renderings}");
    let years = run(&["search", &store, "production", "--by-year"], 0).0;
    assert!(years.lines().count() > 5, "{years}");
    let kwic = run(&["search", &store, "生产", "-n", "5"], 0).0;
    let columns: Vec<usize> = kwic
        .lines()
        .skip(1)
        .step_by(4)
        .map(|line| line[..line.find("生产").unwrap()].chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum())
        .collect();
    assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "{columns:?}\n{kwic}");
}

#[test]
fn what_is_no_store_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    assert!(run(&["search", &path("none.db"), "x"], 1).1.contains("no such store"));
    std::fs::write(path("text.db"), "not a database, by any means, at all; only some words").unwrap();
    assert!(run(&["search", &path("text.db"), "x"], 1).1.contains("no store of bitext"));
    std::fs::write(path("broken.jsonl"), "{\"doc\":\n").unwrap();
    run(&["import", &path("broken.jsonl"), "--store", &path("new.db")], 1);
    assert!(!Path::new(&path("new.db")).exists(), "a store without anything in it is left behind");
    let rows = rows("a", &[("一", "one")]);
    put(&mut Store::create(Path::new(&path("a.db"))).unwrap(), &[rows]);
    assert!(run(&["search", &path("a.db"), "-x"], 2).1.contains("no word that is to be there"));
}

fn sentence() -> impl Strategy<Value = String> {
    let han = prop::sample::select("贸貿易协協定和平谈判，。Ａ1 ab".chars().collect::<Vec<char>>());
    prop::collection::vec(han, 1..14).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_of_characters_is_found(texts in prop::collection::vec(sentence(), 1..6), from in 0usize..14, length in 1usize..5) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::create(&folder.path().join("a.db")).unwrap();
        let pairs: Vec<(&str, &str)> = texts.iter().map(|text| (text.as_str(), "one")).collect();
        put(&mut store, &[rows("d", &pairs)]);
        let wanted: String = texts[0].chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).skip(from).take(length).collect();
        // What is one run in the text, and not only without its stops.
        if wanted.is_empty() || !texts[0].contains(&wanted) {
            return Ok(());
        }
        let simple = |text: &str| text.replace('貿', "贸").replace('協', "协");
        let found: Vec<usize> = hits(&store, &format!("zh:{wanted}")).iter().map(|hit| hit.place.1).collect();
        let expected: Vec<usize> = (0..texts.len()).filter(|&at| simple(&texts[at]).contains(&simple(&wanted))).collect();
        prop_assert_eq!(found, expected);
        for hit in hits(&store, &format!("zh:{wanted}")) {
            for range in &hit.found[Side::Source] {
                prop_assert_eq!(simple(range.of(&hit.text.source)), simple(&wanted));
            }
        }
    }
}
