//! Sentences: where one ends, by rules that a linguist can read and extend.
//!
//! A paragraph goes in, byte ranges come out, in text order; what lies between two ranges is white space only, so the
//! pieces and the gaps rebuild the text. Three engines share one interface: Chinese and Japanese by full-width end
//! marks and the depth of quotations, English by the full stop and its three classes of abbreviation, and for every
//! other language the Unicode sentence boundaries (UAX 29) corrected by that language's table. The words the engines go
//! by stand in `tables/`, not in code.
//!
//! ```
//! use bitext::split::Splitter;
//! let english = Splitter::new("en");
//! let text = "Mr. Li arrived at 8 p.m. He left.";
//! let ends: Vec<&str> = english.sentences(text).map(|sentence| sentence.range.of(text)).collect();
//! assert_eq!(ends, ["Mr. Li arrived at 8 p.m.", "He left."]);
//! ```
//!
//! Every engine reads a paragraph once, from left to right. Looking ahead is bounded by a constant, or remembered, so
//! that time stays linear on any input.

mod en;
mod other;
mod scan;
mod segment;
mod table;
mod word;
mod zh;

use crate::document::lines::{Script, primary};
use crate::document::{Kind, structure};
use crate::span::ByteRange;
pub use segment::segments;
use std::fmt;
use std::sync::Arc;
use table::Table;
pub use table::TableError;

/// The sentence rules of one language; read-only, to be shared by all threads.
#[derive(Debug, Clone)]
pub struct Splitter {
    table: Arc<Table>,
    engine: Language,
    known: bool,
}

/// Which engine reads the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    /// Chinese and Japanese.
    Han,
    /// English.
    English,
    /// UAX 29 with corrections.
    Unicode,
}

/// One sentence of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Its bytes, without white space at either end.
    pub range: ByteRange,
    /// The rule that decided its end.
    pub rule: Rule,
}

/// The rule that decided where a sentence ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The paragraph ends here.
    ParagraphEnd,
    /// The line ends here (verse, or a text of several lines).
    LineEnd,
    /// An end mark.
    EndMark,
    /// An end mark and the closing marks after it.
    EndMarkAndCloser,
    /// An end mark closes a quotation, and no words of the same sentence follow.
    QuotationEnd,
    /// An ellipsis before a new clause.
    Ellipsis,
    /// An abbreviation that may end a sentence, before a likely beginning of one.
    AbbreviationBeforeStarter,
    /// A full stop with no blank after it.
    MissingBlank,
    /// A half-width full stop after a Chinese character.
    HalfWidthStop,
    /// A lead-in ends before the first item of a list.
    ListLeadIn,
    /// A sentence in brackets ends with its bracket.
    BracketEnd,
    /// A speaker's turn in a dialogue begins with a dash.
    DialogueTurn,
    /// The sentence boundary of UAX 29.
    Unicode,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rule::ParagraphEnd => "end of paragraph",
            Rule::LineEnd => "end of line",
            Rule::EndMark => "end mark",
            Rule::EndMarkAndCloser => "end mark with closing marks",
            Rule::QuotationEnd => "end of quotation, no reporting clause follows",
            Rule::Ellipsis => "ellipsis before a new clause",
            Rule::AbbreviationBeforeStarter => "abbreviation before a likely sentence start",
            Rule::MissingBlank => "full stop with its blank missing",
            Rule::HalfWidthStop => "half-width stop after Chinese",
            Rule::ListLeadIn => "lead-in before a list item",
            Rule::BracketEnd => "sentence in brackets",
            Rule::DialogueTurn => "turn in a dialogue",
            Rule::Unicode => "Unicode sentence boundary",
        })
    }
}

/// What a paragraph hands to the next: whether a quotation was left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carry {
    /// A quotation runs on.
    pub quotation_open: bool,
}

impl Splitter {
    /// The rules for a language tag such as `zh`, `zh-Hant`, `en`, `de-AT`.
    ///
    /// A language without rules of its own gets the plain Unicode ones, and [`is_known`](Self::is_known) is false.
    pub fn new(tag: &str) -> Splitter {
        let language = primary(tag);
        let engine = match (Script::of(tag), language.as_str()) {
            (Script::Han, _) => Language::Han,
            (_, "en") => Language::English,
            _ => Language::Unicode,
        };
        let (table, known) = table::built_in(&language);
        Splitter { table, engine, known }
    }

    /// Whether the language has rules of its own.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// The same rules with a reader's own table added, in the format of the built-in ones (`src/split/tables/`).
    ///
    /// # Errors
    /// When a line stands before any `[section]`, or a section is not known; the error names the line.
    pub fn with_abbreviations(mut self, table: &str) -> Result<Splitter, TableError> {
        Arc::make_mut(&mut self.table).read(table)?;
        Ok(self)
    }

