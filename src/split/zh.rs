//! Chinese and Japanese: full-width end marks, and the depth of quotations, brackets and titles.
//!
//! One pass over the characters. `。！？` and their half-width kin end a sentence unless they stand in a title `《》`, in
//! a bracket within a sentence, in a quotation that is a part of its sentence, or at the close of a quotation whose
//! sentence goes on; what follows a quotation is judged in `zh_quote`. `；：——` never end one.

use super::scan::{Ahead, char_at, char_before, skip_blanks};
use super::table::{Set, Table};
use super::zh_quote::{self, After};
use super::{Carry, Rule};

/// A bracket or title longer than this, in bytes, is taken for one that was never closed.
const BRACKET_BYTES: usize = 900;
/// A quotation inside a clause that is longer is split within, like any speech.
const QUOTED_BYTES: usize = 180;
/// How far a list is looked at to tell its kind.
const LIST_BYTES: usize = 300;
/// What has no letter in its first characters has not begun.
const HEAD_CHARS: usize = 40;
/// How far a row of titles is followed.
const ROW_CHARS: usize = 120;
/// Deeper marks are not followed.
const DEPTH: usize = 12;

/// What a closing mark must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// “ ” 「 」 " ＂
    Quote,
    /// ‘ ’ 『 』
    Inner,
    /// （ ） ( ) ［ ］ 【 】 〔 〕
    Bracket,
    /// 《 》 〈 〉
    Title,
}

/// What stood before an opening mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// Nothing: it begins the sentence.
    Start,
    /// A colon, or a verb of speech with a comma.
    Colon,
    /// A verb of speech without any mark.
    Verb,
    /// Other words of the sentence.
    Middle,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    family: Family,
    opening: Opening,
    /// No sentence ends within.
    holds: bool,
}

const NO_FRAME: Frame = Frame { family: Family::Quote, opening: Opening::Start, holds: false };

/// The state of one pass over a paragraph.
#[derive(Debug)]
pub(super) struct Scanner {
    at: usize,
    begun: bool,
    stack: [Frame; DEPTH],
    depth: usize,
    /// How the last closed quotation was opened, and where it closed.
    last: (usize, Opening),
    ahead: [Ahead; 14],
}

/// An end found in the text.
type End = Option<(usize, Rule)>;

impl Scanner {
    pub(super) fn new(carry: Carry) -> Self {
        let mut scanner = Self {
            at: 0,
            begun: false,
            stack: [NO_FRAME; DEPTH],
            depth: 0,
            last: (usize::MAX, Opening::Start),
            ahead: ["”", "’", "」", "』", "\"", "＂", "）", ")", "】", "］", "〕", "》", "〉", "]"].map(Ahead::new),
        };
        if carry.quotation_open {
            scanner.depth = 1;
        }
        scanner
    }

    /// Whether a quotation is open.
    pub(super) fn carry(&self) -> Carry {
        let open = self.stack[..self.depth].iter().any(|frame| matches!(frame.family, Family::Quote | Family::Inner));
        Carry { quotation_open: open }
    }

