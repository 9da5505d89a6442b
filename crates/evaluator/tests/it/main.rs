//! The evaluator through its public interface: one person, messages as clients post them, exports as planned.

mod audit;
mod corpus;
mod cost;
mod exports;
mod joins;
mod law;
mod person;
mod publish;
mod references;
mod retention;
mod why;
