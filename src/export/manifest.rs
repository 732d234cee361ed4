//! What a run was made of and what came of it, in one file beside its output: by it a run goes on where it was stopped, shards are
//! joined, and a changed input, setting or model is noticed. Hashes are BLAKE3, as `b3sum` prints them. It says nothing of the time
//! or the machine: the same work gives the same manifest.

use crate::archive::Listing;
use crate::signal::lexicon::TranslationTable;
use crate::span::Pair;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a manifest's field `format` says.
pub const FORMAT: &str = "bitext-manifest";
/// The version that is written; earlier ones are read.
pub const VERSION: u32 = 1;
/// Level of the compression of tables and orders.
const LEVEL: i32 = 9;

/// The work of a run, and its results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The program and its version.
    pub program: String,
    /// The inputs, as they were named.
    pub inputs: Vec<String>,
    /// Their files; `None` where an input is a stream.
    pub listing: Option<Listing>,
    /// Every setting that bears on the rows, as it was given.
    pub settings: BTreeMap<String, Vec<String>>,
    /// The hashes of files that the settings name.
    pub files: BTreeMap<String, String>,
    /// The hash of the model.
    pub model: String,
    /// The tables that were learned on the way.
    pub learned: Vec<LearnedTable>,
    /// The shard, such as `1/4`.
    pub shard: Option<String>,
    /// What came of it.
    pub counts: Counts,
    /// A hash of all documents read: the sum of their own, so that the shards' add up to the whole's.
    pub documents: String,
    /// Of a shard: which documents of the input its rows belong to ([`Order`]), packed.
    pub order: Option<String>,
    /// The files written.
    pub outputs: Vec<Written>,
}

/// A translation table that a run has learned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnedTable {
    /// Language of the originals.
    pub source_lang: String,
    /// Language of the translations.
    pub target_lang: String,
    /// Beads that it was learned from.
    pub beads: usize,
    /// Pairs of words in it, both directions together.
    pub translations: usize,
    /// The table: JSON, zstd, base64.
    pub table: String,
}

/// What a run counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Documents aligned.
    pub documents: u64,
    /// Documents set aside.
    pub set_aside: u64,
    /// Beads with text on both sides.
    pub pairs: u64,
    /// Beads without a translation.
    pub omissions: u64,
    /// Beads without an original.
    pub additions: u64,
    /// Beads that a reader has locked.
    pub locked: u64,
    /// Locks and anchors that could not be kept.
    pub not_kept: u64,
}

impl Counts {
    /// Documents that are done with, whatever became of them.
    pub fn done(&self) -> u64 {
        self.documents + self.set_aside
    }

    /// Adds another's counts.
    pub fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.set_aside += other.set_aside;
        self.pairs += other.pairs;
        self.omissions += other.omissions;
        self.additions += other.additions;
        self.locked += other.locked;
        self.not_kept += other.not_kept;
    }
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Its name, without the folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its hash.
    pub blake3: String,
}

impl LearnedTable {
    /// Packs a table.
    pub fn new(language: &Pair<String>, beads: usize, table: &TranslationTable) -> Self {
        let json = serde_json::to_vec(table).expect("a table is plain data");
        Self {
            source_lang: language.source.clone(),
            target_lang: language.target.clone(),
            beads,
            translations: table.len(),
            table: pack(&json),
        }
    }

    /// Its languages.
    pub fn language(&self) -> Pair<String> {
        Pair::new(self.source_lang.clone(), self.target_lang.clone())
    }

    /// The table.
    ///
    /// # Errors
    /// In words, when it is damaged.
    pub fn unpack(&self) -> Result<TranslationTable, String> {
        let damaged = || "its table is damaged: run without --resume".to_owned();
        let table: TranslationTable =
            serde_json::from_slice(&unpack(&self.table).ok_or_else(damaged)?).map_err(|_| damaged())?;
        if table.is_sound() { Ok(table) } else { Err(damaged()) }
    }
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// In words, when it is none, or a later version's.
    pub fn from_json(json: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let head: Head = serde_json::from_slice(json).map_err(|error| format!("not a manifest: {error}"))?;
        if head.format != FORMAT {
            return Err(format!("not a manifest: its format is {:?}", head.format));
        }
        if head.version > VERSION {
            return Err(format!("version {} is of a later bitext: use that one", head.version));
        }
        serde_json::from_slice(json).map_err(|error| format!("not a manifest: {error}"))
    }

