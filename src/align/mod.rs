//! Stage 6: the search.
//!
//! # The model
//!
//! A *path* is a sequence of beads that covers the n source and m target segments in order, each once. With t the two
//! texts, w the weights and f the signals' features, a path has the probability of a semi-Markov log-linear model (a
//! semi-Markov conditional random field, Sarawagi and Cohen 2004), of which Gale and Church's (1993) aligner is one setting:
//!
//! ```text
//! P(path | t) = e^−cost(path) / Z        cost(path) = Σ_bead cost(bead)        cost(bead) = Σ_k w_k · f_k(bead, t)
//! ```
//!
//! Let V(i, j) be the least cost of covering the first i source and j target segments. Over the moves (a, b):
//!
//! ```text
//! V(0, 0) = 0
//! V(i, j) = min over (a, b) of  V(i − a, j − b) + cost(i−a..i, j−b..j)
//! ```
//!
//! V(n, m) is the cost of the best path, and the choices made on the way are the path (Viterbi). Between equal costs the
//! move that stands first in the order of [`MoveLimits::moves`] wins: nothing else decides a tie.
//!
//! # Confidence
//!
//! The probability of a bead is the share of all paths' weight that runs through it (forward-backward). Both sums are
//! taken relative to V, which keeps every factor within 0..=1. With the *excess* of a bead p → q,
//! d(p, q) = V(p) + cost(p → q) − V(q) ≥ 0:
//!
//! ```text
//! α(q) = Σ_p α(p) · e^−d(p, q)     β(p) = Σ_q β(q) · e^−d(p, q)     P(p → q) = α(p) · e^−d(p, q) · β(q) / α(n, m)
//! ```
//!
//! because V telescopes along a path. β is summed first, from (n, m) back; cells that no likely path visits never receive
//! weight and are never opened, so that after Viterbi the posterior costs next to nothing. Beads that lose more than
//! 18 nats (e^−18 ≈ 10^−8) are taken as impossible.
//!
//! Worked number: two beads into a cell, of excess 0 and 0.69 nats. Their shares are 1 : e^−0.69 = 1 : 0.5, so 2/3 and 1/3.
//!
//! # The answer
//!
//! By default not the likeliest path but the one of which most beads are expected to be right, see [`Decoding`].
//!
//! # Time and memory
//!
//! With K moves, time is O(n·m·K) and memory O(n·m) for the exact search; O(n·W·K) and O(n·W) for a band of width W.
//!
//! Nearly all of a text is beads of few segments, and nearly all cells are far from any good path. So beads of up to [`SMALL`] segments are
//! searched first, forwards and backwards; with V and V′ the least costs from the beginning to a cell and from there to the end, the cell is
//! closed when V + V′ exceeds the best path's cost by more than [`Settings::close_beyond`]. All beads are then searched between the cells that
//! are left, rows filled up between the first and the last of them: two or three a row. What this does *not* guarantee: a path that is good
//! only by a large bead, where every way around that bead through its ends costs the margin more than the best path elsewhere, is not found.
//! `tests/align.rs` reports how often that happens.
//!
//! Long texts are searched twice more: the cheap signals (priors, length, structure) find a coarse path in a band around the line
//! that joins equal shares of both texts' characters; all signals then search a narrow band around that path.
//! What a band does *not* guarantee: a path that leaves it is not found. It is widened, twice as wide each time, as long as the best path touches its edge and the band
//! has no more than [`Settings::widest_cells`]; so it fails in silence only where a path inside the band looks good all along,
//! and yet a better one lies beyond a region where both are poor, or where texts are so long and so ill-matched that a wider
//! band would not fit in memory. `tests/align.rs` reports how often that happens. In texts of up to [`Settings::exact_cells`] cells that
//! anchors mark no way through the band is all cells; up to [`Settings::fine_width`] segments of the original their ends alone mark one.

mod anchor;
mod band;
mod constraint;
mod full;
mod lattice;
pub mod long;
mod mbr;
mod model;
mod moved;
mod moves;
mod worker;

pub use band::Band;
pub use constraint::{Apart, Conflict, Constraints, Plan};
pub use full::{Exhaustive, exhaustive};
pub use model::{FORMAT, Model, ModelError, Signals, VERSION, Weights};
pub use moves::MoveLimits;
pub(crate) use worker::along;
pub use worker::{Explanation, Worker};

