//! The numbers of a source against those of its translation.
//!
//! In this order, each number taking part once: equal values; a whole against its parts (一亩二分 and 1.2 mu);
//! ways of speaking (eight times more and nine-fold); values one of which is only approximate; and of what is left,
//! pairs that look like one slip (a power of ten, a digit). Small words ([`Number::weak`]) may match, but their absence
//! is not reported. Values alone decide; a match tells when the units differ.
//!
//! Equal values are found by sorting, O(n log n); the later steps look at all pairs of what is left,
//! at most [`LEFT_OVER`] on each side.

use super::key::{Atom, atoms};
use super::value::Value;
use super::{Bound, Kind, Number};
use serde::Serialize;

/// How many unmatched numbers of a side the steps after the first look at.
const LEFT_OVER: usize = 64;

/// Why two numbers were paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same value (or a part of a date the same).
    Equal,
    /// The same value as one already paired: a side says it twice.
    Repeated,
    /// A whole and its parts.
    Parts,
    /// Another way of speaking: growth by eight times and nine-fold, percent with and without its sign, '57 and 1957.
    Equivalent,
    /// Near enough where one side is approximate.
    Approximate,
}

/// A source number and a target number that say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Match {
    /// Index into the source's numbers.
    pub source: usize,
    /// Index into the target's numbers.
    pub target: usize,
    /// Why they were paired.
    pub relation: Relation,
    /// Both have a unit, and the units do not agree (2.1 feet for 二点一公尺).
    pub unit_differs: bool,
}

/// What kind of slip two unequal numbers look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NearKind {
    /// Off by this power of ten, target over source: 三万八千 and 380,000 give 1.
    PowerOfTen(i32),
    /// Digits of the same length, one of them different.
    OneDigit,
    /// Another year, month or day of one date.
    DatePart,
    /// Off by one: 等八十六人 and "86 others".
    OffByOne,
}

/// A source number and a target number that look like the same number, one of them wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Near {
    /// Index into the source's numbers.
    pub source: usize,
    /// Index into the target's numbers.
    pub target: usize,
    /// What the slip looks like.
    pub kind: NearKind,
}

/// What [`compare`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Comparison {
    /// Pairs that say the same.
    pub matched: Vec<Match>,
    /// Source numbers not found on the other side, near misses among them; none is weak.
    pub source_only: Vec<usize>,
    /// Target numbers not found on the other side, near misses among them; none is weak.
    pub target_only: Vec<usize>,
    /// Pairs of the two lists above that look like one slip.
    pub near: Vec<Near>,
}

impl Comparison {
    /// True when every number that counts was found, with agreeing units.
    pub fn is_faithful(&self) -> bool {
        self.source_only.is_empty() && self.target_only.is_empty() && !self.matched.iter().any(|m| m.unit_differs)
    }
}

/// One value of a number, on its way to a partner.
struct Slot {
    atom: Atom,
    number: usize,
    taken: bool,
}

fn slots(numbers: &[Number]) -> Vec<Slot> {
    let mut slots = Vec::with_capacity(numbers.len() * 2);
    for (index, number) in numbers.iter().enumerate() {
        atoms(number, |atom| slots.push(Slot { atom, number: index, taken: false }));
    }
    slots
}

struct Work<'a> {
    source: &'a [Number],
    target: &'a [Number],
    source_slots: Vec<Slot>,
    target_slots: Vec<Slot>,
    out: Comparison,
}

/// Pairs the numbers of a source with those of its translation.
pub fn compare(source: &[Number], target: &[Number]) -> Comparison {
    let mut work =
        Work { source, target, source_slots: slots(source), target_slots: slots(target), out: Comparison::default() };
    work.equal();
    work.parts();
    work.related(equivalent, Relation::Equivalent);
    work.related(approximate, Relation::Approximate);
    work.repeated();
    work.finish()
}

fn units_differ(a: &Number, b: &Number) -> bool {
    !a.weak && !b.weak && matches!((a.unit, b.unit), (Some(a), Some(b)) if !a.agrees(b))
}

