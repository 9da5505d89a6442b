//! Fields of many groups become one type, whatever the order in which they come.

use super::path::{FieldPath, Step};
use super::types::{Shape, Type};
use super::{Note, PathError};
use model::{FieldGroup, FieldGroupId};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Two or more field groups that disagree on what stands at a place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is {sides}")]
pub struct Conflict {
    /// The place, as a field is written.
    pub path: String,
    /// Who says what.
    pub sides: Sides,
}

/// What stands at a place, each with the field groups that say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides(BTreeMap<Shape, BTreeSet<FieldGroupId>>);

impl Sides {
    /// Every field group that takes part.
    pub fn groups(&self) -> impl Iterator<Item = &FieldGroupId> {
        self.0.values().flatten()
    }
}

/// ``a text in field group `a` and a list in field groups `b` and `c` ``.
impl fmt::Display for Sides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (shape, groups)) in self.0.iter().enumerate() {
            let and = if at == 0 { "" } else { ", and " };
            let plural = if groups.len() == 1 { "" } else { "s" };
            let names: Vec<String> = groups.iter().map(|id| format!("`{id}`")).collect();
            write!(
                f,
                "{and}{} in field group{plural} {}",
                shape.noun(),
                names.join(" and ")
            )?;
        }
        Ok(())
    }
}

/// One type out of the fields of many groups.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Merged {
    pub(super) root: Type,
    pub(super) notes: BTreeMap<String, Note>,
}

/// Unites the fields of `groups`, in any order and with repeats. Every conflict at once, ascending by path.
///
/// Where two groups say the same of a place, it has the title and description of the first by id.
pub(super) fn merge<'a>(groups: impl IntoIterator<Item = &'a FieldGroup>) -> Result<Merged, MergeError> {
    // In one order, so that neither types nor words depend on that of the caller.
    let groups: BTreeMap<&FieldGroupId, &FieldGroup> =
        groups.into_iter().map(|group| (&group.id, group)).collect();
    let mut fields = Vec::new();
    for group in groups.values() {
        for field in &group.fields {
            let path =
                FieldPath::parse(&field.path).map_err(|why| MergeError::Path(field.path.clone(), why))?;
            fields.push((path, field, &group.id));
        }
    }
    let mut said: BTreeMap<&[Step], BTreeMap<Shape, BTreeSet<FieldGroupId>>> = BTreeMap::new();
    for (path, field, group) in &fields {
        let steps = path.steps();
        for end in 1..=steps.len() {
            let shape = steps.get(end).map_or(Shape::Scalar(field.scalar), Shape::around);
            let sides = said.entry(&steps[..end]).or_default();
            sides.entry(shape).or_default().insert((*group).clone());
        }
    }
    let conflicts: Vec<Conflict> = said
        .iter()
        .filter(|(_, sides)| sides.len() > 1)
        .map(|(steps, sides)| Conflict {
            path: FieldPath::text(steps),
            sides: Sides(sides.clone()),
        })
        .collect();
    if !conflicts.is_empty() {
        return Err(MergeError::Conflicts(conflicts));
    }
    let mut merged = Merged {
        root: Shape::Object.hollow(),
        notes: BTreeMap::new(),
    };
    for (path, field, _) in &fields {
        put(&mut merged.root, path.steps(), Shape::Scalar(field.scalar));
        merged.notes.entry(path.to_string()).or_insert_with(|| Note {
            title: field.title.clone(),
            description: field.description.clone(),
        });
    }
    Ok(merged)
}

/// Why fields do not make one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MergeError {
    Path(String, PathError),
    Conflicts(Vec<Conflict>),
}

/// There is no conflict, so every step finds the shape that it needs.
fn put(root: &mut Type, steps: &[Step], leaf: Shape) {
    let mut at = root;
    for (i, step) in steps.iter().enumerate() {
        let shape = steps.get(i + 1).map_or(leaf, Shape::around);
        match at.step_into(step, shape) {
            Some(below) => at = below,
            None => return,
        }
    }
}
