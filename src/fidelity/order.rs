//! Passages that stand elsewhere in the translation: rows that the aligner found off the path.

use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::span::Side;

/// The check.
pub(super) struct Order;

impl Check for Order {
    fn kind(&self) -> Kind {
        Kind::Order
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for (at, _) in article.rows.iter().enumerate().filter(|(_, row)| row.status == crate::bead::Status::Moved) {
            let whole = article.beads[at].half.as_ref().map(super::bead::Half::whole);
            let text = show::quoted(article.text(at, Side::Source));
            found.push(
                Suspicion::in_pair(Kind::Order, "moved", at, Some(whole.source), Some(whole.target))
                    .evidence(2.0)
                    .severity(Severity::Minor)
                    .message(format!("{text} stands in another place of the translation.")),
            );
        }
    }
}
