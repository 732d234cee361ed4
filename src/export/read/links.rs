//! Links between sentences of two documents: cesAlign (OPUS) and InterText. Links and both documents are read side by side;
//! sentences that no link has named so far wait, at most [`WAITING`] of them.

use super::super::row::Row;
use super::super::xml::{Node, Pull, attribute};
use super::{Input, Names, ReadError, RowReader, remarks};
use crate::bead::Status;
use crate::document::Section;
use crate::span::{Pair, Side};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Sentences of a document that may lie between one that no link has named and the last one read; then it is a row alone.
const WAITING: usize = 4096;

/// Which document's ids stand first in a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Order {
    /// `fromDoc`, `toDoc`: cesAlign.
    FromTo,
    /// `toDoc`, `fromDoc`: InterText.
    ToFrom,
}

struct Sentence {
    text: String,
    doc: Option<Arc<str>>,
    paragraph: Option<u32>,
    section: Section,
}

/// The sentences of one document, in order.
struct Sentences {
    pull: Pull,
    name: String,
    language: Option<String>,
    role: Option<String>,
    doc: Option<Arc<str>>,
    paragraph: Option<u32>,
    section: Section,
    /// Read and not yet named, with the number of their reading.
    waiting: BTreeMap<String, (u64, Sentence)>,
    order: VecDeque<(u64, String)>,
    read: u64,
    ended: bool,
}

impl Sentences {
    fn open(input: &Input, name: &str) -> Result<Self, ReadError> {
        let bare = name.strip_suffix(".gz").unwrap_or(name);
        let mut opened = None;
        let places = ["", "xml/", "raw/"].map(|folder| [format!("{folder}{bare}"), format!("{folder}{bare}.gz")]);
        for candidate in places.as_flattened() {
            opened = input.open_if_there(candidate)?;
            if opened.is_some() {
                break;
            }
        }
        let text = opened.ok_or_else(|| {
            ReadError::fatal(
                name,
                "there is no such document beside the links, nor with or without .gz, nor in xml/ or raw/",
            )
        })?;
        let mut sentences = Self {
            pull: Pull::new(text),
            name: name.to_owned(),
            language: None,
            role: None,
            doc: None,
            paragraph: None,
            section: Section::Body,
            waiting: BTreeMap::new(),
            order: VecDeque::new(),
            read: 0,
            ended: false,
        };
        // The root says language and role: it is read with the first sentence.
        if let Some((id, sentence)) = sentences.next()? {
            sentences.wait(id, sentence);
        }
        Ok(sentences)
    }

    fn next(&mut self) -> Result<Option<(String, Sentence)>, ReadError> {
        while !self.ended {
            match self.pull.next().map_err(|error| self.here(error))? {
                Node::Open(name, attributes) if name == "s" => {
                    let id = attribute(&attributes, "id").or(attribute(&attributes, "xml:id")).map(str::to_owned);
                    let text = self.sentence()?;
                    let id = id.ok_or_else(|| self.here(self.pull.error("a sentence has no id")))?;
                    let (doc, paragraph, section) = (self.doc.clone(), self.paragraph, self.section);
                    return Ok(Some((id, Sentence { text, doc, paragraph, section })));
                }
                Node::Open(name, attributes) => {
                    let own = |name| attribute(&attributes, name);
                    if self.language.is_none() {
                        self.language = own("lang").or(own("xml:lang")).map(str::to_owned);
                    }
                    if self.role.is_none() {
                        self.role = own("role").map(str::to_owned);
                    }
                    match (name.as_str(), own("doc")) {
                        ("text", _) => self.doc = own("id").map(Arc::from).or(self.doc.take()),
                        ("p", doc) => {
                            self.doc = doc.map(Arc::from).or(self.doc.take());
                            self.paragraph = own("n").and_then(|n| n.parse().ok());
                            self.section = if own("type") == Some("title") { Section::Title } else { Section::Body };
                        }
                        _ => {}
                    }
                }
                Node::End => self.ended = true,
                _ => {}
            }
        }
        Ok(None)
    }

    /// The text of a sentence; tokens (`w`) have a blank between them.
    fn sentence(&mut self) -> Result<String, ReadError> {
        let mut tokens = false;
        let text = self.pull.text_of("s", |name, _| {
            tokens |= name == "w";
            (name == "w").then(|| " ".to_owned())
        });
        let text = text.map_err(|error| self.here(error))?;
        Ok(if tokens { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text })
    }

    fn here(&self, mut error: ReadError) -> ReadError {
        error.place = format!("{}, {}", self.name, error.place);
        error
    }

