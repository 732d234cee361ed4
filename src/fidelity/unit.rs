//! Units of measure and currencies: the same value in another unit.

use super::figure::Difference;
use super::number::difference;
use super::{Article, Check, Kind, Settings, Suspicion};

/// The check.
pub(super) struct Units;

impl Check for Units {
    fn kind(&self) -> Kind {
        Kind::Unit
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for figure in article.figures.iter().filter(|figure| figure.what == Difference::Unit) {
            let half = &article.beads[figure.bead].half;
            let unit = |numbers: &[crate::signal::number::Number], n: Option<usize>| n.and_then(|n| numbers[n].unit);
            let (source, target) =
                (unit(&half.source.numbers, figure.source), unit(&half.target.numbers, figure.target));
            let (Some(source), Some(target)) = (source, target) else { continue };
            // A foot for a metre is a slip of the pen; a metre for a ton is more likely a wrong pairing of numbers.
            let (rule, evidence) = match (source.dimension(), target.dimension()) {
                ("money", "money") => ("other-currency", 3.0),
                (a, b) if a == b => ("other-unit", 3.0),
                _ => ("other-dimension", 0.5),
            };
            found.push(difference(article, figure, Kind::Unit, rule, evidence, "; the unit differs"));
        }
    }
}
