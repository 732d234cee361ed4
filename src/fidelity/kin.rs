//! Words of kindred form or meaning, for what a dictionary's glosses miss by a hair.
//!
//! Two ways lead from a Chinese word to an English one that is none of its glosses. *Form*: the English word shares its
//! beginning with a gloss (economy, economics), or is an irregular form of it (ate, eat). *Character*: the English word is the gloss of other
//! words with the same character (协助 is "assist", and help is what 帮助 means; both have 助). Each is weaker than a gloss, so a
//! kindred word only takes away the suspicion that the other side has nothing of the kind.
//!
//! Chance: between adjacent beads, which do not translate each other, about one pair of words in thirty is kin.

use super::bead::{Bead, Link, Word};
use crate::signal::lexicon::embedded::ZhEn;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Words more frequent than this are kin to everything.
const COMMON: f32 = 2e-3;
/// A link at least this probable needs no kin.
const LINKED: f32 = 0.1;
/// The least share of a stem's Chinese words that have the character.
const LEAST_SHARE: f32 = 0.2;
/// Letters that two words must begin with in common, and their part of the longer one.
const BEGINNING: (usize, f32) = (4, 0.6);

/// The characters that an English stem's Chinese words are written with: the stem's number, the character, and the share
/// of those words (by weight) that have it; sorted.
static CHARACTERS: LazyLock<Vec<(u16, char, f32)>> = LazyLock::new(|| {
    let table = ZhEn::shared();
    let mut total = vec![0.0f32; table.stem_count()];
    let mut all: Vec<(u16, char, f32)> = Vec::new();
    for (word, characters) in table.headwords() {
        for (stem, weight) in table.translations(word) {
            total[usize::from(stem)] += weight;
            all.extend(characters.chars().map(|c| (stem, c, weight)));
        }
    }
    all.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    all.dedup_by(|next, first| {
        let same = (next.0, next.1) == (first.0, first.1);
        if same {
            first.2 += next.2;
        }
        same
    });
    all.retain_mut(|(stem, _, weight)| {
        *weight /= total[usize::from(*stem)];
        *weight >= LEAST_SHARE
    });
    all
});

/// By the stem of a word, the stems of its other forms.
static IRREGULAR: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let stemmer = Stemmer::create(Algorithm::English);
    let mut forms: HashMap<String, Vec<String>> = HashMap::new();
    for line in include_str!("tables/irregular.txt").lines().filter(|line| !line.starts_with('#')) {
        let stems: Vec<String> = line.split_whitespace().map(|word| stemmer.stem(word).into_owned()).collect();
        for stem in &stems {
            forms.entry(stem.clone()).or_default().extend(stems.iter().filter(|other| *other != stem).cloned());
        }
    }
    forms
});

/// Finds kindred words; one for each thread, with what it looked up.
#[derive(Debug, Default)]
pub(super) struct Kinship {
    glosses: HashMap<Arc<str>, Arc<[&'static str]>>,
}

impl Kinship {
    /// Marks the words of a Chinese-English bead that have nothing better than a kindred word on the other side.
    pub(super) fn link(&mut self, bead: &mut Bead) {
        let [source, target] = [&bead.half.source, &bead.half.target].map(|half| open(&half.words.list));
        // For each form the first place of a kindred word: forms stand in the order of their first places.
        let mut kin = [vec![None; source.len()], vec![None; target.len()]];
        for (s, (chinese, here)) in source.iter().enumerate() {
            for (t, (english, there)) in target.iter().enumerate() {
                if self.are_kin(chinese, english) {
                    kin[0][s].get_or_insert(there[0]);
                    kin[1][t].get_or_insert(here[0]);
                }
            }
        }
        let halves = [&mut bead.half.source, &mut bead.half.target];
        for ((half, forms), kin) in halves.into_iter().zip([&source, &target]).zip(kin) {
            for ((_, places), other) in forms.iter().zip(kin) {
                let Some(other) = other else { continue };
                places.iter().for_each(|&place| half.words.list[place].link = Link::Kin(other as u32));
            }
        }
    }

    fn are_kin(&mut self, chinese: &Arc<str>, english: &str) -> bool {
        if self.glosses(chinese).iter().any(|gloss| kindred_form(gloss, english)) {
            return true;
        }
        let table = ZhEn::shared();
        let Some(stem) = table.stem_number(english) else { return false };
        let from = CHARACTERS.partition_point(|entry| entry.0 < stem);
        let own = CHARACTERS[from..].iter().take_while(|entry| entry.0 == stem);
        own.into_iter().any(|&(_, character, _)| chinese.contains(character))
    }

    fn glosses(&mut self, chinese: &Arc<str>) -> Arc<[&'static str]> {
        let table = ZhEn::shared();
        let found = self.glosses.entry(Arc::clone(chinese)).or_insert_with(|| {
            let word = table.find(&table.normal_form(chinese));
            word.into_iter().flat_map(|word| table.translations(word)).map(|(stem, _)| table.stem(stem)).collect()
        });
        Arc::clone(found)
    }
}

/// The words that nothing better is known of, by their forms, with their places: a long text has few forms for its length.
fn open(words: &[Word]) -> Vec<(Arc<str>, Vec<usize>)> {
    let is_open = |word: &Word| {
        matches!(word.link, Link::None | Link::Word(..)) && word.link.probability() < LINKED && word.share < COMMON
    };
    let mut forms: Vec<(Arc<str>, Vec<usize>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for (place, word) in words.iter().enumerate().filter(|(_, word)| is_open(word)) {
        let form = *known.entry(&word.form).or_insert_with(|| {
            forms.push((Arc::clone(&word.form), Vec::new()));
            forms.len() - 1
        });
        forms[form].1.push(place);
    }
    forms
}

/// Both begin alike and are mostly that beginning, or are forms of one word.
pub(super) fn kindred_form(a: &str, b: &str) -> bool {
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let longest = a.chars().count().max(b.chars().count());
    let shortest = a.len().min(b.len());
    common >= BEGINNING.0 && common as f32 >= BEGINNING.1 * longest as f32
        // capit(al), capitalist: the whole of one begins the other.
        || common == shortest && shortest > BEGINNING.0 && longest <= shortest + 5
        || IRREGULAR.get(a).is_some_and(|forms| forms.iter().any(|form| form == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kin_by_form_and_by_character() {
        let mut kinship = Kinship::default();
        let mut kin = |chinese: &str, english: &str| kinship.are_kin(&chinese.into(), english);
        assert!(kin("饥饿", "hunger"));
        assert!(kin("吃", "ate"));
        assert!(kin("帮工", "help"));
        assert!(!kin("拖拉机", "sunshin"));
        assert!(!kin("𠀀", "zzz"));
        assert!(kindred_form("economi", "econom") && !kindred_form("state", "station"));
    }
}
