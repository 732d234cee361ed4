//! Dates, hours, decades in Chinese, of the solar calendar and the farmers'.

use super::super::character::{Chars, Class, class};
use super::super::numeral::{Numeral, Reading, Shape, read as read_numeral};
use super::super::value::Value;
use super::super::{Bound, Date, Kind, Number};
use super::{bound, counts, push};
use std::sync::LazyLock;

struct Event {
    form: Vec<char>,
    month: u8,
    day: u8,
    /// Words of which one must follow; empty when none need.
    before: Vec<&'static str>,
}

/// By their first digit.
static EVENTS: LazyLock<[Vec<Event>; 10]> = LazyLock::new(|| {
    let mut events: [Vec<Event>; 10] = Default::default();
    for line in crate::signal::table_lines(include_str!("tables/zh_date_names.txt")) {
        let mut fields = line.split('|').map(str::trim);
        let mut next = || fields.next().unwrap_or_default();
        let (form, month, day, before) = (next(), next(), next(), next());
        if let Some(Class::Digit(digit)) = form.chars().next().map(class) {
            events[usize::from(digit)].push(Event {
                form: form.chars().collect(),
                month: month.parse().unwrap_or_default(),
                day: day.parse().unwrap_or_default(),
                before: before.split_whitespace().filter(|word| *word != "*").collect(),
            });
        }
    }
    events
});

/// Days that name an event: “五·四”, 九一八, 八一建军节.
pub(super) fn event(text: &Chars, at: usize, out: &mut Vec<Number>) -> Option<usize> {
    let Class::Digit(digit @ 1..) = class(text.at(at)) else { return None };
    if class(text.before(at)) != Class::None {
        return None;
    }
    let (end, event) = EVENTS[usize::from(digit)].iter().find_map(|event| {
        if !text.from(at).starts_with(&event.form) {
            return None;
        }
        let end = at + event.form.len();
        let quoted = usize::from(matches!(text.at(end), '”' | '"' | '」'));
        // In quotation marks it is a name: “五一”.
        let named = quoted > 0 && matches!(text.before(at), '“' | '"' | '「');
        let follows =
            named || event.before.is_empty() || event.before.iter().any(|word| text.starts_with(end + quoted, word));
        (follows && class(text.at(end)) == Class::None).then_some((end, event))
    })?;
    let date = Date { year: None, month: Some(event.month), day: Some(event.day) };
    // Translations write May Fourth, September 18, or leave the day in Chinese: its absence says little.
    push(text, out, at..end, Value::integer(i64::from(event.day)), Kind::Date(date), true);
    Some(end)
}

/// 正月初六, 腊月, 初三.
pub(super) fn lunar(text: &Chars, at: usize, out: &mut Vec<Number>) -> usize {
    let month = match text.at(at) {
        '正' | '元' if text.at(at + 1) == '月' => Some(1),
        '腊' | '臘' if text.at(at + 1) == '月' => Some(12),
        _ => None,
    };
    let after = if month.is_some() { at + 2 } else { at };
    let initial = text.at(after) == '初';
    if month.is_none() && !(initial && matches!(text.before(after), '月' | '年')) {
        return at + 1;
    }
    let start = after + usize::from(initial);
    let day = match class(text.at(start)) {
        Class::Digit(1..) | Class::Times(10) => match read_numeral(text, start, |_| false) {
            Reading::Is(numeral) => within(&numeral, 1, if initial { 10 } else { 30 }).map(|day| (day, numeral.end)),
            Reading::Not(_) => None,
        },
        _ => None,
    };
    let end = day.map_or(after, |(_, end)| end);
    let day = day.and_then(|(day, _)| u8::try_from(day).ok());
    if month.is_none() && day.is_none() {
        return at + 1;
    }
    let value = Value::integer(i64::from(day.or(month).unwrap_or(1)));
    push(text, out, at..end, value, Kind::Date(Date { year: None, month, day }), false);
    end
}

fn within(numeral: &Numeral, low: i64, high: i64) -> Option<i64> {
    numeral.value.as_integer().filter(|value| (low..=high).contains(value) && numeral.high.is_none())
}

