//! `weir why`: why a person is in a segment or not, and when that changes by itself.

mod moment;
mod said;
#[cfg(test)]
mod tests;
mod tree;

use crate::client::{Client, Server};
use crate::exit::End;
use crate::serve;
use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;
use std::io::Write;

/// Say why a person is in a segment or not: each clause with its value, the events that count, and when it changes by itself.
///
/// The person is named by any of its identities. Times are in the zone of the segment. With --expression it says whether
/// the person would be in a segment that is not saved; nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WhyArgs {
    /// Who, by any identity, such as `email:ana@example.test`.
    #[arg(value_name = "NAMESPACE:VALUE")]
    profile: String,
    /// Which segment, by its id; a draft too.
    #[arg(required_unless_present = "expression")]
    segment: Option<String>,
    /// As this dataflow sees it, which maps the segment: with its filter, and with what it was told.
    #[arg(long, value_name = "ID", conflicts_with = "expression")]
    dataflow: Option<String>,
    /// A predicate in place of a segment.
    #[arg(long, value_name = "PQL", conflicts_with = "segment")]
    expression: Option<String>,
    /// Whose days, months and years the predicate speaks of, such as Asia/Seoul [default: UTC].
    #[arg(long, value_name = "ZONE", requires = "expression")]
    time_zone: Option<String>,
    /// Also take in who opted out, as a segment with `excludeOptOut: false` does.
    #[arg(long, requires = "expression")]
    with_opted_out: bool,
    /// Print JSON for programs instead of a tree for people.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = "\
Examples:
  weir why email:ana@example.test big-spenders
  weir why email:ana@example.test big-spenders --dataflow crm
  weir why email:ana@example.test --expression 'xEvent[eventType = \"purchase\"].count() >= 3'
  weir why email:ana@example.test big-spenders --json | jq .flips";

pub(crate) fn run(args: &WhyArgs) -> Result<End> {
    let answer = serve::runtime()?.block_on(ask(args))?;
    let text = if args.json {
        answer.to_string()
    } else {
        tree::of(&args.profile, &answer)
    };
    writeln!(std::io::stdout(), "{}", text.trim_end()).context("cannot write to stdout")?;
    Ok(End::Done)
}

async fn ask(args: &WhyArgs) -> Result<Value> {
    let Some((namespace, value)) = args.profile.split_once(':') else {
        bail!(
            "{}: write who it is as NAMESPACE:VALUE, such as email:ana@example.test",
            args.profile
        );
    };
    let client = Client::of(&args.server)?;
    let path = "/api/profiles/why";
    let who = [("namespace", namespace), ("value", value)];
    let (status, answer) = match (&args.expression, &args.segment) {
        (Some(expression), _) => {
            let exclude = (
                "excludeOptOut",
                if args.with_opted_out { "false" } else { "true" },
            );
            let mut query = vec![who[0], who[1], exclude];
            query.extend(args.time_zone.as_deref().map(|zone| ("timeZone", zone)));
            client.post(path, &query, expression.clone().into_bytes()).await?
        }
        (None, segment) => {
            let mut query = who.to_vec();
            query.push(("segment", segment.as_deref().unwrap_or_default()));
            query.extend(args.dataflow.as_deref().map(|dataflow| ("dataflow", dataflow)));
            client.ask(path, &query).await?
        }
    };
    match (status, answer["text"].as_str()) {
        (200, _) => Ok(answer),
        // The mistakes under the line they are in.
        (422, Some(text)) => bail!("{}", text.trim_end()),
        _ => bail!("{}", client.refusal(status, &answer)),
    }
}
