//! Capitalised words of an English text that may be names.

use crate::bytes::letters;
use crate::span::ByteRange;
use foldhash::fast::FixedState;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Words that begin sentences and titles, or name what has its own signals, and are no names.
const COMMON: &str = "a about after again all along also although among an and another any are as at be because been before both \
    but by can could did do does during each even ever every everyone few finally first for from had has have he her here him his \
    how however i if in instead into is it its just last later let like long many may meanwhile more most mr mrs miss ms much must my near \
    never new no nor not now of on once one only or other our out over people please recently said second several she should since so some soon \
    still such that the their them then there these they third this those though through thus to today together tomorrow too two under \
    until up upon very was we were what when where whether which while who whom whose why will with within without would yes yet you your \
    comrade chairman president minister premier professor county city province district township village party committee \
    january february march april june july august september october november december monday tuesday wednesday thursday friday \
    saturday sunday north south east west northern southern eastern western central mama";

/// A capitalised word, or a run of them, that may be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands.
    pub range: ByteRange,
    /// It begins a sentence, where any word has its capital.
    pub is_initial: bool,
    /// How many words it has: 1, or 2 for two neighbours (a surname and a given name).
    pub words: usize,
}

static COMMON_WORDS: LazyLock<HashSet<&str, FixedState>> = LazyLock::new(|| COMMON.split_whitespace().collect());

/// The words of `text` that may be names: capitalised, not common, and not found in lower case elsewhere in the text.
/// Pairs of neighbouring words follow their first word. Give it a whole article where there is one.
pub fn candidates(text: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    Finder::default().find(text, [ByteRange::new(0, text.len())], &mut found);
    found
}

/// Small forms kept from one text to the next, after which they are forgotten, and words for which memory is kept.
const KEPT: usize = 20_000;

/// A word that may be a name.
#[derive(Debug, Clone, Copy)]
struct Word {
    start: usize,
    end: usize,
    /// Its end without 's.
    bare_end: usize,
    /// The number of its small form.
    small: u32,
}

/// What is known of a word in lower case.
#[derive(Debug, Clone, Copy)]
struct Small {
    is_common: bool,
    /// The text that last had it with a capital, and whether it did not have it without.
    text: u32,
    is_name: bool,
}

/// Finds candidates, with what it knows of words from the texts before.
#[derive(Debug, Default)]
pub(super) struct Finder {
    numbers: HashMap<String, u32, FixedState>,
    known: Vec<Small>,
    /// Of the text at hand: what may be names, and where other words begin and end.
    words: Vec<Word>,
    others: Vec<(usize, usize)>,
    /// The number of the text at hand.
    text: u32,
    /// A word in lower case.
    lower: String,
}

impl Finder {
    /// Lists the candidates of several pieces of one text.
    pub(super) fn find(&mut self, text: &str, pieces: impl IntoIterator<Item = ByteRange>, found: &mut Vec<Candidate>) {
        found.clear();
        self.words.clear();
        self.others.clear();
        if self.known.len() > KEPT || self.text == u32::MAX {
            self.numbers.clear();
            self.known.clear();
            self.text = 0;
        }
        self.text += 1;
        // First letters of small forms by length: most other words are told by them not to be the same in lower case.
        let mut alike = [0_u32; 32];
        let alike_at = |word: &[u8]| (word.len().min(31), 1 << (word[0] & 31));
        let bytes = text.as_bytes();
        for piece in pieces {
            each_word(text, piece, |start, end| {
                let first = bytes[start];
                // Nothing in lower case begins with an ASCII capital.
                if !first.is_ascii_uppercase() {
                    self.others.push((start, end));
                }
                if !first.is_ascii_lowercase()
                    && let Some(bare) = bare_name(&text[start..end])
                    && let Some(small) = self.small(bare)
                {
                    let (length, letter) = alike_at(self.lower.as_bytes());
                    alike[length] |= letter;
                    self.words.push(Word { start, end, bare_end: start + bare.len(), small });
                }
            });
        }
        for &(start, end) in &self.others {
            let (length, letter) = alike_at(&bytes[start..end]);
            if alike[length] & letter != 0
                && let Some(&number) = self.numbers.get(&text[start..end])
            {
                self.known[number as usize].is_name = false;
            }
        }
        self.others.clear();
        self.others.shrink_to(KEPT);
        let is_name = |word: &&Word| self.known[word.small as usize].is_name;
        for (index, word) in self.words.iter().enumerate().filter(|(_, word)| is_name(word)) {
            let before = text[..word.start].trim_end();
            let is_initial = before.is_empty() || before.ends_with(['.', '!', '?', '"', '“', '\n']);
            found.push(Candidate { range: ByteRange::new(word.start, word.bare_end), is_initial, words: 1 });
            if let Some(next) = self.words.get(index + 1).filter(is_name)
                && &text[word.end..next.start] == " "
            {
                found.push(Candidate { range: ByteRange::new(word.start, next.bare_end), is_initial, words: 2 });
            }
        }
    }

