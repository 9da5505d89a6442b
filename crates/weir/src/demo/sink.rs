//! Where the demo sends its exports: into files, or into a Kinesis stream that the user has.

use crate::settings::Flag;
use anyhow::{Context, Result, anyhow};
use clap::Args;
use destinations::kinesis::{ReadError, Reader};
use dispatcher::Site;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A Kinesis stream, if one is named.
#[derive(Debug, Args)]
pub(super) struct SinkArgs {
    /// Send the exports to a Kinesis that answers here (`http://127.0.0.1:4567`) and read them back from it; default:
    /// files.
    #[arg(long, value_name = "URL", requires = "stream")]
    kinesis_endpoint: Option<String>,
    /// The stream to send to, which is there already.
    #[arg(long, value_name = "NAME", requires = "kinesis_endpoint")]
    stream: Option<String>,
    /// The region that requests name.
    #[arg(long, value_name = "REGION", default_value = "us-east-1", env = "AWS_REGION")]
    region: String,
    /// The access key; a Kinesis of one's own takes any.
    #[arg(
        long,
        value_name = "ID",
        default_value = "weir-demo",
        env = "AWS_ACCESS_KEY_ID"
    )]
    access_key_id: String,
    /// Its secret.
    #[arg(
        long,
        value_name = "KEY",
        default_value = "weir-demo",
        env = "AWS_SECRET_ACCESS_KEY",
        hide_env_values = true,
        hide_default_value = true
    )]
    secret_access_key: String,
}

/// Where exports go.
#[derive(Clone, Debug)]
pub(super) enum Sink {
    Files,
    Stream(Stream),
}

/// A stream, and how to write to it.
#[derive(Clone)]
pub(super) struct Stream {
    endpoint: String,
    name: String,
    region: String,
    /// As the definitions have them.
    settings: Value,
    key: model::Secret,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

/// The file of the secret, below [`secrets`].
const KEY: &str = "kinesis-key";

/// The folder of secrets in the data folder.
fn secrets(data: &Path) -> PathBuf {
    data.join("secrets")
}

impl SinkArgs {
    pub(super) fn sink(&self) -> Sink {
        let (Some(endpoint), Some(name)) = (&self.kinesis_endpoint, &self.stream) else {
            return Sink::Files;
        };
        Sink::Stream(Stream {
            endpoint: endpoint.clone(),
            name: name.clone(),
            region: self.region.clone(),
            settings: json!({
                "stream": name,
                "region": self.region,
                "endpoint": endpoint,
                "accessKeyId": self.access_key_id,
                "secretAccessKey": format!("file:{KEY}"),
            }),
            key: model::Secret::new(&self.secret_access_key),
        })
    }
}

impl Sink {
    /// What the server needs to be told beyond what it needs for files.
    pub(super) fn flags(&self, data: &Path) -> Vec<Flag> {
        let flag = |key: &str, value: String| (key.to_owned(), value, "--kinesis-endpoint".to_owned());
        match self {
            Self::Files => Vec::new(),
            Self::Stream(_) => vec![
                flag("delivery.endpoints", "true".to_owned()),
                flag("server.secrets_dir", secrets(data).display().to_string()),
            ],
        }
    }

    /// How `weir serve` goes on with the data.
    pub(super) fn serve(&self, data: &Path) -> String {
        let flags = self.flags(data).into_iter();
        let flags = flags.map(|(key, value, _)| format!(" --set {key}={value}"));
        format!(
            "weir serve --data {}{}",
            data.display(),
            flags.collect::<String>()
        )
    }

    /// The programme with this destination instead of that of the file.
    pub(super) fn programme(&self, file: &str) -> Result<String> {
        let Self::Stream(stream) = self else {
            return Ok(file.to_owned());
        };
        let cut = || anyhow!("the programme has no destination to replace");
        let (rules, rest) = file.split_once("\ndestinations:\n").ok_or_else(cut)?;
        let (_, dataflows) = rest.split_once("\ndataflows:\n").ok_or_else(cut)?;
        let dataflows = dataflows
            .replace("name: Loyalty to files", "name: Loyalty to Kinesis")
            .replace("destination: files", "destination: stream");
        // JSON is YAML.
        let destination =
            json!({"id": "stream", "kind": "kinesis", "name": "Kinesis", "settings": stream.settings});
        Ok(format!(
            "{rules}\ndestinations:\n  - {destination}\n\ndataflows:\n{dataflows}"
        ))
    }
}

impl Stream {
    /// For people.
    pub(super) fn shown(&self) -> String {
        format!("stream {} at {}", self.name, self.endpoint)
    }

    /// Puts the secret where the server finds it.
    pub(super) fn keep_secret(&self, data: &Path) -> Result<()> {
        let folder = secrets(data);
        crate::folder::make(&folder)?;
        let path = folder.join(KEY);
        let mut options = fs::OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path);
        file.and_then(|mut file| file.write_all(self.key.expose().as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// Begins to read behind what is in the stream; the first to find out whether there is one.
    pub(super) async fn read(&self) -> Result<Reader> {
        let key = self.key.clone();
        let site = Site {
            secrets: Arc::new(move |_| Ok(key.clone())),
            endpoints: true,
            ..Site::new("")
        };
        let Self {
            endpoint,
            name,
            region,
            ..
        } = self;
        Reader::begin(&self.settings, &site).await.map_err(|error| match error {
            ReadError::NoStream(_) => anyhow!(
                "there is no stream {name} at {endpoint}; make it first, such as with\n  \
                 aws --endpoint-url {endpoint} --region {region} kinesis create-stream --stream-name {name} --shard-count 4"
            ),
            ReadError::NotReached(why) => anyhow!(
                "no Kinesis answers at {endpoint} ({why}): start one there, or name another with --kinesis-endpoint; \
                 docs/kinesis.md says how to have one on this machine"
            ),
            ReadError::Failed(why) => anyhow!(
                "the stream {name} at {endpoint} cannot be used: {why}\n\
                 The credentials are --access-key-id and --secret-access-key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; \
                 the region is --region, or AWS_REGION"
            ),
        })
    }
}

#[cfg(test)]
mod tests;
