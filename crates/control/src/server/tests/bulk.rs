//! Bulk jobs: what each edge of a dataflow's life tells, with which totals, and that nothing of it is lost or told
//! twice when power fails.

mod life;
mod limits;
mod random;
mod replay;

use super::{NOON, Server, until};
use crate::change::Choices;
use crate::jobs::{JobView, Resend, Scope};
use model::{Class, DataflowId, DataflowNo, DeadReason, Export, Lane, SegmentId, Status, Timestamp};
use std::collections::BTreeMap;
use store::{Claimed, Outcome, Settlement};

/// Everything that has an edge tells it.
const ALL: Choices = Choices {
    backfill: true,
    re_export: true,
    exit_sweep: true,
    reconcile: true,
};

/// A file with these lines of a dataflow, or with none.
fn file(flow: Option<&str>) -> String {
    let flow = flow.map_or(String::new(), |flow| {
        format!("dataflows:\n  - {{id: flow, destination: files, segmentMembership: mapped, {flow}}}\n")
    });
    format!(
        "
inlets:
  - {{id: web}}
segments:
  - {{id: gold, pql: points >= 1000}}
  - {{id: silver, pql: points >= 500}}
destinations:
  - {{id: files, kind: file, settings: {{folder: f}}}}
{flow}"
    )
}

/// 200 people: 0..100 in gold and silver, 100..150 in silver alone, the others in none.
async fn people(server: &Server) {
    server.post(0..100, 1_500).await;
    server.post(100..150, 700).await;
    server.post(150..200, 1).await;
}

impl Server {
    /// Delivers everything that waits, and gives it in the order in which it left.
    async fn deliver(&self, flow: DataflowNo) -> Vec<Export> {
        let mut sent = Vec::new();
        loop {
            let mut claimed = Vec::new();
            for class in [Class::Live, Class::Bulk] {
                let lane = Lane {
                    dataflow: flow,
                    class,
                };
                claimed.extend(self.store.claim(lane, Timestamp::MAX, 50, usize::MAX).unwrap());
            }
            if claimed.is_empty() {
                return sent;
            }
            let delivered = |seq| Settlement {
                seq,
                outcome: Outcome::Delivered,
            };
            let settled = claimed.iter().map(|claimed| delivered(claimed.seq)).collect();
            self.store.settle(settled).await.unwrap();
            sent.extend(claimed.into_iter().map(|claimed| claimed.export));
        }
    }

    /// Waits until no job runs, and delivers meanwhile.
    async fn finish(&self) -> (Vec<JobView>, Vec<Export>) {
        let mut sent = Vec::new();
        for _ in 0..10_000 {
            sent.extend(self.deliver(DataflowNo(0)).await);
            let jobs = self.control.jobs().unwrap();
            let upgraded = self.control.upgrade().unwrap().finished;
            if upgraded && jobs.iter().all(|job| job.state != "running") {
                sent.extend(self.deliver(DataflowNo(0)).await);
                return (jobs, sent);
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("a job does not end: {:?}", self.control.jobs());
    }

    async fn resend(&self, scope: Scope, rate: Option<u32>) -> Option<JobView> {
        let resend = Resend {
            dataflow: DataflowId::new("flow").unwrap(),
            scope,
            rate,
            error_budget: None,
        };
        self.control.resend(&resend).await.unwrap()
    }
}

/// What becomes of an export that its destination refuses.
fn refused(claimed: &Claimed) -> Settlement {
    Settlement {
        seq: claimed.seq,
        outcome: Outcome::Dead {
            at: Timestamp::from_millis(NOON),
            reason: DeadReason::Refused,
            answer: "HTTP 400".to_owned(),
            attempts: 0,
        },
    }
}

/// (total, exported, live, left, failed).
fn counts(job: &JobView) -> (u64, u64, u64, u64, u64) {
    (job.total, job.exported, job.live, job.left, job.failed)
}

/// How many exports bear each list of causes.
fn causes(sent: &[Export]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for export in sent {
        let causes: Vec<&str> = export.causes.iter().map(|cause| cause.as_str()).collect();
        *counted.entry(causes.join("+")).or_default() += 1;
    }
    counted
}

/// How many exports show a segment with a status.
fn shown(sent: &[Export], segment: &str, status: Status) -> usize {
    let segment = SegmentId::new(segment).unwrap();
    let shows = |export: &&Export| {
        let mut memberships = export.memberships.iter();
        memberships.any(|entry| entry.segment == segment && entry.status == status)
    };
    sent.iter().filter(shows).count()
}
