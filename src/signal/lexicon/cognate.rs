//! Words that look alike in two alphabetic languages.

use super::words::{WordId, Words};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Letters that two words must have in common at their beginning.
const LETTERS: usize = 5;
/// Weight of a pair of such words, shared among the candidates.
const WEIGHT: f32 = 0.5;

/// Finds them; owns its buffers.
#[derive(Debug, Default)]
pub(super) struct Cognates {
    by_prefix: HashMap<[u8; LETTERS], Vec<u32>, FixedState>,
}

impl Cognates {
    /// Finds words that begin alike and are not the same: key type, value type, weight.
    pub(super) fn link(
        &mut self,
        words: &Words,
        keys: &[WordId],
        values: &[WordId],
        mut found: impl FnMut(u32, u32, f32),
    ) {
        self.by_prefix.clear();
        for (v, &word) in values.iter().enumerate() {
            if let Some(prefix) = prefix(words.text(word)) {
                self.by_prefix.entry(prefix).or_default().push(v as u32);
            }
        }
        for (k, &word) in keys.iter().enumerate() {
            let Some(alike) = prefix(words.text(word)).and_then(|prefix| self.by_prefix.get(&prefix)) else { continue };
            for &v in alike.iter().filter(|&&v| values[v as usize] != word) {
                let weight = WEIGHT / alike.len() as f32;
                found(k as u32, v, weight);
            }
        }
    }
}

/// The first letters without their accents; `None` for shorter words, figures and other scripts.
fn prefix(word: &str) -> Option<[u8; LETTERS]> {
    let mut out = [0; LETTERS];
    let mut letters = word.chars().filter_map(plain);
    for slot in &mut out {
        *slot = letters.next()?;
    }
    Some(out)
}

/// The plain Latin letter.
fn plain(c: char) -> Option<u8> {
    Some(match c {
        'a'..='z' => c as u8,
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'æ' => b'a',
        'ç' | 'ć' | 'č' => b'c',
        'ð' | 'ď' | 'đ' => b'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => b'e',
        'ğ' => b'g',
        'ì'..='ï' | 'ī' | 'ı' => b'i',
        'ł' | 'ľ' => b'l',
        'ñ' | 'ń' | 'ň' => b'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'œ' => b'o',
        'ř' => b'r',
        'ß' | 'ś' | 'ş' | 'š' | 'ș' => b's',
        'þ' | 'ť' | 'ț' | 'ţ' => b't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => b'u',
        'ý' | 'ÿ' => b'y',
        'ź' | 'ż' | 'ž' => b'z',
        _ => return None,
    })
}
