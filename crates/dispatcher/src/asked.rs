//! What people ask of a destination: whether it could be written to, what its credentials may do, and whether a test
//! record arrives. Breaker and account know nothing of it.

use crate::connection::Connection;
use crate::deliver::guarded;
use crate::{Dispatcher, Permission, Rendered, Verdict, render};
use model::{
    Class, DataflowId, DataflowNo, DestinationId, Export, ExportId, Lane, ProfileId, Revision, Timestamp,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a destination answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// As the definitions call it.
    pub kind: String,
    /// Why it could not be written to now; `None` if it could.
    pub problem: Option<String>,
    /// What the credentials may do, each permission by itself; empty where there is no such thing, or it could not be
    /// asked.
    pub permissions: Vec<Permission>,
}

/// What became of a test record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// As the definitions call it.
    pub kind: String,
    /// The id that the record bears.
    pub id: ExportId,
    /// What the destination said.
    pub verdict: Verdict,
}

impl Dispatcher {
    /// Asks a destination, and leaves no record in it; `None` if there is none with this id.
    pub async fn check(&self, id: &DestinationId) -> Option<Checked> {
        let (definition, connection) = self.destination(id)?;
        let kind = definition.kind;
        let destination = match connection {
            Ok(connection) => Arc::clone(&connection.destination),
            Err(why) => {
                return Some(Checked {
                    kind,
                    problem: Some(why),
                    permissions: Vec::new(),
                });
            }
        };
        let most = destination.timeout();
        let late = || format!("no answer within {most:?}");
        let checked = tokio::time::timeout(most, destination.check()).await;
        let problem = checked.map_or_else(|_| Some(late()), |checked| checked.err().map(|error| error.why));
        let permissions = tokio::time::timeout(most, destination.permissions()).await;
        Some(Checked {
            kind,
            problem,
            permissions: permissions.unwrap_or_default(),
        })
    }

    /// Sends a record that says it is a test: its `_weir` has `test`. `None` if there is no destination with this id.
    pub async fn test(&self, id: &DestinationId, now: Timestamp) -> Option<Tested> {
        let (definition, connection) = self.destination(id)?;
        let record = test_record(id, now);
        let record_id = record.id.clone();
        let verdict = match connection {
            Ok(connection) => send(&connection, record).await,
            Err(answer) => Verdict::Endpoint { answer },
        };
        Some(Tested {
            kind: definition.kind,
            id: record_id,
            verdict,
        })
    }
}

async fn send(connection: &Connection, record: Rendered) -> Verdict {
    connection.limiter.take(1, record.body.len()).await;
    let sent = guarded(Arc::clone(&connection.destination), vec![record]).await;
    let verdict = sent.map(|verdicts| verdicts.into_iter().next());
    match verdict {
        Ok(Some(verdict)) => verdict,
        Ok(None) => Verdict::Transient {
            answer: "no answer for this record".to_owned(),
        },
        Err(answer) => Verdict::Transient { answer },
    }
}

/// A message in the form of all others, of nobody (no profile has the number 0) and of no dataflow, whose `_weir` and
/// whose properties begin with `test`. Each has an id of its own.
fn test_record(destination: &DestinationId, now: Timestamp) -> Rendered {
    let name = format!("test of {destination}");
    let export = Export {
        dataflow: DataflowId::new("weir-test").expect("it is a good id"),
        lane: Lane {
            dataflow: DataflowNo(0),
            class: Class::Live,
        },
        profile: ProfileId::from_bits(0),
        revision: Revision(now.millis().unsigned_abs()),
        causes: Vec::new(),
        transitions: Vec::new(),
        merged: Vec::new(),
        emitted_at: now,
        attributes: Vec::new(),
        memberships: Vec::new(),
        identities: BTreeMap::new(),
        envelope: true,
    };
    let mut record = render(&export, true).expect("a message without attributes can be rendered");
    let marked = format!(r#"{{"_weir":{{"test":"{name}","#);
    record.body.splice(..br#"{"_weir":{"#.len(), marked.into_bytes());
    record.properties.insert(0, ("test", name));
    record
}

#[cfg(test)]
mod tests;
