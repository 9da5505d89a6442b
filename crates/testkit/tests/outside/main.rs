//! The peers themselves: a test that trusts a peer must know that the peer does what it is told.

mod delivery;
mod kinesis;
