//! The paragraphs of one side's text, in the formats that write the texts beside the links.

use super::Row;
use super::xml::Xml;
use crate::document::Section;
use crate::span::Side;
use std::io;

/// Where the writing of one side's text is.
#[derive(Default)]
pub(super) struct Paragraphs {
    /// How many sentences have been written; for the exporter to count.
    pub(super) sentences: u64,
    /// How many paragraphs have begun.
    pub(super) count: u64,
    /// Section and number of the open paragraph.
    open: Option<(Section, Option<u32>)>,
}

impl Paragraphs {
    /// True when the row's segments on `side` begin a paragraph, which the exporter is to open; the one before, an `element`, is
    /// closed. Titles are paragraphs of their own.
    pub(super) fn begins(&mut self, row: &Row, side: Side, xml: &mut Xml<'_>, element: &str) -> io::Result<bool> {
        let here = Some((row.section, row.paragraph(side)));
        if self.open == here && row.section == Section::Body {
            return Ok(false);
        }
        self.count += 1;
        if std::mem::replace(&mut self.open, here).is_some() {
            xml.close(element)?;
            xml.end_line()?;
        }
        Ok(true)
    }

    /// True when a paragraph was open, which is to be closed.
    pub(super) fn end(&mut self) -> bool {
        self.open.take().is_some()
    }
}
