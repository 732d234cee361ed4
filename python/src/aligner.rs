//! The engine with its options, and the streams that come out of it.

use crate::config::{Config, dictionary};
use crate::model::{self, Model};
use crate::result::{Lost, Reject, Row};
use crate::work::{self, Inbox};
use crate::{BitextError, arrow, error, io_error};
use arrow_array::RecordBatch;
use bitext::archive::{self, Body, Entry, Input, Reader, Reason, Survey, records};
use bitext::engine::batch::{self, Outcome};
use bitext::engine::{Aligned, Anchor, Counted, Engine, Kept};
use bitext::export;
use bitext::span::Pair;
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use pyo3_arrow::input::AnyRecordBatch;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};

/// Documents that wait for whoever reads a stream.
const AHEAD: usize = 256;

type Read = Result<Entry, archive::Reject>;
type Document = Result<(Vec<export::Row>, Vec<bitext::engine::Lost>), archive::Reject>;

/// What was learned: source and target language, pairs it was learned from, translations.
type LearnedWords = (String, String, usize, usize);

/// What is sent to other machines.
#[derive(Serialize, Deserialize)]
struct State {
    config: Config,
    model: Option<Value>,
    tables: Vec<(Pair<String>, bitext::signal::lexicon::TranslationTable)>,
}

/// An engine and its options. It can be pickled, with what it has learned.
#[pyclass(frozen, module = "bitext")]
pub struct Aligner {
    config: Config,
    model: Option<Value>,
    engine: Mutex<Arc<Engine>>,
}

impl Aligner {
    fn engine(&self) -> Arc<Engine> {
        Arc::clone(&self.engine.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, engine: Engine) {
        *self.engine.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(engine);
    }

    /// Has a copy of the engine learn, which takes its place when that is done.
    fn teach(
        &self,
        py: Python<'_>,
        learn: impl FnOnce(&mut Engine, &Config) -> Result<Vec<bitext::engine::Learned>, String> + Send + 'static,
    ) -> PyResult<Vec<LearnedWords>> {
        let (mut engine, config) = ((*self.engine()).clone(), self.config.clone());
        let (engine, learned) = work::run(py, move || {
            let learned = learn(&mut engine, &config);
            (engine, learned)
        })?;
        let learned = learned.map_err(BitextError::new_err)?;
        self.put(engine);
        let words = |learned: bitext::engine::Learned| {
            (learned.language.source, learned.language.target, learned.beads, learned.translations)
        };
        Ok(learned.into_iter().map(words).collect())
    }

    fn start(&self, entries: impl Iterator<Item = Read> + Send + 'static) -> Stream {
        let (engine, jobs) = (self.engine(), self.config.jobs);
        let (sender, receiver) = sync_channel(AHEAD);
        std::thread::spawn(move || {
            let render = |aligned: &Aligned| (export::rows(aligned).collect(), aligned.lost.clone());
            let failed = sender.clone();
            let sink = move |outcome: Outcome<_>| sender.send(Ok(outcome.result)).map_err(|_| "nobody reads on");
            if let Err(batch::RunError::Threads(wrong)) = batch::run(&engine, jobs, entries, render, sink) {
                let _ = failed.send(Err(format!("cannot start the threads: {wrong}")));
            }
        });
        Stream { inbox: Inbox::new(receiver), process: std::process::id() }
    }

    fn inputs(&self, paths: Vec<PathBuf>) -> PyResult<(Vec<Input>, archive::Options)> {
        Ok((paths.into_iter().map(Input::Path).collect(), self.config.options()?))
    }
}

/// The counts of all parts of a sample.
fn counts(parts: &[String]) -> Result<Vec<Counted>, String> {
    let mut counted = Vec::new();
    for part in parts {
        counted.extend(serde_json::from_str::<Vec<Counted>>(part).map_err(|wrong| wrong.to_string())?);
    }
    Ok(counted)
}

/// Entries out of records as tables have them, each with the id that its row says.
fn entries(batch: &RecordBatch, config: &Config) -> PyResult<Vec<Read>> {
    for name in ["id", "source", "target"] {
        if batch.column_by_name(name).is_none() {
            let columns: Vec<&str> = batch.schema_ref().fields().iter().map(|field| field.name().as_str()).collect();
            return Err(error("records", format!("no column {name:?}; there are {}", columns.join(", "))));
        }
    }
    let path = Path::new(&config.path);
    let entry = |row: usize| {
        let record = arrow::object(batch, row)?;
        let place = match record.get("id") {
            Some(Value::String(id)) if !id.is_empty() => format!("record {id}"),
            Some(Value::Number(id)) => format!("record {id}"),
            other => {
                let message = format!("its id is {}: a record of a table needs one", other.unwrap_or(&Value::Null));
                return Ok(Err(archive::Reject::new(path, "", Reason::BadRecord, message)));
            }
        };
        Ok(records::record(record, path, 0, place, config.segmented, config.largest))
    };
    (0..batch.num_rows()).map(entry).collect()
}

#[pymethods]
impl Aligner {
    #[new]
    #[pyo3(signature = (config, model = None, dictionary_path = None))]
    fn new(config: &str, model: Option<&Model>, dictionary_path: Option<PathBuf>) -> PyResult<Self> {
        let config = Config::read(config)?;
        let with_dictionary = match &dictionary_path {
            Some(path) => {
                let built_in = || bitext::align::Model::built_in(&config.source_lang, &config.target_lang);
                let mut own = model.map_or_else(built_in, |model| model.0.clone());
                own.add_dictionary(dictionary(path)?, &config.language())
                    .map_err(|wrong| error("dictionary", wrong))?;
                Some(Model(own))
            }
            None => None,
        };
        let model = with_dictionary.as_ref().or(model);
        let engine = Mutex::new(Arc::new(config.engine(model.map(|model| model.0.clone()))?));
        config.options()?;
        let model = model.map(|model| serde_json::from_str(&model.0.to_json()).expect("a model file is JSON"));
        Ok(Self { config, model, engine })
    }

