//! Lives of a dataflow by a seed: people change and join, mappings come and go, jobs are made, held, let go and ended,
//! and power fails anywhere.
//!
//! The judge is the downstream: what it was last told of each person must be the truth once every job is done, as long
//! as every edge tells it and nobody cancels a job. And whoever cancels or not: a job's totals add up, as many
//! exports bear its cause as it says it decided, and the revisions of a person only rise.

use super::{ALL, file};
use crate::jobs::Scope;
use crate::server::tests::Server;
use ingest::{Item, JobAction, Posted};
use model::{DataflowNo, DatasetId, Export, InletId, JobNo, ProfileId, SegmentId, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::Memory;
use tokio::task::JoinSet;

const PEOPLE: usize = 90;
const KINDS: [&str; 5] = ["backfill", "resend", "re-export", "exit-sweep", "reconcile"];

struct World {
    disk: Memory,
    server: Option<Server>,
    dice: fastrand::Rng,
    flow: Flow,
    sent: Vec<Export>,
    /// Whether somebody cancelled a job: then the downstream may be left behind.
    cancelled: bool,
    /// What was done, for whoever has to find out why it went wrong.
    log: Vec<String>,
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log.join("\n"));
        }
    }
}

/// The dataflow as it is asked for.
#[derive(Clone, Default)]
struct Flow {
    there: bool,
    gold: bool,
    silver: bool,
    filter: Option<u32>,
    attributes: bool,
    state: &'static str,
}

impl Flow {
    fn text(&self) -> String {
        if !self.there {
            return file(None);
        }
        let mapped = [(self.gold, "gold"), (self.silver, "silver")];
        let mapped: Vec<&str> = mapped.iter().filter(|(on, _)| *on).map(|(_, id)| *id).collect();
        let filter = self
            .filter
            .map_or(String::new(), |points| format!(", filter: points < {points}"));
        let attributes = if self.attributes {
            ", attributes: [points]"
        } else {
            ""
        };
        file(Some(&format!(
            "segments: [{}], state: {}{filter}{attributes}",
            mapped.join(", "),
            self.state
        )))
    }
}

impl World {
    fn server(&self) -> &Server {
        self.server.as_ref().expect("a server runs")
    }

    async fn crash(&mut self) {
        self.log.push("crash".to_owned());
        for _ in 0..self.dice.usize(..60) {
            tokio::task::yield_now().await;
        }
        self.server.take().expect("a server runs").crash(&self.disk).await;
        self.server = Some(Server::start(&self.disk));
    }

