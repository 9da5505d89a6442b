//! What is said of a part of a predicate.

use jiff::tz::TimeZone;
use model::{DatasetId, Membership, SegmentId, Timestamp};
use pql::Span;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// A part of a predicate.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Clause {
    /// What it is for the clause it belongs to, where its place does not say so: `if`, `then`, `else`, or the name a
    /// `let` gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// As it is written, in PQL's one spelling.
    pub text: String,
    /// Where it stands in what the predicate was read from, in bytes.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "span")]
    pub span: Option<Span>,
    /// What it comes to.
    #[serde(flatten)]
    pub said: Said,
    /// The items that count, if it looks at a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Items>,
    /// How far events follow each other, if it is a chain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Where the profile stands in the segment it refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<Standing>,
    /// The events that make it flip: some of those that begin or cease to count at that instant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Clause>,
}

/// What a part of a predicate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// All parts must hold.
    And,
    /// Some part must hold.
    Or,
    /// The part must not hold.
    Not,
    /// The first part decides which of the two others counts.
    If,
    /// The first part is a value with a name, the second says something of it.
    Let,
    /// Two values compared.
    Compare,
    /// Some item must be such.
    Exists,
    /// Every item must be such.
    Forall,
    /// A list; as a condition something must be in it.
    List,
    /// A function.
    Call,
    /// A date and when it is.
    Occurs,
    /// Events that follow each other.
    Chain,
    /// Another segment.
    InSegment,
    /// Some other value; as a condition it must be true.
    Value,
    /// Whether the person opted out.
    OptOut,
}

impl Kind {
    /// Whether it only joins conditions.
    pub fn joins(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Not | Self::If | Self::Let)
    }
}

/// What a part of a predicate comes to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Said {
    /// A condition.
    Condition {
        /// Whether it holds, asked alone.
        holds: bool,
        /// When that is different, if nothing arrives.
        flips: Flip,
    },
    /// A value as JSON, cut where it is long; nothing is a missing one.
    Value {
        /// The value.
        value: Option<String>,
    },
    /// What is asked of each item of a list.
    OfItems {
        /// Of how many it holds.
        holding: usize,
        /// Of how many it is asked.
        of: usize,
        /// The last of those of which it holds: of events the latest.
        #[serde(skip_serializing_if = "Option::is_none")]
        last: Option<Item>,
    },
}

/// When an outcome is the opposite by itself, with nothing arriving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flip {
    /// Never.
    Never,
    /// At this instant, and not before.
    At(Timestamp),
    /// Not before this instant. It was not looked further: after so many steps of time, or ten years ahead.
    NotBefore(Timestamp),
}

/// The items of a list that count.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Items {
    /// Whether they are events.
    pub events: bool,
    /// How many there are to choose from.
    pub of: usize,
    /// How many of them count.
    pub counting: usize,
    /// Whether those count that are not as they should be (`forall`).
    pub against: bool,
    /// Some of those that count; events with the latest first.
    pub shown: Vec<Item>,
    /// How many more there are of them.
    pub more: usize,
}

/// An item of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// Which event it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventName>,
    /// Its value as JSON, if it is no event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is taken of it, such as the number that is summed up. `Some(None)` is a missing value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<Option<String>>,
    /// When it ceases to count by itself, if it is an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Flip>,
}

/// Which event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventName {
    /// The producer's `_id`, unique within the dataset.
    pub id: String,
    /// Which dataset it belongs to.
    pub dataset: DatasetId,
    /// Its `eventType`, if that is a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// When it happened.
    #[serde(serialize_with = "text")]
    pub timestamp: Timestamp,
}

/// A step of a chain.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// As it is written.
    pub text: String,
    /// How many events it needs.
    pub needs: usize,
    /// How many events its `WHAT` holds of.
    pub like: usize,
    /// How many of these its `WHEN` holds of.
    pub in_time: usize,
    /// Whether enough of them follow on the step before.
    pub reached: bool,
    /// The events that make the step, of one way the chain can be gone.
    pub matched: Vec<Item>,
    /// How many more events make it than are shown.
    pub more: usize,
    /// What `WHAT` is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Clause>,
}

/// Where the profile stands in a segment that is referred to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Its id.
    pub id: SegmentId,
    /// What people call it; nothing if it is not in force, and so has no members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is kept of the profile there.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "membership")]
    pub stored: Option<Membership>,
}

/// An event that begins or ceases to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    /// Which.
    pub event: EventName,
    /// Whether it counts from then on.
    pub begins: bool,
    /// Why then.
    #[serde(flatten)]
    pub why: Why,
}

/// Why an event begins or ceases to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "why", content = "clause")]
pub enum Why {
    /// What is asked of it begins or ceases to hold.
    Condition(String),
    /// It happens then: it came with a later time.
    Happens,
    /// It is kept no longer than this.
    Retention,
    /// Its `validUntil`.
    ValidUntil,
}

impl Clause {
    pub(super) fn new(kind: Kind, text: String, span: Option<Span>, said: Said) -> Self {
        Self {
            label: None,
            kind,
            text,
            span,
            said,
            items: None,
            links: Vec::new(),
            segment: None,
            turns: Vec::new(),
            parts: Vec::new(),
        }
    }

    pub(super) fn labelled(mut self, label: &str) -> Self {
        self.label = Some(label.to_owned());
        self
    }

    /// Whether it is a condition that holds.
    pub fn holds(&self) -> bool {
        matches!(self.said, Said::Condition { holds: true, .. })
    }

    /// When it flips; of what is no condition never.
    pub fn flips(&self) -> Flip {
        match self.said {
            Said::Condition { flips, .. } => flips,
            Said::Value { .. } | Said::OfItems { .. } => Flip::Never,
        }
    }

    /// This and all it is made of.
    pub fn all(&self) -> Vec<&Self> {
        let links = self.links.iter().flat_map(|link| &link.parts);
        let parts = self.parts.iter().chain(links).flat_map(Self::all);
        [self].into_iter().chain(parts).collect()
    }
}

/// `{"never": true}`, `{"at": instant}`, `{"notBefore": instant}`.
impl Serialize for Flip {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Never => map.serialize_entry("never", &true)?,
            Self::At(instant) => map.serialize_entry("at", &instant.to_string())?,
            Self::NotBefore(instant) => map.serialize_entry("notBefore", &instant.to_string())?,
        }
        map.end()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
pub(super) fn text<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(instant)
}

#[expect(clippy::ref_option, reason = "serde wants it so")]
fn span<S: Serializer>(span: &Option<Span>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    if let Some(Span { start, end }) = span {
        map.serialize_entry("start", start)?;
        map.serialize_entry("end", end)?;
    }
    map.end()
}

#[expect(clippy::ref_option, reason = "serde wants it so")]
fn membership<S: Serializer>(stored: &Option<Membership>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    if let Some(stored) = stored {
        map.serialize_entry("status", &stored.status)?;
        map.serialize_entry("since", &stored.since.to_string())?;
    }
    map.end()
}

pub(super) fn serialize_zone<S: Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.iana_name().unwrap_or("UTC"))
}
