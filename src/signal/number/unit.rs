//! Units of measure and of money, read from `tables/units.txt`.

use super::character::CharSet;
use super::value::{Value, decimal};
use foldhash::fast::FixedState;
use serde::{Serialize, Serializer};
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// A unit of measure or of money: the index of its line in `tables/units.txt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit(u16);

struct Entry {
    name: &'static str,
    dimension: &'static str,
    factor: Option<Value>,
    forms: Vec<&'static str>,
}

/// A Chinese form and its readings.
type Form = (Vec<char>, Vec<Unit>);

struct Table {
    entries: Vec<Entry>,
    /// First character of a Chinese form -> (form, units), longest form first.
    chinese: HashMap<char, Vec<Form>, FixedState>,
    /// Those first characters.
    heads: CharSet,
    /// English form in lower case, words joined by `-` -> units; also what such a form may begin with, without units.
    english: HashMap<&'static [u8], Vec<Unit>, FixedState>,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

impl Table {
    fn read() -> Self {
        let (mut entries, mut chinese_forms, mut english_forms) =
            (Vec::new(), HashMap::<char, Vec<Form>, _>::default(), HashMap::<_, Vec<Unit>, _>::default());
        for line in crate::signal::table_lines(include_str!("tables/units.txt")) {
            let mut fields = line.split('|').map(str::trim);
            let mut next = || fields.next().unwrap_or_default();
            let (name, dimension, factor, chinese, english) = (next(), next(), next(), next(), next());
            let unit = Unit(u16::try_from(entries.len()).unwrap_or(u16::MAX));
            for form in chinese.split_whitespace() {
                let form: Vec<char> = form.chars().collect();
                let bucket = chinese_forms.entry(form[0]).or_default();
                match bucket.iter_mut().find(|(known, _)| *known == form) {
                    Some((_, units)) => units.push(unit),
                    None => {
                        let place = bucket.partition_point(|(known, _)| known.len() >= form.len());
                        bucket.insert(place, (form, vec![unit]));
                    }
                }
            }
            for form in english.split_whitespace() {
                let form = form.as_bytes();
                english_forms.entry(form).or_default().push(unit);
                for end in (1..form.len()).filter(|&end| form[end] == b'-') {
                    english_forms.entry(&form[..end]).or_default();
                }
                // U.S. comes in two letters.
                if form.starts_with(b"us-") {
                    english_forms.entry(&form[..1]).or_default();
                }
            }
            let forms = chinese.split_whitespace().chain(english.split_whitespace()).collect();
            entries.push(Entry { name, dimension, factor: read_factor(factor), forms });
        }
        let heads = chinese_forms.keys().copied().collect();
        Table { entries, chinese: chinese_forms, heads, english: english_forms }
    }
}

fn read_factor(text: &str) -> Option<Value> {
    let places = text.find('.').map_or(0, |point| text.len() - point - 1);
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    decimal(text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0'), places)
}

impl Unit {
    /// The unit of this name (the first column of the table).
    pub fn named(name: &str) -> Option<Self> {
        let index = TABLE.entries.iter().position(|entry| entry.name == name)?;
        u16::try_from(index).ok().map(Unit)
    }

    /// Its name, such as `mu` or `us-dollar`.
    pub fn name(self) -> &'static str {
        TABLE.entries.get(usize::from(self.0)).map_or("", |entry| entry.name)
    }

    /// What it measures, such as `length` or `money`.
    pub fn dimension(self) -> &'static str {
        TABLE.entries.get(usize::from(self.0)).map_or("", |entry| entry.dimension)
    }

    /// True when a translator may write the one for the other: the same unit, or a word that both share
    /// (度 is a degree and a kilowatt-hour, a load renders 担).
    pub fn agrees(self, other: Self) -> bool {
        let (Some(a), Some(b)) = (TABLE.entries.get(usize::from(self.0)), TABLE.entries.get(usize::from(other.0)))
        else {
            return false;
        };
        a.name == b.name || a.forms.iter().any(|form| b.forms.contains(form))
    }

    fn factor(self) -> Option<Value> {
        TABLE.entries.get(usize::from(self.0)).and_then(|entry| entry.factor)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The readings of the longest Chinese unit that `text` begins with, and its length in characters.
pub(super) fn chinese(text: &[char]) -> Option<(usize, &'static [Unit])> {
    let head = text.first().filter(|&&head| TABLE.heads.contains(head))?;
    let bucket = TABLE.chinese.get(head)?;
    bucket.iter().find(|(form, _)| text.starts_with(form)).map(|(form, units)| (form.len(), units.as_slice()))
}

/// The readings of an English unit, in lower case with its words joined by hyphens; empty for what only begins one.
pub(super) fn english(form: &[u8]) -> Option<&'static [Unit]> {
    TABLE.english.get(form).map(Vec::as_slice)
}

/// `major` of the one unit and `minor` of a smaller one of the same dimension, as a count of the first:
/// 1 mu and 2 tenths = 1.2. Answers the first pair of readings that fits.
pub(super) fn compound(majors: &[Unit], major: Value, minors: &[Unit], minor: Value) -> Option<(Unit, Unit, Value)> {
    for &unit in majors {
        for &part in minors {
            if unit.dimension() != part.dimension() {
                continue;
            }
            let (Some(whole), Some(piece)) = (unit.factor(), part.factor()) else { continue };
            if piece >= whole {
                continue;
            }
            // Factors are rounded decimals: a compound's ratio is the whole number next to theirs.
            let ratio = (whole.as_f64() / piece.as_f64()).round();
            if !(2.0..=1e6).contains(&ratio) {
                continue;
            }
            let value = minor.over(Value::integer(ratio as i64)).and_then(|rest| major.plus(rest))?;
            if minor < Value::integer(ratio as i64) {
                return Some((unit, part, value));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_shared_by_units_agree() {
        let unit = |name: &str| Unit::named(name).unwrap();
        assert!(unit("kilowatt-hour").agrees(unit("degree")));
        assert!(unit("jin").agrees(unit("jin")));
        assert!(!unit("meter").agrees(unit("foot")));
        assert!(!unit("yuan").agrees(unit("us-dollar")));
        assert!(!unit("kilogram").agrees(unit("gram")));
    }

    #[test]
    fn longest_form_wins() {
        let form: Vec<char> = "立方公尺多".chars().collect();
        let (length, units) = chinese(&form).unwrap();
        assert_eq!((length, units[0].name()), (4, "cubic-meter"));
        assert_eq!(english(b"catties").unwrap()[0].name(), "jin");
    }

    #[test]
    fn compounds_count_in_the_larger_unit() {
        let of = |text: &str| chinese(&text.chars().collect::<Vec<_>>()).unwrap().1;
        let two = Value::integer(2);
        let (unit, _, value) = compound(of("亩"), Value::ONE, of("分"), two).unwrap();
        assert_eq!((unit.name(), value), ("mu", Value::ratio(12, 10).unwrap()));
        let (unit, _, value) = compound(of("丈"), Value::integer(4), of("尺"), two).unwrap();
        assert_eq!((unit.name(), value), ("zhang", Value::ratio(42, 10).unwrap()));
        let (_, _, value) = compound(of("小时"), Value::ONE, of("分"), Value::integer(5)).unwrap();
        assert_eq!(value, Value::ratio(13, 12).unwrap());
        assert!(compound(of("元"), Value::ONE, of("米"), two).is_none());
    }
}
