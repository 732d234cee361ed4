//! What a full stop means: the word before it, in its class of abbreviation, and the words after it.
//!
//! The classes and the words stand in `tables/en.txt`. An abbreviation ends a sentence before a likely beginning of one
//! (a *starter*); what else may follow it depends on the class.

use super::super::scan::head;
use super::super::table::{Class, Set, Table};
use super::super::word::{Following, is_acronym, is_roman, token_before};

/// How far a reporting clause is followed, in bytes and in words.
const REPORT_BYTES: usize = 120;
const REPORT_WORDS: usize = 7;
/// A dateline is not longer, in bytes.
const DATELINE_BYTES: usize = 60;

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

/// A full stop and what stands around it.
struct Stop<'t> {
    table: &'t Table,
    /// The word before it.
    token: &'t str,
    /// The sentence before that word, trimmed.
    before: &'t str,
    /// Nothing but opening marks stands before the word.
    first: bool,
    next: &'t Following<'t>,
}

/// Judges a bare full stop.
pub(super) fn judge(table: &Table, text: &str, start: usize, here: usize, next: &Following<'_>) -> Verdict {
    let token = token_before(text, start, here);
    if token.is_empty() {
        return Verdict::End;
    }
    let before = text[start..here - token.len()].trim_end();
    let stop = Stop { table, token, before, first: is_head(before), next };
    if stop.is_item_number() || stop.is_dateline(text, start, here) {
        return Verdict::NoEnd;
    }
    let letters = token.chars().count();
    if let Some(class) = table.class(token) {
        return stop.abbreviation(class);
    }
    if letters == 1 && token.chars().all(char::is_uppercase) {
        return stop.initial();
    }
    // "i. e. Sweden", "8 p. m. Trains …": an abbreviation in pieces.
    let piece =
        letters == 1 && token.chars().all(char::is_lowercase) && stop.previous().len() == 2 && before.ends_with('.');
    if piece || is_acronym(token) || is_consonants(token) {
        return stop.end_if(stop.starter());
    }
    // 10s. 6d.: shillings and pence.
    let coins = token.strip_suffix(['s', 'd', 'l']).is_some_and(|sum| !sum.is_empty() && is_digits(sum));
    if next.digit && coins { Verdict::NoEnd } else { Verdict::End }
}

/// Judges a full stop with a closing mark behind it: `(Mr.) Smith`, `Co.)`. Only what can never end a sentence counts.
pub(super) fn judge_closed(table: &Table, text: &str, start: usize, here: usize, next: &Following<'_>) -> Verdict {
    let token = token_before(text, start, here);
    let bracket = text[here..].starts_with(".)") || text[here..].starts_with(".]");
    let abbreviation = table.class(token).is_some() || is_acronym(token);
    if bracket && abbreviation && !starts(table, next) { Verdict::NoEnd } else { Verdict::End }
}

