//! Rare words that translate each other mark pairs of sentences; the heaviest chain of them that ascends on both sides leads through
//! the texts, past chapters that one side lacks.

use crate::span::Pair;
use std::ops::Range;

/// Words in more places than this are no anchors.
pub(super) const RARE: u32 = 4;
/// Words in no more places than this mostly suffice to lead through a text that is not cut: twice as many places are four times as many pairs
/// of them.
pub(super) const RARER: u32 = 2;
/// How far from an anchor others support it.
pub(super) const NEAR: u32 = 12;

/// A source segment, a target segment, and how much speaks for their belonging together.
pub(super) type Anchor = (u32, u32, f32);

/// The heaviest chain of anchors that ascends on both sides, in order.
pub(super) fn chain(points: &[Anchor], targets: usize) -> Vec<Anchor> {
    const NONE: usize = usize::MAX;
    // Fenwick tree over target segments: the heaviest chain that ends at or before one.
    let mut tree = vec![(0.0f32, NONE); targets + 1];
    let mut before = vec![NONE; points.len()];
    let mut weights = vec![0.0f32; points.len()];
    let mut start = 0;
    while start < points.len() {
        let end = start + points[start..].iter().take_while(|point| point.0 == points[start].0).count();
        // All points of one source segment ask before any of them is entered: a chain takes one of them.
        for index in start..end {
            let (mut at, mut best) = (points[index].1 as usize, (0.0, NONE));
            while at > 0 {
                if tree[at].0 > best.0 {
                    best = tree[at];
                }
                at &= at - 1;
            }
            weights[index] = best.0 + points[index].2;
            before[index] = best.1;
        }
        for index in start..end {
            let mut at = points[index].1 as usize + 1;
            while at <= targets {
                if weights[index] > tree[at].0 {
                    tree[at] = (weights[index], index);
                }
                at += at & at.wrapping_neg();
            }
        }
        start = end;
    }
    let mut best = (0..points.len()).max_by(|&a, &b| weights[a].total_cmp(&weights[b]).then(b.cmp(&a)));
    let mut chain = Vec::new();
    while let Some(index) = best {
        chain.push(points[index]);
        best = Some(before[index]).filter(|&index| index != NONE);
    }
    chain.reverse();
    chain
}

/// The way through a part of the texts by its anchors, straight between them: a target position for each source position, both counted
/// from the part's start. `None` where they leave a gap of more than `longest` source segments, or one in which one side advances by
/// more than `gap` over its share.
pub(super) fn way(chain: &[Anchor], window: &Pair<Range<usize>>, longest: usize, gap: f64) -> Option<Vec<f64>> {
    let from = chain.partition_point(|point| (point.0 as usize) < window.source.start);
    let inside = chain[from..].iter().take_while(|point| (point.0 as usize) < window.source.end);
    let mut knots: Vec<(usize, usize)> = vec![(0, 0)];
    let anchors: Vec<_> = inside.filter(|point| window.target.contains(&(point.1 as usize))).collect();
    for (index, point) in anchors.iter().enumerate() {
        // One that none beside it supports is likely a chance.
        let supports = |other: &&(u32, u32, f32)| {
            point.0.abs_diff(other.0) <= NEAR
                && (point.0.abs_diff(other.0)).abs_diff(point.1.abs_diff(other.1)) <= NEAR / 2
        };
        let before = index.checked_sub(1).map(|before| anchors[before]).is_some_and(|other| supports(&other));
        if before || anchors.get(index + 1).is_some_and(supports) {
            knots.push((point.0 as usize - window.source.start, point.1 as usize - window.target.start));
        }
    }
    knots.push((window.source.len(), window.target.len()));
    let slope = window.target.len() as f64 / window.source.len().max(1) as f64;
    let straight = |pair: &[(usize, usize)]| {
        let (length, rise) = ((pair[1].0 - pair[0].0) as f64, (pair[1].1 - pair[0].1) as f64);
        length <= longest as f64 && (rise - slope * length).abs() <= gap * slope.max(1.0)
    };
    if !(0.2..=5.0).contains(&slope) || !knots.windows(2).all(straight) {
        return None;
    }
    let mut centre = Vec::with_capacity(window.source.len() + 1);
    for pair in knots.windows(2) {
        let (length, rise) = ((pair[1].0 - pair[0].0) as f64, (pair[1].1 - pair[0].1) as f64);
        centre.extend((0..pair[1].0 - pair[0].0).map(|step| pair[0].1 as f64 + rise * step as f64 / length));
    }
    centre.push(window.target.len() as f64);
    Some(centre)
}
