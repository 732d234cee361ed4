//! A translating machine that declines, or speaks for itself.

use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::span::{ByteRange, Side};
use memchr::memmem::Finder;
use std::sync::LazyLock;

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

static FINDERS: LazyLock<(Vec<Finder<'static>>, Vec<Finder<'static>>)> = LazyLock::new(|| {
    let finders = |phrases: &'static [&'static str]| phrases.iter().map(|phrase| Finder::new(*phrase)).collect();
    (finders(REFUSALS), finders(NOTES))
});

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
            let find = |finders: &[Finder<'_>]| {
                finders.iter().find_map(|finder| Some((finder.find(lower.as_bytes())?, finder.needle().len())))
            };
            let (rule, hit, evidence) = match (find(&FINDERS.0), find(&FINDERS.1)) {
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
