//! Outputs that are there whole or not at all.

use super::Failure;
use crate::archive::walk::place;
use crate::export::manifest::Written;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are compressed together, at most: each such block unpacks alone, and a run can go on behind it.
const BLOCK: usize = 4 << 20;
/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Packing {
    /// By a path's ending; and the path without it.
    pub(super) fn of(path: &Path) -> (Packing, PathBuf) {
        let packing = match path.extension().and_then(|ending| ending.to_str()) {
            Some("gz") => Packing::Gzip,
            Some("zst") => Packing::Zstd,
            _ => return (Packing::None, path.to_owned()),
        };
        (packing, path.with_extension(""))
    }

    /// The ending of a file's name.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Packing::None => "",
            Packing::Gzip => ".gz",
            Packing::Zstd => ".zst",
        }
    }

    fn pack(self, block: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Packing::None => Ok(block.to_vec()),
            Packing::Zstd => zstd::bulk::compress(block, ZSTD_LEVEL),
            Packing::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(block)?;
                encoder.finish()
            }
        }
    }
}

/// What there is of a file up to a mark that a run can go on at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Marked {
    /// Its length.
    pub(super) bytes: u64,
    /// The hash of so much of it.
    pub(super) blake3: String,
}

/// A file that is written beside its name and renamed when whole, or standard output.
pub(super) struct Output {
    name: String,
    packing: Packing,
    /// What is to be compressed next.
    block: Vec<u8>,
    to: To,
}

enum To {
    /// Standard output, a pipe or a device: there is nothing to rename, and a rename would put a file in its place.
    Stream(Box<dyn Write + Send>),
    File(Partial),
}

struct Partial {
    writer: BufWriter<Hashed>,
    partial: PathBuf,
    path: PathBuf,
    /// It has its name, or is to be gone on with by another run.
    keep: bool,
}

/// A file, and the hash of what was written to it as long as that was done from its beginning to its end.
struct Hashed {
    file: File,
    bytes: u64,
    hasher: Option<Box<blake3::Hasher>>,
}

impl Hashed {
    fn hash(&mut self) -> io::Result<(u64, String)> {
        if let Some(hasher) = &self.hasher {
            return Ok((self.bytes, hasher.finalize().to_hex().to_string()));
        }
        self.file.seek(SeekFrom::Start(0))?;
        let mut hasher = blake3::Hasher::new();
        let bytes = io::copy(&mut self.file, &mut hasher)?;
        Ok((bytes, hasher.finalize().to_hex().to_string()))
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&bytes[..written]);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl To {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            To::Stream(out) => out,
            To::File(file) => &mut file.writer,
        }
    }
}

/// `path` with `suffix` added to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The name of a file that is not whole.
pub(super) fn partial(path: &Path) -> PathBuf {
    with_suffix(path, ".partial")
}

/// Refuses to write files of which two are the same, be it as long as one of them is not whole, or one is read: a file is not written over
/// what it is made of. The places of all that is written, unfinished or whole: what is to be passed over in folders.
pub(super) fn guard<P: AsRef<Path>>(
    written: impl IntoIterator<Item = PathBuf>,
    read: impl IntoIterator<Item = P>,
) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut places = BTreeSet::new();
    for path in written {
        if !places.insert(place(&partial(&path))) || !places.insert(place(&path)) {
            let name = path.display();
            return Err(Failure::Arguments(format!("{name} is written twice: each output needs files of its own")));
        }
    }
    match read.into_iter().find(|path| places.contains(&place(path.as_ref()))) {
        Some(path) => {
            let message = "would be written over, and is read: name another output";
            Err(Failure::Arguments(format!("{} {message}", path.as_ref().display())))
        }
        None => Ok(places),
    }
}

/// Has a file that is being written locked, as long as it is open.
///
/// # Errors
/// When another run has it.
fn alone(file: &File, path: &Path) -> Result<(), Failure> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(Failure::Run(format!("another run is writing {}: wait for it, or name another output", path.display())))
        }
        // Some file systems have no locks: then nobody can tell.
        Err(TryLockError::Error(_)) | Ok(()) => Ok(()),
    }
}

