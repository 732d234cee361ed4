//! Numbers as a signal of the aligner.
//!
//! Each value of a text is an item of a [`Tally`](crate::signal::tally): one feature, `shared`. What a match is worth depends on
//! how rarely one would come about by chance: with N segments on both sides together, D of them with the value,
//!
//! ```text
//! gain = − ln( (D + k · e^−information) / (N + k) )
//! ```
//!
//! so that a year that every sentence names says nothing, nor does a "one"; k = 20 segments stand for the language at large. A
//! date is matched part by part. Worked number: 35,200 tons, once on each side of two texts of 20 sentences, has D = 2, an
//! information of 8 nats, and a gain of −ln(2.007 / 60) = 3.4 nats.

use super::key::add_keys;
use super::{Key, Language, Number, Reader, keys, parse};
use crate::signal::tally::{self, Tally};
use crate::signal::{Row, Signal, Texts};
use crate::span::{Block, ByteRange, Pair, Side};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// k.
const BACKGROUND: f32 = 20.0;
/// Matches worth less than this are passed over.
const LEAST: f32 = 0.1;

/// The number signal.
#[derive(Debug, Default)]
pub struct Evidence {
    tally: Tally,
    items: HashMap<u64, u32, FixedState>,
    /// By item.
    information: Vec<f32>,
    reader: Reader,
    keys: Vec<Key>,
}

impl Evidence {
    /// A number signal.
    pub fn new() -> Self {
        Self::default()
    }
}

/// How the numbers of either side are read.
fn languages(texts: &Texts<'_>) -> Pair<Language> {
    let mut language = texts.language.map(Language::from);
    // Number words of one language alone would have nothing to match.
    for side in Side::BOTH {
        if language[side] == Language::Other && language[side.other()] == Language::English {
            language[side.other()] = Language::Other;
        }
    }
    language
}

/// The words of a number, and its canonical values.
type Read<'t> = (&'t str, Vec<Key>);

/// The numbers of one piece of text.
fn read<'t>(piece: &'t str, language: Language) -> Vec<Read<'t>> {
    let numbers: Vec<Number> = parse(piece, language);
    let keys = keys(&numbers);
    let of = |index| keys.iter().filter(|key| key.number as usize == index).copied().collect();
    numbers.iter().enumerate().map(|(index, number)| (number.range.of(piece), of(index))).collect()
}

impl Signal for Evidence {
    fn name(&self) -> &'static str {
        "number"
    }

    fn feature_names(&self) -> &'static [&'static str] {
        tally::NAMES
    }

    fn prepare(&mut self, texts: &Texts<'_>) {
        let Self { tally, items, information, reader, keys } = self;
        tally.clear();
        items.clear();
        information.clear();
        let language = languages(texts);
        for side in Side::BOTH {
            for (segment, place) in texts.segments[side].iter().enumerate() {
                keys.clear();
                add_keys(reader.read(place.range.of(texts.text[side]), language[side]), keys);
                for key in &*keys {
                    let item = *items.entry(key.hash).or_insert_with(|| {
                        information.push(0.0);
                        information.len() as u32 - 1
                    });
                    let known = &mut information[item as usize];
                    *known = known.max(key.information);
                    tally.add(side, segment, item);
                }
            }
        }
        tally.finish(texts.len(), information.len(), |item, spread| {
            let gain = spread.gain((-information[item]).exp(), BACKGROUND);
            if gain < LEAST { 0.0 } else { gain }
        });
    }

    fn measure(&self, block: Block, features: &mut [f32]) {
        self.tally.measure(block, features);
    }

    fn explain(&self, texts: &Texts<'_>, block: Block) -> Vec<String> {
        let language = languages(texts);
        let numbers = Pair::new(Side::Source, Side::Target).map(|side| {
            let pieces = texts.segments[side][block[side].indices()].iter().map(|segment| segment.range);
            pieces.flat_map(|piece: ByteRange| read(piece.of(texts.text[side]), language[side])).collect::<Vec<_>>()
        });
        let counts = |key: &Key| self.items.get(&key.hash).is_some_and(|&item| self.tally.counts(item));
        let mut taken = vec![false; numbers.target.len()];
        let mut words = Vec::new();
        for (source, keys) in &numbers.source {
            let shared = |other: &Key| keys.iter().any(|key| key.hash == other.hash && counts(key));
            let other = (0..taken.len()).find(|&at| !taken[at] && numbers.target[at].1.iter().any(shared));
            if let Some(at) = other {
                taken[at] = true;
                words.push(format!("{source} = {}", numbers.target[at].0));
            }
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

    fn segments(text: &str) -> Vec<Segment> {
        let mut start = 0;
        let lines = text.split_inclusive('\n');
        lines
            .map(|line| {
                let range = ByteRange::new(start, start + line.trim_end().len());
                start += line.len();
                Segment::new(text, range, 0, Section::Body)
            })
            .collect()
    }

    #[test]
    fn a_value_on_both_sides_speaks_for_the_bead_and_is_named() {
        let text = Pair::new("产量是三万五千二百吨。\n今天开会。\n", "A meeting was held.\nOutput was 35,200 tons.\n");
        let read = text.map(segments);
        let texts = Texts { text, segments: read.as_ref().map(Vec::as_slice), language: Pair::new("zh", "en") };
        let mut signal = Evidence::new();
        signal.prepare(&texts);
        let shared = |block| {
            let mut features = [0.0];
            signal.measure(block, &mut features);
            features[0]
        };
        let (right, wrong) = (Block::new(0..1, 1..2), Block::new(0..1, 0..1));
        assert!(shared(right) < -1.0);
        assert_eq!(shared(wrong), 0.0);
        assert_eq!(signal.explain(&texts, right), ["三万五千二百吨 = 35,200 tons"]);
        assert!(signal.explain(&texts, wrong).is_empty());
    }
}
