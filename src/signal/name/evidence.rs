//! Names as a signal of the aligner: capitalised words of one side that sound in the Chinese of the other.
//!
//! Each distinct name of the text in Latin letters is looked for once in the whole Chinese text, and becomes an item of a
//! [`Tally`](crate::signal::tally): one feature, `shared`. With N segments on both sides together, D of them with the
//! name (or its sound),
//!
//! ```text
//! gain = score · − ln( (D + k·p) / (N + k) )
//! ```
//!
//! where score is how well the best place sounds ([`super::Found`]), p = 0.01 the chance that any segment does, and k = 20. So
//! a surname of one syllable, which some character of every other sentence sounds like, says next to nothing, as does
//! a hero whom every sentence names. Worked number: Belchek, 贝尔切克 (0.95), once on each side of two texts of 20
//! sentences, has D = 2 and a gain of −0.95 · ln(2.2 / 60) = 3.1 nats.
//!
//! Where neither or both sides are Chinese nothing is read, and every value is 0.

use super::candidate::candidates_of;
use super::{Name, Sounds, places, skeleton, spelled_score, spelling};
use crate::signal::lexicon::Language;
use crate::signal::tally::{self, Tally};
use crate::signal::{Row, Signal, Texts};
use crate::span::{Block, ByteRange, Side};
use foldhash::fast::FixedState;
use indexmap::IndexMap;
use std::collections::HashMap;
use std::ops::Range;

/// k.
const BACKGROUND: f32 = 20.0;
/// p.
const CHANCE: f32 = 0.01;
/// The least score of a place, and how far it may be below the name's best.
const LEAST: f32 = 0.55;
const NEAR: f32 = 0.15;
/// A name in more than this share of the segments is not looked for.
const COMMON: f32 = 0.3;
/// Names kept from one text to the next, after which a worker forgets them.
const NAMES_KEPT: usize = 20_000;

/// The name signal.
#[derive(Debug, Default)]
pub struct Evidence {
    tally: Tally,
    /// Every name seen, by its letters.
    names: HashMap<String, Name, FixedState>,
    /// The places of the text at hand by syllable, and where each syllable's begin.
    starts: Vec<u32>,
    order: Vec<u32>,
    foreign: Vec<u32>,
}

impl Evidence {
    /// A name signal.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists the places of each syllable, and those where a foreign name may begin.
    fn index(&mut self, sounds: &Sounds<'_>) {
        let Self { starts, order, foreign, .. } = self;
        starts.clear();
        starts.resize(spelling::count() + 1, 0);
        let places =
            || sounds.list.iter().zip(0u32..).flat_map(|(sound, at)| sound.syllables().iter().map(move |&id| (id, at)));
        places().for_each(|(id, _)| starts[id as usize] += 1);
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += *start;
            *start = sum;
        }
        order.clear();
        order.resize(sum as usize, 0);
        // Each syllable's list is filled from its end, after which `starts` holds the beginnings.
        for (id, at) in places() {
            let start = &mut starts[id as usize];
            *start -= 1;
            order[*start as usize] = at;
        }
        foreign.clear();
        let pairs = sounds.list.windows(2).zip(0u32..);
        foreign.extend(pairs.filter(|(pair, _)| pair.iter().all(|sound| sound.transliterates())).map(|(_, at)| at));
    }

    /// Every place where the name may sound, with its score.
    fn find(&self, sounds: &Sounds<'_>, name: &Name, mut found: impl FnMut(usize, f32)) {
        let mut spelled = false;
        let (text, offset) = sounds.extent();
        for form in places::forms(name.letters()) {
            for (at, _) in text.match_indices(form) {
                if let Ok(at) = sounds.list.binary_search_by_key(&(offset + at), |sound| sound.range.start) {
                    found(at, 1.0);
                    spelled = true;
                }
            }
        }
        if name.is_mandarin() {
            for (length, ids) in spelling::heads(name.letters()) {
                for &id in ids {
                    let places: Range<usize> = self.starts[id as usize] as usize..self.starts[id as usize + 1] as usize;
                    for &at in &self.order[places] {
                        let rest = &name.letters()[length..];
                        if let Some(end) = sounds.spelled(at as usize + 1, rest, 1) {
                            let score = spelled_score(end - at as usize, name);
                            spelled |= score >= 1.0;
                            found(at as usize, score);
                        }
                    }
                }
            }
        }
        if !spelled && name.may_be_foreign() {
            for &at in &self.foreign {
                if let Some(elements) = sounds.list[at as usize].elements()
                    && skeleton::may_begin(&name.skeleton, elements)
                    && let Some((_, score)) = sounds.transliterated(at as usize, name, LEAST)
                {
                    found(at as usize, score);
                }
            }
        }
    }
}

/// One name of the text at hand.
#[derive(Debug, Default)]
struct Mentioned {
    segments: Vec<u32>,
    /// Chinese segments with the best score in each.
    sounds: Vec<(u32, f32)>,
}

/// The side in Chinese and the other, where just one is.
fn sides(texts: &Texts<'_>) -> Option<(Side, Side)> {
    let chinese = texts.language.map(|tag| Language::new(tag).is_chinese());
    match (chinese.source, chinese.target) {
        (true, false) => Some((Side::Source, Side::Target)),
        (false, true) => Some((Side::Target, Side::Source)),
        _ => None,
    }
}

