//! What a check reports: the finding's row, its types and their labels in two public vocabularies.

use crate::span::ByteRange;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// Another value.
    Number,
    /// Another date.
    Date,
    /// Another unit or currency.
    Unit,
    /// A name written in another way than elsewhere, or that does not sound like the original's.
    Name,
    /// A term rendered in another way than elsewhere, or than the glossary has it.
    Term,
    /// The opposite is said.
    Negation,
    /// Sentences or clauses of the original that the translation does not have.
    Omission,
    /// Sentences or clauses of the translation that the original does not have.
    Addition,
    /// Words left in the original's script.
    Untranslated,
    /// Both sides are the same text.
    Identical,
    /// Far more translation than the original can bear.
    Invented,
    /// A translating machine declined, or speaks for itself.
    Refusal,
    /// A question made a statement, a quotation lost.
    Mark,
    /// A passage that stands elsewhere in the translation.
    Order,
    /// Damage in the text itself (scanning, encoding): not the translator's.
    TextHealth,
}

impl Kind {
    /// All types, with the names they have in files and on the command line.
    pub const ALL: [(Kind, &'static str); 15] = [
        (Kind::Number, "number"),
        (Kind::Date, "date"),
        (Kind::Unit, "unit"),
        (Kind::Name, "name"),
        (Kind::Term, "term"),
        (Kind::Negation, "negation"),
        (Kind::Omission, "omission"),
        (Kind::Addition, "addition"),
        (Kind::Untranslated, "untranslated"),
        (Kind::Identical, "identical"),
        (Kind::Invented, "invented"),
        (Kind::Refusal, "refusal"),
        (Kind::Mark, "mark"),
        (Kind::Order, "order"),
        (Kind::TextHealth, "text-health"),
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The issue type of the [Multidimensional Quality Metrics](https://themqm.org/) typology, with its parents.
    pub fn mqm(self) -> &'static str {
        match self {
            Kind::Number => "accuracy/mistranslation/number",
            Kind::Date => "accuracy/mistranslation/date-time",
            Kind::Unit => "accuracy/mistranslation/unit-conversion",
            Kind::Name => "accuracy/mistranslation/entity",
            Kind::Term => "terminology/inconsistent-use-of-terminology",
            Kind::Negation => "accuracy/mistranslation",
            Kind::Omission => "accuracy/omission",
            Kind::Addition | Kind::Invented | Kind::Refusal => "accuracy/addition",
            Kind::Untranslated | Kind::Identical => "accuracy/untranslated",
            Kind::Mark => "linguistic-conventions/punctuation",
            Kind::Order => "style/organizational-style",
            Kind::TextHealth => "linguistic-conventions/character-encoding",
        }
    }

    /// The [localization quality issue type](https://www.w3.org/TR/its20/#lqissue-typevalues) of ITS 2.0.
    pub fn its(self) -> &'static str {
        match self {
            Kind::Number => "numbers",
            Kind::Date | Kind::Name => "inconsistent-entities",
            Kind::Unit | Kind::Negation => "mistranslation",
            Kind::Term => "inconsistency",
            Kind::Omission => "omission",
            Kind::Addition => "addition",
            Kind::Untranslated | Kind::Identical => "untranslated",
            Kind::Invented => "non-conformance",
            Kind::Refusal | Kind::Order => "other",
            Kind::Mark => "typographical",
            Kind::TextHealth => "characters",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, own)| own.eq_ignore_ascii_case(name));
        let known = || Self::ALL.map(|(_, name)| name).join(", ");
        found.map(|&(kind, _)| kind).ok_or_else(|| format!("no check {name:?}; there are {}", known()))
    }
}

/// How much a finding matters to a reader, in the words of MQM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No fault of the translation: a sign-off left out, a damaged original.
    Neutral,
    /// The sense survives.
    Minor,
    /// The sense changes.
    Major,
    /// The passage says the opposite, or is no translation at all.
    Critical,
}

impl Severity {
    /// The word in files.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Neutral => "neutral",
            Severity::Minor => "minor",
            Severity::Major => "major",
            Severity::Critical => "critical",
        }
    }
}

/// One finding, as `DESIGN.md` §5 has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The row's id; of several rows, the first's; for a whole document, the document's.
    pub pair: String,
    /// The document's id.
    pub doc: String,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Which of its check's rules saw it, such as `power-of-ten`.
    pub rule: Cow<'static, str>,
    /// The probability that it is true, the doubt about the alignment included.
    pub probability: f64,
    /// How much it matters.
    pub severity: Severity,
    /// [`Kind::mqm`].
    pub mqm: Cow<'static, str>,
    /// [`Kind::its`].
    pub its: Cow<'static, str>,
    /// Where the words stand, in UTF-8 bytes of the decoded input, as in rows.
    pub source_spans: Vec<ByteRange>,
    /// The same of the translation.
    pub target_spans: Vec<ByteRange>,
    /// The words concerned.
    pub source_words: Vec<String>,
    /// The same of the translation.
    pub target_words: Vec<String>,
    /// What was seen, in a sentence.
    pub message: String,
}
