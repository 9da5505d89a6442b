//! Segments become a network.

use super::aggregate::{Aggregate, Guards};
use super::bits::Bits;
use super::formula::Formula;
use super::paths::Paths;
use super::question::Question;
use super::reads::reads_events;
use super::threshold::{Band, Threshold};
use super::watch::{Bounds, Watch};
use super::window::{Reach, Window};
use super::{Leaf, LeafNo, Network};
use crate::rules::Segment;
use jiff::tz::TimeZone;
use model::{Duration, Path, SegmentId};
use pql::value::number;
use pql::{Expression, Operator, Program};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use xdm::Number;

impl Network {
    /// The network of segments in the order of their references. Events are seen for `retention` at most.
    pub(crate) fn compile(
        segments: &[Segment],
        by_id: &HashMap<SegmentId, usize>,
        retention: Duration,
    ) -> Self {
        let mut found = Dictionary::default();
        let mut print = DefaultHasher::new();
        retention.millis().hash(&mut print);
        let formulas: Vec<Formula> = segments
            .iter()
            .map(|segment| {
                let program = &segment.program;
                (
                    segment.no,
                    program.to_string(),
                    zone_name(program.zone()),
                    segment.exclude_opt_out,
                )
                    .hash(&mut print);
                let formula = found.formula(program.condition(), program.zone(), by_id);
                if segment.exclude_opt_out {
                    let opted_out = Formula::Leaf(found.opted_out());
                    Formula::And([formula, Formula::Not(Box::new(opted_out))].into())
                } else {
                    formula
                }
            })
            .collect();
        Plan::of(&found.leaves, retention).network(formulas, &found.leaves, by_id.clone(), print.finish())
    }
}

/// What tells zones apart: one without a name is told by all there is of it.
fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name()
        .map_or_else(|| format!("{zone:?}"), str::to_owned)
}

/// Every distinct leaf once, in the order in which they are met.
#[derive(Default)]
struct Dictionary {
    known: HashMap<String, LeafNo>,
    leaves: Vec<Option<Program>>,
}

impl Dictionary {
    fn formula(
        &mut self,
        condition: &Expression,
        zone: &TimeZone,
        by_id: &HashMap<SegmentId, usize>,
    ) -> Formula {
        let all = |this: &mut Self, all: &[Expression]| {
            all.iter().map(|one| this.formula(one, zone, by_id)).collect()
        };
        match condition {
            Expression::Not(inner) => Formula::Not(Box::new(self.formula(inner, zone, by_id))),
            Expression::And(parts) => Formula::And(all(self, parts)),
            Expression::Or(parts) => Formula::Or(all(self, parts)),
            Expression::InSegment(id) => Formula::Segment(by_id[id]),
            leaf => {
                let program = || Program::new(leaf.clone()).in_zone(zone.clone());
                // The printed form parses to an equal condition, so what prints the same means the same.
                let spelled = format!("{} {}", zone_name(zone), pql::print::part(leaf, &[]));
                Formula::Leaf(self.no(spelled, || Some(program())))
            }
        }
    }

    fn opted_out(&mut self) -> LeafNo {
        self.no(String::new(), || None)
    }

    fn no(&mut self, spelled: String, program: impl FnOnce() -> Option<Program>) -> LeafNo {
        let (known, leaves) = (&mut self.known, &mut self.leaves);
        *known.entry(spelled).or_insert_with(|| {
            leaves.push(program());
            LeafNo(leaves.len() as u32 - 1)
        })
    }
}

/// Where each leaf of a dictionary goes.
struct Plan {
    /// The new number by the old one.
    numbers: Vec<LeafNo>,
    watches: BTreeMap<Path, Watch>,
    aggregates: Vec<Aggregate>,
    /// The new numbers of those that the oracle has to be asked about.
    asked: HashSet<LeafNo>,
}

/// Texts asked of a path.
type Asked = (usize, bool, Vec<String>);

