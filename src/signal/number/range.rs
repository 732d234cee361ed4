//! Two ends of a range share the unit that is written once: 5至10％, 百分之三到五, between 800 and 1,500 yuan.

use super::value::Value;
use super::{Kind, Number};

const SCALES: [(&str, i64); 4] =
    [(" thousand", 1_000), (" million", 1_000_000), (" billion", 1_000_000_000), (" trillion", 1_000_000_000_000)];

/// Hands the unit or the percent sign of one end of each range in `text` to the other end.
pub(super) fn spread_units(text: &str, numbers: &mut [Number]) {
    for index in 1..numbers.len() {
        let (left, right) = numbers.split_at_mut(index);
        let (Some(a), Some(b)) = (left.last_mut(), right.first_mut()) else { continue };
        let (from, to) = (a.range.end, b.range.start);
        // Longer gaps are no connectors.
        if to - from > 6 || !connects(text, from, to, a.range.start) {
            continue;
        }
        // 20 or 30 billion: both are billions.
        if a.kind == Kind::Cardinal && a.value < Value::integer(1000) && a.high.is_none() {
            let words = b.range.of(text);
            let scale = SCALES.iter().find(|(word, _)| words.contains(word)).map(|(_, scale)| *scale);
            if let Some(value) = scale.and_then(|scale| a.value.times(Value::integer(scale)))
                && value < b.value
            {
                a.value = value;
            }
        }
        match (a.kind, b.kind) {
            (Kind::Cardinal, Kind::Percent) => {
                let tenths = b.range.of(text).ends_with('成');
                hand_over(a, if tenths { 10 } else { 100 });
            }
            (Kind::Percent, Kind::Cardinal) if b.unit.is_none() && a.range.of(text).contains('之') => {
                hand_over(b, 100)
            }
            (Kind::Cardinal, Kind::Money | Kind::Measure) => {
                a.kind = b.kind;
                a.unit = b.unit;
                a.weak &= b.weak;
            }
            _ => {}
        }
    }
}

fn hand_over(number: &mut Number, divisor: i64) {
    if let Some(value) = number.value.over(Value::integer(divisor)) {
        number.value = value;
        number.kind = Kind::Percent;
        number.weak = false;
    }
}

fn connects(text: &str, from: usize, to: usize, start: usize) -> bool {
    match text[from..to].trim() {
        "-" | "–" | "—" | "－" | "——" | "~" | "～" | "至" | "到" | "to" | "or" => true,
        "and" => {
            let before = text[..start].trim_end_matches(['$', '¥', '£', 'U', 'S']).trim_end();
            before.get(before.len().saturating_sub(7)..).is_some_and(|end| end.eq_ignore_ascii_case("between"))
        }
        _ => false,
    }
}
