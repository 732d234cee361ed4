//! Dates, hours and decades in English.

use super::super::english_word::{Kind as Token, Tokens, Word};
use super::super::value::Value;
use super::super::{Date, Kind, Number};
use super::numeral::{Form, Numeral, read as read_numeral};
use super::push;

fn whole(numeral: &Numeral, low: i64, high: i64) -> Option<i64> {
    numeral.value.as_integer().filter(|value| (low..=high).contains(value))
}

fn year_at(tokens: &Tokens, at: usize) -> Option<u16> {
    match tokens.list.get(at)?.kind {
        Token::Digits { value: Some(value), plain: true } => {
            value.as_integer().filter(|year| (1000..=2999).contains(year)).and_then(|year| u16::try_from(year).ok())
        }
        _ => None,
    }
}

/// A day of the month at `at`: 16, 16th, sixteenth.
fn day_at(tokens: &Tokens, at: usize) -> Option<(usize, u8)> {
    let numeral = read_numeral(tokens, at)?;
    let day = whole(&numeral, 1, 31).and_then(|day| u8::try_from(day).ok())?;
    let plain = numeral.plain && numeral.form == Form::Digits;
    (plain || numeral.form == Form::Ordinal).then_some((numeral.end, day))
}

/// The month named at `at`: a capital, and for short and doubtful words (May, March, Mar.) a number beside them
/// or a preposition before.
fn month_at(tokens: &Tokens, at: usize) -> Option<(usize, u8)> {
    const BEFORE: [&str; 16] = [
        "in", "of", "since", "by", "until", "till", "last", "this", "next", "early", "late", "mid", "during", "from",
        "to", "and",
    ];
    let Some(Word::Month(month)) = tokens.word(at) else { return None };
    if !tokens.is_capital(at) {
        return None;
    }
    let short = tokens.slice(at).len() <= 4 && !matches!(tokens.slice(at), "June" | "July" | "May");
    let end = at + 1 + usize::from(short && tokens.is_mark(at + 1, '.'));
    let number = |index: usize| matches!(tokens.list.get(index).map(|t| t.kind), Some(Token::Digits { .. }));
    let ordinal = |index: usize| matches!(tokens.word(index), Some(Word::SmallOrdinal(_)));
    let beside = number(end)
        || ordinal(end) && tokens.is_capital(end)
        || at.checked_sub(1).is_some_and(number)
        || at.checked_sub(1).is_some_and(|i| ["st", "nd", "rd", "th"].iter().any(|s| tokens.is(i, s)))
        || tokens.is_mark(end, ',') && year_at(tokens, end + 1).is_some();
    // "mid-March" too.
    let index = at.checked_sub(if at > 0 && tokens.is_mark(at - 1, '-') { 2 } else { 1 });
    let led = index.is_some_and(|index| BEFORE.iter().any(|word| tokens.is(index, word)));
    let doubtful = short || matches!(month, 3 | 5);
    (!doubtful || beside || led && !short).then_some((end, month))
}

/// October; October 16; October 16, 1957; October 1957; May Fourth.
pub(super) fn month(tokens: &Tokens, at: usize, out: &mut Vec<Number>) -> Option<usize> {
    let (mut end, month) = month_at(tokens, at)?;
    let mut date = Date { year: None, month: Some(month), day: None };
    let mut value = i64::from(month);
    let the = end + usize::from(tokens.is(end, "the"));
    // "March 19 peasants" cannot be told; a unit after the number can: "In March 450 tons".
    if let Some((after, day)) = day_at(tokens, the)
        && super::unit_at(tokens, after).is_none()
        && !(tokens.word(after) == Some(Word::Percent) || tokens.is_mark(after, '%'))
        && !matches!(tokens.word(after), Some(Word::Scale(_) | Word::Hundred))
    {
        date.day = Some(day);
        value = i64::from(day);
        end = after;
    }
    let comma = end + usize::from(tokens.is_mark(end, ','));
    let of = end + usize::from(tokens.word(end) == Some(Word::Of) && date.day.is_none());
    for index in [comma, of] {
        if date.year.is_none()
            && let Some(year) = year_at(tokens, index)
        {
            date.year = Some(year);
            end = index + 1;
        }
    }
    push(tokens, out, at, end, Value::integer(value), Kind::Date(date), false);
    Some(end)
}

/// A date, an hour, a decade or a year at this numeral.
pub(super) fn read(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    hour(tokens, start, numeral, out)
        .or_else(|| day_first(tokens, start, numeral, out))
        .or_else(|| decade(tokens, start, numeral, out))
        .or_else(|| iso(tokens, start, numeral, out))
        .or_else(|| lunar(tokens, start, numeral, out))
        .or_else(|| year(tokens, start, numeral, out))
}

/// 16 October 1957, the 16th of October.
fn day_first(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let day = whole(numeral, 1, 31).and_then(|day| u8::try_from(day).ok())?;
    let of = numeral.end + usize::from(numeral.form == Form::Ordinal && tokens.word(numeral.end) == Some(Word::Of));
    let (mut end, month) = month_at(tokens, of)?;
    if numeral.form == Form::Words || day_at(tokens, end).is_some() && year_at(tokens, end).is_none() {
        return None;
    }
    let mut date = Date { year: None, month: Some(month), day: Some(day) };
    let comma = end + usize::from(tokens.is_mark(end, ','));
    if let Some(year) = year_at(tokens, comma) {
        date.year = Some(year);
        end = comma + 1;
    }
    push(tokens, out, start, end, numeral.value, Kind::Date(date), false);
    Some(end)
}

