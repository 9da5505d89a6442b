//! Plays a script through `ingest::Core` by hand: without loop and clock, the batches cut as told.
//!
//! A batch is a unit of commit, never of meaning: however the same sequence is cut, the same must come out.

#[cfg(test)]
mod tests;

use crate::decided::Names;
use crate::file::{file, inlet};
use crate::judge::Judged;
use crate::peer::Peers;
use crate::plan::Plan;
use crate::script::{Operation, Post, Reach, Script};
use control::{Choices, change, check};
use evaluator::Rules;
use ingest::{Core, Crew, Input, Item, Posted, What};
use model::{Definitions, Export, Profile, ProfileId, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Committer, DeadMessage, Decisions, Memory, Options, OutboxOp, Store, open_on};
use tokio_util::sync::CancellationToken;

/// Where batches end, besides where a publish or a tick makes them end.
#[derive(Clone, Debug)]
pub enum Cuts {
    /// After so many inputs.
    Every(usize),
    /// Anywhere, from this seed.
    Anywhere(u64),
}

/// What came of a script.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// All transitions but those of hidden segments, in order of decision.
    pub transitions: Vec<Judged>,
    /// All exports, in order of decision.
    pub exports: Vec<Export>,
    /// One for each post, in order.
    pub answers: Vec<ingest::Answer>,
    /// The profiles at the end, ascending.
    pub profiles: Vec<Profile>,
    /// The names of all segments that ever were.
    pub names: Names,
    /// After each publish, when it was decided next of each profile that anything is due.
    pub dues: Vec<BTreeMap<ProfileId, Timestamp>>,
    /// How many batches it took.
    pub batches: u64,
}

/// Plays everything but crashes and destinations. The upgrade job visits whom the script says; a last tick runs what
/// is due at the end.
pub fn replay(script: &Script, cuts: Cuts, crew: &Crew) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a plain runtime starts");
    let (store, committer) = open_on(Box::new(Memory::new()), &Options::default()).expect("memory opens");
    runtime.block_on(async {
        let stop = CancellationToken::new();
        let play = async {
            let mut player = Player::new(store, cuts, crew.clone());
            for operation in &script.operations {
                player.play(operation, script.start).await;
            }
            player.tick().await;
            stop.cancel();
            player.end()
        };
        let (played, ()) = tokio::join!(play, Committer::run(committer, stop.clone()));
        played
    })
}

struct Player {
    core: Core,
    store: Store,
    now: Timestamp,
    definitions: Definitions,
    names: Names,
    waiting: Vec<Input>,
    cuts: Cuts,
    dice: fastrand::Rng,
    played: Played,
}

impl Player {
    fn new(store: Store, cuts: Cuts, crew: Crew) -> Self {
        let definitions = Definitions::default();
        let rules = Rules::compile(&definitions).expect("no rules compile");
        let seed = if let Cuts::Anywhere(seed) = cuts { seed } else { 0 };
        Self {
            core: Core::new(store.clone(), Arc::new(rules), 1_000, crew),
            store,
            now: Timestamp::MIN,
            definitions,
            names: Names::default(),
            waiting: Vec::new(),
            cuts,
            dice: fastrand::Rng::with_seed(seed),
            played: Played::default(),
        }
    }

    async fn play(&mut self, operation: &Operation, start: Timestamp) {
        self.now = self.now.max(start);
        match operation {
            Operation::Post(post) => self.wait(What::Item(item(post))).await,
            Operation::Advance(span) => self.now = self.now + *span,
            Operation::Tick => self.tick().await,
            Operation::Publish(plan, reach) => {
                self.publish(plan).await;
                self.visit(*reach).await;
                // What was due before the publish is done, so that of the next due it is known when it was decided.
                self.tick().await;
                self.played.dues.push(self.dues().into_iter().collect());
            }
            Operation::Visit(reach) => self.visit(*reach).await,
            Operation::Answers(..) | Operation::Crash(_) | Operation::Fault(..) => {}
        }
    }

