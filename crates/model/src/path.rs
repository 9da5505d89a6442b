//! Where in an entity a value stands.

use compact_str::CompactString;
use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// The object keys from the root of an entity to a value, as in `person.name.firstName`.
///
/// Order is the UTF-8 byte order of the keys, level by level. Sent as the list of its keys, and stored so where it stands alone.
///
/// A profile has a path for each of its leaves, and a record one for each of its writes, so a path is one text, which
/// mostly stands in place: the keys, each with [`END`] behind it. What is above another is then the beginning of
/// its text, and the order of the texts is the order of the paths.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(CompactString);

/// Ends a key. No key holds it: there it is written as [`ESCAPE`] and [`ESCAPED_END`].
const END: char = '\0';
/// Begins the two characters that stand for an `END` or `ESCAPE` within a key, in the order of the two.
const ESCAPE: char = '\u{1}';
const ESCAPED_END: char = '\u{1}';
const ESCAPED_ESCAPE: char = '\u{2}';

impl Path {
    /// The path made of these keys.
    pub fn new<K: AsRef<str>>(keys: impl IntoIterator<Item = K>) -> Self {
        let mut path = PathBuf::default();
        for key in keys {
            path.push(key.as_ref());
        }
        path.path()
    }

    /// The path that `text` writes with dots; `None` if a key is empty.
    pub fn parse(text: &str) -> Option<Self> {
        let named = text.split('.').all(|key| !key.is_empty());
        named.then(|| Self::new(text.split('.')))
    }

    /// The keys, root first.
    #[inline]
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = Cow<'_, str>> + Clone {
        self.0.split_terminator(END).map(unescaped)
    }

    /// How many keys there are.
    #[inline]
    pub fn depth(&self) -> usize {
        self.0.bytes().filter(|byte| *byte == END as u8).count()
    }

    /// The path one level below, at `key`.
    pub fn child(&self, key: &str) -> Self {
        let mut path = PathBuf(self.0.as_str().to_owned());
        path.push(key);
        path.path()
    }

    /// The path one level above; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let keys = self.0.strip_suffix(END)?;
        let end = keys.rfind(END).map_or(0, |end| end + 1);
        Some(Self(keys[..end].into()))
    }

    /// Whether `self` is `other` or lies above it.
    #[inline]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.as_bytes().starts_with(self.0.as_bytes())
    }

    /// It, for the path that follows it in a list.
    pub(crate) fn stem(&self) -> Stem<'_> {
        Stem(&self.0)
    }

    /// Whether one of the two is the other, or lies above it.
    pub fn touches(&self, other: &Self) -> bool {
        self.covers(other) || other.covers(self)
    }
}

/// The text of the path before another one in a list.
#[derive(Clone, Copy, Default)]
pub(crate) struct Stem<'p>(&'p str);

impl Stem<'_> {
    /// How many bytes of its text, whole keys, a path has too, and the rest of that one's text.
    pub(crate) fn added(self, path: &Path) -> (usize, &str) {
        let both = self.0.bytes().zip(path.0.bytes());
        let alike = both.take_while(|(one, other)| one == other).count();
        let same = path.0.as_bytes()[..alike]
            .iter()
            .rposition(|byte| *byte == END as u8);
        let same = same.map_or(0, |end| end + 1);
        (same, &path.0[same..])
    }

    /// The path of which [`Stem::added`] said so; `None` if it said so of none, or of one that does not come behind this one.
    pub(crate) fn path(self, same: usize, rest: &str) -> Option<Path> {
        let stem = self.0.get(..same)?;
        let mut text = CompactString::with_capacity(stem.len() + rest.len());
        text.push_str(stem);
        text.push_str(rest);
        (rest.ends_with(END) && text.as_str() > self.0).then_some(Path(text))
    }
}

/// A path that grows and shrinks, of which paths are made: those of an entity one after another.
#[derive(Clone, Debug, Default)]
pub struct PathBuf(String);

impl PathBuf {
    /// Steps down to `key`. What it returns leads back up: [`PathBuf::back`].
    #[inline]
    pub fn push(&mut self, key: &str) -> usize {
        let above = self.0.len();
        if key.bytes().any(|byte| byte <= ESCAPE as u8) {
            for character in key.chars() {
                match character {
                    END => self.0.extend([ESCAPE, ESCAPED_END]),
                    ESCAPE => self.0.extend([ESCAPE, ESCAPED_ESCAPE]),
                    other => self.0.push(other),
                }
            }
        } else {
            self.0.push_str(key);
        }
        self.0.push(END);
        above
    }

    /// Steps back up to where a [`PathBuf::push`] was made.
    #[inline]
    pub fn back(&mut self, above: usize) {
        self.0.truncate(above);
    }

    /// The path as it is.
    #[inline]
    pub fn path(&self) -> Path {
        Path(self.0.as_str().into())
    }
}

fn unescaped(key: &str) -> Cow<'_, str> {
    if !key.contains(ESCAPE) {
        return Cow::Borrowed(key);
    }
    let mut characters = key.chars();
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        plain.push(match character {
            ESCAPE if characters.next() == Some(ESCAPED_END) => END,
            other => other,
        });
    }
    Cow::Owned(plain)
}

/// With dots.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.keys().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            write!(f, "{dot}{key}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys()).finish()
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys = serializer.serialize_seq(Some(self.depth()))?;
        for key in self.keys() {
            keys.serialize_element(&key)?;
        }
        keys.end()
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Path;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of keys")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut keys: A) -> Result<Path, A::Error> {
                let mut path = PathBuf::default();
                while let Some(key) = keys.next_element::<CompactString>()? {
                    path.push(&key);
                }
                Ok(path.path())
            }
        }
        deserializer.deserialize_seq(Keys)
    }
}

#[cfg(test)]
mod tests;
