//! `bitext pair`: the articles of the newspaper taken apart and shuffled, and put together again.

#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

struct Sides {
    source: Vec<Value>,
    target: Vec<Value>,
}

/// The newspaper's articles, four of either side without a partner, the translations in another order.
fn sides() -> Sides {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut source, mut target) = (Vec::new(), Vec::new());
    for path in &paths {
        let id = path.file_stem().unwrap().to_str().unwrap();
        let text = fs::read_to_string(path).unwrap();
        let (english, chinese) = text.split_once("<hr />").unwrap();
        let date = english.lines().find_map(|line| line.strip_prefix("Date: ")).unwrap();
        source.push(json!({"id": id, "text": chinese.split_once("专栏：").unwrap().1, "date": date, "page": 1}));
        target.push(
            json!({"id": format!("{id}.en"), "text": english.split_once("\n\n").unwrap().1, "date": date, "page": 1}),
        );
    }
    source.truncate(source.len() - 4);
    target.drain(..4);
    let count = target.len();
    let target = (0..count).map(|k| target[k * 7 % count].clone()).collect();
    Sides { source, target }
}

fn lines(path: impl AsRef<Path>) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn write(path: &Path, records: &[Value]) {
    fs::write(path, records.iter().map(|record| record.to_string() + "\n").collect::<String>()).unwrap();
}

#[test]
fn translations_are_found_again() {
    let here = tempfile::tempdir().unwrap();
    let Sides { source, target } = sides();
    let [zh, en, out] = ["zh.jsonl", "en.jsonl", "pairs.jsonl"].map(|name| here.path().join(name));
    write(&zh, &source);
    write(&en, &target);
    // By content, with dates and without; by name; by metadata, where some days have several articles.
    for more in [vec![], vec!["--days", "100000"], vec!["--by", "name"], vec!["--by", "date,page"]] {
        let mut bitext = Command::new(assert_cmd::cargo::cargo_bin("bitext"));
        bitext.arg("pair").args([&zh, &en]).arg("-o").arg(&out).args(&more).assert().code(3);
        let pairs = lines(&out);
        let right = |pair: &&Value| pair["target_id"] == format!("{}.en", pair["id"].as_str().unwrap());
        assert_eq!(pairs.iter().filter(right).count(), pairs.len(), "{more:?}: a wrong pair");
        assert_eq!(pairs.len(), source.len() - 4, "{more:?}");
        let unpaired = lines(here.path().join("pairs.jsonl.unpaired.jsonl"));
        assert_eq!(unpaired.len(), 8, "{more:?}: every text is a partner, or listed");
        assert!(unpaired[0]["id"].as_str().unwrap().starts_with("001") && unpaired[0]["side"] == "source");
    }
    // What comes out is what bitext align reads.
    let rows = here.path().join("rows.jsonl");
    let mut bitext = Command::new(assert_cmd::cargo::cargo_bin("bitext"));
    bitext.args(["align", "--signals", "length"]).arg(&out).arg("-o").arg(&rows).assert().code(0);
    assert_eq!(lines(&rows)[0]["meta"]["paired_by"], "date,page");
}

#[test]
fn folders_of_texts_are_paired_by_name() {
    let here = tempfile::tempdir().unwrap();
    for (folder, ending, text) in [("zh", "zh", "农民修成了一条水渠。"), ("en", "en", "The peasants built a canal.")]
    {
        fs::create_dir(here.path().join(folder)).unwrap();
        for n in 0..3 {
            fs::write(here.path().join(folder).join(format!("{n}.{ending}.txt")), text).unwrap();
        }
    }
    let out = here.path().join("pairs.jsonl");
    let mut bitext = Command::new(assert_cmd::cargo::cargo_bin("bitext"));
    let folders = ["zh", "en"].map(|name| here.path().join(name));
    bitext.arg("pair").args(folders).args(["--by", "name", "-o"]).arg(&out).assert().code(0);
    let ids: Vec<String> = lines(&out).iter().map(|pair| pair["target_id"].to_string()).collect();
    assert_eq!(ids, ["\"0.en\"", "\"1.en\"", "\"2.en\""]);
}

#[test]
fn metadata_that_is_missing_pairs_nothing_and_none_is_lost() {
    let here = tempfile::tempdir().unwrap();
    let [zh, en, out] = ["zh.jsonl", "en.jsonl", "pairs.jsonl"].map(|name| here.path().join(name));
    // The second texts have no page, which is nothing that they share.
    write(
        &zh,
        &[
            json!({"id": "a", "text": "农民修成了一条水渠。", "page": 1, "source": "新华社"}),
            json!({"id": "b", "text": "本市举行乒乓球比赛。"}),
        ],
    );
    write(
        &en,
        &[
            json!({"id": "x", "text": "The peasants built a canal.", "page": 1, "source": "Xinhua"}),
            json!({"id": "y", "text": "The weather was fine."}),
        ],
    );
    let run = |by: &str| {
        let mut bitext = Command::new(assert_cmd::cargo::cargo_bin("bitext"));
        bitext.arg("pair").args([&zh, &en]).args(["--by", by, "-o"]).arg(&out).assert()
    };
    run("page").code(3);
    let pairs = lines(&out);
    assert_eq!((pairs.len(), &pairs[0]["target_id"]), (1, &json!("x")));
    assert_eq!((&pairs[0]["source_source"], &pairs[0]["source_target"]), (&json!("新华社"), &json!("Xinhua")));
    assert_eq!(lines(here.path().join("pairs.jsonl.unpaired.jsonl")).len(), 2);
    // A name that no text has is a slip of the pen.
    let told = run("pgae").code(2).get_output().stderr.clone();
    assert!(String::from_utf8(told).unwrap().contains("pgae"));
}
