//! The two streams: how to start a peer, how to send to it, and how to read it back.

use super::arrived::Arrived;
use crate::peer::Peer;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// The secrets of the server.
pub(crate) const SECRETS: &[(&str, &str)] = &[
    ("WEIR_SECRET_KINESIS", "bench-secret"),
    ("WEIR_SECRET_EVENT_HUBS", "bench-secret"),
];

/// The stream or hub.
const STREAM: &str = "bench";

/// The namespace of the peer.
pub(crate) const NAMESPACE: &str = "weir-test.servicebus.windows.net";

/// Exports in one answer of the peer.
const PAGE: usize = 20_000;

/// Which stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Amazon Kinesis.
    Kinesis,
    /// Azure Event Hubs.
    EventHubs,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kinesis => "Kinesis",
            Self::EventHubs => "Event Hubs",
        }
    }

    /// What has to be reached, exports a second.
    pub(crate) fn bar(self) -> f64 {
        match self {
            Self::Kinesis => 10_000.0,
            Self::EventHubs => 8_000.0,
        }
    }

    /// A peer with an empty stream, which accepts one key only.
    pub(crate) fn start(self, parts: u32) -> Result<Peer> {
        match self {
            Self::Kinesis => {
                let peer = Peer::start("kinesis.mjs", &[])?;
                peer.tell("/streams", &json!({"name": STREAM, "shards": parts}))?;
                peer.tell("/keys", &json!({"BENCH": {"secret": "bench-secret"}}))?;
                Ok(peer)
            }
            Self::EventHubs => {
                let peer = Peer::start("event_hubs.mjs", &["--host", NAMESPACE])?;
                peer.tell("/hubs", &json!({"name": STREAM, "partitions": parts}))?;
                peer.tell("/keys", &json!({"bench": {"key": "bench-secret"}}))?;
                Ok(peer)
            }
        }
    }

    /// The destination that sends to the peer.
    pub(crate) fn destination(self, peer: &Peer, concurrency: u32) -> Value {
        let endpoint = peer.endpoint();
        let (kind, settings) = match self {
            Self::Kinesis => (
                "kinesis",
                json!({
                    "stream": STREAM, "region": "us-east-1", "endpoint": endpoint,
                    "accessKeyId": "BENCH", "secretAccessKey": "env:WEIR_SECRET_KINESIS",
                }),
            ),
            Self::EventHubs => (
                "event_hubs",
                json!({
                    "namespace": NAMESPACE, "hub": STREAM, "endpoint": endpoint,
                    "sharedAccessKeyName": "bench", "sharedAccessKey": "env:WEIR_SECRET_EVENT_HUBS",
                }),
            ),
        };
        json!({"id": "stream", "kind": kind, "settings": settings, "limits": {"concurrency": concurrency}})
    }

    /// Everything in the stream: shard by shard or partition by partition, each in its order.
    pub(crate) fn read(self, peer: &Peer, parts: u32) -> Result<Vec<Arrived>> {
        let mut all = Vec::new();
        for part in 0..parts {
            let mut from = 0;
            loop {
                let path = match self {
                    Self::Kinesis => {
                        format!("/records?stream={STREAM}&shard=shardId-{part:012}&from={from}&limit={PAGE}")
                    }
                    Self::EventHubs => {
                        format!("/events?hub={STREAM}&partition={part}&from={from}&limit={PAGE}")
                    }
                };
                let page = peer.get(&path)?;
                let page = page.as_array().context("a page is a list")?;
                for one in page {
                    all.push(self.arrived(one)?);
                }
                from += page.len();
                if page.len() < PAGE {
                    break;
                }
            }
        }
        Ok(all)
    }

    fn arrived(self, one: &Value) -> Result<Arrived> {
        match self {
            Self::Kinesis => {
                let data: Value = serde_json::from_str(one["data"].as_str().unwrap_or_default())?;
                let arrived = Arrived::of(&data["_weir"])?;
                let key = &one["key"];
                ensure!(*key == arrived.profile, "{arrived:?} has the partition key {key}");
                Ok(arrived)
            }
            Self::EventHubs => Arrived::of(&one["properties"]),
        }
    }
}
