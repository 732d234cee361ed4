//! A translation table learned from the user's own texts, as a value that can be kept in a model file.

use serde::{Deserialize, Serialize};

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
        let row = self.source.binary_search_by(|w| w.as_str().cmp(word)).ok();
        row.into_iter().flat_map(|n| self.forward.row(n)).map(|(n, p)| (self.target[n as usize].as_str(), p))
    }

    /// t(source word | target word), the likeliest first.
    pub fn backward(&self, word: &str) -> impl Iterator<Item = (&str, f32)> + '_ {
        let row = self.target.binary_search_by(|w| w.as_str().cmp(word)).ok();
        row.into_iter().flat_map(|n| self.backward.row(n)).map(|(n, p)| (self.source[n as usize].as_str(), p))
    }
}
