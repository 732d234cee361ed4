//! TMX 1.4: a translation unit a pair. What else a row says stands in `prop` elements, under the names of the JSON fields.

use super::item::{properties, put_texts, set, side_text};
use super::read::{CODES, EDITED, Input, Names, ReadError, RowReader, remarks};
use super::xml::{Node, Pull, Xml, attribute};
use super::{Charset, Exporter, Form, Item, Row, Sink, one_file};
use crate::span::Side;
use std::io;
use std::sync::Arc;

/// All but what only the aligner itself understands, and rows of one side.
const KEEPS: &[Item] = &Item::all_but::<12>(&[Item::OneSided, Item::Cost, Item::Parts]);

pub(super) const FORM: Form = Form {
    name: "tmx",
    others: &[],
    tools: "OmegaT, Trados, memoQ, Sketch Engine (upload), translate-toolkit",
    keeps: KEEPS,
    keeps_meta: &[],
    charset: Charset::Xml,
    values: Charset::Xml,
    files: one_file,
    alone: true,
    apart: true,
    exporter: |context| Box::new(Tmx { source: context.language.source.clone() }),
    reader: Some(reader),
};

struct Tmx {
    source: String,
}

impl Exporter for Tmx {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.declaration()?;
        xml.open("tmx", &[("version", "1.4")])?;
        xml.end_line()?;
        xml.empty(
            "header",
            &[
                ("creationtool", "bitext"),
                ("creationtoolversion", env!("CARGO_PKG_VERSION")),
                ("segtype", "sentence"),
                ("o-tmf", "bitext"),
                ("adminlang", "en"),
                ("srclang", &self.source),
                ("datatype", "plaintext"),
            ],
        )?;
        xml.end_line()?;
        xml.open("body", &[])?;
        xml.end_line()
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        let mut attributes = vec![("tuid", row.id.as_str())];
        if *row.source_lang != *self.source {
            attributes.push(("srclang", &row.source_lang));
        }
        xml.open("tu", &attributes)?;
        xml.end_line()?;
        for (name, value) in names(row).into_iter().chain(properties(row, KEEPS, Charset::Xml)) {
            xml.element("prop", &[("type", &format!("x-{name}"))], &value)?;
            xml.end_line()?;
        }
        for side in Side::BOTH {
            xml.open("tuv", &[("xml:lang", row.language(side))])?;
            xml.element("seg", &[], &side_text(row, side, Charset::Xml))?;
            xml.close("tuv")?;
            xml.end_line()?;
        }
        xml.close("tu")?;
        xml.end_line()
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.close("body")?;
        xml.close("tmx")?;
        xml.end_line()
    }
}

/// The document and the number, where the id does not say them.
pub(super) fn names(row: &Row) -> Vec<(std::borrow::Cow<'static, str>, String)> {
    if row.id == format!("{}#{}", row.doc, row.n) {
        return Vec::new();
    }
    vec![("doc".into(), row.doc.to_string()), ("n".into(), row.n.to_string())]
}

/// Reads translation memories of any tool. The source is the unit's or the header's `srclang`, or what the user says; the
/// target the user's language, or the first other one. Properties that are not ours become metadata.
struct Reader {
    pull: Pull,
    names: Names,
    wanted: [Option<String>; 2],
    source: Option<String>,
    edited: u64,
    others: u64,
    ended: bool,
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    let wanted = [input.language.source.clone(), input.language.target.clone()];
    let (pull, names) = (Pull::new(input.open_main()?), input.names());
    Ok(Box::new(Reader { pull, names, wanted, source: None, edited: 0, others: 0, ended: false }))
}

/// A unit as it stands in the file.
#[derive(Default)]
struct Unit {
    id: Option<String>,
    source: Option<String>,
    properties: Vec<(String, String)>,
    /// Language and text.
    variants: Vec<(String, String)>,
}