/// 1980s, the '80s.
fn decade(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let value = whole(numeral, 10, 2990).filter(|value| value % 10 == 0 && (*value < 100 || *value >= 1000))?;
    let apostrophe = numeral.end + usize::from(tokens.is_mark(numeral.end, '\'') || tokens.is_mark(numeral.end, '’'));
    if !numeral.plain
        || tokens.slice(apostrophe) != "s"
        || !tokens.touches(apostrophe)
        || tokens.is_mark(apostrophe + 1, '.') && value < 1000
    {
        return None;
    }
    push(tokens, out, start, apostrophe + 1, Value::integer(value), Kind::Decade, false);
    Some(apostrophe + 1)
}

/// 1989-05-31.
fn iso(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let year = year_at(tokens, start).filter(|_| numeral.end == start + 1)?;
    ['-', '/', '.'].into_iter().find(|mark| tokens.is_mark(start + 1, *mark) && tokens.is_mark(start + 3, *mark))?;
    let part = |index: usize, high: i64| match tokens.list.get(index).map(|token| token.kind) {
        Some(Token::Digits { value: Some(value), plain: true }) => {
            value.as_integer().filter(|v| (1..=high).contains(v)).and_then(|v| u8::try_from(v).ok())
        }
        _ => None,
    };
    let (month, day) = (part(start + 2, 12)?, part(start + 4, 31)?);
    let date = Date { year: Some(year), month: Some(month), day: Some(day) };
    push(tokens, out, start, start + 5, Value::integer(i64::from(day)), Kind::Date(date), false);
    Some(start + 5)
}

/// the first lunar month.
fn lunar(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let month = whole(numeral, 1, 12).filter(|_| numeral.form == Form::Ordinal)?;
    let lunar = numeral.end + usize::from(tokens.is(numeral.end, "lunar"));
    if lunar == numeral.end || !tokens.is(lunar, "month") {
        return None;
    }
    let date = Date { year: None, month: u8::try_from(month).ok(), day: None };
    push(tokens, out, start, lunar + 1, numeral.value, Kind::Date(date), false);
    Some(lunar + 1)
}

/// A bare year: four digits without marks that no noun of measure follows, after a word that leads years.
fn year(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    const BEFORE: [&str; 26] = [
        "in", "of", "since", "by", "until", "till", "from", "to", "before", "after", "during", "year", "early", "late",
        "mid", "spring", "summer", "autumn", "fall", "winter", "end", "and", "between", "for", "over", "than",
    ];
    let year = whole(numeral, 1500, 2100).filter(|_| numeral.plain)?;
    let before = start.checked_sub(1);
    let led = before.is_some_and(|index| {
        BEFORE.iter().any(|word| tokens.is(index, word)) || tokens.is_mark(index, '-') || tokens.is_mark(index, '(')
    });
    let follows = tokens.word(numeral.end).is_some_and(|word| !matches!(word, Word::And))
        && before.is_some_and(|index| !tokens.is(index, "in"));
    let measured = super::unit_at(tokens, numeral.end).is_some() || super::currency_before(tokens, start).is_some();
    let percent = tokens.is_mark(numeral.end, '%') || tokens.word(numeral.end) == Some(Word::Percent);
    if !led && start > 0 || follows && !tokens.touches(numeral.end) && numeral.end > start + 1 || measured || percent {
        return None;
    }
    let date = Date { year: u16::try_from(year).ok(), month: None, day: None };
    push(tokens, out, start, numeral.end, numeral.value, Kind::Date(date), false);
    Some(numeral.end)
}

/// 4:51 p.m., 10 a.m., seven o'clock, 16:30.
fn hour(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let mut hours = whole(numeral, 0, 24).filter(|_| matches!(numeral.form, Form::Digits | Form::Words))?;
    let mut end = numeral.end;
    let mut minutes = 0;
    let mut parts = Vec::new();
    let mark = tokens.is_mark(end, ':') || tokens.is_mark(end, '.');
    let mut clock = false;
    if mark
        && tokens.touches(end)
        && tokens.touches(end + 1)
        && let Some(Token::Digits { value: Some(minute), plain: true }) =
            tokens.list.get(end + 1).map(|token| token.kind)
        && tokens.slice(end + 1).len() == 2
    {
        minutes = minute.as_integer().filter(|minute| *minute < 60)?;
        parts = vec![numeral.value, minute];
        end += 2;
        clock = true;
    }
    let half_day = ["a", "p", "am", "pm"].iter().find(|word| tokens.is(end, word));
    let dotted =
        |index: usize| tokens.is_mark(index + 1, '.') && tokens.is(index + 2, "m") && tokens.touches(index + 1);
    if let Some(half_day) = half_day
        && (half_day.len() == 2 || dotted(end))
    {
        let length = if half_day.len() == 2 { 1 } else { 3 + usize::from(tokens.is_mark(end + 3, '.')) };
        if half_day.starts_with('p') && hours < 12 {
            hours += 12;
        }
        end += length;
        clock = true;
    } else if tokens.is(end, "o") && tokens.is(end + 2, "clock") {
        end += 3;
        clock = true;
    }
    if !clock {
        return None;
    }
    let value = Value::ratio(hours * 60 + minutes, 60)?;
    push(tokens, out, start, end.min(tokens.list.len()), value, Kind::Time, false).parts = parts;
    Some(end)
}
