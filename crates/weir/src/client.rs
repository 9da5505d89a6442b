//! Speaks to a running server as its administrator.

use crate::folder;
use crate::settings::Where;
use anyhow::{Context, Result, bail};
use clap::Args;
use control::Secret;
use reqwest::Response;
use serde_json::Value;
use std::time::Duration;

/// Which server.
#[derive(Debug, Args)]
pub(crate) struct Server {
    /// The server, such as `http://127.0.0.1:8080` [default: the one that runs on the data folder].
    #[arg(long = "server", value_name = "URL")]
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) place: Where,
    /// The admin token, where the data folder is not at hand.
    #[arg(long, value_name = "TOKEN", env = "WEIR_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// Asks one server.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: Secret,
}

/// Beyond any apply: a file of 10,000 segments takes seconds.
const PATIENCE: Duration = Duration::from_mins(2);

impl Client {
    /// Finds the address and the token of a server.
    pub(crate) fn of(server: &Server) -> Result<Self> {
        let data = || Ok::<_, anyhow::Error>(server.place.settings()?.data);
        let url = match &server.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", folder::read_address(&data()?)?),
        };
        if url.starts_with("https://") {
            bail!("{url}: https is not built into this command yet; run it on the machine of the server");
        }
        let token = match &server.token {
            Some(token) => Secret::new(token.trim()),
            None => folder::read_token(&data()?)?,
        };
        Self::at(url, token)
    }

    /// Speaks to the server at `url` (without a slash at its end) with its admin token.
    pub(crate) fn at(url: String, token: Secret) -> Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .no_proxy()
            .build()
            .context("cannot make a client")?;
        Ok(Self { http, url, token })
    }

    /// Gets a route; gives the status and the text of the answer.
    pub(crate) async fn get(&self, path: &str) -> Result<(u16, String)> {
        let request = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(self.token.expose());
        let answer = request
            .send()
            .await
            .with_context(|| format!("the server at {} does not answer", self.url))?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.context("the answer broke off")?))
    }

    /// Gets a route whose answer may be large and take as long as it likes: its body comes in parts.
    pub(crate) async fn open(&self, path: &str) -> Result<Response> {
        let request = self.http.get(format!("{}{path}", self.url));
        let request = request.timeout(Duration::MAX).bearer_auth(self.token.expose());
        let silent = || format!("the server at {} does not answer", self.url);
        let answer = tokio::time::timeout(PATIENCE, request.send()).await;
        let answer = answer.with_context(silent)?.with_context(silent)?;
        let status = answer.status().as_u16();
        if status == 200 {
            return Ok(answer);
        }
        let text = answer.text().await.context("the answer broke off")?;
        let json = serde_json::from_str(&text).unwrap_or_default();
        bail!("{}", self.refusal(status, &json))
    }

    /// Gets a route with parameters; gives the status and the JSON of the answer.
    pub(crate) async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<(u16, Value)> {
        let url = reqwest::Url::parse_with_params(&format!("{}{path}", self.url), query)
            .with_context(|| format!("{} is no URL of a server", self.url))?;
        self.answered(self.http.get(url)).await
    }

    /// Posts a body to a route; gives the status and the JSON of the answer.
    pub(crate) async fn post(
        &self,
        path: &str,
        query: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<(u16, Value)> {
        let url = reqwest::Url::parse_with_params(&format!("{}{path}", self.url), query)
            .with_context(|| format!("{} is no URL of a server", self.url))?;
        self.answered(self.http.post(url).body(body)).await
    }

    async fn answered(&self, request: reqwest::RequestBuilder) -> Result<(u16, Value)> {
        let request = request.bearer_auth(self.token.expose());
        let answer = request
            .send()
            .await
            .with_context(|| format!("the server at {} does not answer", self.url))?;
        let status = answer.status().as_u16();
        let text = answer.text().await.context("the answer broke off")?;
        let json = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} answered {status} and no JSON: it may not be a Weir server",
                self.url
            )
        })?;
        Ok((status, json))
    }

    /// What a server said that did not do what it was asked for.
    pub(crate) fn refusal(&self, status: u16, answer: &Value) -> String {
        let text = |member: &str| answer[member].as_str().unwrap_or_default().to_owned();
        format!(
            "the server at {} answered {status}: {} ({})",
            self.url,
            text("detail"),
            text("whatToDo")
        )
    }
}
