//! Damage in the texts themselves, told apart so that the translator is not charged with the scanner's errors.

use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::document::lines::is_han;
use crate::span::{ByteRange, Side};

/// The check.
pub(super) struct TextHealth;

impl Check for TextHealth {
    fn kind(&self) -> Kind {
        Kind::TextHealth
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for at in 0..article.beads.len() {
            for side in Side::BOTH {
                let text = article.text(at, side);
                let language =
                    if side == Side::Source { &article.rows[at].source_lang } else { &article.rows[at].target_lang };
                let Some((rule, place, evidence)) = damage(text, language.starts_with("zh")) else { continue };
                let places = if side == Side::Source { (Some(place), None) } else { (None, Some(place)) };
                let (of, words) =
                    (if side == Side::Source { "original" } else { "translation" }, show::quoted(around(text, place)));
                let message = format!("The {of} is damaged here ({}): {words}.", rule.replace('-', " "));
                found.push(
                    Suspicion::in_pair(Kind::TextHealth, rule, at, places.0, places.1)
                        .evidence(evidence)
                        .severity(Severity::Neutral)
                        .message(message),
                );
            }
        }
    }
}

/// The first damage in a text: the kind, the place, and what it is worth.
fn damage(text: &str, chinese: bool) -> Option<(&'static str, ByteRange, f64)> {
    let at = |start: usize, length: usize| ByteRange::new(start, start + length);
    if let Some((start, c)) =
        text.char_indices().find(|(_, c)| matches!(c, '\u{FFFD}' | '\0' | '□' | '■' | '\u{E000}'..='\u{F8FF}'))
    {
        return Some(("unreadable-character", at(start, c.len_utf8()), 4.0));
    }
    // UTF-8 read as Latin-1 or Windows-1252.
    if let Some(start) = ["â€", "Ã©", "Ã¨", "ï¼", "Â·", "ä¸"].iter().find_map(|seen| text.find(seen)) {
        let length = text[start..].chars().take(2).map(char::len_utf8).sum();
        return Some(("wrong-encoding", at(start, length), 4.0));
    }
    if !chinese {
        return None;
    }
    for doubled in ["。。", "，，", "、、", "；；", "，。", "。，"] {
        // Six dots make an ellipsis.
        if let Some(start) = text.find(doubled).filter(|_| !text.contains("。。。")) {
            return Some(("doubled-mark", at(start, doubled.len()), 2.5));
        }
    }
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    for window in chars.windows(3) {
        let [(_, a), (start, b), (_, c)] = [window[0], window[1], window[2]];
        // 磨面蒸馍. 送饭: a half-width mark between Chinese characters; a blank inside a sentence.
        if is_han(a) && matches!(b, '.' | ',' | '?' | '!' | ';') && (is_han(c) || c == ' ') {
            return Some(("half-width-mark", at(start, 1), 1.5));
        }
        if is_han(a) && b == ' ' && is_han(c) && chars.len() > 20 {
            return Some(("stray-blank", at(start, 1), 0.5));
        }
    }
    // Look-alikes that scanning confuses, in words where only one of them can stand.
    for (wrong, _) in LOOKALIKES {
        if let Some(start) = text.find(wrong) {
            return Some(("look-alike", at(start, wrong.len()), 2.0));
        }
    }
    None
}

/// Words with a character that scanning puts for another, and the word that is meant.
const LOOKALIKES: [(&str, &str); 16] = [
    ("巳经", "已经"),
    ("己经", "已经"),
    ("而巳", "而已"),
    ("而己", "而已"),
    ("自已", "自己"),
    ("自巳", "自己"),
    ("人员会", "委员会"),
    ("末来", "未来"),
    ("末能", "未能"),
    ("末必", "未必"),
    ("千部", "干部"),
    ("十部", "干部"),
    ("囯家", "国家"),
    ("夭气", "天气"),
    ("今夭", "今天"),
    ("土兵", "士兵"),
];

/// A little text on either side of a place.
fn around(text: &str, place: ByteRange) -> &str {
    const BESIDE: usize = 8;
    let from = text[..place.start].char_indices().rev().nth(BESIDE - 1).map_or(0, |(at, _)| at);
    let to = text[place.end..].char_indices().nth(BESIDE).map_or(text.len(), |(at, _)| place.end + at);
    &text[from..to]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_damage() {
        let kind = |text| damage(text, true).map(|found| found.0);
        assert_eq!(kind("同志们□□前进"), Some("unreadable-character"));
        assert_eq!(kind("大家磨面蒸馍. 送饭到火线。"), Some("half-width-mark"));
        assert_eq!(kind("任务完成了。。"), Some("doubled-mark"));
        assert_eq!(kind("他巳经来了。"), Some("look-alike"));
        assert_eq!(kind("一九五七年，第3.5号文件。“好”"), None);
        assert_eq!(damage("It costs 3.5 yuan.", false), None);
        assert_eq!(around("他说：“好”。", ByteRange::new(3, 6)), "他说：“好”。");
    }
}
