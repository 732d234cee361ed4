//! The model: a value that holds everything the search is told, and that a file can replace.

use super::moves::MoveLimits;
use crate::document::lines::primary;
use crate::error::SettingError;
use crate::signal::lexicon::{self, Lexicon, TranslationTable, dictionary::Entry};
use crate::signal::{MAX_FEATURES, Signal, length::Length, mark::Mark, prior::Prior, structure::Structure};
use crate::signal::{name, number};
use crate::span::Pair;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// What stands first in a model file, to tell it from any other JSON.
pub const FORMAT: &str = "bitext-model";
/// The version of model file that this library writes; it reads this one and all before it.
pub const VERSION: u32 = 2;

const CHECKSUM: &str = "\"checksum\": \"";
const NO_CHECKSUM: &str = "00000000";

const BUILT_IN: &str = include_str!("models/zh-en.json");
const NEUTRAL: &str = include_str!("models/neutral.json");

/// The weight of each feature by signal and feature.
pub type Weights = BTreeMap<String, BTreeMap<String, f32>>;

/// Priors, weights and parameters for one language pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Model {
    /// Always [`FORMAT`].
    pub format: String,
    /// At most [`VERSION`].
    pub version: u32,
    /// A name for reports.
    pub name: String,
    /// Language of the original; `*` fits any.
    pub source: String,
    /// Language of the translation; `*` fits any.
    pub target: String,
    /// Where the numbers come from.
    pub origin: String,
    /// Expected characters of translation for one of the original, white space left out.
    pub length_ratio: f32,
    /// The bead shapes to search.
    pub moves: MoveLimits,
    /// The weight of each feature, in nats, by signal and feature. A signal without an entry is not used.
    pub weights: Weights,
    /// The weights of the cheap signals (priors, length, structure) where they are used alone: for [`Signals::Length`], and for the
    /// coarse path of long texts.
    #[serde(default)]
    pub coarse: Weights,
    /// The share of each bead shape (by its prior's feature) in the texts that the model was fitted to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shapes: BTreeMap<String, f32>,
    /// Entries of dictionaries that the user gave, beside the built-in one.
    #[serde(default, skip_serializing_if = "no_entries")]
    pub dictionary: Arc<Vec<Entry>>,
    /// A translation table learned from texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<Arc<TranslationTable>>,
    /// CRC-32 of the file's text with this value written as zeros; a file without one is not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checksum: Option<String>,
}

#[allow(clippy::ptr_arg, reason = "serde passes the field as it is")]
fn no_entries(entries: &Arc<Vec<Entry>>) -> bool {
    entries.is_empty()
}

/// Why a model cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not a model file, or a damaged one.
    #[error("not a model file: {0}")]
    Syntax(#[from] serde_json::Error),
    /// JSON, but not a model.
    #[error("not a model file: its format is {0:?}, not {FORMAT:?}")]
    Format(String),
    /// Written by a later version of this program.
    #[error(
        "the model file has version {0}; this program reads up to {VERSION}: update bitext, or train the model again"
    )]
    Version(u32),
    /// Its text is not what was written.
    #[error(
        "the model file is damaged: its checksum does not fit; copy or train it again (or, after changing it by hand, take its checksum out)"
    )]
    Checksum,
    /// A weight for something that does not exist.
    #[error("the model has a weight for {0:?}, which this program does not know")]
    UnknownFeature(String),
    /// A value that makes no sense.
    #[error("the model's {0}")]
    Setting(#[from] SettingError),
    /// Made for other languages.
    #[error(
        "the model {name:?} is for {model}, the texts are {texts}: name the languages with --source-lang and --target-lang, or train a model for them"
    )]
    OtherPair {
        /// The model's name.
        name: String,
        /// The model's pair.
        model: String,
        /// The texts' pair.
        texts: String,
    },
}

/// Which signals to use of those the model has weights for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signals {
    /// Bead priors, length and structure alone.
    Length,
    /// All of the model.
    #[default]
    Default,
}

