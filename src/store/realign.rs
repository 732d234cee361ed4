//! An article aligned anew around what a reader has locked. Its sentences stay as they were cut.

use super::act::ActError;
use super::lines::{Held, Line, Sentence, fresh, hold, is_run, number, ranks};
use crate::align::Constraints;
use crate::bead::Status;
use crate::document::{Section, Segment};
use crate::engine::Engine;
use crate::signal::Texts;
use crate::span::{Block, ByteRange, Pair, SegmentRange, Side};
use std::collections::BTreeMap;

pub(super) fn realign(lines: &[Line], engine: &Engine) -> Result<Vec<Line>, ActError> {
    let Some(first) = lines.first() else { return Ok(Vec::new()) };
    let ranks = Pair::new(ranks(lines, Side::Source), ranks(lines, Side::Target));
    let sentences = Pair::new(Side::Source, Side::Target).map(|side| in_order(lines, side, &ranks[side]));
    let texts = sentences.as_ref().map(|sentences| text(sentences));
    let mut constraints = Constraints::default();
    let mut locked: BTreeMap<Block, usize> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.is_locked()) {
        let run = |side: Side| {
            let ranks = &ranks[side][at];
            let start = ranks.first().copied().unwrap_or(0);
            is_run(ranks).then(|| SegmentRange::new(start, start + ranks.len()))
        };
        let error = |why: String| ActError::Lock(at + 1, why);
        let (source, target) = run(Side::Source)
            .zip(run(Side::Target))
            .ok_or_else(|| error("its sentences do not lie side by side".into()))?;
        let block = Block { source, target };
        constraints.lock(block, line.is_moved()).map_err(|conflict| error(conflict.to_string()))?;
        locked.insert(key(block), at);
    }
    let texts_of = Texts {
        text: texts.as_ref().map(|(text, _)| text.as_str()),
        segments: texts.as_ref().map(|(_, segments)| segments.as_slice()),
        language: Pair::new(&*first.row.source_lang, &*first.row.target_lang),
    };
    let alignment =
        engine.worker().align_texts(&texts_of, &constraints).map_err(|error| ActError::Model(error.to_string()))?;
    // An old line by its first sentence.
    let mut old: BTreeMap<Block, usize> = BTreeMap::new();
    for at in 0..lines.len() {
        let run = |side: Side| {
            let ranks = &ranks[side][at];
            let start = ranks.first().copied().unwrap_or(0);
            SegmentRange::new(start, start + ranks.len())
        };
        let block = Block { source: run(Side::Source), target: run(Side::Target) };
        old.insert(block_key(block), at);
    }
    let mut ids = fresh(lines);
    let mut kept = vec![false; lines.len()];
    let mut new: Vec<Line> = Vec::with_capacity(alignment.beads.len());
    for bead in &alignment.beads {
        let held = (bead.status == Status::Locked).then(|| locked.get(&key(bead.block))).flatten();
        if let Some(&at) = held {
            kept[at] = true;
            new.push(Line { findings: Vec::new(), ..lines[at].clone() });
            continue;
        }
        let same = old.get(&block_key(bead.block)).copied().filter(|&at| !lines[at].is_locked());
        let mut line = match same {
            Some(at) => {
                kept[at] = true;
                Line { findings: Vec::new(), ..lines[at].clone() }
            }
            None => {
                let mut line = Line::from(first.row.clone());
                line.row.id = ids.next().expect("numbers do not end");
                line.row.flags.clear();
                line.row.extra.clear();
                let side = |side: Side| sentences[side][bead.block[side].indices()].to_vec();
                line.put(Pair::new(side(Side::Source), side(Side::Target)));
                line
            }
        };
        line.row.status = bead.status;
        line.row.confidence = Some((bead.confidence * 1e4).round() / 1e4);
        line.row.cost = Some(bead.cost.0);
        line.row.parts = bead.parts.iter().map(|part| (part.signal.to_owned(), part.cost.0.into())).collect();
        line.set_moved(bead.status == Status::Moved);
        new.push(line);
    }
    // What was said of lines that are no more goes to those that have their first sentence.
    let mut findings: Vec<(usize, Held)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let to = new.iter().position(|other| other.row.id == line.row.id).or_else(|| heir(line, &new)).unwrap_or(0);
        findings.extend(line.findings.iter().map(|held| (to, held.clone())));
        if !kept[at] && !line.note().is_empty() {
            let note = [new[to].note(), line.note()]
                .into_iter()
                .filter(|note| !note.is_empty())
                .collect::<Vec<_>>()
                .join("\n");
            new[to].set_note(&note);
        }
    }
    hold(&mut new, findings);
    number(&mut new);
    Ok(new)
}

/// The line that has the first sentence of another.
fn heir(line: &Line, new: &[Line]) -> Option<usize> {
    Side::BOTH.into_iter().find_map(|side| {
        let first = line.sentences(side).into_iter().next()?;
        new.iter().position(|other| other.sentences(side).contains(&first))
    })
}

/// One side says which: no two beads share a segment.
fn key(block: Block) -> Block {
    let none = SegmentRange::default();
    if block.source.is_empty() { Block { source: none, ..block } } else { Block { target: none, ..block } }
}

/// A block whose empty side stands nowhere.
fn block_key(block: Block) -> Block {
    let side = |run: SegmentRange| if run.is_empty() { SegmentRange::default() } else { run };
    Block { source: side(block.source), target: side(block.target) }
}

fn in_order(lines: &[Line], side: Side, ranks: &[Vec<usize>]) -> Vec<Sentence> {
    let mut all: Vec<(usize, Sentence)> =
        lines.iter().zip(ranks).flat_map(|(line, ranks)| ranks.iter().copied().zip(line.sentences(side))).collect();
    all.sort_by_key(|(rank, _)| *rank);
    all.into_iter().map(|(_, sentence)| sentence).collect()
}

/// A side as one text, and its segments.
fn text(sentences: &[Sentence]) -> (String, Vec<Segment>) {
    let (mut text, mut ranges) = (String::new(), Vec::new());
    for sentence in sentences {
        let start = text.len();
        text.push_str(&sentence.text);
        ranges.push(ByteRange::new(start, text.len()));
        text.push('\n');
    }
    // Every title is a paragraph; where the body's are not known, they are those of the sentence before.
    let (mut titles, mut last) = (0, 0);
    let segments = sentences.iter().zip(ranges).map(|(sentence, range)| {
        let (paragraph, section) = sentence.place;
        let own = match (section, paragraph) {
            (Section::Title, _) => {
                titles += 1;
                titles - 1
            }
            (Section::Body, Some(paragraph)) => titles + paragraph as usize - usize::from(paragraph > 0),
            (Section::Body, None) => last.max(titles),
        };
        last = own.max(last);
        Segment::new(&text, range, last, section)
    });
    let segments = segments.collect();
    (text, segments)
}
