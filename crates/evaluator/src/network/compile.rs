//! Segments become a network.

mod blank;
mod dictionary;
mod layout;
mod windows;

use super::aggregate::Aggregate;
use super::bits::Bits;
use super::code::Code;
use super::formula::Formula;
use super::guards::{self, Guards};
use super::interest::Interest;
use super::paths::Paths;
use super::reads::each_item_path;
use super::{Blank, Leaf, LeafNo, Needs, Network};
use crate::rules::Segment;
use dictionary::{Dictionary, zone_name};
use layout::Layout;
use model::{DatasetId, Duration, SegmentId};
use pql::{Path, Program};
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use xdm::Glance;

/// How long events count, and those of datasets that have a say of their own.
type Kept<'a> = (Duration, &'a [(DatasetId, Duration)]);

impl Network {
    /// The network of segments in the order of their references. Events are seen for `retention` at most; `kept` is how
    /// long they count, and how long those of datasets that have a say of their own.
    pub(crate) fn compile(
        segments: &[Segment],
        by_id: &HashMap<SegmentId, usize>,
        retention: Duration,
        kept: Kept<'_>,
    ) -> Self {
        let mut found = Dictionary::default();
        let formulas: Vec<Formula> = segments
            .iter()
            .map(|segment| formula(segment, &mut found, by_id))
            .collect();
        let layout = Layout::of(&found.leaves, retention);
        let formulas: Vec<Formula> = formulas
            .iter()
            .map(|formula| formula.arranged(&layout.numbers, &layout.likely))
            .collect();
        let mut leaves = leaves(&layout, found.leaves);
        let interests = interests(&mut leaves);
        let links = Links::of(&formulas, &leaves, by_id);
        // What is asked when its segment is looked at cannot say whether to look at it.
        let known_before = |LeafNo(no): &LeafNo| !leaves[*no as usize].late;
        let needs = formulas.iter().map(|formula| {
            let mut needs = formula.needs().into_iter().filter(known_before);
            [needs.next(), needs.next()]
        });
        let needs: Vec<Needs> = needs.collect();
        let code = Code::of(&formulas);
        let Layout {
            mut watches,
            mut aggregates,
            ..
        } = layout;
        let (mut on_identities, mut on_event) = (Vec::new(), Vec::new());
        for (leaf, no) in leaves.iter().zip(0..).filter(|(leaf, _)| leaf.asked) {
            let no = LeafNo(no);
            let paths = leaf.program.as_ref().map_or_else(opt_out_paths, Program::paths);
            for path in paths {
                watches.entry(path).or_default().asked.push(no);
            }
            on_event.extend((leaf.reads_events && leaf.interest.is_none()).then_some(no));
            on_identities.extend(leaf.reads_identities.then_some(no));
        }
        let mut paths = Paths::default();
        for (at, path) in watches.keys().enumerate() {
            paths.add(path, at);
        }
        Self {
            fingerprint: fingerprint(segments, kept),
            blank: Blank::of(&leaves, &aggregates, &code, retention),
            needed: needed(&needs, leaves.len()),
            needed_by: needed_by(&needs, leaves.len()).into_iter().collect(),
            needless: (0..needs.len()).filter(|at| needs[*at][0].is_none()).collect(),
            needs,
            leaves,
            code,
            segments_of: links.segments_of.into_iter().collect(),
            referring: links.referring.into_iter().collect(),
            late: links.late,
            by_id: by_id.clone(),
            paths,
            watches: watches.into_values().collect(),
            on_identities,
            // Before `counting` takes tests out: it goes by what they look at.
            glance: glance(&aggregates, &interests),
            gathering: gathering(&interests),
            interests,
            on_event,
            counting: counting(&mut aggregates),
            aggregates,
        }
    }
}

fn formula(segment: &Segment, found: &mut Dictionary, by_id: &HashMap<SegmentId, usize>) -> Formula {
    let program = &segment.program;
    let holds = found.formula(program.condition(), program.zone(), by_id);
    if !segment.exclude_opt_out {
        return holds;
    }
    let opted_out = Formula::Leaf(found.opted_out());
    Formula::And([holds, Formula::Not(Box::new(opted_out))].into())
}

/// Two networks with the same fingerprint give the same findings.
fn fingerprint(segments: &[Segment], kept: Kept<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    kept.hash(&mut hasher);
    for segment in segments {
        let program = &segment.program;
        (segment.no, &segment.id, segment.exclude_opt_out).hash(&mut hasher);
        (program.to_string(), zone_name(program.zone())).hash(&mut hasher);
    }
    hasher.finish()
}

