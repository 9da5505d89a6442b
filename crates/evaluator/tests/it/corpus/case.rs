//! The form of the files, as their README says it. Whatever is malformed fails.

use model::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use xdm::Value;

/// All files, by name.
pub(super) struct Corpus {
    files: Vec<File>,
}

/// One file: a topic.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(skip)]
    pub(super) name: String,
    /// What its cases are about.
    #[serde(rename = "topic")]
    _topic: String,
    /// People whom several cases speak of.
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Profile>,
    pub(super) cases: Vec<Case>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Case {
    pub(super) name: String,
    /// The rules it shows, by their ids in `rules.json`.
    pub(super) rules: Vec<String>,
    /// Absent in a table only.
    pub(super) expression: Option<String>,
    pub(super) time_zone: Option<String>,
    /// Whether people who opted out are left out.
    #[serde(default)]
    pub(super) exclude_opt_out: bool,
    /// Other segments, by the ids under which `inSegment` asks for them.
    #[serde(default)]
    pub(super) segments: BTreeMap<String, Segment>,
    /// A profile of the case's own, or the name of one of the file.
    pub(super) profile: Option<Profile>,
    pub(super) person: Option<String>,
    /// What arrives instead of a profile.
    #[serde(default)]
    pub(super) messages: Vec<Message>,
    /// How long events count, in milliseconds, where the case has messages.
    pub(super) retention_ms: Option<i64>,
    pub(super) now: Option<String>,
    pub(super) holds: Option<bool>,
    pub(super) until: Option<String>,
    pub(super) timeline: Option<Vec<(String, bool)>>,
    /// Where the timeline is no longer looked at.
    pub(super) end: Option<String>,
    pub(super) refused: Option<Vec<Said>>,
    pub(super) warned: Option<Vec<Said>>,
    pub(super) table: Option<Table>,
    /// The section of `docs/pql/truth-tables.md` that shows it.
    pub(super) page: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Segment {
    pub(super) expression: String,
    pub(super) time_zone: Option<String>,
}

/// What there is of somebody.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Profile {
    attributes: Option<Box<RawValue>>,
    identity_map: Option<Box<RawValue>>,
    #[serde(default)]
    events: Vec<Box<RawValue>>,
    retention_ms: Option<i64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    /// When it is received.
    pub(super) at: String,
    pub(super) dataset: Option<String>,
    pub(super) entity: Box<RawValue>,
}

/// What is said of an expression, and where.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    pub(super) span: (usize, usize),
    pub(super) at: String,
    pub(super) kind: String,
}

/// Expressions against data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) attributes: Box<RawValue>,
    pub(super) holds: Vec<bool>,
}

/// A profile, read.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) attributes: Value,
    pub(super) identities: Value,
    pub(super) events: Vec<Happened>,
    pub(super) retention: model::Duration,
}

/// An event, read.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    pub(super) timestamp: Timestamp,
    pub(super) received: Timestamp,
    pub(super) valid_until: Option<Timestamp>,
    pub(super) value: Value,
}

pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../pql/corpus")
}

impl Corpus {
    pub(super) fn read() -> Self {
        let entries = fs::read_dir(folder()).expect("the folder of the corpus");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        let is_topic = |path: &PathBuf| {
            path.extension().is_some_and(|extension| extension == "json") && !path.ends_with("rules.json")
        };
        let read = |path: PathBuf| {
            let text = fs::read_to_string(&path).expect("a text");
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let file = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            File { name, ..file }
        };
        let files: Vec<File> = paths.into_iter().filter(is_topic).map(read).collect();
        for file in &files {
            file.check();
        }
        Self { files }
    }

    pub(super) fn cases(&self) -> impl Iterator<Item = (&File, &Case)> {
        let files = self.files.iter();
        files.flat_map(|file| file.cases.iter().map(move |case| (file, case)))
    }
}

impl File {
    fn check(&self) {
        let mut names: Vec<&str> = self.cases.iter().map(|case| case.name.as_str()).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1], "{}: a name is given twice", self.name);
        }
        for case in &self.cases {
            if let Err(why) = case.check() {
                panic!("{}: {}: {why}", self.name, case.name);
            }
        }
    }
}

