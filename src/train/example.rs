//! Gold made ready for fitting: segments and the path over them.

use crate::align::{Model, ModelError};
use crate::bead::gold::{Document as Gold, Texts as GoldBead};
use crate::bead::score::Link;
use crate::document::{Content, Document, Segment};
use crate::signal::Texts;
use crate::signal::lexicon::TranslationTable;
use crate::span::{Block, ByteRange, Pair, Side};
use std::sync::Arc;
use thiserror::Error;

/// A document with its gold path.
#[derive(Debug, Clone)]
pub struct Example {
    /// The document's id.
    pub id: String,
    /// The set it belongs to.
    pub set: String,
    /// The texts.
    pub text: Pair<Arc<str>>,
    /// Language tags.
    pub language: Pair<String>,
    /// The gold's own segments.
    pub segments: Pair<Vec<Segment>>,
    /// Its beads, in order; what the gold leaves out, or crosses, is omitted or added.
    pub path: Vec<Block>,
    /// How much the document counts.
    pub weight: f64,
    /// The translation table that was learned from the texts of its set, itself among them.
    pub table: Option<Arc<TranslationTable>>,
}

/// Gold that does not fit its texts.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{id}: {message}")]
pub struct ExampleError {
    /// The document.
    pub id: String,
    /// What does not fit.
    pub message: String,
}

impl Example {
    /// The example as the signals see it.
    pub fn texts(&self) -> Texts<'_> {
        Texts {
            text: self.text.as_ref().map(|text| &**text),
            segments: self.segments.as_ref().map(Vec::as_slice),
            language: self.language.as_ref().map(String::as_str),
        }
    }

    /// The same sentences without their paragraphs, titles among them.
    pub fn without_structure(&self) -> Self {
        let mut flat = self.clone();
        for side in Side::BOTH {
            for segment in &mut flat.segments[side] {
                segment.paragraph = 0;
                segment.section = Default::default();
            }
        }
        flat
    }

    /// Source and target exchanged.
    pub fn swapped(self) -> Self {
        Self {
            text: self.text.swapped(),
            language: self.language.swapped(),
            segments: self.segments.swapped(),
            path: self.path.into_iter().map(Block::swapped).collect(),
            ..self
        }
    }

    /// `model` for the languages of this example, with its table.
    pub(super) fn model(&self, model: &Model) -> Result<Model, ModelError> {
        Ok(model.for_pair(&self.language.source, &self.language.target)?.with_table(self.table.clone()))
    }

    /// The gold as links over the segments.
    pub fn links(&self) -> Vec<Link> {
        let run = |range: crate::span::SegmentRange| (range.start..range.end).collect();
        self.path.iter().map(|block| Link { source: run(block.source), target: run(block.target) }).collect()
    }
}

/// An example from lines and numbered gold. Blank lines have numbers, but are no segments.
///
/// # Errors
/// When the gold names a line that is not there.
pub fn from_lines(
    id: &str,
    text: Pair<String>,
    language: Pair<String>,
    gold: &[Link],
) -> Result<Example, ExampleError> {
    let error = |message: String| ExampleError { id: id.to_owned(), message };
    let (mut segments, mut place) = (Pair::<Vec<Segment>>::default(), Pair::<Vec<Option<u32>>>::default());
    for side in Side::BOTH {
        let Content::Segments(own, lines) = crate::document::from_lines(&text[side]) else { continue };
        place[side] = vec![None; text[side].lines().count()];
        for (index, line) in lines.into_iter().enumerate() {
            place[side][line as usize] = Some(index as u32);
        }
        segments[side] = own;
    }
    let find = |side: Side, lines: &[u32]| -> Result<Vec<u32>, ExampleError> {
        let mut found = Vec::new();
        for &line in lines {
            let place = place[side].get(line as usize);
            found.extend(
                place.ok_or_else(|| error(format!("the gold names {side:?} line {line}, the text ends before it")))?,
            );
        }
        Ok(found)
    };
    let mut links = Vec::new();
    for link in gold {
        links.push(Link { source: find(Side::Source, &link.source)?, target: find(Side::Target, &link.target)? });
    }
    let path = path(&links, segments.as_ref().map(Vec::len));
    let text = text.map(Arc::from);
    Ok(Example { id: id.to_owned(), set: String::new(), text, language, segments, path, weight: 1.0, table: None })
}

