//! XLIFF 1.2: a `file` a document, a `trans-unit` a row. Omissions have no target yet, additions no source. What else a row
//! says stands in a `context-group`, what is known of the document in notes of the file's header.

use super::item::{properties, put_texts, set, side_text};
use super::read::{CODES, EDITED, Input, Names, ReadError, RowReader, remarks};
use super::tmx::names;
use super::xml::{Node, Pull, Xml, attribute};
use super::{Charset, Exporter, Form, Item, Row, Sink, Status, one_file};
use crate::document::Metadata;
use crate::span::Side;
use std::borrow::Cow;
use std::io;
use std::sync::Arc;

/// All but what only the aligner itself understands, and languages.
pub(super) const KEEPS: &[Item] = &Item::all_but::<12>(&[Item::Languages, Item::Cost, Item::Parts]);

/// As [`KEEPS`], with languages: each `file` has its own.
const KEEPS_12: &[Item] = &Item::all_but::<13>(&[Item::Cost, Item::Parts]);

pub(super) const FORM: Form = Form {
    name: "xliff",
    others: &["xlf", "xliff12"],
    tools: "Trados, memoQ, Virtaal, Weblate, translate-toolkit (XLIFF 1.2)",
    keeps: KEEPS_12,
    keeps_meta: &[],
    charset: Charset::Xml,
    values: Charset::Xml,
    files: one_file,
    alone: true,
    apart: true,
    exporter: |_| Box::new(Xliff::default()),
    reader: Some(|input| Ok(Box::new(Reader::new(input)?))),
};

#[derive(Default)]
struct Xliff {
    /// What the header of the open file says, so that a row says only what is different.
    meta: Arc<Metadata>,
    language: [Arc<str>; 2],
}

impl Xliff {
    fn open_file(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.meta = Arc::clone(&row.meta);
        self.language = [Arc::clone(&row.source_lang), Arc::clone(&row.target_lang)];
        let mut xml = Xml::new(&mut files[0]);
        xml.open(
            "file",
            &[
                ("original", &row.doc),
                ("source-language", &row.source_lang),
                ("target-language", &row.target_lang),
                ("datatype", "plaintext"),
            ],
        )?;
        xml.open("header", &[])?;
        for (name, value) in properties(row, &[Item::Meta], Charset::Xml) {
            xml.element("note", &[("from", &format!("bitext:{name}"))], &value)?;
        }
        xml.close("header")?;
        xml.end_line()?;
        xml.open("body", &[])?;
        xml.end_line()
    }
}

impl Exporter for Xliff {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.declaration()?;
        xml.open("xliff", &[("version", "1.2"), ("xmlns", "urn:oasis:names:tc:xliff:document:1.2")])?;
        xml.end_line()
    }

    fn open(&mut self, first: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.open_file(first, files)
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        if self.language != [Arc::clone(&row.source_lang), Arc::clone(&row.target_lang)] {
            self.close(files)?;
            self.open_file(row, files)?;
        }
        let locked = row.status == Status::Locked;
        let mut xml = Xml::new(&mut files[0]);
        let approved = if locked { "yes" } else { "no" };
        xml.open("trans-unit", &[("id", &row.id), ("approved", approved), ("xml:space", "preserve")])?;
        xml.element("source", &[], &side_text(row, Side::Source, Charset::Xml))?;
        if row.has(Side::Target) {
            let state = if locked { "final" } else { "translated" };
            xml.element("target", &[("state", state)], &side_text(row, Side::Target, Charset::Xml))?;
        }
        let properties = of_row(row, &self.meta, Charset::Xml);
        if !properties.is_empty() {
            xml.open("context-group", &[("purpose", "information")])?;
            for (name, value) in properties {
                xml.element("context", &[("context-type", &format!("x-{}", without_blanks(&name)))], &value)?;
            }
            xml.close("context-group")?;
        }
        xml.close("trans-unit")?;
        xml.end_line()
    }

    fn close(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.close("body")?;
        xml.close("file")?;
        xml.end_line()
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut xml = Xml::new(&mut files[0]);
        xml.close("xliff")?;
        xml.end_line()
    }
}

