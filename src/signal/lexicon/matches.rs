//! Matching words of one pair of texts, and the lexical evidence of its beads.

use super::blocks::{Blocks, Direction, STEPS, Turned, first_of};
use super::links::Links;
use super::token::{Tokenizer, Tokens};
use super::words::{WordId, Words};
use super::{Lexicon, cognate};
use crate::span::{ByteRange, Pair, Side};
use std::ops::Range;
use std::sync::Arc;

/// Words in the interner after which a worker starts anew (before its next pair of texts).
const WORDS_KEPT: usize = 200_000;
pub(super) const NONE: u32 = u32::MAX;

/// One match that a bead rests on, for explanations.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedWords {
    /// Source sentence, and the word's bytes in it.
    pub source: (usize, ByteRange),
    /// Target sentence, and the word's bytes in it.
    pub target: (usize, ByteRange),
    /// t(target word | source word) and the reverse, mixed as the evidence mixes them.
    pub probability: (f32, f32),
}

/// One side of the pair at hand.
#[derive(Debug, Default)]
pub(super) struct Text {
    tokens: Tokens,
    pub(super) ends: Vec<u32>,
    /// distinct words, in order of first sight; tokens as places in that list
    pub(super) types: Vec<WordId>,
    pub(super) typed: Vec<u32>,
    pub(super) counts: Vec<u32>,
    /// by type: ln λ, (1−λ)/λ/u
    floor: Vec<f32>,
    scale: Vec<f32>,
    /// by word: its type, or NONE
    local: Vec<u32>,
    /// By word, a bit: it has a type. Most translations are not in the text, and this is small enough to be at hand.
    has: Vec<u64>,
    /// by word
    known: Vec<Known>,
}

/// What is known of a word, whatever the text: its share of running words at large, or NAN while not asked; ln λ and (1−λ)/λ where its share
/// in the text does not count.
#[derive(Debug, Clone, Copy)]
struct Known {
    share: f32,
    floor: f32,
    gain: f32,
}

impl Known {
    const NOT_ASKED: Known = Known { share: f32::NAN, floor: 0.0, gain: 0.0 };
}

/// A word, or a type, that may translate another: t(it | the other) of the dictionary, and of the learned table, weighed against it, this and
/// t(the other | it).
#[derive(Debug, Default, Clone, Copy)]
struct Translation {
    word: u32,
    gloss: f32,
    there: f32,
    back: f32,
}

/// The translations of each word of the dictionary's key side, listed when first asked for.
#[derive(Debug, Default)]
struct Translations {
    spans: Vec<(u32, u32)>,
    list: Vec<Translation>,
    /// Of the words that were asked for last.
    asked: Vec<(u32, u32)>,
    /// What the dictionary holds for the word under way.
    glosses: Vec<(WordId, f32)>,
}

/// Words of both texts that translate each other: source type, target type, t(target|source), t(source|target).
pub(super) type WordPair = (u32, u32, f32, f32);

/// The evidence of a move's beads in a row, in 4096ths of a nat, as differences: forward `to` − `from`, backward `after` − `before`. Sums wrap.
pub(super) struct Prepared<'m> {
    /// Beads at the beginning that are passed over.
    pub(super) skipped: usize,
    pub(super) from: &'m [i32],
    pub(super) to: &'m [i32],
    pub(super) before: &'m [i32],
    pub(super) after: &'m [i32],
}

/// Does the work for one thread: owns interner, caches and every buffer, and holds the evidence of the pair of texts
/// that was read last. Made by [`Lexicon::matches`].
#[derive(Debug)]
pub struct Matches {
    lexicon: Arc<Lexicon>,
    words: Words,
    tokenizer: Pair<Tokenizer>,
    pub(super) text: Pair<Text>,
    translations: Translations,
    /// The words of both texts that are held for translations: the dictionary's key side's types with those of the other.
    held: Vec<(u32, Translation)>,
    /// The same, as source and target.
    pub(super) pairs: Vec<WordPair>,
    links: Pair<Links>,
    blocks: Pair<Blocks>,
    /// The target's blocks, by source border.
    turned: Turned,
    found: Vec<Translation>,
    mass: Vec<f32>,
    band: Vec<(u32, u32)>,
    cognates: cognate::Cognates,
}

