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

use super::candidate::{Candidate, Finder};
use super::skeleton::{Kind, NO_ELEMENT};
use super::spelling::SyllableId;
use super::{Name, Sound, Sounds, spelled_score, spelling};
use crate::document::Segment;
use crate::signal::lexicon::Language;
use crate::signal::tally::{self, Tally};
use crate::signal::{Row, Signal, Texts};
use crate::span::{Block, ByteRange, Side};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// k.
const BACKGROUND: f32 = 20.0;
/// p.
const CHANCE: f32 = 0.01;
/// The least score of a place, and how far it may be below the name's best.
const LEAST: f32 = 0.55;
const NEAR: f32 = 0.15;
/// How far below a score need not be looked: a little more.
const FAR: f32 = NEAR + 0.01;
/// A name in more than this share of the segments is not looked for.
const COMMON: f32 = 0.3;
/// Names kept from one text to the next, after which a worker forgets them.
const NAMES_KEPT: usize = 20_000;
/// Characters for which memory is kept from one text to the next: long texts are few, and their search needs theirs.
const SOUNDS_KEPT: usize = 1 << 14;

/// In place of a number.
const NONE: u32 = u32::MAX;

/// The name signal.
#[derive(Debug, Default)]
pub struct Evidence {
    tally: Tally,
    finder: Finder,
    candidates: Vec<Candidate>,
    /// Every name seen, by how it was written: its place in the next list.
    numbers: HashMap<String, u32, FixedState>,
    known: Vec<Known>,
    /// Those of the text at hand, in the order of their first mention, and the segments of each mention.
    mentions: Vec<Mention>,
    segments: Vec<(u32, u32)>,
    sounds: Vec<Sound>,
    places: Places,
    /// Where the name at hand was heard, and how well.
    heard: Vec<(u32, f32)>,
    heard_in: Vec<u32>,
    scores: Vec<f32>,
}

/// A name that was seen.
#[derive(Debug)]
struct Known {
    /// Made when it is first looked for.
    name: Option<Name>,
    /// Which mention of the text at hand it is, if any.
    mention: u32,
}

/// A name of the text at hand.
#[derive(Debug)]
struct Mention {
    name: u32,
    /// Where it stands first.
    first: ByteRange,
    /// How many segments have it, and the last that has.
    segments: u32,
    last: u32,
    /// Its number in the tally.
    item: u32,
}

/// The places of a Chinese text where something may sound.
#[derive(Debug, Default)]
struct Places {
    /// By syllable: the last of its places in the next list, if it was asked for.
    last: Vec<u32>,
    /// The letters with which the syllables that were asked for may be spelled, as in [`spelling::Reading`].
    letters: u32,
    /// Where it is, and the entry before of the same syllable.
    list: Vec<(u32, u32)>,
    /// Where a foreign name may begin, and with which element.
    foreign: Vec<(u32, Kind)>,
}

impl Evidence {
    /// A name signal.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists the names of a text and the segments that have each.
    fn list(&mut self, text: &str, all: &[Segment]) {
        let Self { finder, candidates, numbers, known, mentions, segments, .. } = self;
        if known.len() > NAMES_KEPT {
            numbers.clear();
            known.clear();
        }
        mentions.clear();
        segments.clear();
        finder.find(text, all.iter().map(|segment| segment.range), candidates);
        let mut segment = 0;
        for candidate in &*candidates {
            while all[segment].range.end < candidate.range.end {
                segment += 1;
            }
            let latin = candidate.range.of(text);
            let name = *numbers.get(latin).unwrap_or(&NONE);
            let name = if name == NONE {
                numbers.insert(latin.to_owned(), known.len() as u32);
                known.push(Known { name: None, mention: NONE });
                known.len() as u32 - 1
            } else {
                name
            };
            let mention = &mut known[name as usize].mention;
            if *mention == NONE {
                *mention = mentions.len() as u32;
                mentions.push(Mention { name, first: candidate.range, segments: 0, last: NONE, item: NONE });
            }
            let of = &mut mentions[*mention as usize];
            if of.last != segment as u32 {
                (of.segments, of.last) = (of.segments + 1, segment as u32);
                segments.push((*mention, segment as u32));
            }
        }
        mentions.iter().for_each(|mention| known[mention.name as usize].mention = NONE);
    }
}

impl Places {
    /// A syllable that nobody asked for, and the end of a chain.
    const UNASKED: u32 = u32::MAX;
    const END: u32 = u32::MAX - 1;

    /// Makes ready to be asked for syllables.
    fn clear(&mut self) {
        self.last.clear();
        self.last.resize(spelling::count(), Self::UNASKED);
        self.letters = 0;
    }

    /// Asks for the syllables with which a name may begin.
    fn ask(&mut self, name: &Name) {
        let syllables = name.heads.iter().flat_map(|(_, ids)| ids.iter());
        for &id in syllables.chain(forms(name).map(|(id, _)| id)) {
            self.last[id as usize] = Self::END;
            self.letters |= spelling::syllable(id).first_letters;
        }
    }