/// The leaves by their new numbers.
fn leaves(layout: &Layout, found: Vec<Option<Program>>) -> Vec<Leaf> {
    let mut programs: Vec<_> = layout.numbers.iter().copied().zip(found).collect();
    programs.sort_unstable_by_key(|(no, _)| *no);
    let leaf = |(no, program): (LeafNo, Option<Program>)| Leaf {
        asked: layout.asked.contains(&no),
        reads_attributes: program.as_ref().is_none_or(|program| !program.paths().is_empty()),
        reads_identities: program.as_ref().is_some_and(Program::reads_identities),
        reads_events: program.as_ref().is_some_and(Program::reads_events),
        late: program
            .as_ref()
            .is_some_and(|program| !program.segments().is_empty()),
        interest: None,
        program,
    };
    programs.into_iter().map(leaf).collect()
}

/// What events matter to the leaves that the oracle is asked about; the leaves learn where theirs stands.
fn interests(leaves: &mut [Leaf]) -> Vec<Interest> {
    let mut interests: Vec<Interest> = Vec::new();
    for (leaf, no) in leaves.iter_mut().zip(0..) {
        let program = leaf.program.as_ref().filter(|_| leaf.asked && leaf.reads_events);
        let Some(interest) = program.and_then(Interest::of) else {
            continue;
        };
        let known = interests.iter().position(|known| known.is(&interest));
        let at = known.unwrap_or_else(|| {
            interests.push(interest);
            interests.len() - 1
        });
        interests[at].leaves.push(LeafNo(no));
        leaf.interest = Some(at);
    }
    interests
}

/// Which events may be in which interests.
fn gathering(interests: &[Interest]) -> Guards {
    let mut gathering = Guards::default();
    for (at, interest) in interests.iter().enumerate() {
        for way in &interest.ways {
            gathering.add(at, guards::texts(way).0);
        }
    }
    gathering
}

/// What of an event aggregates and interests go by.
fn glance(aggregates: &[Aggregate], interests: &[Interest]) -> Glance {
    let mut glance = Glance::default();
    let tests = aggregates.iter().flat_map(|aggregate| &aggregate.tests);
    let tests = tests.map(|(test, _)| test);
    let summed = aggregates
        .iter()
        .filter_map(|aggregate| aggregate.summed.as_ref());
    let ways = interests.iter().flat_map(|interest| &interest.ways).flatten();
    for expression in tests.chain(summed).chain(ways) {
        each_item_path(expression, &mut |path| glance.at(path.keys()));
    }
    glance
}

/// The leaves that some segment needs first.
fn needed(needs: &[Needs], leaves: usize) -> Bits {
    let mut needed = Bits::none(leaves);
    for LeafNo(no) in needs.iter().filter_map(|[first, _]| *first) {
        needed.set(no as usize, true);
    }
    needed
}

/// By leaf, the segments that need it first.
fn needed_by(needs: &[Needs], leaves: usize) -> Vec<Vec<usize>> {
    let mut by = vec![Vec::new(); leaves];
    for (at, [first, _]) in needs.iter().enumerate() {
        if let Some(LeafNo(no)) = first {
            by[*no as usize].push(at);
        }
    }
    by
}

/// Who has what, by segments.
struct Links {
    segments_of: Vec<Vec<usize>>,
    referring: Vec<Vec<usize>>,
    late: Vec<Vec<LeafNo>>,
}

impl Links {
    fn of(formulas: &[Formula], leaves: &[Leaf], by_id: &HashMap<SegmentId, usize>) -> Self {
        let mut links = Self {
            segments_of: vec![Vec::new(); leaves.len()],
            referring: vec![Vec::new(); formulas.len()],
            late: vec![Vec::new(); formulas.len()],
        };
        for (at, formula) in formulas.iter().enumerate() {
            let (mut had, mut refers) = (BTreeSet::new(), BTreeSet::new());
            formula.parts(
                &mut |no| {
                    had.insert(no);
                },
                &mut |segment| {
                    refers.insert(segment);
                },
            );
            for no in had {
                let leaf = &leaves[no.0 as usize];
                links.segments_of[no.0 as usize].push(at);
                if leaf.late {
                    links.late[at].push(no);
                    let named = leaf.program.iter().flat_map(Program::segments);
                    refers.extend(named.map(|id| by_id[&id]));
                }
            }
            for to in refers {
                links.referring[to].push(at);
            }
        }
        links
    }
}

/// Which events may be part of which aggregates. Tests that are seen to by that are taken out of them.
fn counting(aggregates: &mut [Aggregate]) -> Guards {
    let mut counting = Guards::default();
    for (at, aggregate) in aggregates.iter_mut().enumerate() {
        // Those that must not hold say nothing of texts that must be there, and come last.
        aggregate.tests.sort_by_key(|(_, holds)| !holds);
        let wanted = aggregate.tests.iter().take_while(|(_, holds)| *holds);
        let (texts, places) = guards::texts(wanted.map(|(test, _)| test));
        for place in places.into_iter().rev() {
            aggregate.tests.remove(place);
        }
        counting.add(at, texts);
    }
    counting
}

/// Where a person opts out.
fn opt_out_paths() -> Vec<Path> {
    let path = |keys: &[&str]| Path::new(keys.iter().map(|key| (*key).to_owned()).collect());
    vec![path(&["consents", "collect", "val"]), path(&["privacyOptOuts"])]
}
