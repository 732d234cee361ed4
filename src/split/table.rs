//! The word tables: a readable format, parsed once a language into sets that the engines look words up in.
//!
//! `# …` is a comment, `[section]` begins a section, and every other word is an entry. An abbreviation is written
//! without its last full stop (`Co`, `U.S`, `p.m`). Entries are case-sensitive; a text in capitals finds them as well.

use super::word::{MAX_WORD, in_word};
use foldhash::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};
use thiserror::Error;

/// What kind of abbreviation a word is: that decides what its full stop can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// Titles, ranks, Latin abbreviations: never end a sentence.
    Title,
    /// End one only where no number follows (No., p., Vol., months).
    Numbered,
    /// Company forms: the commonest abbreviation at a sentence's end.
    Company,
    /// Countries and other names that go before a noun (U.S. Army).
    Place,
    /// States, after a town.
    State,
    /// Streets, after a name or a number.
    Street,
    /// a.m. and p.m.
    Time,
    /// The last word of a list (etc.): ends one before any capital.
    Final,
    /// Any other that may end one before a likely starter.
    Ender,
    /// Units of measure.
    Unit,
}

/// The words of one language.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    abbreviations: HashMap<Box<str>, Class>,
    sets: [HashSet<Box<str>>; SETS.len()],
    longest: [usize; SETS.len()],
}

/// A set of words other than abbreviations; the name of its section stands in [`SETS`] at the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// Words that begin a sentence.
    Starters,
    /// Words that go on after a company's or a state's abbreviation (Chairman, Gov.).
    AfterName,
    /// Words that go on after an hour (Beijing, EST).
    AfterTime,
    /// Days of the week.
    Weekdays,
    /// Nouns that a number or a letter follows (Section 1, World War I).
    Items,
    /// Abbreviations that are words as well (No, Man).
    Words,
    /// What may stand between a name and its verb of speech (then, also).
    ReportWords,
    /// Verbs of speech.
    Speech,
    /// Lower-case beginnings of a name (de, von).
    Particles,
    /// Names that end in an exclamation mark.
    Exclaiming,
    /// Months, written out or not, for datelines and ordinals.
    Months,
    /// Numbers in words, for "No. One".
    NumberWords,
    /// What goes on after a closing quotation mark (zh).
    AfterQuote,
    /// The few words that go on even after a quotation with a colon before it (zh).
    AfterSpeech,
    /// Words that begin a sentence after a quotation, although a shorter word goes on (zh: 的确, 这时).
    Anew,
    /// What may stand between a verb of speech and the mark after it (zh: 她, 着, 大家).
    SpeechTail,
    /// Other words that end, or begin, like a verb of speech (zh: 小说, 说明).
    NotSpeech,
    /// Pronouns of persons (zh).
    Persons,
    /// Beginnings of a bracket that stands for a sentence (zh: 见, 注).
    Notes,
    /// Characters that foreign names are written with (zh).
    Transliteration,
    /// A yes/no switch: the full stop after a number makes it an ordinal (de, hu, is).
    Habits,
}

const SETS: [&str; 21] = [
    "starters",
    "after-name",
    "after-time",
    "weekdays",
    "items",
    "words",
    "report-words",
    "speech",
    "particles",
    "exclaiming",
    "months",
    "number-words",
    "after-quote",
    "after-speech",
    "anew",
    "speech-tail",
    "not-speech",
    "persons",
    "notes",
    "transliteration",
    "habits",
];

/// A table that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TableError {
    /// Words before any `[section]`.
    #[error("line {line}: words before the first [section]; begin the table with one, such as [enders]")]
    NoSection {
        /// Counted from 1.
        line: usize,
    },
    /// A section that no rule reads.
    #[error("line {line}: no such section [{name}]; an abbreviation goes under one of {ABBREVIATIONS}")]
    UnknownSection {
        /// Counted from 1.
        line: usize,
        /// As written.
        name: String,
    },
    /// An abbreviation that no text could match.
    #[error(
        "line {line}: {word:?} is never found: an abbreviation is letters, digits, full stops and &, at most {MAX_WORD} bytes; of a compound write the last part alone"
    )]
    NoAbbreviation {
        /// Counted from 1.
        line: usize,
        /// As written.
        word: String,
    },
}

const ABBREVIATIONS: &str =
    "[titles] [numbered] [companies] [places] [states] [streets] [times] [finals] [enders] [units]";

enum Section {
    Abbreviation(Class),
    Words(usize),
}

impl Section {
    fn named(name: &str) -> Option<Section> {
        Some(Section::Abbreviation(match name {
            "titles" | "never" => Class::Title,
            "numbered" => Class::Numbered,
            "companies" => Class::Company,
            "places" => Class::Place,
            "states" => Class::State,
            "streets" => Class::Street,
            "times" => Class::Time,
            "finals" => Class::Final,
            "enders" => Class::Ender,
            "units" => Class::Unit,
            _ => return SETS.iter().position(|set| *set == name).map(Section::Words),
        }))
    }
}