impl Matches {
    pub(super) fn new(lexicon: Arc<Lexicon>) -> Self {
        Self {
            words: Words::default(),
            tokenizer: Pair::new(Tokenizer::new(lexicon.source), Tokenizer::new(lexicon.target)),
            lexicon,
            text: Pair::default(),
            translations: Translations::default(),
            held: Vec::new(),
            pairs: Vec::new(),
            links: Pair::default(),
            blocks: Pair::default(),
            turned: Turned::default(),
            found: Vec::new(),
            mass: Vec::new(),
            band: Vec::new(),
            cognates: cognate::Cognates::default(),
        }
    }

    /// True when there is a dictionary for the two languages.
    pub(crate) fn has_dictionary(&self) -> bool {
        !self.lexicon.dictionary.is_empty()
    }

    /// Reads a pair of texts, all beads within reach.
    pub fn read<S: AsRef<str>, T: AsRef<str>>(&mut self, source: &[S], target: &[T]) {
        let all = 0..target.len();
        self.read_banded(source, target, |_| all.clone());
    }

    /// Reads a pair of texts. `band(i)` are the target sentences that may share a bead with source sentence `i`; what
    /// lies outside is not prepared, and [`Matches::evidence`] is slow there (but right).
    pub fn read_banded<S: AsRef<str>, T: AsRef<str>>(
        &mut self,
        source: &[S],
        target: &[T],
        band: impl Fn(usize) -> Range<usize>,
    ) {
        self.tokenize(source, target);
        self.link();
        self.reach(band, usize::MAX);
    }

    /// Prepares the beads of another band of the texts that were read, see [`Matches::read_banded`]: those with at most `longest` sentences
    /// on either side.
    pub fn reach(&mut self, band: impl Fn(usize) -> Range<usize>, longest: usize) {
        let (n, m) = (self.text.source.ends.len(), self.text.target.ends.len());
        let farthest = self.lexicon.settings.longest_block;
        let longest = farthest.min(longest);
        let runs: Vec<usize> = (1..=longest).map(|length| self.lexicon.settings.run(length).min(longest)).collect();
        self.band.clear();
        self.band.extend((0..n).map(|i| {
            let range = band(i);
            (range.start.min(m) as u32, range.end.min(m) as u32)
        }));
        let (source, target) = (&self.text.source, &self.text.target);
        self.blocks.source.fill(&source.towards(target, &self.links.source), &self.band, &runs, farthest);
        // the same band seen from the target
        let mut mirror = vec![(n as u32, 0); m];
        for (i, &(low, high)) in self.band.iter().enumerate() {
            // One further on either side: a bead may begin or end at the border of the band.
            for row in &mut mirror[(low as usize).saturating_sub(1)..(high as usize + 1).clamp(low as usize, m)] {
                row.0 = row.0.min(i as u32);
                row.1 = row.1.max(i as u32 + 1);
            }
        }
        self.blocks.target.fill(&target.towards(source, &self.links.target), &mirror, &runs, farthest);
        let reach = |segment: usize| self.band.get(segment).copied().unwrap_or_default();
        self.turned.fill(
            &self.blocks.target,
            (0..=n).map(|border| {
                let (low, high) = (reach(border.min(n.saturating_sub(1))).0, reach(border.saturating_sub(1)).1);
                // A bead may begin in the last cell of a row, at the sentence behind it.
                (low as usize).saturating_sub(longest)..(high.max(low) as usize + 1).min(m)
            }),
        );
    }

    /// Reads a pair of texts, no bead prepared: [`Matches::reach`] is to follow.
    pub fn read_unprepared<S: AsRef<str>, T: AsRef<str>>(&mut self, source: &[S], target: &[T]) {
        self.tokenize(source, target);
        self.link();
    }

