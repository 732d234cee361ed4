//! Chinese and Japanese: full-width end marks, and the depth of quotations, brackets and titles.
//!
//! One pass over the characters, with a stack of the marks that are open. An end mark (`。！？` and their half-width kin,
//! [`mark`]) ends a sentence together with all closing marks behind it, unless
//!
//! - a mark that *holds* is open around it: a title `《》`, a bracket within a sentence, a quotation that is a part of its
//!   clause;
//! - punctuation follows that carries the sentence on: `，、；：`;
//! - it closes a quotation whose sentence goes on: a reporting clause, a noun that the quotation stands before
//!   ([`quote`]).
//!
//! An ellipsis ends a sentence only with an end mark or at the close of a quotation. `；：——` never end one, save a colon
//! before a list whose items are sentences ([`list`]).

mod list;
mod mark;
mod quote;

use super::scan::{Ahead, char_at, skip_blanks};
use super::table::{Set, Table};
use super::{Carry, Rule};
use mark::Marks;
use quote::After;

/// A bracket or title longer than this, in bytes, is taken for one that was never closed.
const BRACKET_BYTES: usize = 900;
/// A quotation inside a clause that is longer is split within, like any speech.
const QUOTED_BYTES: usize = 180;
/// Deeper marks are not followed.
const DEPTH: usize = 12;

/// What a closing mark must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// “ ” 「 」 " ＂
    Quote,
    /// ‘ ’ 『 』
    Inner,
    /// （ ） ( ) ［ ］ 【 】 〔 〕
    Bracket,
    /// 《 》 〈 〉
    Title,
}

impl Family {
    fn is_quotation(self) -> bool {
        matches!(self, Family::Quote | Family::Inner)
    }
}

/// What stood before an opening mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// Nothing: it begins the sentence.
    Start,
    /// A colon, or a verb of speech with a comma.
    Colon,
    /// A comma.
    Comma,
    /// A verb of speech without any mark.
    Verb,
    /// Other words of the sentence.
    Middle,
}

/// A mark that is open.
#[derive(Debug, Clone, Copy)]
struct Frame {
    family: Family,
    opening: Opening,
    /// No sentence ends within.
    holds: bool,
}

const NO_FRAME: Frame = Frame { family: Family::Quote, opening: Opening::Start, holds: false };

/// The quotation that closed last.
#[derive(Debug, Clone, Copy)]
struct Closed {
    end: usize,
    opening: Opening,
    /// A comma stood at its close: what follows a reporting clause goes on with it.
    broken_off: bool,
}

/// The state of one pass over a paragraph.
#[derive(Debug)]
pub(super) struct Scanner {
    at: usize,
    begun: bool,
    stack: [Frame; DEPTH],
    depth: usize,
    last: Closed,
    ahead: [Ahead; OPENERS.len()],
}

/// Opening marks, and, at the same place, what closes each.
const OPENERS: [char; 14] = ['“', '‘', '「', '『', '"', '＂', '（', '(', '【', '［', '〔', '《', '〈', '['];
const CLOSERS: [&str; OPENERS.len()] = ["”", "’", "」", "』", "\"", "＂", "）", ")", "】", "］", "〕", "》", "〉", "]"];

/// An end found in the text.
type End = Option<(usize, Rule)>;

impl Scanner {
    pub(super) fn new(carry: Carry) -> Self {
        Self {
            at: 0,
            begun: false,
            stack: [NO_FRAME; DEPTH],
            depth: usize::from(carry.quotation_open),
            last: Closed { end: usize::MAX, opening: Opening::Start, broken_off: false },
            ahead: [Ahead::default(); OPENERS.len()],
        }
    }

    /// Whether a quotation is open.
    pub(super) fn carry(&self) -> Carry {
        Carry { quotation_open: self.stack[..self.depth].iter().any(|frame| frame.family.is_quotation()) }
    }

