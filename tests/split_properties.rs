//! Properties of the splitters on any text: nothing lost, no cluster cut, no panic, linear time.

#![allow(clippy::unwrap_used, reason = "a test that cannot run fails")]

use bitext::split::{Carry, Sentence, Splitter};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Instant;
use unicode_segmentation::UnicodeSegmentation;

const TAGS: [&str; 16] =
    ["zh", "en", "ja", "de", "fr", "es", "it", "pt", "ru", "hu", "ro", "is", "nl", "ko", "xx", "zh-Hant"];

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
        paragraphs in prop::collection::vec("[a-z他我们说“”「」\"。！？， ]{40,60}[。.]", 1..5),
        tag in prop::sample::select(vec!["zh", "en", "fr"]),
    ) {
        let splitter = Splitter::new(tag);
        let (mut alone, mut text) = (Vec::new(), String::new());
        for paragraph in &paragraphs {
            let offset = text.len();
            let mut sentences = splitter.sentences(paragraph);
            alone.extend(sentences.by_ref().map(|one| (one.range.shifted(offset), one.rule)));
            text += paragraph;
            text.push('\n');
            // A quotation left open crosses the border: the document ends here.
            if sentences.carry().quotation_open {
                break;
            }
        }
        let found: Vec<_> = splitter.split_text(&text).into_iter().map(|one| (one.range, one.rule)).collect();
        prop_assert_eq!(found, alone);
    }
}

/// What a splitter that looks back or ahead without a bound would be slow on.
const UNITS: [&str; 30] = [
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
    "……",
    "\"",
    "Co. ",
    "：一、",
    "“。”",
    "[1] ",
    "!\"",
    "Mr. A. ",
    "？”他",
    "1. ",
    "？”“",
    "，“",
    ": (",
    "A. ",
    ". — ",
    "a' ",
    "»",
    "\u{301}",
    "\u{3000}",
    "字",
];

/// The least of several runs.
fn seconds(mut run: impl FnMut()) -> f64 {
    let mut once = || {
        let started = Instant::now();
        run();
        started.elapsed().as_secs_f64()
    };
    (0..2).map(|_| once()).fold(f64::INFINITY, f64::min)
}

/// Sixteen times the text may take sixteen times as long, with a margin of five for a busy machine; a quadratic pass
/// would take 256 times as long.
fn assert_linear(what: &str, run: impl Fn(&str), text: impl Fn(usize) -> String) {
    let (small, large) = (text(1 << 16), text(1 << 20));
    let (small, large) = (seconds(|| run(&small)), seconds(|| run(&large)));
    assert!(large < 80.0 * small + 0.05, "{what}: {small:.6} s for 64 kB, {large:.6} s for 1 MB");
}

#[test]
fn a_megabyte_takes_sixteen_times_as_long_as_a_sixteenth() {
    for tag in ["zh", "en", "de"] {
        let splitter = Splitter::new(tag);
        for unit in UNITS {
            let run = |text: &str| {
                let carry = Carry { quotation_open: true };
                let bytes: usize = splitter.sentences_after(carry, text).map(|one| one.range.byte_len()).sum();
                assert!(bytes <= text.len());
            };
            assert_linear(&format!("{tag} {unit:?}"), run, |bytes| unit.repeat(bytes / unit.len()));
        }
        for line in ["春眠不觉晓，\n", "\n", "One of two\n", "　　标题\n\n", "a  b  c\n", "。\n"] {
            let run = |text: &str| assert!(splitter.split_text(text).len() <= text.len());
            assert_linear(&format!("{tag} lines {line:?}"), run, |bytes| line.repeat(bytes / line.len()));
        }
    }
}
