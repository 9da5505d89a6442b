//! A stored key, without an allocation of its own.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;

/// Bytes that fit in place: every key of the store but those that end in a long name.
const SHORT: usize = 38;

/// A stored key. Sorts as its bytes do.
#[derive(Clone)]
pub struct Key(Form);

#[derive(Clone)]
enum Form {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Vec<u8>),
}

impl Key {
    /// An empty one, to be written to.
    pub const fn new() -> Self {
        Self(Form::Short {
            length: 0,
            bytes: [0; SHORT],
        })
    }

    /// Appends `more`.
    pub fn extend(&mut self, more: &[u8]) {
        let both = match &mut self.0 {
            Form::Long(bytes) => return bytes.extend_from_slice(more),
            Form::Short { length, bytes } => {
                let at = usize::from(*length);
                if let Some(room) = bytes.get_mut(at..at + more.len()) {
                    room.copy_from_slice(more);
                    *length += more.len() as u8;
                    return;
                }
                [&bytes[..at], more].concat()
            }
        };
        self.0 = Form::Long(both);
    }
}

impl Default for Key {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for Key {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Form::Short { length, bytes } => &bytes[..usize::from(*length)],
            Form::Long(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for Key {
    fn from(bytes: &[u8]) -> Self {
        let mut key = Self::new();
        key.extend(bytes);
        key
    }
}

impl From<Vec<u8>> for Key {
    fn from(bytes: Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

impl<const N: usize> From<[u8; N]> for Key {
    fn from(bytes: [u8; N]) -> Self {
        bytes.as_slice().into()
    }
}

impl Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        // Mostly the kind of row and the profile decide: a comparison of two numbers. What stands behind a shorter key is
        // 0, and so not more than what a longer one has there.
        if let (Form::Short { bytes: one, .. }, Form::Short { bytes: other, .. }) = (&self.0, &other.0)
            && let (Some(one), Some(other)) = (one.first_chunk(), other.first_chunk())
        {
            let order = u128::from_be_bytes(*one).cmp(&u128::from_be_bytes(*other));
            if order.is_ne() {
                return order;
            }
        }
        (**self).cmp(&**other)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests;
