//! Numbers of a Chinese text: the numeral, what stands before it, and the unit, date or part that follows.

use super::character::{CharSet, Chars, Class, class};
use super::numeral::{Numeral, Reading, Shape, is_more, read};
use super::value::Value;
use super::{Bound, Kind, Number, unit};
use crate::span::ByteRange;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::LazyLock;

#[path = "chinese_date.rs"]
mod date;

static COUNTERS: LazyLock<CharSet> = LazyLock::new(|| {
    crate::signal::table_lines(include_str!("tables/zh_counters.txt"))
        .flat_map(str::chars)
        .filter(|c| *c != ' ')
        .collect()
});

/// A word, and how many of its characters stand before its first numeral.
type Idiom = (Vec<char>, usize);

/// A neighbour of a word's first numeral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Beside {
    After(char),
    Before(char),
}

/// Words that are no numbers: the word, and how many characters stand before its first numeral. By that numeral and the character
/// after it, or the one before where it is the last.
static WORDS: LazyLock<HashMap<(char, Beside), Vec<Idiom>, FixedState>> = LazyLock::new(|| {
    let mut words: HashMap<(char, Beside), Vec<Idiom>, FixedState> = HashMap::default();
    for line in crate::signal::table_lines(include_str!("tables/zh_words.txt")) {
        for word in line.split_whitespace() {
            let word: Vec<char> = word.chars().collect();
            if let Some(offset) = word.iter().position(|&c| is_head(c)) {
                let before = || Beside::Before(offset.checked_sub(1).map_or('\0', |before| word[before]));
                let beside = word.get(offset + 1).copied().map_or_else(before, Beside::After);
                let bucket = words.entry((word[offset], beside)).or_default();
                // The longest first.
                let place = bucket.partition_point(|(known, before)| known.len() - before >= word.len() - offset);
                bucket.insert(place, (word, offset));
            }
        }
    }
    words
});

fn is_head(c: char) -> bool {
    class(c) != Class::None || c == '半'
}

/// True when a counter or a unit stands at `index`.
fn counts(text: &Chars, index: usize) -> bool {
    COUNTERS.contains(text.at(index)) || unit::chinese(text.from(index)).is_some()
}

/// The end of a word at `at` that only looks like a number.
fn no_number(text: &Chars, at: usize) -> Option<usize> {
    let words = |beside: Beside| WORDS.get(&(text.at(at), beside)).map_or(&[][..], Vec::as_slice);
    let after = words(Beside::After(text.at(at + 1))).iter();
    let (word, offset) = after.chain(words(Beside::Before(text.before(at)))).find(|(word, offset)| {
        at >= *offset
            && text.from(at - offset).starts_with(word)
            // 十分 is "very", 十分之一 a tenth.
            && !(word.last() == Some(&'分') && text.at(at - offset + word.len()) == '之')
            // 一点 is "a little", 一点二公尺 a decimal.
            && !(matches!(word.last(), Some('点' | '點')) && class(text.at(at - offset + word.len())) != Class::None)
            // 一一 is "one by one", 一一八 a number.
            && !(word.last().is_some_and(|&c| class(c) != Class::None) && (class(text.at(at - offset + word.len())) != Class::None || text.at(at - offset + word.len()) == '·'))
    })?;
    Some(at - offset + word.len())
}

pub(super) fn parse(text: &str, chars: &mut Chars, out: &mut Vec<Number>) {
    chars.fill(text);
    let mut at = 0;
    for &head in &chars.heads {
        if head >= at {
            at = step(chars, head, out);
        }
    }
}

/// Reads what stands at `at`, and answers where to go on.
fn step(text: &Chars, at: usize, out: &mut Vec<Number>) -> usize {
    let c = text.at(at);
    if class(c) == Class::None {
        return match c {
            '半' => half(text, at, out),
            '正' | '腊' | '臘' | '元' | '初' => date::lunar(text, at, out),
            '上' | '中' | '下' if text.at(at + 1) == '旬' => {
                push(text, out, at..at + 2, Value::integer(10), Kind::Cardinal, true);
                at + 2
            }
            _ => at + 1,
        };
    }
    if let Some(end) = date::event(text, at, out) {
        return end;
    }
    if let Some(end) = no_number(text, at) {
        return end;
    }
    let numeral = match read(text, at, |index| counts(text, index)) {
        Reading::Is(numeral) => numeral,
        Reading::Not(end) => return end,
    };
    // Digits inside a Latin word or a web address are a name: GB2312, B52.
    if numeral.shape == Shape::Arabic && text.before(at).is_ascii_alphabetic() {
        let whole = numeral.value.as_integer().is_some_and(|value| value >= 100);
        if whole {
            push(text, out, at..numeral.end, numeral.value, Kind::Cardinal, true);
        }
        return numeral.end;
    }
    finish(text, at, numeral, out)
}