    /// Cuts the texts into words only: enough for [`Matches::tokens`].
    pub fn tokenize<S: AsRef<str>, T: AsRef<str>>(&mut self, source: &[S], target: &[T]) {
        if self.words.len() > WORDS_KEPT {
            *self = Self::new(Arc::clone(&self.lexicon));
        }
        for text in [&mut self.text.source, &mut self.text.target] {
            for &word in &text.types {
                text.local[word as usize] = NONE;
                text.has[word as usize / 64] = 0;
            }
        }
        let (words, text) = (&mut self.words, &mut self.text);
        text.source.read(source.iter().map(S::as_ref), &mut self.tokenizer.source, words);
        text.target.read(target.iter().map(T::as_ref), &mut self.tokenizer.target, words);
    }

    /// The tokens of one side.
    pub fn tokens(&self, side: Side) -> &Tokens {
        &self.text[side].tokens
    }

    /// The words behind the tokens' numbers.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The lexical evidence of a bead: how much likelier its target words are given its source words than by
    /// themselves (in nats, summed over the words), and the same of its source words given the target. 0 for an
    /// omission or addition. Cost: two differences inside the band, else the words of the bead.
    ///
    /// # Panics
    /// When a range lies outside the texts.
    pub fn evidence(&self, source: Range<usize>, target: Range<usize>) -> (f32, f32) {
        if source.is_empty() || target.is_empty() {
            return (0.0, 0.0);
        }
        let forward = self.blocks.source.sum(&source, &target);
        let backward = self.blocks.target.sum(&target, &source);
        match (forward, backward) {
            (Some(forward), Some(backward)) => (forward as f32 / STEPS, backward as f32 / STEPS),
            _ => self.slow_evidence(source, target),
        }
    }

