//! What is known of somebody of whom nothing is known.

use super::super::aggregate::Aggregate;
use super::super::bits::Bits;
use super::super::code::Code;
use super::super::reads::moves_without_events;
use super::super::{Blank, Leaf, LeafNo};
use crate::oracle::{View, recompute};
use model::{Duration, Timestamp};
use xdm::Value;

impl Blank {
    pub(super) fn of(leaves: &[Leaf], aggregates: &[Aggregate], code: &Code, retention: Duration) -> Self {
        let mut holding = Bits::none(leaves.len());
        for window in aggregates.iter().flat_map(|aggregate| &aggregate.windows) {
            for (LeafNo(no), band) in &window.leaves {
                holding.set(*no as usize, band.holds(0));
            }
        }
        let mut restless = Vec::new();
        for (at, leaf) in leaves.iter().enumerate().filter(|(_, leaf)| leaf.asked) {
            if is_still(leaf) {
                holding.set(at, holds(leaf, retention));
            } else {
                restless.push(LeafNo(at as u32));
            }
        }
        let mut members = Bits::none(code.segments());
        for at in 0..code.segments() {
            let holds = code.holds(at, &holding, &members);
            members.set(at, holds);
        }
        Self {
            leaves: holding,
            restless,
            members,
        }
    }
}

/// Whether its answer is the same at every instant, and whatever segments somebody is in.
fn is_still(leaf: &Leaf) -> bool {
    let program = leaf.program.as_ref();
    !leaf.late && program.is_none_or(|program| !moves_without_events(program.condition()))
}

/// Whether a leaf that is still holds. Nobody opted out of whom nothing is known.
fn holds(leaf: &Leaf, retention: Duration) -> bool {
    let nothing = Value::Object(xdm::Object::new());
    let nobody = View {
        now: Timestamp::from_millis(0),
        retention,
        attributes: &nothing,
        identities: &nothing,
        events: &[],
        in_segment: &|_| false,
    };
    let program = leaf.program.as_ref();
    program.is_some_and(|program| recompute(program, &nobody).holds)
}
