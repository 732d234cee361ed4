//! The real binary: commands, exit codes, every fault that other aligners have been seen to trip over, and the bundled corpus
//! from end to end. Nothing here depends on which sentences or weights the model has: what is checked holds of any.

#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn bitext() -> Command {
    let mut command = Command::cargo_bin("bitext").unwrap();
    command.timeout(Duration::from_secs(120));
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs with these arguments and asserts the exit code; gives standard output and standard error.
fn run(arguments: &[&str], code: i32) -> (String, String) {
    let output = bitext().args(arguments).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "bitext {}\n{err}", arguments.join(" "));
    assert!(!err.contains("panicked"), "{err}");
    (out, err)
}

fn write(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn at(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

fn lines(path: impl AsRef<Path>) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn values(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn reasons(path: &str) -> Vec<String> {
    lines(path)
        .iter()
        .map(|reject| format!("{} {}", reject["place"].as_str().unwrap(), reject["reason"].as_str().unwrap()))
        .collect()
}

fn files(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn record(id: &str, source: &[&str], target: &[&str]) -> String {
    json!({"id": id, "source": source, "target": target}).to_string() + "\n"
}

fn article(english: &str, chinese: &str) -> String {
    format!(
        "Title: A Canal\nAuthor:\nDate: 1957-10-16\nPage: 3\n\nA Canal\n{english}\n\n\n\n<hr /> \n\nOriginal: \n\n\n### 一条水渠\n\n1957-10-16\n第3版()\n专栏：\n\n　　一条水渠\n{chinese}\n"
    )
}

const ENGLISH: &str = "The peasants built a canal eight li long. It can irrigate five hundred mu of fields.\n";
const CHINESE: &str = "　　农民们修成了一条长八里的水渠。水渠可以灌溉五百亩稻田。\n";

fn good_article() -> String {
    article(ENGLISH, CHINESE)
}

// ------------------------------------------------------------------------------------------------------ what every row is

/// Holds rows against what DESIGN.md §5 promises, the segments' places in their text included. `input` is the text that the
/// spans of both sides point into, where it is one.
fn check_rows(rows: &[Value], input: impl Fn(&Value) -> Option<String>) {
    assert!(!rows.is_empty());
    let mut last: BTreeMap<String, (u64, [u64; 2])> = BTreeMap::new();
    for row in rows {
        let doc = row["doc"].as_str().unwrap();
        let (n, ends) = last.entry(doc.to_owned()).or_default();
        *n += 1;
        assert_eq!(row["n"], *n, "{doc}");
        assert_eq!(row["id"], format!("{doc}#{n}"));
        let (source, target) = (row["source"].as_array().unwrap(), row["target"].as_array().unwrap());
        assert_eq!(row["kind"], format!("{}-{}", source.len(), target.len()));
        assert!(matches!(row["section"].as_str(), Some("title" | "body")));
        assert!((0.0..=1.0).contains(&row["confidence"].as_f64().unwrap()), "{row}");
        let parts = row["parts"].as_object().unwrap();
        assert!(
            parts.contains_key("prior") && parts.contains_key("length") && parts.contains_key("structure"),
            "{row}"
        );
        let sum: i64 = parts.values().map(|part| part.as_i64().unwrap()).sum();
        assert_eq!(sum, row["cost"].as_i64().unwrap(), "the parts of {} do not add up", row["id"]);
        assert_eq!(row["status"], "auto");
        assert!(row["flags"].is_array() && row["meta"].is_object());
        let text = input(row);
        for (side, texts) in [source, target].into_iter().enumerate() {
            let name = ["source", "target"][side];
            assert!(row[format!("{name}_lang")].is_string());
            let spans = row[format!("{name}_spans")].as_array().unwrap();
            assert_eq!(spans.len(), texts.len());
            for (span, sentence) in spans.iter().zip(texts) {
                let (start, end) = (span[0].as_u64().unwrap(), span[1].as_u64().unwrap());
                assert!(start < end && start >= ends[side], "{}: {span} after {}", row["id"], ends[side]);
                ends[side] = end;
                if let Some(text) = &text {
                    // A line broken inside a sentence is joined, Markdown's bold marks go; nothing else changes.
                    let visible = |text: &str| text.replace("**", "").split_whitespace().collect::<String>();
                    assert_eq!(
                        visible(&text[start as usize..end as usize]),
                        visible(sentence.as_str().unwrap()),
                        "{}",
                        row["id"]
                    );
                }
            }
        }
    }
}

/// Every segment in exactly one row: the indices of a side, read in order, are exactly `expected`.
fn check_indices(rows: &[Value], side: &str, expected: impl IntoIterator<Item = u64>) {
    let found: Vec<u64> =
        rows.iter().flat_map(|row| row[side].as_array().unwrap()).map(|index| index.as_u64().unwrap()).collect();
    assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{side}");
}

fn text_of(row: &Value) -> Option<String> {
    let path = row["meta"]["path"].as_str().unwrap();
    Some(fs::read_to_string(path).unwrap().trim_start_matches('\u{FEFF}').to_owned())
}

// --------------------------------------------------------------------------------------------------------- the commands

#[test]
fn exit_codes_tell_how_it_went() {
    let here = folder();
    let (good, bad) = (write(&here, "good.md", good_article()), write(&here, "bad.md", "nothing\n"));
    let out = at(&here, "rows.jsonl");
    run(&["align", &good, "-o", &out], 0);
    run(&["align", &good, &bad, "-o", &out], 3);
    run(&["align", &at(&here, "missing.md"), "-o", &out], 1);
    for wrong in [
        &["align"][..],
        &["align", &good, "--signals", "stars"],
        &["align", &good, "--format", "pdf"],
        &["align", &good, "--encoding", "klingon"],
        &["align", &good, "-o", "rows.unknown"],
        &["align", "--source", &good],
        &["align", &good, "--source", &good, "--target", &good],
        &["align", &good, "--format", "moses"],
        &["align", &good, "-o", &out, "-o", &out],
        &["conjure"],
        &["split"],
        &["evaluate", "--gold", &good],
        &["completions", "clam"],
        &[],
    ] {
        let (_, err) = run(wrong, 2);
        assert!(!err.is_empty(), "{wrong:?} says nothing");
    }
    for command in ["align", "split", "evaluate", "completions"] {
        let (help, _) = run(&[command, "--help"], 0);
        assert!(
            help.contains(&format!("bitext {command} ")) && help.contains("Example"),
            "{command} --help has no example"
        );
    }
}

#[test]
fn rows_go_to_standard_output_and_remarks_do_not() {
    let here = folder();
    let good = write(&here, "1957-10-16_水渠.md", good_article());
    let (out, err) = run(&["align", &good], 0);
    let rows = values(&out);
    check_rows(&rows, text_of);
    assert_eq!(rows[0]["section"], "title");
    assert_eq!((&rows[0]["source"], &rows[0]["target"]), (&json!(["一条水渠"]), &json!(["A Canal"])));
    assert_eq!(rows[0]["meta"]["date"], "1957-10-16");
    assert!(err.starts_with("1 documents: "), "{err}");
    let (quiet, err) = run(&["align", "--quiet", &good], 0);
    assert_eq!((quiet, err.as_str()), (out, ""));
}

#[test]
fn standard_input_takes_records_or_an_article() {
    for (input, code, doc) in [
        (record("a", &["一。", "二。"], &["One.", "Two."]), 0, "a"),
        (good_article(), 0, "stdin"),
        (format!("{}{}", record("a", &["一。"], &["One."]), "{\n"), 3, "a"),
    ] {
        let output = bitext().args(["align", "-"]).write_stdin(input).output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        let rows = values(std::str::from_utf8(&output.stdout).unwrap());
        assert!(!rows.is_empty() && rows.iter().all(|row| row["doc"] == doc));
    }
    let output = bitext().args(["align", "-"]).write_stdin("").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "nothing in, nothing done");
}

#[test]
fn completions_are_scripts() {
    for shell in ["bash", "zsh", "fish"] {
        let (script, _) = run(&["completions", shell], 0);
        assert!(script.contains("bitext") && script.contains("evaluate") && script.len() > 1000, "{shell}");
    }
}

#[test]
fn split_explains_and_takes_abbreviations() {
    let here = folder();
    let path = write(&here, "a.txt", "The Bldgx. Committee met at 8 p.m. It rose.\n");
    let (out, _) = run(&["split", "--lang", "en", "--explain", &path], 0);
    let rules: Vec<&str> = out.lines().map(|line| line.split_once('\t').unwrap().1).collect();
    assert_eq!(rules, ["end mark", "abbreviation before a likely sentence start", "end of paragraph"]);
    let own = write(&here, "ours.txt", "# ours\n[titles]\nBldgx.\n");
    let (out, _) = run(&["split", "--lang", "en", "--spans", "--explain", "--abbreviations", &own, &path], 0);
    let rows = values(&out);
    assert_eq!(rows[0]["spans"], json!([[0, 34], [35, 43]]));
    assert_eq!(rows[0]["rules"], json!(["abbreviation before a likely sentence start", "end of paragraph"]));
    // An error names the file, the line and what to do.
    let wrong = write(&here, "wrong.txt", "[titles]\nX\n[nonsense]\n");
    let good = write(&here, "1957-10-16_水渠.md", good_article());
    let of_align = format!("en={wrong}");
    for command in [
        vec!["split", "--lang", "en", "--abbreviations", &wrong, &path],
        vec!["align", "--abbreviations", &of_align, &good],
    ] {
        let (_, err) = run(&command, 1);
        assert!(err.contains("wrong.txt: line 3: ") && err.contains("[enders]"), "{err}");
    }
    run(&["split", "--abbreviations", &at(&here, "missing.txt"), &path], 1);
    run(&["align", "--abbreviations", &own, &good], 2);
    // The words reach the splitting of articles.
    let (plain, _) = run(&["align", "--quiet", &good], 0);
    assert!(ENGLISH.contains(" long. It"), "the article has changed: choose another word");
    let stop = write(&here, "stop.txt", "[titles]\nlong\n");
    let (own, _) = run(&["align", "--quiet", "--abbreviations", &format!("en={stop}"), &good], 0);
    assert_ne!(plain, own);
}

#[test]
fn split_rebuilds_the_text() {
    let here = folder();
    let text = "　　今天开会。明天休息！“好的。”他说。\n\n  第二段没有句号\r\n";
    let path = write(&here, "a.txt", text);
    let (out, _) = run(&["split", "--lang", "zh", &path], 0);
    let visible = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(visible(&out), visible(text));
    assert!(out.lines().count() >= 3 && out.lines().all(|line| !line.trim().is_empty()), "{out}");
    let (out, _) = run(&["split", "--lang", "zh", "--spans", &path], 0);
    let rows = values(&out);
    assert_eq!(rows.len(), 2);
    let mut sentences = String::new();
    for row in &rows {
        let chars: Vec<char> = row["text"].as_str().unwrap().chars().collect();
        let mut reached = 0;
        for span in row["spans"].as_array().unwrap() {
            let (start, end) = (span[0].as_u64().unwrap() as usize, span[1].as_u64().unwrap() as usize);
            assert!(reached <= start && start < end);
            reached = end;
            sentences.extend(&chars[start..end]);
        }
    }
    assert_eq!(visible(&sentences), visible(text));
    let output = bitext().args(["split", "--lang", "xx", "-"]).write_stdin("A b. C d.").output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("no rules"));
    // A line broken inside a sentence is joined, and the sentence printed in one line.
    let path = write(&here, "broken.txt", "The committee met in the\ngreat hall. It rose.\n");
    let (out, _) = run(&["split", "--lang", "en", &path], 0);
    assert_eq!(out, "The committee met in the great hall.\nIt rose.\n");
    run(&["split", &at(&here, "missing.txt")], 1);
    run(&["split", &write(&here, "b.txt", b"ab\xFF\xFFcd \xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\n")], 1);
}

#[test]
fn evaluate_counts_as_published() {
    let here = folder();
    let gold = write(&here, "gold/a.gold", "[0]:[0]\n[1]:[1,2]\n[2]:[]\n");
    let test = write(&here, "a.test", "[0]:[0]:0.1\n[1]:[1]:0.2\n[]:[2]:0.3\n[2]:[]:0.4\n");
    let (report, _) = run(&["evaluate", "--json", "--each", "--gold", &gold, "--test", &test], 0);
    let report: Value = serde_json::from_str(&report).unwrap();
    // 2 of 4 test beads right; 1 of 2 two-sided gold beads found; 2 of 3 gold beads.
    assert_eq!(report["v_strict"], json!({"precision": 0.5, "recall": 0.5, "f1": 0.5}));
    assert_eq!(report["v_lax"]["recall"], 1.0);
    assert_eq!(report["b_strict"]["recall"].as_f64().unwrap(), 2.0 / 3.0);
    assert_eq!(report["documents"], 1);
    let (table, _) = run(&["evaluate", "--gold", &gold, "--test", &test], 0);
    assert!(table.contains("V strict") && table.contains("0.5000"), "{table}");
    let (perfect, _) = run(&["evaluate", "--json", "--gold", &gold, "--test", &gold], 0);
    assert_eq!(serde_json::from_str::<Value>(&perfect).unwrap()["b_strict"]["f1"], 1.0);
    run(&["evaluate", "--gold", &gold, "--test", &write(&here, "b.test", "not a bead\n")], 1);
    run(&["evaluate", "--gold", &at(&here, "missing"), "--test", &test], 1);
}

// ------------------------------------------------------------------------------------------------- the faults of the peers

#[test]
fn an_empty_side_is_set_aside_and_the_rest_goes_on() {
    let here = folder();
    let lines_in = record("a", &["一。"], &[])
        + &record("b", &[" "], &["One."])
        + &record("c", &["一。", "二。"], &["One.", "Two."]);
    let (input, out) = (write(&here, "r.jsonl", lines_in), at(&here, "rows.jsonl"));
    let (_, err) = run(&["align", &input, "-o", &out], 3);
    assert!(err.contains("2 set aside"), "{err}");
    assert_eq!(reasons(&format!("{out}.rejected.jsonl")), ["line 1 empty_target", "line 2 empty_source"]);
    assert!(lines(&out).iter().all(|row| row["doc"] == "c"));
    // Two plain texts are one document: with nothing on a side nothing is left.
    let (source, target) = (write(&here, "a.zh", "\n"), write(&here, "a.en", "One.\n"));
    run(&["align", "--source", &source, "--target", &target, "-o", &out], 3);
    assert_eq!(
        (fs::read_to_string(&out).unwrap().as_str(), reasons(&format!("{out}.rejected.jsonl"))),
        ("", vec![" empty_source".to_owned()])
    );
}

#[test]
fn an_invalid_line_is_set_aside_and_the_rest_goes_on() {
    let here = folder();
    let bytes = [
        record("a", &["一。"], &["One."]).as_bytes(),
        b"{\"id\": \"\xFF\"}\n",
        record("b", &["二。"], &["Two."]).as_bytes(),
    ]
    .concat();
    let (input, out) = (write(&here, "r.jsonl", bytes), at(&here, "rows.jsonl"));
    run(&["align", &input, "-o", &out], 3);
    assert_eq!(reasons(&format!("{out}.rejected.jsonl")), ["line 2 not_utf8"]);
    assert_eq!(lines(&out).iter().map(|row| row["doc"].clone()).collect::<Vec<_>>(), ["a", "b"]);
    let message = lines(format!("{out}.rejected.jsonl"))[0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("--encoding"), "{message}");
}

#[test]
fn a_zero_byte_is_text_with_a_warning() {
    let here = folder();
    let good = good_article();
    let input = write(&here, "a.md", good.replace("eight", "ei\0ght"));
    let (out, _) = run(&["align", &input], 0);
    let rows = values(&out);
    check_rows(&rows, text_of);
    assert_eq!(rows[0]["meta"]["warnings"], json!(["bad_char"]));
    let (source, target) = (write(&here, "b.zh", "一\0。\n二。\n"), write(&here, "b.en", "One\0.\nTwo.\n"));
    for format in ["jsonl", "tsv", "vecalign", "html"] {
        let (out, _) = run(&["align", "--format", format, "--source", &source, "--target", &target], 0);
        assert!(!out.is_empty());
        assert!(format == "jsonl" || !out.contains('\0'), "{format} holds a zero byte");
    }
}

/// A line of about that many megabytes, of one sentence over and over.
fn megabytes(count: usize, sentence: &str) -> String {
    sentence.repeat(count * 1_000_000 / sentence.len() + 1)
}

/// A text in one line, and its translation in another, of that many sentences of various lengths.
fn book(sentences: usize) -> [String; 2] {
    const CHINESE: [&str; 4] =
        ["青石镇的农民们用了四十天", "修成了一条水渠", "老人们说", "过去天旱的时候只能到河里去挑水"];
    const ENGLISH: [&str; 4] = [
        "the peasants of Qingshi Town took forty days",
        "they built a canal",
        "the old people say",
        "in times of drought they had to carry water from the river",
    ];
    let words = |n: usize| (0..1 + n * 13 % 7).map(move |k| (n * n * 7 + k * (n % 5 + 1)) % 4);
    let chinese =
        (0..sentences).map(|n| words(n).map(|word| CHINESE[word]).collect::<Vec<_>>().join("，") + "。").collect();
    let english = |n| format!("So {}. ", words(n).map(|word| ENGLISH[word]).collect::<Vec<_>>().join(", "));
    [chinese, (0..sentences).map(english).collect()]
}

#[test]
fn ten_megabytes_in_a_line_take_seconds() {
    let here = folder();
    let started = Instant::now();
    let out = at(&here, "rows.jsonl");
    let endless = megabytes(10, "没有句号的长行");
    let mut records = record("endless", &[&endless], &["One.", "Two."]);
    records += &(json!({"id": "string", "source": endless, "target": "One.\nTwo."}).to_string() + "\n");
    records += &record("after", &["一。"], &["One."]);
    let input = write(&here, "r.jsonl", records);
    run(&["align", "--quiet", &input, "-o", &out], 0);
    let documents: BTreeSet<String> = lines(&out).iter().map(|row| row["doc"].as_str().unwrap().to_owned()).collect();
    assert_eq!(documents.len(), 3);
    // With sentence ends: a hundred thousand segments against two; then many against many.
    const CHINESE: &str = "青石镇的农民们用了四十天的时间修成了一条长八里的水渠，可以灌溉五百亩稻田。";
    let (source, few) = (megabytes(10, CHINESE), "One.\nTwo.\n".to_owned());
    let [many, fewer] = [10_000, 1000].map(book);
    for (source, target, signals) in [
        (&endless, &few, "default"),
        (&source, &few, "default"),
        // The lexicon's time for long texts is its own tests' matter: here it must only not be square.
        (&many[0], &many[1], "length"),
        (&fewer[0], &fewer[1], "default"),
    ] {
        let (source_path, target_path) = (write(&here, "a.zh", source), write(&here, "a.en", target));
        run(
            &["align", "--quiet", "--signals", signals, "--source", &source_path, "--target", &target_path, "-o", &out],
            0,
        );
        assert!(fs::metadata(&out).unwrap().len() as usize > source.len());
    }
    let (sentences, _) = run(&["split", "--lang", "zh", &write(&here, "b.zh", &source)], 0);
    assert!(sentences.len() >= source.len());
    // "Seconds": a square algorithm would take hours. The bound allows for a slow, busy machine and an unoptimised build.
    assert!(started.elapsed() < Duration::from_secs(100), "{:?}", started.elapsed());
}

#[test]
fn texts_that_do_not_belong_together_stay_bounded() {
    // The lengths run against each other: the best path wants to leave any band.
    let here = folder();
    let (short, long) = ("好。", "这一句话比别的句子要长得多，因为它后面还有许多别的话要说，说来说去总说不完。");
    let english = |long: bool| {
        if long {
            "This sentence is very much longer than the others, since it goes on and on and on, and then on once more, without any end in sight at all."
        } else {
            "Yes."
        }
    };
    let (mut source, mut target) = (String::new(), String::new());
    for n in 0..6_000 {
        source += if n < 3000 { short } else { long };
        target += english(n < 3000);
        source.push('\n');
        target.push('\n');
    }
    let (source, target) = (write(&here, "a.zh", source), write(&here, "a.en", target));
    let (out, _) =
        run(&["align", "--quiet", "--signals", "length", "--segmented", "--source", &source, "--target", &target], 0);
    let rows = values(&out);
    check_indices(&rows, "source_index", 0..6_000);
    check_indices(&rows, "target_index", 0..6_000);
}

#[test]
fn blank_lines_on_one_side_alone_shift_nothing() {
    let here = folder();
    let source: Vec<String> =
        (1..=20).map(|n| format!("第{n}句话说的是{}。", "农民修渠".repeat(1 + n * 7 % 5))).collect();
    let target: Vec<String> =
        (1..=20).map(|n| format!("Sentence {n} says that {}.", "the peasants build".repeat(1 + n * 7 % 5))).collect();
    let blanks: String =
        source.iter().enumerate().map(|(n, line)| format!("{}{line}\n", if n % 4 == 0 { "\n" } else { "" })).collect();
    let plain = target.join("\n");
    let (source, target) = (write(&here, "a.zh", blanks), write(&here, "a.en", plain));
    let (out, _) = run(&["align", "--segmented", "--source", &source, "--target", &target], 0);
    let rows = values(&out);
    check_indices(&rows, "source_index", (0..25).filter(|line| line % 5 != 0));
    check_indices(&rows, "target_index", 0..20);
    assert!(rows.iter().all(|row| row["kind"] == "1-1"), "{out}");
    assert!(
        rows.iter()
            .zip(0..)
            .all(|(row, n)| row["target_index"] == json!([n]) && row["source_index"] == json!([n + n / 4 + 1]))
    );
}

#[test]
fn one_sentence_against_a_thousand() {
    let here = folder();
    let many: String = (0..1000).map(|n| format!("Sentence number {n} of the book.\n")).collect();
    let (one, many) = (write(&here, "a.zh", "只有一句话。\n"), write(&here, "a.en", many));
    for (source, target, names) in
        [(&one, &many, ["source_index", "target_index"]), (&many, &one, ["target_index", "source_index"])]
    {
        let languages: &[&str] =
            if names[0] == "source_index" { &[] } else { &["--source-lang", "en", "--target-lang", "zh"] };
        let arguments = [&["align", "--segmented", "--source", source, "--target", target], languages].concat();
        let rows = values(&run(&arguments, 0).0);
        check_indices(&rows, names[0], 0..1);
        check_indices(&rows, names[1], 0..1000);
    }
}

#[test]
fn identical_sides_are_one_to_one() {
    let here = folder();
    let text: String = (0..200).map(|n| format!("Line {n} is {} long.\n", "very ".repeat(n * 7 % 11))).collect();
    let path = write(&here, "a.en", text);
    let (out, _) = run(
        &["align", "--segmented", "--source-lang", "en", "--target-lang", "en", "--source", &path, "--target", &path],
        0,
    );
    let rows = values(&out);
    assert_eq!(rows.len(), 200);
    assert!(rows.iter().all(|row| row["kind"] == "1-1" && row["source"] == row["target"]));
}

#[test]
fn english_originals_align_too() {
    let here = folder();
    let lines_in = json!({"id": "a", "source": ["One is here.", "Two are over there."], "target": ["一在这里。", "二在那边。"], "source_lang": "en", "target_lang": "zh"});
    let input = write(&here, "r.jsonl", lines_in.to_string());
    let rows = values(&run(&["align", &input], 0).0);
    assert_eq!(rows.iter().map(|row| row["kind"].clone()).collect::<Vec<_>>(), ["1-1", "1-1"]);
}

#[test]
fn a_folder_without_articles_is_an_error_that_says_so() {
    let here = folder();
    fs::create_dir(here.path().join("empty")).unwrap();
    let out = at(&here, "rows.jsonl");
    let (_, err) = run(&["align", &at(&here, "empty"), "-o", &out], 1);
    assert!(err.contains("no document"), "{err}");
    assert_eq!(files(&here), ["empty"], "nothing half-made is left");
    // Files that are no articles are set aside, each of them.
    write(&here, "notes/readme.txt", "words");
    run(&["align", &at(&here, "notes"), "-o", &out], 3);
    assert_eq!(reasons(&format!("{out}.rejected.jsonl")), [" unknown_format"]);
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_the_work() {
    let here = folder();
    let good = write(&here, "in/a.md", good_article());
    fs::create_dir(here.path().join("folder.jsonl")).unwrap();
    for (out, word) in [
        ("folder.jsonl", "folder"),
        ("missing/rows.jsonl", "cannot write"),
        ("folder.jsonl/x/rows.tsv", "cannot write"),
    ] {
        let (_, err) = run(&["align", &good, "-o", &at(&here, out)], 1);
        assert!(err.contains(word) && err.contains(out), "{err}");
    }
    // The second output fails: the first, already open, leaves nothing.
    run(&["align", &good, "-o", &at(&here, "rows.jsonl"), "-o", &at(&here, "missing/page.html")], 1);
    assert_eq!(files(&here), ["folder.jsonl", "in"]);
}

#[test]
fn messages_name_the_way_out() {
    let here = folder();
    let rows = write(
        &here,
        "rows.jsonl",
        run(&["align", "-q", repository().join("corpus/newspaper/articles").to_str().unwrap()], 0).0,
    );
    let (store, none) = (at(&here, "a.db"), at(&here, "none.jsonl"));
    run(&["import", &rows, "--store", &store], 0);
    let (zh, en) = (
        write(&here, "b.zh.txt", "今天天气很好，我们去公园，看见很多孩子在湖边跑来跑去。\n"),
        write(
            &here,
            "b.en.txt",
            "It is fine today, and we go to the park and see many children run about by the lake.\n",
        ),
    );
    let glossary = write(&here, "g.tsv", "公园 park\n");
    let [out, html, tsv] = ["o.jsonl", "o.html", "o.tsv"].map(|name| at(&here, name));
    let corpus = repository().join("corpus/newspaper").to_str().unwrap().to_owned();
    let file = at(&here, "no/o.jsonl");
    for (arguments, code, words) in [
        (
            vec!["align", &zh, &en, "-o", &out],
            3,
            &["nothing could be used; the first is ", "--source and --target"][..],
        ),
        (vec!["align", "--source", &en, "--target", &zh, "-o", &out], 0, &["are the sides swapped?"]),
        (vec!["align", &rows, "-o", &out, "-o", &out], 2, &["o.jsonl is written twice"]),
        (vec!["align", &zh, "-o", &file], 1, &["make the folder ", "/no, or name another place"]),
        (vec!["align", &zh, "--locks", &at(&here, "none")], 1, &["/none: No such file"]),
        (vec!["convert", here.path().to_str().unwrap(), &html], 1, &["is a folder: name a file of rows"]),
        (vec!["convert", &none, &html], 1, &["none.jsonl: No such file"]),
        (vec!["check", &rows, "--glossary", &glossary], 1, &["g.tsv: line 1: expected two phrases"]),
        (vec!["terms", "企业", &rows, "-o", &html], 2, &["--html for a page"]),
        (vec!["search", &store, "工人", "-o", &at(&here, "o.xlsx")], 2, &[".xlsx is no format"]),
        (vec!["search", &store, "fr:travail"], 2, &["fr: names no side of this store"]),
        (vec!["search", &rows, "工人"], 1, &["`bitext import` puts rows into a store"]),
        (vec!["convert", &rows, &out, "--dates", "1957-13"], 2, &["no range of dates"]),
        (vec!["evaluate", "--gold", &corpus, "--test", &rows], 1, &["newspaper/gold"]),
    ] {
        let (_, err) = run(&arguments, code);
        for word in words {
            assert!(err.contains(word), "{arguments:?}: {err}");
        }
        assert!(!err.contains(".partial"), "{err}");
    }
    // A name stands once.
    assert_eq!(run(&["convert", &none, &html], 1).1.matches("none.jsonl").count(), 1);
    // The ending decides.
    run(&["search", &store, "工人", "-o", &tsv], 0);
    assert!(fs::read_to_string(&tsv).unwrap().lines().next().unwrap().contains('\t'));
    let (right, _) = run(&["align", "--source", &zh, "--target", &en], 0);
    let (swapped, _) = run(&["align", "--source", &en, "--target", &zh], 0);
    assert!(swapped.contains("other_script") && !right.contains("other_script"));
}

#[test]
fn a_failed_run_leaves_the_older_output() {
    let here = folder();
    fs::create_dir(here.path().join("empty")).unwrap();
    let out = write(&here, "rows.jsonl", "older\n");
    run(&["align", &at(&here, "empty"), "-o", &out], 1);
    assert_eq!(fs::read_to_string(&out).unwrap(), "older\n");
    assert_eq!(files(&here), ["empty", "rows.jsonl"]);
}

#[test]
fn a_pipe_that_closes_is_no_error() {
    let here = folder();
    let many: String = (0..20_000)
        .map(|n| record(&n.to_string(), &["农民们修成了一条水渠。"], &["The peasants built a canal."]))
        .collect();
    let input = write(&here, "r.jsonl", many);
    for arguments in
        [vec!["align", &input], vec!["split", "--lang", "en", &input], vec!["align", "--format", "html", &input]]
    {
        let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("bitext"))
            .args(&arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}\n{err}");
        assert_eq!(err, "", "{arguments:?}");
    }
}

#[test]
fn any_number_of_jobs_gives_the_same_bytes() {
    let here = folder();
    let corpus = repository().join("corpus/newspaper/articles");
    let mut outputs = BTreeSet::new();
    for jobs in ["1", "2", "4"] {
        let (rows, page) = (at(&here, "rows.jsonl"), at(&here, "page.html"));
        run(&["align", "--jobs", jobs, corpus.to_str().unwrap(), "-o", &rows, "-o", &page], 0);
        outputs.insert((fs::read(&rows).unwrap(), fs::read(&page).unwrap()));
    }
    assert_eq!(outputs.len(), 1);
}

// --------------------------------------------------------------------------------------------------------------- formats

#[test]
fn tables_read_back() {
    let here = folder();
    let nasty = "“他说:\t\"好\"”\n第二行。";
    let input =
        write(&here, "r.jsonl", record("a\"b", &[nasty, "二。"], &["He said:\t\"Good\"\nsecond line.", "=2+2"]));
    let rows = values(&run(&["align", &input], 0).0);
    let (table, _) = run(&["align", "--format", "tsv", &input], 0);
    let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(table.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header[..6], ["id", "kind", "section", "source", "target", "confidence"]);
    let read: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(read.len(), rows.len());
    for (record, row) in read.iter().zip(&rows) {
        assert_eq!((&record[0], &record[1]), (row["id"].as_str().unwrap(), row["kind"].as_str().unwrap()));
        assert_eq!(record[5].parse::<f64>().unwrap(), row["confidence"].as_f64().unwrap());
        assert_eq!(record[6].parse::<i64>().unwrap(), row["cost"].as_i64().unwrap());
        let folded = |name: &str| {
            row[name]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|text| text.as_str().unwrap().split_whitespace())
                .collect::<String>()
        };
        assert_eq!(record[3].split_whitespace().collect::<String>(), folded("source"));
        assert_eq!(record[4].split_whitespace().collect::<String>(), folded("target"));
        assert!(!record[3].contains(['\n', '\t']) && !record[4].contains(['\n', '\t']));
    }
}

#[test]
fn moses_files_have_equal_line_counts() {
    let here = folder();
    let input = write(
        &here,
        "r.jsonl",
        record("a", &["一\u{2028}行。", "二\n行。"], &["One\u{85}line.", "Two\r\nlines."])
            + &record("b", &["一。"], &["One.", "Two.", "Three."]),
    );
    let corpus = repository().join("corpus/newspaper/articles");
    for input in [input.as_str(), corpus.to_str().unwrap()] {
        let out = at(&here, "set.moses");
        run(&["align", input, "-o", &out], 0);
        let read = |ending: &str| fs::read_to_string(format!("{out}.{ending}")).unwrap();
        let pairs = values(&run(&["align", input], 0).0)
            .iter()
            .filter(|row| row["source"] != json!([]) && row["target"] != json!([]))
            .count();
        for ending in ["zh", "en", "ids", "confidences"] {
            let text = read(ending);
            assert_eq!(text.lines().count(), pairs, "{ending}");
            assert!(!text.contains(['\u{2028}', '\u{2029}', '\u{85}', '\r']), "{ending} has other line ends");
            assert!(text.lines().all(|line| !line.trim().is_empty()), "{ending} has empty lines");
        }
    }
}

#[test]
fn vecalign_lines_name_the_input_lines() {
    let here = folder();
    let (source, target) =
        (write(&here, "a.zh", "\n一。\n\n二。\n三。\n"), write(&here, "a.en", "One.\nTwo.\nThree.\n"));
    let (out, _) = run(&["align", "--segmented", "--format", "vecalign", "--source", &source, "--target", &target], 0);
    let mut sides = [Vec::new(), Vec::new()];
    for line in out.lines() {
        let mut fields = line.split(':');
        for side in &mut sides {
            let list = fields.next().unwrap().strip_prefix('[').unwrap().strip_suffix(']').unwrap();
            side.extend(
                list.split(',').filter(|number| !number.is_empty()).map(|number| number.trim().parse::<u32>().unwrap()),
            );
        }
        fields.next().unwrap().parse::<f64>().unwrap();
        assert_eq!(fields.next(), None);
    }
    assert_eq!(sides, [vec![1, 3, 4], vec![0, 1, 2]]);
    // What is written is what `evaluate` reads.
    let gold = write(&here, "gold", &out);
    let (report, _) = run(&["evaluate", "--json", "--gold", &gold, "--test", &gold], 0);
    assert!(report.contains("\"f1\":1.0"), "{report}");
}

/// Opened and closed elements match; entities are known ones. Not a validator: it finds text that was not escaped.
fn check_markup(page: &str) {
    const VOID: [&str; 2] = ["meta", "br"];
    const MAY_STAY_OPEN: [&str; 5] = ["th", "tr", "p", "html", "main"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find(['<', '&']) {
        rest = &rest[start..];
        if rest.starts_with('&') {
            let entity = &rest[1..rest.find(';').expect("an entity ends")];
            assert!(entity.starts_with('#') || ["amp", "lt", "gt", "quot", "apos"].contains(&entity), "&{entity};");
            rest = &rest[1..];
            continue;
        }
        let tag = &rest[1..rest.find('>').expect("a tag ends")];
        rest = &rest[1 + tag.len()..];
        if tag.starts_with('!') {
            continue;
        }
        let name = |tag: &str| tag.len() - tag.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).len();
        match tag.strip_prefix('/') {
            Some(closed) => loop {
                let last = open.pop().unwrap_or_else(|| panic!("</{closed}> closes nothing"));
                if last == closed {
                    break;
                }
                assert!(MAY_STAY_OPEN.contains(&last), "<{last}> is closed by </{closed}>");
            },
            None => {
                let name = &tag[..name(tag)];
                assert!(!name.is_empty(), "<{tag}>");
                if !VOID.contains(&name) {
                    open.push(name);
                }
            }
        }
    }
    assert!(open.iter().all(|name| MAY_STAY_OPEN.contains(name)), "left open: {open:?}");
}

#[test]
fn pages_are_whole_and_hold_no_script() {
    let here = folder();
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;</td></table>";
    let input = write(
        &here,
        "r.jsonl",
        json!({"id": format!("\"><b onclick='x'>{hostile}"), "source": [hostile, "二。"], "target": [format!("&{hostile}"), "Two."],
               "date": hostile, "title": hostile, "source_lang": "zh\"><script>", "target_lang": "en"})
        .to_string(),
    );
    let corpus = repository().join("corpus/newspaper/articles");
    for input in [input.as_str(), corpus.to_str().unwrap()] {
        let (page, _) = run(&["align", "--format", "html", input], 0);
        let lower = page.to_lowercase();
        assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
        for forbidden in ["<script", "<img", "<b onclick", "javascript:", "<link", "http://", "https://"] {
            assert!(!lower.contains(forbidden), "{forbidden} in the page of {input}");
        }
        check_markup(&page);
    }
    let (page, _) = run(&["align", "--format", "html", &input], 0);
    assert!(page.contains("&lt;script&gt;alert(1)"), "the text itself is shown");
}

// ----------------------------------------------------------------------------------------------------- the bundled corpus

#[test]
fn the_newspaper_aligns_end_to_end() {
    let here = folder();
    let (corpus, gold) = (repository().join("corpus/newspaper/articles"), repository().join("corpus/newspaper/gold"));
    let rows_path = at(&here, "rows.jsonl");
    let (_, err) = run(&["align", corpus.to_str().unwrap(), "-o", &rows_path], 0);
    assert!(err.starts_with("40 documents: "), "{err}");
    let rows = lines(&rows_path);
    check_rows(&rows, text_of);
    assert_eq!(fs::read_to_string(format!("{rows_path}.rejected.jsonl")).unwrap(), "");
    for signals in ["length", "default"] {
        run(&["align", "--signals", signals, corpus.to_str().unwrap(), "-o", &rows_path], 0);
        let (report, _) = run(&["evaluate", "--json", "--gold", gold.to_str().unwrap(), "--test", &rows_path], 0);
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["documents"], 40);
        let f1 = report["b_strict"]["f1"].as_f64().unwrap();
        println!("corpus/newspaper, articles to rows, signals {signals}: B strict F1 {f1:.4}");
        // A floor against breakage, far below what is claimed: benches/README.md has the figures.
        assert!(f1 >= 0.6, "signals {signals}: B strict F1 {f1}");
    }
}

