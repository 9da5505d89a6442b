//! Those who find out what goes on: the server's word, the delivered files, and signals.

use super::admin::Admin;
use super::board::Board;
use super::lines;
use super::signals::Signals;
use super::source::Source;
use super::tail::Line;
use super::wish::Wish;
use anyhow::{Context, Result};
use model::{Clock, SystemClock};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

const SECOND: Duration = Duration::from_secs(1);

/// So many seconds in a row a server may take no messages: a full disk does not mend itself.
const UNREADY_SECONDS: u32 = 5;

/// Asks the server once a second, and prints what is known by then if there is no screen to show it. Fails if the
/// server takes no messages for long.
pub(super) async fn ticks(
    board: Arc<Board>,
    admin: Admin,
    print: bool,
    wish: Wish,
    stop: CancellationToken,
) -> Result<()> {
    let mut second = tokio::time::interval_at(Instant::now() + SECOND, SECOND);
    second.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut unready = 0;
    loop {
        let last = tokio::select! {
            biased;
            () = stop.cancelled() => true,
            _ = second.tick() => false,
        };
        board.tick(admin.ask().await?, SystemClock.now());
        if last {
            return Ok(());
        }
        match admin.check_ready().await {
            Ok(()) => unready = 0,
            Err(_) if unready < UNREADY_SECONDS => unready += 1,
            Err(error) => return Err(error),
        }
        if !print {
            continue;
        }
        match lines::print(&board.view()) {
            Ok(()) => {}
            // Whoever read them has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => wish.softly.cancel(),
            Err(error) => return Err(error).context("cannot print"),
        }
    }
}

/// Reads what was delivered, until nothing more will be.
pub(super) async fn read(board: Arc<Board>, mut source: Source, stop: CancellationToken) -> Result<()> {
    let mut beat = tokio::time::interval(source.every());
    beat.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        let last = stop.is_cancelled();
        tokio::select! {
            () = stop.cancelled(), if !last => continue,
            _ = beat.tick() => {}
        }
        let (back, exports) = source.read().await?;
        source = back;
        let now = SystemClock.now();
        for export in exports {
            board.delivered(&Line::parse(&export)?, now);
        }
        if last {
            return Ok(());
        }
    }
}

/// Takes signals for wishes.
pub(super) async fn listen(mut signals: Signals, wish: Wish, stop: CancellationToken) -> Result<()> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = signals.next() => wish.end(),
        }
    }
}
