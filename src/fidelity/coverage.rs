//! The stretch of one side that the other side does not cover.
//!
//! Every word of a bead speaks for or against its having been translated, in nats:
//!
//! ```text
//! s(word) = ln( P(its link | left out) / P(its link | translated) )
//! ```
//!
//! A gloss on the other side speaks for it (−2.0), nothing there speaks against it (+1.3), a frequent word says little.
//! The numbers come from counting links between beads that translate each other and between adjacent ones that do not, in
//! newspapers of both kinds that this project has, real and invented; they agree within 0.2. The stretch with the largest sum is the
//! candidate (a maximal scoring segment, found in linear time; Kadane); beginning or ending where a clause does is worth
//! `EDGE` each. From its sum S is taken what the *other* side has uncovered, S', since a free translation leaves words
//! uncovered on both sides and an omission on one; and the lengths L are asked whether the bead fits better without the stretch
//! (Gale and Church's ratio, normal in its logarithm):
//!
//! ```text
//! net = S − β·S' + L        β = 0.7, L within ±3
//! ```
//!
//! What is not covered here but is covered by a neighbouring bead's loose end was misaligned, not left out.

use super::bead::{Bead, Link, Stretch, Word};
use crate::export::Row;
use crate::signal::lexicon::Matches;
use crate::span::{ByteRange, Pair, Side};

/// What a clause's edge adds.
const EDGE: f64 = 0.8;
/// β.
const OTHER_SIDE: f64 = 0.7;
/// The most that lengths may say.
const LENGTH: f64 = 3.0;
/// The mean number of English characters for a Chinese one, and the characters that this is worth against the document's own.
const RATIO: (f64, f64) = (3.7, 200.0);
/// Beads on either side whose loose ends are looked at.
const NEIGHBOURS: usize = 2;
/// The part of a stretch's words that a neighbour must explain for it to be its.
const MISALIGNED: f64 = 0.4;

/// Fills in what each side of each pair leaves uncovered.
pub(super) fn fill(rows: &[Row], beads: &mut [Bead], matches: &Matches) {
    let ratio = ratio(rows, beads);
    for bead in beads.iter_mut().filter(|bead| bead.is_pair()) {
        let best = Pair::new(best(bead, Side::Source), best(bead, Side::Target));
        let sums = best.as_ref().map(|found| found.map_or(0.0, |stretch| stretch.sum));
        let chars = bead.half.as_ref().map(|half| visible(&half.text));
        for side in Side::BOTH {
            let other = if side == Side::Source { sums.target } else { sums.source };
            bead.uncovered[side] = best[side].map(|stretch| {
                let without = visible(stretch.range.of(&bead.half[side].text));
                let length = fits(chars, ratio) - fits(less(chars, side, without), ratio);
                let net = stretch.sum - OTHER_SIDE * other + length.clamp(-LENGTH, LENGTH);
                Stretch { net, ..stretch }
            });
        }
    }
    for at in 0..beads.len() {
        for side in Side::BOTH {
            if let Some(stretch) = beads[at].uncovered[side] {
                let misaligned =
                    is_a_neighbours(beads, at, side, stretch, matches) || has_counterpart(beads, at, side, stretch);
                beads[at].uncovered[side] = Some(Stretch { misaligned, ..stretch });
            }
        }
    }
}

/// Characters of the translation for one of the original, in the document's pairs.
fn ratio(rows: &[Row], beads: &[Bead]) -> f64 {
    let sure = beads
        .iter()
        .zip(rows)
        .filter(|(bead, row)| bead.is_pair() && row.confidence.is_none_or(|confidence| confidence > 0.5));
    let (source, target) = sure.fold((0.0, 0.0), |(source, target), (bead, _)| {
        (source + visible(&bead.half.source.text), target + visible(&bead.half.target.text))
    });
    (target + RATIO.0 * RATIO.1) / (source + RATIO.1)
}

fn visible(text: &str) -> f64 {
    text.chars().filter(|c| !c.is_whitespace()).count() as f64
}

fn less(chars: Pair<f64>, side: Side, without: f64) -> Pair<f64> {
    let mut left = chars;
    left[side] = (left[side] - without).max(1.0);
    left
}

/// −ln of the likelihood of the two lengths, up to a constant: z²/2v, z = ln((t + 3)/(c·s + 3)), v = 0.025 + 1.2/(s + 2), as counted
/// in newspapers.
fn fits(chars: Pair<f64>, ratio: f64) -> f64 {
    let z = ((chars.target + 3.0) / (ratio * chars.source + 3.0)).ln();
    z * z / (2.0 * (0.025 + 1.2 / (chars.source + 2.0)))
}

