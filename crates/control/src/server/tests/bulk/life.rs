//! The table of a dataflow's life, row by row; each row once more with a power cut in the middle.

use super::{ALL, causes, counts, file, people, shown, until};
use crate::change::Choices;
use crate::jobs::Scope;
use crate::server::tests::Server;
use ingest::JobAction;
use model::{DataflowNo, DataflowState, Export, JobNo, SegmentId, Status};
use std::collections::BTreeMap;
use std::time::Duration;
use store::Memory;

/// Puts `first` in force and lets people come; then an edit, with a power cut after it if `cut`. Gives the jobs by
/// kind, and what was sent since the edit.
async fn edit(
    first: Option<&str>,
    second: Option<&str>,
    choices: Choices,
    cut: Option<usize>,
) -> (
    BTreeMap<&'static str, (u64, u64, u64, u64, u64)>,
    Vec<Export>,
    Server,
) {
    let disk = Memory::new();
    let mut server = Server::start(&disk);
    server.put(&file(first)).await;
    people(&server).await;
    server.finish().await;
    server.choose(&file(second), choices).await;
    let mut sent = Vec::new();
    if let Some(yields) = cut {
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
        server.crash(&disk).await;
        server = Server::start(&disk);
    }
    let (jobs, rest) = server.finish().await;
    sent.extend(rest);
    let jobs = jobs.iter().map(|job| {
        assert_eq!(job.state, "done", "{job:?}");
        (job.kind, counts(job))
    });
    (jobs.collect(), sent, server)
}

const CUTS: [Option<usize>; 8] = [
    None,
    Some(0),
    Some(1),
    Some(3),
    Some(7),
    Some(15),
    Some(31),
    Some(90),
];

#[tokio::test(start_paused = true)]
async fn mapping_tells_present_members() {
    for cut in CUTS {
        let (first, second) = (Some("segments: [gold]"), Some("segments: [gold, silver]"));
        let (jobs, sent, server) = edit(first, second, Choices::default(), cut).await;
        assert_eq!(
            jobs,
            BTreeMap::from([("backfill", (150, 150, 0, 0, 0))]),
            "{cut:?}"
        );
        assert_eq!(
            causes(&sent),
            BTreeMap::from([("backfill".to_owned(), 150)]),
            "{cut:?}"
        );
        assert_eq!(shown(&sent, "silver", Status::Realized), 150, "{cut:?}");
        server.stop().await;
        let (jobs, sent, server) = edit(None, first, Choices::default(), cut).await;
        assert_eq!(
            jobs,
            BTreeMap::from([("backfill", (100, 100, 0, 0, 0))]),
            "{cut:?}"
        );
        assert_eq!(sent.len(), 100, "{cut:?}");
        server.stop().await;
    }
    let (jobs, sent, server) = edit(None, Some("segments: [gold]"), Choices::QUIET, None).await;
    assert!(jobs.is_empty() && sent.is_empty(), "from now on: {jobs:?}");
    server.stop().await;
}

