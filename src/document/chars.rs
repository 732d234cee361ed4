//! How many characters a text shows. Bytes are looked at, many at a time: a segment's length is asked of every segment there is.

/// Bytes that are looked at together.
const BLOCK: usize = 64;
/// A block and the rest of a character of three bytes that begins at its end.
const WINDOW: usize = BLOCK + 2;

/// The characters of `text`, white space left out. The loops are such that they are done in wide registers.
pub(super) fn visible(text: &str) -> usize {
    let bytes = text.as_bytes();
    let count = |at: usize| match bytes[at..].first_chunk() {
        Some(window) => begin_in(window),
        None => {
            // Blanks count for nothing.
            let (mut window, rest) = ([b' '; WINDOW], &bytes[at..]);
            window[..rest.len()].copy_from_slice(rest);
            begin_in(&window)
        }
    };
    (0..bytes.len()).step_by(BLOCK).map(count).sum()
}

/// The visible characters that begin in the block of a window.
fn begin_in(window: &[u8; WINDOW]) -> usize {
    let block = &window[..BLOCK];
    let begin = block.iter().fold(0u8, |sum, &byte| sum + u8::from(begins_visible(byte)));
    if block.iter().fold(0, |all, &byte| all | byte).is_ascii() {
        return usize::from(begin);
    }
    // Chinese has bytes enough that its own blank begins with, and few of the others.
    let others = block.iter().fold(0, |any, &byte| any | u8::from((byte == 0xC2) | (byte == 0xE1) | (byte == 0xE2)));
    let blanks = if others == 0 { count(window, is_ideographic_blank) } else { count(window, is_wide_blank) };
    usize::from(begin - blanks)
}

/// In how many places of a window's block such a character begins.
#[inline]
fn count(window: &[u8; WINDOW], is: impl Fn(u8, u8, u8) -> bool) -> u8 {
    (0..BLOCK).fold(0, |sum, at| sum + u8::from(is(window[at], window[at + 1], window[at + 2])))
}

/// True for the first byte of a character that is no white space in ASCII.
#[inline]
fn begins_visible(byte: u8) -> bool {
    let continues = (byte & 0xC0) == 0x80;
    let blank = (byte == b' ') | (byte.wrapping_sub(b'\t') <= b'\r' - b'\t');
    !continues & !blank
}

/// True when these bytes begin with white space beyond ASCII.
#[inline]
fn is_wide_blank(a: u8, b: u8, c: u8) -> bool {
    let latin = (a == 0xC2) & ((b == 0x85) | (b == 0xA0));
    let ogham = (a == 0xE1) & (b == 0x9A) & (c == 0x80);
    let punctuation = (a == 0xE2) & (b == 0x80) & ((c <= 0x8A) | (c == 0xA8) | (c == 0xA9) | (c == 0xAF));
    let mathematical = (a == 0xE2) & (b == 0x81) & (c == 0x9F);
    latin | ogham | punctuation | mathematical | is_ideographic_blank(a, b, c)
}

/// True when they begin with U+3000.
#[inline]
fn is_ideographic_blank(a: u8, b: u8, c: u8) -> bool {
    (a == 0xE3) & (b == 0x80) & (c == 0x80)
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