    /// Lists the places of the syllables that were asked for, and those where a foreign name may begin.
    fn list(&mut self, sounds: &[Sound]) {
        let Self { last, letters, list, foreign } = self;
        list.clear();
        foreign.clear();
        // The element of the character before, if it transliterates.
        let mut before = NO_ELEMENT;
        for (at, sound) in sounds.iter().enumerate() {
            let at = at as u32;
            let Some(reading) = sound.reading else {
                before = NO_ELEMENT;
                continue;
            };
            // At least two characters make a name.
            if reading.transliterates && before != NO_ELEMENT {
                foreign.push((at - 1, before));
            }
            before = if reading.transliterates { reading.elements[0] } else { NO_ELEMENT };
            if reading.letters & *letters == 0 {
                continue;
            }
            for &id in reading.syllables() {
                let last = &mut last[id as usize];
                if *last != Self::UNASKED {
                    list.push((at, *last));
                    *last = list.len() as u32 - 1;
                }
            }
        }
    }

    /// The places of a syllable, from the last on.
    fn of(&self, id: SyllableId) -> impl Iterator<Item = usize> {
        let entry = |last: u32| self.list.get(last as usize);
        std::iter::successors(entry(self.last[id as usize]), move |&&(_, last)| entry(last)).map(|&(at, _)| at as usize)
    }

    /// Lists every place where the name may sound, with its score, and answers the best score; those that are neither near it nor near the
    /// best of those before them may be left out.
    fn find(&self, sounds: &Sounds<'_>, name: &Name, heard: &mut Vec<(u32, f32)>) -> f32 {
        heard.clear();
        let mut best = 0.0_f32;
        let mut found = |at: usize, score: f32| {
            heard.push((at as u32, score));
            best = best.max(score);
            best
        };
        let mut spelled = false;
        let (text, offset) = sounds.extent();
        for (&id, form) in forms(name) {
            let reads = |at: &usize| text[sounds.list[*at].start - offset..].starts_with(form);
            for at in self.of(id).filter(reads) {
                found(at, 1.0);
                spelled = true;
            }
        }
        for &(length, ids) in &name.heads {
            let rest = &name.letters()[length..];
            let next = rest.bytes().next();
            for at in ids.iter().flat_map(|&id| self.of(id)) {
                // The next letter rules most places out.
                if next.is_none_or(|letter| sounds.list[at + 1].may_begin_with(letter))
                    && let Some(end) = sounds.spelled(at + 1, rest, 1)
                {
                    let score = spelled_score(end - at, name);
                    spelled |= score >= 1.0;
                    found(at, score);
                }
            }
        }
        if !spelled && name.may_be_foreign() {
            let mut least = LEAST;
            for &(at, element) in &self.foreign {
                if name.may_begin(element)
                    && let Some((_, score)) = sounds.transliterated(at as usize, name, least)
                {
                    least = LEAST.max(found(at as usize, score) - FAR);
                }
            }
        }
        best
    }
}

/// The characters that are customarily written like this name, with a syllable of the first.
fn forms(name: &Name) -> impl Iterator<Item = (&'static SyllableId, &'static str)> {
    let first = |form: &str| spelling::reading(form.chars().next()?)?.syllables().first();
    name.forms.iter().filter_map(move |&form| Some((first(form)?, form)))
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
        self.list(texts.text[far], texts.segments[far]);
        if self.mentions.is_empty() {
            return;
        }
        let Self { tally, known, mentions, segments, places, heard, heard_in, scores, .. } = self;
        let all = texts.len();
        let most = COMMON * (all.source + all.target) as f32;
        let is_rare = |mention: &Mention| mention.segments as f32 * 2.0 <= most.max(4.0);
        places.clear();
        for mention in mentions.iter().filter(|mention| is_rare(mention)) {
            let name = &mut known[mention.name as usize].name;
            places.ask(name.get_or_insert_with(|| Name::new(mention.first.of(texts.text[far]))));
        }
        let pieces = texts.segments[near].iter().map(|segment| segment.range);
        let sounds = Sounds::listed(texts.text[near], pieces, std::mem::take(&mut self.sounds));
        places.list(&sounds.list);
        scores.clear();
        for mention in mentions.iter_mut().filter(|mention| is_rare(mention)) {
            let Some(name) = &known[mention.name as usize].name else { continue };
            let best = places.find(&sounds, name, heard);
            if best < LEAST {
                continue;
            }
            mention.item = scores.len() as u32;
            scores.push(best);
            // The segments of the places, each once.
            heard_in.clear();
            let segment = |at: u32| {
                let at = sounds.list[at as usize].start;
                texts.segments[near].partition_point(|segment| segment.range.end <= at) as u32
            };
            heard_in.extend(heard.iter().filter(|place| place.1 >= best - NEAR).map(|place| segment(place.0)));
            heard_in.sort_unstable();
            heard_in.dedup();
            heard_in.iter().for_each(|&segment| tally.add(near, segment as usize, mention.item));
        }
        for &(mention, segment) in &*segments {
            let item = mentions[mention as usize].item;
            if item != NONE {
                tally.add(far, segment as usize, item);
            }
        }
        tally.finish(all, scores.len(), |item, spread| scores[item] * spread.gain(CHANCE, BACKGROUND));
        self.sounds = sounds.list;
        self.sounds.clear();
        self.sounds.shrink_to(SOUNDS_KEPT);
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
        let mut candidates = Vec::new();
        Finder::default().find(texts.text[far], pieces(far), &mut candidates);
        for candidate in candidates {
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
