//! Where a text is cut tells where its translation is cut: titles, paragraph borders, the beginning and the end.
//!
//! Features, all counts: `joint` (both sides begin a paragraph), `apart` (one side alone begins one), `crossed.source`,
//! `crossed.target` (paragraph borders inside the bead), `section` (a title beside body text, on one side or across),
//! and `end` (one side alone ends a paragraph). Texts of one paragraph, or lines without paragraphs, give zeros.

use super::{Signal, Texts};
use crate::document::{Section, Segment};
use crate::span::{Block, Pair, SegmentRange, Side};

const NAMES: &[&str] = &["joint", "apart", "crossed.source", "crossed.target", "section", "end"];

/// The structure signal.
#[derive(Debug, Default)]
pub struct Structure {
    /// For each segment: paragraph borders up to its beginning (its own beginning included).
    borders: Pair<Vec<u32>>,
    sections: Pair<Vec<Section>>,
    /// Both sides have more than one paragraph.
    active: bool,
}

fn read(segments: &[Segment], borders: &mut Vec<u32>, sections: &mut Vec<Section>) {
    borders.clear();
    sections.clear();
    let mut count = 0;
    let mut last = None;
    for segment in segments {
        if last != Some(segment.paragraph) {
            count += 1;
            last = Some(segment.paragraph);
        }
        borders.push(count);
        sections.push(segment.section);
    }
}

impl Structure {
    /// A structure signal.
    pub fn new() -> Self {
        Self::default()
    }

    fn begins(&self, side: Side, segment: usize) -> bool {
        let borders = &self.borders[side];
        segment == 0 || segment >= borders.len() || borders[segment] != borders[segment - 1]
    }

    fn crossed(&self, side: Side, run: SegmentRange) -> f32 {
        let borders = &self.borders[side];
        (borders[run.end as usize - 1] - borders[run.start as usize]) as f32
    }
}

impl Signal for Structure {
    fn name(&self) -> &'static str {
        "structure"
    }

    fn feature_names(&self) -> &'static [&'static str] {
        NAMES
    }

    fn prepare(&mut self, texts: &Texts<'_>) {
        for side in Side::BOTH {
            read(texts.segments[side], &mut self.borders[side], &mut self.sections[side]);
        }
        self.active = Side::BOTH.iter().all(|&side| self.borders[side].last().is_some_and(|&count| count > 1));
    }

    #[inline]
    fn measure(&self, block: Block, features: &mut [f32]) {
        features.fill(0.0);
        if !self.active || !block.is_pair() {
            return;
        }
        let (source, target) = (block.source, block.target);
        let begins = Side::BOTH.map(|side| self.begins(side, block[side].start as usize));
        let ends = Side::BOTH.map(|side| self.begins(side, block[side].end as usize));
        features[0] = f32::from(begins[0] && begins[1]);
        features[1] = f32::from(begins[0] != begins[1]);
        features[2] = self.crossed(Side::Source, source);
        features[3] = self.crossed(Side::Target, target);
        let first = self.sections.source[source.start as usize];
        let same = |side: Side| self.sections[side][block[side].indices()].iter().all(|&section| section == first);
        features[4] = f32::from(!(same(Side::Source) && same(Side::Target)));
        features[5] = f32::from(ends[0] != ends[1]);
    }
}
