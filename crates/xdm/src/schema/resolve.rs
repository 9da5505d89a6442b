//! What a path of keys means: its type, or what of it is unknown and what may have been meant.

use super::types::Type;
use crate::suggest::nearest;
use std::fmt;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The type there.
    pub kind: &'a Type,
    /// How many lists the path goes through on its way: with one or more it is the field of each item
    /// (`orders.price`), and so a list of what stands there.
    pub lists: usize,
    /// How many maps it goes through: one of its keys each is of the user's data, and may not be there.
    pub maps: usize,
}

/// A path that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The path as it was asked for.
    pub keys: Vec<String>,
    /// Which of the keys is the first that is not there, from 0.
    pub at: usize,
    /// What is wrong at it.
    pub why: Why,
    /// The whole path that may have been meant, with dots.
    pub near: Option<String>,
}

/// Why a key is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// What stands above it is an object without this member. Its members, ascending.
    NoMember(Vec<String>),
    /// What stands above it has no members at all; what it is, in words: `a text`.
    NoObject(String),
}

impl Type {
    /// What stands at a path of keys below this type, [`Found::lists`] counted from here. Through a list a key is that of
    /// its items; below a map any key is one.
    ///
    /// Source: pql.md, "Lists".
    pub fn resolve<K: AsRef<str>>(&self, keys: &[K]) -> Result<Found<'_>, Unknown> {
        self.walk(keys).map_err(|(at, above)| {
            let why = match above {
                Self::Object(members) => Why::NoMember(members.keys().cloned().collect()),
                other => Why::NoObject(other.to_string()),
            };
            self.unknown(keys, at, why)
        })
    }

    /// The same, for whoever does not ask why: what may have been meant takes far longer to find.
    pub fn find<K: AsRef<str>>(&self, keys: &[K]) -> Option<Found<'_>> {
        self.walk(keys).ok()
    }

    /// What stands there; or which key is not there, and what stands above it.
    fn walk<K: AsRef<str>>(&self, keys: &[K]) -> Result<Found<'_>, (usize, &Self)> {
        let (mut at, mut lists, mut maps) = (self, 0, 0);
        for (i, key) in keys.iter().enumerate() {
            while let Self::List(item) = at {
                at = item;
                lists += 1;
            }
            at = match at {
                Self::Map(value) => {
                    maps += 1;
                    value
                }
                Self::Object(members) => members.get(key.as_ref()).ok_or((i, at))?,
                other => return Err((i, other)),
            };
        }
        Ok(Found {
            kind: at,
            lists,
            maps,
        })
    }

    fn unknown<K: AsRef<str>>(&self, keys: &[K], at: usize, why: Why) -> Unknown {
        let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
        let near = self.nearby(&keys, at, &why);
        Unknown {
            keys: keys.into_iter().map(str::to_owned).collect(),
            at,
            why,
            near,
        }
    }

    /// The path with the key mended, if a member is near and the rest of the path is there below it; else the one path
    /// that has the same last key and most of the others; else the path up to the mended key.
    fn nearby(&self, keys: &[&str], at: usize, why: &Why) -> Option<String> {
        let mended = match why {
            Why::NoMember(members) => {
                let members = || members.iter().map(String::as_str);
                nearest(keys[at], members()).or_else(|| begun(keys[at], members()))
            }
            Why::NoObject(_) => None,
        };
        let mended: Option<Vec<&str>> = mended.map(|key| {
            let mut path = keys.to_vec();
            path[at] = key;
            path
        });
        if let Some(path) = &mended
            && self.resolve(path).is_ok()
        {
            return Some(path.join("."));
        }
        if let Some(path) = self.ending_in(keys) {
            return Some(path);
        }
        mended.map(|mut path| {
            path.truncate(at + 1);
            path.join(".")
        })
    }

    /// The shortest of the paths that have the last key and most of the others in order; a last key alone has to be
    /// the only one of its name.
    fn ending_in(&self, keys: &[&str]) -> Option<String> {
        let mut all = Vec::new();
        collect(self, &mut Vec::new(), &mut all);
        let last = keys.last()?;
        all.retain(|path| path.last().is_some_and(|key| key.eq_ignore_ascii_case(last)));
        let common = |path: &Vec<&str>| {
            let mut from = 0;
            let mut count = 0;
            for key in keys {
                if let Some(found) = path[from..].iter().position(|one| one.eq_ignore_ascii_case(key)) {
                    from += found + 1;
                    count += 1;
                }
            }
            count
        };
        let most = all.iter().map(common).max()?;
        all.retain(|path| common(path) == most);
        let best = all
            .iter()
            .min_by_key(|path| path.len())
            .filter(|_| most > 1 || all.len() == 1)?;
        Some(best.join("."))
    }
}

/// The one word that begins with `key`, if it is long enough to tell: `first` of `firstName`.
fn begun<'a>(key: &str, mut known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LEAST: usize = 3;
    let begins = |word: &&str| key.len() >= LEAST && word.starts_with(key);
    let first = known.by_ref().find(begins)?;
    known.find(begins).is_none().then_some(first)
}

/// Every path of keys, ascending; into lists, and not into maps, whose keys are free.
fn collect<'a>(at: &'a Type, keys: &mut Vec<&'a str>, all: &mut Vec<Vec<&'a str>>) {
    match at {
        Type::Object(members) => {
            for (key, member) in members {
                keys.push(key);
                all.push(keys.clone());
                collect(member, keys, all);
                keys.pop();
            }
        }
        Type::List(item) => collect(item, keys, all),
        Type::Map(_) | Type::Scalar(_) => {}
    }
}

/// A clause: ``there is no `nam` in `person` ``.
impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let above = self.keys[..self.at].join(".");
        let key = &self.keys[self.at];
        match &self.why {
            Why::NoMember(_) if above.is_empty() => write!(f, "there is no `{key}`"),
            Why::NoMember(_) => write!(f, "there is no `{key}` in `{above}`"),
            Why::NoObject(what) => write!(f, "`{above}` is {what}, and has no `{key}`"),
        }
    }
}
