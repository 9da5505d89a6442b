//! The outside: destinations that do as a script says and remember what they were sent.

#[cfg(test)]
mod tests;

use crate::file::KIND;
use crate::script::Answer;
use async_trait::async_trait;
use dispatcher::{
    BatchLimits, CheckError, Destination, Kind, Registry, Rendered, SettingsError, Site, Verdict,
};
use model::{DestinationId, ExportId, ProfileId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// All destinations of a world. Clones are the same; they outlive every server that sends to them.
#[derive(Clone, Default)]
pub struct Peers(Arc<Mutex<State>>);

/// An export on its way into a destination.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What consumers de-duplicate by.
    pub id: ExportId,
    /// By name, as the export itself says.
    pub dataflow: String,
    /// Whose.
    pub profile: ProfileId,
    /// Without the incarnation of the store.
    pub revision: u64,
    /// The message.
    pub body: String,
    /// What the destination did.
    pub answer: Answer,
    /// The life of the server that sent it; see [`Peers::begin_life`].
    pub life: u32,
    /// Whether another export of the profile was on its way on the dataflow.
    pub overtakes: bool,
}

#[derive(Default)]
struct State {
    answers: BTreeMap<DestinationId, VecDeque<Answer>>,
    sent: Vec<Sent>,
    /// Dataflow and profile of what is on its way, by life.
    in_flight: BTreeSet<(u32, String, ProfileId)>,
    life: u32,
}

impl Peers {
    /// None has been sent anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// The registry that knows these destinations, by the kind [`KIND`].
    pub fn registry(&self) -> Registry {
        Registry::new(vec![Arc::new(self.clone())])
    }

    /// From here on another server sends; calls of the one before are cut.
    pub fn begin_life(&self) {
        self.lock().life += 1;
    }

    /// A destination will answer so next, one answer an export, and deliver what comes after.
    pub fn will_answer(&self, destination: &DestinationId, answers: &[Answer]) {
        self.lock()
            .answers
            .entry(destination.clone())
            .or_default()
            .extend(answers);
    }

    /// All destinations deliver again.
    pub fn heal(&self) {
        self.lock().answers.clear();
    }

    /// Everything sent since the `from`th, in order.
    pub fn sent(&self, from: usize) -> Vec<Sent> {
        self.lock().sent[from..].to_vec()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call; gives its answers, and what holds its exports in flight.
    fn begin(&self, destination: &DestinationId, batch: &[Rendered]) -> (Vec<Answer>, Flight) {
        let mut state = self.lock();
        let script = state.answers.entry(destination.clone()).or_default();
        let mut answers: Vec<Answer> = batch
            .iter()
            .map(|_| script.pop_front().unwrap_or(Answer::Deliver))
            .collect();
        if answers.contains(&Answer::Hang) {
            // One that hangs keeps the whole call from an answer.
            answers.fill(Answer::Hang);
        }
        let life = state.life;
        let mut flight = Flight {
            peers: self.clone(),
            chains: Vec::new(),
        };
        for (rendered, answer) in batch.iter().zip(&answers) {
            let named = rendered.properties.iter().find(|(name, _)| *name == "dataflow");
            let dataflow = named.map(|(_, text)| text.clone()).unwrap_or_default();
            let chain = (life, dataflow.clone(), rendered.profile);
            let overtakes = !state.in_flight.insert(chain.clone());
            flight.chains.push(chain);
            state.sent.push(Sent {
                id: rendered.id.clone(),
                dataflow,
                profile: rendered.profile,
                revision: rendered.revision.0 & ((1 << 48) - 1),
                body: String::from_utf8_lossy(&rendered.body).into_owned(),
                answer: *answer,
                life,
                overtakes,
            });
        }
        (answers, flight)
    }
}

/// Exports in flight, until their call ends or is dropped.
struct Flight {
    peers: Peers,
    chains: Vec<(u32, String, ProfileId)>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut state = self.peers.lock();
        for chain in &self.chains {
            state.in_flight.remove(chain);
        }
    }
}

impl Kind for Peers {
    fn name(&self) -> &'static str {
        KIND
    }

    fn example(&self) -> serde_json::Value {
        serde_json::json!({})
    }

    fn complete(&self, settings: &serde_json::Value) -> Result<serde_json::Value, Vec<SettingsError>> {
        Ok(settings.clone())
    }

    fn open(
        &self,
        id: &DestinationId,
        _: &serde_json::Value,
        _: &Site,
    ) -> Result<Arc<dyn Destination>, Vec<SettingsError>> {
        Ok(Arc::new(Peer {
            id: id.clone(),
            peers: self.clone(),
        }))
    }
}

/// One destination.
struct Peer {
    id: DestinationId,
    peers: Peers,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Peer").field(&self.id).finish()
    }
}

#[async_trait]
impl Destination for Peer {
    /// Small, so that calls are full now and then.
    fn limits(&self) -> BatchLimits {
        BatchLimits {
            records: 3,
            bytes: 1 << 20,
            record_bytes: 1 << 20,
        }
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(2)
    }

    async fn send(&self, batch: &[Rendered]) -> Vec<Verdict> {
        let (answers, _flight) = self.peers.begin(&self.id, batch);
        if answers.contains(&Answer::Hang) {
            std::future::pending::<()>().await;
        }
        // Time for something else to happen meanwhile.
        tokio::time::sleep(Duration::from_millis(1 + batch.len() as u64)).await;
        answers.into_iter().map(verdict).collect()
    }

    async fn check(&self) -> Result<(), CheckError> {
        Ok(())
    }
}

fn verdict(answer: Answer) -> Verdict {
    let answered = format!("{answer:?}");
    match answer {
        Answer::Deliver => Verdict::Delivered,
        Answer::Transient | Answer::Hang | Answer::LostAnswer => Verdict::Transient { answer: answered },
        Answer::Throttled(after) => Verdict::Throttled {
            after: after.map(model::Duration::std),
            answer: answered,
        },
        Answer::Refused => Verdict::Refused { answer: answered },
        Answer::Down => Verdict::Endpoint { answer: answered },
    }
}
