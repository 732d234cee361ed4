//! What the engines share: looking at characters next to a byte position, and finding a closing mark ahead without
//! ever reading the same bytes twice.

use memchr::memmem;
use unicode_segmentation::GraphemeCursor;

/// The character that begins at byte `at`.
pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// The character that ends at byte `at`.
pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    text[..at].chars().next_back()
}

/// The first bytes of `text`, at most `limit`, cut at a character.
pub(super) fn head(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

/// The first byte from `at` on that is no white space.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + (rest.len() - rest.trim_start().len())
}

/// Like [`skip_blanks`], except that a blank which carries a combining mark is content.
pub(super) fn first_of_content(text: &str, at: usize) -> usize {
    let mut first = skip_blanks(text, at);
    while first > at && first < text.len() && !is_grapheme_start(text, first) {
        first -= char_before(text, first).map_or(1, char::len_utf8);
    }
    first
}

/// The end of the text without the white space behind it, but never inside a grapheme cluster.
pub(super) fn last_of_content(text: &str, start: usize) -> usize {
    let mut last = start + text[start..].trim_end().len();
    while last < text.len() && !is_grapheme_start(text, last) {
        last += char_at(text, last).map_or(1, char::len_utf8);
    }
    last
}

/// Whether a grapheme cluster may begin at byte `at`.
pub(super) fn is_grapheme_start(text: &str, at: usize) -> bool {
    // The common cases without a table: ASCII on both sides, or a Han character or full-width mark after either.
    let plain = |c: char| {
        (c.is_ascii() && c != '\r' && c != '\n')
            || matches!(c, '\u{2010}'..='\u{2027}' | '\u{3000}'..='\u{3020}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}')
    };
    match (char_before(text, at), char_at(text, at)) {
        (None, _) | (_, None) => true,
        (Some(before), Some(after)) if plain(before) && plain(after) => true,
        _ => GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true),
    }
}

/// Finds the next occurrence of one closing mark, remembering what has been read: any number of questions cost no
/// more than one pass over the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ahead {
    found: Option<usize>,
    searched: usize,
}

impl Ahead {
    /// Where `mark`, the same one each time, next stands at or after `from`, if it begins within `limit` bytes.
    pub(super) fn within(&mut self, mark: &str, text: &str, from: usize, limit: usize) -> Option<usize> {
        let to = text.len().min(from.saturating_add(limit));
        if let Some(found) = self.found.filter(|&found| found >= from) {
            return (found < to).then_some(found);
        }
        let begin = from.max(self.searched);
        if begin < to {
            self.found = memmem::find(&text.as_bytes()[begin..to], mark.as_bytes()).map(|at| begin + at);
            // A mark cut by the end of the window is looked at again.
            self.searched = self.found.unwrap_or((to + 1 - mark.len().min(to)).max(begin));
        }
        self.found.filter(|&found| found >= from)
    }
}