    fn wait(&mut self, id: String, sentence: Sentence) {
        self.read += 1;
        self.order.push_back((self.read, id.clone()));
        self.waiting.insert(id, (self.read, sentence));
    }

    /// The sentence with this id. Those before it wait for a link of their own.
    fn take(&mut self, id: &str) -> Result<Sentence, ReadError> {
        loop {
            if let Some((_, sentence)) = self.waiting.remove(id) {
                return Ok(sentence);
            }
            match self.next()? {
                Some((own, sentence)) if own == id => return Ok(sentence),
                Some((own, sentence)) => self.wait(own, sentence),
                None => {
                    return Err(ReadError::fatal(
                        &self.name,
                        format!("there is no sentence {id:?}, or two links name it"),
                    ));
                }
            }
        }
    }

    /// The oldest waiting sentences that are more than `most`.
    fn unnamed(&mut self, most: usize) -> Vec<Sentence> {
        let mut unnamed = Vec::new();
        while self.order.len() > most {
            let Some((number, id)) = self.order.pop_front() else { break };
            // Named since, and perhaps read again under the same id.
            if self.waiting.get(&id).is_some_and(|(own, _)| *own == number)
                && let Some((_, sentence)) = self.waiting.remove(&id)
            {
                unnamed.push(sentence);
            }
        }
        unnamed
    }

    fn rest(&mut self) -> Result<(), ReadError> {
        while let Some((id, sentence)) = self.next()? {
            self.wait(id, sentence);
        }
        Ok(())
    }
}

struct Reader {
    links: Pull,
    input: Input,
    order: Order,
    names: Names,
    /// The original and its translation; `swapped` where `fromDoc` is the translation.
    documents: Option<Pair<Sentences>>,
    swapped: bool,
    waiting: VecDeque<Row>,
    unnamed: u64,
    ended: bool,
}

/// Reads the file of links that `input` is, and the documents it names.
pub(in super::super) fn reader(input: Input, order: Order) -> Result<Box<dyn RowReader>, ReadError> {
    let (links, names) = (Pull::new(input.open_main()?), input.names());
    Ok(Box::new(Reader {
        links,
        input,
        order,
        names,
        documents: None,
        swapped: false,
        waiting: VecDeque::new(),
        unnamed: 0,
        ended: false,
    }))
}

impl Reader {
    fn group(&mut self, attributes: &[(String, String)]) -> Result<(), ReadError> {
        let doc = |name: &str| {
            attribute(attributes, name).ok_or_else(|| self.links.error(format!("<linkGrp> has no {name}")))
        };
        let (from, to) = (doc("fromDoc")?.to_owned(), doc("toDoc")?.to_owned());
        let names = if self.swapped { [&to, &from] } else { [&from, &to] };
        if self.documents.as_ref().is_some_and(|open| [&open.source.name, &open.target.name] == names) {
            return Ok(());
        }
        self.finish_documents()?;
        let (from, to) = (Sentences::open(&self.input, &from)?, Sentences::open(&self.input, &to)?);
        let is = |document: &Sentences, wanted: &Option<String>| {
            wanted.as_ref().is_some_and(|wanted| language(document).as_ref() == Some(wanted))
        };
        let wanted = &self.input.language;
        let says = from.role.as_deref() == Some("target") || to.role.as_deref() == Some("source");
        let asked = is(&to, &wanted.source) && !is(&from, &wanted.source);
        self.swapped = says || (asked && from.role.is_none());
        self.documents = Some(if self.swapped { Pair::new(to, from) } else { Pair::new(from, to) });
        Ok(())
    }

    fn link(&mut self, attributes: &[(String, String)]) -> Result<(), ReadError> {
        let place = self.links.place();
        let wrong = |message: String| ReadError::fatal(place.clone(), message);
        let targets = attribute(attributes, "xtargets").ok_or_else(|| wrong("<link> has no xtargets".into()))?;
        let (first, second) = targets.split_once(';').ok_or_else(|| wrong(format!("xtargets {targets:?} has no ;")))?;
        let (from, to) = if self.order == Order::FromTo { (first, second) } else { (second, first) };
        let (source, target) = if self.swapped { (to, from) } else { (from, to) };
        let Some(documents) = &mut self.documents else {
            return Err(wrong("<link> stands outside of <linkGrp>".into()));
        };
        let mut take = |side: Side, ids: &str| -> Result<Vec<Sentence>, ReadError> {
            ids.split_whitespace().map(|id| documents[side].take(id)).collect()
        };
        let sides = Pair::new(take(Side::Source, source)?, take(Side::Target, target)?);
        let mut row = self.row(sides, attribute(attributes, "n"), attribute(attributes, "row"))?;
        if let Some(certainty) = attribute(attributes, "certainty").filter(|text| !text.is_empty()) {
            match certainty.parse::<f64>() {
                Ok(value) if (0.0..=1.0).contains(&value) => row.confidence = Some(value),
                // Scores of other aligners are no probabilities.
                _ => drop(row.extra.insert("certainty".into(), certainty.into())),
            }
        }
        if attribute(attributes, "status") == Some("man") {
            row.status = Status::Locked;
        }
        for side in Side::BOTH {
            self.unnamed(side, WAITING)?;
        }
        self.waiting.push_back(row);
        Ok(())
    }

