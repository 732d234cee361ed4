//! What `check` and `terms` read: rows as they are, anything else aligned on the way, document by document.

use super::align::learn;
use super::documents::{self, Documents};
use super::output;
use super::{Failure, Opened};
use crate::align::Settings as AlignSettings;
use crate::archive::{self, Input, Reject};
use crate::engine::batch::{self, Outcome, RunError};
use crate::engine::{Aligned, Engine, SAMPLE_BYTES};
use crate::export::{self, Row};
use crate::fidelity::WordMatcher;
use crate::span::Pair;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;

/// Documents of a row file that are read at a time.
const BATCH: usize = 256;

/// Where documents come from.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// Rows of any format that can be read back (.jsonl, .tsv, .tmx, …, .gz and .zst unpacked), or anything that `bitext align` takes; - is standard input
    #[arg(value_name = "INPUT", required_unless_present = "source", conflicts_with_all = ["source", "target"])]
    inputs: Vec<PathBuf>,
    /// The original, as plain text
    #[arg(long, value_name = "FILE", requires = "target")]
    source: Option<PathBuf>,
    /// The translation, as plain text
    #[arg(long, value_name = "FILE", requires = "source")]
    target: Option<PathBuf>,
    /// A line of the texts is a sentence (else a paragraph)
    #[arg(long)]
    segmented: bool,
    /// Language of originals that do not say their own
    #[arg(long, value_name = "LANG", default_value = "zh")]
    source_lang: String,
    /// Language of translations that do not say their own
    #[arg(long, value_name = "LANG", default_value = "en")]
    target_lang: String,
    /// The texts' encoding, where it is neither UTF-8 nor found out
    #[arg(long, value_name = "NAME", value_parser = super::encoding)]
    encoding: Option<&'static encoding_rs::Encoding>,
    /// A model file for the alignment, in place of the built-in model
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Threads; 0 is one a core
    #[arg(short, long, value_name = "N", default_value_t = 0)]
    jobs: usize,
}

impl Source {
    /// Refuses to write over what is read, `also` among it; the places of what is written, to be passed over in folders.
    pub(super) fn guard<'p>(
        &'p self,
        written: Vec<PathBuf>,
        also: impl IntoIterator<Item = &'p PathBuf>,
    ) -> Result<BTreeSet<PathBuf>, Failure> {
        let own = self.inputs.iter().chain(&self.source).chain(&self.target).chain(&self.model);
        output::guard(written, own.chain(also))
    }

    /// Reads all documents but what folders have at the places of `skip`: `read` runs on any thread, `sink` takes what it made in the order of
    /// the input, with the bytes read.
    pub(super) fn each<T: Send>(
        &self,
        skip: &BTreeSet<PathBuf>,
        read: impl Fn(&[Row]) -> T + Sync,
        mut sink: impl FnMut(Result<T, Reject>, u64) -> Result<(), Failure> + Send,
    ) -> Result<(), Failure> {
        // Inputs are read in the order they are named in; what lies between two row files is one run of the aligner.
        let mut to_align: Vec<Input> = Vec::new();
        if let (Some(source), Some(target)) = (&self.source, &self.target) {
            to_align.push(Input::Files(Pair::new(source.clone(), target.clone())));
        }
        for path in &self.inputs {
            match documents::open(path)? {
                Some(file) => {
                    self.aligned(std::mem::take(&mut to_align), skip, &read, &mut sink)?;
                    self.rows(file, &read, &mut sink)?;
                }
                None => to_align.push(super::input(path)),
            }
        }
        self.aligned(to_align, skip, &read, &mut sink)
    }

    fn aligned<T: Send>(
        &self,
        inputs: Vec<Input>,
        skip: &BTreeSet<PathBuf>,
        read: &(impl Fn(&[Row]) -> T + Sync),
        sink: &mut (impl FnMut(Result<T, Reject>, u64) -> Result<(), Failure> + Send),
    ) -> Result<(), Failure> {
        if inputs.is_empty() {
            return Ok(());
        }
        let model = self.model.as_deref().map(super::model).transpose()?;
        let language = Pair::new(self.source_lang.clone(), self.target_lang.clone());
        let mut engine = Engine::new(model, AlignSettings::default(), language).map_err(Failure::run)?;
        let (segmented, encoding, skip) = (self.segmented, self.encoding, skip.clone());
        let options = archive::Options { segmented, encoding, skip, ..Default::default() };
        let sample_bytes = engine.sample_bytes(SAMPLE_BYTES);
        let Opened { entries, sample, .. } = super::open(inputs, &options, sample_bytes)?;
        learn(&mut engine, &sample, self.jobs)?;
        let render = |aligned: &Aligned| read(&export::rows(aligned).collect::<Vec<_>>());
        let to_sink = |outcome: Outcome<T>| sink(outcome.result, outcome.bytes);
        drop(sample);
        batch::run(&engine, self.jobs, entries.map(|(_, entry)| entry), render, to_sink).map_err(|error| match error {
            RunError::Sink(failure) => failure,
            RunError::Threads(error) => Failure::run(error),
        })
    }

    fn rows<T: Send>(
        &self,
        mut file: Documents,
        read: &(impl Fn(&[Row]) -> T + Sync),
        sink: &mut impl FnMut(Result<T, Reject>, u64) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.jobs).build().map_err(Failure::run)?;
        loop {
            let batch: Vec<_> = file.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(());
            }
            let one = |rows: Result<Vec<Row>, Reject>| rows.map(|rows| read(&rows));
            let made: Vec<_> = pool.install(|| batch.into_par_iter().with_max_len(1).map(one).collect());
            made.into_iter().try_for_each(|result| sink(result, 0))?;
        }
    }
}

/// Matchers that threads share: one is taken, used and given back.
#[derive(Default)]
pub(super) struct Matchers(Mutex<Vec<WordMatcher>>);

impl Matchers {
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut WordMatcher) -> T) -> T {
        const POISONED: &str = "nothing panics while it is taking a matcher";
        let matcher = self.0.lock().expect(POISONED).pop();
        let mut matcher = matcher.unwrap_or_default();
        let made = work(&mut matcher);
        self.0.lock().expect(POISONED).push(matcher);
        made
    }
}
