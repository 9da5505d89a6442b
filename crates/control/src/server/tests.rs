use super::{Control, Denied, Error, Outcome, Parts, Verdict};
use crate::change::Choices;
use crate::secrets::Secrets;
use crate::testing::kinds;
use dispatcher::{Dispatcher, Site};
use ingest::{Answer, Ingest, Item, Posted};
use model::{
    Class, Clock, DataflowNo, DatasetId, Definitions, InletId, Lane, RulesVersion, SuppressedReason,
    Timestamp,
};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::{Claimed, Memory, Settlement, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

mod bulk;

const BASE: &str = "
inlets:
  - {id: web}
segments:
  - {id: gold, pql: points >= 1000}
destinations:
  - {id: files, kind: file, settings: {folder: f}}
dataflows:
  - {id: flow, destination: files, segments: [gold]}
";

/// What the clock shows before anybody turns it, in epoch milliseconds.
const NOON: i64 = 1_700_000_000_000;

/// A clock that stands still until it is turned.
struct Hand(AtomicI64);

impl Hand {
    /// Lets time pass; a clock that jumped alone would not be believed.
    async fn forward(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap();
        self.0.fetch_add(millis, Ordering::Relaxed);
        tokio::time::advance(time).await;
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// A server without HTTP, over a disk in memory.
struct Server {
    control: Control,
    ingest: ingest::Handle,
    store: Store,
    clock: Arc<Hand>,
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Server {
    fn start(disk: &Memory) -> Self {
        Self::start_with(disk, &[("WEIR_SECRET_WEB", "swordfish")], |_| Vec::new())
    }

    fn start_with(
        disk: &Memory,
        secrets: &[(&str, &str)],
        forbidden: fn(&Definitions) -> Vec<String>,
    ) -> Self {
        let (store, committer) = store::open_on(Box::new(disk.clone()), &store::Options::default()).unwrap();
        let clock = Arc::new(Hand(AtomicI64::new(NOON)));
        let (ingesting, ingest) =
            Ingest::new(store.clone(), clock.clone(), ingest::Options::default()).unwrap();
        // The test kind opens no destination, so exports wait.
        let dispatcher = Dispatcher::new(dispatcher::Parts {
            store: store.clone(),
            clock: clock.clone(),
            registry: kinds(),
            site: Site::new("/nowhere"),
            retry: dispatcher::Retry::default(),
            seed: 1,
            ages: true,
        });
        let secrets = secrets
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (control, worker) = Control::new(Parts {
            ingest: ingest.clone(),
            dispatcher: dispatcher.clone(),
            store: store.clone(),
            kinds: kinds(),
            secrets: Secrets::new(secrets, None),
            clock: clock.clone(),
            forbidden: Box::new(forbidden),
        })
        .unwrap();
        let (mut tasks, stop) = (JoinSet::new(), CancellationToken::new());
        tasks.spawn(committer.run(stop.child_token()));
        tasks.spawn(ingesting.run(stop.child_token()));
        tasks.spawn(worker.run(stop.child_token()));
        let token = stop.child_token();
        tasks.spawn(async move { dispatcher.run(token).await });
        Self {
            control,
            ingest,
            store,
            clock,
            tasks,
            stop,
        }
    }

    async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
    }

    /// Power fails: everything in memory is gone, and what was not synced.
    async fn crash(mut self, disk: &Memory) {
        self.tasks.shutdown().await;
        drop(self);
        disk.crash();
    }

    async fn apply(&self, text: &str) -> Outcome {
        self.choose(text, Choices::default()).await
    }

    async fn choose(&self, text: &str, choices: Choices) -> Outcome {
        self.control
            .apply("f.yaml", text.as_bytes().to_vec(), choices)
            .await
            .unwrap()
    }

    /// Applies what must be right.
    async fn put(&self, text: &str) {
        let outcome = self.apply(text).await;
        assert!(matches!(outcome.verdict, Verdict::Applied(_)), "{outcome}");
    }

    /// Posts records of the people `from` up to `to`, with these points.
    async fn post(&self, people: std::ops::Range<usize>, points: u32) {
        let dataset = DatasetId::new("web").unwrap();
        let items: Vec<Item> = people
            .map(|i| {
                let raw =
                    format!(r#"{{"identityMap":{{"crm":[{{"id":"{i}"}}]}},"points":{points}}}"#).into_bytes();
                let message = xdm::parse_entity(&raw, &dataset).unwrap();
                Item::Posted(Posted {
                    inlet: InletId::new("web").unwrap(),
                    message,
                    raw: raw.into(),
                })
            })
            .collect();
        let permit = self.ingest.reserve(items.len(), 1_000).unwrap();
        let answers = self.ingest.submit(permit, items).await.unwrap();
        assert!(
            answers.iter().all(|answer| *answer == Answer::Accepted),
            "{answers:?}"
        );
    }

    fn version(&self) -> u64 {
        self.control.definitions().unwrap().version.0
    }
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..6_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited for ever until {what}");
}

#[tokio::test(start_paused = true)]
async fn what_comes_of_a_file() {
    let server = Server::start_with(&Memory::new(), &[], |definitions| {
        let name = |inlet: &model::Inlet| inlet.name == "forbidden";
        definitions
            .inlets
            .iter()
            .filter(|inlet| name(inlet))
            .map(|_| "not on this server".to_owned())
            .collect()
    });
    let outcome = server
        .control
        .dry_run("f.yaml", BASE.into(), Choices::default())
        .await
        .unwrap();
    assert_eq!((outcome.verdict.as_str(), server.version()), ("planned", 0));
    assert!(
        outcome.to_string().ends_with(&format!(
            "\n{}\nthis is a dry run: nothing was changed\n",
            crate::UNTYPED
        )),
        "{outcome}"
    );
    let outcome = server.apply(BASE).await;
    assert_eq!((outcome.verdict.as_str(), server.version()), ("applied", 1));
    assert!(
        outcome.to_string().ends_with("in force as version 1\n"),
        "{outcome}"
    );
    assert_eq!(server.ingest.rules().version, RulesVersion(1));
    assert_eq!(
        (server.apply(BASE).await.verdict.as_str(), server.version()),
        ("unchanged", 1)
    );

    let outcome = server.apply("segments: [{id: a}]").await;
    assert_eq!((outcome.verdict.as_str(), server.version()), ("invalid", 1));
    assert!(
        outcome
            .to_string()
            .contains("f.yaml:1:12: error: segment `a` has no `pql`"),
        "{outcome}"
    );
    let outcome = server
        .apply(
            &BASE
                .replace("id: gold,", "id: gold, state: draft,")
                .replace("[gold]", "[]"),
        )
        .await;
    assert_eq!((outcome.verdict.as_str(), server.version()), ("refused", 1));
    let outcome = server
        .apply(&BASE.replace("id: web", "id: web, name: forbidden"))
        .await;
    assert_eq!((outcome.verdict.as_str(), server.version()), ("refused", 1));
    assert!(
        outcome
            .to_string()
            .ends_with("refused: not on this server\nnothing was changed\n"),
        "{outcome}"
    );
    let json = serde_json::to_value(&outcome).unwrap();
    assert_eq!(
        (json["outcome"].as_str(), json["refusals"][0].as_str()),
        (Some("refused"), Some("not on this server"))
    );
    server.stop().await;
}

/// A client that goes away leaves no change half made.
#[tokio::test(start_paused = true)]
async fn a_change_is_finished_without_its_client() {
    let server = Server::start(&Memory::new());
    let with_token = BASE.replace("{id: web}", "{id: web, token: 'env:WEIR_SECRET_WEB'}");
    let mut apply = Box::pin(
        server
            .control
            .apply("f.yaml", with_token.into(), Choices::default()),
    );
    // Polled until the change is under way, and dropped there.
    let in_force = || server.version() == 1;
    std::future::poll_fn(|context| {
        assert!(apply.as_mut().poll(context).is_pending());
        if server.control.requests.capacity() < server.control.requests.max_capacity() || in_force() {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
    drop(apply);
    until("the inlet is open", || {
        server.control.inlet(&InletId::new("web").unwrap()).is_some()
    })
    .await;
    assert!(in_force());
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn tokens_are_looked_up_where_the_server_is() {
    let disk = Memory::new();
    let web = InletId::new("web").unwrap();
    let with_token = BASE.replace("{id: web}", "{id: web, token: 'env:WEIR_SECRET_WEB'}");

    let server = Server::start_with(&disk, &[], |_| Vec::new());
    let outcome = server.apply(&with_token).await;
    assert_eq!(outcome.verdict.as_str(), "invalid");
    assert!(
        outcome
            .to_string()
            .contains("environment variable WEIR_SECRET_WEB is not set"),
        "{outcome}"
    );
    server.put(BASE).await;
    assert_eq!(
        server.control.inlet(&web).unwrap().admit(None).map(|_| ()),
        Ok(())
    );
    server.stop().await;

    let server = Server::start(&disk);
    server.put(&with_token).await;
    let inlet = server.control.inlet(&web).unwrap();
    assert_eq!(inlet.admit(Some("swordfish")).map(|_| ()), Ok(()));
    assert_eq!(inlet.admit(Some("swordfisk")).map(|_| ()), Err(Denied::Wrong));
    assert_eq!(inlet.admit(None).map(|_| ()), Err(Denied::Missing));
    assert!(!format!("{inlet:?}").contains("swordfish"));
    assert!(server.control.inlet(&InletId::new("app").unwrap()).is_none());
    server.stop().await;

    // A server that lost the secret lets nobody in rather than everybody.
    let server = Server::start_with(&disk, &[], |_| Vec::new());
    let inlet = server.control.inlet(&web).unwrap();
    assert!(matches!(inlet.admit(Some("swordfish")), Err(Denied::Unusable(_))));
    assert!(inlet.problem().is_some());
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_publish_reaches_people_at_rest() {
    let disk = Memory::new();
    let server = Server::start(&disk);
    server
        .put(&BASE.replace("points >= 1000", "points >= 9999"))
        .await;
    server.post(0..700, 1_500).await;
    server.post(700..1_000, 10).await;
    let realized = |server: &Server| {
        let ids: Vec<_> = server
            .store
            .profiles_from(model::ProfileId::from_bits(0), 2_000)
            .unwrap();
        let ids: Vec<_> = ids.into_iter().map(|(id, _)| id).collect();
        let profiles = server.store.load(&ids).unwrap();
        profiles
            .into_iter()
            .flatten()
            .filter(|profile| !profile.hot.memberships.is_empty())
            .count()
    };
    until("the first job is done", || {
        server.control.upgrade().unwrap().finished
    })
    .await;
    assert_eq!(realized(&server), 0);

    server.put(BASE).await;
    until("the job is done", || server.control.upgrade().unwrap().finished).await;
    let state = server.control.upgrade().unwrap();
    assert_eq!(
        (realized(&server), state.visited, state.profiles, state.to),
        (700, 1_000, 1_000, RulesVersion(2))
    );
    assert_eq!(server.store.account(DataflowNo(0)).unwrap().decided, 700);

    // A new name is a new version, and no work.
    server
        .put(&BASE.replace("id: gold,", "id: gold, name: Gold,"))
        .await;
    let state = server.control.upgrade().unwrap();
    assert_eq!(
        (server.version(), state.finished, state.to),
        (3, true, RulesVersion(2))
    );
    server.stop().await;
    let server = Server::start(&disk);
    assert!(server.control.upgrade().unwrap().finished);
    server.stop().await;
}

/// What a removed dataflow had to send is cancelled, several exports of one person too. What was in flight ends
/// as what happens to it, and what waited behind it is cancelled then, after a restart if need be.
#[tokio::test(start_paused = true)]
async fn a_removed_dataflow_leaves_a_balanced_account() {
    let disk = Memory::new();
    let server = Server::start(&disk);
    let attributes = BASE.replace("segments: [gold]", "segments: [gold], attributes: [points]");
    server.put(&attributes).await;
    for points in [1_000, 1_001, 1_002] {
        server.post(0..300, points).await;
    }
    let lane = Lane {
        dataflow: DataflowNo(0),
        class: Class::Live,
    };
    let account = |server: &Server| server.store.account(lane.dataflow).unwrap();
    assert_eq!((account(&server).decided, account(&server).pending), (900, 900));

    let in_flight = server.store.claim(lane, Timestamp::MAX, 20, usize::MAX).unwrap();
    server
        .put(&attributes[..attributes.find("dataflows:").unwrap()])
        .await;
    until("all others are cancelled", || account(&server).pending == 20 * 3).await;
    let delivered = |claimed: &Claimed| Settlement {
        seq: claimed.seq,
        outcome: store::Outcome::Delivered,
    };
    server
        .store
        .settle(in_flight[..10].iter().map(delivered).collect())
        .await
        .unwrap();
    until("what waited behind them is cancelled", || {
        account(&server).pending == 10 * 3
    })
    .await;
    server.stop().await;

    let server = Server::start(&disk);
    until("the rest is cancelled", || account(&server).pending == 0).await;
    let after = account(&server);
    assert!(after.balanced(), "{after:?}");
    assert_eq!(
        (
            after.delivered,
            after.suppressed.get(&SuppressedReason::Cancelled)
        ),
        (10, Some(&890))
    );

    // Made again it goes on, and nobody cancels what it decides now.
    server.choose(&attributes, Choices::QUIET).await;
    server.post(0..300, 2_000).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!((account(&server).decided, account(&server).pending), (1_200, 300));
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stopped_server_says_so() {
    let server = Server::start(&Memory::new());
    let control = server.control.clone();
    server.stop().await;
    assert!(matches!(
        control.apply("f.yaml", BASE.into(), Choices::default()).await,
        Err(Error::Stopped)
    ));
}
