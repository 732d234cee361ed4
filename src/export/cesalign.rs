//! cesAlign as OPUS has it: the links in one file, the sentences of either language in a document beside it. The languages
//! stand in alphabetical order, whichever is the original; the documents say which it is.

use super::paragraphs::Paragraphs;
use super::read::links::{self, Order};
use super::xml::Xml;
use super::{Charset, Context, Exporter, Form, Item, Row, Sink};
use crate::document::Section;
use crate::span::Side;
use std::io;

pub(super) const FORM: Form = Form {
    name: "cesalign",
    others: &["ces"],
    tools: "OPUS: `opus_read`, OpusFilter, Uplug",
    keeps: &[Item::OneSided, Item::Borders, Item::Id, Item::Section, Item::Paragraphs, Item::Confidence],
    keeps_meta: &[],
    charset: Charset::Xml,
    values: Charset::Xml,
    files: |name, context| {
        let [source, target] = context.sides(name, ".xml");
        vec![name.to_owned(), source, target]
    },
    alone: false,
    apart: false,
    exporter: |context| Box::new(CesAlign::new(context)),
    reader: Some(|input| links::reader(input, Order::FromTo)),
};

struct CesAlign {
    language: [String; 2],
    names: [String; 2],
    /// The side that comes first by its language.
    first: Side,
    texts: [Paragraphs; 2],
    links: u64,
}

impl CesAlign {
    fn new(context: &Context) -> Self {
        let language = [context.language.source.clone(), context.language.target.clone()];
        let first = if language[1] < language[0] { Side::Target } else { Side::Source };
        let names = context.sides(&context.name, ".xml");
        Self { language, names, first, texts: Default::default(), links: 0 }
    }
}

impl Exporter for CesAlign {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.declaration()?;
        xml.doctype("cesAlign PUBLIC \"-//CES//DTD XML cesAlign//EN\" \"\"")?;
        xml.open("cesAlign", &[("version", "1.0")])?;
        xml.end_line()?;
        let (from, to) = (self.first as usize, 1 - self.first as usize);
        xml.open("linkGrp", &[("targType", "s"), ("fromDoc", &self.names[from]), ("toDoc", &self.names[to])])?;
        xml.end_line()?;
        for (side, role) in ["source", "target"].into_iter().enumerate() {
            let mut xml = Xml::new(&mut files[side + 1]);
            xml.declaration()?;
            xml.open("document", &[("lang", &self.language[side]), ("role", role)])?;
            xml.end_line()?;
        }
        Ok(())
    }

    fn open(&mut self, first: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        for file in &mut files[1..] {
            let mut xml = Xml::new(file);
            xml.open("text", &[("id", &first.doc)])?;
            xml.end_line()?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut ids = [String::new(), String::new()];
        for side in Side::BOTH {
            if row.texts(side).is_empty() {
                continue;
            }
            let (text, mut xml) = (&mut self.texts[side as usize], Xml::new(&mut files[side as usize + 1]));
            if text.begins(row, side, &mut xml, "p")? {
                let id = format!("p{}", text.count);
                let number = row.paragraph(side).map(|number| number.to_string());
                let mut attributes = vec![("id", id.as_str())];
                attributes.extend(number.as_deref().map(|number| ("n", number)));
                attributes.extend((row.section == Section::Title).then_some(("type", "title")));
                xml.open("p", &attributes)?;
                xml.end_line()?;
            }
            let mut own = Vec::new();
            for segment in row.texts(side) {
                text.sentences += 1;
                let id = format!("s{}", text.sentences);
                xml.element("s", &[("id", &id)], segment)?;
                xml.end_line()?;
                own.push(id);
            }
            ids[side as usize] = own.join(" ");
        }
        self.links += 1;
        let (from, to) = (self.first as usize, 1 - self.first as usize);
        let (id, targets) = (format!("SL{}", self.links), format!("{};{}", ids[from], ids[to]));
        let (n, own_id) = (row.n.to_string(), format!("{}#{}", row.doc, row.n) != row.id);
        let confidence = row.confidence.map(|confidence| confidence.to_string());
        let mut attributes = vec![("id", id.as_str()), ("xtargets", targets.as_str()), ("n", n.as_str())];
        attributes.extend(confidence.as_deref().map(|confidence| ("certainty", confidence)));
        attributes.extend(own_id.then_some(("row", row.id.as_str())));
        let mut xml = Xml::new(&mut files[0]);
        xml.empty("link", &attributes)?;
        xml.end_line()
    }

    fn close(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        for (text, file) in self.texts.iter_mut().zip(&mut files[1..]) {
            let mut xml = Xml::new(file);
            if text.end() {
                xml.close("p")?;
                xml.end_line()?;
            }
            xml.close("text")?;
            xml.end_line()?;
        }
        Ok(())
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        for name in ["linkGrp", "cesAlign"] {
            xml.close(name)?;
            xml.end_line()?;
        }
        files[1..].iter_mut().try_for_each(|file| {
            let mut xml = Xml::new(file);
            xml.close("document")?;
            xml.end_line()
        })
    }
}
