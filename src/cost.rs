//! The one cost type: fixed point, so that the same input gives the same bytes on any machine and any thread count.

use serde::{Deserialize, Serialize};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// A negative log-probability (or log-likelihood ratio) in hundredths of a nat, Gale and Church's (1993) own unit.
///
/// Lower is better; evidence *for* a bead makes its cost negative. `Cost(412)` is 4.12 nats, a probability of
/// e^−4.12 = 0.016. Costs of beads add up to the cost of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cost(pub i64);

impl Cost {
    /// Units in one nat.
    pub const PER_NAT: i64 = 100;
    /// Nothing.
    pub const ZERO: Cost = Cost(0);
    /// Worse than any path: the cost of what cannot be. Far enough below `i64::MAX` that adding to it does not wrap.
    pub const INFINITY: Cost = Cost(i64::MAX / 4);

    /// The cost in nats.
    pub fn nats(self) -> f64 {
        self.0 as f64 / Self::PER_NAT as f64
    }

    /// False for [`Cost::INFINITY`] and all that was added to it.
    pub fn is_finite(self) -> bool {
        self.0 < Self::INFINITY.0 / 2
    }
}

impl Add for Cost {
    type Output = Cost;
    fn add(self, other: Cost) -> Cost {
        Cost(self.0 + other.0)
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Cost) {
        self.0 += other.0;
    }
}

impl Sub for Cost {
    type Output = Cost;
    fn sub(self, other: Cost) -> Cost {
        Cost(self.0 - other.0)
    }
}

impl Neg for Cost {
    type Output = Cost;
    fn neg(self) -> Cost {
        Cost(-self.0)
    }
}

impl Sum for Cost {
    fn sum<I: Iterator<Item = Cost>>(costs: I) -> Cost {
        Cost(costs.map(|cost| cost.0).sum())
    }
}
