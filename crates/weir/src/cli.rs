//! What can be said on the command line.

use crate::backtest::{self, BacktestArgs};
use crate::exit::End;
use crate::settings::{Flag, Settings};
use crate::{
    apply, backup, check, dead_letters, demo, destinations_command, jobs, pql_command, segments, serve,
    store_command, why,
};
use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Decides which people are in which segment, notices the instant that changes, and exports only the changed profiles.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Begin with:
  weir demo                                 see it work; into Kinesis with --kinesis-endpoint URL --stream NAME
  weir serve                                start a server on this machine
  weir apply -f docs/examples/loyalty.yaml  tell it about inlets, segments and destinations
  weir check -f docs/examples/loyalty.yaml  look a file over without a server";

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Serve(ServeArgs),
    Check(check::CheckArgs),
    Apply(apply::ApplyArgs),
    Why(why::WhyArgs),
    #[command(subcommand)]
    Segments(segments::SegmentsCommand),
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    #[command(subcommand)]
    Destinations(destinations_command::DestinationsCommand),
    Backup(backup::BackupArgs),
    Restore(backup::RestoreArgs),
    #[command(subcommand)]
    Store(store_command::StoreCommand),
    #[command(subcommand)]
    DeadLetters(dead_letters::LettersCommand),
    Backtest(BacktestArgs),
    Pql(pql_command::PqlArgs),
}

/// Run the server: take messages, evaluate segments, send exports.
///
/// Settings come from weir.toml, then from WEIR_* variables (`WEIR_SERVER_LISTEN` for `listen` under `[server]`), then
/// from these flags; the later wins. Ctrl-C or SIGTERM stops it softly: nothing new is taken, and what is in work is
/// finished; a second one stops it at once. Nothing that was acknowledged is lost either way.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ServeArgs {
    /// The file of settings [default: weir.toml, if it is there].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder that holds everything the server keeps [default: weir-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8080]; port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Let other machines reach the server: a proxy in front does TLS, and every inlet needs a token.
    #[arg(long)]
    behind_proxy: bool,
    /// What gives the time: `wall`, or `input` for replays and tests (each message's own time; file destinations only).
    #[arg(long, value_name = "CLOCK")]
    clock: Option<String>,
    /// The folder below which file destinations write [default: exports in the data folder].
    #[arg(long, value_name = "DIR")]
    exports_dir: Option<PathBuf>,
    /// How log lines look: `human` or `json`.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Any other setting, such as `store.min_free=1GiB`; `docs/examples/weir.toml` lists all. Can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

const EXIT_CODES: &str = "\
Exit codes: 0 stopped softly, 1 could not start, 2 wrong usage, 3 stopped hard, 4 a part of the server failed.";

impl Cli {
    pub(crate) fn run(self) -> Result<End> {
        match self.command {
            Command::Demo(args) => demo::run(&args),
            Command::Serve(args) => serve::run(&args.settings()?),
            Command::Check(args) => check::run(&args),
            Command::Apply(args) => apply::run(&args),
            Command::Why(args) => why::run(&args),
            Command::Segments(command) => segments::run(&command),
            Command::Jobs(command) => jobs::run(command),
            Command::Destinations(command) => destinations_command::run(&command),
            Command::Backup(args) => backup::run(&args),
            Command::Restore(args) => backup::restore(&args),
            Command::Store(command) => store_command::run(command),
            Command::DeadLetters(command) => dead_letters::run(&command),
            Command::Pql(args) => pql_command::run(&args),
            Command::Backtest(args) => backtest::run(&args).map(|()| End::Done),
        }
    }
}

impl ServeArgs {
    fn settings(&self) -> Result<Settings> {
        Settings::load(self.config.as_deref(), self.flags()?)
    }

    fn flags(&self) -> Result<Vec<Flag>> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let named = [
            ("data", path(&self.data), "--data"),
            ("server.listen", self.listen.clone(), "--listen"),
            (
                "server.behind_proxy",
                self.behind_proxy.then(|| "true".to_owned()),
                "--behind-proxy",
            ),
            ("ingest.clock", self.clock.clone(), "--clock"),
            ("delivery.exports_dir", path(&self.exports_dir), "--exports-dir"),
            ("log.format", self.log_format.clone(), "--log-format"),
        ];
        let named = named
            .into_iter()
            .filter_map(|(key, value, flag)| Some((key.to_owned(), value?, flag.to_owned())));
        let mut flags: Vec<Flag> = named.collect();
        for pair in &self.set {
            let Some((key, value)) = pair.split_once('=') else {
                anyhow::bail!("--set {pair}: write it as KEY=VALUE, such as --set store.min_free=1GiB");
            };
            flags.push((
                key.trim().to_owned(),
                value.trim().to_owned(),
                format!("--set {key}"),
            ));
        }
        Ok(flags)
    }
}

#[cfg(test)]
mod tests;
