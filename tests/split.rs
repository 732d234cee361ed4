//! The sentence splitters: hard cases in files that a linguist can read and extend, and properties of any text.

#![allow(clippy::unwrap_used, reason = "a test file that cannot be read fails its test")]

use bitext::split::{Carry, Sentence, Splitter};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use unicode_segmentation::UnicodeSegmentation;

/// Cases of our own that are known to fail: counted, so that neither a mended nor a new one passes in silence.
const KNOWN_FAILURES: [(&str, usize); 2] = [("en", 1), ("zh", 1)];

/// The same, of the other languages together.
const OTHER_FAILURES: usize = 1;

const TAGS: [&str; 16] =
    ["zh", "en", "ja", "de", "fr", "es", "it", "pt", "ru", "hu", "ro", "is", "nl", "ko", "xx", "zh-Hant"];

fn ends<'a>(pieces: impl Iterator<Item = &'a str>) -> BTreeSet<usize> {
    let mut sum = 0;
    pieces
        .map(|piece| {
            sum += piece.chars().filter(|c| !c.is_whitespace()).count();
            sum
        })
        .collect()
}

fn accepted(row: &Value) -> Vec<BTreeSet<usize>> {
    let list = |value: &Value| ends(value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()));
    let alternatives = row["alts"].as_array().into_iter().flatten().map(list);
    std::iter::once(list(&row["sentences"])).chain(alternatives).collect()
}

/// Cases that failed, of how many, for one language of one file.
fn failures(path: &Path, lang: &str) -> (Vec<String>, usize) {
    let splitter = Splitter::new(lang);
    let text = std::fs::read_to_string(path).unwrap();
    let (mut failed, mut ran) = (Vec::new(), 0);
    for line in text.lines().filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_str(line).unwrap();
        if row["lang"] != lang {
            continue;
        }
        ran += 1;
        let text = row["text"].as_str().unwrap();
        let found: Vec<&str> = splitter.split_text(text).iter().map(|one| one.range.of(text)).collect();
        if !accepted(&row).contains(&ends(found.iter().copied())) {
            failed.push(format!("{}: {found:?}", row["tag"]));
        }
    }
    (failed, ran)
}

#[test]
fn own_hard_cases() {
    for (lang, known) in KNOWN_FAILURES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/split/cases-{lang}.jsonl"));
        let (failed, ran) = failures(&path, lang);
        assert!(ran >= 80, "only {ran} cases ran for {lang}");
        assert_eq!(failed.len(), known, "{lang}: {failed:#?}");
    }
}

#[test]
fn shared_hard_cases() {
    let shared = std::env::var_os("BITEXT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = shared.join("split/hardcases-dev.jsonl");
    if !path.exists() {
        eprintln!("SKIPPED shared_hard_cases: {} is not there; set BITEXT_SHARED", path.display());
        return;
    }
    for lang in ["en", "zh"] {
        let (failed, ran) = failures(&path, lang);
        assert!(ran > 0, "no case ran for {lang}");
        assert!(failed.len() * 20 <= ran, "{lang}: {failed:#?}");
    }
}

#[test]
fn other_languages() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/split/cases-other.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let (mut failed, mut ran) = (Vec::new(), BTreeMap::new());
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let lang = row["lang"].as_str().unwrap();
        let splitter = Splitter::new(lang);
        assert_eq!(splitter.is_known(), lang != "xx");
        let text = row["text"].as_str().unwrap();
        let found: Vec<&str> = splitter.sentences(text).map(|one| one.range.of(text)).collect();
        if !accepted(&row).contains(&ends(found.iter().copied())) {
            failed.push(format!("{lang}: {}", found.join(" | ")));
        }
        *ran.entry(lang.to_owned()).or_insert(0) += 1;
    }
    for lang in ["de", "fr", "es", "it", "pt", "ru", "hu", "ro", "is", "nl", "ja", "ko"] {
        assert!(ran.get(lang).is_some_and(|&count| count >= 7), "{lang}: {ran:?}");
    }
    assert_eq!(failed.len(), OTHER_FAILURES, "{failed:#?}");
}

#[test]
fn a_readers_own_abbreviations() {
    let text = "The Bldgx. Committee met. It rose.";
    let own = Splitter::new("en").with_abbreviations("# ours\n[titles]\nBldgx.\n").unwrap();
    assert_eq!(own.sentences(text).count(), 2);
    assert_eq!(Splitter::new("en").sentences(text).count(), 3);
    let error = Splitter::new("en").with_abbreviations("[titles]\nX\n[nonsense]\n").unwrap_err();
    assert!(error.to_string().starts_with("line 3:"), "{error}");
}

