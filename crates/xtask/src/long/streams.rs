//! What Weir sends to streams, read back by clients that others wrote, and a Kinesis that others wrote.
//!
//! A release server sends to a peer; then boto3, or Microsoft's client for Event Hubs, reads the stream. Every export of
//! the account has to be there, and those of a profile in the order of their revisions, in one shard or partition.

mod python;
mod second;

use super::{Site, Step};
use crate::bench::drain::{Arrived, DATAFLOW, Kind, NAMESPACE, SECRETS, Workload, check, definitions, path};
use crate::command::folder;
use crate::peer::Peer;
use crate::weir::{self, Account, Load, Server};
use anyhow::{Context, Result, ensure};
use python::Python;
use second::Second;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const KINESIS: Step = Step {
    name: "kinesis",
    about: "boto3 reads from the Kinesis peer what Weir says it delivered (Node, Python)",
    run: |site| {
        run(site, "kinesis.py", 50_000, |_| {
            let peer = Kind::Kinesis.start(PARTS)?;
            let destination = Kind::Kinesis.destination(&peer, 8);
            let arguments = words(&[peer.endpoint(), "bench", "BENCH", "bench-secret"]);
            Ok((Running::Peer(peer), destination, arguments))
        })
    },
};

pub(super) const EVENT_HUBS: Step = Step {
    name: "event-hubs",
    about: "Microsoft's client reads from the Event Hubs peer what Weir says it delivered (Node, Python)",
    run: |site| {
        run(site, "event_hubs.py", 50_000, |_| {
            let peer = Kind::EventHubs.start(PARTS)?;
            let destination = Kind::EventHubs.destination(&peer, 8);
            let arguments = words(&[peer.endpoint(), NAMESPACE, "bench", "bench", "bench-secret"]);
            Ok((Running::Peer(peer), destination, arguments))
        })
    },
};

/// It takes some 2,000 records a second.
pub(super) const SECOND: Step = Step {
    name: "kinesis-two",
    about: "Weir sends to kinesis-local, another Kinesis, and boto3 reads it back (Node, Python)",
    run: |site| {
        run(site, "kinesis.py", 10_000, |python| {
            let second = Second::start()?;
            let arguments = words(&[second.endpoint(), "bench", "BENCH", "bench-secret"]);
            let mut make: Vec<&str> = arguments.iter().map(String::as_str).collect();
            make.push("4");
            python.run("kinesis.py", &make)?;
            let destination = json!({"id": "stream", "kind": "kinesis", "settings": {
                "stream": "bench", "region": "us-east-1", "endpoint": second.endpoint(),
                "accessKeyId": "BENCH", "secretAccessKey": "env:WEIR_SECRET_KINESIS", "timeoutSeconds": 120,
            }});
            Ok((Running::Second(second), destination, arguments))
        })
    },
};

const PARTS: u32 = 8;

/// What is sent to; dropping it ends it.
enum Running {
    Peer(Peer),
    Second(Second),
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Sends so many exports, and has a script read them back with these arguments.
fn run(
    site: &Site,
    script: &str,
    exports: u32,
    start: impl FnOnce(&Python) -> Result<(Running, Value, Vec<String>)>,
) -> Result<String> {
    let python = Python::prepare(&site.metadata)?;
    let (running, destination, arguments) = start(&python)?;
    let account = send(site, exports, &destination)?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let read = python.run(script, &arguments)?;
    // Until here.
    match running {
        Running::Peer(peer) => drop(peer),
        Running::Second(second) => drop(second),
    }
    let mut arrived = Vec::new();
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    for line in read.lines() {
        let line: Value = serde_json::from_str(line).with_context(|| format!("{script} printed `{line}`"))?;
        let one = Arrived::of(&line["told"])?;
        let place = line["key"].as_str().unwrap_or_default().to_owned();
        let before = places.entry(one.profile.clone()).or_insert_with(|| place.clone());
        ensure!(
            *before == place,
            "{one:?} is in {place}, and the one before in {before}"
        );
        arrived.push(one);
    }
    let found = check(&arrived)?;
    ensure!(
        found.exports == account.delivered,
        "{} exports were delivered, and {} were read",
        account.delivered,
        found.exports
    );
    Ok(format!(
        "{} exports in order, {} copies",
        found.exports, found.duplicates
    ))
}

/// Has a server decide and deliver so many exports.
fn send(site: &Site, exports: u32, destination: &Value) -> Result<Account> {
    let program = weir::program(site.given.weir.as_deref())?;
    let scratch = tempfile::tempdir_in(folder(&site.metadata, "streams")?)?;
    let file = scratch.path().join("definitions.yaml");
    std::fs::write(&file, definitions(destination, "enabled").to_string())
        .with_context(|| format!("cannot write {}", file.display()))?;
    let server = Server::start_with(
        &program,
        &scratch.path().join("data"),
        &scratch.path().join("server.log"),
        &["--set", "delivery.endpoints=true"],
        SECRETS,
    )?;
    server.apply(&file, &[])?;
    let load = Load {
        address: server.address,
        token: &server.token,
        path: &path(),
        lines_a_request: 500,
        connections: 1,
        rate: None,
    };
    load.post(&load.requests(&Workload::of(exports).lines))?;
    let (account, _) = weir::drain(&mut server.connect()?, DATAFLOW)?;
    account.ensure_all_delivered()?;
    ensure!(
        account.delivered == u64::from(exports),
        "{exports} exports should have been decided: {account:?}"
    );
    server.stop()?;
    scratch.close().context("cannot remove the folder of this run")?;
    Ok(account)
}
