//! `weir demo`: a whole server on this machine, a loyalty programme, and shoppers who do not exist.
//!
//! The server is the real one, and the demo is its client: it applies definitions, posts messages and reads the
//! delivered files, or the stream, as anybody could. What it shows was seen from outside or is the server's own word.
//!
//! Start reading at [`show`]; then `shop` (what is posted), `board` (what is known) and `screen` (how it looks).

mod admin;
mod board;
mod ending;
mod feed;
mod lines;
mod log;
mod place;
mod screen;
mod shop;
mod signals;
mod sink;
mod source;
mod stage;
mod tail;
mod watch;
mod wish;

use crate::exit::End;
use crate::serve::{Server, Stopped};
use crate::settings::Settings;
use crate::{logs, serve};
use anyhow::{Context, Result};
use clap::Args;
use ending::Ending;
use log::KeptLog;
use place::Place;
use signals::Signals;
use sink::{Sink, SinkArgs};
use source::Source;
use stage::Stage;
use std::io::IsTerminal;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;
use wish::Wish;

/// See it work: a server with a loyalty programme, synthetic shoppers, and a live view of what comes of it.
///
/// Everything is on this machine and in one folder, which is removed at the end. In a terminal there is a live view;
/// otherwise one JSON line a second is printed, and as the last line the account:
/// {"account":{"decided":n,"delivered":n,"pending":n,"suppressed":{reason:n},"dead":{reason:n}}}.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Changes a second that the shoppers make.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,
    /// End after this long; otherwise Ctrl-C does.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,
    /// Keep everything in this folder, which is new, empty, or that of an earlier demo.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The port on 127.0.0.1 [default: any free one].
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Other shoppers, who do other things.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    sink: SinkArgs,
}

/// How long each stage of the end waits for what is on its way.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the demo to its end, and tells what came of it.
pub(crate) fn run(args: &DemoArgs) -> Result<End> {
    let live = std::io::stdout().is_terminal();
    args.check_port()?;
    let sink = args.sink.sink();
    let place = Place::take(args.data.as_deref())?;
    let settings = args.settings(place.path(), &sink)?;
    // A picture and log lines do not go together: they are told when the picture is gone.
    let log = if live {
        Some(KeptLog::start(&settings.log)?)
    } else {
        logs::start(&settings.log).map(|()| None)?
    };
    let runtime = serve::runtime()?;
    let shown = runtime.block_on(show(args, &settings, sink, live));
    runtime.shutdown_timeout(Duration::from_secs(1));
    if let Some(log) = log {
        log.tell();
    }
    let told = shown.and_then(|ending| ending.tell(live, &place));
    let left = place.leave();
    let stopped = told?;
    left?;
    Ok(if stopped == Stopped::Softly {
        End::Done
    } else {
        End::Hard
    })
}

/// Starts the server, lets the shoppers in, and takes everything down again in order.
async fn show(args: &DemoArgs, settings: &Settings, sink: Sink, live: bool) -> Result<Ending> {
    let signals = Signals::listen()?;
    // Before anything is sent; a stream that is not there is told of before anything is made.
    let source = Source::begin(&sink, settings).await?;
    let wish = Wish::default();
    let mut server = Server::start(settings).await?;
    let played = match Stage::open(args, settings, (sink, source), &server, live, signals, &wish).await {
        Ok(mut stage) => {
            let outcome = stage.play(&mut server, args.seconds).await;
            Ok((stage, outcome))
        }
        Err(error) => Err(error),
    };
    let stopped = tokio::select! {
        biased;
        () = wish.at_once.cancelled() => Stopped::Hard,
        stopped = server.stop(PATIENCE) => stopped,
    };
    let (stage, outcome) = played?;
    let ending = stage.end(&server.store, stopped).await?;
    outcome.map(|()| ending)
}

impl DemoArgs {
    /// Nothing but what was said: the settings of servers on this machine are not the demo's.
    fn settings(&self, data: &Path, sink: &Sink) -> Result<Settings> {
        let flag = |key: &str, value: String, flag: &str| (key.to_owned(), value, flag.to_owned());
        let mut flags = vec![
            flag("data", data.display().to_string(), "--data"),
            flag(
                "server.listen",
                format!("127.0.0.1:{}", self.port.unwrap_or(0)),
                "--port",
            ),
            // It writes little, and most disks of temporary folders are small.
            flag("store.min_free", "128MiB".to_owned(), "store.min_free"),
            flag("memory", "512MiB".to_owned(), "memory"),
            flag("log.level", "warn".to_owned(), "log.level"),
        ];
        flags.extend(sink.flags(data));
        Settings::read(None, Vec::new(), flags)
    }

    /// The server would say the same, but knows of other flags.
    fn check_port(&self) -> Result<()> {
        let Some(port) = self.port else { return Ok(()) };
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop);
        bound.with_context(|| {
            format!("cannot listen on 127.0.0.1:{port}; without --port any free one is taken")
        })
    }

    /// Customers at a time: one does something every few seconds.
    fn people(&self) -> usize {
        (self.rate as usize * 4).clamp(200, 50_000)
    }
}