/// A date, an hour, a decade or a century at this numeral.
pub(super) fn read(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let end = numeral.end;
    match text.at(end) {
        '年' if text.at(end + 1) == '代' => decade(text, start, numeral, out),
        '世' if text.at(end + 1) == '纪' || text.at(end + 1) == '紀' => {
            push(text, out, start..end + 2, numeral.value, Kind::Ordinal, false);
            Some(end + 2)
        }
        '年' => year(text, start, numeral, out),
        '月' => month(text, start, Date::default(), numeral, out),
        '日' | '号' | '號' => day(text, start, numeral, out),
        '点' | '點' | '时' | '時' | ':' | '：' | '∶' => hour(text, start, numeral, out),
        '、' | '.' | '．' | '-' | '－' | '—' | '/' => dotted(text, start, numeral, out),
        _ => None,
    }
}

fn decade(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let mut value = numeral.value.as_integer().filter(|value| value % 10 == 0)?;
    // ２０世纪八十年代: the century was just read.
    let mut from = start;
    if let Some(last) = out.last()
        && last.kind == Kind::Ordinal
        && last.range.end == text.starts[start]
        && text.before(start) == '纪'
        && value < 100
    {
        value += (last.value.as_integer().filter(|c| *c < 30)? - 1) * 100;
        let begin = last.range.start;
        from = text.starts.binary_search(&begin).unwrap_or(start);
        out.pop();
    }
    push(text, out, from..numeral.end + 2, Value::integer(value), Kind::Decade, false);
    Some(numeral.end + 2)
}

fn year(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let value = numeral.value.as_integer()?;
    let length = numeral.end - start;
    let republic = text.ends_with(start, "民国") || text.ends_with(start, "民國");
    let (year, parts) = match numeral.shape {
        _ if republic && value < 50 => (1911 + value, vec![numeral.value]),
        Shape::Places(4) | Shape::Arabic if length == 4 && (1000..=2999).contains(&value) => (value, Vec::new()),
        Shape::Places(2) if value >= 12 => (1900 + value, vec![numeral.value]),
        _ => return None,
    };
    let date = Date { year: u16::try_from(year).ok(), month: None, day: None };
    let next = numeral.end + 1;
    let next = next + usize::from(text.at(next) == '度');
    if class(text.at(next)) != Class::None
        && let Reading::Is(month_read) = read_numeral(text, next, |_| false)
        && text.at(month_read.end) == '月'
        && let Some(end) = month(text, start, date, &month_read, out)
    {
        return Some(end);
    }
    let number = push(text, out, start..next, Value::integer(year), Kind::Date(date), false);
    number.parts = parts;
    Some(next)
}

/// A month, of a date that begins at `start`.
fn month(text: &Chars, start: usize, date: Date, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let month = within(numeral, 1, 12)?;
    let mut date = Date { month: u8::try_from(month).ok(), ..date };
    let mut value = month;
    let mut end = numeral.end + 1;
    if text.at(end) == '份' {
        end += 1;
    } else {
        let initial = usize::from(text.at(end) == '初');
        if matches!(
            class(text.at(end + initial)),
            Class::Digit(1..) | Class::Arabic(_) | Class::Times(10) | Class::Tens(_)
        ) && let Reading::Is(day) = read_numeral(text, end + initial, |_| false)
            && let Some(number) = within(&day, 1, 31)
            && (matches!(text.at(day.end), '日' | '号' | '號') || initial == 1 && number <= 10)
        {
            date.day = u8::try_from(number).ok();
            value = number;
            end = day.end + 1 - initial;
        }
    }
    push(text, out, start..end, Value::integer(value), Kind::Date(date), false);
    Some(end)
}

