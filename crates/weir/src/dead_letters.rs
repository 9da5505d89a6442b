//! `weir dead-letters`: looks at exports that were given up, sends them again, or deletes them.

use crate::client::{Client, Server};
use crate::exit::End;
use crate::jobs::table;
use crate::serve;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::Value;
use std::io::Write;

/// Look at exports that were given up, send them again, or delete them.
#[derive(Debug, Subcommand)]
pub(crate) enum LettersCommand {
    List(ListArgs),
    Show(ShowArgs),
    Replay(ReplayArgs),
    Purge(PurgeArgs),
}

/// Which letters.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Why they died: refused, exhausted, expired, overflow or unrenderable.
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// That died at this instant or later, such as 2026-01-31T08:00:00Z.
    #[arg(long, value_name = "INSTANT")]
    since: Option<String>,
    /// That died before this instant.
    #[arg(long, value_name = "INSTANT")]
    before: Option<String>,
    /// That show or tell of this segment.
    #[arg(long, value_name = "ID")]
    segment: Option<String>,
}

/// Print dead letters, a line each, oldest first by dataflow.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Of this dataflow only.
    #[arg(long, value_name = "ID")]
    dataflow: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// Print each letter as a line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

/// Print one dead letter: what would be sent (identities masked) and what the destination said.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Its dataflow.
    #[arg(value_name = "DATAFLOW")]
    dataflow: String,
    /// Its number, as the list has it.
    #[arg(value_name = "NUMBER")]
    number: u64,
    #[command(flatten)]
    server: Server,
}

/// Have letters sent again as they were recorded, with their ids and revisions, by a bulk job. One that a newer revision
/// of its profile has overtaken is left as it is; `--dry-run` counts these by reason.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    which: PurgeArgs,
    /// Resend the current state of their profiles instead, under new revisions; the letters stay.
    #[arg(long)]
    current: bool,
}

/// Delete letters; how they died stays counted in the account.
#[derive(Debug, Args)]
pub(crate) struct PurgeArgs {
    /// Of this dataflow.
    #[arg(long, value_name = "ID")]
    dataflow: String,
    #[command(flatten)]
    filter: Filter,
    /// Count, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: Server,
}

pub(crate) fn run(command: &LettersCommand) -> Result<End> {
    let runtime = serve::runtime()?;
    match command {
        LettersCommand::List(args) => runtime.block_on(list(args)),
        LettersCommand::Show(args) => runtime.block_on(show(args)),
        LettersCommand::Replay(args) => runtime.block_on(replay(args)),
        LettersCommand::Purge(args) => runtime.block_on(purge(args)),
    }
}

impl Filter {
    fn query(&self, dataflow: Option<&str>) -> Vec<(&'static str, String)> {
        let named = [
            ("dataflow", dataflow),
            ("reason", self.reason.as_deref()),
            ("since", self.since.as_deref()),
            ("before", self.before.as_deref()),
            ("segment", self.segment.as_deref()),
        ];
        let given = named.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value?.to_owned())))
            .collect()
    }
}

async fn list(args: &ListArgs) -> Result<End> {
    let client = Client::of(&args.server)?;
    let mut from = None;
    loop {
        let mut query = args.filter.query(args.dataflow.as_deref());
        query.extend(from.take().map(|from| ("from", from)));
        let page = get(&client, "/api/dead-letters", &query).await?;
        for letter in page["items"].as_array().into_iter().flatten() {
            let text = |member: &str| letter[member].as_str().unwrap_or_default();
            let line = if args.json {
                letter.to_string()
            } else {
                let number = &letter["number"];
                let (flow, died, reason) = (text("dataflow"), text("diedAt"), text("reason"));
                format!(
                    "{flow} {number} {died} {reason} {} {}",
                    text("profile"),
                    text("answer")
                )
            };
            say(&line)?;
        }
        match page["next"].as_str() {
            Some(next) => from = Some(next.to_owned()),
            None => return Ok(End::Done),
        }
    }
}