impl Reader {
    fn unit(&mut self) -> Result<Option<Unit>, ReadError> {
        loop {
            match self.pull.next()? {
                Node::Open(name, attributes) if name == "header" => {
                    self.source = attribute(&attributes, "srclang").filter(|tag| *tag != "*all*").map(str::to_owned);
                }
                Node::Open(name, attributes) if name == "tu" => {
                    let own = |name| attribute(&attributes, name).map(str::to_owned);
                    let mut unit = Unit {
                        id: own("tuid"),
                        source: own("srclang").filter(|tag| tag != "*all*"),
                        ..Unit::default()
                    };
                    self.content(&mut unit)?;
                    return Ok(Some(unit));
                }
                Node::End => return Ok(None),
                _ => {}
            }
        }
    }

    fn content(&mut self, unit: &mut Unit) -> Result<(), ReadError> {
        let mut language = String::new();
        loop {
            match self.pull.next()? {
                Node::Open(name, attributes) => match name.as_str() {
                    "prop" | "note" => {
                        let kind = attribute(&attributes, "type").unwrap_or(&name).to_owned();
                        let text = self.pull.text_of(&name, |_, _| None)?;
                        unit.properties.push((kind, text));
                    }
                    "tuv" => {
                        let tag = attribute(&attributes, "xml:lang").or(attribute(&attributes, "lang"));
                        language = tag.unwrap_or_default().to_owned();
                    }
                    "seg" => {
                        let text = self.pull.text_of("seg", |_, _| None)?;
                        unit.variants.push((language.clone(), text));
                    }
                    _ => {}
                },
                Node::Close(name) if name == "tu" => return Ok(()),
                Node::End => return Err(self.pull.error("the file ends inside <tu>")),
                _ => {}
            }
        }
    }

    fn row(&mut self, unit: Unit) -> Result<Row, String> {
        let property = |name: &str| {
            unit.properties
                .iter()
                .find(|(kind, _)| kind.strip_prefix("x-") == Some(name))
                .map(|(_, text)| text.as_str())
        };
        let mut row = self.names.row(unit.id.as_deref(), property("doc"), property("n"))?;
        for (kind, text) in &unit.properties {
            let name = kind.strip_prefix("x-").unwrap_or(kind);
            if !matches!(name, "doc" | "n" | "source_lengths" | "target_lengths") && !set(&mut row, name, text)? {
                Arc::make_mut(&mut row.meta).insert(name.to_owned(), text.as_str().into());
            }
        }
        let mut variants = unit.variants;
        let mut take = |wanted: Option<&str>| {
            let at = match wanted {
                Some(tag) => variants.iter().position(|(own, _)| is_language(own, tag)),
                None => (!variants.is_empty()).then_some(0),
            };
            at.map(|at| variants.remove(at))
        };
        let source_tag = self.wanted[0].as_deref().or(unit.source.as_deref()).or(self.source.as_deref());
        let source = take(source_tag);
        let target = take(self.wanted[1].as_deref());
        self.others += variants.len() as u64;
        let mut texts = [String::new(), String::new()];
        for (variant, (tag, text)) in
            [source, target].into_iter().zip([&mut row.source_lang, &mut row.target_lang].into_iter().zip(&mut texts))
        {
            if let Some((own, own_text)) = variant {
                if **tag != *own && !own.is_empty() {
                    *tag = own.into();
                }
                *text = own_text;
            }
        }
        let lengths = [property("source_lengths"), property("target_lengths")];
        self.edited += u64::from(put_texts(&mut row, texts, lengths)?);
        Ok(row)
    }
}

/// True when a tag is the wanted one, or a kind of it: `en-US` where `en` is wanted; in any case of letters.
fn is_language(own: &str, wanted: &str) -> bool {
    let (own, wanted) = (own.to_ascii_lowercase().replace('_', "-"), wanted.to_ascii_lowercase().replace('_', "-"));
    own == wanted || own.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('-'))
}

impl Iterator for Reader {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let place = self.pull.place();
        let row = match self.unit() {
            Ok(None) => None,
            Ok(Some(unit)) => Some(self.row(unit).map_err(|message| ReadError::of_row(place, message))),
            Err(error) => Some(Err(error)),
        };
        self.ended = row.as_ref().is_none_or(|row| row.as_ref().is_err_and(|error| error.fatal));
        row
    }
}

impl RowReader for Reader {
    fn remarks(&self) -> Vec<(String, u64)> {
        let others = ("variants in other languages left out", self.others);
        remarks([(EDITED, self.edited), others, (CODES, self.pull.codes)])
    }
}
