//! Keeps the queues within their bounds and tells how they stand.
//!
//! It runs beside the lanes and not in them: what a paused dataflow collects, and what waits for a destination
//! that cannot be opened, gets old too, and nobody else looks at it. It decides nothing that a commit can: full
//! queues are the committer's, which sees every export; old ones are found here, a page at a time.

use crate::flow::word;
use crate::metrics::{
    ACCOUNT_IMBALANCE, DEAD_LETTER_BYTES, DEAD_LETTERS, EXPORTS_DEAD, QUEUE_BYTES, QUEUE_EXPORTS, QUEUE_FILL,
    QUEUE_OLDEST_SECONDS,
};
use metrics::{counter, gauge};
use model::{Account, Clock, DataflowId, DataflowNo, DeadReason, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Outcome, Queue, Room, Store};
use tokio::time::Instant;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);
/// Exports that expire in one commit.
const PAGE: usize = 500;
/// Between two counts of the rows of a dataflow. A count keeps commits waiting, so a long queue is counted less often.
const COUNT: Duration = Duration::from_mins(1);
const COUNT_LONG: Duration = Duration::from_mins(10);
/// From so many pending exports on a queue is long: to count it takes some 50 ms.
const LONG: u64 = 100_000;

/// What is remembered from look to look.
pub(crate) struct Keeper {
    store: Store,
    /// None where the age of an export cannot be told.
    clock: Option<Arc<dyn Clock>>,
    told: BTreeMap<DataflowNo, Told>,
}

/// What was last said of a dataflow.
struct Told {
    room: Room,
    letters_full: bool,
    counted: Instant,
}

impl Keeper {
    /// `clock` is what the commits go by, if it goes on between them: without one nothing expires.
    pub(crate) fn new(store: Store, clock: Option<Arc<dyn Clock>>) -> Self {
        let told = BTreeMap::new();
        Self { store, clock, told }
    }

