//! English: an end mark, what closes after it, and what begins next.
//!
//! `!` and `?` end a sentence before anything but a lower-case word or a reporting clause. A full stop is decided by the
//! word before it, in three classes of abbreviation ([`stop`]), and by the word after it.

mod stop;

use super::scan::{Ahead, char_at, char_before, skip_blanks};
use super::table::{Set, Table};
use super::word::{Following, token_before};
use super::{Carry, Rule};
use crate::bytes::position;
use stop::Verdict;

/// A bracket longer than this, in bytes, is taken for one that was never closed.
const BRACKET_BYTES: usize = 500;
/// A quotation within a clause that is longer is split within, like any speech.
const QUOTED_BYTES: usize = 160;

/// What has no letter in its first characters has not begun.
const HEAD_CHARS: usize = 40;

/// The state of one pass over a paragraph.
#[derive(Debug)]
pub(super) struct Scanner {
    at: usize,
    /// Straight quotation marks: whether one is open.
    quote_open: bool,
    /// Where the last quotation opened.
    quote_at: usize,
    /// No sentence ends before this byte: a bracket or a quotation within a clause is open.
    held_until: usize,
    ahead: [Ahead; CLOSERS.len()],
}

/// What closes a bracket or a quotation.
const CLOSERS: [&str; 4] = [")", "]", "\"", "”"];

type End = Option<(usize, Rule)>;

impl Scanner {
    pub(super) fn new(carry: Carry) -> Self {
        let ahead = [Ahead::default(); CLOSERS.len()];
        Self { at: 0, quote_open: carry.quotation_open, quote_at: 0, held_until: 0, ahead }
    }

    pub(super) fn carry(&self) -> Carry {
        Carry { quotation_open: self.quote_open }
    }

    /// The next sentence end, for the sentence that begins at `start`; none before the end of the paragraph.
    pub(super) fn next_end(&mut self, table: &Table, text: &str, start: usize) -> End {
        let bytes = text.as_bytes();
        if self.at == 0 && self.quote_open && !runs_on(text) {
            self.quote_open = false;
        }
        self.at = self.at.max(start);
        loop {
            let mark = bytes.get(self.at..).and_then(|rest| position(rest, may_be_mark));
            let here = mark.map_or(bytes.len(), |ahead| self.at + ahead);
            self.at = here;
            let c = char_at(text, here)?;
            self.at += c.len_utf8();
            let found = match c {
                '.' | '!' | '?' | '…' | '。' | '！' | '？' | '‼' | '⁉' | '⁈' => {
                    self.end_mark(table, text, start, here)
                }
                ':' => self.lead_in(text, start),
                _ => {
                    self.bracket_or_quote(text, start, here, c);
                    None
                }
            };
            if found.is_some() {
                return found;
            }
        }
    }

    fn bracket_or_quote(&mut self, text: &str, start: usize, here: usize, c: char) {
        let (which, limit) = match c {
            '(' => (0, BRACKET_BYTES),
            '[' => (1, BRACKET_BYTES),
            '"' => {
                self.quote_open = !self.quote_open;
                if !self.quote_open {
                    return;
                }
                self.quote_at = here;
                (2, QUOTED_BYTES)
            }
            '“' => {
                self.quote_at = here;
                (3, QUOTED_BYTES)
            }
            _ => return,
        };
        let before = text[start..here].trim_end();
        // A bracket or quotation at the sentence's head holds sentences; one within it is a part of it.
        if stop::is_head(before) || here < self.held_until {
            return;
        }
        let Some(close) = self.ahead[which].within(CLOSERS[which], text, here + c.len_utf8(), limit) else { return };
        if which < 2 {
            self.held_until = close;
            return;
        }
        let introduced = before.ends_with([',', ':', '.', '!', '?', '-', '—', '"', '”']);
        let mark = if which == 2 { 1 } else { '”'.len_utf8() };
        let rest = &text[close + mark..];
        let next = rest.trim_start().chars().next();
        if !introduced && (next.is_some_and(|c| c.is_lowercase()) || rest.starts_with([',', ';'])) {
            self.held_until = close;
        }
    }

