//! Paragraphs that the translator moved. A path is monotone, so a passage that stands elsewhere in the translation is left
//! as a run of omissions here and a run of additions there. Every such pair of runs is aligned by itself, off the diagonal,
//! and kept where their words say that they belong together:
//!
//! ```text
//! gain = Σ c(omissions) + Σ c(additions) − Σ c(beads of the best path over both) − price        P(moved) = 1 / (1 + e^−gain)
//! ```
//!
//! c is a bead's cost without its cheap parts, priors, length and structure: these take it for granted that what stands in the
//! same place belongs together, and off the diagonal they would pair anything.

use super::Worker;
use crate::bead::{Alignment, Bead, Status};
use crate::cost::Cost;
use crate::signal::Texts;
use crate::span::{Block, Pair, SegmentRange, Side};
use std::ops::Range;

/// What a move costs, in nats: there is one in some hundred documents, and several places where it could be.
pub(super) const PRICE: f64 = 6.0;
/// Runs of more segments are not tried.
const LONGEST: usize = 200;
/// Documents with more runs on a side have other troubles.
const MOST_RUNS: usize = 40;

/// A run of segments that the path leaves alone.
#[derive(Debug, Clone)]
struct Run {
    segments: Range<usize>,
    /// Two-sided beads before it: an omission and an addition with the same number meet on the path.
    place: usize,
    /// Its beads' c.
    cost: Cost,
}

impl Worker {
    /// `alignment`, with the passages found that stand elsewhere in the translation. They come where the original has them and have
    /// the [`Status`] moved; all else is as it was. The worker then no longer holds `texts`.
    pub fn find_moved(&mut self, texts: &Texts<'_>, mut alignment: Alignment) -> Alignment {
        let cheap = self.cheap_signals();
        let content = |bead: &Bead| content(bead, &cheap);
        let runs = Side::BOTH.map(|side| runs(&alignment, side, &content));
        if runs.iter().any(|runs| runs.is_empty() || runs.len() > MOST_RUNS) {
            return alignment;
        }
        let mut gains = self.gains(texts, &runs, &content);
        // The best pair first; between equals, the order of the texts.
        gains.sort_by(|a, b| b.gain.total_cmp(&a.gain));
        let mut taken = runs.each_ref().map(|runs| vec![false; runs.len()]);
        for Gain { runs: [omitted, added], gain, found } in gains {
            if taken[0][omitted] || taken[1][added] {
                continue;
            }
            (taken[0][omitted], taken[1][added]) = (true, true);
            alignment = with_moved(alignment, &runs[0][omitted], &runs[1][added], gain, found);
        }
        alignment
    }

    /// All pairs of runs that gain by being aligned with each other, in the order of the texts.
    fn gains(
        &mut self,
        texts: &Texts<'_>,
        [omitted, added]: &[Vec<Run>; 2],
        content: &impl Fn(&Bead) -> Cost,
    ) -> Vec<Gain> {
        let mut gains = Vec::new();
        for (s, source) in omitted.iter().enumerate() {
            for (t, target) in added.iter().enumerate().filter(|(_, target)| target.place != source.place) {
                let segments = Pair::new(
                    &texts.segments.source[source.segments.clone()],
                    &texts.segments.target[target.segments.clone()],
                );
                let found = self.align(&Texts { segments, ..*texts });
                let together: Cost = found.beads.iter().map(content).sum();
                let gain = (source.cost + target.cost - together).nats() - PRICE;
                if gain > 0.0 && found.beads.iter().any(|bead| bead.block.is_pair()) {
                    gains.push(Gain { runs: [s, t], gain, found });
                }
            }
        }
        gains
    }
}

/// Two runs that gain by being aligned with each other: their numbers, the gain in nats, and their alignment.
struct Gain {
    runs: [usize; 2],
    gain: f64,
    found: Alignment,
}

/// What a bead costs without its cheap parts.
fn content(bead: &Bead, cheap: &[&str]) -> Cost {
    bead.parts.iter().filter(|part| !cheap.contains(&part.signal)).map(|part| part.cost).sum()
}

/// The runs of segments of one side that are alone.
fn runs(alignment: &Alignment, side: Side, content: &impl Fn(&Bead) -> Cost) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut place = 0;
    for bead in &alignment.beads {
        if bead.block.is_pair() {
            place += 1;
        } else if !bead.block[side].is_empty() && bead.status != Status::Locked {
            let segments = bead.block[side].indices();
            match runs.last_mut() {
                Some(run) if run.place == place && run.segments.end == segments.start => {
                    run.segments.end = segments.end;
                    run.cost += content(bead);
                }
                _ => runs.push(Run { segments, place, cost: content(bead) }),
            }
        }
    }
    runs.retain(|run| run.segments.len() <= LONGEST);
    runs
}

