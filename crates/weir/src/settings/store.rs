//! `[store]`: memory and disk of the store.

use super::reader::Reader;
use super::value::Size;

/// Memory and disk of the store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    /// What the engine keeps in memory.
    pub(crate) cache: Size,
    /// With less free on its disk nothing is taken in; deliveries go on.
    pub(crate) min_free: Size,
}

impl Store {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            cache: reader.get("store", "cache", Size::mib(256)),
            min_free: reader.get("store", "min_free", Size::mib(512)),
        }
    }

    /// As the store takes them.
    pub(crate) fn options(&self) -> store::Options {
        store::Options {
            cache_bytes: self.cache.0,
            min_free_bytes: self.min_free.0,
            ..store::Options::default()
        }
    }
}
