//! What follows a closed quotation in Chinese: a reporting clause, the rest of the clause, or a new sentence. The words
//! that tell stand in the tables: [`Set::Speech`], [`Set::SpeechTail`], [`Set::NotSpeech`], [`Set::AfterQuote`],
//! [`Set::AfterSpeech`], [`Set::Anew`], [`Set::Persons`].

use super::super::scan::head;
use super::super::table::{Set, Table};
use super::{Family, Opening, closer, goes_on_with, is_han, mark, opener};

/// A slogan is not longer, in characters.
const SLOGAN_CHARS: usize = 60;
/// A row of quotations is not longer.
const ROW: usize = 6;
/// How many characters a reporting clause may have, its verb included.
const CLAUSE_CHARS: usize = 22;
/// A second clause that is hardly more than its verb of speech: 又说, 高声问道.
const VERB_CHARS: usize = 4;

/// The quotation that has just closed, its end mark inside.
#[derive(Debug, Clone, Copy)]
pub(super) struct After {
    /// What stood before it.
    pub opening: Opening,
    /// Its end mark is not a full stop.
    pub exclaims: bool,
    /// Its end mark.
    pub mark: char,
}

/// Whether the sentence ends with the quotation, `rest` being what follows.
pub(super) fn ends(table: &Table, rest: &str, after: After) -> bool {
    let opens = rest.starts_with(opens_quotation);
    match after.opening {
        // Slogans in a row belong to one clause; the turns of a dialogue do not.
        Opening::Colon => {
            let slogans = opens && after.exclaims && same_again(table, rest, after.mark);
            !(continues(table, Set::AfterSpeech, rest) || slogans)
        }
        // “甲！”“乙！”这两句话…: a row of quotations as the subject of what follows.
        Opening::Start if opens => !(after.exclaims && continues(table, Set::AfterQuote, after_row(rest))),
        _ if opens || continues(table, Set::AfterQuote, rest) => false,
        Opening::Verb => true,
        Opening::Start | Opening::Comma => !reports(table, rest),
        Opening::Middle => !after.exclaims && !reports(table, rest),
    }
}

/// Whether `rest` begins with a word of `set`, and not with a longer one that begins a sentence: 的 but not 的确, 这句话 but
/// not 这就是说.
fn continues(table: &Table, set: Set, rest: &str) -> bool {
    table.begins(set, rest) && !table.begins(Set::Anew, rest)
}

/// Whether the quotation that opens `rest` ends with the same mark and no reporting clause of its own.
fn same_again(table: &Table, rest: &str, mark: char) -> bool {
    next_quotation(rest).is_some_and(|(last, rest)| last == mark && !reports(table, rest))
}

/// The last character of the short quotation that opens `rest`, and what follows it.
fn next_quotation(rest: &str) -> Option<(char, &str)> {
    let mut previous = ' ';
    for (at, c) in rest.char_indices().take(SLOGAN_CHARS) {
        if closer(c).is_some_and(Family::is_quotation) {
            return Some((previous, &rest[at + c.len_utf8()..]));
        }
        previous = c;
    }
    None
}

/// What follows the row of short exclamations that opens `rest`.
fn after_row(mut rest: &str) -> &str {
    for _ in 0..ROW {
        match next_quotation(rest) {
            Some((last, after)) if rest.starts_with(opens_quotation) && mark::is_end(last) && last != '。' => {
                rest = after
            }
            _ => break,
        }
    }
    rest
}

/// Whether the words after the quotation that closes at `close` belong to its clause.
pub(super) fn goes_on(table: &Table, text: &str, close: usize) -> bool {
    let rest = after_closers(text, close);
    rest.starts_with(|c| goes_on_with(c) && c != '。' || opens_quotation(c)) || continues(table, Set::AfterQuote, rest)
}

/// The same for a quotation in the middle of a clause, with no verb of speech before it.
pub(super) fn clause_goes_on(table: &Table, text: &str, close: usize) -> bool {
    let rest = after_closers(text, close);
    rest.starts_with(|c| goes_on_with(c) || opens_quotation(c) || mark::is_end(c))
        || continues(table, Set::AfterQuote, rest)
        || !text[..close].ends_with('。') && rest.starts_with(is_han)
}

fn opens_quotation(c: char) -> bool {
    opener(c).is_some_and(Family::is_quotation)
}

fn after_closers(text: &str, close: usize) -> &str {
    text[close..].trim_start_matches(|c| closer(c).is_some() || c == '"' || c == '＂').trim_start()
}

/// Whether `before` ends in a verb of speech, with what may follow one.
pub(super) fn ends_in_speech(table: &Table, before: &str) -> bool {
    let mut before = before.trim_end();
    for _ in 0..3 {
        if table.ends(Set::Speech, before).is_some() {
            // 小说, 知道, 街道: the characters of speech in other words.
            return table.ends(Set::NotSpeech, before).is_none();
        }
        match table.ends(Set::SpeechTail, before) {
            Some(length) => before = &before[..before.len() - length],
            None => return false,
        }
    }
    table.ends(Set::Speech, before).is_some()
}

/// Whether `rest` begins with a reporting clause: 他说。 群众高呼。 同伴们都这样问她。 罗小凤回忆说，
fn reports(table: &Table, rest: &str) -> bool {
    let marks = ['，', '。', '！', '？', '：', '；', '“', '「', '…', ',', ':', '—', '（', '\n', '、'];
    let window = rest.char_indices().nth(CLAUSE_CHARS).map_or(rest, |(at, _)| &rest[..at]);
    let Some(end) = window.find(marks) else {
        let whole = window.len() == rest.len();
        return whole && ends_in_speech(table, rest) || says_at_once(table, rest);
    };
    let clause = &rest[..end];
    if ends_in_speech(table, clause) || says_at_once(table, clause) {
        return true;
    }
    // 他想了想，说：
    let Some(second) = rest[end..].strip_prefix('，').filter(|_| table.begins(Set::Persons, clause)) else {
        return false;
    };
    let second = head(second, 30);
    let second = &second[..second.find(['，', '。', '：', '！', '？']).unwrap_or(second.len())];
    second.chars().count() <= VERB_CHARS && ends_in_speech(table, second)
}

/// A person with a verb of speech: 他说不下去了.
fn says_at_once(table: &Table, clause: &str) -> bool {
    let Some(rest) = table.after(Set::Persons, clause) else { return false };
    let rest = rest.strip_prefix(['们', '們']).unwrap_or(rest);
    rest.starts_with(['说', '說', '问', '問', '喊', '答']) && !table.begins(Set::NotSpeech, rest)
}

/// Whether a quotation left open by the paragraph before runs on in this one: the first mark of quotation in it closes
/// one, or there is none. Straight marks must close one more than they open.
pub(super) fn runs_on(text: &str) -> bool {
    for c in text.chars() {
        if matches!(c, '"' | '＂') {
            return text.chars().filter(|&other| other == c).count() % 2 == 1;
        }
        if opens_quotation(c) || closer(c).is_some_and(Family::is_quotation) {
            return !opens_quotation(c);
        }
    }
    true
}