/// A signal and the weights of its features, in the signal's order.
pub(super) struct Weighted {
    pub(super) signal: Box<dyn Signal>,
    pub(super) weights: Vec<f32>,
    /// Its weights on the coarse path; only signals that are cheap enough for a wide band have some.
    pub(super) coarse: Option<Vec<f32>>,
}

impl std::fmt::Debug for Weighted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Weighted").field("signal", &self.signal.name()).field("weights", &self.weights).finish()
    }
}

/// The name of the feature that means the same with source and target exchanged.
fn mirrored(feature: &str) -> String {
    let (stem, suffix) = match feature.split_once('.') {
        Some((stem, "source")) => (stem, ".target"),
        Some((stem, "target")) => (stem, ".source"),
        Some((stem, "more")) => (stem, ".more"),
        _ => (feature, ""),
    };
    let stem = match stem {
        "omission" => "addition".to_owned(),
        "addition" => "omission".to_owned(),
        "omitted" => "added".to_owned(),
        "added" => "omitted".to_owned(),
        "forward" => "backward".to_owned(),
        "backward" => "forward".to_owned(),
        // Several on both sides is one shape, in either direction.
        "n-m" => "n-m".to_owned(),
        shape => match shape.split_once('-') {
            Some((source, target)) => format!("{target}-{source}"),
            None => shape.to_owned(),
        },
    };
    stem + suffix
}

impl Model {
    /// The built-in model for a pair of language tags: Chinese and English in either direction, or the neutral one, which
    /// expects equal lengths.
    pub fn built_in(source: &str, target: &str) -> Model {
        let parse = |json: &str| Model::from_json(json).expect("the built-in models are tested to parse");
        match (primary(source).as_str(), primary(target).as_str()) {
            ("zh", "en") => parse(BUILT_IN),
            ("en", "zh") => parse(BUILT_IN).swapped(),
            _ => parse(NEUTRAL).spoken(source, target),
        }
    }

    /// Reads a model file's text.
    ///
    /// # Errors
    /// When the text is no model, is from a later version, or names what this program does not know.
    pub fn from_json(json: &str) -> Result<Model, ModelError> {
        // The version is looked at first: a later one may well have fields that are not known here.
        let value: serde_json::Value = serde_json::from_str(json)?;
        let format = value.get("format").and_then(|format| format.as_str()).unwrap_or_default();
        if format != FORMAT {
            return Err(ModelError::Format(format.to_owned()));
        }
        let version = value.get("version").and_then(serde_json::Value::as_u64).unwrap_or_default() as u32;
        if version > VERSION {
            return Err(ModelError::Version(version));
        }
        if let Some(at) = json.rfind(CHECKSUM).map(|at| at + CHECKSUM.len()) {
            let found = json.get(at..at + NO_CHECKSUM.len()).ok_or(ModelError::Checksum)?;
            if *found != checksum(&[&json[..at], NO_CHECKSUM, &json[at + NO_CHECKSUM.len()..]]) {
                return Err(ModelError::Checksum);
            }
        }
        let mut model: Model = serde_json::from_value(value)?;
        model.version = VERSION;
        model.checksum = None;
        if model.table.as_ref().is_some_and(|table| !table.is_sound()) {
            return Err(ModelError::Checksum);
        }
        model.all_signals()?;
        model.moves.moves()?;
        if !(0.01..=100.0).contains(&model.length_ratio) {
            return Err(SettingError::new("length_ratio", model.length_ratio, "from 0.01 to 100").into());
        }
        Ok(model)
    }

    /// The model as a file's text, its tables on one line each.
    pub fn to_json(&self) -> String {
        let kept = Model { checksum: Some(NO_CHECKSUM.to_owned()), ..self.clone() };
        let text = pretty(&serde_json::to_value(kept).expect("a model is plain data"));
        let at = text.rfind(CHECKSUM).expect("just put there") + CHECKSUM.len();
        let sum = checksum(&[&text]);
        text[..at].to_owned() + &sum + &text[at + NO_CHECKSUM.len()..]
    }

