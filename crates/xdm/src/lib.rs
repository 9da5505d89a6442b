//! The data that people send: entities in XDM form, what they may look like, and how writes become a profile.
//!
//! What this crate is not: it decides nothing about segments and keeps nothing. It performs no I/O and reads no
//! clock.
//!
//! Start reading at [`parse_entity`], what comes in; then [`apply`] and [`unite()`], how writes become the
//! attributes of a profile; then [`Value`], what a predicate sees. [`Schemas`] is where types come from, and a [`Door`]
//! holds messages to them.

mod aside;
mod bad_message;
mod consent;
mod door;
mod entity;
mod envelope;
mod form;
mod forms;
mod identity;
mod json;
mod merge;
mod met;
mod number;
mod patch;
mod schema;
mod suggest;
mod unite;
mod value;
mod written;

pub use bad_message::BadMessage;
pub use consent::opted_out;
pub use door::{Door, Reader};
pub use entity::parse_entity;
pub use envelope::{Envelope, SchemaRef, parse_envelope};
pub use identity::identity_map_value;
pub use merge::{Applied, Changed, apply, show, stamp_of};
pub use number::Number;
pub use schema::{
    Conflict, FieldPath, Found, IdentityError, Misfit, Note, PathError, Schema, Schemas, SchemasError, Sides,
    Step, Type, Unknown, Violation, Why, standard_field_groups,
};
pub use suggest::nearest;
pub use unite::{Attributes, shown, unite, united_value};
pub use value::{Glance, Object, Value};
pub use written::WrittenPaths;

/// The largest message that is taken, in bytes (Adobe's limit on a streamed message).
pub const MAX_MESSAGE_BYTES: usize = 1024 * 1024;
/// The most identities that one message may name (Adobe's guardrail).
pub const MAX_IDENTITIES: usize = 20;
/// The longest identity value and event `_id`, in characters (Adobe's guardrail).
pub const MAX_IDENTITY_CHARS: usize = 1024;
/// How deep objects and arrays may be nested; the entity itself is the first level.
pub const MAX_DEPTH: usize = 64;
/// The most writes that one record may make, objects and nulls counted.
pub const MAX_WRITES: usize = 10_000;
/// The most bytes that the paths of one record's writes may have together.
pub const MAX_PATHS_BYTES: usize = 1 << 20;
/// The longest path of an attribute, in bytes of its keys and the dots between them.
pub const MAX_PATH_BYTES: usize = 1024;
