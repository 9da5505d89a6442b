//! Formulas as they are run: one test after another, in one block of memory.

use super::LeafNo;
use super::bits::Bits;
use super::formula::Formula;

/// The formulas of all segments.
#[derive(Debug, Default)]
pub(super) struct Code {
    tests: Vec<Test>,
    /// By segment, the first of its tests.
    starts: Vec<u32>,
}

/// Looks at one bit, and says where to go on.
#[derive(Clone, Copy, Debug)]
struct Test {
    /// A leaf, or with [`SEGMENT`] a segment.
    of: u32,
    /// The next test if it holds, or [`HOLDS`] or [`FAILS`].
    yes: u32,
    /// And if it does not.
    no: u32,
}

const SEGMENT: u32 = 1 << 31;
const HOLDS: u32 = u32::MAX;
const FAILS: u32 = u32::MAX - 1;

impl Code {
    pub(super) fn of<'f>(formulas: impl IntoIterator<Item = &'f Formula>) -> Self {
        let mut code = Self::default();
        for formula in formulas {
            let start = code.add(formula, HOLDS, FAILS);
            code.starts.push(start);
        }
        code
    }

    /// Adds the tests of a formula that go on at `yes` or `no`; gives the first. The last comes first in memory.
    fn add(&mut self, formula: &Formula, yes: u32, no: u32) -> u32 {
        match formula {
            Formula::Leaf(LeafNo(leaf)) => self.test(*leaf, yes, no),
            Formula::Segment(at) => self.test(*at as u32 | SEGMENT, yes, no),
            Formula::Not(inner) => self.add(inner, no, yes),
            Formula::And(all) => all.iter().rev().fold(yes, |next, one| self.add(one, next, no)),
            Formula::Or(all) => all.iter().rev().fold(no, |next, one| self.add(one, yes, next)),
        }
    }

    fn test(&mut self, of: u32, yes: u32, no: u32) -> u32 {
        self.tests.push(Test { of, yes, no });
        self.tests.len() as u32 - 1
    }

    /// Whether the formula of a segment holds.
    #[inline]
    pub(super) fn holds(&self, segment: usize, leaves: &Bits, members: &Bits) -> bool {
        let mut at = self.starts[segment];
        while let Some(test) = self.tests.get(at as usize) {
            let holds = if test.of & SEGMENT == 0 {
                leaves.get(test.of as usize)
            } else {
                members.get((test.of & !SEGMENT) as usize)
            };
            at = if holds { test.yes } else { test.no };
        }
        at == HOLDS
    }

    /// How many segments there are.
    pub(super) fn segments(&self) -> usize {
        self.starts.len()
    }
}