impl Stop<'_> {
    fn starter(&self) -> bool {
        starts(self.table, self.next)
    }

    fn end_if(&self, ends: bool) -> Verdict {
        if ends { Verdict::AbbreviationEnd } else { Verdict::NoEnd }
    }

    /// The word before the token.
    fn previous(&self) -> &str {
        self.before.rsplit(char::is_whitespace).next().unwrap_or_default()
    }

    /// A single capital follows: the name of a figure, a company of soldiers, an initial; "I" or "A" with a verb is none.
    fn letter_follows(&self) -> bool {
        let next = self.next;
        let word = self.table.has(Set::Words, self.token) || self.table.has(Set::Months, self.token);
        let pronoun = (next.word == "I" || word && next.word == "A") && next.then_lower;
        next.begins_upper && next.word.chars().count() == 1 && !pronoun
    }

    fn abbreviation(&self, class: Class) -> Verdict {
        let (table, next, token) = (self.table, self.next, self.token);
        // UNITED NATIONS, N.Y. -- a dateline; and a dash never begins a sentence after an abbreviation.
        if class == Class::Title || next.dashed {
            return Verdict::NoEnd;
        }
        if class == Class::Numbered {
            let numeral = next.digit
                || !next.quoted && (self.letter_follows() || next.word.len() > 1 && is_roman(next.word))
                || !self.first
                    && begins_upper(token)
                    && !table.has(Set::Months, token)
                    && table.has(Set::NumberWords, next.word);
            return self.end_if(!numeral && !next.bracketed && !next.lower);
        }
        if self.starter() {
            return Verdict::AbbreviationEnd;
        }
        // From here on: before a word that may begin a sentence, or go on with this one.
        let plain = next.begins_upper && !next.bracketed;
        match class {
            Class::Company => {
                let form = table.class(next.word) == Some(Class::Company) && next.dotted;
                let goes_on = form
                    || table.has(Set::AfterName, next.word)
                    || table.has(Set::Weekdays, next.word)
                    || self.letter_follows();
                let named = self.previous().starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || c == '&')
                    || self.before.ends_with([',', ')']);
                self.end_if(plain && !goes_on && named && !self.first)
            }
            Class::State => {
                // Isle of Man. Ferries …: without a comma before it, a word and no state.
                let comma = self.before.ends_with(',');
                if !comma && table.has(Set::Words, token) {
                    return Verdict::End;
                }
                let goes_on = next.dotted || table.has(Set::AfterName, next.word);
                self.end_if(plain && !goes_on && comma && next.then_lower)
            }
            Class::Street => {
                // 1600 Main St. Neighbors call …: a number stands before the name.
                let mut words = self.before.split_whitespace().rev();
                let numbered = words.by_ref().take(2).any(|word| word.starts_with(|c: char| c.is_ascii_digit()));
                let goes_on = next.dotted || table.has(Set::AfterName, next.word);
                self.end_if(plain && !goes_on && numbered && next.then_lower)
            }
            Class::Time => {
                let zone = table.has(Set::AfterTime, next.word)
                    || table.has(Set::Weekdays, next.word)
                    || table.has(Set::Months, next.word)
                    || table.has(Set::AfterTime, next.then);
                // The 8 p.m. CBS newscast: an hour that belongs to a noun.
                let mut words = self.before.split_whitespace().rev().skip(1);
                let attribute = words.next().is_some_and(|word| matches!(word, "the" | "The" | "a" | "A"));
                self.end_if(plain && !zone && !attribute)
            }
            Class::Final => self.end_if(plain),
            Class::Unit => {
                let measured = self.before.ends_with(|c: char| c.is_ascii_digit()) || token.len() > 2 && !self.first;
                if measured { self.end_if(next.begins_upper) } else { Verdict::End }
            }
            Class::Ender | Class::Place | Class::Title | Class::Numbered => Verdict::NoEnd,
        }
    }

    /// `J. R. Campbell`, `plan B. The`: an initial goes with the surname, save before a starter where no name precedes.
    fn initial(&self) -> Verdict {
        let (table, next) = (self.table, self.next);
        let previous = self.previous();
        let starter = self.starter();
        let title_before =
            previous.strip_suffix('.').is_some_and(|word| table.class(word) == Some(Class::Title) || word.is_empty());
        let initial_before = previous.ends_with('.') && previous.len() <= 6;
        if title_before || initial_before {
            // Hu S. T. The report: a word that is no surname, and enough before it for a sentence.
            return self.end_if(starter && initial_before && self.before.len() > 12 && next.word.len() > 2);
        }
        // World War I. Prices …; Appendix B. Prices …
        let item = table.has(Set::Items, previous) && next.begins_upper && !next.dotted;
        // … than I. They went: the pronoun has no name before it.
        let pronoun = self.token == "I" && !next.dotted && next.then_lower && !begins_upper(previous);
        if item || pronoun {
            return Verdict::End;
        }
        self.end_if(starter)
    }

    /// The number of an item at the head of a sentence belongs to it: `1.` `II.` `a.` `3.2.` `Section 1.` `Article IV.`
    fn is_item_number(&self) -> bool {
        let short = self.token.len() <= 3;
        let number =
            short && is_digits(self.token) || is_roman(self.token) || short && self.token.split('.').all(is_digits);
        if self.first {
            return number || self.token.len() == 1 && self.token.as_bytes()[0].is_ascii_alphabetic();
        }
        let item = self.before.trim_start_matches(['"', '“', '\'', '‘', '(', '[', '*', ' ']);
        number && item.len() <= 12 && self.next.begins_upper && self.table.has(Set::Items, item)
    }

    /// "PEKING, Oct. 15. The …": a place and a date at the head belong to the first sentence.
    fn is_dateline(&self, text: &str, start: usize, here: usize) -> bool {
        let Some(line) = text.get(start..here).filter(|line| line.len() <= DATELINE_BYTES) else { return false };
        if self.token.len() > 2 || !is_digits(self.token) {
            return false;
        }
        let mut words = line.split_whitespace().rev();
        words.next();
        let month = words.next().is_some_and(|word| self.table.has(Set::Months, word.trim_end_matches('.')));
        let names = line.split_whitespace().all(|word| !word.starts_with(|c: char| c.is_lowercase()));
        let place = words.next_back().unwrap_or_default();
        let capitals = place.ends_with(',') || !place.is_empty() && place.chars().all(char::is_uppercase);
        month && names && capitals && line.contains(',')
    }
}

