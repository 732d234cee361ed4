//! Documents into a store: one transaction, all of them or none.

use super::text::Cutter;
use super::{Store, StoreError};
use crate::document::Section;
use crate::export::Row;
use crate::fidelity::Finding;
use crate::span::{Pair, Side};
use rusqlite::{OptionalExtension, params};
use serde_json::Value;
use std::sync::Arc;

/// A document made ready to be put in; making it ready is most of the work, and can be done on many threads.
#[derive(Debug)]
pub struct Prepared {
    doc: Arc<str>,
    language: Pair<String>,
    title: Pair<String>,
    date: String,
    page: String,
    packed: Vec<u8>,
    rows: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    kind: String,
    section: &'static str,
    confidence: Option<f64>,
    text: Pair<String>,
    tokens: Pair<String>,
}

pub(super) fn section(section: Section) -> &'static str {
    match section {
        Section::Title => "title",
        Section::Body => "body",
    }
}

impl Prepared {
    /// The rows of one document; `None` where there are none.
    ///
    /// # Errors
    /// When a row cannot be packed.
    pub fn new(rows: &[Row]) -> Result<Option<Self>, StoreError> {
        let Some(first) = rows.first() else { return Ok(None) };
        let language = Pair::new(first.source_lang.to_string(), first.target_lang.to_string());
        let cutters = language.as_ref().map(|tag| Cutter::new(tag));
        let field = |key: &str| match first.meta.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        let bare: Vec<Row> =
            rows.iter().map(|row| Row { source: Vec::new(), target: Vec::new(), ..row.clone() }).collect();
        let json = serde_json::to_vec(&bare).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let packed = zstd::bulk::compress(&json, 3).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let line = |row: &Row| {
            // Segments are joined by line ends; one within a segment says no more than a blank.
            let join =
                |texts: &[String]| texts.iter().map(|text| text.replace('\n', " ")).collect::<Vec<_>>().join("\n");
            let text = Pair::new(join(&row.source), join(&row.target));
            let tokens = Pair::new(cutters.source.tokens(&text.source), cutters.target.tokens(&text.target));
            Line { kind: row.kind.clone(), section: section(row.section), confidence: row.confidence, text, tokens }
        };
        Ok(Some(Self {
            doc: Arc::clone(&first.doc),
            title: Pair::new(field("title"), field("title_target")),
            date: field("date"),
            page: field("page"),
            packed,
            rows: rows.iter().map(line).collect(),
            language,
        }))
    }

    /// Its id.
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// Its rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Never: a document without rows is not prepared.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// An import under way; nothing of it is in the store before [`Import::commit`].
#[derive(Debug)]
pub struct Import<'s> {
    store: &'s mut Store,
    done: bool,
}

impl Store {
    /// Begins an import.
    ///
    /// # Errors
    /// When another process writes.
    pub fn import(&mut self) -> Result<Import<'_>, StoreError> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Import { store: self, done: false })
    }
}

impl Import<'_> {
    /// Puts a document in, in the place of the one with its id; answers whether there was one.
    ///
    /// # Errors
    /// When its languages are not the store's, or the database refuses.
    pub fn put(&mut self, document: &Prepared) -> Result<bool, StoreError> {
        let connection = &self.store.connection;
        match &self.store.language {
            Some(held) if *held != document.language => {
                let name = |pair: &Pair<String>| format!("{}-{}", pair.source, pair.target);
                return Err(StoreError::Languages {
                    doc: document.doc.to_string(),
                    found: name(&document.language),
                    held: name(held),
                });
            }
            Some(_) => {}
            None => {
                let mut put = connection.prepare_cached("INSERT INTO about VALUES (?1, ?2)")?;
                for side in Side::BOTH {
                    let key = if side == Side::Source { "source_lang" } else { "target_lang" };
                    put.execute([key, &document.language[side]])?;
                }
                self.store.language = Some(document.language.clone());
            }
        }
        let old: Option<i64> = connection
            .prepare_cached("SELECT id FROM article WHERE doc = ?1")?
            .query_row([&*document.doc], |row| row.get(0))
            .optional()?;
        if let Some(article) = old {
            connection
                .prepare_cached("DELETE FROM words WHERE rowid IN (SELECT id FROM pair WHERE article = ?1)")?
                .execute([article])?;
            connection.prepare_cached("DELETE FROM pair WHERE article = ?1")?.execute([article])?;
            connection.prepare_cached("DELETE FROM article WHERE id = ?1")?.execute([article])?;
        }
        connection
            .prepare_cached(
                "INSERT INTO article(doc, title, title_target, date, page, rows) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                &*document.doc,
                document.title.source,
                document.title.target,
                document.date,
                document.page,
                document.packed
            ])?;
        let article = connection.last_insert_rowid();
        let mut pair = connection.prepare_cached(
            "INSERT INTO pair(article, at, kind, section, confidence, source, target) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let mut words = connection.prepare_cached("INSERT INTO words(rowid, source, target) VALUES (?1, ?2, ?3)")?;
        for (at, row) in document.rows.iter().enumerate() {
            let Line { kind, section, confidence, text, tokens } = row;
            pair.execute(params![article, at as i64, kind, section, confidence, text.source, text.target])?;
            words.execute(params![connection.last_insert_rowid(), tokens.source, tokens.target])?;
        }
        Ok(old.is_some())
    }

    /// Puts findings in; those that were there of a document are taken out by [`Import::forget_findings`].
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_finding(&mut self, finding: &Finding) -> Result<(), StoreError> {
        let json = serde_json::to_string(finding).map_err(|error| StoreError::Damaged(error.to_string()))?;
        self.store
            .connection
            .prepare_cached("INSERT INTO finding(doc, pair, type, probability, json) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![finding.doc, finding.pair, finding.kind.to_string(), finding.probability, json])?;
        Ok(())
    }

    /// Takes the findings of a document out.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forget_findings(&mut self, doc: &str) -> Result<(), StoreError> {
        self.store.connection.prepare_cached("DELETE FROM finding WHERE doc = ?1")?.execute([doc])?;
        Ok(())
    }

    /// Ends the import: all of it is in the store.
    ///
    /// # Errors
    /// When the disk is full, say; nothing is in the store then.
    pub fn commit(mut self) -> Result<(), StoreError> {
        self.store.connection.execute_batch("COMMIT")?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Import<'_> {
    fn drop(&mut self) {
        if !self.done {
            // Nothing more can be done where this fails: the next one to open the file rolls it back.
            let _ = self.store.connection.execute_batch("ROLLBACK");
            if let Ok(None) = self.store.about("source_lang") {
                self.store.language = None;
            }
        }
    }
}
