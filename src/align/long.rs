//! Long texts, cut into windows that are aligned one by one.
//!
//! 1. *Anchors*: rare words that translate each other mark pairs of sentences; the heaviest chain of them that is monotone on
//!    both sides (Fenwick tree, O(p log p) for p pairs) leads through the whole text, past chapters that one side lacks.
//! 2. *Windows*: the chain is cut where it is surest, every `STRIDE` segments or so; a window reaches `OVERLAP` segments
//!    beyond its cuts.
//! 3. *Stitching*: two neighbours are joined at a bead that both have found. Where there is none, the two are one window, which is
//!    aligned anew; of four such the first three quarters stand.
//!
//! Signals that know no words have no anchors: windows then follow one another, each from where the one before is still sure.
//!
//! Time and memory are linear in the length of the texts. Windows know nothing of each other, so they can be aligned on many threads.

use super::anchor::{self, Anchor, NEAR};
use super::{Aligner, Apart, Explanation, Worker};
use crate::bead::{Alignment, Bead};
use crate::signal::{Texts, chars_before};
use crate::span::{Block, Pair, Side};
use std::ops::Range;

/// Segments between two cuts, on the side that advances faster.
const STRIDE: u32 = 300;
/// Segments that a window has in common with the next, on either side of the cut.
const OVERLAP: usize = 40;
/// Between two anchors of a way through a window, one side may advance by this much more than its share.
const GAP: f64 = 15.0;
/// Windows that are joined for want of a seam, at most: texts that have none at all would be aligned anew from their beginning with every
/// window.
const MOST_JOINED: usize = 4;
/// Source segments of a window where there are no anchors.
const SLIDE: usize = 800;

/// A part of the texts to be aligned by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Its segments of either side.
    segments: Pair<Range<usize>>,
    /// The target position of each source position, where the anchors tell.
    centre: Option<Vec<f64>>,
}

impl Window {
    fn of(segments: Pair<Range<usize>>) -> Self {
        Self { segments, centre: None }
    }

    fn block(&self) -> Block {
        Block::new(self.segments.source.clone(), self.segments.target.clone())
    }

    fn start(&self) -> Pair<usize> {
        self.segments.as_ref().map(|run| run.start)
    }

    /// The beads of its alignment, in the segments of the whole, without those that lie in the overlap with other windows.
    pub fn inner_beads(&self, alignment: Alignment) -> impl Iterator<Item = Bead> + use<> {
        let Range { start, end } = self.segments.source;
        let inner = (start + if start > 0 { OVERLAP } else { 0 }) as u32..end.saturating_sub(OVERLAP) as u32;
        let within = move |bead: &Bead| inner.contains(&bead.block.source.start);
        shifted(alignment, self).into_iter().filter(within)
    }
}

/// So many of the windows as have about `most` source segments, spread evenly over the texts.
pub fn spread(mut windows: Vec<Window>, most: usize) -> Vec<Window> {
    let (all, wanted) = (windows.len(), (most / STRIDE as usize).max(1));
    let mut at = 0;
    // Window `at` is the first, or the first after another `all` / `wanted` of them.
    windows.retain(|_| {
        at += 1;
        (at - 1) * wanted / all != at * wanted / all || wanted >= all
    });
    windows
}

/// True where texts have too many cells to be searched exactly.
pub fn is_long(aligner: &Aligner, texts: &Texts<'_>) -> bool {
    let whole = texts.len();
    (whole.source + 1).saturating_mul(whole.target + 1) > aligner.settings.exact_cells
}

/// The windows of `texts`, in order; one that holds everything where they have no anchors to be cut at.
pub fn windows(aligner: &Aligner, texts: &Texts<'_>) -> Vec<Window> {
    let whole = texts.len();
    let mut matches = aligner.lexicon.matches();
    let sentences = |side: Side| -> Vec<&str> {
        texts.segments[side].iter().map(|segment| segment.range.of(texts.text[side])).collect()
    };
    matches.read_unprepared(&sentences(Side::Source), &sentences(Side::Target));
    let chain = anchor::chain(&matches.rare_and_sequences(anchor::RARE), whole.target);
    let mut cuts = vec![Pair::new(0, 0)];
    cuts.extend(cut(&chain).into_iter().map(|(i, j)| Pair::new(i as usize, j as usize)));
    cuts.push(whole);
    let window = |ends: &[Pair<usize>]| {
        let side = |side: Side| ends[0][side].saturating_sub(OVERLAP)..(ends[1][side] + OVERLAP).min(whole[side]);
        let segments = Pair::new(side(Side::Source), side(Side::Target));
        let centre = anchor::way(&chain, &segments, usize::MAX, GAP);
        Window { segments, centre }
    };
    cuts.windows(2).map(window).collect()
}

