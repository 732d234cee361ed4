//! Numbers of an English text: what the numeral stands for, by the words around it.

use super::english_word::{Kind as Token, Spare, Tokens, Word};
use super::value::Value;
use super::{Bound, Kind, Number, Unit, unit};
use crate::span::ByteRange;

#[path = "english_date.rs"]
mod date;
#[path = "english_numeral.rs"]
mod numeral;

use numeral::{Form, Numeral};

/// The numbers of `text`; without `words`, those in digits alone.
pub(super) fn parse(text: &str, words: bool, spare: &mut Spare, out: &mut Vec<Number>) {
    let tokens = Tokens::new(text, words, spare);
    let mut at = 0;
    for &head in tokens.heads() {
        if head >= at {
            at = step(&tokens, head, out);
        }
    }
    tokens.give_back(spare);
}

/// Reads what stands at token `at`, and answers where to go on.
fn step(tokens: &Tokens, at: usize, out: &mut Vec<Number>) -> usize {
    match tokens.list[at].kind {
        Token::Mark(_) => return at + 1,
        Token::Word(Word::Other) => return heading(tokens, at, out).unwrap_or(at + 1),
        Token::Word(Word::Month(_)) => return date::month(tokens, at, out).unwrap_or(at + 1),
        Token::Word(Word::Aside(value)) => {
            push(tokens, out, at, at + 1, Value::integer(value), Kind::Cardinal, true);
            return at + 1;
        }
        Token::Word(Word::Multiple(value)) => {
            // The adjectives double and triple count nothing.
            let adjective = tokens.slice(at).len() == 6;
            push(tokens, out, at, at + 1, Value::integer(value), Kind::Multiple { growth: false }, adjective);
            return at + 1;
        }
        Token::Word(Word::Decade(value)) => {
            push(tokens, out, at, at + 1, Value::integer(value), Kind::Decade, false);
            return at + 1;
        }
        _ => {}
    }
    if let Some(end) = one_and_a_half(tokens, at, out) {
        return end;
    }
    let Some(numeral) = numeral::read(tokens, at) else { return at + 1 };
    // Digits inside a name: GB2312.
    if matches!(tokens.list[at].kind, Token::Digits { .. })
        && tokens.touches(at)
        && tokens.word(at - 1).is_some()
        && currency_before(tokens, at).is_none()
    {
        if numeral.value >= Value::integer(100) {
            push(tokens, out, at, numeral.end, numeral.value, Kind::Cardinal, true);
        }
        return numeral.end;
    }
    finish(tokens, at, &numeral, out)
}

fn push<'a>(
    tokens: &Tokens,
    out: &'a mut Vec<Number>,
    from: usize,
    to: usize,
    value: Value,
    kind: Kind,
    weak: bool,
) -> &'a mut Number {
    let index = out.len();
    out.push(Number {
        range: ByteRange::new(tokens.list[from].start, tokens.list[to - 1].end),
        value,
        high: None,
        kind,
        unit: None,
        bound: Bound::Exact,
        parts: Vec::new(),
        weak,
    });
    &mut out[index]
}

/// III. at the head of a text; World War II.
fn heading(tokens: &Tokens, at: usize, out: &mut Vec<Number>) -> Option<usize> {
    const ROMANS: [&str; 20] = [
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII",
        "XVIII", "XIX", "XX",
    ];
    let text = tokens.slice(at);
    if !text.starts_with(['I', 'V', 'X']) {
        return None;
    }
    let value = ROMANS.iter().position(|roman| *roman == text)?;
    let value = Value::integer(i64::try_from(value).ok()? + 1);
    if at == 0 && tokens.is_mark(1, '.') {
        push(tokens, out, at, at + 1, value, Kind::Heading, true);
        return Some(at + 1);
    }
    let named = |word| at > 0 && tokens.is(at - 1, word);
    if ["War", "Chapter", "Volume", "Part", "Class", "Section", "Phase"].into_iter().any(named) {
        push(tokens, out, at, at + 1, value, Kind::Ordinal, value == Value::ONE);
        return Some(at + 1);
    }
    None
}

