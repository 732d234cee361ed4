//! Words of a bead and how well the other side explains them, by the dictionary (and a learned table where there is one), by
//! sound, and by value.

use super::bead::{Bead, Half, Link, NameMatch, Word};
use super::coverage;
use super::kin::Kinship;
use crate::export::Row;
use crate::signal::lexicon::{Lexicon, Matches};
use crate::signal::name::{self, Name, Sounds};
use crate::span::{ByteRange, Pair, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// The least score at which a name explains a word.
const NAME_SOUNDS: f32 = 0.6;

/// Reads words; one for each thread.
#[derive(Debug)]
pub struct WordMatcher {
    pairs: BTreeMap<(String, String), Matches>,
    forms: BTreeMap<String, Arc<str>>,
    kin: Kinship,
}

/// Forms kept from one document to the next.
const FORMS_KEPT: usize = 100_000;

impl WordMatcher {
    /// With the built-in dictionary. A table learned from the texts themselves would explain their faults away.
    pub fn new() -> Self {
        Self { pairs: BTreeMap::new(), forms: BTreeMap::new(), kin: Kinship::default() }
    }

    /// Fills in the words of all beads and what they leave uncovered.
    pub(super) fn read(&mut self, rows: &[Row], beads: &mut [Bead]) {
        let Some(first) = rows.first() else { return };
        let key = (first.source_lang.to_string(), first.target_lang.to_string());
        let chinese = key.0.starts_with("zh");
        let matches = self
            .pairs
            .entry(key)
            .or_insert_with_key(|(source, target)| Arc::new(Lexicon::new(source, target)).matches());
        if self.forms.len() > FORMS_KEPT {
            self.forms.clear();
        }
        // A half is one sentence to the matcher, so that a bead is one on either side.
        let texts = |side: Side| beads.iter().map(|bead| bead.half[side].text.as_str()).collect::<Vec<_>>();
        matches.read_unprepared(&texts(Side::Source), &texts(Side::Target));
        for (at, bead) in beads.iter_mut().enumerate() {
            let pair = bead.is_pair();
            for side in Side::BOTH {
                let run: Range<usize> = at..at + 1;
                let partners = if pair {
                    matches.best_partners(side, run.clone(), run.clone())
                } else {
                    vec![None; matches.tokens(side).sentence(at).len()]
                };
                let ids = matches.tokens(side).sentence(at);
                let ranges = matches.tokens(side).ranges(at);
                let shares = matches.shares(side, run);
                let words =
                    ids.iter().zip(ranges).zip(partners).zip(shares).map(|(((&id, &range), partner), share)| {
                        let form = matches.words().text(id);
                        let form = match self.forms.get(form) {
                            Some(form) => Arc::clone(form),
                            None => {
                                let shared: Arc<str> = form.into();
                                self.forms.insert(form.to_owned(), Arc::clone(&shared));
                                shared
                            }
                        };
                        let link = partner.map_or(Link::None, |(place, probability)| Link::Word(place, probability));
                        Word { range, form, share, link }
                    });
                bead.half[side].words.list = words.collect();
            }
        }
        if chinese {
            sounds(beads);
        }
        for bead in beads.iter_mut().filter(|bead| bead.is_pair()) {
            numbers(bead);
            same(bead);
            if chinese {
                self.kin.link(bead);
            }
        }
        // Where no translation of any word is known, that one is missing says nothing.
        if matches.has_dictionary() {
            coverage::fill(rows, beads, matches);
        }
    }
}

impl Default for WordMatcher {
    fn default() -> Self {
        Self::new()
    }
}

/// Links capitalised words of the target to the source's characters that sound like them.
fn sounds(beads: &mut [Bead]) {
    // Whether a word is a name is told by the whole text.
    let mut text = String::new();
    let mut starts = Vec::with_capacity(beads.len());
    for bead in beads.iter() {
        starts.push(text.len());
        text.push_str(&bead.half.target.text);
        text.push('\n');
    }
    let candidates = name::candidates(&text);
    let mut next = 0;
    for (at, bead) in beads.iter_mut().enumerate() {
        let end = starts.get(at + 1).copied().unwrap_or(text.len());
        let from = next;
        while candidates.get(next).is_some_and(|candidate| candidate.range.start < end) {
            next += 1;
        }
        if from == next || !bead.is_pair() {
            continue;
        }
        let heard = Sounds::new(&bead.half.source.text);
        let mut names = Vec::with_capacity(next - from);
        for candidate in &candidates[from..next] {
            let own = ByteRange::new(candidate.range.start - starts[at], candidate.range.end - starts[at]);
            let name = Name::new(own.of(&bead.half.target.text));
            let found = heard.find(&name).map(|found| (found.range, found.score));
            let (is_initial, words, is_mandarin) = (candidate.is_initial, candidate.words, name.is_mandarin());
            names.push(NameMatch { range: own, is_initial, words, is_mandarin, found });
        }
        for name in &names {
            if let Some((place, score)) = name.found
                && score >= NAME_SOUNDS
            {
                mark(&mut bead.half.source.words.list, place, Link::Name);
                mark(&mut bead.half.target.words.list, name.range, Link::Name);
            }
        }
        bead.half.target.words.names = names;
    }
}

/// Marks the words that are parts of numbers.
fn numbers(bead: &mut Bead) {
    for side in Side::BOTH {
        let found = &bead.comparison;
        let lost = if side == Side::Source { &found.source_only } else { &found.target_only };
        let half = &mut bead.half[side];
        for (index, number) in half.numbers.iter().enumerate() {
            if lost.contains(&index) {
                overwrite(&mut half.words.list, number.range, Link::LostNumber);
            } else if !number.weak {
                overwrite(&mut half.words.list, number.range, Link::Number);
            }
        }
    }
}

/// Links words that the other side has letter by letter: Latin words in Chinese, Chinese characters left in English.
fn same(bead: &mut Bead) {
    let alike = |near: &Half, far: &Half| -> Vec<usize> {
        let there: BTreeSet<&str> = far.words.list.iter().map(|other| &*other.form).collect();
        let alike = |word: &Word| {
            word.link.probability() < 0.5
                && matches!(word.link, Link::None | Link::Word(..))
                && word.form.chars().count() > 1
                && there.contains(&*word.form)
        };
        (0..near.words.list.len()).filter(|&at| alike(&near.words.list[at])).collect()
    };
    let found = Pair::new(alike(&bead.half.source, &bead.half.target), alike(&bead.half.target, &bead.half.source));
    for side in Side::BOTH {
        found[side].iter().for_each(|&at| bead.half[side].words.list[at].link = Link::Same);
    }
}

fn mark(words: &mut [Word], range: ByteRange, link: Link) {
    for word in words.iter_mut().filter(|word| word.link.probability() < 0.3 && word.range.overlaps(range)) {
        word.link = link;
    }
}

fn overwrite(words: &mut [Word], range: ByteRange, link: Link) {
    for word in words.iter_mut().filter(|word| word.range.overlaps(range)) {
        word.link = link;
    }
}
