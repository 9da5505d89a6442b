//! The driver: one server, all cells, wave after wave.

use super::judge::{Evidence, Tally, judge, person};
use super::load::Load;
use super::peers::{Armed, Peers};
use super::table::{Cell, Kind, Traffic, Way, cells, ways};
use crate::common::client::Client;
use crate::common::server::Server;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::Instant;

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) people: usize,
    /// Of these, how many are too large for some peers.
    pub(crate) large: usize,
    /// Changes of each person in a wave. Few enough that no hot profile coalesces.
    pub(crate) each: usize,
    pub(crate) waves: usize,
    /// In a wave.
    pub(crate) kills: usize,
    /// How long what stays until it is lifted stays in the second wave.
    pub(crate) outage: Duration,
    /// Exports that have to be delivered for it to count.
    pub(crate) least: u64,
}

/// How long a wave may take beside an outage: breakers probe after 5, 10, 20 and 40 seconds, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(4);
/// Over which changes of a wave are spread, so that they meet the faults.
const SPAN: Duration = Duration::from_millis(1500);

struct Run {
    seed: u64,
    size: Size,
    cells: Vec<Cell>,
    dice: fastrand::Rng,
    /// Ends with the peers.
    peers: Peers,
    data: PathBuf,
    config: PathBuf,
    _folder: TempDir,
}

/// Runs it, and panics with the seed and the cells where something is not as it has to be; gives a line about it.
pub(crate) async fn campaign(seed: u64, size: Size) -> String {
    let began = Instant::now();
    let mut run = Run::new(seed, size).await;
    let mut load = Load::new(size.people, size.large, run.dice.fork());
    let mut server = run.start().await;
    server.apply(&run.definitions(false));
    load.populate(&Client::of(&server)).await;
    run.drained(&server, &Vec::new()).await;
    let mut since = 0;
    for wave in 0..size.waves {
        let armed = run.arm().await;
        if wave == 0 {
            server.apply(&run.definitions(true));
            since = load.next_number();
        } else {
            run.resend(&server).await;
        }
        server = run.storm(server, &armed, &mut load).await;
        let outage = if wave == 1 { size.outage } else { Duration::ZERO };
        run.felt(&server, &armed, outage).await;
        run.peers.lift(&armed).await;
        run.drained(&server, &armed).await;
    }
    let total = run.judged(&server, &load, since).await;
    assert!(server.stop(), "a clean stop");
    assert!(
        total.delivered >= size.least,
        "too few exports to count: {total:?}"
    );
    assert!(total.repeats > 0, "no answer was lost");
    let raced = total.superseded + total.overtaken;
    assert!(raced > 0, "nothing raced a backfill");
    let took = began.elapsed().as_secs();
    let cells = run.cells.len();
    format!(
        "{} exports delivered in {cells} cells in {took} s: {total:?}",
        total.delivered
    )
}

