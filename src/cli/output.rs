//! Outputs that are there whole or not at all.

use super::Failure;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A file that is written beside its name and renamed when whole, or standard output.
pub(super) struct Output {
    name: String,
    to: To,
}

enum To {
    /// Standard output, a pipe or a device: there is nothing to rename, and a rename would put a file in its place.
    Stream(Box<dyn Write + Send>),
    File {
        writer: BufWriter<File>,
        partial: PathBuf,
        path: PathBuf,
        /// It has its name.
        whole: bool,
    },
}

impl To {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            To::Stream(out) => out,
            To::File { writer, .. } => writer,
        }
    }
}

/// `path` with `suffix` added to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

impl Output {
    pub(super) fn stdout() -> Self {
        Self::stream("standard output".into(), io::stdout())
    }

    fn stream(name: String, to: impl Write + Send + 'static) -> Self {
        Self { name, to: To::Stream(Box::new(BufWriter::with_capacity(1 << 16, to))) }
    }

    /// Opens `path` for writing, before any work is done; an older file of that name stays until this one is whole.
    pub(super) fn file(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let partial = with_suffix(path, ".partial");
        if path.is_dir() {
            return Err(Failure::Run(format!("cannot write {name}: it is a folder; name a file in it")));
        }
        let explain = |error| Failure::Run(format!("cannot write {name}: {error}; name another place with -o"));
        if path.metadata().is_ok_and(|meta| !meta.is_file()) {
            let device = fs::OpenOptions::new().write(true).open(path).map_err(explain)?;
            return Ok(Self::stream(name, device));
        }
        let file = File::create(&partial).map_err(explain)?;
        let writer = BufWriter::with_capacity(1 << 18, file);
        Ok(Self { name, to: To::File { writer, partial, path: path.to_owned(), whole: false } })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.to.writer().write_all(bytes).map_err(|error| Failure::write(&self.name, &error))
    }

    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("cannot write {}: {error}", self.name))
    }

    /// Writes what is still held and gives the file its name.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let result = match &mut self.to {
            To::Stream(out) => out.flush(),
            To::File { writer, partial, path, whole } => writer
                .flush()
                .and_then(|()| writer.get_ref().sync_all())
                .and_then(|()| fs::rename(partial, path))
                .map(|()| *whole = true),
        };
        result.map_err(|error| Failure::write(&self.name, &error))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let To::File { partial, whole: false, .. } = &self.to {
            // Not finished, or not to be: the half-written file goes. If it cannot be removed, its name says what it is.
            let _ = fs::remove_file(partial);
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.writer().write(bytes).map_err(|error| self.named(&error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.writer().flush().map_err(|error| self.named(&error))
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.to {
            To::File { writer, .. } => writer.seek(to),
            To::Stream(_) => Err(io::Error::new(io::ErrorKind::Unsupported, format!("{} cannot go back", self.name))),
        }
    }
}

/// An output that one part of the program writes and another finishes.
#[derive(Clone)]
pub(super) struct SharedOutput(Arc<Mutex<Option<Output>>>);

impl SharedOutput {
    pub(super) fn new(output: Output) -> Self {
        Self(Arc::new(Mutex::new(Some(output))))
    }

    /// Finishes the output; nothing is written after that.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let output = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        output.map_or(Ok(()), Output::finish)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Output) -> io::Result<T>) -> io::Result<T> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(output) => act(output),
            None => Err(io::Error::other("the output is closed")),
        }
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
