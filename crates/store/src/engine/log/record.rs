//! One record of the log: what a group commit writes.
//!
//! A head of 32 bytes (mark, length of the body, number, checksum), then the body, then zeros up to the next block. The
//! checksum is XXH3 of the body, seeded with the number, the length and the salt of the file. The body is one entry a message as it was received and one a
//! write: a byte that tells which, the length of the key (u16; of a message the inlet's name), the length of the value (u32)
//! unless it is a delete, the key, the value. All numbers are big-endian.
//!
//! Files are used again, each time with a new salt that nobody knows: what is left in them of an earlier use is no record, and
//! neither is what somebody puts into a message so that it looks like one.

use crate::engine::{Batch, Change, Key};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Records begin at multiples of this, so that none shares a page with one that was acknowledged before.
pub(super) const BLOCK: usize = 4096;
const HEAD: usize = 32;
const MARK: &[u8; 8] = b"weirrecd";

const DELETE: u8 = 0;
const PUT: u8 = 1;
const NEW: u8 = 2;
const INPUT: u8 = 3;

/// Writes the record of `batch` to `out`, which is empty: whole blocks, but for the checksum ([`seal`]).
pub(super) fn encode(number: u64, batch: &Batch, out: &mut Vec<u8>) {
    out.resize(HEAD, 0);
    for input in batch.inputs() {
        entry(INPUT, input.inlet.as_str().as_bytes(), Some(&input.raw), out);
    }
    for (key, change) in batch.writes() {
        let kind = match change {
            Change::Delete => DELETE,
            Change::Put(_) => PUT,
            Change::New(_) => NEW,
        };
        entry(kind, key, change.value(), out);
    }
    let length = (out.len() - HEAD) as u64;
    out[..8].copy_from_slice(MARK);
    out[8..16].copy_from_slice(&length.to_be_bytes());
    out[16..24].copy_from_slice(&number.to_be_bytes());
    out.resize(out.len().next_multiple_of(BLOCK), 0);
}

/// Makes what was encoded a record of the file with this salt.
pub(super) fn seal(record: &mut [u8], salt: u64) {
    if let Some(Head { number, length, .. }) = Head::read(record) {
        let sum = checksum(number, &record[HEAD..HEAD + length], salt);
        record[24..32].copy_from_slice(&sum.to_be_bytes());
    }
}

fn entry(kind: u8, key: &[u8], value: Option<&[u8]>, out: &mut Vec<u8>) {
    out.push(kind);
    out.extend_from_slice(&(key.len() as u16).to_be_bytes());
    if let Some(value) = value {
        out.extend_from_slice(&(value.len() as u32).to_be_bytes());
    }
    out.extend_from_slice(key);
    out.extend_from_slice(value.unwrap_or_default());
}

fn checksum(number: u64, body: &[u8], salt: u64) -> u64 {
    xxh3_64_with_seed(body, salt ^ number ^ (body.len() as u64).rotate_left(40))
}

/// What the head of a record says.
struct Head {
    number: u64,
    /// Of the body.
    length: usize,
    sum: u64,
}

impl Head {
    fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MARK)?;
        let (length, rest) = rest.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        Some(Self {
            number: u64::from_be_bytes(*number),
            length: usize::try_from(u64::from_be_bytes(*length)).ok()?,
            sum: u64::from_be_bytes(*rest.first_chunk()?),
        })
    }
}

/// A record that is whole.
pub(super) struct Found<'a> {
    pub(super) number: u64,
    pub(super) body: &'a [u8],
    pub(super) sum: u64,
    /// What it takes of the file: whole blocks, but for the last of a file that is cut short.
    pub(super) blocks: usize,
}

/// What the record at the beginning of `bytes`, which are at least its head, takes of the file, as it says itself.
pub(super) fn length(bytes: &[u8]) -> Option<u64> {
    let length = Head::read(bytes)?.length.checked_add(HEAD)?;
    Some(length.checked_next_multiple_of(BLOCK)? as u64)
}

/// The number of the record at the beginning of `bytes`, as it says itself.
pub(super) fn number(bytes: &[u8]) -> Option<u64> {
    Some(Head::read(bytes)?.number)
}

/// The record at the beginning of `bytes`, if there is a whole one of the file with this salt.
pub(super) fn find(bytes: &[u8], salt: u64) -> Option<Found<'_>> {
    let Head { number, length, sum } = Head::read(bytes)?;
    let end = HEAD.checked_add(length)?;
    let body = bytes.get(HEAD..end)?;
    (checksum(number, body, salt) == sum).then(|| Found {
        number,
        body,
        sum,
        blocks: end.next_multiple_of(BLOCK),
    })
}

/// The writes of a body, in order, without the messages; `None` stands for an entry that cannot be read.
pub(super) fn writes(mut body: &[u8]) -> impl Iterator<Item = Option<(Key, Change)>> {
    let entries = std::iter::from_fn(move || (!body.is_empty()).then(|| read(&mut body)));
    entries.filter_map(|entry| match entry {
        Some(Entry::Input) => None,
        Some(Entry::Write(key, change)) => Some(Some((key, change))),
        None => Some(None),
    })
}

/// What a body is made of.
enum Entry {
    /// A message as it was received.
    Input,
    Write(Key, Change),
}

fn read(body: &mut &[u8]) -> Option<Entry> {
    let rest = std::mem::take(body);
    let ([kind, high, low], rest) = rest.split_first_chunk()?;
    let length = u16::from_be_bytes([*high, *low]);
    let (value, rest) = match *kind {
        DELETE => (None, rest),
        PUT | NEW | INPUT => {
            let (value, rest) = rest.split_first_chunk()?;
            (Some(u32::from_be_bytes(*value) as usize), rest)
        }
        _ => return None,
    };
    let (key, rest) = rest.split_at_checked(usize::from(length))?;
    let (bytes, rest) = rest.split_at_checked(value.unwrap_or(0))?;
    *body = rest;
    let change = match *kind {
        DELETE => Change::Delete,
        PUT => Change::Put(bytes.to_vec()),
        NEW => Change::New(bytes.to_vec()),
        _ => return Some(Entry::Input),
    };
    Some(Entry::Write(key.into(), change))
}

#[cfg(test)]
mod tests;
