//! Every distinct leaf once.

use super::super::LeafNo;
use super::super::formula::Formula;
use jiff::tz::TimeZone;
use model::SegmentId;
use pql::{Expression, Program};
use std::collections::HashMap;

/// What tells zones apart: one without a name is told by all there is of it.
pub(super) fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name()
        .map_or_else(|| format!("{zone:?}"), str::to_owned)
}

/// Leaves in the order in which they are met; `None` is whether the person opted out.
#[derive(Default)]
pub(super) struct Dictionary {
    known: HashMap<String, LeafNo>,
    pub(super) leaves: Vec<Option<Program>>,
}

impl Dictionary {
    pub(super) fn formula(
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

    pub(super) fn opted_out(&mut self) -> LeafNo {
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
