//! TEI P5 standoff: the links in one file, either text in a corpus beside it, a `TEI` a document, sentences as `s` with ids.
//! Omissions and additions stand in their text without a link, which must have two ends.

use super::paragraphs::Paragraphs;
use super::xml::Xml;
use super::{Charset, Context, Exporter, Form, Item, Row, Sink};
use crate::document::Section;
use crate::span::Side;
use std::io;

pub(super) const FORM: Form = Form {
    name: "tei",
    others: &[],
    tools: "TEI tools: XPath and XSLT, TXM, oXygen, TEITOK",
    keeps: &[Item::OneSided, Item::Borders, Item::Id, Item::Section, Item::Paragraphs, Item::Confidence],
    keeps_meta: &["title", "title_target", "author", "date"],
    charset: Charset::Xml,
    values: Charset::Xml,
    files: |name, context| {
        let [source, target] = context.sides(name, ".xml");
        vec![name.to_owned(), source, target]
    },
    alone: false,
    apart: false,
    exporter: |context| Box::new(Tei::new(context)),
    reader: None,
};

struct Tei {
    language: [String; 2],
    names: [String; 2],
    texts: [Paragraphs; 2],
    documents: u64,
}

impl Tei {
    fn new(context: &Context) -> Self {
        let language = [context.language.source.clone(), context.language.target.clone()];
        let names = context.sides(&context.name, ".xml").map(|name| reference(&name));
        Self { language, names, texts: Default::default(), documents: 0 }
    }
}

/// A file's name as a relative reference.
fn reference(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '%' | '#' | '?' | ':' | ' ' | '"' | '<' | '>' => safe.push_str(&format!("%{:02X}", u32::from(c))),
            _ => safe.push(c),
        }
    }
    safe
}

/// What a header must have.
fn header(xml: &mut Xml<'_>, title: &str, author: &str, date: &str, source: &str) -> io::Result<()> {
    for name in ["teiHeader", "fileDesc", "titleStmt"] {
        xml.open(name, &[])?;
    }
    xml.element("title", &[], title)?;
    if !author.is_empty() {
        xml.element("author", &[], author)?;
    }
    xml.close("titleStmt")?;
    xml.open("publicationStmt", &[])?;
    xml.element("p", &[], concat!("Written by bitext ", env!("CARGO_PKG_VERSION")))?;
    xml.close("publicationStmt")?;
    xml.open("sourceDesc", &[])?;
    xml.open("bibl", &[])?;
    xml.element("title", &[], source)?;
    if !date.is_empty() {
        xml.element("date", &[], date)?;
    }
    for name in ["bibl", "sourceDesc", "fileDesc", "teiHeader"] {
        xml.close(name)?;
    }
    xml.end_line()
}

const NAMESPACE: (&str, &str) = ("xmlns", "http://www.tei-c.org/ns/1.0");

impl Exporter for Tei {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.declaration()?;
        xml.open("TEI", &[NAMESPACE])?;
        let title = format!("Alignment of {} and {}", self.names[0], self.names[1]);
        header(&mut xml, &title, "", "", &title)?;
        xml.open("standOff", &[])?;
        xml.open("linkGrp", &[("type", "alignment")])?;
        xml.end_line()?;
        for (file, language) in files[1..].iter_mut().zip(&self.language) {
            let mut xml = Xml::new(file);
            xml.declaration()?;
            xml.open("teiCorpus", &[NAMESPACE, ("xml:lang", language)])?;
            header(&mut xml, "Aligned texts", "", "", "Aligned texts")?;
        }
        Ok(())
    }

    fn open(&mut self, first: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.documents += 1;
        let meta = |key: &str| first.meta.get(key).and_then(|value| value.as_str()).unwrap_or_default();
        let id = format!("d{}", self.documents);
        for (side, file) in Side::BOTH.into_iter().zip(&mut files[1..]) {
            let title = meta(if side == Side::Source { "title" } else { "title_target" });
            let title = if title.is_empty() { &*first.doc } else { title };
            let mut xml = Xml::new(file);
            xml.open("TEI", &[("xml:id", &id), ("n", &first.doc)])?;
            header(&mut xml, title, meta("author"), meta("date"), &first.doc)?;
            xml.open("text", &[("xml:lang", first.language(side))])?;
            xml.open("body", &[])?;
            xml.end_line()?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut targets = Vec::new();
        for side in Side::BOTH {
            if row.texts(side).is_empty() {
                continue;
            }
            let (text, mut xml) = (&mut self.texts[side as usize], Xml::new(&mut files[side as usize + 1]));
            if text.begins(row, side, &mut xml, "ab")? {
                let kind = if row.section == Section::Title { "title" } else { "paragraph" };
                let number = row.paragraph(side).map(|number| number.to_string());
                let mut attributes = vec![("type", kind)];
                attributes.extend(number.as_deref().map(|number| ("n", number)));
                xml.open("ab", &attributes)?;
                xml.end_line()?;
            }
            for segment in row.texts(side) {
                text.sentences += 1;
                let id = format!("s{}", text.sentences);
                xml.element("s", &[("xml:id", &id)], segment)?;
                xml.end_line()?;
                targets.push(format!("{}#{id}", self.names[side as usize]));
            }
        }
        if row.source.is_empty() || row.target.is_empty() {
            return Ok(());
        }
        let (targets, confidence) = (targets.join(" "), row.confidence.map(|confidence| confidence.to_string()));
        let mut attributes = vec![("n", row.id.as_str()), ("target", targets.as_str())];
        attributes.extend(confidence.as_deref().map(|confidence| ("cert", confidence)));
        let mut xml = Xml::new(&mut files[0]);
        xml.empty("link", &attributes)?;
        xml.end_line()
    }

    fn close(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        for (text, file) in self.texts.iter_mut().zip(&mut files[1..]) {
            let mut xml = Xml::new(file);
            // A text has at least one block.
            if text.end() {
                xml.close("ab")?;
            } else {
                xml.empty("ab", &[])?;
            }
            for name in ["body", "text", "TEI"] {
                xml.close(name)?;
            }
            xml.end_line()?;
        }
        Ok(())
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        for name in ["linkGrp", "standOff", "TEI"] {
            xml.close(name)?;
        }
        xml.end_line()?;
        files[1..].iter_mut().try_for_each(|file| {
            let mut xml = Xml::new(file);
            xml.close("teiCorpus")?;
            xml.end_line()
        })
    }
}
