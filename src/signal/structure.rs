//! Where a text is cut tells where its translation is cut: titles, paragraph borders, the beginning and the end.
//!
//! Features, all counts: `joint` (both sides begin a paragraph), `apart` (one side alone begins one), `crossed.source`,
//! `crossed.target` (paragraph borders inside the bead), `section` (a title beside body text, on one side or across),
//! and `end` (one side alone ends a paragraph). Texts of one paragraph, or lines without paragraphs, give zeros.

use super::{LANES, MAX_RUN, Row, Signal, Texts, whole};
use crate::cost::Cost;
use crate::document::{Section, Segment};
use crate::span::{Block, Pair, SegmentRange, Side};
use std::ops::Range;
use wide::{f32x4, i32x4};

const NAMES: &[&str] = &["joint", "apart", "crossed.source", "crossed.target", "section", "end"];

/// The structure signal.
#[derive(Debug, Default)]
pub struct Structure {
    sides: Pair<Layout>,
    /// Both sides have more than one paragraph.
    active: bool,
}

/// The layout of one side.
///
/// Each list has [`MAX_RUN`] more numbers before the first segment, where the runs of the first borders would start, and some behind the
/// last, to fill lanes; these say nothing.
#[derive(Debug, Default)]
struct Layout {
    segments: usize,
    /// For each segment border: all bits set where a paragraph begins behind it, or none.
    begins: Vec<i32>,
    /// For each segment: paragraph borders up to its beginning (its own beginning included).
    borders: Vec<i32>,
    /// For each segment, as [`number`] has it.
    sections: Vec<i32>,
    /// For each segment: changes of section before it.
    changes: Vec<i32>,
    /// Of the runs of so many segments, from one up to as many as are asked for, that end at each segment border: paragraph borders inside,
    /// and the section, as [`number`] has it. Where one would start before the text, and in the lanes behind the last, nothing is said.
    crossed: Vec<f32>,
    one_section: Vec<i32>,
    /// Numbers of segments whose runs are there.
    runs: usize,
}

/// A section among numbers that are compared side by side; 0 is several.
fn number(section: Option<Section>) -> i32 {
    match section {
        None => 0,
        Some(Section::Title) => 1,
        Some(Section::Body) => 2,
    }
}

/// What is to be known of a run of segments.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    /// It begins a paragraph; what follows it does.
    begins: bool,
    ends: bool,
    /// Paragraph borders inside.
    crossed: i32,
    /// As [`number`] has it.
    section: i32,
}

impl Layout {
    fn read(&mut self, segments: &[Segment]) {
        self.segments = segments.len();
        let Self { begins, borders, sections, changes, .. } = self;
        let lists = [begins, borders, sections, changes];
        let [begins, borders, sections, changes] = lists.map(|list| {
            list.clear();
            list.resize(MAX_RUN, 0);
            list
        });
        let (mut count, mut changed) = (0, 0);
        let mut last: Option<&Segment> = None;
        for segment in segments {
            let is_first = last.is_none_or(|last| last.paragraph != segment.paragraph);
            count += i32::from(is_first);
            changed += i32::from(last.is_some_and(|last| last.section != segment.section));
            begins.push(-i32::from(is_first));
            borders.push(count);
            sections.push(number(Some(segment.section)));
            changes.push(changed);
            last = Some(segment);
        }
        begins.push(-1);
        for list in [begins, borders, sections, changes] {
            list.resize(MAX_RUN + segments.len() + 1 + LANES, 0);
        }
        self.crossed.clear();
        self.one_section.clear();
        self.runs = 0;
    }

    /// Looks at all runs of up to so many segments.
    fn extend(&mut self, longest: usize) {
        let borders = self.segments + 1;
        self.crossed.truncate(self.runs * borders);
        self.one_section.truncate(self.runs * borders);
        let of_texts = MAX_RUN..MAX_RUN + self.segments;
        let (before, sections, changes) =
            (&self.borders[of_texts.clone()], &self.sections[of_texts.clone()], &self.changes[of_texts]);
        while self.runs < longest.min(MAX_RUN) {
            let (first, last) = ((self.runs + 1).min(borders), self.runs.min(self.segments));
            self.crossed.resize(self.runs * borders + first, 0.0);
            self.crossed.extend(before.iter().zip(&before[last..]).map(|(start, last)| (last - start) as f32));
            self.one_section.resize(self.runs * borders + first, 0);
            let runs = sections.iter().zip(changes.iter().zip(&changes[last..]));
            self.one_section.extend(runs.map(|(&section, (start, last))| if start == last { section } else { 0 }));
            self.runs += 1;
        }
        self.crossed.resize(self.runs * borders + LANES, 0.0);
        self.one_section.resize(self.runs * borders + LANES, 0);
    }

    fn has_paragraphs(&self) -> bool {
        self.segments > 0 && self.borders[MAX_RUN + self.segments - 1] > 1
    }

    /// The run of segments from `start` up to `end`, at least one.
    fn run(&self, start: usize, end: usize) -> Run {
        let (start, end) = (start + MAX_RUN, end + MAX_RUN);
        let section = if self.changes[start] == self.changes[end - 1] { self.sections[start] } else { 0 };
        Run {
            begins: self.begins[start] != 0,
            ends: self.begins[end] != 0,
            crossed: self.borders[end - 1] - self.borders[start],
            section,
        }
    }

