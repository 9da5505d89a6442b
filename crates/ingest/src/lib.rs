//! Turns inputs into decisions: gather, resolve, load, evaluate, plan, commit.
//!
//! What this crate is not: it parses no wire format, sends nothing, and holds no rule about segments. It never
//! calls the dispatcher; what it decides reaches it through the store.
//!
//! Start reading at [`Ingest`], the loop, and [`Core`], what it does with one batch.

mod admission;
mod audit;
mod bulk;
mod cache;
mod close;
mod core;
mod cost;
mod crew;
mod handle;
mod input;
mod members;
pub mod metrics;
mod names;
mod options;
mod rehearsal;
mod resolve;
mod run;
mod tally;
mod time;
mod unit;
mod way;
mod work;
mod worked;

pub use crate::core::{Batch, Core};
pub use admission::{Permit, Refusal};
pub use audit::{Audited, Share};
pub use bulk::{JobAction, JobError, Page};
pub use cost::{Costs, SAMPLED, SegmentCost};
pub use crew::{Crew, CrewError};
pub use handle::{Handle, RedefineError, SubmitError};
pub use input::{Answer, Input, Item, Posted, Telling, What};
pub use options::{ClockMode, Options};
pub use rehearsal::{Rehearsal, RehearsalError, Rehearsed};
pub use run::Ingest;
pub use time::{ClockState, TrustedClock};
