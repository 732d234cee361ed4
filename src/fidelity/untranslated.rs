//! Words left in the original's script.

use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::span::ByteRange;

/// The check.
pub(super) struct Untranslated;

impl Check for Untranslated {
    fn kind(&self) -> Kind {
        Kind::Untranslated
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for (at, bead) in article.pairs() {
            // Chinese characters are what can be told; between two alphabets a word may stand in both languages.
            if !article.rows[at].source_lang.starts_with("zh") || article.rows[at].target_lang.starts_with("zh") {
                continue;
            }
            let (source, target) = (&bead.half.source.text, &bead.half.target.text);
            for run in runs(target) {
                let words = run.of(target);
                let place = source.find(words).map(|start| ByteRange::new(start, start + words.len()));
                // A translator may quote a character in brackets or marks and say what it means.
                let glossed = is_enclosed(target, run);
                let evidence = if glossed { -1.0 } else { 3.0 } + if place.is_some() { 1.0 } else { 0.0 };
                let message = match glossed {
                    false => format!("{} was left untranslated.", show::quoted(words)),
                    true => format!(
                        "{} stands in the translation in Chinese, in brackets or quotation marks.",
                        show::quoted(words)
                    ),
                };
                let severity = if glossed { Severity::Minor } else { Severity::Major };
                found.push(
                    Suspicion::in_pair(Kind::Untranslated, "chinese-in-translation", at, place, Some(run))
                        .evidence(evidence)
                        .severity(severity)
                        .message(message),
                );
            }
        }
    }
}

/// Chinese characters, and what else a machine may fall into: Japanese, Korean, Russian.
fn is_other_script(c: char) -> bool {
    crate::document::lines::is_han(c)
        || matches!(c, '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7AF}' | '\u{1100}'..='\u{11FF}' | '\u{0400}'..='\u{04FF}')
}

/// Runs of such characters; marks and blanks between them do not part them.
fn runs(text: &str) -> Vec<ByteRange> {
    let mut runs: Vec<ByteRange> = Vec::new();
    for (at, c) in text.char_indices() {
        if !is_other_script(c) {
            continue;
        }
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some(run) if !text[run.end..at].contains(|c: char| c.is_ascii_alphanumeric()) && at - run.end <= 6 => {
                run.end = end;
            }
            _ => runs.push(ByteRange::new(at, end)),
        }
    }
    runs
}

fn is_enclosed(text: &str, run: ByteRange) -> bool {
    let before = text[..run.start].trim_end().chars().next_back();
    // A spelling may follow inside the brackets: (许铁英 Xu Tieying).
    let rest = text[run.end..].trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '\''));
    let after = rest.chars().next();
    let opens = |c: char| matches!(c, '(' | '（' | '[' | '"' | '“' | '‘' | '《' | '「' | ',' | ';');
    let closes = |c: char| matches!(c, ')' | '）' | ']' | '"' | '”' | '’' | '》' | '」' | ',' | ';');
    before.is_some_and(opens) && after.is_some_and(closes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_brackets() {
        let text = "a 调制解调器 (Modem), the dish (狮子头), Tie (许铁英 Xu Tieying) and 流下，了 활跃.";
        let runs = runs(text);
        assert_eq!(
            runs.iter().map(|run| run.of(text)).collect::<Vec<_>>(),
            ["调制解调器", "狮子头", "许铁英", "流下，了 활跃"]
        );
        assert_eq!(runs.iter().map(|&run| is_enclosed(text, run)).collect::<Vec<_>>(), [false, true, true, false]);
    }
}
