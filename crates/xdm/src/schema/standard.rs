//! The field groups that Adobe's users know, as data.
//!
//! A file begins with lines of `key: value` (`id`, `class`, `title`, `description`); after an empty line each line is a
//! field: `path | type | title | description`, where the path says also what is a list (`[]`) and what is a map (`{}`).
//! Lines that begin with `#` are for people.
//!
//! Source: the public component files of Adobe's XDM; the words are our own.

use model::{Field, FieldGroup, FieldGroupId, Scalar, SchemaClass};
use std::collections::BTreeMap;
use std::sync::LazyLock;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../field-groups/", $name, ".txt")))),*]
    };
}

/// Name and text of every file.
const FILES: &[(&str, &str)] = files![
    "class-event",
    "class-profile",
    "experienceevent-application",
    "experienceevent-channel",
    "experienceevent-commerce",
    "experienceevent-directmarketing",
    "experienceevent-enduserids",
    "experienceevent-environment-details",
    "experienceevent-marketing",
    "experienceevent-pushtracking",
    "experienceevent-search",
    "experienceevent-web",
    "external-source-system-audit-details",
    "identitymap",
    "profile-consents",
    "profile-loyalty-details",
    "profile-person-details",
    "profile-personal-details",
    "profile-preferences-details",
    "profile-privacy",
    "profile-push-notification-details",
    "profile-segmentation",
    "profile-subscriptions",
    "profile-test-profile",
    "profile-work-details",
];

/// The field groups that every schema of a class has, named or not: what Weir itself reads of an entity.
pub(super) fn of_class(class: SchemaClass) -> impl Iterator<Item = &'static FieldGroup> {
    let ids: &[&str] = match class {
        SchemaClass::Profile => &[
            "class-profile",
            "identitymap",
            "external-source-system-audit-details",
        ],
        SchemaClass::Event => &["class-event", "identitymap"],
    };
    let groups = standard_field_groups().iter();
    groups.filter(move |group| ids.contains(&group.id.as_str()))
}

/// Adobe's field groups as far as segments use them, ascending by id.
pub fn standard_field_groups() -> &'static [FieldGroup] {
    static GROUPS: LazyLock<Vec<FieldGroup>> = LazyLock::new(|| {
        let read =
            |(name, text): &(&str, &str)| read(name, text).unwrap_or_else(|why| panic!("{name}: {why}"));
        FILES.iter().map(read).collect()
    });
    &GROUPS
}

/// A file as a field group; the error says which line is wrong.
pub(super) fn read(name: &str, text: &str) -> Result<FieldGroup, String> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut head = BTreeMap::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (key, value) = line
            .split_once(": ")
            .ok_or_else(|| format!("no `key: value`: {line}"))?;
        head.insert(key, value);
    }
    let mut value = |key: &str| {
        head.remove(key)
            .map(str::to_owned)
            .ok_or_else(|| format!("no `{key}`"))
    };
    let (id, class) = (value("id")?, value("class")?);
    let (title, description) = (value("title")?, value("description")?);
    if id != name || !head.is_empty() {
        return Err(format!("its id is {id}, and further keys are {head:?}"));
    }
    let mut fields: Vec<Field> = lines
        .filter(|line| !line.is_empty())
        .map(field)
        .collect::<Result<_, _>>()?;
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(FieldGroup {
        id: FieldGroupId::new(&id).map_err(|error| error.to_string())?,
        title,
        description,
        classes: classes(&class)?,
        fields,
    })
}

/// `profile`, `event`, or both with a comma between.
fn classes(text: &str) -> Result<Vec<SchemaClass>, String> {
    let class = |word: &str| {
        let found = SchemaClass::ALL.into_iter().find(|class| class.word() == word);
        found.ok_or_else(|| format!("no class: {word}"))
    };
    text.split(", ").map(class).collect()
}

fn field(line: &str) -> Result<Field, String> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [path, kind, title, description] = cells[..] else {
        return Err(format!("not four cells: {line}"));
    };
    Ok(Field {
        path: path.to_owned(),
        scalar: Scalar::named(kind).ok_or_else(|| format!("no type: {line}"))?,
        title: title.to_owned(),
        description: description.to_owned(),
    })
}
