//! Bytes that are looked at many at a time.

/// Bytes that are looked at together.
const BLOCK: usize = 16;

/// Where the first byte stands that `is` holds of. It is asked of a whole block at once where it has no branch.
#[inline]
pub(crate) fn position(bytes: &[u8], is: impl Fn(u8) -> bool) -> Option<usize> {
    // Numbers, not truths: these are made in wide registers whatever the loop around them.
    let any = |block: &[u8; BLOCK]| block.iter().fold(0, |any, &byte| any | u8::from(is(byte))) != 0;
    let blocks = bytes.as_chunks().0;
    let passed = blocks.iter().position(any).unwrap_or(blocks.len());
    // The last block has bytes of the one before it, which has none.
    if passed == blocks.len() && bytes.last_chunk().is_some_and(|last| !any(last)) {
        return None;
    }
    let from = passed * BLOCK;
    bytes[from..].iter().position(|&byte| is(byte)).map(|at| from + at)
}

/// The bytes from `at` on, the first lowest, zeros behind the last.
#[inline]
pub(crate) fn eight(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    u64::from_le_bytes(rest.first_chunk().copied().unwrap_or_else(|| {
        let mut eight = [0; 8];
        eight[..rest.len()].copy_from_slice(rest);
        eight
    }))
}

/// How many of eight bytes, from the lowest on, are plain letters, and these, lower-cased.
#[inline]
pub(crate) fn lower_letters(eight: u64) -> (usize, u64) {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let lower = eight | (0x20 * EACH);
    // A byte's highest bit is set from the letter on that the sum begins with; no sum runs over into the next byte.
    let from = |letter: u8| (lower & !HIGH) + u64::from(0x80 - letter) * EACH;
    let others = !(from(b'a') & !from(b'z' + 1) & !eight) & HIGH;
    let count = others.trailing_zeros() / 8;
    (count as usize, lower & !u64::MAX.checked_shl(8 * count).unwrap_or(0))
}

/// How many plain letters the bytes begin with.
#[inline]
pub(crate) fn letters(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let (count, _) = lower_letters(eight(bytes, at));
        at += count;
        if count < 8 {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_wherever_it_stands() {
        for length in 0..5 * BLOCK {
            let mut bytes = vec![b'a'; length];
            assert_eq!(position(&bytes, |byte| byte == b'.'), None);
            for at in (0..length).rev() {
                bytes[at] = b'.';
                assert_eq!(position(&bytes, |byte| byte == b'.'), Some(at));
            }
        }
    }

    #[test]
    fn letters_are_told_from_all_other_bytes() {
        for byte in 0..=u8::MAX {
            let word = [b'Q', b'z', byte, b'A', b'x', b'a', b'Z', b'b'];
            let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let mut lower = [0; 8];
            lower[..letters].copy_from_slice(&word[..letters].to_ascii_lowercase());
            assert_eq!(lower_letters(eight(&word, 0)), (letters, u64::from_le_bytes(lower)), "{byte}");
        }
        assert_eq!(eight(b"abc", 1), u64::from_le_bytes(*b"bc\0\0\0\0\0\0"));
        assert_eq!(eight(b"abc", 4), 0);
    }

    #[test]
    fn letters_are_counted_up_to_any_other_byte() {
        for length in 0..20 {
            let word: String = ('A'..='Z').chain('a'..='z').cycle().skip(length * 7).take(length).collect();
            assert_eq!(letters(word.as_bytes()), length);
            for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_alphabetic()) {
                let bytes = [word.as_bytes(), &[byte], b"letters"].concat();
                assert_eq!(letters(&bytes), length, "{byte}");
            }
        }
    }
}
