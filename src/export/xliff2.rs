//! XLIFF 2.1: a `file` a document, a `unit` with one `segment` a row. What else a row says stands in the metadata module, and
//! characters that XML forbids in `cp`.

use super::item::{properties, side_text};
use super::text::is_forbidden_in_xml;
use super::xliff::{KEEPS, Reader, of_row};
use super::xml::Xml;
use super::{Charset, Exporter, Form, Item, Row, Sink, Status, one_file};
use crate::document::Metadata;
use crate::span::{Pair, Side};
use std::borrow::Cow;
use std::io;
use std::sync::Arc;

pub(super) const FORM: Form = Form {
    name: "xliff2",
    others: &["xliff21"],
    tools: "tools that read XLIFF 2.0 and 2.1: memoQ, Swordfish, translate-toolkit",
    keeps: KEEPS,
    keeps_meta: &[],
    charset: Charset::All,
    values: Charset::Xml,
    files: one_file,
    alone: true,
    apart: false,
    exporter: |context| {
        Box::new(Xliff2 { language: context.language.clone(), meta: Arc::default(), documents: 0, units: 0 })
    },
    reader: Some(|input| Ok(Box::new(Reader::new(input)?))),
};

struct Xliff2 {
    language: Pair<String>,
    meta: Arc<Metadata>,
    documents: u64,
    units: u64,
}

type Properties = Vec<(Cow<'static, str>, String)>;

fn metadata(xml: &mut Xml<'_>, properties: &Properties) -> io::Result<()> {
    if properties.is_empty() {
        return Ok(());
    }
    xml.open("mda:metadata", &[])?;
    xml.open("mda:metaGroup", &[("category", "bitext")])?;
    for (name, value) in properties {
        xml.element("mda:meta", &[("type", &format!("bitext:{name}"))], value)?;
    }
    xml.close("mda:metaGroup")?;
    xml.close("mda:metadata")
}

/// Text with what XML forbids as code points.
fn text(xml: &mut Xml<'_>, name: &str, text: &str) -> io::Result<()> {
    xml.open(name, &[("xml:space", "preserve")])?;
    let mut rest = text;
    while let Some((at, c)) = rest.char_indices().find(|&(_, c)| is_forbidden_in_xml(c)) {
        xml.text(&rest[..at])?;
        xml.empty("cp", &[("hex", &format!("{:04X}", u32::from(c)))])?;
        rest = &rest[at + c.len_utf8()..];
    }
    xml.text(rest)?;
    xml.close(name)
}

impl Exporter for Xliff2 {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.declaration()?;
        xml.open(
            "xliff",
            &[
                ("version", "2.1"),
                ("xmlns", "urn:oasis:names:tc:xliff:document:2.0"),
                ("xmlns:mda", "urn:oasis:names:tc:xliff:metadata:2.0"),
                ("srcLang", &self.language.source),
                ("trgLang", &self.language.target),
            ],
        )?;
        xml.end_line()
    }

    fn open(&mut self, first: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.documents += 1;
        self.units = 0;
        self.meta = Arc::clone(&first.meta);
        let mut xml = Xml::new(&mut files[0]);
        xml.open("file", &[("id", &format!("f{}", self.documents)), ("original", &first.doc)])?;
        metadata(&mut xml, &properties(first, &[Item::Meta], Charset::Xml))?;
        xml.end_line()
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.units += 1;
        let mut xml = Xml::new(&mut files[0]);
        // The row's id may hold what an id here may not.
        xml.open("unit", &[("id", &format!("u{}", self.units)), ("name", &row.id)])?;
        metadata(&mut xml, &of_row(row, &self.meta, Charset::All))?;
        let state = match (row.status, row.has(Side::Target)) {
            (_, false) => "initial",
            (Status::Locked, true) => "final",
            (_, true) => "translated",
        };
        xml.open("segment", &[("state", state)])?;
        text(&mut xml, "source", &side_text(row, Side::Source, Charset::All))?;
        if row.has(Side::Target) {
            text(&mut xml, "target", &side_text(row, Side::Target, Charset::All))?;
        }
        xml.close("segment")?;
        xml.close("unit")?;
        xml.end_line()
    }

    fn close(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.close("file")?;
        xml.end_line()
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.close("xliff")?;
        xml.end_line()
    }
}
