//! English numerals: digits, words and their mixtures, to one value.

use super::super::english_word::{Kind as Token, Tokens, Word};
use super::super::value::Value;

/// How a numeral was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Digits,
    Words,
    Ordinal,
    Fraction,
    /// Only a power of ten: dozens, hundreds of thousands.
    Vague,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Numeral {
    /// The token after the last.
    pub(super) end: usize,
    pub(super) value: Value,
    pub(super) form: Form,
    pub(super) weak: bool,
    /// How many dozens, if it was said so.
    pub(super) dozens: Option<Value>,
    /// Digits without marks, which may be a year.
    pub(super) plain: bool,
}

impl Numeral {
    fn new(end: usize, value: Value, form: Form) -> Self {
        Self { end, value, form, weak: false, dozens: None, plain: false }
    }
}

/// The longest numeral that begins at token `at`.
pub(super) fn read(tokens: &Tokens, at: usize) -> Option<Numeral> {
    let first = tokens.list.get(at)?.kind;
    match first {
        Token::Digits { value, plain } => digits(tokens, at, value?, plain),
        Token::Word(Word::Half) => half(tokens, at),
        Token::Word(Word::Order(order)) => vague(tokens, at, order),
        Token::Word(Word::Several) => several(tokens, at),
        Token::Word(Word::A) => article(tokens, at),
        Token::Word(Word::Quarter) => None,
        Token::Word(Word::SmallOrdinal(value) | Word::TensOrdinal(value)) => {
            Some(Numeral::new(at + 1, Value::integer(value), Form::Ordinal))
        }
        Token::Word(Word::ScaleOrdinal(value)) => Some(Numeral::new(at + 1, Value::integer(value), Form::Ordinal)),
        Token::Word(Word::Small(_) | Word::Tens(_)) => words(tokens, at),
        // per thousand tons
        Token::Word(Word::Hundred | Word::Scale(_))
            if at > 0 && ["per", "every", "each"].iter().any(|w| tokens.is(at - 1, w)) =>
        {
            scaled(tokens, Numeral::new(at, Value::ONE, Form::Words))
        }
        _ => None,
    }
}

fn hyphen(tokens: &Tokens, at: usize) -> usize {
    at + usize::from(tokens.is_mark(at, '-'))
}

/// 35,200; 1.2 million; 21st; 1/3; 2½.
fn digits(tokens: &Tokens, at: usize, value: Value, plain: bool) -> Option<Numeral> {
    let mut end = at + 1;
    if tokens.touches(end) && plain && ["st", "nd", "rd", "th"].iter().any(|suffix| tokens.is(end, suffix)) {
        return Some(Numeral::new(end + 1, value, Form::Ordinal));
    }
    if let Some(Token::Mark(mark)) = tokens.list.get(end).map(|token| token.kind)
        && let Some(part) = vulgar(mark)
        && tokens.touches(end)
    {
        return Some(Numeral::new(end + 1, value.plus(part)?, Form::Digits));
    }
    if plain
        && tokens.is_mark(end, '/')
        && tokens.touches(end)
        && tokens.touches(end + 1)
        && !tokens.is_mark(end + 2, '/')
        && let Some(Token::Digits { value: Some(below), plain: true }) =
            tokens.list.get(end + 1).map(|token| token.kind)
        && value < below
        && below <= Value::integer(100)
        && !tokens.is_mark(at.wrapping_sub(1), '/')
    {
        return Some(Numeral::new(end + 2, value.over(below)?, Form::Fraction));
    }
    let mut value = value;
    if tokens.word(end) == Some(Word::And)
        && tokens.word(end + 1) == Some(Word::A)
        && tokens.word(end + 2) == Some(Word::Half)
    {
        value = value.plus(Value::HALF)?;
        end += 3;
    }
    let mut numeral = Numeral::new(end, value, Form::Digits);
    numeral.plain = plain && end == at + 1;
    scaled(tokens, numeral)
}

fn vulgar(mark: char) -> Option<Value> {
    match mark {
        '½' => Value::ratio(1, 2),
        '¼' => Value::ratio(1, 4),
        '¾' => Value::ratio(3, 4),
        '⅓' => Value::ratio(1, 3),
        '⅔' => Value::ratio(2, 3),
        _ => None,
    }
}

