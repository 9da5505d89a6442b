//! What has to be of a certain kind, and the answer when it is not.

use super::{Json, Members};
use crate::BadMessage;
use crate::bad_message::excerpt;
use model::Timestamp;
use std::borrow::Cow;
use std::fmt::Display;

impl<'a> Json<'a> {
    /// The members of the object that belongs at `at`.
    pub(crate) fn object_at(self, at: impl Display) -> Result<Members<'a>, BadMessage> {
        self.members()?.ok_or_else(|| self.not(at, "an object"))
    }

    /// The last member of each of these names in the object that belongs at `at`.
    pub(crate) fn picked_at<const N: usize>(
        self,
        at: impl Display,
        names: [&str; N],
    ) -> Result<[Option<Self>; N], BadMessage> {
        self.pick(names)?.ok_or_else(|| self.not(at, "an object"))
    }

    /// The items of the array that belongs at `at`.
    pub(crate) fn array_at(self, at: impl Display) -> Result<impl Iterator<Item = Self>, BadMessage> {
        self.items()?.ok_or_else(|| self.not(at, "an array"))
    }

    /// The text that belongs at `at`.
    pub(crate) fn text_at(self, at: impl Display) -> Result<Cow<'a, str>, BadMessage> {
        self.string()?.ok_or_else(|| self.not(at, "a text"))
    }

    /// The boolean that belongs at `at`.
    pub(crate) fn boolean_at(self, at: impl Display) -> Result<bool, BadMessage> {
        match self.text() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.not(at, "a boolean")),
        }
    }

    /// The time that belongs at `at`.
    pub(crate) fn time_at(self, at: &'static str) -> Result<Timestamp, BadMessage> {
        let parsed = self.string()?.as_deref().and_then(Timestamp::parse);
        parsed.ok_or_else(|| BadMessage::Time {
            at,
            found: excerpt(self.text()),
        })
    }

    fn not(self, at: impl Display, expected: &'static str) -> BadMessage {
        BadMessage::Shape {
            at: at.to_string(),
            expected,
            found: self.kind(),
        }
    }
}
