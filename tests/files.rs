//! The files that a run reads and writes: nothing is written over that it is made of, read that it has written itself, or taken for
//! whole that is not; what can be read but once is; nobody waits for ever.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn bitext(arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("bitext"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn told(output: Output, arguments: &[&str], code: i32) -> String {
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{err}");
    err
}

/// Runs it; standard error.
fn run(arguments: &[&str], code: i32) -> String {
    told(bitext(arguments).output().unwrap(), arguments, code)
}

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn lines(path: &str) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn docs(path: &str) -> BTreeSet<String> {
    lines(path).iter().map(|row| row["doc"].as_str().unwrap().to_owned()).collect()
}

fn record(id: &str) -> String {
    json!({"id": id, "source": "今天天气很好。我们去公园。", "target": "It is fine today. We go to the park."})
        .to_string()
        + "\n"
}

fn records(count: usize) -> String {
    (0..count).map(|n| record(&format!("{n:04}"))).collect()
}

fn article() -> PathBuf {
    let articles = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles");
    fs::read_dir(articles).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn what_is_read_is_not_written_over() {
    let here = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        fs::write(here.path().join(name), text).unwrap();
        at(here.path(), name)
    };
    let input = file("in.jsonl", &records(3));
    let (zh, en) = (file("book.zh.txt", "今天天气很好。\n"), file("book.en.txt", "It is fine today.\n"));
    let anchors = file("anchors.tsv", "0001\t1\t1\n");
    let side = file("r.jsonl.rejected.jsonl", &records(3));
    let texts = |text: &str| json!({"id": "a", "text": text}).to_string();
    let (chinese, english) = (file("zh.jsonl", &texts("今天天气很好。")), file("en.jsonl", &texts("It is fine.")));
    let (first, second) = (at(here.path(), "s1.jsonl"), at(here.path(), "s2.jsonl"));
    run(&["align", &input, "--shard", "1/2", "-o", &first], 0);
    run(&["align", &input, "--shard", "2/2", "-o", &second], 0);
    let rows = at(here.path(), "rows.jsonl");
    run(&["align", &input, "-o", &rows], 0);
    run(&["convert", &rows, &at(here.path(), "set.moses")], 0);
    let glossary = file("glossary.tsv", "公园\tpark\n");
    let moses = at(here.path(), "set.moses.en");
    run(&["convert", &rows, &at(here.path(), "packed.moses.gz")], 0);
    let packed = at(here.path(), "packed.moses.en.gz");
    let report = at(here.path(), "report.html");
    let before: Vec<(PathBuf, Vec<u8>)> = fs::read_dir(here.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    let roundabout =
        format!("{}/../{}/in.jsonl", here.path().display(), { here.path().file_name().unwrap().to_str().unwrap() });
    for arguments in [
        // Line pairs are two files, named by the languages.
        vec!["align", "--source", &zh, "--target", &en, "-o", &at(here.path(), "book.txt")],
        vec!["align", &input, "-o", &input],
        vec!["align", &input, "-o", &roundabout],
        vec!["align", &input, "--anchors", &anchors, "-o", &anchors],
        vec!["align", &side, "-o", &at(here.path(), "r.jsonl")],
        vec!["pair", &chinese, &english, "-o", &chinese],
        vec!["merge", &first, &second, "-o", &first],
        vec!["convert", &rows, &rows, "--kind", "9-9"],
        vec!["convert", &at(here.path(), "set.moses"), &moses, "--from", "moses", "--format", "tsv"],
        vec!["convert", &at(here.path(), "packed.moses.gz"), &packed, "--format", "tsv"],
        vec!["check", &rows, "-o", &rows],
        vec!["check", &rows, "--html", &rows],
        vec!["check", &rows, "--glossary", &glossary, "--html", &report, "-o", &glossary, "--format", "tsv"],
        vec!["terms", "公园", &rows, "-o", &rows],
        vec!["train", &input, "-o", &input],
        // A document of the folder, and not rows of a run before.
        vec!["align", here.path().to_str().unwrap(), "-o", &side],
    ] {
        let err = run(&arguments, 2);
        assert!(err.contains("would be written over, and is read: name another output"), "{arguments:?} {err}");
    }
    // Nor are two outputs one file, however they are called, or one of them what stands beside another.
    let out = at(here.path(), "out.jsonl");
    for second in [
        format!("{}/./out.jsonl", here.path().display()),
        at(here.path(), "out.jsonl.rejected.jsonl"),
        at(here.path(), "out.jsonl.partial"),
    ] {
        let err = run(&["align", &input, "--format", "jsonl", "-o", &out, "-o", &second], 2);
        assert!(err.contains("written twice"), "{err}");
    }
    for (path, bytes) in before {
        assert!(fs::read(&path).unwrap() == bytes, "{}", path.display());
    }
    assert!(!Path::new(&out).exists());
    let twice = ["check", &rows, "-o", &report, "--format", "tsv", "--html", &report];
    assert!(run(&twice, 2).contains("written twice"));
}

#[test]
fn a_run_does_not_read_what_it_writes() {
    let here = tempfile::tempdir().unwrap();
    fs::copy(article(), here.path().join("a.md")).unwrap();
    fs::write(here.path().join("b.jsonl"), records(3)).unwrap();
    let align = |more: &[&str]| {
        let mut command = bitext(&["align", ".", "-o", "rows.jsonl"]);
        told(command.args(more).current_dir(here.path()).output().unwrap(), more, 0)
    };
    align(&["-o", "page.html"]);
    let rows = fs::read(here.path().join("rows.jsonl")).unwrap();
    align(&["-o", "page.html"]);
    assert!(fs::read(here.path().join("rows.jsonl")).unwrap() == rows, "the second run has read the first one's rows");
    // The listing does not name them either.
    fs::remove_file(here.path().join("page.html")).unwrap();
    align(&[]);
    assert!(align(&["--resume"]).contains("is whole already"));
    let mut command =
        bitext(&["align", here.path().to_str().unwrap(), "-o", &at(here.path(), "rows.jsonl"), "--resume"]);
    assert!(told(command.output().unwrap(), &[], 1).contains("was begun otherwise: the input is"));
}

#[test]
fn a_check_does_not_read_its_findings() {
    let here = tempfile::tempdir().unwrap();
    fs::copy(article(), here.path().join("a.md")).unwrap();
    let check = || {
        let mut command = bitext(&["check", ".", "-o", "f.jsonl", "--html", "r.html", "--scores", "s.csv"]);
        told(command.current_dir(here.path()).output().unwrap(), &[], 0)
    };
    check();
    let findings = fs::read(here.path().join("f.jsonl")).unwrap();
    check();
    assert_eq!(fs::read(here.path().join("f.jsonl")).unwrap(), findings);
}

#[test]
fn a_conversion_that_reads_no_row_leaves_the_older_one() {
    let here = tempfile::tempdir().unwrap();
    let [good, bad, out] = ["good.jsonl", "bad.jsonl", "out.tsv"].map(|name| at(here.path(), name));
    fs::write(at(here.path(), "in.jsonl"), records(2)).unwrap();
    run(&["align", &at(here.path(), "in.jsonl"), "-o", &good], 0);
    fs::write(&bad, "{\"id\":\n{\n").unwrap();
    run(&["convert", &good, &out], 0);
    let older = fs::read(&out).unwrap();
    let err = run(&["convert", &bad, &out], 1);
    assert!(err.contains("no row can be read of") && err.contains("out.tsv.rejected.jsonl"), "{err}");
    assert_eq!(fs::read(&out).unwrap(), older);
    // What was set aside then does not stand beside rows that have lost nothing.
    assert!(Path::new(&format!("{out}.rejected.jsonl")).exists());
    run(&["convert", &good, &out], 0);
    assert!(!Path::new(&format!("{out}.rejected.jsonl")).exists());
}

#[test]
fn packed_pairs_of_files_are_read_back() {
    let here = tempfile::tempdir().unwrap();
    let (input, rows) = (at(here.path(), "in.jsonl"), at(here.path(), "rows.jsonl"));
    fs::write(&input, records(2)).unwrap();
    run(&["align", &input, "-o", &rows], 0);
    for name in ["x.moses.gz", "x.vecalign.zst", "x.ladder.gz"] {
        let [packed, back] = [name, "back.jsonl"].map(|name| at(here.path(), name));
        run(&["convert", &rows, &packed], 0);
        run(&["convert", &packed, &back, "--source-lang", "zh", "--target-lang", "en"], 0);
        let texts = |path: &str| lines(path).iter().map(|row| row["source"].to_string()).collect::<Vec<_>>();
        assert_eq!(texts(&back), texts(&rows), "{name}");
    }
    // A ladder that ends before its texts do has lost something.
    let ladder = at(here.path(), "short.ladder");
    fs::write(&ladder, "0\t0\t1\n1\t1\t1\n").unwrap();
    for side in ["zh", "en"] {
        fs::write(format!("{ladder}.{side}"), "a\nb\n").unwrap();
    }
    let err = run(&["convert", &ladder, "-", "--source-lang", "zh", "--target-lang", "en"], 1);
    assert!(err.contains("the last rung is not at the end of the texts"), "{err}");
}

#[test]
fn a_model_is_fitted_again() {
    let here = tempfile::tempdir().unwrap();
    let articles = article().parent().unwrap().to_str().unwrap().to_owned();
    let [first, second] = ["first.json", "second.json"].map(|name| at(here.path(), name));
    assert!(run(&["train", &articles, "-o", &first], 0).contains("pairs of 40 documents, the whole input"));
    run(&["train", &articles, "--model", &first, "-o", &second], 0);
    run(&["train", &articles], 2);
    run(&["train", "--gold", &articles, "--folds", "1"], 2);
    run(&["train", "--gold", &articles, "--folds", "2", "--l2", "nan"], 2);
}

#[test]
fn whole_is_what_the_manifest_says() {
    let here = tempfile::tempdir().unwrap();
    let input = at(here.path(), "in.jsonl");
    fs::write(&input, records(5)).unwrap();
    let (rows, table, other) = (at(here.path(), "x.jsonl"), at(here.path(), "x.tsv"), at(here.path(), "other.tsv"));
    run(&["align", &input, "-o", &rows, "-o", &table], 0);
    let whole = fs::read(&table).unwrap();
    let resume = |second: &str, code: i32| run(&["align", &input, "-o", &rows, "-o", second, "--resume"], code);
    assert!(resume(&table, 0).contains("is whole already"));
    fs::write(&other, "junk").unwrap();
    assert!(resume(&other, 1).contains("was not written by the run that made the others"));
    fs::write(&table, "").unwrap();
    assert!(resume(&table, 1).contains("it was changed since"));
    // Without what was set aside it is not whole.
    fs::write(&table, &whole).unwrap();
    fs::remove_file(format!("{rows}.rejected.jsonl")).unwrap();
    assert!(!resume(&table, 0).contains("is whole already"));
    assert_eq!(fs::read(&table).unwrap(), whole);
}

#[test]
fn one_run_writes_a_file_at_a_time() {
    let here = tempfile::tempdir().unwrap();
    let (input, out) = (at(here.path(), "in.jsonl"), at(here.path(), "rows.jsonl"));
    fs::write(&input, records(5)).unwrap();
    // What another run is writing.
    let partial = format!("{out}.partial");
    fs::write(&partial, "theirs").unwrap();
    let theirs = File::open(&partial).unwrap();
    theirs.lock().unwrap();
    let err = run(&["align", &input, "-o", &out], 1);
    assert!(err.contains("another run is writing"), "{err}");
    assert_eq!(fs::read_to_string(&partial).unwrap(), "theirs");
    drop(theirs);
    run(&["align", &input, "-o", &out], 0);
    assert!(!Path::new(&partial).exists());
}

#[test]
fn letters_of_another_encoding_are_in_some_shard() {
    let here = tempfile::tempdir().unwrap();
    // Of these many are, in GB18030, the bytes of other letters in UTF-8.
    let ids = "漏芦卢颅庐炉掳卤虏鲁麓碌露路赂鹿潞禄录陆戮驴脌脕脗脙脛脜脝脟脠脡脢脣脤脥脦脧";
    let text: String = ids.chars().map(|id| record(&id.to_string())).collect();
    let (bytes, ..) = encoding_rs::GB18030.encode(&text);
    let input = at(here.path(), "in.jsonl");
    fs::write(&input, bytes).unwrap();
    let part = |n: usize| at(here.path(), &format!("part-{n}.jsonl"));
    let mut found = BTreeSet::new();
    for n in 1..=3 {
        run(&["align", &input, "--no-learn", "--shard", &format!("{n}/3"), "-o", &part(n)], 0);
        found.extend(docs(&part(n)));
    }
    assert_eq!(found.len(), ids.chars().count());
    // A pattern of the shell names what was set aside, too.
    let beside = (1..=3).map(|n| format!("{}.rejected.jsonl", part(n)));
    let mut all = vec!["merge".to_owned()];
    all.extend((1..=3).map(part).chain(beside));
    let out = at(here.path(), "rows.jsonl");
    all.extend(["-o".to_owned(), out.clone()]);
    run(&all.iter().map(String::as_str).collect::<Vec<_>>(), 0);
    assert_eq!(docs(&out), found);
}

#[test]
fn a_dictionary_may_have_any_name() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("rate=0.1");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("words.tsv"), "公园\tpark\n").unwrap();
    let input = at(here.path(), "in.jsonl");
    fs::write(&input, records(2)).unwrap();
    run(&["align", &input, "--dictionary", &at(&folder, "words.tsv"), "-o", &at(here.path(), "rows.jsonl")], 0);
}

