//! `weir jobs`: bulk jobs of a running server.

pub(crate) mod table;

use crate::client::{Client, Server};
use crate::exit::End;
use crate::serve;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::io::Write;
use std::time::Duration;

/// See, hold and end bulk jobs (backfill, re-export, exit sweep, reconcile, replay), or have the current state sent again.
///
/// `weir apply` makes the jobs that edits ask for. Jobs of one dataflow run one after the other, by number; a paused one
/// lets the next pass. A job survives restarts and kills: it goes on where it was, and tells nobody twice.
#[derive(Debug, Subcommand)]
#[command(after_help = control::LIFE)]
pub(crate) enum JobsCommand {
    List(ListArgs),
    Show(ShowArgs),
    Pause(OneArgs),
    Resume(OneArgs),
    Cancel(OneArgs),
    Rate(RateArgs),
    Resend(ResendArgs),
}

/// List bulk jobs with their totals, rates and ends.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Of this dataflow only.
    #[arg(long, value_name = "ID")]
    dataflow: Option<String>,
    /// In this state only: running, paused, cancelled, done or failed.
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// Print JSON for programs instead of a table for people.
    #[arg(long)]
    json: bool,
    /// Print again every second, until no job runs.
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    server: Server,
}

/// Show one job.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its number.
    job: u64,
    /// Print JSON for programs.
    #[arg(long)]
    json: bool,
    /// Print again every second, until it is at its end or held.
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    server: Server,
}

/// Do this to a job.
#[derive(Debug, Args)]
pub(crate) struct OneArgs {
    /// Its number.
    job: u64,
    #[command(flatten)]
    server: Server,
}

/// Bound a job to so many profiles a second, or take the bound away.
#[derive(Debug, Args)]
pub(crate) struct RateArgs {
    /// Its number.
    job: u64,
    /// Profiles a second; 0 is unbounded.
    per_second: u32,
    #[command(flatten)]
    server: Server,
}

/// Have the current state sent again: of everybody a dataflow tells of, or of some.
#[derive(Debug, Args)]
pub(crate) struct ResendArgs {
    /// Which dataflow.
    dataflow: String,
    /// Of the members of this mapped segment.
    #[arg(long, value_name = "ID", conflicts_with_all = ["changed_from", "changed_before", "profile", "identity"])]
    segment: Option<String>,
    /// Of those whose last change was at or after this instant.
    #[arg(long, value_name = "INSTANT", conflicts_with_all = ["profile", "identity"])]
    changed_from: Option<String>,
    /// Of those whose last change was before this instant.
    #[arg(long, value_name = "INSTANT", conflicts_with_all = ["profile", "identity"])]
    changed_before: Option<String>,
    /// Of this profile, by number. Can be repeated.
    #[arg(long, value_name = "PROFILE", conflicts_with = "identity")]
    profile: Vec<u64>,
    /// Of the profile with this identity. Can be repeated.
    #[arg(long, value_name = "NAMESPACE:VALUE")]
    identity: Vec<String>,
    /// At most this many profiles a second.
    #[arg(long, value_name = "N")]
    rate: Option<u32>,
    /// End the job at more errors than this: visits that fail, and new dead letters of the dataflow [default: 1000].
    #[arg(long, value_name = "N")]
    error_budget: Option<u64>,
    #[command(flatten)]
    server: Server,
}

pub(crate) fn run(command: JobsCommand) -> Result<End> {
    serve::runtime()?.block_on(async {
        match command {
            JobsCommand::List(args) => list(&args).await,
            JobsCommand::Show(args) => show(&args).await,
            JobsCommand::Pause(args) => act(&args.server, args.job, "pause", &[]).await,
            JobsCommand::Resume(args) => act(&args.server, args.job, "resume", &[]).await,
            JobsCommand::Cancel(args) => act(&args.server, args.job, "cancel", &[]).await,
            JobsCommand::Rate(args) => {
                let rate = args.per_second.to_string();
                act(&args.server, args.job, "rate", &[("perSecond", rate.as_str())]).await
            }
            JobsCommand::Resend(args) => resend(&args).await,
        }
    })
}

async fn list(args: &ListArgs) -> Result<End> {
    let client = Client::of(&args.server)?;
    loop {
        let mut answer = get(&client, "/api/jobs").await?;
        if let Some(jobs) = answer["jobs"].as_array_mut() {
            let is = |job: &Value, member: &str, wanted: &Option<String>| {
                wanted.as_deref().is_none_or(|wanted| job[member] == wanted)
            };
            jobs.retain(|job| is(job, "dataflow", &args.dataflow) && is(job, "state", &args.state));
        }
        let none = Vec::new();
        let jobs = answer["jobs"].as_array().unwrap_or(&none);
        say(&if args.json {
            answer.to_string()
        } else {
            table::of(jobs)
        })?;
        let running = jobs.iter().any(|job| job["state"] == "running");
        if !(args.watch && running) {
            return Ok(End::Done);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn show(args: &ShowArgs) -> Result<End> {
    let client = Client::of(&args.server)?;
    loop {
        let job = get(&client, &format!("/api/jobs/{}", args.job)).await?;
        say(&if args.json {
            job.to_string()
        } else {
            table::one(&job)
        })?;
        if !(args.watch && job["state"] == "running") {
            return Ok(End::Done);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn act(server: &Server, job: u64, action: &str, query: &[(&str, &str)]) -> Result<End> {
    let client = Client::of(server)?;
    let path = format!("/api/jobs/{job}/{action}");
    let (status, answer) = client.post(&path, query, Vec::new()).await?;
    if status != 200 {
        bail!("{}", client.refusal(status, &answer));
    }
    say(&table::one(&answer))
}

async fn resend(args: &ResendArgs) -> Result<End> {
    let mut asked = json!({"dataflow": args.dataflow});
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            asked[key] = value;
        }
    };
    put("segment", args.segment.as_ref().map(|id| json!(id)));
    put("changedFrom", args.changed_from.as_ref().map(|at| json!(at)));
    put("changedBefore", args.changed_before.as_ref().map(|at| json!(at)));
    put(
        "profiles",
        (!args.profile.is_empty()).then(|| json!(args.profile)),
    );
    put("rate", args.rate.map(|rate| json!(rate)));
    put("errorBudget", args.error_budget.map(|budget| json!(budget)));
    if !args.identity.is_empty() {
        let identity = |text: &String| {
            let (namespace, value) = text
                .split_once(':')
                .with_context(|| format!("--identity {text}: write it as NAMESPACE:VALUE"))?;
            Ok(json!({"namespace": namespace, "value": value}))
        };
        let identities: Result<Vec<Value>> = args.identity.iter().map(identity).collect();
        put("identities", Some(json!(identities?)));
    }
    let client = Client::of(&args.server)?;
    let (status, answer) = client
        .post("/api/jobs", &[], asked.to_string().into_bytes())
        .await?;
    match status {
        200 => say("there is nobody to look at: no job was made"),
        202 => say(&table::one(&answer)),
        _ => bail!("{}", client.refusal(status, &answer)),
    }
}

async fn get(client: &Client, path: &str) -> Result<Value> {
    let (status, text) = client.get(path).await?;
    let answer: Value = serde_json::from_str(&text).context("the server answered no JSON")?;
    if status != 200 {
        bail!("{}", client.refusal(status, &answer));
    }
    Ok(answer)
}

fn say(text: &str) -> Result<End> {
    writeln!(std::io::stdout(), "{}", text.trim_end()).context("cannot write to stdout")?;
    Ok(End::Done)
}
