//! Bilingual dictionaries: the built-in Chinese-English one, and lists that the user brings.
//!
//! A dictionary has a *key* side and a *value* side: the Chinese one is the key where the built-in table takes part, else
//! the source. It answers with t(value | key), which sums to 1 over all values; the other direction is had by inverting
//! it over the words of the two texts ([`super::Matches`] does).

use super::embedded::ZhEn;
use super::token::{Language, Tokenizer, Tokens};
use super::words::{WordId, Words};
use crate::span::Side;
use foldhash::fast::FixedState;
use indexmap::IndexMap;
use rust_stemmers::{Algorithm, Stemmer};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Weight of a gloss found for a piece of a word, beside a gloss of the word itself.
const PIECE: f32 = 0.5;
/// Weights of a word's pinyin as a gloss: whole and long parts; syllables of up to three letters.
const PINYIN: (f32, f32) = (0.1, 0.03);
/// Weight of a word as its own translation where there are glosses too.
const SELF: f32 = 0.3;

/// How a dictionary file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// By the first entry: with ` @ ` it is hunalign's, with a tab it is TSV.
    #[default]
    Detect,
    /// hunalign's: `target phrase @ source phrase`, one a line.
    Hunalign,
    /// `source TAB target [TAB weight]`, one a line.
    Tsv,
}

/// An entry of a dictionary file: source phrase, target phrase, weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry(pub String, pub String, pub f32);

/// Reads a dictionary file's text. Blank lines and lines that begin with `#` are passed over.
///
/// # Errors
/// At the first line that is no entry.
pub fn entries(text: &str, mut format: Format) -> Result<Vec<Entry>, DictionaryError> {
    let mut entries = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let error = |what: String| DictionaryError { line: number + 1, what };
        if format == Format::Detect {
            format = if line.contains('\t') { Format::Tsv } else { Format::Hunalign };
        }
        let entry = match format {
            Format::Tsv => {
                let mut fields = line.split('\t');
                let (Some(source), Some(target)) = (fields.next(), fields.next()) else {
                    return Err(error("expected `source TAB target [TAB weight]`; there is no tab".into()));
                };
                let weight = match fields.next().map(str::trim).filter(|weight| !weight.is_empty()) {
                    None => 1.0,
                    Some(weight) => (weight.parse::<f32>().ok().filter(|w| *w > 0.0 && w.is_finite()))
                        .ok_or_else(|| error(format!("the weight `{weight}` is no positive number")))?,
                };
                Entry(source.trim().to_owned(), target.trim().to_owned(), weight)
            }
            _ => {
                let (target, source) = line.split_once(" @ ").ok_or_else(|| {
                    error("expected two phrases: `source`, a tab, `target`, or `target @ source`".into())
                })?;
                Entry(source.trim().to_owned(), target.trim().to_owned(), 1.0)
            }
        };
        if [&entry.0, &entry.1].iter().any(|phrase| !phrase.contains(char::is_alphanumeric)) {
            return Err(error("one of the two phrases has no word in it".into()));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// What is wrong with a dictionary file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
#[non_exhaustive]
pub struct DictionaryError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there, and what to do.
    pub what: String,
}

/// A dictionary for one pair of languages.
#[derive(Debug, Clone)]
pub struct Dictionary {
    source: Language,
    target: Language,
    built_in: bool,
    listed: IndexMap<Box<str>, Values, FixedState>,
}

/// Values of a key with their weights.
type Values = Vec<(Box<str>, f32)>;

impl Dictionary {
    /// The dictionary for a pair: the built-in one for Chinese and English in either direction, else an empty one.
    pub fn new(source: Language, target: Language) -> Self {
        let built_in = source.is_chinese() && target.is_english() || source.is_english() && target.is_chinese();
        Self { built_in, ..Self::empty(source, target) }
    }

    /// An empty dictionary, whatever the pair.
    pub fn empty(source: Language, target: Language) -> Self {
        Self { source, target, built_in: false, listed: IndexMap::default() }
    }

    /// True when nothing is in it.
    pub fn is_empty(&self) -> bool {
        !self.built_in && self.listed.is_empty()
    }

    /// The side whose words are asked for: the Chinese one, else the source.
    pub fn key_side(&self) -> Side {
        if self.target.is_chinese() && !self.source.is_chinese() { Side::Target } else { Side::Source }
    }

    /// Adds entries of a list. Each word of a phrase gets 1 / (words on both sides) of the entry's weight.
    pub fn add(&mut self, entries: &[Entry]) {
        if entries.is_empty() {
            // The words are not cut, and the table for it not opened.
            return;
        }
        let mut cutter = Cutter::new(self.source, self.target);
        for Entry(source, target, weight) in entries {
            let (source, target) = (cutter.words(source, Side::Source), cutter.words(target, Side::Target));
            let (keys, values) = if self.key_side() == Side::Source { (source, target) } else { (target, source) };
            let weight = weight / (keys.len() * values.len()).max(1) as f32;
            for key in keys {
                let listed = self.listed.entry(key).or_default();
                for value in &values {
                    match listed.iter_mut().find(|v| v.0 == *value) {
                        Some(known) => known.1 = known.1.max(weight),
                        None => listed.push((value.clone(), weight)),
                    }
                }
            }
        }
    }

    /// Translations of a word of the key side, in its token form, with probabilities that sum to 1 (or none at all).
    ///
    /// A Chinese word that is not in the table, or longer than two characters, gets the glosses of its longest pieces
    /// too, and every Chinese word of several characters its pinyin, whole and in parts (for names). A word without
    /// any gloss stands for itself (figures, Latin words).
    pub fn translations(&self, word: &str) -> Vec<(String, f32)> {
        let (mut words, mut list) = (Words::default(), Vec::new());
        self.translate(word, &mut words, &mut list);
        list.into_iter().map(|(id, p)| (words.text(id).to_owned(), p)).collect()
    }

    /// Adds [`Dictionary::translations`] to a list, as numbers in `words`.
    pub(super) fn translate(&self, word: &str, words: &mut Words, list: &mut Vec<(WordId, f32)>) {
        let mut glosses = Glosses { words, first: list.len(), list };
        if self.built_in && word.chars().next().is_some_and(super::segment::is_han) {
            built_in(ZhEn::shared(), word, &mut glosses);
        } else {
            let weight = if self.listed.contains_key(word) { SELF } else { 1.0 };
            glosses.add(word, weight);
        }
        if let Some(listed) = self.listed.get(word) {
            for (value, weight) in listed {
                glosses.add(value, *weight);
            }
        }
        glosses.normalise();
    }
}

/// The translations of one word: those of a list from `first` on.
struct Glosses<'g> {
    words: &'g mut Words,
    list: &'g mut Vec<(WordId, f32)>,
    first: usize,
}

