//! Names of the newspaper gold: found in their own Chinese sentence, and in another of the same article.
//! Reads `corpus/newspaper/gold` or the folder in `BITEXT_NEWSPAPER_GOLD`; without one it measures nothing.

use bitext::signal::name::{Name, Sounds, candidates};
use std::path::PathBuf;

/// The least score that counts here.
const LEAST: f32 = 0.6;

/// Foreign persons and places of newspaper-dev (invented, most of them).
const FOREIGN: &[&str] = &[
    "Karania",
    "Karanian",
    "Dama",
    "Berczek",
    "Larsson",
    "Costescu",
    "Popova",
    "Rowe",
    "Markovic",
    "Maxwell",
    "Livanov",
    "Schmidt",
    "Helsinki",
    "Eriksson",
    "Petrovsky",
    "Cartwright",
    "McPherson",
    "Donald",
    "Silva",
    "Picasso",
    "Neruda",
    "Torvalds",
    "Linus",
    "Keita",
    "Sékou",
    "Malavian",
    "Abdoulahi",
    "M'Baye",
    "Whittaker",
    "Hiroshima",
    "Bandung",
    "Tsering",
    "Wangdui",
    "Romania",
    "Romanian",
    "Bulgarian",
    "Prague",
    "Hungarian",
    "Brazil",
    "Syria",
    "Canada",
    "Kuwait",
    "Australia",
    "Siberia",
    "Vasilyev",
];

/// English words that fall into syllables of Mandarin by chance.
const ENGLISH: &[&str] = &[
    "China",
    "Chinese",
    "Machine",
    "American",
    "Someone",
    "Measuring",
    "Women",
    "Woman",
    "Sino-U",
    "Seeing",
    "Sailing",
    "Reading",
    "Pending",
    "Nineteen",
    "Mountain",
    "Modem",
    "League",
    "Inner",
    "House",
    "Engineering",
    "Delegation",
    "Italian",
    "Indian",
];

#[test]
fn names_sound_in_their_own_sentence() {
    let folder =
        std::env::var_os("BITEXT_NEWSPAPER_GOLD").map_or_else(|| PathBuf::from("corpus/newspaper/gold"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let join = |value: &serde_json::Value, by: &str| {
        value.as_array().map(|l| l.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(by)).unwrap_or_default()
    };
    // By kind: Chinese spelled (two syllables or more), foreign persons and places of the gold, other capitalised words.
    let (mut names, mut own, mut other, mut others) = ([0; 3], [0; 3], [0; 3], [0; 3]);
    let mut finds = 0_u32;
    let start = std::time::Instant::now();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let beads: Vec<(String, String)> = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("a gold line is JSON"))
            .map(|row| (join(&row["zh"], ""), join(&row["en"], " ")))
            .filter(|(zh, en)| !zh.is_empty() && !en.is_empty())
            .collect();
        for (index, (zh, en)) in beads.iter().enumerate() {
            let there = &beads[(index + beads.len() / 2) % beads.len()].0;
            let (here, elsewhere) = (Sounds::new(zh), Sounds::new(there));
            for candidate in candidates(en).iter().filter(|c| c.words == 1) {
                let word = candidate.range.of(en);
                let name = Name::new(word);
                let class = match word {
                    _ if FOREIGN.contains(&word) => 1,
                    _ if ENGLISH.contains(&word) => 2,
                    _ if name.is_mandarin() && name.letters().len() > 4 => 0,
                    _ => 2,
                };
                finds += 2;
                let (a, b) = (here.find(&name), elsewhere.find(&name));
                names[class] += 1;
                let good = a.filter(|found| found.score >= LEAST);
                own[class] += usize::from(good.is_some());
                if good.is_none() && class < 2 {
                    println!(
                        "NOT {word} {:?} | {}",
                        a.map(|f| (f.range.of(zh), f.score)),
                        zh.chars().take(60).collect::<String>()
                    );
                }
                // A sentence that names the same characters is no chance hit.
                if good.is_none_or(|found| !there.contains(found.range.of(zh))) {
                    others[class] += 1;
                    if let Some(found) = b.filter(|found| found.score >= LEAST) {
                        other[class] += 1;
                        println!("ELSEWHERE {word} {} {:.2}", found.range.of(there), found.score);
                    }
                }
            }
        }
    }
    for (class, title) in ["Chinese names", "foreign names", "other capitals"].iter().enumerate() {
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        println!(
            "{title}: {}; found in their own sentence {:.1} %, in one without them {:.1} %",
            names[class],
            share(own[class], names[class]),
            share(other[class], others[class])
        );
    }
    if finds > 0 {
        assert!(own[0] * 10 > names[0] * 8 && own[1] * 10 > names[1] * 7);
        assert!(other[0] * 25 < others[0] && other[1] * 5 < others[1]);
    }
    println!("{finds} searches, {:?} in all", start.elapsed());
}
