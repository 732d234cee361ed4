//! Chinese numerals, and Arabic digits among Chinese: one run of characters to one value.
//!
//! A numeral is read as a row of terms. A digit is a term; a multiplier m takes the trailing terms smaller than m,
//! sums and multiplies them (at least one), which covers 一万五千亿, 二十万亿 and 四万万 alike. A last bare digit
//! straight after a multiplier of at least a hundred counts tenths of it: 三万一 is 31,000, but 三万零一 is 30,001.

use super::Bound;
use super::character::{Chars, Class, class};
use super::value::{Value, decimal};

/// Characters of formal writing that are mostly something else (捌, 伍, 拾): a numeral may not begin with one alone.
pub(super) fn is_formal(c: char) -> bool {
    matches!(c, '壹' | '贰' | '貳' | '叁' | '參' | '肆' | '伍' | '柒' | '捌' | '玖' | '拾' | '佰' | '仟')
}

fn is_liang(c: char) -> bool {
    matches!(c, '两' | '兩')
}

/// 多 余 来 after a round number.
pub(super) fn is_more(c: char) -> bool {
    matches!(c, '多' | '余' | '餘' | '来' | '來')
}

/// How a numeral was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Arabic digits, with or without 万 and 亿.
    Arabic,
    /// A run of so many Chinese digits, by place: 一九五七.
    Places(usize),
    /// One Chinese digit.
    Single,
    /// 百 or 千 without a digit, before a counter: 百年.
    Bare,
    /// With multipliers: 三十六.
    Spelled,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Numeral {
    pub(super) end: usize,
    pub(super) value: Value,
    pub(super) high: Option<Value>,
    pub(super) bound: Bound,
    pub(super) shape: Shape,
}

#[derive(Debug, Clone, Copy)]
enum Term {
    Number(Value),
    Range(u8, u8),
    Times(i64),
    Zero,
}

/// What stopped or what was read.
pub(super) enum Reading {
    Is(Numeral),
    /// No number; go on at this index.
    Not(usize),
}

/// 二、三十: two digits that follow each other, the mark between them, before a multiplier.
fn split_span(text: &Chars, at: usize) -> bool {
    match (class(text.at(at)), text.at(at + 1), class(text.at(at + 2)), class(text.at(at + 3))) {
        (Class::Digit(a @ 1..), '、', Class::Digit(b), Class::Times(_)) => b == a + 1,
        _ => false,
    }
}

