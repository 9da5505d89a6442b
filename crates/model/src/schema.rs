//! What data may look like, as people define it: classes, field groups, schemas, datasets.
//!
//! These are the checked forms; `xdm` compiles them into types.

use crate::{DatasetId, Duration, FieldGroupId, Path, SchemaId};
use serde::{Deserialize, Serialize};

/// What the entities of a schema are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SchemaClass {
    /// XDM Individual Profile: records, each of which changes what is known of one person.
    Profile,
    /// XDM `ExperienceEvent`: events, which are appended.
    Event,
}

impl SchemaClass {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Profile, Self::Event];

    /// The word in definitions: `profile`, `event`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Event => "event",
        }
    }
}

/// What a value that is neither an object, a list nor a map must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scalar {
    /// A text.
    String,
    /// Any number.
    Number,
    /// A whole number; `2.0` is one.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A calendar day as a text: `2026-01-31`.
    Date,
    /// An instant as a text in RFC 3339 form: `2026-01-31T09:30:00Z`.
    DateTime,
}

impl Scalar {
    /// All there are.
    pub const ALL: [Self; 6] = [
        Self::String,
        Self::Number,
        Self::Integer,
        Self::Boolean,
        Self::Date,
        Self::DateTime,
    ];

    /// The word in definitions: `string`, `number`, `integer`, `boolean`, `date`, `date-time`.
    pub fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "date-time",
        }
    }

    /// The type that a word of definitions names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scalar| scalar.word() == word)
    }
}

/// Fields that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldGroup {
    /// Its id.
    pub id: FieldGroupId,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// The classes whose schemas may have it, ascending; never empty.
    pub classes: Vec<SchemaClass>,
    /// Its fields, ascending by path.
    pub fields: Vec<Field>,
}

/// A place in an entity, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Where, as it is written: keys with dots between them, `[]` behind one that holds a list, `{}` behind one that
    /// holds a map, as in `orders[].lines{}.price`. `xdm::FieldPath` reads it.
    pub path: String,
    /// What stands there.
    pub scalar: Scalar,
    /// What people call it.
    pub title: String,
    /// What it means.
    pub description: String,
}

/// A class and the field groups that make up its entities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaDefinition {
    /// Its id.
    pub id: SchemaId,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// What its entities are.
    pub class: SchemaClass,
    /// Field groups beside those of the class, ascending.
    pub field_groups: Vec<FieldGroupId>,
    /// Fields that name the person, as defined.
    pub identities: Vec<IdentityDescriptor>,
}

/// A field that names the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityDescriptor {
    /// Where: a text that is in no list and no map.
    pub path: Path,
    /// The namespace of its values.
    pub namespace: String,
    /// Whether an entity is filed under it: then every entity must have it. One a schema at most.
    pub primary: bool,
}

/// A stream of records or events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    /// Its id.
    pub id: DatasetId,
    /// What people call it.
    pub name: String,
    /// What its messages look like; `None` in an untyped store.
    pub schema: Option<SchemaId>,
    /// How long its events count, from their timestamp on; `None` is what the definitions say for all.
    pub retention: Option<Duration>,
}

impl Dataset {
    /// The dataset of an untyped store.
    pub fn untyped(id: DatasetId) -> Self {
        Self {
            name: id.to_string(),
            id,
            schema: None,
            retention: None,
        }
    }
}