    fn end_mark(&mut self, table: &Table, text: &str, start: usize, here: usize) -> End {
        let mark = Mark::read(text, here);
        let mut end = mark.end;
        let (mut quoted, mut closed, mut outer) = (false, false, false);
        while let Some((c, after)) = self.closer_at(text, end) {
            if c == '"' {
                self.quote_open = false;
            }
            quoted |= matches!(c, '"' | '”' | '’' | '\'' | '»');
            closed = true;
            end = after;
            // An end mark behind the closing mark: "Why"?" and (etc.).
            while let Some(c @ ('.' | '!' | '?')) = char_at(text, end) {
                end += c.len_utf8();
                outer = true;
            }
        }
        end = citation(text, end);
        self.at = end;
        if here < self.held_until {
            return None;
        }
        let next_at = skip_blanks(text, end);
        let Some(next) = char_at(text, next_at) else { return Some((end, Rule::ParagraphEnd)) };
        if next_at == end {
            return (!mark.ellipsis && missing_blank(table, text, start, here, end))
                .then_some((end, Rule::MissingBlank));
        }
        let rest = &text[next_at..];
        if matches!(next, ',' | ';' | ':' | '?' | '!' | ')') {
            return None;
        }
        let following = Following::read(rest);
        let lower = following.lower;
        if outer {
            return (!lower).then_some((end, Rule::EndMarkAndCloser));
        }
        if mark.is_stop() && !closed {
            // The class of the word decides before anything else.
            return match stop::judge(table, text, start, here, &following) {
                Verdict::NoEnd => None,
                Verdict::End if lower => {
                    (following.bracketed || particle(table, &following)).then_some((end, Rule::EndMark))
                }
                Verdict::End => Some((end, Rule::EndMark)),
                Verdict::AbbreviationEnd => Some((end, Rule::AbbreviationBeforeStarter)),
            };
        }
        if lower {
            return (mark.is_stop() && particle(table, &following)).then_some((end, Rule::EndMarkAndCloser));
        }
        if mark.ellipsis {
            // An ellipsis at the head of a sentence, or between blanks within it, is no end.
            let leading = !text[start..here].chars().take(HEAD_CHARS).any(char::is_alphanumeric);
            let spaced = !closed && char_before(text, here).is_some_and(char::is_whitespace) && mark.dots < 4;
            return (!leading && !spaced).then_some((end, Rule::Ellipsis));
        }
        if !mark.is_stop() {
            // A quotation that the sentence led up to (He cried: "…!") has had its reporting clause.
            let leads = self.quote_at <= start || stop::is_head(&text[start..self.quote_at]);
            if quoted && leads && stop::reports(table, rest) {
                return None;
            }
            let word = token_before(text, start, here);
            if !quoted && mark.single && table.has(Set::Exclaiming, word) && following.begins_upper {
                return table.has(Set::Starters, following.word).then_some((end, Rule::EndMark));
            }
        } else if let Verdict::NoEnd = stop::judge_closed(table, text, start, here, &following) {
            return None;
        }
        Some((end, if closed { Rule::EndMarkAndCloser } else { Rule::EndMark }))
    }

    /// The closing mark that belongs to an end mark before `at`, across a blank where it can be nothing else.
    fn closer_at(&self, text: &str, at: usize) -> Option<(char, usize)> {
        let c = char_at(text, at)?;
        let plain = |c: char| matches!(c, ')' | ']' | '}' | '”' | '»' | '’');
        if plain(c) {
            return Some((c, at + c.len_utf8()));
        }
        if text[at..].starts_with("''") {
            return Some(('"', at + 2));
        }
        let alone = |after: usize| char_at(text, after).is_none_or(|c| !c.is_alphanumeric());
        if matches!(c, '"' | '\'') {
            return (alone(at + 1) || c == '"' && self.quote_open).then_some((c, at + 1));
        }
        if !c.is_whitespace() {
            return None;
        }
        let at = skip_blanks(text, at);
        let c = char_at(text, at)?;
        let after = at + c.len_utf8();
        let blank_after = char_at(text, after).is_none_or(char::is_whitespace);
        let lone = matches!(c, '”' | '»' | ')' | ']') || c == '"' && self.quote_open;
        (lone && blank_after).then_some((c, after))
    }

    /// After a colon: a numbered list of sentences begins a sentence of its own.
    fn lead_in(&mut self, text: &str, start: usize) -> End {
        let end = self.at;
        let rest = text[end..].trim_start();
        if let Some(inner) = rest.strip_prefix('(').filter(|_| self.held_until <= end) {
            let at = text.len() - inner.len();
            let close = self.ahead[0].within(CLOSERS[0], text, at, BRACKET_BYTES);
            let whole = close.is_some_and(|close| text[at..close].ends_with(['.', '!', '?']));
            return (whole && inner.starts_with(char::is_uppercase)).then_some((end, Rule::ListLeadIn));
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let blank = text[end..].starts_with(char::is_whitespace);
        if !blank || self.held_until > end || digits == 0 || digits > 2 || start + 4 > end {
            return None;
        }
        let item = rest[digits..].strip_prefix(['.', ')'])?;
        let item = item.strip_prefix(' ')?.trim_start_matches(['"', '“']);
        item.starts_with(|c: char| c.is_uppercase()).then_some((end, Rule::ListLeadIn))
    }
}

/// Whether a quotation that the paragraph before left open runs on in this one: it opens none of its own, and closes one
/// more than it opens, or none.
fn runs_on(text: &str) -> bool {
    let marks = memchr::memchr_iter(b'"', text.as_bytes()).count();
    !text.trim_start().starts_with('"') && (marks == 0 || marks % 2 == 1)
}

/// A run of end marks, blanks between repeated ones included.
#[derive(Debug)]
struct Mark {
    end: usize,
    dots: usize,
    other: bool,
    ellipsis: bool,
    single: bool,
}

impl Mark {
    fn read(text: &str, here: usize) -> Mark {
        let bytes = text.as_bytes();
        let mut mark = Mark { end: here, dots: 0, other: false, ellipsis: false, single: false };
        let mut count = 0;
        while let Some(c) = char_at(text, mark.end) {
            match c {
                '.' => mark.dots += 1,
                '…' => mark.ellipsis = true,
                '!' | '?' | '。' | '！' | '？' | '‼' | '⁉' | '⁈' => mark.other = true,
                ' ' if count > 0 => {
                    // ". . . ." and "! ! !": the same mark again after one blank, and ". ..." after a stop.
                    let next = bytes.get(mark.end + 1).copied();
                    let again = next == Some(bytes[mark.end - 1]) && matches!(next, Some(b'.' | b'!' | b'?'));
                    let whole = matches!(next, Some(b'.')) && !attached(bytes, mark.end + 1);
                    let goes_on = whole && (again || mark.other) || again && !attached(bytes, mark.end + 1);
                    if !goes_on {
                        break;
                    }
                    mark.end += 1;
                    continue;
                }
                _ => break,
            }
            count += 1;
            mark.end += c.len_utf8();
        }
        mark.ellipsis = (mark.ellipsis || mark.dots > 2) && !mark.other;
        mark.single = count == 1;
        mark
    }

