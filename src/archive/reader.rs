//! From inputs to entries, one after another, holding no more than one file at a time.

use super::records::Records;
use super::walk::{self, Compression, Container};
use super::{Body, Entry, Reason, Reject, Shard, Warning, bundle, decode, stem};
use crate::span::{Pair, Side};
use encoding_rs::Encoding;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Where documents come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file or a folder.
    Path(PathBuf),
    /// JSON Lines, or one article, on standard input.
    Stdin,
    /// A text in one file and its translation in another.
    Files(Pair<PathBuf>),
}

/// How to read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Lines are sentences (default false: they are paragraphs).
    pub segmented: bool,
    /// The texts' encoding (default: UTF-8, or what the bytes look like).
    pub encoding: Option<&'static Encoding>,
    /// Most bytes of one document (default 256 MB).
    pub largest: u64,
    /// Only the documents of this shard (default: all). Article files of other shards are not opened.
    pub shard: Option<Shard>,
    /// [Places](walk::place) of files that are passed over in folders (default: none): what a run writes there itself.
    pub skip: BTreeSet<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { segmented: false, encoding: None, largest: 256 << 20, shard: None, skip: BTreeSet::new() }
    }
}

impl Input {
    /// The files and folders that it names.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let (one, two) = match self {
            Input::Path(path) => (Some(path), None),
            Input::Files(paths) => (Some(&paths.source), Some(&paths.target)),
            Input::Stdin => (None, None),
        };
        one.into_iter().chain(two).map(PathBuf::as_path)
    }

    /// True where it can be read but once: standard input, a pipe.
    pub fn is_stream(&self) -> bool {
        let is_pipe = |path: &Path| fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir());
        *self == Input::Stdin || self.paths().any(is_pipe)
    }
}

/// An input that cannot be opened at all.
#[derive(Debug, Error)]
#[error("{}: {source}", path.display())]
pub struct OpenError {
    /// The input.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

type Entries = Box<dyn Iterator<Item = Result<Entry, Reject>> + Send>;

/// The entries of some inputs, in the order of the inputs, files of a folder in the order of their names.
pub struct Reader {
    inputs: std::vec::IntoIter<Input>,
    options: Options,
    files: Option<Box<dyn Iterator<Item = Result<PathBuf, Reject>> + Send>>,
    entries: Option<Entries>,
    /// Documents that were met so far, in all shards.
    met: u64,
}

impl Reader {
    /// A reader over `inputs`.
    ///
    /// # Errors
    /// When an input does not exist: better before the long work than in its middle.
    pub fn open(inputs: Vec<Input>, options: Options) -> Result<Self, OpenError> {
        for path in inputs.iter().flat_map(Input::paths) {
            fs::metadata(path).map_err(|source| OpenError { path: path.to_owned(), source })?;
        }
        Ok(Self { inputs: inputs.into_iter(), options, files: None, entries: None, met: 0 })
    }

