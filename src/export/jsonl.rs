//! JSON Lines, one row a line: the canonical form. Keeps everything.

use super::read::{self, Input, ReadError, RowReader};
use super::row::{confidence, paragraph, rows, tidy};
use super::{Charset, Exporter, Form, Item, Row, Sink, one_file};
use crate::bead::Bead;
use crate::bytes::position;
use crate::document::{Content, Section, Segment};
use crate::engine::{Aligned, MOVED, title_paragraphs};
use crate::span::Side;
use serde::Serialize;
use std::io::{self, Write};

pub(super) const FORM: Form = Form {
    name: "jsonl",
    others: &["ndjson"],
    tools: "bitext, DuckDB, pyarrow, `load_dataset`, jq",
    keeps: &Item::ALL,
    keeps_meta: &[],
    charset: Charset::All,
    values: Charset::All,
    files: one_file,
    alone: true,
    apart: true,
    exporter: |_| Box::new(Jsonl),
    reader: Some(reader),
};

struct Jsonl;

impl Exporter for Jsonl {
    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        serde_json::to_writer(&mut files[0], row)?;
        files[0].write_all(b"\n")
    }
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    Ok(read::each_line(input.open_main()?, |line| serde_json::from_str(line).map_err(|error| error.to_string())))
}

/// The lines of a document's [rows], which need not be made for it: the same bytes in a quarter of the time.
pub fn json_lines(aligned: &Aligned) -> Vec<u8> {
    let mut out = Vec::new();
    // Locked rows have ids, flags and fields of their own.
    if aligned.locks.is_empty() {
        let document = Rendered::of(aligned);
        let texts: usize = Side::BOTH.iter().map(|&side| aligned.document.text(side).len()).sum();
        out.reserve(texts + texts / 4 + aligned.alignment.beads.len() * (document.len() + USUAL));
        for (index, bead) in aligned.alignment.beads.iter().enumerate() {
            document.line(&mut out, aligned, bead, index);
        }
        return out;
    }
    for row in rows(aligned) {
        value(&mut out, &row);
        out.push(b'\n');
    }
    out
}

/// About the bytes of a line beside its texts and what [`Rendered`] holds.
const USUAL: usize = 400;

/// What all lines of a document share, as it stands in them.
struct Rendered {
    /// Before the number in the id.
    id: Vec<u8>,
    doc: Vec<u8>,
    /// The section and the languages, of titles and of the body.
    sections: [Vec<u8>; 2],
    meta: Vec<u8>,
    titles: [u32; 2],
}

impl Rendered {
    fn of(aligned: &Aligned) -> Self {
        let document = &aligned.document;
        let [mut id, mut doc, mut meta] = [(); 3].map(|()| Vec::with_capacity(USUAL));
        put(&mut id, "{\"id\":");
        string(&mut id, &document.id);
        id.pop();
        id.push(b'#');
        put(&mut doc, "\",\"doc\":");
        string(&mut doc, &document.id);
        put(&mut doc, ",\"n\":");
        let sections = [Section::Title, Section::Body].map(|section| {
            let mut out = Vec::with_capacity(USUAL);
            put(&mut out, "\",\"section\":");
            value(&mut out, &section);
            put(&mut out, ",\"source_lang\":");
            string(&mut out, &document.language.source);
            put(&mut out, ",\"target_lang\":");
            string(&mut out, &document.language.target);
            out
        });
        put(&mut meta, ",\"meta\":");
        value(&mut meta, &document.meta);
        put(&mut meta, "}\n");
        Self { id, doc, sections, meta, titles: Side::BOTH.map(|side| title_paragraphs(&aligned.segments[side])) }
    }

    fn len(&self) -> usize {
        self.id.len() + self.doc.len() + self.sections[0].len() + self.meta.len()
    }