    /// This model with a learned table, or without one.
    pub fn with_table(self, table: Option<Arc<TranslationTable>>) -> Model {
        Model { table, ..self }
    }

    /// Adds entries of a dictionary from the first to the second of two languages.
    ///
    /// # Errors
    /// When the model is for another pair.
    pub fn add_dictionary(&mut self, entries: Vec<Entry>, language: &Pair<String>) -> Result<(), ModelError> {
        let mut spoken = self.for_pair(&language.source, &language.target)?;
        Arc::make_mut(&mut spoken.dictionary).extend(entries);
        *self = spoken;
        Ok(())
    }

    /// What the model knows of words.
    pub(super) fn lexicon(&self) -> Arc<Lexicon> {
        let mut lexicon = Lexicon::new(&self.source, &self.target);
        lexicon.dictionary_mut().add(&self.dictionary);
        Arc::new(match &self.table {
            Some(table) => lexicon.with_table(Arc::clone(table)),
            None => lexicon,
        })
    }

    /// The same model for the opposite direction.
    pub fn swapped(&self) -> Model {
        let swap = |features: &BTreeMap<String, f32>| {
            features.iter().map(|(name, &weight)| (mirrored(name), weight)).collect()
        };
        let swap_all =
            |weights: &Weights| weights.iter().map(|(signal, features)| (signal.clone(), swap(features))).collect();
        Model {
            source: self.target.clone(),
            target: self.source.clone(),
            length_ratio: 1.0 / self.length_ratio,
            weights: swap_all(&self.weights),
            coarse: swap_all(&self.coarse),
            shapes: swap(&self.shapes),
            dictionary: Arc::new(
                self.dictionary.iter().map(|Entry(s, t, weight)| Entry(t.clone(), s.clone(), *weight)).collect(),
            ),
            table: self.table.as_ref().map(|table| Arc::new(table.swapped())),
            ..self.clone()
        }
    }

    /// This model with its `*`s replaced by the languages at hand.
    fn spoken(mut self, source: &str, target: &str) -> Model {
        for (own, tag) in [(&mut self.source, source), (&mut self.target, target)] {
            if own == "*" {
                *own = primary(tag);
            }
        }
        self
    }

    /// This model, turned round if need be, for texts in the given languages.
    ///
    /// # Errors
    /// When the model is for another pair.
    pub fn for_pair(&self, source: &str, target: &str) -> Result<Model, ModelError> {
        let fits = |model: &Model| {
            let fits = |own: &str, tag: &str| own == "*" || primary(own) == primary(tag);
            fits(&model.source, source) && fits(&model.target, target)
        };
        if fits(self) {
            return Ok(self.clone().spoken(source, target));
        }
        let swapped = self.swapped();
        if fits(&swapped) {
            return Ok(swapped.spoken(source, target));
        }
        let pair = |source: &str, target: &str| format!("{source} → {target}");
        Err(ModelError::OtherPair {
            name: self.name.clone(),
            model: pair(&self.source, &self.target),
            texts: pair(source, target),
        })
    }

    /// This model with the weights of a selection of its signals alone.
    pub fn restricted(&self, selection: Signals) -> Model {
        match selection {
            Signals::Default => self.clone(),
            Signals::Length => Model { weights: self.cheap_weights(), ..self.clone() },
        }
    }

    /// The weights of the cheap signals alone; a model that has none has those of the whole.
    fn cheap_weights(&self) -> Weights {
        if !self.coarse.is_empty() {
            return self.coarse.clone();
        }
        let cheap = self.names().into_iter().filter(|(_, cheap)| *cheap).map(|(name, _)| name.to_owned());
        cheap.filter_map(|name| Some((name.clone(), self.weights.get(&name)?.clone()))).collect()
    }

