//! `bitext convert`, and the options that it shares with `align`: the real binary, the bundled corpus, and files as other tools
//! write them.

#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;
use tempfile::TempDir;

fn run(arguments: &[&str], code: i32) -> (String, String) {
    let mut command = Command::cargo_bin("bitext").unwrap();
    let output = command.timeout(Duration::from_secs(120)).args(arguments).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "bitext {}\n{err}", arguments.join(" "));
    assert!(!err.contains("panicked"), "{err}");
    (out, err)
}

fn at(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

fn write(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn values(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn files(folder: &TempDir) -> BTreeSet<String> {
    fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn articles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles")
}

/// The rows of the bundled corpus, aligned once.
static CORPUS: LazyLock<String> = LazyLock::new(|| run(&["align", "--quiet", articles().to_str().unwrap()], 0).0);

fn corpus(folder: &TempDir) -> String {
    write(folder, "rows.jsonl", &*CORPUS)
}

// ------------------------------------------------------------------------------------------------------ there and back again

#[test]
fn rows_come_back_from_every_format_that_is_read() {
    let here = tempfile::tempdir().unwrap();
    let input = corpus(&here);
    let (whole, _) = run(&["convert", &input, "-", "--quiet"], 0);
    assert_eq!(whole, *CORPUS, "rows are what they were, byte by byte");
    for name in ["tsv", "tmx", "xlf", "xliff2", "moses", "cesalign", "vecalign", "ladder", "hunalign"] {
        let (there, back) = (at(&here, &format!("set.{name}")), at(&here, &format!("{name}.jsonl")));
        run(&["convert", &input, &there], 0);
        run(&["convert", &there, &back], 0);
        let pairs_only = matches!(name, "tmx" | "moses");
        let is_pair = |row: &&Value| row["source"] != json!([]) && row["target"] != json!([]);
        let rows = values(&CORPUS);
        let wanted: Vec<&Value> = rows.iter().filter(|row| !pairs_only || is_pair(row)).collect();
        let found = values(&fs::read_to_string(&back).unwrap());
        assert_eq!(found.len(), wanted.len(), "{name}");
        for (found, wanted) in found.iter().zip(wanted) {
            if name != "moses" {
                assert_eq!((&found["source"], &found["target"]), (&wanted["source"], &wanted["target"]), "{name}");
            }
            if !matches!(name, "vecalign" | "hunalign") {
                assert_eq!((&found["id"], &found["doc"]), (&wanted["id"], &wanted["doc"]), "{name}");
                assert_eq!(found["confidence"], wanted["confidence"], "{name}");
            }
            if matches!(name, "tsv" | "tmx" | "xlf" | "xliff2") {
                for field in ["source_spans", "target_spans", "meta", "section", "source_paragraph"] {
                    assert_eq!(found[field], wanted[field], "{name}: {field}");
                }
            }
        }
        if name == "tsv" {
            assert_eq!(fs::read_to_string(&back).unwrap(), *CORPUS, "a table keeps everything");
        }
    }
    run(&["convert", &input, &at(&here, "novel.intertext")], 0);
    let (back, _) = run(&["convert", &at(&here, "novel.zh.en.xml"), "-", "--from", "intertext"], 0);
    let texts =
        |rows: Vec<Value>| -> Vec<Value> { rows.iter().map(|row| json!([row["source"], row["target"]])).collect() };
    assert_eq!(texts(values(&back)), texts(values(&CORPUS)));
}

#[test]
fn what_is_lost_is_said_with_numbers() {
    let here = tempfile::tempdir().unwrap();
    let input = corpus(&here);
    let rows = values(&CORPUS);
    let empty = |side: &str| rows.iter().filter(|row| row[side] == json!([])).count();
    let (omissions, additions) = (empty("target"), empty("source"));
    assert!(omissions > 1 && additions > 1);
    let counts = format!("{omissions} omissions left out; {additions} additions left out");
    for name in ["tmx", "moses", "lines"] {
        let (_, err) = run(&["convert", &input, &at(&here, &format!("set.{name}"))], 0);
        assert!(err.contains(&format!("lost in {name}: {counts}")), "{err}");
        assert!(
            err.contains("parts of the cost")
                && err.contains(&format!("of {} rows", rows.len() - omissions - additions)),
            "{err}"
        );
    }
    for name in ["jsonl", "tsv"] {
        let (_, err) = run(&["convert", &input, &at(&here, &format!("set.{name}"))], 0);
        assert!(!err.contains("lost"), "{err}");
    }
    let (_, err) = run(&["align", articles().to_str().unwrap(), "-o", &at(&here, "x.tmx")], 0);
    assert!(err.contains(&format!("lost in tmx: {counts}")), "{err}");
    let odd = write(&here, "odd.jsonl", json!({"id": "a", "source": ["一\u{1}。"], "target": ["O\tne."]}).to_string());
    for (name, lost) in [("tmx", true), ("tsv", true), ("xliff2", false), ("jsonl", false)] {
        let (_, err) = run(&["align", &odd, "-o", &at(&here, &format!("odd-rows.{name}"))], 0);
        assert_eq!(err.contains("characters replaced in 1 row"), lost, "{name}: {err}");
    }
}

#[test]
fn one_run_writes_many_forms_and_each_is_whole() {
    let here = tempfile::tempdir().unwrap();
    let input = corpus(&here);
    let outputs = ["a.tsv", "a.tmx", "a.moses", "a.xlsx"].map(|name| at(&here, name));
    let mut arguments = ["align", articles().to_str().unwrap()].iter().map(ToString::to_string).collect::<Vec<_>>();
    arguments.extend(outputs.iter().flat_map(|output| ["-o".to_owned(), output.clone()]));
    run(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    for (name, file) in [("a.tsv", "a.tsv"), ("a.tmx", "a.tmx"), ("a.moses", "a.moses.zh"), ("a.xlsx", "a.xlsx")] {
        let aligned = fs::read(at(&here, file)).unwrap();
        run(&["convert", &input, &at(&here, name)], 0);
        assert!(aligned == fs::read(at(&here, file)).unwrap(), "{name}: align and convert write different bytes");
    }
    assert!(files(&here).iter().all(|name| !name.ends_with(".partial")));
}

// ----------------------------------------------------------------------------------------------------------------- selection

#[test]
fn the_same_options_choose_the_same_rows_everywhere() {
    let here = tempfile::tempdir().unwrap();
    let input = corpus(&here);
    let all = values(&CORPUS);
    let date = |row: &Value| row["meta"]["date"].as_str().unwrap().to_owned();
    let count = |wanted: &dyn Fn(&Value) -> bool| all.iter().filter(|row| wanted(row)).count();
    let length = |row: &Value, side: &str| {
        row[side].as_array().unwrap().iter().map(|text| text.as_str().unwrap().chars().count()).sum::<usize>()
    };
    let cases: Vec<(Vec<&str>, usize)> = vec![
        (vec!["--min-confidence", "0.999"], count(&|row| row["confidence"].as_f64().unwrap() >= 0.999)),
        (vec!["--kind", "1-1,2-1"], count(&|row| row["kind"] == "1-1" || row["kind"] == "2-1")),
        (vec!["--dates", "1950-11..1957"], count(&|row| *date(row) >= *"1950-11" && *date(row) < *"1958")),
        (vec!["--dates", "1978-11-12"], count(&|row| date(row) == "1978-11-12")),
        (vec!["--dates", "..1949"], count(&|row| &*date(row) < "1950")),
        (vec!["--where", "page=4"], count(&|row| row["meta"]["page"] == 4)),
        (
            vec!["--where", "section=title", "--where", "page!=4"],
            count(&|row| row["section"] == "title" && row["meta"]["page"] != 4),
        ),
        (vec!["--max-length", "40"], count(&|row| length(row, "source") <= 40 && length(row, "target") <= 40)),
        (vec!["--sample", "25", "--seed", "7"], 25),
    ];
    for (options, expected) in cases {
        assert!(expected > 0 && expected < all.len(), "{options:?} chooses all or nothing");
        let (chosen, _) = run(&[&["convert", &input, "-"], &options[..]].concat(), 0);
        assert_eq!(chosen.lines().count(), expected, "{options:?}");
        let lines: Vec<&str> = CORPUS.lines().collect();
        let mut rest = lines.iter();
        assert!(chosen.lines().all(|line| rest.any(|own| *own == line)), "{options:?}: other rows, or another order");
        let (aligned, err) = run(&[&["align", articles().to_str().unwrap()], &options[..]].concat(), 0);
        assert_eq!(aligned, chosen, "{options:?}: align chooses others");
        assert!(err.contains(&format!("{} of {} rows left out: ", all.len() - expected, all.len())), "{err}");
        for name in ["tsv", "ladder", "xlf"] {
            let out = at(&here, &format!("chosen.{name}"));
            run(&[&["convert", &input, &out], &options[..]].concat(), 0);
            let (back, _) = run(&["convert", &out, "-"], 0);
            let ids = |text: &str| values(text).iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
            assert_eq!(ids(&back), ids(&chosen), "{options:?} in {name}");
        }
    }
    for wrong in [
        ["--dates", "october"],
        ["--dates", "1957..1950"],
        ["--kind", "1:1"],
        ["--min-confidence", "2"],
        ["--where", "page"],
        ["--where", "=4"],
        ["--seed", "3"],
    ] {
        run(&["convert", &input, "-", wrong[0], wrong[1]], 2);
    }
    run(&["convert", &input, "-", "--simplified", "--traditional"], 2);
}

#[test]
fn a_sample_is_the_same_again_and_another_with_another_seed() {
    let here = tempfile::tempdir().unwrap();
    let input = corpus(&here);
    let sample = |rows: &str, seed: &str| run(&["convert", &input, "-", "-q", "--sample", rows, "--seed", seed], 0).0;
    assert_eq!(sample("30", "1"), sample("30", "1"));
    assert_ne!(sample("30", "1"), sample("30", "2"));
    let (small, large) = (sample("30", "1"), sample("60", "1"));
    assert!(small.lines().all(|row| large.lines().any(|other| other == row)), "a larger sample holds the smaller");
    assert_eq!(sample("100000", "1"), *CORPUS);
    // Rows the other way round give the same ones.
    let reversed: String = CORPUS.lines().rev().map(|line| format!("{line}\n")).collect();
    let reversed = write(&here, "reversed.jsonl", reversed);
    let (other, _) = run(&["convert", &reversed, "-", "--sample", "30"], 0);
    assert_eq!(other.lines().collect::<BTreeSet<_>>(), small.lines().collect::<BTreeSet<_>>());
}

#[test]
fn repetitions_go_and_omissions_stay() {
    let here = tempfile::tempdir().unwrap();
    let row = |id: usize, source: &[&str], target: &[&str]| {
        json!({"id": format!("d#{id}"), "doc": "d", "n": id, "source_lang": "zh", "target_lang": "en", "source": source, "target": target})
            .to_string()
            + "\n"
    };
    let input = write(
        &here,
        "r.jsonl",
        [
            row(1, &["一。", "二。"], &["One. Two."]),
            row(2, &["一。 二。"], &["One.", "Two."]),
            row(3, &["一。二。"], &["One Two."]),
            row(4, &["三。"], &[]),
            row(5, &["三。"], &[]),
        ]
        .concat(),
    );
    let (out, err) = run(&["convert", &input, "-", "--dedupe"], 0);
    let ids: Vec<Value> = values(&out).iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, ["d#1", "d#3", "d#4", "d#5"]);
    assert!(err.contains("1 of 5 rows left out: 1 repeated"), "{err}");
}

#[test]
fn chinese_changes_its_script_and_nothing_else_does() {
    let here = tempfile::tempdir().unwrap();
    let input = write(
        &here,
        "r.jsonl",
        json!({"id": "a", "source": ["農民們修成了水渠。"], "target": ["農 stays."]}).to_string(),
    );
    let rows = at(&here, "rows.jsonl");
    run(&["align", &input, "-o", &rows], 0);
    let (simplified, err) = run(&["convert", &rows, "-", "--simplified"], 0);
    let row = &values(&simplified)[0];
    assert_eq!((&row["source"], &row["target"]), (&json!(["农民们修成了水渠。"]), &json!(["農 stays."])));
    assert!(err.contains("1 rows put into the other script"), "{err}");
    let other = write(&here, "s.jsonl", simplified);
    let (back, _) = run(&["convert", &other, "-", "--traditional"], 0);
    assert_eq!(values(&back)[0]["source"], json!(["農民們修成了水渠。"]));
}

// -------------------------------------------------------------------------------------------------------- others' files, faults

#[test]
fn memories_of_other_tools_are_read() {
    let here = tempfile::tempdir().unwrap();
    let tmx = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\n<!DOCTYPE tmx SYSTEM \"tmx14.dtd\">\n<tmx version=\"1.4\"><header srclang=\"zh-CN\"/><body>\
        <tu tuid=\"7\"><note>seen</note><prop type=\"Txt::Client\">A &amp; B</prop>\
        <tuv xml:lang=\"EN-US\"><seg>A <bpt i=\"1\">&lt;b&gt;</bpt>bold<ept i=\"1\">&lt;/b&gt;</ept> word &#x26; more.</seg></tuv>\
        <tuv xml:lang=\"zh-CN\"><seg>一个<hi>粗</hi>字。</seg></tuv><tuv xml:lang=\"de\"><seg>Ein Wort.</seg></tuv></tu>\
        <tu><tuv lang=\"zh-CN\"><seg><![CDATA[二<三。]]></seg></tuv></tu></body></tmx>";
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16).chain(tmx.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let path = write(&here, "memory.tmx", utf16);
    let (out, err) = run(&["convert", &path, "-"], 0);
    let rows = values(&out);
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["source"], &rows[0]["target"]), (&json!(["一个粗字。"]), &json!(["A bold word & more."])));
    assert_eq!((&rows[0]["source_lang"], &rows[0]["target_lang"]), (&json!("zh-CN"), &json!("EN-US")));
    assert_eq!(rows[0]["meta"], json!({"note": "seen", "Txt::Client": "A & B"}));
    assert_eq!(
        (&rows[0]["id"], &rows[0]["doc"], &rows[0]["confidence"]),
        (&json!("7"), &json!("memory"), &Value::Null)
    );
    assert_eq!((&rows[1]["source"], &rows[1]["kind"]), (&json!(["二<三。"]), &json!("1-0")));
    assert!(err.contains("1 variants in other languages left out") && err.contains("2 inline codes left out"), "{err}");
    let (out, _) = run(&["convert", &path, "-", "--source-lang", "en", "--target-lang", "de"], 0);
    assert_eq!(values(&out)[0]["target"], json!(["Ein Wort."]));
}

#[test]
fn exchange_files_of_other_tools_are_read() {
    let here = tempfile::tempdir().unwrap();
    let old = "<xliff version='1.2' xmlns='urn:oasis:names:tc:xliff:document:1.2'><file original='f.txt' source-language='zh' target-language='en' datatype='plaintext'>\
        <header><note>project</note></header><body><group><trans-unit id='1' approved='yes'><source>一<x id='1'/>二。</source>\
        <target state='final'>One <g id='2'>two</g>.</target><note>status: good</note><alt-trans><source>x</source><target>wrong</target></alt-trans></trans-unit>\
        <trans-unit id='2'><source>三。</source></trans-unit></group></body></file></xliff>";
    let (out, _) = run(&["convert", &write(&here, "a.xlf", old), "-"], 0);
    let rows = values(&out);
    assert_eq!((&rows[0]["source"], &rows[0]["target"]), (&json!(["一二。"]), &json!(["One two."])));
    assert_eq!(
        (&rows[0]["status"], &rows[0]["doc"], &rows[1]["kind"]),
        (&json!("locked"), &json!("f.txt"), &json!("1-0"))
    );
    assert_eq!(rows[0]["meta"]["note"], "status: good");
    assert_eq!(rows[1]["meta"]["note"], "project");
    let new = "<xliff version='2.0' xmlns='urn:oasis:names:tc:xliff:document:2.0' srcLang='zh' trgLang='en'><file id='f'><unit id='u1'>\
        <segment><source>一。</source><target>One.</target></segment><ignorable><source> </source></ignorable>\
        <segment state='final'><source>二<cp hex='0002'/>。</source><target>Two.</target></segment></unit></file></xliff>";
    let (out, _) = run(&["convert", &write(&here, "b.xliff2", new), "-"], 0);
    let rows = values(&out);
    let texts: Vec<Value> = rows.iter().map(|row| json!([row["source"], row["target"], row["status"]])).collect();
    assert_eq!(texts, [json!([["一。"], ["One."], "auto"]), json!([["二\u{2}。"], ["Two."], "locked"])]);
    assert_eq!((&rows[0]["id"], &rows[1]["id"]), (&json!("u1"), &json!("u1.2")));
}

#[test]
fn a_corpus_of_opus_is_read() {
    let here = tempfile::tempdir().unwrap();
    let links = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE cesAlign PUBLIC \"-//CES//DTD XML cesAlign//EN\" \"\">\n<cesAlign version=\"1.0\">\n\
        <linkGrp targType=\"s\" fromDoc=\"en/2000/a.xml.gz\" toDoc=\"zh/2000/a.xml.gz\">\n<link xtargets=\"s1;s1 s2\" id=\"SL0\" certainty=\"1.09\" />\n\
        <link xtargets=\"s3;s3\" id=\"SL1\" />\n</linkGrp>\n\
        <linkGrp targType=\"s\" fromDoc=\"en/2000/b.xml.gz\" toDoc=\"zh/2000/b.xml.gz\">\n<link xtargets=\"1;\" id=\"SL2\" />\n</linkGrp>\n</cesAlign>\n";
    let zip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let tokens = "<document><p id=\"1\"><s id=\"s1\">\n <w id=\"w1\">One</w>\n <w id=\"w2\">&amp;</w>\n <w>two</w>\n</s><s id=\"s2\"><w>Alone</w></s><s id=\"s3\"><w>Three</w></s></p></document>";
    write(&here, "xml/en/2000/a.xml.gz", zip(tokens));
    write(
        &here,
        "xml/zh/2000/a.xml",
        "<document><s id=\"s1\">一和</s><s id=\"s2\">二。</s><s id=\"s3\">三。</s></document>",
    );
    write(&here, "xml/en/2000/b.xml.gz", zip("<document><s id=\"1\">Omitted.</s></document>"));
    write(&here, "xml/zh/2000/b.xml.gz", zip("<document><s id=\"1\">多余。</s></document>"));
    let input = write(&here, "en-zh.xml", links);
    let (out, err) = run(&["convert", &input, "-", "--from", "cesalign"], 0);
    let texts = |out: &str| -> Vec<Value> {
        values(out).iter().map(|row| json!([row["doc"], row["source"], row["target"]])).collect()
    };
    let (a, b) = ("en/2000/a", "en/2000/b");
    let expected = [
        json!([a, ["One & two"], ["一和", "二。"]]),
        json!([a, ["Three"], ["三。"]]),
        json!([a, ["Alone"], []]),
        json!([b, ["Omitted."], []]),
        json!([b, [], ["多余。"]]),
    ];
    assert_eq!(texts(&out), expected);
    let rows = values(&out);
    assert_eq!((&rows[0]["source_lang"], &rows[0]["target_lang"]), (&json!("en"), &json!("zh")));
    assert_eq!((&rows[0]["confidence"], &rows[0]["certainty"]), (&Value::Null, &json!("1.09")));
    assert!(err.contains("2 sentences that no link names"), "{err}");
    let (out, _) = run(&["convert", &input, "-", "--from", "cesalign", "--source-lang", "zh"], 0);
    assert_eq!(texts(&out)[0], json!(["zh/2000/a", ["一和", "二。"], ["One & two"]]));
}

#[test]
fn tables_of_other_hands_are_read() {
    let here = tempfile::tempdir().unwrap();
    let table = "source\ttarget\tcomment\tdate\n\"一。\"\tOne.\tnice\t1957-10-16\n二。\t\t\t\n";
    let utf16: Vec<u8> = std::iter::once(0xfeff_u16).chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for content in [table.as_bytes().to_vec(), [b"\xef\xbb\xbf", table.as_bytes()].concat(), utf16] {
        let (out, _) = run(&["convert", &write(&here, "t.tsv", content), "-"], 0);
        let rows = values(&out);
        assert_eq!(
            (&rows[0]["id"], &rows[0]["comment"], &rows[0]["meta"]),
            (&json!("t#1"), &json!("nice"), &json!({"date": "1957-10-16"}))
        );
        assert_eq!((&rows[1]["kind"], &rows[1]["source"]), (&json!("1-0"), &json!(["二。"])));
    }
    let (_, err) = run(&["convert", &write(&here, "u.tsv", "a,b\n1,2\n"), "-"], 1);
    assert!(err.contains("no column \"source\""), "{err}");
    // What a reader changes in the text is one segment then, and said.
    let rows = at(&here, "rows.tsv");
    let record = json!({"id": "a", "source": ["一。", "二。"], "target": ["One and two, all of it."]}).to_string();
    run(&["align", &write(&here, "r.jsonl", record), "-o", &rows], 0);
    let edited =
        fs::read_to_string(&rows).unwrap().replace("一。二。", "一。二！三。").replace("\tauto\t", "\tlocked\t");
    let (out, err) = run(&["convert", &write(&here, "e.tsv", edited), "-"], 0);
    let row = &values(&out)[0];
    assert_eq!(
        (&row["source"], &row["status"], &row["kind"]),
        (&json!(["一。二！三。"]), &json!("locked"), &json!("1-1"))
    );
    assert!(err.contains("1 rows whose text was edited"), "{err}");
}

#[test]
fn a_row_that_cannot_be_read_is_set_aside_and_the_rest_goes_on() {
    let here = tempfile::tempdir().unwrap();
    let good = CORPUS.lines().next().unwrap();
    let input =
        write(&here, "r.jsonl", [good.as_bytes(), b"\n{\"id\": 1}\n\xff\xfe\xfd\n\n", good.as_bytes(), b"\n"].concat());
    let out = at(&here, "out.tsv");
    let (_, err) = run(&["convert", &input, &out], 3);
    assert!(err.starts_with("2 rows of 1 documents; 2 set aside"), "{err}");
    let rejects = values(&fs::read_to_string(format!("{out}.rejected.jsonl")).unwrap());
    let places: Vec<&Value> = rejects.iter().map(|reject| &reject["place"]).collect();
    assert_eq!(places, ["line 2", "line 3"]);
    assert_eq!(rejects[0]["reason"], "bad_record");
    // A file that breaks off is an error, and the older output stays.
    let older = write(&here, "older.tsv", "older");
    for (name, content) in [
        ("a.tmx", "<tmx version=\"1.4\"><body><tu><tuv xml:lang=\"zh\"><seg>一"),
        ("b.tmx", "<tmx><body><tu><tuv><seg>&nbsp;</seg></tuv></tu></body></tmx>"),
        ("c.vecalign", "[0]:[5]:0.1\n"),
        ("d.ladder", "0\t0\t1\n2\t9\t1\n"),
    ] {
        for language in ["zh", "en"] {
            write(&here, &format!("{name}.{language}"), "one line\n");
        }
        let (_, err) = run(&["convert", &write(&here, name, content), &older], 1);
        assert!(err.contains(name), "{err}");
        assert_eq!(fs::read_to_string(&older).unwrap(), "older");
    }
    assert!(files(&here).iter().all(|name| !name.ends_with(".partial")));
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let here = tempfile::tempdir().unwrap();
    let input = corpus(&here);
    let (page, unknown) = (write(&here, "page.html", "<html>"), write(&here, "rows.unknown", "x"));
    for (wrong, word) in [
        (&["convert", &input][..], "OUT"),
        (&["convert", &input, "x.unknown"], "--format"),
        (&["convert", &unknown, "-"], "--from"),
        (&["convert", &page, "-"], "cannot be read back"),
        (&["convert", &input, "-", "--format", "xlsx"], "name a file"),
        (&["convert", &input, "-", "--format", "moses"], "name a file"),
        (&["convert", &input, "-", "--format", "pdf"], "there are"),
        (&["convert", &input, "-", "--out-encoding", "klingon"], "klingon"),
    ] {
        let (_, err) = run(wrong, 2);
        assert!(err.contains(word), "{wrong:?}: {err}");
    }
    let (_, err) = run(&["convert", &at(&here, "missing.jsonl"), "-"], 1);
    assert!(err.contains("missing.jsonl"), "{err}");
    run(&["convert", &write(&here, "empty.jsonl", "\n"), &at(&here, "out.tsv")], 1);
    let (_, err) = run(&["convert", &write(&here, "a.ladder", "0\t0\t1\n"), "-"], 1);
    assert!(err.contains("--source"), "{err}");
    let (help, _) = run(&["convert", "--help"], 0);
    assert!(help.contains("Examples") && help.contains("--min-confidence"));
}

#[test]
fn lines_have_the_encoding_asked_for() {
    let here = tempfile::tempdir().unwrap();
    let input = write(&here, "r.jsonl", json!({"id": "a", "source": ["中😀。"], "target": ["One—two."]}).to_string());
    let out = at(&here, "set.txt");
    let read = |language: &str| fs::read(at(&here, &format!("set.{language}.txt"))).unwrap();
    run(&["align", &input, "-o", &out, "--out-encoding", "utf-16le", "--bom"], 0);
    let utf16: Vec<u8> = "\u{feff}中😀。\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read("zh"), utf16);
    run(&["align", &input, "-o", &out, "--out-encoding", "gb18030"], 0);
    assert_eq!(encoding_rs::GB18030.decode(&read("zh")).0, "中😀。\n");
    let (_, err) = run(&["align", &input, "-o", &out, "--format", "paraconc", "--out-encoding", "windows-1252"], 0);
    assert_eq!((read("zh"), read("en")), (b"???\n".to_vec(), b"One\x97two.\n".to_vec()));
    assert!(err.contains("characters that windows-1252 does not have, now ?, in 1 row"), "{err}");
    run(&["align", &input, "-o", &at(&here, "t.tsv"), "--bom"], 0);
    assert!(fs::read(at(&here, "t.tsv")).unwrap().starts_with(b"\xef\xbb\xbfid\t"));
}

#[test]
fn what_cannot_be_decoded_is_counted() {
    let here = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| write(&here, name, bytes);
    let head = b"id\tdoc\tn\tkind\tsource\ttarget\na#1\ta\t1\t1-1\t";
    // A byte that begins no character, and one that is alone at the end of a field.
    let broken = put("broken.tsv", &[&head[..], b"\xd6\xd0\xff\xce\xc4\xd6\tOne.\n"].concat());
    let sound = put("sound.tsv", &[&head[..], b"\xd6\xd0\xce\xc4\tOne.\n"].concat());
    let own = put("own.tsv", &[&head[..], "\u{fffd}中文\tOne.\n".as_bytes()].concat());
    let half: Vec<u8> = "\u{feff}id\tdoc\tn\tkind\tsource\ttarget\na#1\ta\t1\t1-1\t?\tOne.\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mark = half.iter().position(|&byte| byte == b'?').unwrap();
    let half = put("half.tsv", &[&half[..mark], &[0, 0xd8], &half[mark + 2..]].concat());
    let told = |input: &str, more: &[&str]| run(&[&["convert", input, "-", "--format", "jsonl"], more].concat(), 0);
    let (rows, err) = told(&broken, &["--encoding", "gb18030"]);
    assert!(rows.matches('\u{fffd}').count() == 2 && rows.contains("文"), "{rows}");
    assert!(err.contains("2 places that could not be decoded, now U+FFFD"), "{err}");
    let (_, err) = told(&half, &[]);
    assert!(err.contains("1 places that could not be decoded"), "{err}");
    for (input, more) in [(&sound, &["--encoding", "gb18030"][..]), (&own, &[]), (&own, &["--encoding", "utf-8"])] {
        let (rows, err) = told(input, more);
        assert!(rows.contains("中文") && !err.contains("decoded"), "{input}: {err}");
    }
}

#[test]
fn standard_input_and_packed_files_are_read() {
    let here = tempfile::tempdir().unwrap();
    let output = Command::cargo_bin("bitext")
        .unwrap()
        .args(["convert", "-", "-", "--format", "tmx"])
        .write_stdin(CORPUS.as_bytes())
        .output()
        .unwrap();
    let tmx = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && tmx.trim_end().ends_with("</tmx>"));
    write(&here, "m.tmx.zst", zstd::encode_all(tmx.as_bytes(), 1).unwrap());
    let (out, _) = run(&["convert", &at(&here, "m.tmx.zst"), "-"], 0);
    assert_eq!(out.lines().count(), tmx.matches("<tu ").count());
}