/// True when `path` is, or would be, a file that can be renamed.
pub(super) fn is_file(path: &Path) -> bool {
    !super::is_dash(path) && path.metadata().map_or(true, |meta| meta.is_file())
}

impl Output {
    pub(super) fn stdout() -> Self {
        Self::stream("standard output".into(), Packing::None, io::stdout())
    }

    fn stream(name: String, packing: Packing, to: impl Write + Send + 'static) -> Self {
        let to = To::Stream(Box::new(BufWriter::with_capacity(1 << 16, to)));
        Self { name, packing, block: Vec::new(), to }
    }

    /// Opens `path` for writing, before any work is done; an older file of that name stays until this one is whole.
    pub(super) fn file(path: &Path) -> Result<Self, Failure> {
        Self::packed(path, Packing::None)
    }

    /// The same of a file that is compressed.
    pub(super) fn packed(path: &Path, packing: Packing) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if path.is_dir() {
            return Err(Failure::Run(format!("cannot write {name}: it is a folder; name a file in it")));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let way_out = folder.map_or_else(
            || "name another place".to_owned(),
            |folder| format!("make the folder {}, or name another place", folder.display()),
        );
        let explain = |error| Failure::Run(format!("cannot write {name}: {error}; {way_out}"));
        if !is_file(path) {
            let device = fs::OpenOptions::new().write(true).open(path).map_err(explain)?;
            return Ok(Self::stream(name, packing, device));
        }
        // Readable too: the hash of a file that was not written from end to end is taken by reading it. What another run has written of it
        // stays until it is sure that there is no other run.
        let file = fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(partial(path));
        let file = file.map_err(explain)?;
        alone(&file, path)?;
        file.set_len(0).map_err(explain)?;
        Ok(Self::of(Hashed { file, bytes: 0, hasher: Some(Box::default()) }, path, packing, false))
    }

    /// Opens what an earlier run has written of `path`, to go on behind the mark.
    ///
    /// # Errors
    /// When up to there it is not what was written, or another run is writing.
    pub(super) fn resume(path: &Path, packing: Packing, mark: &Marked) -> Result<Self, Failure> {
        let (partial, bytes) = (partial(path), mark.bytes);
        let explain =
            |error| Failure::Run(format!("cannot go on with {}: {error}; run without --resume", partial.display()));
        let mut file = fs::OpenOptions::new().read(true).write(true).open(&partial).map_err(explain)?;
        alone(&file, path)?;
        let mut hasher: Box<blake3::Hasher> = Box::default();
        let there = io::copy(&mut (&mut file).take(bytes), &mut *hasher).map_err(explain)?;
        if there < bytes {
            return Err(explain(io::Error::other(format!("it has {there} bytes, and had {bytes}"))));
        }
        if hasher.finalize().to_hex().as_str() != mark.blake3 {
            return Err(explain(io::Error::other("it was changed since")));
        }
        // What was written behind the last mark is written again.
        file.set_len(bytes).and_then(|()| file.seek(SeekFrom::Start(bytes))).map_err(explain)?;
        Ok(Self::of(Hashed { file, bytes, hasher: Some(hasher) }, path, packing, true))
    }

    fn of(hashed: Hashed, path: &Path, packing: Packing, keep: bool) -> Self {
        let writer = BufWriter::with_capacity(1 << 18, hashed);
        let to = To::File(Partial { writer, partial: partial(path), path: path.to_owned(), keep });
        Self { name: path.display().to_string(), packing, block: Vec::new(), to }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.put(bytes).map_err(|error| Failure::write(&self.name, &error))
    }

    fn put(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        if self.packing == Packing::None {
            return self.to.writer().write_all(bytes);
        }
        while self.block.len() + bytes.len() >= BLOCK {
            let (now, later) = bytes.split_at(BLOCK - self.block.len());
            self.block.extend_from_slice(now);
            self.cut()?;
            bytes = later;
        }
        self.block.extend_from_slice(bytes);
        Ok(())
    }

    /// Ends a compressed block.
    fn cut(&mut self) -> io::Result<()> {
        if !self.block.is_empty() {
            let packed = self.packing.pack(&self.block)?;
            self.to.writer().write_all(&packed)?;
            self.block.clear();
        }
        Ok(())
    }