/// a year and a half, an hour and a half.
fn one_and_a_half(tokens: &Tokens, at: usize, out: &mut Vec<Number>) -> Option<usize> {
    if !tokens.halves || !matches!(tokens.word(at), Some(Word::A | Word::Small(1))) {
        return None;
    }
    let (end, units) = unit_at(tokens, at + 1)?;
    if !(tokens.word(end) == Some(Word::And)
        && tokens.word(end + 1) == Some(Word::A)
        && tokens.word(end + 2) == Some(Word::Half))
    {
        return None;
    }
    let value = Value::ratio(3, 2)?;
    let number = push(tokens, out, at, end + 3, value, measure_kind(units[0]), false);
    number.unit = units.first().copied();
    Some(end + 3)
}

fn measure_kind(unit: Unit) -> Kind {
    if unit.dimension() == "money" { Kind::Money } else { Kind::Measure }
}

/// The longest word of a unit.
const LONGEST_WORD: usize = 14;

/// The longest unit that begins at token `at`: the token after it, and its readings.
fn unit_at(tokens: &Tokens, at: usize) -> Option<(usize, &'static [Unit])> {
    // Three words, and the U of U.S.
    let mut form = [0; 4 * (LONGEST_WORD + 1)];
    let mut length = 0;
    let mut best = None;
    let mut index = at;
    let mut words = 0;
    while words < 3 {
        // U.S. dollars, sq. km, 5-year: marks between are passed over.
        let joined = match tokens.list.get(index).map(|token| token.kind) {
            Some(Token::Word(_)) => tokens.slice(index),
            Some(Token::Mark('°' | '℃')) if words == 0 => tokens.slice(index),
            _ => break,
        };
        if joined.len() > LONGEST_WORD {
            break;
        }
        let initial = joined == "S" && form[..length] == *b"u";
        if length > 0 && !initial {
            form[length] = b'-';
            length += 1;
        }
        form[length..length + joined.len()].copy_from_slice(joined.as_bytes());
        form[length..length + joined.len()].make_ascii_lowercase();
        length += joined.len();
        index += 1;
        let spaced = matches!(joined, "s" | "d" | "DM") && !tokens.touches(index - 1);
        // No unit begins with these words.
        let Some(units) = unit::english(&form[..length]) else { break };
        if !units.is_empty() && !spaced {
            best = Some((index, units));
        }
        words += usize::from(!initial);
        if (joined.len() <= 2 && tokens.is_mark(index, '.') && tokens.touches(index) && !matches!(joined, "s" | "d"))
            || tokens.is_mark(index, '-')
        {
            index += 1;
        }
    }
    best
}

/// $, US$, RMB before the digits at `at`: the token where it begins, and the currency.
fn currency_before(tokens: &Tokens, at: usize) -> Option<(usize, Unit)> {
    let before = at.checked_sub(1)?;
    let form = match tokens.list[before].kind {
        Token::Mark('$') => {
            let prefix =
                before.checked_sub(1).filter(|_| tokens.touches(before)).map_or("", |index| tokens.slice(index));
            return match prefix {
                "HK" => Some((before - 1, Unit::named("hk-dollar")?)),
                "US" | "S" => Some((before - 1, Unit::named("us-dollar")?)),
                _ => Some((before, Unit::named("us-dollar")?)),
            };
        }
        Token::Mark('£') => "pound-sterling",
        Token::Mark('€') => "euro",
        Token::Mark('¥' | '￥') => "yuan",
        Token::Word(Word::Other) => match tokens.slice(before) {
            "RMB" | "Rmb" => "yuan",
            "USD" => "us-dollar",
            _ => return None,
        },
        _ => return None,
    };
    Some((before, Unit::named(form)?))
}

