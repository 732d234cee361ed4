//! Words at an end mark: the one before it and those after it. Looking at them is bounded by a constant.

/// No abbreviation is longer, in bytes.
pub(super) const MAX_WORD: usize = 24;

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
    /// A dash stands before it.
    pub dashed: bool,
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
        let (mut quoted, mut bracketed, mut dashed) = (false, false, false);
        let mut at = 0;
        for c in rest.chars().take(6) {
            match c {
                '"' | '“' | '‘' | '\'' | '`' | '«' | '„' => quoted = true,
                '(' | '[' => bracketed = true,
                '-' | '—' | '–' => dashed = true,
                ' ' | '*' | '¿' | '¡' | '.' | '…' => {}
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
            dashed,
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

/// Whether a character is a part of the word before a full stop, which an abbreviation is looked up by.
pub(super) fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '&' | '\'' | '’' | '°' | 'º' | 'ª' | '№')
}

/// The token before byte `here`, back to a blank or an opening mark, without hyphenated parts before its last.
pub(super) fn token_before(text: &str, start: usize, here: usize) -> &str {
    let before = &text[start..here];
    let mut begin = before.len();
    for c in before.chars().rev().take(MAX_WORD + 1) {
        if !in_word(c) {
            break;
        }
        begin -= c.len_utf8();
    }
    before[begin..].trim_start_matches(['\'', '’', '.'])
}

pub(super) fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.len() <= 6 && word.bytes().all(|b| b"IVXLC".contains(&b))
}

/// Letters with stops between: `U.S`, `Ph.D`.
pub(super) fn is_acronym(token: &str) -> bool {
    token.contains('.')
        && token.split('.').all(|part| (1..=2).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic))
}