    /// Puts all that was written so far on the disk. A file is kept from now on whatever happens: what there is of it, is told.
    fn mark(&mut self) -> io::Result<Marked> {
        self.cut()?;
        match &mut self.to {
            To::Stream(out) => out.flush().map(|()| Marked::default()),
            To::File(file) => {
                file.writer.flush()?;
                let hashed = file.writer.get_mut();
                hashed.file.sync_data()?;
                let (bytes, blake3) = hashed.hash()?;
                file.keep = true;
                Ok(Marked { bytes, blake3 })
            }
        }
    }

    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("cannot write {}: {error}", self.name))
    }

    /// Writes what is still held. Nothing may be written after that.
    pub(super) fn seal(&mut self) -> Result<Option<Written>, Failure> {
        self.sealed().map_err(|error| Failure::write(&self.name, &error))
    }

    fn sealed(&mut self) -> io::Result<Option<Written>> {
        if self.packing != Packing::None && matches!(&self.to, To::File(file) if file.writer.get_ref().bytes == 0) {
            // An empty file is none that unpacks.
            let packed = self.packing.pack(&self.block)?;
            self.block.clear();
            self.to.writer().write_all(&packed)?;
        }
        self.cut()?;
        match &mut self.to {
            To::Stream(out) => out.flush().map(|()| None),
            To::File(file) => {
                file.writer.flush()?;
                file.writer.get_ref().file.sync_all()?;
                let (bytes, blake3) = file.writer.get_mut().hash()?;
                let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                Ok(Some(Written { name, bytes, blake3 }))
            }
        }
    }

    /// Gives the file, which is sealed, its name.
    fn rename(&mut self) -> io::Result<()> {
        if let To::File(file) = &mut self.to {
            fs::rename(&file.partial, &file.path)?;
            file.keep = true;
        }
        Ok(())
    }

    /// Writes what is still held and gives the file its name.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.seal()?;
        self.rename().map_err(|error| Failure::write(&self.name, &error))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let To::File(Partial { partial, keep: false, .. }) = &self.to {
            // Not finished, or not to be: the half-written file goes. If it cannot be removed, its name says what it is.
            let _ = fs::remove_file(partial);
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes).map(|()| bytes.len()).map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.writer().flush().map_err(|error| self.named(&error))
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.to {
            To::File(file) if self.packing == Packing::None => {
                file.writer.flush()?;
                let hashed = file.writer.get_mut();
                let there = hashed.file.seek(to)?;
                if there != hashed.bytes {
                    hashed.hasher = None;
                }
                Ok(there)
            }
            _ => Err(io::Error::new(io::ErrorKind::Unsupported, format!("{} cannot go back", self.name))),
        }
    }
}

/// An output that one part of the program writes and another finishes.
#[derive(Clone)]
pub(super) struct SharedOutput(Arc<Mutex<Output>>);

impl SharedOutput {
    pub(super) fn new(output: Output) -> Self {
        Self(Arc::new(Mutex::new(output)))
    }

    fn with<T>(&self, act: impl FnOnce(&mut Output) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn try_with<T>(&self, act: impl FnOnce(&mut Output) -> io::Result<T>) -> Result<T, Failure> {
        self.with(|output| act(output).map_err(|error| Failure::write(&output.name, &error)))
    }

    /// Ends a compressed block: the same place in every run, as far as the same was written before.
    pub(super) fn cut(&self) -> Result<(), Failure> {
        self.try_with(Output::cut)
    }

    /// Puts all that was written so far on the disk; see [`SharedOutput::rename`] for the end.
    pub(super) fn mark(&self) -> Result<Marked, Failure> {
        self.try_with(Output::mark)
    }

    /// Writes what is still held; nothing may be written after that.
    pub(super) fn seal(&self) -> Result<Option<Written>, Failure> {
        self.with(Output::seal)
    }

    /// Gives the file, which is sealed, its name.
    pub(super) fn rename(&self) -> Result<(), Failure> {
        self.try_with(Output::rename)
    }
}

impl Write for SharedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|output| Write::write(output, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(Write::flush)
    }
}

impl Seek for SharedOutput {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.with(|output| output.seek(to))
    }
}
