//! A whole server in one seed: ingest, store, control and dispatcher under paused time, driven by a script, with
//! the judge and the outside beside it. After every operation the invariants of `ARCHITECTURE.md` are checked.
//!
//! A seed always gives the same world, so a failure is repeated by its seed: `WEIR_SEED=17 cargo test -p testkit`.

mod check;
mod heirs;
mod life;
mod posting;
mod rows;
#[cfg(test)]
mod tests;

use crate::clock::TestClock;
use crate::decided::Names;
use crate::file::file;
use crate::generate::script;
use crate::judge::Judge;
use crate::peer::Peers;
use crate::plan::Plan;
use crate::script::{During, Operation, Script};
use check::Seen;
use control::Verdict;
use life::Life;
use model::{Clock, Duration, ProfileId, Timestamp};
use posting::with_the_lost;
use std::sync::Arc;
use store::{Health, Memory};
use tokio::task::JoinSet;

/// What a world went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lived {
    /// Servers that ran, one more than crashes.
    pub lives: usize,
    /// Posts that had an answer.
    pub answered: usize,
    /// Posts of which nobody knows, and that turned out to be durable.
    pub unanswered_but_durable: usize,
    /// Exports decided.
    pub decided: usize,
    /// Exports that destinations were sent, repeats included.
    pub sent: usize,
    /// Exports that were given up.
    pub dead: usize,
    /// A digest of everything that was sent, in order.
    pub digest: u64,
}

/// Lets the world of `seed` live its script, and panics at the first thing that is not as it must be.
pub fn live(seed: u64) -> Lived {
    live_by(&script(seed))
}

/// Lets a world live `script`.
pub fn live_by(script: &Script) -> Lived {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a plain runtime starts").block_on(async {
        let mut world = World::begin(script);
        let mut witness = Witness { script, done: 0 };
        for operation in &script.operations {
            witness.done += 1;
            world.act(operation).await;
            world.settle().await;
            world.check();
        }
        world.end().await
    })
}

/// The seeds to try: `WEIR_SEED` alone if it is set, else those below `count`.
pub fn seeds(count: u64) -> Vec<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one setting of tests: which seed to repeat"
    )]
    let asked = std::env::var("WEIR_SEED");
    match asked {
        Ok(text) => vec![text.parse().expect("WEIR_SEED is a number")],
        Err(_) => (0..count).collect(),
    }
}

struct World {
    clock: Arc<dyn Clock>,
    disk: Memory,
    peers: Peers,
    /// `None` only between two lives.
    life: Option<Life>,
    dice: fastrand::Rng,
    judge: Judge,
    names: Names,
    seen: Seen,
    /// Where the script's clock stands; the world's may be ahead after a failure took time.
    script_now: Timestamp,
    /// Posts that must be in the store's counters.
    known: u64,
    lived: Lived,
}

impl World {
    fn begin(script: &Script) -> Self {
        let Some(Operation::Publish(first)) = script.operations.first() else {
            panic!("a script begins with a publish");
        };
        let mut world = Self {
            clock: Arc::new(TestClock::starting_at(script.start)),
            disk: Memory::new(),
            peers: Peers::new(),
            life: None,
            dice: fastrand::Rng::with_seed(script.seed),
            judge: Judge::new(ProfileId::new(0, 1), first.retention),
            names: Names::default(),
            seen: Seen::default(),
            script_now: script.start,
            known: 0,
            lived: Lived::default(),
        };
        world.start();
        world
    }

    async fn act(&mut self, operation: &Operation) {
        match operation {
            Operation::Post(post) => self.post(std::slice::from_ref(post)).await,
            Operation::Advance(span) => self.advance(*span).await,
            // The server ticks by itself.
            Operation::Tick => {}
            Operation::Publish(plan) => {
                let verdict = self.life().apply(file(plan)).await;
                assert!(
                    matches!(verdict, Some(Verdict::Applied(_))),
                    "not applied: {verdict:?}"
                );
                self.hear_of(plan);
            }
            Operation::Answers(destination, answers) => self.peers.will_answer(destination, answers),
            Operation::Crash(During::Posts(posts)) => {
                let (now, requests) = (self.clock.now(), self.submit(posts));
                let requests = with_the_lost(self.crash(requests).await, posts.len());
                self.hear(posts, &requests, now);
            }
            Operation::Crash(During::Publish(plan)) => {
                let mut publishing = JoinSet::new();
                publishing.spawn(self.life().redefine(&file(plan), self.clock.now()));
                self.crash(publishing).await;
                self.hear_of(plan);
            }
            Operation::Fault(fault, posts) => {
                self.disk.fail_next(*fault);
                self.post(posts).await;
                self.disk.heal();
            }
        }
    }