impl Glosses<'_> {
    /// Adds one; of one that is there already the larger weight counts.
    fn add(&mut self, word: &str, weight: f32) {
        let id = self.words.intern(word);
        match self.list[self.first..].iter_mut().find(|known| known.0 == id) {
            Some(known) => known.1 = known.1.max(weight),
            None => self.list.push((id, weight)),
        }
    }

    fn normalise(self) {
        let own = &mut self.list[self.first..];
        let sum: f32 = own.iter().map(|gloss| gloss.1).sum();
        own.iter_mut().for_each(|gloss| gloss.1 /= sum);
    }
}

fn built_in(table: &ZhEn, word: &str, glosses: &mut Glosses<'_>) {
    let units = table.normal_form(word);
    let len = units.len();
    let own = table.find(&units);
    for (stem, weight) in own.into_iter().flat_map(|w| table.translations(w)) {
        glosses.add(table.stem(stem), weight);
    }
    if len < 2 {
        return;
    }
    if own.is_none() || len > 2 {
        for size in (1..len).rev() {
            let mut any = false;
            for piece in units.windows(size).filter_map(|piece| table.find(piece)) {
                for (stem, weight) in table.translations(piece) {
                    glosses.add(table.stem(stem), weight * PIECE * size as f32 / len as f32);
                    any = true;
                }
            }
            if any && size > 1 {
                break;
            }
        }
    }
    let Some(spoken) = units.iter().map(|&u| table.syllable(u)).collect::<Option<Vec<_>>>() else { return };
    let syllables = syllables();
    let mut name = |numbers: &[usize]| {
        let weight = |pinyin: &str| if pinyin.len() > 3 { PINYIN.0 } else { PINYIN.1 };
        if let [number] = *numbers {
            let Syllable { spoken, stem } = &syllables[number];
            glosses.add(stem, weight(spoken));
        } else {
            let pinyin: String = numbers.iter().map(|&number| syllables[number].spoken).collect();
            glosses.add(&english().stem(&pinyin), weight(&pinyin));
        }
    };
    name(&spoken);
    for cut in 1..len {
        name(&spoken[cut..]);
        name(&spoken[..cut]);
    }
    spoken.iter().for_each(|&syllable| name(&[syllable]));
}

