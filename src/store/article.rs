//! An article in the store: read whole, and written where it has changed.

use super::lines::{Held, Line, number};
use super::text::Cutter;
use super::{Store, StoreError};
use crate::document::Section;
use crate::fidelity::Finding;
use crate::fidelity::Kind;
use crate::span::{Pair, Side};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, HashSet};

/// An article as it stands.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Article {
    /// What is known of it.
    pub about: Summary,
    /// Its rows, in order.
    pub lines: Vec<Line>,
    /// The findings on its rows and on the whole, by their numbers.
    pub findings: BTreeMap<i64, Finding>,
    /// Those on the whole that are not dismissed.
    pub whole: Vec<i64>,
    /// True when there is an act to take back.
    pub undo: bool,
    /// True when there is one to do again.
    pub redo: bool,
}

/// What the store knows of an article beside its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// Its number in the store.
    pub(super) id: i64,
    /// The number of its first pair.
    pub(super) first: i64,
    /// Numbers that are kept for its pairs.
    pub(super) room: i64,
    /// The document's id.
    pub doc: String,
    /// Another one whenever something of it has changed.
    pub version: i64,
    /// Title, and the title's translation.
    pub title: Pair<String>,
    /// Its date.
    pub date: String,
    /// Its page.
    pub page: String,
    /// The document before it by date and page.
    pub previous: Option<String>,
    /// The document behind it.
    pub next: Option<String>,
}

/// What the index takes of a text's row.
pub(super) struct Texts {
    pub(super) text: Pair<String>,
    pub(super) tokens: Pair<String>,
}

pub(super) fn section(section: Section) -> &'static str {
    match section {
        Section::Title => "title",
        Section::Body => "body",
    }
}

/// Sentences as they are kept, a line each; an end of a line within one says no more than a blank.
pub(super) fn join(texts: &[String]) -> String {
    texts.iter().map(|text| text.replace('\n', " ")).collect::<Vec<_>>().join("\n")
}

/// The sentences that [`join`] has joined.
pub(super) fn parted(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split('\n').map(str::to_owned).collect() }
}

pub(super) fn cutters(language: &Pair<String>) -> Pair<Cutter> {
    language.as_ref().map(|tag| Cutter::new(tag))
}

/// The texts of a row, and its tokens; its words go into `forms`.
pub(super) fn texts(line: &Line, cutters: &Pair<Cutter>, forms: &mut BTreeMap<String, String>) -> Texts {
    let text = Pair::new(join(&line.row.source), join(&line.row.target));
    let tokens = Pair::new(cutters.source.tokens(&text.source, forms), cutters.target.tokens(&text.target, forms));
    Texts { text, tokens }
}

fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(error.to_string())
}

/// Rows without their texts and findings, packed.
pub(super) fn pack(lines: &[Line]) -> Result<Vec<u8>, StoreError> {
    let bare: Vec<Line> = lines
        .iter()
        .map(|line| {
            let mut line = line.clone();
            (line.row.source, line.row.target, line.findings) = Default::default();
            line
        })
        .collect();
    let json = serde_json::to_vec(&bare).map_err(damaged)?;
    zstd::bulk::compress(&json, 3).map_err(damaged)
}

pub(super) fn unpack(packed: &[u8]) -> Result<Vec<Line>, StoreError> {
    let json = zstd::stream::decode_all(packed).map_err(damaged)?;
    serde_json::from_slice(&json).map_err(damaged)
}

/// Writes down at a pair which kinds of findings it has.
pub(super) fn mark(connection: &Connection, pair: i64) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT type FROM finding WHERE pair = ?1 AND dismissed = 0")?;
    let mut kinds = 0_i64;
    let mut rows = statement.query([pair])?;
    while let Some(row) = rows.next()? {
        kinds |= mask(&row.get::<_, String>(0)?);
    }
    connection.prepare_cached("UPDATE pair SET findings = ?1 WHERE id = ?2")?.execute([kinds, pair])?;
    Ok(())
}

/// The bit of a kind of finding.
pub(super) fn mask(kind: &str) -> i64 {
    kind.parse::<Kind>().map_or(0, |kind| 1 << kind as u32)
}

