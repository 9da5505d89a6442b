//! The account of a dataflow: counters on one side, rows on the other.

use crate::engine::Read;
use crate::error::Result;
use crate::keys::{COUNTERS, LANES, PARKED};
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
}

impl Store {
    /// The account of `dataflow`. All is counters but `pending`, which is counted from the rows that can still
    /// be sent (lane and parked rows): one that no lane will ever see makes the account wrong. It walks over
    /// all of them, and commits wait for it.
    pub fn account(&self, dataflow: DataflowNo) -> Result<Account> {
        self.read(|rows| account(rows, dataflow))
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
    Ok(Account {
        decided: counters.decided,
        delivered: counters.delivered,
        pending: heads + parked,
        suppressed: counters.suppressed,
        dead: counters.dead,
    })
}