/// How well two numbers of one value suit each other; the better pair is made first.
fn suits(a: &Number, b: &Number) -> i32 {
    let kinds = i32::from(std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind));
    let units = match (a.unit, b.unit) {
        (Some(a), Some(b)) => {
            if a.agrees(b) {
                4
            } else {
                -2
            }
        }
        (None, None) => 1,
        _ => 0,
    };
    units + 2 * kinds - i32::from(a.weak != b.weak)
}

impl Work<'_> {
    fn pair(&mut self, source: usize, target: usize, relation: Relation) {
        let unit_differs = relation != Relation::Parts && units_differ(&self.source[source], &self.target[target]);
        let found = Match { source, target, relation, unit_differs };
        if !self.out.matched.contains(&found) {
            self.out.matched.push(found);
        }
    }

    /// Equal atoms, the best suited pairs first, then in the order of the text.
    fn equal(&mut self) {
        let mut order: Vec<usize> = (0..self.target_slots.len()).collect();
        order.sort_by_key(|&slot| (self.target_slots[slot].atom, slot));
        let mut source_order: Vec<usize> = (0..self.source_slots.len()).collect();
        source_order.sort_by_key(|&slot| (self.source_slots[slot].atom, slot));
        let mut pairs = Vec::new();
        let (mut rank, mut last) = (0_usize, None);
        for index in source_order {
            let slot = &self.source_slots[index];
            rank = if last == Some(slot.atom) { rank + 1 } else { 0 };
            last = Some(slot.atom);
            let first = order.partition_point(|&t| self.target_slots[t].atom < slot.atom);
            let same = order[first..].iter().take_while(|&&t| self.target_slots[t].atom == slot.atom);
            // Where a value stands very often, only the places about the same rank are weighed.
            for &other in same.skip(rank.saturating_sub(LEFT_OVER / 2)).take(LEFT_OVER) {
                let suits = suits(&self.source[slot.number], &self.target[self.target_slots[other].number]);
                pairs.push((-suits, index.abs_diff(other), index, other));
            }
        }
        pairs.sort_unstable();
        for (_, _, s, t) in pairs {
            if !self.source_slots[s].taken && !self.target_slots[t].taken {
                self.source_slots[s].taken = true;
                self.target_slots[t].taken = true;
                self.pair(self.source_slots[s].number, self.target_slots[t].number, Relation::Equal);
            }
        }
    }

    /// A number whose parts are all free on the other side, or are the other's parts or value.
    fn parts(&mut self) {
        for (s, t) in self.free_pairs() {
            let (a, b) = (&self.source[s], &self.target[t]);
            let same = !a.parts.is_empty() && a.parts == b.parts
                || a.parts.len() == 1 && a.parts[0] == b.value
                || b.parts.len() == 1 && b.parts[0] == a.value;
            if same {
                self.take(s, t, Relation::Parts);
            }
        }
        for s in 0..self.source.len() {
            if self.source[s].parts.len() > 1 && self.is_free(true, s) {
                let found = all_of(&self.source[s].parts, &self.target_slots);
                if let Some(found) = found {
                    for slot in found {
                        self.target_slots[slot].taken = true;
                        self.pair(s, self.target_slots[slot].number, Relation::Parts);
                    }
                    take_all(&mut self.source_slots, s);
                }
            }
        }
        for t in 0..self.target.len() {
            if self.target[t].parts.len() > 1 && self.is_free(false, t) {
                let found = all_of(&self.target[t].parts, &self.source_slots);
                if let Some(found) = found {
                    for slot in found {
                        self.source_slots[slot].taken = true;
                        self.pair(self.source_slots[slot].number, t, Relation::Parts);
                    }
                    take_all(&mut self.target_slots, t);
                }
            }
        }
    }

    fn related(&mut self, test: fn(&Number, &Number) -> bool, relation: Relation) {
        for (s, t) in self.free_pairs() {
            if test(&self.source[s], &self.target[t]) {
                self.take(s, t, relation);
            }
        }
    }

    /// A value that one side says twice: any but the smallest may lean on a pair already made.
    fn repeated(&mut self) {
        let ten = Value::integer(10);
        let telling = |atom: Atom| {
            matches!(atom, Atom::Plain(value) if value > ten || value.denominator() > 1)
                || matches!(atom, Atom::Month(_))
        };
        for s in 0..self.source_slots.len() {
            let slot = &self.source_slots[s];
            if !slot.taken
                && telling(slot.atom)
                && let Some(t) = self.target_slots.iter().position(|other| other.taken && other.atom == slot.atom)
            {
                self.source_slots[s].taken = true;
                self.pair(self.source_slots[s].number, self.target_slots[t].number, Relation::Repeated);
            }
        }
        for t in 0..self.target_slots.len() {
            let slot = &self.target_slots[t];
            if !slot.taken
                && telling(slot.atom)
                && let Some(s) = self.source_slots.iter().position(|other| other.taken && other.atom == slot.atom)
            {
                self.target_slots[t].taken = true;
                self.pair(self.source_slots[s].number, self.target_slots[t].number, Relation::Repeated);
            }
        }
    }

    fn is_free(&self, source: bool, number: usize) -> bool {
        let slots = if source { &self.source_slots } else { &self.target_slots };
        !slots.iter().any(|slot| slot.number == number && slot.taken)
    }

    fn free(&self, source: bool) -> Vec<usize> {
        let count = if source { self.source.len() } else { self.target.len() };
        (0..count).filter(|&number| self.is_free(source, number)).take(LEFT_OVER).collect()
    }

    /// All pairs of numbers none of whose values is taken, in order.
    fn free_pairs(&self) -> Vec<(usize, usize)> {
        let (sources, targets) = (self.free(true), self.free(false));
        sources.iter().flat_map(|&s| targets.iter().map(move |&t| (s, t))).collect()
    }

    fn take(&mut self, s: usize, t: usize, relation: Relation) {
        if self.is_free(true, s) && self.is_free(false, t) {
            take_all(&mut self.source_slots, s);
            take_all(&mut self.target_slots, t);
            self.pair(s, t, relation);
        }
    }

    fn finish(mut self) -> Comparison {
        let left = |slots: &[Slot], numbers: &[Number]| {
            let mut left: Vec<usize> = slots.iter().filter(|slot| !slot.taken).map(|slot| slot.number).collect();
            left.dedup();
            left.retain(|&number| !numbers[number].weak);
            left
        };
        self.out.source_only = left(&self.source_slots, self.source);
        self.out.target_only = left(&self.target_slots, self.target);
        let mut used = Vec::new();
        for &s in self.out.source_only.iter().take(LEFT_OVER) {
            let near =
                self.out.target_only.iter().take(LEFT_OVER).filter(|t| !used.contains(*t)).find_map(|&t| {
                    slip(&self.source[s], &self.target[t]).map(|kind| Near { source: s, target: t, kind })
                });
            if let Some(near) = near {
                used.push(near.target);
                self.out.near.push(near);
            }
        }
        self.out
    }
}

