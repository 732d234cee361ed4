//! XML out and in, over quick-xml: elements with escaped text and attributes, and a pull parser that gives whole values.

use super::text::Charset;
use super::{ReadError, Sink};
use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::borrow::Cow;
use std::io::{self, BufRead};

/// Writes elements to a file. What XML cannot hold becomes U+FFFD; breaks and tabs in attributes survive as references.
pub(super) struct Xml<'f> {
    writer: Writer<&'f mut (dyn Sink + 'static)>,
}

/// Attributes: names that are XML names, any values.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl<'f> Xml<'f> {
    pub(super) fn new(file: &'f mut Box<dyn Sink>) -> Self {
        Self { writer: Writer::new(&mut **file) }
    }

    pub(super) fn declaration(&mut self) -> io::Result<()> {
        self.writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.end_line()
    }

    pub(super) fn doctype(&mut self, content: &str) -> io::Result<()> {
        self.writer.write_event(Event::DocType(BytesText::from_escaped(content)))?;
        self.end_line()
    }

    pub(super) fn end_line(&mut self) -> io::Result<()> {
        self.writer.write_event(Event::Text(BytesText::from_escaped("\n")))
    }

    pub(super) fn open(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.writer.write_event(Event::Start(start(name, attributes)))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        self.writer.write_event(Event::Empty(start(name, attributes)))
    }

    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        let held = Charset::Xml.of(text);
        self.writer.write_event(Event::Text(BytesText::from_escaped(quick_xml::escape::partial_escape(held))))
    }

    /// An element that holds text alone.
    pub(super) fn element(&mut self, name: &str, attributes: Attributes<'_>, text: &str) -> io::Result<()> {
        self.open(name, attributes)?;
        self.text(text)?;
        self.close(name)
    }
}

fn start<'n>(name: &'n str, attributes: Attributes<'_>) -> BytesStart<'n> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        let mut escaped = quick_xml::escape::escape(Charset::Xml.of(value));
        // Blanks in an attribute are all the same to XML unless they are references.
        for (c, reference) in [('\t', "&#9;"), ('\n', "&#10;")] {
            if escaped.contains(c) {
                escaped = Cow::Owned(escaped.replace(c, reference));
            }
        }
        start.push_attribute(Attribute { key: quick_xml::name::QName(key), value: escaped });
    }
    start
}

/// What stands next in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// An element begins: its name without a prefix, its attributes with theirs.
    Open(String, Vec<(String, String)>),
    /// Text, references resolved.
    Text(String),
    /// The element of this name ends.
    Close(String),
    /// The file ends.
    End,
}

/// Reads a file node by node.
pub(super) struct Pull {
    reader: quick_xml::Reader<Box<dyn BufRead + Send>>,
    buffer: Vec<u8>,
    depth: usize,
    /// Inline codes met in texts, and left out.
    pub(super) codes: u64,
}

/// Elements of TMX and XLIFF whose content is code of another format, not text.
const CODES: [&str; 5] = ["bpt", "ept", "ph", "it", "ut"];

