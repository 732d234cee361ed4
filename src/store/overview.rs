//! The store as a whole: what it holds over time, and what is to be looked at first.

use super::article::mask;
use super::find::{conditions, pairs_of};
use super::query::Filter;
use super::{Store, StoreError};
use crate::fidelity::{Finding, Kind};
use crate::span::Pair;
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use serde::Serialize;
use std::collections::BTreeMap;

/// Counts of the whole store.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[non_exhaustive]
pub struct Overview {
    /// Documents.
    pub articles: u64,
    /// Rows.
    pub pairs: u64,
    /// Rows that a reader has decided on.
    pub locked: u64,
    /// Rows of each kind.
    pub kinds: BTreeMap<String, u64>,
    /// Rows by confidence, in twenty steps; those that say none are left out.
    pub confidence: [u64; 20],
    /// Findings of each kind that are not dismissed.
    pub findings: BTreeMap<String, u64>,
    /// The same by year.
    pub years: Vec<YearOverview>,
}

/// Counts of a year.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[non_exhaustive]
pub struct YearOverview {
    /// The year; empty for documents without a date.
    pub year: String,
    /// Documents.
    pub articles: u64,
    /// Rows.
    pub pairs: u64,
    /// Mean confidence.
    pub confidence: Option<f64>,
    /// Findings that are not dismissed.
    pub findings: u64,
}

/// Hits of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Year {
    /// The year; empty for pairs without a date.
    pub year: String,
    /// Hits.
    pub hits: u64,
    /// Pairs of the store.
    pub pairs: u64,
}

/// What a reader looks at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueueOrder {
    /// The least confident rows that are not locked.
    Doubt,
    /// The most probable findings.
    Finding,
}

/// A row to be looked at.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct QueueItem {
    /// The document's id.
    pub doc: String,
    /// The row's number in it, from 1.
    pub bead: usize,
    /// The document's date.
    pub date: String,
    /// Title, and the title's translation.
    pub title: Pair<String>,
    /// Segments on either side.
    pub kind: String,
    /// The probability of the bead.
    pub confidence: Option<f64>,
    /// The texts, a segment a line.
    pub text: Pair<String>,
    /// The finding, and its place among those of the row that are not dismissed.
    pub finding: Option<(Finding, usize)>,
}

