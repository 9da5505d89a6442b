//! The only place that makes and reads stored bytes.

mod codec;
mod definitions;
mod event;
mod meta;
mod outbox;
mod part;
mod profile;
mod table;

pub(crate) use codec::whole;
pub(crate) use event::EVENTS;
pub(crate) use meta::{
    CANDIDATES, COUNTERS, DEAD_MESSAGES, DEFINITIONS, FORMAT, JOBS, MESSAGE_COUNTERS, META, RESTORED, UPGRADE,
};
pub(crate) use outbox::{
    CHAINS, Chain, DEAD_LETTERS, EXPORTS, FRESH, GRAVES, Head, LANES, PARKED, Queued, Ticket, Wait,
};
pub(crate) use profile::{ALIASES, FRAGMENTS, HISTORY, IDENTITIES, IDENTITY_LISTS, PROFILES, TIMERS};
pub(crate) use table::{Write, after, hex};

#[cfg(test)]
mod tests;
