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
use crate::script::{During, Operation, Reach, Script};
use check::Seen;
use control::Verdict;
use life::Life;
use model::{Clock, DataflowState, Duration, ProfileId, Timestamp};
use posting::with_the_lost;
use std::collections::BTreeMap;
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
    /// Publishes of which people were told that they failed, and that turned out to be in force.
    pub unanswered_but_in_force: usize,
    /// Exports decided.
    pub decided: usize,
    /// Exports that destinations were sent, repeats included.
    pub sent: usize,
    /// Exports that were given up.
    pub dead: usize,
    /// Profiles that the servers held to the oracle by themselves.
    pub audited: usize,
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
    /// The plan that ingest alone has heard of, so that the upgrade job has not begun.
    lagging: Option<Plan>,
    /// Where the script's clock stands; the world's may be ahead after a failure took time.
    script_now: Timestamp,
    /// Posts that must be in the store's counters.
    known: u64,
    lived: Lived,
}

impl World {
    fn begin(script: &Script) -> Self {
        let Some(Operation::Publish(first, _)) = script.operations.first() else {
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
            lagging: None,
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
            Operation::Publish(plan, reach) => {
                let dues = self.dues();
                if *reach == Reach::ALL || self.life().is_cancelling() {
                    self.apply(plan).await;
                } else {
                    self.life().redefine(&file(plan), self.clock.now()).await;
                    self.lagging = Some(plan.clone());
                }
                self.hear_of(plan, &dues);
            }
            Operation::Visit(_) => self.catch_up().await,
            Operation::Answers(destination, answers) => self.peers.will_answer(destination, answers),
            Operation::Crash(During::Posts(posts)) => {
                let (now, requests) = (self.clock.now(), self.submit(posts));
                let requests = with_the_lost(self.crash(requests).await, posts.len());
                self.hear(posts, &requests, now);
            }
            Operation::Crash(During::Publish(plan)) => {
                let (mut publishing, dues) = (JoinSet::new(), self.dues());
                publishing.spawn(self.life().redefine(&file(plan), self.clock.now()));
                self.crash(publishing).await;
                self.hear_of(plan, &dues);
            }
            Operation::Fault(fault, During::Posts(posts)) => {
                self.disk.fail_next(*fault);
                self.post(posts).await;
                self.disk.heal();
            }
            Operation::Fault(fault, During::Publish(plan)) => {
                // The fault is for the publish, not for a job that is still to begin.
                self.catch_up().await;
                self.settle().await;
                let dues = self.dues();
                self.disk.fail_next(*fault);
                let verdict = self.life().apply(file(plan)).await;
                self.disk.heal();
                self.heal().await;
                if self.hear_of(plan, &dues) && verdict.is_none() {
                    self.lived.unanswered_but_in_force += 1;
                    // Whoever was told that it failed tries again.
                    self.apply(plan).await;
                }
            }
        }
    }

    /// Puts `plan` in force as people do.
    async fn apply(&mut self, plan: &Plan) {
        self.lagging = None;
        let verdict = self.life().apply(file(plan)).await;
        assert!(
            matches!(verdict, Some(Verdict::Applied(_))),
            "not applied: {verdict:?}"
        );
    }

    /// If a publish has reached nobody but ingest, all others hear of it, and the job begins.
    async fn catch_up(&mut self) {
        if let Some(plan) = self.lagging.take() {
            self.apply(&plan).await;
        }
    }

    /// If `plan` has come into force, the judge hears of it. `dues` are those just before.
    fn hear_of(&mut self, plan: &Plan, dues: &BTreeMap<ProfileId, Timestamp>) -> bool {
        let definitions = self.life().store.definitions().expect("the store can be read");
        let is_new = self.names.learn(&definitions);
        if is_new {
            self.judge.publish(plan, definitions.published_at);
            self.judge.hear_dues(dues);
        }
        is_new
    }

    /// The one timer of each profile that has any.
    fn dues(&self) -> BTreeMap<ProfileId, Timestamp> {
        let all = self.life().store.timers_due(Timestamp::MAX, usize::MAX);
        let all = all.expect("the store can be read");
        all.into_iter().map(|(at, id)| (id, at)).collect()
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
        // The job begins where it was.
        self.lagging = None;
        let life = Life::start(&self.disk, &self.clock, &self.peers, self.dice.u64(..));
        self.life = Some(life);
        self.seen.audited = 0;
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

    /// Waits until the server has recovered from a failure, which takes time: until the store can be read, and the
    /// rules in force are those that are durable.
    async fn heal(&mut self) {
        let mut stuck = String::new();
        for _ in 0..1_000 {
            let health = self.life().store.health();
            if health == Health::Ok {
                let definitions = self.life().store.definitions().expect("the store can be read");
                let rules = self.life().rules();
                if rules == definitions.version {
                    return;
                }
                stuck = format!(
                    "rules {} are in force, and {} are durable",
                    rules, definitions.version
                );
            } else {
                stuck = format!("{health:?}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the server does not recover: {stuck}");
    }

    /// Waits, while no time passes, until the server has done all that is due: ticks and the job after a publish.
    async fn settle(&mut self) {
        self.heal().await;
        let now = self.clock.now();
        for _ in 0..20_000 {
            let life = self.life();
            let due = life.store.timers_due(now, 1).expect("the store can be read");
            let upgrade = life.control.upgrade().expect("the store can be read");
            if due.is_empty() && (upgrade.finished || self.lagging.is_some()) {
                assert_eq!(self.clock.now(), now, "time passed meanwhile");
                if upgrade.finished {
                    self.judge.visit(Reach::ALL, now);
                }
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
        // What collected while a dataflow was paused or disabled goes, too.
        let mut last = self.judge.plan().clone();
        last.dataflows
            .values_mut()
            .for_each(|flow| flow.state = DataflowState::Enabled);
        let dues = self.dues();
        self.apply(&last).await;
        self.hear_of(&last, &dues);
        self.settle().await;
        for _ in 0..200 {
            if self.pending() == 0 {
                break;
            }
            self.advance(Duration::from_millis(5_000)).await;
            self.settle().await;
        }
        self.settle().await;
        self.check();
        assert_eq!(
            self.pending(),
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
