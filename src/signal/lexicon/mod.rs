//! Words: do the two sides of a bead say the same things?
//!
//! For a bead with source words f and target words e, each side explains the other as a mixture of its own translations
//! and of the language at large (Moore 2002, after Model 1 of Brown et al. 1993):
//!
//! ```text
//! forward  = Σ_e ln( λ + (1 − λ) · mean_f t(e|f) / u(e) )        backward the same with the sides exchanged
//! ```
//!
//! u(e) is the word's share of running text, λ = 0.3. A word that is found pays in proportion to its rarity, one that
//! is not found costs ln λ. t comes from a dictionary ([`dictionary`]), a table learned from the user's own texts
//! ([`table`]), half and half, and from words that are the same on both sides. [`Matches`] computes it for all beads of a pair of texts.
//!
//! - P. F. Brown et al. (1993), *The mathematics of statistical machine translation*, Computational Linguistics 19(2).
//! - R. C. Moore (2002), *Fast and accurate sentence alignment of bilingual corpora*, AMTA.

mod anchors;
mod blocks;
mod cognate;
pub mod dictionary;
pub mod embedded;
mod evidence;
mod links;
mod matches;
pub(crate) mod segment;
pub mod table;
pub mod token;
pub mod words;

pub use dictionary::Dictionary;
pub use evidence::Evidence;
pub use matches::{MatchedWords, Matches};
pub(crate) use segment::Segmenter;
pub use table::TranslationTable;
pub use token::Language;

use crate::span::Side;
use embedded::ZhEn;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use table::ByKey;

/// Settings of the lexical evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// λ: how much of a text its translation does not explain, 0 to 1. Default 0.3.
    pub lambda: f32,
    /// Weight of the learned table against the dictionary, 0 to 1. Default 0.5.
    pub learned: f32,
    /// How many words of the language at large a document's own counts are mixed with. Default 500.
    pub background: f32,
    /// Share of running words at which a word's match says nothing any more. Default 0.005.
    pub common: f32,
    /// Longest block of sentences on one side of a bead that is prepared. Default 9.
    pub longest_block: usize,
    /// Beads of two sentences and more on both sides are prepared with up to this many on either. Default 4.
    pub longest_square: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { lambda: 0.3, learned: 0.5, background: 500.0, common: 0.005, longest_block: 9, longest_square: 4 }
    }
}

impl Settings {
    /// The sentences on the other side with which a block of `length` sentences shares a bead that is prepared.
    fn run(&self, length: usize) -> usize {
        match length {
            0 => 0,
            1 => self.longest_block,
            length if length <= self.longest_square => self.longest_square,
            length if length <= self.longest_block => 1,
            _ => 0,
        }
    }
}

/// What is known of the words of a pair of languages: read-only, shared by all threads.
#[derive(Debug, Clone)]
pub struct Lexicon {
    source: Language,
    target: Language,
    dictionary: Dictionary,
    table: Option<Arc<ByKey>>,
    cognates: bool,
    settings: Settings,
}

impl Lexicon {
    /// For a pair of language tags, with the built-in dictionary where there is one.
    pub fn new(source: &str, target: &str) -> Self {
        let (source, target) = (Language::new(source), Language::new(target));
        Self {
            source,
            target,
            dictionary: Dictionary::new(source, target),
            table: None,
            cognates: !source.is_chinese() && !target.is_chinese(),
            settings: Settings::default(),
        }
    }

    /// With a learned table.
    pub fn with_table(self, table: Arc<TranslationTable>) -> Self {
        let table = ByKey::new(table, self.dictionary.key_side());
        Self { table: Some(Arc::new(table)), ..self }
    }

    /// The dictionary, to add lists to.
    pub fn dictionary_mut(&mut self) -> &mut Dictionary {
        &mut self.dictionary
    }

    /// The weight of what was learned against the dictionary.
    fn share_learned(&self) -> f32 {
        if self.table.is_some() { self.settings.learned } else { 0.0 }
    }

    /// What was learned of a word of the dictionary's key side: its translations, t(translation | word) and t(word | translation), weighed. A word
    /// so common at large that its match says nothing says nothing wherever it stands: pairs of two such words are left out, unless they are
    /// for anchors. Learned lists are full of them.
    fn learned(&self, word: &str) -> impl Iterator<Item = (&str, f32, f32)> {
        let key_side = self.dictionary.key_side();
        let is_common = |side: Side, word: &str| {
            let language = if side == Side::Source { self.source } else { self.target };
            share_at_large(language, word) >= self.settings.common
        };
        self.table.iter().flat_map(move |table| {
            let is_common_key = is_common(key_side, word);
            let weighed = table
                .translations(word)
                .map(|(other, there, back)| (other, self.settings.learned * there, self.settings.learned * back));
            weighed.filter(move |&(other, there, back)| {
                !is_common_key || anchors::is_likely(there, back) || !is_common(key_side.other(), other)
            })
        })
    }

    /// A worker for one thread.
    pub fn matches(self: &Arc<Self>) -> Matches {
        Matches::new(Arc::clone(self))
    }
}

/// The word's share of the language at large. English and Chinese have a list of it built in; words that are not on it count
/// as the rarest, and words of other languages as moderately rare.
fn share_at_large(language: Language, word: &str) -> f32 {
    const RAREST: f32 = 1e-7;
    const MODERATE: f32 = 5e-5;
    let table = ZhEn::shared();
    if language.is_english() {
        table.stem_share(word).unwrap_or(RAREST).max(RAREST)
    } else if language.is_chinese() {
        table.find(&table.normal_form(word)).map_or(RAREST, |w| table.word_share(w)).max(RAREST)
    } else {
        MODERATE
    }
}
