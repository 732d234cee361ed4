//! Capitalised words of an English text that may be names.

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
    candidates_of(text, [ByteRange::new(0, text.len())])
}

/// Those of several pieces of one text.
pub(super) fn candidates_of(text: &str, pieces: impl IntoIterator<Item = ByteRange>) -> Vec<Candidate> {
    let words: Vec<ByteRange> = pieces
        .into_iter()
        .flat_map(|piece| words(piece.of(text)).into_iter().map(move |word| word.shifted(piece.start)))
        .collect();
    // By word: none, or the end of a name without its 's, and the same in lower case.
    let mut lower: HashMap<String, bool, FixedState> = HashMap::default();
    let names: Vec<Option<(usize, String)>> = words
        .iter()
        .map(|range| {
            let word = range.of(text);
            if !word.starts_with(char::is_uppercase) || word.chars().skip(1).all(char::is_uppercase) {
                return None;
            }
            let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
            let small = bare.to_lowercase();
            if COMMON_WORDS.contains(small.as_str()) {
                return None;
            }
            lower.entry(small.clone()).or_insert(true);
            Some((range.start + bare.len(), small))
        })
        .collect();
    for range in &words {
        if let Some(is_name) = lower.get_mut(range.of(text)) {
            *is_name = false;
        }
    }
    let name = |index: usize| names.get(index)?.as_ref().filter(|(_, small)| lower[small]);
    let mut found = Vec::new();
    for (index, &range) in words.iter().enumerate() {
        let Some(&(end, _)) = name(index) else { continue };
        let before = text[..range.start].trim_end();
        let is_initial = before.is_empty() || before.ends_with(['.', '!', '?', '"', '“', '\n']);
        found.push(Candidate { range: ByteRange::new(range.start, end), is_initial, words: 1 });
        if let Some(&(end, _)) = name(index + 1)
            && &text[range.end..words[index + 1].start] == " "
        {
            found.push(Candidate { range: ByteRange::new(range.start, end), is_initial, words: 2 });
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
