//! Posts what the shoppers do to the server, over HTTP, at a steady rate.

use super::admin::Programme;
use super::board::{Answer, Board};
use super::shop::{Message, Shop};
use anyhow::{Context, Result, bail};
use model::{Clock, SystemClock};
use reqwest::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// Connections that post at the same time; each has shoppers of its own.
pub(super) const LANES: u64 = 4;
/// What has come up meanwhile is posted this often.
const BEAT: Duration = Duration::from_millis(50);
/// The most in one request; what a lane owes beyond that is never posted.
const MOST: usize = 2000;
/// With every so many beats, one message is posted singly, in an envelope.
const SINGLE_EVERY: u64 = 6;
/// Beyond any answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// When the server had no room and did not say when it will.
const NO_ROOM: Duration = Duration::from_secs(1);

const NDJSON: &str = "application/x-ndjson";
const JSON: &str = "application/json";

/// One connection.
pub(super) struct Lane {
    http: reqwest::Client,
    one: String,
    batch: String,
    dataset: String,
    shop: Shop,
    /// Messages a second.
    rate: f64,
    board: Arc<Board>,
}

/// 207.
#[derive(Deserialize)]
struct Batch {
    responses: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    /// Only of what was refused.
    status_code: Option<u16>,
}

impl Lane {
    /// Posts for `shop` to the server at `url`, at `rate` messages a second.
    pub(super) fn new(
        url: &str,
        programme: &Programme,
        shop: Shop,
        rate: f64,
        board: Arc<Board>,
    ) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .build()
            .context("cannot make a client")?;
        Ok(Self {
            http,
            one: format!("{url}/collection/{}", programme.inlet),
            batch: format!("{url}/collection/batch/{}", programme.inlet),
            dataset: programme.dataset.clone(),
            shop,
            rate,
            board,
        })
    }

    /// Posts until `stop`; the request on its way then is answered first.
    pub(super) async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (mut last, mut owed) = (Instant::now(), 0.0);
        for n in 0_u64.. {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = beat.tick() => {}
            }
            let now = Instant::now();
            owed += self.rate * now.duration_since(last).as_secs_f64();
            last = now;
            let count = (owed as usize).min(MOST);
            owed = (owed - count as f64).min(1.0);
            let mut messages = self.shop.messages(count, SystemClock.now());
            if n.is_multiple_of(SINGLE_EVERY)
                && let Some(single) = messages.pop_if(|message| !message.names.is_empty())
            {
                self.post_single(single, &stop).await?;
            }
            if !messages.is_empty() {
                self.post_batch(&messages, &stop).await?;
            }
        }
        Ok(())
    }

    /// One message in Adobe's envelope.
    async fn post_single(&self, message: Message, stop: &CancellationToken) -> Result<()> {
        let entity = RawValue::from_string(message.json.clone())?;
        let schema = serde_json::json!({
            "id": "https://ns.example.test/weir/schemas/shop",
            "contentType": "application/vnd.adobe.xed-full+json;version=1",
        });
        let envelope = Envelope {
            header: serde_json::json!({"schemaRef": schema, "datasetId": self.dataset, "flowId": "weir-demo"}),
            body: Body {
                xdm_meta: serde_json::json!({"schemaRef": schema}),
                xdm_entity: &entity,
            },
        };
        let body = serde_json::to_string(&envelope)?;
        let read = async |answer: Response| match answer.status().as_u16() {
            200 => Ok(Answer { accepted: 1, bad: 0 }),
            status => bail!(
                "a message was answered {status}: {}",
                answer.text().await.unwrap_or_default()
            ),
        };
        self.post(&self.one, JSON, body, &[message], stop, read).await
    }

    /// Many messages, one a line.
    async fn post_batch(&self, messages: &[Message], stop: &CancellationToken) -> Result<()> {
        let body = messages
            .iter()
            .flat_map(|message| [message.json.as_str(), "\n"])
            .collect();
        let read = async |answer: Response| match answer.status().as_u16() {
            207 => {
                let batch: Batch = answer
                    .json()
                    .await
                    .context("the answer to a batch cannot be read")?;
                let bad = batch
                    .responses
                    .iter()
                    .filter(|entry| entry.status_code.is_some())
                    .count() as u64;
                Ok(Answer {
                    accepted: batch.responses.len() as u64 - bad,
                    bad,
                })
            }
            status => bail!(
                "a batch was answered {status}: {}",
                answer.text().await.unwrap_or_default()
            ),
        };
        self.post(&self.batch, NDJSON, body, messages, stop, read).await
    }

    /// Posts until the server has room for it.
    async fn post(
        &self,
        url: &str,
        content_type: &str,
        body: String,
        messages: &[Message],
        stop: &CancellationToken,
        read: impl AsyncFn(Response) -> Result<Answer>,
    ) -> Result<()> {
        let mut names: Vec<&str> = messages
            .iter()
            .flat_map(|message| &message.names)
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        loop {
            let sent = self.board.sent(&names, SystemClock.now());
            let request = self
                .http
                .post(url)
                .header("content-type", content_type)
                .body(body.clone());
            let answer = request.send().await.context("the server does not answer")?;
            if answer.status() != 503 {
                let answer = read(answer).await?;
                self.board.answered(&names, sent, answer, SystemClock.now());
                return Ok(());
            }
            self.board.busy(&names, sent, SystemClock.now());
            let told = answer
                .headers()
                .get("retry-after")
                .and_then(|wait| wait.to_str().ok()?.parse().ok());
            tokio::select! {
                () = tokio::time::sleep(told.map_or(NO_ROOM, Duration::from_secs)) => {}
                () = stop.cancelled() => return Ok(()),
            }
        }
    }
}

#[derive(serde::Serialize)]
struct Envelope<'a> {
    header: serde_json::Value,
    body: Body<'a>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    xdm_meta: serde_json::Value,
    xdm_entity: &'a RawValue,
}
