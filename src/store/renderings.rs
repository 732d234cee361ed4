//! Which words of the other side go with a hit.

use super::find::Order;
use super::query::{Filter, Query};
use super::text::{Cutter, Unit};
use super::{Store, StoreError};
use crate::span::Side;
use std::collections::{BTreeSet, HashMap};

/// Hits that are looked at.
const MOST_HITS: usize = 20_000;
/// Words in fewer of the hits say little.
const LEAST_PAIRS: u64 = 2;

/// A word that stands on the other side of hits more often than elsewhere.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rendering {
    /// The word, in its most frequent form.
    pub word: String,
    /// Hits that have it.
    pub pairs: u64,
    /// Pairs of the whole store that have it.
    pub all: u64,
    /// Dunning's (1993, "Accurate methods for the statistics of surprise and coincidence", section 4) log-likelihood ratio, G², of a
    /// word and the query in the same pairs.
    pub association: f64,
}

impl Store {
    /// The words of the side that the query's first word does not stand on, the most strongly associated first, and how many hits were
    /// looked at (20,000 at most, from everywhere in the store).
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn renderings(&self, query: &Query, filter: &Filter) -> Result<(Vec<Rendering>, u64), StoreError> {
        let Some(language) = self.language() else { return Ok((Vec::new(), 0)) };
        let side = query.terms.iter().find(|term| !term.not).map_or(Side::Target, |term| term.side.other());
        let cutter = Cutter::new(&language[side]);
        let mut counts: HashMap<String, (u64, HashMap<String, u64>)> = HashMap::new();
        let found = self.find(Some(query), filter, Order::Text)?.pairs;
        // Of more hits than are looked at, some from everywhere.
        let hits = found.len().min(MOST_HITS);
        let mut statement = self.connection.prepare_cached("SELECT source, target FROM text WHERE id = ?1")?;
        for at in 0..hits {
            let pair = found[at * found.len() / hits];
            let column = if side == Side::Source { 0 } else { 1 };
            let text = &statement.query_row([pair], |row| row.get::<_, String>(column))?;
            let units = cutter.units(text);
            let mut tokens: BTreeSet<(String, String)> = BTreeSet::new();
            for (at, (range, unit)) in units.iter().enumerate() {
                match unit {
                    Unit::Word(_, token) => {
                        tokens.insert((token.clone(), range.of(text).to_lowercase()));
                    }
                    // Chinese by pairs of characters, as the index has it.
                    Unit::Han(c, _) => {
                        if let Some((_, Unit::Han(next, true))) = units.get(at + 1) {
                            let pair = format!("{c}{next}");
                            tokens.insert((pair.clone(), pair));
                        }
                    }
                }
            }
            let mut last = None;
            for (token, form) in tokens {
                let (pairs, forms) = counts.entry(token.clone()).or_default();
                *pairs += u64::from(last.as_ref() != Some(&token));
                *forms.entry(form).or_default() += 1;
                last = Some(token);
            }
        }
        let hits = hits as u64;
        let (_, all_pairs) = self.len()?;
        self.connection
            .execute_batch("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, col)")?;
        let column = if side == Side::Source { "source" } else { "target" };
        let mut statement =
            self.connection.prepare_cached("SELECT doc FROM temp.vocabulary WHERE term = ?1 AND col = ?2")?;
        let mut renderings = Vec::new();
        for (token, (pairs, forms)) in counts.into_iter().filter(|(_, (pairs, _))| *pairs >= LEAST_PAIRS) {
            let all = statement.query_row([&token, column], |row| row.get::<_, i64>(0)).map_or(pairs, |all| all as u64);
            let all = all.max(pairs);
            let association = log_likelihood(pairs, hits, all, all_pairs.max(hits));
            let form = forms.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
            if association > 0.0
                && let Some((word, _)) = form
            {
                renderings.push(Rendering { word, pairs, all, association });
            }
        }
        renderings.sort_by(|a, b| b.association.total_cmp(&a.association).then(a.word.cmp(&b.word)));
        Ok((renderings, hits))
    }
}

/// G² of two things in the same pairs: `both` of `hits` pairs with the one have the other, which `all` of `pairs` have. 0 where they
/// are together less often than by chance.
fn log_likelihood(both: u64, hits: u64, all: u64, pairs: u64) -> f64 {
    let [both, hits, all, pairs] = [both, hits, all, pairs].map(|count| count as f64);
    let cells = [
        (both, hits * all),
        (hits - both, hits * (pairs - all)),
        (all - both, (pairs - hits) * all),
        (pairs - hits - all + both, (pairs - hits) * (pairs - all)),
    ];
    if both * pairs <= hits * all {
        return 0.0;
    }
    let share = |(seen, expected): (f64, f64)| if seen <= 0.0 { 0.0 } else { seen * (seen * pairs / expected).ln() };
    2.0 * cells.map(share).iter().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::log_likelihood;

    #[test]
    fn association() {
        // Dunning's own example, "the swiss": 110 together, 2442 with the first alone, 111 with the other, 29114 in none.
        assert!((log_likelihood(110, 110 + 2442, 110 + 111, 110 + 2442 + 111 + 29114) - 270.72).abs() < 0.01);
        assert_eq!(log_likelihood(1, 10, 100, 1000), 0.0);
        assert!(log_likelihood(10, 10, 10, 1000) > 100.0);
    }
}
