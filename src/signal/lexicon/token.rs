//! Tokens of a text: words in the form in which dictionary and table know them, with their places.
//!
//! | language | token |
//! |---|---|
//! | Chinese | words of the built-in table, the likeliest path through them (see `segment.rs`); characters outside it one by one |
//! | alphabetic | runs of letters, lower-cased and stemmed (Snowball) where there is a stemmer, else cut to their first letters |
//! | all | runs of digits, full-width ones folded, separators of thousands dropped; marks are no tokens |

use super::embedded::ZhEn;
use super::segment::{Segmenter, is_han};
use super::words::{WordId, Words};
use crate::bytes::{eight, lower_letters};
use crate::document::lines::primary;
use crate::span::ByteRange;
use foldhash::fast::FixedState;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashMap;

/// Letters that are kept of a word in a language without a stemmer.
const STEM_LETTERS: usize = 5;
/// Letters of a word that make one number; one more would fill it, and more may follow.
const SHORT: usize = size_of::<u128>() - 1;

/// The tokens of a list of sentences.
#[derive(Debug, Default, Clone)]
pub struct Tokens {
    ids: Vec<WordId>,
    ranges: Vec<ByteRange>,
    ends: Vec<u32>,
}

impl Tokens {
    /// How many sentences.
    pub fn sentences(&self) -> usize {
        self.ends.len()
    }

    /// The words of all sentences, in order.
    pub fn ids(&self) -> &[WordId] {
        &self.ids
    }

    /// Where sentence `i` begins in [`Tokens::ids`]; with `i` the number of sentences, where the last one ends.
    #[inline]
    pub fn start(&self, i: usize) -> usize {
        if i == 0 { 0 } else { self.ends[i - 1] as usize }
    }

    /// The words of one sentence.
    pub fn sentence(&self, i: usize) -> &[WordId] {
        &self.ids[self.start(i)..self.start(i + 1)]
    }

    /// The places of the words of one sentence, in bytes of that sentence.
    pub fn ranges(&self, i: usize) -> &[ByteRange] {
        &self.ranges[self.start(i)..self.start(i + 1)]
    }

    /// Forgets all, keeps the memory.
    pub fn clear(&mut self) {
        self.ids.clear();
        self.ranges.clear();
        self.ends.clear();
    }

    #[inline]
    fn push(&mut self, id: WordId, start: usize, end: usize) {
        self.ids.push(id);
        self.ranges.push(ByteRange { start, end });
    }

    fn end_sentence(&mut self) {
        self.ends.push(self.ids.len() as u32);
    }
}

/// What is done with words of a language: shared, read-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    chinese: bool,
    stemmer: Option<Algorithm>,
    truncate: bool,
}

impl Language {
    /// By its tag (BCP 47; only the first part counts): `zh`, `en`, `pt-BR`.
    pub fn new(tag: &str) -> Self {
        use Algorithm::*;
        let first = primary(tag);
        let stemmer = match first.as_str() {
            "ar" | "ara" => Some(Arabic),
            "da" | "dan" => Some(Danish),
            "de" | "deu" => Some(German),
            "el" | "ell" => Some(Greek),
            // Latin words inside Chinese are mostly English.
            "en" | "eng" | "zh" | "zho" | "cmn" => Some(English),
            "es" | "spa" => Some(Spanish),
            "fi" | "fin" => Some(Finnish),
            "fr" | "fra" => Some(French),
            "hu" | "hun" => Some(Hungarian),
            "it" | "ita" => Some(Italian),
            "nl" | "nld" => Some(Dutch),
            "no" | "nb" | "nn" | "nor" => Some(Norwegian),
            "pt" | "por" => Some(Portuguese),
            "ro" | "ron" => Some(Romanian),
            "ru" | "rus" => Some(Russian),
            "sv" | "swe" => Some(Swedish),
            "ta" | "tam" => Some(Tamil),
            "tr" | "tur" => Some(Turkish),
            _ => None,
        };
        Self { chinese: matches!(first.as_str(), "zh" | "zho" | "cmn"), stemmer, truncate: stemmer.is_none() }
    }