#[cfg(unix)]
#[test]
fn pipes_are_read_once_and_not_waited_for_in_folders() {
    let here = tempfile::tempdir().unwrap();
    let pipe = |name: &str| {
        assert!(Command::new("mkfifo").arg(here.path().join(name)).status().unwrap().success());
        at(here.path(), name)
    };
    let fill = |path: &str, text: &str| {
        let (path, text) = (path.to_owned(), text.to_owned());
        std::thread::spawn(move || File::create(path).unwrap().write_all(text.as_bytes()).unwrap())
    };
    let out = at(here.path(), "rows.jsonl");
    let (zh, en, recs) = (pipe("zh"), pipe("en"), pipe("in.jsonl"));
    let writers = [fill(&zh, "今天天气很好。\n我们去公园。\n"), fill(&en, "It is fine today.\nWe go to the park.\n")];
    run(&["align", "--source", &zh, "--target", &en, "-o", &out], 0);
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    assert_eq!(lines(&out).len(), 2);
    let writer = fill(&recs, &records(4));
    run(&["align", &recs, "-o", &out], 0);
    writer.join().unwrap();
    assert_eq!(docs(&out).len(), 4);
    // Amid a folder.
    let folder = here.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::copy(article(), folder.join("a.md")).unwrap();
    fs::rename(&zh, folder.join("b.md")).unwrap();
    run(&["align", folder.to_str().unwrap(), "-o", &out], 3);
    let rejects = lines(&format!("{out}.rejected.jsonl"));
    assert_eq!((rejects.len(), &rejects[0]["reason"]), (1, &json!("unreadable")));
}