impl Store {
    /// Counts of the whole store; takes a look at every row.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn overview(&self) -> Result<Overview, StoreError> {
        let mut whole = Overview::default();
        let mut years: BTreeMap<String, (YearOverview, f64, u64)> = BTreeMap::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT substr(date, 1, 4) AS year, count(*), sum(length) FROM article INDEXED BY article_place GROUP BY year",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (articles, pairs) = (row.get::<_, i64>(1)? as u64, row.get::<_, i64>(2)? as u64);
            let year = years.entry(row.get(0)?).or_default();
            (year.0.articles, year.0.pairs) = (articles, pairs);
            whole.articles += articles;
            whole.pairs += pairs;
        }
        let mut kinds: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        let mut statement =
            self.connection.prepare_cached("SELECT kind, confidence, locked, substr(date, 1, 4) FROM pair")?;
        let mut rows = statement.query([])?;
        let mut sums: BTreeMap<Vec<u8>, (f64, u64)> = BTreeMap::new();
        let text = |row: &rusqlite::Row<'_>, index: usize| -> rusqlite::Result<Vec<u8>> {
            Ok(row.get_ref(index)?.as_bytes()?.to_vec())
        };
        while let Some(row) = rows.next()? {
            *kinds.entry(text(row, 0)?).or_default() += 1;
            if let Some(confidence) = row.get::<_, Option<f64>>(1)? {
                whole.confidence[((confidence * 20.0) as usize).min(19)] += 1;
                let sum = sums.entry(text(row, 3)?).or_default();
                *sum = (sum.0 + confidence, sum.1 + 1);
            }
            whole.locked += u64::from(row.get::<_, bool>(2)?);
        }
        let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        whole.kinds = kinds.iter().map(|(kind, count)| (name(kind), *count)).collect();
        for (year, (sum, count)) in &sums {
            let year = years.entry(name(year)).or_default();
            year.0.confidence = Some((sum / *count as f64 * 1e4).round() / 1e4);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT type, substr(article.date, 1, 4), count(*) FROM finding JOIN article USING (doc) WHERE dismissed = 0 GROUP BY 1, 2",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let count = row.get::<_, i64>(2)? as u64;
            *whole.findings.entry(row.get(0)?).or_default() += count;
            years.entry(row.get(1)?).or_default().0.findings += count;
        }
        whole.years = years.into_iter().map(|(year, (counts, ..))| YearOverview { year, ..counts }).collect();
        Ok(whole)
    }

    /// How many pairs the store has in each year; those without a date under the empty string.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn pairs_by_year(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT substr(date, 1, 4) AS year, sum(length) FROM article INDEXED BY article_place GROUP BY year ORDER BY year",
        )?;
        let years = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
        Ok(years.collect::<rusqlite::Result<_>>()?)
    }

    /// These pairs by year, with how many the store has in each.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn years(&self, pairs: &[i64]) -> Result<Vec<Year>, StoreError> {
        let mut hits: BTreeMap<String, u64> = BTreeMap::new();
        let mut pairs = pairs.to_vec();
        pairs.sort_unstable();
        for date in self.dates(&pairs)? {
            let year: String = date.chars().take(4).collect();
            *hits.entry(year).or_default() += 1;
        }
        let years = self.pairs_by_year()?.into_iter();
        Ok(years.map(|(year, pairs)| Year { hits: hits.get(&year).copied().unwrap_or(0), year, pairs }).collect())
    }

    /// Rows to be looked at, of all or of these pairs, from the `offset`-th on; and how many there are.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn queue(
        &self,
        order: QueueOrder,
        filter: &Filter,
        of: Option<&[i64]>,
        offset: usize,
        limit: usize,
    ) -> Result<(u64, Vec<QueueItem>), StoreError> {
        let mut values = Vec::new();
        let mut sql = match order {
            QueueOrder::Doubt => pairs_of(filter, &mut values) + " AND pair.locked = 0",
            QueueOrder::Finding if *filter == Filter::default() && of.is_none() => {
                "finding WHERE dismissed = 0 AND finding.pair IS NOT NULL".into()
            }
            QueueOrder::Finding => "finding CROSS JOIN pair ON pair.id = finding.pair WHERE dismissed = 0".into(),
        };
        if order == QueueOrder::Finding
            && let Some(kind) = filter.finding
        {
            values.push(Value::Text(kind.name().into()));
            sql.push_str(&format!(" AND finding.type = ?{}", values.len()));
        }
        conditions(filter, &mut sql, &mut values);
        if let Some(of) = of {
            let list = of.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
            values.push(Value::Text(format!("[{list}]")));
            sql.push_str(&format!(" AND pair.id IN (SELECT value FROM json_each(?{}))", values.len()));
        }
        let total: i64 = self
            .connection
            .prepare_cached(&format!("SELECT count(*) FROM {sql}"))?
            .query_row(params_from_iter(values.clone()), |row| row.get(0))?;
        let order_by = match order {
            QueueOrder::Doubt => "SELECT pair.id, NULL FROM * ORDER BY pair.confidence, pair.id",
            QueueOrder::Finding => {
                "SELECT finding.pair, finding.id FROM * ORDER BY finding.probability DESC, finding.id"
            }
        };
        values.push(Value::Integer(limit as i64));
        values.push(Value::Integer(offset as i64));
        let limits = format!(" LIMIT ?{} OFFSET ?{}", values.len() - 1, values.len());
        let mut statement = self.connection.prepare_cached(&(order_by.replace('*', &sql) + &limits))?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut items = Vec::new();
        while let Some(row) = rows.next()? {
            items.push(self.item(row.get(0)?, row.get(1)?)?);
        }
        Ok((total as u64, items))
    }

    fn item(&self, pair: i64, finding: Option<i64>) -> Result<QueueItem, StoreError> {
        let [hit] = &self.hits(None, &[pair])?[..] else {
            return Err(StoreError::Damaged(format!("pair {pair} is gone")));
        };
        let finding = finding.map(|id| self.finding(pair, id)).transpose()?;
        let hit = hit.clone();
        Ok(QueueItem {
            bead: hit.place.1 + 1,
            doc: hit.doc,
            date: hit.date,
            title: hit.title,
            kind: hit.kind,
            confidence: hit.confidence,
            text: hit.text,
            finding,
        })
    }

    /// A finding, and its place among those of its pair.
    fn finding(&self, pair: i64, id: i64) -> Result<(Finding, usize), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, json FROM finding WHERE pair = ?1 AND dismissed = 0 AND id <= ?2 ORDER BY id",
        )?;
        let mut rows = statement.query([pair, id])?;
        let (mut place, mut json) = (0, None);
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? == id {
                json = Some(row.get::<_, String>(1)?);
                break;
            }
            place += 1;
        }
        let json = json.ok_or_else(|| StoreError::Damaged(format!("finding {id} is gone")))?;
        let finding = serde_json::from_str(&json).map_err(|error| StoreError::Damaged(error.to_string()))?;
        Ok((finding, place))
    }

    /// The kinds of findings that the store has.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn finding_kinds(&self) -> Result<Vec<&'static str>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT DISTINCT type FROM finding")?;
        let kinds = statement.query_map([], |row| row.get::<_, String>(0))?;
        let found: i64 = kinds.collect::<rusqlite::Result<Vec<_>>>()?.iter().map(|kind| mask(kind)).sum();
        Ok(Kind::ALL.into_iter().filter(|&(_, name)| found & mask(name) != 0).map(|(_, name)| name).collect())
    }
}
