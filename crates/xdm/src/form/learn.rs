//! What form a message has that was read.

use super::{Form, Kept, Name, Place, Says};
use crate::entity::push_text;
use crate::json::{Json, plain};
use model::{Body, Message, Path, PathBuf};
use std::borrow::Cow;
use std::sync::Arc;

/// Larger messages have no form: it would take as much memory as they do.
const LARGEST: usize = 16 << 10;

impl Form {
    /// The form of an entity that was read as `message`; `None` if not all of its values are plain, if a key is repeated,
    /// or if it says something to Weir beside.
    pub(crate) fn of(entity: Json<'_>, message: &Message) -> Option<Self> {
        if entity.text().len() > LARGEST {
            return None;
        }
        let learner = Learner {
            entity,
            known: 0,
            between: String::new(),
            values: Vec::new(),
            names: Vec::new(),
        };
        match &message.body {
            Body::Record(record) => learner.record(record.patch.paths()),
            Body::Event(_) => learner.event(),
        }
    }
}

/// A form in the making.
struct Learner<'a> {
    entity: Json<'a>,
    /// The text up to here is known.
    known: usize,
    between: String,
    values: Vec<Place>,
    names: Vec<Name>,
}

impl<'a> Learner<'a> {
    fn record(mut self, paths: &Arc<[Path]>) -> Option<Form> {
        let mut writes = Writes {
            paths,
            values: vec![None; paths.len()],
            count: 0,
            path: PathBuf::default(),
        };
        for (key, value) in self.entity.entries().ok()? {
            match &*key.unquoted().ok()? {
                "identityMap" => self.names(value)?,
                "_weir" => return None,
                "_id" => drop(self.value(value)?),
                name => self.write(name, value, &mut writes)?,
            }
        }
        let place = |keys: &[&str]| paths.iter().position(|path| path.keys().eq(keys.iter().copied()));
        // What stands in place of the object may be no time, and is refused then.
        if place(&["extSourceSystemAudit"]).is_some_and(|at| writes.values[at].is_some()) {
            return None;
        }
        let business_time = place(&["extSourceSystemAudit", "lastUpdatedDate"]);
        let (is_all, writes) = (writes.count == paths.len(), writes.values);
        is_all.then(|| {
            self.form(Says::Record {
                business_time: business_time.and_then(|at| writes[at]),
                paths: Arc::clone(paths),
                writes,
            })
        })
    }

    /// Notes what is written at a key and below it.
    fn write(&mut self, name: &str, value: Json<'a>, writes: &mut Writes<'_>) -> Option<()> {
        let back = writes.path.push(name);
        let at = writes.paths.binary_search(&writes.path.path()).ok()?;
        writes.count += 1;
        if value.first() == b'{' {
            for (key, value) in value.entries().ok()? {
                self.write(&key.unquoted().ok()?, value, writes)?;
            }
        } else {
            writes.values[at] = Some(self.value(value)?);
        }
        writes.path.back(back);
        Some(())
    }

    fn event(mut self) -> Option<Form> {
        let mut members: Vec<(Cow<'a, str>, usize, Kept)> = Vec::new();
        for (key, value) in self.entity.entries().ok()? {
            let name = key.unquoted().ok()?;
            match &*name {
                "identityMap" => self.names(value)?,
                "_weir" => return None,
                _ => {
                    let (first, mut kept) = (self.values.len(), Kept::default());
                    push_text(&mut kept.text, &name);
                    kept.text.push(':');
                    self.keep(value, &mut kept)?;
                    members.push((name, first, kept));
                }
            }
        }
        members.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        if members.windows(2).any(|two| two[0].0 == two[1].0) {
            return None;
        }
        // These are texts, so each is one value.
        let place = |name: &str| {
            members
                .iter()
                .find(|member| member.0 == name)
                .map(|member| member.1)
        };
        let (id, timestamp, kind) = (place("_id")?, place("timestamp")?, place("eventType")?);
        let mut json = Kept::default();
        for (_, _, kept) in members {
            json.text.push(if json.text.is_empty() { '{' } else { ',' });
            let before = json.text.len();
            json.text.push_str(&kept.text);
            let values = kept.values.into_iter();
            json.values.extend(values.map(|(at, value)| (before + at, value)));
        }
        json.text.push('}');
        Some(self.form(Says::Event {
            id,
            timestamp,
            kind,
            json,
        }))
    }

    /// Adds a value of an event as it is kept.
    fn keep(&mut self, value: Json<'a>, kept: &mut Kept) -> Option<()> {
        match value.first() {
            b'{' => {
                kept.text.push('{');
                for (place, (key, value)) in value.entries().ok()?.enumerate() {
                    if place > 0 {
                        kept.text.push(',');
                    }
                    kept.text.push_str(key.text());
                    kept.text.push(':');
                    self.keep(value, kept)?;
                }
                kept.text.push('}');
            }
            b'[' if !is_plain(value) => {
                kept.text.push('[');
                for (place, item) in value.below().ok()?.enumerate() {
                    if place > 0 {
                        kept.text.push(',');
                    }
                    self.keep(item, kept)?;
                }
                kept.text.push(']');
            }
            _ => kept.values.push((kept.text.len(), self.value(value)?)),
        }
        Some(())
    }

    /// Notes whom the identity map names.
    fn names(&mut self, map: Json<'a>) -> Option<()> {
        // Of two maps the last would count.
        if !self.names.is_empty() {
            return None;
        }
        let mut namespaces = Vec::new();
        for (key, list) in map.entries().ok()? {
            let namespace = key.unquoted().ok()?;
            if namespaces.contains(&namespace) {
                return None;
            }
            for item in list.below().ok()? {
                let (value, is_primary) = self.item(item)?;
                self.names.push(Name {
                    namespace: namespace.as_ref().into(),
                    value,
                    is_primary,
                });
            }
            namespaces.push(namespace);
        }
        Some(())
    }

    /// The value of an identity item and whether it is flagged as primary.
    fn item(&mut self, item: Json<'a>) -> Option<(usize, bool)> {
        let (mut value, mut flag) = (None, None);
        for (key, json) in item.entries().ok()? {
            let is_repeated = match &*key.unquoted().ok()? {
                "id" => value.replace(self.value(json)?).is_some(),
                "primary" => flag.replace(json.text() == "true").is_some(),
                _ => false,
            };
            if is_repeated {
                return None;
            }
        }
        Some((value?, flag.unwrap_or_default()))
    }

    /// Notes a value that may be another one.
    fn value(&mut self, value: Json<'a>) -> Option<usize> {
        let text = is_plain(value).then(|| value.range())?;
        self.between
            .push_str(&self.entity.whole()[self.known..text.start]);
        self.known = text.end;
        self.values.push(Place {
            before: self.between.len(),
            is_list: value.first() == b'[',
        });
        Some(self.values.len() - 1)
    }

    fn form(mut self, says: Says) -> Form {
        self.between.push_str(&self.entity.whole()[self.known..]);
        Form {
            between: self.between,
            values: self.values,
            names: self.names,
            says,
        }
    }
}

/// What a record writes.
struct Writes<'p> {
    paths: &'p [Path],
    values: Vec<Option<usize>>,
    /// How many were noted.
    count: usize,
    path: PathBuf,
}

fn is_plain(value: Json<'_>) -> bool {
    let text = value.text();
    plain::scalar_or_list(text.as_bytes(), 0) == Some(text.len())
}