/// Reads the longest numeral at `start`, which must be of a class other than `None`.
/// `counts(index)` says whether a counter or unit follows there; it decides between 三四 "3 or 4" and "34".
pub(super) fn read(text: &Chars, start: usize, counts: impl Fn(usize) -> bool) -> Reading {
    let mut terms: Vec<Term> = Vec::with_capacity(8);
    let mut at = start;
    let mut shape = Shape::Spelled;
    let mut bound = Bound::Exact;
    let mut formal = true;
    loop {
        let c = text.at(at);
        let last = terms.last().copied();
        match class(c) {
            Class::Arabic(_) => {
                if !matches!(last, None | Some(Term::Times(_))) {
                    break;
                }
                let (end, value) = arabic(text, at);
                let Some(value) = value else { return Reading::Not(end) };
                shape = if last.is_none() { Shape::Arabic } else { shape };
                terms.push(Term::Number(value));
                formal = false;
                at = end;
            }
            Class::Digit(digit) => {
                if !matches!(last, None | Some(Term::Times(_) | Term::Zero)) {
                    break;
                }
                // 二斤二两, 五两: after a digit 两 is a weight.
                let mut end = at;
                while let Class::Digit(_) = class(text.at(end)) {
                    if end > at && is_liang(text.at(end)) {
                        break;
                    }
                    end += 1;
                }
                formal &= text.chars[at..end].iter().all(|&c| is_formal(c));
                let run = end - at;
                let pair = |text: &Chars| match (class(text.at(at)), class(text.at(at + 1))) {
                    (Class::Digit(a), Class::Digit(b)) => (a, b),
                    _ => (0, 0),
                };
                if run == 1 && matches!(digit, 1 | 3) && is_liang(text.at(end)) && counts(end + 1) {
                    terms.push(if digit == 1 { Term::Range(1, 2) } else { Term::Range(2, 3) });
                    at = end + 1;
                } else if run == 1 && last.is_none() && start > 0 && split_span(text, at) {
                    // 二、三十亿 is 二三十亿.
                    terms.push(Term::Range(digit, digit + 1));
                    at = end + 1 + 1;
                } else if run == 1 && last.is_none() && by_places(text, at, end) {
                    let (end, value) = places(text, at, end);
                    let Some(value) = value else { return Reading::Not(end) };
                    shape = Shape::Places(run);
                    terms.push(Term::Number(value));
                    at = end;
                } else if run == 1 {
                    if digit == 0 && last.is_some() {
                        terms.push(Term::Zero);
                    } else {
                        shape = if last.is_none() { Shape::Single } else { shape };
                        terms.push(Term::Number(Value::integer(i64::from(digit))));
                    }
                    at = end;
                } else if run == 2 && is_span(pair(text)) && (counts(end) || is_times(text.at(end))) {
                    let (a, b) = pair(text);
                    terms.push(Term::Range(a, b));
                    at = end;
                } else if last.is_none() {
                    let (end, value) = places(text, at, end);
                    let Some(value) = value else { return Reading::Not(end) };
                    shape = Shape::Places(run);
                    terms.push(Term::Number(value));
                    at = end;
                } else {
                    // 一千〇五: noughts, then one digit.
                    let noughts = text.chars[at..end].iter().take_while(|&&c| class(c) == Class::Digit(0)).count();
                    if noughts == 0 || run - noughts != 1 {
                        break;
                    }
                    terms.push(Term::Zero);
                    at += noughts;
                }
            }
            Class::Times(factor) => {
                let prefix = factor >= 100 && last.is_none();
                let bare = prefix && !begins_with_times(text, at);
                if bare && !(factor < 10_000 && counts(at + 1)) || !may_multiply(&terms, factor) {
                    break;
                }
                // 二十千瓦 is 20 kilowatts, and 十几亿 a billion or more.
                terms.push(Term::Times(factor));
                if prefix && matches!(text.before(start), '上' | '成') {
                    bound = Bound::Vague;
                }
                formal &= is_formal(c);
                shape = match shape {
                    Shape::Arabic => shape,
                    _ if bare => Shape::Bare,
                    _ => Shape::Spelled,
                };
                at += 1;
            }
            Class::Tens(tens) => {
                if !matches!(last, None | Some(Term::Times(100 | 1_000))) {
                    break;
                }
                terms.push(Term::Number(Value::integer(i64::from(tens))));
                terms.push(Term::Times(1));
                formal = false;
                at += 1;
            }
            Class::Some => {
                if last.is_none() && is_times(text.at(at + 1)) && !is_tally(text.before(at)) {
                    bound = Bound::Vague;
                    terms.push(Term::Number(Value::ONE));
                    at += 1;
                } else if let Some(Term::Times(1 | 10 | 100 | 1_000)) = last
                    && bound == Bound::Exact
                    && !matches!(c, '数' | '數')
                {
                    bound = Bound::Over;
                    at += 1;
                    if !is_times(text.at(at)) {
                        break;
                    }
                } else {
                    break;
                }
                formal = false;
            }
            Class::Counted(digit) => {
                if last.is_none() && !matches!(text.before(at), '伎') {
                    return Reading::Is(Numeral {
                        end: at + 1,
                        value: Value::integer(i64::from(digit)),
                        high: None,
                        bound,
                        shape: Shape::Spelled,
                    });
                }
                break;
            }
            Class::None if is_more(c) && more_follows(text, at, &terms, shape) => {
                bound = if bound == Bound::Vague { bound } else { Bound::Over };
                at += 1;
                if !matches!(class(text.at(at)), Class::Times(100..)) {
                    break;
                }
            }
            Class::None if matches!(c, '点' | '點') && !terms.is_empty() => {
                let Some((end, value)) = after_point(text, at, &terms) else { break };
                let Some(value) = value else { return Reading::Not(end) };
                if matches!(terms.last(), Some(Term::Number(_))) {
                    terms.pop();
                }
                terms.push(Term::Number(value));
                at = end;
            }
            Class::None => break,
        }
        // 四百个几 and the like cannot grow without end: a numeral has few terms.
        if terms.len() > 24 {
            break;
        }
    }
    if matches!(terms.last(), Some(Term::Zero)) {
        // 五百零 … : the nought belongs to what follows.
        terms.pop();
        at -= 1;
    }
    if terms.is_empty() || formal && at - start < 2 {
        return Reading::Not((start + 1).max(at));
    }
    let value = evaluate(&terms, false);
    let high = terms.iter().any(|t| matches!(t, Term::Range(..))).then(|| evaluate(&terms, true)).flatten();
    match value {
        Some(value) => Reading::Is(Numeral { end: at, value, high, bound, shape }),
        None => Reading::Not(at.max(start + 1)),
    }
}

