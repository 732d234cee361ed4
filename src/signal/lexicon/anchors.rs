//! Pairs of sentences that their words mark as likely to belong together, wherever in the texts they stand.

use super::matches::{Matches, NONE, Text, WordPair};
use crate::groups::Groups;
use crate::span::Pair;

/// Translations less probable than this are no anchors.
const FAINT: f32 = 0.05;
/// Words of a sentence that are tried for sequences, the rarest ones.
const WORDS: usize = 3;
/// A sequence is of a sentence and one of so many that follow it.
const STEPS: usize = 2;
/// What a sequence weighs that stands once in either text: less than a rare word does that has but one translation.
const SEQUENCE: f32 = 0.5;

fn mean(forward: f32, backward: f32) -> f32 {
    0.5 * (forward + backward)
}

/// True for a pair with these probabilities that may be an anchor.
#[inline]
pub(super) fn is_likely(forward: f32, backward: f32) -> bool {
    mean(forward, backward) >= FAINT
}

/// The unit that weights are counted in when they are added up, small beside the smallest.
const GRAIN: f32 = 1.0 / (1 << 30) as f32;

/// A source sentence, a target sentence, and a weight.
pub(super) type Point = (u32, u32, f32);

impl Matches {
    /// A pair of words that translate each other and stand in at most `most` places of either text adds, to each pair of their
    /// places, the mean of its two probabilities by the number of these pairs: 1 for words that occur once and have one translation.
    /// Means below `FAINT` add nothing.
    pub fn rare(&self, most: u32) -> Vec<Point> {
        let (sources, targets) = (self.text.source.rare_places(most), self.text.target.rare_places(most));
        let mut points = Vec::new();
        for &(s, t, forward, backward) in self.likely() {
            let (source, target) = (sources.of(s as usize), targets.of(t as usize));
            if source.is_empty() || target.is_empty() {
                continue;
            }
            let weight = mean(forward, backward) / (source.len() * target.len()) as f32;
            for &s in source {
                target.iter().for_each(|&t| points.push((s, t, weight)));
            }
        }
        put_together(&mut points);
        points
    }

    /// [`Matches::rare`], and sequences: two words, each the other text's best translation of a word of its own, of which one stands
    /// in a sentence and one in the next or the next but one. Sequences stay rare where a text is so long, or so repetitive, that
    /// words do not. One that stands oftener than `most` times marks its first places, its second ones and so on, where it stands
    /// equally often in both texts.
    pub fn rare_and_sequences(&self, most: u32) -> Vec<Point> {
        let mut points = self.rare(most);
        let concepts = self.concepts();
        let source = self.text.source.sequences(&concepts.source, &concepts.rank, most);
        let target = self.text.target.sequences(&concepts.target, &concepts.rank, most);
        let (mut source, mut target) = (&source[..], &target[..]);
        while let (Some(&first), Some(&other)) = (source.first(), target.first()) {
            let (key, other) = (first >> 32, other >> 32);
            let run = |list: &[u64], key: u64| list.iter().take_while(|&&entry| entry >> 32 == key).count();
            let (mut here, mut there) = (&source[..0], &target[..0]);
            if key <= other {
                (here, source) = source.split_at(run(source, key));
            }
            if other <= key {
                (there, target) = target.split_at(run(target, other));
            }
            if here.is_empty() || there.is_empty() {
                continue;
            }
            let sentence = |&entry: &u64| entry as u32;
            if here.len() <= most as usize && there.len() <= most as usize {
                let weight = SEQUENCE / (here.len() * there.len()) as f32;
                let pairs = here.iter().flat_map(|s| there.iter().map(move |t| (s, t)));
                points.extend(pairs.map(|(s, t)| (sentence(s), sentence(t), weight)));
            } else if here.len() == there.len() {
                let weight = SEQUENCE / (here.len() * most as usize) as f32;
                points.extend(here.iter().zip(there).map(|(s, t)| (sentence(s), sentence(t), weight)));
            }
        }
        put_together(&mut points);
        points
    }

    /// The pairs of words that are probable enough.
    fn likely(&self) -> impl Iterator<Item = &WordPair> {
        self.pairs.iter().filter(|pair| is_likely(pair.2, pair.3))
    }

    /// Pairs of words that are each the other's best translation.
    fn concepts(&self) -> Concepts {
        let types = Pair::new(self.text.source.types.len(), self.text.target.types.len());
        let mut best = types.map(|count| vec![(0.0f32, NONE); count]);
        for &(s, t, forward, backward) in self.likely() {
            let mean = mean(forward, backward);
            for (slot, other) in [(&mut best.source[s as usize], t), (&mut best.target[t as usize], s)] {
                if mean > slot.0 {
                    *slot = (mean, other);
                }
            }
        }
        let mut concepts =
            Concepts { source: vec![NONE; types.source], target: vec![NONE; types.target], rank: Vec::new() };
        for (s, &(_, t)) in best.source.iter().enumerate() {
            if t == NONE || best.target[t as usize].1 != s as u32 {
                continue;
            }
            let counts = [self.text.source.counts[s], self.text.target.counts[t as usize]];
            concepts.source[s] = concepts.rank.len() as u32;
            concepts.target[t as usize] = concepts.rank.len() as u32;
            concepts.rank.push(counts[0].max(counts[1]));
        }
        concepts
    }
}

/// Words of either text, by type, as numbers that both have in common; NONE for those that have none. And how many places each has.
struct Concepts {
    source: Vec<u32>,
    target: Vec<u32>,
    rank: Vec<u32>,
}

