//! Which number each leaf gets, by what answers it.

use super::super::LeafNo;
use super::super::aggregate::Aggregate;
use super::super::formula::CERTAIN;
use super::super::question::Question;
use super::super::watch::{Bounds, Texts, Watch};
use super::windows::Windows;
use model::Duration;
use pql::value::number;
use pql::{Operator, Path, Program};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use xdm::Number;

/// Leaves that one index answers have numbers side by side.
pub(super) struct Layout {
    /// The new number by that of the dictionary.
    pub(super) numbers: Vec<LeafNo>,
    /// By the new number, a guess how likely a leaf holds: what a text is less often than where a number lies.
    pub(super) likely: Vec<u8>,
    pub(super) watches: BTreeMap<Path, Watch>,
    pub(super) aggregates: Vec<Aggregate>,
    /// The new numbers of those that the oracle has to be asked about.
    pub(super) asked: HashSet<LeafNo>,
}

/// Texts asked of a path.
type Asked = (usize, bool, Vec<String>);

impl Layout {
    pub(super) fn of(leaves: &[Option<Program>], retention: Duration) -> Self {
        let (mut texts, mut bounds) = (BTreeMap::new(), BTreeMap::new());
        let (mut windows, mut flags, mut others) = (Windows::default(), Vec::new(), Vec::new());
        for (at, program) in leaves.iter().enumerate() {
            let Some(program) = program else {
                others.push(at);
                continue;
            };
            match Question::of(program.condition()) {
                Question::Text {
                    path,
                    items,
                    texts: wanted,
                } => {
                    let wanted = wanted.into_iter().map(str::to_owned).collect();
                    texts
                        .entry(path.clone())
                        .or_insert_with(Vec::new)
                        .push((at, items, wanted));
                }
                Question::Flag { path, value } => flags.push((path, value, at)),
                Question::Bound {
                    path,
                    operator,
                    bound,
                } => {
                    let key = (path.clone(), operator.symbol());
                    bounds
                        .entry(key)
                        .or_insert_with(|| (operator, Vec::new()))
                        .1
                        .push((at, bound));
                }
                Question::Threshold(threshold) => windows.add(at, &threshold, program.zone()),
                Question::Other => others.push(at),
            }
        }
        let mut layout = Self {
            numbers: vec![LeafNo(u32::MAX); leaves.len()],
            likely: Vec::with_capacity(leaves.len()),
            watches: BTreeMap::new(),
            aggregates: Vec::new(),
            asked: HashSet::new(),
        };
        for (path, asked) in texts {
            layout.index_texts(path, asked);
        }
        for (path, value, at) in flags {
            let no = layout.place(at, CERTAIN / 2);
            let watch = layout.watches.entry(path.clone()).or_default();
            watch.flags[usize::from(value)].push(no);
        }
        for ((path, _), (operator, asked)) in bounds {
            layout.index_bounds(path, operator, asked);
        }
        for (at, band) in windows.leaves() {
            // Most people have no events of a kind.
            layout.place(at, if band.holds(0) { CERTAIN - 1 } else { 1 });
        }
        for at in &others {
            layout.place(*at, CERTAIN / 2);
        }
        layout
            .asked
            .extend(others.into_iter().map(|at| layout.numbers[at]));
        layout.aggregates = windows.aggregates(&layout.numbers, retention);
        layout
    }

    /// Gives a leaf the next number.
    fn place(&mut self, at: usize, likely: u8) -> u32 {
        let no = self.likely.len() as u32;
        self.likely.push(likely);
        self.numbers[at] = LeafNo(no);
        no
    }

    fn index_texts(&mut self, path: Path, asked: Vec<Asked>) {
        let mut texts = Texts {
            leaves: self.likely.len()..self.likely.len() + asked.len(),
            ..Default::default()
        };
        for (at, items, wanted) in asked {
            // One text is rarer than one of three.
            let no = self.place(at, wanted.len().min(3) as u8);
            let by = if items {
                &mut texts.of_item
            } else {
                &mut texts.of_text
            };
            for text in wanted {
                by.entry(text).or_default().push(no);
            }
        }
        self.watches.entry(path).or_default().texts = texts;
    }

    fn index_bounds(&mut self, path: Path, operator: Operator, mut asked: Vec<(usize, Number)>) {
        asked.sort_by(|(_, one), (_, other)| number::order(*one, *other).unwrap_or(Ordering::Equal));
        let first = self.likely.len();
        let place = |(at, bound)| {
            self.place(at, CERTAIN / 2);
            bound
        };
        let numbers = asked.into_iter().map(place).collect();
        let bounds = Bounds::new(operator, first, numbers);
        self.watches.entry(path).or_default().bounds.push(bounds);
    }
}
