//! Why a message is not taken.

use crate::{MAX_DEPTH, MAX_IDENTITIES, MAX_MESSAGE_BYTES, MAX_PATH_BYTES, MAX_PATHS_BYTES, MAX_WRITES};
use crate::{Misfit, Violation};
use model::DatasetId;

/// Why a message is not taken: each says what is wrong, where, and what to do.
///
/// [`BadMessage::status`] and [`BadMessage::code`] do not change between versions; the sentences may.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// Above [`MAX_MESSAGE_BYTES`].
    #[error(
        "the message has {bytes} bytes and at most {MAX_MESSAGE_BYTES} are taken: send less in one message"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The bytes are not text.
    #[error("the message is not UTF-8 at byte {at}: encode it as UTF-8")]
    NotUtf8 {
        /// The first byte that is wrong, counted from 0.
        at: usize,
    },
    /// The text is not JSON.
    #[error("the message is not JSON at byte {at} ({why}): send one JSON object")]
    NotJson {
        /// Where reading stopped, in bytes from 0.
        at: usize,
        /// What `serde_json` says of it.
        why: String,
    },
    /// Half of a UTF-16 surrogate pair, which stands for no character.
    #[error(
        "the text {text} holds half of a surrogate pair: escape the whole pair, or send the character itself"
    )]
    Escape {
        /// The beginning of the text, as sent.
        text: String,
    },
    /// Above [`MAX_DEPTH`].
    #[error("objects and arrays are nested deeper than {MAX_DEPTH} levels: flatten the entity")]
    TooDeep,
    /// No f64 is near it.
    #[error("the number {number} is beyond the range of a 64-bit float: send it as a text")]
    NumberOutOfRange {
        /// The beginning of the number, as sent.
        number: String,
    },
    /// A path could not name it.
    #[error("an object has a member with an empty key, which no path can name: give it a name")]
    EmptyKey,
    /// Above [`MAX_PATH_BYTES`].
    #[error("the path that begins with `{path}` is longer than {MAX_PATH_BYTES} bytes: use shorter names")]
    PathTooLong {
        /// Its beginning.
        path: String,
    },
    /// Above [`MAX_WRITES`] or [`MAX_PATHS_BYTES`].
    #[error(
        "the record writes more than {MAX_WRITES} attributes, or paths of more than {MAX_PATHS_BYTES} bytes together: \
         split it, keep lists in arrays, or use shorter names"
    )]
    TooManyWrites,
    /// Something is of another kind than it has to be.
    #[error("`{at}` must be {expected}, and is {found}")]
    Shape {
        /// Where, as a path.
        at: String,
        /// What belongs there, with its article.
        expected: &'static str,
        /// What was sent, with its article.
        found: &'static str,
    },
    /// A member that has to be there is not.
    #[error("`{at}` is missing: {why}")]
    Missing {
        /// Where, as a path.
        at: String,
        /// What it is needed for.
        why: &'static str,
    },
    /// A time in another form.
    #[error("`{at}` must be a time in RFC 3339 form such as 2026-01-31T09:30:00.000Z, and is {found}")]
    Time {
        /// Where, as a path.
        at: &'static str,
        /// The beginning of what was sent.
        found: String,
    },
    /// `identityMap` names nobody.
    #[error(
        "`identityMap` holds no identity: name at least one, such as {{\"email\":[{{\"id\":\"a@b.test\"}}]}}"
    )]
    NoIdentity,
    /// Above [`MAX_IDENTITIES`].
    #[error("the message names more than {MAX_IDENTITIES} identities: send fewer at a time")]
    TooManyIdentities,
    /// More than one identity is flagged.
    #[error("`identityMap` flags both {first} and {second} as primary: flag one")]
    TwoPrimaries {
        /// The first, in byte order of the namespaces.
        first: String,
        /// The next.
        second: String,
    },
    /// A value that would link strangers, or is too long.
    #[error("`{at}` holds the value {value}, {why}: leave it out or send the real one")]
    IdentityValue {
        /// Where, as a path.
        at: String,
        /// The beginning of the value, in quotes.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A namespace that is blank or too long.
    #[error(
        "`identityMap` has the namespace {namespace}, {why}: name the kind of identity, such as \"email\""
    )]
    Namespace {
        /// Its beginning, in quotes.
        namespace: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// What the schema of the dataset does not allow.
    #[error("the message does not fit {misfit}")]
    Misfit {
        /// Every violation, as far as they are listed.
        misfit: Misfit,
    },
    /// A record where events belong, or an event where records do.
    #[error("schema `{schema}` is of {expected}, and this is {found}")]
    Class {
        /// The dataset's schema.
        schema: String,
        /// What belongs there, and how it is told.
        expected: &'static str,
        /// What was sent.
        found: &'static str,
    },
    /// An event whose `_id` is of no use.
    #[error("`_id` is {found}, {why}: give the event an id of its own, unique within its dataset")]
    EventId {
        /// The beginning of the id, in quotes.
        found: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A record that writes what Weir computes.
    #[error("`segmentMembership` is computed by Weir and cannot be written: leave it out")]
    SegmentMembership,
    /// A member of `_weir` that has no meaning.
    #[error(
        "`_weir.{member}` means nothing to Weir: `_weir` holds `receivedAt` and, on an event, `validUntil`"
    )]
    UnknownAside {
        /// The beginning of its key.
        member: String,
    },
    /// A write that ends by itself.
    #[error("`_weir.{member}` makes the write an overlay, and overlays are not built yet: leave it out")]
    Overlay {
        /// `validUntil`, `ttl` or `caller`.
        member: &'static str,
    },
    /// The two schema references of an envelope differ.
    #[error(
        "`body.xdmMeta.schemaRef` differs from `header.schemaRef` in `{member}`: send the same one in both"
    )]
    SchemaMismatch {
        /// `id` or `contentType`.
        member: &'static str,
    },
    /// An envelope for another dataset than the inlet's.
    #[error(
        "`header.datasetId` is {found} and this inlet takes {expected}: post it to the inlet of its dataset"
    )]
    DatasetMismatch {
        /// The beginning of what was sent, in quotes.
        found: String,
        /// The inlet's.
        expected: DatasetId,
    },
    /// An envelope that asks for mapped upserts.
    #[error(
        "`header.operations` is not built yet: leave it out (a record is merged into its profile, a null removes)"
    )]
    Operations,
    /// An envelope of another kind.
    #[error(
        "`header.msgType` is {found}, and only \"xdmEntityCreate\" is built: send the entity itself, not a patch"
    )]
    MessageType {
        /// The beginning of what was sent, in quotes.
        found: String,
    },
}