    /// What the [`Matches::evidence`] of the beads of a block of source sentences with the `run` target sentences up to each end from `first`
    /// on, `count` of them, is made of. Ends that do not lie within reach, which the search does not take, are passed over. `None` where
    /// nothing is prepared.
    #[inline]
    pub(super) fn evidence_to(
        &self,
        source: Range<usize>,
        run: usize,
        first: usize,
        count: usize,
    ) -> Option<Prepared<'_>> {
        let prepared = run <= self.lexicon.settings.run(source.len()) && run <= self.blocks.target.filled();
        let (low, forward) = self.blocks.source.row(&source).filter(|_| prepared)?;
        let (before, after) = (self.turned.row(source.start, run), self.turned.row(source.end, run));
        // The target sentences that beads begin with and all three know.
        let begin = (first - run).max(low).max(before.0).max(after.0);
        let known =
            (low + forward.len().saturating_sub(run)).min(before.0 + before.1.len()).min(after.0 + after.1.len());
        let count = (first - run + count).min(known).saturating_sub(begin);
        if count == 0 {
            return Some(Prepared { skipped: 0, from: &[], to: &[], before: &[], after: &[] });
        }
        Some(Prepared {
            skipped: begin + run - first,
            from: &forward[begin - low..][..count],
            to: &forward[begin + run - low..][..count],
            before: &before.1[begin - before.0..][..count],
            after: &after.1[begin - after.0..][..count],
        })
    }

    /// [`Matches::evidence`] straight from its definition: O(words of the bead · their translations).
    pub fn slow_evidence(&self, source: Range<usize>, target: Range<usize>) -> (f32, f32) {
        (self.slow(Side::Source, &source, &target), self.slow(Side::Target, &target, &source))
    }

    fn slow(&self, near: Side, block: &Range<usize>, far: &Range<usize>) -> f32 {
        let (near_text, far_text, links) = (&self.text[near], &self.text[near.other()], &self.links[near]);
        let block = &near_text.typed[near_text.tokens.start(block.start)..near_text.tokens.start(block.end)];
        let far = &far_text.typed[far_text.tokens.start(far.start)..far_text.tokens.start(far.end)];
        let per_word = 1.0 / (block.len().max(1) as f32);
        let mut sum = 0.0;
        for &e in far {
            let found = block.iter().flat_map(|&f| links.weighed(f)).filter(|link| link.far == e);
            let mass: f32 = found.map(|link| link.weight).sum();
            sum += far_text.floor[e as usize] + (1.0 + mass * per_word).ln();
        }
        sum
    }

    /// The pairs of words that speak for a bead, in the order of the source, the best target word for each.
    pub fn matched_words(&self, source: Range<usize>, target: Range<usize>) -> Vec<MatchedWords> {
        let mut found = Vec::new();
        for i in source {
            let at = self.text.source.tokens.start(i);
            for (k, &range) in self.text.source.tokens.ranges(i).iter().enumerate() {
                let f = self.text.source.typed[at + k];
                let mut best: Option<(f32, MatchedWords)> = None;
                for j in target.clone() {
                    let at = self.text.target.tokens.start(j);
                    for (k, &place) in self.text.target.tokens.ranges(j).iter().enumerate() {
                        let e = self.text.target.typed[at + k];
                        let forward = self.links.source.probability(f, e);
                        let backward = self.links.target.probability(e, f);
                        let gain = forward * self.text.target.scale[e as usize]
                            + backward * self.text.source.scale[f as usize];
                        if gain > 0.0 && best.as_ref().is_none_or(|b| gain > b.0) {
                            let probability = (forward, backward);
                            best = Some((gain, MatchedWords { source: (i, range), target: (j, place), probability }));
                        }
                    }
                }
                found.extend(best.map(|b| b.1));
            }
        }
        found
    }

    /// For each word of one side of a bead, in order, the word of the other side that explains it best: its number within
    /// the bead's other side, and how probably one translates the other (the larger of both directions).
    pub fn best_partners(&self, near: Side, near_run: Range<usize>, far_run: Range<usize>) -> Vec<Option<(u32, f32)>> {
        let other = near.other();
        let (near_text, far_text) = (&self.text[near], &self.text[other]);
        let run = |text: &Text, run: Range<usize>| text.tokens.start(run.start)..text.tokens.start(run.end);
        let far = &far_text.typed[run(far_text, far_run)];
        let best = |&f: &u32| {
            let mut best: Option<(f32, u32, f32)> = None;
            for (place, &e) in (0u32..).zip(far) {
                let (there, back) = (self.links[near].probability(f, e), self.links[other].probability(e, f));
                let gain = there * far_text.scale[e as usize] + back * near_text.scale[f as usize];
                if gain > 0.0 && best.is_none_or(|best| gain > best.0) {
                    best = Some((gain, place, there.max(back)));
                }
            }
            best.map(|(_, place, probability)| (place, probability))
        };
        near_text.typed[run(near_text, near_run)].iter().map(best).collect()
    }

    /// The share that each word of a run of sentences has of the language at large.
    pub fn shares(&self, side: Side, run: Range<usize>) -> impl Iterator<Item = f32> + '_ {
        let text = &self.text[side];
        let words = text.tokens.start(run.start)..text.tokens.start(run.end);
        words.map(|at| text.known[text.types[text.typed[at] as usize] as usize].share)
    }

    /// Which words of the two texts translate each other, and how probably.
    fn link(&mut self) {
        Side::BOTH.into_iter().for_each(|side| self.blocks[side].forget());
        self.look_up();
        self.weigh();
        let Self { text, pairs, links, .. } = self;
        for near in Side::BOTH {
            let directed = pairs.iter().map(move |&(s, t, forward, backward)| match near {
                Side::Source => (s, t, forward),
                Side::Target => (t, s, backward),
            });
            links[near].fill(text[near].types.len(), &text[near.other()].scale, directed);
        }
    }

    /// What the dictionary and the learned table say of the two texts' words. The dictionary has t(value | key); the reverse is inverted over
    /// the keys in this text.
    fn look_up(&mut self) {
        let Self { lexicon, words, text, translations, held, pairs, mass, cognates, found, .. } = self;
        let key_side = lexicon.dictionary.key_side();
        let (key, value) = (&text[key_side], &text[key_side.other()]);
        held.clear();
        translations.ask(&key.types, words, lexicon);
        for k in 0..key.types.len() as u32 {
            held.extend(value.find(translations.of(k), found).iter().map(|&translation| (k, translation)));
        }
        if lexicon.cognates {
            cognates.link(words, &key.types, &value.types, |k, word, gloss| {
                held.push((k, Translation { word, gloss, ..Translation::default() }));
            });
        }
        mass.clear();
        mass.resize(value.types.len(), 0.0);
        held.iter().for_each(|(_, translation)| mass[translation.word as usize] += translation.gloss);
        let share = 1.0 - lexicon.share_learned();
        pairs.clear();
        pairs.extend(held.iter().map(|&(k, Translation { word, gloss, there, back })| {
            let inverted = if gloss > 0.0 { gloss / mass[word as usize] } else { 0.0 };
            let (there, back) = (share * gloss + there, share * inverted + back);
            match key_side {
                Side::Source => (k, word, there, back),
                Side::Target => (word, k, back, there),
            }
        }));
    }

    /// u and λ of every type.
    fn weigh(&mut self) {
        let settings = &self.lexicon.settings;
        for side in Side::BOTH {
            let language = if side == Side::Source { self.lexicon.source } else { self.lexicon.target };
            let text = &mut self.text[side];
            text.known.resize(self.words.len(), Known::NOT_ASKED);
            text.floor.clear();
            text.scale.clear();
            let total = text.typed.len() as f32;
            // A word so common that a match says nothing gets λ = 1.
            let weighed = |common: f32| {
                let lambda = 1.0 - (1.0 - settings.lambda) * (1.0 - common / settings.common).max(0.0);
                (lambda.ln(), (1.0 - lambda) / lambda)
            };
            for (&word, &count) in text.types.iter().zip(&text.counts) {
                let known = &mut text.known[word as usize];
                if known.share.is_nan() {
                    let share = super::share_at_large(language, self.words.text(word));
                    let (floor, gain) = weighed(share);
                    *known = Known { share, floor, gain };
                }
                let u = (count as f32 + settings.background * known.share) / (total + settings.background);
                let common = u - 3.0 * (u / total).sqrt();
                let (floor, gain) = if common > known.share { weighed(common) } else { (known.floor, known.gain) };
                text.floor.push(floor);
                text.scale.push(gain / u.max(1e-7));
            }
        }
    }
}

