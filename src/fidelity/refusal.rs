//! A translating machine that declines, or speaks for itself.

use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::span::{ByteRange, Side};

/// What only a machine says of itself.
const REFUSALS: &[&str] = &[
    "as an ai",
    "as a language model",
    "as a large language model",
    "i'm sorry, but i can",
    "i am sorry, but i can",
    "i cannot assist",
    "i can't assist",
    "i cannot translate",
    "i can't translate",
    "i'm unable to translate",
    "i am unable to translate",
    "i cannot provide a translation",
    "i'm not able to translate",
    "i cannot fulfill",
    "violates our content policy",
];

/// What a machine says of the text or of its work.
const NOTES: &[&str] = &[
    "here is the translation",
    "here's the translation",
    "here is the english translation",
    "here is a translation",
    "translation of the provided text",
    "the provided text",
    "the text provided",
    "the text you provided",
    "the original text appears to be",
    "the text appears to be cut",
    "the text seems to be incomplete",
    "note: the original text",
    "note: this translation",
    "note: i have",
    "please note that this translation",
    "please provide the text",
    "let me know if you",
    "translated text:",
    "english translation:",
];

/// The check.
pub(super) struct Refusals;

impl Check for Refusals {
    fn kind(&self) -> Kind {
        Kind::Refusal
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for at in 0..article.beads.len() {
            let text = article.text(at, Side::Target);
            let lower = text.to_ascii_lowercase().replace('’', "'");
            let find = |phrases: &[&str]| phrases.iter().find_map(|phrase| Some((lower.find(phrase)?, phrase.len())));
            let (rule, hit, evidence) = match (find(REFUSALS), find(NOTES)) {
                (Some(hit), _) => ("refusal", hit, 3.0),
                (None, Some(hit)) => ("note-by-a-machine", hit, 2.0),
                (None, None) => continue,
            };
            // Replacing ’ by ' shifts bytes: where it took place, the whole text stands for the phrase.
            let place = match lower.len() == text.len() {
                true => ByteRange::new(hit.0, hit.0 + hit.1),
                false => article.beads[at].half.target.whole(),
            };
            let message = match rule {
                "refusal" => format!("A translating machine declines: {}.", show::quoted(text)),
                _ => format!("A translating machine speaks for itself: {}.", show::quoted(text)),
            };
            found.push(
                Suspicion::in_pair(Kind::Refusal, rule, at, None, Some(place))
                    .evidence(evidence)
                    .severity(if rule == "refusal" { Severity::Critical } else { Severity::Minor })
                    .message(message),
            );
        }
    }
}
