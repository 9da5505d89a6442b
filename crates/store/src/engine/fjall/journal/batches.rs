//! Finds whole batches in a journal.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

const HEAD: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const MAGIC: &[u8; 4] = b"FJL\x03";
/// Bytes of a head, of an item without key and value, and of an end.
const HEAD_BYTES: usize = 13;
const ITEM_BYTES: usize = 21;
const END_BYTES: usize = 13;
/// The number of the one keyspace, as it stands in an item.
const KEYSPACE: [u8; 8] = 1_u64.to_le_bytes();
/// Bytes of a head and of an item up to the keyspace.
const BEGIN_BYTES: usize = HEAD_BYTES + 11;

/// A journal being read.
pub(super) struct Journal {
    input: BufReader<File>,
    size: u64,
    /// Where the next byte is read.
    at: u64,
}

impl Journal {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let input = BufReader::with_capacity(1 << 16, file);
        Ok(Self { input, size, at: 0 })
    }

    /// Where the last batch ends that is whole, as are all before it.
    pub(super) fn whole(&mut self) -> io::Result<u64> {
        self.go_to(0)?;
        let mut end = 0;
        while self.batch()?.is_some() {
            end = self.at;
        }
        Ok(end)
    }

    /// Whether there is a whole batch somewhere behind `start`.
    pub(super) fn goes_on_after(&mut self, start: u64) -> io::Result<bool> {
        for begin in self.begins_after(start)? {
            self.go_to(begin)?;
            if self.batch()?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All places from `start` on that look as if a batch began there.
    fn begins_after(&mut self, start: u64) -> io::Result<Vec<u64>> {
        self.go_to(start)?;
        let mut begins = Vec::new();
        // The last bytes of what was read before, then what is read now.
        let mut window = Vec::new();
        loop {
            let first = self.at - window.len() as u64;
            let read = self.input.by_ref().take(1 << 20).read_to_end(&mut window)?;
            if read == 0 {
                return Ok(begins);
            }
            self.at += read as u64;
            let found = window
                .windows(BEGIN_BYTES)
                .enumerate()
                .filter(|(_, bytes)| is_begin(bytes));
            begins.extend(found.map(|(offset, _)| first + offset as u64));
            window.drain(..window.len().saturating_sub(BEGIN_BYTES - 1));
        }
    }

    /// Reads the batch that begins here. `None` if it is not whole.
    fn batch(&mut self) -> io::Result<Option<()>> {
        let Some(head) = self.take::<HEAD_BYTES>()?.filter(|head| head[0] == HEAD) else {
            return Ok(None);
        };
        let mut hash = Xxh3::new();
        for _ in 0..u32::from_le_bytes([head[1], head[2], head[3], head[4]]) {
            if self.item(&mut hash)?.is_none() {
                return Ok(None);
            }
        }
        let end = self.take::<END_BYTES>()?;
        Ok(end
            .filter(|end| is_end(end) && end[1..9] == hash.digest().to_le_bytes())
            .map(drop))
    }

    fn item(&mut self, hash: &mut Xxh3) -> io::Result<Option<()>> {
        let Some(item) = self.take::<ITEM_BYTES>()?.filter(|item| item[0] == ITEM) else {
            return Ok(None);
        };
        hash.update(&item);
        let key = u64::from(u16::from_le_bytes([item[11], item[12]]));
        let value = u64::from(u32::from_le_bytes([item[17], item[18], item[19], item[20]]));
        let mut left = key + value;
        if left > self.size - self.at {
            return Ok(None);
        }
        let mut bytes = [0; 4096];
        while left > 0 {
            let some = left.min(bytes.len() as u64) as usize;
            self.input.read_exact(&mut bytes[..some])?;
            hash.update(&bytes[..some]);
            self.at += some as u64;
            left -= some as u64;
        }
        Ok(Some(()))
    }

    /// The next bytes, if there are that many.
    fn take<const N: usize>(&mut self) -> io::Result<Option<[u8; N]>> {
        if N as u64 > self.size - self.at {
            return Ok(None);
        }
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(Some(bytes))
    }

    fn go_to(&mut self, at: u64) -> io::Result<()> {
        self.input.seek(SeekFrom::Start(at))?;
        self.at = at;
        Ok(())
    }
}

fn is_begin(bytes: &[u8]) -> bool {
    bytes[0] == HEAD && bytes[HEAD_BYTES] == ITEM && bytes.ends_with(&KEYSPACE)
}

fn is_end(bytes: &[u8]) -> bool {
    bytes[0] == END && bytes.ends_with(MAGIC)
}