    /// Writes it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a manifest is plain data") + "\n"
    }

    /// What about the work (not its results) of another manifest is different, in words; the shard is not looked at.
    pub fn differs(&self, other: &Self) -> Option<String> {
        let words = |value: Option<&Vec<String>>| value.map_or("none".to_owned(), |value| value.join(" "));
        if self.program != other.program {
            return Some(format!("the program is {}, not {}", self.program, other.program));
        }
        let names = self.settings.keys().chain(other.settings.keys());
        for name in names {
            let (own, others) = (self.settings.get(name), other.settings.get(name));
            if own != others {
                return Some(format!("--{} is {}, not {}", name.replace('_', "-"), words(own), words(others)));
            }
        }
        if self.inputs != other.inputs {
            return Some(format!("the input is {}, not {}", self.inputs.join(" "), other.inputs.join(" ")));
        }
        if let Some(name) = self.files.keys().find(|name| self.files.get(*name) != other.files.get(*name)) {
            return Some(format!("{name} is not the same file as before"));
        }
        if self.model != other.model {
            return Some("the model is another".to_owned());
        }
        match (&self.listing, &other.listing) {
            (Some(own), Some(others)) if own.files != others.files => {
                Some(format!("the input has {} files, not {}", own.files, others.files))
            }
            (own, others) if own != others => Some("the input's files have other names or sizes".to_owned()),
            _ => None,
        }
    }

    /// The sum of the documents' hashes.
    pub fn document_sum(&self) -> u128 {
        u128::from_str_radix(&self.documents, 16).unwrap_or(0)
    }

    /// Puts in the sum of the documents' hashes.
    pub fn set_document_sum(&mut self, sum: u128) {
        self.documents = format!("{sum:032x}");
    }
}

/// What a document adds to [`Manifest::documents`]: its fingerprint, and its number in the input.
pub fn share(number: u64, fingerprint: u128) -> u128 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(&fingerprint.to_le_bytes());
    let mut first = [0; 16];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(first)
}

/// One document of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its number in the whole input, from 0.
    pub number: u64,
    /// The rows that it has in the output; `None` where it was set aside.
    pub rows: Option<u64>,
    /// Lines about its locks and anchors among the documents set aside, before its own if it has one.
    pub lost: u64,
}

/// The documents of a shard in their order: two bytes each, or thereabouts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    bytes: Vec<u8>,
    next: u64,
}

impl Order {
    /// Adds a document; its number is above those before it.
    pub fn push(&mut self, place: Place) {
        number(&mut self.bytes, place.number - self.next);
        // Few documents have lost a lock: a bit says which have a third number.
        let rows = place.rows.map_or(0, |rows| rows + 1);
        number(&mut self.bytes, rows << 1 | u64::from(place.lost > 0));
        if place.lost > 0 {
            number(&mut self.bytes, place.lost);
        }
        self.next = place.number + 1;
    }

    /// What was added since the bytes were `from` many, for a journal; and how many there are now.
    pub fn since(&self, from: usize) -> (String, usize) {
        (BASE64.encode(&self.bytes[from..]), self.bytes.len())
    }

    /// Appends what [`Order::since`] gave; `None` when it is damaged.
    pub fn append(&mut self, text: &str) -> Option<()> {
        let more = BASE64.decode(text).ok()?;
        self.next = places(&more, self.next)?.last().map_or(self.next, |place| place.number + 1);
        self.bytes.extend(more);
        Some(())
    }

    /// As it stands in a manifest.
    pub fn pack(&self) -> String {
        pack(&self.bytes)
    }

    /// The documents of a packed order; `None` when it is damaged.
    pub fn unpack(text: &str) -> Option<Vec<Place>> {
        places(&unpack(text)?, 0)
    }
}

/// The documents that `bytes` tell of, the first of which may have the number `next`.
fn places(mut bytes: &[u8], mut next: u64) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    while !bytes.is_empty() {
        let number = next.checked_add(read_number(&mut bytes)?)?;
        let rows = read_number(&mut bytes)?;
        let lost = if rows & 1 == 1 { read_number(&mut bytes)? } else { 0 };
        places.push(Place { number, rows: (rows >> 1).checked_sub(1), lost });
        next = number.checked_add(1)?;
    }
    Some(places)
}

/// Seven bits a byte, the lowest first, all but the last with the eighth set.
fn number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn pack(bytes: &[u8]) -> String {
    BASE64.encode(zstd::bulk::compress(bytes, LEVEL).expect("memory takes all that is written"))
}

fn unpack(text: &str) -> Option<Vec<u8>> {
    zstd::stream::decode_all(&BASE64.decode(text).ok()?[..]).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn orders_come_back(steps in prop::collection::vec((1u64..1 << 40, prop::option::of(0u64..1 << 20), 0u64..3), 0..60), cut in 0usize..60) {
            let mut number = 0;
            let places: Vec<Place> = steps.into_iter().map(|(step, rows, lost)| {
                number += step;
                Place { number, rows, lost }
            }).collect();
            let mut whole = Order::default();
            let mut resumed = Order::default();
            let mut written = 0;
            for (n, place) in places.iter().enumerate() {
                whole.push(*place);
                if n == cut || n + 1 == places.len() {
                    let (text, length) = whole.since(written);
                    resumed.append(&text).unwrap();
                    written = length;
                }
            }
            prop_assert_eq!(&whole, &resumed);
            prop_assert_eq!(Order::unpack(&whole.pack()), Some(places));
        }

        #[test]
        fn damaged_orders_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = Order::unpack(&pack(&bytes));
            let _ = Order::unpack(&BASE64.encode(&bytes));
        }
    }
}
