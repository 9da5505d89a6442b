//! What people decide: inlets, segments, destinations and dataflows, written in one YAML file.
//!
//! [`check()`] reads a file and says everything that is wrong with it, each thing with its line, its column and
//! what to do; it needs no server. [`change()`] holds what the file asks for against what is in force and says
//! what differs and what that does, or why it may not be done. [`Control`] does both on a running server, and its
//! worker runs the jobs that a change leaves behind.
//!
//! What this crate is not: it evaluates nothing, sends nothing and knows no HTTP. Start reading at
//! [`check()`]; then [`change()`]; then [`Control`].

mod change;
mod check;
mod desired;
mod expression;
mod jobs;
mod life;
mod meaning;
mod read;
mod report;
mod secrets;
mod server;
mod suggest;
#[cfg(test)]
mod testing;
mod yaml;

pub use change::{Change, Choices, Item, Offer, Refusal, Sign, User, change};
pub use check::{Checked, RETENTION, UNTYPED, check, check_segments};
pub use desired::{Desired, DesiredDataflow, DesiredSegment};
pub use expression::check_expression;
pub use ingest::JobAction;
pub use jobs::{JobView, Replay, Resend, ResendError, Scope, UpgradeState, metrics};
pub use life::LIFE;
pub use meaning::{Meaning, format_of, meaning};
pub use model::Secret;
pub use read::zone_named;
pub use report::{Diagnostic, Position, Report, Severity, Source, Span};
pub use secrets::{Reference, ReferenceError, SecretError, Secrets};
pub use server::{
    Asked, CheckView, Control, Denied, DestinationView, Error, Forbidden, JobRefusal, OpenInlet, Outcome,
    Parts, PermissionView, Stored, TestView, Verdict, Why, WhyError, Worker,
};
