//! Which text is the translation of which, where the two languages lie in separate files: by what the texts say.
//!
//! Every text becomes a bag of features: its numbers, dates and amounts by value ([`number`]), and its words, those of
//! the one language by their translations in the dictionary (names by their pinyin among them). Features weigh tf · idf; two
//! texts are as alike as the cosine of their bags, less where their lengths are not in the proportion that all have. Texts that
//! are like everything are held back: a candidate is ranked by its similarity less the mean similarity of both texts' nearest
//! candidates (Conneau et al. 2018, *Word translation without parallel data*, call it CSLS). Candidates are then assigned one to one,
//! the best first.
//!
//! Time is that of going through the lists of the features that occur in few texts, within the window of dates; memory a few kilobytes a
//! text.

use crate::signal::lexicon::token::{Tokenizer, Tokens};
use crate::signal::lexicon::words::{WordId, Words};
use crate::signal::lexicon::{Dictionary, Language};
use crate::signal::number;
use crate::span::{Pair, Side};
use foldhash::fast::FixedState;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// A feature in more than this share of the texts says nothing.
const COMMON: f64 = 0.25;
/// But features of so few texts are always used.
const ALWAYS: usize = 20;
/// Candidates kept of each text.
const CANDIDATES: usize = 10;
/// Nearest candidates whose mean is taken away.
const NEAREST: usize = 5;

/// A text to be paired.
#[derive(Debug, Clone, Copy)]
pub struct Text<'t> {
    /// All of it.
    pub text: &'t str,
    /// Its day, counted from anywhere; texts without one go with any.
    pub day: Option<i64>,
}

/// How to pair.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Days that the two texts of a pair may lie apart (default 3).
    pub days: u32,
    /// Least similarity of a pair, 0 to 1 (default 0.2).
    pub least: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { days: 3, least: 0.2 }
    }
}

/// Two texts that belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The text's number on either side.
    pub texts: Pair<usize>,
    /// How alike they are, 0 to 1.
    pub score: f64,
    /// How much more alike than the next best candidate of either.
    pub margin: f64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pairing {
    /// The pairs, in the order of the source texts.
    pub matches: Vec<Match>,
    /// Texts of either side without a partner.
    pub unpaired: Pair<Vec<Unpaired>>,
}

/// A text without a partner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unpaired {
    /// Its number on its side.
    pub text: usize,
    /// Its best candidate and how alike they are, if it has any.
    pub best: Option<(usize, f64)>,
}

type Bag = Vec<(WordId, f32)>;

