//! Who is at work while a demo runs: those who post, those who watch, and the screen.

use super::admin::Admin;
use super::board::Board;
use super::ending::Ending;
use super::feed::{LANES, Lane};
use super::screen::{Scene, Screen};
use super::shop::Shop;
use super::signals::Signals;
use super::sink::Sink;
use super::source::Source;
use super::wish::Wish;
use super::{DemoArgs, PATIENCE, watch};
use crate::client::Client;
use crate::folder;
use crate::serve::{Server, Stopped};
use crate::settings::Settings;
use crate::tasks::{Failure, OnFailure, Tasks};
use anyhow::{Context, Result, anyhow};
use model::{Clock, DataflowNo, SystemClock};
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const SHOPPERS: &str = "shoppers";
const TAIL: &str = "reader of exports";
const TICKS: &str = "watcher";
const SIGNALS: &str = "signals";

/// How often one looks whether all is delivered.
const LOOK: Duration = Duration::from_millis(10);
/// How long the watchers have for their last look.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// A demo at work. Dropping it ends all of it at once.
pub(super) struct Stage {
    board: Arc<Board>,
    tasks: Tasks,
    wish: Wish,
    stop_shoppers: CancellationToken,
    stop_ticks: CancellationToken,
    stop_watching: CancellationToken,
    screen: Option<Screen>,
    dataflow: DataflowNo,
    sink: Sink,
    /// Where the exports are, for people.
    exports: String,
}

impl Stage {
    /// Puts the programme in force and lets the shoppers in.
    pub(super) async fn open(
        args: &DemoArgs,
        settings: &Settings,
        (sink, source): (Sink, Source),
        server: &Server,
        live: bool,
        signals: Signals,
        wish: &Wish,
    ) -> Result<Self> {
        let admin = Admin::new(Client::at(
            server.url.clone(),
            folder::read_token(&settings.data)?,
        )?);
        let programme = admin.apply(&sink).await?;
        admin.check_ready().await?;
        let definitions = server.store.definitions()?;
        let dataflow = definitions
            .dataflows
            .first()
            .context("the programme has no dataflow")?
            .no;
        let exports = source.shown();
        let since = SystemClock.now();
        let board = Arc::new(Board::new(programme.segments.clone(), since));
        let scene = Scene {
            people: args.people(),
            seconds: args.seconds,
            url: server.url.clone(),
            data: settings.data.clone(),
            sink: sink.clone(),
            exports: exports.clone(),
            stays: args.data.is_some(),
        };
        let screen = if live {
            Some(Screen::start(Arc::clone(&board), scene, wish.clone())?)
        } else {
            None
        };
        let mut stage = Self {
            board: Arc::clone(&board),
            tasks: Tasks::default(),
            wish: wish.clone(),
            stop_shoppers: CancellationToken::new(),
            stop_ticks: CancellationToken::new(),
            stop_watching: CancellationToken::new(),
            screen,
            dataflow,
            sink,
            exports,
        };
        stage.watch(admin, source, signals);
        for number in 0..LANES {
            let people = args.people() / LANES as usize;
            let shop = Shop::open(number, people, args.seed, since);
            let rate = f64::from(args.rate) / LANES as f64;
            let lane = Lane::new(&server.url, &programme, shop, rate, Arc::clone(&board))?;
            let stop = &stage.stop_shoppers;
            stage
                .tasks
                .spawn(SHOPPERS, OnFailure::StopServer, stop, lane.run(stop.clone()));
        }
        Ok(stage)
    }

    fn watch(&mut self, admin: Admin, source: Source, signals: Signals) {
        let Self {
            board,
            tasks,
            wish,
            stop_ticks,
            stop_watching,
            screen,
            ..
        } = self;
        let print = screen.is_none();
        let ticks = watch::ticks(Arc::clone(board), admin, print, wish.clone(), stop_ticks.clone());
        tasks.spawn(TICKS, OnFailure::StopServer, stop_ticks, ticks);
        let reader = watch::read(Arc::clone(board), source, stop_watching.clone());
        tasks.spawn(TAIL, OnFailure::StopServer, stop_watching, reader);
        let listener = watch::listen(signals, wish.clone(), stop_watching.clone());
        tasks.spawn(SIGNALS, OnFailure::StopServer, stop_watching, listener);
    }

    /// Waits for the end, lets the shoppers finish, and waits until everything decided is delivered. An error is a
    /// part that failed.
    pub(super) async fn play(&mut self, server: &mut Server, seconds: Option<u64>) -> Result<()> {
        let broken = |failure: Failure| Err(anyhow!("the demo broke off: {}: {}", failure.name, failure.why));
        let outcome = tokio::select! {
            () = until(seconds) => Ok(()),
            () = self.wish.softly.cancelled() => Ok(()),
            failure = self.tasks.failure() => broken(failure),
            failure = server.failure() => broken(failure),
        };
        self.wish.softly.cancel();
        self.stop_shoppers.cancel();
        let at_once = self.wish.at_once.clone();
        let drained = async {
            self.tasks.ended(&[SHOPPERS], PATIENCE).await;
            self.stop_ticks.cancel();
            self.tasks.ended(&[TICKS], PATIENCE).await;
            // Time goes on and would decide more and more.
            server.stop_deciding(PATIENCE).await;
            if outcome.is_ok() {
                drained(&server.store, self.dataflow, &self.board).await?;
            }
            Ok(())
        };
        let drained = tokio::select! {
            biased;
            () = at_once.cancelled() => Ok(()),
            drained = drained => drained,
        };
        outcome.and(drained)
    }

    /// After the server has stopped: reads the rest, gives the terminal back, and counts up.
    pub(super) async fn end(mut self, store: &Store, stopped: Stopped) -> Result<Ending> {
        self.stop_ticks.cancel();
        self.stop_watching.cancel();
        self.tasks.ended(&[TICKS, TAIL, SIGNALS], LAST_LOOK).await;
        self.board.finish();
        if let Some(screen) = self.screen.take() {
            screen.end()?;
        }
        let account = store.account(self.dataflow)?;
        Ok(Ending {
            account,
            view: self.board.view(),
            stopped,
            sink: self.sink,
            exports: self.exports,
        })
    }
}

async fn until(seconds: Option<u64>) {
    match seconds {
        Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
        None => std::future::pending().await,
    }
}

/// Waits until nothing is pending, or no longer than it is worth.
async fn drained(store: &Store, dataflow: DataflowNo, board: &Board) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let account = store.account(dataflow)?;
        let pending = account.pending;
        board.settled(account);
        if pending == 0 || Instant::now() >= deadline {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
}