/// What a unit says beside its texts; metadata only where it is not that of the file.
pub(super) fn of_row(row: &Row, file: &Metadata, charset: Charset) -> Vec<(Cow<'static, str>, String)> {
    let own = *row.meta != *file;
    let kept: Vec<Item> = KEEPS.iter().copied().filter(|&item| item != Item::Meta || own).collect();
    let mut all = names(row);
    if own && row.meta.is_empty() {
        all.push(("meta".into(), "{}".into()));
    }
    all.extend(properties(row, &kept, charset));
    all
}

/// A context's type may hold no white space: `%20` stands for it, `%25` for the sign itself.
fn without_blanks(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '%' => safe.push_str("%25"),
            c if c.is_whitespace() => safe.push_str(&format!("%{:X};", u32::from(c))),
            c => safe.push(c),
        }
    }
    safe
}

fn with_blanks(name: &str) -> String {
    let mut pieces = name.split('%');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        if let Some(rest) = piece.strip_prefix("25") {
            text.push('%');
            text.push_str(rest);
            continue;
        }
        let coded = piece
            .split_once(';')
            .and_then(|(code, rest)| Some((u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?, rest)));
        match coded {
            Some((c, rest)) => {
                text.push(c);
                text.push_str(rest);
            }
            None => {
                text.push('%');
                text.push_str(piece);
            }
        }
    }
    text
}

/// Reads XLIFF 1.x and 2.x, other tools' files too: units of these have no `bitext` metadata, and what stands in their notes
/// goes into `meta`.
pub(super) struct Reader {
    pull: Pull,
    names: Names,
    file: File,
    unit: Unit,
    edited: u64,
    ended: bool,
}

/// What the open `file` says.
#[derive(Default)]
struct File {
    doc: String,
    language: [Option<String>; 2],
    root_language: [Option<String>; 2],
    meta: Arc<Metadata>,
    in_header: bool,
}

/// What the open unit says.
#[derive(Default, Clone)]
struct Unit {
    open: bool,
    id: Option<String>,
    locked: bool,
    texts: [String; 2],
    /// Names, `Err` for those of other tools, and values.
    properties: Vec<(Result<String, String>, String)>,
    /// Segments of the unit before this one (2.x).
    part: u32,
}

/// Puts a value into a row: one of ours where it belongs, one of another tool into `meta`.
fn put(row: &mut Row, name: &Result<String, String>, text: &str) -> Result<(), String> {
    let foreign = match name {
        Ok(name) if matches!(name.as_str(), "doc" | "n" | "source_lengths" | "target_lengths") => return Ok(()),
        Ok(name) => (!set(row, name, text)?).then_some(name),
        Err(name) => Some(name),
    };
    if let Some(name) = foreign {
        Arc::make_mut(&mut row.meta).insert(name.clone(), text.into());
    }
    Ok(())
}

impl Reader {
    pub(super) fn new(input: Input) -> Result<Self, ReadError> {
        let (pull, names) = (Pull::new(input.open_main()?), input.names());
        Ok(Self { pull, names, file: File::default(), unit: Unit::default(), edited: 0, ended: false })
    }

    fn unit(&mut self) -> Result<Option<Unit>, ReadError> {
        loop {
            match self.pull.next()? {
                Node::Open(name, attributes) => self.element(&name, &attributes)?,
                Node::Close(name) if name == "trans-unit" => return Ok(Some(std::mem::take(&mut self.unit))),
                Node::Close(name) if name == "segment" => {
                    let next = Unit { texts: Default::default(), part: self.unit.part + 1, ..self.unit.clone() };
                    return Ok(Some(std::mem::replace(&mut self.unit, next)));
                }
                Node::Close(name) if name == "unit" => self.unit = Unit::default(),
                Node::Close(name) if name == "header" => self.file.in_header = false,
                Node::End => return Ok(None),
                _ => {}
            }
        }
    }