    fn row(&mut self, sides: Pair<Vec<Sentence>>, n: Option<&str>, id: Option<&str>) -> Result<Row, ReadError> {
        let first = sides.source.first().or(sides.target.first());
        let stem = self.documents.as_ref().map(|documents| documents.source.name.as_str());
        let stem = stem.map(|name| name.split_once(".xml").map_or(name, |(stem, _)| stem).to_owned());
        let doc = first.and_then(|sentence| sentence.doc.clone()).or(stem.map(Arc::from));
        let mut row = self.names.row(None, doc.as_deref(), n).map_err(|message| self.links.error(message))?;
        if let Some(id) = id {
            row.id = id.to_owned();
        }
        if let Some(documents) = &self.documents {
            for (document, tag) in
                [&documents.source, &documents.target].into_iter().zip([&mut row.source_lang, &mut row.target_lang])
            {
                if let Some(own) = language(document).filter(|own| **own != **tag) {
                    *tag = own.into();
                }
            }
        }
        row.section = first.map(|sentence| sentence.section).unwrap_or_default();
        row.source_paragraph = sides.source.first().and_then(|sentence| sentence.paragraph);
        row.target_paragraph = sides.target.first().and_then(|sentence| sentence.paragraph);
        let texts = |side: Vec<Sentence>| side.into_iter().map(|sentence| sentence.text).collect();
        row.put_texts(Pair::new(texts(sides.source), texts(sides.target)));
        Ok(row)
    }

    /// Sentences that no link names, as rows of their own.
    fn unnamed(&mut self, side: Side, most: usize) -> Result<(), ReadError> {
        let Some(documents) = &mut self.documents else { return Ok(()) };
        for sentence in documents[side].unnamed(most) {
            self.unnamed += 1;
            let mut sides = Pair::default();
            let own: &mut Vec<Sentence> = &mut sides[side];
            own.push(sentence);
            let row = self.row(sides, None, None)?;
            self.waiting.push_back(row);
        }
        Ok(())
    }

    fn finish_documents(&mut self) -> Result<(), ReadError> {
        for side in Side::BOTH {
            if let Some(documents) = &mut self.documents {
                documents[side].rest()?;
            }
            self.unnamed(side, 0)?;
        }
        self.documents = None;
        self.swapped = false;
        Ok(())
    }

    /// Reads on until there is a row, or the end.
    fn more(&mut self) -> Result<(), ReadError> {
        while self.waiting.is_empty() && !self.ended {
            match self.links.next()? {
                Node::Open(name, attributes) if name == "linkGrp" => self.group(&attributes)?,
                Node::Open(name, attributes) if name == "link" => self.link(&attributes)?,
                Node::End => {
                    self.ended = true;
                    self.finish_documents()?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The language that a document says, or its name: `en/…`, or `….en.xml`.
fn language(document: &Sentences) -> Option<String> {
    let is_tag = |part: &&str| {
        let (first, rest) = part.split_once(['-', '_']).unwrap_or((part, ""));
        (2..=3).contains(&first.len())
            && first.chars().all(|c| c.is_ascii_lowercase())
            && rest.chars().all(|c| c.is_ascii_alphanumeric())
            && *part != "xml"
            && *part != "raw"
    };
    let folder = document.name.split('/').rev().skip(1).last();
    let ending = document.name.split('.').rev().skip(1);
    document.language.clone().or_else(|| folder.into_iter().chain(ending).find(is_tag).map(str::to_owned))
}

impl Iterator for Reader {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.more() {
            Ok(()) => self.waiting.pop_front().map(Ok),
            Err(error) => {
                self.ended = true;
                self.waiting.clear();
                Some(Err(error))
            }
        }
    }
}

impl RowReader for Reader {
    fn remarks(&self) -> Vec<(String, u64)> {
        remarks([("sentences that no link names, now rows of their own", self.unnamed)])
    }
}