/// The segments given, as the gold has them: what the aligner does without the splitter's help or harm.
#[test]
fn the_newspaper_aligns_from_given_sentences() {
    let here = folder();
    let mut records = String::new();
    let mut articles: Vec<PathBuf> =
        fs::read_dir(repository().join("corpus/newspaper/gold")).unwrap().map(|entry| entry.unwrap().path()).collect();
    articles.sort();
    for path in &articles {
        let beads = lines(path);
        let side =
            |name: &str| beads.iter().flat_map(|bead| bead[name].as_array().unwrap().clone()).collect::<Vec<Value>>();
        records +=
            &(json!({"id": path.file_stem().unwrap().to_str().unwrap(), "source": side("zh"), "target": side("en")})
                .to_string()
                + "\n");
    }
    let (input, out) = (write(&here, "given.jsonl", records), at(&here, "rows.jsonl"));
    run(&["align", "--signals", "length", &input, "-o", &out], 0);
    let gold = repository().join("corpus/newspaper/gold");
    let (report, _) = run(&["evaluate", "--json", "--gold", gold.to_str().unwrap(), "--test", &out], 0);
    let report: Value = serde_json::from_str(&report).unwrap();
    let f1 = report["b_strict"]["f1"].as_f64().unwrap();
    println!("corpus/newspaper, given sentences, length alone: B strict F1 {f1:.4}");
    assert!(f1 >= 0.6, "{f1}");
    assert_eq!(report["ends_source"]["f1"], 1.0, "given sentences stay as they are");
}