fn take_all(slots: &mut [Slot], number: usize) {
    for slot in slots.iter_mut().filter(|slot| slot.number == number) {
        slot.taken = true;
    }
}

/// Free slots that hold the parts, one each; none when one is missing.
fn all_of(parts: &[Value], slots: &[Slot]) -> Option<Vec<usize>> {
    let mut found: Vec<usize> = Vec::with_capacity(parts.len());
    for &part in parts {
        let free =
            |index: &usize| !slots[*index].taken && !found.contains(index) && slots[*index].atom == Atom::Plain(part);
        let index = (0..slots.len()).find(free)?;
        found.push(index);
    }
    Some(found)
}

fn equivalent(a: &Number, b: &Number) -> bool {
    let plus_one = |small: Value, large: Value| small.plus(Value::ONE) == Some(large);
    let growth = |kind: Kind| matches!(kind, Kind::Multiple { growth: true });
    let times = |kind: Kind| matches!(kind, Kind::Multiple { .. });
    let hundredfold = |ratio: &Number, plain: &Number| {
        ratio.kind == Kind::Percent
            && plain.kind == Kind::Cardinal
            && ratio.value.times(Value::integer(100)) == Some(plain.value)
    };
    let year = |n: &Number| match n.kind {
        Kind::Date(date) => date.year.filter(|_| date.month.is_none()),
        _ => None,
    };
    // Rose by eight times and nine-fold; grew by 100 percent and doubled.
    (growth(a.kind) || a.kind == Kind::Percent) && times(b.kind) && plus_one(a.value, b.value)
        || (growth(b.kind) || b.kind == Kind::Percent) && times(a.kind) && plus_one(b.value, a.value)
        || hundredfold(a, b)
        || hundredfold(b, a)
        || a.value.magnitude() == b.value.magnitude()
            && a.value != b.value
            && a.bound != Bound::Vague
            && b.bound != Bound::Vague
        || year(a).is_some_and(|y| b.value == Value::integer(i64::from(y % 100)))
        || year(b).is_some_and(|y| a.value == Value::integer(i64::from(y % 100)))
        || others(a, b)
        || others(b, a)
}

