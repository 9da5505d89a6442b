//! What the demo asks of its server as an administrator, over HTTP like anybody else.

use super::sink::Sink;
use crate::client::Client;
use anyhow::{Context, Result, bail, ensure};
use model::{Account, SegmentId};
use serde::Deserialize;
use serde_json::Value;

/// The definitions of the demo: those that the documentation explains.
pub(super) const PROGRAMME: &str = include_str!("../../../../docs/examples/loyalty.yaml");
const NAME: &str = "loyalty.yaml";

/// Asks one server.
pub(super) struct Admin {
    client: Client,
}

/// What the demo needs to know of what is in force.
#[derive(Debug)]
pub(super) struct Programme {
    /// Where messages are posted.
    pub(super) inlet: String,
    /// What an envelope says they belong to.
    pub(super) dataset: String,
    /// The mapped segments, id and name.
    pub(super) segments: Vec<(SegmentId, String)>,
}

/// What the server says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// Evaluation steps since it started.
    pub(super) steps: u64,
    /// Events that it had before, since it started.
    pub(super) duplicates: u64,
    /// The account of the one dataflow, over the life of the store.
    pub(super) account: Account,
}

#[derive(Deserialize)]
struct Dataflows {
    dataflows: Vec<Dataflow>,
}

#[derive(Deserialize)]
struct Dataflow {
    account: Account,
}

impl Admin {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Puts the programme in force, which sends to `sink`.
    pub(super) async fn apply(&self, sink: &Sink) -> Result<Programme> {
        let body = sink.programme(PROGRAMME)?.into_bytes();
        let (status, answer) = self
            .client
            .post("/api/definitions", &[("file", NAME)], body)
            .await?;
        match status {
            200 => self.programme().await,
            409 | 422 => bail!("{}", answer["text"].as_str().unwrap_or_default()),
            _ => bail!("{}", self.client.refusal(status, &answer)),
        }
    }

    /// Fails with the reasons if the server does not take messages.
    pub(super) async fn check_ready(&self) -> Result<()> {
        let (status, text) = self.client.get("/readyz").await?;
        if status == 200 {
            return Ok(());
        }
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let reasons = answer["reasons"].as_array().into_iter().flatten();
        let reason =
            |reason: &Value| format!("{} ({})", reason["detail"], reason["whatToDo"]).replace('"', "");
        bail!(
            "the server takes no messages: {}",
            reasons.map(reason).collect::<Vec<_>>().join("; ")
        )
    }

    /// Asks for what is shown beside what can be seen from outside.
    pub(super) async fn ask(&self) -> Result<Said> {
        let metrics = self.get("/metrics").await?;
        let Dataflows { dataflows } = serde_json::from_str(&self.get("/api/dataflows").await?)?;
        let dataflow = dataflows
            .into_iter()
            .next()
            .context("the server has lost its dataflow")?;
        Ok(Said {
            steps: metric(&metrics, ingest::metrics::STEPS, ""),
            duplicates: metric(&metrics, ingest::metrics::MESSAGES, "duplicate"),
            account: dataflow.account,
        })
    }

    async fn programme(&self) -> Result<Programme> {
        let all: Value = serde_json::from_str(&self.get("/api/definitions").await?)?;
        let all = &all["definitions"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = |id: &SegmentId| {
            let segments = all["segments"].as_array().into_iter().flatten();
            let found = segments.into_iter().find(|segment| segment["id"] == id.as_str());
            found.map_or_else(|| id.to_string(), |segment| text(&segment["name"]))
        };
        let mapped = all["dataflows"][0]["segments"].as_array().into_iter().flatten();
        let mapped = mapped.map(|id| Ok(SegmentId::new(id.as_str().unwrap_or_default())?));
        let mapped = mapped.collect::<Result<Vec<_>>>()?;
        Ok(Programme {
            inlet: text(&all["inlets"][0]["id"]),
            dataset: text(&all["inlets"][0]["dataset"]),
            segments: in_order(mapped)
                .into_iter()
                .map(|id| (id.clone(), name(&id)))
                .collect(),
        })
    }

    async fn get(&self, path: &str) -> Result<String> {
        let (status, text) = self.client.get(path).await?;
        ensure!(status == 200, "GET {path} was answered {status}: {text}");
        Ok(text)
    }
}

/// The order in which the file of definitions introduces them, which is that of a story.
fn in_order(mut segments: Vec<SegmentId>) -> Vec<SegmentId> {
    let introduced = |id: &SegmentId| PROGRAMME.find(&format!("- id: {id}\n")).unwrap_or(usize::MAX);
    segments.sort_by_key(introduced);
    segments
}

/// The sum of the counters of this name with `label` among their labels.
fn metric(text: &str, name: &str, label: &str) -> u64 {
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.rsplit_once(' '));
    let ours =
        lines.filter(|(labels, _)| (labels.is_empty() || labels.starts_with('{')) && labels.contains(label));
    ours.filter_map(|(_, value)| value.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests;