/// Multiplies by the scale words that follow: million, hundred thousand, dozen.
fn scaled(tokens: &Tokens, mut numeral: Numeral) -> Option<Numeral> {
    loop {
        let next = hyphen(tokens, numeral.end);
        let factor = match tokens.word(next) {
            Some(Word::Hundred) => 100,
            Some(Word::Scale(scale)) => scale,
            Some(Word::Dozen) => {
                numeral.dozens = Some(numeral.value);
                12
            }
            _ => return Some(numeral),
        };
        numeral.value = numeral.value.times(Value::integer(factor))?;
        numeral.end = next + 1;
        numeral.plain = false;
        numeral.weak = false;
    }
}

/// half a million, half a dozen; a bare half is weak.
fn half(tokens: &Tokens, at: usize) -> Option<Numeral> {
    if tokens.word(at + 1) == Some(Word::A)
        && matches!(tokens.word(at + 2), Some(Word::Scale(_) | Word::Dozen | Word::Hundred))
    {
        return scaled(tokens, Numeral::new(at + 2, Value::HALF, Form::Words));
    }
    let mut numeral = Numeral::new(at + 1, Value::HALF, Form::Fraction);
    numeral.weak = true;
    Some(numeral)
}

/// dozens of, hundreds of thousands, tens of millions.
fn vague(tokens: &Tokens, at: usize, order: i64) -> Option<Numeral> {
    let before = at.checked_sub(1).map_or("", |index| tokens.slice(index));
    let of = tokens.word(at + 1) == Some(Word::Of) || tokens.is(at + 1, "upon");
    // The scores of a game; thousands follows its number in no good English.
    if tokens.is(at, "scores") && (!of || before.eq_ignore_ascii_case("the")) || tokens.is(at, "tens") && !of {
        return None;
    }
    let mut value = Value::integer(order);
    let mut end = at + 1;
    if of && let Some(Word::Order(more)) = tokens.word(at + 2) {
        if tokens.word(at + 1) == Some(Word::Of) {
            value = value.times(Value::integer(more))?;
        }
        end = at + 3;
    }
    Some(Numeral::new(end, value, Form::Vague))
}

/// several hundred thousand.
fn several(tokens: &Tokens, at: usize) -> Option<Numeral> {
    let numeral = scaled(tokens, Numeral::new(at + 1, Value::ONE, Form::Vague))?;
    if numeral.end == at + 1 {
        return None;
    }
    // Several dozen is of the order of ten.
    let dozen = numeral.dozens.is_some();
    Some(Numeral { value: if dozen { Value::integer(10) } else { numeral.value }, dozens: None, ..numeral })
}

/// a hundred and five, a dozen, a third, a quarter, a million and a half.
fn article(tokens: &Tokens, at: usize) -> Option<Numeral> {
    match tokens.word(at + 1)? {
        Word::Hundred | Word::Scale(_) => words(tokens, at),
        Word::Dozen => scaled(tokens, Numeral::new(at + 1, Value::ONE, Form::Words)),
        Word::Quarter | Word::SmallOrdinal(3..=10) => {
            let of = tokens.word(at + 2) == Some(Word::Of);
            let below = if let Some(Word::SmallOrdinal(below)) = tokens.word(at + 1) { below } else { 4 };
            let quarter = below == 4;
            let mut numeral = Numeral::new(at + 2, Value::ratio(1, below)?, Form::Fraction);
            numeral.weak = !of;
            if !of && !quarter { None } else { Some(numeral) }
        }
        _ => None,
    }
}

