//! Evidence: what each signal says of a bead.
pub mod lexicon;
