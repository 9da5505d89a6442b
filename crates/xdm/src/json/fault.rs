//! What is wrong with a text that is JSON.

use crate::bad_message::excerpt;
use crate::{BadMessage, MAX_DEPTH, MAX_PATH_BYTES, MAX_WRITES};

/// What grammar allows and Weir does not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("half of a surrogate pair in {0}")]
    Escape(String),
    #[error("number out of range: {0}")]
    Number(String),
    #[error("an empty key")]
    EmptyKey,
    #[error("a path longer than {MAX_PATH_BYTES} bytes: {0}")]
    PathTooLong(String),
    #[error("more than {MAX_WRITES} writes")]
    TooManyWrites,
}

impl From<Fault> for BadMessage {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::TooDeep => Self::TooDeep,
            Fault::Escape(token) => Self::Escape {
                text: excerpt(&token),
            },
            Fault::Number(number) => Self::NumberOutOfRange {
                number: excerpt(&number),
            },
            Fault::EmptyKey => Self::EmptyKey,
            Fault::PathTooLong(path) => Self::PathTooLong { path: excerpt(&path) },
            Fault::TooManyWrites => Self::TooManyWrites,
        }
    }
}
