//! The routes, driven in process over the real ingest loop and a store in memory. One module a subject.

mod access;
mod admission;
mod backup;
mod bad_input;
mod collection;
mod definitions;
mod durable;
mod jobs;
mod letters;
mod look_up;
mod rig;
mod segments;
mod typed;
mod watching;
mod why;