impl Text {
    fn read<'t>(&mut self, sentences: impl Iterator<Item = &'t str>, tokenizer: &mut Tokenizer, words: &mut Words) {
        self.tokens.clear();
        self.ends.clear();
        for sentence in sentences {
            tokenizer.sentence(sentence, words, &mut self.tokens);
            self.ends.push(self.tokens.ids().len() as u32);
        }
        self.types.clear();
        self.typed.clear();
        self.counts.clear();
        self.local.resize(words.len(), NONE);
        self.has.resize(words.len().div_ceil(64), 0);
        self.typed.extend(self.tokens.ids().iter().map(|&id| {
            let slot = &mut self.local[id as usize];
            if *slot == NONE {
                *slot = self.types.len() as u32;
                self.has[id as usize / 64] |= 1 << (id % 64);
                self.types.push(id);
                self.counts.push(0);
            }
            self.counts[*slot as usize] += 1;
            *slot
        }));
    }

    /// Writes over `found` those of a list that the text has, as types. Whether it has one cannot be foreseen: nothing is made to
    /// depend on it but where the next is written.
    fn find<'f>(&self, list: &[Translation], found: &'f mut Vec<Translation>) -> &'f [Translation] {
        let found = first_of(found, list.len());
        let mut count = 0;
        for &entry in list {
            let bits = self.has.get(entry.word as usize / 64).copied().unwrap_or(0);
            found[count] = entry;
            count += (bits >> (entry.word % 64) & 1) as usize;
        }
        let found = &mut found[..count];
        found.iter_mut().for_each(|entry| entry.word = self.local[entry.word as usize]);
        found
    }

    fn towards<'t>(&'t self, far: &'t Text, links: &'t Links) -> Direction<'t> {
        Direction {
            near: &self.typed,
            near_ends: &self.ends,
            links,
            far: &far.typed,
            far_ends: &far.ends,
            floor: &far.floor,
            counts: &far.counts,
        }
    }
}

