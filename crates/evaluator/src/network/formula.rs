//! How a segment follows from the leaves and from other segments.

use super::LeafNo;

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
    /// All leaves and segments in it.
    pub(super) fn parts(&self, leaf: &mut dyn FnMut(LeafNo), segment: &mut dyn FnMut(usize)) {
        match self {
            Self::Leaf(no) => leaf(*no),
            Self::Segment(at) => segment(*at),
            Self::Not(inner) => inner.parts(leaf, segment),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|one| one.parts(leaf, segment)),
        }
    }

    /// The same with other numbers for the leaves, and in an order in which few of them have to be looked at. How likely a
    /// leaf holds is a guess from 0 to [`CERTAIN`].
    pub(super) fn arranged(&self, numbers: &[LeafNo], likely: &[u8]) -> Self {
        let all = |all: &[Self]| -> Vec<(u8, Self)> {
            let arranged = all.iter().map(|one| one.arranged(numbers, likely));
            arranged.map(|one| (one.likely(likely), one)).collect()
        };
        let parts = |all: Vec<(u8, Self)>| all.into_iter().map(|(_, one)| one).collect();
        match self {
            Self::Leaf(LeafNo(at)) => Self::Leaf(numbers[*at as usize]),
            Self::Segment(at) => Self::Segment(*at),
            Self::Not(inner) => Self::Not(Box::new(inner.arranged(numbers, likely))),
            Self::And(all_of) => {
                let mut all = all(all_of);
                all.sort_by_key(|(likely, _)| *likely);
                Self::And(parts(all))
            }
            Self::Or(one_of) => {
                let mut all = all(one_of);
                all.sort_by_key(|(likely, _)| CERTAIN - likely);
                Self::Or(parts(all))
            }
        }
    }

    /// Leaves that hold wherever the formula does, as far as that is seen at once; the least likely ones first.
    pub(super) fn needs(&self) -> Vec<LeafNo> {
        match self {
            Self::Leaf(no) => vec![*no],
            // They are arranged.
            Self::And(all) => all.iter().flat_map(Self::needs).collect(),
            Self::Segment(_) | Self::Not(_) | Self::Or(_) => Vec::new(),
        }
    }

    fn likely(&self, leaves: &[u8]) -> u8 {
        let of = |one: &Self| one.likely(leaves);
        match self {
            Self::Leaf(LeafNo(at)) => leaves[*at as usize],
            // As a segment is.
            Self::Segment(_) => 1,
            Self::Not(inner) => CERTAIN - of(inner),
            Self::And(all) => all.iter().map(of).min().unwrap_or(CERTAIN),
            Self::Or(all) => all.iter().map(of).max().unwrap_or(0),
        }
    }
}

/// How likely it is what always holds.
pub(super) const CERTAIN: u8 = 10;
