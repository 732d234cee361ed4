//! Words of the two sides that translate each other, as the texts have them.

use crate::groups::Groups;

/// Translations less probable than this are no links.
const UNLIKELY: f32 = 1e-4;

/// One word as the translation of another.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Link {
    /// The type of the other side.
    pub(crate) far: u32,
    /// As the evidence weighs it, see [`Direction::links`](super::blocks::Direction::links).
    pub(crate) weight: f32,
    probability: f32,
}

/// Translations that are linked in the texts: by type of one side those of the other.
#[derive(Debug, Default)]
pub(crate) struct Links {
    groups: Groups<Link>,
}

impl Links {
    /// Takes in pairs of types that translate each other, near and far, with t(far | near), and what a match of each far one counts: those that are likely enough to be links.
    pub(super) fn fill(&mut self, types: usize, scale: &[f32], pairs: impl Iterator<Item = (u32, u32, f32)> + Clone) {
        let links = pairs.filter(|&(.., probability)| probability > UNLIKELY);
        let links = links.map(|(near, far, probability)| {
            (near, Link { far, weight: probability * scale[far as usize], probability })
        });
        self.groups.fill(types, links);
    }

    /// How many types of this side there are.
    pub(super) fn types(&self) -> u32 {
        self.groups.len() as u32
    }

    /// The links that have a weight: a word so common that a match says nothing has none.
    #[inline]
    pub(super) fn weighed(&self, near: u32) -> impl Iterator<Item = &Link> {
        self.groups.of(near as usize).iter().filter(|link| link.weight > 0.0)
    }

    pub(super) fn probability(&self, near: u32, far: u32) -> f32 {
        let links = self.groups.of(near as usize).iter().filter(|link| link.far == far);
        links.map(|link| link.probability).sum()
    }
}
