//! Stage 7: fitting. The weights of a [`Model`] are those under which the gold is likeliest (conditional maximum
//! likelihood with a Gaussian prior, Lafferty et al. 2001), found by L-BFGS.

mod archive;
mod cross;
mod example;
mod likelihood;
pub mod table;

pub use archive::Observed;
pub use cross::{Answer, balance, cross_validate};
pub use example::{Example, ExampleError, from_article, from_lines};

use crate::align::{Aligner, Model, ModelError, Settings};
use crate::bead::Alignment;
use crate::span::Pair;
use argmin::core::{CostFunction, Error, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use likelihood::Prepared;
use ndarray::Array1;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error as ThisError;

/// How to fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Options {
    /// Strength of the Gaussian prior: half of this times the squared weights is added to the loss (default 1.5: cross-validated, of 0.5, 1, 1.5,
    /// 2 and 3 the best over the sets together).
    pub l2: f64,
    /// Cells a row of the band around the gold path that training looks at (default 31).
    pub band_width: usize,
    /// Most steps of L-BFGS (default 100).
    pub steps: u64,
    /// How the translation table of each set is learned, as a run over its texts would learn one; `None` for no table.
    pub table: Option<table::Settings>,
}

impl Default for Options {
    fn default() -> Self {
        Self { l2: 1.5, band_width: 31, steps: 100, table: Some(table::Settings::default()) }
    }
}

/// Why a model could not be fitted.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum TrainError {
    /// The model to begin with.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The optimiser gave up.
    #[error("the weights could not be fitted: {0}")]
    Optimiser(String),
    /// Nothing to fit to.
    #[error("no gold bead to fit the weights to")]
    NoGold,
}

/// Fits the weights of `model`'s signals to `examples`. Each example counts by its own weight.
///
/// # Errors
/// When there is no gold, or the model names unknown features.
pub fn fit(model: &Model, examples: &[Example], options: &Options) -> Result<Model, TrainError> {
    if examples.iter().all(|example| example.path.is_empty()) {
        return Err(TrainError::NoGold);
    }
    let prepared = examples
        .par_iter()
        .map(|example| Prepared::new(model, example, options.band_width))
        .collect::<Result<Vec<_>, _>>()?;
    let names = model.feature_names()?;
    let problem = Problem { prepared: &prepared, l2: options.l2 };
    let start = Array1::<f64>::zeros(names.len());
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 12)
        .with_tolerance_grad(1e-2)
        .and_then(|solver| solver.with_tolerance_cost(1e-6))
        .map_err(|error| TrainError::Optimiser(error.to_string()))?;
    let result = Executor::new(problem, solver)
        .configure(|state| state.param(start).max_iters(options.steps))
        .run()
        .map_err(|error| TrainError::Optimiser(error.to_string()))?;
    let weights = result.state().get_best_param().ok_or_else(|| TrainError::Optimiser("no step was taken".into()))?;
    let mut shapes = Observed::default();
    for example in examples {
        example.path.iter().for_each(|&block| shapes.shape(block, example.weight));
    }
    let mut fitted = model.clone();
    fitted.shapes = shapes.shares();
    for ((signal, feature), &weight) in names.iter().zip(weights) {
        // Four digits: more would be noise, and make the model files unreadable.
        let rounded = ((weight * 1e4).round() / 1e4) as f32;
        fitted.weights.entry((*signal).to_owned()).or_default().insert((*feature).to_owned(), rounded);
    }
    Ok(fitted)
}

/// [`fit`], and then once more with the translation tables that the first result learns from the texts of each set
/// ([`learn_tables`]): the weights are those for texts that bring a table with them. `examples` keep their tables.
///
/// # Errors
/// As [`fit`].
pub fn fit_with_tables(model: &Model, examples: &mut [Example], options: &Options) -> Result<Model, TrainError> {
    let fitted = fit(model, examples, options)?;
    let Some(settings) = options.table.as_ref().filter(|_| model.weights.contains_key("lexicon")) else {
        return Ok(fitted);
    };
    learn_tables(&fitted, examples, settings)?;
    fit(model, examples, options)
}

/// Aligns the texts of each set with `model`, learns a translation table from the answer, and gives it to the set's
/// examples. The gold has no part in it.
///
/// # Errors
/// When the model does not fit the examples.
pub fn learn_tables(model: &Model, examples: &mut [Example], settings: &table::Settings) -> Result<(), TrainError> {
    let mut sets: BTreeMap<(String, Pair<String>), Vec<usize>> = BTreeMap::new();
    for (index, example) in examples.iter().enumerate() {
        sets.entry((example.set.clone(), example.language.clone())).or_default().push(index);
    }
    for indices in sets.into_values() {
        // A document that comes twice, with and without its paragraphs, is read once.
        let documents: BTreeMap<&str, &Example> =
            indices.iter().map(|&index| (examples[index].id.as_str(), &examples[index])).collect();
        let documents: Vec<&Example> = documents.into_values().collect();
        let align = |example: &&Example| -> Result<Alignment, ModelError> {
            let aligner = Aligner::new(example.model(model)?, Settings::default())?;
            Ok(Arc::new(aligner).worker().align(&example.texts()))
        };
        let alignments = documents.par_iter().map(align).collect::<Result<Vec<_>, _>>()?;
        let aligned: Vec<_> = documents.iter().map(|example| example.texts()).zip(&alignments).collect();
        let words = table::ParallelWords::of(&aligned, settings);
        let table = Some(Arc::new(words.learn(settings))).filter(|_| words.len() >= settings.least_beads);
        indices.iter().for_each(|&index| examples[index].table = table.clone());
    }
    Ok(())
}

struct Problem<'p> {
    prepared: &'p [Prepared],
    l2: f64,
}

impl Problem<'_> {
    /// The loss and its gradient. Documents are summed in their order, so that the result does not depend on the threads.
    fn evaluate(&self, weights: &Array1<f64>) -> (f64, Array1<f64>) {
        let parts: Vec<(f64, Array1<f64>)> = self.prepared.par_iter().map(|document| document.loss(weights)).collect();
        let mut loss = 0.5 * self.l2 * weights.dot(weights);
        let mut gradient = weights * self.l2;
        for (part, slope) in parts {
            loss += part;
            gradient += &slope;
        }
        (loss, gradient)
    }
}

impl CostFunction for Problem<'_> {
    type Param = Array1<f64>;
    type Output = f64;

    fn cost(&self, weights: &Array1<f64>) -> Result<f64, Error> {
        Ok(self.evaluate(weights).0)
    }
}

impl Gradient for Problem<'_> {
    type Param = Array1<f64>;
    type Gradient = Array1<f64>;

    fn gradient(&self, weights: &Array1<f64>) -> Result<Array1<f64>, Error> {
        Ok(self.evaluate(weights).1)
    }
}