#[test]
fn a_long_quotation_is_carried_on() {
    let splitter = Splitter::new("zh");
    let mut first = splitter.sentences("他说：“我们开始吧。");
    assert_eq!(first.by_ref().count(), 1);
    assert!(first.carry().quotation_open);
    let mut second = splitter.sentences_after(first.carry(), "时候到了。”大家都同意。");
    assert_eq!(second.by_ref().count(), 2);
    assert_eq!(second.carry(), Carry::default());
}

/// Pieces in order, with white space only between them, and no cut inside a grapheme cluster.
fn check(text: &str, sentences: &[Sentence]) -> Result<(), TestCaseError> {
    let clusters: BTreeSet<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
    let mut last = 0;
    for sentence in sentences {
        let range = sentence.range;
        prop_assert!(range.start >= last && range.end > range.start, "{range:?} after {last}");
        prop_assert!(text[last..range.start].trim().is_empty(), "text lost before {range:?}");
        prop_assert!(clusters.contains(&range.start) && clusters.contains(&range.end), "{range:?} cuts a cluster");
        last = range.end;
    }
    prop_assert!(text[last..].trim().is_empty(), "text lost at the end");
    Ok(())
}

/// Texts of what matters to the rules, so that they meet in every order.
fn marked() -> impl Strategy<Value = String> {
    let bits = [
        "。",
        "！",
        "？",
        "……",
        "…",
        "．",
        ".",
        "!",
        "?",
        "...",
        " ",
        "  ",
        "\n",
        "\u{3000}",
        "“",
        "”",
        "‘",
        "’",
        "\"",
        "'",
        "「",
        "」",
        "『",
        "』",
        "《",
        "》",
        "（",
        "）",
        "(",
        ")",
        "[",
        "]",
        "【",
        "】",
        "：",
        ":",
        "；",
        "，",
        ",",
        "、",
        "他说",
        "问道",
        "的",
        "我们",
        "一、",
        "1.",
        "12",
        "（一）",
        "A",
        "The",
        "he said",
        "Mr",
        "Co",
        "U.S",
        "p.m",
        "No",
        "etc",
        "de Gaulle",
        "-",
        "—",
        "é",
        "e\u{301}",
        "\u{301}",
        "\u{200d}",
        "👨‍👩‍👧",
        "🇨🇳",
        "\r\n",
        "\u{600}",
        "क्षि",
        "各",
        "Ａ",
        "１",
    ];
    prop::collection::vec(prop::sample::select(bits.to_vec()), 0..40).prop_map(|bits| bits.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn pieces_rebuild_marked_text(text in marked(), tag in prop::sample::select(TAGS.to_vec())) {
        let splitter = Splitter::new(tag);
        check(&text, &splitter.sentences(&text).collect::<Vec<_>>())?;
        let carried = Carry { quotation_open: true };
        check(&text, &splitter.sentences_after(carried, &text).collect::<Vec<_>>())?;
        let lines = splitter.split_text(&text);
        let mut last = 0;
        for sentence in &lines {
            prop_assert!(text[last..sentence.range.start].trim().is_empty());
            last = sentence.range.end;
        }
        prop_assert!(text[last..].trim().is_empty());
    }

    #[test]
    fn pieces_rebuild_any_text(text in "\\PC*", tag in prop::sample::select(TAGS.to_vec())) {
        let splitter = Splitter::new(tag);
        check(&text, &splitter.sentences(&text).collect::<Vec<_>>())?;
    }

    /// A paragraph alone is split as in its document, where no quotation crosses its border.
    #[test]
    fn paragraphs_stand_alone(
        paragraphs in prop::collection::vec("[a-z他我们说“”。！？， ]{25,60}[。]", 1..5),
        tag in prop::sample::select(vec!["zh", "en"]),
    ) {
        let splitter = Splitter::new(tag);
        let mut carry = Carry::default();
        for paragraph in &paragraphs {
            let alone: Vec<Sentence> = splitter.sentences(paragraph).collect();
            let mut within = splitter.sentences_after(carry, paragraph);
            let found: Vec<Sentence> = within.by_ref().collect();
            if !carry.quotation_open {
                prop_assert_eq!(&found, &alone);
            }
            carry = within.carry();
        }
    }
}

/// No timer: a quadratic pass over a megabyte would not end in the time a test may take.
#[test]
fn a_megabyte_of_one_mark_is_no_trouble() {
    for unit in [
        "。",
        "a.b.",
        "“",
        "「",
        "(",
        "（",
        "《",
        ". ",
        "...",
        "…",
        "\"",
        "Co. ",
        "：一、",
        "“。”",
        "[1] ",
        "!\"",
        "Mr. A. ",
        "？”他",
        "1. ",
        "\u{301}",
        "\u{3000}",
    ] {
        let text = unit.repeat(1_000_000 / unit.len());
        for tag in ["zh", "en", "de"] {
            let splitter = Splitter::new(tag);
            let pieces: usize = splitter.sentences(&text).map(|one| one.range.byte_len()).sum();
            assert!(pieces <= text.len());
        }
    }
}