/// Sorts points, and adds up the weights of those in one place: as whole numbers of [`GRAIN`], so that their order does not matter.
fn put_together(points: &mut Vec<Point>) {
    let past = |last: Option<u32>| last.map_or(0, |last| last as usize + 1);
    let sentences = past(points.iter().map(|point| point.0).max());
    let targets = past(points.iter().map(|point| point.1).max());
    let mut by_sentence = Groups::default();
    by_sentence.fill(sentences, points.iter().map(|&(s, t, weight)| (s, (t, ((weight / GRAIN) as u64).max(1)))));
    points.clear();
    let (mut sums, mut own) = (vec![0; targets], Vec::new());
    for s in 0..sentences {
        for &(t, weight) in by_sentence.of(s) {
            let sum = &mut sums[t as usize];
            if *sum == 0 {
                own.push(t);
            }
            *sum += weight;
        }
        own.sort_unstable();
        points.extend(own.drain(..).map(|t| (s as u32, t, std::mem::take(&mut sums[t as usize]) as f32 * GRAIN)));
    }
}

impl Text {
    /// The sentences of all types with at most `most` places.
    fn rare_places(&self, most: u32) -> Groups<u32> {
        let is_rare = |word: &&u32| self.counts[**word as usize] <= most;
        let places = (0..).zip(self.sentences());
        let places =
            places.flat_map(|(sentence, words)| words.iter().filter(is_rare).map(move |&word| (word, sentence)));
        let mut rare = Groups::default();
        rare.fill(self.types.len(), places);
        rare
    }

    /// All sequences, sorted: a hash of the two words above, the sentence of the first below. Words with at most `most` places are
    /// anchors themselves, and left out.
    fn sequences(&self, concepts: &[u32], rank: &[u32], most: u32) -> Vec<u64> {
        let mut found = Vec::new();
        // The words of the last sentences, the latest last.
        let mut last: [Vec<u32>; STEPS] = Default::default();
        for (sentence, words) in self.sentences().enumerate() {
            let concepts = words.iter().map(|&word| concepts[word as usize]);
            let mut own: Vec<u32> = concepts.filter(|&own| own != NONE && rank[own as usize] > most).collect();
            own.sort_unstable_by_key(|&own| (rank[own as usize], own));
            own.dedup();
            own.truncate(WORDS);
            for (step, before) in last.iter().rev().enumerate() {
                for (&first, &second) in before.iter().flat_map(|first| own.iter().map(move |second| (first, second))) {
                    let key = (u64::from(first) << 32 | u64::from(second)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    found.push(key >> 32 << 32 | (sentence - step - 1) as u64);
                }
            }
            last.rotate_left(1);
            last[STEPS - 1] = own;
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The words of each sentence.
    fn sentences(&self) -> impl Iterator<Item = &[u32]> + Clone {
        let mut first = 0;
        self.ends.iter().map(move |&end| {
            let words = &self.typed[first..end as usize];
            first = end as usize;
            words
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::signal::lexicon::Lexicon;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    const WORDS: [(&str, &str); 6] = [
        ("煤", "coal"),
        ("钢", "steel"),
        ("棉花", "cotton"),
        ("铁路", "railway"),
        ("学校", "school"),
        ("医院", "hospital"),
    ];

    /// A text of six words over and over, in the given order, a word a sentence.
    fn texts(order: &[usize]) -> (Vec<&'static str>, Vec<&'static str>) {
        order.iter().map(|&word| WORDS[word]).unzip()
    }

    proptest! {
        #[test]
        fn points_in_one_place_are_added_up(points in prop::collection::vec((0u32..9, 0u32..9, 1u32..50), 0..200)) {
            // Of these weights any sum is exact; of their parts, other units would be.
            let whole = |points: &[(u32, u32, u32)]| points.iter().map(|&(s, t, weight)| (s, t, weight as f32 / 1024.0)).collect::<Vec<_>>();
            let mut sums = BTreeMap::new();
            whole(&points).iter().for_each(|&(s, t, weight)| *sums.entry((s, t)).or_insert(0.0) += weight);
            let mut together = whole(&points);
            super::put_together(&mut together);
            prop_assert_eq!(together, sums.into_iter().map(|((s, t), sum)| (s, t, sum)).collect::<Vec<_>>());

            let mut parts: Vec<_> = points.iter().map(|&(s, t, weight)| (s, t, 1.0 / weight as f32)).collect();
            let mut turned: Vec<_> = parts.iter().rev().copied().collect();
            super::put_together(&mut parts);
            super::put_together(&mut turned);
            prop_assert_eq!(turned, parts);
        }

        #[test]
        fn what_repeats_word_by_word_is_told_apart_by_sequences(order in prop::collection::vec(0usize..6, 40..120)) {
            let (source, target) = texts(&order);
            let mut matches = Arc::new(Lexicon::new("zh", "en")).matches();
            matches.read_unprepared(&source, &target);
            let points = matches.rare_and_sequences(4);
            prop_assert!(points.windows(2).all(|pair| (pair[0].0, pair[0].1) < (pair[1].0, pair[1].1)), "sorted, one a place");
            for &(s, t, weight) in &points {
                prop_assert_eq!(order[s as usize], order[t as usize], "the same word stands there");
                prop_assert!(weight > 0.0);
            }
            // A pair of words that stands once in the text, one after the other, marks its own place.
            for at in 0..order.len() - 1 {
                let pair = |at: usize| (order[at], order[at + 1]);
                let frequent = |word: usize| order.iter().filter(|&&other| other == word).count() > 4;
                let places = |step: usize| {
                    let both = order.iter().zip(&order[step..]);
                    both.filter(|&(&first, &second)| (first, second) == pair(at)).count()
                };
                if frequent(order[at]) && frequent(order[at + 1]) && places(1) == 1 && places(2) == 0 {
                    prop_assert!(points.iter().any(|point| (point.0, point.1) == (at as u32, at as u32)), "{at}");
                }
            }
        }
    }
}