/// "Ma Yutian and 85 others" and 等八十六人: with two to five named, 87 to 90.
fn others(a: &Number, b: &Number) -> bool {
    let more = b.value.plus(a.value.negated()).and_then(Value::as_integer);
    a.kind == Kind::Others && matches!(more, Some(1..=5))
}

/// The two may mean the same amount, since one of them is approximate.
fn approximate(a: &Number, b: &Number) -> bool {
    let plain = |kind: Kind| !matches!(kind, Kind::Date(_) | Kind::Time | Kind::Decade | Kind::Ordinal | Kind::Heading);
    if !plain(a.kind) || !plain(b.kind) || a.value <= Value::ZERO || b.value <= Value::ZERO {
        return false;
    }
    let (low, high) = if a.value < b.value { (a, b) } else { (b, a) };
    let Some(ratio) = high.value.over(low.value) else { return false };
    if a.bound == Bound::Vague || b.bound == Bound::Vague {
        // Dozens: ten to a hundred.
        return if a.bound == b.bound {
            ratio <= Value::integer(10)
        } else {
            low.bound == Bound::Vague && ratio < Value::integer(10)
        };
    }
    if !a.is_approximate() && !b.is_approximate() {
        return false;
    }
    let tenth = ratio.as_f64() <= 1.1;
    // 三百多万 may be 3.2 or 3.8 million: up to the next unit of the last digit named.
    let over = low.bound == Bound::Over
        && low.value.as_integer().is_some_and(|value| {
            let mut unit = 1_i64;
            // 一百多 may be 150, 十几 19.
            while value % (unit * 10) == 0 && unit <= value / 10 {
                unit *= 10;
            }
            unit > 1 && high.value < Value::integer(value.saturating_add(unit))
        });
    tenth || over
}

fn slip(a: &Number, b: &Number) -> Option<NearKind> {
    if let (Kind::Date(x), Kind::Date(y)) = (a.kind, b.kind) {
        let parts = [x.year == y.year, x.month == y.month, x.day == y.day];
        let same = parts.iter().filter(|same| **same).count();
        let only = parts.len() - same == 1;
        return (only || x.year.is_some() && y.year.is_some()).then_some(NearKind::DatePart);
    }
    if a.value <= Value::ZERO || b.value <= Value::ZERO {
        return None;
    }
    if let Some(power) = power_of_ten(a.value, b.value) {
        return Some(NearKind::PowerOfTen(power));
    }
    if (a.kind == Kind::Others || b.kind == Kind::Others) && a.value == b.value {
        return Some(NearKind::OffByOne);
    }
    one_digit(a.value, b.value).then_some(NearKind::OneDigit)
}

/// The power of ten between two values, if it is all that is between them.
fn power_of_ten(a: Value, b: Value) -> Option<i32> {
    let (ratio, sign) = if b > a { (b.over(a)?, 1) } else { (a.over(b)?, -1) };
    let mut rest = ratio.as_integer()?;
    let mut power = 0;
    while rest % 10 == 0 {
        rest /= 10;
        power += 1;
    }
    (rest == 1 && power > 0).then_some(sign * power)
}

