//! What people ask about destinations.

use super::Control;
use dispatcher::{Allowed, Checked, Permission, Tested};
use model::DestinationId;
use serde::Serialize;

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DestinationView {
    /// Its id.
    pub id: DestinationId,
    /// What people call it.
    pub name: String,
    /// Its kind: `kinesis`.
    pub kind: String,
}

/// Whether a destination could be written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckView {
    /// Which.
    pub destination: DestinationId,
    /// Its kind.
    pub kind: String,
    /// Whether it could be written to now.
    pub usable: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// What the credentials may do, each by itself.
    pub permissions: Vec<PermissionView>,
}

/// One permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PermissionView {
    /// As the destination calls it: `PutRecords`.
    pub name: &'static str,
    /// `allowed`, `refused` or `notChecked`.
    pub answer: &'static str,
    /// What the destination said, unless it is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// What became of a test record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestView {
    /// Which destination.
    pub destination: DestinationId,
    /// Its kind.
    pub kind: String,
    /// The id in the record.
    pub id: String,
    /// `delivered`, `refused`, `transient`, `throttled` or `endpoint`.
    pub verdict: &'static str,
    /// What the destination said; empty for delivered.
    pub answer: String,
}

impl Control {
    /// The destinations in force.
    pub fn destinations(&self) -> Result<Vec<DestinationView>, store::Error> {
        let defined = self.shared.store.definitions()?.destinations.into_iter();
        let view = |one: model::DestinationDefinition| DestinationView {
            id: one.id,
            name: one.name,
            kind: one.kind,
        };
        Ok(defined.map(view).collect())
    }

    /// Asks a destination whether it could be written to, and leaves no record in it; `None` without such a destination.
    pub async fn check_destination(&self, id: &DestinationId) -> Option<CheckView> {
        let Checked {
            kind,
            problem,
            permissions,
        } = self.shared.dispatcher.check(id).await?;
        Some(CheckView {
            destination: id.clone(),
            kind,
            usable: problem.is_none(),
            problem,
            permissions: permissions.into_iter().map(permission).collect(),
        })
    }

    /// Sends a record that is marked as a test; `None` without such a destination.
    pub async fn test_destination(&self, id: &DestinationId) -> Option<TestView> {
        let now = self.shared.clock.now();
        let Tested {
            kind,
            id: record,
            verdict,
        } = self.shared.dispatcher.test(id, now).await?;
        Some(TestView {
            destination: id.clone(),
            kind,
            id: record.to_string(),
            verdict: verdict.class(),
            answer: verdict.answer().to_owned(),
        })
    }
}

fn permission(permission: Permission) -> PermissionView {
    let (answer, said) = match permission.allowed {
        Allowed::Yes => ("allowed", None),
        Allowed::No(said) => ("refused", Some(said)),
        Allowed::NotChecked(said) => ("notChecked", Some(said)),
    };
    PermissionView {
        name: permission.name,
        answer,
        said,
    }
}
