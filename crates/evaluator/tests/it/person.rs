//! A person, a rule set, and messages.

use evaluator::{Arrival, Change, Cost, Decided, Meter, Origin, Rules, State, Ticks, advance, catch_up};
use model::{
    Dataflow, DataflowId, DataflowNo, DatasetId, Definitions, DestinationId, Export, IdentityLink, Mapping,
    Path, Profile, ProfileId, RulesVersion, SegmentDefinition, SegmentId, SegmentNo, SegmentState, Seq,
    Timestamp,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const ORIGIN: Origin = Origin {
    batch: 1,
    incarnation: 0,
};

pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

pub(crate) fn segment(no: u32, id: &str, expression: &str) -> SegmentDefinition {
    SegmentDefinition {
        id: SegmentId::new(id).expect("written well"),
        no: SegmentNo(no),
        name: format!("Segment {id}"),
        expression: expression.to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(1),
        created: at(10),
        updated: at(20),
    }
}

pub(crate) fn mapping(id: &str) -> Mapping {
    Mapping {
        segment: SegmentId::new(id).expect("written well"),
        hidden: None,
        baseline_in: RulesVersion(1),
        created: at(30),
        updated: at(40),
    }
}

/// A dataflow `flow` that maps `segments` and `attributes`, all else by default.
pub(crate) fn flow(segments: &[&str], attributes: &[&str]) -> Dataflow {
    Dataflow {
        id: DataflowId::new("flow").expect("written well"),
        no: DataflowNo(0),
        name: "Flow".to_owned(),
        destination: DestinationId::new("files").expect("written well"),
        segments: segments.iter().map(|id| mapping(id)).collect(),
        attributes: attributes
            .iter()
            .map(|path| Path::parse(path).expect("written well"))
            .collect(),
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
    }
}

pub(crate) fn definitions(segments: Vec<SegmentDefinition>, dataflows: Vec<Dataflow>) -> Definitions {
    Definitions {
        version: RulesVersion(1),
        published_at: at(0),
        segments,
        dataflows,
        ..Definitions::default()
    }
}

pub(crate) fn rules(definitions: &Definitions) -> Arc<Rules> {
    Arc::new(Rules::compile(definitions).expect("the definitions of a test compile"))
}

/// One person under one rule set.
pub(crate) struct Person {
    pub(crate) rules: Arc<Rules>,
    pub(crate) state: State,
    /// What the last decision cost.
    pub(crate) cost: Cost,
    seq: u64,
}

impl Person {
    pub(crate) fn new(definitions: &Definitions) -> Self {
        Self::with_id(definitions, 1)
    }

    pub(crate) fn with_id(definitions: &Definitions, id: u64) -> Self {
        let rules = rules(definitions);
        let state = State::new(Profile::new(ProfileId::new(0, id), rules.version));
        Self {
            rules,
            state,
            cost: Cost::default(),
            seq: id * 1000,
        }
    }

    /// Posts a bare entity at `now`; gives the exports of all its steps, those that were due before it too.
    pub(crate) fn post(&mut self, now: i64, entity: &str) -> Vec<Export> {
        self.absorb(now, entity, Vec::new())
    }

    /// Posts an entity that joins `others` to this person.
    pub(crate) fn absorb(&mut self, now: i64, entity: &str, others: Vec<State>) -> Vec<Export> {
        exports(self.arrive("d", now, entity, others))
    }

    /// Posts an entity to a dataset.
    pub(crate) fn post_to(&mut self, dataset: &str, now: i64, entity: &str) -> Vec<Export> {
        exports(self.arrive(dataset, now, entity, Vec::new()))
    }

    /// What an entity makes of the person, and of `others`, who turn out to be the same.
    pub(crate) fn arrive(
        &mut self,
        dataset: &str,
        now: i64,
        entity: &str,
        mut others: Vec<State>,
    ) -> Vec<Decided> {
        let message = xdm::parse_entity(entity.as_bytes(), &DatasetId::new(dataset).expect("written well"))
            .expect("a good entity");
        self.seq += 1;
        let seq = Seq(self.seq);
        for other in &mut others {
            catch_up(&self.rules, other, at(now), ORIGIN, &mut Vec::new());
        }
        let held: Vec<_> = others
            .iter()
            .chain([&self.state])
            .flat_map(|s| &s.profile.identities)
            .map(|l| l.identity.clone())
            .collect();
        let fresh = message.identities.iter().filter(|i| !held.contains(i));
        let linked = fresh
            .map(|identity| IdentityLink {
                identity: identity.clone(),
                seq,
                since: at(now),
            })
            .collect();
        let arrival = Arrival {
            dataset: &message.dataset,
            primary: &message.identities[0],
            body: &message.body,
            seq,
            received: at(now),
            linked,
            evicted: Vec::new(),
            absorbed: others,
        };
        self.decide(now, Change::Message(arrival))
    }

    /// A job looks at the person.
    pub(crate) fn visit(&mut self, now: i64) -> Vec<Export> {
        exports(self.decide(now, Change::Visit))
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, now: i64) -> Vec<Export> {
        exports(self.pass(now))
    }

    /// What passing time makes of the person.
    pub(crate) fn pass(&mut self, now: i64) -> Vec<Decided> {
        let mut decided = Vec::new();
        self.state.meter = Some(Box::new(meter()));
        catch_up(&self.rules, &mut self.state, at(now), ORIGIN, &mut decided);
        self.cost = accounted(&mut self.state, &decided);
        decided
    }

    /// What a change makes of the person.
    pub(crate) fn decide(&mut self, now: i64, change: Change<'_>) -> Vec<Decided> {
        let mut decided = Vec::new();
        self.state.meter = Some(Box::new(meter()));
        advance(
            &self.rules,
            &mut self.state,
            change,
            at(now),
            ORIGIN,
            &mut decided,
        );
        self.cost = accounted(&mut self.state, &decided);
        decided
    }
}

/// A meter by a clock that goes on by one whenever it is read.
fn meter() -> Meter {
    let read = AtomicU64::new(0);
    let ticks: Ticks = Arc::new(move || read.fetch_add(1, Ordering::Relaxed));
    Meter::start(&ticks)
}

/// What it cost, which is as much as was done: no look at a segment is missing, and no time is counted twice.
fn accounted(state: &mut State, decided: &[Decided]) -> Cost {
    let cost = state.meter.take().expect("nobody loses the meter").end();
    let looks: u64 = cost
        .charges
        .iter()
        .map(|charge| u64::from(charge.evaluations))
        .sum();
    let efforts = decided.iter().map(|decided| decided.step.effort.segments);
    assert_eq!(looks, efforts.sum::<u64>());
    let ticks: f64 = cost.charges.iter().map(|charge| charge.ticks).sum();
    assert!(ticks <= cost.ticks as f64 + 1e-6, "{ticks} of {}", cost.ticks);
    cost
}

fn exports(decided: Vec<Decided>) -> Vec<Export> {
    decided.into_iter().flat_map(|d| d.exports).collect()
}

/// The causes of the only export, or nothing if there is none.
pub(crate) fn causes(exports: &[Export]) -> Vec<&'static str> {
    assert!(
        exports.len() <= 1,
        "a step makes at most one export a dataflow: {exports:#?}"
    );
    exports
        .iter()
        .flat_map(|e| &e.causes)
        .map(|c| c.as_str())
        .collect()
}
