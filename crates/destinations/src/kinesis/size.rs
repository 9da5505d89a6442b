//! How large a record may be: 1 MiB, or what the stream says.

use super::client::Connected;
use super::failure::{Class, Failure};
use aws_sdk_kinesis::types::StreamDescriptionSummary;
use dispatcher::Verdict;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What every stream takes, partition key included.
const ALWAYS: usize = 1 << 20;

/// What no stream takes more than.
pub(super) const MOST: usize = 10 << 20;

/// What a stream said is believed for this long: its owner can raise it.
const BELIEVED: Duration = Duration::from_mins(1);

/// What is known of the stream's maximum.
#[derive(Debug, Default)]
pub(super) struct Sizes(Mutex<Option<(usize, Instant)>>);

impl Sizes {
    /// Whether a record of so many bytes may be sent. The stream is asked only about records that not every stream
    /// takes; if it does not say, it takes no more than all do.
    pub(super) async fn check(&self, client: &Connected, bytes: usize) -> Result<(), Verdict> {
        if bytes <= ALWAYS {
            return Ok(());
        }
        let most = match self.known() {
            Some(most) if bytes <= most => most,
            Some(most) if !self.is_stale() => most,
            _ => self.ask(client).await.map_err(|failure| failure.verdict())?,
        };
        if bytes <= most {
            return Ok(());
        }
        let answer =
            format!("the stream takes records of at most {most} bytes, key included; this one has {bytes}");
        Err(Verdict::Refused { answer })
    }

    async fn ask(&self, client: &Connected) -> Result<usize, Failure> {
        let ask = client
            .kinesis
            .describe_stream_summary()
            .set_stream_name(client.stream.name.clone())
            .set_stream_arn(client.stream.arn.clone());
        let most = match ask.send().await.map_err(|error| Failure::of(&error)) {
            Ok(answer) => {
                let said = answer
                    .stream_description_summary()
                    .and_then(StreamDescriptionSummary::max_record_size_in_kib);
                said.and_then(|kib| usize::try_from(kib).ok())
                    .map_or(ALWAYS, |kib| kib << 10)
            }
            // It may not be asked, and puts may still be allowed.
            Err(failure) if matches!(failure.class, Class::Credentials | Class::Refused) => ALWAYS,
            Err(failure) => return Err(failure),
        };
        let most = most.clamp(ALWAYS, MOST);
        *self.lock() = Some((most, Instant::now()));
        Ok(most)
    }

    fn known(&self) -> Option<usize> {
        self.lock().map(|(most, _)| most)
    }

    fn is_stale(&self) -> bool {
        self.lock().is_none_or(|(_, since)| since.elapsed() > BELIEVED)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(usize, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