    /// All that another process needs to align in the same way, as JSON. Locks and anchors are not part of it.
    fn state(&self, py: Python<'_>) -> PyResult<String> {
        let engine = self.engine();
        let (config, model) = (self.config.clone(), self.model.clone());
        py.detach(|| {
            let tables =
                engine.tables().iter().map(|(language, table)| (language.clone(), (**table).clone())).collect();
            serde_json::to_string(&State { config, model, tables }).map_err(|wrong| error("state", wrong))
        })
    }

    #[staticmethod]
    fn from_state(py: Python<'_>, state: &str) -> PyResult<Self> {
        py.detach(|| {
            let State { config, model, tables } = serde_json::from_str(state).map_err(|wrong| error("state", wrong))?;
            let read = |json: &Value| bitext::align::Model::from_json(&json.to_string());
            let own = model.as_ref().map(read).transpose().map_err(|wrong| error("state", wrong))?;
            let mut engine = config.engine(own)?;
            tables.into_iter().for_each(|(language, table)| engine.put_table(language, table));
            Ok(Self { config, model, engine: Mutex::new(Arc::new(engine)) })
        })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_state")?, (self.state(py)?,)))
    }

    /// True where texts in the options' languages would be aligned with a table if one were learned.
    fn wants_table(&self) -> bool {
        let known = self.engine().model(&self.config.language()).is_ok_and(|model| model.table.is_some());
        !known && self.config.settings.signals != bitext::align::Signals::Length
    }

    /// The options as JSON.
    fn options(&self) -> String {
        serde_json::to_string(&self.config).expect("options are plain data")
    }

    /// Has the locked ones of these rows, and anchors (document, number of either side), hold from now on.
    fn keep(&self, rows: Vec<PyRef<'_, Row>>, anchors: Vec<(String, u32, u32)>) {
        let mut kept: BTreeMap<String, Kept> = export::locks(rows.iter().map(|row| &row.0));
        for (doc, source, target) in anchors {
            kept.entry(doc).or_default().anchors.push(Anchor { number: Pair::new(source, target) });
        }
        let mut engine = (*self.engine()).clone();
        engine.keep(kept);
        self.put(engine);
    }

    /// Learns a translation table from documents drawn from all of the files.
    fn learn(&self, py: Python<'_>, paths: Vec<PathBuf>, most: u64) -> PyResult<Vec<LearnedWords>> {
        let (inputs, options) = self.inputs(paths)?;
        Reader::open(inputs.clone(), options.clone()).map_err(|wrong| io_error(&wrong.path, &wrong.source))?;
        self.teach(py, move |engine, config| {
            let sample = Survey::of(&inputs, &options, engine.sample_bytes(most)).sample;
            engine.learn(&sample, config.jobs, &config.learning).map_err(|wrong| wrong.to_string())
        })
    }

    /// Learns from what was drawn.
    fn learn_drawn(&self, py: Python<'_>, draw: &Draw) -> PyResult<Vec<LearnedWords>> {
        let draw = draw.lock().clone();
        self.teach(py, move |engine, config| {
            engine.learn(&draw.finish(), config.jobs, &config.learning).map_err(|wrong| wrong.to_string())
        })
    }

    /// Aligns and counts documents of a sample ([`Draw::parts`]), for `learn_counted`.
    fn count(&self, py: Python<'_>, part: &str) -> PyResult<String> {
        let sample: Vec<Entry> = serde_json::from_str(part).map_err(|wrong| error("sample", wrong))?;
        let (engine, config) = (self.engine(), self.config.clone());
        let counted = work::run(py, move || engine.count(&sample, config.jobs, &config.learning))?;
        let counted = counted.map_err(|wrong| error("threads", wrong))?;
        serde_json::to_string(&counted).map_err(|wrong| error("sample", wrong))
    }

