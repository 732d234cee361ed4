//! A reader's acts on the articles of a store: each is one transaction, and all are written down.
//!
//! A line of the log holds the rows that an act has changed, as they were before and as they are after it; taking an act back is
//! putting the former in the place of the latter. None is ever taken out of the log: its `state` is 0 where it holds, 1 where it was
//! taken back, 2 where something else was done after that, 3 where the article was imported anew.

use super::act::{Act, ActError, apply};
use super::article::{self, Article};
use super::lines::{Line, number};
use super::{Store, StoreError};
use crate::engine::Engine;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// What became of an act.
#[derive(Debug, Clone, PartialEq)]
pub enum Corrected {
    /// It is in the store; the article as it stands now.
    Done(Article),
    /// Somebody else was faster: nothing was done; the article as it stands now.
    Conflict(Article),
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The document's id.
    pub doc: String,
    /// The version that the act was done on.
    pub version: i64,
    /// When, in universal time.
    pub time: String,
    /// What was done.
    pub act: Act,
    /// True when it holds.
    pub holds: bool,
}

/// A log line to be done backwards or forwards.
struct Step {
    id: i64,
    at: usize,
    before: Vec<Line>,
    after: Vec<Line>,
}

impl Store {
    /// Does an act on the article, if that still has the version which the reader has seen. What it answers is on the disk.
    ///
    /// # Errors
    /// When the act cannot be done, another process writes, or the disk refuses; nothing has changed then.
    pub fn correct(&mut self, doc: &str, version: i64, act: &Act, engine: &Engine) -> Result<Corrected, StoreError> {
        let language = self.language.clone().ok_or_else(|| StoreError::NoDocument(doc.to_owned()))?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let article = article::read(&transaction, doc)?;
        if article.about.version != version {
            return Ok(Corrected::Conflict(article));
        }
        let new = match act {
            Act::Undo | Act::Redo => again(&transaction, &article, act)?,
            _ => first(&transaction, &article, act, engine)?,
        };
        let Some(new) = new else { return Ok(Corrected::Done(article)) };
        article::write(&transaction, &article, &new, &language)?;
        let article = article::read(&transaction, doc)?;
        transaction.commit()?;
        Ok(Corrected::Done(article))
    }

    /// What was done on a document, in order.
    ///
    /// # Errors
    /// When the store is damaged.
    pub fn changes(&self, doc: &str) -> Result<Vec<Change>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT correction.version, time, act, state FROM correction JOIN article ON article.id = correction.article
             WHERE doc = ?1 ORDER BY correction.id",
        )?;
        let mut rows = statement.query([doc])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            let act: String = row.get(2)?;
            changes.push(Change {
                doc: doc.to_owned(),
                version: row.get(0)?,
                time: row.get(1)?,
                act: serde_json::from_str(&act).map_err(|error| StoreError::Damaged(error.to_string()))?,
                holds: row.get::<_, i64>(3)? == 0,
            });
        }
        Ok(changes)
    }
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Damaged(error.to_string()))
}

/// The rows behind a new act, which is written down; `None` where it changes nothing.
fn first(
    connection: &Connection,
    article: &Article,
    act: &Act,
    engine: &Engine,
) -> Result<Option<Vec<Line>>, StoreError> {
    let old = &article.lines;
    let new = apply(act, old, engine)?;
    if new == *old {
        return Ok(None);
    }
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let alike = |(a, b): &(&Line, &Line)| {
        let mut a = (*a).clone();
        a.row.n = b.row.n;
        a == **b
    };
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(alike).count();
    connection
        .prepare_cached("UPDATE correction SET state = 2 WHERE article = ?1 AND state = 1")?
        .execute([article.about.id])?;
    connection
        .prepare_cached(
            "INSERT INTO correction(article, version, time, act, at, before, after)
             VALUES (?1, ?2, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            article.about.id,
            article.about.version,
            json(act)?,
            head as i64,
            json(&old[head..old.len() - tail])?,
            json(&new[head..new.len() - tail])?
        ])?;
    Ok(Some(new))
}

/// The rows behind the last act taken back, or done again.
fn again(connection: &Connection, article: &Article, act: &Act) -> Result<Option<Vec<Line>>, StoreError> {
    let (sql, state) = if *act == Act::Undo {
        ("SELECT id, at, before, after FROM correction WHERE article = ?1 AND state = 0 ORDER BY id DESC LIMIT 1", 1)
    } else {
        ("SELECT id, at, after, before FROM correction WHERE article = ?1 AND state = 1 ORDER BY id LIMIT 1", 0)
    };
    let row = connection
        .prepare_cached(sql)?
        .query_row([article.about.id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
        })
        .optional()?;
    let (id, at, before, after) = row.ok_or(ActError::Nothing(if *act == Act::Undo { "undo" } else { "redo" }))?;
    let damaged = |error: serde_json::Error| StoreError::Damaged(format!("correction {id}: {error}"));
    let step = Step {
        id,
        at: at as usize,
        before: serde_json::from_str(&before).map_err(damaged)?,
        after: serde_json::from_str(&after).map_err(damaged)?,
    };
    let end = step.at + step.after.len();
    if end > article.lines.len() {
        return Err(StoreError::Damaged(format!("correction {} does not fit its article", step.id)));
    }
    let mut new = article.lines.clone();
    new.splice(step.at..end, step.before);
    number(&mut new);
    connection.prepare_cached("UPDATE correction SET state = ?1 WHERE id = ?2")?.execute([state, step.id])?;
    Ok(Some(new))
}
