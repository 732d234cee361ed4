//! Documents into a store: one transaction, all of them or none.

use super::article::{
    self, Summary, Texts, cutters, held, join, mark, pack, parted, put_rows, put_words, sides, take_rows, unpack,
};
use super::lines::{Held, Line, hold};
use super::{Store, StoreError};
use crate::export::Row;
use crate::fidelity::Finding;
use crate::span::{Pair, Side};
use rusqlite::{OptionalExtension, params};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
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
    room: i64,
    /// Rows, the texts taken out of those that are packed.
    rows: Vec<(Line, Texts)>,
    /// Its words with their tokens.
    forms: BTreeMap<String, String>,
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("text", &self.text).finish_non_exhaustive()
    }
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is in the store.
    New,
    /// It is there in the place of the one with its id.
    Replaced,
    /// It is not there: the one with its id has rows that a reader locked or wrote a note on, and that it does not have.
    Kept,
    /// This import has met its id before: what becomes of the two is settled at the end.
    Later,
}

/// What an import has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// Documents that it put in.
    pub documents: u64,
    /// Those of them that are in the place of one that was there before.
    pub replaced: u64,
    /// Their rows.
    pub rows: u64,
    /// Documents whose rows did not stand together, and were joined.
    pub joined: u64,
    /// Documents that took the place of one of this import.
    pub twice: u64,
    /// The ids of those that are not there, see [`Put::Kept`].
    pub kept: Vec<String>,
}

impl Prepared {
    /// The rows of one document; `None` where there are none.
    ///
    /// # Errors
    /// When a row cannot be packed.
    pub fn new(rows: &[Row]) -> Result<Option<Self>, StoreError> {
        let Some(first) = rows.first() else { return Ok(None) };
        let language = Pair::new(first.source_lang.to_string(), first.target_lang.to_string());
        let cutters = cutters(&language);
        let field = |key: &str| match first.meta.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        let lines: Vec<Line> = rows.iter().cloned().map(Line::from).collect();
        let packed = pack(&lines)?;
        let room = article::room(&lines);
        let mut forms = BTreeMap::new();
        let with_texts = |mut line: Line| {
            let texts = article::texts(&line, &cutters, &mut forms);
            (line.row.source, line.row.target) = Default::default();
            (line.row.parts, line.row.meta) = Default::default();
            (line, texts)
        };
        let rows = lines.into_iter().map(with_texts).collect();
        Ok(Some(Self {
            doc: Arc::clone(&first.doc),
            title: Pair::new(field("title"), field("title_target")),
            date: field("date"),
            page: field("page"),
            packed,
            room,
            rows,
            forms,
            language,
        }))
    }
}

/// An import under way; nothing of it is in the store before [`Import::commit`].
#[derive(Debug)]
pub struct Import<'s> {
    store: &'s mut Store,
    done: bool,
    /// A reader's work may be written over.
    over: bool,
    /// The first number that no pair has.
    end: i64,
    /// Words that are in the table for certain.
    met: HashSet<String>,
    /// Findings that a reader found wrong, of documents whose findings were taken out.
    dismissed: BTreeSet<(String, String)>,
    /// Documents whose findings were put in, and not yet to their pairs.
    loose: BTreeSet<String>,
    /// What became of each document so far, and of how many rows.
    put: BTreeMap<Arc<str>, (Put, usize)>,
    /// Documents of which parts are set by.
    parted: BTreeSet<Arc<str>>,
}

/// Rows of documents that may not be whole yet, until the import ends.
const PARTS: &str = "
CREATE TEMP TABLE IF NOT EXISTS part(id INTEGER PRIMARY KEY, doc TEXT NOT NULL, rows TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS temp.part_doc ON part(doc, id);
";

impl Store {
    /// Begins an import.
    ///
    /// # Errors
    /// When another process writes.
    pub fn import(&mut self) -> Result<Import<'_>, StoreError> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let end = article::end(&self.connection).inspect_err(|_| {
            let _ = self.connection.execute_batch("ROLLBACK");
        })?;
        let (met, dismissed, loose, put, parted) = Default::default();
        Ok(Import { store: self, done: false, over: false, end, met, dismissed, loose, put, parted })
    }
}

