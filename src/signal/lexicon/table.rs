//! A translation table learned from the user's own texts, as a value that can be kept in a model file.

use crate::groups::Groups;
use crate::span::Side;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Translation probabilities in both directions between the words (in their token forms) of two languages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TranslationTable {
    pub(crate) source: Vec<String>,
    pub(crate) target: Vec<String>,
    pub(crate) forward: Rows,
    pub(crate) backward: Rows,
}

/// For each word of one side, the words of the other (by their numbers) with probabilities, the likeliest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rows {
    pub(crate) ends: Vec<u32>,
    pub(crate) words: Vec<u32>,
    pub(crate) probabilities: Vec<f32>,
}

impl Rows {
    pub(crate) fn row(&self, word: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let start = if word == 0 { 0 } else { self.ends[word - 1] as usize };
        let range = start..self.ends[word] as usize;
        self.words[range.clone()].iter().copied().zip(self.probabilities[range].iter().copied())
    }
}

impl TranslationTable {
    /// How many pairs of words it holds, both directions together.
    pub fn len(&self) -> usize {
        self.forward.words.len() + self.backward.words.len()
    }

    /// True when it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The table with its sides exchanged.
    pub fn swapped(&self) -> Self {
        Self {
            source: self.target.clone(),
            target: self.source.clone(),
            forward: self.backward.clone(),
            backward: self.forward.clone(),
        }
    }

    /// True when every number in it points to a word that it has.
    pub(crate) fn is_sound(&self) -> bool {
        let sound = |rows: &Rows, near: &[String], far: &[String]| {
            rows.ends.len() == near.len()
                && rows.ends.is_sorted()
                && rows.ends.last().copied().unwrap_or(0) as usize == rows.words.len()
                && rows.words.len() == rows.probabilities.len()
                && rows.words.iter().all(|&word| (word as usize) < far.len())
                && near.is_sorted()
        };
        sound(&self.forward, &self.source, &self.target) && sound(&self.backward, &self.target, &self.source)
    }

    /// t(target word | source word), the likeliest first.
    pub fn forward(&self, word: &str) -> impl Iterator<Item = (&str, f32)> + '_ {
        self.translations(Side::Source, word)
    }

    /// t(source word | target word), the likeliest first.
    pub fn backward(&self, word: &str) -> impl Iterator<Item = (&str, f32)> + '_ {
        self.translations(Side::Target, word)
    }

    fn translations(&self, side: Side, word: &str) -> impl Iterator<Item = (&str, f32)> + '_ {
        let ((words, rows), (others, _)) = (self.side(side), self.side(side.other()));
        number(words, word).into_iter().flat_map(|n| rows.row(n)).map(|(n, p)| (others[n as usize].as_str(), p))
    }

    /// The words of a side, and the rows of each.
    fn side(&self, side: Side) -> (&[String], &Rows) {
        match side {
            Side::Source => (&self.source, &self.forward),
            Side::Target => (&self.target, &self.backward),
        }
    }
}

/// The number of a word in a sorted list.
fn number(words: &[String], word: &str) -> Option<usize> {
    words.binary_search_by(|own| own.as_str().cmp(word)).ok()
}

/// A table made ready to be asked for the words of one side, the key side.
#[derive(Debug)]
pub(crate) struct ByKey {
    table: Arc<TranslationTable>,
    key_side: Side,
    /// By word of the key side: those of the other, t(other | word) and t(word | other).
    pairs: Groups<(u32, f32, f32)>,
}

impl ByKey {
    pub(crate) fn new(table: Arc<TranslationTable>, key_side: Side) -> Self {
        let ((keys, there), (others, back)) = (table.side(key_side), table.side(key_side.other()));
        let mut found: Vec<(u32, u32, f32, f32)> = Vec::with_capacity(table.len());
        for key in 0..keys.len() {
            found.extend(there.row(key).map(|(other, p)| (key as u32, other, p, 0.0)));
        }
        for other in 0..others.len() {
            found.extend(back.row(other).map(|(key, p)| (key, other as u32, 0.0, p)));
        }
        found.sort_unstable_by_key(|&(key, other, ..)| (key, other));
        found.dedup_by(|next, kept| {
            let is_same = (next.0, next.1) == (kept.0, kept.1);
            if is_same {
                (kept.2, kept.3) = (kept.2 + next.2, kept.3 + next.3);
            }
            is_same
        });
        let mut pairs = Groups::default();
        pairs.fill(keys.len(), found.iter().map(|&(key, other, there, back)| (key, (other, there, back))));
        Self { table, key_side, pairs }
    }

    /// The translations of a word of the key side, t(translation | word) and t(word | translation).
    pub(crate) fn translations(&self, word: &str) -> impl Iterator<Item = (&str, f32, f32)> {
        let (keys, _) = self.table.side(self.key_side);
        let (others, _) = self.table.side(self.key_side.other());
        let pairs = number(keys, word).into_iter().flat_map(|key| self.pairs.of(key));
        pairs.map(|&(other, there, back)| (others[other as usize].as_str(), there, back))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_probabilities_are_found_from_either_side() {
        let table: TranslationTable = serde_json::from_value(serde_json::json!({
            "source": ["煤矿", "职工"], "target": ["coal", "mine", "worker"],
            "forward": {"ends": [2, 3], "words": [1, 0, 2], "probabilities": [0.5, 0.4, 0.7]},
            "backward": {"ends": [0, 1, 3], "words": [0, 1, 0], "probabilities": [0.8, 0.9, 0.1]},
        }))
        .unwrap();
        assert!(table.is_sound());
        let table = Arc::new(table);
        let of = |side: Side, word: &str| {
            let table = ByKey::new(Arc::clone(&table), side);
            table.translations(word).map(|(other, there, back)| (other.to_owned(), there, back)).collect::<Vec<_>>()
        };
        let pair = |other: &str, there: f32, back: f32| (other.to_owned(), there, back);
        assert_eq!(
            of(Side::Source, "煤矿"),
            [pair("coal", 0.4, 0.0), pair("mine", 0.5, 0.8), pair("worker", 0.0, 0.1)]
        );
        assert_eq!(of(Side::Target, "worker"), [pair("煤矿", 0.1, 0.0), pair("职工", 0.9, 0.7)]);
        assert_eq!(of(Side::Target, "coal"), [pair("煤矿", 0.0, 0.4)]);
        assert_eq!(of(Side::Source, "coal"), []);
    }
}
