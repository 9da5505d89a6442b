//! Outside streams for tests: programs of `tests/peers` that speak the real protocols and misbehave on request.
//!
//! Each is started on free ports of loopback and ends with the test that started it. They need Node and npm; their
//! packages are installed once, from the lock file, into the target folder. What is missing is said with the command
//! that brings it.

mod certificates;
mod event_hubs;
mod kinesis;
mod packages;
mod process;

pub use certificates::Authority;
pub use event_hubs::{Event, EventHubs, Namespace};
pub use kinesis::{Asked, Kinesis, Session, Stats, Stored};
pub use process::Process;
