//! Segments become a network.

mod dictionary;
mod layout;
mod windows;

use super::aggregate::{Aggregate, Guards};
use super::bits::Bits;
use super::formula::Formula;
use super::paths::Paths;
use super::{Leaf, LeafNo, Network};
use crate::rules::Segment;
use dictionary::{Dictionary, zone_name};
use layout::Layout;
use model::{DatasetId, Duration, SegmentId};
use pql::{Path, Program};
use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

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
        let links = Links::of(&formulas, &mut leaves, by_id);
        let Layout {
            mut watches,
            aggregates,
            ..
        } = layout;
        let (mut on_identities, mut on_event) = (Vec::new(), Vec::new());
        for (leaf, no) in leaves.iter().zip(0..).filter(|(leaf, _)| leaf.asked) {
            let no = LeafNo(no);
            let paths = leaf.program.as_ref().map_or_else(opt_out_paths, Program::paths);
            for path in paths {
                watches.entry(path).or_default().asked.push(no);
            }
            on_event.extend(leaf.reads_events.then_some(no));
            let identities = leaf.program.as_ref().is_some_and(Program::reads_identities);
            on_identities.extend(identities.then_some(no));
        }
        let mut paths = Paths::default();
        for (at, path) in watches.keys().enumerate() {
            paths.add(path, at);
        }
        Self {
            fingerprint: fingerprint(segments, kept),
            blank: blank(&aggregates, leaves.len()),
            leaves,
            formulas,
            referring: links.referring,
            late: links.late,
            by_id: by_id.clone(),
            paths,
            watches: watches.into_iter().collect(),
            on_identities,
            on_event,
            guards: Guards::new(&aggregates),
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

/// The leaves by their new numbers; nobody has them yet.
fn leaves(layout: &Layout, found: Vec<Option<Program>>) -> Vec<Leaf> {
    let mut programs: Vec<_> = layout.numbers.iter().copied().zip(found).collect();
    programs.sort_unstable_by_key(|(no, _)| *no);
    let leaf = |(no, program): (LeafNo, Option<Program>)| Leaf {
        asked: layout.asked.contains(&no),
        reads_events: program.as_ref().is_some_and(Program::reads_events),
        late: program
            .as_ref()
            .is_some_and(|program| !program.segments().is_empty()),
        program,
        segments: Vec::new(),
    };
    programs.into_iter().map(leaf).collect()
}

/// Who has what, by segments.
struct Links {
    referring: Vec<Vec<usize>>,
    late: Vec<Vec<LeafNo>>,
}

impl Links {
    /// Leaves learn who has them.
    fn of(formulas: &[Formula], leaves: &mut [Leaf], by_id: &HashMap<SegmentId, usize>) -> Self {
        let mut links = Self {
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
                let leaf = &mut leaves[no.0 as usize];
                leaf.segments.push(at);
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

/// What holds of somebody without events, of leaves that compare aggregates.
fn blank(aggregates: &[Aggregate], leaves: usize) -> Bits {
    let mut blank = Bits::none(leaves);
    for window in aggregates.iter().flat_map(|aggregate| &aggregate.windows) {
        for (no, band) in &window.leaves {
            blank.set(no.0 as usize, band.holds(0));
        }
    }
    blank
}

/// Where a person opts out.
fn opt_out_paths() -> Vec<Path> {
    let path = |keys: &[&str]| Path::new(keys.iter().map(|key| (*key).to_owned()).collect());
    vec![path(&["consents", "collect", "val"]), path(&["privacyOptOuts"])]
}