/// The first number behind those of all pairs.
pub(super) fn end(connection: &Connection) -> Result<i64, StoreError> {
    let last = connection
        .prepare_cached("SELECT first + room FROM article ORDER BY first DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(last.unwrap_or(1))
}

/// As many rows as its sentences can make.
pub(super) fn room(lines: &[Line]) -> i64 {
    lines.iter().map(|line| (line.row.source.len() + line.row.target.len()).max(1)).sum::<usize>() as i64
}

/// Puts rows in, from the number `first` on.
pub(super) fn put_rows<'l>(
    connection: &Connection,
    about: &Summary,
    first: i64,
    rows: impl Iterator<Item = (&'l Line, &'l Texts)>,
) -> Result<(), StoreError> {
    let mut pair = connection.prepare_cached(
        "INSERT INTO pair(id, article, date, page, section, kind, confidence, locked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut text = connection.prepare_cached("INSERT INTO text(id, source, target) VALUES (?1, ?2, ?3)")?;
    let mut words = connection.prepare_cached("INSERT INTO words(rowid, source, target) VALUES (?1, ?2, ?3)")?;
    for (id, (line, texts)) in (first..).zip(rows) {
        let row = &line.row;
        pair.execute(params![
            id,
            about.id,
            about.date,
            about.page,
            section(row.section),
            row.kind,
            row.confidence,
            line.is_locked()
        ])?;
        text.execute(params![id, texts.text.source, texts.text.target])?;
        words.execute(params![id, texts.tokens.source, texts.tokens.target])?;
    }
    Ok(())
}

/// Takes the rows of these numbers out.
pub(super) fn take_rows(connection: &Connection, ids: std::ops::Range<i64>) -> Result<(), StoreError> {
    for id in ids {
        for table in
            ["DELETE FROM words WHERE rowid = ?1", "DELETE FROM text WHERE id = ?1", "DELETE FROM pair WHERE id = ?1"]
        {
            connection.prepare_cached(table)?.execute([id])?;
        }
    }
    Ok(())
}

/// Puts words into the table; `met` are those that are in it for certain.
pub(super) fn put_words(
    connection: &Connection,
    forms: &BTreeMap<String, String>,
    met: &mut HashSet<String>,
) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached("INSERT OR IGNORE INTO word(form, token) VALUES (?1, ?2)")?;
    for (form, token) in forms {
        if !met.contains(form) {
            put.execute([form, token])?;
            met.insert(form.clone());
        }
    }
    Ok(())
}

impl Store {
    /// An article, whole.
    ///
    /// # Errors
    /// When there is none of this id, or the store is damaged.
    pub fn article(&self, doc: &str) -> Result<Article, StoreError> {
        read(&self.connection, doc)
    }

    /// The ids of all documents, in the order of the store.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn docs(&self) -> Result<Vec<String>, StoreError> {
        let mut docs = self.connection.prepare_cached("SELECT doc FROM article ORDER BY first")?;
        let docs = docs.query_map([], |row| row.get(0))?;
        Ok(docs.collect::<rusqlite::Result<_>>()?)
    }
}

