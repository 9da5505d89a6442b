//! Which shard takes which partition key, so that a busy shard slows its own records only.

use super::client::Connected;
use super::failure::Failure;
use dispatcher::Part;
use md5::{Digest, Md5};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Records a second that Kinesis lets into a shard.
const PER_SECOND: u32 = 1000;

/// The map is not asked for more often than this, whatever happens.
const EVERY: Duration = Duration::from_mins(1);

/// The map of shards, once somebody needed it.
#[derive(Debug, Default)]
pub(super) struct Shards(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    map: Map,
    asked: Option<Instant>,
    /// A record went elsewhere than the map says: shards were split or merged.
    wrong: bool,
}

/// Open shards by the first of their hash keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Map(Vec<(u128, u32)>);

impl Map {
    /// The number of the shard that takes a key; `None` without a map.
    fn shard(&self, key: &str) -> Option<u32> {
        let hash = u128::from_be_bytes(Md5::digest(key.as_bytes()).into());
        let after = self.0.partition_point(|(first, _)| *first <= hash);
        after.checked_sub(1).map(|at| self.0[at].1)
    }
}

impl Shards {
    /// The shard of a key, if the map is known.
    pub(super) fn part(&self, key: &str) -> Option<Part> {
        let state = self.lock();
        state.map.shard(key).map(|number| Part {
            number,
            of: state.map.0.len() as u32,
            per_second: PER_SECOND,
        })
    }

    /// A record with this key went to this shard.
    pub(super) fn compare(&self, key: &str, shard: &str) {
        let mut state = self.lock();
        if let (Some(expected), Some(found)) = (state.map.shard(key), number(shard)) {
            state.wrong |= expected != found;
        }
    }

    /// Asks for the map, if it is not known or is wrong. Without an answer the stream has no parts for us.
    pub(super) async fn learn(&self, client: &Connected) {
        {
            let mut state = self.lock();
            let recent = state.asked.is_some_and(|asked| asked.elapsed() < EVERY);
            if recent || !(state.wrong || state.map.0.is_empty()) {
                return;
            }
            state.asked = Some(Instant::now());
        }
        let map = ask(client).await.unwrap_or_default();
        let mut state = self.lock();
        state.map = map;
        state.wrong = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The open shards, page by page.
async fn ask(client: &Connected) -> Result<Map, Failure> {
    let mut open = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let ask = client.kinesis.list_shards();
        let ask = match next {
            // A token stands for the stream.
            Some(token) => ask.next_token(token),
            None => ask
                .set_stream_name(client.stream.name.clone())
                .set_stream_arn(client.stream.arn.clone()),
        };
        let answer = ask.send().await.map_err(|error| Failure::of(&error))?;
        for shard in answer.shards() {
            let closed = shard
                .sequence_number_range()
                .is_some_and(|range| range.ending_sequence_number().is_some());
            let first = shard
                .hash_key_range()
                .and_then(|range| range.starting_hash_key().parse().ok());
            if let (false, Some(first), Some(number)) = (closed, first, number(shard.shard_id())) {
                open.push((first, number));
            }
        }
        next = answer.next_token().map(str::to_owned);
        if next.is_none() {
            open.sort_unstable();
            return Ok(Map(open));
        }
    }
}

/// `shardId-000000000012` as 12.
fn number(shard: &str) -> Option<u32> {
    shard.rsplit('-').next()?.parse().ok()
}

#[cfg(test)]
mod tests;