    /// True for Chinese.
    pub fn is_chinese(self) -> bool {
        self.chinese
    }

    /// True for English.
    pub fn is_english(self) -> bool {
        self.stemmer == Some(Algorithm::English) && !self.chinese
    }
}

/// Cuts sentences into tokens; owns its buffers and a cache of words, one for each thread and side.
pub struct Tokenizer {
    language: Language,
    stemmer: Option<Stemmer>,
    /// Words of up to [`SHORT`] plain letters, by these (lower-cased, as one number).
    short: HashMap<u128, WordId, FixedState>,
    /// All others.
    surface: HashMap<Box<str>, WordId, FixedState>,
    headword: Vec<WordId>,
    segmenter: Segmenter,
    lower: String,
}

impl Tokenizer {
    /// A tokenizer for one language.
    pub fn new(language: Language) -> Self {
        Self {
            language,
            stemmer: language.stemmer.map(Stemmer::create),
            short: HashMap::default(),
            surface: HashMap::default(),
            headword: Vec::new(),
            segmenter: Segmenter::default(),
            lower: String::new(),
        }
    }

    /// Adds one sentence to `tokens`.
    pub fn sentence(&mut self, text: &str, words: &mut Words, tokens: &mut Tokens) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while let Some(&byte) = bytes.get(start) {
            start = match CLASS[byte as usize] {
                Class::Other => start + 1,
                Class::Letter => self.letters(text, start, words, tokens),
                Class::Digit => self.number(text, start, words, tokens),
                Class::Wide => {
                    let Some(c) = text[start..].chars().next() else { break };
                    if is_han(c) {
                        self.han(text, start, words, tokens)
                    } else if is_mark(c) {
                        start + c.len_utf8()
                    } else if digit(c).is_some() {
                        self.number(text, start, words, tokens)
                    } else if c.is_alphabetic() {
                        self.wide_letters(text, start, words, tokens)
                    } else {
                        start + c.len_utf8()
                    }
                }
            }
        }
        tokens.end_sentence();
    }

    /// Forgets the cache: to be called when the interner is cleared.
    pub fn clear(&mut self) {
        self.short.clear();
        self.surface.clear();
        self.headword.clear();
    }

    /// The words of the Chinese characters from `start` on; returns their end.
    fn han(&mut self, text: &str, start: usize, words: &mut Words, tokens: &mut Tokens) -> usize {
        // Here and not with the tokenizer: who never meets Chinese, or aligns by length alone, need not have the table opened.
        let table = ZhEn::shared();
        if self.headword.is_empty() {
            self.headword = vec![WordId::MAX; table.node_count()];
        }
        let (cache, lower) = (&mut self.headword, &mut self.lower);
        let end = self.segmenter.run_of_han(table, &text[start..], |from, to, headword, units| {
            let mut spell = || {
                lower.clear();
                lower.extend(
                    char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)),
                );
                words.intern(lower)
            };
            let id = match headword {
                Some(word) => {
                    let slot = &mut cache[word.0 as usize];
                    if *slot == WordId::MAX {
                        *slot = spell();
                    }
                    *slot
                }
                None => spell(),
            };
            tokens.push(id, start + from, start + to);
        });
        start + end
    }

    /// The number from `start` on; returns its end.
    fn number(&mut self, text: &str, start: usize, words: &mut Words, tokens: &mut Tokens) -> usize {
        let digits = text.as_bytes()[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (mut end, next) = (start + digits, text.as_bytes().get(start + digits));
        let id = if next.is_none_or(|&byte| byte != b',' && CLASS[byte as usize] != Class::Wide) {
            words.intern(&text[start..end])
        } else {
            end = self.spell_number(text, start);
            words.intern(&self.lower)
        };
        tokens.push(id, start, end);
        end
    }

    /// Reads a number from `start` into `self.lower` and returns its end.
    fn spell_number(&mut self, text: &str, start: usize) -> usize {
        self.lower.clear();
        let mut end = start;
        for (at, c) in text[start..].char_indices() {
            let behind = start + at + c.len_utf8();
            if let Some(d) = digit(c) {
                self.lower.push(d);
                end = behind;
            } else if at == 0 || !matches!(c, ',' | '，') || !thousands(&text[behind..]) {
                break; // not 35,200
            }
        }
        end
    }

    /// The word that begins with the plain letter at `start`; returns its end.
    fn letters(&mut self, text: &str, start: usize, words: &mut Words, tokens: &mut Tokens) -> usize {
        let bytes = text.as_bytes();
        let (mut length, mut key) = (0, 0u128);
        for half in 0..2 {
            let (count, letters) = lower_letters(eight(bytes, start + 8 * half));
            length += count;
            key |= u128::from(letters) << (64 * half);
            if count < 8 {
                break;
            }
        }
        let end = start + length;
        let wide = bytes.get(end).is_some_and(|&byte| CLASS[byte as usize] == Class::Wide);
        if length > SHORT || wide && text[end..].chars().next().is_some_and(goes_on) {
            return self.wide_letters(text, start, words, tokens);
        }
        // What stands after an apostrophe ('s, 't, l'homme's l) is no word when it is one letter.
        if end - start > 1 || !self.language.is_english() {
            let id = match self.short.get(&key) {
                Some(&id) => id,
                None => {
                    self.lower.clear();
                    self.lower.push_str(&text[start..end]);
                    self.lower.make_ascii_lowercase();
                    let id = self.stem(words);
                    self.short.insert(key, id);
                    id
                }
            };
            tokens.push(id, start, end);
        }
        end
    }

    /// A word of any letters from `start` on; returns its end.
    fn wide_letters(&mut self, text: &str, start: usize, words: &mut Words, tokens: &mut Tokens) -> usize {
        let end = run(text, start, goes_on);
        let word = &text[start..end];
        if word.chars().nth(1).is_none() && self.language.is_english() {
            return end;
        }
        self.lower.clear();
        let folded = word.chars().filter(|&c| !is_joiner(c)).map(half_width);
        self.lower.extend(folded.flat_map(char::to_lowercase));
        let id = match self.surface.get(self.lower.as_str()) {
            Some(&id) => id,
            None => {
                let id = self.stem(words);
                self.surface.insert(self.lower.as_str().into(), id);
                id
            }
        };
        tokens.push(id, start, end);
        end
    }

    /// The form of the word in `self.lower`.
    fn stem(&self, words: &mut Words) -> WordId {
        match &self.stemmer {
            Some(stemmer) => words.intern(&stemmer.stem(&self.lower)),
            None if self.language.truncate => {
                let cut = self.lower.char_indices().nth(STEM_LETTERS).map_or(self.lower.len(), |(at, _)| at);
                words.intern(&self.lower[..cut])
            }
            None => words.intern(&self.lower),
        }
    }
}

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokenizer")
            .field("language", &self.language)
            .field("cached", &(self.short.len() + self.surface.len()))
            .finish()
    }
}

