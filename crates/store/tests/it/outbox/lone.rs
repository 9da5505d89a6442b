//! A lone export is settled without a look at its chain: so whatever joins its chain must be known to its claim.

use super::{ALL, decide, join};
use crate::support::{Running, at, batch, live, options, profile, settled};
use ::model::DataflowNo;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use store::{Batch, Engine, Error, Memory, OutboxOp, Outcome, Read, Reopen, Row, Space, Weight, open_on};

type Event = Box<dyn FnOnce() + Send>;

/// Has something happen while a batch is being built, when the lane row of a head is looked at.
#[derive(Clone)]
struct Meanwhile {
    memory: Memory,
    event: Arc<Mutex<Option<Event>>>,
}

struct Watched {
    inner: Box<dyn Engine>,
    meanwhile: Meanwhile,
}

impl Reopen for Meanwhile {
    fn open(&self) -> Result<Box<dyn Engine>, Error> {
        Ok(Box::new(Watched {
            inner: self.memory.open()?,
            meanwhile: self.clone(),
        }))
    }

    fn free_bytes(&self) -> io::Result<u64> {
        self.memory.free_bytes()
    }
}

impl Read for Watched {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if key.first() == Some(&Space::Lanes.prefix()) {
            let event = self.meanwhile.event.lock().unwrap().take();
            if let Some(event) = event {
                event();
            }
        }
        self.inner.get(key)
    }

    fn scan(&self, range: Range<Vec<u8>>, limit: usize, reverse: bool) -> Result<Vec<Row>, Error> {
        self.inner.scan(range, limit, reverse)
    }
}

impl Engine for Watched {
    fn apply(&self, batch: Batch) -> Result<(), Error> {
        self.inner.apply(batch)
    }

    fn weight(&self) -> Result<Weight, Error> {
        self.inner.weight()
    }

    fn waits(&self) -> bool {
        false
    }
}

/// Commits `ops` to a store with one export of profile 1, which is claimed while the batch is being built, and then
/// delivered. The revisions that can be claimed afterwards.
async fn claimed_meanwhile(ops: Vec<OutboxOp>) -> Vec<u64> {
    let meanwhile = Meanwhile {
        memory: Memory::new(),
        event: Arc::default(),
    };
    let running = Running::start(open_on(Box::new(meanwhile.clone()), &options()).unwrap());
    let store = &running.store;
    let first = batch(store, vec![decide(live(1), profile(1), 1)]);
    store.commit(first).await.unwrap();
    let (claiming, claimed) = (store.clone(), Arc::new(Mutex::new(Vec::new())));
    let into = Arc::clone(&claimed);
    *meanwhile.event.lock().unwrap() = Some(Box::new(move || {
        *into.lock().unwrap() = claiming.claim(live(1), at(2_000), 1, ALL).unwrap();
    }));
    store.commit(batch(store, ops)).await.unwrap();
    let claimed = std::mem::take(&mut *claimed.lock().unwrap());
    assert_eq!(claimed.len(), 1, "it was claimed while the batch was being built");
    let delivered = settled(claimed[0].seq, Outcome::Delivered);
    store.settle(delivered).await.unwrap();
    let next = store.claim(live(1), at(2_000), 9, ALL).unwrap();
    assert!(store.account(DataflowNo(1)).unwrap().balanced());
    let revisions = next.iter().map(|one| one.export.revision.0).collect();
    running.stop().await;
    revisions
}

#[tokio::test]
async fn what_is_decided_while_the_head_is_being_claimed_leaves_after_it() {
    let second = decide(live(1), profile(1), 2);
    assert_eq!(claimed_meanwhile(vec![second]).await, [2]);
}

#[tokio::test]
async fn a_survivor_goes_on_after_a_head_that_was_being_claimed_at_the_join() {
    let ops = vec![join(3, &[1]), decide(live(1), profile(3), 7)];
    assert_eq!(claimed_meanwhile(ops).await, [7]);
}

#[tokio::test]
async fn a_lone_export_that_is_settled_twice_is_counted_once() {
    let running = Running::start(open_on(Box::new(Memory::new()), &options()).unwrap());
    let store = &running.store;
    let ops = vec![decide(live(1), profile(1), 1), decide(live(1), profile(2), 1)];
    store.commit(batch(store, ops)).await.unwrap();
    let claimed = store.claim(live(1), at(2_000), 1, ALL).unwrap();
    let delivered = settled(claimed[0].seq, Outcome::Delivered).remove(0);
    for _ in 0..2 {
        store
            .settle(vec![delivered.clone(), delivered.clone()])
            .await
            .unwrap();
    }
    let account = store.account(DataflowNo(1)).unwrap();
    assert!(account.balanced(), "{account:?}");
    assert_eq!((account.delivered, account.pending), (1, 1));
    running.stop().await;
}
