//! The edges of a dataflow's life: what an edit offers to do in bulk, and whether it is done.

use super::{Item, Publish};
use crate::jobs::ERROR_BUDGET;
use model::{
    Candidates, Dataflow, Definitions, JobKind, Leaving, Mapping, NewJob, SegmentId, SegmentNo, Whom,
};

/// What people choose where an edit leaves something open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choices {
    /// A mapped segment: its present members are told now. On by default.
    pub backfill: bool,
    /// An edited mapping: all members are told again.
    pub re_export: bool,
    /// An unmapped segment, or a removed dataflow: who was told `realized` is told an exit.
    pub exit_sweep: bool,
    /// A dataflow enabled again: members are told, and exits of those told `realized` who no longer are.
    pub reconcile: bool,
}

impl Choices {
    /// Nobody is told anything because of an edit itself.
    pub const QUIET: Self = Self {
        backfill: false,
        re_export: false,
        exit_sweep: false,
        reconcile: false,
    };
}

/// Mapping a segment tells its members; everything else is quiet.
impl Default for Choices {
    fn default() -> Self {
        Self {
            backfill: true,
            ..Self::QUIET
        }
    }
}

/// Something an edit can do in bulk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The job that would do it.
    pub job: NewJob,
    /// Whether it is done.
    pub taken: bool,
    /// The effect that speaks of it: the item, and the place among its effects.
    pub(super) effect: (usize, usize),
    /// Whether the members of a hidden segment stand for it, who are known only once everybody is at the rules.
    pub(super) hidden: bool,
}

impl Offer {
    /// What it does or would do, to how many profiles.
    pub(super) fn sentence(&self, profiles: Option<u64>) -> String {
        let NewJob { kind, scope, .. } = &self.job;
        let number = profiles.map(|n| match n {
            1 => "1 profile".to_owned(),
            n => format!("{n} profiles"),
        });
        let about = number
            .clone()
            .map_or(String::new(), |number| format!(" ({number})"));
        let flag = |flag: &str| match &number {
            Some(number) => format!(" ({number} with {flag})"),
            None => format!(" ({flag} does)"),
        };
        match (kind, self.taken) {
            (JobKind::Backfill, true) => {
                format!("backfill of {scope}: who is in it already is sent now, by a job{about}")
            }
            (JobKind::Backfill, false) => {
                format!("from now on: who is in {scope} already is sent with the next change, not now{about}")
            }
            (JobKind::ReExport, true) => format!("re-export: all members are sent again, by a job{about}"),
            (JobKind::ReExport, false) => {
                format!("nothing is sent again because of it{}", flag("--re-export"))
            }
            (JobKind::ExitSweep, true) => {
                format!("exit sweep: who was told `realized` is sent an exit, by a job{about}")
            }
            (JobKind::ExitSweep, false) => {
                format!(
                    "who was told `realized` is not sent an exit{}",
                    flag("--exit-sweep")
                )
            }
            (JobKind::Reconcile, true) => format!(
                "reconcile: members are sent, and exits of those told `realized` who no longer are, by a job{about}"
            ),
            // No edit makes the others.
            (JobKind::Reconcile | JobKind::Resend | JobKind::Replay, _) => {
                format!("what changed meanwhile is not sent{}", flag("--reconcile"))
            }
        }
    }
}

/// An offer, and the effect that speaks of it.
pub(super) struct Offered {
    kind: JobKind,
    taken: bool,
    scope: String,
    whom: Whom,
    leaving: Vec<Leaving>,
    candidates: Vec<Candidates>,
    hidden: bool,
}

impl Offered {
    /// Adds the effect to `item`, which will stand at `place` among the items.
    pub(super) fn put(self, dataflow: &Dataflow, item: &mut Item, place: usize) -> Offer {
        let offer = Offer {
            job: NewJob {
                kind: self.kind,
                dataflow: dataflow.no,
                dataflow_id: dataflow.id.clone(),
                whom: self.whom,
                leaving: self.leaving,
                scope: self.scope,
                candidates: self.candidates,
                rate: None,
                error_budget: ERROR_BUDGET,
            },
            taken: self.taken,
            effect: (place, item.effects.len()),
            hidden: self.hidden,
        };
        item.effects.push(offer.sentence(None));
        offer
    }
}

