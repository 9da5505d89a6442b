//! One connection to a namespace, and a link to each partition that was sent to.
//!
//! It is the connection of `azure_core_amqp`, below the `ProducerClient` of `azure_messaging_eventhubs`, for three reasons. That
//! one's `send_batch` says `Ok` for a batch that was released or modified, which is a batch that was not stored. Its
//! `BufferedProducerClient` knows better, but fills batches up to what the link takes, in several frames, of which
//! fe2o3-amqp 0.16 loses settlements. And neither reconnects once its retries are off.
//!
//! A client that failed in any way but a clean rejection is spent: its links may wait for settlements that never come,
//! or have sent half a message. Dropping it closes the connection.

use super::credential::Credential;
use super::event;
use super::failure::{Class, Failure, Stage};
use azure_core::http::Url;
use azure_core::time::OffsetDateTime;
use azure_core_amqp::{
    AmqpClaimsBasedSecurity, AmqpClaimsBasedSecurityApis, AmqpConnection, AmqpConnectionApis,
    AmqpConnectionOptions, AmqpError, AmqpSendOutcome, AmqpSender, AmqpSenderApis, AmqpSession,
    AmqpSessionApis, AmqpSessionOptions,
};
use model::{Clock, Timestamp};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout_at};

/// A client that was not used for so long is spent: the service ends links after ten idle minutes, connections sooner.
const IDLE: Duration = Duration::from_mins(4);

/// What the service calls the client.
const NAME: &str = "weir";

pub(super) struct Client {
    // Links and sessions before their connection: they are dropped in this order.
    links: Mutex<BTreeMap<String, Arc<OnceCell<Arc<Link>>>>>,
    claims: tokio::sync::Mutex<Claims>,
    connection: AmqpConnection,
    credential: Credential,
    clock: Arc<dyn Clock>,
    spent: AtomicBool,
    used: Mutex<Instant>,
}

/// The right to send, which has to be shown again before it ends.
struct Claims {
    cbs: AmqpClaimsBasedSecurity,
    renewal: Timestamp,
}

impl Client {
    /// Connects and shows the credentials.
    pub(super) async fn connect(
        credential: Credential,
        endpoint: Option<&str>,
        clock: Arc<dyn Clock>,
        deadline: Instant,
    ) -> Result<Self, Failure> {
        let connecting = async {
            let failed = |error: AmqpError| Failure::of(&error, Stage::Connect);
            let url = |text: &str| {
                Url::parse(text).map_err(|error| Failure::new(Class::Endpoint, format!("{text}: {error}")))
            };
            let token = credential.token(clock.now()).await?;
            let options = AmqpConnectionOptions {
                custom_endpoint: endpoint.map(url).transpose()?,
                ..AmqpConnectionOptions::default()
            };
            let connection = AmqpConnection::new();
            let audience = credential.audience();
            let opening = connection.open(NAME.to_owned(), url(&audience)?, Some(options));
            opening.await.map_err(failed)?;
            let cbs =
                AmqpClaimsBasedSecurity::new(begin(&connection).await.map_err(failed)?).map_err(failed)?;
            cbs.attach().await.map_err(failed)?;
            let mut claims = Claims {
                cbs,
                renewal: token.renewal(),
            };
            claims.show(&audience, &token).await?;
            Ok((connection, claims))
        };
        let (connection, claims) = before(deadline, Stage::Connect, connecting).await?;
        Ok(Self {
            links: Mutex::default(),
            claims: tokio::sync::Mutex::new(claims),
            connection,
            credential,
            clock,
            spent: AtomicBool::new(false),
            used: Mutex::new(Instant::now()),
        })
    }

    /// Whether it can still be used.
    pub(super) fn is_fresh(&self) -> bool {
        !self.spent.load(Ordering::Acquire) && lock(&self.used).elapsed() < IDLE
    }

    /// Takes it out of use: the next call connects anew.
    pub(super) fn spend(&self) {
        self.spent.store(true, Ordering::Release);
    }

