//! One leaf more or less in the object that predicates see.

use crate::Value;
use crate::value::Object;
use model::Path;
use std::borrow::Cow;

impl Value {
    /// Puts a leaf at a path, with the objects around it that are not there.
    pub(crate) fn put(&mut self, path: &Path, leaf: Self) {
        let mut at = self;
        for key in path.keys() {
            if !matches!(at, Self::Object(_)) {
                *at = Self::Object(Object::new());
            }
            let Self::Object(members) = at else { return };
            at = members.entry(key.into()).or_insert(Self::Null);
        }
        *at = leaf;
    }

    /// Takes the leaf at a path away, with the objects around it in which nothing else is.
    pub(crate) fn take(&mut self, path: &Path) {
        self.take_at(&mut path.keys());
    }

    /// Whether nothing is left of it.
    fn take_at(&mut self, keys: &mut dyn Iterator<Item = Cow<'_, str>>) -> bool {
        let Some(key) = keys.next() else { return true };
        let Self::Object(members) = self else { return false };
        if members
            .get_mut(key.as_ref())
            .is_some_and(|member| member.take_at(keys))
        {
            members.remove(key.as_ref());
        }
        members.is_empty()
    }
}
