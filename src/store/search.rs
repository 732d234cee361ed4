//! Hits of a query, in the order of the store.

use super::query::{Filter, Query};
use super::text::{Cutter, find};
use super::{Store, StoreError};
use crate::export::Row;
use crate::span::{ByteRange, Pair, Side};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params_from_iter};
use serde::Serialize;
use std::ops::ControlFlow;

/// A pair that a query has found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hit {
    /// The article's number in the store, and the row's place in it.
    #[serde(skip)]
    pub place: (i64, usize),
    /// The document's id.
    pub doc: String,
    /// Its title and the title's translation.
    pub title: Pair<String>,
    /// Its date.
    pub date: String,
    /// Its page.
    pub page: String,
    /// Segments on either side, such as `2-1`.
    pub kind: String,
    /// The probability of the bead.
    pub confidence: Option<f64>,
    /// The texts, a segment a line.
    pub text: Pair<String>,
    /// Where the query's words stand in them, in order.
    pub found: Pair<Vec<ByteRange>>,
}

impl Store {
    /// Calls `each` with every hit in the order of the store, until it breaks off.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn search(
        &self,
        query: &Query,
        filter: &Filter,
        mut each: impl FnMut(Hit) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let Some(language) = self.language() else { return Ok(()) };
        let cutters = language.as_ref().map(|tag| Cutter::new(tag));
        let mut sql = "SELECT article.id, pair.at, doc, title, title_target, date, page, kind, confidence, pair.source, pair.target \
                       FROM words JOIN pair ON pair.id = words.rowid JOIN article ON article.id = pair.article WHERE words MATCH ?1"
            .to_owned();
        let mut values = vec![Value::Text(query.expression())];
        conditions(filter, &mut sql, &mut values);
        sql.push_str(" ORDER BY words.rowid");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let date: String = row.get(5)?;
            if filter.dates.as_ref().is_some_and(|dates| date.is_empty() || !dates.contains(&date)) {
                continue;
            }
            let text = Pair::new(row.get::<_, String>(9)?, row.get::<_, String>(10)?);
            let units = Pair::new(cutters.source.units(&text.source), cutters.target.units(&text.target));
            let mut found: Pair<Vec<ByteRange>> = Pair::default();
            let is_hit = query.terms.iter().all(|term| {
                let places = find(&units[term.side], &term.asked);
                let there = !places.is_empty();
                if !term.not {
                    found[term.side].extend(places);
                }
                there != term.not
            });
            if !is_hit {
                continue;
            }
            for side in Side::BOTH {
                found[side].sort_unstable();
                found[side].dedup();
            }
            let hit = Hit {
                place: (row.get(0)?, row.get::<_, i64>(1)? as usize),
                doc: row.get(2)?,
                title: Pair::new(row.get(3)?, row.get(4)?),
                date,
                page: row.get(6)?,
                kind: row.get(7)?,
                confidence: row.get(8)?,
                text,
                found,
            };
            if each(hit).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The whole row of a hit, as it was put in.
    ///
    /// # Errors
    /// When the store is damaged.
    pub fn row(&self, hit: &Hit) -> Result<Row, StoreError> {
        let packed: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT rows FROM article WHERE id = ?1")?
            .query_row([hit.place.0], |row| row.get(0))
            .optional()?;
        let damaged = |what: &dyn std::fmt::Display| StoreError::Damaged(format!("{}: {what}", hit.doc));
        let packed = packed.ok_or_else(|| damaged(&"its rows are gone"))?;
        let json = zstd::stream::decode_all(&*packed).map_err(|error| damaged(&error))?;
        let rows: Vec<Row> = serde_json::from_slice(&json).map_err(|error| damaged(&error))?;
        let mut row = rows.into_iter().nth(hit.place.1).ok_or_else(|| damaged(&"a row is gone"))?;
        let lines =
            |text: &str| if text.is_empty() { Vec::new() } else { text.split('\n').map(str::to_owned).collect() };
        (row.source, row.target) = (lines(&hit.text.source), lines(&hit.text.target));
        Ok(row)
    }

    /// How many pairs the store has in each year; those without a date under the empty string.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn pairs_by_year(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT substr(date, 1, 4) AS year, count(*) FROM pair JOIN article ON article.id = pair.article GROUP BY year ORDER BY year",
        )?;
        let years = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
        Ok(years.collect::<rusqlite::Result<_>>()?)
    }
}

/// The filter as conditions of the statement; dates are held against it afterwards.
fn conditions(filter: &Filter, sql: &mut String, values: &mut Vec<Value>) {
    let mut holds = |condition: &str, value: Value| {
        values.push(value);
        sql.push_str(&format!(" AND {condition} ?{}", values.len()));
    };
    if let Some(page) = &filter.page {
        holds("page =", Value::Text(page.clone()));
    }
    if let Some(section) = &filter.section {
        holds("section =", Value::Text(section.clone()));
    }
    if let Some(least) = filter.min_confidence {
        holds("confidence >=", Value::Real(least));
    }
    if !filter.kinds.is_empty() {
        // Numbers and a dash: nothing that would have to be quoted.
        let kinds: Vec<String> = filter.kinds.iter().map(|kind| format!("'{}-{}'", kind.0, kind.1)).collect();
        sql.push_str(&format!(" AND kind IN ({})", kinds.join(", ")));
    }
}