    fn input(&mut self, input: Input) {
        let options = self.options.clone();
        match input {
            Input::Path(path) if path.is_dir() => self.files = Some(Box::new(walk::files(&path, &options.skip))),
            Input::Path(path) => self.entries = Some(file(&path, &options)),
            Input::Stdin => self.entries = Some(stdin(&options)),
            Input::Files(paths) => self.entries = Some(Box::new(std::iter::once(pair(&paths, &options)))),
        }
    }
}

impl Reader {
    /// The next entry of the shard, with its number in the whole input, from 0.
    pub fn next_numbered(&mut self) -> Option<(u64, Result<Entry, Reject>)> {
        loop {
            if let Some(entries) = &mut self.entries {
                match entries.next() {
                    Some(entry) => {
                        self.met += 1;
                        if self.options.shard.is_none_or(|shard| shard.holds_entry(&entry)) {
                            return Some((self.met - 1, entry));
                        }
                    }
                    None => self.entries = None,
                }
                continue;
            }
            if let Some(files) = &mut self.files {
                match files.next() {
                    Some(Ok(path)) => {
                        let is_other = |shard: Shard| is_article(&path) && !shard.holds(&stem(&path));
                        if self.options.shard.is_some_and(is_other) {
                            self.met += 1;
                        } else {
                            self.entries = Some(file(&path, &self.options));
                        }
                    }
                    Some(Err(reject)) => self.entries = Some(once(Err(reject))),
                    None => self.files = None,
                }
                continue;
            }
            let input = self.inputs.next()?;
            self.input(input);
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Entry, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_numbered().map(|(_, entry)| entry)
    }
}

fn is_article(path: &Path) -> bool {
    Container::of(path) == Some(Container::Article)
}

impl Shard {
    /// True when what was read belongs to it. What has no id goes by the place of what should have had one.
    pub fn holds_entry(self, entry: &Result<Entry, Reject>) -> bool {
        match entry {
            Ok(Entry { id, .. }) | Err(Reject { id: Some(id), .. }) => self.holds(id),
            Err(reject) if is_article(Path::new(&reject.path)) => self.holds(&stem(Path::new(&reject.path))),
            Err(reject) => self.holds(&format!("{}#{}", reject.path, reject.place)),
        }
    }
}

fn once(entry: Result<Entry, Reject>) -> Entries {
    Box::new(std::iter::once(entry))
}

fn unreadable(path: &Path, error: &io::Error) -> Reject {
    Reject::new(path, "", Reason::Unreadable, format!("{error}: check that the file exists and may be read"))
}

pub(super) fn file(path: &Path, options: &Options) -> Entries {
    match Container::of(path) {
        Some(Container::Records(compression)) => match File::open(path) {
            Ok(file) => records(decompressed(file, compression), path, options),
            Err(error) => once(Err(unreadable(path, &error))),
        },
        #[cfg(feature = "parquet")]
        Some(Container::Parquet) => match File::open(path) {
            Ok(file) => Box::new(super::parquet::records(Box::new(file), path, options.segmented, options.largest)),
            Err(error) => once(Err(unreadable(path, &error))),
        },
        Some(Container::Article) => once(text(path, options).map(|(text, warnings)| article(path, text, warnings))),
        Some(Container::Bundle) => match text(path, options) {
            Ok((text, _)) => Box::new(bundle::items(path, &text).into_iter()),
            Err(reject) => once(Err(reject)),
        },
        None => {
            let message = "its ending is not one that is read here (.md, .js, .jsonl, .jsonl.gz, .jsonl.zst, .parquet); for plain texts use --source and --target";
            once(Err(Reject::new(path, "", Reason::UnknownFormat, message)))
        }
    }
}

/// The objects of a file of records (JSON Lines, also compressed, or Parquet), whatever their fields; or, in words, where and why one
/// cannot be read.
pub type Objects = Box<dyn Iterator<Item = Result<Map<String, Value>, String>> + Send>;

/// Opens a file of records to read their [`Objects`].
///
/// # Errors
/// When it cannot be opened.
pub fn objects(path: &Path) -> io::Result<Objects> {
    let file = File::open(path)?;
    let compression = match Container::of(path) {
        Some(Container::Records(compression)) => compression,
        #[cfg(feature = "parquet")]
        Some(Container::Parquet) => {
            let values = super::parquet::Values::open(Box::new(file)).map_err(io::Error::other)?;
            let placed =
                |(number, row): (usize, Result<_, String>)| row.map_err(|error| format!("row {number}: {error}"));
            return Ok(Box::new((1..).zip(values).map(placed)));
        }
        _ => Compression::None,
    };
    let object = |(number, line): (usize, io::Result<Vec<u8>>)| {
        let wrong = |error: &dyn std::fmt::Display| format!("line {number}: not a JSON record: {error}");
        let text = match line {
            Ok(line) => decode::decode(line, None).map_err(|error| wrong(&error)),
            Err(error) => Err(wrong(&error)),
        };
        match text {
            Ok(decoded) if decoded.text.trim().is_empty() => None,
            text => Some(text.and_then(|line| serde_json::from_str(&line.text).map_err(|error| wrong(&error)))),
        }
    };
    Ok(Box::new((1..).zip(decompressed(file, compression).split(b'\n')).filter_map(object)))
}

pub(super) fn decompressed(file: impl Read + Send + 'static, compression: Compression) -> Box<dyn BufRead + Send> {
    match compression {
        Compression::None => Box::new(BufReader::with_capacity(1 << 18, file)),
        Compression::Gzip => Box::new(BufReader::with_capacity(1 << 18, flate2::read::MultiGzDecoder::new(file))),
        Compression::Zstd => match zstd::stream::read::Decoder::new(file) {
            Ok(decoder) => Box::new(BufReader::with_capacity(1 << 18, decoder)),
            Err(error) => Box::new(BufReader::new(Broken(Some(error)))),
        },
    }
}

/// A stream that could not be opened: the first read says why, and the records report it as any broken stream.
struct Broken(Option<io::Error>);

impl io::Read for Broken {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn records(input: Box<dyn BufRead + Send>, path: &Path, options: &Options) -> Entries {
    Box::new(Records::new(input, path, options.segmented, options.encoding, options.largest).of_shard(options.shard))
}

/// Standard input, compressed or not, holds records when it begins with `{`, else one article.
fn stdin(options: &Options) -> Entries {
    let path = Path::new("-");
    let begun = || -> io::Result<(Box<dyn BufRead + Send>, bool)> {
        let mut raw = BufReader::with_capacity(1 << 18, io::stdin());
        let mut input: Box<dyn BufRead + Send> = match Compression::of(raw.fill_buf()?) {
            Compression::None => Box::new(raw),
            compression => decompressed(raw, compression),
        };
        let head = input.fill_buf()?;
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let begins_record = text.trim_ascii_start().first().is_none_or(|&byte| byte == b'{');
        Ok((input, begins_record))
    };
    match begun() {
        Ok((input, true)) => records(input, path, options),
        Ok((input, false)) => {
            let read = limited(input, path, options.largest).and_then(|bytes| decoded(path, bytes, options));
            once(read.map(|(text, warnings)| article(Path::new("stdin"), text, warnings)))
        }
        Err(error) => once(Err(unreadable(path, &error))),
    }
}

fn limited(input: impl io::Read, path: &Path, largest: u64) -> Result<Vec<u8>, Reject> {
    let mut bytes = Vec::new();
    match io::Read::read_to_end(&mut input.take(largest + 1), &mut bytes) {
        Ok(_) if bytes.len() as u64 > largest => Err(Reject::new(
            path,
            "",
            Reason::TooLarge,
            format!("larger than {largest} bytes: cut the text into chapters"),
        )),
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable(path, &error)),
    }
}

fn decoded(path: &Path, bytes: Vec<u8>, options: &Options) -> Result<(String, Vec<Warning>), Reject> {
    let decoded = decode::decode(bytes, options.encoding)
        .map_err(|error| Reject::new(path, format!("byte {}", error.byte), Reason::NotUtf8, error.to_string()))?;
    let warnings = if decoded.is_recoded() { vec![Warning::Recoded] } else { vec![] };
    Ok((decoded.text, warnings))
}

fn text(path: &Path, options: &Options) -> Result<(String, Vec<Warning>), Reject> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    decoded(path, limited(file, path, options.largest)?, options)
}

fn article(path: &Path, text: String, warnings: Vec<Warning>) -> Entry {
    let bytes = text.len() as u64;
    let (id, path) = (stem(path), path.display().to_string());
    Entry { id, path, place: String::new(), body: Body::Article(text), meta: Default::default(), warnings, bytes }
}

fn pair(paths: &Pair<PathBuf>, options: &Options) -> Result<Entry, Reject> {
    let (source, mut warnings) = text(&paths.source, options)?;
    let (target, more) = text(&paths.target, options)?;
    warnings.extend(more);
    warnings.dedup();
    let mut meta = serde_json::Map::new();
    for side in Side::BOTH {
        let name = if side == Side::Source { "source_path" } else { "target_path" };
        meta.insert(name.into(), paths[side].display().to_string().into());
    }
    let bytes = (source.len() + target.len()) as u64;
    Ok(Entry {
        id: stem(&paths.source),
        path: paths.source.display().to_string(),
        place: String::new(),
        body: Body::Texts { texts: Pair::new(source, target), segmented: options.segmented },
        meta,
        warnings,
        bytes,
    })
}
