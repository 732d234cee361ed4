//! InterText: the links in `NAME.zh.en.xml`, the texts in `NAME.zh.xml` and `NAME.en.xml`, sentences numbered within
//! paragraphs (`3:1`). Ids of the translation stand first in a link; `status` is `man` for what a reader has confirmed.

use super::paragraphs::Paragraphs;
use super::read::links::{self, Order};
use super::xml::Xml;
use super::{Charset, Context, Exporter, Form, Item, Row, Sink, Status};
use crate::document::Section;
use crate::span::Side;
use std::io;

pub(super) const FORM: Form = Form {
    name: "intertext",
    others: &[],
    tools: "InterText editor and server (InterCorp)",
    keeps: &[Item::OneSided, Item::Borders, Item::Section, Item::Paragraphs, Item::Status],
    keeps_meta: &[],
    charset: Charset::Xml,
    values: Charset::Xml,
    files,
    alone: false,
    apart: false,
    exporter: |context| Box::new(InterText::new(context)),
    reader: Some(|input| links::reader(input, Order::ToFrom)),
};

/// The program reads the document's and the versions' names from the files' names.
fn files(name: &str, context: &Context) -> Vec<String> {
    let stem = name.strip_suffix(".xml").or(name.strip_suffix(".intertext")).unwrap_or(name);
    let [source, target] = context.sides(stem, ".xml");
    let second = target.strip_prefix(stem).unwrap_or(&target).to_owned();
    vec![format!("{}{second}", source.trim_end_matches(".xml")), source, target]
}

struct InterText {
    language: [String; 2],
    names: [String; 2],
    texts: [Paragraphs; 2],
    /// Sentences of the open paragraph.
    sentences: [u64; 2],
    /// The document, until a paragraph of either side has said it.
    document: [Option<String>; 2],
    moved: u64,
}

impl InterText {
    fn new(context: &Context) -> Self {
        let language = [context.language.source.clone(), context.language.target.clone()];
        let [_, source, target] = <[String; 3]>::try_from(files(&context.name, context)).unwrap_or_default();
        Self {
            language,
            names: [source, target],
            texts: Default::default(),
            sentences: [0; 2],
            document: Default::default(),
            moved: 0,
        }
    }
}

impl Exporter for InterText {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.declaration()?;
        xml.open("linkGrp", &[("toDoc", &self.names[1]), ("fromDoc", &self.names[0])])?;
        xml.end_line()?;
        for (file, language) in files[1..].iter_mut().zip(&self.language) {
            let mut xml = Xml::new(file);
            xml.declaration()?;
            xml.open("text", &[("lang", language)])?;
            xml.end_line()?;
        }
        Ok(())
    }

    fn open(&mut self, first: &Row, _files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.document = [Some(first.doc.to_string()), Some(first.doc.to_string())];
        Ok(())
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut ids = [String::new(), String::new()];
        for side in Side::BOTH {
            if row.texts(side).is_empty() {
                continue;
            }
            let k = side as usize;
            let (text, mut xml) = (&mut self.texts[k], Xml::new(&mut files[k + 1]));
            if text.begins(row, side, &mut xml, "p")? {
                self.sentences[k] = 0;
                let (id, document) = (text.count.to_string(), self.document[k].take());
                let number = row.paragraph(side).map(|number| number.to_string());
                let mut attributes = vec![("id", id.as_str())];
                attributes.extend(number.as_deref().map(|number| ("n", number)));
                attributes.extend((row.section == Section::Title).then_some(("type", "title")));
                attributes.extend(document.as_deref().map(|document| ("doc", document)));
                xml.open("p", &attributes)?;
                xml.end_line()?;
            }
            let mut own = Vec::new();
            for segment in row.texts(side) {
                self.sentences[k] += 1;
                let id = format!("{}:{}", text.count, self.sentences[k]);
                xml.element("s", &[("id", &id)], segment)?;
                xml.end_line()?;
                own.push(id);
            }
            ids[k] = own.join(" ");
        }
        self.moved += u64::from(row.status == Status::Moved);
        let status = if row.status == Status::Locked { "man" } else { "auto" };
        let kind = format!("{}-{}", row.target.len(), row.source.len());
        let targets = format!("{};{}", ids[1], ids[0]);
        let mut xml = Xml::new(&mut files[0]);
        xml.empty("link", &[("type", &kind), ("xtargets", &targets), ("status", status)])?;
        xml.end_line()
    }

    fn close(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        for (text, file) in self.texts.iter_mut().zip(&mut files[1..]) {
            if text.end() {
                let mut xml = Xml::new(file);
                xml.close("p")?;
                xml.end_line()?;
            }
        }
        Ok(())
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        for (file, name) in files.iter_mut().zip(["linkGrp", "text", "text"]) {
            let mut xml = Xml::new(file);
            xml.close(name)?;
            xml.end_line()?;
        }
        Ok(())
    }

    fn losses(&self) -> Vec<(String, u64)> {
        if self.moved == 0 { Vec::new() } else { vec![("status moved told as auto".into(), self.moved)] }
    }
}
