//! Text as the index has it, and as a query finds it.
//!
//! A text is a row of *units*: a Chinese character, in simplified form, or a word of other letters, in small letters and by its stem.
//! The index holds words by their stems, and of a run of Chinese characters every two neighbours as one token, the last by itself:
//! 和平谈判 is 和平 平谈 谈判 判. So two characters are one look-up, more are a phrase, and one is the beginning of a token.
//!
//! A wildcard is looked up among all words that were met (table `word`), and their stems in the index: the beginning of a word need not
//! be that of its stem, as in try and tri, lying and lie. Stems make the index look wider than a wildcard does; what it finds is
//! therefore held against the units of the text once more, which also tells where the hit stands.

use crate::document::lines::is_han;
use crate::span::ByteRange;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// What stands for other letters in a query.
const WILD: [char; 2] = ['*', '?'];

/// The blocks of Chinese characters that have simplified forms.
const HAN: std::ops::Range<u32> = 0x3400..0xA000;

/// The simplified form of each character of [`HAN`].
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let simplified = |code: u32| {
        let c = char::from_u32(code)?;
        let mut simple = hanconv::t2s(c.to_string()).chars().collect::<Vec<char>>().into_iter();
        simple.next().filter(|_| simple.len() == 0)
    };
    HAN.map(|code| simplified(code).or(char::from_u32(code)).unwrap_or('\u{fffd}')).collect()
});

fn simplified(c: char) -> char {
    let code = c as u32;
    if HAN.contains(&code) { SIMPLIFIED[(code - HAN.start) as usize] } else { c }
}

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unit {
    /// A Chinese character; true where it follows another at once.
    Han(char, bool),
    /// A word in small letters, and its stem as a token of the index.
    Word(String, String),
}

/// What a query asks of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// This character.
    Han(char, bool),
    /// A word with this stem, as a token.
    Stem(String),
    /// A word of this form: `*` stands for any letters, none among them, `?` for one.
    Like(String),
}

/// Cuts texts of a language.
pub(super) struct Cutter {
    stemmer: Option<Stemmer>,
}

impl std::fmt::Debug for Cutter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cutter {{ stems: {} }}", self.stemmer.is_some())
    }
}

impl Cutter {
    /// For the language with this tag; words of languages without a stemmer are their own stems.
    pub(super) fn new(language: &str) -> Self {
        let algorithm = match language.split(['-', '_']).next().unwrap_or_default() {
            "en" | "zh" | "ja" | "ko" => Some(Algorithm::English),
            "de" => Some(Algorithm::German),
            "fr" => Some(Algorithm::French),
            "es" => Some(Algorithm::Spanish),
            "it" => Some(Algorithm::Italian),
            "pt" => Some(Algorithm::Portuguese),
            "nl" => Some(Algorithm::Dutch),
            "ru" => Some(Algorithm::Russian),
            "hu" => Some(Algorithm::Hungarian),
            _ => None,
        };
        Self { stemmer: algorithm.map(Stemmer::create) }
    }

    fn stem(&self, word: &str) -> String {
        // Stemmers of small alphabets take no other letters.
        self.stemmer.as_ref().map_or_else(|| word.to_owned(), |stemmer| stemmer.stem(word).into_owned())
    }

    /// The units of a text, and where they stand.
    pub(super) fn units(&self, text: &str) -> Vec<(ByteRange, Unit)> {
        let mut units = Vec::new();
        let mut end_of_han = usize::MAX;
        for (start, piece) in text.split_word_bound_indices() {
            if !piece.chars().any(char::is_alphanumeric) {
                continue;
            }
            // A word boundary may join Chinese characters to each other, never to other letters.
            let mut word = start;
            for (at, c) in piece.char_indices().map(|(at, c)| (start + at, c)) {
                if is_han(c) {
                    self.word(text, word, at, &mut units);
                    let end = at + c.len_utf8();
                    units.push((ByteRange::new(at, end), Unit::Han(simplified(c), end_of_han == at)));
                    (word, end_of_han) = (end, end);
                }
            }
            self.word(text, word, start + piece.len(), &mut units);
        }
        units
    }

