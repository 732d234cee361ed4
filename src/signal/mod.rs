//! Evidence that two pieces of text belong together.
pub mod name;
pub mod number;
