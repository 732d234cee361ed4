//! End marks: a run of them, and which of the half-width ones end a sentence at all.

use super::super::scan::{char_at, char_before};
use super::super::table::{Set, Table};
use super::{is_digit, is_han, is_latin};

/// What a run of end marks amounts to.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// A mark that ends a sentence by itself.
    pub strong: bool,
    /// An ellipsis.
    pub ellipsis: bool,
    /// An exclamation or question mark.
    pub exclaims: bool,
    /// A half-width full stop.
    pub half_width: bool,
    /// Where an ellipsis stands that follows a strong mark and ends the run.
    pub trailing_ellipsis: Option<usize>,
}

impl Marks {
    /// Reads the end marks from `at` on; where they end.
    pub(super) fn take(&mut self, table: &Table, text: &str, start: usize, at: usize) -> usize {
        let mut end = at;
        while let Some(c) = char_at(text, end) {
            let mut width = c.len_utf8();
            match c {
                '。' | '｡' => self.end_sentence(),
                '！' | '？' | '!' | '?' | '‼' | '⁇' | '⁈' | '⁉' => {
                    let part_of_word = is_address(text, end)
                        || is_brand(text, start, end, c)
                        || matches!(c, '？' | '?') && is_name_dot(table, text, end, width);
                    if part_of_word {
                        break;
                    }
                    self.end_sentence();
                    self.exclaims = true;
                }
                '…' | '⋯' => self.trail_off(end),
                '．' | '.' => {
                    let dots = text[end..].bytes().take_while(|&b| b == b'.').count();
                    if dots >= 3 {
                        self.trail_off(end);
                        width = dots;
                    } else if self.strong && end > at {
                        // 结束。. is a full stop that the scanner saw twice.
                        self.end_sentence();
                    } else if is_full_stop(table, text, start, end, width) {
                        self.end_sentence();
                        self.half_width = true;
                    } else {
                        break;
                    }
                }
                _ => break,
            }
            end += width;
        }
        end
    }

    fn end_sentence(&mut self) {
        self.strong = true;
        self.trailing_ellipsis = None;
    }

    fn trail_off(&mut self, at: usize) {
        self.ellipsis = true;
        if self.strong {
            self.trailing_ellipsis.get_or_insert(at);
        }
    }
}

/// Whether a character is an end mark; the ASCII full stop, which is most often none, aside.
pub(super) fn is_end(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '!' | '?' | '‼' | '⁇' | '⁈' | '⁉' | '…' | '⋯' | '．')
}

/// Whether a `.` or `．` at `at` is a full stop, and not a decimal point, a date, an initial or an item's number.
fn is_full_stop(table: &Table, text: &str, start: usize, at: usize, width: usize) -> bool {
    let Some(before) = char_before(text, at).filter(|_| at > start) else { return false };
    let next = char_at(text, at + width);
    let next_is_latin = next.is_some_and(|c| is_digit(c) || is_latin(c));
    if is_digit(before) {
        let number = text[start..at].trim_end_matches(is_digit).trim_end();
        let item = matches!(
            number.chars().next_back(),
            None | Some('：' | ':' | '；' | ';' | '，' | '、' | '。' | '（' | '(' | '.' | '．' | '第')
        );
        return !next_is_latin && !item;
    }
    if is_latin(before) {
        let word = &text[start..at];
        let word = &word[word.trim_end_matches(is_latin).len()..];
        let letters = word.chars().count();
        let address = text[start..at - word.len()].ends_with(['.', '．', '@', '/']);
        // "Dr. Wang", "Ｆ．", "No. 1": a short word with its stop is an abbreviation.
        let acronym = letters > 1 && next.is_some_and(is_han) && word.chars().all(|c| c.is_ascii_uppercase());
        return !next_is_latin && (letters > 3 && !address || next.is_none() || acronym);
    }
    if is_han(before) {
        return !is_name_dot(table, text, at, width);
    }
    // After a closing mark or ％.
    !next_is_latin && !before.is_whitespace()
}

/// Whether the mark at `at` stands for the dot in a foreign name: two characters of transliteration on both sides.
fn is_name_dot(table: &Table, text: &str, at: usize, width: usize) -> bool {
    let is_letter = |c: char| {
        let mut buffer = [0; 4];
        table.has(Set::Transliteration, c.encode_utf8(&mut buffer))
    };
    let left = text[..at].chars().rev().take(2).filter(|&c| is_letter(c)).count();
    let right = text[at + width..].chars().take(2).filter(|&c| is_letter(c)).count();
    left == 2 && right == 2
}

/// `?` and `!` within an address or a formula.
fn is_address(text: &str, at: usize) -> bool {
    let around = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.as_bytes()[at].is_ascii() && around(char_before(text, at)) && around(char_at(text, at + 1))
}

/// Yahoo!奇摩: a half-width mark between a capitalised Latin word and Chinese belongs to a name.
fn is_brand(text: &str, start: usize, at: usize, c: char) -> bool {
    let before = text[start..at].trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let word = &text[start + before.len()..at];
    c == '!'
        && word.len() > 1
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word[1..].bytes().all(|b| b.is_ascii_lowercase())
        && char_at(text, at + 1).is_some_and(is_han)
}
