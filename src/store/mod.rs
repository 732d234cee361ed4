//! Stage 8c: a corpus kept in one file, to be searched. The database is SQLite, built in.
//!
//! [`Store`] opens a file; [`Import`] puts documents into it, all or none of them; [`Query`] and [`Filter`] say what
//! [`Store::search`] finds. The texts are indexed for full text by FTS5, Chinese by pairs of characters; see `text.rs`.
//!
//! | table | a line is |
//! |---|---|
//! | `article` | a document: what is known of it, and what its rows say beside their texts, packed; its version |
//! | `pair` | a row, as filters look at it. An article's rows have numbers side by side, with room for as many as it has sentences |
//! | `text` | the texts of a pair, its segments a line each |
//! | `words` | the tokens of a pair, both sides; its texts are not held twice |
//! | `word` | a word in small letters, and its token |
//! | `finding` | a finding of `bitext check`, and the pair that it is about |
//! | `correction` | what a reader did, with the rows before and after |
//! | `about` | what the whole file is: its languages |
//!
//! A store of an earlier version is brought up when it is opened, in one transaction (`migrate.rs`).

mod act;
mod article;
mod correct;
mod find;
mod import;
mod lines;
mod migrate;
mod overview;
mod query;
mod realign;
mod renderings;
mod search;
mod text;

pub use act::{Act, ActError, Way, apply};
pub use article::{Article, Summary};
pub use correct::{Change, Corrected};
pub use find::{Found, Order};
pub use import::{Import, Imported, Prepared, Put};
pub use lines::{Held, Line, Place, Was};
pub use overview::{Overview, QueueItem, QueueOrder, Year};
pub use query::{Filter, Query, QueryError};
pub use renderings::Rendering;
pub use search::Hit;

use crate::span::Pair;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use std::path::Path;
use std::time::Duration;
use thiserror::Error;

/// The number that says that a database is a store, in the file's head.
const APPLICATION: i32 = 0x4269_5478;
/// The version of the tables below.
const VERSION: i32 = 2;
const TABLES: &str = "
CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE article(
    id INTEGER PRIMARY KEY, doc TEXT NOT NULL UNIQUE, first INTEGER NOT NULL, room INTEGER NOT NULL, length INTEGER NOT NULL,
    version INTEGER NOT NULL DEFAULT 1, date TEXT NOT NULL, page TEXT NOT NULL, title TEXT NOT NULL, title_target TEXT NOT NULL,
    rows BLOB NOT NULL);
CREATE INDEX article_place ON article(date, page, first, length, doc);
CREATE INDEX article_first ON article(first, room);
CREATE TABLE pair(
    id INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES article(id), date TEXT NOT NULL, page TEXT NOT NULL,
    section TEXT NOT NULL, kind TEXT NOT NULL, confidence REAL, locked INTEGER NOT NULL DEFAULT 0,
    findings INTEGER NOT NULL DEFAULT 0);
CREATE INDEX pair_doubt ON pair(confidence) WHERE locked = 0;
CREATE TABLE text(id INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL);
CREATE TABLE word(form TEXT NOT NULL, token TEXT NOT NULL, PRIMARY KEY (form, token)) WITHOUT ROWID;
CREATE INDEX word_token ON word(token);
CREATE TABLE finding(
    id INTEGER PRIMARY KEY, doc TEXT NOT NULL, row TEXT NOT NULL, pair INTEGER, type TEXT NOT NULL, probability REAL NOT NULL,
    dismissed INTEGER NOT NULL DEFAULT 0, json TEXT NOT NULL);
CREATE INDEX finding_doc ON finding(doc);
CREATE INDEX finding_pair ON finding(pair);
CREATE INDEX finding_queue ON finding(probability DESC, id) WHERE dismissed = 0;
CREATE TABLE correction(
    id INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES article(id), version INTEGER NOT NULL,
    time TEXT NOT NULL, act TEXT NOT NULL, at INTEGER NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0);
