//! What the end-to-end tests share: a real `weir serve`, a client, and the reading of what it delivered.

pub(crate) mod client;
pub(crate) mod exports;
pub(crate) mod load;
pub(crate) mod native;
pub(crate) mod server;
