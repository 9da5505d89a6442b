//! The nouns of Weir: ids, times, and the plain data that crates hand to each other.
//!
//! What this crate is not: it holds no rule, performs no I/O, and knows no stored or wire format. Anything
//! with behaviour lives with the verb that owns it (`ARCHITECTURE.md`, "the way of one change").
//!
//! Start reading at [`profile`]; then [`message`] (what comes in) and [`export`] (what goes out).

mod clock;
mod definition;
mod export;
mod ids;
mod job;
mod leaves;
mod message;
mod patch;
mod path;
mod profile;
mod schema;
mod secret;
mod time;
mod zone;

pub use clock::{Clock, SystemClock};
pub use definition::{
    AttributeTrigger, Dataflow, DataflowState, Definitions, DestinationDefinition, Inlet, Limits, Mapping,
    MembershipScope, NamespaceSelection, QueueBounds, SegmentDefinition, SegmentState, Triggers, WhenFull,
};
pub use export::{
    Account, Cause, Class, DeadReason, Export, ExportedMembership, ExportedTransition, Lane, SegmentStamps,
    SuppressedReason,
};
pub use ids::{
    DataflowId, DataflowNo, DatasetId, DestinationId, ExportId, ExportSeq, FieldGroupId, IdError, InletId,
    JobNo, ProfileId, Revision, RulesVersion, SchemaId, SegmentId, SegmentNo, Seq,
};
pub use job::{Candidates, Job, JobCounts, JobKind, JobState, Leaving, NewJob, Whom};
pub use leaves::{Known, Leaf, Leaves, LeavesIter};
pub use message::{Body, EventBody, Message, RecordBody};
pub use patch::{Patch, Writes, Written};
pub use path::{Path, PathBuf};
pub use profile::{
    Event, Fragment, HotRow, Identity, IdentityLink, LedgerEntry, Membership, Profile, Stamp, Status,
    Transition,
};
pub use schema::{Dataset, Field, FieldGroup, IdentityDescriptor, Scalar, SchemaClass, SchemaDefinition};
pub use secret::Secret;
pub use time::{Duration, Timestamp};
pub use zone::ZoneName;
