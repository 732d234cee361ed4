//! An exact number: a fraction in lowest terms.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// An exact rational number in lowest terms, so that equal values are equal structs: 12.5 % = 1/8 = 百分之十二点五.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Value {
    /// Above the stroke; carries the sign.
    numerator: i64,
    /// Below the stroke; always positive.
    denominator: i64,
}

impl Value {
    /// Nought.
    pub const ZERO: Value = Value { numerator: 0, denominator: 1 };
    /// One.
    pub const ONE: Value = Value { numerator: 1, denominator: 1 };
    /// One half.
    pub const HALF: Value = Value { numerator: 1, denominator: 2 };

    /// A whole number.
    pub const fn integer(value: i64) -> Self {
        Self { numerator: value, denominator: 1 }
    }

    /// `numerator / denominator`; `None` when the denominator is zero or the result does not fit.
    pub fn ratio(numerator: i64, denominator: i64) -> Option<Self> {
        Self::reduced(i128::from(numerator), i128::from(denominator))
    }

    /// Above the stroke.
    pub fn numerator(self) -> i64 {
        self.numerator
    }

    /// Below the stroke, at least 1.
    pub fn denominator(self) -> i64 {
        self.denominator
    }

    /// The sum, where it fits.
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.denominator == 1 && other.denominator == 1 {
            return self.numerator.checked_add(other.numerator).map(Self::integer);
        }
        let (a, b) = (i128::from(self.numerator), i128::from(self.denominator));
        let (c, d) = (i128::from(other.numerator), i128::from(other.denominator));
        Self::reduced(a * d + c * b, b * d)
    }

    /// The product, where it fits.
    pub fn times(self, other: Self) -> Option<Self> {
        if self.denominator == 1 && other.denominator == 1 {
            return self.numerator.checked_mul(other.numerator).map(Self::integer);
        }
        Self::reduced(
            i128::from(self.numerator) * i128::from(other.numerator),
            i128::from(self.denominator) * i128::from(other.denominator),
        )
    }

    /// The quotient, where it fits and the divisor is not zero.
    pub fn over(self, other: Self) -> Option<Self> {
        Self::reduced(
            i128::from(self.numerator) * i128::from(other.denominator),
            i128::from(self.denominator) * i128::from(other.numerator),
        )
    }

    /// With the other sign.
    pub fn negated(self) -> Self {
        Self { numerator: self.numerator.saturating_neg(), denominator: self.denominator }
    }

    /// Without the sign.
    pub fn magnitude(self) -> Self {
        Self { numerator: self.numerator.saturating_abs(), denominator: self.denominator }
    }

    /// The whole number that this is, if it is one.
    pub fn as_integer(self) -> Option<i64> {
        (self.denominator == 1).then_some(self.numerator)
    }

    /// The nearest floating-point number.
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    fn reduced(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()) as i128;
        let sign = if denominator < 0 { -1 } else { 1 };
        Some(Self {
            numerator: i64::try_from(sign * numerator / divisor).ok()?,
            denominator: i64::try_from(sign * denominator / divisor).ok()?,
        })
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    // Whole numbers are the usual case and need no loop of divisions.
    if a == 1 || b == 1 {
        return 1;
    }
    while b != 0 {
        // Few numbers need more than half the places, with which division is several times as fast.
        (a, b) = match (u64::try_from(a), u64::try_from(b)) {
            (Ok(a), Ok(b)) => (u128::from(b), u128::from(a % b)),
            _ => (b, a % b),
        };
    }
    a.max(1)
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        (i128::from(self.numerator) * i128::from(other.denominator))
            .cmp(&(i128::from(other.numerator) * i128::from(self.denominator)))
    }
}

impl fmt::Display for Value {
    /// `12`, `0.125` where the decimals end within twelve places, `1/3` otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            return write!(f, "{}", self.numerator);
        }
        let mut scale: i128 = 1;
        for places in 1..=12 {
            scale *= 10;
            if scale % i128::from(self.denominator) == 0 {
                let scaled = i128::from(self.numerator) * (scale / i128::from(self.denominator));
                let sign = if scaled < 0 { "-" } else { "" };
                let scaled = scaled.abs();
                return write!(f, "{sign}{}.{:0places$}", scaled / scale, scaled % scale);
            }
        }
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// The value of decimal digits with `places` of them after the point.
pub(super) fn decimal(digits: impl Iterator<Item = u8>, places: usize) -> Option<Value> {
    let mut whole: i64 = 0;
    for digit in digits {
        whole = whole.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    Value::ratio(whole, 10_i64.checked_pow(u32::try_from(places).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_equal_structs() {
        assert_eq!(Value::ratio(125, 1000), Value::ratio(1, 8));
        assert_eq!(Value::ratio(-3, -6), Some(Value::HALF));
        assert_eq!(Value::ratio(1, 0), None);
        assert_eq!(decimal([1, 2, 5].into_iter(), 1), Value::ratio(25, 2));
    }

    #[test]
    fn shown_as_decimals_where_they_end() {
        let shown = |n, d| Value::ratio(n, d).map(|v| v.to_string()).unwrap_or_default();
        assert_eq!(shown(1, 8), "0.125");
        assert_eq!(shown(-1, 20), "-0.05");
        assert_eq!(shown(2, 3), "2/3");
        assert_eq!(shown(86, 1), "86");
    }

    #[test]
    fn overflow_is_none() {
        assert_eq!(Value::integer(i64::MAX).times(Value::integer(10)), None);
        assert_eq!(decimal(std::iter::repeat_n(9, 40), 0), None);
    }
}
