//! The word before a full stop and the words after it.

use super::table::{Class, MAX_WORD, Set, Table};

/// How far a reporting clause is followed.
const REPORT_BYTES: usize = 120;

/// What the word before a full stop says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The sentence goes on.
    NoEnd,
    /// It ends, unless a lower-case word follows.
    End,
    /// An abbreviation that ends it.
    AbbreviationEnd,
}

/// What begins after an end mark and its blanks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Following<'t> {
    /// The first word, without marks around it.
    pub word: &'t str,
    /// A full stop is glued to that word.
    pub dotted: bool,
    /// An opening quotation mark stands before it.
    pub quoted: bool,
    /// An opening bracket stands before it.
    pub bracketed: bool,
    /// It begins in lower case.
    pub lower: bool,
    /// It begins with a capital.
    pub begins_upper: bool,
    /// It begins with a digit.
    pub digit: bool,
    /// The second word begins in lower case.
    pub then_lower: bool,
    /// The second word begins with a capital.
    pub then_upper: bool,
    /// The second word.
    pub then: &'t str,
}

impl<'t> Following<'t> {
    pub(super) fn read(rest: &'t str) -> Self {
        let (mut quoted, mut bracketed) = (false, false);
        let mut at = 0;
        for c in rest.chars().take(6) {
            match c {
                '"' | '“' | '‘' | '\'' | '`' | '«' | '„' => quoted = true,
                '(' | '[' => bracketed = true,
                '-' | '—' | '–' | ' ' | '*' | '¿' | '¡' | '.' | '…' => {}
                _ => break,
            }
            at += c.len_utf8();
        }
        let (word, after) = word_at(rest, at);
        let dotted = rest[after..].starts_with('.');
        let gap = rest[after..].bytes().take(3).take_while(|b| matches!(b, b'.' | b' ')).count();
        let (then, _) = if gap > 0 { word_at(rest, after + gap) } else { ("", 0) };
        let first = word.chars().next();
        let second = then.chars().next();
        Self {
            word,
            dotted,
            quoted,
            bracketed,
            lower: first.is_some_and(char::is_lowercase),
            begins_upper: first.is_some_and(char::is_uppercase),
            digit: first.is_some_and(|c| c.is_ascii_digit()),
            then_lower: second.is_some_and(char::is_lowercase),
            then_upper: second.is_some_and(char::is_uppercase),
            then,
        }
    }
}

/// The word at byte `at`, at most a bounded number of characters, and where it ends.
fn word_at(text: &str, at: usize) -> (&str, usize) {
    let rest = &text[at..];
    let mut end = 0;
    for (n, c) in rest.chars().enumerate() {
        if n == MAX_WORD || !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '&')) {
            break;
        }
        end += c.len_utf8();
    }
    (&rest[..end], at + end)
}

/// The token before byte `here`, back to a blank or an opening mark, without hyphenated parts before its last.
pub(super) fn token_before(text: &str, start: usize, here: usize) -> &str {
    let before = &text[start..here];
    let mut begin = before.len();
    for c in before.chars().rev().take(MAX_WORD + 1) {
        if !(c.is_alphanumeric() || matches!(c, '.' | '&' | '\'' | '’')) {
            break;
        }
        begin -= c.len_utf8();
    }
    before[begin..].trim_start_matches(['\'', '’', '.'])
}

/// Whether `before`, the sentence up to some place, is opening marks at most.
pub(super) fn is_head(before: &str) -> bool {
    before.len() <= 24
        && before
            .chars()
            .all(|c| c.is_whitespace() || matches!(c, '"' | '“' | '(' | '[' | '‘' | '\'' | '*' | '-' | '•' | '«' | '„'))
}

/// What stands before the token, trimmed: its last character and whether anything is there.
fn before_token<'t>(text: &'t str, start: usize, here: usize, token: &str) -> &'t str {
    text[start..here - token.len()].trim_end()
}

