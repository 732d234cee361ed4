//! The lexicon.
pub mod embedded;
mod segment;
pub mod token;
pub mod words;