/// The numeral is read; decides what it stands for.
fn finish(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> usize {
    let end = numeral.end;
    let before = |back: usize| start.checked_sub(back);
    let is_before = |back: usize, word: &str| before(back).is_some_and(|index| tokens.is(index, word));
    if let Some(end) = date::read(tokens, start, numeral, out) {
        return end;
    }
    match numeral.form {
        Form::Vague => {
            push(tokens, out, start, end, numeral.value, Kind::Cardinal, false).bound = Bound::Vague;
            return end;
        }
        Form::Fraction => {
            let weak = numeral.weak;
            push(tokens, out, start, end, numeral.value, Kind::Fraction, weak).bound = bound(tokens, start, end);
            return end;
        }
        Form::Ordinal => {
            // "Third, …" counts the points of a speech.
            let point = tokens.is_mark(end, ',') && tokens.is_capital(start);
            let weak = numeral.value == Value::ONE || point;
            push(tokens, out, start, end, numeral.value, Kind::Ordinal, weak);
            return end;
        }
        Form::Digits | Form::Words => {}
    }
    if numeral.form == Form::Digits && (is_before(1, "No") || is_before(1, "Nos"))
        || is_before(2, "No") && tokens.is_mark(start - 1, '.')
    {
        push(tokens, out, start, end, numeral.value, Kind::Ordinal, false);
        return end;
    }
    if start == 0 && numeral.form == Form::Digits && tokens.is_mark(end, '.') && tokens.list.len() > end + 1 {
        push(tokens, out, start, end, numeral.value, Kind::Heading, true);
        return end;
    }
    if let Some(end) = hundredths(tokens, start, numeral, out) {
        return end;
    }
    let linked = end + usize::from(tokens.is_mark(end, '-'));
    if matches!(tokens.word(linked), Some(Word::Times | Word::Fold)) {
        let growth = tokens.word(linked) == Some(Word::Times)
            && (1..=3).any(|back| is_before(back, "by") || is_grown(tokens, before(back)));
        let growth = growth && !tokens.is(linked + 1, "as") && !tokens.is(linked + 1, "that");
        push(tokens, out, start, linked + 1, numeral.value, Kind::Multiple { growth }, false).bound =
            bound(tokens, start, end);
        return linked + 1;
    }
    if is_before(1, "and") && (tokens.is(end, "others") || tokens.is(end, "other")) {
        let number = push(tokens, out, start, end + 1, numeral.value, Kind::Others, false);
        number.parts.extend(numeral.value.plus(Value::ONE));
        return end + 1;
    }
    amount(tokens, start, numeral, out)
}

fn is_grown(tokens: &Tokens, at: Option<usize>) -> bool {
    const VERBS: [&str; 8] = ["increased", "rose", "grew", "grown", "risen", "raised", "up", "increase"];
    at.is_some_and(|index| VERBS.iter().any(|verb| tokens.is(index, verb)))
}

/// 12.5 percent, 5 per cent, 9.4 per thousand, 3 percentage points, 5%.
fn hundredths(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let end = numeral.end + usize::from(tokens.is_mark(numeral.end, '-'));
    let (end, divisor) = if tokens.is_mark(end, '%') {
        (end + 1, 100)
    } else if tokens.is_mark(end, '‰') {
        (end + 1, 1_000)
    } else if tokens.word(end) == Some(Word::Percent) {
        (end + 1 + usize::from(tokens.is(end + 1, "point") || tokens.is(end + 1, "points")), 100)
    } else if tokens.is(end, "per") && tokens.is(end + 1, "cent") {
        (end + 2, 100)
    } else if tokens.is(end, "per") && (tokens.is(end + 1, "thousand") || tokens.is(end + 1, "mille")) {
        (end + 2, 1_000)
    } else {
        return None;
    };
    let value = numeral.value.over(Value::integer(divisor))?;
    push(tokens, out, start, end, value, Kind::Percent, false).bound = bound(tokens, start, numeral.end);
    Some(end)
}

/// A count, a measure or a sum of money.
fn amount(tokens: &Tokens, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> usize {
    let mut end = numeral.end;
    let mut value = numeral.value;
    let mut parts = Vec::new();
    let mut from = start;
    let mut found = None;
    if let Some(dozens) = numeral.dozens {
        parts.push(dozens);
    }
    if let Some((begin, currency)) = currency_before(tokens, start) {
        from = begin;
        found = Some(currency);
    }
    let linked = end + usize::from(tokens.is_mark(end, '-'));
    if let Some((after, units)) = unit_at(tokens, linked) {
        end = after;
        found = found.or(units.first().copied());
        (end, value) = minor_units(tokens, end, units, &mut found, value, &mut parts);
    }
    let minus = from.checked_sub(1).is_some_and(|before| {
        tokens.is(before, "minus") || tokens.is_mark(before, '-') && !tokens.touches(before) && tokens.touches(from)
    });
    let below = tokens.is(end, "below") && tokens.is(end + 1, "zero");
    if minus || below {
        value = value.negated();
    }
    end += if below { 2 } else { 0 };
    let kind = found.map_or(Kind::Cardinal, measure_kind);
    let number = push(tokens, out, from, end, value, kind, numeral.weak && parts.is_empty());
    number.unit = found;
    number.parts = parts;
    number.bound = bound(tokens, from, numeral.end);
    number.weak &= number.unit.is_none() || number.bound == Bound::Exact;
    end
}

/// "and a half", or a smaller unit, after a unit: the new end and value.
fn minor_units(
    tokens: &Tokens,
    mut end: usize,
    units: &'static [Unit],
    found: &mut Option<Unit>,
    mut value: Value,
    parts: &mut Vec<Value>,
) -> (usize, Value) {
    if tokens.word(end) == Some(Word::And)
        && tokens.word(end + 1) == Some(Word::A)
        && tokens.word(end + 2) == Some(Word::Half)
        && let Some(sum) = value.plus(Value::HALF)
    {
        return (end + 3, sum);
    }
    let mut major = units;
    let mut scale = Value::ONE;
    while scale != Value::ZERO {
        let mut begin = end;
        while tokens.word(begin) == Some(Word::And)
            || tokens.is_mark(begin, ',')
            || tokens.is_mark(begin, '.') && begin == end
        {
            begin += 1;
            if begin > end + 2 {
                break;
            }
        }
        let Some(minor) = numeral::read(tokens, begin).filter(|n| matches!(n.form, Form::Digits | Form::Words)) else {
            break;
        };
        let Some((after, minors)) = unit_at(tokens, minor.end) else { break };
        let Some((unit, _, sum)) = unit::compound(major, Value::ZERO, minors, minor.value) else { break };
        let Some(sum) = sum.times(scale).and_then(|sum| value.plus(sum)) else { break };
        if scale == Value::ONE {
            parts.clear();
            parts.push(value);
            *found = Some(unit);
        }
        parts.push(minor.value);
        scale = unit::compound(major, Value::ZERO, minors, Value::ONE)
            .and_then(|(_, _, one)| one.times(scale))
            .unwrap_or(Value::ZERO);
        value = sum;
        end = after;
        major = minors;
    }
    (end, value)
}

/// The longest word that says how near a number is.
const LONGEST_LEADER: usize = 13;

/// How near the number at tokens `start..end` is said to be.
fn bound(tokens: &Tokens, start: usize, end: usize) -> Bound {
    let mut lower = [0; LONGEST_LEADER];
    let is = |back: usize, word| start.checked_sub(back).is_some_and(|index| tokens.is(index, word));
    match start.checked_sub(1).map_or("", |index| tokens.lower(index, &mut lower)) {
        "about" | "around" | "some" | "approximately" | "roughly" | "circa" => return Bound::About,
        "over" | "above" | "exceeding" | "exceeds" | "exceeded" => return Bound::Over,
        "nearly" | "almost" | "under" | "below" => return Bound::Under,
        "least" if is(2, "at") => return Bound::Over,
        "to" if is(2, "close") || is(2, "up") => return Bound::Under,
        "than" => {
            let negated = is(3, "no") || is(3, "not");
            return match start.checked_sub(2).map_or("", |index| tokens.lower(index, &mut lower)) {
                "more" if negated => Bound::Under,
                "more" | "higher" | "greater" => Bound::Over,
                "less" | "fewer" | "lower" if negated => Bound::Over,
                "less" | "fewer" | "lower" => Bound::Under,
                _ => Bound::Exact,
            };
        }
        _ => {}
    }
    if tokens.is(end, "or") && tokens.is(end + 1, "so")
        || tokens.is_mark(end, '-') && tokens.is(end + 1, "odd")
        || tokens.is(end, "odd")
    {
        return Bound::About;
    }
    if tokens.is(end, "or") && tokens.is(end + 1, "more") || tokens.is_mark(end, '+') {
        return Bound::Over;
    }
    Bound::Exact
}
