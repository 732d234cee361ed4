//! From a document's paragraphs to its segments.

use super::{Carry, Splitter};
use crate::document::{Content, Segment};

/// The segments of one side: as they were given, or the sentences of its paragraphs. A quotation that a paragraph leaves
/// open runs on in the next.
pub fn segments(text: &str, content: &Content, splitter: &Splitter) -> Vec<Segment> {
    match content {
        Content::Segments(segments, _) => segments.clone(),
        Content::Paragraphs(paragraphs) => {
            let mut segments = Vec::with_capacity(paragraphs.len() * 4);
            let mut carry = Carry::default();
            for (index, paragraph) in paragraphs.iter().enumerate() {
                carry = splitter.paragraph(carry, text, paragraph.range, paragraph.kind, |one| {
                    segments.push(Segment::new(text, one.range, index, paragraph.section));
                });
            }
            segments
        }
    }
}
