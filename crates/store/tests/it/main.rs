//! Tests of the store through its public door, one module a behaviour.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod committer;
mod conformance;
mod convert;
mod crash;
mod dump;
mod folder;
mod jobs;
mod old_format;
mod outbox;
mod support;
