//! The numbers of the newspaper gold, source against target. Reads `corpus/newspaper/gold` (or the folder in
//! `BITEXT_NEWSPAPER_GOLD`); without one it measures nothing. Print its figures with `--nocapture`.

use bitext::signal::number::{Comparison, Language, Number, compare, keys, parse};
use serde_json::Value;
use std::path::PathBuf;

struct Bead {
    id: String,
    zh: String,
    en: String,
    flags: Vec<String>,
    one_to_one: bool,
}

fn beads() -> Vec<Bead> {
    let folder =
        std::env::var_os("BITEXT_NEWSPAPER_GOLD").map_or_else(|| PathBuf::from("corpus/newspaper/gold"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let list = |value: &Value| {
        value.as_array().map(|l| l.iter().filter_map(|v| v.as_str().map(String::from)).collect()).unwrap_or_default()
    };
    let mut beads = Vec::new();
    for path in paths {
        let article = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for (index, line) in std::fs::read_to_string(&path).unwrap_or_default().lines().enumerate() {
            let row: Value = serde_json::from_str(line).expect("a gold line is JSON");
            let (zh, en): (Vec<String>, Vec<String>) = (list(&row["zh"]), list(&row["en"]));
            beads.push(Bead {
                id: format!("{article}:{index}"),
                one_to_one: zh.len() == 1 && en.len() == 1,
                zh: zh.concat(),
                en: en.join(" "),
                flags: list(&row["fidelity"]),
            });
        }
    }
    beads
}

fn texts(numbers: &[Number], indices: &[usize], text: &str) -> Vec<String> {
    indices.iter().map(|&i| format!("{}={}", numbers[i].range.of(text), numbers[i].value)).collect()
}

#[test]
fn sources_find_their_numbers_in_the_translation() {
    let beads = beads();
    let (mut strong, mut missed, mut extra, mut strong_target) = (0, 0, 0, 0);
    let (mut strong_all, mut missed_all, mut alarms, mut clean) = (0, 0, 0, 0);
    let (mut planted, mut seen) = (0, 0);
    let (mut own, mut chance, mut key_total) = (0, 0, 0);
    for (index, bead) in beads.iter().enumerate() {
        if bead.zh.is_empty() || bead.en.is_empty() {
            continue;
        }
        let (source, target) = (parse(&bead.zh, Language::Chinese), parse(&bead.en, Language::English));
        let found: Comparison = compare(&source, &target);
        let touches = ["number", "date", "unit", "omission", "addition", "untranslated"];
        let faulty = bead.flags.iter().any(|flag| touches.contains(&flag.as_str()));
        if bead.flags.iter().any(|flag| matches!(flag.as_str(), "number" | "date" | "unit")) {
            planted += 1;
            seen += usize::from(!found.is_faithful());
            println!("PLANTED {} {:?} faithful={} near={:?}", bead.id, bead.flags, found.is_faithful(), found.near);
        }
        if faulty {
            continue;
        }
        let count = |numbers: &[Number]| numbers.iter().filter(|n| !n.weak).count();
        strong_all += count(&source);
        missed_all += found.source_only.len();
        clean += 1;
        alarms += usize::from(!found.is_faithful());
        if bead.one_to_one {
            strong += count(&source);
            strong_target += count(&target);
            missed += found.source_only.len();
            extra += found.target_only.len();
            let (a, b) = (keys(&source), keys(&target));
            let other = &beads[(index + 1) % beads.len()];
            let c = keys(&parse(&other.en, Language::English));
            let strong_keys = || a.iter().filter(|k| !source[k.number as usize].weak);
            key_total += strong_keys().count();
            own += strong_keys().filter(|k| b.iter().any(|o| o.hash == k.hash)).count();
            chance += strong_keys().filter(|k| c.iter().any(|o| o.hash == k.hash)).count();
        }
        if !found.is_faithful() {
            let units: Vec<_> = found
                .matched
                .iter()
                .filter(|m| m.unit_differs)
                .map(|m| (source[m.source].range.of(&bead.zh), target[m.target].range.of(&bead.en)))
                .collect();
            println!(
                "MISS {} {:?} | {:?} | units {units:?}\n    {}\n    {}",
                bead.id,
                texts(&source, &found.source_only, &bead.zh),
                texts(&target, &found.target_only, &bead.en),
                bead.zh,
                bead.en
            );
        }
    }
    if beads.is_empty() {
        return;
    }
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    println!(
        "1-1: source numbers {strong}, found {:.2} %; target numbers {strong_target}, found {:.2} %",
        share(strong - missed, strong),
        share(strong_target - extra, strong_target)
    );
    println!(
        "all clean beads {clean}: source numbers {strong_all}, found {:.2} %; beads with an alarm {alarms}",
        share(strong_all - missed_all, strong_all)
    );
    println!(
        "keys {key_total}: found in its own {:.2} %, in the next bead {:.2} %",
        share(own, key_total),
        share(chance, key_total)
    );
    println!("planted number, date and unit faults seen: {seen} of {planted}");
    assert!(share(strong - missed, strong) >= 97.0);
    assert!(seen * 10 >= planted * 9);
}
