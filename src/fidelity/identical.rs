//! Both sides the same text: nothing was translated.

use super::{Article, Check, Kind, Settings, Suspicion, show};

/// Fewer letters than this on a side prove nothing: a name, a signature, a heading of figures.
const LEAST_LETTERS: usize = 12;
/// Of Chinese characters so many.
const LEAST_CHARACTERS: usize = 5;

/// The check.
pub(super) struct Identical;

impl Check for Identical {
    fn kind(&self) -> Kind {
        Kind::Identical
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for (at, bead) in article.pairs() {
            let letters = |text: &str| {
                text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect::<String>()
            };
            let (source, target) = (letters(&bead.half.source.text), letters(&bead.half.target.text));
            let same_language = article.rows[at].source_lang == article.rows[at].target_lang;
            let chinese = source.chars().any(crate::document::lines::is_han);
            let least = if chinese { LEAST_CHARACTERS } else { LEAST_LETTERS };
            if same_language || source != target || source.chars().count() < least {
                continue;
            }
            // One word in capitals may be a name in both languages; a sentence is not.
            let words = bead.half.target.text.split_whitespace().count();
            let evidence = if words >= 4 || chinese { 4.0 } else { 0.5 };
            let whole = (Some(bead.half.source.whole()), Some(bead.half.target.whole()));
            found.push(
                Suspicion::in_pair(Kind::Identical, "identical", at, whole.0, whole.1).evidence(evidence).message(
                    format!("Original and translation are the same text, {}.", show::quoted(&bead.half.target.text)),
                ),
            );
        }
    }
}
