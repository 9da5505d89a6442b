//! What every kind of destination owes the dispatcher: each test loops over the registry. A new kind needs one
//! entry in `peer::of` and gets all of them.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod peer;
mod sample;
mod sends;
mod settings;
