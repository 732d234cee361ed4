//! Parallel sentence alignment for translation study: a text and its translation go in, aligned sentence pairs come out, each
//! with a probability that it is right.
//!
//! The path of the data, stage by stage; each imports only from those above it:
//!
//! 1. [`archive`]: bytes in. Folders, containers, encodings; reasons to set a document aside.
//! 2. [`document`]: text held. Titles, paragraphs, metadata, all as byte ranges into the original text.
//! 3. [`split`]: sentences, by rules for Chinese and English and Unicode's for the rest.
//! 4. [`signal`]: evidence that segments belong together, one file a kind.
//!    [`pairing`] finds by it which text is the translation of which.
//! 5. [`bead`]: the result types; auditing and scoring of any aligner's answer.
//! 6. [`align`]: the search, exact or banded, and the posterior probabilities.
//! 7. [`train`]: weights fitted to gold.
//! 8. [`engine`] runs 2 to 6 for one document or for many on all cores; [`export`] turns the results into rows, [`fidelity`] tells where a translation departs from its original.
//!    `store` keeps rows in one file, to be searched and corrected; `web` serves a page over it.
//!
//! ```
//! use bitext::align::Settings;
//! use bitext::archive::{Body, Entry};
//! use bitext::engine::Engine;
//! use bitext::span::Pair;
//!
//! let texts = Pair::new("今天是国庆节。全国各地举行庆祝大会。".into(), "Today is National Day. Rallies were held everywhere.".into());
//! let engine = Engine::new(None, Settings::default(), Pair::new("zh".into(), "en".into()))?;
//! let aligned = engine.worker().align(Entry::new("example", Body::Texts { texts, segmented: false }))?;
//! let kinds: Vec<String> = aligned.alignment.beads.iter().map(|bead| bead.kind()).collect();
//! assert_eq!(kinds, ["1-1", "1-1"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bytes;
pub mod cost;
pub mod error;
mod groups;
pub mod span;

pub mod archive;

pub mod document;

pub mod split;

pub mod signal;

pub mod pairing;

pub mod bead;

pub mod align;

pub mod train;

pub mod engine;

pub mod export;

pub mod fidelity;

#[cfg(feature = "store")]
pub mod store;

#[cfg(feature = "serve")]
pub mod web;

#[cfg(feature = "cli")]
pub mod cli;

/// The README's example is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