impl Table {
    /// Adds the entries of a written table to this one; a later entry wins.
    pub(super) fn read(&mut self, written: &str) -> Result<(), TableError> {
        let mut section = None;
        for (row, line) in written.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                let unknown = || TableError::UnknownSection { line: row + 1, name: name.to_owned() };
                section = Some(Section::named(name).ok_or_else(unknown)?);
                continue;
            }
            for word in line.split_whitespace() {
                match &section {
                    None => return Err(TableError::NoSection { line: row + 1 }),
                    Some(Section::Abbreviation(class)) => {
                        let bare = word.strip_suffix('.').unwrap_or(word);
                        if bare.is_empty() || bare.len() > MAX_WORD || !bare.chars().all(in_word) {
                            return Err(TableError::NoAbbreviation { line: row + 1, word: word.to_owned() });
                        }
                        self.abbreviations.insert(bare.into(), *class);
                    }
                    Some(Section::Words(set)) => {
                        self.sets[*set].insert(word.into());
                        self.longest[*set] = self.longest[*set].max(word.len());
                    }
                }
            }
        }
        Ok(())
    }

    /// The class of the abbreviation that is written `word` before its last full stop.
    pub(super) fn class(&self, word: &str) -> Option<Class> {
        if word.len() > MAX_WORD {
            return None;
        }
        if let Some(class) = self.abbreviations.get(word) {
            return Some(*class);
        }
        // MR. as Mr., E.g. as e.g., U.s. as U.S.
        let first = *word.as_bytes().first()?;
        if !first.is_ascii_uppercase() || !word.is_ascii() {
            return None;
        }
        let mut folded = [0_u8; MAX_WORD];
        let folded = &mut folded[..word.len()];
        folded.copy_from_slice(word.as_bytes());
        // A capital by itself is an initial.
        if word.len() == 1 {
            return None;
        }
        if word.bytes().all(|b| !b.is_ascii_lowercase()) {
            folded[1..].make_ascii_lowercase();
            if let Some(class) = std::str::from_utf8(folded).ok().and_then(|word| self.abbreviations.get(word)) {
                return Some(*class);
            }
        }
        folded.make_ascii_lowercase();
        let class = self.abbreviations.get(std::str::from_utf8(folded).ok()?)?;
        // A capital turns "in." or "sat." into another word; only what has inner stops or never ends is folded.
        (word.contains('.') || *class == Class::Title).then_some(*class)
    }

    /// Whether `set` holds `word`.
    pub(super) fn has(&self, set: Set, word: &str) -> bool {
        self.sets[set as usize].contains(word)
    }

    /// Whether `set` holds one of the beginnings of `text`.
    pub(super) fn begins(&self, set: Set, text: &str) -> bool {
        self.after(set, text).is_some()
    }

    /// What follows the shortest beginning of `text` that `set` holds.
    pub(super) fn after<'t>(&self, set: Set, text: &'t str) -> Option<&'t str> {
        let longest = self.longest[set as usize];
        let mut end = 0;
        for c in text.chars() {
            end += c.len_utf8();
            if end > longest {
                return None;
            }
            if self.has(set, &text[..end]) {
                return Some(&text[end..]);
            }
        }
        None
    }

    /// The length in bytes of the shortest end of `text` that `set` holds.
    pub(super) fn ends(&self, set: Set, text: &str) -> Option<usize> {
        let longest = self.longest[set as usize];
        let mut begin = text.len();
        for c in text.chars().rev() {
            begin -= c.len_utf8();
            if text.len() - begin > longest {
                return None;
            }
            if self.has(set, &text[begin..]) {
                return Some(text.len() - begin);
            }
        }
        None
    }
}

macro_rules! tables {
    ($($tag:literal => $file:literal),+ $(,)?) => {
        /// The table of a language, and whether there is one; parsed when first asked for.
        pub(super) fn built_in(language: &str) -> (Arc<Table>, bool) {
            match language {
                $($tag => {
                    static TABLE: OnceLock<Arc<Table>> = OnceLock::new();
                    (TABLE.get_or_init(|| parsed(include_str!(concat!("tables/", $file)))).clone(), true)
                })+
                _ => (Arc::default(), false),
            }
        }

        #[cfg(test)]
        pub(super) const BUILT_IN: &[(&str, &str)] = &[$(($tag, include_str!(concat!("tables/", $file)))),+];
    };
}

tables! {
    "zh" => "zh.txt", "cmn" => "zh.txt", "yue" => "zh.txt", "wuu" => "zh.txt", "lzh" => "zh.txt",
    "en" => "en.txt",
    "ja" => "ja.txt",
    "de" => "de.txt", "fr" => "fr.txt", "es" => "es.txt", "it" => "it.txt", "pt" => "pt.txt", "ru" => "ru.txt",
    "hu" => "hu.txt", "ro" => "ro.txt", "is" => "is.txt", "nl" => "nl.txt", "ko" => "ko.txt",
}

/// A built-in table. One with a fault would lose its words after it; a test reads them all and finds it.
fn parsed(written: &str) -> Arc<Table> {
    let mut table = Table::default();
    let read = table.read(written);
    debug_assert!(read.is_ok(), "{read:?}");
    Arc::new(table)
}
