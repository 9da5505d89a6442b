//! Power cuts and full disks, on file systems of their own. Needs root: `cargo test -p weir -p store --test disks --test power`.

#[path = "../common/mod.rs"]
mod common;

mod full;
mod mount;
mod power;
