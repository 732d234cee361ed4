//! Which bead shapes the search may use.

use crate::error::SettingError;
use crate::signal::{MAX_RUN, Move};
use serde::{Deserialize, Serialize};

/// Limits on the segments of one bead. An omission (1-0) and an addition (0-1) are always possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct MoveLimits {
    /// Most segments on one side of a bead with several on both (default 4).
    pub side: u8,
    /// Most segments of such a bead on both sides together (default 7).
    pub sum: u8,
    /// Most segments on the one side where the other has a single one (default 9).
    pub run: u8,
}

impl Default for MoveLimits {
    fn default() -> Self {
        Self { side: 4, sum: 7, run: 9 }
    }
}

impl MoveLimits {
    /// Limits as named in the fields of [`MoveLimits`].
    pub fn new(side: u8, sum: u8, run: u8) -> Self {
        Self { side, sum, run }
    }

    /// The moves in the order of preference between equal costs: fewer segments first, then the more even, then the more
    /// of the original. This is the one place where ties are decided.
    ///
    /// # Errors
    /// When `side` or `run` is 0 or above [`MAX_RUN`].
    pub fn moves(self) -> Result<Vec<Move>, SettingError> {
        for (name, limit) in [("side", self.side), ("run", self.run)] {
            if !(1..=MAX_RUN as u8).contains(&limit) {
                return Err(SettingError::new(format!("moves.{name}"), limit, format!("a number from 1 to {MAX_RUN}")));
            }
        }
        let within = |source: u8, target: u8| match (source, target) {
            (0, 0) => false,
            (0, many) | (many, 0) => many == 1,
            (1, many) | (many, 1) => many <= self.run,
            _ => source <= self.side && target <= self.side && source + target <= self.sum,
        };
        let longest = self.side.max(self.run);
        let mut moves: Vec<Move> = (0..=longest)
            .flat_map(|source| (0..=longest).map(move |target| Move { source, target }))
            .filter(|step| within(step.source, step.target))
            .collect();
        moves.sort_by_key(|step| {
            let (source, target) = (step.source, step.target);
            // An omission beside a 1-1 bead is the less even one although it has fewer segments.
            (source.min(target) == 0, source + target, source.abs_diff(target), target)
        });
        Ok(moves)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_has_27_moves() {
        let moves = MoveLimits::default().moves().unwrap();
        assert_eq!(moves.len(), 27);
        assert_eq!(moves[0], Move { source: 1, target: 1 });
        assert_eq!(moves.last(), Some(&Move { source: 0, target: 1 }));
    }

    #[test]
    fn nonsense_is_refused() {
        let refused = MoveLimits::new(4, 7, 0).moves().unwrap_err();
        assert_eq!(refused.to_string(), "moves.run = 0: must be a number from 1 to 15");
    }
}
