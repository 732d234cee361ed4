//! Options, which come as one JSON object: the library's own settings, and what the command line has beside them.

use crate::{error, io_error};
use bitext::engine::Engine;
use bitext::signal::lexicon::dictionary;
use bitext::span::Pair;
use bitext::{align, archive, fidelity, train};
use pyo3::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How to read, align and learn.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub source_lang: String,
    pub target_lang: String,
    pub settings: align::Settings,
    pub learning: train::table::Settings,
    pub jobs: usize,
    pub segmented: bool,
    pub encoding: Option<String>,
    pub largest: u64,
    pub shard: Option<String>,
    /// What rows and rejects say of records that have no path of their own.
    pub path: String,
    /// Texts of abbreviation tables, by language.
    pub abbreviations: BTreeMap<String, String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            source_lang: "zh".into(),
            target_lang: "en".into(),
            settings: Default::default(),
            learning: Default::default(),
            jobs: 0,
            segmented: false,
            encoding: None,
            largest: archive::Options::default().largest,
            shard: None,
            path: String::new(),
            abbreviations: BTreeMap::new(),
        }
    }
}

impl Config {
    pub fn read(json: &str) -> PyResult<Self> {
        serde_json::from_str(json).map_err(|wrong| error("options", wrong))
    }

    pub fn language(&self) -> Pair<String> {
        Pair::new(self.source_lang.clone(), self.target_lang.clone())
    }

    pub fn engine(&self, model: Option<align::Model>) -> PyResult<Engine> {
        let mut engine =
            Engine::new(model, self.settings.clone(), self.language()).map_err(|wrong| error("model", wrong))?;
        for (language, table) in &self.abbreviations {
            engine
                .add_abbreviations(language, table)
                .map_err(|wrong| error(format!("abbreviations {language}"), wrong))?;
        }
        Ok(engine)
    }

    pub fn options(&self) -> PyResult<archive::Options> {
        let mut options = archive::Options::default();
        options.segmented = self.segmented;
        options.largest = self.largest;
        if let Some(name) = &self.encoding {
            let found = encoding_rs::Encoding::for_label(name.as_bytes());
            options.encoding = Some(found.ok_or_else(|| error("encoding", format!("there is no {name:?}")))?);
        }
        options.shard =
            self.shard.as_deref().map(str::parse).transpose().map_err(|wrong: String| error("shard", wrong))?;
        Ok(options)
    }
}

/// The entries of a dictionary file.
pub fn dictionary(path: &PathBuf) -> PyResult<Vec<dictionary::Entry>> {
    let text = std::fs::read_to_string(path).map_err(|wrong| io_error(path, &wrong))?;
    dictionary::entries(&text, dictionary::Format::Detect).map_err(|wrong| error(path.display(), wrong))
}

/// What to check for.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckConfig {
    pub checks: Option<Vec<String>>,
    pub least_probability: Option<f64>,
    pub calibration: Option<fidelity::Calibration>,
    /// A file: `term TAB rendering`.
    pub glossary: Option<PathBuf>,
    pub jobs: usize,
}

impl CheckConfig {
    pub fn settings(self) -> PyResult<fidelity::Settings> {
        let mut settings = fidelity::Settings::default();
        if let Some(checks) = self.checks {
            let kinds: Result<_, String> = checks.iter().map(|name| name.parse()).collect();
            settings.checks = kinds.map_err(|wrong| error("checks", wrong))?;
        }
        if let Some(least) = self.least_probability {
            if !(0.0..=1.0).contains(&least) {
                return Err(error("min_probability", format!("{least} must be from 0 to 1")));
            }
            settings.least_probability = least;
        }
        settings.calibration = self.calibration.unwrap_or(settings.calibration);
        if let Some(path) = &self.glossary {
            settings.glossary = fidelity::Glossary::new(&dictionary(path)?);
        }
        Ok(settings)
    }
}

/// The default options of the aligner as JSON: every setting of the library, by name.
#[pyfunction]
pub fn defaults() -> String {
    serde_json::to_string(&Config::default()).expect("settings are plain data")
}