    /// If `plan` is in force, the judge hears of it.
    fn hear_of(&mut self, plan: &Plan) {
        let definitions = self.life().store.definitions().expect("the store can be read");
        if self.names.learn(&definitions) {
            self.judge.publish(plan, definitions.published_at);
        }
    }

    /// Power fails at any point of what goes on, and a new server starts. Gives what was done before.
    async fn crash<T: 'static>(&mut self, mut going_on: JoinSet<T>) -> Vec<T> {
        for _ in 0..self.dice.usize(..40) {
            tokio::task::yield_now().await;
        }
        going_on.abort_all();
        if let Some(life) = self.life.take() {
            life.crash(&self.disk).await;
        }
        let mut done = Vec::new();
        while let Some(ended) = going_on.join_next().await {
            done.extend(ended);
        }
        self.start();
        done
    }

    fn start(&mut self) {
        let life = Life::start(&self.disk, &self.clock, &self.peers, self.dice.u64(..));
        self.life = Some(life);
        self.lived.lives += 1;
    }

    fn life(&self) -> &Life {
        self.life.as_ref().expect("a server runs")
    }

    /// Lets time pass, a far jump for the most part at once, as for a process that was suspended.
    async fn advance(&mut self, span: Duration) {
        self.script_now = self.script_now + span;
        let ahead = self.script_now.since(self.clock.now());
        let jump = ahead.millis() - 30_000;
        if jump > 30_000 {
            tokio::time::advance(Duration::from_millis(jump).std()).await;
        }
        tokio::time::sleep(self.script_now.since(self.clock.now()).std()).await;
    }

    /// Waits until the store has recovered from a failure, which takes time.
    async fn heal(&mut self) {
        for _ in 0..1_000 {
            if self.life().store.health() == Health::Ok {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the store does not recover: {:?}", self.life().store.health());
    }

    /// Waits, while no time passes, until the server has done all that is due: ticks and the job after a publish.
    async fn settle(&mut self) {
        self.heal().await;
        let now = self.clock.now();
        for _ in 0..20_000 {
            let life = self.life();
            let due = life.store.timers_due(now, 1).expect("the store can be read");
            let upgrade = life.control.upgrade().expect("the store can be read");
            if due.is_empty() && upgrade.finished {
                assert_eq!(self.clock.now(), now, "time passed meanwhile");
                self.judge.visit(now);
                self.judge.tick(now);
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("at {now} the server leaves undone what is due");
    }

    /// Lets everything be delivered, looks at the whole once more, and stops the server softly.
    async fn end(mut self) -> Lived {
        self.peers.heal();
        for _ in 0..200 {
            if self.sendable() == 0 {
                break;
            }
            self.advance(Duration::from_millis(5_000)).await;
            self.settle().await;
        }
        self.settle().await;
        self.check();
        assert_eq!(
            self.sendable(),
            0,
            "exports stay although everything would be delivered"
        );
        self.check_rows();
        let life = self.life.take().expect("a server runs");
        let stopped = tokio::time::timeout(std::time::Duration::from_mins(1), life.stop()).await;
        stopped.expect("a server without work stops");
        self.lived
    }
}

/// Says what happened if the world ends in a panic.
struct Witness<'a> {
    script: &'a Script,
    done: usize,
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Script { seed, operations, .. } = self.script;
            eprintln!(
                "WEIR_SEED={seed} repeats it; {} of {} operations:",
                self.done,
                operations.len()
            );
            for operation in &operations[self.done.saturating_sub(8)..self.done] {
                eprintln!("  {operation}");
            }
        }
    }
}
