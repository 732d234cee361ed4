//! Bytes to text: UTF-8 first, byte order marks, then the encodings that Chinese texts come in.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use thiserror::Error;

/// Decoded text and the encoding it had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// The WHATWG name of its encoding.
    pub encoding: &'static str,
}

impl Decoded {
    /// True when byte ranges into the text are not the file's own (a byte order mark aside).
    pub fn is_recoded(&self) -> bool {
        self.encoding != UTF_8.name()
    }
}

/// Bytes that are no text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("byte {byte} is no {encoding}: name the file's encoding with --encoding, or mend the file")]
pub struct DecodeError {
    /// The first byte that does not fit, from 0.
    pub byte: usize,
    /// What was tried.
    pub encoding: &'static str,
}

/// The text of `bytes` that are plain UTF-8, no encoding being `named`: what [`decode`] answers, without a copy. `None` where it
/// must look closer.
pub(super) fn plain<'b>(bytes: &'b [u8], named: Option<&'static Encoding>) -> Option<&'b str> {
    if named.is_some() || Encoding::for_bom(bytes).is_some() || utf16_without_mark(bytes).is_some() {
        return None;
    }
    simdutf8::basic::from_utf8(bytes).ok()
}

/// Decodes `bytes` as `named`, or, without a name, as UTF-8, UTF-16, GB18030 or Big5, whichever they are.
///
/// # Errors
/// When they are none of these. A few broken bytes in a UTF-8 text make it broken UTF-8, not another encoding.
pub fn decode(bytes: Vec<u8>, named: Option<&'static Encoding>) -> Result<Decoded, DecodeError> {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return convert(&bytes[mark..], encoding);
    }
    if let Some(encoding) = named {
        return convert(&bytes, encoding);
    }
    let broken = match String::from_utf8(bytes) {
        // Text in UTF-16 is valid UTF-8 when it is all ASCII; its zero bytes tell.
        Ok(text) => match utf16_without_mark(text.as_bytes()) {
            Some(encoding) => return convert(text.as_bytes(), encoding),
            None => return Ok(Decoded { text, encoding: UTF_8.name() }),
        },
        Err(broken) => broken,
    };
    let byte = broken.utf8_error().valid_up_to();
    let bytes = broken.into_bytes();
    let refused = DecodeError { byte, encoding: "UTF-8" };
    let detected = match utf16_without_mark(&bytes) {
        Some(encoding) => encoding,
        None if mostly_utf8(&bytes) => return Err(refused),
        None => {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(&bytes, true);
            detector.guess(None, Utf8Detection::Deny)
        }
    };
    let detected = if detected == GBK { GB18030 } else { detected };
    if ![GB18030, BIG5, UTF_16LE, UTF_16BE].contains(&detected) {
        return Err(refused);
    }
    convert(&bytes, detected).map_err(|_| refused)
}

fn convert(bytes: &[u8], encoding: &'static Encoding) -> Result<Decoded, DecodeError> {
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(Decoded { text: text.into_owned(), encoding: encoding.name() }),
        None => Err(DecodeError { byte: first_malformed(bytes, encoding), encoding: encoding.name() }),
    }
}

/// Where the first sequence of bytes begins that is none of the encoding's; their number where all are.
fn first_malformed(bytes: &[u8], encoding: &'static Encoding) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut byte, mut out) = (0, [0; 4096]);
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(&bytes[byte..], &mut out, true);
        byte += read;
        match result {
            DecoderResult::InputEmpty => return byte,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, behind) => return byte - usize::from(behind) - usize::from(length),
        }
    }
}

/// Zero bytes at every other place (more than a third of them) tell UTF-16 of a text that is partly ASCII.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    if head.len() < 8 || memchr::memchr(0, head).is_none() {
        return None;
    }
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, third) = (zeros(0), zeros(1), head.len() / 6);
    if odd > third && even < odd / 8 {
        Some(UTF_16LE)
    } else if even > third && odd < even / 8 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// True when most bytes beyond ASCII stand in well-formed UTF-8 sequences: other encodings hardly ever do that.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut well_formed, mut broken) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        well_formed += chunk.valid().bytes().filter(|byte| !byte.is_ascii()).count();
        broken += chunk.invalid().len();
    }
    well_formed > 2 * broken
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "### 阳岭煤矿超额完成十月份生产计划\n\n阳岭煤矿职工在爱国主义生产竞赛中，超额完成了十月份的生产计划。\n";

    #[test]
    fn chinese_encodings_are_told_apart() {
        let traditional = "魯中老區完成結束土改工作，農民生產情緒空前高漲。我們要繼續努力。";
        for (encoding, text) in [(GB18030, TEXT), (BIG5, traditional)] {
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy);
            let decoded = decode(bytes.into_owned(), None).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding.name()));
        }
    }

    #[test]
    fn utf16_with_and_without_a_mark() {
        let text = "Title: A\nDate: 1957-10-16\n新华社\n";
        for mark in [true, false] {
            for little in [true, false] {
                let mut units: Vec<u16> = if mark { vec![0xFEFF] } else { vec![] };
                units.extend(text.encode_utf16());
                let bytes = units
                    .iter()
                    .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
                    .collect();
                assert_eq!(decode(bytes, None).unwrap().text, text);
            }
        }
    }

    #[test]
    fn a_mark_before_utf8_is_dropped() {
        let decoded = decode(format!("\u{FEFF}{TEXT}").into_bytes(), None).unwrap();
        assert_eq!(decoded.text, TEXT);
        assert!(!decoded.is_recoded());
    }

    #[test]
    fn broken_utf8_stays_broken() {
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.insert(40, 0xFF);
        let refused = decode(bytes, None).unwrap_err();
        assert_eq!(refused.byte, 40);
        assert!(refused.to_string().contains("--encoding"));
    }

    #[test]
    fn the_first_byte_that_does_not_fit_is_told() {
        let text = TEXT.repeat(300);
        let (bytes, ..) = GB18030.encode(&text);
        for at in [0, 40, 2000, 5000, bytes.len() - 40] {
            let mut bytes = bytes.to_vec();
            // Not amid a character.
            let at = (at..).find(|&at| bytes[at..].starts_with(b"\n")).unwrap();
            bytes[at] = 0xFF;
            assert_eq!(decode(bytes, Some(GB18030)).unwrap_err().byte, at);
        }
        // Half a character at the end.
        let text = "字".repeat(4000);
        let (cut, ..) = GB18030.encode(&text);
        let refused = decode(cut[..cut.len() - 1].to_vec(), Some(GB18030)).unwrap_err();
        assert_eq!(refused.byte, cut.len() - 2);
    }
}
