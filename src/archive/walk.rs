//! Which files an input stands for.

use super::{Reason, Reject};
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

/// The files below `folder`, in the order of their names, folder by folder; hidden ones are passed over.
pub fn files(folder: &Path) -> impl Iterator<Item = Result<PathBuf, Reject>> + use<> {
    let root = folder.to_owned();
    WalkDir::new(folder)
        .sort_by_file_name()
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.'))
        .filter_map(move |entry| match entry {
            Ok(entry) if entry.file_type().is_dir() => None,
            Ok(entry) => Some(Ok(entry.into_path())),
            Err(error) => {
                let path = error.path().unwrap_or(&root).to_owned();
                let message = format!("{error}: check the folder's permissions and links");
                Some(Err(Reject::new(&path, "", Reason::Unreadable, message)))
            }
        })
}
