//! One call: its exports sorted by partition, in batches, each with its outcome.

use super::client::Client;
use super::failure::{Class, Failure};
use super::{EventHubs, event};
use dispatcher::{Rendered, Verdict};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// What goes to one partition: places in the call, and the events there.
#[derive(Default)]
struct Group {
    places: Vec<usize>,
    events: Vec<Vec<u8>>,
}

/// A client that is being used. Given up before its work was done, it is left with unfinished transfers: it is spent.
struct InUse {
    client: Arc<Client>,
    done: bool,
}

impl Drop for InUse {
    fn drop(&mut self) {
        if !self.done {
            self.client.spend();
        }
    }
}

impl EventHubs {
    /// One verdict an export, or the failure of all.
    pub(super) async fn try_send(
        &self,
        batch: &[Rendered],
        deadline: Instant,
    ) -> Result<Vec<Verdict>, Failure> {
        let (partitions, _unchanged) = self.layout(deadline).await?;
        // Where there is no verdict at the end, nothing is known.
        let mut verdicts: Vec<Option<Verdict>> = vec![None; batch.len()];
        let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
        for (place, export) in batch.iter().enumerate() {
            match event::encode(export) {
                Ok(event) => {
                    let group = groups.entry(partitions.of(export.profile)).or_default();
                    group.places.push(place);
                    group.events.push(event);
                }
                Err(error) => {
                    let answer = format!("it cannot be written as an event: {error}");
                    verdicts[place] = Some(Verdict::Refused { answer });
                }
            }
        }
        let mut using = InUse {
            client: self.client(deadline).await?,
            done: false,
        };
        let mut sending = JoinSet::new();
        for (partition, group) in groups {
            let to = Partition {
                client: Arc::clone(&using.client),
                at_once: Arc::clone(&self.at_once),
                id: partition.to_owned(),
                deadline,
            };
            sending.spawn(async move { (to.send(&group.events).await, group.places) });
        }
        while let Some(sent) = sending.join_next().await {
            // A panic there is one here, as if it were one task.
            let (outcomes, places) =
                sent.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            for (place, outcome) in places.into_iter().zip(outcomes) {
                verdicts[place] =
                    Some(outcome.map_or_else(|failure| failure.verdict(), |()| Verdict::Delivered));
            }
        }
        using.done = true;
        Ok(verdicts
            .into_iter()
            .map(|verdict| verdict.unwrap_or_else(|| unknown().verdict()))
            .collect())
    }
}

/// A partition, and how to send to it.
struct Partition {
    client: Arc<Client>,
    at_once: Arc<Semaphore>,
    id: String,
    deadline: Instant,
}

impl Partition {
    /// One outcome an event, in order. The client is spent by any failure that is not clean.
    async fn send(&self, events: &[Vec<u8>]) -> Vec<Result<(), Failure>> {
        let mut outcomes = vec![None; events.len()];
        let ended = self.send_until_failure(events, &mut outcomes).await;
        // What comes after a failure was not sent: the link is gone, or asked to slow down.
        let rest = ended.err().unwrap_or_else(unknown);
        if !rest.clean && outcomes.contains(&None) {
            self.client.spend();
        }
        outcomes
            .into_iter()
            .map(|outcome| outcome.unwrap_or_else(|| Err(rest.clone())))
            .collect()
    }

    /// Notes the outcome of each event; the failure of the first batch that fails for more than its events ends it.
    async fn send_until_failure(
        &self,
        events: &[Vec<u8>],
        outcomes: &mut [Option<Result<(), Failure>>],
    ) -> Result<(), Failure> {
        let _permit = self.at_once.acquire().await;
        let link = self.client.link(&self.id, self.deadline).await?;
        let mut fitting = Vec::with_capacity(events.len());
        for (at, event) in events.iter().enumerate() {
            let bytes = event::alone(event.len());
            if bytes <= link.most {
                fitting.push(at);
            } else {
                outcomes[at] = Some(Err(too_large(bytes, link.most)));
            }
        }
        let sizes: Vec<usize> = fitting.iter().map(|at| events[*at].len()).collect();
        let mut left = event::batches(&sizes, link.most);
        left.reverse();
        while let Some(range) = left.pop() {
            let chosen = fitting[range.clone()]
                .iter()
                .map(|at| events[*at].clone())
                .collect();
            let outcome = self.client.send(&link, chosen, self.deadline).await;
            match outcome {
                Err(failure) if failure.class == Class::Refused && range.len() > 1 => {
                    if !failure.clean {
                        // One of them ended the link, and none says which: each is tried again later.
                        return Err(Failure::new(Class::Transient, failure.answer));
                    }
                    // Nothing of a batch that is refused is stored. Halve it until the event is found.
                    let middle = range.start + range.len() / 2;
                    left.extend([middle..range.end, range.start..middle]);
                }
                Err(failure) if failure.class != Class::Refused => return Err(failure),
                outcome => {
                    let unclean = outcome.as_ref().is_err_and(|failure| !failure.clean);
                    for at in &fitting[range] {
                        outcomes[*at] = Some(outcome.clone());
                    }
                    if unclean {
                        self.client.spend();
                        return Err(Failure::new(Class::Transient, "the link ended"));
                    }
                }
            }
        }
        Ok(())
    }
}

fn too_large(bytes: usize, most: usize) -> Failure {
    let answer = format!("it has {bytes} bytes as an event, the hub takes at most {most}");
    Failure::new(Class::Refused, answer)
}

fn unknown() -> Failure {
    Failure::new(Class::Transient, "it was not sent")
}
