//! A look at all inputs before the long work: a listing of their files, and a sample of their documents, drawn from the whole of
//! them and not from their beginning, because an archive's beginning is another decade than its end.
//!
//! Of article files, those with the smallest keyed hashes (SipHash of the name, the key being the seed) are taken: the same ones
//! whatever the order in which a disk gives them. A file of records is read at places spread evenly over it where it is not
//! compressed; compressed ones are unpacked once, and the lines with the smallest hashes are taken. Tables (Parquet) are read whole, as
//! one, since a table in other parts is the same table ([`Draw`]). Time: one walk over the names, and one unpacking. Memory: the sample.

use super::reader::{self, Options, Reader};
use super::records::Records;
use super::walk::{self, Compression, Container};
use super::{Draw, Entry, Input, Reject};
use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt;
use std::fs::{self, File};
use std::hash::Hasher;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The draw is the same each time.
const SEED: u64 = 1;
/// Most files of records and bundles that a sample is drawn from.
const MOST_CONTAINERS: usize = 64;
/// Bytes read at one place of a file of records.
const PROBE: u64 = 16 << 10;
/// Of a compressed file no more than this is unpacked for the sample.
const UNPACKED: u64 = 4 << 30;
/// A document may be this part of the sample.
pub(super) const PART: u64 = 4;

/// The files of the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// How many.
    pub files: u64,
    /// Their sizes together.
    pub bytes: u64,
    /// A hash of their names and sizes, in order.
    pub hash: String,
}

/// What [`Survey::of`] finds.
#[derive(Debug)]
pub struct Survey {
    /// The files.
    pub listing: Listing,
    /// The sample, in the order of the input.
    pub sample: Vec<Entry>,
    /// What of the input the sample is.
    pub extent: Extent,
}

/// What of an input a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Drawn from all of it.
    Drawn,
    /// Its beginning: of a stream, or where no document is small enough to be drawn.
    Beginning,
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Extent::Whole => "the whole input",
            Extent::Drawn => "a sample of the whole input",
            Extent::Beginning => "the beginning of the input",
        })
    }
}

impl Survey {
    /// Looks at `inputs`, of which none is a stream, and draws documents of about `most` bytes together (none, without a look inside, for 0). What cannot be read is
    /// passed over here: it is set aside when its turn comes.
    pub fn of(inputs: &[Input], options: &Options, most: u64) -> Self {
        let mut files = Files::new(most);
        for path in inputs.iter().flat_map(Input::paths) {
            if path.is_dir() {
                walk::files(path, &options.skip).flatten().for_each(|path| files.add(path));
            } else {
                files.add(path.to_owned());
            }
        }
        if most == 0 {
            return Self { listing: files.listing(), sample: Vec::new(), extent: Extent::Beginning };
        }
        let options = Options { shard: None, ..options.clone() };
        let (head, whole) = head(inputs, &options, most);
        let drawn = if whole { Vec::new() } else { files.draw(&options, most) };
        let (sample, extent) = match (whole, drawn.is_empty()) {
            (true, _) => (head, Extent::Whole),
            (false, false) => (drawn, Extent::Drawn),
            (false, true) => (head, Extent::Beginning),
        };
        Self { listing: files.listing(), sample, extent }
    }
}

/// The documents that come first, up to so many bytes, and whether these are all.
fn head(inputs: &[Input], options: &Options, most: u64) -> (Vec<Entry>, bool) {
    let Ok(mut reader) = Reader::open(inputs.to_vec(), options.clone()) else { return (Vec::new(), false) };
    let (sample, bytes) = first(&mut reader, most);
    (sample.into_iter().flatten().collect(), bytes <= most && reader.next().is_none())
}

/// What comes first of `entries`, up to so many bytes, and how many they are.
pub fn first(
    entries: &mut impl Iterator<Item = Result<Entry, Reject>>,
    most: u64,
) -> (Vec<Result<Entry, Reject>>, u64) {
    let (mut sample, mut bytes) = (Vec::new(), 0);
    while bytes < most {
        let Some(entry) = entries.next() else { break };
        bytes += entry.as_ref().map_or(0, |entry| entry.bytes);
        sample.push(entry);
    }
    (sample, bytes)
}

/// The items with the smallest hashes, as many as have so many bytes together.
#[derive(Debug)]
struct Smallest<T> {
    /// By hash and number: bytes, item.
    items: BTreeMap<(u64, u64), (u64, T)>,
    bytes: u64,
    most: u64,
}

impl<T> Smallest<T> {
    fn new(most: u64) -> Self {
        Self { items: BTreeMap::new(), bytes: 0, most }
    }

    /// The item is made only if it is taken.
    fn add(&mut self, hash: u64, number: u64, bytes: u64, item: impl FnOnce() -> T) {
        let full = self.bytes >= self.most;
        if bytes > self.most / PART || (full && self.items.last_key_value().is_some_and(|(top, _)| hash > top.0)) {
            return;
        }
        self.bytes += bytes;
        self.items.insert((hash, number), (bytes, item()));
        while let Some(top) = self.items.last_entry().filter(|top| self.bytes - top.get().0 >= self.most) {
            self.bytes -= top.remove().0;
        }
    }

