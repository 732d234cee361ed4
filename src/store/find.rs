//! Which pairs a query finds: their numbers, all of them, so that totals are exact and a page of hits is a slice.

use super::article::mask;
use super::query::{Filter, Query, QueryError};
use super::text::find;
use super::{Store, StoreError};
use crate::span::Pair;
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use std::sync::Arc;

/// Words that a wildcard may stand for.
const MOST_WORDS: usize = 2000;
/// Hits that are sorted by what stands beside them.
pub(super) const MOST_SORTED: usize = 20_000;
/// Characters beside a hit that it is sorted by.
const CONTEXT: usize = 40;

/// Pairs that are looked up one by one rather than by going through all articles.
const FEW: usize = 2000;

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// As they stand in the store.
    #[default]
    Text,
    /// By date; those without one first.
    Date,
    /// By what stands left of the hit, from there on.
    Left,
    /// By what stands right of it.
    Right,
}

/// All hits of a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Found {
    /// The numbers of the pairs, in the order asked for.
    pub pairs: Vec<i64>,
    /// How many of them are sorted, where not all are.
    pub sorted: Option<usize>,
}

/// The filter as conditions on `pair`, each after an AND.
pub(super) fn conditions(filter: &Filter, sql: &mut String, values: &mut Vec<Value>) {
    let mut holds = |condition: &str, value: Value| {
        values.push(value);
        sql.push_str(&format!(" AND {}", condition.replace('?', &format!("?{}", values.len()))));
    };
    if let Some(dates) = &filter.dates {
        // The same as `Dates::contains`; pairs without a date are left out.
        let (from, to) = dates.ends();
        holds("pair.date >= ? AND pair.date <> ''", Value::Text(from.to_owned()));
        if !to.is_empty() {
            holds("substr(pair.date, 1, length(?)) <= ?", Value::Text(to.to_owned()));
        }
    }
    if let Some(page) = &filter.page {
        holds("pair.page = ?", Value::Text(page.clone()));
    }
    if let Some(section) = &filter.section {
        holds("pair.section = ?", Value::Text(section.clone()));
    }
    if let Some(least) = filter.min_confidence {
        holds("pair.confidence >= ?", Value::Real(least));
    }
    if let Some(most) = filter.max_confidence {
        holds("pair.confidence <= ?", Value::Real(most));
    }
    if let Some(kind) = filter.finding {
        holds("(pair.findings & ?) <> 0", Value::Integer(mask(kind.name())));
    }
    if !filter.kinds.is_empty() {
        // Numbers and a dash: nothing that would have to be quoted.
        let kinds: Vec<String> = filter.kinds.iter().map(|kind| format!("'{}-{}'", kind.0, kind.1)).collect();
        sql.push_str(&format!(" AND pair.kind IN ({})", kinds.join(", ")));
    }
}

/// `pair`, or the pairs of the articles of certain dates, for conditions that leave few of them.
pub(super) fn pairs_of(filter: &Filter, values: &mut Vec<Value>) -> String {
    let Some(dates) = &filter.dates else { return "pair WHERE 1".into() };
    let (from, _) = dates.ends();
    values.push(Value::Text(from.to_owned()));
    let mut sql = format!(
        "article CROSS JOIN pair ON pair.id >= article.first AND pair.id < article.first + article.length WHERE article.date >= ?{}",
        values.len()
    );
    let (_, to) = dates.ends();
    if !to.is_empty() {
        // Any longer date that begins with it comes before it with the last of all characters.
        values.push(Value::Text(format!("{to}\u{10ffff}")));
        sql.push_str(&format!(" AND article.date <= ?{}", values.len()));
    }
    sql
}

impl Store {
    /// All pairs that the query finds, or, without one, that the filter leaves.
    ///
    /// # Errors
    /// When the query is too wide, or the database does not answer.
    pub fn find(&self, query: Option<&Query>, filter: &Filter, order: Order) -> Result<Found, StoreError> {
        let mut pairs = match query {
            Some(query) => self.matching(query, filter)?,
            None => {
                let mut values = Vec::new();
                let mut sql = format!("SELECT pair.id FROM {}", pairs_of(filter, &mut values));
                conditions(filter, &mut sql, &mut values);
                let mut pairs = self.numbers(&sql, values)?;
                pairs.sort_unstable();
                pairs
            }
        };
        let mut sorted = None;
        match order {
            Order::Text => {}
            Order::Date => {
                let dates = self.dates(&pairs)?;
                let mut dated: Vec<(&str, i64)> = dates.iter().map(|date| &**date).zip(pairs).collect();
                dated.sort_unstable();
                pairs = dated.into_iter().map(|(_, pair)| pair).collect();
            }
            Order::Left | Order::Right => {
                let count = pairs.len().min(MOST_SORTED);
                sorted = (count < pairs.len()).then_some(count);
                self.by_context(query, &mut pairs[..count], order)?;
            }
        }
        Ok(Found { pairs, sorted })
    }

