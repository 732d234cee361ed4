//! The lexicon as a signal of the aligner.
//!
//! Features, in tens of nats or of words so that weights are near 1: `forward` and `backward`, the evidence of the two
//! directions turned into costs; `omitted` and `added`, the words of a bead that has one side alone (in a two-sided bead every word
//! that is not found costs something, so words left out must too).

use super::blocks::STEPS;
use super::matches::Prepared;
use super::{Lexicon, Matches};
use crate::cost::Cost;
use crate::signal::{Row, Signal, Texts, round};
use crate::span::{Block, ByteRange, SegmentRange, Side};
use std::ops::Range;
use std::sync::Arc;

/// Less probable translations are left out of explanations.
const WORTH_SAYING: f32 = 0.15;
/// What a step of evidence adds to a feature.
const PER_STEP: f32 = -0.1 / STEPS;
const NAMES: &[&str] = &["forward", "backward", "omitted", "added"];

/// The lexicon signal.
#[derive(Debug)]
pub struct Evidence {
    matches: Matches,
}

impl Evidence {
    /// The signal over a lexicon.
    pub fn new(lexicon: &Arc<Lexicon>) -> Self {
        Self { matches: lexicon.matches() }
    }

    fn words(&self, side: Side, run: SegmentRange) -> f32 {
        let tokens = self.matches.tokens(side);
        (tokens.start(run.end as usize) - tokens.start(run.start as usize)) as f32
    }
}

impl Signal for Evidence {
    fn name(&self) -> &'static str {
        "lexicon"
    }

    fn feature_names(&self) -> &'static [&'static str] {
        NAMES
    }

    fn prepare(&mut self, texts: &Texts<'_>) {
        let sentences = |side: Side| -> Vec<&str> {
            texts.segments[side].iter().map(|segment| segment.range.of(texts.text[side])).collect()
        };
        self.matches.read_unprepared(&sentences(Side::Source), &sentences(Side::Target));
    }

    fn reach(&mut self, band: &dyn Fn(usize) -> Range<usize>, longest: usize) {
        self.matches.reach(band, longest);
    }

    fn anchors(&self, most: u32) -> Vec<(u32, u32, f32)> {
        self.matches.rare(most)
    }

    #[inline]
    fn measure(&self, block: Block, features: &mut [f32]) {
        features.fill(0.0);
        if block.target.is_empty() {
            features[2] = self.words(Side::Source, block.source) / 10.0;
        } else if block.source.is_empty() {
            features[3] = self.words(Side::Target, block.target) / 10.0;
        } else {
            let (forward, backward) = self.matches.evidence(block.source.indices(), block.target.indices());
            (features[0], features[1]) = (forward * (STEPS * PER_STEP), backward * (STEPS * PER_STEP));
        }
    }

    // The same as the general loop, a move at a time.
    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        let i = row.source_end;
        let weights = [weights[0], weights[1], weights[2], weights[3]];
        for (step, first, costs) in row.beads(costs) {
            let (from, run) = (i - step.source as usize, step.target as usize);
            if from < i
                && run > 0
                && let Some(Prepared { skipped, from, to, before, after }) =
                    self.matches.evidence_to(from..i, run, first, costs.len())
            {
                let count = from.len();
                let costs = &mut costs[skipped..][..count];
                let (to, before, after) = (&to[..count], &before[..count], &after[..count]);
                for k in 0..count {
                    let (forward, backward) = (to[k].wrapping_sub(from[k]), after[k].wrapping_sub(before[k]));
                    let nats = weights[0] * (forward as f32 * PER_STEP) + weights[1] * (backward as f32 * PER_STEP);
                    costs[k] += round(nats * Cost::PER_NAT as f32);
                }
                continue;
            }
            if run == 0 {
                let omitted = self.words(Side::Source, SegmentRange::new(from, i)) / 10.0;
                let omitted = round(weights[2] * omitted * Cost::PER_NAT as f32);
                costs.iter_mut().for_each(|cost| *cost += omitted);
                continue;
            }
            for (end, cost) in (first..).zip(costs) {
                if from == i {
                    let added = self.words(Side::Target, SegmentRange::new(end - run, end)) / 10.0;
                    *cost += round(weights[3] * added * Cost::PER_NAT as f32);
                } else {
                    *cost += self.cost(&weights, Block::new(from..i, end - run..end)).0 as i32;
                }
            }
        }
    }

    fn explain(&self, texts: &Texts<'_>, block: Block) -> Vec<String> {
        let word = |side: Side, (sentence, range): (usize, ByteRange)| {
            range.of(texts.segments[side][sentence].range.of(texts.text[side]))
        };
        let matched = self.matches.matched_words(block.source.indices(), block.target.indices());
        let mut words: Vec<String> = Vec::new();
        for found in matched.into_iter().filter(|found| found.probability.0.max(found.probability.1) >= WORTH_SAYING) {
            let pair = format!("{} = {}", word(Side::Source, found.source), word(Side::Target, found.target));
            if !words.contains(&pair) {
                words.push(pair);
            }
        }
        words
    }
}
