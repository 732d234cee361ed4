//! What follows a closed quotation in Chinese: a reporting clause, the rest of the clause, or a new sentence.

use super::table::{Set, Table};
use super::zh::{Opening, closer, goes_on_with, is_end, is_han};

/// A slogan is not longer.
const SLOGAN_CHARS: usize = 60;
/// How many characters a reporting clause may have before its verb.
const CLAUSE_CHARS: usize = 22;

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
    let next = rest.chars().next();
    let opens = next.is_some_and(|c| matches!(c, '“' | '‘' | '「' | '『'));
    match after.opening {
        // Slogans in a row belong to one clause; the turns of a dialogue do not.
        Opening::Colon => !(joins_closely(rest) || opens && after.exclaims && same_again(table, rest, after.mark)),
        Opening::Verb => !opens && !table.begins(Set::AfterQuote, rest),
        Opening::Middle => !opens && !table.begins(Set::AfterQuote, rest) && !after.exclaims && !reports(table, rest),
        Opening::Start => {
            if opens {
                // “甲！”“乙！”这两句话…: a row of quotations as the subject of what follows.
                return !next_quotation(rest)
                    .is_some_and(|(_, rest)| after.exclaims && table.begins(Set::AfterQuote, rest));
            }
            !table.begins(Set::AfterQuote, rest) && !reports(table, rest)
        }
    }
}

/// Whether the quotation that opens `rest` ends with the same mark and no reporting clause of its own.
fn same_again(table: &Table, rest: &str, mark: char) -> bool {
    next_quotation(rest).is_some_and(|(last, rest)| last == mark && !reports(table, rest))
}

/// The last character of the short quotation that opens `rest`, and what follows it.
fn next_quotation(rest: &str) -> Option<(char, &str)> {
    let mut previous = ' ';
    for (at, c) in rest.char_indices().take(SLOGAN_CHARS) {
        if matches!(c, '”' | '’' | '」' | '』') {
            return Some((previous, &rest[at + c.len_utf8()..]));
        }
        previous = c;
    }
    None
}

/// After a quotation with a colon before it, only these few go on with the sentence.
fn joins_closely(rest: &str) -> bool {
    ["的", "等", "这样", "這樣", "云云"].iter().any(|word| rest.starts_with(word))
}

/// Whether the words after the quotation that closes at `close` belong to its clause.
pub(super) fn goes_on(table: &Table, text: &str, close: usize) -> bool {
    let rest = after_closers(text, close);
    let next = rest.chars().next();
    next.is_some_and(|c| goes_on_with(c) && c != '。' || opens_quote(c)) || table.begins(Set::AfterQuote, rest)
}

/// The same for a quotation in the middle of a clause, with no verb of speech before it.
pub(super) fn clause_goes_on(table: &Table, text: &str, close: usize) -> bool {
    let ends_inside = text[..close].chars().next_back().is_some_and(|c| c == '。');
    let rest = after_closers(text, close);
    let next = rest.chars().next();
    next.is_some_and(|c| goes_on_with(c) || opens_quote(c) || is_end(c))
        || table.begins(Set::AfterQuote, rest)
        || !ends_inside && next.is_some_and(is_han)
}

fn opens_quote(c: char) -> bool {
    matches!(c, '“' | '‘' | '「' | '『')
}

fn after_closers(text: &str, close: usize) -> &str {
    text[close..].trim_start_matches(|c| closer(c).is_some() || c == '"' || c == '＂').trim_start()
}

/// Whether `before` ends in a verb of speech, with what may follow one.
pub(super) fn ends_in_speech(table: &Table, before: &str) -> bool {
    let mut before = before.trim_end();
    for _ in 0..3 {
        if table.ends(Set::Speech, before).is_some() {
            return !is_noun_of_speech(before);
        }
        match table.ends(Set::SpeechTail, before) {
            Some(length) => before = &before[..before.len() - length],
            None => return false,
        }
    }
    table.ends(Set::Speech, before).is_some()
}

/// 小说, 传说, 知道, 道路: the characters of speech in other words.
fn is_noun_of_speech(before: &str) -> bool {
    const NOUNS: [&str; 20] = [
        "小说", "小說", "传说", "傳說", "知道", "难道", "難道", "街道", "渠道", "铁道", "鐵道", "轨道", "学说", "學說",
        "频道", "疑问", "疑問", "访问", "訪問", "学问",
    ];
    NOUNS.iter().any(|noun| before.ends_with(noun))
}

/// Whether `rest` begins with a reporting clause: 他说。 群众高呼。 同伴们都这样问她。 罗小凤回忆说，
pub(super) fn reports(table: &Table, rest: &str) -> bool {
    let mut end = rest.len();
    let mut stop = None;
    for (at, c) in rest.char_indices().take(CLAUSE_CHARS) {
        if matches!(
            c,
            '，' | '。' | '！' | '？' | '：' | '；' | '“' | '「' | '…' | ',' | ':' | '—' | '（' | '\n' | '、'
        ) {
            (end, stop) = (at, Some(c));
            break;
        }
    }
    if stop.is_none() && rest.char_indices().nth(CLAUSE_CHARS).is_some() {
        return says_at_once(rest);
    }
    let clause = &rest[..end];
    if ends_in_speech(table, clause) || says_at_once(clause) {
        return true;
    }
    // 他想了想，说： a second clause that is hardly more than the verb.
    if stop == Some('，') {
        let second = &rest[end + '，'.len_utf8()..];
        let second = super::scan::head(second, 30);
        let length = second.find(['，', '。', '：', '！', '？']).unwrap_or(second.len());
        if second[..length].chars().count() <= 4 && begins_with_person(clause) {
            return ends_in_speech(table, &second[..length]);
        }
    }
    false
}

/// A pronoun with its verb of speech: 他说不下去了.
fn says_at_once(clause: &str) -> bool {
    let Some(rest) = clause.strip_prefix(['他', '她', '我']) else { return false };
    let rest = rest.strip_prefix(['们', '們']).unwrap_or(rest);
    rest.starts_with(['说', '說', '问', '問', '喊', '答']) && !rest.starts_with("说明") && !rest.starts_with("说服")
}

/// A personal pronoun, which seldom stands inside a broken-off clause.
pub(super) fn begins_with_person(rest: &str) -> bool {
    rest.starts_with(['我', '你', '他', '她', '您'])
}
