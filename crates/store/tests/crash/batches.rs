//! Batches that are pure functions of their number and of the batches before.

use model::{
    Cause, Class, DataflowId, DataflowNo, DatasetId, DeadReason, Definitions, Event, Export, ExportSeq,
    Fragment, HotRow, Identity, IdentityLink, JobNo, Lane, Leaf, Leaves, Path, ProfileId, Revision,
    RulesVersion, SegmentNo, Seq, Stamp, Status, SuppressedReason, Timestamp, Transition,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use store::{
    DeadMessage, Decisions, EventKey, JobOp, MessageCounters, OutboxOp, Outcome, ProfileDelta, Result,
    Settlement, Store, UpgradeProgress,
};

/// Profiles a batch writes.
const PROFILES: u64 = 12;
/// Exports a batch decides.
const EXPORTS: u64 = 5;
/// Batches an event is kept for.
const KEPT: u64 = 20;

/// Commits batch `number` together with settlements of earlier exports: both are handed in before the committer
/// runs, so they are one group.
pub(crate) async fn commit(store: &Store, number: u64) -> Result<()> {
    let (committed, settled) = tokio::join!(
        store.commit(batch(store, number)?),
        store.settle(settlements(number))
    );
    committed.and(settled)
}

fn batch(store: &Store, number: u64) -> Result<Decisions> {
    let at = instant(number);
    let mut profiles = BTreeMap::new();
    for slot in 0..PROFILES {
        let seed = mix(number * 64 + slot);
        let id = ProfileId::new(0, seed % 500);
        profiles.insert(id, profile(store, id, seed, at)?);
    }
    let mut profiles: Vec<ProfileDelta> = profiles.into_values().collect();
    profiles.push(events(number));
    let transitions = profiles
        .iter()
        .map(|delta| (delta.id, vec![transition(at, number)]))
        .collect();
    let dataset = dataset("web");
    let meta = store.meta();
    Ok(Decisions {
        clock: at,
        batch: number,
        next_seq: Seq(meta.next_seq.0 + PROFILES),
        next_profile: meta.next_profile + 1,
        identities: (0..3)
            .map(|slot| {
                let seed = mix(number * 8 + slot);
                (
                    identity(seed % 900),
                    (!seed.is_multiple_of(5)).then(|| ProfileId::new(0, seed % 500)),
                )
            })
            .collect(),
        profiles,
        transitions,
        outbox: outbox(number),
        dead_messages: dead_messages(number),
        definitions: (number % 50 == 1).then(|| Definitions {
            version: RulesVersion(number),
            ..Definitions::default()
        }),
        upgrade: number.is_multiple_of(7).then(|| UpgradeProgress {
            to: RulesVersion(number),
            next: ProfileId::new(0, number),
            visited: number,
            finished: false,
        }),
        jobs: jobs(number),
        inputs: Vec::new(),
        messages: vec![(
            dataset,
            MessageCounters {
                accepted: PROFILES,
                duplicate: number % 2,
                bad: 0,
            },
        )],
    })
}

/// Candidates come and go with the batches, as those of a job do.
fn jobs(number: u64) -> Vec<JobOp> {
    let job = JobNo(number / 10);
    vec![
        JobOp::Candidates {
            job,
            block: number,
            profiles: vec![number as u8; (number % 64) as usize],
        },
        JobOp::Finished {
            job,
            before: Some(number.saturating_sub(3)),
        },
    ]
}

fn profile(store: &Store, id: ProfileId, seed: u64, at: Timestamp) -> Result<ProfileDelta> {
    let old = store.load(&[id])?.remove(0);
    let name = identity(seed % 900);
    let fragment = Fragment {
        owner: id,
        dataset: dataset("crm"),
        primary: name.clone(),
        leaves: Leaves::from(vec![Leaf {
            path: Path::new(vec!["a".to_owned()]),
            value: Some((
                Stamp {
                    time: at,
                    seq: Seq(seed),
                },
                Some(text(seed, 300 + seed % 1_500).into()),
            )),
            object: None,
        }]),
    };
    Ok(ProfileDelta {
        id,
        hot: Some(HotRow {
            rules: RulesVersion(seed % 9),
            stepped: at,
            next_due: (!seed.is_multiple_of(3)).then(|| Timestamp::from_millis(at.millis() + 5_000)),
            ..HotRow::default()
        }),
        identities: Some(vec![IdentityLink {
            identity: name,
            seq: Seq(seed),
            since: at,
        }]),
        fragments: vec![fragment],
        old_due: old.and_then(|old| old.hot.next_due),
        ..ProfileDelta::default()
    })
}

/// New events of one owner, and the end of old ones.
fn events(number: u64) -> ProfileDelta {
    let of = |number: u64| -> Vec<Event> {
        let event = |slot| Event {
            owner: ProfileId::new(0, 1_000 + number % 10),
            dataset: dataset("web"),
            id: format!("{number}-{slot}").into(),
            timestamp: instant(number),
            valid_until: None,
            seq: Seq(number),
            json: text(mix(number + slot), 200).into(),
        };
        (0..4).map(event).collect()
    };
    let old = number
        .checked_sub(KEPT)
        .filter(|&old| old > 0)
        .map(of)
        .unwrap_or_default();
    ProfileDelta {
        id: ProfileId::new(0, 1_000 + number % 10),
        events: of(number),
        forgotten: old.iter().map(EventKey::of).collect(),
        ..ProfileDelta::default()
    }
}

/// Five exports; every tenth batch joins a profile that has something pending.
fn outbox(number: u64) -> Vec<OutboxOp> {
    let mut ops: Vec<OutboxOp> = (0..EXPORTS)
        .map(|slot| export(number, slot))
        .map(OutboxOp::Export)
        .collect();
    if number.is_multiple_of(10) {
        let join = OutboxOp::Join {
            survivor: ProfileId::new(0, mix(number) % 20),
            absorbed: vec![ProfileId::new(0, 10_000 + number)],
        };
        ops.insert(3, join);
    }
    ops
}

fn export(number: u64, slot: u64) -> Export {
    let seed = mix(number * 16 + slot);
    let dataflow = DataflowNo((seed % 3) as u32);
    let absorbed = number.is_multiple_of(10) && slot < 2;
    let profile = if absorbed {
        10_000 + number
    } else {
        mix(number) % 20
    };
    Export {
        dataflow: DataflowId::new("flow").unwrap(),
        lane: Lane {
            dataflow,
            class: if seed.is_multiple_of(4) {
                Class::Bulk
            } else {
                Class::Live
            },
        },
        profile: ProfileId::new(0, profile),
        revision: Revision(number * EXPORTS + slot),
        causes: vec![Cause::Attribute],
        transitions: Vec::new(),
        merged: Vec::new(),
        emitted_at: instant(number),
        attributes: vec![(Path::new(vec!["a".to_owned()]), text(seed, 400))],
        memberships: Vec::new(),
        identities: BTreeMap::new(),
        envelope: false,
    }
}

/// Exports end two batches after their decision where they can, eight batches after it in any case.
fn settlements(number: u64) -> Vec<Settlement> {
    let of = |number: u64| (number * EXPORTS - EXPORTS + 1..=number * EXPORTS).map(ExportSeq);
    let mut all = Vec::new();
    if number > 2 {
        all.extend(of(number - 2).map(|seq| {
            let outcome = match seq.0 % 4 {
                0 => Outcome::Suppressed(SuppressedReason::Cancelled),
                1 => Outcome::Again {
                    due: instant(number + 4),
                    attempts: 1,
                    throttled_since: None,
                },
                _ => Outcome::Delivered,
            };
            Settlement { seq, outcome }
        }));
    }
    if number > 8 {
        all.extend(of(number - 8).map(|seq| Settlement {
            seq,
            outcome: Outcome::Dead {
                at: instant(number),
                reason: DeadReason::Exhausted,
                answer: "HTTP 500".to_owned(),
                attempts: 3,
            },
        }));
    }
    all
}

/// Small ones, and now and then one so large that sled keeps it in a file of its own.
fn dead_messages(number: u64) -> Vec<DeadMessage> {
    let size = match number {
        n if n % 64 == 5 => 3 << 20,
        n if n % 16 == 3 => 300 << 10,
        n if n % 4 == 1 => 100,
        _ => return Vec::new(),
    };
    vec![DeadMessage {
        at: instant(number),
        inlet: None,
        dataset: dataset("web"),
        code: "malformed".to_owned(),
        reason: "the body is not JSON".to_owned(),
        body: text(number, size).into_bytes(),
    }]
}

fn transition(at: Timestamp, number: u64) -> Transition {
    Transition {
        at,
        segment: SegmentNo((number % 100) as u32),
        status: Status::Realized,
    }
}

fn instant(number: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + 1_000 * number.cast_signed())
}

fn dataset(name: &str) -> DatasetId {
    DatasetId::new(name).unwrap()
}

fn identity(number: u64) -> Identity {
    Identity {
        namespace: "email".into(),
        value: format!("p{number}@example.test").into(),
    }
}

/// Text that nobody can compress or mistake for another.
fn text(seed: u64, length: u64) -> String {
    let mut text = String::with_capacity(length as usize + 16);
    let mut word = seed;
    while (text.len() as u64) < length {
        word = mix(word);
        write!(text, "{word:016x}").unwrap();
    }
    text
}

/// `SplitMix64`.
fn mix(seed: u64) -> u64 {
    let x = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