    fn word(&self, text: &str, start: usize, end: usize, units: &mut Vec<(ByteRange, Unit)>) {
        let word = &text[start..end];
        if word.chars().any(char::is_alphanumeric) {
            let range = ByteRange::new(start, end);
            let lower = half_width(word).to_lowercase();
            // What is possessed is the word all the same.
            let bare = lower.strip_suffix("'s").or_else(|| lower.strip_suffix("’s")).unwrap_or(&lower).to_owned();
            let token = token(&self.stem(&bare));
            units.push((range, Unit::Word(bare, token)));
        }
    }

    /// The text as the index takes it: tokens between blanks. Its words with their tokens are put into `forms`.
    pub(super) fn tokens(&self, text: &str, forms: &mut BTreeMap<String, String>) -> String {
        let units = self.units(text);
        let mut tokens = String::with_capacity(text.len() * 2);
        for (at, (_, unit)) in units.iter().enumerate() {
            match unit {
                Unit::Han(c, _) => {
                    tokens.push(*c);
                    if let Some((_, Unit::Han(next, true))) = units.get(at + 1) {
                        tokens.push(*next);
                    }
                }
                Unit::Word(word, token) => {
                    tokens.push_str(token);
                    if !forms.contains_key(word) {
                        forms.insert(word.clone(), token.clone());
                    }
                }
            }
            tokens.push(' ');
        }
        tokens
    }

    /// What a query's words ask for. `None` where a wildcard stands among Chinese characters, of which it would not say how many words
    /// it spans.
    pub(super) fn asked(&self, words: &str) -> Option<Vec<Asked>> {
        let mut asked = Vec::new();
        let plain = |unit: (ByteRange, Unit)| match unit.1 {
            Unit::Han(c, joined) => Asked::Han(c, joined),
            Unit::Word(_, stem) => Asked::Stem(stem),
        };
        for piece in words.split_whitespace() {
            if !piece.contains(WILD) {
                asked.extend(self.units(piece).into_iter().map(plain));
                continue;
            }
            if piece.chars().any(is_han) {
                return None;
            }
            for word in
                piece.split(|c: char| !c.is_alphanumeric() && !WILD.contains(&c)).filter(|word| !word.is_empty())
            {
                if word.contains(WILD) {
                    asked.push(Asked::Like(half_width(word).to_lowercase()));
                } else {
                    asked.extend(self.units(word).into_iter().map(plain));
                }
            }
        }
        Some(asked)
    }
}

