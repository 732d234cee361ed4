//! Which cells of the lattice are searched.

use crate::span::Pair;

/// For each number of source segments 0..=n, a run of numbers of target segments.
///
/// The runs' starts and ends never fall, the first holds 0 and the last holds m. Those of a band [around](Band::around) a line overlap, so
/// that there is always a path from (0, 0) to (n, m).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Band {
    segments: Pair<usize>,
    /// Cells of the longest row.
    width: usize,
    low: Vec<usize>,
    high: Vec<usize>,
}

impl Band {
    /// Every cell: the search is then exact.
    pub fn full(segments: Pair<usize>) -> Self {
        let rows = segments.source + 1;
        Self { segments, width: segments.target + 1, low: vec![0; rows], high: vec![segments.target; rows] }
    }

    /// `width` cells a row around the target position that `centre` gives for each of the n + 1 source positions. Rows are
    /// shifted as far as it takes to keep the promises of [`Band`]; a width over m + 1 is cut to that, and neighbouring
    /// rows always overlap by at least one cell.
    pub fn around(segments: Pair<usize>, width: usize, centre: impl Fn(usize) -> f64) -> Self {
        let rows = segments.source + 1;
        // Wide enough for rows that overlap even where the path runs at the texts' mean slope.
        let slope = segments.target.div_ceil(segments.source.max(1));
        let width = width.max(2 * slope + 3).min(segments.target + 1);
        let last = segments.target + 1 - width;
        let mut low: Vec<usize> =
            (0..rows).map(|row| (centre(row).round().max(0.0) as usize).saturating_sub(width / 2).min(last)).collect();
        low[0] = 0;
        low[rows - 1] = last;
        for row in 1..rows {
            low[row] = low[row].max(low[row - 1]).min(low[row - 1] + width - 1);
        }
        // The last row must reach m: what the overlap rule held back is pulled up from the end.
        low[rows - 1] = last;
        for row in (1..rows).rev() {
            low[row - 1] = low[row - 1].max((low[row] + 1).saturating_sub(width));
        }
        low[0] = 0;
        let high = low.iter().map(|low| (low + width - 1).min(segments.target)).collect();
        Self { segments, width, low, high }
    }

    /// The cells of `rows`, the first and the last target position of each; a row without any has those that the neighbours' make it pass
    /// through.
    pub fn of_rows(segments: Pair<usize>, rows: &[Option<(usize, usize)>]) -> Self {
        let mut low = vec![segments.target; rows.len()];
        let mut high = vec![0; rows.len()];
        let mut last = 0;
        for (high, row) in high.iter_mut().zip(rows) {
            last = row.map_or(last, |(_, end)| end.max(last));
            *high = last;
        }
        let mut next = segments.target;
        for (low, row) in low.iter_mut().zip(rows).rev() {
            next = row.map_or(next, |(start, _)| start.min(next));
            *low = next;
        }
        low.iter_mut().zip(&mut high).for_each(|(low, high)| (*low, *high) = (*low.min(high), *low.max(high)));
        let width = low.iter().zip(&high).map(|(low, high)| high - low + 1).max().unwrap_or(1);
        Self { segments, width, low, high }
    }

    /// Segments on either side.
    pub fn segments(&self) -> Pair<usize> {
        self.segments
    }

    /// Cells of the longest row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The target positions of a row.
    pub fn row(&self, source: usize) -> std::ops::RangeInclusive<usize> {
        self.low[source]..=self.high[source]
    }

    /// The first target position of a row.
    #[inline]
    pub fn low(&self, source: usize) -> usize {
        self.low[source]
    }

    /// The last target position of a row.
    #[inline]
    pub fn high(&self, source: usize) -> usize {
        self.high[source]
    }

    /// The target segments that may share a bead with a source segment.
    pub fn reach(&self, segment: usize) -> std::ops::Range<usize> {
        self.low[segment]..self.high[segment + 1]
    }

    /// True when the band leaves nothing out.
    pub fn is_full(&self) -> bool {
        self.low.last() == Some(&0) && self.high.first() == Some(&self.segments.target)
    }

    /// True when (source, target) is searched.
    pub fn holds(&self, source: usize, target: usize) -> bool {
        self.row(source).contains(&target)
    }

    /// True when the cell is the first or last of its row although the text goes on there: a path that comes here may
    /// have wanted to go further out.
    pub fn is_edge(&self, source: usize, target: usize) -> bool {
        let row = self.row(source);
        (target == *row.start() && target > 0) || (target == *row.end() && target < self.segments.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_band_always_has_a_path(n in 0usize..60, m in 0usize..60, width in 1usize..40, wild in proptest::collection::vec(-20.0f64..80.0, 61)) {
            let band = Band::around(Pair::new(n, m), width, |row| wild[row]);
            prop_assert!(band.holds(0, 0));
            prop_assert!(band.holds(n, m));
            for row in 1..=n {
                prop_assert!(band.low(row) >= band.low(row - 1));
                prop_assert!(band.low(row) <= *band.row(row - 1).end(), "rows {} and {} do not overlap", row - 1, row);
            }
        }
    }
}
