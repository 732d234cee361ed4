//! Runs that are stopped and gone on with, runs in parts, and what goes wrong with disks and files: what is written is whole or
//! does not look it, and is the same bytes as one unbroken run gives.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn bitext(arguments: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("bitext"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs it; standard error.
fn run(arguments: &[&str], code: i32) -> String {
    told(bitext(arguments).output().unwrap(), arguments, code)
}

fn told(output: Output, arguments: &[&str], code: i32) -> String {
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{err}");
    err
}

fn at(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

fn articles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles")
}

/// Records of the newspaper's texts under `count` ids, one in fifty of them broken and one in twenty without a translation.
fn records(count: usize) -> String {
    let mut texts = Vec::new();
    let mut paths: Vec<PathBuf> = fs::read_dir(articles()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(path).unwrap();
        let (english, chinese) = text.split_once("<hr />").unwrap();
        texts.push((
            english.split_once("\n\n").unwrap().1.to_owned(),
            chinese.split_once("专栏：").unwrap().1.to_owned(),
        ));
    }
    let record = |n: usize| {
        let (english, chinese) = &texts[n % texts.len()];
        if n % 50 == 49 {
            return "{\"id\": broken}\n".to_owned();
        }
        if n % 20 == 4 {
            return json!({"id": format!("{n:05}"), "source": chinese}).to_string() + "\n";
        }
        json!({"id": format!("{n:05}"), "source": chinese, "target": english, "date": "1957-10-01"}).to_string() + "\n"
    };
    (0..count).map(record).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Every file of one folder is the same as in another.
fn assert_same_files(one: &Path, other: &Path) {
    assert_eq!(names(one), names(other));
    for name in names(one) {
        assert!(fs::read(one.join(&name)).unwrap() == fs::read(other.join(&name)).unwrap(), "{name} differs");
    }
}

fn marks(journal: &Path) -> usize {
    fs::read_to_string(journal).map_or(0, |text| text.lines().filter(|line| line.starts_with("{\"mark\"")).count())
}

#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    let here = tempfile::tempdir().unwrap();
    let input = at(here.path(), "in.jsonl");
    // Compressed outputs have a mark a megabyte, others one a document.
    for (forms, count) in
        [(vec!["rows.jsonl", "rows.tsv"], 300), (vec!["rows.jsonl.zst"], 2000), (vec!["rows.jsonl.gz"], 2000)]
    {
        fs::write(&input, records(count)).unwrap();
        let [unbroken, broken] = ["unbroken", "broken"].map(|name| here.path().join(format!("{name}-{}", forms[0])));
        fs::create_dir(&unbroken).unwrap();
        fs::create_dir(&broken).unwrap();
        let arguments = |folder: &Path, jobs: &str| {
            let mut all: Vec<String> =
                ["align", &input, "--signals", "length", "--resume", "--mark-every", "0", "--jobs", jobs]
                    .map(String::from)
                    .into();
            forms.iter().for_each(|form| all.extend(["-o".to_owned(), at(folder, form)]));
            all
        };
        let start = |folder: &Path, jobs: &str| {
            let all = arguments(folder, jobs);
            bitext(&all.iter().map(String::as_str).collect::<Vec<_>>()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let started = Instant::now();
        told(start(&unbroken, "2").wait_with_output().unwrap(), &[], 3);
        let time = started.elapsed();
        let (mut killed, mut gone_on) = (0, 0);
        for round in 0.. {
            assert!(round < 60, "it never ends");
            let gone_on_with = marks(&broken.join(format!("{}.resume", forms[0])));
            let mut child = start(&broken, if round % 2 == 0 { "1" } else { "2" });
            let journal = broken.join(format!("{}.resume", forms[0]));
            // First as soon as it has got on, twice; then anywhere in a run, and later and later: passing over what is done takes time, too.
            while round < 2 && marks(&journal) <= gone_on_with && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            let share = (20 + round * 29 % 65) as f64 / 100.0 * (1.0 + round as f64 / 8.0);
            std::thread::sleep(if round < 2 { Duration::ZERO } else { time.mul_f64(share) });
            if child.try_wait().unwrap().is_some() {
                told(child.wait_with_output().unwrap(), &[], 3);
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            killed += 1;
            gone_on += usize::from(gone_on_with > 0);
            for form in &forms {
                assert!(!broken.join(form).exists() || names(&broken).iter().all(|name| !name.contains(".partial")));
            }
        }
        assert!(
            killed > 0 && gone_on > 0,
            "{forms:?}: killed {killed} times, gone on {gone_on} times: nothing was tested"
        );
        assert_same_files(&unbroken, &broken);
    }
}

#[test]
fn the_table_is_learned_once() {
    let here = tempfile::tempdir().unwrap();
    let [unbroken, broken] = ["unbroken", "broken"].map(|name| here.path().join(name));
    fs::create_dir(&unbroken).unwrap();
    fs::create_dir(&broken).unwrap();
    let articles = articles();
    let input = articles.to_str().unwrap();
    run(&["align", input, "-o", &at(&unbroken, "rows.jsonl")], 0);
    // Stopped by the disk, not by a signal: the same place each time.
    let mut stopped = limited(300, &["align", input, "-o", &at(&broken, "rows.jsonl"), "--mark-every", "0"]);
    let err = told(stopped.output().unwrap(), &[], 1);
    assert!(err.contains("cannot write") && err.contains("--resume"), "{err}");
    assert_eq!(names(&broken), ["rows.jsonl.partial", "rows.jsonl.rejected.jsonl.partial", "rows.jsonl.resume"]);
    let err = run(&["align", input, "-o", &at(&broken, "rows.jsonl"), "--resume"], 0);
    assert!(err.contains("done by an earlier run"), "{err}");
    assert_same_files(&unbroken, &broken);
    // Once more: nothing is left to do, and nothing is touched.
    let err = run(&["align", input, "-o", &at(&broken, "rows.jsonl"), "--resume"], 0);
    assert!(err.contains("whole already"), "{err}");
    assert_same_files(&unbroken, &broken);
}

/// A command that cannot write files of more than so many kilobytes.
fn limited(kilobytes: usize, arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
    command.args(["-c", &script]).arg(assert_cmd::cargo::cargo_bin("bitext")).args(arguments);
    command
}

#[test]
fn a_full_disk_leaves_the_older_output() {
    let here = tempfile::tempdir().unwrap();
    let (articles, out) = (articles(), at(here.path(), "rows.jsonl"));
    fs::write(&out, "older\n").unwrap();
    let err = told(limited(300, &["align", articles.to_str().unwrap(), "-o", &out]).output().unwrap(), &[], 1);
    assert!(err.contains("cannot write"), "{err}");
    assert_eq!(fs::read_to_string(&out).unwrap(), "older\n");
    // An output that cannot be gone on with leaves nothing half-done.
    let page = at(here.path(), "page.html");
    told(limited(300, &["align", articles.to_str().unwrap(), "-o", &page]).output().unwrap(), &[], 1);
    assert!(names(here.path()).iter().all(|name| !name.starts_with("page")), "{:?}", names(here.path()));
}

#[test]
fn a_changed_input_setting_or_model_is_noticed() {
    let here = tempfile::tempdir().unwrap();
    let (input, out) = (at(here.path(), "in.jsonl"), at(here.path(), "rows.jsonl"));
    let text = records(60);
    fs::write(&input, &text).unwrap();
    let stopped = ["align", &input, "-o", &out, "--signals", "length", "--mark-every", "0"];
    told(limited(300, &stopped).output().unwrap(), &[], 1);
    let resume = |more: &[&str], code: i32| {
        let mut arguments = vec!["align", &input, "-o", &out, "--resume"];
        arguments.extend(more);
        run(&arguments, code)
    };
    assert!(resume(&[], 1).contains("--signals is default, not length"));
    assert!(resume(&["--signals", "length", "--segmented"], 1).contains("--segmented"));
    assert!(resume(&["--signals", "length", "--shard", "1/2"], 1).contains("shard"));
    // As long as before, but another text.
    fs::write(&input, text.replacen("19", "91", 1)).unwrap();
    assert!(resume(&["--signals", "length"], 1).contains("the input has changed"));
    fs::write(&input, text.clone() + "\n").unwrap();
    assert!(resume(&["--signals", "length"], 1).contains("sizes"));
    fs::write(&input, &text).unwrap();
    resume(&["--signals", "length"], 3);
    assert!(resume(&[], 1).contains("--signals"), "a whole output is compared, too");
    fs::write(&input, text.replacen("19", "91", 1)).unwrap();
    assert!(resume(&["--signals", "length"], 1).contains("the input has changed"));
    // Without --resume it is made anew.
    run(&["align", &input, "-o", &out, "--signals", "length"], 3);
    for (arguments, why) in [
        (vec!["-o", "-"], "stream"),
        (vec!["-o", "x.html"], "html"),
        (vec!["-o", "x.jsonl", "--dedupe"], "--dedupe"),
        (vec!["-o", "x.jsonl", "--sample", "3"], "--sample"),
    ] {
        let mut all = vec!["align", &input, "--resume"];
        all.extend(arguments);
        assert!(run(&all, 2).contains(why));
    }
}

#[test]
fn a_damaged_journal_is_refused_and_a_torn_line_is_not() {
    let here = tempfile::tempdir().unwrap();
    let (articles, out) = (articles(), at(here.path(), "rows.jsonl"));
    let input = articles.to_str().unwrap();
    let stop = || told(limited(300, &["align", input, "-o", &out, "--mark-every", "0"]).output().unwrap(), &[], 1);
    let journal = here.path().join("rows.jsonl.resume");
    run(&["align", input, "-o", &out], 0);
    let whole = fs::read(&out).unwrap();
    stop();
    let text = fs::read(&journal).unwrap();
    fs::write(&journal, &text[..text.len() - 9]).unwrap();
    run(&["align", input, "-o", &out, "--resume"], 0);
    assert_eq!(fs::read(&out).unwrap(), whole);
    stop();
    let mut text = fs::read(&journal).unwrap();
    text[40] = 0;
    fs::write(&journal, text).unwrap();
    assert!(run(&["align", input, "-o", &out, "--resume"], 1).contains("damaged"));
    stop();
    fs::write(here.path().join("rows.jsonl.partial"), "").unwrap();
    assert!(run(&["align", input, "-o", &out, "--resume"], 1).contains("cannot go on"));
    // As long as it was, and not the same.
    stop();
    let partial = here.path().join("rows.jsonl.partial");
    let mut bytes = fs::read(&partial).unwrap();
    bytes[100] ^= 1;
    fs::write(&partial, bytes).unwrap();
    let err = run(&["align", input, "-o", &out, "--resume"], 1);
    assert!(err.contains("cannot go on") && err.contains("it was changed since"), "{err}");
}

fn in_shards(here: &TempDir, input: &str, of: usize, ending: &str) -> Vec<String> {
    let part = |n: usize| at(here.path(), &format!("part-{n}{ending}"));
    for n in 1..=of {
        bitext(&["align", input, "--shard", &format!("{n}/{of}"), "-o", &part(n)]).output().unwrap();
    }
    (1..=of).map(part).collect()
}

#[test]
fn shards_are_joined_to_what_one_run_gives() {
    let here = tempfile::tempdir().unwrap();
    let mixed = here.path().join("in");
    fs::create_dir(&mixed).unwrap();
    fs::write(mixed.join("b.jsonl"), records(70)).unwrap();
    fs::write(mixed.join("a.txt"), "what is this").unwrap();
    std::os::unix::fs::symlink("nowhere", mixed.join("c.md")).unwrap();
    for path in fs::read_dir(articles()).unwrap() {
        let path = path.unwrap().path();
        fs::copy(&path, mixed.join(path.file_name().unwrap())).unwrap();
    }
    let (input, whole) = (mixed.to_str().unwrap(), at(here.path(), "rows.jsonl"));
    run(&["align", input, "-o", &whole], 3);
    let set_aside = fs::read_to_string(format!("{whole}.rejected.jsonl")).unwrap();
    assert!(set_aside.lines().count() == 7 && set_aside.contains("unreadable"), "{set_aside}");
    let merged_folder = here.path().join("merged");
    fs::create_dir(&merged_folder).unwrap();
    let merged = at(&merged_folder, "rows.jsonl");
    for (of, ending) in [(3, ".jsonl"), (2, ".jsonl.zst")] {
        let mut parts = in_shards(&here, input, of, ending);
        parts.reverse();
        let merge = |parts: &[String], code: i32| {
            let mut arguments = vec!["merge", "-o", &merged];
            arguments.extend(parts.iter().map(String::as_str));
            run(&arguments, code)
        };
        merge(&parts, 3);
        for suffix in ["", ".rejected.jsonl", ".manifest.json"] {
            let [one, other] = [&whole, &merged].map(|path| fs::read_to_string(format!("{path}{suffix}")).unwrap());
            assert!(one == other, "{suffix} differs, {of} shards");
        }
        assert!(merge(&parts[1..], 1).contains("missing"));
        assert!(merge(&[&parts[..], &parts[..1]].concat(), 1).contains("twice"));
        assert!(merge(std::slice::from_ref(&whole), 1).contains("no shard"));
        // A row that was changed since.
        let bytes = fs::read(&parts[0]).unwrap();
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(&parts[0], changed).unwrap();
        merge(&parts, 1);
        fs::write(&parts[0], bytes).unwrap();
        assert_eq!(
            fs::read_to_string(&merged).unwrap(),
            fs::read_to_string(&whole).unwrap(),
            "a refusal touches nothing"
        );
        // A shard of other work.
        let out = parts[0].clone();
        bitext(&["align", input, "--signals", "length", "--shard", &format!("{of}/{of}"), "-o", &out])
            .output()
            .unwrap();
        assert!(merge(&parts, 1).contains("--signals"));
    }
}

#[test]
fn compressed_rows_are_the_same_rows() {
    let here = tempfile::tempdir().unwrap();
    let articles = articles();
    let input = articles.to_str().unwrap();
    let [plain, zst, gz] = ["rows.jsonl", "rows.jsonl.zst", "rows.jsonl.gz"].map(|name| at(here.path(), name));
    run(&["align", input, "-o", &plain, "-o", &zst, "-o", &gz, "-o", &at(here.path(), "page.html.gz")], 0);
    let rows = fs::read(&plain).unwrap();
    assert_eq!(zstd::stream::decode_all(&fs::read(&zst).unwrap()[..]).unwrap(), rows);
    for (name, wanted) in [(&gz, Some(&rows)), (&at(here.path(), "page.html.gz"), None)] {
        let mut unpacked = Vec::new();
        let packed = fs::read(name).unwrap();
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&packed[..]), &mut unpacked).unwrap();
        assert!(wanted.is_none_or(|rows| *rows == unpacked) && !unpacked.is_empty());
    }
    let back = at(here.path(), "back.jsonl");
    run(&["convert", &zst, &back], 0);
    assert_eq!(fs::read(&back).unwrap(), rows);
    // The manifest says what was written.
    let manifest: Value = serde_json::from_slice(&fs::read(format!("{plain}.manifest.json")).unwrap()).unwrap();
    for written in manifest["outputs"].as_array().unwrap() {
        let bytes = fs::read(here.path().join(written["name"].as_str().unwrap())).unwrap();
        assert_eq!(written["bytes"], bytes.len());
        assert_eq!(written["blake3"], blake3::hash(&bytes).to_hex().as_str());
    }
    assert_eq!(manifest["outputs"].as_array().unwrap().len(), 4);
    assert_eq!(manifest["counts"]["documents"], 40);
    run(&["align", input, "-o", &at(here.path(), "book.xlsx.gz")], 2);
    // Nothing to write is a file that unpacks, too.
    let none = at(here.path(), "none.jsonl.zst");
    run(&["align", input, "--min-confidence", "1", "--kind", "7-1", "-o", &none], 0);
    assert_eq!(zstd::stream::decode_all(&fs::read(&none).unwrap()[..]).unwrap(), b"");
}

fn words(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Rows of the newspaper's articles.
fn rows_of_the_newspaper(here: &TempDir) -> Vec<Value> {
    let out = at(here.path(), "newspaper.jsonl");
    run(&["align", articles().to_str().unwrap(), "-o", &out, "--signals", "length"], 0);
    fs::read_to_string(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn locks_hold_in_shards_and_behind_a_stop() {
    let here = tempfile::tempdir().unwrap();
    let folder = |name: &str| {
        fs::create_dir(here.path().join(name)).unwrap();
        here.path().join(name)
    };
    // A lock in every third article, of which each second can no longer be found, one of an article that is not there, and one of a
    // record that cannot be read.
    let rows = rows_of_the_newspaper(&here);
    let mut locks = Vec::new();
    let mut docs = std::collections::BTreeSet::new();
    for row in rows.iter().filter(|row| row["kind"] == "1-1") {
        if docs.insert(row["doc"].to_string()) && docs.len() % 3 == 1 {
            let mut row = row.clone();
            row["status"] = "locked".into();
            if docs.len() % 6 == 1 {
                row["source"][0] = "没有这句话。".into();
            }
            locks.push(row);
        }
    }
    assert_eq!(locks.len(), 14);
    for doc in ["nowhere", "00024"] {
        let mut row = locks[1].clone();
        (row["doc"], row["id"]) = (doc.into(), format!("{doc}#1").into());
        locks.push(row);
    }
    let (input, file) = (folder("in"), at(here.path(), "locks.jsonl"));
    fs::write(&file, locks.iter().map(|row| row.to_string() + "\n").collect::<String>()).unwrap();
    for path in fs::read_dir(articles()).unwrap() {
        let path = path.unwrap().path();
        fs::copy(&path, input.join(path.file_name().unwrap())).unwrap();
    }
    fs::write(input.join("records.jsonl"), records(30)).unwrap();
    let input = input.to_str().unwrap().to_owned();
    let align = |out: &str, more: &[&str]| -> Vec<String> {
        let all = ["align", &input, "--locks", &file, "--signals", "length", "--mark-every", "0", "-o", out];
        all.iter().chain(more).map(|&argument| argument.to_owned()).collect()
    };
    let unbroken = folder("unbroken");
    let told_all = run(&words(&align(&at(&unbroken, "rows.jsonl"), &[])), 3);
    assert!(told_all.contains("7 beads kept, 9 locks or anchors not\n"), "{told_all}");
    assert!(told_all.contains("not kept: 2 locks or anchors of 2 documents that were not aligned: 00024, nowhere\n"));

    // In shards, each of which tells of its own alone.
    let merged = folder("merged");
    let part = |n: usize| at(here.path(), &format!("part-{n}.jsonl"));
    let mut unmet = 0;
    for n in 1..=3 {
        let err = run(&words(&align(&part(n), &["--shard", &format!("{n}/3")])), 3);
        unmet += ["nowhere", "00024"].iter().filter(|doc| err.contains(&format!("not kept: {doc}"))).count();
        unmet += err.matches("that were not aligned").count();
    }
    assert!(unmet == 1 || unmet == 2, "told once each, in one shard or two");
    let err = run(&["merge", &part(1), &part(2), &part(3), "-o", &at(&merged, "rows.jsonl")], 3);
    assert!(err.contains("7 beads kept, 9 locks or anchors not"), "{err}");
    assert_same_files(&unbroken, &merged);

    // Stopped amid the articles and gone on with: what was kept and lost before is not told again, nor taken for not met.
    let broken = folder("broken");
    let out = at(&broken, "rows.jsonl");
    let stopped = align(&out, &[]);
    told(limited(300, &words(&stopped)).output().unwrap(), &[], 1);
    assert!(marks(&broken.join("rows.jsonl.resume")) > 0);
    let err = run(&words(&align(&out, &["--resume"])), 3);
    assert!(err.contains("done by an earlier run") && err.contains("7 beads kept, 9 locks or anchors not"), "{err}");
    assert!(err.contains("that were not aligned: 00024, nowhere\n"), "{err}");
    let told = |err: &str| err.matches("\nnot kept: ").count() + usize::from(err.starts_with("not kept: "));
    assert!(told(&err) < told(&told_all), "{err}");
    assert_same_files(&unbroken, &broken);
    let err = run(&words(&align(&out, &["--resume"])), 3);
    assert!(err.contains("whole already"), "{err}");
}

#[test]
fn shards_learn_from_what_other_shards_keep() {
    let here = tempfile::tempdir().unwrap();
    let mut docs = std::collections::BTreeSet::new();
    let mut locks = rows_of_the_newspaper(&here);
    locks.retain(|row| row["kind"] == "1-1" && docs.insert(row["doc"].to_string()));
    locks.iter_mut().for_each(|row| row["status"] = "locked".into());
    let (file, input) = (at(here.path(), "locks.jsonl"), articles());
    fs::write(&file, locks.iter().map(|row| row.to_string() + "\n").collect::<String>()).unwrap();
    let align = |out: &str, more: &[&str]| {
        run(&[&["align", input.to_str().unwrap(), "--locks", &file, "-o", out], more].concat(), 0)
    };
    let (whole, merged) = (at(here.path(), "whole.jsonl"), at(here.path(), "merged.jsonl"));
    align(&whole, &[]);
    let [first, second] = ["1/2", "2/2"].map(|shard| {
        let out = at(here.path(), &format!("part-{}.jsonl", &shard[..1]));
        align(&out, &["--shard", shard]);
        out
    });
    run(&["merge", &first, &second, "-o", &merged], 0);
    assert!(fs::read(whole).unwrap() == fs::read(merged).unwrap());
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_is_read_in_shards_and_gone_on_with() {
    let here = tempfile::tempdir().unwrap();
    // A row is a record.
    let rows: String = (0..10)
        .flat_map(|copy| {
            rows_of_the_newspaper(&here).into_iter().map(move |mut row| {
                row["id"] = format!("{copy}-{}", row["id"].as_str().unwrap()).into();
                row.to_string() + "\n"
            })
        })
        .collect();
    let [lines, packed] = ["rows.jsonl", "rows.parquet"].map(|name| at(here.path(), name));
    fs::write(&lines, &rows).unwrap();
    run(&["convert", &lines, &packed], 0);
    let folders = ["unbroken", "merged", "broken"].map(|name| here.path().join(name));
    folders.iter().for_each(|folder| fs::create_dir(folder).unwrap());
    let [unbroken, merged, broken] = &folders;
    run(&["align", &packed, "-o", &at(unbroken, "rows.jsonl")], 3);
    let parts = in_shards(&here, &packed, 2, ".jsonl");
    run(&["merge", &parts[0], &parts[1], "-o", &at(merged, "rows.jsonl")], 3);
    assert_same_files(unbroken, merged);
    let out = at(broken, "rows.jsonl");
    told(limited(600, &["align", &packed, "-o", &out, "--mark-every", "0"]).output().unwrap(), &[], 1);
    let err = run(&["align", &packed, "-o", &out, "--resume"], 3);
    assert!(err.contains("done by an earlier run"), "{err}");
    assert_same_files(unbroken, broken);
    // The other way round, what has its contents at the end cannot be gone on with.
    let err = run(&["align", &lines, "-o", &at(here.path(), "out.parquet"), "--resume"], 2);
    assert!(err.contains("--resume: parquet cannot be gone on with: write jsonl or tsv"), "{err}");

    // The sample is drawn from all of it.
    let inputs = [bitext::archive::Input::Path(packed.into())];
    let survey = bitext::archive::Survey::of(&inputs, &bitext::archive::Options::default(), 60_000);
    let copies: std::collections::BTreeSet<char> =
        survey.sample.iter().map(|entry| entry.id.chars().next().unwrap()).collect();
    let bytes: u64 = survey.sample.iter().map(|entry| entry.bytes).sum();
    assert_eq!(survey.extent, bitext::archive::Extent::Drawn);
    assert!(copies.len() == 10 && (40_000..90_000).contains(&bytes), "{copies:?}, {bytes}");
}
