use super::{Members, block_of, blocks, in_block};
use model::{
    Candidates, DataflowNo, HotRow, LedgerEntry, Membership, ProfileId, Revision, SegmentNo, Status,
    Timestamp, Transition,
};
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, BTreeSet};
use store::{Decisions, Memory, ProfileDelta};
use tokio_util::sync::CancellationToken;

const SEGMENTS: u32 = 4;
const FLOWS: u32 = 3;

fn hot(dice: &mut fastrand::Rng, batch: u64, old: Option<&HotRow>) -> HotRow {
    let status = |dice: &mut fastrand::Rng| {
        if dice.bool() {
            Status::Realized
        } else {
            Status::Exited
        }
    };
    let mut hot = HotRow::default();
    for no in (0..SEGMENTS).map(SegmentNo) {
        let was = old.is_some_and(|old| old.memberships.iter().any(|m| m.segment == no));
        // A membership never vanishes while its segment is there.
        if was || dice.bool() {
            hot.memberships.push(Membership {
                segment: no,
                status: status(dice),
                since: Timestamp::MIN,
            });
        }
    }
    for dataflow in (0..FLOWS).map(DataflowNo) {
        let before = old.and_then(|old| old.ledger.iter().find(|entry| entry.dataflow == dataflow));
        if dice.bool() {
            hot.ledger.push(LedgerEntry {
                dataflow,
                revision: Revision(batch),
                commit: batch,
                told: (0..SEGMENTS).filter(|_| dice.bool()).map(SegmentNo).collect(),
            });
        } else {
            hot.ledger.extend(before.cloned());
        }
    }
    hot
}

/// The transitions that make one row of the other.
fn changes(old: Option<&HotRow>, new: &HotRow) -> Vec<Transition> {
    let was = |no| old.and_then(|old| old.memberships.iter().find(|m| m.segment == no));
    let memberships = new.memberships.iter();
    let changed = memberships.filter(|m| was(m.segment).is_none_or(|was| was.status != m.status));
    let transition = |m: &Membership| Transition {
        at: m.since,
        segment: m.segment,
        status: m.status,
    };
    changed.map(transition).collect()
}

/// After any history of batches, joins among them, the bitmaps are those that the hot rows give.
#[tokio::test]
async fn bitmaps_follow_the_hot_rows() {
    let (store, committer) =
        store::open_on(Box::new(Memory::new()), &store::Options::default()).expect("a new store");
    let stop = CancellationToken::new();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(committer.run(stop.clone()));
    let mut dice = fastrand::Rng::with_seed(5);
    let mut rows: BTreeMap<ProfileId, HotRow> = BTreeMap::new();
    let mut gone: BTreeSet<ProfileId> = BTreeSet::new();
    let mut members = Members::of(&store).expect("read");
    for batch in 1..200 {
        let before = rows.clone();
        let mut profiles = BTreeMap::new();
        for _ in 0..dice.usize(1..6) {
            let id = ProfileId::new(0, dice.u64(1..60) * 9_000);
            if gone.contains(&id) {
                continue;
            }
            let row = hot(&mut dice, batch, rows.get(&id));
            profiles.insert(id, row);
        }
        rows.extend(profiles.clone());
        let mut deltas: Vec<ProfileDelta> = Vec::new();
        let ids: Vec<ProfileId> = rows.keys().copied().collect();
        let (survivor, absorbed) = (ids[0], ids[ids.len() - 1]);
        if ids.len() > 20 && dice.u8(..4) == 0 {
            let other = rows.remove(&absorbed).expect("it is there");
            profiles.remove(&absorbed);
            gone.insert(absorbed);
            let mut united = rows[&survivor].clone();
            // What was told of the other counts as told, with its commit.
            for entry in other.ledger {
                match united
                    .ledger
                    .iter_mut()
                    .find(|ours| ours.dataflow == entry.dataflow)
                {
                    Some(ours) => {
                        ours.told.extend(entry.told);
                        ours.told.sort_unstable();
                        ours.told.dedup();
                    }
                    None => united.ledger.push(entry),
                }
            }
            rows.insert(survivor, united.clone());
            profiles.insert(survivor, united);
            deltas.push(ProfileDelta {
                id: absorbed,
                absorbed_into: Some(survivor),
                ..ProfileDelta::default()
            });
        }
        let transitions = profiles
            .iter()
            .map(|(id, row)| (*id, changes(before.get(id), row)));
        let transitions = transitions.collect();
        deltas.extend(profiles.into_iter().map(|(id, row)| ProfileDelta {
            id,
            hot: Some(row),
            identities: (!before.contains_key(&id)).then(Vec::new),
            ..ProfileDelta::default()
        }));
        let meta = store.meta();
        let decisions = Decisions {
            batch,
            next_seq: meta.next_seq,
            next_profile: meta.next_profile,
            profiles: deltas,
            transitions,
            ..Decisions::default()
        };
        members.follow(&decisions);
        store.commit(decisions).await.expect("committed");
        let anew = Members::of(&store).expect("read");
        let mut all = vec![Candidates::Everyone];
        for no in (0..SEGMENTS).map(SegmentNo) {
            all.push(Candidates::Members(no));
            all.extend((0..FLOWS).map(|flow| Candidates::Told(DataflowNo(flow), no)));
        }
        for some in all {
            let of = |members: &Members| members.select(std::slice::from_ref(&some), &store).expect("read");
            assert_eq!(of(&members), of(&anew), "{some:?} after batch {batch}");
        }
    }
    stop.cancel();
}

/// Candidates come back as they went in, block by block, from any cursor, in pages of any size.
#[test]
fn blocks_hold_what_was_put_in() {
    let ids = [
        0,
        1,
        65_535,
        65_536,
        131_071,
        1 << 40,
        (3 << 48) + 7,
        (3 << 48) + 70_000,
    ];
    let stored = blocks(&RoaringTreemap::from_iter(ids));
    assert_eq!(stored.len(), 5);
    for limit in 1..9 {
        for from in 0..=ids.len() {
            let cursor = ids.get(from).copied().unwrap_or(u64::MAX);
            let mut found = Vec::new();
            for (block, bytes) in &stored {
                let some = in_block(*block, bytes, ProfileId::from_bits(cursor), limit).unwrap();
                assert!(some.len() <= limit && some.iter().all(|id| block_of(*id) == *block));
                found.extend(some.into_iter().map(ProfileId::to_bits));
            }
            assert!(found.len() <= ids.len() - from, "{from} {limit}");
            if limit > 2 {
                assert_eq!(found, ids[from..], "{from} {limit}");
            }
        }
    }
    assert!(in_block(0, b"junk", ProfileId::from_bits(0), 9).is_err());
}