/// 人数, 总数: here 数 is a noun.
fn is_tally(c: char) -> bool {
    matches!(c, '人' | '总' | '户' | '次' | '分' | '件' | '指' | '多' | '少' | '个' | '系' | '倍' | '岁' | '基')
}

fn is_times(c: char) -> bool {
    matches!(class(c), Class::Times(_))
}

fn is_digit(value: Value) -> bool {
    value.as_integer().is_some_and(|digit| digit < 10)
}

fn is_span((a, b): (u8, u8)) -> bool {
    a >= 1 && (a + 1 == b || (a, b) == (3, 5))
}

/// 百, 千, 万 at the head of a numeral: only where something says that they count.
fn begins_with_times(text: &Chars, at: usize) -> bool {
    let next = text.at(at + 1);
    matches!(text.before(at), '上' | '近' | '第' | '逾' | '约' | '每' | '过' | '达' | '之')
        || matches!(class(next), Class::Times(_)) && text.at(at) != next
        || is_more(next) && !matches!(text.at(at + 2), '样' | '种')
        || text.starts_with(at + 1, "分之")
        || text.before(at) == '成' && text.at(at + 1) == '上'
}

fn may_multiply(terms: &[Term], factor: i64) -> bool {
    let [.., last] = terms else { return true };
    if factor >= 10_000 {
        return true;
    }
    match last {
        Term::Range(..) => true,
        // Only a bare digit takes 十 百 千: 三十五千瓦 is 35 kilowatts. Some digits: Arabic 3千, 1.5千.
        Term::Number(value) => {
            *value < Value::integer(10)
                && *value > Value::ZERO
                && match terms {
                    [.., Term::Times(before), _] => *before > factor,
                    _ => true,
                }
        }
        Term::Times(before) => *before > factor && (factor == 10 || *before == 1),
        Term::Zero => factor == 10,
    }
}

/// True when 多, 余, 来 at `at` belongs to the number before it.
fn more_follows(text: &Chars, at: usize, terms: &[Term], shape: Shape) -> bool {
    let round =
        matches!(terms.last(), Some(Term::Times(10..))) || shape == Shape::Arabic && matches!(terms, [Term::Number(_)]);
    if !round {
        return false;
    }
    match text.at(at) {
        '来' | '來' => {
            !matches!(text.at(at + 1), '自' | '到' | '回' | '临' | '华' | '访' | '源' | '往' | '信' | '电')
        }
        '多' => !matches!(text.at(at + 1), '样' | '種' | '种' | '边'),
        _ => true,
    }
}

/// Arabic digits with marks of thousands and a decimal point; the value is `None` where it does not fit.
fn arabic(text: &Chars, start: usize) -> (usize, Option<Value>) {
    let run = |from: usize| {
        let mut end = from;
        while matches!(class(text.at(end)), Class::Arabic(_)) {
            end += 1;
        }
        end
    };
    let mut end = run(start);
    if end - start <= 3 {
        while matches!(text.at(end), ',' | '，') && run(end + 1) == end + 4 {
            end += 4;
        }
    }
    let mut places = 0;
    if matches!(text.at(end), '.' | '．' | '·' | '•') && run(end + 1) > end + 1 {
        let stop = run(end + 1);
        // 1.2.3 is no decimal, nor is 1998.10.1 (read as a date elsewhere).
        if !(matches!(text.at(stop), '.' | '．') && run(stop + 1) > stop + 1) {
            places = stop - end - 1;
            end = stop;
        }
    }
    let digits = text.chars[start..end].iter().filter_map(|&c| match class(c) {
        Class::Arabic(digit) => Some(digit),
        _ => None,
    });
    (end, decimal(digits, places))
}

