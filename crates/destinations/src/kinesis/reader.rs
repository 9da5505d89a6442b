//! Reads a stream, as any consumer would: for whoever wants to see what a destination put there. It needs the permissions
//! `ListShards`, `GetShardIterator` and `GetRecords`.

use super::client::{Clients, Connected};
use super::failure::{Class, Failure};
use super::settings::Settings;
use aws_sdk_kinesis::types::ShardIteratorType;
use dispatcher::Site;
use serde_json::Value;
use std::sync::Arc;

/// Follows all shards of a stream.
#[derive(Debug)]
pub struct Reader {
    connected: Arc<Connected>,
    shards: Vec<Position>,
}

/// How far one shard is read.
#[derive(Debug)]
struct Position {
    shard: String,
    /// What the next call names; `None` at the end of a shard that was split or merged.
    iterator: Option<String>,
}

/// Why a stream cannot be read. The words are those of the service, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no such stream.
    #[error("{0}")]
    NoStream(String),
    /// Nobody answers there.
    #[error("{0}")]
    NotReached(String),
    /// Anything else: settings, credentials, a call that failed.
    #[error("{0}")]
    Failed(String),
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        match failure.class {
            Class::Endpoint if failure.answer.starts_with("ResourceNotFound") => {
                Self::NoStream(failure.answer)
            }
            Class::Endpoint | Class::Transient => Self::NotReached(failure.answer),
            _ => Self::Failed(failure.answer),
        }
    }
}

impl Reader {
    /// Begins behind what is in the stream now. `settings` are those of a destination.
    pub async fn begin(settings: &Value, site: &Site) -> Result<Self, ReadError> {
        let settings =
            Settings::read(settings).map_err(|mistakes| ReadError::Failed(mistakes[0].to_string()))?;
        let connected = Clients::new(&settings, site).get().await?;
        let mut reader = Self {
            connected,
            shards: Vec::new(),
        };
        reader.find(ShardIteratorType::Latest).await?;
        Ok(reader)
    }

    /// What came since the last call, shard after shard, each in its order, up to the end that it has now. An error
    /// on the way is told by the next call, if it stays: what was read until then is not lost.
    pub async fn read(&mut self) -> Result<Vec<Vec<u8>>, ReadError> {
        let mut records = Vec::new();
        match self.read_into(&mut records).await {
            Err(error) if records.is_empty() => Err(error),
            _ => Ok(records),
        }
    }

    async fn read_into(&mut self, records: &mut Vec<Vec<u8>>) -> Result<(), ReadError> {
        let mut ended = false;
        for position in &mut self.shards {
            while let Some(iterator) = &position.iterator {
                let call = self.connected.kinesis.get_records().shard_iterator(iterator);
                let answer = call.send().await.map_err(|error| Failure::of(&error))?;
                let behind = answer.millis_behind_latest().unwrap_or_default() > 0;
                position.iterator = answer.next_shard_iterator;
                let some = !answer.records.is_empty();
                let data = answer.records.into_iter();
                records.extend(data.map(|record| record.data.into_inner()));
                ended |= position.iterator.is_none();
                if !some || !behind {
                    break;
                }
            }
        }
        if ended {
            // Its successors begin where it ended, and nothing of them was read yet.
            self.find(ShardIteratorType::TrimHorizon).await?;
        }
        Ok(())
    }

    /// Adds the shards that are not known yet.
    async fn find(&mut self, from: ShardIteratorType) -> Result<(), ReadError> {
        let (kinesis, stream) = (&self.connected.kinesis, &self.connected.stream);
        let mut next: Option<String> = None;
        loop {
            let ask = kinesis.list_shards();
            let ask = match next {
                // A token stands for the stream.
                Some(token) => ask.next_token(token),
                None => ask
                    .set_stream_name(stream.name.clone())
                    .set_stream_arn(stream.arn.clone()),
            };
            let answer = ask.send().await.map_err(|error| Failure::of(&error))?;
            for shard in answer.shards() {
                let shard = shard.shard_id();
                if self.shards.iter().any(|known| known.shard == shard) {
                    continue;
                }
                let asked = kinesis
                    .get_shard_iterator()
                    .set_stream_name(stream.name.clone())
                    .set_stream_arn(stream.arn.clone())
                    .shard_id(shard)
                    .shard_iterator_type(from.clone());
                let given = asked.send().await.map_err(|error| Failure::of(&error))?;
                self.shards.push(Position {
                    shard: shard.to_owned(),
                    iterator: given.shard_iterator,
                });
            }
            next = answer.next_token;
            if next.is_none() {
                return Ok(());
            }
        }
    }
}
