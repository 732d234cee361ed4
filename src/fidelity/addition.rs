//! What the original does not have: sentences and runs of them, numbers, and stretches within a pair. The mirror image of
//! [`super::omission`].

use super::omission::{lost, runs};
use super::{Article, Check, Kind, Settings, Suspicion};
use crate::span::Side;

/// The check.
pub(super) struct Additions;

impl Check for Additions {
    fn kind(&self) -> Kind {
        Kind::Addition
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        runs(article, Side::Target, found);
        lost(article, Side::Target, found);
    }
}