impl BadMessage {
    /// The HTTP status of the answer: 400 unreadable or against its schema (Adobe's status for that), 413 too large, 422 readable but not acceptable, 501 not
    /// built yet.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotUtf8 { .. }
            | Self::NotJson { .. }
            | Self::Escape { .. }
            | Self::TooDeep
            | Self::NumberOutOfRange { .. }
            | Self::EmptyKey
            | Self::Shape { .. }
            | Self::Missing { .. }
            | Self::Misfit { .. } => 400,
            Self::TooLarge { .. } => 413,
            Self::PathTooLong { .. }
            | Self::TooManyWrites
            | Self::Time { .. }
            | Self::NoIdentity
            | Self::TooManyIdentities
            | Self::TwoPrimaries { .. }
            | Self::IdentityValue { .. }
            | Self::Namespace { .. }
            | Self::Class { .. }
            | Self::EventId { .. }
            | Self::SegmentMembership
            | Self::UnknownAside { .. }
            | Self::SchemaMismatch { .. }
            | Self::DatasetMismatch { .. } => 422,
            Self::Overlay { .. } | Self::Operations | Self::MessageType { .. } => 501,
        }
    }

    /// What the dataset's schema does not allow; empty if the message is refused for something else.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Misfit { misfit } => &misfit.violations,
            _ => &[],
        }
    }

    /// A short name for metrics and tests: lower case and underscores, one a variant.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::NotJson { .. } => "not_json",
            Self::Escape { .. } => "escape",
            Self::TooDeep => "too_deep",
            Self::NumberOutOfRange { .. } => "number_out_of_range",
            Self::EmptyKey => "empty_key",
            Self::PathTooLong { .. } => "path_too_long",
            Self::TooManyWrites => "too_many_writes",
            Self::Shape { .. } => "shape",
            Self::Missing { .. } => "missing",
            Self::Time { .. } => "time",
            Self::NoIdentity => "no_identity",
            Self::TooManyIdentities => "too_many_identities",
            Self::TwoPrimaries { .. } => "two_primaries",
            Self::IdentityValue { .. } => "identity_value",
            Self::Namespace { .. } => "namespace",
            Self::Misfit { .. } => "schema",
            Self::Class { .. } => "schema_class",
            Self::EventId { .. } => "event_id",
            Self::SegmentMembership => "segment_membership",
            Self::UnknownAside { .. } => "unknown_aside",
            Self::Overlay { .. } => "overlay",
            Self::SchemaMismatch { .. } => "schema_mismatch",
            Self::DatasetMismatch { .. } => "dataset_mismatch",
            Self::Operations => "operations",
            Self::MessageType { .. } => "message_type",
        }
    }

    pub(crate) fn not_json(text: &str, error: &serde_json::Error) -> Self {
        // serde_json counts lines and columns from 1.
        let line_start: usize = text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let sentence = error.to_string();
        let why = sentence.split(" at line ").next().unwrap_or(&sentence);
        Self::NotJson {
            at: line_start + error.column().saturating_sub(1),
            why: why.to_owned(),
        }
    }
}

/// The beginning of what was sent, for an answer that stays short.
pub(crate) fn excerpt(text: &str) -> String {
    const CHARS: usize = 40;
    match text.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The beginning of a text, in quotes and with its control characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", excerpt(text))
}

#[cfg(test)]
mod tests;