/// s(word).
fn evidence(word: &Word) -> f64 {
    let rare = match word.share {
        share if share < 3e-4 => 1.0,
        share if share < 1e-3 => 0.8,
        share if share < 3e-3 => 0.4,
        _ => 0.1,
    };
    match word.link {
        Link::Number => -1.5,
        Link::LostNumber => 1.5,
        Link::Name | Link::Same => -2.0,
        Link::Kin(_) => -0.3,
        Link::None => 1.3 * rare,
        Link::Word(_, p) if p < 0.01 => 1.3 * rare,
        Link::Word(_, p) if p < 0.03 => 0.8 * rare,
        Link::Word(_, p) if p < 0.1 => -0.2,
        Link::Word(_, p) => {
            let sure = if p < 0.3 { -1.1 } else { -2.0 };
            let known = match word.share {
                share if share < 1e-3 => 1.0,
                share if share < 3e-3 => 0.6,
                _ => 0.3,
            };
            sure * known
        }
    }
}

/// The stretch of one side with the largest sum.
fn best(bead: &Bead, side: Side) -> Option<Stretch> {
    let half = &bead.half[side];
    let words = &half.words.list;
    let edge = |at: usize| {
        let from = if at == 0 { 0 } else { words[at - 1].range.end };
        let to = words.get(at).map_or(half.text.len(), |word| word.range.start);
        at == 0 || at == words.len() || half.text[from..to].contains(is_clause_mark)
    };
    let mut best: Option<(f64, usize, usize)> = None;
    let (mut sum, mut start) = (f64::MIN, 0);
    for (at, word) in words.iter().enumerate() {
        let fresh = if edge(at) { EDGE } else { 0.0 };
        if sum < fresh {
            (sum, start) = (fresh, at);
        }
        sum += evidence(word);
        let whole = sum + if edge(at + 1) { EDGE } else { 0.0 };
        if whole > best.map_or(0.0, |best| best.0) {
            best = Some((whole, start, at + 1));
        }
    }
    let (sum, from, to) = best?;
    let range = ByteRange::new(words[from].range.start, words[to - 1].range.end);
    let telling = words[from..to].iter().filter(|word| evidence(word) > 0.5).count();
    let edges = u8::from(edge(from)) + u8::from(edge(to));
    Some(Stretch { range, sum, net: sum, words: telling, edges, misaligned: false })
}

fn is_clause_mark(c: char) -> bool {
    matches!(
        c,
        '，' | '。'
            | '；'
            | '：'
            | '、'
            | '！'
            | '？'
            | ','
            | '.'
            | ';'
            | ':'
            | '!'
            | '?'
            | '('
            | ')'
            | '（'
            | '）'
            | '“'
            | '”'
            | '"'
            | '—'
            | '…'
    )
}

/// True when the next bead or the one before has a loose end of its own on the other side: two beads that were cut in the wrong
/// place look like that, and a translator who drops here and adds there is much rarer.
fn has_counterpart(beads: &[Bead], at: usize, side: Side, stretch: Stretch) -> bool {
    const LOOSE: f64 = 4.5;
    let other = if side == Side::Source { Side::Target } else { Side::Source };
    let is_loose = |bead: &Bead| bead.uncovered[other].is_some_and(|far| far.net >= LOOSE);
    stretch.net >= LOOSE && (at > 0 && is_loose(&beads[at - 1]) || beads.get(at + 1).is_some_and(is_loose))
}

/// True when the words of the stretch are explained by words of a neighbouring bead that its own other side leaves
/// unexplained.
fn is_a_neighbours(beads: &[Bead], at: usize, side: Side, stretch: Stretch, matches: &Matches) -> bool {
    let other = if side == Side::Source { Side::Target } else { Side::Source };
    let near = &beads[at].half[side].words.list;
    (at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(beads.len())).filter(|&far| far != at).any(|far| {
        let partners = matches.best_partners(side, at..at + 1, far..far + 1);
        let (mut all, mut explained) = (0, 0);
        for (word, partner) in near.iter().zip(partners) {
            if !word.range.overlaps(stretch.range) || evidence(word) <= 0.5 {
                continue;
            }
            all += 1;
            if let Some((place, probability)) = partner
                && probability >= 0.1
                && beads[far].half[other].words.list.get(place as usize).is_some_and(|word| evidence(word) > 0.0)
            {
                explained += 1;
            }
        }
        explained >= 2 && f64::from(explained) >= MISALIGNED * f64::from(all)
    })
}
