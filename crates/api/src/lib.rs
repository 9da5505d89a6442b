//! The HTTP side of Weir: parses requests, calls the crates that know, renders answers.
//!
//! What this crate is not: it holds no rule. What a message may say is `xdm`'s, what definitions may say is
//! `control`'s, what becomes of a message is `ingest`'s, and what is kept is the `store`'s.
//!
//! Start reading at [`router()`]; then `collection` (messages come in), `profiles` (people are looked up) and
//! `definitions` (rules change).

mod access;
mod backup;
mod catalogue;
mod collection;
mod dataflows;
mod dead;
mod definitions;
mod destinations;
mod inlets;
mod jobs;
mod letters;
mod metrics;
mod problem;
mod profiles;
mod query;
mod readiness;
mod reading;
mod router;
mod segments;
mod state;
mod status;

pub use access::Hosts;
pub use collection::{MAX_BATCH_BYTES, MAX_BATCH_MESSAGES};
pub use dataflows::{Breaker, Latency, Sending};
pub use router::router;
pub use state::{Api, Render};
