//! Old data load: the frozen files of `migrations/fixtures`, read by today's program.

mod definitions;

use crate::jobs::{candidates, job};
use crate::support::{
    at, batch, everything, export, identity, live, options_of, person, profile, settled, start_on,
};
pub(crate) use definitions::one_of_everything;
use definitions::untyped;
use model::{DataflowNo, DeadReason, ExportSeq, ProfileId, RulesVersion, SuppressedReason, Timestamp};
use std::path::PathBuf;
use store::{
    Decisions, EngineKind, JobOp, Memory, OutboxOp, Outcome, ProfileDelta, Space, Stock, Store,
    UpgradeProgress, open, restore,
};

fn fixture(format: u32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../migrations/fixtures/{format:04}.dump"))
}

/// Puts rows in every key space, the same each time.
async fn fill(store: &Store) {
    store.commit(everything(store)).await.unwrap();
    let claimed = store.claim(live(2), at(2_000), 1, usize::MAX).unwrap().remove(0);
    let again = Outcome::Again {
        due: at(17_000),
        attempts: 1,
        throttled_since: Some(at(2_000)),
    };
    store.settle(settled(claimed.seq, again)).await.unwrap();
    let mut survivor = person(1, 6_000);
    survivor.old_due = Some(at(5_001));
    survivor.hot.as_mut().unwrap().absorbed = vec![profile(2)];
    let absorbed = ProfileDelta {
        id: profile(2),
        old_due: Some(at(5_002)),
        absorbed_into: Some(profile(1)),
        ..ProfileDelta::default()
    };
    let join = OutboxOp::Join {
        survivor: profile(1),
        absorbed: vec![profile(2)],
    };
    let ops = vec![
        join,
        OutboxOp::Export(export(live(2), profile(1), 3)),
        OutboxOp::Export(export(live(3), profile(3), 1)),
        OutboxOp::Export(export(live(3), profile(1), 1)),
    ];
    let next = Decisions {
        clock: at(3_000),
        profiles: vec![survivor, absorbed],
        identities: vec![(identity(2), Some(profile(1)))],
        definitions: Some(one_of_everything()),
        upgrade: Some(UpgradeProgress {
            to: RulesVersion(7),
            next: profile(2),
            visited: 1,
            finished: false,
        }),
        jobs: vec![JobOp::Put(job(1)), candidates(1, 0, &[7]), candidates(1, 3, &[9])],
        ..batch(store, ops)
    };
    store.commit(next).await.unwrap();
    let dead = Outcome::Dead {
        at: at(3_000),
        reason: DeadReason::Refused,
        answer: "HTTP 400".to_owned(),
        attempts: 1,
    };
    for claimed in store.claim(live(3), at(3_000), 1, usize::MAX).unwrap() {
        store.settle(settled(claimed.seq, dead.clone())).await.unwrap();
    }
    let cancelled = Outcome::Suppressed(SuppressedReason::Cancelled);
    store.settle(settled(ExportSeq(6), cancelled)).await.unwrap();
}

/// What a reader sees of it.
fn look(store: &Store) -> String {
    let flows = store.dataflows().unwrap();
    let accounts: Vec<_> = flows.iter().map(|&flow| store.account(flow).unwrap()).collect();
    let counted: Vec<_> = flows.iter().map(|&flow| store.counters(flow).unwrap()).collect();
    assert_eq!(accounts, counted, "by rows and by counters");
    let letters = store.dead_letters(DataflowNo(3), ExportSeq(0), 9).unwrap();
    let lanes: Vec<_> = [1, 2, 3]
        .map(|flow| {
            let mut claimed = store.claim(live(flow), Timestamp::MAX, 9, usize::MAX).unwrap();
            // The one thing that a format may change.
            for one in &mut claimed {
                one.bytes = 0;
            }
            claimed
        })
        .into_iter()
        .collect();
    format!(
        "{:#?}",
        (
            store.load(&[profile(1), profile(2), profile(3)]).unwrap(),
            store
                .profiles_of(&[identity(1), identity(2), identity(3)])
                .unwrap(),
            store.survivor(profile(2)).unwrap(),
            store.timers_due(Timestamp::MAX, 9).unwrap(),
            store.history(profile(1), 9).unwrap(),
            store.profiles_from(ProfileId::default(), 9).unwrap(),
            (
                store.dead_messages(0, 9).unwrap(),
                store.message_counters().unwrap()
            ),
            (untyped(store.definitions().unwrap()), store.upgrade().unwrap()),
            (accounts, letters, lanes),
        )
    )
}

/// What all dataflows keep, pending and dead, by the counters.
fn kept(store: &Store) -> [Stock; 2] {
    let mut kept = [Stock::default(); 2];
    for flow in store.dataflows().unwrap() {
        let queue = store.queue(flow);
        for (sum, part) in kept.iter_mut().zip([queue.pending, queue.letters]) {
            sum.rows += part.rows;
            sum.bytes += part.bytes;
        }
    }
    kept
}

/// The same by the rows.
fn weighed(store: &Store) -> [Stock; 2] {
    let spaces = store.stats().unwrap().spaces;
    [Space::Exports, Space::DeadLetters].map(|space| {
        let (_, stats) = spaces.iter().find(|(of, _)| *of == space).unwrap();
        let (rows, bytes) = (stats.rows, stats.value_bytes);
        Stock { rows, bytes }
    })
}

#[tokio::test]
async fn the_current_format_is_the_frozen_one_byte_for_byte() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    fill(&running.store).await;
    let stats = running.store.stats().unwrap();
    for (space, stats) in stats.spaces {
        assert!(
            stats.rows > 0,
            "the fixture must have a row of {}",
            Space::name(space)
        );
    }
    let frozen = fixture(migrations::FORMAT);
    if !frozen.exists() {
        running.store.backup(&frozen, |_| ()).unwrap();
        panic!(
            "a new format: {} was written; check it in and put its hash in migrations",
            frozen.display()
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let today = folder.path().join("today.dump");
    running.store.backup(&today, |_| ()).unwrap();
    let same = std::fs::read(today).unwrap() == std::fs::read(frozen).unwrap();
    assert!(
        same,
        "stored bytes have changed: that is a new format, with a step and a fixture of its own"
    );
    running.stop().await;
}

/// What older formats cannot keep, and [`look`] leaves out.
#[tokio::test]
async fn the_frozen_definitions_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("store");
    let options = options_of(EngineKind::ALL[0]);
    restore(
        &fixture(migrations::FORMAT),
        None,
        &into,
        &options,
        at(3_000),
        |_| (),
    )
    .unwrap();
    let (store, _committer) = open(&into, &options).unwrap();
    assert_eq!(store.definitions().unwrap(), one_of_everything());
}

#[tokio::test]
async fn every_frozen_store_still_says_the_same() {
    let running = start_on(Box::new(Memory::new())).unwrap();
    fill(&running.store).await;
    let wanted = look(&running.store);
    running.stop().await;
    for engine in EngineKind::ALL {
        for format in 1..=migrations::FORMAT {
            let folder = tempfile::tempdir().unwrap();
            let into = folder.path().join("store");
            restore(
                &fixture(format),
                None,
                &into,
                &options_of(engine),
                at(3_000),
                |_| (),
            )
            .unwrap();
            let (store, _committer) = open(&into, &options_of(engine)).unwrap();
            assert_eq!(look(&store), wanted, "format {format} on {engine:?}");
            assert_eq!(kept(&store), weighed(&store), "format {format} on {engine:?}");
        }
    }
}
