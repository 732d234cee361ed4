//! Which files an input stands for.

use super::{Reason, Reject};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The containers that are read, by a file name's ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// An article file.
    Article,
    /// A month in one script file.
    Bundle,
    /// JSON Lines, plain or compressed.
    Records(Compression),
    /// Records in a Parquet file.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// By the first bytes of a stream.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [0x1F, 0x8B, ..] => Self::Gzip,
            [0x28, 0xB5, 0x2F, 0xFD, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

impl Container {
    /// What the file at `path` should be.
    pub fn of(path: &Path) -> Option<Container> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".md", ".markdown"]) {
            Some(Container::Article)
        } else if ends(&[".js"]) {
            Some(Container::Bundle)
        } else if ends(&[".jsonl", ".ndjson"]) {
            Some(Container::Records(Compression::None))
        } else if ends(&[".jsonl.gz", ".ndjson.gz"]) {
            Some(Container::Records(Compression::Gzip))
        } else if ends(&[".jsonl.zst", ".ndjson.zst"]) {
            Some(Container::Records(Compression::Zstd))
        } else {
            #[cfg(feature = "parquet")]
            if ends(&[".parquet"]) {
                return Some(Container::Parquet);
            }
            None
        }
    }
}

/// A file's place, whatever it is called and whether it is there or not: its name in its folder's own.
pub fn place(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = parent.canonicalize().unwrap_or_else(|_| parent.to_owned());
    path.file_name().map_or_else(|| path.to_owned(), |name| folder.join(name))
}

/// The files below `folder`, in the order of their names, folder by folder; hidden ones are passed over, and those at the [places](place) of
/// `skip`.
pub fn files(folder: &Path, skip: &BTreeSet<PathBuf>) -> impl Iterator<Item = Result<PathBuf, Reject>> + use<> {
    let (root, skip) = (folder.to_owned(), skip.clone());
    // Few have the name of one: places are looked up for these alone.
    let is_skipped =
        move |path: &Path| skip.iter().any(|own| own.file_name() == path.file_name() && *own == place(path));
    WalkDir::new(folder)
        .sort_by_file_name()
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.'))
        .filter_map(move |entry| match entry {
            Ok(entry) if entry.file_type().is_dir() || is_skipped(entry.path()) => None,
            Ok(entry) if entry.file_type().is_file() => Some(Ok(entry.into_path())),
            // Nobody may ever write into a pipe.
            Ok(entry) => {
                let message = "is a pipe, a socket or a device: name it as an input itself, if it is to be read";
                Some(Err(Reject::new(entry.path(), "", Reason::Unreadable, message)))
            }
            Err(error) => {
                let path = error.path().unwrap_or(&root).to_owned();
                let message = format!("{error}: check the folder's permissions and links");
                Some(Err(Reject::new(&path, "", Reason::Unreadable, message)))
            }
        })
}
