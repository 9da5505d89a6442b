//! Who is in which segment, and who was told so: bitmaps derived of the hot rows, in memory.
//!
//! They only say whom a job should look at, and about how many there are; each visit decides by itself. So they may
//! hold somebody too many, never one too few.

use model::{Candidates, DataflowNo, HotRow, ProfileId, RulesVersion, SegmentNo, Status};
use roaring::{RoaringBitmap, RoaringTreemap};
use std::collections::{HashMap, HashSet};
use store::{Decisions, ProfileDelta, Store};

/// Hot rows read at once.
const PAGE: usize = 4096;
/// Low bits of a profile's id within a block: a full block is a bitmap of 8 KiB.
const BLOCK_BITS: u32 = 16;

/// The bitmaps.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// Everybody who was not absorbed.
    everyone: RoaringTreemap,
    segments: HashMap<SegmentNo, RoaringTreemap>,
    told: HashMap<DataflowNo, HashMap<SegmentNo, RoaringTreemap>>,
    /// The rules in force.
    rules: RulesVersion,
    /// Up to which rules everybody has been brought.
    upgraded: RulesVersion,
}

impl Members {
    /// From all hot rows.
    pub(crate) fn of(store: &Store) -> Result<Self, store::Error> {
        let finished = store.upgrade()?.filter(|progress| progress.finished);
        let mut members = Self {
            rules: store.definitions()?.version,
            upgraded: finished.map(|progress| progress.to).unwrap_or_default(),
            ..Self::default()
        };
        let mut from = ProfileId::from_bits(0);
        loop {
            let page = store.hot_from(from, PAGE)?;
            for (id, hot) in &page {
                members.set(*id, hot, |_| true);
            }
            let Some((last, _)) = page.last().filter(|_| page.len() == PAGE) else {
                return Ok(members);
            };
            from = ProfileId::from_bits(last.to_bits() + 1);
        }
    }

    /// Follows what a batch decided. Memberships change with transitions, except in joins and under new rules: there the whole
    /// row is looked at.
    pub(crate) fn follow(&mut self, decisions: &Decisions) {
        if let Some(definitions) = &decisions.definitions {
            self.rules = definitions.version;
        }
        let all_follow = self.rules <= self.upgraded;
        if let Some(progress) = decisions.upgrade.filter(|progress| progress.finished) {
            self.upgraded = progress.to;
        }
        let mut joined: HashSet<ProfileId> = HashSet::new();
        for delta in &decisions.profiles {
            if let Some(survivor) = delta.absorbed_into {
                self.everyone.remove(delta.id.to_bits());
                joined.insert(survivor);
            }
        }
        for delta in &decisions.profiles {
            let (Some(hot), None) = (&delta.hot, delta.absorbed_into) else {
                continue;
            };
            let has_joined = joined.contains(&delta.id);
            if has_joined || !all_follow {
                self.set(delta.id, hot, |commit| has_joined || commit == decisions.batch);
                continue;
            }
            // Whoever is new has names. What a dataflow was told changes with an export.
            if delta.identities.is_some() {
                self.everyone.insert(delta.id.to_bits());
            }
            self.hear(delta.id, hot, |commit| commit == decisions.batch);
        }
        if all_follow {
            let transitions = decisions.transitions.iter();
            for (id, all) in transitions.filter(|(id, _)| !joined.contains(id)) {
                for transition in all {
                    self.enter(*id, transition.segment, transition.status);
                }
            }
            debug_assert!(
                decisions.profiles.iter().all(|delta| self.has_all(delta)),
                "memberships change with transitions"
            );
        }
    }

    /// Keeps the bitmaps of these segments and dataflows alone.
    pub(crate) fn keep(
        &mut self,
        segment: impl Fn(SegmentNo) -> bool,
        dataflow: impl Fn(DataflowNo) -> bool,
    ) {
        self.segments.retain(|no, _| segment(*no));
        self.told.retain(|no, _| dataflow(*no));
    }

    fn set(&mut self, id: ProfileId, hot: &HotRow, written: impl Fn(u64) -> bool) {
        self.everyone.insert(id.to_bits());
        for membership in &hot.memberships {
            self.enter(id, membership.segment, membership.status);
        }
        self.hear(id, hot, written);
    }