/// A pipe is written to, and stays a pipe: no file takes its place.
#[cfg(unix)]
#[test]
fn a_pipe_as_output_stays_one() {
    use std::os::unix::fs::FileTypeExt;
    let here = tempfile::tempdir().unwrap();
    let (input, pipe) = (corpus(&here), at(&here, "pipe.jsonl"));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let read = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    run(&["convert", &input, &pipe], 0);
    assert_eq!(read.join().unwrap(), *CORPUS);
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(files(&here), ["pipe.jsonl", "rows.jsonl"].map(str::to_owned).into());
}

#[test]
fn parquet_is_read_as_rows_and_as_records() {
    let here = tempfile::tempdir().unwrap();
    let rows = corpus(&here);
    let packed = at(&here, "rows.parquet");
    run(&["convert", &rows, &packed], 0);
    assert!(fs::metadata(&packed).unwrap().len() * 3 < fs::metadata(&rows).unwrap().len());
    let (back, _) = run(&["convert", &packed, "-"], 0);
    assert_eq!(back, fs::read_to_string(&rows).unwrap());
    // Each row is a record with two lists.
    let aligned = |input: &str| {
        let out = at(&here, "of.jsonl");
        run(&["align", input, "-o", &out, "--no-learn", "--signals", "length", "--kind", "1-1"], 0);
        let rows = values(&fs::read_to_string(out).unwrap());
        rows.iter().map(|row| (row["doc"].clone(), row["source"].clone(), row["target"].clone())).collect::<Vec<_>>()
    };
    let pairs = at(&here, "pairs.jsonl");
    run(&["convert", &rows, &pairs, "--kind", "1-1"], 0);
    run(&["convert", &pairs, &packed], 0);
    assert_eq!(aligned(&packed), aligned(&pairs));
    assert!(aligned(&packed).len() > 400);
    // What is broken is told with its place; a pipe has no end to begin at.
    let bytes = fs::read(&packed).unwrap();
    let cut = write(&here, "cut.parquet", &bytes[..bytes.len() / 2]);
    let (_, words) = run(&["convert", &cut, "-"], 1);
    assert!(words.contains("cut.parquet: not a Parquet file: "), "{words}");
    let (_, words) = run(&["align", &cut, "-o", &at(&here, "none.jsonl")], 3);
    assert!(words.contains("1 set aside"), "{words}");
    let (_, words) = run(&["convert", "-", &rows, "--from", "parquet"], 1);
    assert!(words.contains("name a file instead of standard input"), "{words}");
    let (_, words) = run(&["convert", &pairs, "-", "--format", "parquet"], 2);
    assert!(words.contains("parquet cannot go to standard output"), "{words}");
}

