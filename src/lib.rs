//! Parallel sentence alignment for translation study.
pub mod error;
pub mod span;

pub mod split;

pub mod signal;
