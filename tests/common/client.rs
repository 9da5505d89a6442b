//! A client that posts and asks.

use super::server::Server;
use serde_json::Value;
use std::time::Duration;

/// Speaks to one server.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    pub(crate) fn of(server: &Server) -> Self {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .expect("a client");
        Self {
            http,
            url: server.url.clone(),
            token: server.token.clone(),
        }
    }

    /// Posts lines to the batch path of `inlet`; gives for each whether it was answered as durable, or nothing if
    /// no answer came.
    pub(crate) async fn post_lines(&self, inlet: &str, lines: &[String]) -> Option<Vec<bool>> {
        let request = self.http.post(format!("{}/collection/batch/{inlet}", self.url));
        let answer = request
            .header("content-type", "application/x-ndjson")
            .body(lines.join("\n"))
            .send()
            .await
            .ok()?;
        if answer.status() != 207 {
            return None;
        }
        let answer: Value = answer.json().await.ok()?;
        let responses = answer["responses"]
            .as_array()
            .expect("a 207 has responses")
            .clone();
        assert_eq!(responses.len(), lines.len(), "one response a line");
        Some(responses.iter().map(|r| r.get("statusCode").is_none()).collect())
    }

    /// Gets an admin route as JSON.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "GET {path}: {status}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Gets any route as status and text.
    pub(crate) async fn get_text(&self, path: &str) -> (u16, String) {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }

    /// The account of a dataflow.
    pub(crate) async fn account(&self, dataflow: &str) -> Value {
        let all = self.get("/api/dataflows").await;
        let flows = all["dataflows"].as_array().expect("a list of dataflows");
        let found = flows.iter().find(|flow| flow["id"] == dataflow);
        found.unwrap_or_else(|| panic!("no dataflow {dataflow} in {all}"))["account"].clone()
    }

    /// Waits until a dataflow has nothing pending and no timer is left that is due soon.
    pub(crate) async fn drained(&self, dataflow: &str) -> Value {
        let mut account = Value::Null;
        for _ in 0..1200 {
            account = self.account(dataflow).await;
            if account["pending"] == 0 {
                return account;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("dataflow {dataflow} does not drain: {account}");
    }
}