    fn enter(&mut self, id: ProfileId, segment: SegmentNo, status: Status) {
        let members = self.segments.entry(segment).or_default();
        if status == Status::Realized {
            members.insert(id.to_bits());
        } else {
            members.remove(id.to_bits());
        }
    }

    /// Notes what dataflows were told in commits that count.
    fn hear(&mut self, id: ProfileId, hot: &HotRow, written: impl Fn(u64) -> bool) {
        let id = id.to_bits();
        for entry in hot.ledger.iter().filter(|entry| written(entry.commit)) {
            let told = self.told.entry(entry.dataflow).or_default();
            for no in &entry.told {
                told.entry(*no).or_default().insert(id);
            }
            for (_, unsaid) in told.iter_mut().filter(|(no, _)| !entry.told.contains(no)) {
                unsaid.remove(id);
            }
        }
    }

    /// Whether whoever a change leaves in a segment is found there.
    fn has_all(&self, delta: &ProfileDelta) -> bool {
        let (Some(hot), None) = (&delta.hot, delta.absorbed_into) else {
            return true;
        };
        let id = delta.id.to_bits();
        let mut realized = hot.memberships.iter().filter(|of| of.status == Status::Realized);
        self.everyone.contains(id)
            && realized.all(|of| {
                self.segments
                    .get(&of.segment)
                    .is_some_and(|members| members.contains(id))
            })
    }

    /// The union, as far as it is there. Absorbed profiles stand for those who absorbed them.
    pub(crate) fn select(
        &self,
        candidates: &[Candidates],
        store: &Store,
    ) -> Result<RoaringTreemap, store::Error> {
        let (mut selected, mut letters) = (RoaringTreemap::new(), RoaringTreemap::new());
        for some in candidates {
            match some {
                Candidates::Everyone => selected |= &self.everyone,
                Candidates::Members(no) => {
                    if let Some(members) = self.segments.get(no) {
                        selected |= members;
                    }
                }
                Candidates::Told(dataflow, no) => {
                    if let Some(told) = self.told.get(dataflow).and_then(|told| told.get(no)) {
                        selected |= told;
                    }
                }
                Candidates::These(profiles) => {
                    for id in profiles {
                        selected.extend(store.survivor(*id)?.map(ProfileId::to_bits));
                    }
                }
                Candidates::Letters(numbers) => letters.extend(numbers.iter().map(|number| number.0)),
            }
        }
        selected &= &self.everyone;
        Ok(selected | letters)
    }
}

/// The block a profile is in.
pub(crate) fn block_of(id: ProfileId) -> u64 {
    id.to_bits() >> BLOCK_BITS
}

/// The candidates by block, in the form in which they are stored.
pub(crate) fn blocks(candidates: &RoaringTreemap) -> Vec<(u64, Vec<u8>)> {
    let mut blocks: Vec<(u64, RoaringBitmap)> = Vec::new();
    for id in candidates {
        let (block, low) = (id >> BLOCK_BITS, (id & ((1 << BLOCK_BITS) - 1)) as u32);
        if blocks.last().is_none_or(|(last, _)| *last != block) {
            blocks.push((block, RoaringBitmap::new()));
        }
        if let Some((_, low_bits)) = blocks.last_mut() {
            low_bits.insert(low);
        }
    }
    let stored = |(block, low_bits): (u64, RoaringBitmap)| {
        let mut bytes = Vec::with_capacity(low_bits.serialized_size());
        let written = low_bits.serialize_into(&mut bytes);
        debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
        (block, bytes)
    };
    blocks.into_iter().map(stored).collect()
}

/// Up to `limit` candidates of a block from `from` on (included), ascending.
pub(crate) fn in_block(
    block: u64,
    bytes: &[u8],
    from: ProfileId,
    limit: usize,
) -> Result<Vec<ProfileId>, store::Error> {
    let low_bits = RoaringBitmap::deserialize_from(bytes).map_err(|_| store::Error::Corrupt {
        space: "candidates",
        key: block.to_string(),
        why: "it is not a bitmap",
    })?;
    let ids = low_bits
        .into_iter()
        .map(|low| ProfileId::from_bits(block << BLOCK_BITS | u64::from(low)));
    Ok(ids.skip_while(|id| *id < from).take(limit).collect())
}

#[cfg(test)]
mod tests;
