//! Words as numbers: one interner for both languages of a pair, so that equal strings are equal numbers.

use foldhash::fast::FixedState;
use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

/// Number of a word in a [`Words`].
pub type WordId = u32;

/// An interner of words. Numbers count up from 0 in the order of first sight, so they depend on what was read
/// before; nothing that leaves the lexicon may depend on them.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Words {
    set: IndexSet<Box<str>, FixedState>,
}

impl From<Vec<String>> for Words {
    fn from(words: Vec<String>) -> Self {
        Self { set: words.into_iter().map(String::into_boxed_str).collect() }
    }
}

impl From<Words> for Vec<String> {
    fn from(words: Words) -> Self {
        words.set.into_iter().map(String::from).collect()
    }
}

impl Words {
    /// The word's number; a new one when it is new.
    pub fn intern(&mut self, word: &str) -> WordId {
        match self.set.get_index_of(word) {
            Some(id) => id as WordId,
            None => self.set.insert_full(word.into()).0 as WordId,
        }
    }

    /// The word's number, if it has been seen.
    pub fn id(&self, word: &str) -> Option<WordId> {
        self.set.get_index_of(word).map(|id| id as WordId)
    }

    /// The word with this number.
    pub fn text(&self, id: WordId) -> &str {
        &self.set[id as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// True before the first one.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.set.clear();
    }
}