impl Pull {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Self {
        let mut reader = quick_xml::Reader::from_reader(input);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0, codes: 0 }
    }

    /// The place reached.
    pub(super) fn place(&self) -> String {
        format!("byte {}", self.reader.buffer_position())
    }

    /// An error at the place reached.
    pub(super) fn error(&self, message: impl Into<String>) -> ReadError {
        ReadError::fatal(self.place(), message)
    }

    pub(super) fn next(&mut self) -> Result<Node, ReadError> {
        loop {
            self.buffer.clear();
            let place = self.reader.buffer_position();
            let fail = |message: String| ReadError::fatal(format!("byte {place}"), message);
            let broken = |error: &dyn std::fmt::Display| fail(format!("not well-formed XML: {error}"));
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| broken(&error))?;
            return Ok(match event {
                Event::Start(start) => {
                    self.depth += 1;
                    let mut attributes = Vec::new();
                    for attribute in start.attributes() {
                        let attribute = attribute.map_err(|error| broken(&error))?;
                        let value = attribute
                            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                            .map_err(|error| broken(&error))?;
                        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
                    }
                    Node::Open(start.local_name().as_ref().to_owned(), attributes)
                }
                Event::End(end) => {
                    self.depth -= 1;
                    Node::Close(end.local_name().as_ref().to_owned())
                }
                Event::Text(text) => Node::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Node::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => Node::Text(c.into()),
                    Ok(None) => match quick_xml::escape::resolve_predefined_entity(&reference) {
                        Some(text) => Node::Text(text.into()),
                        None => return Err(fail(format!("the entity &{}; is not known here", &*reference))),
                    },
                    Err(error) => return Err(broken(&error)),
                },
                Event::Eof if self.depth > 0 => return Err(fail("the file ends inside an element".into())),
                Event::Eof => Node::End,
                _ => continue,
            });
        }
    }

    /// The text up to the end of the element `name` that has just begun, that of inner elements too, but for [`CODES`].
    /// `inner` is asked what to put for an element inside.
    pub(super) fn text_of(
        &mut self,
        name: &str,
        mut inner: impl FnMut(&str, &[(String, String)]) -> Option<String>,
    ) -> Result<String, ReadError> {
        let (mut text, mut depth) = (String::new(), 1);
        let mut code = None;
        loop {
            match self.next()? {
                Node::Text(more) if code.is_none() => text += &more,
                Node::Text(_) => {}
                Node::Open(inside, attributes) => {
                    if code.is_none() && CODES.contains(&inside.as_str()) {
                        code = Some(depth);
                        self.codes += 1;
                    }
                    depth += 1;
                    text += &inner(&inside, &attributes).unwrap_or_default();
                }
                Node::Close(_) => depth -= 1,
                Node::End => return Err(self.error(format!("the file ends inside <{name}>"))),
            }
            if depth == 0 {
                return Ok(text);
            }
            if code == Some(depth) {
                code = None;
            }
        }
    }
}

/// An attribute's value by its name, with or without a prefix.
pub(super) fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;
    use std::sync::{Arc, Mutex};

    /// A file whose bytes can be looked at afterwards.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Cursor<Vec<u8>>>>);

    impl io::Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl io::Seek for Shared {
        fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
            self.0.lock().unwrap().seek(to)
        }
    }

    fn there_and_back(text: &str) -> (String, String) {
        let shared = Shared::default();
        let mut file: Box<dyn Sink> = Box::new(shared.clone());
        let mut xml = Xml::new(&mut file);
        xml.declaration().unwrap();
        xml.element("a", &[("b", text)], text).unwrap();
        let bytes = shared.0.lock().unwrap().get_ref().clone();
        let mut pull = Pull::new(Box::new(Cursor::new(bytes)));
        loop {
            match pull.next().unwrap() {
                Node::Open(name, attributes) => {
                    let value = attribute(&attributes, "b").unwrap().to_owned();
                    let text = pull.text_of(&name, |_, _| None).unwrap();
                    assert_eq!(pull.next().unwrap(), Node::End);
                    return (value, text);
                }
                Node::Text(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn every_control_and_markup_character_comes_back() {
        for c in ('\0'..='\u{2FF}').chain([
            '\u{2028}',
            '\u{FEFF}',
            '\u{FFFD}',
            '\u{FFFE}',
            '\u{FFFF}',
            '\u{1F600}',
            '\u{202E}',
        ]) {
            let text = format!("x{c}y");
            let held = Charset::Xml.of(&text).into_owned();
            assert_eq!(there_and_back(&text), (held.clone(), held), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "\\PC*|[\\x00-\\x7f]*|([<>&\"']|]]>|<!--)*") {
            let held = Charset::Xml.of(&text).into_owned();
            prop_assert_eq!(there_and_back(&text), (held.clone(), held));
        }
    }
}