#[test]
fn damaged_parquet_is_no_panic() {
    let here = tempfile::tempdir().unwrap();
    // One of four in 3,900 over which the parquet crate panics.
    let damaged = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/damaged.parquet");
    fs::create_dir(here.path().join("folder")).unwrap();
    fs::copy(damaged, here.path().join("folder/a.parquet")).unwrap();
    write(&here, "folder/b.jsonl", json!({"id": "b", "source": "今天开会。", "target": "We met today."}).to_string());
    let (_, err) = run(&["align", &at(&here, "folder"), "-o", &at(&here, "folder.jsonl")], 3);
    assert!(err.contains("1 documents") && err.contains("1 set aside"), "{err}");
    assert!(fs::read_to_string(at(&here, "folder.jsonl.rejected.jsonl")).unwrap().contains("it is damaged"));
    run(&["convert", &at(&here, "folder/a.parquet"), &at(&here, "none.tsv")], 1);
    let line = r#"{"id":"d#1","doc":"d","n":1,"source_lang":"zh","target_lang":"en","source":["一。"],"target":["One."],"source_spans":[[0,6]],"target_spans":[[0,4]]}"#;
    let rows = write(&here, "rows.jsonl", format!("{line}\n").repeat(3));
    let whole = at(&here, "whole.parquet");
    run(&["convert", &rows, &whole], 0);
    let bytes = fs::read(&whole).unwrap();
    for place in (0..bytes.len()).step_by(23) {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x55;
        let file = write(&here, "damaged.parquet", &damaged);
        let out = at(&here, "out.jsonl");
        let output = Command::cargo_bin("bitext")
            .unwrap()
            .timeout(Duration::from_secs(20))
            .args(["convert", &file, &out])
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "byte {place} of {}: {words}", bytes.len());
    }
}
