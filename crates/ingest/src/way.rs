//! What was decided last and is on its way to the disk: until it has arrived, the store does not know of it.

use model::{Identity, ProfileId};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Decisions;

/// A batch on its way, as far as it is not to be found in memory.
pub(crate) struct Way {
    decisions: Arc<Decisions>,
    absorbed: BTreeMap<ProfileId, ProfileId>,
    /// Where the clock of the cache stood when it was begun.
    pub(crate) begun: u64,
}

/// Whose a batch makes an identity.
pub(crate) enum Owner {
    Profile(ProfileId),
    Nobody,
    /// It says nothing of it.
    Unsaid,
}

impl Way {
    pub(crate) fn of(decisions: Arc<Decisions>, begun: u64) -> Self {
        debug_assert!(
            decisions.identities.is_sorted_by_key(|(identity, _)| identity),
            "they are looked for"
        );
        let deltas = decisions.profiles.iter();
        let absorbed = deltas.filter_map(|delta| Some((delta.id, delta.absorbed_into?)));
        Self {
            absorbed: absorbed.collect(),
            decisions,
            begun,
        }
    }

    /// Whose it makes an identity.
    pub(crate) fn owner(&self, identity: &Identity) -> Owner {
        let identities = &self.decisions.identities;
        match identities.binary_search_by(|(of, _)| of.cmp(identity)) {
            Ok(at) => identities[at].1.map_or(Owner::Nobody, Owner::Profile),
            Err(_) => Owner::Unsaid,
        }
    }

    /// Who absorbs a profile.
    pub(crate) fn survivor(&self, id: ProfileId) -> Option<ProfileId> {
        self.absorbed.get(&id).copied()
    }
}
