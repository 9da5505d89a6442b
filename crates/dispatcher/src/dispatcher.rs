//! Lanes for the dataflows in force, started and ended as definitions change.

use crate::connection::Connection;
use crate::deliver::{Context, lock};
use crate::flow::{DataflowView, Flow};
use crate::keeper::Keeper;
use crate::lane::LaneTask;
use crate::room::Room;
use crate::{Destination, Registry, Retry, Site};
use fastrand::Rng;
use model::{
    Class, Clock, Dataflow, DataflowId, DataflowNo, Definitions, DestinationDefinition, DestinationId, Lane,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Store;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// A lane that ended by a defect is started again after this.
const RESTART: Duration = Duration::from_secs(1);

/// What a dispatcher works with.
pub struct Parts {
    /// Whose outbox it sends.
    pub store: Store,
    /// Tells when calls begin, retries are due and exports have waited too long.
    pub clock: Arc<dyn Clock>,
    /// The kinds of destinations there are.
    pub registry: Registry,
    /// What destinations may do on this machine.
    pub site: Site,
    /// The delays of retries.
    pub retry: Retry,
    /// For the jitter of retries.
    pub seed: u64,
    /// Whether commits go by `clock` too. The age of an export is what lies between the commit that made it and
    /// now; where commits go by the times of messages nothing is given up for its age.
    pub ages: bool,
}

/// Sends what the outbox holds. Cheap to clone; all clones are one dispatcher.
#[derive(Clone)]
pub struct Dispatcher(Arc<Inner>);

struct Inner {
    parts: Parts,
    plan: Mutex<Plan>,
    /// For the calls of all lanes.
    room: Room,
    /// Rung by each redefinition.
    redefined: Notify,
}

/// What is in force.
#[derive(Default)]
struct Plan {
    connections: BTreeMap<DestinationId, Opened>,
    dataflows: BTreeMap<DataflowNo, Planned>,
}

/// A destination as defined, and what came of opening it.
#[derive(Clone)]
struct Opened {
    definition: DestinationDefinition,
    connection: Result<Arc<Connection>, String>,
}

/// A dataflow as defined, and what is remembered of it.
#[derive(Clone)]
struct Planned {
    definition: Dataflow,
    flow: Arc<Flow>,
}

/// A lane that runs.
struct Running {
    connection: Arc<Connection>,
    stop: CancellationToken,
    task: tokio::task::Id,
}

impl Dispatcher {
    /// A dispatcher without definitions: it sends nothing before [`Dispatcher::redefine`].
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            plan: Mutex::default(),
            room: Room::default(),
            redefined: Notify::new(),
        }))
    }

    /// Takes over new definitions. Lanes of dataflows that are new or enabled again start; lanes of those that
    /// are gone, paused or disabled finish their calls and end. A destination that did not change keeps its
    /// breaker and its rates.
    pub fn redefine(&self, definitions: &Definitions) {
        let mut plan = lock(&self.0.plan);
        let old = std::mem::take(&mut *plan);
        for definition in &definitions.destinations {
            let opened = self.0.opened(definition, old.connections.get(&definition.id));
            plan.connections.insert(definition.id.clone(), opened);
        }
        for definition in &definitions.dataflows {
            let known = old
                .dataflows
                .get(&definition.no)
                .map(|planned| Arc::clone(&planned.flow));
            let flow = known.unwrap_or_else(|| Arc::new(Flow::new(definition.id.clone())));
            plan.dataflows.insert(
                definition.no,
                Planned {
                    definition: definition.clone(),
                    flow,
                },
            );
        }
        drop(plan);
        self.0.redefined.notify_waiters();
    }

    /// Sends until `soft`: then claims nothing more, finishes the calls in flight, and resolves. To stop hard,
    /// drop the future: calls are abandoned, and what was not settled is sent again after the next start.
    pub async fn run(&self, soft: CancellationToken) {
        let mut running: BTreeMap<Lane, Running> = BTreeMap::new();
        let mut tasks = JoinSet::new();
        let mut keeping = self.keep(&mut tasks);
        loop {
            let redefined = self.0.redefined.notified();
            self.0.reconcile(&mut running, &mut tasks);
            tokio::select! {
                () = soft.cancelled() => break,
                () = redefined => {}
                Some(ended) = tasks.join_next() => {
                    if let Err(error) = ended {
                        // Its claims were given back when it was dropped.
                        tracing::error!(%error, "a lane, or the keeper of the queues, ended by a defect and starts again");
                        running.retain(|_, lane| lane.task != error.id());
                        if keeping.id() == error.id() {
                            keeping = self.keep(&mut tasks);
                        }
                        tokio::time::sleep(RESTART).await;
                    }
                }
            }
        }
        keeping.abort();
        for lane in running.values() {
            lane.stop.cancel();
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Starts what keeps the queues within their bounds.
    fn keep(&self, tasks: &mut JoinSet<()>) -> AbortHandle {
        let Parts {
            store, clock, ages, ..
        } = &self.0.parts;
        let keeper = Keeper::new(store.clone(), ages.then(|| Arc::clone(clock)));
        let inner = Arc::clone(&self.0);
        tasks.spawn(keeper.run(move || inner.names()))
    }

    /// A destination as it is in force, and what came of opening it.
    pub(crate) fn destination(
        &self,
        id: &DestinationId,
    ) -> Option<(DestinationDefinition, Result<Arc<Connection>, String>)> {
        let opened = lock(&self.0.plan).connections.get(id).cloned()?;
        Some((opened.definition, opened.connection))
    }

    /// What is to be seen of each dataflow, ascending by number.
    pub fn view(&self) -> Vec<DataflowView> {
        let plan = lock(&self.0.plan);
        let view = |planned: &Planned| {
            let definition = &planned.definition;
            let opened = plan.connections.get(&definition.destination);
            let connection = opened.and_then(|opened| opened.connection.as_ref().ok());
            let unusable = opened.and_then(|opened| opened.connection.as_ref().err());
            DataflowView {
                dataflow: definition.id.clone(),
                destination: definition.destination.clone(),
                sending: definition.state.sends() && connection.is_some(),
                unusable: unusable.cloned(),
                breaker: connection.map(|connection| connection.view()).unwrap_or_default(),
                in_flight: planned.flow.in_flight(),
                latency: planned.flow.latency(),
            }
        };
        plan.dataflows.values().map(view).collect()
    }
}

impl Inner {
    /// What the dataflows are called.
    fn names(&self) -> BTreeMap<DataflowNo, DataflowId> {
        let plan = lock(&self.plan);
        let named = plan.dataflows.iter();
        named
            .map(|(no, planned)| (*no, planned.definition.id.clone()))
            .collect()
    }

    /// The old connection if nothing changed; else a new one, over the old destination if only rates changed.
    fn opened(&self, definition: &DestinationDefinition, old: Option<&Opened>) -> Opened {
        let same = |old: &&Opened| {
            old.definition.kind == definition.kind && old.definition.settings == definition.settings
        };
        let old = old
            .filter(same)
            .and_then(|old| Some((old.definition.limits, old.connection.as_ref().ok()?)));
        let connection = match old {
            Some((limits, connection)) if limits == definition.limits => Ok(Arc::clone(connection)),
            Some((_, connection)) => Ok(self.connection(definition, Arc::clone(&connection.destination))),
            None => self
                .open(definition)
                .map(|destination| self.connection(definition, destination)),
        };
        if let Err(why) = &connection {
            tracing::error!(destination.id = %definition.id, why, "the destination cannot be opened: exports wait");
        }
        Opened {
            definition: definition.clone(),
            connection,
        }
    }

    fn connection(
        &self,
        definition: &DestinationDefinition,
        destination: Arc<dyn Destination>,
    ) -> Arc<Connection> {
        let kind = self
            .parts
            .registry
            .get(&definition.kind)
            .map_or("", |kind| kind.name());
        Arc::new(Connection::new(
            definition.id.clone(),
            kind,
            destination,
            &definition.limits,
        ))
    }

    fn open(&self, definition: &DestinationDefinition) -> Result<Arc<dyn Destination>, String> {
        let Some(kind) = self.parts.registry.get(&definition.kind) else {
            let known = self.parts.registry.names().join(", ");
            return Err(format!(
                "there is no kind of destination {:?}; there are: {known}",
                definition.kind
            ));
        };
        let settings = serde_json::from_str(&definition.settings).map_err(|error| error.to_string())?;
        let forbidden = self.parts.site.forbidden(&settings);
        let opened = if forbidden.is_empty() {
            kind.open(&definition.id, &settings, &self.parts.site)
        } else {
            Err(forbidden)
        };
        opened.map_err(|mistakes| {
            let sentences: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            sentences.join("; ")
        })
    }

    /// Ends lanes that should not run and starts those that should.
    fn reconcile(&self, running: &mut BTreeMap<Lane, Running>, tasks: &mut JoinSet<()>) {
        let plan = lock(&self.plan);
        let mut wanted = BTreeMap::new();
        for (no, planned) in &plan.dataflows {
            let definition = &planned.definition;
            let opened = plan.connections.get(&definition.destination);
            let connection = opened.and_then(|opened| opened.connection.as_ref().ok());
            if let (true, Some(connection)) = (definition.state.sends(), connection) {
                for class in [Class::Live, Class::Bulk] {
                    wanted.insert(Lane { dataflow: *no, class }, (planned, connection));
                }
            }
        }
        running.retain(|lane, runs| {
            let keep = wanted
                .get(lane)
                .is_some_and(|(_, connection)| Arc::ptr_eq(&runs.connection, connection));
            if !keep {
                runs.stop.cancel();
            }
            keep
        });
        for (lane, (planned, connection)) in wanted {
            running.entry(lane).or_insert_with(|| {
                let context = Arc::new(self.context(lane, planned, connection));
                let stop = CancellationToken::new();
                let task = tasks.spawn(LaneTask::new(context).run(stop.clone())).id();
                Running {
                    connection: Arc::clone(connection),
                    stop,
                    task,
                }
            });
        }
    }

    fn context(&self, lane: Lane, planned: &Planned, connection: &Arc<Connection>) -> Context {
        // Each lane draws its own numbers, whatever the order in which lanes start.
        let stream = u64::from(lane.dataflow.0) << 1 | u64::from(lane.class == Class::Bulk);
        Context {
            lane,
            store: self.parts.store.clone(),
            clock: Arc::clone(&self.parts.clock),
            connection: Arc::clone(connection),
            room: self.room.clone(),
            flow: Arc::clone(&planned.flow),
            retry: self.parts.retry,
            pace: Mutex::default(),
            rng: Mutex::new(Rng::with_seed(
                self.parts.seed ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            )),
        }
    }
}