    /// The sentences of one paragraph, which may hold a line break inside a sentence. The iterator yields byte ranges as it
    /// reads and allocates nothing for a sentence.
    ///
    /// ```
    /// # use bitext::split::Splitter;
    /// # let splitter = Splitter::new("zh");
    /// assert!(splitter.sentences("今天开会。明天休息！").map(|one| one.range.byte_len()).eq([15, 15]));
    /// ```
    pub fn sentences<'t>(&'t self, paragraph: &'t str) -> Sentences<'t> {
        self.sentences_after(Carry::default(), paragraph)
    }

    /// The sentences of one paragraph after one that left `carry`.
    pub fn sentences_after<'t>(&'t self, carry: Carry, paragraph: &'t str) -> Sentences<'t> {
        let engine = match self.engine {
            Language::Han => Engine::Han(zh::Scanner::new(carry)),
            Language::English => Engine::English(en::Scanner::new(carry)),
            Language::Unicode => Engine::Unicode(Box::new(other::Scanner::new(paragraph))),
        };
        let start = scan::first_of_content(paragraph, 0);
        Sentences { table: &self.table, text: paragraph, start, engine }
    }

    /// The sentences of a paragraph of a given kind, the paragraph being `range` of `text`: all of it, where the kind is
    /// one that stands for one segment. Hands what the paragraph leaves to the next.
    pub fn paragraph(
        &self,
        carry: Carry,
        text: &str,
        range: ByteRange,
        kind: Kind,
        mut sink: impl FnMut(Sentence),
    ) -> Carry {
        let mut sentences = self.sentences_after(carry, range.of(text));
        for one in &mut sentences {
            if !kind.is_whole() {
                sink(Sentence { range: one.range.shifted(range.start), ..one });
            }
        }
        if kind.is_whole() {
            sink(Sentence { range, rule: Rule::LineEnd });
        }
        // A title stands outside of what is said below it; a verse may stand within a quotation.
        if kind == Kind::Title { Carry::default() } else { sentences.carry() }
    }

    /// The sentences of a text of several lines: lines are paragraphs of the kind that their looks tell, save that a line
    /// broken inside a sentence joins the next ([`structure::paragraphs`]).
    pub fn split_text(&self, text: &str) -> Vec<Sentence> {
        let mut out = Vec::new();
        let mut carry = Carry::default();
        for (range, kind) in self.paragraphs(text) {
            carry = self.paragraph(carry, text, range, kind, |one| out.push(one));
        }
        out
    }

    /// The paragraphs of a text of several lines, and what they are.
    pub fn paragraphs(&self, text: &str) -> Vec<(ByteRange, Kind)> {
        let script = if self.engine == Language::Han { Script::Han } else { Script::Alphabetic };
        structure::paragraphs(text, script, &structure::lines(text).collect::<Vec<_>>(), false)
    }
}

/// The sentences of one paragraph: see [`Splitter::sentences`].
#[derive(Debug)]
pub struct Sentences<'t> {
    table: &'t Table,
    text: &'t str,
    start: usize,
    engine: Engine<'t>,
}

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "boxing would allocate for every paragraph")]
enum Engine<'t> {
    Han(zh::Scanner),
    English(en::Scanner),
    Unicode(Box<other::Scanner<'t>>),
}

impl Sentences<'_> {
    /// What the paragraph hands to the next, once all sentences have been taken.
    pub fn carry(&self) -> Carry {
        match &self.engine {
            Engine::Han(scanner) => scanner.carry(),
            Engine::English(scanner) => scanner.carry(),
            Engine::Unicode(_) => Carry::default(),
        }
    }
}

impl Iterator for Sentences<'_> {
    type Item = Sentence;

    fn next(&mut self) -> Option<Sentence> {
        let text = self.text;
        if self.start >= text.len() {
            return None;
        }
        loop {
            let found = match &mut self.engine {
                Engine::Han(scanner) => scanner.next_end(self.table, text, self.start),
                Engine::English(scanner) => scanner.next_end(self.table, text, self.start),
                Engine::Unicode(scanner) => scanner.next_end(self.table, text, self.start),
            };
            let Some((end, rule)) = found else {
                let end = scan::last_of_content(text, self.start);
                let range = ByteRange::new(self.start, end);
                self.start = text.len();
                return Some(Sentence { range, rule: Rule::ParagraphEnd });
            };
            debug_assert!(end > self.start && text.is_char_boundary(end));
            let next = scan::first_of_content(text, end);
            if next >= text.len() {
                // The engine has read to here; let it see the rest, so that what it carries over is right.
                continue;
            }
            // A combining mark after the blank belongs to the blank: no sentence can begin with it.
            if !scan::is_grapheme_start(text, end) || !scan::is_grapheme_start(text, next) {
                continue;
            }
            let range = ByteRange::new(self.start, end);
            self.start = next;
            return Some(Sentence { range, rule });
        }
    }
}

impl std::iter::FusedIterator for Sentences<'_> {}

#[cfg(test)]
mod tests;
