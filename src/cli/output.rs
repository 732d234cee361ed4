//! Outputs that are there whole or not at all.

use super::Failure;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is written beside its name and renamed when whole, or standard output.
pub(super) struct Output {
    name: String,
    to: To,
}

enum To {
    Stdout(BufWriter<io::Stdout>),
    File { writer: Option<BufWriter<File>>, partial: PathBuf, path: PathBuf },
}

/// `path` with `suffix` added to its name.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

impl Output {
    pub(super) fn stdout() -> Self {
        Self { name: "standard output".into(), to: To::Stdout(BufWriter::with_capacity(1 << 16, io::stdout())) }
    }

    /// Opens `path` for writing, before any work is done; an older file of that name stays until this one is whole.
    pub(super) fn file(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let partial = with_suffix(path, ".partial");
        if path.is_dir() {
            return Err(Failure::Run(format!("cannot write {name}: it is a folder; name a file in it")));
        }
        let file = File::create(&partial)
            .map_err(|error| Failure::Run(format!("cannot write {name}: {error}; name another place with -o")))?;
        let writer = Some(BufWriter::with_capacity(1 << 18, file));
        Ok(Self { name, to: To::File { writer, partial, path: path.to_owned() } })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let result = match &mut self.to {
            To::Stdout(out) => out.write_all(bytes),
            To::File { writer: Some(writer), .. } => writer.write_all(bytes),
            To::File { writer: None, .. } => Ok(()),
        };
        result.map_err(|error| Failure::write(&self.name, &error))
    }

    /// Writes what is still held and gives the file its name.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let result = match &mut self.to {
            To::Stdout(out) => out.flush(),
            To::File { writer, partial, path } => match writer.take() {
                Some(mut open) => open
                    .flush()
                    .and_then(|()| open.get_ref().sync_all())
                    .and_then(|()| fs::rename(&*partial, &*path))
                    .inspect_err(|_| drop(fs::remove_file(&*partial))),
                None => Ok(()),
            },
        };
        result.map_err(|error| Failure::write(&self.name, &error))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let To::File { writer: Some(_), partial, .. } = &self.to {
            // Not finished: the half-written file goes. If it cannot be removed, its name says what it is.
            let _ = fs::remove_file(partial);
        }
    }
}
