//! Learning a translation table from beads: IBM Model 1 (Brown et al. 1993), as Moore (2002) uses it for aligning.
//!
//! A target word e of a bead comes from one of the bead's source words f, or from none (the null word), all places
//! being equally likely. Expectation and maximisation by turns:
//!
//! ```text
//! c(f, e) = Σ_beads t(e|f) / (t(e|∅) + Σ_f' t(e|f'))          t(e|f) = c(f, e) / (Σ_e c(f, e) + ½)
//! ```
//!
//! - The beads come from an aligner that errs, and the table is used to align the same texts again. Without care it
//!   remembers its own wrong pairs, so every t is discounted by *leaving one out*: t · (1 − 1/s), s the number of beads
//!   with both words. What was seen in a single bead says nothing, and is never stored at all.
//! - The work is sharded by e: its row of counts is touched by nobody else, and sums run in the order of the beads.
//!   The result is the same to the last bit on any number of threads.
//! - Memory: 12 bytes a stored pair of words, about 12 a token. When there are more than [`Settings::most_pairs`], the pairs
//!   seen least often go first.
//!
//! Both directions are learned, each for itself.

use crate::bead::Alignment;
use crate::groups::Groups;
use crate::signal::Texts;
use crate::signal::lexicon::table::{Rows, TranslationTable};
use crate::signal::lexicon::token::{Language, Tokenizer, Tokens};
use crate::signal::lexicon::words::{WordId, Words};
use crate::span::{Block, Pair, Side};
use foldhash::fast::FixedState;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Words learned together before the cap is looked at again.
const CHUNK: usize = 2048;
/// Words that a thread takes at a time, at least.
const PIECE: usize = 64;
/// Beads whose sums are taken one after another.
const TOGETHER: usize = 16;
const NONE: u32 = u32::MAX;

/// How to learn a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Beads less probable than this teach nothing. Default 0.5.
    pub least_confidence: f64,
    /// Fewer beads than this are not enough to learn from. Default 200.
    pub least_beads: usize,
    /// Source segments of one document that are aligned to learn from; of a longer one, parts spread evenly over it. Default 10,000.
    pub most_segments: usize,
    /// Rounds of expectation and maximisation. Default 5.
    pub rounds: usize,
    /// Translations less probable than this are dropped: they cost time and help no more than they mislead. Default 0.03.
    pub least_probability: f32,
    /// Likewise those less probable than this whose reverse is dropped. Default 0.1.
    pub least_one_way: f32,
    /// Beads that both words of a pair must share. Default 2; at 1 nothing is left of a pair in any case.
    pub least_support: u32,
    /// Pairs of words held in memory for one direction. Default 8,000,000 (100 MB).
    pub most_pairs: usize,
    /// Beads with more source words times target words than this are left out. Default 6000.
    pub largest_bead: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            least_confidence: 0.5,
            least_beads: 200,
            most_segments: 10_000,
            rounds: 5,
            least_probability: 0.03,
            least_one_way: 0.1,
            least_support: 2,
            most_pairs: 8_000_000,
            largest_bead: 6000,
        }
    }
}

/// Two-sided beads to learn from, as words.
#[derive(Debug, Default)]
pub struct ParallelWords {
    words: Pair<Words>,
    tokens: Pair<Vec<WordId>>,
    ends: Pair<Vec<u32>>,
}

/// The two-sided beads of some documents, to be put into [`ParallelWords`]. Its words are a list in the order of first sight: they are
/// looked up where parts are put together, and nowhere before.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Part {
    words: Pair<Vec<Box<str>>>,
    tokens: Pair<Vec<WordId>>,
    ends: Pair<Vec<u32>>,
}

/// Cuts the segments of beads into words; knows the words of all documents that it has cut.
#[derive(Debug)]
pub struct Cutter {
    tokenizer: Pair<Tokenizer>,
    words: Pair<Words>,
    tokens: Pair<Tokens>,
    numbers: Pair<Numbers>,
}