impl Run {
    async fn new(seed: u64, size: Size) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // As the kernel names it.
        let root = folder.path().canonicalize().expect("a path");
        let (data, config) = (root.join("weir"), root.join("weir.toml"));
        fs::create_dir(&data).expect("a folder");
        let cells = cells(size.kills > 0);
        let peers = Peers::start(&cells, &root, &data).await;
        let settings = format!(
            "[server]\nsecrets_dir = \"{}\"\n[delivery]\nendpoints = true\nfirst_retry = \"250ms\"\n",
            peers.secrets().display()
        );
        fs::write(&config, settings).expect("written");
        let dice = fastrand::Rng::with_seed(seed);
        Self {
            seed,
            size,
            cells,
            dice,
            peers,
            data,
            config,
            _folder: folder,
        }
    }

    async fn start(&self) -> Server {
        let config = self.config.to_str().expect("text");
        let environment = self.peers.disk.environment();
        Server::start_with(&self.data, &["--config", config], &environment).await
    }

    /// All cells, or those that are there from the start.
    fn definitions(&self, all: bool) -> String {
        let destinations: Vec<Value> = self
            .cells
            .iter()
            .map(|cell| self.peers.destination(*cell))
            .collect();
        let mapped = self
            .cells
            .iter()
            .filter(|cell| all || cell.traffic == Traffic::Live);
        let dataflow = |cell: &Cell| {
            let name = cell.to_string();
            json!({
                "id": name, "destination": name, "segments": ["numbered"], "attributes": ["number", "blob"],
                "envelope": "weir",
            })
        };
        let definitions = json!({
            "inlets": [{"id": "shop"}],
            "segments": [{"id": "numbered", "pql": "number >= 0"}],
            "destinations": destinations,
            "dataflows": mapped.map(dataflow).collect::<Vec<_>>(),
        });
        definitions.to_string()
    }

    /// Every cell meets its fault from now on, in one of its ways.
    async fn arm(&mut self) -> Armed {
        let mut armed = Armed::new();
        for cell in &self.cells {
            let mut ways = ways(cell.kind, cell.fault, self.size.kills > 0);
            armed.push((*cell, ways.swap_remove(self.dice.usize(..ways.len()))));
        }
        self.peers.arm(&armed).await;
        armed
    }

    /// Has the current state of everybody sent again on what carries bulk.
    async fn resend(&self, server: &Server) {
        let http = reqwest::Client::new();
        for cell in self.cells.iter().filter(|cell| cell.traffic == Traffic::Backfill) {
            let request = http
                .post(format!("{}/api/jobs", server.url))
                .bearer_auth(&server.token);
            let answer = request.json(&json!({"dataflow": cell.to_string()})).send();
            let answer = answer.await.expect("an answer");
            let status = answer.status();
            assert!(status.is_success(), "{cell}: {status}: {:?}", answer.text().await);
        }
    }

    /// People change, and servers die meanwhile.
    async fn storm(&mut self, server: Server, armed: &Armed, load: &mut Load) -> Server {
        let (current, servers) = watch::channel(Client::of(&server));
        let lives: Vec<Duration> = (0..self.size.kills)
            .map(|_| Duration::from_millis(self.dice.u64(50..900)))
            .collect();
        let killing = async {
            let mut server = server;
            for life in lives {
                tokio::time::sleep(life).await;
                server.kill();
                self.tear(armed);
                server = self.start().await;
                current.send_replace(Client::of(&server));
            }
            server
        };
        let changing = load.change(self.size.each, SPAN, servers.clone());
        let (server, ()) = tokio::join!(killing, changing);
        if self.size.kills > 0 {
            // The last kill may come after the last line. What it tore is mended when there is more to write.
            load.change(1, SPAN / 4, servers).await;
        }
        server
    }

    /// What a kill can do to files.
    fn tear(&self, armed: &Armed) {
        for (cell, _) in armed.iter().filter(|(_, way)| matches!(way, Way::TornEnd)) {
            self.peers.disk.tear(&cell.to_string());
        }
    }

    /// Waits until whatever stays until it is lifted has been met, and then for as long as it is to last.
    async fn felt(&self, server: &Server, armed: &Armed, outage: Duration) {
        let client = Client::of(server);
        let began = Instant::now();
        loop {
            let flows = client.get("/api/dataflows").await;
            // One that is slow opens no breaker.
            let met = |cell: &Cell| {
                flow(&flows, *cell)["breaker"].is_object()
                    || (cell.kind == Kind::File && self.peers.disk.happened(&cell.to_string()))
            };
            let unmet: Vec<String> = armed
                .iter()
                .filter(|(cell, way)| way.stays() && !met(cell))
                .map(|(cell, _)| cell.to_string())
                .collect();
            if unmet.is_empty() && began.elapsed() >= outage {
                return;
            }
            let late = began.elapsed() > outage + PATIENCE;
            assert!(
                !late,
                "WEIR_SEED={}: nothing is wrong with {unmet:?}: {flows}",
                self.seed
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until all that was armed has happened, no job runs and nothing is pending.
    async fn drained(&self, server: &Server, armed: &Armed) {
        let client = Client::of(server);
        let began = Instant::now();
        loop {
            let flows = client.get("/api/dataflows").await;
            let all = flows["dataflows"].as_array().expect("a list");
            for flow in all {
                let balanced = flow["account"]["balanced"] == true;
                assert!(balanced, "WEIR_SEED={}: not balanced: {flow}", self.seed);
            }
            let pending: Vec<&Value> = all
                .iter()
                .filter(|flow| flow["account"]["pending"] != 0)
                .collect();
            let running = client.get("/api/jobs?state=running").await;
            let left = self.peers.left(armed).await;
            if pending.is_empty() && running["jobs"] == json!([]) && left.is_empty() {
                return;
            }
            let late = began.elapsed() > PATIENCE;
            assert!(
                !late,
                "WEIR_SEED={}: pending {pending:?}, running {running}, and these did not happen: {left:#?}",
                self.seed
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Judges every cell.
    async fn judged(&self, server: &Server, load: &Load, since: u64) -> Tally {
        let client = Client::of(server);
        let flows = client.get("/api/dataflows").await;
        let mut all = Vec::new();
        for cell in &self.cells {
            let name = cell.to_string();
            let jobs = client.get(&format!("/api/jobs?dataflow={name}")).await;
            let bulk = cell.traffic == Traffic::Backfill;
            all.push(Evidence {
                cell: *cell,
                arrivals: self.peers.arrivals(*cell).await,
                account: flow(&flows, *cell)["account"].clone(),
                letters: letters(&client, &name).await,
                jobs: jobs["jobs"].as_array().expect("a list").clone(),
                since: if bulk { since } else { 0 },
            });
        }
        let told = all.iter().flat_map(|evidence| &evidence.arrivals);
        let names: BTreeMap<String, String> = told.map(|one| (one.profile.clone(), person(one))).collect();
        let mut total = Tally::default();
        let mut wrong = Vec::new();
        for evidence in &all {
            match judge(evidence, load, &names) {
                Ok(tally) => total.add(tally),
                Err(what) => wrong.extend(what),
            }
            let bulk = evidence.cell.traffic == Traffic::Backfill;
            let jobs = if bulk { self.size.waves } else { 0 };
            if evidence.jobs.len() != jobs {
                wrong.push(format!("{}: {} jobs", evidence.cell, evidence.jobs.len()));
            }
        }
        let (seed, kills) = (self.seed, self.size.kills);
        assert!(
            wrong.is_empty(),
            "WEIR_SEED={seed}, {kills} kills a wave:\n{}",
            wrong.join("\n")
        );
        total
    }
}

/// What the server says of a cell.
fn flow(flows: &Value, cell: Cell) -> Value {
    let name = cell.to_string();
    let all = flows["dataflows"].as_array().expect("a list");
    let found = all.iter().find(|flow| flow["id"] == name);
    found.cloned().unwrap_or_default()
}

/// All dead letters of a dataflow.
async fn letters(client: &Client, dataflow: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut from = String::new();
    loop {
        let page = client
            .get(&format!("/api/dead-letters?dataflow={dataflow}&limit=1000{from}"))
            .await;
        all.extend(page["items"].as_array().expect("a list").iter().cloned());
        let Some(next) = page["next"].as_str() else {
            return all;
        };
        from = format!("&from={next}");
    }
}
