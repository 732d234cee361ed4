//! Byte ranges and sides: how every later stage points into a text without copying it.

use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut, Range};

/// A half-open range of bytes in one decoded text; both ends lie on character borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(from = "[usize; 2]", into = "[usize; 2]")]
pub struct ByteRange {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl ByteRange {
    /// The range from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "byte range {start}..{end} runs backwards");
        Self { start, end }
    }

    /// Length in bytes.
    pub fn byte_len(self) -> usize {
        self.end - self.start
    }

    /// True when the range holds nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The text that the range stands for.
    ///
    /// # Panics
    /// When the range does not lie on character borders of `text`.
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }

    /// True when both have a byte in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same range, counted from `offset` bytes further back.
    pub fn shifted(self, offset: usize) -> Self {
        Self { start: self.start + offset, end: self.end + offset }
    }

    /// The range without white space (U+3000 included) at either end.
    pub fn trimmed(self, text: &str) -> Self {
        let begun = self.of(text).trim_start();
        Self { start: self.end - begun.len(), end: self.end - begun.len() + begun.trim_end().len() }
    }
}

impl From<Range<usize>> for ByteRange {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

impl From<[usize; 2]> for ByteRange {
    fn from([start, end]: [usize; 2]) -> Self {
        Self { start, end }
    }
}

impl From<ByteRange> for [usize; 2] {
    fn from(range: ByteRange) -> Self {
        [range.start, range.end]
    }
}

/// Which text of a pair: the original or its translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The original.
    Source,
    /// The translation.
    Target,
}

impl Side {
    /// Both, the original first.
    pub const BOTH: [Side; 2] = [Side::Source, Side::Target];

    /// The side across.
    pub fn other(self) -> Side {
        match self {
            Side::Source => Side::Target,
            Side::Target => Side::Source,
        }
    }
}

/// One value for each side, indexed by [`Side`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Pair<T> {
    /// The original's.
    pub source: T,
    /// The translation's.
    pub target: T,
}

impl<T> Pair<T> {
    /// A value for each side.
    pub fn new(source: T, target: T) -> Self {
        Self { source, target }
    }

    /// The pair of what `f` makes of each side.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Pair<U> {
        Pair { source: f(self.source), target: f(self.target) }
    }

    /// Both sides by reference.
    pub fn as_ref(&self) -> Pair<&T> {
        Pair { source: &self.source, target: &self.target }
    }

    /// Source and target exchanged.
    pub fn swapped(self) -> Self {
        Self { source: self.target, target: self.source }
    }
}

impl<T> Index<Side> for Pair<T> {
    type Output = T;
    fn index(&self, side: Side) -> &T {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }
}

impl<T> IndexMut<Side> for Pair<T> {
    fn index_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Source => &mut self.source,
            Side::Target => &mut self.target,
        }
    }
}

/// A half-open run of segments (sentences, or lines that stand for one) of one side, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct SegmentRange {
    /// First segment.
    pub start: u32,
    /// One past the last segment.
    pub end: u32,
}

impl SegmentRange {
    /// The run from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "segments {start}..{end} run backwards");
        Self { start: start as u32, end: end as u32 }
    }

    /// How many segments.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True when the run holds no segment.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The same run, counted from `offset` segments further back.
    pub fn shifted(self, offset: usize) -> Self {
        Self { start: self.start + offset as u32, end: self.end + offset as u32 }
    }

    /// The run as indices.
    pub fn indices(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The place of a bead: a run of source segments beside a run of target segments, one of which may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Block {
    /// The original's segments.
    pub source: SegmentRange,
    /// The translation's segments.
    pub target: SegmentRange,
}

impl Block {
    /// Source segments `source` beside target segments `target`.
    pub fn new(source: Range<usize>, target: Range<usize>) -> Self {
        Self {
            source: SegmentRange::new(source.start, source.end),
            target: SegmentRange::new(target.start, target.end),
        }
    }

    /// The same place, counted from `offset` segments further back on either side.
    pub fn shifted(self, offset: Pair<usize>) -> Self {
        Self { source: self.source.shifted(offset.source), target: self.target.shifted(offset.target) }
    }

    /// True when both sides hold a segment.
    pub fn is_pair(self) -> bool {
        !self.source.is_empty() && !self.target.is_empty()
    }

    /// Source and target exchanged.
    pub fn swapped(self) -> Self {
        Self { source: self.target, target: self.source }
    }
}

impl Index<Side> for Block {
    type Output = SegmentRange;
    fn index(&self, side: Side) -> &SegmentRange {
        match side {
            Side::Source => &self.source,
            Side::Target => &self.target,
        }
    }
}

impl IndexMut<Side> for Block {
    fn index_mut(&mut self, side: Side) -> &mut SegmentRange {
        match side {
            Side::Source => &mut self.source,
            Side::Target => &mut self.target,
        }
    }
}