    /// A full stop, or what a scanner made two of.
    fn is_stop(&self) -> bool {
        !self.other && !self.ellipsis
    }
}

/// Whether a run of stops is glued to the word after it ("...the").
fn attached(bytes: &[u8], at: usize) -> bool {
    let dots = bytes[at..].iter().take(8).take_while(|&&b| matches!(b, b'.' | b'!' | b'?')).count();
    bytes.get(at + dots).is_some_and(|b| b.is_ascii_alphanumeric())
}

/// A citation behind an end mark, "[12]" or "[1 - 3]", belongs to the sentence before it.
fn citation(text: &str, end: usize) -> usize {
    let at = skip_blanks(text, end);
    let Some(rest) = text[at..].strip_prefix('[') else { return end };
    let inner = rest.bytes().take(16).take_while(|b| b.is_ascii_digit() || b" -,".contains(b)).count();
    let inner = inner
        + rest[inner..].strip_prefix('–').map_or(0, |rest| {
            '–'.len_utf8() + rest.bytes().take(6).take_while(|b| b.is_ascii_digit() || *b == b' ').count()
        });
    let closes = inner > 0 && rest[inner..].starts_with(']');
    let after = at + 1 + inner + 1;
    if closes && char_at(text, after).is_none_or(char::is_whitespace) { after } else { end }
}

/// A full stop glued to the next sentence by the printer or the scanner: "in 1958.Its members", "by 20%.Costs fell",
/// "are happy .They sing".
fn missing_blank(table: &Table, text: &str, start: usize, here: usize, end: usize) -> bool {
    let rest = text[end..].trim_start_matches(['"', '“']);
    if text.len() - rest.len() > end + '“'.len_utf8() || !rest.starts_with(char::is_uppercase) {
        return false;
    }
    let letters = rest.bytes().take(24).take_while(u8::is_ascii_alphabetic).count();
    let next = &rest[..letters];
    let whole = matches!(rest.as_bytes().get(letters), Some(b' ' | b',' | b'\''))
        && next.bytes().skip(1).all(|b| b.is_ascii_lowercase())
        && (letters > 1 || matches!(next, "A" | "I"));
    if !whole {
        return false;
    }
    let word = token_before(text, start, here);
    let starter = table.has(Set::Starters, next);
    match word.chars().next_back() {
        // A closing mark or a sign stands before the stop, or behind it; or the blank went to the wrong side.
        None => match char_before(text, here) {
            Some(before) if before.is_whitespace() => starter,
            before => matches!(before, Some('%' | ')' | '"' | '”')),
        },
        Some(_) if word.contains(['.', '/', '@', ':', '_']) => false,
        Some(_) if table.class(word).is_some() => starter,
        Some(last) => last.is_ascii_digit() || last.is_lowercase() && word.len() > 2 || end > here + 1,
    }
}

/// A name that begins in lower case can begin a sentence: "de Gaulle", "iPhone".
fn particle(table: &Table, following: &Following<'_>) -> bool {
    let word = following.word;
    table.has(Set::Particles, word) && (following.then_upper || word.chars().skip(1).any(char::is_uppercase))
}

/// Whether a mark that is looked at may begin with this byte.
#[inline]
fn may_be_mark(byte: u8) -> bool {
    let stop = (byte == b'.') | (byte == b'!') | (byte == b'?') | (byte == b':');
    let opens = (byte == b'(') | (byte == b'[') | (byte == b'"');
    // … “ 。 ！ and their kin.
    let wide = (byte == 0xE2) | (byte == 0xE3) | (byte == 0xEF);
    stop | opens | wide
}