/// The end of the characters from `start` on that are such.
fn run(text: &str, start: usize, is: impl Fn(char) -> bool) -> usize {
    text[start..].char_indices().find(|&(_, c)| !is(c)).map_or(text.len(), |(at, _)| start + at)
}

/// What a byte begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// A character outside ASCII.
    Wide,
    Other,
}

const CLASS: [Class; 256] = {
    let mut class = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'A'..=b'Z' | b'a'..=b'z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            0x80.. => Class::Wide,
            _ => Class::Other,
        };
        byte += 1;
    }
    class
};

/// True for what may follow in a word.
fn goes_on(c: char) -> bool {
    c.is_alphabetic() && !is_han(c) || is_joiner(c)
}

/// The commonest characters outside ASCII that belong to no word; of others, tables tell.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x2010..=0x205e | 0x3000..=0x3003 | 0x3008..=0x301f | 0xff01..=0xff0f | 0xff1a..=0xff1f)
}

/// Soft hyphens and zero-width joiners stand inside words; combining marks too.
fn is_joiner(c: char) -> bool {
    matches!(u32::from(c), 0xad | 0x200c | 0x200d | 0x300..=0x36f)
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from(c) - 0xfee0),
        _ => None,
    }
}

fn half_width(c: char) -> char {
    match u32::from(c) {
        0xff01..=0xff5e => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// True when exactly three digits follow.
fn thousands(rest: &str) -> bool {
    let mut chars = rest.chars();
    chars.by_ref().take(3).filter(|&c| digit(c).is_some()).count() == 3 && chars.next().and_then(digit).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(language: &str, text: &str) -> Vec<(String, String)> {
        let (mut words, mut tokens) = (Words::default(), Tokens::default());
        Tokenizer::new(Language::new(language)).sentence(text, &mut words, &mut tokens);
        let ids = tokens.sentence(0).iter().map(|&id| words.text(id).to_owned());
        ids.zip(tokens.ranges(0).iter().map(|r| r.of(text).to_owned())).collect()
    }

    fn stems(language: &str, text: &str) -> Vec<String> {
        tokens(language, text).into_iter().map(|t| t.0).collect()
    }

    #[test]
    fn chinese() {
        assert_eq!(stems("zh", "中国人民解放军"), ["中国人民解放军"]);
        assert_eq!(stems("zh", "農業生產合作社"), stems("zh", "农业生产合作社"));
        assert_eq!(stems("zh", "産糧３５，２００吨，IBM Computers"), ["产粮", "35200", "吨", "ibm", "comput"]);
    }

    #[test]
    fn alphabetic() {
        assert_eq!(
            stems("en", "China's mines, 35,200 tons (1957); don't"),
            ["china", "mine", "35200", "ton", "1957", "don"]
        );
        assert_eq!(stems("is", "Íslenskan er"), ["íslen", "er"]);
        assert_eq!(stems("hu", "gazdasági"), ["gazdaság"]);
        assert_eq!(stems("en", "1,2, 12,34"), ["1", "2", "12", "34"]);
    }

    #[test]
    fn marks_belong_to_no_word() {
        let marks = (0..=0xffff).filter_map(char::from_u32).filter(|&c| is_mark(c));
        assert!(marks.clone().all(|c| !is_han(c) && digit(c).is_none() && !c.is_alphabetic()));
        assert!("，。、；：？！（）“”‘’《》〈〉—…·".chars().filter(|&c| c != '·').all(is_mark));
    }

    #[test]
    fn a_word_is_the_same_however_it_is_spelt() {
        for word in ["mine", "internationalise", "internationalised", "incomprehensibilities"] {
            let plain = stems("en", word);
            assert_eq!(stems("en", &word.to_uppercase()), plain);
            assert_eq!(stems("en", &word.replacen('n', "n\u{ad}", 1)), plain);
            assert_eq!(stems("en", &word.replacen('n', "ｎ", 1)), plain);
            assert_eq!(tokens("en", &format!("“{word}”")), [(plain[0].clone(), word.to_owned())]);
        }
        assert_eq!(stems("en", "12，345 1２ 7,"), ["12345", "12", "7"]);
    }

    proptest! {
        #[test]
        fn ranges_lie_in_order_on_character_borders(text in "[a-zé０-９0-9,，中国人民計劃𠀀々。 '\u{ad}]{0,40}", zh: bool) {
            let found = tokens(if zh { "zh" } else { "en" }, &text);
            let joined: String = found.iter().map(|t| t.1.as_str()).collect();
            let mut rest = text.chars();
            prop_assert!(joined.chars().all(|c| rest.any(|d| d == c)));
            prop_assert!(found.iter().all(|t| !t.0.is_empty() || t.1.chars().all(is_joiner)));
        }
    }
}
