//! The parameters of requests: what is searched for, and which pairs may be hits at all.

use super::problem::Problem;
use crate::span::Pair;
use crate::store::{Filter, Order, Query};
use serde::Deserialize;
use std::fmt::Display;
use std::str::FromStr;

/// Hits of one answer.
pub(super) const MOST: usize = 500;

/// All that a request may ask; what is empty is not asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Params {
    pub(super) q: String,
    dates: String,
    page: String,
    section: String,
    kind: String,
    min: String,
    max: String,
    finding: String,
    sort: String,
    offset: String,
    limit: String,
    pub(super) by: String,
    pub(super) doc: String,
    pub(super) format: String,
}

fn read<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<Option<T>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error: T::Err| Problem::parameter(name, error))
}

fn probability(name: &str, text: &str) -> Result<Option<f64>, Problem> {
    let value = read::<f64>(name, text)?;
    match value.filter(|value| !(0.0..=1.0).contains(value)) {
        Some(_) => Err(Problem::parameter(name, "must be a number from 0 to 1")),
        None => Ok(value),
    }
}

impl Params {
    /// The same for requests that find the same hits in the same order.
    pub(super) fn key(&self) -> String {
        let Self { q, dates, page, section, kind, min, max, finding, sort, .. } = self;
        [q, dates, page, section, kind, min, max, finding, sort].map(|part| part.replace('\0', "")).join("\0")
    }

    /// What is searched for; `None` where nothing is.
    pub(super) fn query(&self, language: &Pair<String>) -> Result<Option<Query>, Problem> {
        if self.q.trim().is_empty() {
            return Ok(None);
        }
        Query::new(&self.q, language).map(Some).map_err(|error| Problem::parameter("q", error))
    }

    pub(super) fn filter(&self) -> Result<Filter, Problem> {
        let kinds = self.kind.split(',').map(str::trim).filter(|kind| !kind.is_empty());
        Ok(Filter {
            dates: read("dates", &self.dates)?,
            page: read("page", &self.page)?,
            section: match self.section.as_str() {
                "" => None,
                "title" | "body" => Some(self.section.clone()),
                _ => return Err(Problem::parameter("section", "must be title or body")),
            },
            kinds: kinds.filter_map(|kind| read("kind", kind).transpose()).collect::<Result<_, _>>()?,
            min_confidence: probability("min", &self.min)?,
            max_confidence: probability("max", &self.max)?,
            finding: read("finding", &self.finding)?,
        })
    }

    pub(super) fn order(&self) -> Result<Order, Problem> {
        Ok(match self.sort.as_str() {
            "" | "text" => Order::Text,
            "date" => Order::Date,
            "left" => Order::Left,
            "right" => Order::Right,
            _ => return Err(Problem::parameter("sort", "must be text, date, left or right")),
        })
    }

    /// Where the answer begins, and how long it is at most.
    pub(super) fn slice(&self) -> Result<(usize, usize), Problem> {
        let limit = read("limit", &self.limit)?.unwrap_or(50);
        Ok((read("offset", &self.offset)?.unwrap_or(0), limit.min(MOST)))
    }
}
