//! Minimum Bayes risk: the path of which most beads are expected to be right.
//!
//! Viterbi answers with the likeliest path as a whole. What a reader counts is right beads, so this takes, over the paths of beads
//! with P ≥ [`Decoding::LEAST`] or of the likeliest path,
//!
//! ```text
//! argmax Σ_bead ( P(bead) − θ )          θ = Decoding::PRICE
//! ```
//!
//! (Goodman 1996, *Parsing algorithms and metrics*, ACL). With TP right beads out of t answered and g in the gold,
//! F1 = 2·TP / (t + g): a bead more in the answer costs as much as F1/2 of a right one, and that is θ, at an F1 of 0.9.

use super::Decoding;
use crate::span::Block;

/// The best path over `beads`, the likely ones with their probabilities, and those of `viterbi`: these see to it that there is one, even
/// in texts so ill-matched that no single path has a probability to speak of.
pub(super) fn decode(mut beads: Vec<(Block, f64)>, viterbi: &[Block]) -> Vec<Block> {
    let end = |block: &Block| (block.source.end, block.target.end);
    beads.sort_by_key(|bead| end(&bead.0));
    let likely = beads.len();
    for block in viterbi {
        let from = beads[..likely].partition_point(|bead| end(&bead.0) < end(block));
        let mut same_end = beads[from..likely].iter().take_while(|bead| end(&bead.0) == end(block));
        if !same_end.any(|bead| bead.0 == *block) {
            beads.push((*block, 0.0));
        }
    }
    beads.sort_by_key(|bead| end(&bead.0));
    // The best sum at each place where a bead ends, and the bead that it is reached by.
    let mut places: Vec<((u32, u32), f64, usize)> = vec![((0, 0), 0.0, usize::MAX)];
    for (index, (block, probability)) in beads.iter().enumerate() {
        let start = (block.source.start, block.target.start);
        let Ok(from) = places.binary_search_by(|place| place.0.cmp(&start)) else { continue };
        let sum = places[from].1 + probability - Decoding::PRICE;
        match places.last_mut() {
            Some(last) if last.0 == end(block) => {
                if sum > last.1 {
                    (last.1, last.2) = (sum, index);
                }
            }
            _ => places.push((end(block), sum, index)),
        }
    }
    let mut path = Vec::with_capacity(viterbi.len());
    let mut at = places.len() - 1;
    while places[at].2 != usize::MAX {
        let block = beads[places[at].2].0;
        path.push(block);
        let start = (block.source.start, block.target.start);
        at = places.binary_search_by(|place| place.0.cmp(&start)).expect("a bead's start was found before");
    }
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_path_where_nothing_is_likely() {
        let viterbi = [Block::new(0..1, 0..1), Block::new(1..2, 1..3)];
        let path = decode(vec![(Block::new(0..1, 0..2), 0.9)], &viterbi);
        assert_eq!(path, viterbi);
    }

    #[test]
    fn two_good_halves_beat_one_likelier_whole() {
        // One 2-2 bead of 0.4 is the likeliest path; two paths of 0.3 each share their first bead.
        let beads = [
            (Block::new(0..1, 0..1), 0.6),
            (Block::new(1..2, 1..1), 0.3),
            (Block::new(0..2, 0..2), 0.4),
            (Block::new(1..2, 1..2), 0.3),
            (Block::new(2..2, 1..2), 0.3),
        ];
        let path = decode(beads.to_vec(), &[beads[2].0]);
        assert_eq!(path, [beads[0].0, beads[3].0]);
    }
}