impl Plan {
    fn of(leaves: &[Option<Program>], retention: Duration) -> Self {
        let (mut texts, mut bounds) = (BTreeMap::new(), BTreeMap::new());
        let (mut windows, mut others) = (Windows::default(), Vec::new());
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
        let mut plan = Self {
            numbers: vec![LeafNo(u32::MAX); leaves.len()],
            watches: BTreeMap::new(),
            aggregates: Vec::new(),
            asked: HashSet::new(),
        };
        let mut next = 0;
        for (path, asked) in texts {
            plan.index_texts(path, asked, &mut next);
        }
        for ((path, _), (operator, asked)) in bounds {
            plan.index_bounds(path, operator, asked, &mut next);
        }
        for at in windows.leaves().chain(others.iter().copied()) {
            plan.place(at, &mut next);
        }
        plan.asked.extend(others.into_iter().map(|at| plan.numbers[at]));
        plan.aggregates = windows.aggregates(&plan.numbers, retention);
        plan
    }

    fn place(&mut self, at: usize, next: &mut usize) -> u32 {
        let no = *next as u32;
        self.numbers[at] = LeafNo(no);
        *next += 1;
        no
    }

    fn index_texts(&mut self, path: Path, asked: Vec<Asked>, next: &mut usize) {
        let mut texts = super::watch::Texts {
            leaves: *next..*next + asked.len(),
            ..Default::default()
        };
        for (at, items, wanted) in asked {
            let no = self.place(at, next);
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

    fn index_bounds(
        &mut self,
        path: Path,
        operator: Operator,
        mut asked: Vec<(usize, Number)>,
        next: &mut usize,
    ) {
        asked
            .sort_by(|(_, one), (_, other)| number::order(*one, *other).unwrap_or(std::cmp::Ordering::Equal));
        let first = *next;
        let place = |(at, bound)| {
            self.place(at, next);
            bound
        };
        let bounds = asked.into_iter().map(place).collect();
        let bounds = Bounds {
            operator,
            first,
            bounds,
        };
        self.watches.entry(path).or_default().bounds.push(bounds);
    }

    fn network(
        mut self,
        formulas: Vec<Formula>,
        found: &[Option<Program>],
        by_id: HashMap<SegmentId, usize>,
        print: u64,
    ) -> Network {
        let formulas: Vec<Formula> = formulas
            .iter()
            .map(|formula| formula.renumbered(&self.numbers))
            .collect();
        let mut programs: Vec<_> = self.numbers.iter().copied().zip(found).collect();
        programs.sort_unstable_by_key(|(no, _)| *no);
        let mut leaves: Vec<Leaf> = programs
            .into_iter()
            .map(|(no, program)| Leaf {
                program: program.clone(),
                asked: self.asked.contains(&no),
                reads_events: program
                    .as_ref()
                    .is_some_and(|program| reads_events(program.condition())),
                late: program
                    .as_ref()
                    .is_some_and(|program| !program.segments().is_empty()),
                segments: Vec::new(),
            })
            .collect();
        let mut referring = vec![Vec::new(); formulas.len()];
        let mut late = vec![Vec::new(); formulas.len()];
        for (at, formula) in formulas.iter().enumerate() {
            let mut refers = Vec::new();
            let mut has = |no: LeafNo| {
                let leaf = &mut leaves[no.0 as usize];
                if leaf.segments.last() != Some(&at) {
                    leaf.segments.push(at);
                    if leaf.late {
                        late[at].push(no);
                        let named = leaf.program.iter().flat_map(Program::segments);
                        refers.extend(named.map(|id| by_id[&id]));
                    }
                }
            };
            let mut refers_too = Vec::new();
            formula.parts(&mut has, &mut |segment| refers_too.push(segment));
            refers.extend(refers_too);
            refers.sort_unstable();
            refers.dedup();
            for to in refers {
                referring[to].push(at);
            }
        }
        let (mut on_identities, mut on_event) = (Vec::new(), Vec::new());
        for (at, leaf) in leaves.iter().enumerate().filter(|(_, leaf)| leaf.asked) {
            let no = LeafNo(at as u32);
            let paths = leaf.program.as_ref().map_or_else(opt_out_paths, Program::paths);
            for path in paths {
                self.watches.entry(path).or_default().asked.push(no);
            }
            on_event.extend(leaf.reads_events.then_some(no));
            let identities = leaf.program.as_ref().is_some_and(Program::reads_identities);
            on_identities.extend(identities.then_some(no));
        }
        let mut blank = Bits::none(leaves.len());
        for window in self.aggregates.iter().flat_map(|aggregate| &aggregate.windows) {
            for (no, band) in &window.leaves {
                blank.set(no.0 as usize, band.holds(0));
            }
        }
        let mut paths = Paths::default();
        let watches: Vec<_> = self.watches.into_iter().collect();
        for (at, (path, _)) in watches.iter().enumerate() {
            paths.add(path, at);
        }
        Network {
            print,
            leaves,
            blank,
            formulas,
            referring,
            late,
            by_id,
            paths,
            watches,
            on_identities,
            on_event,
            guards: Guards::new(&self.aggregates),
            aggregates: self.aggregates,
        }
    }
}

/// Where a person opts out.
fn opt_out_paths() -> Vec<Path> {
    let path = |keys: &[&str]| Path::new(keys.iter().map(|key| (*key).to_owned()).collect());
    vec![path(&["consents", "collect", "val"]), path(&["privacyOptOuts"])]
}

/// Every distinct aggregate once, with its windows.
#[derive(Default)]
struct Windows {
    known: HashMap<String, usize>,
    all: Vec<Draft>,
}

/// An aggregate whose windows do not know their leaves' numbers yet.
struct Draft {
    tests: Vec<(Expression, bool)>,
    summed: Option<Expression>,
    zone: TimeZone,
    windows: Vec<(Vec<Reach>, Vec<(usize, Band)>)>,
}

impl Windows {
    fn add(&mut self, at: usize, threshold: &Threshold<'_>, zone: &TimeZone) {
        let spelled = spelled(threshold, zone);
        let known = *self.known.entry(spelled).or_insert_with(|| {
            let tests = threshold
                .tests
                .iter()
                .map(|test| (test.condition.clone(), test.holds));
            self.all.push(Draft {
                tests: tests.collect(),
                summed: threshold.summed.cloned(),
                zone: zone.clone(),
                windows: Vec::new(),
            });
            self.all.len() - 1
        });
        let windows = &mut self.all[known].windows;
        let same = windows
            .iter()
            .position(|(reaches, _)| *reaches == threshold.reaches);
        let window = same.unwrap_or_else(|| {
            windows.push((threshold.reaches.clone(), Vec::new()));
            windows.len() - 1
        });
        windows[window].1.push((at, threshold.band));
    }

    /// The leaves, by their old numbers.
    fn leaves(&self) -> impl Iterator<Item = usize> {
        let windows = self.all.iter().flat_map(|draft| &draft.windows);
        windows.flat_map(|(_, leaves)| leaves.iter().map(|(at, _)| *at))
    }

    fn aggregates(self, numbers: &[LeafNo], retention: Duration) -> Vec<Aggregate> {
        let built = self.all.into_iter().map(|draft| {
            let windows = draft.windows.into_iter().map(|(reaches, leaves)| {
                let leaves = leaves.into_iter().map(|(at, band)| (numbers[at], band)).collect();
                Window::new(&reaches, &draft.zone, retention, leaves)
            });
            Aggregate {
                windows: windows.collect(),
                tests: draft.tests,
                summed: draft.summed,
                zone: draft.zone.clone(),
            }
        });
        built.collect()
    }
}

/// What tells aggregates apart.
fn spelled(threshold: &Threshold<'_>, zone: &TimeZone) -> String {
    let part = |part| pql::print::part(part, &[None]).to_string();
    let mut tests: Vec<String> = threshold
        .tests
        .iter()
        .map(|test| format!("{} {}", test.holds, part(test.condition)))
        .collect();
    tests.sort_unstable();
    tests.dedup();
    // `Each` opens a scope of its own around the item, in which a bare name is the item's.
    let summed = threshold.summed.map(|each| match each {
        Expression::Each { body, .. } => part(body),
        _ => part(each),
    });
    format!("{} {summed:?} {tests:?}", zone_name(zone))
}
