//! A sample of records that depends on the records alone: the same one whatever their order and however they are parted, so that
//! a cluster can draw it part by part.
//!
//! The records with the smallest keyed hashes of their ids (equal ids: of their content) are taken, as many as have so many bytes
//! together. What is among the smallest of all is among the smallest of its part; so parts' draws are joined by keeping the
//! smallest of both. Memory: up to twice the sample.

use super::Entry;
use super::survey::{PART, hash};
use serde::{Deserialize, Serialize};

/// The records with the smallest hashes so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    most: u64,
    /// Bytes of all records seen.
    seen: u64,
    /// Bytes of `drawn`.
    held: u64,
    drawn: Vec<Drawn>,
    /// Records that are too large a part of a sample. They count where the sample is all that there is, and where there is nothing else.
    large: Vec<Drawn>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Drawn {
    key: (u64, u128),
    entry: Entry,
}

impl Drawn {
    fn bytes(&self) -> u64 {
        self.entry.bytes
    }
}

impl Draw {
    /// A draw of about `most` bytes that has seen nothing.
    pub fn new(most: u64) -> Self {
        Self { most, seen: 0, held: 0, drawn: Vec::new(), large: Vec::new() }
    }

    /// Looks at a record.
    pub fn add(&mut self, entry: Entry) {
        self.seen += entry.bytes;
        let drawn = Drawn { key: (hash(entry.id.as_bytes()), entry.content()), entry };
        self.put(drawn);
        self.prune(2);
    }

    /// Adds what another draw of as many bytes, over other records, has seen.
    pub fn merge(&mut self, other: Self) {
        self.seen += other.seen;
        other.drawn.into_iter().chain(other.large).for_each(|drawn| self.put(drawn));
        self.prune(2);
    }

    /// True where there are no more records than the sample holds.
    pub fn is_whole(&self) -> bool {
        self.seen <= self.most
    }

    /// The sample, in the order of ids.
    pub fn finish(mut self) -> Vec<Entry> {
        self.prune(1);
        if self.is_whole() {
            self.drawn.append(&mut self.large);
        } else {
            while self.held > self.most && self.drawn.len() > 1 {
                self.held -= self.drawn.pop().map_or(0, |last| last.bytes());
            }
            if self.drawn.is_empty() {
                self.drawn.append(&mut self.large);
            }
        }
        self.drawn.sort_by(|a, b| (&a.entry.id, a.key).cmp(&(&b.entry.id, b.key)));
        self.drawn.into_iter().map(|drawn| drawn.entry).collect()
    }

    fn put(&mut self, drawn: Drawn) {
        if drawn.bytes() > self.most / PART {
            self.large.push(drawn);
        } else {
            self.held += drawn.bytes();
            self.drawn.push(drawn);
        }
    }

    /// Forgets what cannot be in the sample, once there is `times` as much as is wanted.
    fn prune(&mut self, times: u64) {
        if !self.is_whole() && self.large.len() > 1 {
            self.large.sort_by_key(|drawn| drawn.key);
            self.large.truncate(1);
        }
        if self.held < self.most * times {
            return;
        }
        self.drawn.sort_by_key(|drawn| drawn.key);
        let mut held = 0;
        let enough = self.drawn.iter().position(|drawn| {
            held += drawn.bytes();
            held >= self.most
        });
        if let Some(last) = enough {
            self.drawn.truncate(last + 1);
            self.held = held;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Body;
    use super::*;
    use crate::span::Pair;
    use proptest::prelude::*;

    fn record(id: u32, bytes: u64) -> Entry {
        let texts = Pair::new(bytes.to_string(), String::new());
        Entry { bytes, ..Entry::new(id.to_string(), Body::Texts { texts, segmented: false }) }
    }

    fn drawn<'e>(most: u64, entries: impl IntoIterator<Item = &'e Entry>) -> Draw {
        let mut draw = Draw::new(most);
        entries.into_iter().for_each(|entry| draw.add(entry.clone()));
        draw
    }

    proptest! {
        /// Equal ids and equal records among them, large ones, all or some: neither the parting nor the order matters.
        #[test]
        fn parts_give_the_sample_of_the_whole(
            records in prop::collection::vec((0u32..60, 1u64..60), 1..120),
            parts in 1usize..6,
            most in 1u64..2000,
        ) {
            let entries: Vec<Entry> = records.iter().map(|&(id, bytes)| record(id, bytes)).collect();
            let whole = drawn(most, &entries).finish();
            let mut merged = Draw::new(most);
            for part in (0..parts).rev() {
                merged.merge(drawn(most, entries.iter().skip(part).step_by(parts)));
            }
            prop_assert_eq!(merged.finish(), whole.clone());
            let all: u64 = entries.iter().map(|entry| entry.bytes).sum();
            let bytes: u64 = whole.iter().map(|entry| entry.bytes).sum();
            prop_assert!(!whole.is_empty());
            prop_assert!(bytes <= most || whole.len() == 1);
            prop_assert_eq!(all <= most, whole.len() == entries.len() && bytes <= most);
        }
    }
}
