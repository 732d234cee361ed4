//! Names of the newspaper gold: found in their own Chinese sentence, and in another of the same article.
//! Reads `corpus/newspaper/gold` or the folder in `BITEXT_NEWSPAPER_GOLD`; without one it measures nothing.

use bitext::signal::name::{Name, Sounds, candidates};
use std::path::PathBuf;

#[test]
fn names_sound_in_their_own_sentence() {
    let folder = std::env::var_os("BITEXT_NEWSPAPER_GOLD").map_or_else(|| PathBuf::from("corpus/newspaper/gold"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let join = |value: &serde_json::Value, by: &str| {
        value.as_array().map(|l| l.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(by)).unwrap_or_default()
    };
    let (mut names, mut own, mut other, mut spelled) = ([0; 2], [0; 2], [0; 2], [0; 2]);
    let mut finds = 0_u32;
    let start = std::time::Instant::now();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let beads: Vec<(String, String)> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|row| (join(&row["zh"], ""), join(&row["en"], " ")))
            .filter(|(zh, en)| !zh.is_empty() && !en.is_empty())
            .collect();
        let article: String = beads.iter().map(|(_, en)| en.as_str()).collect::<Vec<_>>().join(" ");
        let all: std::collections::HashSet<&str> = candidates(&article).iter().map(|c| c.range.of(&article)).collect();
        for (index, (zh, en)) in beads.iter().enumerate() {
            let (here, there) = (Sounds::new(zh), Sounds::new(&beads[(index + beads.len() / 2) % beads.len()].0));
            for candidate in candidates(en) {
                let word = candidate.range.of(en);
                if !all.contains(word) {
                    continue;
                }
                let name = Name::new(word);
                finds += 2;
                let (a, b) = (here.find(&name), there.find(&name));
                let class = candidate.words - 1;
                names[class] += 1;
                own[class] += usize::from(a.is_some_and(|f| f.score >= 0.55));
                spelled[class] += usize::from(a.is_some_and(|f| f.score >= 1.0));
                other[class] += usize::from(b.is_some_and(|f| f.score >= 0.55));
                match a {
                    Some(found) if found.score >= 0.55 => {}
                    _ => println!("NOT {word} {:?} | {}", a.map(|f| (f.range.of(zh), f.score)), &zh.chars().take(60).collect::<String>()),
                }
                if let Some(found) = b.filter(|f| f.score >= 0.55) {
                    println!("ELSEWHERE {word} {} {:.2}", found.range.of(&beads[(index + beads.len() / 2) % beads.len()].0), found.score);
                }
            }
        }
    }
    for class in 0..2 {
        let share = |part: usize| 100.0 * part as f64 / names[class].max(1) as f64;
        println!("candidates of {} word(s): {}; found in their own sentence {:.1} % (spelled {:.1} %), in another {:.1} %", class + 1, names[class], share(own[class]), share(spelled[class]), share(other[class]));
    }
    println!("{finds} searches, {:?} in all", start.elapsed());
}