fn chinese_digits(text: &Chars, from: usize) -> usize {
    let mut end = from;
    while matches!(class(text.at(end)), Class::Digit(_)) && !is_liang(text.at(end)) {
        end += 1;
    }
    end
}

/// One digit that a decimal point or two marked groups follow: 一·一六, 一、四○七、八○○. (一、四○七 alone may be a list.)
fn by_places(text: &Chars, start: usize, end: usize) -> bool {
    let group = |at: usize| matches!(text.at(at), '、' | '，' | ',') && chinese_digits(text, at + 1) == at + 4;
    let point = matches!(text.at(end), '·' | '•' | '．' | '.' | '‧' | '・') && chinese_digits(text, end + 1) > end + 1;
    start + 1 == end && (point || group(end) && group(end + 4))
}

/// Chinese digits by place: 五七一, 五九、二七八、○○○, 五二·一○.
fn places(text: &Chars, start: usize, first: usize) -> (usize, Option<Value>) {
    let mut end = first;
    if end - start <= 3 {
        while matches!(text.at(end), '、' | '，' | ',') && chinese_digits(text, end + 1) == end + 4 {
            end += 4;
        }
    }
    let mut places = 0;
    if matches!(text.at(end), '·' | '•' | '．' | '.' | '‧' | '・') && chinese_digits(text, end + 1) > end + 1 {
        let stop = chinese_digits(text, end + 1);
        places = stop - end - 1;
        end = stop;
    }
    let digits = text.chars[start..end].iter().filter_map(|&c| match class(c) {
        Class::Digit(digit) => Some(digit),
        _ => None,
    });
    (end, decimal(digits, places))
}

/// 点 and digits at `at`: the end, and the last term with its decimals. `None` when 点 is no decimal point here.
fn after_point(text: &Chars, at: usize, terms: &[Term]) -> Option<(usize, Option<Value>)> {
    let whole = match terms.last()? {
        Term::Number(value) => *value,
        // 二十点五: the terms end with a multiplier.
        Term::Times(_) => Value::ZERO,
        Term::Range(..) | Term::Zero => return None,
    };
    let end = chinese_digits(text, at + 1);
    // An hour and minutes (三点二十, 八点三刻, 六点五分), not a decimal.
    let clock = text.starts_with(end, "刻") || text.at(end) == '十' || text.at(end) == '分' && text.at(end + 1) != '之';
    if end == at + 1 || clock || whole.denominator() != 1 {
        return None;
    }
    let places = end - at - 1;
    let digits = text.chars[at + 1..end].iter().filter_map(|&c| match class(c) {
        Class::Digit(digit) => Some(digit),
        _ => None,
    });
    Some((end, decimal(digits, places).and_then(|rest| whole.plus(rest))))
}

fn evaluate(terms: &[Term], high: bool) -> Option<Value> {
    if let [Term::Number(value)] = terms {
        return Some(*value);
    }
    let mut row: Vec<Value> = Vec::with_capacity(terms.len());
    for (index, term) in terms.iter().enumerate() {
        match *term {
            Term::Zero => {}
            Term::Range(a, b) => row.push(Value::integer(i64::from(if high { b } else { a }))),
            Term::Number(value) => {
                let tenths = match index.checked_sub(1).map(|i| terms[i]) {
                    Some(Term::Times(before @ 100..)) if index + 1 == terms.len() && is_digit(value) => before / 10,
                    _ => 1,
                };
                row.push(value.times(Value::integer(tenths))?);
            }
            Term::Times(factor) => {
                let factor = Value::integer(factor);
                let mut sum: Option<Value> = None;
                while let Some(&value) = row.last()
                    && value < factor
                {
                    sum = Some(sum.unwrap_or(Value::ZERO).plus(value)?);
                    row.pop();
                }
                if let Some(sum) = sum {
                    row.push(sum.times(factor)?);
                } else if matches!(index.checked_sub(1).map(|i| terms[i]), Some(Term::Times(_)))
                    && factor > Value::integer(10)
                {
                    // 四万万.
                    let value = row.pop()?;
                    row.push(value.times(factor)?);
                } else if factor != Value::ONE {
                    row.push(factor);
                }
            }
        }
    }
    row.into_iter().try_fold(Value::ZERO, Value::plus)
}