    /// Those that are left when no more than `most` bytes are wanted, in the order of their numbers.
    fn items(mut self, most: u64) -> Vec<T> {
        while self.bytes > most && self.items.len() > 1 {
            self.bytes -= self.items.pop_last().map_or(0, |(_, (bytes, _))| bytes);
        }
        let mut items: Vec<(u64, T)> = self.items.into_iter().map(|((_, number), (_, item))| (number, item)).collect();
        items.sort_by_key(|item| item.0);
        items.into_iter().map(|item| item.1).collect()
    }
}

pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(SEED, 0);
    hasher.write(bytes);
    hasher.finish()
}

struct Files {
    count: u64,
    bytes: u64,
    hasher: blake3::Hasher,
    articles: Smallest<PathBuf>,
    article_bytes: u64,
    /// Hash, number, size, path.
    containers: BinaryHeap<(u64, u64, u64, PathBuf)>,
    container_bytes: u64,
    tables: Vec<PathBuf>,
    table_bytes: u64,
}

impl Files {
    fn new(most: u64) -> Self {
        Self {
            count: 0,
            bytes: 0,
            hasher: blake3::Hasher::new(),
            articles: Smallest::new(most),
            article_bytes: 0,
            containers: BinaryHeap::new(),
            container_bytes: 0,
            tables: Vec::new(),
            table_bytes: 0,
        }
    }

    fn add(&mut self, path: PathBuf) {
        let size = fs::metadata(&path).map_or(0, |meta| meta.len());
        let name = path.as_os_str().as_encoded_bytes();
        self.hasher.update(&(name.len() as u64).to_le_bytes());
        self.hasher.update(name);
        self.hasher.update(&size.to_le_bytes());
        let (number, hash) = (self.count, hash(name));
        self.count += 1;
        self.bytes += size;
        match Container::of(&path) {
            Some(Container::Article) => {
                self.article_bytes += size;
                self.articles.add(hash, number, size, || path);
            }
            #[cfg(feature = "parquet")]
            Some(Container::Parquet) => {
                self.table_bytes += size;
                self.tables.push(path);
            }
            Some(_) => {
                self.container_bytes += size;
                self.containers.push((hash, number, size, path));
                if self.containers.len() > MOST_CONTAINERS {
                    self.containers.pop();
                }
            }
            None => {}
        }
    }

    fn listing(&self) -> Listing {
        Listing { files: self.count, bytes: self.bytes, hash: self.hasher.finalize().to_hex().to_string() }
    }

    /// Draws the sample; article files, containers and tables have shares as large as their sizes.
    fn draw(&mut self, options: &Options, most: u64) -> Vec<Entry> {
        let all = (self.article_bytes + self.container_bytes + self.table_bytes).max(1);
        let part = |bytes: u64| (u128::from(most) * u128::from(bytes) / u128::from(all)) as u64;
        let (for_articles, for_tables) = (part(self.article_bytes), part(self.table_bytes));
        let articles = std::mem::replace(&mut self.articles, Smallest::new(0)).items(for_articles);
        let mut sample: Vec<Entry> = Vec::new();
        if for_articles > 0 {
            sample.extend(articles.iter().flat_map(|path| reader::file(path, options)).flatten());
        }
        let mut containers = std::mem::take(&mut self.containers).into_vec();
        containers.sort_by_key(|container| container.1);
        let share = (most - for_articles - for_tables) / containers.len().max(1) as u64;
        for (_, _, size, path) in containers {
            let drawn = match Container::of(&path) {
                Some(Container::Records(Compression::None)) if size > 2 * share => probes(&path, size, options, share),
                Some(Container::Records(compression)) => lines(&path, compression, options, share),
                _ => Ok(items(&path, options, share)),
            };
            sample.extend(drawn.unwrap_or_default());
        }
        if for_tables > 0 {
            let mut drawn = Draw::new(for_tables);
            let records = self.tables.iter().flat_map(|path| reader::file(path, options)).flatten();
            records.for_each(|entry| drawn.add(entry));
            sample.extend(drawn.finish());
        }
        sample
    }
}

/// Records of `share` bytes together, at places spread evenly over a file.
fn probes(path: &Path, size: u64, options: &Options, share: u64) -> io::Result<Vec<Entry>> {
    let count = (share / PROBE).max(1);
    let mut file = File::open(path)?;
    let mut drawn = Vec::new();
    for probe in 0..count {
        // Amid the part that it stands for; the record that this is in is passed over.
        file.seek(SeekFrom::Start((2 * probe + 1) * (size / (2 * count))))?;
        let mut input = BufReader::new((&mut file).take(PROBE * PART + (share / PART)));
        input.skip_until(b'\n')?;
        let mut records = Records::new(input, path, options.segmented, options.encoding, options.largest);
        drawn.extend(first(&mut records, PROBE.min(share)).0.into_iter().flatten());
    }
    Ok(drawn)
}