impl Import<'_> {
    /// Documents take the place of those that a reader has worked on, too; that work is lost.
    pub fn write_over(&mut self) {
        self.over = true;
    }

    /// Puts a document in, in the place of the one with its id. Where a reader has worked on that, his rows must be among the
    /// new ones (as `bitext align --locks` leaves them): else the old one stays. Of documents with one id in the same import, those with
    /// rows of different numbers are parts of one, and the last takes the place of the others where that is not so.
    ///
    /// # Errors
    /// When its languages are not the store's, or the database refuses.
    pub fn put(&mut self, document: &Prepared) -> Result<Put, StoreError> {
        self.know_language(document)?;
        if self.put.contains_key(&document.doc) {
            self.set_by(document)?;
            self.parted.insert(Arc::clone(&document.doc));
            return Ok(Put::Later);
        }
        let put = self.replace(document)?;
        if put == Put::Kept {
            // With the rest of its rows it may well have what a reader did.
            self.set_by(document)?;
        }
        self.put.insert(Arc::clone(&document.doc), (put, document.rows.len()));
        Ok(put)
    }

    fn set_by(&self, document: &Prepared) -> Result<(), StoreError> {
        let mut lines = unpack(&document.packed)?;
        for (line, (_, texts)) in lines.iter_mut().zip(&document.rows) {
            (line.row.source, line.row.target) = (parted(&texts.text.source), parted(&texts.text.target));
        }
        let rows: Vec<&Row> = lines.iter().map(|line| &line.row).collect();
        let json = serde_json::to_string(&rows).map_err(|error| StoreError::Damaged(error.to_string()))?;
        self.store.connection.execute_batch(PARTS)?;
        let mut put = self.store.connection.prepare_cached("INSERT INTO part(doc, rows) VALUES (?1, ?2)")?;
        put.execute([&*document.doc, &json])?;
        Ok(())
    }

    /// Makes documents of the parts that were set by; how many were joined, and how many took the place of another.
    fn settle(&mut self) -> Result<(u64, u64), StoreError> {
        let (mut joined, mut twice) = (0, 0);
        for doc in std::mem::take(&mut self.parted) {
            let (first, _) = self.put[&doc];
            let mut rows = if first == Put::Kept { Vec::new() } else { self.rows(&doc)? };
            let (mut numbers, mut is_joined) = (rows.iter().map(|row| row.n).collect::<HashSet<_>>(), false);
            let parts = {
                let mut parts =
                    self.store.connection.prepare_cached("SELECT rows FROM part WHERE doc = ?1 ORDER BY id")?;
                let parts = parts.query_map([&*doc], |row| row.get::<_, String>(0))?;
                parts.collect::<rusqlite::Result<Vec<_>>>()?
            };
            for part in parts {
                let part: Vec<Row> =
                    serde_json::from_str(&part).map_err(|error| StoreError::Damaged(error.to_string()))?;
                let is_other = part.iter().any(|row| numbers.contains(&row.n));
                if is_other {
                    twice += 1;
                    rows.clear();
                    numbers.clear();
                }
                is_joined = !is_other && !rows.is_empty();
                numbers.extend(part.iter().map(|row| row.n));
                rows.extend(part);
            }
            if is_joined {
                joined += 1;
                rows.sort_by_key(|row| row.n);
            }
            let Some(document) = Prepared::new(&rows)? else { continue };
            let put = self.replace(&document)?;
            let put = if put == Put::Replaced && first == Put::New { first } else { put };
            self.put.insert(doc, (put, document.rows.len()));
        }
        self.store.connection.execute_batch("DROP TABLE IF EXISTS temp.part")?;
        Ok((joined, twice))
    }

    /// The rows of a document that this import has put in, with the numbers that it came with.
    fn rows(&self, doc: &str) -> Result<Vec<Row>, StoreError> {
        let connection = &self.store.connection;
        let (article, packed): (i64, Vec<u8>) = connection
            .prepare_cached("SELECT id, rows FROM article WHERE doc = ?1")?
            .query_row([doc], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let own = unpack(&packed)?.into_iter().map(|line| line.row.n);
        let rows = article::lines(connection, article)?.into_iter().map(|line| line.row);
        Ok(rows.zip(own).map(|(row, n)| Row { n, ..row }).collect())
    }

    fn replace(&mut self, document: &Prepared) -> Result<Put, StoreError> {
        let connection = &self.store.connection;
        let old: Option<(i64, i64, i64, i64)> = connection
            .prepare_cached("SELECT id, first, room, length FROM article WHERE doc = ?1")?
            .query_row([&*document.doc], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let mut packed = None;
        if let Some((id, ..)) = old
            && !self.over
        {
            match self.carry(id, document)? {
                Some(carried) => packed = carried,
                None => return Ok(Put::Kept),
            }
        }
        let length = document.rows.len() as i64;
        let (first, room) = match old {
            Some((_, first, room, _)) if document.room <= room => (first, room),
            _ => (self.end, document.room),
        };
        if let Some((id, first, _, length)) = old {
            take_rows(connection, first..first + length)?;
            connection.prepare_cached("UPDATE correction SET state = 3 WHERE article = ?1")?.execute([id])?;
        }
        // A document keeps its number, so that what others say of it holds.
        let id: i64 = connection
            .prepare_cached(
                "INSERT INTO article(doc, first, room, length, date, page, title, title_target, rows)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (doc) DO UPDATE SET first = ?2, room = ?3, length = ?4, date = ?5, page = ?6, title = ?7,
                   title_target = ?8, rows = ?9, version = version + 1 RETURNING id",
            )?
            .query_row(
                params![
                    &*document.doc,
                    first,
                    room,
                    length,
                    document.date,
                    document.page,
                    document.title.source,
                    document.title.target,
                    packed.as_ref().unwrap_or(&document.packed)
                ],
                |row| row.get(0),
            )?;
        self.end = self.end.max(first + room);
        put_words(connection, &document.forms, &mut self.met)?;
        let about = Summary {
            id,
            first,
            room,
            doc: String::new(),
            version: 0,
            title: Pair::default(),
            date: document.date.clone(),
            page: document.page.clone(),
            previous: None,
            next: None,
        };
        put_rows(connection, &about, first, document.rows.iter().map(|(line, texts)| (line, texts)))?;
        if old.is_some() {
            self.loose.insert(document.doc.to_string());
        }
        Ok(if old.is_some() { Put::Replaced } else { Put::New })
    }

    fn know_language(&mut self, document: &Prepared) -> Result<(), StoreError> {
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
                let mut put = self.store.connection.prepare_cached("INSERT INTO about VALUES (?1, ?2)")?;
                for side in Side::BOTH {
                    let key = if side == Side::Source { "source_lang" } else { "target_lang" };
                    put.execute([key, &document.language[side]])?;
                }
                drop(put);
                self.store.language = Some(document.language.clone());
            }
        }
        Ok(())
    }

    /// What a reader did to the article that a document is to replace: `None` where the document does not have it; else its
    /// rows packed with the notes of the old ones, where there are any.
    #[expect(clippy::option_option, reason = "there are three answers")]
    fn carry(&self, article: i64, document: &Prepared) -> Result<Option<Option<Vec<u8>>>, StoreError> {
        let connection = &self.store.connection;
        let packed: Vec<u8> = connection
            .prepare_cached("SELECT rows FROM article WHERE id = ?1")?
            .query_row([article], |row| row.get(0))?;
        let worked_on = |line: &Line| line.is_locked() || !line.note().is_empty();
        if !unpack(&packed)?.iter().any(worked_on) {
            return Ok(Some(None));
        }
        let old = article::lines(connection, article)?;
        let mut new = unpack(&document.packed)?;
        let mut noted = false;
        for line in old.iter().filter(|line| worked_on(line)) {
            let own = sides(line);
            let same = |(_, (other, texts)): &(usize, &(Line, Texts))| {
                (texts.text.source == own.0 && texts.text.target == own.1) && (other.is_locked() || !line.is_locked())
            };
            let Some((at, _)) = document.rows.iter().enumerate().find(same) else { return Ok(None) };
            if !line.note().is_empty() && new[at].note().is_empty() {
                new[at].set_note(line.note());
                noted = true;
            }
        }
        Ok(Some(if noted { Some(pack(&new)?) } else { None }))
    }

    /// Puts findings in; those that were there of a document are taken out by [`Import::forget_findings`].
    ///
    /// # Errors
    /// When the database refuses.
    pub fn put_finding(&mut self, finding: &Finding) -> Result<(), StoreError> {
        let json = serde_json::to_string(finding).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let dismissed = self.dismissed.contains(&(finding.doc.clone(), what(finding)));
        self.store
            .connection
            .prepare_cached(
                "INSERT INTO finding(doc, row, type, probability, dismissed, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                finding.doc,
                finding.pair,
                finding.kind.to_string(),
                finding.probability,
                dismissed,
                json
            ])?;
        if !self.loose.contains(&finding.doc) {
            self.loose.insert(finding.doc.clone());
        }
        Ok(())
    }

    /// Takes the findings of a document out. One that a reader has found wrong is so when it is put in again.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn forget_findings(&mut self, doc: &str) -> Result<(), StoreError> {
        let connection = &self.store.connection;
        let mut statement = connection.prepare_cached("SELECT json FROM finding WHERE doc = ?1 AND dismissed = 1")?;
        let mut rows = statement.query([doc])?;
        while let Some(row) = rows.next()? {
            let finding: Finding = serde_json::from_str(&row.get::<_, String>(0)?)
                .map_err(|error| StoreError::Damaged(error.to_string()))?;
            self.dismissed.insert((doc.to_owned(), what(&finding)));
        }
        connection.prepare_cached("DELETE FROM finding WHERE doc = ?1")?.execute([doc])?;
        // The findings that the log speaks of are gone.
        connection
            .prepare_cached(
                "UPDATE correction SET state = 3 WHERE state < 2 AND article = (SELECT id FROM article WHERE doc = ?1)",
            )?
            .execute([doc])?;
        Ok(())
    }

    /// Puts the findings of a document to the pairs that they are about: by the row that they name, else by their words.
    fn place_findings(&self, doc: &str) -> Result<(), StoreError> {
        let connection = &self.store.connection;
        let found = connection
            .prepare_cached("SELECT id, first FROM article WHERE doc = ?1")?
            .query_row([doc], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))
            .optional()?;
        let Some((article, first)) = found else { return Ok(()) };
        let mut lines = article::lines(connection, article)?;
        let mut statement =
            connection.prepare_cached("SELECT id, row, dismissed, json FROM finding WHERE doc = ?1 ORDER BY id")?;
        let mut rows = statement.query([doc])?;
        let mut by_words: Vec<(usize, Held)> = Vec::new();
        while let Some(row) = rows.next()? {
            let finding: Finding = serde_json::from_str(&row.get::<_, String>(3)?)
                .map_err(|error| StoreError::Damaged(error.to_string()))?;
            let held = held(row.get(0)?, row.get(2)?, &finding);
            let name: String = row.get(1)?;
            if let Some(line) = lines.iter_mut().find(|line| line.row.id == name) {
                line.findings.push(held);
            } else if name != doc && (held.at.source.is_some() || held.at.target.is_some()) {
                by_words.push((0, held));
            }
        }
        hold(&mut lines, by_words);
        for (pair, line) in (first..).zip(&lines).filter(|(_, line)| !line.findings.is_empty()) {
            for held in &line.findings {
                connection.prepare_cached("UPDATE finding SET pair = ?1 WHERE id = ?2")?.execute([pair, held.id])?;
            }
            mark(connection, pair)?;
        }
        Ok(())
    }

    /// Ends the import: all of it is in the store.
    ///
    /// # Errors
    /// When the disk is full, say; nothing is in the store then.
    pub fn commit(mut self) -> Result<Imported, StoreError> {
        let (joined, twice) = self.settle()?;
        for doc in std::mem::take(&mut self.loose) {
            self.place_findings(&doc)?;
        }
        self.store.connection.execute_batch("COMMIT")?;
        self.done = true;
        let mut imported = Imported { joined, twice, ..Imported::default() };
        for (doc, (put, rows)) in std::mem::take(&mut self.put) {
            if put == Put::Kept {
                imported.kept.push(doc.to_string());
                continue;
            }
            imported.documents += 1;
            imported.replaced += u64::from(put == Put::Replaced);
            imported.rows += rows as u64;
        }
        Ok(imported)
    }
}

/// What a finding says, wherever its row stands.
fn what(finding: &Finding) -> String {
    let spans = |spans: &[crate::span::ByteRange]| format!("{spans:?}");
    let (source, target) = (spans(&finding.source_spans), spans(&finding.target_spans));
    [finding.kind.name(), &finding.rule, &source, &target, &join(&finding.source_words), &finding.message]
        .join("\u{1f}")
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