    /// Learns from the counts of all parts of a sample, in their order.
    fn learn_counted(&self, py: Python<'_>, parts: Vec<String>) -> PyResult<Vec<LearnedWords>> {
        self.teach(py, move |engine, config| {
            engine.learn_from(&counts(&parts)?, config.jobs, &config.learning).map_err(|wrong| wrong.to_string())
        })
    }

    /// A model fitted to the counts of all parts of a sample, as `Model.fit` would be to the sample; `texts` says what they are.
    #[pyo3(signature = (parts, texts, name = None))]
    fn fit_counted(&self, py: Python<'_>, parts: Vec<String>, texts: String, name: Option<String>) -> PyResult<Model> {
        let (mut engine, config) = ((*self.engine()).clone(), self.config.clone());
        let fitted = work::run(py, move || {
            let learned = engine.learn_from(&counts(&parts)?, config.jobs, &config.learning);
            let learned = learned.map_err(|wrong| wrong.to_string())?;
            let own = learned.iter().find(|learned| learned.language == config.language());
            model::fitted(&engine, own.ok_or_else(|| model::TOO_FEW.to_owned())?, &texts, name)
        })?;
        fitted.map(Model).map_err(BitextError::new_err)
    }

    /// The documents of files, aligned, one after another.
    fn stream(&self, paths: Vec<PathBuf>) -> PyResult<Stream> {
        let (inputs, options) = self.inputs(paths)?;
        let reader = Reader::open(inputs, options).map_err(|wrong| io_error(&wrong.path, &wrong.source))?;
        Ok(self.start(reader))
    }

    /// One pair of texts, aligned. The lists of its sentences in place of strings are taken as they are.
    fn stream_texts(&self, id: &str, source: Text, target: Text) -> PyResult<Stream> {
        Ok(self.start(std::iter::once(Ok(self.text(id, source, target)?))))
    }

    /// Learns from one pair of texts.
    fn learn_texts(&self, py: Python<'_>, id: &str, source: Text, target: Text) -> PyResult<Vec<LearnedWords>> {
        let entry = self.text(id, source, target)?;
        self.teach(py, move |engine, config| {
            engine.learn(&[entry], config.jobs, &config.learning).map_err(|wrong| wrong.to_string())
        })
    }

    /// Records as JSON objects, aligned.
    fn stream_records(&self, records: Vec<String>) -> Stream {
        let config = self.config.clone();
        let entry = move |(index, json): (usize, String)| {
            let (path, place) = (Path::new(&config.path), format!("record {}", index + 1));
            match serde_json::from_str(&json) {
                Ok(Value::Object(record)) => {
                    records::record(record, path, index as u64 + 1, place, config.segmented, config.largest)
                }
                Ok(_) => Err(archive::Reject::new(path, place, Reason::BadRecord, "not a record")),
                Err(wrong) => Err(archive::Reject::new(path, place, Reason::BadRecord, wrong.to_string())),
            }
        };
        self.start(records.into_iter().enumerate().map(entry))
    }

    /// An Arrow table or stream of records, aligned.
    fn stream_table(&self, table: AnyRecordBatch) -> PyResult<Stream> {
        let (reader, config) = (table.into_reader()?, self.config.clone());
        let broken = move |wrong: String| {
            vec![Err(archive::Reject::new(Path::new(&config.path), "", Reason::Unreadable, wrong))]
        };
        let config = self.config.clone();
        let read = move |batch: Result<RecordBatch, arrow_schema::ArrowError>| match batch {
            Ok(batch) => entries(&batch, &config).unwrap_or_else(|wrong| broken(wrong.to_string())),
            Err(wrong) => broken(wrong.to_string()),
        };
        Ok(self.start(reader.flat_map(read)))
    }