#[test]
fn the_archive_sample_is_all_accounted_for() {
    let shared = std::env::var_os("BITEXT_SHARED").map_or_else(|| repository().join("../shared"), PathBuf::from);
    let sample = shared.join("archive-sample");
    if !sample.is_dir() {
        // What goes to `eprintln!` is kept from sight in a test that passes.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: {} is not there; set BITEXT_SHARED. Nothing was checked against the real archive",
            sample.display()
        );
        return;
    }
    let here = folder();
    let out = at(&here, "rows.jsonl");
    run(&["align", "--quiet", sample.to_str().unwrap(), "-o", &out], 3);
    let rows = lines(&out);
    check_rows(&rows, text_of);
    let rejects = lines(format!("{out}.rejected.jsonl"));
    let name = |path: &str| Path::new(path).file_name().unwrap().to_str().unwrap().to_owned();
    let used: BTreeSet<String> = rows.iter().map(|row| name(row["meta"]["path"].as_str().unwrap())).collect();
    let set_aside: BTreeSet<String> = rejects.iter().map(|reject| name(reject["path"].as_str().unwrap())).collect();
    let mut all = BTreeSet::new();
    for year in fs::read_dir(&sample).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        all.extend(fs::read_dir(year).unwrap().map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned()));
    }
    assert!(all.len() >= 50);
    assert!(used.is_disjoint(&set_aside));
    let both: BTreeSet<String> = used.union(&set_aside).cloned().collect();
    assert!(all.is_subset(&both), "neither in rows nor set aside: {:?}", all.difference(&both).collect::<Vec<_>>());
    // Two captions of 1989 have invented English: they, and no other article, are set aside.
    let articles: Vec<&Value> =
        rejects.iter().filter(|reject| all.contains(&name(reject["path"].as_str().unwrap()))).collect();
    assert_eq!(articles.len(), 2, "{articles:?}");
    for reject in articles {
        assert_eq!(reject["reason"], "ratio");
        assert!(name(reject["path"].as_str().unwrap()).starts_with("1989-05-31_"));
    }
    let titles = rows
        .iter()
        .filter(|row| row["section"] == "title")
        .map(|row| row["doc"].as_str().unwrap())
        .collect::<BTreeSet<_>>();
    assert_eq!(titles.len(), used.len(), "every article has a title's row");
}