impl Case {
    /// Says exactly one thing, of exactly one person or none.
    fn check(&self) -> Result<(), &'static str> {
        let point = self.holds.is_some();
        let said = [
            point,
            self.timeline.is_some(),
            self.refused.is_some(),
            self.warned.is_some(),
            self.table.is_some(),
        ];
        let asked = [
            self.profile.is_some(),
            self.person.is_some(),
            !self.messages.is_empty(),
        ];
        let count = |flags: &[bool]| flags.iter().filter(|flag| **flag).count();
        let evaluated = point || self.timeline.is_some();
        let checks = [
            (!self.rules.is_empty(), "it shows no rule"),
            (
                count(&said) == 1,
                "it says not exactly one of holds, timeline, refused, warned and table",
            ),
            (
                self.expression.is_some() != self.table.is_some(),
                "it has no expression, or one beside a table",
            ),
            (
                count(&asked) == usize::from(evaluated),
                "it needs a profile, a person or messages, if it is evaluated",
            ),
            (
                self.now.is_some() == (point || self.table.is_some()),
                "`now` belongs to `holds` and `table`",
            ),
            (self.until.is_some() == point, "`until` belongs to `holds`"),
            (
                self.end.is_none() || self.timeline.is_some(),
                "`end` belongs to a timeline",
            ),
            (
                self.retention_ms.is_none() || !self.messages.is_empty(),
                "`retentionMs` belongs to a profile or messages",
            ),
            (
                self.messages.is_empty() || self.timeline.is_some(),
                "messages have a timeline",
            ),
        ];
        let failed = checks.into_iter().find(|(good, _)| !good);
        failed.map_or(Ok(()), |(_, why)| Err(why))
    }
}

impl Profile {
    pub(super) fn read(&self) -> Result<Person, String> {
        let object = |text: &Option<Box<RawValue>>| value(text.as_ref().map_or("{}", |text| text.get()));
        let mut events = Vec::new();
        for event in &self.events {
            events.push(happened(event.get())?);
        }
        events.sort_by_key(|event| (event.timestamp, event.received));
        Ok(Person {
            attributes: object(&self.attributes)?,
            identities: object(&self.identity_map)?,
            events,
            retention: retention(self.retention_ms),
        })
    }

    /// As they are written, the attributes that a text speaks of.
    pub(super) fn given(&self, expression: &str) -> String {
        let text = self.attributes.as_ref().map_or("{}", |text| text.get());
        let all: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).expect("an object");
        let words: Vec<&str> = expression
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        let spoken = all.iter().filter(|(key, _)| words.contains(&key.as_str()));
        let members: Vec<String> = spoken
            .map(|(key, value)| format!("\"{key}\": {}", value.get()))
            .collect();
        format!("{{{}}}", members.join(", "))
    }
}

/// 90 days if nothing else is said.
pub(super) fn retention(ms: Option<i64>) -> model::Duration {
    ms.map_or(model::Duration::days(90), model::Duration::from_millis)
}

pub(super) fn value(text: &str) -> Result<Value, String> {
    Value::parse(text).map_err(|error| format!("{text}: {error}"))
}

pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| format!("`{text}` is no instant"))
}

/// An instant, or `never`.
pub(super) fn instant_or_never(text: &str) -> Result<Timestamp, String> {
    if text == "never" {
        Ok(Timestamp::MAX)
    } else {
        instant(text)
    }
}

fn happened(text: &str) -> Result<Happened, String> {
    let value = value(text)?;
    let read = |keys: &[&str]| match value.get(keys) {
        None => Ok(None),
        Some(Value::String(text)) => instant(text).map(Some),
        Some(_) => Err(format!("{keys:?} of {text} is no text")),
    };
    let timestamp = read(&["timestamp"])?.ok_or_else(|| format!("{text} has no timestamp"))?;
    Ok(Happened {
        timestamp,
        received: read(&["_weir", "receivedAt"])?.unwrap_or(Timestamp::MIN),
        valid_until: read(&["_weir", "validUntil"])?,
        value,
    })
}