    fn of(&self, run: SegmentRange) -> Run {
        self.run(run.start as usize, run.end as usize)
    }

    /// The run of `taken` segments up to `end`.
    #[inline]
    fn ending_at(&self, taken: usize, end: usize) -> Run {
        let at = (taken - 1) * (self.segments + 1) + end;
        let begins = |border: usize| self.begins[border + MAX_RUN] != 0;
        let (crossed, section) = (self.crossed[at] as i32, self.one_section[at]);
        Run { begins: begins(end - taken), ends: begins(end), crossed, section }
    }

    /// In lanes, for the runs of `taken` segments that end at these borders: whether they begin a paragraph, and end one.
    #[inline]
    fn begins(&self, taken: usize, ends: Range<usize>) -> [&[[i32; LANES]]; 2] {
        let borders = |before| &self.begins[ends.start + MAX_RUN - before..ends.end + MAX_RUN - before];
        [borders(taken).as_chunks().0, borders(0).as_chunks().0]
    }

    /// The same for paragraph borders inside them, and their sections.
    #[inline]
    fn insides(&self, taken: usize, ends: Range<usize>) -> (&[[f32; LANES]], &[[i32; LANES]]) {
        let from = (taken - 1) * (self.segments + 1);
        let run = from + ends.start..from + ends.end;
        (self.crossed[run.clone()].as_chunks().0, self.one_section[run].as_chunks().0)
    }
}

#[inline]
fn features(source: Run, target: Run) -> [i32; NAMES.len()] {
    [
        i32::from(source.begins && target.begins),
        i32::from(source.begins != target.begins),
        source.crossed,
        target.crossed,
        i32::from(source.section == 0 || source.section != target.section),
        i32::from(source.ends != target.ends),
    ]
}

#[inline]
fn cost(weights: &[i32; NAMES.len()], source: Run, target: Run) -> i32 {
    weights.iter().zip(features(source, target)).map(|(weight, value)| weight * value).sum()
}

impl Structure {
    /// A structure signal.
    pub fn new() -> Self {
        Self::default()
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
            self.sides[side].read(texts.segments[side]);
        }
        self.active = Side::BOTH.iter().all(|&side| self.sides[side].has_paragraphs());
    }

    fn reach(&mut self, _band: &dyn Fn(usize) -> Range<usize>, longest: usize) {
        if self.active {
            Side::BOTH.iter().for_each(|&side| self.sides[side].extend(longest));
        }
    }

    fn measure(&self, block: Block, values: &mut [f32]) {
        let found = (self.active && block.is_pair())
            .then(|| features(self.sides.source.of(block.source), self.sides.target.of(block.target)));
        values.copy_from_slice(&found.unwrap_or_default().map(|value| value as f32));
    }

    fn cost(&self, weights: &[f32], block: Block) -> Cost {
        if !self.active || !block.is_pair() {
            return Cost::ZERO;
        }
        let (source, target) = (self.sides.source.of(block.source), self.sides.target.of(block.target));
        Cost(i64::from(cost(&whole(weights), source, target)))
    }

    // The same as the general loop: with the source's run given, what is left is a sum over numbers of the target's.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        if !self.active {
            return;
        }
        let weights = whole(weights);
        let [joint, apart, source_crossed, crossed, section, end] = weights;
        let first = *row.target_ends.start();
        row.for_lanes(costs, |step, costs| {
            if step.source == 0 || step.target == 0 {
                return;
            }
            let source = self.sides.source.ending_at(step.source as usize, row.source_end);
            // What it costs that the target begins, or ends, a paragraph, beside a target that does not.
            let begins = i32x4::splat(if source.begins { joint - apart } else { apart });
            let ends = i32x4::splat(if source.ends { -end } else { end });
            let set = |holds: bool, weight: i32| if holds { weight } else { 0 };
            let opened = set(source.begins, apart) + set(source.section == 0, section) + set(source.ends, end);
            let without = i32x4::splat(opened + source_crossed * source.crossed);
            let same = i32x4::splat(source.section);
            let other = i32x4::splat(set(source.section != 0, section));
            // There is no multiplication of whole numbers side by side on every processor, and of those that fit into an f32 there is.
            let crossed = f32x4::splat(crossed as f32);
            let (taken, lanes) = (step.target as usize, costs.len());
            let ends_here = first..first + lanes * LANES;
            let [started, ended] = self.sides.target.begins(taken, ends_here.clone());
            let (inside, sections) = self.sides.target.insides(taken, ends_here);
            let (started, ended) = (&started[..lanes], &ended[..lanes]);
            let (inside, sections) = (&inside[..lanes], &sections[..lanes]);
            for lane in 0..lanes {
                let inside = (f32x4::new(inside[lane]) * crossed).fast_trunc_int();
                let differs = !i32x4::new(sections[lane]).simd_eq(same) & other;
                let paragraphs = (i32x4::new(started[lane]) & begins) + (i32x4::new(ended[lane]) & ends);
                costs[lane] = (i32x4::new(costs[lane]) + without + paragraphs + differs + inside).to_array();
            }
        });
    }
}
