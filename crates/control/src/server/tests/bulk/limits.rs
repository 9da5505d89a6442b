//! What holds a job back, and what it leaves out.

use super::{causes, counts, file, people, refused, until};
use crate::jobs::{Resend, Scope};
use crate::server::tests::{NOON, Server};
use ingest::JobAction;
use model::{Class, DataflowId, DataflowNo, JobNo, Lane, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;
use store::Memory;

/// A job keeps no more ahead than the queue should hold, and takes its time where it has a rate.
#[tokio::test(start_paused = true)]
async fn a_job_waits_for_the_queue_and_for_its_rate() {
    let server = Server::start(&Memory::new());
    server.put(&file(None)).await;
    for n in 0..5 {
        server.post(n * 500..(n + 1) * 500, 1_500).await;
    }
    server.put(&file(Some("segments: [gold]"))).await;
    let pending = || server.store.account(DataflowNo(0)).unwrap().pending;
    until("the queue is as full as a job makes it", || pending() == 2_000).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let job = server.control.job(JobNo(1)).unwrap().unwrap();
    assert_eq!(
        (pending(), job.done, job.waits_for),
        (2_000, 2_000, Some("queue"))
    );
    let (jobs, _) = server.finish().await;
    assert_eq!(counts(&jobs[0]), (2_500, 2_500, 0, 0, 0));

    let job = server.resend(Scope::All, None).await.unwrap();
    server
        .control
        .act(JobNo(job.job), JobAction::Rate(Some(100)))
        .await
        .unwrap();
    let before = server.control.job(JobNo(2)).unwrap().unwrap().done;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let done = server.control.job(JobNo(2)).unwrap().unwrap().done - before;
    assert!(
        (950..=1_064).contains(&done),
        "{done} profiles in 10 s at 100 a second"
    );
    server.stop().await;
}

/// Has a resend of 150 members fail for the first `dead` of them, and gives its state, what it says of itself, and how many it looked at.
async fn resend_with(budget: u64, dead: usize) -> (&'static str, String, u64) {
    let server = Server::start(&Memory::new());
    server.put(&file(Some("segments: [silver]"))).await;
    people(&server).await;
    server.finish().await;
    let resend = Resend {
        dataflow: DataflowId::new("flow").unwrap(),
        scope: Scope::All,
        rate: Some(100),
        error_budget: Some(budget),
    };
    server.control.resend(&resend).await.unwrap();
    let lane = Lane {
        dataflow: DataflowNo(0),
        class: Class::Bulk,
    };
    let mut left = dead;
    while left > 0 {
        let claimed = server
            .store
            .claim(lane, Timestamp::MAX, left, usize::MAX)
            .unwrap();
        left -= claimed.len();
        server
            .store
            .settle(claimed.iter().map(refused).collect())
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (jobs, _) = server.finish().await;
    let job = jobs[0].clone();
    server.stop().await;
    (job.state, job.why, job.done)
}

/// Dead letters of the dataflow are errors of its job: as many as its budget are borne, one more ends it.
#[tokio::test(start_paused = true)]
async fn a_job_fails_beyond_its_error_budget() {
    assert_eq!(resend_with(3, 3).await, ("done", String::new(), 200));
    let (state, why, done) = resend_with(3, 4).await;
    assert_eq!(state, "failed");
    assert_eq!(
        why,
        "4 errors, and its budget is 3: 0 visits failed, and the dataflow has 4 more dead letters"
    );
    assert!(done < 200, "it went on to {done}");
}

/// A span of time holds its first instant and not its last.
#[tokio::test(start_paused = true)]
async fn who_changed_in_a_span_of_time_is_sent_again() {
    let hour = Duration::from_hours(1);
    let server = Server::start(&Memory::new());
    server.put(&file(Some("segments: [silver]"))).await;
    for first in [0, 40, 80, 120] {
        server
            .post(first..first + 40, if first == 80 { 1 } else { 700 })
            .await;
        server.clock.forward(hour).await;
    }
    server.finish().await;
    let at = |hours: i64| Timestamp::from_millis(NOON + 3_600_000 * hours);
    // Those of the second hour are members, those of the third never were, the others changed at another time.
    let job = server.resend(Scope::Changed(at(1), at(3)), None).await.unwrap();
    assert_eq!(job.total, 160);
    let (jobs, sent) = server.finish().await;
    assert_eq!(counts(&jobs[0]), (160, 40, 0, 120, 0));
    assert_eq!(causes(&sent), BTreeMap::from([("resend".to_owned(), 40)]));
    server.stop().await;
}