    /// The next sentence end, for the sentence that begins at `start`; none before the end of the paragraph.
    pub(super) fn next_end(&mut self, table: &Table, text: &str, start: usize) -> End {
        let bytes = text.as_bytes();
        self.at = self.at.max(start);
        if !self.begun {
            self.begun = true;
            if self.depth > 0 && !quote::runs_on(text) {
                self.depth = 0;
            }
        }
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                // Han: no mark among them.
                0xE4..=0xEE => self.at += 3,
                0xF0.. => self.at += 4,
                0..0x80 if !ASCII_MARK[byte as usize] => self.at += 1,
                // ， and 、 are the commonest marks, and neither end nor open anything.
                0xE3 | 0xEF if matches!(bytes[self.at..], [0xEF, 0xBC, 0x8C, ..] | [0xE3, 0x80, 0x81, ..]) => {
                    self.at += 3
                }
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

    fn step(&mut self, table: &Table, text: &str, start: usize, here: usize, c: char) -> End {
        if mark::is_end(c) || c == '.' {
            return self.end_mark(table, text, start, here);
        }
        match c {
            '：' | ':' => {
                let lead_in = self.depth == 0 && list::follows(&text[self.at..]);
                return lead_in.then_some((self.at, Rule::ListLeadIn));
            }
            '"' | '＂' if self.is_open(Family::Quote) => {
                self.close(Family::Quote, text, here, self.at);
            }
            '"' | '＂' => self.open(table, text, start, here, c, Family::Quote),
            _ => {
                if let Some(family) = opener(c) {
                    self.open(table, text, start, here, c, family);
                } else if let Some(family) = closer(c) {
                    return self.closing_mark(table, text, start, here, family);
                }
            }
        }
        None
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
        let limit = if family.is_quotation() { QUOTED_BYTES } else { BRACKET_BYTES };
        let which = OPENERS.iter().position(|&open| open == c);
        let close = which.and_then(|which| self.ahead[which].within(CLOSERS[which], text, here + c.len_utf8(), limit));
        let holds = match (family, close) {
            // Never closed: not a mark at all.
            (Family::Bracket | Family::Title, None) => return,
            (Family::Title, Some(_)) => true,
            (Family::Bracket, Some(_)) => opening != Opening::Start,
            (_, None) => false,
            (_, Some(close)) => match opening {
                Opening::Start | Opening::Colon => false,
                Opening::Comma | Opening::Verb => quote::goes_on(table, text, close),
                Opening::Middle => quote::clause_goes_on(table, text, close),
            },
        };
        self.stack[self.depth] = Frame { family, opening, holds };
        self.depth += 1;
    }

    /// What stands before the opening mark at `here`.
    fn opening(&self, table: &Table, text: &str, start: usize, here: usize) -> Opening {
        let before = text[start..here].trim_end();
        if self.last.end == here && !before.is_empty() {
            return self.last.opening;
        }
        match before.chars().next_back() {
            None => Opening::Start,
            Some('：' | ':') => Opening::Colon,
            Some(c) if opener(c).is_some_and(Family::is_quotation) => Opening::Start,
            Some(c @ ('，' | ',')) => {
                // “好，”他停了停，“就这样。”: one speech in two pieces, whatever stands between them.
                let second_piece = self.last.broken_off
                    && (start..here).contains(&self.last.end)
                    && self.last.opening != Opening::Middle;
                if second_piece || quote::ends_in_speech(table, &before[..before.len() - c.len_utf8()]) {
                    Opening::Colon
                } else {
                    Opening::Comma
                }
            }
            Some(c) if mark::is_end(c) => Opening::Start,
            Some(_) if quote::ends_in_speech(table, before) => Opening::Verb,
            Some(_) => Opening::Middle,
        }
    }

    /// Closes the nearest mark of the family with the one at `here..end`, and whatever was left open within it.
    fn close(&mut self, family: Family, text: &str, here: usize, end: usize) -> Option<Frame> {
        let which = self.stack[..self.depth].iter().rposition(|frame| frame.family == family)?;
        self.depth = which;
        let frame = self.stack[which];
        if family.is_quotation() {
            let broken_off = text[..here].ends_with(['，', ',', '—']);
            self.last = Closed { end, opening: frame.opening, broken_off };
        }
        Some(frame)
    }

    /// A closing mark with no end mark before it: a note in brackets, which stands for a sentence, can end here.
    fn closing_mark(&mut self, table: &Table, text: &str, start: usize, here: usize, family: Family) -> End {
        let end = self.at;
        let frame = self.close(family, text, here, end)?;
        if self.depth > 0 || frame.opening != Opening::Start || family != Family::Bracket || start == 0 {
            return None;
        }
        let inside = text[start..here].strip_prefix(['（', '(', '［', '['])?;
        let next = char_at(text, skip_blanks(text, end))?;
        let note = table.begins(Set::Notes, inside) && !goes_on_with(next) && !mark::is_end(next);
        note.then_some((end, Rule::BracketEnd))
    }

    /// An end mark at `here`: how far it reaches with its closers, and whether a sentence ends there.
    fn end_mark(&mut self, table: &Table, text: &str, start: usize, here: usize) -> End {
        let mut marks = Marks::default();
        let mut quoted: Option<Opening> = None;
        let (mut held, mut closed) = (false, false);
        let mut end = here;
        loop {
            let run = marks.take(table, text, start, end);
            if run > end {
                // An end mark after a closing mark ends the sentence itself, not the quotation.
                if end > here && marks.strong {
                    (quoted, held) = (None, false);
                }
                end = run;
            }
            let Some((family, at, after)) = self.closer_at(text, end) else { break };
            let frame = self.close(family, text, at, after);
            held |= frame.is_some_and(|frame| frame.holds);
            if family.is_quotation() {
                quoted = Some(frame.map_or(Opening::Start, |frame| frame.opening));
            }
            closed = true;
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
        let rest = &text[next_at..];
        if let Some(opening) = quoted {
            let mark = char_at(text, here).unwrap_or('。');
            let after = After { opening, exclaims: marks.exclaims, mark };
            return quote::ends(table, rest, after).then_some((end, Rule::QuotationEnd));
        }
        if !marks.strong {
            return None;
        }
        if let Some(ellipsis) = marks.trailing_ellipsis.filter(|_| !closed) {
            // 多谢。……就是这样: what was left out stood between the two sentences; the second begins with its mark.
            self.at = ellipsis;
            return Some((ellipsis, Rule::EndMark));
        }
        let rule = match (marks.half_width, closed) {
            (true, _) => Rule::HalfWidthStop,
            (false, true) => Rule::EndMarkAndCloser,
            (false, false) => Rule::EndMark,
        };
        Some((end, rule))
    }

    /// The closing mark that belongs to an end mark before `end`, across blanks where it can be nothing else: its
    /// family, where it stands and where it ends.
    fn closer_at(&self, text: &str, end: usize) -> Option<(Family, usize, usize)> {
        let next = char_at(text, end)?;
        if matches!(next, '"' | '＂') {
            // In a text whose straight quotation marks pair up, one with none open begins a quotation.
            return self.is_open(Family::Quote).then_some((Family::Quote, end, end + next.len_utf8()));
        }
        if let Some(family) = closer(next) {
            return Some((family, end, end + next.len_utf8()));
        }
        if !next.is_whitespace() {
            return None;
        }
        let at = skip_blanks(text, end);
        let next = char_at(text, at)?;
        let family = closer(next).filter(|&family| self.is_open(family))?;
        Some((family, at, at + next.len_utf8()))
    }
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

fn closer(c: char) -> Option<Family> {
    Some(match c {
        '”' | '」' | '〞' | '﹂' => Family::Quote,
        '’' | '』' | '﹄' => Family::Inner,
        '）' | ')' | '］' | ']' | '】' | '〕' => Family::Bracket,
        '》' | '〉' => Family::Title,
        _ => return None,
    })
}

/// Punctuation that carries a sentence on.
fn goes_on_with(c: char) -> bool {
    matches!(c, '，' | '、' | '；' | '：' | ',' | ';' | ':' | '。') || closer(c).is_some()
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '０'..='９')
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ') || matches!(c, 'À'..='ÿ')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '々' | '〇' | '○' | '\u{3040}'..='\u{30ff}')
}