/// An example from an article (or any document) and gold that holds its sentences: these become the segments, with the
/// paragraph and section of the document's that they begin in.
///
/// # Errors
/// When a gold sentence does not stand in the document.
pub fn from_article(document: &Document, gold: &Gold) -> Result<Example, ExampleError> {
    let error = |message: String| ExampleError { id: document.id.clone(), message };
    let Gold::Sentences(beads) = gold else { return Err(error("its gold has numbers; give the sentences".into())) };
    let mut segments = Pair::<Vec<Segment>>::default();
    for side in Side::BOTH {
        let of = |bead: &GoldBead| if side == Side::Source { bead.source.clone() } else { bead.target.clone() };
        let sentences: Vec<String> = beads.iter().flat_map(of).collect();
        segments[side] =
            locate(document, side, &sentences).map_err(|sentence| error(format!("its text has no {sentence:?}")))?;
    }
    let (mut path, mut reached) = (Vec::new(), Pair::new(0, 0));
    for bead in beads {
        let end = Pair::new(reached.source + bead.source.len(), reached.target + bead.target.len());
        path.push(Block::new(reached.source..end.source, reached.target..end.target));
        reached = end;
    }
    Ok(Example {
        id: document.id.clone(),
        set: String::new(),
        text: document.text.clone(),
        language: document.language.clone(),
        segments,
        path,
        weight: 1.0,
        table: None,
    })
}

/// Where the sentences stand in a document's paragraphs, white space aside.
fn locate(document: &Document, side: Side, sentences: &[String]) -> Result<Vec<Segment>, String> {
    let Content::Paragraphs(paragraphs) = &document.content[side] else { return Err(String::new()) };
    let text = document.text(side);
    let mut chars: Vec<(char, usize, usize)> = Vec::new();
    for (index, paragraph) in paragraphs.iter().enumerate() {
        let inside = paragraph.range.of(text).char_indices();
        chars.extend(inside.filter(|(_, c)| !c.is_whitespace()).map(|(at, c)| (c, paragraph.range.start + at, index)));
    }
    let mut cursor = 0;
    let mut segments = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let wanted: Vec<char> = sentence.chars().filter(|c| !c.is_whitespace()).collect();
        let matches = |window: &[(char, usize, usize)]| window.iter().zip(&wanted).all(|((c, ..), wanted)| c == wanted);
        let at =
            chars[cursor..].windows(wanted.len().max(1)).position(matches).ok_or_else(|| sentence.clone())? + cursor;
        cursor = at + wanted.len();
        let (last, end, _) = chars[cursor - 1];
        let (_, start, paragraph) = chars[at];
        let range = ByteRange::new(start, end + last.len_utf8());
        segments.push(Segment::new(text, range, paragraph, paragraphs[paragraph].section));
    }
    Ok(segments)
}

/// The longest monotone chain of the gold's contiguous beads, greedily; what lies between is omitted or added.
fn path(links: &[Link], segments: Pair<usize>) -> Vec<Block> {
    let run = |units: &[u32]| {
        let mut units = units.to_vec();
        units.sort_unstable();
        units
            .windows(2)
            .all(|pair| pair[1] == pair[0] + 1)
            .then(|| (units[0] as usize, units[units.len() - 1] as usize + 1))
    };
    let mut pairs: Vec<Block> = links
        .iter()
        .filter(|link| !link.source.is_empty() && !link.target.is_empty())
        .filter_map(|link| Some((run(&link.source)?, run(&link.target)?)))
        .map(|(source, target)| Block::new(source.0..source.1, target.0..target.1))
        .collect();
    pairs.sort();
    let (mut path, mut at) = (Vec::new(), (0, 0));
    let alone = |path: &mut Vec<Block>, at: &mut (usize, usize), to: (usize, usize)| {
        path.extend((at.0..to.0).map(|i| Block::new(i..i + 1, at.1..at.1)));
        path.extend((at.1..to.1).map(|j| Block::new(to.0..to.0, j..j + 1)));
        *at = to;
    };
    for block in pairs {
        let (source, target) = (block.source.indices(), block.target.indices());
        if source.start >= at.0 && target.start >= at.1 {
            alone(&mut path, &mut at, (source.start, target.start));
            path.push(block);
            at = (source.end, target.end);
        }
    }
    alone(&mut path, &mut at, (segments.source, segments.target));
    path
}