fn day(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let end = numeral.end + 1;
    let value = within(numeral, 1, 999)?;
    let of_month = text.before(start) == '月' || matches!(text.before(start), '至' | '到' | '—' | '、' | '和');
    if value <= 31 && (text.at(numeral.end) == '日' || of_month) {
        let date = Date { year: None, month: None, day: u8::try_from(value).ok() };
        push(text, out, start..end, numeral.value, Kind::Date(date), false);
        return Some(end);
    }
    if text.at(numeral.end) != '日' {
        push(text, out, start..end, numeral.value, Kind::Ordinal, false);
        return Some(end);
    }
    None
}

fn hour(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    const PARTS: [&str; 15] = [
        "上午", "下午", "晚上", "早晨", "早上", "凌晨", "清晨", "中午", "深夜", "夜里", "傍晚", "午后", "晚", "晨",
        "夜",
    ];
    let hours = within(numeral, 0, 24)?;
    let mark = text.at(numeral.end);
    let mut end = numeral.end + 1;
    let mut minutes = 0;
    let mut parts = Vec::new();
    let next = class(text.at(end));
    let digits = matches!(next, Class::Digit(_) | Class::Arabic(_) | Class::Times(10));
    let follow = if digits { read_numeral(text, end, |_| false) } else { Reading::Not(end) };
    let part_of_day = PARTS.iter().any(|part| text.ends_with(start, part));
    if matches!(mark, ':' | '：' | '∶') {
        // 15:13 may be a score: its parts say so.
        let Reading::Is(minute) = follow else { return None };
        if minute.end - end != 2 || minute.shape != Shape::Arabic || numeral.shape != Shape::Arabic {
            return None;
        }
        minutes = within(&minute, 0, 59)?;
        parts = vec![numeral.value, minute.value];
        end = minute.end;
    } else if let Reading::Is(minute) = follow
        && let Some(count) = within(&minute, 0, 59)
        && (text.at(minute.end) == '分'
            || text.at(minute.end) == '刻'
            || minute.end - end >= 2 && !counts(text, minute.end))
    {
        let quarter = text.at(minute.end) == '刻';
        minutes = if quarter { count.min(3) * 15 } else { count };
        end = minute.end + usize::from(text.at(minute.end) == '分' || quarter);
    } else if text.at(end) == '半' {
        minutes = 30;
        end += 1;
    } else {
        let mark_is_point = matches!(mark, '点' | '點');
        let clock = matches!(text.at(end), '钟' | '鐘' | '整' | '许' | '許' | '正');
        let word = matches!(text.at(end), '间' | '間' | '期' | '代' | '常' | '刻' | '候' | '机' | '節' | '节');
        let end_of_clause = mark_is_point && numeral.shape != Shape::Single && !text.at(end).is_alphabetic();
        if text.starts_with(numeral.end, "点钟头")
            || !(clock
                || part_of_day
                || end_of_clause
                || !mark_is_point && !word && (hours > 1 || numeral.shape == Shape::Arabic))
        {
            return None;
        }
        end += usize::from(clock);
    }
    let value = Value::ratio(hours * 60 + minutes, 60)?;
    let number = push(text, out, start..end, value, Kind::Time, false);
    number.parts = parts;
    number.bound = bound(text, start, end, Bound::Exact);
    Some(end)
}

/// １９８９、５、３１ and 1989.5.31.
fn dotted(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let year = numeral.value.as_integer().filter(|year| (1800..=2100).contains(year))?;
    let mark = text.at(numeral.end);
    let step = |from: usize, high: i64| match class(text.at(from)) {
        Class::Arabic(_) => {
            let mut end = from;
            let mut value = 0;
            while let Class::Arabic(digit) = class(text.at(end))
                && end - from < 3
            {
                value = value * 10 + i64::from(digit);
                end += 1;
            }
            (end - from <= 2 && (1..=high).contains(&value)).then_some((end, value))
        }
        _ => None,
    };
    let (end, month) = step(numeral.end + 1, 12)?;
    let (end, day) = (text.at(end) == mark).then(|| step(end + 1, 31)).flatten()?;
    let date = Date { year: u16::try_from(year).ok(), month: u8::try_from(month).ok(), day: u8::try_from(day).ok() };
    push(text, out, start..end, Value::integer(day), Kind::Date(date), false);
    Some(end)
}