impl Cutter {
    /// For a pair of language tags.
    pub fn new(language: Pair<&str>) -> Self {
        let (words, tokens, numbers) = Default::default();
        let tokenizer = language.map(|tag| Tokenizer::new(Language::new(tag)));
        Self { tokenizer, words, tokens, numbers }
    }

    /// The two-sided beads of `documents` that are surer than [`Settings::least_confidence`].
    pub fn part(&mut self, documents: &[(Texts<'_>, &Alignment)], settings: &Settings) -> Part {
        let mut part = Part::default();
        for (texts, alignment) in documents {
            let sure = |confidence: f64| confidence >= settings.least_confidence;
            for bead in alignment.beads.iter().filter(|bead| bead.block.is_pair() && sure(bead.confidence)) {
                self.cut(texts, bead.block);
                // One that is empty on a side teaches nothing.
                if Side::BOTH.iter().any(|&side| self.tokens[side].ids().is_empty()) {
                    continue;
                }
                for side in Side::BOTH {
                    self.numbers[side].add(self.tokens[side].ids(), self.words[side].len(), &mut part.tokens[side]);
                    part.ends[side].push(part.tokens[side].len() as u32);
                }
            }
        }
        for side in Side::BOTH {
            part.words[side] =
                self.numbers[side].take().into_iter().map(|id| self.words[side].text(id).into()).collect();
        }
        part
    }

    /// Cuts a bead.
    fn cut(&mut self, texts: &Texts<'_>, block: Block) {
        for side in Side::BOTH {
            self.tokens[side].clear();
            for segment in &texts.segments[side][block[side].indices()] {
                let text = segment.range.of(texts.text[side]);
                self.tokenizer[side].sentence(text, &mut self.words[side], &mut self.tokens[side]);
            }
        }
    }
}

/// The numbers that words of an interner have in a [`Part`].
#[derive(Debug, Default)]
struct Numbers {
    number: Vec<WordId>,
    known: Vec<WordId>,
}

impl Numbers {
    /// Adds `ids`, words of an interner of `words`, by their numbers.
    fn add(&mut self, ids: &[WordId], words: usize, tokens: &mut Vec<WordId>) {
        self.number.resize(words, NONE);
        tokens.extend(ids.iter().map(|&id| {
            let number = &mut self.number[id as usize];
            if *number == NONE {
                *number = self.known.len() as WordId;
                self.known.push(id);
            }
            *number
        }));
    }

    /// The words that have numbers, in order; none has one any more.
    fn take(&mut self) -> Vec<WordId> {
        self.known.iter().for_each(|&id| self.number[id as usize] = NONE);
        std::mem::take(&mut self.known)
    }
}

impl ParallelWords {
    /// The two-sided beads of `alignments` that are surer than [`Settings::least_confidence`]. Documents are cut into words in parallel and
    /// joined in their order.
    pub fn of(documents: &[(Texts<'_>, &Alignment)], settings: &Settings) -> Self {
        let part =
            |documents: &[(Texts<'_>, &Alignment)]| Cutter::new(documents[0].0.language).part(documents, settings);
        let parts: Vec<Part> = documents.par_chunks(32).map(part).collect();
        parts.iter().fold(Self::default(), |mut whole, part| {
            whole.append(part);
            whole
        })
    }

    /// Adds a bead by its words (in token form). One that is empty on a side is passed over.
    pub fn push<'w>(&mut self, source: impl IntoIterator<Item = &'w str>, target: impl IntoIterator<Item = &'w str>) {
        self.tokens.source.extend(source.into_iter().map(|w| self.words.source.intern(w)));
        self.tokens.target.extend(target.into_iter().map(|w| self.words.target.intern(w)));
        self.close();
    }

    /// Ends a bead, or drops it where a side has no word.
    fn close(&mut self) {
        let starts = Side::BOTH.map(|side| self.ends[side].last().map_or(0, |&end| end as usize));
        if Side::BOTH.iter().zip(starts).any(|(&side, start)| self.tokens[side].len() == start) {
            Side::BOTH.iter().zip(starts).for_each(|(&side, start)| self.tokens[side].truncate(start));
            return;
        }
        for side in Side::BOTH {
            self.ends[side].push(self.tokens[side].len() as u32);
        }
    }

    /// Adds the beads of a part after those that are here.
    pub fn append(&mut self, part: &Part) {
        for side in Side::BOTH {
            let first = self.tokens[side].len() as u32;
            let numbers: Vec<WordId> = part.words[side].iter().map(|word| self.words[side].intern(word)).collect();
            self.tokens[side].extend(part.tokens[side].iter().map(|&word| numbers[word as usize]));
            self.ends[side].extend(part.ends[side].iter().map(|end| first + end));
        }
    }

    /// How many beads.
    pub fn len(&self) -> usize {
        self.ends.source.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many words the beads have on a side.
    pub fn token_count(&self, side: Side) -> usize {
        self.tokens[side].len()
    }

    fn bead(&self, side: Side, bead: usize) -> &[WordId] {
        let start = if bead == 0 { 0 } else { self.ends[side][bead - 1] as usize };
        &self.tokens[side][start..self.ends[side][bead] as usize]
    }

    /// The words of each bead, each word once.
    fn distinct(&self, side: Side) -> Groups<WordId> {
        let mut last = vec![NONE; self.words[side].len()];
        let mut distinct = Groups::default();
        for bead in 0..self.len() {
            let new = |word: &WordId| std::mem::replace(&mut last[*word as usize], bead as u32) != bead as u32;
            distinct.extend(self.bead(side, bead).iter().copied().filter(new));
            distinct.close();
        }
        distinct
    }

    /// The words of each bead, four by four: they are gone through ten times for each word of the other side, and a turn of a loop costs as
    /// much as a word. The last four of a bead are filled up with a word that no row has.
    fn fours(&self, side: Side) -> Groups<[WordId; 4]> {
        let none = self.words[side].len() as WordId;
        let mut fours = Groups::default();
        for bead in 0..self.len() {
            let (whole, rest) = self.bead(side, bead).as_chunks();
            fours.extend(whole.iter().copied());
            if !rest.is_empty() {
                fours.extend([std::array::from_fn(|k| rest.get(k).copied().unwrap_or(none))]);
            }
            fours.close();
        }
        fours
    }

    /// Learns the table, in parallel in the current rayon pool.
    pub fn learn(&self, settings: &Settings) -> TranslationTable {
        let mut forward = self.direction(Side::Source, Side::Target, settings);
        let mut backward = self.direction(Side::Target, Side::Source, settings);
        let turned = |list: &[(WordId, WordId, f32)]| -> HashSet<(WordId, WordId), FixedState> {
            list.iter().map(|&(near, far, _)| (far, near)).collect()
        };
        let (there, back) = (turned(&forward), turned(&backward));
        forward.retain(|&(f, e, p)| p >= settings.least_one_way || back.contains(&(f, e)));
        backward.retain(|&(e, f, p)| p >= settings.least_one_way || there.contains(&(e, f)));
        // Only words that have a translation are kept, in byte order.
        let mut used = Pair::new(vec![false; self.words.source.len()], vec![false; self.words.target.len()]);
        for &(f, e, _) in &forward {
            (used.source[f as usize], used.target[e as usize]) = (true, true);
        }
        for &(e, f, _) in &backward {
            (used.source[f as usize], used.target[e as usize]) = (true, true);
        }
        let sorted = |side: Side| {
            let words = &self.words[side];
            let mut ids: Vec<WordId> = (0..words.len() as WordId).filter(|&id| used[side][id as usize]).collect();
            ids.sort_unstable_by(|&a, &b| words.text(a).cmp(words.text(b)));
            let mut number = vec![NONE; words.len()];
            ids.iter().enumerate().for_each(|(n, &id)| number[id as usize] = n as u32);
            (ids.iter().map(|&id| words.text(id).to_owned()).collect::<Vec<_>>(), number)
        };
        let ((source, source_number), (target, target_number)) = (sorted(Side::Source), sorted(Side::Target));
        TranslationTable {
            forward: rows(forward, source.len(), &source_number, &target_number),
            backward: rows(backward, target.len(), &target_number, &source_number),
            source,
            target,
        }
    }

    /// (near word, far word, t(far | near)) for all pairs that stay.
    fn direction(&self, near: Side, far: Side, settings: &Settings) -> Vec<(WordId, WordId, f32)> {
        let beads = BeadIndex::new(self, far, settings.largest_bead);
        let mut words = self.rows(near, far, &beads, settings);
        let uniform = 1.0 / words.len().max(1) as f32;
        words.iter_mut().for_each(|word| {
            word.null = uniform;
            word.value.fill(uniform);
        });
        let fours = self.fours(near);
        let mut total = vec![0.0f64; self.words[near].len()];
        for _ in 0..settings.rounds {
            words.par_iter_mut().enumerate().with_min_len(PIECE).for_each_init(
                || Cells::new(self.words[near].len()),
                |cells, (e, word)| word.expect(&fours, beads.of(e), cells),
            );
            total.fill(0.0);
            let mut null = 0.0;
            for word in &words {
                null += f64::from(word.null);
                for (&f, &count) in word.near.iter().zip(&word.value) {
                    total[f as usize] += f64::from(count);
                }
            }
            total.iter_mut().for_each(|total| *total += 0.5);
            words.par_iter_mut().with_min_len(PIECE).for_each(|word| {
                word.null = (f64::from(word.null) / (null + 0.5)) as f32;
                for (&f, value) in word.near.iter().zip(&mut word.value) {
                    *value = (f64::from(*value) / total[f as usize]) as f32;
                }
            });
        }
        let mut kept = Vec::new();
        for (e, word) in words.iter().enumerate() {
            for ((&f, &value), &support) in word.near.iter().zip(&word.value).zip(&word.support) {
                let p = value * (1.0 - 1.0 / support as f32);
                if p >= settings.least_probability {
                    kept.push((f, e as WordId, p));
                }
            }
        }
        kept
    }

    /// Which near words each far word is seen with, and in how many beads.
    fn rows(&self, near: Side, far: Side, beads: &BeadIndex, settings: &Settings) -> Vec<Row> {
        let mut least = settings.least_support.max(1);
        let distinct = self.distinct(near);
        let mut rows: Vec<Row> = Vec::with_capacity(self.words[far].len());
        let mut held = 0;
        for first in (0..self.words[far].len()).step_by(CHUNK) {
            let chunk = first..self.words[far].len().min(first + CHUNK);
            let new: Vec<Row> = chunk
                .into_par_iter()
                .with_min_len(PIECE)
                .map_init(
                    || vec![0u32; self.words[near].len()],
                    |support, e| Row::new(&distinct, beads.of(e), least, support),
                )
                .collect();
            held += new.iter().map(|row| row.near.len()).sum::<usize>();
            rows.extend(new);
            while held > settings.most_pairs {
                least += 1;
                rows.par_iter_mut().for_each(|row| row.retain(least));
                held = rows.iter().map(|row| row.near.len()).sum();
            }
        }
        rows
    }
}

/// For each word of one side the beads that have it, and in how many places.
struct BeadIndex {
    start: Vec<u32>,
    beads: Vec<(u32, u32)>,
}

impl BeadIndex {
    fn new(examples: &ParallelWords, side: Side, largest: usize) -> Self {
        let taken = |bead: &usize| {
            examples.bead(Side::Source, *bead).len() * examples.bead(Side::Target, *bead).len() <= largest
        };
        let mut start = vec![0u32; examples.words[side].len() + 2];
        let mut last = vec![NONE; examples.words[side].len()];
        for bead in (0..examples.len()).filter(taken) {
            for &word in examples.bead(side, bead) {
                let seen = std::mem::replace(&mut last[word as usize], bead as u32) == bead as u32;
                start[word as usize + 2] += u32::from(!seen);
            }
        }
        for k in 1..start.len() {
            start[k] += start[k - 1];
        }
        let mut beads = vec![(0, 0); start[start.len() - 1] as usize];
        last.fill(NONE);
        // start[word + 1] is where the word's next bead is put, until it is where its last one ends
        for bead in (0..examples.len()).filter(taken) {
            for &word in examples.bead(side, bead) {
                let slot = &mut start[word as usize + 1];
                let seen = std::mem::replace(&mut last[word as usize], bead as u32) == bead as u32;
                *slot += u32::from(!seen);
                let (at, times) = &mut beads[*slot as usize - 1];
                *at = bead as u32;
                *times += 1;
            }
        }
        Self { start, beads }
    }

    fn of(&self, word: usize) -> &[(u32, u32)] {
        &self.beads[self.start[word] as usize..self.start[word + 1] as usize]
    }
}

/// A far word: the near words it is seen with, and t or c of each.
struct Row {
    near: Vec<WordId>,
    value: Vec<f32>,
    support: Vec<u32>,
    null: f32,
}

impl Row {
    fn new(distinct: &Groups<WordId>, beads: &[(u32, u32)], least: u32, support: &mut [u32]) -> Self {
        let mut seen: Vec<WordId> = Vec::new();
        // Fewer beads support nothing.
        let beads = if beads.len() < least as usize { &[] } else { beads };
        for &(bead, _) in beads {
            for &f in distinct.of(bead as usize) {
                let support = &mut support[f as usize];
                if *support == 0 {
                    seen.push(f);
                }
                *support += 1;
            }
        }
        let near: Vec<WordId> = seen.iter().copied().filter(|&f| support[f as usize] >= least).collect();
        let counts = near.iter().map(|&f| support[f as usize]).collect();
        seen.iter().for_each(|&f| support[f as usize] = 0);
        Self { value: vec![0.0; near.len()], near, support: counts, null: 0.0 }
    }

    fn retain(&mut self, least: u32) {
        let keep: Vec<bool> = self.support.iter().map(|&s| s >= least).collect();
        let mut at = 0;
        self.near.retain(|_| {
            at += 1;
            keep[at - 1]
        });
        self.support.retain(|&s| s >= least);
        self.value.truncate(self.near.len());
    }

    /// Replaces probabilities by expected counts. The sums of some beads are taken before any is used, so that they need not wait for
    /// one another.
    fn expect(&mut self, near: &Groups<[WordId; 4]>, beads: &[(u32, u32)], cells: &mut Cells) {
        let probability = &mut cells.probability[..];
        let count = &mut cells.count[..probability.len()];
        for (&f, &p) in self.near.iter().zip(&self.value) {
            (probability[f as usize], count[f as usize]) = (f64::from(p), 0.0);
        }
        // Changes no number, for there is a power of two of cells; but spares the check of each.
        let mask = probability.len() - 1;
        let own = f64::from(self.null);
        let words = |bead: u32| if self.near.is_empty() { &[] } else { near.of(bead as usize) };
        let mut null = 0.0;
        for beads in beads.chunks(TOGETHER) {
            let mut shares = [0.0; TOGETHER];
            for (share, &(bead, _)) in shares.iter_mut().zip(beads) {
                let mut sum = own;
                for four in words(bead) {
                    for &f in four {
                        sum += probability[f as usize & mask];
                    }
                }
                *share = 1.0 / sum;
            }
            for (&(bead, times), share) in beads.iter().zip(shares) {
                for _ in 0..times {
                    null += own * share;
                    for four in words(bead) {
                        for &f in four {
                            count[f as usize & mask] += probability[f as usize & mask] * share;
                        }
                    }
                }
            }
        }
        self.null = null as f32;
        for (&f, value) in self.near.iter().zip(&mut self.value) {
            *value = count[f as usize] as f32;
            probability[f as usize] = 0.0;
        }
    }
}

/// A thread's buffers for [`Row::expect`], by near word; a power of two of each, more than there are words.
struct Cells {
    /// 0 where the row at hand has the word not, and everywhere between two rows.
    probability: Vec<f64>,
    count: Vec<f64>,
}

impl Cells {
    fn new(words: usize) -> Self {
        let cells = vec![0.0; (words + 1).next_power_of_two()];
        Self { probability: cells.clone(), count: cells }
    }
}

/// Entries in the order of their new numbers.
fn rows(entries: Vec<(WordId, WordId, f32)>, words: usize, near: &[u32], far: &[u32]) -> Rows {
    let mut entries: Vec<_> = entries.into_iter().map(|(f, e, p)| (near[f as usize], far[e as usize], p)).collect();
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.2.total_cmp(&a.2)).then(a.1.cmp(&b.1)));
    let mut ends = vec![0; words];
    entries.iter().for_each(|entry| ends[entry.0 as usize] += 1);
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    Rows {
        ends,
        words: entries.iter().map(|entry| entry.1).collect(),
        probabilities: entries.iter().map(|entry| entry.2).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn examples(beads: &[(Vec<u8>, Vec<u8>)]) -> ParallelWords {
        let mut examples = ParallelWords::default();
        for (source, target) in beads {
            let name = |w: &u8| format!("w{w}");
            let (source, target): (Vec<_>, Vec<_>) =
                (source.iter().map(name).collect(), target.iter().map(name).collect());
            examples.push(source.iter().map(String::as_str), target.iter().map(String::as_str));
        }
        examples
    }

    #[test]
    fn words_that_go_together_are_found() {
        let mut examples = ParallelWords::default();
        for _ in 0..5 {
            examples.push(["das", "haus"], ["the", "house"]);
            examples.push(["das", "buch"], ["the", "book"]);
            examples.push(["ein", "buch"], ["a", "book"]);
        }
        examples.push(["einmal"], ["once"]);
        let table = examples.learn(&Settings::default());
        let best = |word| table.forward(word).next().map(|t| t.0.to_owned());
        assert_eq!(best("das").as_deref(), Some("the"));
        assert_eq!(best("buch").as_deref(), Some("book"));
        assert_eq!(table.backward("a").next().map(|t| t.0), Some("ein"));
        assert_eq!(best("einmal"), None, "one bead proves nothing");
    }

    #[test]
    fn the_cap_holds() {
        let beads: Vec<_> = (0..60u8).map(|k| (vec![k % 7, k % 5, k % 3], vec![k % 5, k % 7, k % 4])).collect();
        let full = examples(&beads).learn(&Settings { least_probability: 0.0, ..Settings::default() });
        let capped =
            examples(&beads).learn(&Settings { least_probability: 0.0, most_pairs: 20, ..Settings::default() });
        assert!(capped.forward.words.len() <= 20 && capped.forward.words.len() < full.forward.words.len());
        let kept = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<TranslationTable>(&kept).unwrap(), full);
    }

    #[test]
    fn faint_translations_need_the_reverse() {
        let beads: Vec<_> = (0..90u8).map(|k| (vec![k % 31, k % 7, k % 5], vec![k % 3, k % 29, k % 11, 40])).collect();
        let settings = Settings { least_probability: 0.05, least_one_way: 0.0, ..Settings::default() };
        let all = examples(&beads).learn(&settings);
        let kept = examples(&beads).learn(&Settings { least_one_way: 0.2, ..settings });
        let pairs = |table: &TranslationTable| {
            let of =
                |word: &String| table.forward(word).map(|(e, p)| (word.clone(), e.to_owned(), p)).collect::<Vec<_>>();
            table.source.iter().flat_map(of).collect::<Vec<_>>()
        };
        let (all_pairs, kept_pairs) = (pairs(&all), pairs(&kept));
        let has_reverse = |f: &str, e: &str| all.backward(e).any(|(back, _)| back == f);
        let expected = all_pairs.iter().filter(|(f, e, p)| *p >= 0.2 || has_reverse(f, e)).cloned().collect::<Vec<_>>();
        assert_eq!(kept_pairs, expected);
        assert!(
            !kept_pairs.is_empty() && kept_pairs.len() < all_pairs.len(),
            "{} of {}",
            kept_pairs.len(),
            all_pairs.len()
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_number_of_threads_gives_the_same(
            beads in prop::collection::vec((prop::collection::vec(0u8..40, 0..9), prop::collection::vec(0u8..40, 0..9)), 0..80),
        ) {
            let examples = examples(&beads);
            let learn = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                pool.install(|| examples.learn(&Settings { least_probability: 0.0, ..Settings::default() }))
            };
            prop_assert_eq!(learn(1), learn(4));
        }
    }
}
