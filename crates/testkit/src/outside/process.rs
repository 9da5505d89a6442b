//! A peer as a program, and its control API.

use super::packages;
use reqwest::{Client, Method};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::spawn_blocking;

/// How long a start may take on a busy machine, installation apart.
const START: Duration = Duration::from_mins(1);

/// A running peer. Dropping it kills it; it also ends by itself when its standard input does, so that it does not
/// outlive a test that was killed. Everything here panics with a sentence if it cannot be done.
#[derive(Debug)]
pub struct Process {
    /// The line of JSON it printed when it was ready.
    pub ready: Value,
    /// Its process id, for those who measure.
    pub id: u32,
    control: String,
    client: Client,
    _child: Child,
}

impl Process {
    /// Starts `tests/peers/<script>` and waits until it listens.
    pub async fn start(script: &str, arguments: &[&str]) -> Self {
        let folder = spawn_blocking(|| packages::folder(&packages::scripts())).await;
        let folder = folder.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        let mut child = Command::new("node")
            .arg(packages::scripts().join(script))
            .arg("--modules")
            .arg(folder)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("the test peers need Node 20 ({error}): apt-get install nodejs npm")
            });
        let id = child.id().expect("a program that was just started has an id");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let line = tokio::time::timeout(START, lines.next_line()).await;
        let Ok(Ok(Some(line))) = line else {
            panic!("{script} did not start: {line:?}; what it said is above");
        };
        let ready: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{script} said {line:?}: {error}"));
        let control = ready["control"]
            .as_str()
            .expect("a peer has a control API")
            .to_owned();
        Self {
            ready,
            id,
            control,
            client: Client::new(),
            _child: child,
        }
    }

    /// A text of the line it printed, `endpoint` for one.
    pub fn told(&self, name: &str) -> &str {
        let text = self.ready[name].as_str();
        text.unwrap_or_else(|| panic!("the peer did not tell its {name}: {}", self.ready))
    }

    /// Asks the control API for what is at `path`, query included.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        self.ask(Method::GET, path, None).await
    }

    /// Tells the control API something.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> T {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&Value>) -> T {
        let url = format!("{}{path}", self.control);
        let mut request = self.client.request(method, &url);
        if let Some(body) = body {
            request = request.json(body);
        }
        let failed = |error: reqwest::Error| -> ! { panic!("{url}: {error}") };
        let response = request.send().await.unwrap_or_else(|error| failed(error));
        let status = response.status();
        let text = response.text().await.unwrap_or_else(|error| failed(error));
        assert!(status.is_success(), "{url}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}"))
    }
}