impl Signal for Evidence {
    fn name(&self) -> &'static str {
        "name"
    }

    fn feature_names(&self) -> &'static [&'static str] {
        tally::NAMES
    }

    fn prepare(&mut self, texts: &Texts<'_>) {
        self.tally.clear();
        let Some((near, far)) = sides(texts) else { return };
        if self.names.len() > NAMES_KEPT {
            self.names.clear();
        }
        let pieces = |side: Side| texts.segments[side].iter().map(|segment| segment.range);
        // The mentions of each name, in the order of their first.
        let text = texts.text[far];
        let mut mentioned: IndexMap<&str, Mentioned, FixedState> = IndexMap::default();
        let mut segment = 0;
        for candidate in candidates_of(text, pieces(far)) {
            while texts.segments[far][segment].range.end < candidate.range.end {
                segment += 1;
            }
            let segments = &mut mentioned.entry(candidate.range.of(text)).or_default().segments;
            if segments.last() != Some(&(segment as u32)) {
                segments.push(segment as u32);
            }
        }
        if mentioned.is_empty() {
            return;
        }
        let sounds = Sounds::of(texts.text[near], pieces(near));
        self.index(&sounds);
        let ends: Vec<usize> = pieces(near).map(|piece: ByteRange| piece.end).collect();
        let all = texts.len();
        let most = COMMON * (all.source + all.target) as f32;
        for (latin, Mentioned { segments, sounds: places }) in &mut mentioned {
            if segments.len() as f32 * 2.0 > most.max(4.0) {
                continue;
            }
            if !self.names.contains_key(*latin) {
                self.names.insert((*latin).to_owned(), Name::new(latin));
            }
            let name = &self.names[*latin];
            self.find(&sounds, name, |at, score| {
                let at = sounds.list[at].range.start;
                places.push((ends.partition_point(|&end| end <= at) as u32, score));
            });
        }
        let mut scores = Vec::new();
        for Mentioned { segments, sounds } in mentioned.into_values() {
            let best = sounds.iter().map(|place| place.1).fold(0.0, f32::max);
            if best < LEAST {
                continue;
            }
            let item = scores.len() as u32;
            scores.push(best);
            segments.iter().for_each(|&segment| self.tally.add(far, segment as usize, item));
            let mut heard: Vec<u32> =
                sounds.iter().filter(|place| place.1 >= best - NEAR).map(|place| place.0).collect();
            heard.sort_unstable();
            heard.dedup();
            heard.iter().for_each(|&segment| self.tally.add(near, segment as usize, item));
        }
        self.tally.finish(all, scores.len(), |item, spread| scores[item] * spread.gain(CHANCE, BACKGROUND));
    }

    fn measure(&self, block: Block, features: &mut [f32]) {
        self.tally.measure(block, features);
    }

    fn explain(&self, texts: &Texts<'_>, block: Block) -> Vec<String> {
        let mut shared = [0.0];
        self.measure(block, &mut shared);
        let Some((near, far)) = sides(texts).filter(|_| shared[0] < 0.0) else { return Vec::new() };
        let pieces = |side: Side| texts.segments[side][block[side].indices()].iter().map(|segment| segment.range);
        let sounds = Sounds::of(texts.text[near], pieces(near));
        let mut words = Vec::new();
        for candidate in candidates_of(texts.text[far], pieces(far)) {
            let latin = candidate.range.of(texts.text[far]);
            let found = sounds.find(&Name::new(latin)).filter(|found| found.score >= LEAST);
            let pair = found.map(|found| format!("{} ~ {latin}", found.range.of(texts.text[near])));
            words.extend(pair.filter(|pair| !words.contains(pair)));
        }
        words
    }

    fn add_costs(&self, weights: &[f32], row: &Row<'_>, costs: &mut [i32]) {
        self.tally.add_costs(weights, row, costs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Section, Segment};
    use crate::span::Pair;

    #[test]
    fn a_name_on_both_sides_speaks_for_the_bead_and_is_shown() {
        let text = Pair::new("贝尔切克说了话。大家都笑了。", "All of them laughed. Then Belchek spoke.");
        let cut = text.map(|text| text.find(['。', '.']).unwrap() + if text.is_ascii() { 1 } else { 3 });
        let pieces = |text: &str, cut: usize| {
            let start = cut + (text.len() - cut - text[cut..].trim_start().len());
            [ByteRange::new(0, cut), ByteRange::new(start, text.len())]
                .map(|range| Segment::new(text, range, 0, Section::Body))
        };
        let (source, target) = (pieces(text.source, cut.source), pieces(text.target, cut.target));
        let texts = Texts { text, segments: Pair::new(&source, &target), language: Pair::new("zh", "en") };
        let mut signal = Evidence::new();
        signal.prepare(&texts);
        let shared = |block| {
            let mut features = [0.0];
            signal.measure(block, &mut features);
            features[0]
        };
        let (right, wrong) = (Block::new(0..1, 1..2), Block::new(1..2, 0..1));
        assert!(shared(right) < -1.0);
        assert_eq!(shared(wrong), 0.0);
        assert_eq!(signal.explain(&texts, right), ["贝尔切克 ~ Belchek"]);
        assert!(signal.explain(&texts, wrong).is_empty());
    }
}
