//! How much is stored.

use crate::error::Result;
use crate::keys::after;
use crate::keyspace::Space;
use crate::store::Store;

/// Sizes of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stats {
    /// By key space, in the order on disk.
    pub spaces: Vec<(Space, SpaceStats)>,
    /// Bytes the engine takes on disk for all of it.
    pub disk_bytes: u64,
}

/// Sizes of one key space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpaceStats {
    /// How many rows.
    pub rows: u64,
    /// Bytes of their keys.
    pub key_bytes: u64,
    /// Bytes of their values.
    pub value_bytes: u64,
}

impl Store {
    /// Counts everything, page by page. It reads the whole store: seconds for a gigabyte. Commits go on
    /// meanwhile, so the numbers of a busy store are of no one instant.
    pub fn stats(&self) -> Result<Stats> {
        let mut spaces = Vec::with_capacity(Space::ALL.len());
        for space in Space::ALL {
            spaces.push((space, self.count(space)?));
        }
        let disk_bytes = self.read(|engine| Ok(engine.weight()?.disk_bytes))?;
        Ok(Stats { spaces, disk_bytes })
    }

    fn count(&self, space: Space) -> Result<SpaceStats> {
        const PAGE: usize = 4096;
        let mut stats = SpaceStats::default();
        let mut range = vec![space.prefix()]..vec![space.prefix() + 1];
        loop {
            let page = self.read(|rows| rows.scan(range.clone(), PAGE, false))?;
            for (key, value) in &page {
                stats.rows += 1;
                stats.key_bytes += key.len() as u64;
                stats.value_bytes += value.len() as u64;
            }
            match page.last() {
                Some((last, _)) => range.start = after(last),
                None => return Ok(stats),
            }
        }
    }
}
