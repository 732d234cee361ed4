//! Models: files, and fitting to an archive.

use crate::config::Config;
use crate::work;
use crate::{BitextError, error, io_error};
use bitext::align;
use bitext::archive::{Input, Reader, Survey, stem};
use bitext::engine::{Engine, Learned, TRAINING_BYTES};
use pyo3::prelude::*;
use std::path::PathBuf;

/// What to align with: weights, length ratio, bead priors, dictionary and, where one was learned, a translation table.
#[pyclass(frozen, module = "bitext")]
pub struct Model(pub align::Model);

/// The engine's model, fitted to what it has learned of a pair of languages in `texts`.
pub fn fitted(engine: &Engine, learned: &Learned, texts: &str, name: Option<String>) -> Result<align::Model, String> {
    let model = engine.model(&learned.language).map_err(|wrong| wrong.to_string())?;
    let mut fitted = learned.observed.fit(&model);
    fitted.origin = format!("fitted by `bitext train` to {} pairs of {texts}", learned.beads);
    fitted.name = name.unwrap_or_else(|| "model".into());
    Ok(fitted)
}

/// What to say where no table could be learned.
pub const TOO_FEW: &str = "too few pairs of sentences to learn from: give more texts, or name the languages";

#[pymethods]
impl Model {
    /// Reads a model file.
    #[staticmethod]
    fn load(path: PathBuf) -> PyResult<Self> {
        let json = std::fs::read_to_string(&path).map_err(|wrong| io_error(&path, &wrong))?;
        align::Model::from_json(&json).map(Self).map_err(|wrong| error(path.display(), wrong))
    }

    /// The model that ships with the program for a pair of languages.
    #[staticmethod]
    #[pyo3(signature = (source_lang = "zh", target_lang = "en"))]
    fn built_in(source_lang: &str, target_lang: &str) -> Self {
        Self(align::Model::built_in(source_lang, target_lang))
    }

    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Self> {
        align::Model::from_json(json).map(Self).map_err(|wrong| error("model", wrong))
    }

    /// What a model file holds.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// Fits a model to the texts at `paths`, as `bitext train` does: length ratio, bead priors, translation table.
    #[staticmethod]
    #[pyo3(signature = (paths, config, base = None, name = None))]
    fn fit(
        py: Python<'_>,
        paths: Vec<PathBuf>,
        config: &str,
        base: Option<&Model>,
        name: Option<String>,
    ) -> PyResult<Self> {
        let config = Config::read(config)?;
        let (language, options) = (config.language(), config.options()?);
        let own = base.map(|base| base.0.for_pair(&language.source, &language.target)).transpose();
        let model = own.map_err(|wrong| error("model", wrong))?;
        let model = model.unwrap_or_else(|| align::Model::built_in(&language.source, &language.target));
        let names: Vec<String> = paths.iter().map(|path| stem(path)).collect();
        let inputs: Vec<Input> = paths.into_iter().map(Input::Path).collect();
        Reader::open(inputs.clone(), options.clone()).map_err(|wrong| io_error(&wrong.path, &wrong.source))?;
        let fitted = work::run(py, move || -> Result<align::Model, String> {
            let sample = Survey::of(&inputs, &options, TRAINING_BYTES).sample;
            let engine = Engine::new(Some(model.clone()), config.settings.clone(), language.clone());
            let mut engine = engine.map_err(|wrong| wrong.to_string())?;
            let learned = engine.learn(&sample, config.jobs, &config.learning).map_err(|wrong| wrong.to_string())?;
            let learned = learned
                .into_iter()
                .find(|learned| learned.language == language)
                .ok_or_else(|| format!("{} documents: {TOO_FEW}", sample.len()))?;
            fitted(&engine, &learned, &names.join(", "), name)
        })?;
        fitted.map(Self).map_err(BitextError::new_err)
    }

    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }
    #[getter]
    fn origin(&self) -> &str {
        &self.0.origin
    }
    #[getter]
    fn source_lang(&self) -> &str {
        &self.0.source
    }
    #[getter]
    fn target_lang(&self) -> &str {
        &self.0.target
    }

    fn __repr__(&self) -> String {
        format!("Model({:?}, {}-{})", self.0.name, self.0.source, self.0.target)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json(),)))
    }
}
