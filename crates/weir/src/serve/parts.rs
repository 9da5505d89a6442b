//! A server in one process: store, committer, ingest loop, dispatcher, jobs and HTTP, wired together.

use super::guard::Guard;
use super::stop::Stops;
use super::{stop, watch};
use crate::folder::{self, AddressFile};
use crate::recorder;
use crate::settings::Settings;
use crate::tasks::{Failure, OnFailure, Tasks};
use anyhow::{Context, Result, bail};
use api::{Api, Hosts};
use axum::serve::ListenerExt;
use control::{Control, Secrets};
use dispatcher::{Dispatcher, Retry, Site};
use ingest::{ClockMode, Ingest};
use model::{Clock, SystemClock};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;

/// A running server. Dropping it is a crash; end it with [`Server::stop`].
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What clients see in front of paths.
    pub(crate) url: String,
    /// What it keeps.
    pub(crate) store: Store,
    pub(super) tasks: Tasks,
    pub(super) stops: Stops,
    /// Taken away when the server is gone.
    #[expect(dead_code, reason = "it is held for its end")]
    address_file: AddressFile,
    /// The loop ends by itself when nobody is left to ask it, and that must not be before its turn.
    #[expect(dead_code, reason = "it is held for its end")]
    ingest: ingest::Handle,
}

impl Server {
    /// Starts a server. What cannot be used (a store in use, an address that is taken, definitions that this start
    /// forbids) is an error that says what to do.
    pub(crate) async fn start(settings: &Settings) -> Result<Self> {
        let listen = settings.server.listen;
        if !listen.ip().is_loopback() && !settings.server.behind_proxy {
            bail!(
                "{listen} can be reached from other machines: listen on 127.0.0.1, or put a proxy with TLS in front and \
                 say --behind-proxy"
            );
        }
        let metrics = recorder::install()?;
        folder::make(&settings.data)?;
        let secrets = Secrets::of_process(settings.server.secrets_dir.clone());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let site = site(settings, secrets.clone(), Arc::clone(&clock))?;
        let guard = Guard::of(settings, site.clone());
        let admin = folder::admin_token(&settings.data)?;
        let (store, committer) = open_store(settings).await?;
        let definitions = store.definitions()?;
        let forbidden = guard.forbidden(&definitions);
        if !forbidden.is_empty() {
            bail!(
                "the definitions in the store do not go with this start:\n  {}",
                forbidden.join("\n  ")
            );
        }
        let (ingest, handle) = Ingest::new(store.clone(), Arc::clone(&clock), settings.ingest_options()?)?;
        let retry = Retry {
            first: settings.delivery.first_retry.std(),
            ..Retry::default()
        };
        // Only the jitter of retries depends on it.
        let seed = clock.now().millis().unsigned_abs();
        let registry = destinations::all();
        let dispatcher = Dispatcher::new(dispatcher::Parts {
            store: store.clone(),
            clock: Arc::clone(&clock),
            registry: registry.clone(),
            site,
            retry,
            seed,
            ages: settings.ingest.clock == ClockMode::Wall,
        });
        let (control, worker) = Control::new(control::Parts {
            ingest: handle.clone(),
            dispatcher: dispatcher.clone(),
            store: store.clone(),
            kinds: registry,
            secrets,
            clock: Arc::clone(&clock),
            forbidden: Box::new(move |definitions| guard.forbidden(definitions)),
        })?;

        let listener = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen on {listen}; --listen 127.0.0.1:0 takes any free port")
        })?;
        let address = listener.local_addr().context("cannot tell the bound address")?;
        let url = settings
            .server
            .url
            .clone()
            .unwrap_or_else(|| format!("http://{address}"));
        let stops = Stops::default();
        let sending = dispatcher.clone();
        let router = api::router(Api {
            ingest: handle.clone(),
            control,
            store: store.clone(),
            clock,
            admin,
            hosts: Hosts::new(address, &settings.server.hosts),
            sandbox: settings.server.sandbox.clone(),
            url: url.clone(),
            version: env!("CARGO_PKG_VERSION"),
            sending: Box::new(move || watch::sending(&sending)),
            render: Box::new(watch::body),
            metrics: metrics.clone(),
            stopping: stops.http.clone(),
        });

        let mut tasks = Tasks::default();
        let committing = committer.run(stops.committer.clone());
        tasks.spawn(
            stop::COMMITTER,
            OnFailure::StopServer,
            &stops.committer,
            async move {
                committing.await;
                Ok(())
            },
        );
        let taking = ingest.run(stops.ingest.clone());
        tasks.spawn(stop::INGEST, OnFailure::StopServer, &stops.ingest, async move {
            taking.await;
            Ok(())
        });
        let (sender, stop_sending) = (dispatcher, stops.dispatcher.clone());
        tasks.spawn(
            stop::DISPATCHER,
            OnFailure::StopServer,
            &stops.dispatcher,
            async move {
                sender.run(stop_sending).await;
                Ok(())
            },
        );
        let changing = worker.run(stops.jobs.clone());
        tasks.spawn(stop::CONTROL, OnFailure::StopServer, &stops.jobs, async move {
            changing.await;
            Ok(())
        });
        tasks.spawn(
            stop::METRICS,
            OnFailure::GoOn,
            &stops.jobs,
            watch::metrics(metrics, stops.jobs.clone()),
        );
        // Answers are small and somebody waits for each of them.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps its delay");
            }
        });
        let serving =
            axum::serve(listener, router).with_graceful_shutdown(stops.http.clone().cancelled_owned());
        tasks.spawn(stop::HTTP, OnFailure::StopServer, &stops.http, async move {
            Ok(serving.await?)
        });

        let address_file = AddressFile::write(&settings.data, address)?;
        Ok(Self {
            address,
            url,
            store,
            tasks,
            stops,
            address_file,
            ingest: handle,
        })
    }

    /// Waits for a part to fail that the server cannot do without. Never resolves while all is well.
    pub(crate) async fn failure(&mut self) -> Failure {
        self.tasks.failure().await
    }

    /// Stops everything that decides, so that what is pending can only become less; [`Server::stop`] does the rest.
    pub(crate) async fn stop_deciding(&mut self, patience: Duration) {
        stop::stop_deciding(self, patience).await;
    }

    /// Stops taking, answers what is in, finishes calls in flight, and makes everything durable; after `patience`
    /// gives up what still runs.
    pub(crate) async fn stop(&mut self, patience: Duration) -> super::Stopped {
        stop::stop(self, patience).await
    }
}

/// What destinations may do on this machine.
fn site(settings: &Settings, secrets: Secrets, clock: Arc<dyn Clock>) -> Result<Site> {
    let (folder, may_be_made) = settings.exports_folder();
    if may_be_made {
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    if !folder.is_dir() {
        let path = folder.display();
        bail!(
            "the exports folder {path} is not there: if it is a mount, `mount {path}`; else `mkdir -p {path}`"
        );
    }
    Ok(Site {
        secrets: secrets.resolver(),
        clock,
        endpoints: settings.delivery.endpoints,
        default_credentials: settings.delivery.default_credentials,
        ..Site::new(folder)
    })
}

/// Opening reads much after a crash: not on a thread that serves.
async fn open_store(settings: &Settings) -> Result<(Store, store::Committer)> {
    let (folder, options) = (settings.store_folder(), settings.store_options());
    let opened = tokio::task::spawn_blocking(move || open_checked(&folder, &options)).await;
    opened.context("opening the store panicked")?
}

fn open_checked(folder: &Path, options: &store::Options) -> Result<(Store, store::Committer)> {
    Ok(store::open(folder, options)?)
}
