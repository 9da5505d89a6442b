//! The leaves that look at one path of the attributes, and an index over those that compare what stands there with a
//! literal.
//!
//! Leaves of an index have numbers side by side, so that what a value makes of all of them is a few words of bits.

use super::LeafNo;
use super::bits::{Bits, among, run};
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
    pub(super) of_text: HashMap<String, Vec<u32>>,
    /// By an item of the list that stands there.
    pub(super) of_item: HashMap<String, Vec<u32>>,
}

/// Leaves that compare a number with bounds, ascending.
#[derive(Debug)]
pub(super) struct Bounds {
    pub(super) operator: Operator,
    /// The leaf of the first; the others follow.
    pub(super) first: usize,
    pub(super) numbers: Vec<Number>,
}

impl Watch {
    /// Answers the leaves of the index by what stands at the path; tells those that changed.
    pub(super) fn answer(&self, value: &Datum<'_>, leaves: &mut Bits, mut changed: impl FnMut(usize)) {
        self.texts.answer(value, leaves, &mut changed);
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
    fn answer(&self, value: &Datum<'_>, leaves: &mut Bits, changed: impl FnMut(usize)) {
        let end = self.first + self.numbers.len();
        let holding = match value.exact() {
            // The bounds that it exceeds come first, those that it falls short of last.
            Some(value) => {
                let above = matches!(self.operator, Operator::Greater | Operator::GreaterOrEqual);
                let holds = |bound: &Number| {
                    let order = number::order(value, *bound);
                    order.is_some_and(|order| self.operator.accepts(order))
                };
                let turn = self.first + self.numbers.partition_point(|bound| holds(bound) == above);
                if above { self.first..turn } else { turn..end }
            }
            None => 0..0,
        };
        leaves.replace(self.first..end, |word| run(&holding, word), changed);
    }
}
