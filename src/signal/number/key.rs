//! Canonical values as integers, so that many sentence pairs can be compared by hash.

use super::value::Value;
use super::{Bound, Kind, Number};

/// One canonical value of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    /// Equal values have equal hashes on every machine; different ones nearly always differ.
    pub hash: u64,
    /// Which of the numbers it comes from.
    pub number: u32,
    /// What a chance agreement on it would surprise, in nats ([`Number::information`], shared among a date's parts).
    pub information: f32,
}

/// What is compared of a number: a value in its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Atom {
    Plain(Value),
    Month(u8),
    /// The decade within its century.
    Decade(i64),
    /// The power of ten.
    Vague(Value),
}

/// The atoms that must all be found for the number to be found.
pub(super) fn atoms(number: &Number, mut each: impl FnMut(Atom)) {
    match number.kind {
        Kind::Date(date) => {
            let mut plain = |part: Option<u16>| {
                if let Some(part) = part {
                    each(Atom::Plain(Value::integer(i64::from(part))));
                }
            };
            plain(date.year);
            plain(date.day.map(u16::from));
            if let Some(month) = date.month {
                each(Atom::Month(month));
            }
        }
        Kind::Time => each(Atom::Plain(on_the_dial(number.value))),
        Kind::Decade => each(Atom::Decade(number.value.as_integer().unwrap_or_default().rem_euclid(100))),
        _ if number.bound == Bound::Vague => each(Atom::Vague(number.value)),
        _ => {
            each(Atom::Plain(number.value));
            if let Some(high) = number.high {
                each(Atom::Plain(high));
            }
        }
    }
}

/// The hour on a dial of twelve: 16:51 as 4:51, noon as 12.
fn on_the_dial(value: Value) -> Value {
    let twelve = Value::integer(12);
    if value > twelve {
        value.plus(twelve.negated()).unwrap_or(value)
    } else if value == Value::ZERO {
        twelve
    } else {
        value
    }
}

impl Atom {
    fn hash(self) -> u64 {
        let (class, a, b) = match self {
            Self::Plain(value) => (1, value.numerator(), value.denominator()),
            Self::Month(month) => (2, i64::from(month), 1),
            Self::Decade(decade) => (3, decade, 1),
            Self::Vague(value) => (4, value.numerator(), value.denominator()),
        };
        // FNV-1a over the words, then a finaliser: fixed, so that results do not hang on the build.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for word in [class, a.cast_unsigned(), b.cast_unsigned()] {
            hash = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
            hash ^= hash >> 29;
        }
        hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^ (hash >> 32)
    }
}

/// The canonical values of `numbers` as hashes, in order. A date gives one key for each of its parts, a range two;
/// "and 85 others" gives the 86 that Chinese counts.
///
/// Values that only come near each other (300多万 and 3.2 million) have different keys: [`super::compare`] sees them.
pub fn keys(numbers: &[Number]) -> Vec<Key> {
    let mut keys = Vec::with_capacity(numbers.len() + numbers.len() / 2);
    add_keys(numbers, &mut keys);
    keys
}

/// Adds the canonical values of `numbers` to a list.
pub(super) fn add_keys(numbers: &[Number], keys: &mut Vec<Key>) {
    for (index, number) in (0_u32..).zip(numbers) {
        let first = keys.len();
        let mut add = |atom: Atom| keys.push(Key { hash: atom.hash(), number: index, information: 0.0 });
        match (number.kind, number.parts.first()) {
            (Kind::Others, Some(&all)) => add(Atom::Plain(all)),
            _ => atoms(number, add),
        }
        let share = number.information() / (keys.len() - first).max(1) as f64;
        for key in &mut keys[first..] {
            key.information = share as f32;
        }
    }
}
