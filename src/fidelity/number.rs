//! Numbers, value by value. Powers of ten are told: 万 and 亿 have no English word, and slips there are the commonest.

use super::figure::{Difference, Figure};
use super::{Article, Check, Kind, Settings, Suspicion, show};
use crate::signal::number::{Kind as NumberKind, NearKind, Number};

/// The check.
pub(super) struct Numbers;

impl Check for Numbers {
    fn kind(&self) -> Kind {
        Kind::Number
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for figure in &article.figures {
            let half = &article.beads[figure.bead].half;
            let (Some(s), Some(t)) = (figure.source, figure.target) else { continue };
            let (source, target) = (&half.source.numbers[s], &half.target.numbers[t]);
            if is_date(source) && is_date(target) {
                continue;
            }
            let (rule, evidence, ending) = match figure.what {
                Difference::Slip(NearKind::PowerOfTen(power)) => ("power-of-ten", 4.0, of_ten(power)),
                Difference::Slip(NearKind::OneDigit | NearKind::DatePart) => {
                    ("one-digit", 3.0, "; one digit differs".into())
                }
                Difference::Slip(NearKind::OffByOne) => ("off-by-one", 2.0, "; one more or less".into()),
                Difference::Value => ("other-value", 1.0 + likeness(source, target), String::new()),
                Difference::Unit | Difference::Missing | Difference::Extra => continue,
            };
            found.push(difference(article, figure, Kind::Number, rule, evidence, &ending));
        }
    }
}

pub(super) fn is_date(number: &Number) -> bool {
    matches!(number.kind, NumberKind::Date(_) | NumberKind::Decade)
}

fn of_ten(power: i32) -> String {
    let times = show::value(crate::signal::number::Value::integer(10_i64.saturating_pow(power.unsigned_abs())));
    if power > 0 { format!(", {times} times as much") } else { format!(", {times} times less") }
}

/// How much two numbers look as if the one stood for the other.
fn likeness(a: &Number, b: &Number) -> f64 {
    let unit = match (a.unit, b.unit) {
        (Some(a), Some(b)) if a.agrees(b) => 1.5,
        (Some(_), Some(_)) => 0.0,
        (None, None) => 0.5,
        _ => 0.0,
    };
    let kind = if std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind) { 0.5 } else { 0.0 };
    let vague = if a.is_approximate() || b.is_approximate() { -0.5 } else { 0.0 };
    // Small counts are often turned another way (两三个, the two of them).
    let ten = crate::signal::number::Value::integer(10);
    let small = if a.value <= ten && b.value <= ten { -1.0 } else { 0.0 };
    unit + kind + vague + small
}

/// The suspicion that `figure` gives rise to.
pub(super) fn difference(
    article: &Article<'_>,
    figure: &Figure,
    kind: Kind,
    rule: &'static str,
    evidence: f64,
    ending: &str,
) -> Suspicion {
    let half = &article.beads[figure.bead].half;
    let source = figure.source.map(|n| &half.source.numbers[n]);
    let target = figure.target.map(|n| &half.target.numbers[n]);
    let say = |number: &Number, text: &str| {
        let (words, digits) = (show::quoted(number.range.of(text)), show::number(number));
        // Where the text has the digits already, saying them again tells nothing.
        if digits.chars().all(|c| words.contains(c)) { words } else { format!("{words} = {digits}") }
    };
    let message = match (source, target) {
        (Some(s), Some(t)) => format!(
            "The original has {}; the translation says {}{ending}.",
            say(s, &half.source.text),
            say(t, &half.target.text)
        ),
        (Some(s), None) => format!("The original has {}; the translation does not{ending}.", say(s, &half.source.text)),
        (None, Some(t)) => {
            format!("The translation says {}; the original does not{ending}.", say(t, &half.target.text))
        }
        (None, None) => String::new(),
    };
    Suspicion::in_pair(kind, rule, figure.bead, source.map(|n| n.range), target.map(|n| n.range))
        .evidence(evidence)
        .message(message)
}