/// The lines of a file with the smallest hashes.
fn lines(path: &Path, compression: Compression, options: &Options, share: u64) -> io::Result<Vec<Entry>> {
    let mut input = reader::decompressed(File::open(path)?, compression).take(UNPACKED);
    let mut drawn = Smallest::new(share);
    let (mut line, mut number) = (Vec::new(), 0u64);
    loop {
        line.clear();
        match input.by_ref().take(options.largest).read_until(b'\n', &mut line) {
            // What is broken further on is no reason to take nothing from before.
            Ok(0) | Err(_) => break,
            Ok(bytes) => drawn.add(hash(&number.to_le_bytes()), number, bytes as u64, || line.clone()),
        }
        number += 1;
    }
    let parse =
        |line| Records::new(Cursor::new(line), path, options.segmented, options.encoding, options.largest).next();
    Ok(drawn.items(share).into_iter().filter_map(parse).flatten().collect())
}

/// The items of a bundle with the smallest hashes.
fn items(path: &Path, options: &Options, share: u64) -> Vec<Entry> {
    let (mut drawn, mut read) = (Smallest::new(share), 0);
    for (number, entry) in (0..).zip(reader::file(path, options).flatten()) {
        read += entry.bytes;
        if read > UNPACKED {
            break;
        }
        drawn.add(hash(entry.id.as_bytes()), number, entry.bytes, || entry);
    }
    drawn.items(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn record(n: usize) -> String {
        let text = "修成了一条水渠。".repeat(1 + n % 9);
        format!("{{\"id\": \"{n}\", \"source\": \"{text}\", \"target\": \"They built a canal.\"}}\n")
    }

    fn write(folder: &Path, name: &str, bytes: &[u8]) {
        fs::write(folder.join(name), bytes).unwrap();
    }

    fn thousands(sample: &[Entry]) -> BTreeSet<usize> {
        sample.iter().map(|entry| entry.id.parse::<usize>().unwrap() / 1000).collect()
    }

    #[test]
    fn a_sample_comes_from_all_parts_of_a_file() {
        let here = tempfile::tempdir().unwrap();
        let all: String = (0..10_000).map(record).collect();
        write(here.path(), "plain.jsonl", all.as_bytes());
        write(here.path(), "packed.jsonl.zst", &zstd::bulk::compress(all.as_bytes(), 1).unwrap());
        for name in ["plain.jsonl", "packed.jsonl.zst"] {
            let inputs = [Input::Path(here.path().join(name))];
            let survey = Survey::of(&inputs, &Options::default(), 200_000);
            assert_eq!(thousands(&survey.sample).len(), 10, "{name}");
            let bytes: u64 = survey.sample.iter().map(|entry| entry.bytes).sum();
            assert!((150_000..250_000).contains(&bytes), "{name}: {bytes}");
            assert_eq!(survey.extent, Extent::Drawn);
            let again = Survey::of(&inputs, &Options::default(), 200_000);
            assert_eq!(again.sample, survey.sample);
            assert_eq!(again.listing, survey.listing);
        }
    }

    #[test]
    fn a_sample_comes_from_all_folders_whatever_else_is_there() {
        let here = tempfile::tempdir().unwrap();
        for n in 0..1000 {
            let folder = here.path().join((n / 100).to_string());
            fs::create_dir_all(&folder).unwrap();
            write(&folder, &format!("{}.md", n * 10), "Title: x\n".repeat(30).as_bytes());
        }
        let inputs = [Input::Path(here.path().into())];
        let survey = Survey::of(&inputs, &Options::default(), 50_000);
        assert_eq!(thousands(&survey.sample).len(), 10);
        // Another article changes at most one of those drawn.
        write(here.path(), "0/00.md", "Title: x\n".repeat(30).as_bytes());
        let more = Survey::of(&inputs, &Options::default(), 50_000);
        assert_ne!(more.listing.hash, survey.listing.hash);
        let ids = |survey: &Survey| survey.sample.iter().map(|entry| entry.id.clone()).collect::<BTreeSet<_>>();
        assert!(ids(&more).difference(&ids(&survey)).count() <= 1);
    }

    #[test]
    fn what_is_small_is_taken_whole() {
        let here = tempfile::tempdir().unwrap();
        write(here.path(), "a.jsonl", (0..20).map(record).collect::<String>().as_bytes());
        let survey = Survey::of(&[Input::Path(here.path().into())], &Options::default(), 1 << 20);
        assert_eq!(survey.extent, Extent::Whole);
        assert_eq!(survey.sample.len(), 20);
    }

    #[test]
    fn of_books_that_are_too_large_to_be_drawn_the_first_is_taken_and_told() {
        let here = tempfile::tempdir().unwrap();
        let book =
            |n: usize| format!("{{\"id\": \"{n}\", \"source\": \"{}\", \"target\": \"x\"}}\n", "修渠。".repeat(20_000));
        write(here.path(), "books.jsonl", (0..8).map(book).collect::<String>().as_bytes());
        let survey = Survey::of(&[Input::Path(here.path().into())], &Options::default(), 100_000);
        assert_eq!(survey.extent, Extent::Beginning);
        assert_eq!(survey.sample[0].id, "0");
    }
}