/// Judges a bare full stop.
pub(super) fn judge(table: &Table, text: &str, start: usize, here: usize, next: &Following<'_>) -> Verdict {
    let token = token_before(text, start, here);
    let before = before_token(text, start, here, token);
    let first = is_head(before);
    if token.is_empty() {
        return Verdict::End;
    }
    if first && is_enumerator(token) {
        return Verdict::NoEnd;
    }
    if let Some(verdict) = dateline(table, text, start, here, token) {
        return verdict;
    }
    if let Some(class) = table.class(token) {
        return by_class(table, class, token, before, first, next);
    }
    let letters = token.chars().count();
    if letters == 1 && token.chars().all(char::is_uppercase) {
        return initial(table, token, before, next);
    }
    if is_acronym(token) {
        return if starts(table, next) { Verdict::AbbreviationEnd } else { Verdict::NoEnd };
    }
    // 10s. 6d.: shillings and pence.
    if next.digit
        && token.len() > 1
        && token.ends_with(['s', 'd', 'l'])
        && token[..token.len() - 1].bytes().all(|b| b.is_ascii_digit())
    {
        return Verdict::NoEnd;
    }
    // An unknown abbreviation has often no vowel: Blvd. Brgy. Stn.
    let consonants = (2..=4).contains(&letters)
        && token.starts_with(|c: char| c.is_ascii_uppercase())
        && token[1..].bytes().all(|b| b.is_ascii_lowercase() && !b"aeiouy".contains(&b));
    if consonants && !starts(table, next) {
        return Verdict::NoEnd;
    }
    Verdict::End
}

/// Judges a full stop with a closing mark behind it: `(Mr.) Smith`, `Co.)`. Only what can never end a sentence counts.
pub(super) fn judge_closed(table: &Table, text: &str, start: usize, here: usize, next: &Following<'_>) -> Verdict {
    let token = token_before(text, start, here);
    let bracket = text[here..].starts_with(".)") || text[here..].starts_with(".]");
    if bracket && (table.class(token).is_some() || is_acronym(token)) && !starts(table, next) {
        return Verdict::NoEnd;
    }
    Verdict::End
}

fn by_class(table: &Table, class: Class, token: &str, before: &str, first: bool, next: &Following<'_>) -> Verdict {
    let starter = starts(table, next);
    let end_if = |yes: bool| if yes { Verdict::AbbreviationEnd } else { Verdict::NoEnd };
    let name_before = before.ends_with(',') || before.ends_with(|c: char| c.is_alphanumeric());
    match class {
        Class::Title => Verdict::NoEnd,
        Class::Numbered => {
            let letter = next.word.chars().count() == 1 && next.begins_upper;
            // "No." and the months are also words, which a sentence with "A" can follow; "Fig. A" is a figure.
            let word = matches!(token, "No" | "no" | "Art" | "art") || table.has(Set::Months, token);
            let pronoun = letter && (next.word == "I" || word && next.word == "A") && next.then_lower;
            let numeral = next.digit
                || !pronoun && !next.quoted && (is_roman(next.word) || letter)
                || matches!(token, "No" | "Vol" | "Art") && table.has(Set::NumberWords, next.word) && !first
                || table.has(Set::Months, token) && next.digit;
            end_if(!numeral && !next.bracketed && !next.lower)
        }
        Class::Company => {
            if starter {
                return Verdict::AbbreviationEnd;
            }
            let goes_on = next.lower || next.digit || table.has(Set::AfterName, next.word) || next.bracketed;
            let form = matches!(table.class(next.word), Some(Class::Company)) && next.dotted;
            end_if(!goes_on && !form && name_before && next.begins_upper && !first)
        }
        Class::Place => end_if(starter),
        Class::State => {
            if starter {
                return Verdict::AbbreviationEnd;
            }
            let goes_on =
                next.lower || next.digit || next.bracketed || next.dotted || table.has(Set::AfterName, next.word);
            end_if(!goes_on && before.ends_with(',') && next.then_lower)
        }
        Class::Time => {
            let goes_on = table.has(Set::AfterTime, next.word)
                || matches!(next.then, "time" | "Time" | "Standard" | "Daylight" | "local");
            end_if(starter || next.begins_upper && !goes_on && !next.bracketed)
        }
        Class::Ender => end_if(starter || token.starts_with(['e', 'E']) && token.ends_with('c') && next.begins_upper),
        Class::Unit => {
            let measured = before.ends_with(|c: char| c.is_ascii_digit()) || token.len() > 2 && !first;
            if measured { end_if(starter || next.begins_upper) } else { Verdict::End }
        }
    }
}