    /// Sends events, encoded, as one batch; `Ok` means that the service says it stored them.
    pub(super) async fn send(
        &self,
        link: &Link,
        events: Vec<Vec<u8>>,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let (message, options) = event::batch(events);
        let sending = async {
            let sent = link.sender.send_ref(&message, Some(options)).await;
            sent.map_err(|error| Failure::of(&error, Stage::Send))
        };
        let outcome = before(deadline, Stage::Send, sending).await?;
        *lock(&self.used) = Instant::now();
        match outcome {
            AmqpSendOutcome::Accepted => Ok(()),
            AmqpSendOutcome::Rejected(why) => Err(Failure::rejected(why)),
            // Neither says that anything was stored.
            AmqpSendOutcome::Released => Err(Failure::new(
                Class::Transient,
                "released: the service did not take it",
            )),
            AmqpSendOutcome::Modified(_) => Err(Failure::new(
                Class::Transient,
                "modified: the service did not take it",
            )),
        }
    }

    /// The link to a partition; the first who asks opens it.
    pub(super) async fn link(&self, partition: &str, deadline: Instant) -> Result<Arc<Link>, Failure> {
        before(deadline, Stage::Attach, self.renew()).await?;
        let cell = Arc::clone(lock(&self.links).entry(partition.to_owned()).or_default());
        let attaching = async {
            let link = cell.get_or_try_init(|| self.attach(partition)).await;
            link.cloned().map_err(|error| Failure::of(&error, Stage::Attach))
        };
        before(deadline, Stage::Attach, attaching).await
    }

    async fn attach(&self, partition: &str) -> Result<Arc<Link>, AmqpError> {
        // The service allows 255 links a session, and a hub can have more partitions.
        let session = begin(&self.connection).await?;
        let sender = AmqpSender::new();
        let target = format!("{}/Partitions/{partition}", self.credential.audience());
        sender
            .attach(&session, format!("{NAME}-{partition}"), target, None)
            .await?;
        let most = sender.max_message_size().await?.filter(|most| *most > 0);
        let most = most
            .and_then(|most| usize::try_from(most).ok())
            .unwrap_or(usize::MAX);
        Ok(Arc::new(Link {
            sender,
            _session: session,
            most,
        }))
    }

    /// Shows a new token if the last one is about to end.
    async fn renew(&self) -> Result<(), Failure> {
        let mut claims = self.claims.lock().await;
        let now = self.clock.now();
        if now < claims.renewal {
            return Ok(());
        }
        let token = self.credential.token(now).await?;
        claims.renewal = token.renewal();
        claims.show(&self.credential.audience(), &token).await
    }
}

impl Claims {
    async fn show(&mut self, audience: &str, token: &super::credential::Token) -> Result<(), Failure> {
        let end = OffsetDateTime::from_unix_timestamp(token.until.millis() / 1000);
        let end =
            end.map_err(|error| Failure::new(Class::Endpoint, format!("the end of the token: {error}")))?;
        let shown = self
            .cbs
            .authorize_path(audience.to_owned(), token.kind.clone(), &token.text, end);
        shown.await.map_err(|error| Failure::of(&error, Stage::Connect))
    }
}

/// A link to one partition. One transfer is on its way at a time.
pub(super) struct Link {
    sender: AmqpSender,
    // Ends with the link.
    _session: AmqpSession,
    /// Bytes of a message, as the service says.
    pub(super) most: usize,
}

async fn begin(connection: &AmqpConnection) -> Result<AmqpSession, AmqpError> {
    let session = AmqpSession::new();
    session
        .begin(connection, Some(AmqpSessionOptions::with_unbounded_windows()))
        .await?;
    Ok(session)
}

/// The one place that waits for the service: a settlement can be lost, and then nothing ever comes.
async fn before<T>(
    deadline: Instant,
    stage: Stage,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match timeout_at(deadline, work).await {
        Ok(done) => done,
        Err(_) => Err(Failure::timeout(stage)),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
