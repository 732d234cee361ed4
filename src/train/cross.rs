//! Cross-validation by document: what a model is worth on texts it was not fitted to.

use super::{Example, Options, TrainError, fit, learn_tables};
use crate::align::{Aligner, Model, Settings};
use crate::bead::Alignment;
use crate::bead::calibration::Calibration;
use crate::bead::score::{Counts, Link};
use crate::span::SegmentRange;
use std::sync::Arc;

/// What a model that had not seen a document said of it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Index of the example.
    pub example: usize,
    /// The alignment.
    pub alignment: Alignment,
    /// Its score.
    pub counts: Counts,
    /// Whether its beads were right.
    pub calibration: Calibration,
}

/// Gives each example a weight so that every set counts as much as every other, and all together as many as they are.
pub fn balance(examples: &mut [Example]) {
    let beads = |examples: &[Example], set: Option<&str>| {
        examples
            .iter()
            .filter(|example| set.is_none_or(|set| example.set == set))
            .map(|example| example.path.len())
            .sum::<usize>()
    };
    let mut sets: Vec<String> = examples.iter().map(|example| example.set.clone()).collect();
    sets.sort();
    sets.dedup();
    let all = beads(examples, None) as f64;
    let weights: Vec<f64> =
        sets.iter().map(|set| all / (sets.len() * beads(examples, Some(set)).max(1)) as f64).collect();
    for example in examples {
        let set = sets.binary_search(&example.set).expect("collected above");
        example.weight = weights[set];
    }
}

/// Fits `folds` models, each without one part of the examples' documents, and aligns each part with the model that has not seen
/// it. Examples of one document stay together; the answers are in the order of the examples.
///
/// # Errors
/// When a fit fails.
pub fn cross_validate(
    model: &Model,
    examples: &[Example],
    folds: usize,
    options: &Options,
    settings: &Settings,
) -> Result<Vec<Answer>, TrainError> {
    let mut documents: Vec<(&str, &str)> =
        examples.iter().map(|example| (example.set.as_str(), example.id.as_str())).collect();
    documents.sort_unstable();
    documents.dedup();
    let fold = |example: &Example| {
        documents.binary_search(&(example.set.as_str(), example.id.as_str())).expect("collected above") % folds.max(2)
    };
    let mut answers = Vec::with_capacity(examples.len());
    for out in 0..folds.max(2) {
        let seen: Vec<Example> = examples.iter().filter(|example| fold(example) != out).cloned().collect();
        let mut fitted = fit(model, &seen, options)?;
        let mut examples = examples.to_vec();
        if let Some(settings) = options.table.as_ref().filter(|_| model.weights.contains_key("lexicon")) {
            learn_tables(&fitted, &mut examples, settings)?;
            let seen: Vec<Example> = examples.iter().filter(|example| fold(example) != out).cloned().collect();
            fitted = fit(model, &seen, options)?;
        }
        for (index, example) in examples.iter().enumerate().filter(|(_, example)| fold(example) == out) {
            let mut worker = Arc::new(Aligner::new(example.model(&fitted)?, settings.clone())?).worker();
            let alignment = worker.align(&example.texts());
            let (gold, test) = (example.links(), links(&alignment));
            let mut calibration = Calibration::default();
            for (bead, link) in alignment.beads.iter().zip(&test) {
                calibration.push(bead.confidence, gold.contains(link));
            }
            answers.push(Answer { example: index, counts: Counts::of(&gold, &test), alignment, calibration });
        }
    }
    answers.sort_by_key(|answer| answer.example);
    Ok(answers)
}

fn links(alignment: &Alignment) -> Vec<Link> {
    let run = |range: SegmentRange| (range.start..range.end).collect();
    alignment.beads.iter().map(|bead| Link { source: run(bead.block.source), target: run(bead.block.target) }).collect()
}
