//! Every other language: the sentence boundaries of UAX 29, corrected by the language's table.

use super::Rule;
use super::scan::skip_blanks;
use super::table::{Class, Set, Table};
use super::word::{Following, token_before};
use unicode_segmentation::{USentenceBoundIndices, UnicodeSegmentation};

/// The state of one pass over a paragraph.
pub(super) struct Scanner<'t> {
    bounds: USentenceBoundIndices<'t>,
}

impl std::fmt::Debug for Scanner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scanner")
    }
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { bounds: text.split_sentence_bound_indices() }
    }

    /// The next sentence end, for the sentence that begins at `start`; none before the end of the paragraph.
    pub(super) fn next_end(&mut self, table: &Table, text: &str, start: usize) -> Option<(usize, Rule)> {
        for (at, piece) in self.bounds.by_ref() {
            let mut end = at + piece.trim_end().len();
            if table.has(Set::Habits, "spaced-quotes") {
                // « Pourquoi ? » : the closing mark stands after a blank.
                let next = skip_blanks(text, end);
                if next > end && text[next..].starts_with('»') {
                    end = next + '»'.len_utf8();
                }
            }
            if end <= start || goes_on(table, text, start, end) {
                continue;
            }
            return Some((end, Rule::Unicode));
        }
        None
    }
}

/// Whether the sentence goes on across the Unicode boundary at `end`.
fn goes_on(table: &Table, text: &str, start: usize, end: usize) -> bool {
    let next_at = skip_blanks(text, end);
    let rest = &text[next_at..];
    if rest.is_empty() {
        return false;
    }
    let closing = [')', ']', '"', '”', '“', '»', '«', '’', '\'', ' ', '\u{a0}', '\u{202f}'];
    let stop = text[start..end].trim_end_matches(closing);
    // A line broken inside a sentence: UAX 29 ends one at every line end.
    if !stop.ends_with(['.', '!', '?', '…', '。', '！', '？', '։', '؟', '।']) {
        return text[end..next_at].contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    }
    let closers = start + stop.len() < end;
    // « Pourquoi ? » demanda Paul; „Warum?“ fragte sie: lower case goes on.
    let next = Following::read(rest);
    if next.lower {
        return true;
    }
    if closers && table.begins(Set::AfterQuote, rest) {
        return true;
    }
    if !stop.ends_with('.') || closers {
        return false;
    }
    let here = start + stop.len() - 1;
    let token = token_before(text, start, here);
    let head = text[start..here - token.len()].trim().is_empty();
    let starter = table.has(Set::Starters, next.word) && !(next.dotted && next.word.chars().count() == 1);
    let number = !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit());
    if number && (head && token.len() <= 3 || table.has(Set::Habits, "ordinals") && token.len() <= 2) {
        return head || !starter;
    }
    match table.class(token) {
        Some(Class::Title) => true,
        Some(Class::Numbered) => next.digit || token.len() == 1,
        Some(_) => !starter,
        None => {
            let initial = token.chars().count() == 1 && token.chars().all(char::is_uppercase);
            let acronym = token.contains('.') && token.split('.').all(|part| part.chars().count() <= 2);
            (initial || acronym) && !starter
        }
    }
}
