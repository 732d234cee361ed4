//! What is known of the runs of segments of one side.

use super::{LANES, MAX_RUN, lanes};

/// A value for each run of up to so many segments, by how many it takes, and of these by the border that it ends at. Where one would start
/// before the text, and in the lanes behind the last, nothing is said.
#[derive(Debug, Default)]
pub(super) struct Runs<T> {
    values: Vec<T>,
    /// Segment borders of the text.
    borders: usize,
    /// The most segments whose runs are there.
    longest: usize,
}

impl<T: Copy + Default> Runs<T> {
    /// Begins with another text.
    pub(super) fn clear(&mut self, segments: usize) {
        self.values.clear();
        self.borders = segments + 1;
        self.longest = 0;
    }

    /// Takes in all runs of up to so many segments: `values` are those of the runs of some, in text order.
    pub(super) fn extend<V: Iterator<Item = T>>(&mut self, longest: usize, values: impl Fn(usize) -> V) {
        self.values.truncate(self.longest * self.borders);
        while self.longest < longest.min(MAX_RUN) {
            let before = self.longest * self.borders;
            self.longest += 1;
            self.values.resize(before + self.longest.min(self.borders), T::default());
            self.values.extend(values(self.longest));
        }
        self.values.resize(self.longest * self.borders + LANES, T::default());
    }

    /// The values of the runs of `taken` segments.
    pub(super) fn of(&self, taken: usize) -> &[T] {
        &self.values[(taken - 1) * self.borders + taken.min(self.borders)..taken * self.borders]
    }

    /// The value of the run of `taken` segments up to `end`.
    #[inline]
    pub(super) fn ending_at(&self, taken: usize, end: usize) -> T {
        self.values[(taken - 1) * self.borders + end]
    }

    /// So many lanes of the values of the runs of `taken` segments, from the one that ends at `first` on.
    #[inline]
    pub(super) fn lanes(&self, taken: usize, first: usize, count: usize) -> &[[T; LANES]] {
        lanes(&self.values, (taken - 1) * self.borders + first, count)
    }
}

#[cfg(test)]
mod tests {
    use super::Runs;

    #[test]
    fn runs_stand_where_they_end() {
        let place = |start: usize, end: usize| 10 * start + end;
        for segments in [0, 1, 5] {
            let mut runs = Runs::default();
            runs.clear(segments);
            for longest in [2, 1, 7, 7] {
                runs.extend(longest, |taken| (taken..=segments).map(move |end| place(end - taken, end)));
            }
            for taken in 1..=7 {
                assert_eq!(runs.of(taken).len(), (segments + 1).saturating_sub(taken));
                for end in taken..=segments {
                    assert_eq!(runs.ending_at(taken, end), place(end - taken, end));
                    assert_eq!(runs.lanes(taken, end, 1)[0][0], place(end - taken, end));
                }
            }
        }
    }
}
