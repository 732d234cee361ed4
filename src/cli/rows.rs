//! Files of rows, opened: their format, packing and encoding found out, and the files that belong to them.

use super::output::{Packing, with_suffix};
use super::{Failure, is_dash};
use crate::archive::ReadSeek;
use crate::export::{Context, Format, Input, RowReader, Text};
use crate::span::Pair;
use encoding_rs::{Encoding, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows to be read, and what the user says of them.
pub(super) struct Rows<'a> {
    /// The file; - for standard input.
    pub(super) path: &'a Path,
    /// Its format, where its ending does not name it.
    pub(super) from: Option<Format>,
    /// The files with the two texts, for formats that have them apart.
    pub(super) texts: Option<(&'a Path, &'a Path)>,
    /// The languages, where the file does not say them.
    pub(super) language: Pair<Option<String>>,
    /// The encoding, where it is not UTF-8 and has no mark.
    pub(super) encoding: Option<&'static Encoding>,
}

impl<'a> Rows<'a> {
    /// A file of which nothing is said.
    pub(super) fn new(path: &'a Path) -> Self {
        Self { path, from: None, texts: None, language: Pair::default(), encoding: None }
    }

    /// The format: as said, else as the ending says, that of what is packed.
    pub(super) fn format(&self) -> Option<Format> {
        self.from.or_else(|| Format::of(&Packing::of(self.path).1)).or(is_dash(self.path).then(Format::jsonl))
    }

    /// The files that they are read from, those of the two texts by the names that they have for these languages.
    pub(super) fn files(&self, language: &Pair<String>) -> Vec<PathBuf> {
        let (packing, plain) = Packing::of(self.path);
        let own = plain.file_name().unwrap_or_default().to_string_lossy();
        let context = Context::new(language.clone(), own);
        let names = self.format().into_iter().flat_map(|format| (format.form().files)(&context.name, &context));
        let beside = names.map(|name| plain.with_file_name(name));
        // Files that belong to a compressed one may be compressed too.
        let beside = beside.flat_map(|path| [with_suffix(&path, packing.ending()), path]);
        let texts = self.texts.into_iter().flat_map(|(source, target)| [source, target]);
        beside.chain(texts.chain([self.path]).map(Path::to_owned)).collect()
    }

    /// Opens them; `reading` is kept up while they are read.
    pub(super) fn open(&self, reading: &Arc<Reading>) -> Result<Box<dyn RowReader>, Failure> {
        let path = self.path;
        let format = self.format().ok_or_else(|| {
            let name = path.display();
            match fs::metadata(path) {
                Err(error) => Failure::Run(format!("{name}: {error}")),
                Ok(meta) if meta.is_dir() => Failure::Run(format!("{name} is a folder: name a file of rows")),
                Ok(_) => Failure::Arguments(format!(
                    "{name}: its ending names no format of rows; what can be read is {} (`bitext convert --from` says which)",
                    readable()
                )),
            }
        })?;
        let reader = format
            .form()
            .reader
            .ok_or_else(|| Failure::Arguments(format!("{format} cannot be read back; what can is {}", readable())))?;
        // Files that belong to a compressed one are compressed too.
        let (packing, plain) = Packing::of(path);
        let name = plain.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned());
        // What belongs to a file stands in its folder; what the user names stands where he says.
        let texts = self.texts.map(|(source, target)| {
            let place = |path: &Path| {
                std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
            };
            Pair::new(place(source), place(target))
        });
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let (encoding, main, reading, own) = (self.encoding, path.to_owned(), Arc::clone(reading), name.clone());
        let open = move |asked: &str| -> io::Result<Text> {
            let counter = (asked == own).then(|| Arc::clone(&reading));
            if asked == own && is_dash(&main) {
                return decoded(Box::new(Counted { inner: io::stdin(), counter }), encoding, &reading);
            }
            let beside = folder.join(asked);
            let packed = with_suffix(&beside, packing.ending());
            let path = if asked == own {
                main.clone()
            } else if !beside.exists() && packed.exists() {
                packed
            } else {
                beside
            };
            let file = File::open(&path)?;
            let counted = Counted { inner: file, counter };
            let raw: Box<dyn Read + Send> = match path.extension().and_then(|ending| ending.to_str()) {
                Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(counted))),
                Some("zst") => Box::new(zstd::stream::read::Decoder::new(counted)?),
                _ => Box::new(counted),
            };
            decoded(raw, encoding, &reading)
        };
        let main = path.to_owned();
        let seek = move |asked: &str| -> io::Result<Box<dyn ReadSeek>> {
            if is_dash(&main) {
                return Err(io::Error::other("the format is read from its end: name a file instead of standard input"));
            }
            Ok(Box::new(File::open(main.with_file_name(asked))?))
        };
        let input = Input { name, language: self.language.clone(), texts, open: Box::new(open), seek: Box::new(seek) };
        reader(input).map_err(|error| Failure::Run(format!("{}: {error}", path.display())))
    }
}

/// The names of the formats that can be read.
fn readable() -> String {
    Format::all()
        .filter(|format| format.form().reader.is_some())
        .map(|format| format.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// What is known so far of rows that are being read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    bytes: AtomicU64,
    broken: AtomicU64,
}

impl Reading {
    /// Bytes read of the file, as it is packed.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Places of all files that are nothing in their encoding, and have become U+FFFD.
    pub(super) fn broken(&self) -> u64 {
        self.broken.load(Ordering::Relaxed)
    }
}

/// As UTF-8: by a byte order mark, else as `encoding` says. UTF-8 goes through as it is, errors and all: the reader says where.
fn decoded(raw: Box<dyn Read + Send>, encoding: Option<&'static Encoding>, reading: &Arc<Reading>) -> io::Result<Text> {
    let mut raw = BufReader::new(raw);
    let marked = Encoding::for_bom(raw.fill_buf()?).map(|(marked, _)| marked);
    let is_utf8 = marked.or(encoding).is_none_or(|encoding| encoding == UTF_8);
    let decoder = DecodeReaderBytesBuilder::new()
        .encoding(encoding)
        .bom_override(true)
        .strip_bom(true)
        .utf8_passthru(true)
        .build(raw);
    let reading = (!is_utf8).then(|| Arc::clone(reading));
    Ok(Box::new(BufReader::with_capacity(1 << 18, Broken { inner: decoder, reading, matched: 0 })))
}

/// Counts the U+FFFD that a decoder has put in.
struct Broken<R> {
    inner: R,
    /// Nothing where nothing is decoded: a text may have this character.
    reading: Option<Arc<Reading>>,
    /// Bytes of it, of EF BF BD in UTF-8, that the last ones read are.
    matched: usize,
}

impl<R: Read> Read for Broken<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let Some(reading) = &self.reading else { return Ok(read) };
        for &byte in &buffer[..read] {
            self.matched = match (self.matched, byte) {
                (_, 0xef) => 1,
                (1, 0xbf) => 2,
                (2, 0xbd) => {
                    reading.broken.fetch_add(1, Ordering::Relaxed);
                    0
                }
                _ => 0,
            };
        }
        Ok(read)
    }
}

/// Counts the bytes that are read, for progress.
struct Counted<R> {
    inner: R,
    counter: Option<Arc<Reading>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(counter) = &self.counter {
            counter.bytes.fetch_add(read as u64, Ordering::Relaxed);
        }
        Ok(read)
    }
}
