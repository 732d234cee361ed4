//! Learning from the texts at hand: a translation table of each pair of languages, from documents that the engine itself
//! has aligned.

use super::batch::{self, RunError};
use super::{Aligned, Engine};
use crate::align::Signals;
use crate::archive::Entry;
use crate::span::Pair;
use crate::train::Observed;
use crate::train::table::{ParallelWords, Settings};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// What was learned of one pair of languages.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The pair's tags.
    pub language: Pair<String>,
    /// Beads that the table was learned from.
    pub beads: usize,
    /// Pairs of words in the table, both directions together.
    pub translations: usize,
    /// Lengths and bead shapes of the sample, which `bitext train` fits a model to.
    pub observed: Observed,
}

impl Engine {
    /// Aligns `sample` and learns a translation table from its beads, for every pair of languages that has enough of them
    /// ([`Settings::least_beads`]) and whose model has no table yet. What the engine aligns from then on is aligned with the
    /// tables. The same sample gives the same tables on any number of threads.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn learn(
        &mut self,
        sample: &[Entry],
        jobs: usize,
        settings: &Settings,
    ) -> Result<Vec<Learned>, RunError<Infallible>> {
        if self.settings.signals == Signals::Length {
            return Ok(Vec::new());
        }
        let render = |aligned: &Aligned| {
            let words = ParallelWords::of(&[(aligned.texts(), &aligned.alignment)], settings);
            (aligned.document.language.clone(), words, Observed::of(&aligned.texts(), &aligned.alignment))
        };
        let mut all: BTreeMap<Pair<String>, (ParallelWords, Observed)> = BTreeMap::new();
        batch::run(self, jobs, sample.iter().cloned().map(Ok), render, |outcome| {
            // What cannot be aligned is set aside when its turn comes.
            if let Ok((language, words, observed)) = outcome.result {
                let pair = all.entry(language).or_default();
                pair.0.append(&words);
                pair.1.add(&observed);
            }
            Ok(())
        })?;
        let mut learned = Vec::new();
        for (language, (words, observed)) in all {
            let has_table = self.model(&language).is_ok_and(|model| model.table.is_some());
            if has_table || words.len() < settings.least_beads {
                continue;
            }
            let table = batch::pool(jobs)?.install(|| words.learn(settings));
            learned.push(Learned {
                language: language.clone(),
                beads: words.len(),
                translations: table.len(),
                observed,
            });
            self.tables.insert(language, Arc::new(table));
        }
        Ok(learned)
    }
}
