//! Event Hubs against a namespace that speaks the real protocol and misbehaves on request.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod credentials;
mod faults;
mod partitions;
mod rate;
mod rig;
#[path = "../contract/sample.rs"]
mod sample;
mod secrecy;
