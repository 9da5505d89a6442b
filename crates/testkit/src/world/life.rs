//! One life of a server, from its start to its end or the next power cut, wired as `weir serve` wires it.

use crate::peer::Peers;
use control::{Choices, Control, Parts, Secrets, Verdict};
use dispatcher::{Dispatcher, Site};
use ingest::{Answer, Audited, Crew, Handle, Ingest, Item, Share};
use model::{Clock, Duration, RulesVersion, Timestamp};
use std::sync::Arc;
use store::{Memory, Store, open_on};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// A running server. Dropping it is a crash.
pub(super) struct Life {
    pub(super) store: Store,
    pub(super) control: Control,
    ingest: Handle,
    /// The loops, in the order in which they are stopped, and what tells each to stop.
    loops: [(CancellationToken, JoinSet<()>); 4],
}

impl Life {
    /// Starts a server on what is durable. `seed` decides its batch size, its cache and its jitter.
    pub(super) fn start(disk: &Memory, clock: &Arc<dyn Clock>, peers: &Peers, seed: u64) -> Self {
        peers.begin_life();
        let mut dice = fastrand::Rng::with_seed(seed);
        let options = store::Options {
            min_free_bytes: 0,
            // The judge expects every export for itself: what gives its place is held by the store's own tests.
            queues: store::QueueOptions {
                parked: usize::MAX,
                ..store::QueueOptions::default()
            },
            ..store::Options::default()
        };
        let (store, committer) =
            open_on(Box::new(disk.clone()), &options).expect("what is durable can be opened");
        let options = ingest::Options {
            batch: dice.choice([1, 7, 1_000]).unwrap_or(1),
            cache: dice.choice([1_000, 30_000, 100_000_000]).unwrap_or(1_000),
            crew: Crew::sharing(dice.choice([1, 2, 3]).unwrap_or(1), 1).expect("threads start"),
            // A world may sleep for years between two commits.
            max_downtime: Duration::days(36_500),
            audit: Share::percent(dice.choice([0.0, 1.0, 100.0]).unwrap_or(1.0)).expect("a share"),
            ..ingest::Options::default()
        };
        let (taking, ingest) =
            Ingest::new(store.clone(), Arc::clone(clock), options).expect("the rules compile");
        let (registry, site) = (peers.registry(), Site::new("nowhere"));
        let dispatcher = Dispatcher::new(dispatcher::Parts {
            store: store.clone(),
            clock: Arc::clone(clock),
            registry: registry.clone(),
            site,
            retry: dispatcher::Retry::default(),
            seed,
            ages: true,
        });
        let (control, worker) = Control::new(Parts {
            ingest: ingest.clone(),
            dispatcher: dispatcher.clone(),
            store: store.clone(),
            kinds: registry,
            secrets: Secrets::new([], None),
            clock: Arc::clone(clock),
            forbidden: Box::new(|_| Vec::new()),
        })
        .expect("the definitions can be read");
        let loops = [
            running(|stop| worker.run(stop)),
            running(|stop| async move { dispatcher.run(stop).await }),
            running(|stop| taking.run(stop)),
            running(|stop| committer.run(stop)),
        ];
        Self {
            store,
            control,
            ingest,
            loops,
        }
    }

    /// Hands items in as one request. `None` says nothing: it may or may not have been done.
    pub(super) fn submit(&self, items: Vec<Item>) -> impl Future<Output = Option<Vec<Answer>>> + use<> {
        let ingest = self.ingest.clone();
        async move {
            let permit = ingest.reserve(items.len(), 1_024).ok()?;
            ingest.submit(permit, items).await.ok()
        }
    }

    /// Puts a file in force. `None` says nothing.
    pub(super) fn apply(&self, file: Vec<u8>) -> impl Future<Output = Option<Verdict>> + use<> {
        let control = self.control.clone();
        async move {
            Some(
                control
                    .apply("world.yaml", file, Choices::QUIET)
                    .await
                    .ok()?
                    .verdict,
            )
        }
    }

    /// Puts what a file asks for in force, without the thread of its own on which `apply` checks the file: how long
    /// that takes would depend on the machine.
    pub(super) fn redefine(&self, file: &[u8], now: Timestamp) -> impl Future<Output = ()> + use<> {
        let checked = control::check("world.yaml", file, &Peers::new().registry());
        let desired = checked.desired.unwrap_or_else(|| panic!("{}", checked.report));
        let current = self.store.definitions().expect("the store can be read");
        let change =
            control::change(&current, &desired, Choices::QUIET, now).expect("the plan may be published");
        let ingest = self.ingest.clone();
        async move {
            if !change.is_empty() {
                // It never ends where it is used: power fails.
                drop(ingest.redefine(change.definitions, Vec::new()).await);
            }
        }
    }

    /// The rules in force.
    pub(super) fn rules(&self) -> RulesVersion {
        self.ingest.rules().version
    }

    /// What the audit has come to.
    pub(super) fn audited(&self) -> Audited {
        self.ingest.audited()
    }

    /// Whether the jobs still cancel what a removed dataflow had to send: then they wake by themselves.
    pub(super) fn is_cancelling(&self) -> bool {
        let definitions = self.store.definitions().expect("the store can be read");
        definitions.retired.iter().any(|(_, no)| {
            let account = self.store.account(*no).expect("the store can be read");
            account.pending > 0
        })
    }

    /// Takes the server apart softly: everything that was let in is answered, calls in flight are finished.
    pub(super) async fn stop(self) {
        for (stop, mut tasks) in self.loops {
            stop.cancel();
            while let Some(ended) = tasks.join_next().await {
                ended.expect("a loop ends without a panic");
            }
        }
    }

    /// Power fails: everything in memory is gone, and what was not synced.
    pub(super) async fn crash(self, disk: &Memory) {
        let mut loops = self.loops.map(|(_, tasks)| tasks);
        // All at once: none may see the others gone.
        loops.iter_mut().for_each(JoinSet::abort_all);
        for tasks in &mut loops {
            tasks.shutdown().await;
        }
        disk.crash();
        disk.heal();
    }
}

fn running<F>(run: impl FnOnce(CancellationToken) -> F) -> (CancellationToken, JoinSet<()>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(run(stop.clone()));
    (stop, tasks)
}
