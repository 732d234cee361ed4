//! Stages 2 to 6 in one: an entry goes in, an aligned document comes out. [`batch`] does it for many at a time.

pub mod batch;
mod learn;
mod lock;

pub use learn::{Counted, Learned, SAMPLE_BYTES, TRAINING_BYTES};
pub(crate) use lock::title_paragraphs;
pub use lock::{Anchor, Kept, Lock, Lost, MOVED};

use crate::align::{Aligner, Constraints, Explanation, Model, ModelError, Settings, Worker};
use crate::archive::{Entry, Reason, Reject, Warning};
use crate::bead::{Alignment, Bead, Status};
use crate::document::lines::{Script, is_han, primary};
use crate::document::{Document, Segment};
use crate::signal::Texts;
use crate::signal::lexicon::TranslationTable;
use crate::span::{Pair, Side};
use crate::split::{self, Splitter, TableError};
use crate::train::table::Cutter;
use std::collections::BTreeMap;
use std::path::Path;
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
    /// The locks that hold, by the number (from 0) of their bead.
    pub locks: BTreeMap<usize, Lock>,
    /// The locks and anchors that do not.
    pub lost: Vec<Lost>,
}

impl Aligned {
    /// The document as the signals see it.
    pub fn texts(&self) -> Texts<'_> {
        texts(&self.document, &self.segments)
    }

    /// True where the translation has bead `index` (from 0) elsewhere.
    pub fn is_moved(&self, index: usize) -> bool {
        let beads = &self.alignment.beads;
        let Some(bead) = beads.get(index).filter(|bead| bead.block.is_pair()) else { return false };
        match bead.status {
            Status::Auto => false,
            Status::Moved => true,
            // Some bead of the path lies across it.
            Status::Locked => {
                let on_path = |bead: &&Bead| bead.status == Status::Auto;
                let (before, after) = (&beads[..index], &beads[index + 1..]);
                let ends = before.iter().rev().find(on_path).map_or(0, |other| other.block.target.end);
                let begins = after.iter().find(on_path).map_or(u32::MAX, |other| other.block.target.start);
                bead.block.target.start < ends || begins < bead.block.target.end
            }
        }
    }
}

/// So many letters of a text tell its script, of which there must be some.
const SCRIPT_LETTERS: (usize, usize) = (20, 200);

