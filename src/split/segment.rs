//! From a document's paragraphs to its segments.

use super::{Carry, Splitter};
use crate::document::{Content, Paragraph, Segment};

/// The segments of one side: as they were given, or the sentences of its paragraphs.
pub fn segments(text: &str, content: &Content, splitter: &Splitter) -> Vec<Segment> {
    match content {
        Content::Segments(segments, _) => segments.clone(),
        Content::Paragraphs(paragraphs) => {
            let mut segments = Vec::with_capacity(paragraphs.len() * 4);
            let mut carry = Carry::default();
            for (index, paragraph) in paragraphs.iter().enumerate() {
                carry = split(text, index, paragraph, carry, splitter, &mut segments);
            }
            segments
        }
    }
}

fn split(
    text: &str,
    index: usize,
    paragraph: &Paragraph,
    carry: Carry,
    splitter: &Splitter,
    segments: &mut Vec<Segment>,
) -> Carry {
    if paragraph.whole {
        segments.push(Segment::new(text, paragraph.range, index, paragraph.section));
        return Carry::default();
    }
    let mut sentences = splitter.sentences_after(carry, paragraph.range.of(text));
    for sentence in &mut sentences {
        let range = sentence.range.shifted(paragraph.range.start);
        segments.push(Segment::new(text, range, index, paragraph.section));
    }
    sentences.carry()
}
