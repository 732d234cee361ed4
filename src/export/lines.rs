//! Line pairs for concordancers: two files, a pair a line, in the encoding that the tool wants (`--out-encoding`, `--bom`).
//! AntPConc reads UTF-8, ParaConc the encoding of the language under Windows, or UTF-16 with a mark.

use super::item::side_text;
use super::{Charset, Context, Exporter, Form, Row, Sink};
use crate::span::Side;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use std::io::{self, Write};

pub(super) const FORM: Form = Form {
    name: "lines",
    others: &["antpconc", "paraconc", "txt"],
    tools: "AntPConc, ParaConc (`--out-encoding gb18030`, `utf-16le --bom`)",
    keeps: &[],
    keeps_meta: &[],
    charset: Charset::Line,
    values: Charset::Line,
    files: |name, context| {
        let (stem, ending) = name.rsplit_once('.').filter(|(_, ending)| *ending == "txt").unwrap_or((name, "txt"));
        context.sides(stem, &format!(".{ending}")).into()
    },
    alone: false,
    apart: true,
    exporter: |context| Box::new(LinePairs::new(context)),
    reader: None,
};

struct LinePairs {
    bom: bool,
    encoding: &'static Encoding,
    replaced: u64,
}

impl LinePairs {
    fn new(context: &Context) -> Self {
        Self { bom: context.bom, encoding: context.encoding, replaced: 0 }
    }

    /// The text's bytes, and whether a character had to become `?`.
    fn bytes(&self, text: &str) -> (Vec<u8>, bool) {
        // The crate encodes no UTF-16: on the Web nothing is sent in it.
        if self.encoding == UTF_16LE {
            return (text.encode_utf16().flat_map(u16::to_le_bytes).collect(), false);
        }
        if self.encoding == UTF_16BE {
            return (text.encode_utf16().flat_map(u16::to_be_bytes).collect(), false);
        }
        let (mut bytes, mut replaced) = (vec![0; text.len() * 4 + 16], false);
        let (mut encoder, mut rest, mut written) = (self.encoding.new_encoder(), text, 0);
        loop {
            let (result, read, wrote) = encoder.encode_from_utf8_without_replacement(rest, &mut bytes[written..], true);
            written += wrote;
            rest = &rest[read..];
            match result {
                encoding_rs::EncoderResult::InputEmpty => break,
                encoding_rs::EncoderResult::OutputFull => bytes.resize(bytes.len() * 2, 0),
                encoding_rs::EncoderResult::Unmappable(_) => {
                    replaced = true;
                    bytes[written] = b'?';
                    written += 1;
                }
            }
        }
        bytes.truncate(written);
        (bytes, replaced)
    }
}

impl Exporter for LinePairs {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        if !self.bom {
            return Ok(());
        }
        let mark = match self.encoding {
            encoding if encoding == UTF_16LE || encoding == UTF_16BE || encoding == encoding_rs::UTF_8 => "\u{FEFF}",
            _ => "",
        };
        let mark = self.bytes(mark).0;
        files.iter_mut().try_for_each(|file| file.write_all(&mark))
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut any = false;
        for (side, file) in Side::BOTH.into_iter().zip(files) {
            let (bytes, replaced) = self.bytes(&(side_text(row, side, Charset::Line) + "\n"));
            any |= replaced;
            file.write_all(&bytes)?;
        }
        self.replaced += u64::from(any);
        Ok(())
    }

    fn losses(&self) -> Vec<(String, u64)> {
        if self.replaced == 0 {
            return Vec::new();
        }
        vec![(format!("characters that {} does not have, now ?,", self.encoding.name()), self.replaced)]
    }
}