impl Translations {
    /// Looks up the lists of all these words, which [`Translations::of`] has then by their order.
    fn ask(&mut self, types: &[WordId], words: &mut Words, lexicon: &Lexicon) {
        self.spans.resize(self.spans.len().max(words.len()), (NONE, 0));
        self.asked.clear();
        for &word in types {
            if self.spans[word as usize].0 == NONE {
                let start = self.list.len() as u32;
                self.list(word, words, lexicon);
                self.spans[word as usize] = (start, self.list.len() as u32);
            }
            self.asked.push(self.spans[word as usize]);
        }
        // They lie far apart in memory: touched one after another, with nothing between that depends on what is found there, they are
        // fetched at once.
        let first = |&(start, _): &(u32, u32)| self.list.get(start as usize).map_or(0, |entry| entry.word);
        std::hint::black_box(self.asked.iter().map(first).fold(0, |all, word| all ^ word));
    }

    /// Lists what the dictionary and the learned table hold for the translations of a word, each once.
    fn list(&mut self, word: WordId, words: &mut Words, lexicon: &Lexicon) {
        let Self { list, glosses, .. } = self;
        let (first, text) = (list.len(), words.text(word).to_owned());
        lexicon.dictionary.translate(&text, words, glosses);
        list.extend(glosses.drain(..).map(|(word, gloss)| Translation { word, gloss, ..Translation::default() }));
        for (other, there, back) in lexicon.learned(&text) {
            let word = words.intern(other);
            match list[first..].iter_mut().find(|known| known.word == word) {
                Some(known) => (known.there, known.back) = (there, back),
                None => list.push(Translation { word, gloss: 0.0, there, back }),
            }
        }
    }

