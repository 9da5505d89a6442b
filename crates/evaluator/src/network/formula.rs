//! How a segment follows from the leaves and from other segments.

use super::LeafNo;
use super::bits::Bits;

/// A condition whose parts are numbered.
#[derive(Clone, Debug)]
pub(super) enum Formula {
    Leaf(LeafNo),
    /// Another segment, by its place among the rules.
    Segment(usize),
    Not(Box<Self>),
    And(Box<[Self]>),
    Or(Box<[Self]>),
}

impl Formula {
    pub(super) fn holds(&self, leaves: &Bits, members: &Bits) -> bool {
        match self {
            Self::Leaf(LeafNo(at)) => leaves.get(*at as usize),
            Self::Segment(at) => members.get(*at),
            Self::Not(inner) => !inner.holds(leaves, members),
            Self::And(all) => all.iter().all(|one| one.holds(leaves, members)),
            Self::Or(all) => all.iter().any(|one| one.holds(leaves, members)),
        }
    }

    /// All leaves and segments in it.
    pub(super) fn parts(&self, leaf: &mut dyn FnMut(LeafNo), segment: &mut dyn FnMut(usize)) {
        match self {
            Self::Leaf(no) => leaf(*no),
            Self::Segment(at) => segment(*at),
            Self::Not(inner) => inner.parts(leaf, segment),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|one| one.parts(leaf, segment)),
        }
    }

    /// The same with other numbers for the leaves.
    pub(super) fn renumbered(&self, numbers: &[LeafNo]) -> Self {
        let all = |all: &[Self]| all.iter().map(|one| one.renumbered(numbers)).collect();
        match self {
            Self::Leaf(LeafNo(at)) => Self::Leaf(numbers[*at as usize]),
            Self::Segment(at) => Self::Segment(*at),
            Self::Not(inner) => Self::Not(Box::new(inner.renumbered(numbers))),
            Self::And(parts) => Self::And(all(parts)),
            Self::Or(parts) => Self::Or(all(parts)),
        }
    }
}
