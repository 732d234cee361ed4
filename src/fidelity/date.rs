//! Dates: year, month and day, part by part.

use super::figure::Difference;
use super::number::{difference, is_date};
use super::{Article, Check, Kind, Settings, Suspicion};

/// The check.
pub(super) struct Dates;

impl Check for Dates {
    fn kind(&self) -> Kind {
        Kind::Date
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for figure in &article.figures {
            let half = &article.beads[figure.bead].half;
            let (Some(s), Some(t)) = (figure.source, figure.target) else { continue };
            if !is_date(&half.source.numbers[s]) || !is_date(&half.target.numbers[t]) {
                continue;
            }
            let (rule, evidence) = match figure.what {
                Difference::Slip(_) => ("date-part", 3.0),
                Difference::Value => ("other-date", 2.0),
                Difference::Unit | Difference::Missing | Difference::Extra => continue,
            };
            found.push(difference(article, figure, Kind::Date, rule, evidence, ""));
        }
    }
}
