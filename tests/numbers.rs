//! The table of number cases, `tests/data/numbers.tsv`: each text read to the values that stand beside it.

use bitext::signal::number::{Bound, Kind, Language, Number, parse};
use proptest::prelude::*;

fn show(number: &Number) -> String {
    let sign = match number.bound {
        Bound::Exact => "",
        Bound::About => "~",
        Bound::Over => ">",
        Bound::Under => "<",
        Bound::Vague => "^",
    };
    let weak = if number.weak { "?" } else { "" };
    let high = number.high.map(|high| format!("..{high}")).unwrap_or_default();
    let unit = number.unit.map(|unit| format!(" {unit}")).unwrap_or_default();
    let mut value = number.value.to_string();
    let kind = match number.kind {
        Kind::Cardinal | Kind::Money | Kind::Measure => "",
        Kind::Ordinal => " ordinal",
        Kind::Heading => " heading",
        Kind::Date(date) => {
            let parts = [date.year, date.month.map(u16::from), date.day.map(u16::from)];
            value = parts.iter().flatten().map(u16::to_string).collect::<Vec<_>>().join("-");
            if date.month.is_some() && date.day.is_none() && date.year.is_none() { " month" } else { " date" }
        }
        Kind::Time => " time",
        Kind::Decade => " decade",
        Kind::Percent => " percent",
        Kind::Fraction => " fraction",
        Kind::Multiple { growth: true } => " growth",
        Kind::Multiple { growth: false } => " times",
        Kind::Others => " others",
    };
    format!("{sign}{weak}{value}{high}{unit}{kind}")
}

#[test]
fn every_line_of_the_table_is_read_as_it_says() {
    let table = include_str!("data/numbers.tsv");
    let mut wrong = Vec::new();
    let mut ran = 0;
    for line in table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut fields = line.split('\t');
        let (language, text, expected) = (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap_or(""));
        let found = parse(text, Language::from(language)).iter().map(show).collect::<Vec<_>>().join("; ");
        ran += 1;
        if found != expected {
            wrong.push(format!("{language}  {text}\n    is   {found}\n    not  {expected}"));
        }
    }
    assert!(ran > 200, "only {ran} cases ran");
    assert!(wrong.is_empty(), "{} of {ran} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// Ranges lie on character borders, in order, and apart.
fn check(text: &str) {
    for language in [Language::Chinese, Language::English, Language::Other] {
        let mut last = 0;
        for number in parse(text, language) {
            assert!(number.range.start >= last, "{text:?}: {number:?} overlaps");
            assert!(number.range.end > number.range.start, "{text:?}: {number:?} is empty");
            assert!(text.get(number.range.start..number.range.end).is_some(), "{text:?}: {number:?} off the borders");
            assert!(number.information() >= 0.0 && number.information().is_finite());
            last = number.range.end;
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_row_of_numerals_too(
        text in "[零〇○一二两三四五六七八九十百千万亿廿俩几数多余来半点分之成倍年月日号时第初正翻番个元角斤两亩厘里打０-９0-9,.·、:％%至 -]{0,24}"
    ) {
        check(&text);
    }

    #[test]
    fn any_row_of_number_words_too(
        words in prop::collection::vec(prop::sample::select(vec![
            "one", "twenty", "-", "hundred", "thousand", "million", "and", "a", "half", "third", "thirds", "dozen", "dozens",
            "of", "point", "five", "first", "21st", "1/2", "2.5", "$", "percent", "May", "Oct", ".", "1957", ",", "others",
            "hours", "minutes", "5", "s", "d", ":", "30", "p", "m", "o", "'", "clock", "minus", "No", "III", "½", "９",
        ]), 0..20),
        tight in any::<bool>(),
    ) {
        check(&words.join(if tight { "" } else { " " }));
    }
}
