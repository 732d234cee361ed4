//! Where a text is cut tells where its translation is cut: titles, paragraph borders, the beginning and the end.
//!
//! Features, all counts: `joint` (both sides begin a paragraph), `apart` (one side alone begins one), `crossed.source`,
//! `crossed.target` (paragraph borders inside the bead), `section` (a title beside body text, on one side or across),
//! and `end` (one side alone ends a paragraph). Texts of one paragraph, or lines without paragraphs, give zeros.

use super::{MAX_RUN, Row, Signal, Texts, whole};
use crate::cost::Cost;
use crate::document::{Section, Segment};
use crate::span::{Block, Pair, SegmentRange, Side};

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
    /// For each segment: paragraph borders up to its beginning (its own beginning included).
    borders: Vec<u32>,
    sections: Vec<Section>,
    /// For each segment: changes of section before it.
    changes: Vec<u32>,
    /// For each number of segments 0..=[`MAX_RUN`] in turn, the runs that end at each segment border, one of these lists for each thing
    /// to be known; where a run would start before the text, nothing is said.
    runs: Runs,
}

/// Runs, in numbers that are added up side by side: begins and ends (all bits set, or none), borders inside, and the section (0 for several).
#[derive(Debug, Default)]
struct Runs {
    begins: Vec<i32>,
    ends: Vec<i32>,
    crossed: Vec<i32>,
    section: Vec<i32>,
}

impl Runs {
    fn lists(&mut self) -> [&mut Vec<i32>; 4] {
        [&mut self.begins, &mut self.ends, &mut self.crossed, &mut self.section]
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
    /// None when it lies in several.
    section: Option<Section>,
}

impl Layout {
    fn read(&mut self, segments: &[Segment]) {
        let Self { borders, sections, changes, .. } = self;
        borders.clear();
        sections.clear();
        changes.clear();
        let (mut count, mut changed) = (0, 0);
        let mut last: Option<&Segment> = None;
        for segment in segments {
            count += u32::from(last.is_none_or(|last| last.paragraph != segment.paragraph));
            changed += u32::from(last.is_some_and(|last| last.section != segment.section));
            borders.push(count);
            sections.push(segment.section);
            changes.push(changed);
            last = Some(segment);
        }
    }

    fn read_runs(&mut self) {
        let mut runs = std::mem::take(&mut self.runs);
        runs.lists().into_iter().for_each(Vec::clear);
        for taken in 0..=MAX_RUN {
            for end in 0..=self.borders.len() {
                let start = end.checked_sub(taken).filter(|_| taken > 0);
                let numbers = start.map_or(Run::default(), |start| self.run(start, end)).numbers();
                runs.lists().into_iter().zip(numbers).for_each(|(list, number)| list.push(number));
            }
        }
        self.runs = runs;
    }

    fn begins(&self, segment: usize) -> bool {
        segment == 0 || segment >= self.borders.len() || self.borders[segment] != self.borders[segment - 1]
    }

    /// The run of segments from `start` up to `end`, at least one.
    fn run(&self, start: usize, end: usize) -> Run {
        let one = self.changes[start] == self.changes[end - 1];
        Run {
            begins: self.begins(start),
            ends: self.begins(end),
            crossed: (self.borders[end - 1] - self.borders[start]) as i32,
            section: one.then_some(self.sections[start]),
        }
    }

    fn of(&self, run: SegmentRange) -> Run {
        self.run(run.start as usize, run.end as usize)
    }

    /// The [`Runs`] of `taken` segments, from the one up to `first` on, as many as asked for.
    fn ending_from(&self, taken: usize, first: usize, count: usize) -> [&[i32]; 4] {
        let from = taken * (self.borders.len() + 1) + first;
        let Runs { begins, ends, crossed, section } = &self.runs;
        let run = from..from + count;
        [&begins[run.clone()], &ends[run.clone()], &crossed[run.clone()], &section[run]]
    }
}

impl Run {
    /// As [`Runs`] keep it.
    fn numbers(self) -> [i32; 4] {
        let section = match self.section {
            None => 0,
            Some(Section::Title) => 1,
            Some(Section::Body) => 2,
        };
        [-i32::from(self.begins), -i32::from(self.ends), self.crossed, section]
    }
}

#[inline]
fn features(source: Run, target: Run) -> [i32; NAMES.len()] {
    [
        i32::from(source.begins && target.begins),
        i32::from(source.begins != target.begins),
        source.crossed,
        target.crossed,
        i32::from(source.section.is_none() || source.section != target.section),
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
        self.active = Side::BOTH.iter().all(|&side| self.sides[side].borders.last().is_some_and(|&count| count > 1));
        if self.active {
            Side::BOTH.iter().for_each(|&side| self.sides[side].read_runs());
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
        for (step, first, costs) in row.beads(costs) {
            if step.source == 0 || step.target == 0 {
                continue;
            }
            let source = self.sides.source.run(row.source_end - step.source as usize, row.source_end);
            // What it costs that the target begins, or ends, a paragraph, beside a target that does not.
            let begins = if source.begins { joint - apart } else { apart };
            let ends = if source.ends { -end } else { end };
            let neither = Run { begins: false, ends: false, crossed: 0, section: source.section };
            let without = cost(&weights, source, neither);
            let [.., same] = source.numbers();
            let other = if source.section.is_some() { section } else { 0 };
            let count = costs.len();
            let [begin, close, inside, sections] = self.sides.target.ending_from(step.target as usize, first, count);
            // All but the product with `inside` choose between a number and none: there is no multiplication of whole numbers side by side on
            // every processor, and of those that fit into an f32 there is.
            let crossed = crossed as f32;
            for k in 0..count {
                let differs = -i32::from(sections[k] != same) & other;
                costs[k] +=
                    without + (begin[k] & begins) + (close[k] & ends) + differs + (inside[k] as f32 * crossed) as i32;
            }
        }
    }
}
