//! How many characters a text shows. Bytes are looked at, many at a time: a segment's length is asked of every segment there is.

/// Bytes whose counts are added up in one byte.
const BLOCK: usize = 192;

/// The characters of `text`, white space left out. The loops are such that they are done in wide registers.
pub(super) fn visible(text: &str) -> usize {
    let mut count = 0;
    for block in text.as_bytes().chunks(BLOCK) {
        let begin = block.iter().fold(0u8, |sum, &byte| sum + u8::from(begins_visible(byte)));
        count += usize::from(begin);
    }
    if text.is_ascii() { count } else { count - wide_blanks(text) }
}

/// True for the first byte of a character that is no white space in ASCII.
#[inline]
fn begins_visible(byte: u8) -> bool {
    let continues = (byte & 0xC0) == 0x80;
    let blank = (byte == b' ') | (byte.wrapping_sub(b'\t') <= b'\r' - b'\t');
    !continues & !blank
}

/// The white space of `text` beyond ASCII.
fn wide_blanks(text: &str) -> usize {
    // Two bytes at the end are no three.
    let mut count = usize::from(text.ends_with(['\u{85}', '\u{A0}']));
    let [first, second, third] = [0, 1, 2].map(|at| text.as_bytes().get(at..).unwrap_or_default().chunks(BLOCK));
    for ((first, second), third) in first.zip(second).zip(third) {
        let places = first.iter().zip(second).zip(third);
        let blanks = places.fold(0u8, |sum, ((&a, &b), &c)| sum + u8::from(is_wide_blank(a, b, c)));
        count += usize::from(blanks);
    }
    count
}

/// True when these bytes begin with such a character.
#[inline]
fn is_wide_blank(a: u8, b: u8, c: u8) -> bool {
    let latin = (a == 0xC2) & ((b == 0x85) | (b == 0xA0));
    let ogham = (a == 0xE1) & (b == 0x9A) & (c == 0x80);
    let punctuation = (a == 0xE2) & (b == 0x80) & ((c <= 0x8A) | (c == 0xA8) | (c == 0xA9) | (c == 0xAF));
    let mathematical = (a == 0xE2) & (b == 0x81) & (c == 0x9F);
    let ideographic = (a == 0xE3) & (b == 0x80) & (c == 0x80);
    latin | ogham | punctuation | mathematical | ideographic
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_definition(text: &str) -> usize {
        text.chars().filter(|c| !c.is_whitespace()).count()
    }

    #[test]
    fn every_character_counts_as_it_is_defined() {
        for c in '\0'..=char::MAX {
            for text in [format!("{c}"), format!("a{c}"), format!("{c}一"), format!("。{c}b")] {
                assert_eq!(visible(&text), by_definition(&text), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn texts_of_any_length_count_as_they_are_defined(text in "[ \t\u{85}\u{A0}\u{2009}\u{3000}、“—中a]{0,500}") {
            prop_assert_eq!(visible(&text), by_definition(&text));
        }
    }
}