/// Whether what follows is a likely beginning of a sentence.
fn starts(table: &Table, next: &Following<'_>) -> bool {
    if next.bracketed && !next.begins_upper || next.dashed {
        return false;
    }
    // "No" is a starter, "No. 1" goes on; "I" is one, "I. Smith" is a name.
    let abbreviation = next.dotted && (next.word.len() == 1 || table.class(next.word) == Some(Class::Numbered));
    let stem = next.word.split_once(['\'', '’']).map_or(next.word, |(stem, _)| stem);
    table.has(Set::Starters, next.word) && !abbreviation
        || stem.len() < next.word.len() && table.has(Set::Starters, stem)
        || next.quoted && next.begins_upper && next.then_lower && !table.has(Set::AfterName, next.word)
}

/// Whether `rest`, after a quotation with ! or ?, begins with a reporting clause: `Premier Chou asked`, `I asked`,
/// `John Smith, a farmer, wanted`.
pub(super) fn reports(table: &Table, rest: &str) -> bool {
    let rest = head(rest, REPORT_BYTES);
    let mut named = false;
    let mut end = 0;
    for (n, word) in rest.split(' ').take(REPORT_WORDS).enumerate() {
        end += word.len() + usize::from(n > 0);
        let bare = word.trim_end_matches(['.', ',', '?', '!', ':', ';']);
        if n > 0 && table.has(Set::Speech, bare) {
            return true;
        }
        let title = table.class(bare) == Some(Class::Title);
        let abbreviation = word.ends_with('.') && (title || bare.len() == 1);
        if begins_upper(bare) {
            if n == 0 && bare != "I" && !title && table.has(Set::Starters, bare) {
                return false;
            }
            named = true;
        } else if !named || !table.has(Set::ReportWords, bare) {
            return false;
        }
        if word.ends_with(',') {
            return after_apposition(table, &rest[end..]);
        }
        if bare.len() < word.len() && !abbreviation {
            return false;
        }
    }
    false
}

/// Whether a verb of speech stands behind the comma that closes an apposition: `45, a farmer, said`.
fn after_apposition(table: &Table, rest: &str) -> bool {
    let clause = &rest[..rest.find(['.', '?', '!', '"', '”', ':']).unwrap_or(rest.len())];
    clause
        .split(',')
        .nth(1)
        .and_then(|verb| verb.split_whitespace().next())
        .is_some_and(|verb| table.has(Set::Speech, verb))
}

/// Whether `before`, the sentence up to some place, is opening marks at most.
pub(super) fn is_head(before: &str) -> bool {
    before.len() <= 24
        && before
            .chars()
            .all(|c| c.is_whitespace() || matches!(c, '"' | '“' | '(' | '[' | '‘' | '\'' | '*' | '-' | '•' | '«' | '„'))
}

fn begins_upper(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// An unknown abbreviation has often no vowel: Blvd. Brgy. Stn.
fn is_consonants(token: &str) -> bool {
    (2..=4).contains(&token.len())
        && token.as_bytes()[0].is_ascii_uppercase()
        && token[1..].bytes().all(|b| b.is_ascii_lowercase() && !b"aeiouy".contains(&b))
}
