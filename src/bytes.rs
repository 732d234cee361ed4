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
}