/// The rows of an article, their texts in them, numbered as they stand; without findings.
pub(super) fn lines(connection: &Connection, article: i64) -> Result<Vec<Line>, StoreError> {
    let (first, length, packed): (i64, i64, Vec<u8>) = connection
        .prepare_cached("SELECT first, length, rows FROM article WHERE id = ?1")?
        .query_row([article], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut lines = unpack(&packed)?;
    if lines.len() as i64 != length {
        return Err(StoreError::Damaged(format!(
            "article {article} has {} rows, and should have {length}",
            lines.len()
        )));
    }
    let mut statement =
        connection.prepare_cached("SELECT id, source, target FROM text WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    let mut rows = statement.query([first, first + length])?;
    let mut seen = 0;
    while let Some(row) = rows.next()? {
        let line = usize::try_from(row.get::<_, i64>(0)? - first).ok().and_then(|at| lines.get_mut(at));
        let line = line.ok_or_else(|| StoreError::Damaged(format!("article {article}: a row too many")))?;
        let text = |index: usize| row.get_ref(index)?.as_str().map(parted).map_err(rusqlite::Error::from);
        (line.row.source, line.row.target) = (text(1)?, text(2)?);
        seen += 1;
    }
    if seen != length {
        return Err(StoreError::Damaged(format!("article {article}: {} rows are gone", length - seen)));
    }
    number(&mut lines);
    Ok(lines)
}

pub(super) fn read(connection: &Connection, doc: &str) -> Result<Article, StoreError> {
    let about = connection
        .prepare_cached(
            "SELECT id, first, room, doc, version, title, title_target, date, page FROM article WHERE doc = ?1",
        )?
        .query_row([doc], |row| {
            Ok(Summary {
                id: row.get(0)?,
                first: row.get(1)?,
                room: row.get(2)?,
                doc: row.get(3)?,
                version: row.get(4)?,
                title: Pair::new(row.get(5)?, row.get(6)?),
                date: row.get(7)?,
                page: row.get(8)?,
                previous: None,
                next: None,
            })
        })
        .optional()?;
    let mut about = about.ok_or_else(|| StoreError::NoDocument(doc.to_owned()))?;
    let beside = |sql: &str| {
        let mut statement = connection.prepare_cached(sql)?;
        statement.query_row(params![about.date, about.page, about.first], |row| row.get(0)).optional()
    };
    let previous = beside(
        "SELECT doc FROM article INDEXED BY article_place WHERE (date, page, first) < (?1, ?2, ?3) ORDER BY date DESC, page DESC, first DESC LIMIT 1",
    )?;
    let next = beside(
        "SELECT doc FROM article INDEXED BY article_place WHERE (date, page, first) > (?1, ?2, ?3) ORDER BY date, page, first LIMIT 1",
    )?;
    (about.previous, about.next) = (previous, next);
    let mut lines = lines(connection, about.id)?;
    let (mut findings, mut whole) = (BTreeMap::new(), Vec::new());
    let mut statement =
        connection.prepare_cached("SELECT id, pair, dismissed, json FROM finding WHERE doc = ?1 ORDER BY id")?;
    let mut rows = statement.query([doc])?;
    while let Some(row) = rows.next()? {
        let (id, pair, dismissed): (i64, Option<i64>, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let finding: Finding =
            serde_json::from_str(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?).map_err(damaged)?;
        let line = pair.and_then(|pair| lines.get_mut(usize::try_from(pair - about.first).ok()?));
        match line {
            Some(line) => line.findings.push(held(id, dismissed, &finding)),
            None if !dismissed => whole.push(id),
            None => {}
        }
        findings.insert(id, finding);
    }
    let state = |state: i64| -> Result<bool, StoreError> {
        Ok(connection
            .prepare_cached("SELECT EXISTS(SELECT 1 FROM correction WHERE article = ?1 AND state = ?2)")?
            .query_row([about.id, state], |row| row.get(0))?)
    };
    Ok(Article { undo: state(0)?, redo: state(1)?, about, lines, findings, whole })
}

pub(super) fn held(id: i64, dismissed: bool, finding: &Finding) -> Held {
    let first = |spans: &[crate::span::ByteRange]| spans.first().map(|span| span.start);
    Held { id, dismissed, at: Pair::new(first(&finding.source_spans), first(&finding.target_spans)) }
}

/// Writes the rows of an article in the place of those that it has; its version goes up.
pub(super) fn write(
    connection: &Connection,
    article: &Article,
    new: &[Line],
    language: &Pair<String>,
) -> Result<(), StoreError> {
    let (about, old) = (&article.about, &article.lines);
    let same = |(a, b): &(&Line, &Line)| {
        **a == **b || Line { row: crate::export::Row { n: b.row.n, ..a.row.clone() }, ..(*a).clone() } == **b
    };
    let head = old.iter().zip(new).take_while(same).count();
    // Where the number of rows has changed, those behind have other numbers too.
    let tail = if old.len() == new.len() {
        old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(same).count()
    } else {
        0
    };
    let fits = new.len() as i64 <= about.room;
    let first = if fits { about.first } else { end(connection)? };
    let (from, to) = if fits { (head, new.len() - tail) } else { (0, new.len()) };
    let gone = if fits { head as i64..(old.len() - tail) as i64 } else { 0..old.len() as i64 };
    take_rows(connection, about.first + gone.start..about.first + gone.end)?;
    let cutters = cutters(language);
    let mut forms = BTreeMap::new();
    let put: Vec<Texts> = new[from..to].iter().map(|line| texts(line, &cutters, &mut forms)).collect();
    put_rows(connection, about, first + from as i64, new[from..to].iter().zip(&put))?;
    put_words(connection, &forms, &mut HashSet::new())?;
    let mut place = connection.prepare_cached("UPDATE finding SET pair = ?1, dismissed = ?2 WHERE id = ?3")?;
    for (pair, line) in (first + from as i64..).zip(&new[from..to]) {
        for held in &line.findings {
            place.execute(params![pair, held.dismissed, held.id])?;
        }
        if !line.findings.is_empty() {
            mark(connection, pair)?;
        }
    }
    let room = if fits { about.room } else { room(new) };
    connection
        .prepare_cached(
            "UPDATE article SET rows = ?1, length = ?2, first = ?3, room = ?4, version = version + 1 WHERE id = ?5",
        )?
        .execute(params![pack(new)?, new.len() as i64, first, room, about.id])?;
    Ok(())
}

/// How a row stands on both sides, for comparison.
pub(super) fn sides(line: &Line) -> (String, String) {
    let side = |side: Side| join(line.row.texts(side));
    (side(Side::Source), side(Side::Target))
}
