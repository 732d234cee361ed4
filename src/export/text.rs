//! Texts as a format can hold them: characters that it forbids, segments joined and cut again.

use std::borrow::Cow;

/// What a format does to a segment's characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Every character stays.
    All,
    /// XML 1.0: the control characters but tab, line feed and carriage return, U+FFFE and U+FFFF become U+FFFD.
    Xml,
    /// One line: breaks of lines and tabs become a blank, other control characters and the two noncharacters U+FFFD. A
    /// U+FEFF at the beginning, which would be taken for a byte order mark, becomes U+2060, as Unicode advises.
    Line,
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that XML 1.0 forbids.
pub(super) fn is_forbidden_in_xml(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// False when `text` has no character that any format changes. Bytes are looked at, many at a time; the lead bytes of the rare
/// characters that some format changes are looked for, and a few others share them.
fn may_change(text: &str) -> bool {
    let bytes = text.as_bytes();
    let control = |byte: u8| (byte < b' ') | (byte == 0x7F);
    // U+0080 to U+009F; U+2028, U+2029; U+FEFF, U+FFFE, U+FFFF, which three bytes write.
    let other = |a: u8, b: u8, c: u8| {
        ((a == 0xC2) & (b < 0xA0))
            | ((a == 0xE2) & (b == 0x80) & (c & 0xFE == 0xA8))
            | ((a == 0xEF) & (((b == 0xBF) & (c >= 0xBE)) | ((b == 0xBB) & (c == 0xBF))))
    };
    let [first, second, third] = [0, 1, 2].map(|at| bytes.get(at..).unwrap_or_default());
    let places = first.iter().zip(second).zip(third);
    bytes.iter().fold(false, |any, &byte| any | control(byte))
        || places.fold(false, |any, ((&a, &b), &c)| any | other(a, b, c))
        // Two bytes at the end are no three.
        || bytes.last_chunk().is_some_and(|&[a, b]| other(a, b, 0))
}

impl Charset {
    /// True when `text` cannot stay as it is.
    pub fn changes(self, text: &str) -> bool {
        match self {
            Charset::All => false,
            _ if !may_change(text) => false,
            Charset::Xml => text.contains(is_forbidden_in_xml),
            Charset::Line => {
                text.starts_with('\u{FEFF}')
                    || text.contains(|c: char| is_forbidden_in_xml(c) || c.is_control() || is_break(c))
            }
        }
    }

    /// The text as the format holds it.
    pub fn of(self, text: &str) -> Cow<'_, str> {
        if !self.changes(text) {
            return text.into();
        }
        match self {
            Charset::All => text.into(),
            Charset::Xml => text.replace(is_forbidden_in_xml, "\u{FFFD}").into(),
            Charset::Line => {
                let pieces: Vec<&str> = text.split(is_break).filter(|piece| !piece.is_empty()).collect();
                let line = pieces.join(" ").replace(|c: char| c.is_control() || is_forbidden_in_xml(c), "\u{FFFD}");
                match line.strip_prefix('\u{FEFF}') {
                    Some(rest) => format!("\u{2060}{rest}").into(),
                    None => line.into(),
                }
            }
        }
    }
}

/// True for languages that write no blank between sentences.
pub(super) fn is_written_without_blanks(language: &str) -> bool {
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    matches!(primary, "zh" | "zho" | "cmn" | "yue" | "ja" | "th" | "lo" | "km" | "my")
}

fn blank(language: &str) -> &'static str {
    if is_written_without_blanks(language) { "" } else { " " }
}

/// The segments of a side as one text, with a blank between them where the language writes one.
pub(super) fn joined<'s>(segments: &'s [String], language: &str, charset: Charset) -> Cow<'s, str> {
    match segments {
        [one] => charset.of(one),
        _ => {
            let held: Vec<Cow<'_, str>> = segments.iter().map(|segment| charset.of(segment)).collect();
            held.join(blank(language)).into()
        }
    }
}

/// The segments' lengths in characters, as the format holds them: what [`cut`] needs to part a joined text again.
pub(super) fn lengths(segments: &[String], charset: Charset) -> Vec<usize> {
    segments.iter().map(|segment| charset.of(segment).chars().count()).collect()
}

/// Parts a joined text into segments of `lengths`. `None` where it is not as long as they say: it was edited.
pub(super) fn cut(text: &str, lengths: &[usize], language: &str) -> Option<Vec<String>> {
    let (mut rest, mut segments) = (text, Vec::with_capacity(lengths.len()));
    for (index, &length) in lengths.iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix(blank(language))?;
        }
        let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        let (segment, behind) = rest.split_at(ends.nth(length)?);
        segments.push(segment.to_owned());
        rest = behind;
    }
    rest.is_empty().then_some(segments)
}

/// The segments that a format without borders says: one, or none where it is blank.
pub(super) fn whole(text: String) -> Vec<String> {
    if text.trim().is_empty() { Vec::new() } else { vec![text] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(Charset::Line.of("a\u{2028}b\r\nc\t\u{1}d\u{FFFE}"), "a b c \u{FFFD}d\u{FFFD}");
        assert_eq!(Charset::Xml.of("a\tb\u{1}\r\n\u{85}"), "a\tb\u{FFFD}\r\n\u{85}");
        assert_eq!(Charset::All.of("\0"), "\0");
    }

    #[test]
    fn what_may_change_is_never_passed_over() {
        for c in '\0'..=char::MAX {
            for text in [format!("{c}"), format!("{c}ab"), format!("ab{c}")] {
                let line = text.starts_with('\u{FEFF}')
                    || text.contains(|c: char| is_forbidden_in_xml(c) || c.is_control() || is_break(c));
                assert_eq!(Charset::Line.changes(&text), line, "{text:?}");
                assert_eq!(Charset::Xml.changes(&text), text.contains(is_forbidden_in_xml), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_joined_is_cut_again(segments in prop::collection::vec("\\PC{0,8}|[\\x00-\\x20]{0,3}", 1..5), chinese: bool) {
            let language = if chinese { "zh" } else { "en" };
            for charset in [Charset::All, Charset::Xml, Charset::Line] {
                let held: Vec<String> = segments.iter().map(|segment| charset.of(segment).into_owned()).collect();
                let text = joined(&segments, language, charset);
                prop_assert_eq!(cut(&text, &lengths(&segments, charset), language), Some(held.clone()));
                prop_assert!(held.iter().all(|segment| !charset.changes(segment)), "{:?} twice", charset);
                prop_assert_eq!(cut(&(text + "x"), &lengths(&segments, charset), language), None);
            }
        }
    }
}