/// Pairs `texts` of two languages, given by their tags.
pub fn pair(texts: Pair<&[Text<'_>]>, language: Pair<&str>, settings: &Settings) -> Pairing {
    let bags = bags(texts, language);
    let length = |side: Side| texts[side].iter().map(|text| text.text.len() as f64).sum::<f64>().max(1.0);
    let ratio = (length(Side::Target) / texts.target.len().max(1) as f64)
        / (length(Side::Source) / texts.source.len().max(1) as f64);
    // The targets by day, those without one first.
    let mut by_day: Vec<usize> = (0..texts.target.len()).collect();
    by_day.sort_by_key(|&target| texts.target[target].day);
    let dated = by_day.partition_point(|&target| texts.target[target].day.is_none());
    // The lists of the targets that have a feature: their places in that order.
    let mut lists: HashMap<WordId, Vec<(u32, f32)>, FixedState> = HashMap::default();
    for (place, &target) in by_day.iter().enumerate() {
        for &(feature, weight) in &bags.target[target] {
            lists.entry(feature).or_default().push((place as u32, weight));
        }
    }
    let mut candidates: Vec<(usize, usize, f64)> = Vec::new();
    let mut sums = vec![0.0f64; bags.target.len()];
    for (source, bag) in bags.source.iter().enumerate() {
        let from = texts.source[source];
        let days = i64::from(settings.days);
        let border = |within: &dyn Fn(i64) -> bool| {
            dated + by_day[dated..].partition_point(|&target| texts.target[target].day.is_some_and(within))
        };
        let window = from.day.map_or(dated..by_day.len(), |day| {
            border(&|other| other < day.saturating_sub(days))..border(&|other| other <= day.saturating_add(days))
        });
        let mut touched: Vec<u32> = Vec::new();
        for (feature, weight) in bag {
            let list = lists.get(feature).map_or(&[][..], Vec::as_slice);
            let part = |places: Range<usize>| {
                let end = |end: usize| list.partition_point(|&(place, _)| (place as usize) < end);
                &list[end(places.start)..end(places.end)]
            };
            for &(place, other) in part(0..dated).iter().chain(part(window.clone())) {
                if sums[place as usize] == 0.0 {
                    touched.push(place);
                }
                sums[place as usize] += f64::from(weight * other);
            }
        }
        let mut found: Vec<(usize, f64)> = Vec::new();
        for place in touched {
            let cosine = std::mem::take(&mut sums[place as usize]);
            let target = by_day[place as usize];
            let surprise = (texts.target[target].text.len() as f64 / (from.text.len().max(1) as f64 * ratio)).ln();
            found.push((target, cosine / (1.0 + surprise * surprise)));
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(CANDIDATES);
        candidates.extend(found.into_iter().map(|(target, score)| (source, target, score)));
    }
    assign(candidates, texts.map(<[_]>::len), settings.least)
}

/// One to one, the candidates first that stand out most.
fn assign(candidates: Vec<(usize, usize, f64)>, count: Pair<usize>, least: f64) -> Pairing {
    let mut scores = Pair::new(vec![Vec::new(); count.source], vec![Vec::new(); count.target]);
    for &(source, target, score) in &candidates {
        scores.source[source].push((score, target));
        scores.target[target].push((score, source));
    }
    for side in Side::BOTH {
        scores[side].iter_mut().for_each(|scores| scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))));
    }
    let mean =
        |scores: &[(f64, usize)]| scores.iter().take(NEAREST).map(|(score, _)| score).sum::<f64>() / NEAREST as f64;
    let mut ranked: Vec<(f64, usize, usize, f64)> = candidates
        .into_iter()
        .map(|(source, target, score)| {
            (2.0 * score - mean(&scores.source[source]) - mean(&scores.target[target]), source, target, score)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut partner = Pair::new(vec![false; count.source], vec![false; count.target]);
    let mut pairing = Pairing::default();
    for (_, source, target, score) in ranked {
        if score < least || partner.source[source] || partner.target[target] {
            continue;
        }
        (partner.source[source], partner.target[target]) = (true, true);
        let next = |own: &[(f64, usize)], other: usize| {
            own.iter().find(|(_, candidate)| *candidate != other).map_or(0.0, |(score, _)| *score)
        };
        let rival = next(&scores.source[source], target).max(next(&scores.target[target], source));
        pairing.matches.push(Match { texts: Pair::new(source, target), score, margin: score - rival });
    }
    pairing.matches.sort_by_key(|found| found.texts.source);
    for side in Side::BOTH {
        let best = |text: usize| scores[side][text].first().map(|&(score, other)| (other, score));
        let alone = (0..count[side]).filter(|&text| !partner[side][text]);
        pairing.unpaired[side] = alone.map(|text| Unpaired { text, best: best(text) }).collect();
    }
    pairing
}

/// The bags of all texts, in the words of one language, of length one.
fn bags(texts: Pair<&[Text<'_>]>, language: Pair<&str>) -> Pair<Vec<Bag>> {
    let dictionary = Dictionary::new(Language::new(language.source), Language::new(language.target));
    let key = dictionary.key_side();
    let value = key.other();
    let mut words = Words::default();
    let mut documents: HashMap<WordId, u32, FixedState> = HashMap::default();
    let plain = |side: Side, words: &mut Words| -> Vec<BTreeMap<WordId, f32>> {
        let mut tokenizer = Tokenizer::new(Language::new(language[side]));
        let mut tokens = Tokens::default();
        let count = |text: &Text<'_>| {
            tokens.clear();
            tokenizer.sentence(text.text, words, &mut tokens);
            let mut bag = BTreeMap::new();
            tokens.ids().iter().for_each(|&word| *bag.entry(word).or_insert(0.0) += 1.0);
            for number in number::keys(&number::parse(text.text, language[side].into())) {
                // No word looks like this.
                *bag.entry(words.intern(&format!("#{:x}", number.hash))).or_insert(0.0) += number.information / 3.0;
            }
            bag
        };
        texts[side].iter().map(count).collect()
    };
    let values = plain(value, &mut words);
    for bag in &values {
        bag.keys().for_each(|&word| *documents.entry(word).or_default() += 1);
    }
    let mut key_words = Words::default();
    let keys = plain(key, &mut key_words);
    let mut known: HashMap<WordId, Vec<(WordId, f32)>, FixedState> = HashMap::default();
    let translated = keys.iter().map(|bag| {
        let mut own: BTreeMap<WordId, f32> = BTreeMap::new();
        for (&word, &count) in bag {
            let translations = known.entry(word).or_insert_with(|| {
                let text = key_words.text(word);
                let same = words.id(text).map(|id| (id, 1.0));
                let listed = dictionary.translations(text).into_iter();
                same.into_iter().chain(listed.filter_map(|(text, share)| Some((words.id(&text)?, share)))).collect()
            });
            for &(other, share) in translations.iter() {
                *own.entry(other).or_insert(0.0) += count * share;
            }
        }
        own
    });
    let translated: Vec<BTreeMap<WordId, f32>> = translated.collect();
    let all = values.len().max(1) as f64;
    let most = ((all * COMMON) as usize).max(ALWAYS) as u32;
    let weigh = |bag: BTreeMap<WordId, f32>| -> Bag {
        let idf = |word: &WordId| documents.get(word).filter(|&&count| count <= most).copied();
        let mut bag: Bag = bag
            .into_iter()
            .filter_map(|(word, count)| {
                Some((word, (1.0 + count).ln() * ((1.0 + all) / f64::from(idf(&word)?)).ln() as f32))
            })
            .collect();
        let length = bag.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().max(1e-9);
        bag.iter_mut().for_each(|(_, weight)| *weight /= length);
        bag
    };
    let values = values.into_iter().map(weigh).collect();
    let keys = translated.into_iter().map(weigh).collect();
    if key == Side::Source { Pair::new(keys, values) } else { Pair::new(values, keys) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_find_the_translation() {
        let text = |text| Text { text, day: None };
        let source =
            ["阳岭煤矿超额完成十月份计划，产煤三万五千吨。", "青石镇的农民修成了一条水渠。", "本市举行乒乓球比赛。"];
        let target = [
            "The peasants of Qingshi Town built a canal.",
            "The weather was fine.",
            "The coal mine overfulfilled its October plan and produced 35,000 tons of coal.",
        ];
        let pairing = pair(
            Pair::new(&source.map(text), &target.map(text)),
            Pair::new("zh", "en"),
            &Settings { least: 0.05, ..Settings::default() },
        );
        let found: Vec<(usize, usize)> =
            pairing.matches.iter().map(|found| (found.texts.source, found.texts.target)).collect();
        assert_eq!(found, [(0, 2), (1, 0)]);
        assert_eq!(pairing.unpaired.source.len(), 1);
        assert_eq!(pairing.unpaired.target[0].text, 1);
    }

    #[test]
    fn dates_too_far_apart_are_no_pair() {
        let source = [Text { text: "农民修成了一条水渠。", day: Some(0) }];
        let target = [Text { text: "The peasants built a canal.", day: Some(9) }];
        let found = |days| {
            let settings = Settings { days, ..Settings::default() };
            pair(Pair::new(&source, &target), Pair::new("zh", "en"), &settings).matches.len()
        };
        assert_eq!((found(3), found(9)), (0, 1));
    }

    /// What the window leaves out is what would have been too far apart.
    #[test]
    fn texts_without_a_day_go_with_any() {
        let chinese = ["青石镇的农民修成了一条水渠。", "煤矿产煤三万五千吨。", "本市举行乒乓球比赛。"];
        let english = [
            "The peasants of Qingshi Town built a canal.",
            "The coal mine produced 35,000 tons of coal.",
            "The city held a table tennis match.",
        ];
        let text = |text, day| Text { text, day };
        let days = [Some(-5), Some(0), None, Some(2), Some(3), Some(4)];
        let mut targets: Vec<Text<'_>> = Vec::new();
        for (index, &day) in days.iter().enumerate() {
            targets.push(text(english[index % 3], day));
        }
        for day in [None, Some(-9), Some(-2), Some(1), Some(7)] {
            let sources = chinese.map(|own| text(own, day));
            let settings = Settings { least: 0.01, ..Settings::default() };
            let pairing = pair(Pair::new(&sources, &targets), Pair::new("zh", "en"), &settings);
            let near =
                |target: usize| day.zip(days[target]).is_none_or(|(from, to): (i64, i64)| from.abs_diff(to) <= 3);
            assert!(pairing.matches.iter().all(|found| near(found.texts.target)));
            let mut wanted = (0..3).filter(|topic| (0..6).any(|target| target % 3 == *topic && near(target)));
            assert!(
                wanted.all(|topic| {
                    pairing.matches.iter().any(|found| found.texts.source == topic && found.texts.target % 3 == topic)
                }),
                "{day:?}: {pairing:?}"
            );
        }
    }

    #[test]
    fn nothing_pairs_with_nothing() {
        let pairing = pair(Pair::new(&[], &[]), Pair::new("zh", "en"), &Settings::default());
        assert_eq!(pairing, Pairing::default());
    }
}