    fn by_context(&self, query: Option<&Query>, pairs: &mut [i64], order: Order) -> Result<(), StoreError> {
        let mut keyed = Vec::with_capacity(pairs.len());
        for &pair in &*pairs {
            let hit = self.hit_texts(query, pair)?;
            let (side, range) = hit.centre();
            let text = &hit.text[side];
            let key: String = if order == Order::Left {
                text[..range.start].chars().rev().take(CONTEXT).collect()
            } else {
                text[range.end..].chars().take(CONTEXT).collect::<String>().to_lowercase()
            };
            keyed.push((key, pair));
        }
        keyed.sort();
        for (pair, (_, sorted)) in pairs.iter_mut().zip(keyed) {
            *pair = sorted;
        }
        Ok(())
    }

    /// The date of each of these pairs, which stand in the order of the store.
    pub(super) fn dates(&self, pairs: &[i64]) -> Result<Vec<Arc<str>>, StoreError> {
        // Few are asked for one by one; of many, all articles are gone through once.
        if pairs.len() < FEW {
            let mut statement = self.connection.prepare_cached("SELECT date FROM pair WHERE id = ?1")?;
            let dates = pairs.iter().map(|pair| statement.query_row([pair], |row| row.get(0)));
            return Ok(dates.collect::<rusqlite::Result<_>>()?);
        }
        let mut statement =
            self.connection.prepare_cached("SELECT first, date FROM article INDEXED BY article_place")?;
        let articles = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut articles = articles.collect::<rusqlite::Result<Vec<(i64, Arc<str>)>>>()?;
        articles.sort_unstable();
        let mut articles = articles.into_iter().peekable();
        let mut date: Arc<str> = "".into();
        let date_of = |&pair: &i64| {
            while let Some((_, next)) = articles.next_if(|(first, _)| *first <= pair) {
                date = next;
            }
            Arc::clone(&date)
        };
        Ok(pairs.iter().map(date_of).collect())
    }

    fn numbers(&self, sql: &str, values: Vec<Value>) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut numbers = Vec::new();
        while let Some(row) = rows.next()? {
            numbers.push(row.get(0)?);
        }
        Ok(numbers)
    }

    /// The pairs that a query finds, in the order of the store.
    pub(super) fn matching(&self, query: &Query, filter: &Filter) -> Result<Vec<i64>, StoreError> {
        let Some(language) = self.language() else { return Ok(Vec::new()) };
        let expressions = query.expressions(|form| self.tokens_like(form))?;
        let sql = |filter: &Filter| {
            let mut sql = "SELECT words.rowid FROM words".to_owned();
            let mut values = vec![Value::Null];
            let mut conditions_sql = String::new();
            conditions(filter, &mut conditions_sql, &mut values);
            if !conditions_sql.is_empty() {
                sql.push_str(" CROSS JOIN pair ON pair.id = words.rowid");
            }
            (sql + " WHERE words MATCH ?1" + &conditions_sql + " ORDER BY words.rowid", values)
        };
        let ask = |expression: &str| {
            let (sql, mut values) = sql(filter);
            values[0] = Value::Text(expression.to_owned());
            self.numbers(&sql, values)
        };
        let Some(sure) = expressions.sure else {
            return self.checked(query, ask(&expressions.all)?, language);
        };
        let mut pairs = ask(&sure)?;
        if sure != expressions.all {
            let doubtful = ask(&format!("({}) NOT ({sure})", expressions.all))?;
            pairs.extend(self.checked(query, doubtful, language)?);
            pairs.sort_unstable();
        }
        Ok(pairs)
    }

    /// Those whose texts have what the query asks for.
    fn checked(&self, query: &Query, pairs: Vec<i64>, language: &Pair<String>) -> Result<Vec<i64>, StoreError> {
        let cutters = super::article::cutters(language);
        let mut statement = self.connection.prepare_cached("SELECT source, target FROM text WHERE id = ?1")?;
        let mut held = Vec::new();
        for pair in pairs {
            let text =
                statement.query_row([pair], |row| Ok(Pair::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            let units = Pair::new(cutters.source.units(&text.source), cutters.target.units(&text.target));
            if query.terms.iter().all(|term| find(&units[term.side], &term.asked).is_empty() == term.not) {
                held.push(pair);
            }
        }
        Ok(held)
    }

    /// The tokens of the words of a form: all, and those that no word of another form has.
    fn tokens_like(&self, form: &str) -> Result<(Vec<String>, Vec<String>), StoreError> {
        // A form has letters, digits and wildcards alone: nothing that GLOB would take for more.
        let mut statement =
            self.connection.prepare_cached("SELECT DISTINCT token FROM word WHERE form GLOB ?1 LIMIT ?2")?;
        let tokens = statement.query_map((form, MOST_WORDS as i64 + 1), |row| row.get(0))?;
        let tokens = tokens.collect::<rusqlite::Result<Vec<String>>>()?;
        if tokens.len() > MOST_WORDS {
            return Err(QueryError::TooWide(form.to_owned(), MOST_WORDS).into());
        }
        let mut own = self
            .connection
            .prepare_cached("SELECT NOT EXISTS(SELECT 1 FROM word WHERE token = ?1 AND form NOT GLOB ?2)")?;
        let mut certain = Vec::new();
        for token in &tokens {
            if own.query_row((token, form), |row| row.get(0))? {
                certain.push(token.clone());
            }
        }
        Ok((tokens, certain))
    }
}