#[test]
fn standard_input_may_be_packed_or_marked() {
    let plain = records(3).into_bytes();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&plain).unwrap();
    let marked = [b"\xEF\xBB\xBF".as_slice(), &plain].concat();
    for bytes in [marked, gzip.finish().unwrap(), zstd::bulk::compress(&plain, 1).unwrap()] {
        let mut child = bitext(&["align", "-", "--quiet"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        let rows = String::from_utf8(output.stdout.clone()).unwrap();
        told(output, &["align", "-"], 0);
        assert_eq!(
            rows.lines().filter(|row| row.contains("\"n\":1,") || row.contains("\"n\": 1,")).count(),
            3,
            "{rows}"
        );
    }
}

#[test]
fn texts_that_cannot_be_paired_are_set_aside() {
    let here = tempfile::tempdir().unwrap();
    let text = |id: &str, text: &str| json!({"id": id, "text": text}).to_string() + "\n";
    let chinese =
        text("a", "阳岭煤矿超额完成十月份计划，产煤三万五千吨。") + &text("b", "青石镇的农民修成了一条水渠。");
    let english = text("b", "The peasants of Qingshi Town built a canal.")
        + "{\"id\": \"c\"}\n{broken\n"
        + &text("a", "The Yangling coal mine overfulfilled its October plan and produced 35,000 tons of coal.");
    // As archives come: with a mark, or in another encoding.
    let (zh, en) = (at(here.path(), "zh.jsonl"), at(here.path(), "en.jsonl"));
    fs::write(&zh, encoding_rs::GB18030.encode(&chinese).0).unwrap();
    fs::write(&en, format!("\u{feff}{english}")).unwrap();
    let out = at(here.path(), "pairs.jsonl.zst");
    let err = run(&["pair", &zh, &en, "-o", &out], 3);
    assert!(err.contains("2 pairs;") && err.contains("2 texts set aside"), "{err}");
    assert_eq!(lines(&format!("{out}.rejected.jsonl")).len(), 2);
    let packed = fs::read(&out).unwrap();
    let pairs = String::from_utf8(zstd::stream::decode_all(&packed[..]).unwrap()).unwrap();
    assert!(pairs.lines().count() == 2 && pairs.contains("阳岭煤矿"), "{pairs}");
}

#[test]
fn ids_that_come_again_are_told() {
    let here = tempfile::tempdir().unwrap();
    let [one, two] = ["one.jsonl", "two.jsonl"].map(|name| at(here.path(), name));
    fs::write(&one, records(3)).unwrap();
    fs::write(&two, records(2)).unwrap();
    let out = at(here.path(), "rows.jsonl");
    let align = |inputs: &[&str]| {
        let arguments = [&["align"], inputs, &["-o", &out]].concat();
        told(bitext(&arguments).output().unwrap(), &arguments, 0)
    };
    assert!(!align(&[&one]).contains("cannot be told apart"));
    let said = align(&[&one, &two]);
    assert!(said.contains("2 documents have the id of one before them (first "), "{said}");
}