/// Written out, the two have the same length and differ in one digit.
fn one_digit(a: Value, b: Value) -> bool {
    let (a, b) = (a.to_string(), b.to_string());
    a.len() == b.len() && a.len() > 1 && a.bytes().zip(b.bytes()).filter(|(x, y)| x != y).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::number::{Language, keys, parse};

    fn of(zh: &str, en: &str) -> Comparison {
        compare(&parse(zh, Language::Chinese), &parse(en, Language::English))
    }

    #[test]
    fn ways_of_saying_the_same() {
        let same = [
            ("百分之十二点五", "one eighth"),
            ("增长1.3倍", "up 130 percent"),
            ("提高了八倍", "rose by eight times"),
            ("提高了八倍", "a nine-fold rise"),
            ("增加一倍", "has doubled"),
            ("一九五七年十月十六日", "On 16 October 1957"),
            ("四丈二尺", "4.2 zhang"),
            ("一亩二分", "one mu and two fen"),
            ("人均耕地七分", "0.7 mu a head"),
            ("一年半", "a year and a half"),
            ("几十种资料", "dozens of sources"),
            ("几十里", "some 40 li"),
            ("三百多万人", "3.2 million people"),
            ("十几种", "a dozen kinds"),
            ("一百多人", "150 people"),
            ("数达二、三十亿元", "two or three billion yuan"),
            ("三月中旬", "in mid-March"),
            ("马玉田等八十六人", "Ma Yutian and 85 others"),
            ("马玉田、李兰等八十六人", "Ma Yutian, Li Lan and 84 others"),
            ("三四十里", "30 to 40 li"),
            ("八十年代", "the 1980s"),
            ("下午四时五十一分", "4:51 p.m."),
            ("二成", "20 percent"),
            ("18.3亿度", "1.83 billion kilowatt-hours"),
            ("比分是15:13", "the score was 15-13"),
        ];
        for (zh, en) in same {
            let found = of(zh, en);
            assert!(found.is_faithful(), "{zh} / {en}: {found:?}");
        }
    }

    #[test]
    fn slips_are_named() {
        assert_eq!(of("三万八千吨", "380,000 tons").near[0].kind, NearKind::PowerOfTen(1));
        assert_eq!(of("300多万", "more than 300,000").near[0].kind, NearKind::PowerOfTen(-1));
        assert_eq!(of("灵敏度达到92%", "reached 82 percent").near[0].kind, NearKind::OneDigit);
        assert_eq!(of("四月二十六日夜里", "On the night of April 16").near[0].kind, NearKind::DatePart);
        let unit = of("掘进二点一公尺", "tunneled 2.1 feet");
        assert!(unit.matched[0].unit_differs && !unit.is_faithful());
    }

    #[test]
    fn small_words_raise_no_alarm() {
        assert!(of("有一个局开会", "A bureau met").is_faithful());
        assert!(of("半天说不出话", "He could not say one word").is_faithful());
        assert!(of("", "the first").is_faithful());
    }

    #[test]
    fn keys_agree_where_values_do() {
        let key = |text: &str, language| keys(&parse(text, language))[0].hash;
        assert_eq!(key("三万五千二百吨", Language::Chinese), key("35,200 tons", Language::English));
        assert_eq!(key("百分之十二点五", Language::Chinese), key("12.5 percent", Language::English));
        assert_eq!(key("等八十六人", Language::Chinese), key("and 85 others", Language::English));
        assert_ne!(key("十月", Language::Chinese), key("10 men", Language::English));
    }

    #[test]
    fn large_numbers_tell_more() {
        let information = |text: &str| parse(text, Language::English)[0].information();
        assert!(information("35,217 tons") > information("35,000 tons"));
        assert!(information("35,000 tons") > information("3 tons"));
        assert!(information("3 tons") > information("one ton"));
    }

    #[test]
    fn many_equal_numbers_take_no_square_of_time() {
        let text = "7 ".repeat(20_000);
        let numbers = parse(&text, Language::English);
        assert_eq!(compare(&numbers, &numbers).source_only.len(), 0);
    }
}