/// The alignment with the pairs of `found`, an alignment of two of its runs, in the place of what stood alone.
fn with_moved(alignment: Alignment, source: &Run, target: &Run, gain: f64, found: Alignment) -> Alignment {
    let probability = 1.0 / (1.0 + (-gain).exp());
    let shifted =
        |range: SegmentRange, by: usize| SegmentRange { start: range.start + by as u32, end: range.end + by as u32 };
    let pairs = found.beads.into_iter().filter(|bead| bead.block.is_pair());
    let moved: Vec<Bead> = pairs
        .map(|bead| Bead {
            block: Block {
                source: shifted(bead.block.source, source.segments.start),
                target: shifted(bead.block.target, target.segments.start),
            },
            confidence: bead.confidence * probability,
            status: Status::Moved,
            ..bead
        })
        .collect();
    let mut beads: Vec<Bead> = Vec::with_capacity(alignment.beads.len());
    for bead in alignment.beads {
        // A segment that stands alone is one bead: no move takes two on one side and none on the other.
        let alone = Side::BOTH.into_iter().find(|&side| !bead.block.is_pair() && !bead.block[side].is_empty());
        let taken = alone.and_then(|side| {
            let segment = bead.block[side].start;
            moved.iter().find(|moved| (moved.block[side].start..moved.block[side].end).contains(&segment))
        });
        let Some(moved) = taken else {
            beads.push(bead);
            continue;
        };
        let begins = alone == Some(Side::Source) && bead.block.source.start == moved.block.source.start;
        beads.extend(begins.then(|| moved.clone()));
    }
    Alignment::of(beads)
}

#[cfg(test)]
mod tests {
    use crate::align::{Aligner, Model, Settings};
    use crate::bead::{Alignment, Status};
    use crate::document::{Content, Segment, from_lines};
    use crate::signal::Texts;
    use crate::span::{Block, Pair};
    use std::sync::Arc;

    const SOURCE: &str = "阳岭煤矿超额完成十月份生产计划。\n全矿十月份共产原煤三万五千二百吨。\n会议昨天在莫斯科开幕。\n\
        苏联代表团团长发表了讲话。\n天津港口码头工人提前完成全年装卸任务。\n他们创造了新的装卸纪录。\n农民把三百斤棉花卖给国家。\n";
    const TARGET: &str = "The Yangling coal mine overfulfilled its production plan for October.\n\
        The whole mine produced 35,200 tons of raw coal in October.\n\
        The dock workers of the port of Tianjin completed the year's loading and unloading task ahead of time.\n\
        They set a new record in loading and unloading.\nThe peasants sold 300 catties of cotton to the state.\n\
        The conference opened yesterday in Moscow.\nThe head of the Soviet delegation delivered a speech.\n";

    /// The path over two texts, and what becomes of it.
    fn align(source: &str, target: &str) -> (Alignment, Alignment) {
        let segments = Pair::new(source, target).map(|text| -> Vec<Segment> {
            let Content::Segments(segments, _) = from_lines(text) else { unreachable!("lines are segments") };
            segments
        });
        let segments = segments.as_ref().map(Vec::as_slice);
        let texts = Texts { text: Pair::new(source, target), segments, language: Pair::new("zh", "en") };
        let aligner = Arc::new(Aligner::new(Model::built_in("zh", "en"), Settings::default()).unwrap());
        let mut worker = aligner.worker();
        let path = worker.align(&texts);
        let found = worker.find_moved(&texts, path.clone());
        assert_eq!(found.validate(texts.len()), Ok(()));
        (path, found)
    }

    #[test]
    fn a_moved_passage_is_found_and_nothing_is_lost() {
        let (path, found) = align(SOURCE, TARGET);
        assert_eq!(path.beads.iter().filter(|bead| !bead.block.is_pair()).count(), 4, "two omitted, two added");
        let moved = found.beads.iter().filter(|bead| bead.status == Status::Moved);
        let moved: Vec<Block> = moved.map(|bead| bead.block).collect();
        assert_eq!(moved, [Block::new(2..3, 5..6), Block::new(3..4, 6..7)]);
        assert!(found.beads.iter().all(|bead| bead.block.is_pair()));
    }

    #[test]
    fn passages_that_have_nothing_in_common_stay_apart() {
        let other = TARGET
            .replace("The conference opened yesterday in Moscow.", "It was a fine winter morning, and very cold.")
            .replace("The head of the Soviet delegation delivered a speech.", "Nobody had slept much.");
        let (path, found) = align(SOURCE, &other);
        assert_eq!(path, found);
        assert!(path.beads.iter().any(|bead| !bead.block.is_pair()));
    }
}