#[test]
fn a_model_fitted_to_an_archive_is_a_file_that_opens() {
    let folder = folder();
    let articles = repository().join("corpus/newspaper/articles");
    let (articles, model) = (articles.to_str().unwrap(), at(&folder, "paper.json"));
    run(&["train", articles, "-o", &model], 0);
    let kept: Value = serde_json::from_str(&fs::read_to_string(&model).unwrap()).unwrap();
    assert_eq!(kept["name"], "paper");
    assert!(kept["table"].is_object(), "the archive's words are in it");
    let (rows, _) = run(&["align", "--quiet", "--no-learn", "--model", &model, articles], 0);
    check_rows(&values(&rows), text_of);
    assert_eq!(run(&["align", "--quiet", "--model", &model, articles], 0).0, rows, "it learns nothing else");

    let damaged = fs::read_to_string(&model).unwrap().replacen("\"length_ratio\": ", "\"length_ratio\": 1", 1);
    let damaged = write(&folder, "damaged.json", damaged);
    let (_, message) = run(&["align", "--model", &damaged, articles], 1);
    assert!(message.contains("checksum"), "{message}");
    let (_, message) = run(&["align", "--model", &model, "--source-lang", "fr", "--target-lang", "de", articles], 1);
    assert!(message.contains("zh"), "{message}");
}
