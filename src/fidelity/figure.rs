//! Numbers that differ between the two sides of a bead: what the checks of numbers, dates, units, omissions and additions
//! share. A number that is missing here and left over in a neighbouring bead is the aligner's business and no finding.

use super::bead::Bead;
use crate::export::Row;
use crate::signal::number::{Bound, Kind, NearKind, Number, compare};

/// Beads on either side that a missing number is looked for in.
const NEIGHBOURS: usize = 2;

/// One difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// The bead.
    pub bead: usize,
    /// The number of the original.
    pub source: Option<usize>,
    /// The number of the translation.
    pub target: Option<usize>,
    /// What differs.
    pub what: Difference,
}

/// How two numbers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// It looks like one slip.
    Slip(NearKind),
    /// Two numbers of one kind without anything in common.
    Value,
    /// The same value in another unit.
    Unit,
    /// The translation does not have it.
    Missing,
    /// The original does not have it.
    Extra,
}

/// The differences of all beads, in order.
pub(super) fn figures(rows: &[Row], beads: &[Bead]) -> Vec<Figure> {
    let mut all = Vec::new();
    for (at, bead) in beads.iter().enumerate().filter(|(_, bead)| bead.is_pair()) {
        let (source, target) = (&bead.half.source.numbers, &bead.half.target.numbers);
        let found = &bead.comparison;
        let mut add = |source, target, what| all.push(Figure { bead: at, source, target, what });
        for m in found.matched.iter().filter(|m| m.unit_differs) {
            add(Some(m.source), Some(m.target), Difference::Unit);
        }
        let elsewhere = |number: &Number, in_source: bool| {
            let near = at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(beads.len());
            near.filter(|&other| other != at).any(|other| {
                let other = &beads[other];
                let (half, left) = if in_source {
                    (&other.half.source, &other.comparison.source_only)
                } else {
                    (&other.half.target, &other.comparison.target_only)
                };
                left.iter().any(|&n| same(number, &half.numbers[n]))
            })
        };
        let mut sources: Vec<usize> =
            found.source_only.iter().copied().filter(|&n| !elsewhere(&source[n], false)).collect();
        let mut targets: Vec<usize> =
            found.target_only.iter().copied().filter(|&n| !elsewhere(&target[n], true)).collect();
        for near in &found.near {
            if sources.contains(&near.source) && targets.contains(&near.target) {
                sources.retain(|&n| n != near.source);
                targets.retain(|&n| n != near.target);
                // A year put to a date, or a part of a date left out, is no slip.
                if !is_only_fuller(&source[near.source], &target[near.target]) {
                    add(Some(near.source), Some(near.target), Difference::Slip(near.kind));
                }
            }
        }
        for &s in &sources {
            let fits = |&&t: &&usize| same_kind(&source[s], &target[t]);
            match targets.iter().find(fits).copied() {
                Some(t) => {
                    targets.retain(|&n| n != t);
                    if !is_only_fuller(&source[s], &target[t]) {
                        add(Some(s), Some(t), Difference::Value);
                    }
                }
                None => add(Some(s), None, Difference::Missing),
            }
        }
        for t in targets {
            // A date of which a part was found was only made fuller: "May 30" for 三十日.
            let fuller = matches!(target[t].kind, Kind::Date(_)) && found.matched.iter().any(|m| m.target == t);
            if !fuller && !is_year_of(&target[t], &rows[at]) {
                add(None, Some(t), Difference::Extra);
            }
        }
    }
    all
}

fn same(a: &Number, b: &Number) -> bool {
    !compare(std::slice::from_ref(a), std::slice::from_ref(b)).matched.is_empty()
}

/// Numbers of which one may stand for the other: the same class, and units of the same dimension.
fn same_kind(a: &Number, b: &Number) -> bool {
    let plain = |kind: Kind| matches!(kind, Kind::Cardinal | Kind::Measure | Kind::Money | Kind::Others);
    let share = |kind: Kind| matches!(kind, Kind::Percent | Kind::Fraction | Kind::Multiple { .. });
    match (a.kind, b.kind) {
        (Kind::Date(x), Kind::Date(y)) => {
            x.year.is_some() && y.year.is_some()
                || x.month.is_some() && y.month.is_some()
                || x.day.is_some() && y.day.is_some()
        }
        (a, b) if share(a) && share(b) => true,
        _ if plain(a.kind) && plain(b.kind) => {
            let vague = a.bound == Bound::Vague || b.bound == Bound::Vague;
            let units = match (a.unit, b.unit) {
                (Some(a), Some(b)) => a.dimension() == b.dimension(),
                _ => true,
            };
            units && !vague
        }
        (a, b) => std::mem::discriminant(&a) == std::mem::discriminant(&b),
    }
}

/// Two dates that agree wherever both say something.
fn is_only_fuller(a: &Number, b: &Number) -> bool {
    let (Kind::Date(a), Kind::Date(b)) = (a.kind, b.kind) else { return false };
    fn agree<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        a.is_none() || b.is_none() || a == b
    }
    agree(a.year, b.year) && agree(a.month, b.month) && agree(a.day, b.day)
}

/// A date of nothing but the year that the article appeared in: translators put it in.
fn is_year_of(number: &Number, row: &Row) -> bool {
    let Kind::Date(date) = number.kind else { return false };
    let year = row.meta.get("date").and_then(|date| date.as_str()).and_then(|date| date.get(..4)?.parse().ok());
    date.year.is_some() && date.month.is_none() && date.year == year
}
