//! Learning from the texts at hand: a translation table of each pair of languages, from documents that the engine itself
//! has aligned.
//!
//! Documents are aligned and counted each for itself, anywhere ([`Engine::count`]); what they teach is put together in the order
//! of their ids ([`Engine::learn_from`]), so that the table depends on the documents alone.

use super::batch::{self, RunError};
use super::{Engine, EngineWorker};
use crate::align::Signals;
use crate::archive::{Entry, Reject};
use crate::span::Pair;
use crate::train::Observed;
use crate::train::table::{ParallelWords, Part, Settings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

/// Text that the translation table of a run is learned from, some thousand articles. More would make a run slower than the better
/// table is worth; `bitext train` takes more.
pub const SAMPLE_BYTES: u64 = 4 << 20;
/// Text of an archive that a model is fitted to.
pub const TRAINING_BYTES: u64 = 64 << 20;

/// What one document teaches.
#[derive(Debug, Serialize, Deserialize)]
pub struct Counted {
    language: Pair<String>,
    words: Part,
    observed: Observed,
}

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
    /// Whether a sample of the texts teaches it anything: length alone asks no words, and a model that has a table keeps it.
    fn learns(&self) -> bool {
        self.settings.signals != Signals::Length && self.model.as_ref().is_none_or(|model| model.table.is_none())
    }

    /// How large a sample of the texts is worth drawing: of `most` bytes, or of none where it would teach nothing.
    pub fn sample_bytes(&self, most: u64) -> u64 {
        if self.learns() { most } else { 0 }
    }

    /// Aligns `sample` and learns a translation table from its beads, for every pair of languages that has enough of them
    /// ([`Settings::least_beads`]) and whose model has no table yet. What the engine aligns from then on is aligned with the
    /// tables. The same sample, in any order, gives the same tables on any number of threads.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn learn(
        &mut self,
        sample: &[Entry],
        jobs: usize,
        settings: &Settings,
    ) -> Result<Vec<Learned>, RunError<Infallible>> {
        let counted = self.count(sample, jobs, settings)?;
        self.learn_from(&counted, jobs, settings)
    }

    /// Aligns `sample` and cuts its beads into words, a document at a time in the order of their ids.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn count(
        &self,
        sample: &[Entry],
        jobs: usize,
        settings: &Settings,
    ) -> Result<Vec<Counted>, RunError<Infallible>> {
        if !self.learns() {
            return Ok(Vec::new());
        }
        let mut sample: Vec<&Entry> = sample.iter().collect();
        sample.sort_by_cached_key(|entry| (entry.id.clone(), entry.content()));
        let count = |worker: &mut EngineWorker<'_>, entry: Entry| -> Result<Counted, Reject> {
            let aligned = worker.align_sample(entry, settings.most_segments)?;
            let cutter = worker.cutter(&aligned.document.language);
            Ok(Counted {
                words: cutter.part(&[(aligned.texts(), &aligned.alignment)], settings),
                observed: Observed::of(&aligned.texts(), &aligned.alignment),
                language: aligned.document.language,
            })
        };
        let mut counted = Vec::with_capacity(sample.len());
        batch::each(self, jobs, sample.into_iter().cloned().map(Ok), count, |outcome| {
            // What cannot be aligned is set aside when its turn comes.
            counted.extend(outcome.result);
            Ok(())
        })?;
        Ok(counted)
    }

    /// Learns from documents that were counted, in the order of their ids, as [`Engine::learn`] does.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn learn_from(
        &mut self,
        counted: &[Counted],
        jobs: usize,
        settings: &Settings,
    ) -> Result<Vec<Learned>, RunError<Infallible>> {
        let mut all: BTreeMap<&Pair<String>, (ParallelWords, Observed)> = BTreeMap::new();
        for Counted { language, words, observed } in counted {
            let pair = all.entry(language).or_default();
            pair.0.append(words);
            pair.1.add(observed);
        }
        let mut learned = Vec::new();
        for (language, (words, observed)) in all {
            let has_table = self.model(language).is_ok_and(|model| model.table.is_some());
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
            self.tables.insert(language.clone(), Arc::new(table));
        }
        Ok(learned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::{self, Model};
    use crate::archive::Body;
    use crate::signal::lexicon::TranslationTable;

    #[test]
    fn a_model_with_a_table_is_not_taught() {
        let texts = Pair::new("会议开幕。".to_owned(), "The meeting opened.".to_owned());
        let sample = [Entry::new("one", Body::Texts { texts, segmented: false })];
        let table = Some(Arc::new(TranslationTable::default()));
        for (model, taught) in [(Model::built_in("zh", "en"), 1), (Model::built_in("zh", "en").with_table(table), 0)] {
            let language = Pair::new("zh".to_owned(), "en".to_owned());
            let engine = Engine::new(Some(model), align::Settings::default(), language).unwrap();
            assert_eq!(engine.sample_bytes(9), 9 * taught as u64);
            assert_eq!(engine.count(&sample, 1, &Settings::default()).unwrap().len(), taught);
        }
    }
}
