//! The peers themselves: a test that trusts a peer must know that the peer does what it is told.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod delivery;
mod kinesis;
mod sign_in;
