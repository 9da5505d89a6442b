//! A `weir serve` of the chore's own: started, told its definitions, posted to, asked, and stopped.

mod account;
mod client;
mod load;
mod server;

pub(crate) use account::{Account, drain};
pub(crate) use client::Client;
pub(crate) use load::{Answers, Load};
pub(crate) use server::{Server, Time};

use crate::cargo;
use crate::command::run;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program to run: the one that was given, else the server as it is shipped, built first.
pub(crate) fn program(given: Option<&Path>) -> Result<PathBuf> {
    let Some(given) = given else {
        run(Command::new("cargo").args(["build", "--release", "--locked", "--package", "weir"]))?;
        return Ok(cargo::metadata()?.target_directory.join("release").join("weir"));
    };
    given
        .canonicalize()
        .with_context(|| format!("there is no program {}", given.display()))
}
