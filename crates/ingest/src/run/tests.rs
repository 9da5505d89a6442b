//! What waits for the batch that is on its way.

use super::Ingest;
use super::asked::Asked;
use crate::handle::PageRequest;
use crate::input::{Item, Posted};
use crate::options::Options;
use crate::{Handle, Page};
use model::{
    Candidates, Dataflow, DataflowId, DataflowNo, DatasetId, Definitions, DestinationId, InletId, JobKind,
    Mapping, NewJob, RulesVersion, SegmentDefinition, SegmentId, SegmentNo, SegmentState, SystemClock,
    Timestamp, Whom,
};
use std::sync::Arc;
use store::{Memory, Store};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Koreans, of whom a dataflow is told.
fn definitions() -> Definitions {
    let segment = SegmentDefinition {
        id: SegmentId::new("korea").expect("an id"),
        no: SegmentNo(0),
        name: "Korea".to_owned(),
        expression: r#"country = "KR""#.to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(1),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    };
    let flow = Dataflow {
        id: DataflowId::new("flow").expect("an id"),
        no: DataflowNo(0),
        name: "Flow".to_owned(),
        destination: DestinationId::new("files").expect("an id"),
        segments: vec![Mapping {
            segment: segment.id.clone(),
            hidden: None,
            baseline_in: RulesVersion(0),
            created: Timestamp::MIN,
            updated: Timestamp::MIN,
        }],
        attributes: Vec::new(),
        triggers: model::Triggers::default(),
        attribute_trigger: model::AttributeTrigger::default(),
        segment_membership: model::MembershipScope::default(),
        include_segment_names: false,
        include_segment_timestamps: false,
        identities: None,
        envelope: false,
        filter: None,
        state: model::DataflowState::Enabled,
        queue: model::QueueBounds::default(),
    };
    Definitions {
        version: RulesVersion(1),
        segments: vec![segment],
        dataflows: vec![flow],
        ..Definitions::default()
    }
}

async fn post(ingest: &mut Ingest, handle: &Handle, people: usize) {
    let item = |who: usize| {
        let text = format!(r#"{{"identityMap":{{"crm":[{{"id":"{who}"}}]}},"country":"KR"}}"#);
        Item::Posted(Posted {
            inlet: InletId::new("i").expect("an id"),
            message: xdm::parse_entity(text.as_bytes(), &DatasetId::new("d").expect("an id")).expect("good"),
            raw: text.into_bytes().into(),
        })
    };
    let permit = handle.reserve(people, 1_000).expect("room");
    let (answer, answers) = oneshot::channel();
    ingest
        .items(((0..people).map(item).collect(), permit, answer))
        .await;
    ingest.land().await.expect("durable");
    answers.await.expect("an answer").expect("durable");
}

fn job() -> NewJob {
    NewJob {
        kind: JobKind::Resend,
        dataflow: DataflowNo(0),
        dataflow_id: DataflowId::new("flow").expect("an id"),
        whom: Whom::Known,
        leaving: Vec::new(),
        scope: "all".to_owned(),
        candidates: vec![Candidates::Everyone],
        rate: None,
        error_budget: 0,
    }
}

async fn start() -> (Ingest, Handle, Store, JoinSet<()>) {
    let (store, committer) =
        store::open_on(Box::new(Memory::new()), &store::Options::default()).expect("a new store");
    let mut tasks = JoinSet::new();
    tasks.spawn(committer.run(CancellationToken::new()));
    let clock = Arc::new(SystemClock);
    let (mut ingest, handle) = Ingest::new(store.clone(), clock, Options::default()).expect("a loop");
    ingest
        .redefine(definitions(), Vec::new())
        .await
        .expect("in force");
    (ingest, handle, store, tasks)
}

#[tokio::test]
async fn a_page_that_is_asked_for_twice_is_looked_at_once() {
    let (mut ingest, handle, store, _tasks) = start().await;
    post(&mut ingest, &handle, 3).await;
    let job = ingest.begin(&job()).await.expect("made").expect("somebody");
    let page = Page::of(&store, &job, 2).expect("read");
    for _ in 0..2 {
        let (answer, _) = oneshot::channel();
        let page = page.clone();
        let asked = Asked::page(PageRequest { page, answer });
        // Nobody else has had a turn since the one before was sent on its way.
        ingest.batch(Vec::new(), None, asked).await.expect("decided");
    }
    ingest.land().await.expect("durable");
    let job = store.job(job.no).expect("read").expect("it is there");
    assert_eq!((job.counts.exported, job.counts.live), (2, 0));
    assert_eq!(Some(job.cursor), page.next);
}
