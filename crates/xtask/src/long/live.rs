//! The workload kit's own answer, against what the whole live path exports: HTTP, evaluation, store, dispatcher,
//! files.

mod definitions;
mod transitions;

use super::kit::{Kit, Size};
use super::{Site, Step};
use crate::stopwatch::{Readable, Stopwatch};
use crate::weir::{self, Load, Server, Time};
use anyhow::{Context, Result, ensure};
use definitions::{DATAFLOW, INLET};
use std::fs;
use std::path::Path;

pub(super) const STEP: Step = Step {
    name: "live",
    about: "what `weir serve` exports of 20,000 profiles, 100,000 updates and 100 segments is what the kit expects \
            (--kit DIR)",
    run: check,
};

const SIZE: Size = Size {
    profiles: 20_000,
    updates: 100_000,
};

const LINES_A_REQUEST: usize = 500;

fn check(site: &Site) -> Result<String> {
    let kit = Kit::prepare(site, "live", &SIZE)?;
    let program = weir::program(site.given.weir.as_deref())?;
    let folder = kit.folder();
    let data = folder.join("data");
    if data.exists() {
        fs::remove_dir_all(&data).context("cannot remove the data of an earlier run")?;
    }
    let definitions = folder.join("definitions.yaml");
    definitions::write(&folder.join("segments.json"), &definitions)?;

    let server = Server::start(&program, &data, &folder.join("server.log"), Time::Input, &[])?;
    server.apply(&definitions, &[])?;
    let stopwatch = Stopwatch::start();
    let mut posted = 0;
    for input in ["base.ndjson", "updates.ndjson"] {
        posted += post(&server, &folder.join(input))?;
    }
    let took = Readable(stopwatch.elapsed());
    let (account, _) = weir::drain(&mut server.connect()?, DATAFLOW)?;
    account.ensure_all_delivered()?;
    server.stop()?;

    let found = folder.join("transitions.ndjson");
    let told = transitions::collect(&data.join("exports"), &found)?;
    ensure!(
        told.exports == account.delivered,
        "{} exports are in the files, and {} were delivered",
        told.exports,
        account.delivered
    );
    let verdict = kit.check(&found)?;
    Ok(format!(
        "{verdict}; {posted} lines in {took}, {} exports, {} duplicates",
        told.exports, told.duplicates
    ))
}

/// Posts a file in its order, and gives how many lines it has.
fn post(server: &Server, file: &Path) -> Result<usize> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let load = Load {
        address: server.address,
        token: &server.token,
        path: &format!("/collection/batch/{INLET}"),
        lines_a_request: LINES_A_REQUEST,
        connections: 1, // The answer is for the lines in this order.
        rate: None,
    };
    load.post(&load.requests(&lines))?;
    Ok(lines.len())
}
