//! `weir serve`: the parts of a server, put together and taken apart again.

mod guard;
mod parts;
mod signals;
mod stop;
mod watch;
mod welcome;

pub(crate) use parts::Server;
pub(crate) use stop::Stopped;

use crate::exit::End;
use crate::logs;
use crate::settings::Settings;
use anyhow::{Context, Result};
use signals::Signals;
use std::time::Duration;
use tokio::runtime::Runtime;

/// How long a stop waits at most when a part of the server has failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Runs a server until it is told to stop, or a part of it fails.
pub(crate) fn run(settings: &Settings) -> Result<End> {
    logs::start(&settings.log)?;
    let runtime = runtime()?;
    let end = runtime.block_on(serve(settings));
    // After a hard stop something may still run; waiting for it would be waiting for what was given up.
    runtime.shutdown_background();
    end
}

async fn serve(settings: &Settings) -> Result<End> {
    let mut signals = Signals::listen()?;
    let mut server = Server::start(settings).await?;
    welcome::print(&server, settings);
    let failure = tokio::select! {
        signal = signals.next() => {
            tracing::info!(signal, "stopping: nothing new is taken, what is in work is finished; a second signal stops at once");
            None
        }
        failure = server.failure() => Some(failure),
    };
    // Without one of its parts a server finishes little: the next start does the rest.
    let whole = settings.server.stop_within.std();
    let patience = if failure.is_some() {
        whole.min(AFTER_FAILURE)
    } else {
        whole
    };
    let stopped = tokio::select! {
        stopped = server.stop(patience) => stopped,
        signal = signals.next() => {
            tracing::warn!(signal, "stopping at once");
            Stopped::Hard
        }
    };
    match (failure, stopped) {
        (Some(failure), _) => {
            tracing::error!(
                task = failure.name,
                why = failure.why,
                "the server went down with one of its parts"
            );
            Ok(End::Crashed)
        }
        (None, Stopped::Softly) => {
            tracing::info!("stopped");
            Ok(End::Done)
        }
        (None, Stopped::Hard) => Ok(End::Hard),
    }
}

/// The runtime of a command.
pub(crate) fn runtime() -> Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

#[cfg(test)]
mod tests;
