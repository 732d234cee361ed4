//! Where a text is cut tells where its translation is cut: titles, paragraph borders, the beginning and the end.
//!
//! Features, all counts: `joint` (both sides begin a paragraph), `apart` (one side alone begins one), `crossed.source`,
//! `crossed.target` (paragraph borders inside the bead), `section` (a title beside body text, on one side or across),
//! and `end` (one side alone ends a paragraph). Texts of one paragraph, or lines without paragraphs, give zeros.

use super::runs::Runs;
use super::{LANES, MAX_RUN, Row, Signal, Texts, lanes, whole};
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
#[derive(Debug, Default)]
struct Layout {
    /// For each segment border, the first of which stands at [`MAX_RUN`]: all bits set where a paragraph begins behind it, or none. What stands
    /// before and behind, where runs of the first borders would start and to fill lanes, says nothing.
    begins: Vec<i32>,
    /// For each segment: paragraph borders up to its beginning (its own beginning included).
    borders: Vec<i32>,
    /// For each segment, as [`number`] has it.
    sections: Vec<i32>,
    /// For each segment: changes of section before it.
    changes: Vec<i32>,
    /// Paragraph borders inside runs.
    crossed: Runs<f32>,
    /// The sections of runs, as [`number`] has it.
    one_section: Runs<i32>,
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
        let Self { begins, borders, sections, changes, crossed, one_section } = self;
        [&mut *begins, &mut *borders, &mut *sections, &mut *changes].into_iter().for_each(Vec::clear);
        begins.resize(MAX_RUN, 0);
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
        begins.extend([0; LANES]);
        crossed.clear(segments.len());
        one_section.clear(segments.len());
    }

    /// Looks at all runs of up to so many segments.
    fn extend(&mut self, longest: usize) {
        let Self { borders, sections, changes, crossed, one_section, .. } = self;
        crossed.extend(longest, |taken| {
            let runs = borders.iter().zip(borders.get(taken - 1..).unwrap_or_default());
            runs.map(|(first, last)| (last - first) as f32)
        });
        one_section.extend(longest, |taken| {
            let runs = sections.iter().zip(changes.iter().zip(changes.get(taken - 1..).unwrap_or_default()));
            runs.map(|(&section, (first, last))| if first == last { section } else { 0 })
        });
    }

    fn has_paragraphs(&self) -> bool {
        self.borders.last().is_some_and(|&borders| borders > 1)
    }

    /// The run of segments from `start` up to `end`, at least one.
    fn run(&self, start: usize, end: usize) -> Run {
        let section = if self.changes[start] == self.changes[end - 1] { self.sections[start] } else { 0 };
        let crossed = self.borders[end - 1] - self.borders[start];
        Run { begins: self.begins(start), ends: self.begins(end), crossed, section }
    }

    fn of(&self, run: SegmentRange) -> Run {
        self.run(run.start as usize, run.end as usize)
    }

    /// The run of `taken` segments up to `end`.
    #[inline]
    fn ending_at(&self, taken: usize, end: usize) -> Run {
        let (crossed, section) = (self.crossed.ending_at(taken, end), self.one_section.ending_at(taken, end));
        Run { begins: self.begins(end - taken), ends: self.begins(end), crossed: crossed as i32, section }
    }

    /// Whether a paragraph begins behind a segment border.
    #[inline]
    fn begins(&self, border: usize) -> bool {
        self.begins[MAX_RUN + border] != 0
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
        let [joint, apart, _, crossed, section, end] = weights;
        let first = *row.target_ends.start();
        row.for_lanes(costs, |step, costs| {
            if step.source == 0 || step.target == 0 {
                return;
            }
            let source = self.sides.source.ending_at(step.source as usize, row.source_end);
            // What it costs that the target begins, or ends, a paragraph, beside a target that does not.
            let begins = i32x4::splat(if source.begins { joint - apart } else { apart });
            let ends = i32x4::splat(if source.ends { -end } else { end });
            let neither = Run { begins: false, ends: false, crossed: 0, section: source.section };
            let without = i32x4::splat(cost(&weights, source, neither));
            let same = i32x4::splat(source.section);
            let other = i32x4::splat(if source.section == 0 { 0 } else { section });
            // There is no multiplication of whole numbers side by side on every processor, and of those that fit into an f32 there is.
            let crossed = f32x4::splat(crossed as f32);
            let (target, taken, count) = (&self.sides.target, step.target as usize, costs.len());
            let started = lanes(&target.begins, MAX_RUN + first - taken, count);
            let ended = lanes(&target.begins, MAX_RUN + first, count);
            let inside = target.crossed.lanes(taken, first, count);
            let sections = target.one_section.lanes(taken, first, count);
            for lane in 0..count {
                let inside = (f32x4::new(inside[lane]) * crossed).fast_trunc_int();
                let differs = !i32x4::new(sections[lane]).simd_eq(same) & other;
                let paragraphs = (i32x4::new(started[lane]) & begins) + (i32x4::new(ended[lane]) & ends);
                costs[lane] = (i32x4::new(costs[lane]) + without + paragraphs + differs + inside).to_array();
            }
        });
    }
}
