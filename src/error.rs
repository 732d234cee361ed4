//! Errors with a place and a way out. Each stage has its own; what they share is here.

use std::fmt;
use thiserror::Error;

/// A setting that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} = {value}: must be {wanted}")]
pub struct SettingError {
    /// The setting, with dots for what holds it.
    pub name: String,
    /// What it was.
    pub value: String,
    /// What it may be.
    pub wanted: String,
}

impl SettingError {
    /// `name` was `value`, but must be `wanted`.
    pub fn new(name: impl Into<String>, value: impl fmt::Display, wanted: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.to_string(), wanted: wanted.into() }
    }
}
