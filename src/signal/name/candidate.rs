//! Capitalised words of an English text that may be names.

use crate::span::ByteRange;
use std::collections::HashSet;

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

/// The words of `text` that may be names: capitalised, not common, and not found in lower case elsewhere in the text.
/// Pairs of neighbouring words follow their first word. Give it a whole article where there is one.
pub fn candidates(text: &str) -> Vec<Candidate> {
    let common: HashSet<&str> = COMMON.split_whitespace().collect();
    let words: Vec<ByteRange> = words(text);
    let small: HashSet<&str> =
        words.iter().map(|range| range.of(text)).filter(|word| word.starts_with(char::is_lowercase)).collect();
    let is_name = |word: &str| {
        let lower = word.to_lowercase();
        let bare = lower.trim_end_matches("'s").trim_end_matches("’s");
        word.starts_with(char::is_uppercase)
            && word.chars().count() > 1
            && !word.chars().skip(1).all(char::is_uppercase)
            && !common.contains(bare)
            && !small.contains(bare)
    };
    let mut found = Vec::new();
    for (index, &range) in words.iter().enumerate() {
        let word = range.of(text);
        if !is_name(word) {
            continue;
        }
        let before = text[..range.start].trim_end();
        let is_initial = before.is_empty() || before.ends_with(['.', '!', '?', '"', '“', '\n']);
        let cut = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        let bare = ByteRange::new(range.start, range.start + cut.len());
        found.push(Candidate { range: bare, is_initial, words: 1 });
        if let Some(&next) = words.get(index + 1)
            && &text[range.end..next.start] == " "
            && is_name(next.of(text))
        {
            let word = next.of(text);
            let cut = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
            let pair = ByteRange::new(range.start, next.start + cut.len());
            found.push(Candidate { range: pair, is_initial, words: 2 });
        }
    }
    found
}

/// Words of letters, with hyphens and apostrophes inside them.
fn words(text: &str) -> Vec<ByteRange> {
    let mut words = Vec::new();
    let mut start = None;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if c.is_alphabetic() {
            start.get_or_insert(at);
            end = at + c.len_utf8();
        } else if !(matches!(c, '-' | '\'' | '’') && start.is_some() && end == at)
            && let Some(begin) = start.take()
        {
            words.push(ByteRange::new(begin, end));
        }
    }
    words.extend(start.map(|begin| ByteRange::new(begin, end)));
    words
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