    /// The number of a word in lower case, which this text has with a capital; `None` for common words.
    fn small(&mut self, word: &str) -> Option<u32> {
        let Self { numbers, known, text, lower, .. } = self;
        lower.clear();
        if word.is_ascii() {
            lower.push_str(word);
            lower.make_ascii_lowercase();
        } else {
            lower.push_str(&word.to_lowercase());
        }
        let number = match numbers.get(lower.as_str()) {
            Some(&number) => number,
            None => {
                let number = known.len() as u32;
                numbers.insert(lower.clone(), number);
                known.push(Small { is_common: COMMON_WORDS.contains(lower.as_str()), text: 0, is_name: false });
                number
            }
        };
        let small = &mut known[number as usize];
        if small.text != *text {
            (small.text, small.is_name) = (*text, true);
        }
        (!small.is_common).then_some(number)
    }
}

/// A capitalised word without its 's; `None` for other words and for those all in capitals.
fn bare_name(word: &str) -> Option<&str> {
    let mut chars = word.chars();
    if !chars.next().is_some_and(char::is_uppercase) || chars.all(char::is_uppercase) {
        return None;
    }
    let bare = word.strip_suffix('s').and_then(|rest| rest.strip_suffix(['\'', '’']));
    Some(bare.unwrap_or(word))
}

/// Where the words of a piece of text begin and end.
fn each_word(text: &str, piece: ByteRange, mut found: impl FnMut(usize, usize)) {
    let own = &text.as_bytes()[..piece.end];
    let mut at = piece.start;
    while at < own.len() {
        let (start, mut end) = (at, at + letters(&own[at..]));
        at = end + 1;
        // Most words are plain letters up to a blank or a mark.
        if own.get(end).is_some_and(|&byte| matches!(byte, b'-' | b'\'') || !byte.is_ascii()) {
            (end, at) = word(text, own, start);
        }
        if start < end {
            found(start, end);
        }
    }
}

/// The end of the word that begins at a place, letters with hyphens and apostrophes inside them, and where to go on behind it; where none
/// begins, the place itself, and the next.
fn word(text: &str, own: &[u8], start: usize) -> (usize, usize) {
    let (mut at, mut end) = (start, start);
    loop {
        let letters = letters(&own[at..]);
        at += letters;
        end = if letters > 0 { at } else { end };
        let inside = start < end && end == at;
        match own.get(at) {
            Some(b'-' | b'\'') if inside => at += 1,
            Some(byte) if !byte.is_ascii() => match text[at..].chars().next() {
                Some('’') if inside => at += '’'.len_utf8(),
                Some(c) if c.is_alphabetic() => {
                    at += c.len_utf8();
                    end = at;
                }
                _ => break,
            },
            _ => break,
        }
    }
    if start == end {
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    (end, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_capitalised_and_not_common() {
        let text = "The cook, Comrade Zhang Sufang's aunt, came from Peking. Coal was short; coal was needed.";
        let found: Vec<&str> = candidates(text).iter().map(|c| c.range.of(text)).collect();
        assert_eq!(found, ["Zhang", "Zhang Sufang", "Sufang", "Peking"]);
    }

    #[test]
    fn pieces_of_odd_text() {
        for text in ["", "'", "A'", "É-", "Xi'an’s", "Ünal Öz-"] {
            for candidate in candidates(text) {
                assert!(text.get(candidate.range.start..candidate.range.end).is_some());
            }
        }
    }
}