    /// Looks for ever. `names` gives what dataflows are called now.
    pub(crate) async fn run(mut self, names: impl Fn() -> BTreeMap<DataflowNo, DataflowId>) {
        loop {
            if let Err(error) = self.look(&names()).await {
                // The store says itself what is the matter, and the next look finds what this one did not.
                tracing::warn!(%error, "the queues could not be looked at");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn look(&mut self, names: &BTreeMap<DataflowNo, DataflowId>) -> Result<(), store::Error> {
        for dataflow in self.store.dataflows()? {
            let name = names
                .get(&dataflow)
                .map_or_else(|| format!("removed-{dataflow}"), ToString::to_string);
            if let Some(now) = self.clock.as_ref().map(|clock| clock.now()) {
                self.expire(dataflow, &name, now).await?;
                self.measure_age(dataflow, &name, now)?;
            }
            self.measure(dataflow, &name);
            self.warn(dataflow, &name);
            self.count(dataflow, &name)?;
        }
        Ok(())
    }

    /// Gives up what waited too long: all of it, a page a commit.
    async fn expire(&self, dataflow: DataflowNo, name: &str, now: Timestamp) -> Result<(), store::Error> {
        let age = self.store.bounds(dataflow).age;
        let since = Timestamp::from_millis(now.millis().saturating_sub(age.millis()));
        loop {
            let old = self.store.overdue(dataflow, since, PAGE)?;
            let before = self.expired(dataflow)?;
            let whole = old.len() < PAGE;
            let expired = Outcome::Dead {
                at: now,
                reason: DeadReason::Expired,
                answer: format!("it waited longer than {} s", age.millis() / 1000),
                attempts: 0,
            };
            self.store.give_up(dataflow, old, expired).await?;
            let count = self.expired(dataflow)?.saturating_sub(before);
            if count > 0 {
                counter!(EXPORTS_DEAD, "dataflow" => name.to_owned(), "reason" => word(DeadReason::Expired))
                    .increment(count);
                tracing::warn!(
                    dataflow.id = name,
                    count,
                    "exports waited too long and are dead letters"
                );
            }
            // Without any that went, all are in flight by now, or there is no room for letters.
            if whole || count == 0 {
                return Ok(());
            }
        }
    }

    fn expired(&self, dataflow: DataflowNo) -> Result<u64, store::Error> {
        let account = self.store.counters(dataflow)?;
        Ok(account
            .dead
            .get(&DeadReason::Expired)
            .copied()
            .unwrap_or_default())
    }

    fn measure_age(&self, dataflow: DataflowNo, name: &str, now: Timestamp) -> Result<(), store::Error> {
        let oldest = self.store.oldest(dataflow)?;
        let waits = oldest.map_or(0, |oldest| now.since(oldest.since).millis().max(0));
        gauge!(QUEUE_OLDEST_SECONDS, "dataflow" => name.to_owned()).set(waits as f64 / 1000.0);
        Ok(())
    }

    fn measure(&self, dataflow: DataflowNo, name: &str) {
        let Queue { pending, letters } = self.store.queue(dataflow);
        let bound = self.store.bounds(dataflow).bytes.max(1);
        let set = |metric: &'static str, value: f64| gauge!(metric, "dataflow" => name.to_owned()).set(value);
        set(QUEUE_EXPORTS, pending.rows as f64);
        set(QUEUE_BYTES, pending.bytes as f64);
        set(QUEUE_FILL, pending.bytes as f64 / bound as f64);
        set(DEAD_LETTERS, letters.rows as f64);
        set(DEAD_LETTER_BYTES, letters.bytes as f64);
    }

    /// Says once when a bound is near or reached, and when it is not any more.
    fn warn(&mut self, dataflow: DataflowNo, name: &str) {
        let (room, full) = (self.store.room(dataflow), self.store.letters_full(dataflow));
        let Queue { pending, letters } = self.store.queue(dataflow);
        let told = self.told.entry(dataflow).or_insert(Told {
            room: Room::Ok,
            letters_full: false,
            counted: Instant::now(),
        });
        if told.room != room {
            let bytes = pending.bytes;
            match room {
                Room::Ok => tracing::info!(dataflow.id = name, bytes, "the queue has room again"),
                Room::NoBulk => {
                    tracing::warn!(
                        dataflow.id = name,
                        bytes,
                        "a queue is at 80 % of its bound: jobs wait"
                    );
                }
                Room::Full => {
                    let policy = self.store.bounds(dataflow).full;
                    tracing::error!(dataflow.id = name, bytes, ?policy, "the queue is full");
                }
            }
            told.room = room;
        }
        if told.letters_full != full {
            let letters = letters.rows;
            if full {
                tracing::error!(
                    dataflow.id = name,
                    letters,
                    "the dataflow keeps all the dead letters it may and sends nothing more: replay or purge some"
                );
            } else {
                tracing::info!(
                    dataflow.id = name,
                    letters,
                    "there is room for dead letters again"
                );
            }
            told.letters_full = full;
        }
    }

    /// Compares the account with the rows, now and then.
    fn count(&mut self, dataflow: DataflowNo, name: &str) -> Result<(), store::Error> {
        let long = self.store.queue(dataflow).pending.rows >= LONG;
        let interval = if long { COUNT_LONG } else { COUNT };
        let Some(told) = self.told.get_mut(&dataflow) else {
            return Ok(());
        };
        if told.counted.elapsed() < interval {
            return Ok(());
        }
        told.counted = Instant::now();
        let account = self.store.account(dataflow)?;
        let off = imbalance(&account);
        gauge!(ACCOUNT_IMBALANCE, "dataflow" => name.to_owned()).set(off as f64);
        if off != 0 {
            tracing::error!(dataflow.id = name, off, ?account, "the account does not balance");
        }
        Ok(())
    }
}

/// By how many exports the account is off: decided and not accounted for, or the other way round.
fn imbalance(account: &Account) -> i128 {
    let suppressed: u64 = account.suppressed.values().sum();
    let dead: u64 = account.dead.values().sum();
    let known = [account.delivered, account.pending, suppressed, dead];
    i128::from(account.decided) - known.into_iter().map(i128::from).sum::<i128>()
}

#[cfg(test)]
mod tests;
