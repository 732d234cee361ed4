//! Values and words as messages show them.

use crate::signal::number::{Date, Kind, Number, Value};

/// Longest piece of text that a message quotes, in characters.
const QUOTED: usize = 60;

/// A number as digits, with its unit.
pub(super) fn number(number: &Number) -> String {
    let value = match number.kind {
        Kind::Date(shown) => return date(shown),
        Kind::Percent => {
            let hundredfold = number.value.times(Value::integer(100)).unwrap_or(number.value);
            return format!("{} %", value(hundredfold));
        }
        Kind::Ordinal => format!("number {}", value(number.value)),
        Kind::Multiple { .. } => format!("{} times", value(number.value)),
        _ => value(number.value),
    };
    match number.unit {
        Some(unit) => format!("{value} ({})", unit.name().replace('-', " ")),
        None => value,
    }
}

fn date(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = date.month.and_then(|month| MONTHS.get(usize::from(month).wrapping_sub(1)));
    let parts =
        [date.day.map(|day| day.to_string()), month.map(ToString::to_string), date.year.map(|year| year.to_string())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// With commas between thousands.
pub(super) fn value(value: Value) -> String {
    let plain = value.to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    if whole < 4 || digits.contains('/') {
        return plain;
    }
    let mut shown = String::from(sign);
    for (at, digit) in digits[..whole].chars().enumerate() {
        if at > 0 && (whole - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown + &digits[whole..]
}

/// Text in quotation marks, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(QUOTED) {
        Some((cut, _)) => format!("“{}…”", text[..cut].trim_end()),
        None => format!("“{text}”"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_and_cuts() {
        assert_eq!(value(Value::integer(-1_234_567)), "-1,234,567");
        assert_eq!(value(Value::ratio(8_001, 8).unwrap()), "1,000.125");
        assert_eq!(value(Value::ratio(4_000, 7).unwrap()), "4000/7");
        assert_eq!(quoted(&"字".repeat(99)).chars().count(), 63);
    }
}