    fn element(&mut self, name: &str, attributes: &[(String, String)]) -> Result<(), ReadError> {
        let own = |name| attribute(attributes, name).map(str::to_owned);
        match name {
            "xliff" => self.file.root_language = [own("srcLang"), own("trgLang")],
            "file" => {
                let root_language = std::mem::take(&mut self.file.root_language);
                self.file = File {
                    doc: own("original").or(own("id")).unwrap_or_default(),
                    language: [
                        own("source-language").or(root_language[0].clone()),
                        own("target-language").or(root_language[1].clone()),
                    ],
                    root_language,
                    ..File::default()
                };
            }
            "header" => self.file.in_header = true,
            "trans-unit" | "unit" => {
                self.unit = Unit {
                    open: true,
                    id: own("name").filter(|_| name == "unit").or(own("id")),
                    locked: attribute(attributes, "approved") == Some("yes"),
                    ..Unit::default()
                };
            }
            "segment" => self.unit.locked = attribute(attributes, "state") == Some("final"),
            "source" | "target" => {
                self.unit.texts[usize::from(name == "target")] = self.pull.text_of(name, code_point)?;
            }
            // Proposals of a memory are no translation of this unit; what lies between segments is white space.
            "alt-trans" | "matches" | "seg-source" | "ignorable" => drop(self.pull.text_of(name, |_, _| None)?),
            "note" | "context" | "meta" => {
                let kind = attribute(attributes, "from").or(attribute(attributes, "context-type"));
                let kind = kind.or(attribute(attributes, "type")).unwrap_or("note").to_owned();
                let text = self.pull.text_of(name, |_, _| None)?;
                self.property(&kind, text)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn property(&mut self, kind: &str, text: String) -> Result<(), ReadError> {
        let name = kind.strip_prefix("bitext:").map(str::to_owned).or(kind.strip_prefix("x-").map(with_blanks));
        if self.unit.open {
            self.unit.properties.push((name.ok_or_else(|| kind.to_owned()), text));
            return Ok(());
        }
        let mut row = self.names.row(None, Some(&self.file.doc), None).map_err(|message| self.pull.error(message))?;
        put(&mut row, &name.ok_or_else(|| kind.to_owned()), &text).map_err(|message| self.pull.error(message))?;
        Arc::make_mut(&mut self.file.meta).extend(row.meta.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(())
    }

    fn row(&mut self, unit: Unit) -> Result<Row, String> {
        let property = |name: &str| {
            let own = unit.properties.iter().find(|(own, _)| own.as_deref() == Ok(name));
            own.map(|(_, text)| text.as_str())
        };
        let doc = property("doc").unwrap_or(&self.file.doc);
        let n = property("n").or_else(|| unit.id.as_deref()?.strip_prefix(doc)?.strip_prefix('#'));
        let n = n.filter(|n| property("n").is_some() || n.parse::<usize>().is_ok());
        let id = unit.id.as_ref().map(|id| match unit.part {
            0 => id.clone(),
            part => format!("{id}.{}", part + 1),
        });
        let mut row = self.names.row(id.as_deref(), Some(doc), n.filter(|_| unit.part == 0))?;
        for (own, tag) in self.file.language.iter().zip([&mut row.source_lang, &mut row.target_lang]) {
            if let Some(own) = own.as_deref().filter(|own| !own.is_empty() && **own != **tag) {
                *tag = own.into();
            }
        }
        // Metadata of the row itself stands for that of the file, all of it.
        let is_meta = |name: &String| name == "meta" || name.starts_with("meta.");
        if !unit.properties.iter().any(|(name, _)| name.as_ref().is_ok_and(is_meta)) {
            row.meta = Arc::clone(&self.file.meta);
        }
        if unit.locked {
            row.status = Status::Locked;
        }
        for (name, text) in &unit.properties {
            put(&mut row, name, text)?;
        }
        let lengths = [property("source_lengths"), property("target_lengths")];
        self.edited += u64::from(put_texts(&mut row, unit.texts.clone(), lengths)?);
        Ok(row)
    }
}

/// XLIFF 2's `<cp hex="001A"/>` for a character that XML forbids.
fn code_point(name: &str, attributes: &[(String, String)]) -> Option<String> {
    let hex = attribute(attributes, "hex").filter(|_| name == "cp")?;
    u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).map(String::from)
}

impl Iterator for Reader {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = match self.unit() {
            Ok(None) => None,
            Ok(Some(unit)) => {
                let place = self.pull.place();
                Some(self.row(unit).map_err(|message| ReadError::of_row(place, message)))
            }
            Err(error) => Some(Err(error)),
        };
        self.ended = row.as_ref().is_none_or(|row| row.as_ref().is_err_and(|error| error.fatal));
        row
    }
}

impl RowReader for Reader {
    fn remarks(&self) -> Vec<(String, u64)> {
        remarks([(EDITED, self.edited), (CODES, self.pull.codes)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_come_back(name in "([a-z%; 2-5\\s]|\\PC)*") {
            let safe = without_blanks(&name);
            prop_assert!(!safe.contains(char::is_whitespace));
            prop_assert_eq!(with_blanks(&safe), name);
        }
    }
}