/// True when a text is not written as its language is: its first letters are hardly Chinese, or mostly, in another language.
fn is_other_script(language: &str, text: &str, segments: &[Segment]) -> bool {
    let (least, most) = SCRIPT_LETTERS;
    let letters = segments.iter().flat_map(|segment| segment.range.of(text).chars()).filter(|c| c.is_alphabetic());
    let (mut all, mut han) = (0, 0);
    for letter in letters.take(most) {
        all += 1;
        han += usize::from(is_han(letter));
    }
    all >= least
        && match primary(language).as_str() {
            "ja" | "ko" => false,
            _ if Script::of(language) == Script::Han => 10 * han < all,
            _ => 2 * han > all,
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
    /// What is to be kept, by document.
    kept: BTreeMap<String, Kept>,
}

impl Engine {
    /// An engine with the given model, or, without one, the built-in model of each document's languages. `language` holds for
    /// documents that do not say their own.
    ///
    /// # Errors
    /// When the model or the settings make no sense, or the model is for other languages.
    pub fn new(model: Option<Model>, settings: Settings, language: Pair<String>) -> Result<Self, ModelError> {
        let (splitters, tables, kept) = Default::default();
        let engine = Self { model, settings, language, splitters, tables, kept };
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

    /// The tables that were learned.
    pub fn tables(&self) -> &BTreeMap<Pair<String>, Arc<TranslationTable>> {
        &self.tables
    }

    /// Aligns these languages with a table that was learned before.
    pub fn put_table(&mut self, language: Pair<String>, table: TranslationTable) {
        self.tables.insert(language, Arc::new(table));
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

    /// Has the locks and anchors of `kept` hold in the documents of these ids; those of earlier calls are forgotten. What cannot be kept is in
    /// [`Aligned::lost`].
    pub fn keep(&mut self, kept: BTreeMap<String, Kept>) {
        self.kept = kept;
    }

    fn splitter(&self, language: &str) -> Splitter {
        self.splitters.get(&primary(language)).cloned().unwrap_or_else(|| Splitter::new(language))
    }

    fn aligner(&self, language: &Pair<String>) -> Result<Aligner, ModelError> {
        Aligner::new(self.model(language)?, self.settings.clone())
    }

    /// A worker for one thread.
    pub fn worker(&self) -> EngineWorker<'_> {
        EngineWorker { engine: self, pairs: BTreeMap::new(), cutters: BTreeMap::new() }
    }
}

/// One thread's buffers, for every pair of languages met.
#[derive(Debug)]
pub struct EngineWorker<'e> {
    engine: &'e Engine,
    pairs: BTreeMap<Pair<String>, PairWorker>,
    /// What cuts beads to learn from into words.
    cutters: BTreeMap<Pair<String>, Cutter>,
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
        self.align_with(entry, batch::align)
    }

    /// [`EngineWorker::align`] of an entry to learn from: of one with more than `most` source segments only parts have beads.
    fn align_sample(&mut self, entry: Entry, most: usize) -> Result<Aligned, Reject> {
        self.align_with(entry, |worker, texts, constraints| batch::align_sample(worker, texts, constraints, most))
    }

    fn align_with(
        &mut self,
        entry: Entry,
        align: impl FnOnce(&mut Worker, &Texts<'_>, &Constraints) -> Alignment,
    ) -> Result<Aligned, Reject> {
        let kept = &self.engine.kept;
        let (path, place) = (entry.path.clone(), entry.place.clone());
        let mut document = Document::read(entry, &self.engine.language)?;
        let pair = match self.pair(&document.language) {
            Ok(pair) => pair,
            Err(error) => {
                return Err(Reject::new(Path::new(&path), place, Reason::OtherLanguages, error.to_string()));
            }
        };
        let side = |side: Side| split::segments(document.text(side), &document.content[side], &pair.splitters[side]);
        let mut segments = Pair::new(side(Side::Source), side(Side::Target));
        let placed = kept.get(&document.id).map(|kept| lock::place(kept, &document, &mut segments));
        if Side::BOTH.iter().any(|&side| segments[side].len() < 2) {
            document.warnings.push(Warning::TooShort);
        }
        if Side::BOTH.iter().any(|&side| !pair.splitters[side].is_known()) {
            document.warnings.push(Warning::UnknownLanguage);
        }
        let is_odd = |side: Side| is_other_script(&document.language[side], document.text(side), &segments[side]);
        if Side::BOTH.into_iter().any(is_odd) {
            document.warnings.push(Warning::OtherScript);
        }
        if !document.warnings.is_empty() {
            let codes = document.warnings.iter().map(ToString::to_string).collect();
            document.meta.insert("warnings".into(), codes);
        }
        let texts = texts(&document, &segments);
        let none = Constraints::default();
        let constraints = placed.as_ref().map_or(&none, |placed| &placed.constraints);
        let alignment = align(&mut pair.worker, &texts, constraints);
        let (locks, lost) = placed.map_or_else(Default::default, |placed| (placed.by_bead(&alignment), placed.lost));
        Ok(Aligned { document, segments, alignment, locks, lost })
    }

    /// Aligns texts that are cut already around what `constraints` keep.
    ///
    /// # Errors
    /// When the engine's model is for other languages.
    pub fn align_texts(&mut self, texts: &Texts<'_>, constraints: &Constraints) -> Result<Alignment, ModelError> {
        let pair = self.pair(&texts.language.map(str::to_owned))?;
        Ok(batch::align(&mut pair.worker, texts, constraints))
    }

    /// What speaks for bead `index` (from 0) of a document that this engine has aligned; `None` where it has no such
    /// bead.
    pub fn explain(&mut self, aligned: &Aligned, index: usize) -> Option<Explanation> {
        let block = aligned.alignment.beads.get(index)?.block;
        let pair = self.pair(&aligned.document.language).ok()?;
        Some(pair.worker.explain_long(&aligned.texts(), block))
    }

    fn cutter(&mut self, language: &Pair<String>) -> &mut Cutter {
        let cutter = || Cutter::new(language.as_ref().map(String::as_str));
        self.cutters.entry(language.clone()).or_insert_with(cutter)
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