/// Behind a filter, whose members nobody knows before everybody has been looked at.
#[tokio::test(start_paused = true)]
async fn mapping_behind_a_filter_tells_who_is_inside() {
    for cut in CUTS {
        let inside = Some("segments: [silver], filter: points >= 600 and points < 1500");
        let (jobs, sent, server) = edit(None, inside, Choices::default(), cut).await;
        assert_eq!(
            jobs,
            BTreeMap::from([("backfill", (150, 50, 0, 100, 0))]),
            "{cut:?}"
        );
        assert_eq!(shown(&sent, "silver", Status::Realized), 50, "{cut:?}");
        server.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn unmapping_tells_exits_if_asked_to() {
    for cut in CUTS {
        let (first, second) = (Some("segments: [gold, silver]"), Some("segments: [gold]"));
        let (jobs, sent, server) = edit(first, second, ALL, cut).await;
        assert_eq!(
            jobs,
            BTreeMap::from([("exit-sweep", (150, 150, 0, 0, 0))]),
            "{cut:?}"
        );
        assert_eq!(
            causes(&sent),
            BTreeMap::from([("exit-sweep".to_owned(), 150)]),
            "{cut:?}"
        );
        assert_eq!(shown(&sent, "silver", Status::Exited), 150, "{cut:?}");
        assert_eq!(shown(&sent, "gold", Status::Realized), 100, "{cut:?}");
        // Told once, and never again.
        server.post(0..100, 1_501).await;
        server.post(0..100, 1).await;
        let (_, sent) = server.finish().await;
        assert_eq!(
            (sent.len(), shown(&sent, "silver", Status::Exited)),
            (100, 0),
            "{cut:?}"
        );
        server.stop().await;
    }
    let (jobs, sent, server) = edit(
        Some("segments: [gold, silver]"),
        Some("segments: [gold]"),
        Choices::default(),
        None,
    )
    .await;
    assert!(jobs.is_empty() && sent.is_empty(), "{jobs:?}");
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_edited_mapping_is_told_again_if_asked_to() {
    let first = Some("segments: [silver]");
    for cut in CUTS {
        let (jobs, sent, server) =
            edit(first, Some("segments: [silver], attributes: [points]"), ALL, cut).await;
        assert_eq!(
            jobs,
            BTreeMap::from([("re-export", (150, 150, 0, 0, 0))]),
            "{cut:?}"
        );
        assert!(sent.iter().all(|export| export.attributes.len() == 1), "{cut:?}");
        server.stop().await;
        // Who falls out by a new filter is told so.
        let (jobs, sent, server) =
            edit(first, Some("segments: [silver], filter: points < 1000"), ALL, cut).await;
        assert_eq!(
            jobs,
            BTreeMap::from([("re-export", (150, 150, 0, 0, 0))]),
            "{cut:?}"
        );
        let statuses = [Status::Realized, Status::Exited].map(|status| shown(&sent, "silver", status));
        assert_eq!(statuses, [50, 100], "{cut:?}");
        server.stop().await;
    }
    let (jobs, sent, server) = edit(
        first,
        Some("segments: [silver], filter: points < 1000"),
        Choices::default(),
        None,
    )
    .await;
    assert!(jobs.is_empty() && sent.is_empty(), "{jobs:?}");
    server.stop().await;
}

/// Paused, exports collect: the bench delivers whatever waits, so what counts is that they are decided.
#[tokio::test(start_paused = true)]
async fn a_paused_dataflow_decides_and_a_disabled_one_does_not() {
    for (state, decided) in [("paused", 150), ("disabled", 0)] {
        let (_, _, server) = edit(
            Some("segments: [silver]"),
            Some(&format!("segments: [silver], state: {state}")),
            ALL,
            None,
        )
        .await;
        server.post(0..150, 1).await;
        let (_, sent) = server.finish().await;
        assert_eq!(sent.len(), decided, "{state}");
        server.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn enabling_again_reconciles_if_asked_to() {
    for (choices, told) in [(ALL, true), (Choices::default(), false)] {
        for cut in CUTS {
            let disk = Memory::new();
            let server = Server::start(&disk);
            server.put(&file(Some("segments: [silver]"))).await;
            people(&server).await;
            server.finish().await;
            server
                .put(&file(Some("segments: [silver], state: disabled")))
                .await;
            // 50 leave, 20 come, 100 stay.
            server.post(0..50, 1).await;
            server.post(150..170, 800).await;
            assert_eq!(server.finish().await.1, [], "{cut:?}");
            server.choose(&file(Some("segments: [silver]")), choices).await;
            for _ in 0..cut.unwrap_or_default() {
                tokio::task::yield_now().await;
            }
            server.crash(&disk).await;
            let server = Server::start(&disk);
            let (jobs, sent) = server.finish().await;
            let statuses = [Status::Realized, Status::Exited].map(|status| shown(&sent, "silver", status));
            if told {
                assert_eq!(counts(&jobs[0]), (170, 170, 0, 0, 0), "{cut:?}");
                assert_eq!(statuses, [120, 50], "{cut:?}");
            } else {
                assert_eq!((jobs.len(), statuses), (0, [0, 0]), "{cut:?}");
            }
            server.stop().await;
        }
    }
}

/// With an exit sweep a removed dataflow goes when everything has been sent, and may be made again meanwhile.
#[tokio::test(start_paused = true)]
async fn removing_tells_exits_if_asked_to_and_then_goes() {
    for cut in CUTS {
        let (jobs, sent, server) = edit(Some("segments: [gold]"), None, ALL, cut).await;
        assert_eq!(
            jobs,
            BTreeMap::from([("exit-sweep", (100, 100, 0, 0, 0))]),
            "{cut:?}"
        );
        assert_eq!(shown(&sent, "gold", Status::Exited), 100, "{cut:?}");
        until("the dataflow has gone", || {
            server.control.definitions().unwrap().dataflows.is_empty()
        })
        .await;
        let definitions = server.control.definitions().unwrap();
        assert_eq!(definitions.retired.len(), 1, "{cut:?}");
        server.stop().await;
    }
    let (jobs, sent, server) = edit(Some("segments: [gold]"), None, Choices::default(), None).await;
    assert!(jobs.is_empty() && sent.is_empty(), "{jobs:?}");
    assert!(server.control.definitions().unwrap().dataflows.is_empty());
    server.stop().await;

    let server = Server::start(&Memory::new());
    server.put(&file(Some("segments: [gold]"))).await;
    people(&server).await;
    server.choose(&file(None), ALL).await;
    let state = |server: &Server| {
        server
            .control
            .definitions()
            .unwrap()
            .dataflows
            .first()
            .map(|flow| flow.state)
    };
    // What was decided before is still to be sent, so it stays.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(state(&server), Some(DataflowState::Ending));
    server.put(&file(Some("segments: [gold]"))).await;
    assert_eq!(state(&server), Some(DataflowState::Enabled));
    let (jobs, _) = server.finish().await;
    assert_eq!((jobs.len(), jobs[1].kind), (2, "backfill"), "{jobs:?}");
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn the_current_state_is_sent_again() {
    for cut in CUTS {
        let disk = Memory::new();
        let mut server = Server::start(&disk);
        server.put(&file(Some("segments: [silver]"))).await;
        people(&server).await;
        server.post(0..10, 1).await;
        server.finish().await;
        let ids: Vec<_> = server
            .store
            .profiles_from(model::ProfileId::default(), 5)
            .unwrap();
        let scopes = [
            (Scope::All, (200, 150, 0, 50, 0)),
            (
                Scope::Segment(SegmentId::new("silver").unwrap()),
                (140, 140, 0, 0, 0),
            ),
            (
                Scope::Profiles(ids.iter().map(|(id, _)| *id).collect()),
                (5, 5, 0, 0, 0),
            ),
        ];
        for (n, (scope, wanted)) in scopes.into_iter().enumerate() {
            assert!(server.resend(scope.clone(), None).await.is_some());
            if let Some(yields) = cut {
                for _ in 0..yields {
                    tokio::task::yield_now().await;
                }
                server.crash(&disk).await;
                server = Server::start(&disk);
            }
            let (jobs, sent) = server.finish().await;
            assert_eq!(
                (jobs.len(), counts(&jobs[n])),
                (n + 1, wanted),
                "{scope:?} {cut:?}"
            );
            assert_eq!(
                causes(&sent),
                BTreeMap::from([("resend".to_owned(), wanted.1 as usize)]),
                "{scope:?}"
            );
        }
        server.stop().await;
    }
}

/// Held and let go at every page, with a power cut each time: it goes on where it was.
#[tokio::test(start_paused = true)]
async fn a_job_is_held_bounded_and_ended_wherever_it_is() {
    for ends in [false, true] {
        let disk = Memory::new();
        let mut server = Server::start(&disk);
        server.put(&file(Some("segments: [silver]"))).await;
        people(&server).await;
        server.finish().await;
        let job = JobNo(server.resend(Scope::All, None).await.unwrap().job);
        server.control.act(job, JobAction::Rate(Some(50))).await.unwrap();
        let mut sent = Vec::new();
        let mut seen = Vec::new();
        loop {
            let view = server.control.job(job).unwrap().unwrap();
            if seen.len() > 6 && ends {
                break;
            }
            if view.state != "running" {
                break;
            }
            let held = server.control.act(job, JobAction::Pause).await.unwrap();
            seen.push(held.done);
            tokio::time::sleep(Duration::from_secs(5)).await;
            let still = server.control.job(job).unwrap().unwrap();
            assert_eq!(
                (still.state, still.done),
                ("paused", held.done),
                "it moved while it was held"
            );
            server.crash(&disk).await;
            server = Server::start(&disk);
            assert_eq!(server.control.job(job).unwrap().unwrap().state, "paused");
            server.control.act(job, JobAction::Resume).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
            sent.extend(server.deliver(DataflowNo(0)).await);
        }
        assert!(
            seen.windows(2).all(|two| two[0] <= two[1]) && seen.len() > 5,
            "{seen:?}"
        );
        if ends {
            let ended = server.control.act(job, JobAction::Cancel).await.unwrap();
            tokio::time::sleep(Duration::from_secs(5)).await;
            let after = server.control.job(job).unwrap().unwrap();
            assert_eq!((after.state, after.done), ("cancelled", ended.done));
            assert!(server.store.candidates(job, 0, 9).unwrap().is_empty());
            for action in [
                JobAction::Resume,
                JobAction::Pause,
                JobAction::Cancel,
                JobAction::Rate(None),
            ] {
                assert!(
                    server.control.act(job, action).await.is_err(),
                    "{action:?} of an ended job"
                );
            }
            sent.extend(server.deliver(DataflowNo(0)).await);
            assert_eq!(sent.len() as u64, ended.exported);
        } else {
            sent.extend(server.finish().await.1);
            assert_eq!(sent.len(), 150);
        }
        server.stop().await;
    }
}

/// Who changes or leaves before the job comes to them is not told by it.
#[tokio::test(start_paused = true)]
async fn live_changes_pass_a_backfill() {
    let server = Server::start(&Memory::new());
    server.put(&file(Some("segments: [gold], state: disabled"))).await;
    people(&server).await;
    let flow = "segments: [gold, silver], attributes: [points], state: disabled";
    server.put(&file(Some(flow))).await;
    server.control.act(JobNo(1), JobAction::Pause).await.unwrap();
    server
        .put(&file(Some(&flow.replace("disabled", "enabled"))))
        .await;
    server.post(0..60, 1_501).await;
    server.post(140..150, 1).await;
    server.control.act(JobNo(1), JobAction::Resume).await.unwrap();
    let (jobs, sent) = server.finish().await;
    assert_eq!(counts(&jobs[0]), (150, 80, 60, 10, 0));
    let wanted = [("attribute", 60), ("backfill", 80), ("membership", 10)];
    let wanted = wanted.map(|(cause, n)| (cause.to_owned(), n));
    assert_eq!(causes(&sent), BTreeMap::from(wanted));
    server.stop().await;
}

/// A page that was read before its job was held, ended or moved on is dropped.
#[tokio::test(start_paused = true)]
async fn an_overtaken_page_is_dropped() {
    let server = Server::start(&Memory::new());
    server.put(&file(Some("segments: [silver]"))).await;
    people(&server).await;
    server.finish().await;
    let job = JobNo(server.resend(Scope::All, Some(1)).await.unwrap().job);
    for action in [JobAction::Pause, JobAction::Cancel] {
        let ahead = server.store.job(job).unwrap().unwrap();
        let before = ingest::Page::of(&server.store, &ahead, 10).unwrap();
        let held = server.control.act(job, action).await.unwrap();
        // Where it stands now, which nothing but its state keeps from being looked at.
        let row = server.store.job(job).unwrap().unwrap();
        let now = ingest::Page {
            cursor: row.cursor,
            ..before.clone()
        };
        assert_eq!((before.profiles.len(), before.next.is_some()), (10, true));
        for page in [before, now] {
            server.ingest.page(page).await.unwrap();
            let after = server.control.job(job).unwrap().unwrap();
            assert_eq!((after.state, after.done), (held.state, held.done), "{action:?}");
        }
        if action == JobAction::Pause {
            server.control.act(job, JobAction::Resume).await.unwrap();
            let row = server.store.job(job).unwrap().unwrap();
            let page = ingest::Page::of(&server.store, &row, 10).unwrap();
            server.ingest.page(page.clone()).await.unwrap();
            let once = server.control.job(job).unwrap().unwrap().done;
            server.ingest.page(page).await.unwrap();
            assert_eq!(
                server.control.job(job).unwrap().unwrap().done,
                once,
                "looked at twice"
            );
        }
    }
    server.stop().await;
}
