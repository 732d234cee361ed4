//! Every other language: the sentence boundaries of UAX 29, corrected by the language's table.
//!
//! Unicode's rules know no abbreviations, so that its boundaries after a full stop are looked at again. They also never
//! end a sentence before a dash or a lower-case letter: the turns of a dialogue (`спросил он. — Это я.`) and beginnings
//! such as `'s Morgens` are looked for within their pieces.

use super::Rule;
use super::scan::{char_at, skip_blanks};
use super::table::{Class, Set, Table};
use super::word::{Following, MAX_WORD, is_roman, token_before};
use unicode_segmentation::{USentenceBoundIndices, UnicodeSegmentation};

/// End marks.
const MARKS: [char; 11] = ['.', '!', '?', '…', '。', '！', '？', '։', '؟', '।', '።'];
/// What may close behind one, a blank before a spaced » among it.
const CLOSERS: [char; 12] = [')', ']', '"', '”', '“', '»', '«', '’', '\'', ' ', '\u{a0}', '\u{202f}'];
/// What a speaker's turn begins with.
const DASHES: [char; 3] = ['—', '–', '-'];

/// The state of one pass over a paragraph.
pub(super) struct Scanner<'t> {
    bounds: USentenceBoundIndices<'t>,
    /// What is left of Unicode's current piece.
    from: usize,
    to: usize,
}

impl std::fmt::Debug for Scanner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanner").field("from", &self.from).field("to", &self.to).finish_non_exhaustive()
    }
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { bounds: text.split_sentence_bound_indices(), from: 0, to: 0 }
    }

    /// The next sentence end, for the sentence that begins at `start`; none before the end of the paragraph.
    pub(super) fn next_end(&mut self, table: &Table, text: &str, start: usize) -> Option<(usize, Rule)> {
        loop {
            if self.from >= self.to {
                let (at, piece) = self.bounds.next()?;
                (self.from, self.to) = (at, at + piece.len());
            }
            let (end, rule) = match turn(table, text, self.from, self.to) {
                Some(end) => (end, Rule::DialogueTurn),
                None => (piece_end(table, text, self.from, self.to), Rule::Unicode),
            };
            self.from = if rule == Rule::Unicode { self.to } else { end };
            if end > start && !goes_on(table, text, start, end) {
                return Some((end, rule));
            }
        }
    }
}

/// The end of one of Unicode's pieces: without blanks, but with a closing mark that a blank parts from it (« Pourquoi ? »).
fn piece_end(table: &Table, text: &str, from: usize, to: usize) -> usize {
    let end = from + text[from..to].trim_end().len();
    let next = skip_blanks(text, end);
    let spaced = next > end && text[next..].starts_with('»') && table.has(Set::Habits, "spaced-quotes");
    if spaced { next + '»'.len_utf8() } else { end }
}

/// The first end within a piece that a dash, or a word that begins with an apostrophe, kept Unicode's rules from seeing.
fn turn(table: &Table, text: &str, from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = text[at..to].find(MARKS) {
        at += found;
        while let Some(c) =
            char_at(&text[..to], at).filter(|c| MARKS.contains(c) || CLOSERS.contains(c) && !c.is_whitespace())
        {
            at += c.len_utf8();
        }
        let next = skip_blanks(text, at);
        if next > at && next < to && (begins_turn(&text[next..]) || begins_particle(table, &text[next..])) {
            return Some(at);
        }
    }
    None
}

/// `— Это я`, `–Én`: dashes and a capital or an opening mark.
fn begins_turn(rest: &str) -> bool {
    let words = rest.trim_start_matches(DASHES);
    let opens = |c: char| c.is_uppercase() || matches!(c, '¿' | '¡' | '«' | '„' | '“' | '"');
    words.len() < rest.len() && words.trim_start().starts_with(opens)
}

/// `'s Morgens`: a lower-case word of the table's particles before a capital.
fn begins_particle(table: &Table, rest: &str) -> bool {
    let after = table.after(Set::Particles, rest).and_then(|after| after.strip_prefix(' '));
    after.is_some_and(|after| after.starts_with(char::is_uppercase))
}

/// Whether the sentence goes on across the boundary at `end`.
fn goes_on(table: &Table, text: &str, start: usize, end: usize) -> bool {
    let next_at = skip_blanks(text, end);
    let rest = &text[next_at..];
    if rest.is_empty() {
        return false;
    }
    let stop = text[start..end].trim_end_matches(CLOSERS);
    // A line broken inside a sentence: UAX 29 ends one at every line end.
    if !stop.ends_with(MARKS) {
        return text[end..next_at].contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    }
    let closers = start + stop.len() < end;
    // « Pourquoi ? » demanda Paul; „Warum?“ fragte sie: lower case goes on.
    let next = Following::read(rest);
    if next.lower && !begins_particle(table, rest) || closers && table.begins(Set::AfterQuote, rest) {
        return true;
    }
    if !stop.ends_with('.') || closers {
        return false;
    }
    let here = start + stop.len() - 1;
    let token = token_before(text, start, here);
    let before = text[start..here - token.len()].trim_end();
    let starter = table.has(Set::Starters, next.word) && !(next.dotted && next.word.chars().count() == 1);
    let ordinals = table.has(Set::Habits, "ordinals");
    if !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit()) {
        let item = before.trim_start().is_empty() && token.len() <= 3;
        // "12. 5. 1955"; "am 3. Oktober"; but "am 3. Danach …".
        let date = next.digit && next.dotted;
        return item || date || ordinals && token.len() <= 2 && !starter;
    }
    if ordinals && is_roman(token) {
        // XVI. Károly
        return !starter;
    }
    let letters = token.chars().count();
    if letters <= 2 && next.dotted && !next.digit && next.word.chars().count() == 1 {
        // z. B., a. C., и т. д.
        return true;
    }
    match class(table, token, before) {
        Some(Class::Title) => true,
        Some(Class::Numbered) => next.digit || letters == 1,
        Some(Class::Final | Class::Unit) => false,
        Some(_) => !starter,
        None => {
            let initial = letters == 1 && token.chars().all(char::is_uppercase);
            let acronym = token.contains('.') && token.split('.').all(|part| part.chars().count() <= 2);
            (initial || acronym) && !starter
        }
    }
}

/// The class of the word before a full stop: as it stands (`usw`), with the piece before it (`т. д`), or without an
/// article before it (`L'on`).
fn class(table: &Table, token: &str, before: &str) -> Option<Class> {
    if let Some(piece) = before.strip_suffix('.').filter(|_| token.chars().count() == 1) {
        let piece = token_before(piece, 0, piece.len());
        let mut joined = [0_u8; MAX_WORD];
        let length = piece.len() + 1 + token.len();
        if piece.chars().count() <= 2 && length <= MAX_WORD {
            joined[..piece.len()].copy_from_slice(piece.as_bytes());
            joined[piece.len()] = b'.';
            joined[piece.len() + 1..length].copy_from_slice(token.as_bytes());
            if let Some(class) = std::str::from_utf8(&joined[..length]).ok().and_then(|word| table.class(word)) {
                return Some(class);
            }
        }
    }
    table.class(token).or_else(|| table.class(token.rsplit_once(['\'', '’'])?.1))
}
