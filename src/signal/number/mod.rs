//! Numbers of a text, Chinese or English, each read to one exact value, and the comparison of two such lists.
//!
//! Source: the text alone. [`parse`] is one pass from left to right, linear in the length of the text; [`compare`]
//! pairs the numbers of a source with those of its translation; [`keys`] gives canonical values as integers,
//! for whoever must match many sentence pairs quickly.
//!
//! ```
//! use bitext::signal::number::{compare, parse, Language};
//! let source = parse("共产原煤三万五千二百吨，完成计划的百分之一百一十二点五。", Language::Chinese);
//! let target = parse("It produced 35,200 tons of coal, 112.5 percent of the plan.", Language::English);
//! assert_eq!(source[0].value, target[0].value);
//! assert!(compare(&source, &target).is_faithful());
//! ```
//!
//! What it does not know: numerals in other languages' words, Roman numerals but for a few places,
//! and whether a small word (`one`, 两) counts or merely stands there: such numbers are marked [`Number::weak`].

mod character;
mod chinese;
mod compare;
mod english;
mod english_word;
mod evidence;
mod key;
mod numeral;
mod range;
mod unit;
mod value;

pub use compare::{Comparison, Match, Near, NearKind, Relation, compare};
pub use evidence::Evidence;
pub use key::{Key, keys};
pub use unit::Unit;
pub use value::Value;

use crate::span::ByteRange;
use serde::Serialize;
use std::sync::LazyLock;

/// The language whose number words are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Chinese, simplified or traditional; Arabic digits of any width too.
    Chinese,
    /// English.
    English,
    /// Any other: Arabic digits only.
    Other,
}

impl From<&str> for Language {
    /// From a language tag: `zh…` and `en…`, all else is [`Language::Other`].
    fn from(tag: &str) -> Self {
        match tag.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("zh") => Self::Chinese,
            Some("en") => Self::English,
            _ => Self::Other,
        }
    }
}

/// How near to its value a number is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Just this.
    Exact,
    /// About this (约, 左右, about).
    About,
    /// This or more (三百多, 余, 以上, more than).
    Over,
    /// This or less (近, 不到, nearly, less than).
    Under,
    /// Only the power of ten is meant: 几十, 数百万, dozens, hundreds of thousands. The value is that power.
    Vague,
}

/// What a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A plain count.
    Cardinal,
    /// A place in an order: 第十六, twenty-first, No. 2.
    Ordinal,
    /// The number of a point in a list, at the head of the text: 一、, III.
    Heading,
    /// A date or a part of one. The value is the last part named.
    Date(Date),
    /// An hour of the day. The value is the hour, with minutes as its fraction.
    Time,
    /// Ten years: 1980s (value 1980), 八十年代 (value 80).
    Decade,
    /// Hundredths, thousandths or 成, as the ratio they stand for.
    Percent,
    /// One number of parts of another, half among them.
    Fraction,
    /// So many times: 倍, times, doubled.
    Multiple {
        /// True when it says by how much something grew (提高了八倍), not what it grew to.
        growth: bool,
    },
    /// A sum in a currency ([`Number::unit`]).
    Money,
    /// An amount in a unit ([`Number::unit`]).
    Measure,
    /// So many more people beside those named: "and 85 others".
    Others,
}

/// A date, as far as it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
pub struct Date {
    /// The year; two digits stand as they are.
    pub year: Option<u16>,
    /// The month, from 1.
    pub month: Option<u8>,
    /// The day of the month, from 1.
    pub day: Option<u8>,
}

/// One number of a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Number {
    /// Where it stands, its unit included.
    pub range: ByteRange,
    /// What it amounts to; of a range (三四百, "30 to 40" is two numbers), the lower end.
    pub value: Value,
    /// The upper end of a range written in one: 400 of 三四百.
    pub high: Option<Value>,
    /// What it stands for.
    pub kind: Kind,
    /// In what it counts, if that is a known unit.
    pub unit: Option<Unit>,
    /// How near it is said to be.
    pub bound: Bound,
    /// Other values that say the same, all of which must be found together: 1 and 2 for 一亩二分 = 1.2 mu.
    pub parts: Vec<Value>,
    /// True for small words that a translator often leaves out or puts in ("one", 一个, 半): they may match,
    /// but their absence says nothing.
    pub weak: bool,
}

impl Number {
    /// True unless the number is said to be just this.
    pub fn is_approximate(&self) -> bool {
        self.bound != Bound::Exact
    }

    /// How much a chance agreement on this number would surprise, in nats.
    ///
    /// Source: the value. Range: 0.2 to about 15. The prior is Benford's law for the first digit, ten equal chances
    /// for every further significant digit, and ln 2 for each power of ten at the end; months, days and years have
    /// their own ranges (12, 31, about 60), and weak numbers count 0.2.
    pub fn information(&self) -> f64 {
        if self.weak {
            return 0.2;
        }
        match self.kind {
            Kind::Date(date) => {
                let part = |known: bool, choices: f64| if known { choices.ln() } else { 0.0 };
                part(date.year.is_some(), 60.0) + part(date.month.is_some(), 12.0) + part(date.day.is_some(), 31.0)
            }
            Kind::Heading => std::f64::consts::LN_2,
            _ if self.bound == Bound::Vague => 1.5,
            _ => value_information(self.value),
        }
    }
}

/// What each first digit tells.
static FIRST_DIGITS: LazyLock<[f64; 10]> = LazyLock::new(|| {
    std::array::from_fn(|digit| if digit == 0 { 1.0 } else { -(1.0 + 1.0 / digit as f64).log10().ln() })
});

fn value_information(value: Value) -> f64 {
    let mut digits = value.numerator().unsigned_abs();
    let mut zeros = 0.0;
    while digits >= 10 && digits.is_multiple_of(10) {
        digits /= 10;
        zeros += std::f64::consts::LN_2;
    }
    let mut further = 0.0;
    while digits >= 10 {
        digits /= 10;
        further += std::f64::consts::LN_10;
    }
    let first = FIRST_DIGITS[digits as usize];
    let below = if value.denominator() == 1 { 0.0 } else { std::f64::consts::LN_2 };
    first + further + zeros + below
}

/// The numbers of `text`, in order, none overlapping another.
///
/// Digits that do not fit (beyond eighteen or so) are passed over.
pub fn parse(text: &str, language: Language) -> Vec<Number> {
    let mut reader = Reader::default();
    reader.read(text, language);
    reader.numbers
}

/// [`parse`], with buffers that are kept from one text to the next.
#[derive(Debug, Default)]
struct Reader {
    chars: character::Chars,
    tokens: english_word::Spare,
    numbers: Vec<Number>,
}

impl Reader {
    fn read(&mut self, text: &str, language: Language) -> &[Number] {
        let Self { chars, tokens, numbers } = self;
        numbers.clear();
        match language {
            Language::Chinese => chinese::parse(text, chars, numbers),
            Language::English => english::parse(text, true, tokens, numbers),
            Language::Other => english::parse(text, false, tokens, numbers),
        }
        range::spread_units(text, numbers);
        numbers
    }
}