    /// A batch of records, aligned: a batch of rows, and one of what was set aside.
    fn align_batch(&self, py: Python<'_>, batch: PyRecordBatch) -> PyResult<(PyRecordBatch, PyRecordBatch)> {
        let (engine, config, batch) = (self.engine(), self.config.clone(), batch.into_inner());
        let made = work::run(py, move || -> PyResult<_> {
            let entries = entries(&batch, &config)?;
            let (mut rows, mut rejects) = (Vec::new(), Vec::new());
            let render = |aligned: &Aligned| export::rows(aligned).collect::<Vec<_>>();
            let sink = |outcome: Outcome<Vec<export::Row>>| {
                match outcome.result {
                    Ok(more) => rows.extend(more),
                    Err(reject) => rejects.push(reject),
                }
                Ok::<(), std::convert::Infallible>(())
            };
            batch::run(&engine, config.jobs, entries.into_iter(), render, sink)
                .map_err(|wrong| error("threads", wrong))?;
            let rows = arrow::rows(&rows.iter().collect::<Vec<_>>());
            let rejects = arrow::rejects(&rejects.iter().collect::<Vec<_>>());
            let wrong = |wrong| error("arrow", wrong);
            Ok((rows.map_err(wrong)?, rejects.map_err(wrong)?))
        })?;
        let (rows, rejects) = made?;
        Ok((PyRecordBatch::new(rows), PyRecordBatch::new(rejects)))
    }
}

impl Aligner {
    fn text(&self, id: &str, source: Text, target: Text) -> PyResult<Entry> {
        let body = match (source, target) {
            (Text::Whole(source), Text::Whole(target)) => {
                Body::Texts { texts: Pair::new(source, target), segmented: self.config.segmented }
            }
            (Text::Sentences(source), Text::Sentences(target)) => Body::Sentences(Pair::new(source, target)),
            _ => return Err(error(id, "a list on one side and a string on the other: give both in one form")),
        };
        Ok(Entry { path: self.config.path.clone(), ..Entry::new(id, body) })
    }
}

/// A side: a text, or its sentences.
#[derive(FromPyObject)]
enum Text {
    Whole(String),
    Sentences(Vec<String>),
}

/// A document's rows and what could not be kept, or why there are none.
type Came = (Vec<Row>, Vec<Lost>, Option<Reject>);

/// Aligned documents as they come, in the order of the input: rows and what could not be kept, or why there are none.
#[pyclass(frozen, module = "bitext")]
pub struct Stream {
    inbox: Inbox<Result<Document, String>>,
    process: u32,
}

#[pymethods]
impl Stream {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Came>> {
        if std::process::id() != self.process {
            let message = "this stream belongs to the process that forked: begin one in this process";
            return Err(pyo3::exceptions::PyRuntimeError::new_err(message));
        }
        Ok(match self.inbox.next(py)?.transpose().map_err(BitextError::new_err)? {
            None => None,
            Some(Ok((rows, lost))) => {
                Some((rows.into_iter().map(Row).collect(), lost.into_iter().map(Lost).collect(), None))
            }
            Some(Err(reject)) => Some((Vec::new(), Vec::new(), Some(Reject(reject)))),
        })
    }
}

/// A sample of records to learn from, drawn part by part.
#[pyclass(frozen, module = "bitext")]
pub struct Draw(Mutex<archive::Draw>);

impl Draw {
    fn lock(&self) -> std::sync::MutexGuard<'_, archive::Draw> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Draw {
    #[new]
    fn new(most: u64) -> Self {
        Self(Mutex::new(archive::Draw::new(most)))
    }

    /// Looks at the records of a batch, or of several. What is no record is passed over: it is set aside when it is aligned.
    fn add(&self, py: Python<'_>, table: AnyRecordBatch, aligner: &Aligner) -> PyResult<()> {
        let (reader, config) = (table.into_reader()?, aligner.config.clone());
        py.detach(|| {
            for batch in reader {
                let batch = batch.map_err(|wrong| error("arrow", wrong))?;
                let mut draw = self.lock();
                entries(&batch, &config)?.into_iter().flatten().for_each(|entry| draw.add(entry));
            }
            Ok(())
        })
    }

    /// Looks at records that are JSON objects.
    fn add_json(&self, records: Vec<String>, aligner: &Aligner) {
        let config = &aligner.config;
        let mut draw = self.lock();
        for (index, json) in records.iter().enumerate() {
            if let Ok(Value::Object(record)) = serde_json::from_str(json) {
                let number = index as u64 + 1;
                let path = Path::new(&config.path);
                let read = records::record(record, path, number, String::new(), config.segmented, config.largest);
                read.into_iter().for_each(|entry| draw.add(entry));
            }
        }
    }

    /// Adds what was drawn from other records.
    fn merge(&self, json: &str) -> PyResult<()> {
        let other = serde_json::from_str(json).map_err(|wrong| error("draw", wrong))?;
        self.lock().merge(other);
        Ok(())
    }

    fn to_json(&self) -> String {
        serde_json::to_string(&*self.lock()).expect("a draw is plain data")
    }

    /// The sample in so many parts or fewer, in order, for `Aligner.count`.
    fn parts(&self, count: usize) -> PyResult<Vec<String>> {
        let sample = self.lock().clone().finish();
        let parts = sample.chunks(sample.len().div_ceil(count.max(1)).max(1));
        parts.map(|part| serde_json::to_string(part).map_err(|wrong| error("sample", wrong))).collect()
    }
}
