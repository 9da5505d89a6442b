//! Simulates Weir: random but repeatable input, a second opinion on what must come out, and clocks and
//! destinations that a test controls.
//!
//! [`generate::script`] makes from one seed a list of operations over a small world, in which collisions and
//! edges are frequent. [`judge::Judge`] hears the same operations as the engine and derives what must have
//! happened, by an implementation of its own: it calls neither `xdm` nor `pql` nor `evaluator`, and where it
//! agrees with them, two readings of the specification agree. [`replay`] holds the deciding half against it, with
//! batches cut in any way; [`world`] a whole server, with power cuts, failing disks and unruly destinations.
//!
//! [`outside`] is for tests of the real protocols: it starts programs that play the outside streams.
//!
//! What this crate is not: a part of the product. Only tests use it.
//!
//! Start reading at [`rule`] and [`plan`] (what people decide), then [`script`] (what happens), [`judge`] (what must
//! come of it) and [`world`].

pub mod clock;
pub mod decided;
pub mod file;
pub mod generate;
pub mod judge;
pub mod office;
pub mod outside;
pub mod peer;
pub mod plan;
pub mod replay;
pub mod rule;
pub mod script;
pub mod world;
