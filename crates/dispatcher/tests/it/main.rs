//! The dispatcher over the store's memory engine, under paused time, against a destination with a script.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod account;
mod bounds;
mod breaker;
mod definitions;
mod failures;
mod fake;
mod harness;
mod isolation;
mod limits;
mod order;
mod retries;
mod stop;
mod throttle;
