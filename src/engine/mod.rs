//! Stages 2 to 6 in one: an entry goes in, an aligned document comes out. [`batch`] does it for many at a time.

pub mod batch;
mod learn;

pub use learn::Learned;

use crate::align::{Aligner, Explanation, Model, ModelError, Settings, Worker};
use crate::archive::{Entry, Reason, Reject, Warning};
use crate::bead::Alignment;
use crate::document::lines::primary;
use crate::document::{Document, Segment};
use crate::signal::Texts;
use crate::signal::lexicon::TranslationTable;
use crate::span::{Pair, Side};
use crate::split::{self, Splitter, TableError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A document, its segments and their alignment.
#[derive(Debug, Clone)]
pub struct Aligned {
    /// The document.
    pub document: Document,
    /// Its segments.
    pub segments: Pair<Vec<Segment>>,
    /// The beads over them.
    pub alignment: Alignment,
}

impl Aligned {
    /// The document as the signals see it.
    pub fn texts(&self) -> Texts<'_> {
        texts(&self.document, &self.segments)
    }
}

fn texts<'t>(document: &'t Document, segments: &'t Pair<Vec<Segment>>) -> Texts<'t> {
    Texts {
        text: document.text.as_ref().map(|text| &**text),
        segments: segments.as_ref().map(Vec::as_slice),
        language: document.language.as_ref().map(String::as_str),
    }
}

/// What to align with: read-only, shared by all threads.
#[derive(Debug, Clone)]
pub struct Engine {
    model: Option<Model>,
    settings: Settings,
    language: Pair<String>,
    /// The splitters that have words of a reader's own, by language without script or region.
    splitters: BTreeMap<String, Splitter>,
    /// What [`Engine::learn`] has learned.
    tables: BTreeMap<Pair<String>, Arc<TranslationTable>>,
}

impl Engine {
    /// An engine with the given model, or, without one, the built-in model of each document's languages. `language` holds for
    /// documents that do not say their own.
    ///
    /// # Errors
    /// When the model or the settings make no sense, or the model is for other languages.
    pub fn new(model: Option<Model>, settings: Settings, language: Pair<String>) -> Result<Self, ModelError> {
        let engine = Self { model, settings, language, splitters: BTreeMap::new(), tables: BTreeMap::new() };
        engine.aligner(&engine.language)?;
        Ok(engine)
    }

    /// The model for a pair of languages, with the table that was learned for it.
    ///
    /// # Errors
    /// When the engine's model is for another pair.
    pub fn model(&self, language: &Pair<String>) -> Result<Model, ModelError> {
        let model = match &self.model {
            Some(model) => model.for_pair(&language.source, &language.target)?,
            None => Model::built_in(&language.source, &language.target),
        };
        Ok(match self.tables.get(language) {
            Some(table) => model.with_table(Some(Arc::clone(table))),
            None => model,
        })
    }

    /// Adds a reader's own abbreviations to the splitting of a language ([`Splitter::with_abbreviations`]).
    ///
    /// # Errors
    /// When the table cannot be read; the error names the line. Nothing is added then.
    pub fn add_abbreviations(&mut self, language: &str, table: &str) -> Result<(), TableError> {
        let splitter = self.splitter(language).with_abbreviations(table)?;
        self.splitters.insert(primary(language), splitter);
        Ok(())
    }

    fn splitter(&self, language: &str) -> Splitter {
        self.splitters.get(&primary(language)).cloned().unwrap_or_else(|| Splitter::new(language))
    }

    fn aligner(&self, language: &Pair<String>) -> Result<Aligner, ModelError> {
        Aligner::new(self.model(language)?, self.settings.clone())
    }

    /// A worker for one thread.
    pub fn worker(&self) -> EngineWorker<'_> {
        EngineWorker { engine: self, pairs: BTreeMap::new() }
    }
}

/// One thread's buffers, for every pair of languages met.
#[derive(Debug)]
pub struct EngineWorker<'e> {
    engine: &'e Engine,
    pairs: BTreeMap<Pair<String>, PairWorker>,
}

#[derive(Debug)]
struct PairWorker {
    splitters: Pair<Splitter>,
    worker: Worker,
}

impl EngineWorker<'_> {
    /// Reads, splits and aligns one entry.
    ///
    /// # Errors
    /// A [`Reject`] when the entry cannot be aligned.
    pub fn align(&mut self, entry: Entry) -> Result<Aligned, Reject> {
        let (path, place) = (entry.path.clone(), entry.place.clone());
        let mut document = Document::read(entry, &self.engine.language)?;
        let pair = match self.pair(&document.language) {
            Ok(pair) => pair,
            Err(error) => {
                return Err(Reject { path, place, reason: Reason::OtherLanguages, message: error.to_string() });
            }
        };
        let side = |side: Side| split::segments(document.text(side), &document.content[side], &pair.splitters[side]);
        let segments = Pair::new(side(Side::Source), side(Side::Target));
        if Side::BOTH.iter().any(|&side| segments[side].len() < 2) {
            document.warnings.push(Warning::TooShort);
        }
        if Side::BOTH.iter().any(|&side| !pair.splitters[side].is_known()) {
            document.warnings.push(Warning::UnknownLanguage);
        }
        if !document.warnings.is_empty() {
            let codes = document.warnings.iter().map(ToString::to_string).collect();
            document.meta.insert("warnings".into(), codes);
        }
        let texts = texts(&document, &segments);
        let alignment = batch::align(&mut pair.worker, &texts);
        let alignment = pair.worker.find_moved(&texts, alignment);
        Ok(Aligned { document, segments, alignment })
    }

    /// What speaks for bead `index` (from 0) of a document that this engine has aligned; `None` where it has no such
    /// bead.
    pub fn explain(&mut self, aligned: &Aligned, index: usize) -> Option<Explanation> {
        let block = aligned.alignment.beads.get(index)?.block;
        let pair = self.pairs.get_mut(&aligned.document.language)?;
        Some(pair.worker.explain_long(&aligned.texts(), block))
    }

    fn pair(&mut self, language: &Pair<String>) -> Result<&mut PairWorker, ModelError> {
        if !self.pairs.contains_key(language) {
            let worker = Arc::new(self.engine.aligner(language)?).worker();
            let splitters = language.as_ref().map(|tag| self.engine.splitter(tag));
            self.pairs.insert(language.clone(), PairWorker { splitters, worker });
        }
        Ok(self.pairs.get_mut(language).expect("just put there"))
    }
}
