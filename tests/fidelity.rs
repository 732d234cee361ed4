//! `bitext check`, `bitext terms` and `bitext evaluate --fidelity`: what they promise, on the bundled corpus and on sentences
//! made for the purpose.

#![allow(clippy::unwrap_used)]

use assert_cmd::Command;
use bitext::export::Row;
use bitext::fidelity::{Finding, Glossary, Kind, Settings, WordMatcher, check};
use bitext::signal::lexicon::dictionary::{self, Format};
use bitext::span::Pair;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

fn articles() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles").to_str().unwrap().to_owned()
}

fn run(arguments: &[&str], code: i32) -> String {
    let output = Command::cargo_bin("bitext").unwrap().args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "bitext {}\n{error}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

fn values(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A document of 1-1 beads.
fn rows(pairs: &[(&str, &str)]) -> Vec<Row> {
    let language = Pair::new(Arc::from("zh"), Arc::from("en"));
    let row = |(n, (source, target)): (usize, &(&str, &str))| {
        Row::new("d".into(), n + 1, &language, Pair::new(vec![(*source).to_owned()], vec![(*target).to_owned()]))
    };
    pairs.iter().enumerate().map(row).collect()
}

fn findings(pairs: &[(&str, &str)], settings: &Settings) -> Vec<Finding> {
    check(&rows(pairs), &mut WordMatcher::new(), settings, false).findings
}

/// The planted faults are found, and little else: what the project promises of this command, by cross-validation.
#[test]
fn the_planted_faults_are_found() {
    let corpus = Path::new(&articles()).parent().unwrap().to_str().unwrap().to_owned();
    let report = run(&["evaluate", "--fidelity", "--gold", &corpus, "--folds", "5", "--json"], 0);
    let report: Value = serde_json::from_str(&report).unwrap();
    let score = |kind: &str, what: &str| report["types"][kind]["score"][what].as_f64().unwrap();
    for kind in ["number", "date", "unit", "untranslated"] {
        assert!(score(kind, "recall") >= 0.9 && score(kind, "precision") >= 0.8, "{kind}: {report}");
    }
    for kind in ["name", "omission", "addition", "negation", "term"] {
        assert!(score(kind, "recall") >= 0.6, "{kind}: {report}");
    }
    assert_eq!(report["all"]["planted"], 43);
    assert!(report["all"]["score"]["precision"].as_f64().unwrap() >= 0.6, "{report}");
    let alarms = &report["clean"];
    assert!(alarms["false_alarms"].as_u64().unwrap() * 5 <= alarms["articles"].as_u64().unwrap(), "{report}");
}

/// Numbers that public code gets wrong: a right translation raises nothing, a wrong one does.
#[test]
fn hard_numbers_are_right_on_both_sides() {
    let cases: [(&str, &str, &[&str]); 23] = [
        ("总投资二十万亿元。", "Total investment was 20 trillion yuan.", &["Total investment was 200 billion yuan."]),
        ("总量为三百五十万亿斤。", "The total is 350 trillion jin.", &["The total is 3.5 trillion jin."]),
        (
            "总值三十万多亿元。",
            "The total value is over 30 trillion yuan.",
            &["The total value is over 300 billion yuan."],
        ),
        ("共有一万五千亿元。", "There are 1.5 trillion yuan in all.", &["There are 150 billion yuan in all."]),
        ("四万万人民站起来了。", "The 400 million people have stood up.", &["The 40 million people have stood up."]),
        ("投资250亿元。", "25 billion yuan was invested.", &["250 billion yuan was invested."]),
        ("全县人口三万一。", "The county has a population of 31,000.", &["The county has a population of 30,001."]),
        ("收到信三万零一封。", "30,001 letters were received.", &["31,000 letters were received."]),
        ("千万别忘了带雨伞。", "Be sure not to forget your umbrella.", &[]),
        ("万一下雨，会议就改期。", "In case it rains, the meeting will be postponed.", &[]),
        ("毛主席万岁！", "Long live Chairman Mao!", &[]),
        (
            "完成了计划的百分之九十五点六。",
            "They fulfilled 95.6 percent of the plan.",
            &["They fulfilled 96.5 percent of the plan."],
        ),
        ("增加了百分之五二·一○。", "It rose by 52.10 percent.", &["It rose by 25.10 percent."]),
        ("收入五九、二七八、○○○元。", "Revenue was 59,278,000 yuan.", &["Revenue was 59,278 yuan."]),
        ("利率为０．７５％。", "The interest rate is 0.75 percent.", &["The interest rate is 7.5 percent."]),
        ("甲队以３∶２获胜。", "Team A won 3 to 2.", &["Team A won 3 to 1."]),
        ("他们走了几十里。", "They walked dozens of li.", &[]),
        ("产量提高了八倍。", "Output rose by eight times.", &["Output rose by three times."]),
        (
            "马玉田等八十六人参加了会议。",
            "Ma Yutian and 85 others attended the meeting.",
            &["Ma Yutian and 58 others attended the meeting."],
        ),
        ("成本降低二成。", "Costs fell by 20 percent.", &["Costs fell by 2 percent."]),
        ("工厂建于一九五七年。", "The factory was built in 1957.", &["The factory was built in 1967."]),
        (
            "他上月十五日到达北京。",
            "He arrived in Beijing on the 15th of last month.",
            &["He arrived in Beijing on the 25th of last month."],
        ),
        (
            "全省有300多万人。",
            "The province has more than three million people.",
            &["The province has more than 300,000 people."],
        ),
    ];
    let mut settings = Settings::default();
    settings.checks = vec![Kind::Number, Kind::Date, Kind::Unit];
    let mut wrong = Vec::new();
    for (chinese, right, faults) in cases {
        if let Some(finding) = findings(&[(chinese, right)], &settings).first() {
            wrong.push(format!("{chinese} / {right}: {}", finding.message));
        }
        for fault in faults {
            if findings(&[(chinese, fault)], &settings).is_empty() {
                wrong.push(format!("{chinese} / {fault}: nothing is found"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// One fault of each type in sentences of its own, and the words that carry it.
#[test]
fn each_type_says_what_it_saw() {
    let of = |kind: Kind, pairs: &[(&str, &str)]| -> Finding {
        let found = findings(pairs, &Settings::default());
        let of_kind = found.iter().find(|finding| finding.kind == kind);
        of_kind.unwrap_or_else(|| panic!("no {kind} in {pairs:?}: {found:#?}")).clone()
    };
    let unit = of(Kind::Unit, &[("铁路全长三百公里。", "The railway is 300 miles long.")]);
    assert_eq!((unit.source_words, unit.target_words), (vec!["三百公里".into()], vec!["300 miles".into()]));
    let untranslated =
        of(Kind::Untranslated, &[("他们使用调制解调器上网。", "They go online with a 调制解调器 at home.")]);
    assert_eq!(untranslated.target_words, ["调制解调器"]);
    let negation = of(Kind::Negation, &[("我们不允许浪费国家的粮食。", "We allow the waste of the state's grain.")]);
    assert!(negation.message.contains("不") && negation.source_words[0].contains("不允许"), "{negation:?}");
    let identical = of(Kind::Identical, &[("我们的工厂生产机器。", "我们的工厂生产机器。")]);
    assert_eq!(identical.mqm, "accuracy/untranslated");
    let refusal = of(Kind::Refusal, &[("打倒美帝国主义！", "I'm sorry, but I can't help with that.")]);
    assert_eq!(refusal.severity.name(), "critical");
    let mark = of(Kind::Mark, &[("你们为什么不来参加会议呢？", "You do not come to the meeting.")]);
    assert_eq!(mark.its, "typographical");
    let named = [
        ("工程师杨桂兰来到工地。", "Engineer Yang Guilan came to the site."),
        ("杨桂兰检查了机器。", "Yang Guilan inspected the machines."),
        ("下午杨桂兰回到县城。", "In the afternoon Yang Kuei-lan returned to the county town."),
    ];
    let name = of(Kind::Name, &named);
    assert_eq!((name.pair.as_str(), name.target_words), ("d#3", vec!["Yang Kuei-lan".into()]));
}

#[test]
fn without_a_dictionary_words_say_nothing() {
    let pairs = [
        (
            "Le gouvernement a annoncé hier une réforme des retraites qui touchera les fonctionnaires.",
            "Die Regierung hat gestern eine Rentenreform angekündigt, die die Beamten betreffen wird.",
        ),
        (
            "Les syndicats ont appelé à la grève dans toutes les grandes villes du pays.",
            "Die Gewerkschaften haben in allen großen Städten des Landes zum Streik aufgerufen.",
        ),
        ("Il y avait 35 blessés.", "Es gab 53 Verletzte."),
    ];
    let mut rows = rows(&pairs);
    for row in &mut rows {
        (row.source_lang, row.target_lang) = ("fr".into(), "de".into());
    }
    let found = check(&rows, &mut WordMatcher::new(), &Settings::default(), false).findings;
    let kinds: Vec<Kind> = found.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::Number], "{found:?}");
}

#[test]
fn a_glossary_says_what_to_expect() {
    let mut settings = Settings::default();
    settings.glossary = Glossary::new(&dictionary::entries("人民公社\tpeople's commune\n", Format::Detect).unwrap());
    settings.checks = vec![Kind::Term];
    let right = findings(&[("人民公社成立了。", "The people's commune was founded.")], &settings);
    let wrong = findings(&[("人民公社成立了。", "The popular township was founded.")], &settings);
    assert!(right.is_empty(), "{right:?}");
    assert_eq!(wrong.iter().map(|finding| finding.rule.as_ref()).collect::<Vec<_>>(), ["glossary"]);
}

/// A row that the aligner doubts weighs less than one that it is sure of.
#[test]
fn a_doubtful_bead_does_not_shout() {
    let probability = |confidence: f64| {
        let mut rows = rows(&[("铁路全长三百公里。", "The railway is 300 miles long.")]);
        rows[0].confidence = Some(confidence);
        let mut settings = Settings::default();
        settings.least_probability = 0.0;
        let found = check(&rows, &mut WordMatcher::new(), &settings, false).findings;
        found.iter().find(|finding| finding.kind == Kind::Unit).unwrap().probability
    };
    assert!(probability(0.2) < probability(0.6) && probability(0.6) < probability(1.0));
}

#[test]
fn rows_and_articles_give_the_same_findings_on_any_number_of_threads() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (rows, one, four, again) = (at("rows.jsonl"), at("one.jsonl"), at("four.jsonl"), at("again.jsonl"));
    let (page_one, page_four) = (at("one.html"), at("four.html"));
    run(&["check", &articles(), "-q", "-j", "1", "-o", &one, "--html", &page_one], 0);
    run(&["check", &articles(), "-q", "-j", "4", "-o", &four, "--html", &page_four], 0);
    run(&["align", &articles(), "-q", "-o", &rows], 0);
    run(&["check", &rows, "-q", "-o", &again], 0);
    let read = |path: &String| fs::read(path).unwrap();
    assert!(read(&one) == read(&four) && read(&page_one) == read(&page_four));
    assert!(read(&one) == read(&again));
    // Every span holds the words that the finding names.
    for finding in values(&fs::read_to_string(&one).unwrap()) {
        let article = Path::new(&articles()).join(format!("{}.md", finding["doc"].as_str().unwrap()));
        let text = fs::read_to_string(article).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        for side in ["source", "target"] {
            let spans = finding[format!("{side}_spans")].as_array().unwrap();
            let words = finding[format!("{side}_words")].as_array().unwrap();
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '*').collect::<String>();
            let there: String = spans
                .iter()
                .map(|span| bare(&text[span[0].as_u64().unwrap() as usize..span[1].as_u64().unwrap() as usize]))
                .collect();
            let named: String = words.iter().map(|word| bare(word.as_str().unwrap())).collect();
            assert_eq!(there, named, "{finding}");
        }
    }
}

#[test]
fn formats_scores_and_choices() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (sarif, tsv, scores) = (at("f.sarif"), at("f.tsv"), at("scores.csv"));
    let all = values(&run(&["check", &articles(), "-q"], 0));
    run(&["check", &articles(), "-q", "-o", &sarif, "--scores", &scores], 0);
    run(&["check", &articles(), "-q", "-o", &tsv], 0);
    let sarif: Value = serde_json::from_str(&fs::read_to_string(sarif).unwrap()).unwrap();
    assert_eq!(
        (sarif["version"].as_str(), sarif["runs"][0]["results"].as_array().unwrap().len()),
        (Some("2.1.0"), all.len())
    );
    assert_eq!(fs::read_to_string(tsv).unwrap().lines().count(), all.len() + 1);
    let some = values(&run(&["check", &articles(), "-q", "--checks", "number,date", "--min-probability", "0.9"], 0));
    let chosen = |value: &&Value| {
        matches!(value["type"].as_str(), Some("number" | "date")) && value["probability"].as_f64() >= Some(0.9)
    };
    assert_eq!(some, all.iter().filter(chosen).cloned().collect::<Vec<_>>());
    let table = run(&["check", &articles(), "-q", "--summary"], 0);
    assert!(table.lines().nth(1).unwrap().starts_with("all") && table.contains("  1957"));
    // The scores of the articles add up to those of the whole.
    let mut reader = csv::Reader::from_path(scores).unwrap();
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for line in reader.deserialize::<BTreeMap<String, String>>() {
        let line = line.unwrap();
        let sum = sums.entry(line["level"].clone()).or_default();
        sum.0 += line["number"].parse::<u64>().unwrap();
        sum.1 += line["source_chars"].parse::<u64>().unwrap();
    }
    assert_eq!(sums["article"], sums["all"]);
    assert_eq!(sums["year"], sums["all"]);
    assert_eq!(sums["pair"].0, sums["all"].0);
    run(&["check", &articles(), "--checks", "numbers"], 2);
    run(&["check", &articles(), "--min-probability", "2"], 2);
}

#[test]
fn renderings_of_a_word_by_year() {
    let lines = values(&run(&["terms", "生产,没有的词", &articles(), "-q", "--format", "jsonl"], 0));
    let [found, nothing] = &lines[..] else { panic!("two words, two lines: {lines:?}") };
    assert!(found["pairs"].as_u64().unwrap() > 20 && nothing["pairs"] == 0);
    let renderings = found["renderings"].as_array().unwrap();
    assert!(renderings[0]["text"].as_str().unwrap().starts_with("produc"), "{found}");
    let sum = |list: &[Value]| list.iter().map(|one| one["pairs"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum(renderings), found["pairs"].as_u64().unwrap());
    for one in renderings {
        assert!(one["first"].as_str() <= one["last"].as_str() && !one["examples"].as_array().unwrap().is_empty());
        let years = one["years"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
        assert_eq!(years, one["pairs"].as_u64().unwrap());
    }
    let table = run(&["terms", "生产", &articles(), "-q"], 0);
    assert!(table.starts_with("生产: ") && table.contains("1950"), "{table}");
    assert!(
        run(&["terms", "生产", &articles(), "-q", "--format", "csv"], 0).starts_with("query,rendering,year,pairs\n")
    );
}