fn push<'a>(
    text: &Chars,
    out: &'a mut Vec<Number>,
    range: std::ops::Range<usize>,
    value: Value,
    kind: Kind,
    weak: bool,
) -> &'a mut Number {
    let index = out.len();
    out.push(Number {
        range: ByteRange::new(text.starts[range.start], text.starts[range.end.min(text.chars.len())]),
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

/// 半 that no number took: 一半, 半年, 上半年.
fn half(text: &Chars, at: usize, out: &mut Vec<Number>) -> usize {
    if let Some(end) = no_number(text, at) {
        return end;
    }
    if matches!(text.before(at), '一' | '上' | '下' | '前' | '后' | '後')
        || text.at(at + 1) == '数'
        || counts(text, at + 1)
    {
        push(text, out, at..at + 1, Value::HALF, Kind::Fraction, true);
    }
    at + 1
}

/// The numeral is read; decides what it stands for.
fn finish(text: &Chars, start: usize, numeral: Numeral, out: &mut Vec<Number>) -> usize {
    let end = numeral.end;
    // There is no 59th month: in 王冠五九月 the first digit belongs to a name.
    if numeral.shape == Shape::Places(2) && text.at(end) == '月' && numeral.value > Value::integer(12) {
        return start + 1;
    }
    if let Some(end) = fraction(text, start, &numeral, out) {
        return end;
    }
    if text.before(start) == '第' {
        // 第二天 is often "the next day".
        let weak = numeral.value == Value::ONE || numeral.value == Value::integer(2) && text.at(end) == '天';
        push(text, out, start - 1..end, numeral.value, Kind::Ordinal, weak);
        return end;
    }
    if let Some(end) = date::read(text, start, &numeral, out) {
        return end;
    }
    if let Some(end) = hundredths(text, start, &numeral, out) {
        return end;
    }
    if let Some(end) = times(text, start, &numeral, out) {
        return end;
    }
    if start == first_mark(text, start)
        && matches!(text.at(end), '、' | '．' | '）' | ')')
        && numeral.value < Value::integer(100)
    {
        push(text, out, start..end, numeral.value, Kind::Heading, true);
        return end;
    }
    amount(text, start, &numeral, out)
}

/// `start` when only brackets and blanks stand before it.
fn first_mark(text: &Chars, start: usize) -> usize {
    let mut at = start;
    while at > 0 && start - at < 4 {
        if !matches!(text.at(at - 1), ' ' | '\u{3000}' | '（' | '(' | '“') {
            return at - 1;
        }
        at -= 1;
    }
    if at == 0 { start } else { at }
}

/// 百分之十二点五, 三分之一, 千分之九.
fn fraction(text: &Chars, start: usize, below: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let above = below.end + 2;
    if !text.starts_with(below.end, "分之") || class(text.at(above)) == Class::None {
        return None;
    }
    let Reading::Is(above) = read(text, above, |index| counts(text, index)) else { return None };
    let value = above.value.over(below.value)?;
    let tenfold = matches!(below.value.as_integer(), Some(100 | 1_000 | 10_000));
    let kind = if tenfold { Kind::Percent } else { Kind::Fraction };
    let number = push(text, out, start..above.end, value, kind, false);
    number.high = above.high.and_then(|high| high.over(below.value));
    number.bound = bound(text, start, above.end, above.bound);
    Some(above.end)
}

/// 12.5％, 9.4‰, 二成, 两成一, 三个百分点.
fn hundredths(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let mut end = numeral.end;
    let mut value = numeral.value;
    let divisor = match text.at(end) {
        '%' | '％' | '﹪' => {
            end += 1;
            100
        }
        '‰' => {
            end += 1;
            1_000
        }
        _ if text.starts_with(end, "个百分点") => {
            end += 4;
            100
        }
        _ if text.starts_with(end, "百分点") => {
            end += 3;
            100
        }
        '成' if is_tenths(text, numeral) => {
            end += 1;
            if let Class::Digit(digit @ 1..) = class(text.at(end))
                && !counts(text, end + 1)
            {
                value = value.plus(Value::ratio(i64::from(digit), 10)?)?;
                end += 1;
            } else if text.at(end) == '半' {
                value = value.plus(Value::HALF)?;
                end += 1;
            }
            10
        }
        _ => return None,
    };
    let divisor = Value::integer(divisor);
    let value = value.over(divisor)?;
    if is_more(text.at(end)) && text.at(end) != '来' {
        end += 1;
    }
    let number = push(text, out, start..end, value, Kind::Percent, false);
    number.high = numeral.high.and_then(|high| high.over(divisor));
    number.bound = bound(text, start, end, numeral.bound);
    Some(end)
}

/// 成 as tenths, and not as the head of 成立, 成为, 成员 …
fn is_tenths(text: &Chars, numeral: &Numeral) -> bool {
    const WORDS: &str = "为為立员員功绩績分都本熟果就年长長品套份了交批";
    numeral.value < Value::integer(10) && !WORDS.contains(text.at(numeral.end + 1))
}

/// 八倍, 一倍半, 翻两番.
fn times(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> Option<usize> {
    let mut end = numeral.end + 1;
    match text.at(numeral.end) {
        '倍' => {
            let mut value = numeral.value;
            if text.at(end) == '半' {
                value = value.plus(Value::HALF)?;
                end += 1;
            }
            let growth = is_growth(text, start);
            let number = push(text, out, start..end, value, Kind::Multiple { growth }, false);
            number.high = numeral.high;
            number.bound = bound(text, start, end, numeral.bound);
            if is_more(text.at(end)) {
                number.bound = Bound::Over;
            }
        }
        '番' if text.before(start) == '翻' || text.ends_with(start, "翻了") => {
            let power = u32::try_from(numeral.value.as_integer()?).ok()?;
            let value = Value::integer(2_i64.checked_pow(power)?);
            push(text, out, start..end, value, Kind::Multiple { growth: false }, false);
        }
        _ => return None,
    }
    Some(end)
}

/// 提高了八倍 and 多出一倍 tell the growth, 提高到八倍 and 是八倍 what it came to.
fn is_growth(text: &Chars, start: usize) -> bool {
    let mut at = start;
    while matches!(text.before(at), '了' | '出' | '约' | '近' | '过' | '将' | '接' | '达') {
        at -= 1;
    }
    matches!(
        text.before(at),
        '长' | '加' | '高' | '大' | '升' | '多' | '快' | '重' | '增' | '涨' | '强' | '長' | '产' | '超'
    )
}

/// A count, a measure or a sum of money.
fn amount(text: &Chars, start: usize, numeral: &Numeral, out: &mut Vec<Number>) -> usize {
    let mut end = numeral.end;
    let mut value = numeral.value;
    let mut parts = Vec::new();
    let mut found = None;
    let bare = numeral.shape == Shape::Bare;
    let small = bare || numeral.shape == Shape::Single || text.at(start) == '十' && end - start == 1;
    let score = |c: char| matches!(c, '比' | '∶' | ':' | '：' | '对');
    let counted = counts(text, end) || is_more(text.at(end)) && counts(text, end + 1);
    let scored = score(text.at(end)) && class(text.at(end + 1)) != Class::None
        || score(text.before(start)) && class(text.before(start.saturating_sub(1))) != Class::None;
    let tallied = matches!(text.before(start), '为' | '共' | '达' | '计' | '的' | '有');
    if numeral.value <= Value::ONE && numeral.shape == Shape::Single && !counted && !scored {
        return end;
    }
    let listed = text.at(end) == '、' && class(text.at(end + 1)) != Class::None;
    let weak = bare || small && (!(counted || scored || listed && tallied) || value <= Value::ONE && !scored);
    if text.at(end) == '打' && is_dozen(text, end, value) {
        parts.push(value);
        value = value.times(Value::integer(12)).unwrap_or(value);
        end += 1;
    } else if let Some((length, units)) = unit::chinese(text.from(end)) {
        end += length;
        found = units.first().copied();
        if matches!(text.at(numeral.end), '分') && found.is_some_and(|u| u.name() == "tenth-mu" || u.name() == "minute")
        {
            // 七分 of land: 0.7 mu, as a translation has it.
            parts.extend(value.over(Value::integer(10)));
        }
        (end, value) = minor_units(text, end, units, &mut found, value, &mut parts);
    } else if COUNTERS.contains(text.at(end)) && text.at(end + 1) == '半' && parts.is_empty() {
        // 一个半, 两张半: the half of the counter.
        if let Some(sum) = value.plus(Value::HALF) {
            value = sum;
            end += 2;
            if let Some((length, units)) = unit::chinese(text.from(end)) {
                end += length;
                found = units.first().copied();
            }
        }
    }
    let negative = text.ends_with(start, "零下") && value > Value::ZERO;
    let kind = match found {
        Some(unit) if unit.dimension() == "money" => Kind::Money,
        Some(_) => Kind::Measure,
        None => Kind::Cardinal,
    };
    let weak = weak && parts.len() < 2 && value.denominator() == 1;
    let number = push(text, out, start..end, if negative { value.negated() } else { value }, kind, weak);
    number.unit = found;
    number.parts = parts;
    number.high = numeral.high;
    number.bound = bound(text, start, end, numeral.bound);
    // 一公斤多 is a quantity, 一公斤 may be "a kilogram".
    number.weak &= number.unit.is_none() || number.bound == Bound::Exact;
    end
}

/// What follows a unit and still belongs to the amount: 半, 多, a smaller unit. Answers the new end and value.
fn minor_units(
    text: &Chars,
    mut end: usize,
    units: &'static [super::Unit],
    found: &mut Option<super::Unit>,
    mut value: Value,
    parts: &mut Vec<Value>,
) -> (usize, Value) {
    if text.at(end) == '半'
        && !matches!(text.at(end + 1), '天' | '夜' | '路' | '途')
        && let Some(sum) = value.plus(Value::HALF)
    {
        parts.clear();
        return (end + 1, sum);
    }
    let mut major = units;
    let mut scale = Value::ONE;
    loop {
        let blank = end + usize::from(text.at(end) == ' ');
        let begin = blank + usize::from(matches!(text.at(blank), '零' | '又'));
        if !matches!(class(text.at(begin)), Class::Digit(_) | Class::Arabic(_) | Class::Times(10)) {
            break;
        }
        let Reading::Is(minor) = read(text, begin, |_| false) else { break };
        let Some((length, minors)) = unit::chinese(text.from(minor.end)) else { break };
        let Some((unit, _, sum)) = unit::compound(major, Value::ZERO, minors, minor.value) else { break };
        let Some(sum) = sum.times(scale).and_then(|sum| value.plus(sum)) else { break };
        if scale == Value::ONE {
            parts.clear();
            parts.push(value);
            *found = Some(unit);
        }
        parts.push(minor.value);
        if minor.value > Value::ZERO {
            // The next smaller unit counts in this one.
            scale = unit::compound(major, Value::ZERO, minors, Value::ONE)
                .map_or(scale, |(_, _, one)| one.times(scale).unwrap_or(scale));
        }
        value = sum;
        end = minor.end + length;
        major = minors;
    }
    // 一尺六, 三块五: the next smaller unit goes without saying.
    if parts.is_empty()
        && units.first().is_some_and(|unit| matches!(unit.dimension(), "length" | "weight" | "money"))
        && let Class::Digit(digit @ 1..) = class(text.at(end))
        && class(text.at(end + 1)) == Class::None
        && !counts(text, end + 1)
        && !matches!(text.at(end + 1), '月' | '年' | '日' | '号' | '点' | '时' | '、' | '分')
        && let Some(sum) = Value::ratio(i64::from(digit), 10).and_then(|tenths| value.plus(tenths))
    {
        value = sum;
        end += 1;
    }
    // 七分八厘 is 0.78 mu.
    if parts.len() == 2
        && found.is_some_and(|u| u.name() == "tenth-mu")
        && let Some(tenth) = value.over(Value::integer(10))
    {
        *found = super::Unit::named("mu");
        value = tenth;
    }
    (end, value)
}

/// 打 as a dozen, and not "to beat".
fn is_dozen(text: &Chars, at: usize, value: Value) -> bool {
    value > Value::ONE && !text.at(at + 1).is_alphabetic()
        || matches!(text.at(at + 1), '袜' | '铅' | '毛' | '衬' | '手')
}

/// How near the number at `start..end` is said to be, from the words around it.
fn bound(text: &Chars, start: usize, end: usize, read: Bound) -> Bound {
    if read != Bound::Exact {
        return read;
    }
    let before = |word: &str| text.ends_with(start, word);
    match (text.at(end), text.at(end + 1)) {
        (more, _) if is_more(more) && more != '来' => return Bound::Over,
        ('以', '上') | ('开', '外') | ('之', '多') => return Bound::Over,
        ('左', '右') | ('上', '下') | ('许', _) | ('前', '后') => return Bound::About,
        ('以', '下' | '内') => return Bound::Under,
        _ => {}
    }
    match text.before(start) {
        '约' | '約' => Bound::About,
        '近' => Bound::Under,
        '逾' | '过' | '過' if !before("不过") => Bound::Over,
        '到' | '足' if before("不到") || before("不足") => Bound::Under,
        '于' if before("不少于") || before("不下于") => Bound::Over,
        '于' if before("少于") || before("低于") => Bound::Under,
        '于' if before("多于") || before("高于") => Bound::Over,
        '下' if before("不下") => Bound::Over,
        _ => Bound::Exact,
    }
}