/// The number whose status counts for a mapping; `None` if its segment is not there.
pub(super) fn counted(definitions: &Definitions, mapping: &Mapping) -> Option<SegmentNo> {
    mapping.hidden.or_else(|| base(definitions, &mapping.segment))
}

fn base(definitions: &Definitions, id: &SegmentId) -> Option<SegmentNo> {
    let segment = definitions.segments.iter().find(|segment| segment.id == *id)?;
    Some(segment.no)
}

/// The present members of these mappings, who are told that they are.
pub(super) fn backfill(
    definitions: &Definitions,
    mappings: &[&Mapping],
    publish: Publish,
    taken: bool,
) -> Offered {
    let numbers = mappings.iter().filter_map(|m| counted(definitions, m)).collect();
    Offered {
        kind: JobKind::Backfill,
        taken,
        scope: names(mappings.iter().map(|m| &m.segment)),
        whom: Whom::Members(numbers),
        leaving: Vec::new(),
        candidates: members(definitions, mappings, publish),
        hidden: mappings.iter().any(|m| m.hidden.is_some()),
    }
}

/// All members, and who was told under a number that no longer counts.
pub(super) fn re_export(
    definitions: &Definitions,
    (before, after): (&Definitions, &Dataflow),
    current: &Dataflow,
    publish: Publish,
    taken: bool,
) -> Offered {
    let mappings: Vec<&Mapping> = after.segments.iter().collect();
    let leaving: Vec<Leaving> = after
        .segments
        .iter()
        .filter_map(|mapping| {
            let old = current.segments.iter().find(|m| m.segment == mapping.segment)?;
            let no = counted(before, old)?;
            (counted(definitions, mapping) != Some(no)).then(|| Leaving {
                no,
                segment: mapping.segment.clone(),
            })
        })
        .collect();
    let mut candidates = members(definitions, &mappings, publish);
    candidates.extend(told(
        before,
        current,
        &current.segments.iter().collect::<Vec<_>>(),
    ));
    Offered {
        kind: JobKind::ReExport,
        taken,
        scope: "all members".to_owned(),
        whom: Whom::Reconciled,
        leaving,
        candidates,
        hidden: after.filter.is_some(),
    }
}

/// Who was told realized in a segment that goes.
pub(super) fn exit_sweep(
    before: &Definitions,
    current: &Dataflow,
    gone: &[&Mapping],
    taken: bool,
) -> Offered {
    let leaving = gone.iter().filter_map(|mapping| {
        Some(Leaving {
            no: counted(before, mapping)?,
            segment: mapping.segment.clone(),
        })
    });
    Offered {
        kind: JobKind::ExitSweep,
        taken,
        scope: names(gone.iter().map(|m| &m.segment)),
        whom: Whom::Owed,
        leaving: leaving.collect(),
        candidates: told(before, current, gone),
        hidden: false,
    }
}

/// Members, and who was told realized.
pub(super) fn reconcile(
    definitions: &Definitions,
    (before, after): (&Definitions, &Dataflow),
    current: &Dataflow,
    publish: Publish,
    taken: bool,
) -> Offered {
    Offered {
        kind: JobKind::Reconcile,
        scope: "members and exits".to_owned(),
        ..re_export(definitions, (before, after), current, publish, taken)
    }
}

fn told(before: &Definitions, current: &Dataflow, mappings: &[&Mapping]) -> Vec<Candidates> {
    let numbers = mappings.iter().filter_map(|m| counted(before, m));
    numbers.map(|no| Candidates::Told(current.no, no)).collect()
}

/// Who may be a member. Who is behind a filter is known only where nothing the publish changes decides it.
fn members(definitions: &Definitions, mappings: &[&Mapping], publish: Publish) -> Vec<Candidates> {
    let hidden = mappings.iter().any(|mapping| mapping.hidden.is_some());
    let changed = definitions
        .segments
        .iter()
        .any(|s| s.changed_in == publish.version);
    if hidden && changed {
        return vec![Candidates::Everyone];
    }
    let numbers = mappings.iter().filter_map(|m| base(definitions, &m.segment));
    numbers.map(Candidates::Members).collect()
}

fn names<'a>(segments: impl Iterator<Item = &'a SegmentId>) -> String {
    segments.map(SegmentId::as_str).collect::<Vec<_>>().join(", ")
}
