//! Parallel sentence alignment for translation study.

pub mod cost;
pub mod error;
pub mod span;

pub mod archive;

pub mod document;

pub mod split;

pub mod signal;

pub mod bead;

pub mod align;

pub mod train;

pub mod engine;

pub mod export;

#[cfg(feature = "cli")]
pub mod cli;