    async fn wait(&mut self, what: What) {
        self.waiting.push(Input { now: self.now, what });
        let cut = match self.cuts {
            Cuts::Every(size) => self.waiting.len() >= size,
            Cuts::Anywhere(_) => self.dice.u8(..4) == 0,
        };
        if cut {
            self.flush().await;
        }
    }

    async fn flush(&mut self) {
        let inputs = std::mem::take(&mut self.waiting);
        if !inputs.is_empty() {
            let batch = self.core.decide(inputs).expect("memory can be read");
            self.played.answers.extend(batch.answers);
            self.commit(batch.decisions).await;
        }
    }

    /// Runs what is due, which only the store can tell.
    async fn tick(&mut self) {
        self.flush().await;
        loop {
            let mut due = self.dues();
            due.retain(|(_, at)| *at <= self.now);
            if due.is_empty() {
                return;
            }
            for (id, at) in due {
                self.wait(What::Tick(id, at)).await;
            }
            self.flush().await;
        }
    }

    async fn publish(&mut self, plan: &Plan) {
        self.flush().await;
        let checked = check("replay.yaml", &file(plan), &Peers::new().registry());
        let desired = checked.desired.unwrap_or_else(|| panic!("{}", checked.report));
        let change =
            change(&self.definitions, &desired, Choices::QUIET, self.now).expect("the plan may be published");
        self.definitions = change.definitions;
        self.names.learn(&self.definitions);
        let rules = Rules::compile(&self.definitions).expect("the rules compile");
        self.core.advance_clock(self.now);
        let mut batch = self.core.decide(Vec::new()).expect("memory can be read");
        batch.decisions.definitions = Some(self.definitions.clone());
        self.commit(batch.decisions).await;
        self.core.set_rules(Arc::new(rules));
    }

    /// As the job does, except that it visits also who needs no visit: nothing must come of that.
    async fn visit(&mut self, reach: Reach) {
        self.flush().await;
        for id in self.everybody().into_iter().filter(|id| reach.includes(*id)) {
            self.wait(What::Visit(id)).await;
        }
    }

    fn end(self) -> Played {
        let profiles = self.store.load(&self.everybody()).expect("memory can be read");
        Played {
            profiles: profiles.into_iter().flatten().collect(),
            names: self.names,
            ..self.played
        }
    }

    fn everybody(&self) -> Vec<ProfileId> {
        let all = self.store.profiles_from(ProfileId::from_bits(0), usize::MAX);
        let all = all.expect("memory can be read");
        all.into_iter().map(|(id, _)| id).collect()
    }

    /// The one timer of each profile that has any.
    fn dues(&self) -> Vec<(ProfileId, Timestamp)> {
        let all = self.store.timers_due(Timestamp::MAX, usize::MAX);
        let all = all.expect("memory can be read");
        all.into_iter().map(|(at, id)| (id, at)).collect()
    }

    async fn commit(&mut self, decisions: Decisions) {
        for (profile, transitions) in &decisions.transitions {
            let judged = transitions.iter().filter_map(|t| self.names.judged(*profile, t));
            self.played.transitions.extend(judged);
        }
        for op in &decisions.outbox {
            if let OutboxOp::Export(export) = op {
                self.played.exports.push(export.clone());
            }
        }
        self.played.batches += 1;
        self.store.commit(decisions).await.expect("memory can be written");
    }
}

/// A post as the collection endpoint hands it on.
pub fn item(post: &Post) -> Item {
    let raw = post.json.clone().into_bytes();
    match xdm::parse_entity(&raw, &post.dataset) {
        Ok(message) => Item::Posted(Posted {
            inlet: inlet(&post.dataset),
            message,
            raw: raw.into(),
        }),
        Err(bad) => Item::Bad(DeadMessage {
            at: Timestamp::MIN,
            inlet: Some(inlet(&post.dataset)),
            dataset: post.dataset.clone(),
            code: bad.code().to_owned(),
            reason: bad.to_string(),
            body: raw,
        }),
    }
}