/// A syllable of pinyin, and what the tokenizer makes of it where it stands by itself.
struct Syllable {
    spoken: &'static str,
    stem: String,
}

/// All syllables, in the order of the built-in table: a name is made of few, over and over.
fn syllables() -> &'static [Syllable] {
    static ALL: OnceLock<Vec<Syllable>> = OnceLock::new();
    ALL.get_or_init(|| {
        let stemmer = english();
        let syllable = |spoken: &'static str| Syllable { spoken, stem: stemmer.stem(spoken).into_owned() };
        ZhEn::shared().syllables().map(syllable).collect()
    })
}

fn english() -> Stemmer {
    Stemmer::create(Algorithm::English)
}

/// Phrases to words.
struct Cutter {
    words: Words,
    tokens: Tokens,
    source: Tokenizer,
    target: Tokenizer,
}

impl Cutter {
    fn new(source: Language, target: Language) -> Self {
        let (source, target) = (Tokenizer::new(source), Tokenizer::new(target));
        Self { words: Words::default(), tokens: Tokens::default(), source, target }
    }

    fn words(&mut self, phrase: &str, side: Side) -> Vec<Box<str>> {
        self.tokens.clear();
        let tokenizer = if side == Side::Source { &mut self.source } else { &mut self.target };
        tokenizer.sentence(phrase, &mut self.words, &mut self.tokens);
        self.tokens.ids().iter().map(|&id| self.words.text(id).into()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        Language::new(tag)
    }

    #[test]
    fn built_in_words_pieces_and_pinyin() {
        let dictionary = Dictionary::new(language("en"), language("zh"));
        assert_eq!(dictionary.key_side(), Side::Target);
        let best = |word| dictionary.translations(word).into_iter().map(|t| t.0).collect::<Vec<_>>();
        assert!(best("拖拉机").contains(&"tractor".to_owned()));
        assert!(best("阳岭").contains(&"yangl".to_owned()), "{:?}", best("阳岭"));
        assert_eq!(best("1957"), ["1957"]);
        let sum: f32 = dictionary.translations("人民公社").iter().map(|t| t.1).sum();
        assert!((sum - 1.0).abs() < 1e-5);
    }

    fn with(source: &str, target: &str, text: &str) -> Dictionary {
        let mut dictionary = Dictionary::new(language(source), language(target));
        dictionary.add(&entries(text, Format::Detect).unwrap());
        dictionary
    }

    #[test]
    fn lists_in_both_formats() {
        assert!(Dictionary::new(language("de"), language("fr")).is_empty());
        let dictionary = with("de", "fr", "montagnes @ Berge\n\n# x\nla montagne @ der Berg\n");
        let berg = dictionary.translations("berg");
        assert_eq!(berg[0].0, "berg");
        assert!(berg.iter().any(|t| t.0 == "montagn" && t.1 > 0.4), "{berg:?}");

        let dictionary = with("zh", "en", "公社\tcommune\t2\r\n");
        assert_eq!(dictionary.translations("公社").iter().filter(|t| t.0 == "commune").count(), 1);
    }

    #[test]
    fn errors_have_lines() {
        let line = |text: &str, format| entries(text, format).unwrap_err().line;
        assert_eq!(line("a @ b\nc", Format::Detect), 2);
        assert_eq!(line("a\tb\n\na\tb\tx", Format::Tsv), 3);
        assert_eq!(line("a\t-", Format::Tsv), 1);
    }
}