    /// This model with every known signal in use; those that are new to it have no weight yet.
    pub fn complete(&self) -> Model {
        let mut complete = self.clone();
        for (name, _) in self.names() {
            complete.weights.entry(name.to_owned()).or_default();
        }
        complete
    }

    /// The name of every signal there is, and whether it belongs to [`Signals::Length`].
    fn names(&self) -> Vec<(&'static str, bool)> {
        let lexicon = Arc::new(Lexicon::new(&self.source, &self.target));
        self.known_signals(&lexicon).into_iter().map(|(signal, cheap)| (signal.name(), cheap)).collect()
    }

    /// Every signal there is, and whether it belongs to [`Signals::Length`].
    fn known_signals(&self, lexicon: &Arc<Lexicon>) -> Vec<(Box<dyn Signal>, bool)> {
        // A new signal is one file in `signal/` and one line here.
        vec![
            (Box::new(Prior), true),
            (Box::new(Length::new(self.length_ratio)), true),
            (Box::new(Structure::new()), true),
            (Box::new(lexicon::Evidence::new(lexicon)), false),
            (Box::new(Mark::new()), false),
            (Box::new(number::Evidence::new()), false),
            (Box::new(name::Evidence::new()), false),
        ]
    }

    /// All signals of this model, in the order of [`Model::feature_names`].
    pub(crate) fn all_signals(&self) -> Result<Vec<Box<dyn Signal>>, ModelError> {
        Ok(self.signals(Signals::Default, &self.lexicon())?.into_iter().map(|weighted| weighted.signal).collect())
    }

    /// The signals of this model and their features.
    pub(crate) fn feature_names(&self) -> Result<Vec<(&'static str, &'static str)>, ModelError> {
        let signals = self.all_signals()?;
        Ok(signals
            .iter()
            .flat_map(|signal| signal.feature_names().iter().map(|&feature| (signal.name(), feature)))
            .collect())
    }

    /// The signals that `selection` takes of this model, in a fixed order.
    pub(super) fn signals(&self, selection: Signals, lexicon: &Arc<Lexicon>) -> Result<Vec<Weighted>, ModelError> {
        let known = self.known_signals(lexicon);
        let coarse = self.cheap_weights();
        let chosen = if selection == Signals::Length { &coarse } else { &self.weights };
        for signal in chosen.keys().chain(coarse.keys()) {
            if !known.iter().any(|(known, _)| known.name() == signal) {
                return Err(ModelError::UnknownFeature(signal.clone()));
            }
        }
        let mut signals = Vec::new();
        for (signal, cheap) in known {
            debug_assert!(signal.feature_names().len() <= MAX_FEATURES);
            if let Some(given) = chosen.get(signal.name()) {
                let weights = in_order(&*signal, given)?;
                let coarse = if cheap {
                    coarse.get(signal.name()).map(|given| in_order(&*signal, given)).transpose()?
                } else {
                    None
                };
                signals.push(Weighted { signal, weights, coarse });
            }
        }
        Ok(signals)
    }
}

/// The CRC-32 of some pieces of text, one after another, in eight hexadecimal digits.
fn checksum(pieces: &[&str]) -> String {
    let mut hasher = crc32fast::Hasher::new();
    pieces.iter().for_each(|piece| hasher.update(piece.as_bytes()));
    format!("{:08x}", hasher.finalize())
}

/// JSON for readers: what is short on lines of its own, each long table on one.
fn pretty(model: &serde_json::Value) -> String {
    const LONG: [&str; 2] = ["dictionary", "table"];
    let fields = model.as_object().into_iter().flatten().map(|(name, value)| {
        let value =
            if LONG.contains(&name.as_str()) { value.to_string() } else { format!("{value:#}").replace('\n', "\n  ") };
        format!("  \"{name}\": {value}")
    });
    format!("{{\n{}\n}}\n", fields.collect::<Vec<_>>().join(",\n"))
}