    /// One record of a person, who may turn out to be another one too.
    fn record(&mut self) -> Item {
        let mut names = vec![self.dice.usize(..PEOPLE)];
        if self.dice.u8(..20) == 0 {
            names.push(self.dice.usize(..PEOPLE));
        }
        names.dedup();
        let names: Vec<String> = names.iter().map(|name| format!(r#"{{"id":"{name}"}}"#)).collect();
        let points = self.dice.choice([1, 600, 1_200, 2_000]).expect("there are some");
        let raw = format!(
            r#"{{"identityMap":{{"crm":[{}]}},"points":{points}}}"#,
            names.join(",")
        );
        let message = xdm::parse_entity(raw.as_bytes(), &DatasetId::new("web").unwrap()).unwrap();
        Item::Posted(Posted {
            inlet: InletId::new("web").unwrap(),
            message,
            raw: raw.into_bytes().into(),
        })
    }

    async fn post(&mut self) {
        let items: Vec<Item> = (0..self.dice.usize(1..30)).map(|_| self.record()).collect();
        self.log.push(format!("post {} records", items.len()));
        let ingest = self.server().ingest.clone();
        let permit = ingest.reserve(items.len(), 1_000).unwrap();
        ingest.submit(permit, items).await.unwrap();
    }

    fn edit(&mut self) {
        let flow = &mut self.flow;
        match self.dice.u8(..8) {
            0 => flow.gold = !flow.gold,
            1 | 2 => flow.silver = !flow.silver,
            3 => {
                flow.filter = self
                    .dice
                    .choice([None, Some(1_500), Some(700)])
                    .expect("there are some");
            }
            4 => flow.attributes = !flow.attributes,
            5 | 6 => {
                flow.state = self
                    .dice
                    .choice(["enabled", "enabled", "paused", "disabled"])
                    .expect("there are some");
            }
            _ => flow.there = !flow.there,
        }
    }

    async fn apply(&mut self, cut: bool) {
        let text = self.flow.text();
        let lines = text.lines().skip_while(|line| *line != "dataflows:").skip(1);
        self.log
            .push(format!("apply {}, cut: {cut}", lines.collect::<String>()));
        if !cut {
            self.server().choose(&text, ALL).await;
            return;
        }
        let control = self.server().control.clone();
        let bytes = text.clone().into_bytes();
        let mut applying = JoinSet::new();
        applying.spawn(async move { control.apply("f.yaml", bytes, ALL).await.is_ok() });
        self.crash().await;
        drop(applying.join_all().await);
        // Somebody who had no answer applies again.
        self.server().choose(&text, ALL).await;
    }

    async fn act(&mut self, cancels: bool) {
        match self.dice.u8(..20) {
            0..=6 => self.post().await,
            7..=9 => {
                self.edit();
                let cut = self.dice.bool();
                self.apply(cut).await;
            }
            10 => {
                let scope = match self.dice.u8(..3) {
                    0 => Scope::All,
                    1 => Scope::Segment(SegmentId::new("silver").unwrap()),
                    _ => Scope::Profiles(vec![ProfileId::new(0, self.dice.u64(..100))]),
                };
                let resend = crate::jobs::Resend {
                    dataflow: model::DataflowId::new("flow").unwrap(),
                    scope,
                    rate: self.dice.choice([None, Some(100)]).expect("there are some"),
                    error_budget: None,
                };
                // Refused where the dataflow is not there.
                self.log.push(format!("{resend:?}"));
                drop(self.server().control.resend(&resend).await);
            }
            11..=13 => {
                let open = self.server().control.jobs().unwrap();
                let open: Vec<u64> = open
                    .iter()
                    .filter(|job| matches!(job.state, "running" | "paused"))
                    .map(|job| job.job)
                    .collect();
                let Some(job) = self.dice.choice(open) else { return };
                let actions = [
                    JobAction::Pause,
                    JobAction::Resume,
                    JobAction::Rate(Some(200)),
                    JobAction::Cancel,
                ];
                let action = actions[self.dice.usize(..if cancels { 4 } else { 3 })];
                self.cancelled |= action == JobAction::Cancel;
                self.log.push(format!("{action:?} of job {job}"));
                drop(self.server().control.act(JobNo(job), action).await);
            }
            14 | 15 => tokio::time::sleep(Duration::from_millis(self.dice.u64(..300))).await,
            16 | 17 => {
                let sent = self.server().deliver(DataflowNo(0)).await;
                self.log.push(format!("{} delivered", sent.len()));
                self.sent.extend(sent);
            }
            _ => self.crash().await,
        }
    }

    /// Lets every job end, with the dataflow as it is, and everything be delivered.
    async fn finish(&mut self) {
        for job in self.server().control.jobs().unwrap() {
            if job.state == "paused" {
                self.server()
                    .control
                    .act(JobNo(job.job), JobAction::Resume)
                    .await
                    .unwrap();
            }
        }
        let (_, sent) = self.server().finish().await;
        self.sent.extend(sent);
    }

    fn check(&self) {
        let jobs = self.server().control.jobs().unwrap();
        let mut decided: BTreeMap<&str, u64> = BTreeMap::new();
        for job in &jobs {
            assert!(job.done <= job.total && job.failed == 0, "{job:?}");
            if job.state == "done" {
                assert_eq!(job.total, job.exported + job.live + job.left, "{job:?}");
            }
            *decided.entry(job.kind).or_default() += job.exported;
        }
        let mut last: BTreeMap<ProfileId, &Export> = BTreeMap::new();
        for export in &self.sent {
            if let Some(before) = last.insert(export.profile, export) {
                assert!(before.revision < export.revision, "{before:?} before {export:?}");
            }
        }
        let account = self.server().store.account(DataflowNo(0)).unwrap();
        assert!(
            account.balanced() && account.delivered == self.sent.len() as u64,
            "{account:?}"
        );
        // Whatever waited when its dataflow was removed without a sweep was cancelled; here every removal sweeps.
        // What a live export superseded is told by its causes, several of one kind once.
        let superseded: u64 = account.suppressed.values().sum();
        let mut joined = 0;
        for kind in KINDS {
            let told = self
                .sent
                .iter()
                .filter(|export| export.causes.iter().any(|cause| cause.as_str() == kind));
            let told = told.count() as u64;
            let decided = decided.get(kind).copied().unwrap_or(0);
            assert!(told <= decided, "{kind}: {told} told of {jobs:?}");
            joined += decided - told;
        }
        assert!(joined <= superseded, "{joined} of {superseded} in {jobs:?}");
        if !self.cancelled {
            self.check_downstream();
        }
    }

    /// What the downstream was last told of each person is so.
    fn check_downstream(&self) {
        let store = &self.server().store;
        let definitions = store.definitions().unwrap();
        let number = |id: &SegmentId| definitions.segments.iter().find(|s| s.id == *id).unwrap().no;
        let mapped: Vec<_> = definitions.dataflows.first().map_or(Vec::new(), |flow| {
            let counted =
                |m: &model::Mapping| (m.segment.clone(), m.hidden.unwrap_or_else(|| number(&m.segment)));
            flow.segments.iter().map(counted).collect()
        });
        let ids = store.profiles_from(ProfileId::default(), usize::MAX).unwrap();
        let ids: Vec<ProfileId> = ids.into_iter().map(|(id, _)| id).collect();
        for profile in store.load(&ids).unwrap().into_iter().flatten() {
            let realized = |no| {
                profile
                    .hot
                    .memberships
                    .iter()
                    .any(|m| m.segment == no && m.status == Status::Realized)
            };
            let truth: BTreeSet<&SegmentId> = mapped
                .iter()
                .filter(|(_, no)| realized(*no))
                .map(|(id, _)| id)
                .collect();
            // A downstream keeps what it was told until it is told otherwise.
            let mut told: BTreeSet<&SegmentId> = BTreeSet::new();
            for export in self.sent.iter().filter(|export| export.profile == profile.id) {
                for shown in &export.memberships {
                    if shown.status == Status::Realized {
                        told.insert(&shown.segment);
                    } else {
                        told.remove(&shown.segment);
                    }
                }
            }
            let sent = || self.sent.iter().filter(|export| export.profile == profile.id);
            let sent = || {
                sent()
                    .map(|export| (&export.causes, export.revision, &export.memberships))
                    .collect::<Vec<_>>()
            };
            assert_eq!(
                told,
                truth,
                "profile {} with {:?}, told {:#?}, by {:#?}",
                profile.id,
                profile.hot,
                sent(),
                self.server().control.jobs()
            );
        }
    }
}

async fn live(seed: u64, cancels: bool) {
    let disk = Memory::new();
    let mut world = World {
        server: Some(Server::start(&disk)),
        disk,
        dice: fastrand::Rng::with_seed(seed),
        flow: Flow {
            state: "enabled",
            ..Flow::default()
        },
        sent: Vec::new(),
        cancelled: false,
        log: Vec::new(),
    };
    world.apply(false).await;
    for _ in 0..40 {
        world.act(cancels).await;
    }
    world.flow.state = "enabled";
    world.apply(false).await;
    world.finish().await;
    world.check();
    world.server.take().expect("a server runs").stop().await;
}

fn lives(cancels: bool, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let lived = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            runtime.block_on(live(seed, cancels));
        }));
        assert!(lived.is_ok(), "seed {seed}, with jobs cancelled: {cancels}");
    }
}

#[test]
fn the_downstream_ends_with_the_truth() {
    lives(false, 0..80);
}

#[test]
fn totals_and_causes_agree_also_if_jobs_are_cancelled() {
    lives(true, 1_000..1_040);
}
