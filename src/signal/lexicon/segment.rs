//! Chinese words: the likeliest path through the dictionary's words.
//!
//! Among all ways to cut a run of characters into headwords of the built-in table, the one with the smallest Σ −ln p(word)
//! is taken, p the word's share of running text; a Viterbi over characters, O(characters × longest word). Words that no
//! frequency list knows (most of a dictionary) count as [`RARE`]; a character that is no headword stands alone. Of equal paths the one
//! with the longer last word wins.

use super::embedded::{Headword, Start, ZhEn};

/// Cost, in tenths of a nat, of a dictionary word that is rarer than this or not in the frequency list.
const RARE: u32 = 150;
/// Cost of a character that the dictionary does not have.
const UNKNOWN: u32 = 300;

/// Buffers of the search.
#[derive(Debug, Default)]
pub(crate) struct Segmenter {
    units: Vec<u16>,
    places: Vec<u32>,
    starts: Vec<Start>,
    best: Vec<(u32, u32, u32)>,
    path: Vec<usize>,
}

impl Segmenter {
    /// Calls `found` with start and end (bytes of `text`), headword and normal form of each word, in order.
    pub(crate) fn run(&mut self, table: &ZhEn, text: &str, found: impl FnMut(usize, usize, Option<Headword>, &[u16])) {
        self.read(table, text, |_| true);
        self.cut(table, found);
    }

    /// [`Segmenter::run`] for the Chinese characters that `text` begins with; returns where they end.
    pub(crate) fn run_of_han(
        &mut self,
        table: &ZhEn,
        text: &str,
        found: impl FnMut(usize, usize, Option<Headword>, &[u16]),
    ) -> usize {
        self.read(table, text, is_han);
        self.cut(table, found);
        self.places.last().map_or(0, |&end| end as usize)
    }

    /// Takes in the characters up to the first that is not such: their normal forms, and where they and the last one's end are.
    fn read(&mut self, table: &ZhEn, text: &str, is: impl Fn(char) -> bool) {
        self.units.clear();
        self.places.clear();
        let mut at = 0;
        loop {
            // Most are of this form, and all of this form are Chinese.
            while let Some(&[first @ 0xe4..=0xe9, second, third]) = text.as_bytes()[at..].first_chunk() {
                let bits = |byte: u8| u16::from(byte & 0x3f);
                let unit = u16::from(first) << 12 | bits(second) << 6 | bits(third);
                self.units.push(table.normal_unit(unit));
                self.places.push(at as u32);
                at += 3;
            }
            let Some(c) = text[at..].chars().next().filter(|&c| is(c)) else { break };
            match table.normal(c) {
                Some(unit) => {
                    self.units.push(unit);
                    self.places.push(at as u32);
                }
                // Two units, so that the character can be spelt again; the second is never a word's start.
                None => {
                    let mut pair = [0; 2];
                    c.encode_utf16(&mut pair);
                    self.units.extend(pair);
                    self.places.extend([at as u32; 2]);
                }
            }
            at += c.len_utf8();
        }
        self.places.push(at as u32);
    }

    fn cut(&mut self, table: &ZhEn, mut found: impl FnMut(usize, usize, Option<Headword>, &[u16])) {
        let len = self.units.len();
        // Asked for at once, since each is far in memory and none waits for another.
        self.starts.clear();
        self.starts.extend(self.units.windows(2).map(|pair| table.start(pair[0], Some(pair[1]))));
        self.starts.extend(self.units.last().map(|&unit| table.start(unit, None)));
        // (cost, where the last word starts, its node; 0: no headword)
        self.best.clear();
        self.best.resize(len + 1, (u32::MAX, 0, 0));
        self.best[0].0 = 0;
        let best = &mut self.best;
        for (start, &words) in self.starts.iter().enumerate() {
            let cost = best[start].0;
            if cost == u32::MAX {
                continue;
            }
            let mut reach = |end: usize, cost: u32, node: u32| {
                if cost < best[end].0 {
                    best[end] = (cost, start as u32, node);
                }
            };
            let share = |frequency: u8| cost + u32::from(frequency).min(RARE);
            if let Some((word, frequency)) = words.word() {
                reach(start + 1, share(frequency), word.0);
            } else {
                let wide = if (0xd800..0xdc00).contains(&self.units[start]) { 2 } else { 1 };
                reach(start + wide, cost + UNKNOWN, 0);
            }
            table.longer(words, self.units.get(start + 2..).unwrap_or_default(), |length, word, frequency| {
                reach(start + length, share(frequency), word.0);
            });
        }
        self.path.clear();
        let mut end = len;
        while end > 0 {
            self.path.push(end);
            end = self.best[end].1 as usize;
        }
        for &end in self.path.iter().rev() {
            let (_, start, node) = self.best[end];
            let word = (node != 0).then_some(Headword(node));
            let start = start as usize;
            found(self.places[start] as usize, self.places[end] as usize, word, &self.units[start..end]);
        }
    }
}

/// A Chinese character (or 〇, 々).
pub(crate) fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff | 0x3005..=0x3007)
}