/// One window after another, for signals that know no words: both sides reach by the same share of the characters that are left. Where
/// that ends is a guess, so the last quarter of each is aligned anew with the next.
fn slide(texts: &Texts<'_>, mut align: impl FnMut(&Window) -> Alignment) -> Alignment {
    let [mut source, mut target] = [Vec::new(), Vec::new()];
    chars_before(texts.segments.source, &mut source);
    chars_before(texts.segments.target, &mut target);
    let (whole, mut start, mut done) = (texts.len(), Pair::new(0, 0), Vec::new());
    loop {
        let left = |chars: &[u64], start: usize| (chars[chars.len() - 1] - chars[start]) as f64;
        let source_end = (start.source + SLIDE).min(whole.source);
        let share = (source[source_end] - source[start.source]) as f64 / left(&source, start.source).max(1.0);
        let chars = target[start.target] + (share * left(&target, start.target)).round() as u64;
        let mut end = Pair::new(source_end, target.partition_point(|&sum| sum <= chars).saturating_sub(1));
        let is_last = end.source == whole.source || end.target >= whole.target;
        if is_last {
            end = whole;
        }
        let window = Window::of(Pair::new(start.source..end.source, start.target..end.target));
        let beads = shifted(align(&window), &window);
        if is_last {
            done.extend(beads);
            return Alignment { cost: done.iter().map(|bead: &Bead| bead.cost).sum(), beads: done };
        }
        let count = believed(&beads, &window);
        done.extend(beads.into_iter().take(count));
        if let Some(bead) = done.last() {
            start = Pair::new(bead.block.source.end as usize, bead.block.target.end as usize);
        }
    }
}

/// How many beads of a window end in its first three quarters, on both sides. However long the first bead is, it is a step ahead.
fn believed(beads: &[Bead], window: &Window) -> usize {
    let sure = window.segments.as_ref().map(|run| (run.start + 3 * run.end) / 4);
    let is_sure =
        |bead: &&Bead| bead.block.source.end as usize <= sure.source && bead.block.target.end as usize <= sure.target;
    beads.iter().take_while(is_sure).count().max(1)
}

/// One alignment out of those of the windows, which stand in the same order. `align` aligns a window anew.
pub fn stitch(windows: Vec<(Window, Alignment)>, mut align: impl FnMut(&Window) -> Alignment) -> Alignment {
    let mut done: Vec<Bead> = Vec::new();
    let mut windows = windows.into_iter().map(|(window, alignment)| (shifted(alignment, &window), window));
    let Some((mut beads, _)) = windows.next() else { return Alignment::default() };
    // Beads of the present window before this one are done; windows that it is one of without a seam.
    let (mut from, mut joined) = (0, 1);
    for (next_beads, next) in windows {
        match seam(&beads[from..], &next_beads) {
            Some((last, first)) => {
                done.extend(beads.drain(from..=from + last));
                (beads, from, joined) = (next_beads, first + 1, 1);
            }
            None => {
                // From the end of what is done to the end of the next window.
                let start = done.last().map_or(Pair::new(0, 0), |bead| {
                    Pair::new(bead.block.source.end as usize, bead.block.target.end as usize)
                });
                let end = next.segments.as_ref().map(|run| run.end);
                let window = Window::of(Pair::new(start.source..end.source, start.target..end.target));
                (beads, from, joined) = (shifted(align(&window), &window), 0, joined + 1);
                if joined == MOST_JOINED {
                    let count = believed(&beads, &window);
                    done.extend(beads.drain(..count));
                    joined = 1;
                }
            }
        }
    }
    done.extend(beads.drain(from..));
    let cost = done.iter().map(|bead| bead.cost).sum();
    Alignment { beads: done, cost }
}

impl Worker {
    /// The best path over texts of any length; those that stand `apart` are left alone. `each` has [`Worker::align_window`] align the
    /// windows of long texts, one by one or side by side, and answers in their order.
    pub fn align_long(
        &mut self,
        texts: &Texts<'_>,
        apart: &Apart,
        each: impl FnOnce(&mut Self, Vec<Window>) -> Vec<(Window, Alignment)>,
    ) -> Alignment {
        if !is_long(self.aligner(), texts) {
            return self.align_apart(texts, apart);
        }
        if !self.aligner().knows_words() {
            return slide(texts, |window| self.align_window(texts, apart, window));
        }
        let windows = windows(self.aligner(), texts);
        let aligned = each(self, windows);
        stitch(aligned, |window| self.align_window(texts, apart, window))
    }

    /// The alignment of one window, in its own segments; those of the whole texts that stand `apart` are left alone.
    pub fn align_window(&mut self, texts: &Texts<'_>, apart: &Apart, window: &Window) -> Alignment {
        let texts = texts.part(window.block());
        let apart = apart.within(window.block());
        match &window.centre {
            Some(centre) => self.align_along(&texts, &apart, centre),
            None => self.align_apart(&texts, &apart),
        }
    }