    /// The next sentence end, for the sentence that begins at `start`; none before the end of the paragraph.
    pub(super) fn next_end(&mut self, table: &Table, text: &str, start: usize) -> End {
        let bytes = text.as_bytes();
        self.at = self.at.max(start);
        if !self.begun {
            self.begun = true;
            self.reopened(text);
        }
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                // Han: no mark among them.
                0xE4..=0xEE => self.at += 3,
                0xF0.. => self.at += 4,
                0..0x80 if !ASCII_MARK[byte as usize] => self.at += 1,
                _ => {
                    let Some(c) = char_at(text, self.at) else { break };
                    let here = self.at;
                    self.at += c.len_utf8();
                    if let Some(found) = self.step(table, text, start, here, c) {
                        self.at = self.at.max(found.0);
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// A paragraph that opens its own quotation does not continue the one before.
    fn reopened(&mut self, text: &str) {
        let first = char_at(text, skip_blanks(text, self.at));
        if self.depth > 0 && matches!(first, Some('“' | '「' | '"' | '＂' | '『' | '‘')) {
            self.depth = 0;
        }
    }

    fn step(&mut self, table: &Table, text: &str, start: usize, here: usize, c: char) -> End {
        match c {
            '。' | '！' | '？' | '｡' | '!' | '?' | '‼' | '⁇' | '⁈' | '⁉' | '…' | '⋯' | '．' | '.' => {
                self.end_mark(table, text, start, here)
            }
            '：' | ':' => self.lead_in(text),
            _ => {
                if c == '"' || c == '＂' {
                    if self.is_open(Family::Quote) {
                        self.close(Family::Quote, here + c.len_utf8());
                    } else {
                        self.open(table, text, start, here, c, Family::Quote);
                    }
                } else if let Some(family) = opener(c) {
                    self.open(table, text, start, here, c, family);
                } else if let Some(family) = closer(c) {
                    return self.closing_mark(table, text, start, here, c, family);
                }
                None
            }
        }
    }

    fn is_open(&self, family: Family) -> bool {
        self.stack[..self.depth].iter().any(|frame| frame.family == family)
    }

    fn holds(&self) -> bool {
        self.stack[..self.depth].iter().any(|frame| frame.holds)
    }

    fn open(&mut self, table: &Table, text: &str, start: usize, here: usize, c: char, family: Family) {
        if self.depth == DEPTH {
            return;
        }
        let opening = self.opening(table, text, start, here);
        let after = here + c.len_utf8();
        let limit = match family {
            Family::Bracket | Family::Title => BRACKET_BYTES,
            Family::Quote | Family::Inner => QUOTED_BYTES,
        };
        let close = closing_index(c).and_then(|which| self.ahead[which].within(text, after, limit));
        let holds = match (family, close) {
            // Never closed: not a mark at all.
            (Family::Bracket | Family::Title, None) => return,
            (Family::Title, Some(_)) => true,
            (Family::Bracket, Some(_)) => opening != Opening::Start,
            (_, None) => false,
            (_, Some(close)) => match opening {
                Opening::Start | Opening::Colon => false,
                Opening::Verb => zh_quote::goes_on(table, text, close),
                Opening::Middle => zh_quote::clause_goes_on(table, text, close),
            },
        };
        self.stack[self.depth] = Frame { family, opening, holds };
        self.depth += 1;
    }

    /// What stands before the opening mark at `here`.
    fn opening(&self, table: &Table, text: &str, start: usize, here: usize) -> Opening {
        let before = text[start..here].trim_end();
        if self.last.0 == here && !before.is_empty() {
            return self.last.1;
        }
        match before.chars().next_back() {
            None => Opening::Start,
            Some('：' | ':') => Opening::Colon,
            Some(c) if matches!(opener(c), Some(Family::Quote | Family::Inner)) => Opening::Start,
            Some(c @ ('，' | ',')) => {
                if zh_quote::ends_in_speech(table, &before[..before.len() - c.len_utf8()]) {
                    Opening::Colon
                } else {
                    Opening::Middle
                }
            }
            Some(c) if is_end(c) => Opening::Start,
            Some(_) if zh_quote::ends_in_speech(table, before) => Opening::Verb,
            Some(_) => Opening::Middle,
        }
    }

    /// Closes the nearest mark of the family, and whatever was left open within it.
    fn close(&mut self, family: Family, end: usize) -> Option<Frame> {
        let which = self.stack[..self.depth].iter().rposition(|frame| frame.family == family)?;
        self.depth = which;
        let frame = self.stack[which];
        if matches!(family, Family::Quote | Family::Inner) {
            self.last = (end, frame.opening);
        }
        Some(frame)
    }

    /// A closing mark with no end mark before it: a note in brackets, or a row of titles, can end here.
    fn closing_mark(&mut self, table: &Table, text: &str, start: usize, here: usize, c: char, family: Family) -> End {
        let end = here + c.len_utf8();
        let frame = self.close(family, end)?;
        if self.depth > 0 || frame.opening != Opening::Start && family != Family::Title {
            return None;
        }
        if family == Family::Title {
            return (is_title_row(&text[start..end]) && is_title_row(&text[end..])).then_some((end, Rule::TitleRow));
        }
        let inside = text[start..here].trim_start_matches(['（', '(', '［', '[']);
        if family == Family::Bracket && start > 0 && inside.len() < here - start && table.begins(Set::Notes, inside) {
            let next = char_at(text, skip_blanks(text, end))?;
            return (!goes_on_with(next) && !is_end(next)).then_some((end, Rule::BracketEnd));
        }
        None
    }

    /// An end mark at `here`: how far it reaches with its closers, and whether a sentence ends there.
    fn end_mark(&mut self, table: &Table, text: &str, start: usize, here: usize) -> End {
        let mut marks = Marks::default();
        let mut quote: Option<Opening> = None;
        let mut held = false;
        let mut end = here;
        loop {
            let run = marks.take(table, text, start, end);
            if run > end {
                // An end mark after a closing mark ends the sentence itself, not the quotation.
                if end > here && marks.strong {
                    (quote, held) = (None, false);
                }
                end = run;
            }
            let Some((c, at)) = self.closer_at(text, end) else { break };
            let after = at + c.len_utf8();
            let family = closer(c).unwrap_or(Family::Quote);
            let frame = self.close(family, after);
            held |= frame.is_some_and(|frame| frame.holds);
            if matches!(family, Family::Quote | Family::Inner) {
                quote = Some(frame.map_or(Opening::Start, |frame| frame.opening));
            }
            end = after;
        }
        self.at = end.max(self.at);
        if end == here || !(marks.strong || marks.ellipsis) || held || self.holds() {
            return None;
        }
        let next_at = skip_blanks(text, end);
        let Some(next) = char_at(text, next_at) else { return Some((end, Rule::ParagraphEnd)) };
        if goes_on_with(next) {
            return None;
        }
        if let Some(opening) = quote {
            let mark = char_at(text, here).unwrap_or('。');
            let after = After { opening, exclaims: marks.exclaims, mark };
            return zh_quote::ends(table, &text[next_at..], after).then_some((end, Rule::QuotationEnd));
        }
        if !marks.strong {
            let before = &text[start..here];
            if !before.chars().take(HEAD_CHARS).any(char::is_alphanumeric) {
                return None;
            }
            if marks.twice && end == here + 12 {
                // Two in a row: one speaker breaks off, the next takes up.
                self.at = here + 6;
                return Some((here + 6, Rule::Ellipsis));
            }
            let ends = table.begins(Set::AfterEllipsis, &text[next_at..])
                || table.ends(Set::BeforeEllipsis, before).is_some()
                || zh_quote::begins_with_person(&text[next_at..]);
            return (ends && self.depth == 0).then_some((end, Rule::Ellipsis));
        }
        if marks.half_width {
            return Some((end, Rule::HalfWidthStop));
        }
        Some((end, if end > here + 3 { Rule::EndMarkAndCloser } else { Rule::EndMark }))
    }

    /// The closing mark that belongs to an end mark before `end`, across blanks where it can be nothing else.
    fn closer_at(&self, text: &str, end: usize) -> Option<(char, usize)> {
        let next = char_at(text, end)?;
        if matches!(next, '"' | '＂') {
            // In a text whose straight quotation marks pair up, one with none open begins a quotation.
            return self.is_open(Family::Quote).then_some((next, end));
        }
        if closer(next).is_some() {
            return Some((next, end));
        }
        if !next.is_whitespace() {
            return None;
        }
        let at = skip_blanks(text, end);
        let next = char_at(text, at)?;
        closer(next).filter(|&family| self.is_open(family)).map(|_| (next, at))
    }

    /// After a colon: a list whose items are whole sentences begins a sentence of its own.
    fn lead_in(&mut self, text: &str) -> End {
        let colon_end = self.at;
        let first = skip_blanks(text, colon_end);
        if self.depth > 0 || enumerator(&text[first..]).is_none() {
            return None;
        }
        let window = &text.as_bytes()[first..text.len().min(first + LIST_BYTES)];
        let window = std::str::from_utf8(window)
            .unwrap_or_else(|error| std::str::from_utf8(&window[..error.valid_up_to()]).unwrap_or_default());
        let stop = window.find(['。', '；', ';', '！', '？', '\n'])?;
        let stop_mark = char_at(window, stop)?;
        let rest = window[stop + stop_mark.len_utf8()..].trim_start();
        (stop_mark == '。' && enumerator(rest).is_some()).then_some((colon_end, Rule::ListLeadIn))
    }
}

/// What a run of end marks amounts to.
#[derive(Debug, Default)]
struct Marks {
    strong: bool,
    ellipsis: bool,
    exclaims: bool,
    half_width: bool,
    /// Two full ellipses in a row.
    twice: bool,
}

impl Marks {
    /// Reads the end marks from `at` on; where they end.
    fn take(&mut self, table: &Table, text: &str, start: usize, at: usize) -> usize {
        let mut end = at;
        while let Some(c) = char_at(text, end) {
            let mut width = c.len_utf8();
            match c {
                '。' | '｡' => self.strong = true,
                '！' | '？' | '!' | '?' | '‼' | '⁇' | '⁈' | '⁉' => {
                    if !c.is_ascii() || !is_address(text, end) && !is_brand(text, start, end, c) {
                        if matches!(c, '？' | '?') && is_name_dot(table, text, end, width) {
                            break;
                        }
                        self.strong = true;
                        self.exclaims = true;
                    } else {
                        break;
                    }
                }
                '…' | '⋯' => {
                    self.ellipsis = true;
                    self.twice = text[end..].chars().take(5).take_while(|&c| matches!(c, '…' | '⋯')).count() == 4;
                    if self.twice {
                        width *= 4;
                    }
                }
                '．' | '.' => {
                    let dots = text[end..].bytes().take_while(|&b| b == b'.').count();
                    if dots >= 3 {
                        self.ellipsis = true;
                        width = dots;
                    } else if end > start && text[..end].ends_with(['。', '．', '！', '？', '!', '?']) && self.strong
                    {
                    } else if is_full_stop(table, text, start, end, width) {
                        self.strong = true;
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
}

/// Whether a `.` or `．` at `at` is a full stop, and not a decimal point, a date, an initial or an item's number.
fn is_full_stop(table: &Table, text: &str, start: usize, at: usize, width: usize) -> bool {
    let after = at + width;
    let Some(before) = char_before(text, at).filter(|_| at > start) else { return false };
    let next = char_at(text, after);
    let next_is_latin = next.is_some_and(|c| is_digit(c) || is_latin(c));
    if is_digit(before) {
        if next_is_latin {
            return false;
        }
        let number = text[start..at].trim_end_matches(is_digit);
        return !matches!(
            number.trim_end().chars().next_back(),
            None | Some('：' | ':' | '；' | ';' | '，' | '、' | '。' | '（' | '(' | '.' | '．' | '第')
        );
    }
    if is_latin(before) {
        if next_is_latin {
            return false;
        }
        let word = &text[start..at];
        let word = &word[word.trim_end_matches(is_latin).len()..];
        let letters = word.chars().count();
        // "Dr. Wang", "Ｆ．", "No. 1": a short word with its stop is an abbreviation.
        return letters > 3 && !text[start..at - word.len()].ends_with(['.', '．', '@', '/'])
            || next.is_none()
            || letters > 1 && next.is_some_and(is_han) && word.chars().all(|c| c.is_ascii_uppercase());
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

/// Whether `text` is nothing but titles in a row: a list. A bounded look ahead must do.
fn is_title_row(text: &str) -> bool {
    let mut open = false;
    let mut titles = 0;
    for c in text.chars().take(ROW_CHARS) {
        match c {
            '《' => (open, titles) = (true, titles + 1),
            '》' => open = false,
            _ if open || c.is_whitespace() => {}
            _ => return false,
        }
    }
    titles > 0
}

/// `?` and `!` within an address or a formula.
fn is_address(text: &str, at: usize) -> bool {
    let around = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    around(char_before(text, at)) && around(char_at(text, at + 1))
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

/// The number of a list item at the start of `text`: 一、 （一） 1. １． ① 第一，; its length in bytes.
fn enumerator(text: &str) -> Option<usize> {
    let numeral = |c: char| is_digit(c) || "一二三四五六七八九十".contains(c);
    let first = text.chars().next()?;
    if ('①'..='⑳').contains(&first) {
        return Some(first.len_utf8());
    }
    let open = matches!(first, '（' | '(');
    let ordinal = first == '第';
    let inner = if open || ordinal { &text[first.len_utf8()..] } else { text };
    let length: usize = inner.chars().take(3).take_while(|&c| numeral(c)).map(char::len_utf8).sum();
    let mark = inner[length..].chars().next().filter(|_| length > 0)?;
    let fits = if open {
        matches!(mark, '）' | ')')
    } else if ordinal {
        matches!(mark, '，' | '、' | ',' | '：')
    } else {
        matches!(mark, '、' | '．' | '.' | '）' | ')') && !inner[length + mark.len_utf8()..].starts_with(is_digit)
    };
    fits.then_some(text.len() - inner.len() + length + mark.len_utf8())
}

const ASCII_MARK: [bool; 128] = {
    let mut marks = [false; 128];
    let listed = b".!?\"()[]:";
    let mut i = 0;
    while i < listed.len() {
        marks[listed[i] as usize] = true;
        i += 1;
    }
    marks
};

fn opener(c: char) -> Option<Family> {
    Some(match c {
        '“' | '「' | '〝' | '﹁' => Family::Quote,
        '‘' | '『' | '﹃' => Family::Inner,
        '（' | '(' | '［' | '[' | '【' | '〔' => Family::Bracket,
        '《' | '〈' => Family::Title,
        _ => return None,
    })
}

pub(super) fn closer(c: char) -> Option<Family> {
    Some(match c {
        '”' | '」' | '〞' | '﹂' => Family::Quote,
        '’' | '』' | '﹄' => Family::Inner,
        '）' | ')' | '］' | ']' | '】' | '〕' => Family::Bracket,
        '》' | '〉' => Family::Title,
        _ => return None,
    })
}

/// Which of [`Scanner::ahead`] looks for the mark that closes `c`.
fn closing_index(c: char) -> Option<usize> {
    "“‘「『\"＂（(【［〔《〈[".chars().position(|open| open == c)
}

pub(super) fn is_end(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '!' | '?' | '…' | '⋯' | '．')
}

/// Punctuation that carries a sentence on.
pub(super) fn goes_on_with(c: char) -> bool {
    matches!(c, '，' | '、' | '；' | '：' | ',' | ';' | ':' | '。' | '」' | '』' | '”' | '’' | '）' | ')' | '》' | '〉')
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '０'..='９')
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ') || matches!(c, 'À'..='ÿ')
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '々' | '〇' | '○' | '\u{3040}'..='\u{30ff}')
}
