//! Lists of lists, one after another in one buffer.

use std::ops::Range;

/// Values in groups that are numbered from 0.
#[derive(Debug)]
pub(crate) struct Groups<T> {
    list: Vec<T>,
    /// Where each group begins and, at the end, where the last ends.
    start: Vec<u32>,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { list: Vec::new(), start: vec![0] }
    }
}

impl<T: Copy + Default> Groups<T> {
    /// Forgets all groups, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.start.clear();
        self.start.push(0);
    }

    /// Adds values to the group under way.
    #[inline]
    pub(crate) fn extend(&mut self, values: impl IntoIterator<Item = T>) {
        self.list.extend(values);
    }

    /// Adds a value to the group under way.
    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        self.list.push(value);
    }

    /// Ends the group under way.
    pub(crate) fn close(&mut self) {
        self.start.push(self.list.len() as u32);
    }

    /// Takes in values with their groups, of which there are so many, in place of all others; those of a group keep their order.
    pub(crate) fn fill(&mut self, groups: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) {
        let Self { list, start } = self;
        start.clear();
        start.resize(groups + 2, 0);
        // Two places further on, sizes become first the beginnings of the groups and then, when all are in place, their ends.
        pairs.clone().for_each(|(group, _)| start[group as usize + 2] += 1);
        let mut sum = 0;
        for size in &mut start[2..] {
            sum += *size;
            *size = sum;
        }
        list.clear();
        list.resize(sum as usize, T::default());
        for (group, value) in pairs {
            let next = &mut start[group as usize + 1];
            list[*next as usize] = value;
            *next += 1;
        }
        start.truncate(groups + 1);
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.start.len() - 1
    }

    /// The values of a group.
    #[inline]
    pub(crate) fn of(&self, group: usize) -> &[T] {
        self.run(group..group + 1)
    }

    /// The values of some neighbouring groups.
    #[inline]
    pub(crate) fn run(&self, groups: Range<usize>) -> &[T] {
        &self.list[self.start[groups.start] as usize..self.start[groups.end] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Groups;

    #[test]
    fn values_of_a_group_keep_their_order() {
        let mut groups = Groups::default();
        for _ in 0..2 {
            groups.fill(4, [(2, 'a'), (0, 'b'), (2, 'c'), (3, 'd')].into_iter());
            assert_eq!((groups.of(2), groups.of(1)), (&['a', 'c'][..], &[][..]));
            assert_eq!(groups.len(), 4);
            assert_eq!((groups.run(1..4), groups.run(0..0)), (&['a', 'c', 'd'][..], &[][..]));
        }
        groups.clear();
        groups.close();
        groups.extend("xy".chars());
        groups.close();
        assert_eq!((groups.of(0), groups.of(1)), (&[][..], &['x', 'y'][..]));
    }
}
