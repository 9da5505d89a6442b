//! The leaves that look at one path of the attributes, and an index over those that compare what stands there with a
//! literal.
//!
//! Leaves of an index have numbers side by side, so that what a value makes of all of them is a few words of bits.

use super::LeafNo;
use super::bits::{Bits, among, run};
use foldhash::fast::FixedState;
use pql::Operator;
use pql::value::{Datum, number};
use std::collections::HashMap;
use std::ops::Range;
use xdm::Number;

/// What looks at a path.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Leaves that ask for texts.
    pub(super) texts: Texts,
    /// Leaves that ask for `false`, and those that ask for `true`.
    pub(super) flags: [Vec<u32>; 2],
    /// Leaves that ask where a number lies, by operator.
    pub(super) bounds: Vec<Bounds>,
    /// Leaves that the oracle has to be asked about.
    pub(super) asked: Vec<LeafNo>,
}

/// Text to the leaves that hold of it.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// All of them.
    pub(super) leaves: Range<usize>,
    /// By the text that stands there.
    pub(super) of_text: HashMap<String, Vec<u32>, FixedState>,
    /// By an item of the list that stands there.
    pub(super) of_item: HashMap<String, Vec<u32>, FixedState>,
}

/// Leaves that compare a number with bounds, ascending.
#[derive(Debug)]
pub(super) struct Bounds {
    pub(super) operator: Operator,
    /// The leaf of the first; the others follow.
    pub(super) first: usize,
    numbers: Vec<Number>,
    /// The same, if all of them are whole: these compare in no time.
    whole: Option<Vec<i64>>,
}

impl Watch {
    /// Answers the leaves of the index by what stands at the path; tells those that changed.
    pub(super) fn answer(&self, value: &Datum<'_>, leaves: &mut Bits, mut changed: impl FnMut(usize)) {
        self.texts.answer(value, leaves, &mut changed);
        for (flag, asking) in [false, true].into_iter().zip(&self.flags) {
            for leaf in asking {
                let leaf = *leaf as usize;
                if leaves.set(leaf, value.boolean() == Some(flag)) {
                    changed(leaf);
                }
            }
        }
        for bounds in &self.bounds {
            bounds.answer(value, leaves, &mut changed);
        }
    }
}

impl Texts {
    fn answer(&self, value: &Datum<'_>, leaves: &mut Bits, changed: impl FnMut(usize)) {
        if self.leaves.is_empty() {
            return;
        }
        let of_text = value.text().and_then(|text| self.of_text.get(text));
        let items = value.items().into_iter().flatten();
        let of_items: Vec<&Vec<u32>> = items.filter_map(|item| self.of_item.get(item.text()?)).collect();
        let holding = |word| {
            let lists = of_text.into_iter().chain(of_items.iter().copied());
            lists.fold(0, |bits, leaves| bits | among(leaves, word))
        };
        leaves.replace(self.leaves.clone(), holding, changed);
    }
}

impl Bounds {
    pub(super) fn new(operator: Operator, first: usize, numbers: Vec<Number>) -> Self {
        Self {
            operator,
            first,
            whole: numbers.iter().copied().map(whole).collect(),
            numbers,
        }
    }

    /// Its leaves.
    pub(super) fn leaves(&self) -> Range<usize> {
        self.first..self.first + self.numbers.len()
    }

    /// How many of the bounds a number exceeds, or falls short of: those for which the operator holds, or does not.
    fn turn(&self, value: Number, above: bool) -> usize {
        if let (Some(value), Some(bounds)) = (whole(value), &self.whole) {
            return bounds.partition_point(|bound| self.operator.accepts(value.cmp(bound)) == above);
        }
        self.numbers.partition_point(|bound| {
            let order = number::order(value, *bound);
            order.is_some_and(|order| self.operator.accepts(order)) == above
        })
    }

    fn answer(&self, value: &Datum<'_>, leaves: &mut Bits, changed: impl FnMut(usize)) {
        let end = self.first + self.numbers.len();
        let holding = match value.exact() {
            // The bounds that it exceeds come first, those that it falls short of last.
            Some(value) => {
                let above = matches!(self.operator, Operator::Greater | Operator::GreaterOrEqual);
                let turn = self.first + self.turn(value, above);
                if above { self.first..turn } else { turn..end }
            }
            None => 0..0,
        };
        leaves.replace(self.first..end, |word| run(&holding, word), changed);
    }
}

/// A number that is whole and not too large.
fn whole(number: Number) -> Option<i64> {
    match number {
        Number::Exact(exact) if exact.is_integer() => exact.try_into().ok(),
        _ => None,
    }
}