use crate::error::SettingError;
use crate::signal::Move;
use crate::signal::lexicon::Lexicon;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which path is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decoding {
    /// The likeliest path.
    Viterbi,
    /// The path of which most beads are expected to be right (minimum Bayes risk). Cross-validated, it is the better one by
    /// 0.1 (newspapers) to 0.4 points (novels) of F1.
    #[default]
    Bayes,
}

impl Decoding {
    /// What a bead costs, in beads that are right, where [`Decoding::Bayes`] weighs paths.
    pub const PRICE: f64 = 0.45;
    /// [`Decoding::Bayes`] takes beads that are less probable only from the likeliest path: where all is doubtful, one large bead that
    /// nobody believes in costs fewer wrong beads than several small ones, but is no answer.
    pub const LEAST: f64 = 0.02;
}

/// Most segments, on both sides together, of the beads that are searched first; see [`Settings::close_beyond`].
pub const SMALL: u8 = 4;

/// Texts with up to this many cells are searched in one step: to close some of so few saves nothing.
pub const FEW_CELLS: usize = 40;

/// How to search; what to search for is the [`Model`]'s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Settings {
    /// Which signals to use (default: all of the model's).
    pub signals: Signals,
    /// Which path is the answer (default: minimum Bayes risk).
    pub decoding: Decoding,
    /// Texts with up to this many cells, (n + 1)·(m + 1), are not cut into windows; where anchors mark no way, all cells are searched, by length
    /// alone those of a band of `fine_width` (default 250,000: 500 × 500 segments).
    pub exact_cells: usize,
    /// Texts with more cells than this are searched in a band around their anchors, where these mark a way (default 200).
    pub anchored_cells: usize,
    /// Cells a row of that band, to begin with (default 11).
    pub anchored_width: usize,
    /// Cells a row of the band around the coarse path of longer texts that all signals search, to begin with (default 41).
    pub fine_width: usize,
    /// Cells a row of the band that longer texts are searched in, to begin with (default 201).
    pub band_width: usize,
    /// In texts of more than [`FEW_CELLS`] cells, beads of up to [`SMALL`] segments are searched first, and the cells closed
    /// that no path of them visits within so many nats of the best one (default 20; none: no cell is closed).
    pub close_beyond: Option<u32>,
    /// A band is not widened beyond this many cells in all, or a sixty-fourth of them where all signals search it (default 16 million and
    /// 250,000, either up to 160 MB).
    pub widest_cells: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            signals: Signals::Default,
            decoding: Decoding::default(),
            exact_cells: 250_000,
            anchored_cells: 200,
            anchored_width: 11,
            fine_width: 41,
            band_width: 201,
            close_beyond: Some(20),
            widest_cells: 16_000_000,
        }
    }
}

impl Settings {
    fn check(&self) -> Result<(), SettingError> {
        for (name, width) in
            [("band_width", self.band_width), ("fine_width", self.fine_width), ("anchored_width", self.anchored_width)]
        {
            if width < 3 {
                return Err(SettingError::new(name, width, "3 or more"));
            }
        }
        Ok(())
    }
}

/// A model made ready for searching: read-only, shared by all threads. Each thread has a [`Worker`] of its own.
#[derive(Debug, Clone)]
pub struct Aligner {
    model: Model,
    settings: Settings,
    moves: Vec<Move>,
    /// Those of up to [`SMALL`] segments.
    small_moves: Vec<Move>,
    lexicon: Arc<Lexicon>,
}

impl Aligner {
    /// An aligner with this model.
    ///
    /// # Errors
    /// When the settings or the model's moves make no sense, or the model has a weight for what does not exist.
    pub fn new(model: Model, settings: Settings) -> Result<Self, ModelError> {
        settings.check()?;
        let lexicon = model.lexicon();
        model.signals(settings.signals, &lexicon)?;
        let moves = model.moves.moves()?;
        let small_moves = moves.iter().copied().filter(|step| step.source + step.target <= SMALL).collect();
        Ok(Self { model, settings, moves, small_moves, lexicon })
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How it searches.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The moves, in the order that decides ties.
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// True where the model asks the texts' words.
    fn knows_words(&self) -> bool {
        self.settings.signals == Signals::Default && self.model.weights.contains_key("lexicon")
    }

    /// A worker with buffers of its own, to be used again and again.
    pub fn worker(self: &Arc<Self>) -> Worker {
        Worker::new(Arc::clone(self))
    }
}
