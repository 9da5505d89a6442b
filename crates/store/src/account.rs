//! The account of a dataflow: counters on one side, rows on the other.

use crate::engine::Read;
use crate::error::Result;
use crate::keys::{COUNTERS, LANES, PARKED, whole};
use crate::queue::Queue;
use crate::store::Store;
use model::{Account, DataflowNo, DeadReason, SuppressedReason};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The counters of one dataflow. They change only by deltas in a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counters {
    pub(crate) decided: u64,
    pub(crate) delivered: u64,
    pub(crate) suppressed: BTreeMap<SuppressedReason, u64>,
    pub(crate) dead: BTreeMap<DeadReason, u64>,
    /// What is pending.
    pub(crate) queue: Stock,
    /// The dead letters that are kept: `dead` less those that were purged.
    pub(crate) letters: Stock,
}

/// Rows that are kept, and the size of their values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// How many.
    pub rows: u64,
    /// Their values, in bytes as stored.
    pub bytes: u64,
}

impl Stock {
    pub(crate) fn add(&mut self, bytes: usize) {
        self.rows += 1;
        self.bytes += bytes as u64;
    }

    pub(crate) fn take(&mut self, bytes: usize) {
        self.rows = self.rows.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes as u64);
    }
}

impl Counters {
    /// Reads version 1, which knew nothing of what is kept: `recount` adds it.
    pub(crate) fn first_form(body: &[u8]) -> Option<Self> {
        type First = (
            u64,
            u64,
            BTreeMap<SuppressedReason, u64>,
            BTreeMap<DeadReason, u64>,
        );
        let (decided, delivered, suppressed, dead): First = whole(body).ok()?;
        Some(Self {
            decided,
            delivered,
            suppressed,
            dead,
            ..Self::default()
        })
    }

    pub(crate) fn kept(&self) -> Queue {
        Queue {
            pending: self.queue,
            letters: self.letters,
        }
    }

    fn account(self, pending: u64) -> Account {
        Account {
            decided: self.decided,
            delivered: self.delivered,
            pending,
            suppressed: self.suppressed,
            dead: self.dead,
        }
    }
}

impl Store {
    /// The account of `dataflow`. All is counters but `pending`, which is counted from the rows that can still
    /// be sent (lane and parked rows): one that no lane will ever see makes the account wrong. It walks over
    /// all of them, and commits wait for it: [`Store::counters`] is for those who ask often.
    pub fn account(&self, dataflow: DataflowNo) -> Result<Account> {
        self.read(|rows| account(rows, dataflow))
    }

    /// The account of `dataflow` from its counters alone, `pending` too. One row is read, however much is pending.
    pub fn counters(&self, dataflow: DataflowNo) -> Result<Account> {
        let counters = self
            .read(|rows| COUNTERS.get(rows, &dataflow))?
            .unwrap_or_default();
        let pending = counters.queue.rows;
        Ok(counters.account(pending))
    }

    /// The dataflows for which something was ever decided, ascending.
    pub fn dataflows(&self) -> Result<Vec<DataflowNo>> {
        let counters = self.read(|rows| COUNTERS.scan(rows, COUNTERS.prefix(&()), usize::MAX, false))?;
        Ok(counters.into_iter().map(|(dataflow, _)| dataflow).collect())
    }
}

fn account<R: Read + ?Sized>(rows: &R, dataflow: DataflowNo) -> Result<Account> {
    let counters = COUNTERS.get(rows, &dataflow)?.unwrap_or_default();
    let heads = LANES.count(rows, &dataflow)?;
    let parked = PARKED.count(rows, &dataflow)?;
    Ok(counters.account(heads + parked))
}
