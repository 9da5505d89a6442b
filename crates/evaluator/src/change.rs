//! What happens to a profile, and what came of it.

use crate::State;
use model::{
    Body, DatasetId, Identity, IdentityLink, Path, ProfileId, SegmentNo, Seq, Timestamp, Transition,
};
use xdm::WrittenPaths;

/// One change of one profile. It is applied whole and evaluated once.
#[derive(Debug)]
pub enum Change<'a> {
    /// Time alone: the profile's next due has come.
    Due,
    /// A job looks at the profile.
    Visit,
    /// A message of the person arrived.
    Message(Arrival<'a>),
}

/// An accepted message, after its identities were resolved; an event is none that [`State::remembers`].
#[derive(Debug)]
pub struct Arrival<'a> {
    /// The dataset it belongs to.
    pub dataset: &'a DatasetId,
    /// The primary identity.
    pub primary: &'a Identity,
    /// What it says.
    pub body: &'a Body,
    /// Arrival order.
    pub seq: Seq,
    /// When it was received.
    pub received: Timestamp,
    /// Identities that the profile did not have.
    pub linked: Vec<IdentityLink>,
    /// Identities that gave way at the cap.
    pub evicted: Vec<Identity>,
    /// Profiles that this message joins to the survivor, each already brought to the instant of the step.
    pub absorbed: Vec<State>,
}

/// What one evaluation step made of a change.
#[derive(Debug)]
pub struct Step {
    /// Its instant.
    pub at: Timestamp,
    /// Changes of status, in the order of the rules.
    pub transitions: Vec<Transition>,
    /// The segments among them whose rule changed since the profile's last step: cause `published`.
    pub published: Vec<SegmentNo>,
    /// The leaf paths written, nulls included, that did not lose under the merge policy.
    pub written: WrittenPaths,
    /// The leaf paths whose shown JSON text the record really changed, ascending: what shows now and did not, what
    /// showed and does not, and what shows another text. A join comes before the record and is not in it: after one
    /// (see `merged`) anything may differ from what the survivor showed.
    pub changed: Vec<Path>,
    /// Whether identities were added, removed or merged.
    pub identities_changed: bool,
    /// The profiles absorbed.
    pub merged: Vec<ProfileId>,
    /// Whether a job asked for the step: its exports are bulk.
    pub bulk: bool,
    /// What it took.
    pub effort: Effort,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Leaves that no index answers, for which the oracle was asked.
    pub asked: u64,
    /// Segments of which something flipped, or may have.
    pub segments: u64,
    /// People of whom nothing was known: all leaves were answered anew.
    pub built: u64,
}

impl std::ops::AddAssign for Effort {
    fn add_assign(&mut self, more: Self) {
        self.asked += more.asked;
        self.segments += more.segments;
        self.built += more.built;
    }
}

impl Step {
    pub(crate) fn at(at: Timestamp) -> Self {
        Self {
            at,
            transitions: Vec::new(),
            published: Vec::new(),
            written: WrittenPaths::default(),
            changed: Vec::new(),
            identities_changed: false,
            merged: Vec::new(),
            bulk: false,
            effort: Effort::default(),
        }
    }
}