/// The weights given by name, in the order of a signal's features; those not given are 0.
fn in_order(signal: &dyn Signal, given: &BTreeMap<String, f32>) -> Result<Vec<f32>, ModelError> {
    let names = signal.feature_names();
    match given.keys().find(|name| !names.contains(&name.as_str())) {
        Some(feature) => Err(ModelError::UnknownFeature(format!("{}.{feature}", signal.name()))),
        None => Ok(names.iter().map(|&name| given.get(name).copied().unwrap_or(0.0)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_models_parse_and_turn_round() {
        let model = Model::built_in("zh-Hans", "en-US");
        assert_eq!(model.source, "zh");
        assert_eq!(Model::built_in("en", "zh").swapped().weights, model.weights);
        // Every feature of the turned model is one that the signals know, and has a weight where it had one before.
        let turned = Model::from_json(&model.swapped().to_json()).unwrap();
        let names = |model: &Model| -> Vec<Vec<String>> {
            model.weights.values().map(|own| own.keys().cloned().collect()).collect()
        };
        assert_eq!(names(&turned), names(&model));
        assert_eq!(Model::built_in("de", "fr").source, "de");
    }

    /// A file as someone leaves it who changed it by hand.
    fn without_checksum(json: &str) -> String {
        let at = json.rfind(",\n  \"checksum\"").unwrap();
        json[..at].to_owned() + "\n}\n"
    }

    #[test]
    fn files_keep_everything() {
        let table = serde_json::json!({
            "source": ["煤矿", "职工"], "target": ["coal"],
            "forward": {"ends": [1, 1], "words": [0], "probabilities": [0.1]}, "backward": {"ends": [1], "words": [0], "probabilities": [0.7]},
        });
        let mut model = Model::built_in("zh", "en").with_table(Some(Arc::new(serde_json::from_value(table).unwrap())));
        model.dictionary = Arc::new(vec![Entry("公社".into(), "commune".into(), 1.5)]);
        let json = model.to_json();
        assert_eq!(Model::from_json(&json).unwrap(), model);
        assert_eq!(Model::from_json(&without_checksum(&json)).unwrap(), model);
        assert_eq!(Model::from_json(&model.swapped().to_json()).unwrap().swapped(), model);
        // One wrong bit anywhere is noticed, if not by the checksum then by the parser.
        for at in (0..json.len()).step_by(7) {
            let mut bytes = json.clone().into_bytes();
            bytes[at] ^= 1;
            if let Ok(damaged) = String::from_utf8(bytes) {
                assert!(Model::from_json(&damaged).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn files_of_version_1_still_open() {
        let old =
            without_checksum(&Model::built_in("zh", "en").to_json()).replacen("\"version\": 2", "\"version\": 1", 1);
        assert!(old.contains("\"version\": 1") && !old.contains("table"));
        assert_eq!(Model::from_json(&old).unwrap(), Model::built_in("zh", "en"));
    }

    #[test]
    fn files_are_refused_with_a_reason() {
        let refused = |json: &str| Model::from_json(json).unwrap_err().to_string();
        assert!(refused("{").starts_with("not a model file: "));
        assert_eq!(refused("{}"), "not a model file: its format is \"\", not \"bitext-model\"");
        let later = Model::built_in("zh", "en").to_json().replacen("\"version\": 2", "\"version\": 99", 1);
        assert!(refused(&later).contains("version 99"));
        let odd = Model::built_in("zh", "en").to_json().replacen("\"ratio\"", "\"moon\"", 1);
        assert!(refused(&odd).contains("checksum"), "{}", refused(&odd));
        let odd = without_checksum(&odd);
        assert!(refused(&odd).contains("\"length.moon\""));
        let error = Model::built_in("zh", "en").for_pair("de", "fr").unwrap_err().to_string();
        assert!(error.contains("zh → en") && error.contains("de → fr"), "{error}");
    }
}