    /// The list of the word that was asked for in this place.
    fn of(&self, place: u32) -> &[Translation] {
        let (start, end) = self.asked[place as usize];
        &self.list[start as usize..end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Lexicon, TranslationTable};
    use crate::span::Side;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn close(fast: (f32, f32), slow: (f32, f32)) -> bool {
        let near = |a: f32, b: f32| (a - b).abs() < 0.01 + 1e-4 * b.abs();
        near(fast.0, slow.0) && near(fast.1, slow.1)
    }

    const SOURCE: [&str; 6] =
        ["阳岭煤矿职工", "超额完成了十月份的生产计划。", "共产原煤35,200吨，", "中国人民", "", "。"];
    const TARGET: [&str; 6] = [
        "The workers of the Yangling Coal Mine ",
        "overfulfilled the production plan for October. ",
        "35200 tons of raw coal ",
        "the Chinese people, the people ",
        "",
        "Moscow, September.",
    ];

    fn texts(of: &'static [&'static str; 6]) -> impl Strategy<Value = Vec<String>> {
        let sentence = prop::collection::vec(0usize..6, 0..4);
        let sentence = sentence.prop_map(|parts| parts.into_iter().map(|p| of[p]).collect::<String>());
        prop::collection::vec(sentence, 0..14)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn prefix_sums_equal_the_definition(
            source in texts(&SOURCE), target in texts(&TARGET), width in 1usize..20, beads in prop::collection::vec(any::<[prop::sample::Index; 4]>(), 30),
        ) {
            let table: TranslationTable = serde_json::from_value(serde_json::json!({
                "source": ["煤矿", "职工"], "target": ["coal", "mine", "worker"],
                "forward": {"ends": [2, 3], "words": [0, 1, 2], "probabilities": [0.5, 0.4, 0.7]},
                "backward": {"ends": [1, 2, 3], "words": [0, 0, 1], "probabilities": [0.8, 0.6, 0.9]},
            })).unwrap();
            prop_assert!(table.is_sound());
            let lexicon = Lexicon::new("zh", "en");
            for lexicon in [lexicon.clone(), lexicon.with_table(Arc::new(table))] {
                let mut matches = Arc::new(lexicon).matches();
                matches.read(&["前言。中国"], &["Foreword. China"]);
                let (n, m) = (source.len(), target.len());
                // Small blocks in a wide band, then all in a narrow one, as the search asks for them; then a part of the texts.
                let part = |i: usize, width: usize| match i {
                    0 => 0..0,
                    i if i + 1 == n => m..m,
                    i => i.saturating_sub(width)..i + width,
                };
                matches.read_unprepared(&source, &target);
                for stage in 0..3 {
                    match stage {
                        0 => matches.reach(|i| i.saturating_sub(width)..i + width, 3),
                        1 => matches.reach(|i| i.saturating_sub(width / 2)..i + width / 2 + 1, usize::MAX),
                        _ => matches.reach(|i| part(i, width), usize::MAX),
                    }
                    for [a, b, c, d] in &beads {
                        let i = [a.index(n + 1), b.index(n + 1)];
                        let j = [c.index(m + 1), d.index(m + 1)];
                        let (s, t) = (i[0].min(i[1])..i[0].max(i[1]), j[0].min(j[1])..j[0].max(j[1]));
                        let fast = matches.evidence(s.clone(), t.clone());
                        let slow = matches.slow_evidence(s.clone(), t.clone());
                        if s.is_empty() || t.is_empty() {
                            prop_assert_eq!(fast, (0.0, 0.0));
                        } else {
                            prop_assert!(close(fast, slow), "{stage}: {s:?} {t:?}: {fast:?} {slow:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_right_pair_gains_and_tells_why() {
        let lexicon = Lexicon::new("zh", "en");
        let mut matches = Arc::new(lexicon).matches();
        let source = ["陽嶺煤礦職工超額完成了十月份的生產計劃。", "会议昨天在莫斯科开幕。"];
        let target = [
            "The workers of the Yangling coal mine overfulfilled the production plan.",
            "The meeting opened in Moscow.",
        ];
        matches.read(&source, &target);
        let sum = |e: (f32, f32)| e.0 + e.1;
        for (i, j) in [(0, 1), (1, 0)] {
            assert!(sum(matches.evidence(i..i + 1, i..i + 1)) > sum(matches.evidence(i..i + 1, j..j + 1)) + 5.0);
        }
        let words = matches.matched_words(1..2, 1..2);
        let words: Vec<_> = words.iter().map(|w| (w.source.1.of(source[1]), w.target.1.of(target[1]))).collect();
        assert!(words.contains(&("莫斯科", "Moscow")) && words.contains(&("会议", "meeting")), "{words:?}");
        assert_eq!(matches.tokens(Side::Target).sentences(), 2);
    }

    #[test]
    fn turning_the_texts_around_turns_the_evidence_around() {
        let (zh, en) = (["中国人民解放军"], ["The Chinese People's Liberation Army"]);
        let (there, back) = (Lexicon::new("zh", "en"), Lexicon::new("en", "zh"));
        let (mut there, mut back) = (Arc::new(there).matches(), Arc::new(back).matches());
        there.read(&zh, &en);
        back.read(&en, &zh);
        let (forward, backward) = there.evidence(0..1, 0..1);
        assert!(close(back.evidence(0..1, 0..1), (backward, forward)));
    }

    #[test]
    fn the_same_words_count_without_a_dictionary() {
        let lexicon = Lexicon::new("de", "fr");
        let mut matches = Arc::new(lexicon).matches();
        matches.read(&["Die Expedition 1957", "Der Berg"], &["L'expédition de 1957", "La montagne"]);
        assert!(matches.evidence(0..1, 0..1).0 > matches.evidence(1..2, 0..1).0 + 2.0);
    }
}
