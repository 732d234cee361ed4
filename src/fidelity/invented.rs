//! Far more translation than the original can bear: what a machine makes up for a picture's caption or a damaged line.
//!
//! The length of a pair against the article's own ratio, and the words: invented text is long, and little of it has a word
//! in the original.

use super::bead::Link;
use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::span::Side;

/// English characters for a Chinese one beyond which a pair is looked at.
const RATIO: f64 = 8.0;
/// Fewer characters of translation than this are not looked at: names of stations and agencies run long.
const LEAST_CHARS: usize = 120;
/// A side whose words are linked more often than this is a translation, however long.
const LINKED: f64 = 0.45;

/// The check.
pub(super) struct Invented;

impl Check for Invented {
    fn kind(&self) -> Kind {
        Kind::Invented
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for (at, bead) in article.pairs() {
            if !article.rows[at].source_lang.starts_with("zh") {
                continue;
            }
            let chars = |side: Side| article.text(at, side).chars().filter(|c| !c.is_whitespace()).count();
            let (source, target) = (chars(Side::Source), chars(Side::Target));
            let ratio = target as f64 / source.max(1) as f64;
            if ratio < RATIO || target < LEAST_CHARS {
                continue;
            }
            let content: Vec<bool> = (bead.half.target.words.list.iter())
                .filter(|word| word.share < 1e-3)
                .map(|word| {
                    matches!(word.link, Link::Name | Link::Same | Link::Number) || word.link.probability() >= 0.1
                })
                .collect();
            let linked = content.iter().filter(|linked| **linked).count() as f64 / content.len().max(1) as f64;
            let evidence = (ratio / RATIO).ln() * 2.0 + (LINKED - linked) * 6.0;
            let message = format!(
                "{target} characters of translation for {source} of the original, and {:.0} % of its words have one there: {}.",
                linked * 100.0,
                show::quoted(article.text(at, Side::Target))
            );
            let whole = (Some(bead.half.source.whole()), Some(bead.half.target.whole()));
            found.push(
                Suspicion::in_pair(Kind::Invented, "longer-than-it-can-be", at, whole.0, whole.1)
                    .evidence(evidence)
                    .severity(Severity::Critical)
                    .message(message),
            );
        }
    }
}
