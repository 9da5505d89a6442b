//! A key space with the types of its keys and values.

use super::codec::{self, Older};
use super::part::Part;
use crate::engine::{Change, Key, Read, Row};
use crate::error::{Error, Result};
use crate::keyspace::Space;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::marker::PhantomData;
use std::ops::Range;

/// Takes writes: a batch being built.
pub(crate) trait Write {
    /// Has `key` change so.
    fn write(&mut self, key: Key, change: Change);
}

/// The rows of one key space: `K` is the key, `V` the value.
pub(crate) struct Table<K, V> {
    space: Space,
    version: u8,
    older: Older<V>,
    types: PhantomData<fn(K) -> V>,
}

impl<K: Part, V: Serialize + DeserializeOwned> Table<K, V> {
    pub(super) const fn new(space: Space) -> Self {
        Self::changed(space, 1, |_, _| None)
    }

    /// A key space whose values have had other forms: `version` is the one written, `older` reads those before.
    pub(super) const fn changed(space: Space, version: u8, older: Older<V>) -> Self {
        Self {
            space,
            version,
            older,
            types: PhantomData,
        }
    }

    /// The stored key.
    pub(crate) fn key(&self, key: &K) -> Key {
        self.bytes(key)
    }

    /// The value at `key`.
    pub(crate) fn get<R: Read + ?Sized>(&self, rows: &R, key: &K) -> Result<Option<V>> {
        let key = self.key(key);
        rows.get(&key)?.map(|value| self.value(&key, &value)).transpose()
    }

    /// Whether there is a row at `key`.
    pub(crate) fn is_there<R: Read + ?Sized>(&self, rows: &R, key: &K) -> Result<bool> {
        Ok(rows.get(&self.key(key))?.is_some())
    }

    /// The value at `key` and the size of its row.
    pub(crate) fn get_sized<R: Read + ?Sized>(&self, rows: &R, key: &K) -> Result<Option<(V, usize)>> {
        let key = self.key(key);
        let Some(value) = rows.get(&key)? else {
            return Ok(None);
        };
        Ok(Some((self.value(&key, &value)?, value.len())))
    }

    /// The row at `key` is not there, and another row says it is.
    pub(crate) fn missing(&self, key: &K) -> Error {
        self.corrupt(&self.key(key), "it is missing")
    }

    /// The values at `keys`, in the same order.
    pub(crate) fn multi_get<R: Read + ?Sized>(
        &self,
        rows: &R,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<V>>> {
        let keys: Vec<Key> = keys.into_iter().map(|key| self.key(&key)).collect();
        let values = rows.multi_get(&keys)?;
        let decode = |(key, value): (&Key, Option<Vec<u8>>)| value.map(|v| self.value(key, &v)).transpose();
        keys.iter().zip(values).map(decode).collect()
    }

    /// The first (last, if `reverse`) `limit` rows in a range of this table.
    pub(crate) fn scan<R: Read + ?Sized>(
        &self,
        rows: &R,
        range: Range<Vec<u8>>,
        limit: usize,
        reverse: bool,
    ) -> Result<Vec<(K, V)>> {
        let decode = |(key, value): Row| Ok((self.parse(&key)?, self.value(&key, &value)?));
        rows.scan(range, limit, reverse)?
            .into_iter()
            .map(decode)
            .collect()
    }

    /// How many rows begin with `parts`.
    pub(crate) fn count<R: Read + ?Sized, P: Part>(&self, rows: &R, parts: &P) -> Result<u64> {
        const PAGE: usize = 4096;
        let mut range = self.prefix(parts);
        let mut count = 0;
        loop {
            let page = rows.scan(range.clone(), PAGE, false)?;
            count += page.len() as u64;
            let Some((last, _)) = page.last().filter(|_| page.len() == PAGE) else {
                return Ok(count);
            };
            range.start = after(last);
        }
    }

    /// How many rows begin with `parts`, and the size of their values.
    pub(crate) fn weigh<R: Read + ?Sized, P: Part>(&self, rows: &R, parts: &P) -> Result<(u64, u64)> {
        const PAGE: usize = 1024;
        let mut range = self.prefix(parts);
        let (mut count, mut bytes) = (0, 0);
        loop {
            let page = rows.scan(range.clone(), PAGE, false)?;
            count += page.len() as u64;
            bytes += page.iter().map(|(_, value)| value.len() as u64).sum::<u64>();
            let Some((last, _)) = page.last().filter(|_| page.len() == PAGE) else {
                return Ok((count, bytes));
            };
            range.start = after(last);
        }
    }

    /// Puts `value` at `key`.
    pub(crate) fn put<W: Write + ?Sized>(&self, to: &mut W, key: &K, value: &V) -> Result<()> {
        self.put_sized(to, key, value).map(drop)
    }

    /// Puts `value` at `key` and tells the size of the row, as [`Table::get_sized`] will.
    pub(crate) fn put_sized<W: Write + ?Sized>(&self, to: &mut W, key: &K, value: &V) -> Result<usize> {
        let (key, value) = self.row(key, value)?;
        let size = value.len();
        to.write(key, Change::Put(value));
        Ok(size)
    }

    /// As [`Table::put_sized`], at a key where nothing is: it leaves no trace if it goes soon.
    pub(crate) fn put_new<W: Write + ?Sized>(&self, to: &mut W, key: &K, value: &V) -> Result<usize> {
        let (key, value) = self.row(key, value)?;
        let size = value.len();
        to.write(key, Change::New(value));
        Ok(size)
    }

    fn row(&self, key: &K, value: &V) -> Result<(Key, Vec<u8>)> {
        let key = self.key(key);
        let value = codec::encode(self.version, value).map_err(|why| self.corrupt(&key, why))?;
        Ok((key, value))
    }

    /// Deletes what is at `key`.
    pub(crate) fn delete<W: Write + ?Sized>(&self, to: &mut W, key: &K) {
        to.write(self.key(key), Change::Delete);
    }

    /// The keys that begin with `parts`, which must be leading parts of `K`.
    pub(crate) fn prefix<P: Part>(&self, parts: &P) -> Range<Vec<u8>> {
        let start = self.bytes(parts).to_vec();
        let end = successor(&start);
        start..end
    }

    /// The keys from `from` to the end of the table.
    pub(crate) fn from<P: Part>(&self, from: &P) -> Range<Vec<u8>> {
        self.bytes(from).to_vec()..vec![self.space.prefix() + 1]
    }

    fn bytes<P: Part>(&self, parts: &P) -> Key {
        let mut bytes = Key::from([self.space.prefix()]);
        parts.write(&mut bytes);
        bytes
    }

    fn parse(&self, key: &[u8]) -> Result<K> {
        let mut rest = &key[1..];
        K::read(&mut rest)
            .filter(|_| rest.is_empty())
            .ok_or_else(|| self.corrupt(key, "its key is malformed"))
    }

    fn value(&self, key: &[u8], value: &[u8]) -> Result<V> {
        codec::decode(self.version, self.older, value).map_err(|why| self.corrupt(key, why))
    }

    fn corrupt(&self, key: &[u8], why: &'static str) -> Error {
        Error::Corrupt {
            space: self.space.name(),
            key: hex(key),
            why,
        }
    }
}

/// Bytes as people write them down.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('?'));
        }
    }
    text
}

/// The least key greater than `key`.
pub(crate) fn after(key: &[u8]) -> Vec<u8> {
    let mut next = key.to_vec();
    next.push(0);
    next
}

/// The least key greater than all that begin with `prefix`. The byte of a space is never 0xff.
fn successor(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while end.last() == Some(&0xff) {
        end.pop();
    }
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end
}
