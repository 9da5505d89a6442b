//! What the engine decided, in the judge's words, so that the two can be compared.

use crate::judge::{Expected, Judge, Judged};
use model::{
    DataflowId, Definitions, Export, Identity, Profile, ProfileId, RulesVersion, SegmentId, SegmentNo,
    SegmentState, Transition,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

/// The names of segments by number, hidden ones left out.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// All that ever were.
    all: BTreeMap<SegmentNo, SegmentId>,
    /// Those that are published.
    published: BTreeSet<SegmentNo>,
    version: RulesVersion,
}

impl Names {
    /// Takes over definitions; whether they are others than before.
    pub fn learn(&mut self, definitions: &Definitions) -> bool {
        let segments = &definitions.segments;
        self.all
            .extend(segments.iter().map(|segment| (segment.no, segment.id.clone())));
        let published = segments
            .iter()
            .filter(|segment| segment.state == SegmentState::Published);
        self.published = published.map(|segment| segment.no).collect();
        std::mem::replace(&mut self.version, definitions.version) != definitions.version
    }

    /// A transition by the name of its segment; `None` in a hidden one, which no history shows.
    pub fn judged(&self, profile: ProfileId, transition: &Transition) -> Option<Judged> {
        let Transition { at, segment, status } = *transition;
        let segment = self.all.get(&segment)?.clone();
        Some(Judged {
            profile,
            at,
            segment,
            status,
        })
    }
}

/// A decided export, in the judge's words.
pub fn expected(export: &Export) -> Expected {
    let mut transitions = export.transitions.clone();
    transitions.sort_by(|a, b| a.segment.cmp(&b.segment));
    Expected {
        dataflow: export.dataflow.clone(),
        profile: export.profile,
        revision: export.revision.0 & ((1 << 48) - 1),
        class: export.lane.class,
        causes: export.causes.clone(),
        transitions,
        merged: export.merged.clone(),
        emitted_at: export.emitted_at,
        attributes: export.attributes.clone(),
        memberships: export.memberships.clone(),
        identities: export.identities.clone(),
        envelope: export.envelope,
    }
}

/// The first thing that differs between what the judge expects and what was decided, if anything does.
pub fn difference(judge: &Judge, transitions: &[Judged], exports: &[Expected]) -> Option<String> {
    let transitions = differs(
        "transition",
        &by_profile(transitions),
        &by_profile(judge.transitions()),
    );
    transitions.or_else(|| differs("export", &by_chain(exports), &by_chain(judge.exports())))
}

fn differs<K: Ord + Debug, T: PartialEq + Debug>(
    what: &str,
    decided: &BTreeMap<K, Vec<T>>,
    expected: &BTreeMap<K, Vec<T>>,
) -> Option<String> {
    let keys: BTreeSet<&K> = decided.keys().chain(expected.keys()).collect();
    keys.into_iter().find_map(|key| {
        let of =
            |all: &'_ BTreeMap<K, Vec<T>>, at| format!("{:?}", all.get(key).and_then(|list| list.get(at)));
        let most = [decided, expected].map(|all| all.get(key).map_or(0, Vec::len));
        let mut places = 0..most[0].max(most[1]);
        let at = places.find(|at| of(decided, *at) != of(expected, *at))?;
        let (is, must) = (of(decided, at), of(expected, at));
        Some(format!(
            "{what} {at} of {key:?}:\n  decided  {is}\n  expected {must}"
        ))
    })
}

/// Transitions by profile, in order of time; those of one instant by segment, so that the order in which the
/// rules of one step are looked at does not matter.
pub fn by_profile(transitions: &[Judged]) -> BTreeMap<ProfileId, Vec<Judged>> {
    let mut all: BTreeMap<ProfileId, Vec<Judged>> = BTreeMap::new();
    for transition in transitions {
        all.entry(transition.profile)
            .or_default()
            .push(transition.clone());
    }
    for of_one in all.values_mut() {
        // Stable: two changes of one segment at one instant keep their order.
        of_one.sort_by(|a, b| (a.at, &a.segment).cmp(&(b.at, &b.segment)));
    }
    all
}

/// Exports by dataflow and profile, in order of decision.
fn by_chain(exports: &[Expected]) -> BTreeMap<(&DataflowId, ProfileId), Vec<&Expected>> {
    let mut all: BTreeMap<_, Vec<&Expected>> = BTreeMap::new();
    for export in exports {
        all.entry((&export.dataflow, export.profile))
            .or_default()
            .push(export);
    }
    all
}

/// The first thing that differs between a living profile as the judge knows it and as it is stored.
pub fn profile_difference(judge: &Judge, stored: &Profile, names: &Names) -> Option<String> {
    let id = stored.id;
    let identities: Vec<Identity> = stored
        .identities
        .iter()
        .map(|link| link.identity.clone())
        .collect();
    let mut memberships = BTreeMap::new();
    for membership in &stored.hot.memberships {
        let published = names.published.contains(&membership.segment);
        if let (true, Some(segment)) = (published, names.all.get(&membership.segment)) {
            memberships.insert(segment.clone(), (membership.status, membership.since));
        }
    }
    let attributes = xdm::unite(&stored.fragments).leaves;
    let is = format!("{identities:?}\n  {attributes:?}\n  {memberships:?}");
    let (identities, attributes, memberships) =
        (judge.identities(id), judge.attributes(id), judge.memberships(id));
    let must = format!("{identities:?}\n  {attributes:?}\n  {memberships:?}");
    (is != must).then(|| format!("profile {id}:\n  {is}\nexpected:\n  {must}"))
}