CREATE INDEX correction_article ON correction(article, state);
CREATE VIRTUAL TABLE words USING fts5(
    source, target, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
";

/// What can go wrong with a store.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such file.
    #[error("{0}: no such store; `bitext import ROWS --store {0}` makes one")]
    Missing(String),
    /// A file, but not one of ours.
    #[error("{0}: no store of bitext, or a damaged one; `bitext import` puts rows into a store")]
    Foreign(String),
    /// Tables that a later version has made.
    #[error("{path}: written by a newer bitext (store version {found}; this one reads up to {VERSION}): update bitext")]
    Newer {
        /// The file.
        path: String,
        /// Its version.
        found: i32,
    },
    /// Someone else writes.
    #[error("the store is being written by another process: try again when that is done")]
    Locked,
    /// Rows in other languages than the store's.
    #[error("{doc}: {found} does not go into a store of {held}: one store holds one pair of languages")]
    Languages {
        /// The document.
        doc: String,
        /// Its languages.
        found: String,
        /// The store's.
        held: String,
    },
    /// An older store that cannot be brought up.
    #[error(
        "{path}: written by an older bitext (store version {found}) and cannot be brought up to {VERSION}: {why}; make it writable"
    )]
    Older {
        /// The file.
        path: String,
        /// Its version.
        found: i32,
        /// What stands against it.
        why: String,
    },
    /// A query that makes no sense.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// No such document.
    #[error("the store has no document {0:?}")]
    NoDocument(String),
    /// What a reader asked for cannot be done.
    #[error(transparent)]
    Act(#[from] ActError),
    /// Packed rows that do not unpack.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// What the database says.
    #[error("the store: {0}")]
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Database(error),
        }
    }
}

/// Takes back what a process had not finished that was killed while it wrote: a connection that only reads may not do that.
fn recover(path: &Path) {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    // A journal of a process that is alive is left alone by the database. What stands against it is said when the store is opened.
    if Path::new(&journal).exists()
        && let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    {
        let _ = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    }
}

/// A corpus in a file.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    language: Option<Pair<String>>,
}

impl Store {
    /// Opens a store to be read.
    ///
    /// # Errors
    /// When there is none, it is damaged, or newer than this library.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing(path.display().to_string()));
        }
        recover(path);
        Self::of(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY), path)
    }

    /// Opens a store to be written, and makes it where there is none.
    ///
    /// # Errors
    /// As [`Store::open`], or when it cannot be made.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let fresh = std::fs::metadata(path).map_or(true, |meta| meta.len() == 0);
        let connection = Connection::open(path)?;
        if fresh {
            connection.execute_batch(&format!(
                "PRAGMA page_size = 8192; BEGIN; {TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; COMMIT;"
            ))?;
        }
        Self::of(Ok(connection), path)
    }

    /// Opens a store that there is, to be written.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_to_write(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::Missing(path.display().to_string()));
        }
        let store = Self::of(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE), path)?;
        // What is acknowledged is on the disk.
        store.connection.execute_batch("PRAGMA synchronous = FULL;")?;
        Ok(store)
    }

    /// True when the file cannot be written by this connection.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn is_read_only(&self) -> Result<bool, StoreError> {
        Ok(self.connection.is_readonly("main")?)
    }

    /// Answers several questions of one state of the store, whatever others write meanwhile.
    ///
    /// # Errors
    /// Those of `ask`, or when the database does not answer.
    pub fn reading<T, E: From<StoreError>>(&self, ask: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        let transaction = self.connection.unchecked_transaction().map_err(StoreError::from)?;
        let answer = ask(self);
        transaction.finish().map_err(StoreError::from)?;
        answer
    }

    /// A number that is another one whenever another connection has written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        Ok(self.connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    fn of(connection: rusqlite::Result<Connection>, path: &Path) -> Result<Self, StoreError> {
        let name = || path.display().to_string();
        let connection = connection?;
        connection.busy_timeout(Duration::from_secs(5))?;
        let number = |what: &str| connection.query_row(&format!("PRAGMA {what}"), [], |row| row.get::<_, i32>(0));
        let application = number("application_id").map_err(|error| match StoreError::from(error) {
            StoreError::Locked => StoreError::Locked,
            _ => StoreError::Foreign(name()),
        })?;
        if application != APPLICATION {
            return Err(StoreError::Foreign(name()));
        }
        let found = number("user_version")?;
        if found > VERSION {
            return Err(StoreError::Newer { path: name(), found });
        }
        if found < VERSION {
            migrate::run(path, found).map_err(|error| StoreError::Older {
                path: name(),
                found,
                why: error.to_string(),
            })?;
        }
        // 64 MB of pages are kept; what is sorted is sorted in memory.
        connection
            .execute_batch("PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;")?;
        let mut store = Self { connection, language: None };
        store.language = store.about("source_lang")?.zip(store.about("target_lang")?).map(|(s, t)| Pair::new(s, t));
        Ok(store)
    }

    /// The languages of the texts; `None` as long as it is empty.
    pub fn language(&self) -> Option<&Pair<String>> {
        self.language.as_ref()
    }

    /// Documents and rows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn len(&self) -> Result<(u64, u64), StoreError> {
        let count = |table: &str| -> rusqlite::Result<u64> {
            self.connection
                .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
                .map(|count| count as u64)
        };
        Ok((count("article")?, count("pair")?))
    }

    /// True when it holds nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.len()? == (0, 0))
    }

    fn about(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found = self.connection.query_row("SELECT value FROM about WHERE key = ?1", [key], |row| row.get(0));
        Ok(found.optional()?)
    }
}
