//! Rows of bulk jobs.

use crate::support::{at, batch, options, places, start_on};
use model::{
    DataflowId, DataflowNo, Job, JobCounts, JobKind, JobNo, JobState, Leaving, ProfileId, SegmentId,
    SegmentNo, Whom,
};
use store::{Decisions, JobOp};

pub(crate) fn job(no: u64) -> Job {
    Job {
        no: JobNo(no),
        kind: JobKind::Backfill,
        dataflow: DataflowNo(1),
        dataflow_id: DataflowId::new("flow-1").unwrap(),
        whom: Whom::Members(vec![SegmentNo(4)]),
        leaving: vec![Leaving {
            no: SegmentNo(3),
            segment: SegmentId::new("silver").unwrap(),
        }],
        scope: "segment gold".to_owned(),
        state: JobState::Running,
        why: String::new(),
        cursor: ProfileId::from_bits(0),
        counts: JobCounts {
            total: 2,
            ..JobCounts::default()
        },
        made_in: 7,
        made: at(900),
        updated: at(900),
        rate: Some(10),
        error_budget: 3,
        dead_before: 0,
    }
}

pub(crate) fn candidates(job: u64, block: u64, profiles: &[u8]) -> JobOp {
    JobOp::Candidates {
        job: JobNo(job),
        block,
        profiles: profiles.to_vec(),
    }
}

/// A job's row and its candidates are read as they were put, and what is looked at goes, of this job alone.
#[tokio::test]
async fn jobs_and_their_candidates() {
    for (name, _folder, place) in places(&options()) {
        let running = start_on(place()).unwrap();
        let store = &running.store;
        assert_eq!(store.next_job().unwrap(), JobNo(1), "{name}");
        let begun = Decisions {
            jobs: vec![
                JobOp::Put(job(1)),
                candidates(1, 0, &[1]),
                candidates(1, 5, &[2]),
                candidates(1, 9, &[3]),
                JobOp::Put(job(2)),
                candidates(2, 0, &[4]),
            ],
            ..batch(store, vec![])
        };
        store.commit(begun).await.unwrap();
        assert_eq!(store.next_job().unwrap(), JobNo(3), "{name}");
        assert_eq!(store.job(JobNo(1)).unwrap(), Some(job(1)), "{name}");
        assert_eq!(store.jobs(JobNo(2), 9).unwrap(), [job(2)], "{name}");
        assert_eq!(
            store.candidates(JobNo(1), 1, 9).unwrap(),
            [(5, vec![2]), (9, vec![3])],
            "{name}"
        );
        let finished = |before| JobOp::Finished {
            job: JobNo(1),
            before,
        };
        let next = Decisions {
            jobs: vec![finished(Some(9))],
            ..batch(store, vec![])
        };
        store.commit(next).await.unwrap();
        assert_eq!(
            store.candidates(JobNo(1), 0, 9).unwrap(),
            [(9, vec![3])],
            "{name}"
        );
        let last = Decisions {
            jobs: vec![finished(None)],
            ..batch(store, vec![])
        };
        store.commit(last).await.unwrap();
        assert_eq!(store.candidates(JobNo(1), 0, 9).unwrap(), [], "{name}");
        assert_eq!(
            store.candidates(JobNo(2), 0, 9).unwrap(),
            [(0, vec![4])],
            "{name}"
        );
        running.stop().await;
    }
}
