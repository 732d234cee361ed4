//! Marks that carry sense: a question made a statement, a quotation lost.

use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::span::ByteRange;

/// The check.
pub(super) struct Marks;

impl Check for Marks {
    fn kind(&self) -> Kind {
        Kind::Mark
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for (at, bead) in article.pairs() {
            let (source, target) = (&bead.half.source.text, &bead.half.target.text);
            let (asked, asks) = (count(source, is_question), count(target, is_question));
            // Indirect questions have no mark: "he asked whether".
            let indirect = {
                let lower = target.to_lowercase();
                ["ask", "wonder", "whether", "question", "inquir", "how ", "why ", "what "]
                    .iter()
                    .any(|word| lower.contains(word))
            };
            let question = match (asked, asks) {
                (1.., 0) => Some((
                    "question-lost",
                    "The original asks a question; the translation states.",
                    // A rhetorical question may become an exclamation and say the same.
                    match (indirect, target.contains('!')) {
                        (true, _) => -1.5,
                        (false, true) => 0.0,
                        (false, false) => 2.5,
                    },
                )),
                (0, 1..) => Some((
                    "question-added",
                    "The translation asks a question; the original does not.",
                    if source.contains(['吗', '呢', '么', '嗎', '麼', '何', '岂', '谁']) { -2.0 } else { -0.5 },
                )),
                _ => None,
            };
            if let Some((rule, message, evidence)) = question {
                found.push(mark(at, rule, bead, evidence, message.to_owned()));
            }
            if let Some(quotation) = speech(source)
                && !target.contains(['"', '“', '”', '«', '‘', '\''])
            {
                let message = format!(
                    "The original quotes {}; the translation has no quotation marks.",
                    show::quoted(quotation.of(source))
                );
                found.push(Suspicion {
                    places: crate::span::Pair::new(vec![(at, quotation)], Vec::new()),
                    ..mark(at, "quotation-lost", bead, -1.0, message)
                });
            }
        }
    }
}

fn mark(at: usize, rule: &'static str, bead: &super::bead::Bead, evidence: f64, message: String) -> Suspicion {
    let whole = (Some(bead.half.source.whole()), Some(bead.half.target.whole()));
    Suspicion::in_pair(Kind::Mark, rule, at, whole.0, whole.1)
        .evidence(evidence)
        .severity(Severity::Minor)
        .message(message)
}

fn is_question(c: char) -> bool {
    matches!(c, '?' | '？')
}

fn count(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.chars().filter(|&c| is(c)).count()
}

/// The first quotation that is long enough to be speech and not a word used in a special sense.
fn speech(text: &str) -> Option<ByteRange> {
    const LEAST: usize = 8;
    let open = text.find(['“', '「', '『'])?;
    let length = text[open..].find(['”', '」', '』'])?;
    let end = open + length + text[open + length..].chars().next()?.len_utf8();
    let range = ByteRange::new(open, end);
    (range.of(text).chars().count() >= LEAST + 2).then_some(range)
}
