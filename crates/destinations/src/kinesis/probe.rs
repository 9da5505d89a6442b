//! What the credentials may do, asked so that no record is left in the stream.

use super::client::Connected;
use super::failure::{Class, Failure};
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;
use dispatcher::{Allowed, Permission};

/// One more than the last hash key there is. No shard takes a record with it, so nothing can be stored.
const IMPOSSIBLE: &str = "340282366920938463463374607431768211456";

/// What is asked about.
const NAMES: [&str; 3] = ["ListStreams", "PutRecord", "PutRecords"];

/// Whether records can be put.
pub(super) async fn check(client: &Connected) -> Result<(), Failure> {
    let failure = put_records(client).await;
    if failure.class == Class::Refused {
        Ok(())
    } else {
        Err(failure)
    }
}

/// Each permission by itself.
pub(super) async fn permissions(client: &Connected) -> Vec<Permission> {
    let listed = client.kinesis.list_streams().limit(1).send().await;
    let list = match listed.map_err(|error| Failure::of(&error)) {
        Ok(_) => Allowed::Yes,
        Err(failure) => by_failure(failure),
    };
    let one = client
        .kinesis
        .put_record()
        .set_stream_name(client.stream.name.clone())
        .set_stream_arn(client.stream.arn.clone())
        .partition_key("0")
        .explicit_hash_key(IMPOSSIBLE)
        .data(Blob::new(Vec::new()));
    let one = one
        .send()
        .await
        .map_or_else(|error| Failure::of(&error), |_| stored());
    let answers = [list, by_failure(one), by_failure(put_records(client).await)];
    let named = NAMES.into_iter().zip(answers);
    named
        .map(|(name, allowed)| Permission { name, allowed })
        .collect()
}

/// Nothing could be asked.
pub(super) fn none(failure: &Failure) -> Vec<Permission> {
    let permission = |name| Permission {
        name,
        allowed: Allowed::NotChecked(failure.answer.clone()),
    };
    NAMES.into_iter().map(permission).collect()
}

/// How a put that cannot succeed fails.
async fn put_records(client: &Connected) -> Failure {
    let record = PutRecordsRequestEntry::builder()
        .partition_key("0")
        .explicit_hash_key(IMPOSSIBLE)
        .data(Blob::new(Vec::new()))
        .build()
        .expect("a record with data can be built");
    let put = client
        .kinesis
        .put_records()
        .set_stream_name(client.stream.name.clone())
        .set_stream_arn(client.stream.arn.clone())
        .records(record);
    put.send()
        .await
        .map_or_else(|error| Failure::of(&error), |_| stored())
}

fn stored() -> Failure {
    Failure::new(Class::Transient, "a record that cannot be put was not refused")
}

/// The record itself is refused only where putting is allowed.
fn by_failure(failure: Failure) -> Allowed {
    match failure.class {
        Class::Refused if failure.answer.starts_with("InvalidArgument") => Allowed::Yes,
        Class::Credentials => Allowed::No(failure.answer),
        _ => Allowed::NotChecked(failure.answer),
    }
}
