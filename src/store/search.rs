//! Hits of a query: the pairs, with the places of its words.

use super::article::{cutters, parted, unpack};
use super::find::Order;
use super::query::{Filter, Query};
use super::text::find;
use super::{Store, StoreError};
use crate::export::Row;
use crate::span::{ByteRange, Pair, Side};
use rusqlite::OptionalExtension;
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
    /// `title` or `body`.
    pub section: String,
    /// Segments on either side, such as `2-1`.
    pub kind: String,
    /// The probability of the bead.
    pub confidence: Option<f64>,
    /// Findings on it that are not dismissed.
    pub findings: u64,
    /// The texts, a segment a line.
    pub text: Pair<String>,
    /// Where the query's words stand in them, in order.
    pub found: Pair<Vec<ByteRange>>,
}

/// The texts of a pair, with the places of the query's words.
pub(super) struct HitTexts {
    pub(super) text: Pair<String>,
    pub(super) found: Pair<Vec<ByteRange>>,
}

fn centre(found: &Pair<Vec<ByteRange>>) -> (Side, ByteRange) {
    let side = if found.source.is_empty() && !found.target.is_empty() { Side::Target } else { Side::Source };
    (side, found[side].first().copied().unwrap_or_default())
}

impl HitTexts {
    pub(super) fn centre(&self) -> (Side, ByteRange) {
        centre(&self.found)
    }
}

impl Hit {
    /// The first place that the query has found, on the original's side if it has any there; the beginning where it has none.
    pub fn centre(&self) -> (Side, ByteRange) {
        centre(&self.found)
    }
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
        for pair in self.find(Some(query), filter, Order::Text)?.pairs {
            if each(self.hit(Some(query), pair)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// What is to be shown of some pairs.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn hits(&self, query: Option<&Query>, pairs: &[i64]) -> Result<Vec<Hit>, StoreError> {
        pairs.iter().map(|&pair| self.hit(query, pair)).collect()
    }

    fn hit(&self, query: Option<&Query>, pair: i64) -> Result<Hit, StoreError> {
        let HitTexts { text, found } = self.hit_texts(query, pair)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT article.id, pair.id - article.first, doc, title, title_target, pair.date, pair.page, section, kind, confidence,
                    CASE WHEN findings = 0 THEN 0 ELSE (SELECT count(*) FROM finding WHERE finding.pair = pair.id AND dismissed = 0) END
             FROM pair JOIN article ON article.id = pair.article WHERE pair.id = ?1",
        )?;
        Ok(statement.query_row([pair], |row| {
            Ok(Hit {
                place: (row.get(0)?, row.get::<_, i64>(1)? as usize),
                doc: row.get(2)?,
                title: Pair::new(row.get(3)?, row.get(4)?),
                date: row.get(5)?,
                page: row.get(6)?,
                section: row.get(7)?,
                kind: row.get(8)?,
                confidence: row.get(9)?,
                findings: row.get::<_, i64>(10)? as u64,
                text,
                found,
            })
        })?)
    }

    pub(super) fn hit_texts(&self, query: Option<&Query>, pair: i64) -> Result<HitTexts, StoreError> {
        let text = self
            .connection
            .prepare_cached("SELECT source, target FROM text WHERE id = ?1")?
            .query_row([pair], |row| Ok(Pair::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let mut found: Pair<Vec<ByteRange>> = Pair::default();
        if let (Some(query), Some(language)) = (query, self.language()) {
            let cutters = cutters(language);
            for side in Side::BOTH {
                let mut terms = query.terms.iter().filter(|term| term.side == side && !term.not).peekable();
                if terms.peek().is_some() {
                    let units = cutters[side].units(&text[side]);
                    found[side] = terms.flat_map(|term| find(&units, &term.asked)).collect();
                    found[side].sort_unstable();
                    found[side].dedup();
                }
            }
        }
        Ok(HitTexts { text, found })
    }

    /// The whole row of a hit, as it stands.
    ///
    /// # Errors
    /// When the store is damaged.
    pub fn row(&self, hit: &Hit) -> Result<Row, StoreError> {
        let packed: Option<Vec<u8>> = self
            .connection
            .prepare_cached("SELECT rows FROM article WHERE id = ?1")?
            .query_row([hit.place.0], |row| row.get(0))
            .optional()?;
        let damaged = |what: &str| StoreError::Damaged(format!("{}: {what}", hit.doc));
        let packed = packed.ok_or_else(|| damaged("its rows are gone"))?;
        let line = unpack(&packed)?.into_iter().nth(hit.place.1).ok_or_else(|| damaged("a row is gone"))?;
        let (source, target) = (parted(&hit.text.source), parted(&hit.text.target));
        Ok(Row { n: hit.place.1 + 1, source, target, ..line.row })
    }

    /// The whole rows of some pairs, as they stand, to `each`. Those of one article should stand together: it is unpacked once then.
    ///
    /// # Errors
    /// When the store is damaged, or those of `each`.
    pub fn each_row<E: From<StoreError>>(
        &self,
        pairs: &[i64],
        mut each: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut article: Option<(i64, i64, Vec<Row>)> = None;
        for &pair in pairs {
            let held =
                article.as_ref().is_some_and(|(_, first, rows)| (*first..*first + rows.len() as i64).contains(&pair));
            if !held {
                let (id, first): (i64, i64) = self
                    .connection
                    .prepare_cached(
                        "SELECT article.id, first FROM pair JOIN article ON article.id = pair.article WHERE pair.id = ?1",
                    )
                    .and_then(|mut statement| statement.query_row([pair], |row| Ok((row.get(0)?, row.get(1)?))))
                    .map_err(StoreError::from)?;
                let lines = super::article::lines(&self.connection, id)?;
                article = Some((id, first, lines.into_iter().map(|line| line.row).collect()));
            }
            let row = article.as_ref().and_then(|(_, first, rows)| rows.get(usize::try_from(pair - first).ok()?));
            let row = row.ok_or_else(|| StoreError::Damaged(format!("pair {pair} has no row")))?;
            each(row.clone())?;
        }
        Ok(())
    }
}
