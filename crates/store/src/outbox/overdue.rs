//! Exports that waited longer than the queue's bound.

use crate::error::Result;
use crate::shared::locked;
use crate::store::Store;
use model::{DataflowNo, ExportSeq, Timestamp};

/// Rows looked at in one read.
const PAGE: usize = 256;

impl Store {
    /// At most `limit` exports of `dataflow` that wait since before `since`, oldest first, but for those in flight.
    /// Settle them as expired: one that is claimed meanwhile is passed over.
    pub fn overdue(&self, dataflow: DataflowNo, since: Timestamp, limit: usize) -> Result<Vec<ExportSeq>> {
        let mut overdue = Vec::new();
        let mut from = ExportSeq(0);
        // Most often the first one is young, and that is all.
        let mut rows = 1;
        while overdue.len() < limit {
            let page = self.waiting(dataflow, from, rows)?;
            let whole = page.len() < rows;
            rows = PAGE;
            let claims = locked(&self.shared.claims);
            for (seq, queued) in page {
                if queued.since >= since || overdue.len() == limit {
                    return Ok(overdue);
                }
                from = seq.next();
                if claims.in_flight(seq).is_none() {
                    overdue.push(seq);
                }
            }
            if whole {
                break;
            }
        }
        Ok(overdue)
    }
}