    /// [`Worker::explain`] for texts of any length: of long ones the surroundings of the bead are aligned once more.
    pub fn explain_long(&mut self, texts: &Texts<'_>, block: Block) -> Explanation {
        let whole = texts.len();
        let short = !is_long(self.aligner(), texts);
        let around = |side: Side| {
            let own = block[side].indices();
            own.start.saturating_sub(OVERLAP)..(own.end + OVERLAP).min(whole[side])
        };
        let window = Window::of(if short {
            whole.map(|segments| 0..segments)
        } else {
            Pair::new(around(Side::Source), around(Side::Target))
        });
        let texts = texts.part(window.block());
        self.align(&texts);
        let back = |block: Block| {
            Block::new(
                block.source.start as usize - window.segments.source.start
                    ..block.source.end as usize - window.segments.source.start,
                block.target.start as usize - window.segments.target.start
                    ..block.target.end as usize - window.segments.target.start,
            )
        };
        let mut explanation = self.explain(&texts, back(block));
        for (other, _) in &mut explanation.alternatives {
            *other = other.shifted(window.start());
        }
        explanation
    }
}

/// Where to cut: about every [`STRIDE`] segments the anchor that most others near it support.
fn cut(chain: &[Anchor]) -> Vec<(u32, u32)> {
    let support = |at: usize| -> f32 {
        let (i, j, own) = chain[at];
        let near = |point: &&Anchor| point.0.abs_diff(i) <= NEAR && point.1.abs_diff(j) <= NEAR;
        let back = chain[..at].iter().rev().take_while(near);
        own + back.chain(chain[at + 1..].iter().take_while(near)).map(|point| point.2).sum::<f32>()
    };
    let far = |from: (u32, u32), point: &Anchor, by: u32| point.0 >= from.0 + by || point.1 >= from.1 + by;
    let (mut cuts, mut last, mut at) = (Vec::new(), (0, 0), 0);
    while at < chain.len() {
        // The anchors from three quarters of the stride to one and a quarter.
        let first = at + chain[at..].iter().take_while(|point| !far(last, point, STRIDE * 3 / 4)).count();
        let count = chain[first..].iter().take_while(|point| !far(last, point, STRIDE * 5 / 4)).count();
        let candidates = first..(first + count.max(1)).min(chain.len());
        let Some((best, _)) =
            candidates.map(|index| (index, support(index))).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        else {
            break;
        };
        last = (chain[best].0, chain[best].1);
        cuts.push(last);
        at = best + 1;
    }
    cuts
}

/// The beads of a window, in the segments of the whole.
fn shifted(alignment: Alignment, window: &Window) -> Vec<Bead> {
    let mut beads = alignment.beads;
    beads.iter_mut().for_each(|bead| bead.block = bead.block.shifted(window.start()));
    beads
}

/// The surest two-sided bead that both have: its places in `left` and `right`.
fn seam(left: &[Bead], right: &[Bead]) -> Option<(usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    for (at, bead) in right.iter().enumerate().filter(|(_, bead)| bead.block.is_pair()) {
        let found = left.binary_search_by_key(&(bead.block.source.start, bead.block.target.start), |other| {
            (other.block.source.start, other.block.target.start)
        });
        let Some(place) = found.ok().filter(|&place| left[place].block == bead.block) else { continue };
        let sure = bead.confidence.min(left[place].confidence);
        if best.is_none_or(|best| sure > best.0) {
            best = Some((sure, place, at));
        }
    }
    best.map(|(_, left, right)| (left, right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bead::Status;
    use crate::cost::Cost;

    /// Beads of one side each: no two windows have a seam.
    fn alone(window: &Window) -> Alignment {
        let bead = |block| Bead { block, cost: Cost::ZERO, parts: Vec::new(), confidence: 1.0, status: Status::Auto };
        let one_by_one = (0..window.segments.source.len())
            .flat_map(|i| [Block::new(i..i + 1, i..i), Block::new(i + 1..i + 1, i..i + 1)]);
        Alignment::of(one_by_one.map(bead).collect())
    }

    #[test]
    fn texts_without_a_seam_are_not_aligned_anew_from_their_beginning() {
        let (windows, stride) = (50, STRIDE as usize);
        let whole = windows * stride;
        let window = |k: usize| {
            let run = (k * stride).saturating_sub(OVERLAP)..((k + 1) * stride + OVERLAP).min(whole);
            Window::of(Pair::new(run.clone(), run))
        };
        let cut = (0..windows).map(window).map(|window| (window.clone(), alone(&window))).collect();
        let mut aligned = 0;
        let alignment = stitch(cut, |window| {
            aligned += window.segments.source.len();
            alone(window)
        });
        assert_eq!(alignment.validate(Pair::new(whole, whole)), Ok(()));
        assert!(aligned < 4 * whole, "{aligned} segments were aligned anew");
    }
}
