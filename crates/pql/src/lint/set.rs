//! Sets of values that are there: what a clause leaves of them.

use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Values, each of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set {
    numbers: Vec<Range>,
    texts: Texts,
    /// Whether `false` and `true` are in it.
    booleans: [bool; 2],
    /// Whether lists with something in them are.
    full_lists: bool,
    /// Whether all else is: dates, maps, empty lists.
    others: bool,
}

/// From a place between two numbers to another.
type Range = (Cut, Cut);

/// A place before, between or after all numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cut {
    /// Before all.
    Start,
    /// Right before this one, or right after it.
    At(Decimal, bool),
    /// After all.
    End,
}

#[derive(Clone, Debug, PartialEq)]
enum Texts {
    These(BTreeSet<String>),
    AllBut(BTreeSet<String>),
}

impl Set {
    pub(super) fn nothing() -> Self {
        Self {
            numbers: Vec::new(),
            texts: Texts::These(BTreeSet::new()),
            booleans: [false; 2],
            full_lists: false,
            others: false,
        }
    }

    pub(super) fn everything() -> Self {
        Self::nothing().complement()
    }

    pub(super) fn range(low: Cut, high: Cut) -> Self {
        Self {
            numbers: (low < high).then_some((low, high)).into_iter().collect(),
            ..Self::nothing()
        }
    }

    pub(super) fn number(number: Decimal) -> Self {
        Self::range(Cut::At(number, false), Cut::At(number, true))
    }

    pub(super) fn text(text: &str) -> Self {
        Self {
            texts: Texts::These([text.to_owned()].into()),
            ..Self::nothing()
        }
    }

    pub(super) fn boolean(value: bool) -> Self {
        Self {
            booleans: [!value, value],
            ..Self::nothing()
        }
    }

    pub(super) fn numbers() -> Self {
        Self::range(Cut::Start, Cut::End)
    }

    pub(super) fn texts() -> Self {
        Self {
            texts: Texts::AllBut(BTreeSet::new()),
            ..Self::nothing()
        }
    }

    pub(super) fn booleans() -> Self {
        Self {
            booleans: [true; 2],
            ..Self::nothing()
        }
    }

    /// What holds as a condition.
    pub(super) fn conditions() -> Self {
        Self {
            full_lists: true,
            ..Self::boolean(true)
        }
    }

    /// All that is there and not in it.
    pub(super) fn complement(&self) -> Self {
        let mut from = Cut::Start;
        let mut numbers = Vec::new();
        for (low, high) in &self.numbers {
            if from < *low {
                numbers.push((from, *low));
            }
            from = *high;
        }
        if from < Cut::End {
            numbers.push((from, Cut::End));
        }
        Self {
            numbers,
            texts: match &self.texts {
                Texts::These(texts) => Texts::AllBut(texts.clone()),
                Texts::AllBut(texts) => Texts::These(texts.clone()),
            },
            booleans: self.booleans.map(|is_in| !is_in),
            full_lists: !self.full_lists,
            others: !self.others,
        }
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        let mut numbers = Vec::new();
        let (mut ours, mut theirs) = (self.numbers.as_slice(), other.numbers.as_slice());
        while let (Some(one), Some(two)) = (ours.first(), theirs.first()) {
            let (low, high) = (one.0.max(two.0), one.1.min(two.1));
            if low < high {
                numbers.push((low, high));
            }
            if one.1 < two.1 {
                ours = &ours[1..];
            } else {
                theirs = &theirs[1..];
            }
        }
        let texts = match (&self.texts, &other.texts) {
            (Texts::These(one), Texts::These(two)) => Texts::These(one.intersection(two).cloned().collect()),
            (Texts::These(these), Texts::AllBut(out)) | (Texts::AllBut(out), Texts::These(these)) => {
                Texts::These(these.difference(out).cloned().collect())
            }
            (Texts::AllBut(one), Texts::AllBut(two)) => Texts::AllBut(one.union(two).cloned().collect()),
        };
        Self {
            numbers,
            texts,
            booleans: [0, 1].map(|at| self.booleans[at] && other.booleans[at]),
            full_lists: self.full_lists && other.full_lists,
            others: self.others && other.others,
        }
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        self.complement().and(&other.complement()).complement()
    }

    /// The same without the numbers that are not whole.
    pub(super) fn whole(&self) -> Self {
        let one = Decimal::ONE;
        let numbers = self.numbers.iter().map(|(low, high)| {
            let low = match low {
                Cut::At(number, true) => Cut::At(number.floor() + one, false),
                Cut::At(number, false) => Cut::At(number.ceil(), false),
                end => *end,
            };
            let high = match high {
                Cut::At(number, true) => Cut::At(number.floor(), true),
                Cut::At(number, false) => Cut::At(number.ceil() - one, true),
                end => *end,
            };
            (low, high)
        });
        Self {
            numbers: numbers.filter(|(low, high)| low < high).collect(),
            ..self.clone()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        let no_texts = matches!(&self.texts, Texts::These(texts) if texts.is_empty());
        self.numbers.is_empty() && no_texts && self.booleans == [false; 2] && !self.full_lists && !self.others
    }
}
