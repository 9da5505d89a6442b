//! Decides: what a change makes of a profile's memberships, and which dataflows hear of it.
//!
//! What this crate is not: it loads and keeps nothing, reads no clock, and knows nothing of batches, stores or
//! wire formats. Everything it needs comes in as an argument; everything it decides goes out as a value.
//!
//! Start reading at [`advance()`]: it is the law of time for one profile. [`evaluate()`] makes one step, [`plan()`]
//! derives its exports, [`Rules`] is what both go by, [`State`] what they work on. [`oracle`] evaluates one predicate from
//! nothing, [`explain()`] tells part by part what it found, and [`audit()`] holds a profile to it.

mod absorb;
mod advance;
mod audit;
mod change;
mod cost;
mod evaluate;
pub mod explain;
mod flow;
mod network;
pub mod oracle;
mod plan;
mod room;
mod rules;
mod state;
mod tell;

pub use advance::{Decided, advance, catch_up};
pub use audit::{Audit, Difference, audit};
pub use change::{Arrival, Change, Effort, Step};
pub use cost::{Charge, Cost, Meter, Ticks, bytes};
pub use evaluate::evaluate;
pub use explain::explain;
pub use flow::{Flow, Mapped};
pub use plan::{Origin, plan};
pub use rules::{RuleError, Rules, Segment};
pub use state::{Depth, Few, State, Touched};
pub use tell::{Ask, tell, told_since};