/// Number words from one on, with all that may follow.
fn words(tokens: &Tokens, at: usize) -> Option<Numeral> {
    let mut total = Value::ZERO;
    let mut section = Value::ZERO;
    let mut end = at;
    let mut last_scale = i64::MAX;
    if tokens.word(at) == Some(Word::A) {
        section = Value::ONE;
        end += 1;
    }
    loop {
        let (mut next, mut joined) = (hyphen(tokens, end), false);
        if end > at && tokens.word(next) == Some(Word::And) {
            // three hundred and six: only after a hundred or more.
            if section < Value::integer(100) && total == Value::ZERO
                || section != Value::ZERO && section < Value::integer(100)
            {
                break;
            }
            next += 1;
            joined = true;
        }
        match tokens.word(next) {
            Some(Word::Small(_) | Word::Tens(_)) => {
                let open = section.as_integer().is_some_and(|s| s % 100 == 0) && (end == at || section != Value::ONE);
                if !open {
                    break;
                }
                let (after, small, ordinal) = small(tokens, next);
                // "between one hundred and two hundred": the second is no part of the first.
                let bigger = joined && matches!(tokens.word(after), Some(Word::Hundred)) && section != Value::ZERO;
                if bigger {
                    break;
                }
                section = section.plus(Value::integer(small))?;
                end = after;
                if ordinal {
                    return Some(Numeral::new(end, total.plus(section)?, Form::Ordinal));
                }
            }
            Some(Word::Hundred) if !joined && section > Value::ZERO && section < Value::integer(100) => {
                section = section.times(Value::integer(100))?;
                end = next + 1;
            }
            Some(Word::Scale(scale)) if !joined && section > Value::ZERO && scale < last_scale => {
                total = total.plus(section.times(Value::integer(scale))?)?;
                section = Value::ZERO;
                last_scale = scale;
                end = next + 1;
            }
            Some(Word::SmallOrdinal(value) | Word::TensOrdinal(value))
                if end > at
                    && section.as_integer().is_some_and(|s| s % 100 == 0)
                    && total.plus(section)? >= Value::integer(100) =>
            {
                return Some(Numeral::new(next + 1, total.plus(section)?.plus(Value::integer(value))?, Form::Ordinal));
            }
            Some(Word::Dozen) if !joined && total == Value::ZERO && end > at => {
                return scaled(tokens, Numeral::new(end, section, Form::Words));
            }
            Some(Word::Point) if !joined && end > at => {
                let Some((after, value)) = decimals(tokens, next + 1, section) else { break };
                section = value;
                end = after;
            }
            _ => break,
        }
    }
    if end == at {
        return None;
    }
    let value = total.plus(section)?;
    after_words(tokens, end, value)
}

/// "and a half", "two-thirds", "nineteen fifty-seven", and the like, after plain number words.
fn after_words(tokens: &Tokens, end: usize, value: Value) -> Option<Numeral> {
    if tokens.word(end) == Some(Word::And)
        && tokens.word(end + 1) == Some(Word::A)
        && tokens.word(end + 2) == Some(Word::Half)
    {
        return scaled(tokens, Numeral::new(end + 3, value.plus(Value::HALF)?, Form::Words));
    }
    let next = hyphen(tokens, end);
    let below = match tokens.word(next) {
        Some(Word::Parts(below)) => Some(below),
        Some(Word::SmallOrdinal(below @ 3..) | Word::TensOrdinal(below) | Word::ScaleOrdinal(below))
            if value == Value::ONE =>
        {
            Some(below)
        }
        Some(Word::Quarter) if value == Value::ONE => Some(4),
        Some(Word::Half) if value == Value::ONE => Some(2),
        _ => None,
    };
    if let Some(below) = below {
        return Some(Numeral::new(next + 1, value.over(Value::integer(below))?, Form::Fraction));
    }
    if let (Some(century @ 17..=20), Some(Word::Tens(_))) = (value.as_integer(), tokens.word(next)) {
        let (after, small, ordinal) = small(tokens, next);
        if !ordinal {
            let mut numeral = Numeral::new(after, Value::integer(century * 100 + small), Form::Words);
            numeral.plain = true;
            return Some(numeral);
        }
    }
    let mut numeral = Numeral::new(end, value, Form::Words);
    numeral.weak = value <= Value::ONE;
    Some(numeral)
}

/// A number under a hundred at `at`: the token after it, its value, and whether it ended as an ordinal.
fn small(tokens: &Tokens, at: usize) -> (usize, i64, bool) {
    match tokens.word(at) {
        Some(Word::Tens(tens)) => {
            let next = hyphen(tokens, at + 1);
            match tokens.word(next) {
                Some(Word::Small(unit @ 1..=9)) => (next + 1, tens + unit, false),
                Some(Word::SmallOrdinal(unit @ 1..=9)) => (next + 1, tens + unit, true),
                _ => (at + 1, tens, false),
            }
        }
        Some(Word::Small(value)) => (at + 1, value, false),
        _ => (at, 0, false),
    }
}

/// three point five: the digits after the point.
fn decimals(tokens: &Tokens, at: usize, whole: Value) -> Option<(usize, Value)> {
    let mut end = at;
    let mut value = whole;
    let mut place = 1_i64;
    while let Some(Word::Small(digit @ 0..=9)) = tokens.word(end) {
        place = place.checked_mul(10)?;
        value = value.plus(Value::ratio(digit, place)?)?;
        end += 1;
    }
    (end > at).then_some((end, value))
}
