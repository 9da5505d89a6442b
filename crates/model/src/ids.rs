//! Identifiers. Names that people choose are text; numbers that the store hands out are dense integers.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Why a text cannot be an id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IdError {
    /// The text is empty.
    #[error("an id must not be empty")]
    Empty,
    /// The text is longer than 128 bytes.
    #[error("an id has at most 128 bytes, this one has {0}")]
    TooLong(usize),
    /// The text holds something other than letters, digits, `-`, `_`, `.` and `:`.
    #[error("an id holds letters, digits, '-', '_', '.' and ':', not {0:?}")]
    Character(char),
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks `text` and makes it an id: 1 to 128 bytes of ASCII letters, digits, `-`, `_`, `.`, `:`.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check(text).map(|()| Self(text.into()))
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > 128 {
        return Err(IdError::TooLong(text.len()));
    }
    let odd = text
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || "-_.:".contains(*c)));
    odd.map_or(Ok(()), |c| Err(IdError::Character(c)))
}

text_id!(
    /// A segment, as people and other segments (`inSegment`) name it.
    SegmentId
);
text_id!(
    /// A dataset: the stream of records or events that a message belongs to.
    DatasetId
);
text_id!(
    /// A schema: a class with field groups.
    SchemaId
);
text_id!(
    /// A field group: fields that belong together, Adobe's or the user's.
    FieldGroupId
);
text_id!(
    /// A dataflow: one destination with its mapped segments and attributes.
    DataflowId
);
text_id!(
    /// A connection to an outside stream.
    DestinationId
);
text_id!(
    /// A place where messages are posted.
    InletId
);

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $of:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $of);

        impl $name {
            /// The number that follows.
            pub fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// The number the store knows a segment by. A segment that is deactivated and published again gets a new
    /// one, so that what was remembered of the old one can never be mistaken for the new.
    SegmentNo, u32
);
number!(
    /// The number the store knows a dataflow by; never reused.
    DataflowNo, u32
);
number!(
    /// Arrival order of a message over the life of a store; duplicates, and what cannot be evaluated, have one too.
    Seq, u64
);
number!(
    /// Order in which exports were decided over the life of a store; also the key of the outbox row.
    ExportSeq, u64
);
number!(
    /// Counts the publishes of a store. A profile carries the one it was last evaluated under.
    RulesVersion, u64
);
number!(
    /// Counts the exports decided of one profile on one dataflow; the incarnation of the store is in its high
    /// 16 bits, so that it never repeats, not even after a restore.
    Revision, u64
);

number!(
    /// A bulk job, in the order in which they were made over the life of a store.
    JobNo, u64
);

/// A person, as the store knows them: 16 bits incarnation of the store, 48 bits sequence. Never reused.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileId(u64);

impl ProfileId {
    const NUMBER_BITS: u32 = 48;

    /// The profile with this `number` (below 2^48) made in this `incarnation` of the store.
    pub fn new(incarnation: u16, number: u64) -> Self {
        debug_assert!(number < 1 << Self::NUMBER_BITS, "profile numbers have 48 bits");
        Self(u64::from(incarnation) << Self::NUMBER_BITS | number)
    }

    /// From the bits of [`ProfileId::to_bits`].
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The 64 bits, incarnation first: their order is the order of creation.
    pub fn to_bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.0)
    }
}

/// Names one export for ever: 128 bits in lower-case hex, a function of dataflow, profile and revision, so
/// that a retry and a replay as recorded carry the id of the first attempt.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExportId(String);

impl ExportId {
    /// The id of the export with this revision of `profile` on `dataflow`.
    pub fn of(dataflow: &DataflowId, profile: ProfileId, revision: Revision) -> Self {
        use sha2::{Digest, Sha256};
        use std::fmt::Write;
        let digest = Sha256::digest(format!("{dataflow}\n{profile}\n{revision}"));
        let mut hex = String::with_capacity(32);
        for byte in &digest[..16] {
            let written = write!(hex, "{byte:02x}");
            debug_assert!(written.is_ok(), "writing to a String cannot fail");
        }
        Self(hex)
    }

    /// The 32 hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ExportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