async fn show(args: &ShowArgs) -> Result<End> {
    let client = Client::of(&args.server)?;
    let path = format!("/api/dead-letters/{}/{}", args.dataflow, args.number);
    say(&serde_json::to_string_pretty(&get(&client, &path, &[]).await?)?)?;
    Ok(End::Done)
}

async fn replay(args: &ReplayArgs) -> Result<End> {
    let which = &args.which;
    let client = Client::of(&which.server)?;
    let mut query = which.filter.query(Some(&which.dataflow));
    query.push(("as", if args.current { "current" } else { "recorded" }.to_owned()));
    query.push(("dryRun", which.dry_run.to_string()));
    let (status, answer) = post(&client, "replay", &query).await?;
    match status {
        202 => {
            let job = &answer["job"];
            say(&table::one(&answer))?;
            say(&format!("`weir jobs show {job} --watch` follows it"))?;
        }
        200 if which.dry_run => {
            let (letters, done) = (&answer["letters"], &answer["done"]);
            say(&if args.current {
                format!("{letters} letters: the current state of {done} profiles would be resent")
            } else {
                format!("{letters} letters: {done} would be sent again")
            })?;
            for (why, count) in answer["refused"].as_object().into_iter().flatten() {
                say(&format!("{count} would be left: {}", sentence(why)))?;
            }
        }
        200 => say("there are no such letters: no job was made")?,
        _ => bail!("{}", client.refusal(status, &answer)),
    }
    Ok(End::Done)
}

/// Asks page after page, and tells how far it has come.
async fn purge(args: &PurgeArgs) -> Result<End> {
    let client = Client::of(&args.server)?;
    let (mut letters, mut count, mut from) = (0, 0, None);
    loop {
        let mut query = args.filter.query(Some(&args.dataflow));
        query.push(("limit", "500".to_owned()));
        query.push(("dryRun", args.dry_run.to_string()));
        query.extend(from.take().map(|from| ("from", from)));
        let (status, page) = post(&client, "purge", &query).await?;
        if status != 200 {
            bail!("{}", client.refusal(status, &page));
        }
        letters += page["letters"].as_u64().unwrap_or_default();
        count += page["done"].as_u64().unwrap_or_default();
        match page["next"].as_str() {
            Some(next) => {
                writeln!(std::io::stderr(), "{letters} letters, {count} purged so far")
                    .context("cannot write to stderr")?;
                from = Some(next.to_owned());
            }
            None => break,
        }
    }
    let would = if args.dry_run { "would be " } else { "" };
    say(&format!("{letters} letters: {count} {would}purged"))?;
    Ok(End::Done)
}

async fn post(client: &Client, verb: &str, query: &[(&'static str, String)]) -> Result<(u16, Value)> {
    let query: Vec<(&str, &str)> = query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    client
        .post(&format!("/api/dead-letters/{verb}"), &query, Vec::new())
        .await
}

fn sentence(why: &str) -> &str {
    match why {
        "overtaken" => {
            "a newer revision of the profile was delivered or is pending (--current resends its state)"
        }
        "absorbed" => "the profile was joined into another",
        "noRoom" => "the queue is at 80 % of its bound; try again later",
        "gone" => "somebody else replayed or purged it",
        other => other,
    }
}

async fn get(client: &Client, path: &str, query: &[(&str, String)]) -> Result<Value> {
    let query = reqwest::Url::parse_with_params("http://query.invalid", query)?;
    let query = query.query().map(|query| format!("?{query}")).unwrap_or_default();
    let (status, text) = client.get(&format!("{path}{query}")).await?;
    let answer: Value =
        serde_json::from_str(&text).context("the answer is no JSON: it may not be a Weir server")?;
    if status != 200 {
        bail!("{}", client.refusal(status, &answer));
    }
    Ok(answer)
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("cannot write to stdout")
}