/// `J. R. Campbell`, `plan B. The`: an initial goes with the surname, save before a starter where no name precedes.
fn initial(table: &Table, token: &str, before: &str, next: &Following<'_>) -> Verdict {
    let starter = next.quoted || (table.has(Set::Starters, next.word) && !(next.dotted && next.word.len() == 1));
    let previous = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let initial_before = previous.ends_with('.') && previous.len() <= 6;
    let title_before = previous.strip_suffix('.').is_some_and(|word| table.class(word) == Some(Class::Title));
    if token == "I" && !initial_before && !title_before {
        let verb = next.then_lower && !next.dotted;
        return if starter || !previous.starts_with(|c: char| c.is_uppercase()) && verb {
            Verdict::End
        } else {
            Verdict::NoEnd
        };
    }
    if title_before || initial_before {
        return if starter && initial_before && before.len() > 12 && next.word.len() > 2 {
            Verdict::AbbreviationEnd
        } else {
            Verdict::NoEnd
        };
    }
    if starter { Verdict::AbbreviationEnd } else { Verdict::NoEnd }
}

/// Whether what follows is a likely beginning of a sentence.
fn starts(table: &Table, next: &Following<'_>) -> bool {
    if next.bracketed && !next.begins_upper {
        return false;
    }
    next.quoted && next.begins_upper && next.then_lower && !table.has(Set::AfterName, next.word)
        || table.has(Set::Starters, next.word) && !(next.dotted && next.word.len() == 1)
        || next.word.split_once(['\'', '’']).is_some_and(|(stem, _)| table.has(Set::Starters, stem))
}

/// 1. 12) II. a. at the head of a sentence.
fn is_enumerator(token: &str) -> bool {
    let short = token.len() <= 3;
    short && token.bytes().all(|b| b.is_ascii_digit())
        || is_roman(token)
        || token.len() == 1 && token.bytes().all(|b| b.is_ascii_alphabetic())
        || short && token.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

pub(super) fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.len() <= 6 && word.bytes().all(|b| b"IVXLC".contains(&b))
}

/// Letters with stops between: `U.S`, `Ph.D`.
fn is_acronym(token: &str) -> bool {
    token.contains('.')
        && token.split('.').all(|part| (1..=2).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic))
}

/// "PEKING, Oct. 15. The …": a place and a date at the head belong to the first sentence.
fn dateline(table: &Table, text: &str, start: usize, here: usize, token: &str) -> Option<Verdict> {
    let head = text.get(start..here)?;
    if head.len() > 60 || !token.bytes().all(|b| b.is_ascii_digit()) || token.len() > 2 {
        return None;
    }
    let mut words = head.split_whitespace().rev();
    words.next();
    let month = words.next()?.trim_end_matches('.');
    let place = words.next_back()?;
    let all_names = head.split_whitespace().all(|word| !word.starts_with(|c: char| c.is_lowercase()));
    let capital = place.ends_with(',') || place.chars().all(|c| c.is_uppercase() || c == ',');
    (table.has(Set::Months, month) && all_names && capital && head.contains(',')).then_some(Verdict::NoEnd)
}

/// Whether `rest`, after a quotation with ! or ?, begins with a reporting clause: `Premier Chou asked`, `I asked`.
pub(super) fn reports(table: &Table, rest: &str) -> bool {
    let mut names = 0;
    let rest = super::scan::head(rest, REPORT_BYTES);
    for (n, word) in rest.split(' ').take(7).enumerate() {
        let stop = word.ends_with(['.', ',', '?', '!', ':']);
        let bare = word.trim_end_matches(['.', ',', '?', '!', ':', ';']);
        if n > 0 && table.has(Set::Speech, bare) {
            return true;
        }
        let abbreviation = word.ends_with('.') && (table.class(bare) == Some(Class::Title) || bare.len() == 1);
        if bare.starts_with(|c: char| c.is_uppercase()) {
            if n == 0
                && bare != "I"
                && table.has(Set::Starters, bare)
                && !abbreviation
                && !matches!(bare, "Mr" | "Mrs" | "Ms")
            {
                return false;
            }
            names += 1;
        } else if names == 0
            || !matches!(
                bare,
                "de" | "von"
                    | "van"
                    | "also"
                    | "then"
                    | "later"
                    | "once"
                    | "again"
                    | "of"
                    | "the"
                    | "al"
                    | "bin"
                    | "had"
            )
        {
            return false;
        }
        if stop && !abbreviation {
            return false;
        }
    }
    false
}