    /// The line of bead `index`, its fields in the order of [`Row`].
    fn line(&self, out: &mut Vec<u8>, aligned: &Aligned, bead: &Bead, index: usize) {
        let sides = Side::BOTH.map(|side| &aligned.segments[side][bead.block[side].indices()]);
        let [source, target] = sides;
        out.extend_from_slice(&self.id);
        value(out, &(index + 1));
        out.extend_from_slice(&self.doc);
        value(out, &(index + 1));
        put(out, ",\"kind\":\"");
        value(out, &source.len());
        out.push(b'-');
        value(out, &target.len());
        let section = source.first().or(target.first()).map(|first| first.section).unwrap_or_default();
        out.extend_from_slice(&self.sections[usize::from(section == Section::Body)]);
        for ((name, segments), side) in [",\"source\":", ",\"target\":"].into_iter().zip(sides).zip(Side::BOTH) {
            let text = aligned.document.text(side);
            put(out, name);
            list(out, segments, |out, segment| tidied(out, segment.range.of(text)));
        }
        for (name, segments) in [",\"source_spans\":", ",\"target_spans\":"].into_iter().zip(sides) {
            put(out, name);
            list(out, segments, |out, Segment { range, .. }| {
                out.push(b'[');
                value(out, &range.start);
                out.push(b',');
                value(out, &range.end);
                out.push(b']');
            });
        }
        let names = [",\"source_paragraph\":", ",\"target_paragraph\":"];
        for ((name, segments), titles) in names.into_iter().zip(sides).zip(self.titles) {
            put(out, name);
            value(out, &paragraph(segments, titles));
        }
        for (name, side) in [",\"source_index\":", ",\"target_index\":"].into_iter().zip(Side::BOTH) {
            if let Content::Segments(_, places) = &aligned.document.content[side] {
                put(out, name);
                list(out, &places[bead.block[side].indices()], value);
            }
        }
        put(out, ",\"confidence\":");
        value(out, &confidence(bead));
        put(out, ",\"cost\":");
        value(out, &bead.cost.0);
        put(out, ",\"parts\":{");
        parted(out, &bead.parts, |out, part| {
            // Signals have plain names.
            out.push(b'"');
            put(out, part.signal);
            put(out, "\":");
            value(out, &part.cost.0);
        });
        put(out, "},\"status\":\"");
        put(out, bead.status.name());
        put(out, "\",\"flags\":[");
        if aligned.is_moved(index) {
            string(out, MOVED);
        }
        out.push(b']');
        out.extend_from_slice(&self.meta);
    }
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

fn value(out: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(out, value).expect("plain data, and memory takes it");
}

fn list<T>(out: &mut Vec<u8>, items: &[T], write: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'[');
    parted(out, items, write);
    out.push(b']');
}

fn parted<T>(out: &mut Vec<u8>, items: &[T], mut write: impl FnMut(&mut Vec<u8>, &T)) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item);
    }
}

/// Writes a segment as a reader wants it ([`tidy`]). Most are so already, and have nothing that must be escaped.
fn tidied(out: &mut Vec<u8>, text: &str) {
    // What is tidied is a line's end, which is escaped too, or markup.
    if position(text.as_bytes(), |byte| is_escaped(byte) | (byte == b'*')).is_some() {
        return string(out, &tidy(text));
    }
    out.push(b'"');
    put(out, text);
    out.push(b'"');
}

/// Writes a string. Most have little that must be escaped.
fn string(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    out.push(b'"');
    while let Some(at) = position(rest, is_escaped) {
        out.extend_from_slice(&rest[..at]);
        escape(out, rest[at]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[inline]
fn is_escaped(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => put(out, "\\\""),
        b'\\' => put(out, "\\\\"),
        b'\n' => put(out, "\\n"),
        b'\r' => put(out, "\\r"),
        b'\t' => put(out, "\\t"),
        0x08 => put(out, "\\b"),
        0x0C => put(out, "\\f"),
        _ => put(out, &format!("\\u{byte:04x}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::Settings;
    use crate::archive::{Body, Entry, Input, Options, Reader};
    use crate::engine::Engine;
    use crate::span::Pair;

    fn agree(entries: impl Iterator<Item = Entry>) -> usize {
        let engine = Engine::new(None, Settings::default(), Pair::new("zh".into(), "en".into())).unwrap();
        let mut worker = engine.worker();
        let mut count = 0;
        for entry in entries {
            let Ok(aligned) = worker.align(entry) else { continue };
            let mut lines = Vec::new();
            for row in rows(&aligned) {
                serde_json::to_writer(&mut lines, &row).unwrap();
                lines.push(b'\n');
                count += 1;
            }
            assert_eq!(String::from_utf8(json_lines(&aligned)).unwrap(), String::from_utf8(lines).unwrap());
        }
        count
    }

    #[test]
    fn lines_are_those_of_the_rows() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/newspaper/articles");
        let reader = Reader::open(vec![Input::Path(folder.into())], Options::default()).unwrap();
        assert!(agree(reader.filter_map(Result::ok).take(40)) > 400);
        let odd = ["他说：“\\好\"。", "第二\u{1}句\t。", "**三**\n行。"].map(str::to_owned).to_vec();
        let lists = Body::Sentences(Pair::new(odd.clone(), odd.clone()));
        let texts = Pair::new(odd.join("\n\n"), "He \"said\". \u{7f}**So** it is.\n\nThe third".into());
        let mut entries =
            vec![Entry::new("a \"b\"#\n", lists), Entry::new("t", Body::Texts { texts, segmented: false })];
        entries[0].meta.insert("title\n".into(), vec![1.5, 2.0].into());
        assert!(agree(entries.into_iter()) > 2);
    }

    #[test]
    fn every_byte_is_escaped_as_json_has_it() {
        let all: String = (0..0x250).filter_map(char::from_u32).collect();
        for from in 0..40 {
            let text = &all[from..];
            let mut out = Vec::new();
            string(&mut out, text);
            assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(text).unwrap());
        }
    }
}
