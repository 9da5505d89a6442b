//! `weir destinations`: which there are, whether they could be written to, and a test record.

use crate::client::{Client, Server};
use crate::exit::End;
use crate::serve;
use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::Value;
use std::io::Write;

/// See which destinations there are, whether they can be written to, and send a test record.
#[derive(Debug, Subcommand)]
pub(crate) enum DestinationsCommand {
    List(ListArgs),
    Check(CheckArgs),
    Test(TestArgs),
}

/// Print the destinations in force, a line each.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    server: Server,
}

/// Ask destinations whether they could be written to now, and what the credentials may do: each permission is allowed,
/// refused, or could not be checked. No record is left anywhere.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 all of them can be written to, 1 one cannot.")]
pub(crate) struct CheckArgs {
    /// This one [default: all].
    #[arg(value_name = "ID")]
    destination: Option<String>,
    /// Print each answer as a line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

/// Send one record to a destination, marked as a test: it begins with {"_weir":{"test":"test of ID", and shows nobody.
/// In Event Hubs it has the property `test`. It is no export: no account counts it, and nothing sends it again.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 it was delivered, 1 it was not.")]
pub(crate) struct TestArgs {
    /// The destination.
    #[arg(value_name = "ID")]
    destination: String,
    /// Print the answer as a line of JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

pub(crate) fn run(command: &DestinationsCommand) -> Result<End> {
    let runtime = serve::runtime()?;
    match command {
        DestinationsCommand::List(args) => runtime.block_on(list(args)),
        DestinationsCommand::Check(args) => runtime.block_on(check(args)),
        DestinationsCommand::Test(args) => runtime.block_on(test(args)),
    }
}

async fn list(args: &ListArgs) -> Result<End> {
    for destination in all(&Client::of(&args.server)?).await? {
        let text = |member: &str| destination[member].as_str().unwrap_or_default().to_owned();
        say(&format!("{} {} {}", text("id"), text("kind"), text("name")))?;
    }
    Ok(End::Done)
}

async fn check(args: &CheckArgs) -> Result<End> {
    let client = Client::of(&args.server)?;
    let ids = if let Some(id) = &args.destination {
        vec![id.clone()]
    } else {
        let all = all(&client).await?.into_iter();
        all.filter_map(|one| Some(one["id"].as_str()?.to_owned()))
            .collect()
    };
    let mut end = End::Done;
    for id in ids {
        let answer = ask(&client, &id, "check").await?;
        if answer["usable"] != true {
            end = End::Refused;
        }
        if args.json {
            say(&answer.to_string())?;
        } else {
            say(&checked(&answer))?;
        }
    }
    Ok(end)
}

async fn test(args: &TestArgs) -> Result<End> {
    let client = Client::of(&args.server)?;
    let answer = ask(&client, &args.destination, "test").await?;
    if args.json {
        say(&answer.to_string())?;
    } else {
        let text = |member: &str| answer[member].as_str().unwrap_or_default();
        let (id, kind, record) = (text("destination"), text("kind"), text("id"));
        say(&match text("verdict") {
            "delivered" => format!("{id} ({kind}) took the test record {record}"),
            verdict => format!(
                "{id} ({kind}) did not take the test record ({verdict}): {}",
                text("answer")
            ),
        })?;
    }
    Ok(if answer["verdict"] == "delivered" {
        End::Done
    } else {
        End::Refused
    })
}

/// An answer in words.
fn checked(answer: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, kind) = (text(&answer["destination"]), text(&answer["kind"]));
    let first = match answer["problem"].as_str() {
        None => format!("{id} ({kind}) can be written to"),
        Some(problem) => format!("{id} ({kind}) cannot be written to: {problem}"),
    };
    let permissions = answer["permissions"].as_array().into_iter().flatten();
    let permissions = permissions.map(|permission| {
        let answered = match permission["answer"].as_str() {
            Some("notChecked") => "not checked",
            Some(answered) => answered,
            None => "",
        };
        let said = permission["said"].as_str();
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        format!("  {:<12} {answered}{said}", text(&permission["name"]))
    });
    let lines: Vec<String> = std::iter::once(first).chain(permissions).collect();
    lines.join("\n")
}

async fn all(client: &Client) -> Result<Vec<Value>> {
    let (status, text) = client.get("/api/destinations").await?;
    let answer: Value =
        serde_json::from_str(&text).context("the answer is no JSON: it may not be a Weir server")?;
    if status != 200 {
        bail!("{}", client.refusal(status, &answer));
    }
    Ok(answer["destinations"].as_array().cloned().unwrap_or_default())
}

async fn ask(client: &Client, id: &str, verb: &str) -> Result<Value> {
    let path = format!("/api/destinations/{id}/{verb}");
    let (status, answer) = client.post(&path, &[], Vec::new()).await?;
    if status != 200 {
        bail!("{}", client.refusal(status, &answer));
    }
    Ok(answer)
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("cannot write to stdout")
}
