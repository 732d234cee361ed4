//! Parts of an archive that are worked on apart, on other machines or at other times.

use siphasher::sip::SipHasher13;
use std::fmt;
use std::hash::Hasher;
use std::str::FromStr;

/// One of `of` parts of the documents, told apart by their ids alone: the same document is in the same shard whatever else is
/// in the archive, and on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    of: u32,
}

impl Shard {
    /// Shard `index` (from 1) of `of`; `None` where there is no such part.
    pub fn new(index: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&index).then_some(Self { index, of })
    }

    /// Its number, from 1.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// True when the document with this id belongs to it.
    pub fn holds(self, id: &str) -> bool {
        let mut hasher = SipHasher13::new();
        hasher.write(id.as_bytes());
        hasher.finish() % u64::from(self.of) == u64::from(self.index - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, of)| Self::new(index.parse().ok()?, of.parse().ok()?));
        parts.ok_or_else(|| format!("{text:?} is no shard: write 1/4 for the first of four, up to 4/4"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_in_one_shard() {
        for of in [1, 2, 7] {
            let shards: Vec<Shard> = (1..=of).filter_map(|index| Shard::new(index, of)).collect();
            for n in 0..200 {
                let id = format!("1957-10-16_{n}");
                assert_eq!(shards.iter().filter(|shard| shard.holds(&id)).count(), 1);
            }
        }
    }

    #[test]
    fn the_division_is_the_same_in_every_version() {
        let first: String =
            (0..16).map(|n| if "1/2".parse::<Shard>().unwrap().holds(&n.to_string()) { '1' } else { '2' }).collect();
        assert_eq!(first, "1221111122122111");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["0/4", "5/4", "4", "a/b", "1/0", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
