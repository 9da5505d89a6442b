//! Sends what the outbox holds: claims due exports, renders them to JSON, makes calls to destinations, and
//! settles what became of each.
//!
//! What this crate is not: it decides no export (`evaluator::plan`), knows no outside stream (`destinations`
//! implements [`Destination`]), and writes nothing by itself (the store does, when told the outcome).
//!
//! Start reading at [`Dispatcher`]; then `lane` (claim), `deliver` (send, judge, settle), `policy` (what a
//! verdict means), `breaker`, and [`render()`] (the bytes).

mod asked;
mod breaker;
mod call;
mod connection;
mod deliver;
mod destination;
mod dispatcher;
mod envelope;
mod flow;
mod keeper;
mod kind;
mod lane;
mod latency;
mod limiter;
pub mod metrics;
mod pace;
mod policy;
mod render;
mod retry;
mod room;
mod settings;
mod site;

pub use asked::{Checked, Tested};
pub use breaker::BreakerView;
pub use destination::{Allowed, BatchLimits, CheckError, Destination, Part, Permission, Verdict};
pub use dispatcher::{Dispatcher, Parts};
pub use flow::DataflowView;
pub use kind::{Kind, Registry};
pub use latency::Percentiles;
pub use render::{RenderError, Rendered, render};
pub use retry::Retry;
pub use settings::{Fields, INLINE_SECRET, SettingsError};
pub use site::{ResolveSecret, Site, SyncFile};