/// Full-width letters and digits as they are written elsewhere.
fn half_width(word: &str) -> String {
    let half = |c: char| match c {
        '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    };
    word.chars().map(half).collect()
}

/// A word as one token of the index: without accents, and without whatever the tokenizer would cut at.
fn token(stem: &str) -> String {
    if stem.is_ascii() {
        return stem.chars().filter(char::is_ascii_alphanumeric).collect();
    }
    stem.nfd().filter(|&c| c.is_alphanumeric() && !is_combining_mark(c)).nfc().collect()
}

/// Where `asked` stands in the units, one place after another that does not overlap it.
pub(super) fn find(units: &[(ByteRange, Unit)], asked: &[Asked]) -> Vec<ByteRange> {
    let mut found = Vec::new();
    let mut at = 0;
    while !asked.is_empty() && at + asked.len() <= units.len() {
        let here = &units[at..at + asked.len()];
        if here.iter().zip(asked).all(|((_, unit), asked)| answers(unit, asked)) {
            found.push(ByteRange::new(here[0].0.start, here[asked.len() - 1].0.end));
            at += asked.len();
        } else {
            at += 1;
        }
    }
    found
}

fn answers(unit: &Unit, asked: &Asked) -> bool {
    match (unit, asked) {
        (Unit::Han(c, joined), Asked::Han(wanted, together)) => c == wanted && (*joined || !together),
        (Unit::Word(_, stem), Asked::Stem(wanted)) => stem == wanted,
        (Unit::Word(word, _), Asked::Like(wanted)) => is_like(word, wanted),
        _ => false,
    }
}

/// True when the word has the form, `*` being any letters and `?` one. Goes back to the last `*` alone, as a longer stretch for an
/// earlier one gains nothing.
fn is_like(word: &str, form: &str) -> bool {
    let (word, form): (Vec<char>, Vec<char>) = (word.chars().collect(), form.chars().collect());
    let (mut at, mut of, mut star) = (0, 0, None);
    while at < word.len() {
        match form.get(of) {
            Some('*') => {
                star = Some((at, of));
                of += 1;
            }
            Some(&c) if c == '?' || c == word[at] => (at, of) = (at + 1, of + 1),
            _ => {
                let Some((from, place)) = star else { return false };
                star = Some((from + 1, place));
                (at, of) = (from + 1, place + 1);
            }
        }
    }
    form[of..].iter().all(|&c| c == '*')
}

/// The index's expression for what is asked, of a column; it finds all that [`find`] does, and more where a wildcard is asked for.
/// `tokens` gives the tokens of the words of a form. `None` where any text may do.
///
/// # Errors
/// Those of `tokens`.
pub(super) fn expression<E>(
    column: &str,
    asked: &[Asked],
    tokens: &mut impl FnMut(&str) -> Result<Vec<String>, E>,
) -> Result<Option<String>, E> {
    let mut phrases: Vec<String> = Vec::new();
    let mut exact: Vec<String> = Vec::new();
    let mut wild: Vec<String> = Vec::new();
    let mut close = |exact: &mut Vec<String>, prefix: bool| {
        if !exact.is_empty() {
            phrases.push(format!("{{{column}}} : \"{}\"{}", exact.join(" "), if prefix { " *" } else { "" }));
            exact.clear();
        }
    };
    for (at, unit) in asked.iter().enumerate() {
        let follows = match asked.get(at + 1) {
            Some(Asked::Han(next, true)) => Some(*next),
            _ => None,
        };
        match unit {
            Asked::Han(c, joined) => match follows {
                Some(next) => exact.push(format!("{c}{next}")),
                // The last of several is in the token before; a single one begins some token.
                None if *joined => close(&mut exact, false),
                None => {
                    exact.push(c.to_string());
                    close(&mut exact, true);
                }
            },
            Asked::Stem(token) => exact.push(token.clone()),
            Asked::Like(form) => {
                close(&mut exact, false);
                if !form.chars().all(|c| WILD.contains(&c)) {
                    let quoted: Vec<String> = tokens(form)?.iter().map(|token| format!("\"{token}\"")).collect();
                    // A private letter is in no text: nothing has the form.
                    let any = if quoted.is_empty() { "\"\u{e000}\"".to_owned() } else { quoted.join(" OR ") };
                    wild.push(format!("{{{column}}} : ({any})"));
                }
            }
        }
    }
    close(&mut exact, false);
    phrases.extend(wild);
    Ok((!phrases.is_empty()).then(|| phrases.join(" AND ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_stand_in_pairs_and_words_by_stems() {
        let mut forms = BTreeMap::new();
        let mut tokens = |language: &str, text: &str| Cutter::new(language).tokens(text, &mut forms);
        assert_eq!(tokens("zh", "和平谈判，ABC公司。"), "和平 平谈 谈判 判 abc 公司 司 ");
        assert_eq!(tokens("zh", "貿易"), "贸易 易 ");
        assert_eq!(tokens("en", "The bandits' trading posts"), "the bandit trade post ");
        assert_eq!(forms.get("bandits").map(String::as_str), Some("bandit"));
    }

    #[test]
    fn a_query_finds_its_words() {
        let cutter = Cutter::new("en");
        let text = "Trade unions and the trading post of China's traders.";
        let units = cutter.units(text);
        let words = |query: &str| -> Vec<&str> {
            find(&units, &cutter.asked(query).unwrap()).into_iter().map(|range| range.of(text)).collect()
        };
        assert_eq!(words("trade"), ["Trade", "trading"]);
        assert_eq!(words("trade*"), ["Trade", "traders"]);
        assert_eq!(words("t*ing"), ["trading"]);
        assert_eq!(words("trade?s"), ["traders"]);
        assert_eq!(words("the * post"), ["the trading post"]);
        assert_eq!(words("trading post"), ["trading post"]);
        assert_eq!(words("china"), ["China's"]);
        let han = Cutter::new("zh");
        let text = "贸易，易货贸易";
        let units = han.units(text);
        assert_eq!(find(&units, &han.asked("易贸").unwrap()), []);
        assert_eq!(find(&units, &han.asked("貿易").unwrap()).len(), 2);
        assert_eq!(find(&units, &han.asked("易").unwrap()).len(), 3);
        assert_eq!(han.asked("贸*易"), None);
    }
}
