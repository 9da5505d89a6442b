//! Chores of the repository: what is too much for a shell script and no part of the product.
//!
//! `cargo xtask tidy` holds the rules that no compiler checks, `cargo xtask long` runs what needs root, another
//! program or an hour, `cargo xtask bench` measures. It depends on none of the other
//! crates, so that it runs when they do not build.
//!
//! Start reading at [`tidy`]: one file a rule.
#![expect(
    clippy::print_stdout,
    reason = "a command-line tool answers on its standard output"
)]

mod bench;
mod cargo;
mod command;
mod long;
mod peer;
mod stopwatch;
mod tidy;
mod weir;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of this repository", version)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check the rules that no compiler checks: crate graph, purity, file sizes, forbidden words.
    Tidy,
    /// Run the checks that need root, another program or an hour.
    Long(long::Options),
    /// Measure the release server.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().chore {
        Chore::Tidy => tidy::run(),
        Chore::Long(options) => long::run(&options),
        Chore::Bench(bench) => bench::run(&bench),
    }
}
