//! Plain texts: paragraphs, lines that are sentences, and lists of sentences.

use super::lines::{self, Script, ends_sentence};
use super::structure::{self, Kind, Line};
use super::{Content, Paragraph, Section, Segment};
use crate::span::ByteRange;

/// The paragraphs of a plain text. Where blank lines part blocks of several lines that stop in the middle of a sentence,
/// a block is a paragraph; in any other text a line is, save one broken inside a sentence.
pub fn from_paragraphs(text: &str, script: Script) -> Content {
    let lines: Vec<Line> = structure::lines(text).collect();
    let paragraphs = if wrapped(text, &lines) {
        let range = |block: &[Line]| Some(ByteRange::new(block.first()?.trimmed.start, block.last()?.trimmed.end));
        blocks(&lines).filter_map(range).map(|range| (range, Kind::Prose)).collect()
    } else {
        structure::paragraphs(text, script, &lines, false)
    };
    let body = |(range, kind)| Paragraph { range, section: Section::Body, kind };
    Content::Paragraphs(paragraphs.into_iter().map(body).collect())
}

/// One segment a line that is not blank; a blank line ends a paragraph. Segments keep their 0-based line.
pub fn from_lines(text: &str) -> Content {
    collect(text, lines::ranges(text))
}

/// One segment a sentence of the list that is not blank; a blank one ends a paragraph. The second value is the list as one
/// text, a sentence a line, that the segments point into.
pub fn from_sentences(sentences: &[String]) -> (Content, String) {
    let mut text = String::with_capacity(sentences.iter().map(|sentence| sentence.len() + 1).sum());
    let mut ranges = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let start = text.len();
        text.push_str(sentence);
        ranges.push(ByteRange::new(start, text.len()));
        text.push('\n');
    }
    (collect(&text, ranges.into_iter()), text)
}

fn collect(text: &str, ranges: impl Iterator<Item = ByteRange>) -> Content {
    let (mut segments, mut places, mut paragraph, mut fresh) = (Vec::new(), Vec::new(), 0, true);
    for (place, range) in ranges.enumerate() {
        let range = range.trimmed(text);
        if range.is_empty() {
            paragraph += usize::from(!fresh);
            fresh = true;
            continue;
        }
        fresh = false;
        segments.push(Segment::new(text, range, paragraph, Section::Body));
        places.push(place as u32);
    }
    Content::Segments(segments, places)
}

/// Runs of lines with text.
fn blocks(lines: &[Line]) -> impl Iterator<Item = &[Line]> {
    lines.split(Line::is_blank).filter(|block| !block.is_empty())
}

/// True when blank lines part the text and most lines inside its blocks stop without an end mark.
fn wrapped(text: &str, lines: &[Line]) -> bool {
    let inner = || blocks(lines).flat_map(|block| &block[..block.len() - 1]);
    let open = inner().filter(|line| !ends_sentence(line.trimmed.of(text))).count();
    2 * open > inner().count() && blocks(lines).nth(1).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraphs(text: &str) -> Vec<&str> {
        match from_paragraphs(text, Script::Alphabetic) {
            Content::Paragraphs(paragraphs) => paragraphs.iter().map(|paragraph| paragraph.range.of(text)).collect(),
            Content::Segments(..) => unreachable!(),
        }
    }

    #[test]
    fn a_line_is_a_paragraph_unless_the_text_is_wrapped() {
        assert_eq!(paragraphs("One.\nTwo.\r\n\n  Three.\n"), ["One.", "Two.", "Three."]);
        assert_eq!(paragraphs("One is\nbroken.\n\nTwo is\nbroken too.\n"), ["One is\nbroken.", "Two is\nbroken too."]);
        assert_eq!(paragraphs("\n \n"), [""; 0]);
    }

    #[test]
    fn blank_lines_are_borders_and_lines_keep_their_number() {
        let text = "a\n\n\nb\nc\n";
        let Content::Segments(segments, lines) = from_lines(text) else { unreachable!() };
        assert_eq!(lines, [0, 3, 4]);
        assert_eq!(segments.iter().map(|segment| segment.paragraph).collect::<Vec<_>>(), [0, 1, 1]);
    }
}
