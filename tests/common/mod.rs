//! What the end-to-end tests share: a real `weir serve`, a client, and the reading of what it delivered.

#![expect(dead_code, reason = "each test binary uses its part")]

pub mod client;
pub mod exports;
pub mod load;
pub mod native;
pub mod server;
