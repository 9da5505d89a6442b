//! The client of a destination: made with the first call, and again after its credentials were refused.

use super::failure::{Class, Failure};
use super::settings::{Credentials, Settings, Stream};
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::sts::AssumeRoleProvider;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::config::retry::RetryConfig;
use aws_sdk_kinesis::config::timeout::TimeoutConfig;
use aws_sdk_kinesis::config::{
    BehaviorVersion, Config, IdentityCache, Region, SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use dispatcher::{ResolveSecret, Site};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);

/// A client and the stream it is for.
pub(super) struct Connected {
    pub(super) kinesis: Client,
    pub(super) stream: Stream,
}

/// Without the client, which could show its credentials.
impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connected")
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// The client in use, if there is one.
pub(super) struct Clients {
    settings: Settings,
    secrets: ResolveSecret,
    current: std::sync::Mutex<Option<Arc<Connected>>>,
    /// Held while a client is made, so that the calls of a start make one.
    making: Mutex<()>,
}

impl Clients {
    pub(super) fn new(settings: &Settings, site: &Site) -> Self {
        Self {
            settings: settings.clone(),
            secrets: Arc::clone(&site.secrets),
            current: std::sync::Mutex::default(),
            making: Mutex::default(),
        }
    }

    /// The client, with the secrets of the time when it was made.
    pub(super) async fn get(&self) -> Result<Arc<Connected>, Failure> {
        if let Some(client) = self.current() {
            return Ok(client);
        }
        let _making = self.making.lock().await;
        if let Some(client) = self.current() {
            return Ok(client);
        }
        let config = self.config().await?;
        let client = Arc::new(Connected {
            kinesis: Client::from_conf(config),
            stream: self.settings.stream.clone(),
        });
        *self.slot() = Some(Arc::clone(&client));
        Ok(client)
    }

    /// The next call makes a new one, unless that has happened already.
    pub(super) fn forget(&self, client: &Arc<Connected>) {
        let mut current = self.slot();
        if current
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, client))
        {
            *current = None;
        }
    }

    fn current(&self) -> Option<Arc<Connected>> {
        self.slot().clone()
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Arc<Connected>>> {
        self.current
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn config(&self) -> Result<Config, Failure> {
        let settings = &self.settings;
        let region = Region::new(settings.region.clone());
        let timeout = Duration::from_secs(settings.timeout_seconds);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(timeout))
            .operation_timeout(timeout)
            .build();
        let own = match &settings.credentials {
            Credentials::Key { id, secret, token } => self.key(id, secret, token.as_deref()).await?,
            Credentials::Default => {
                let chain = DefaultCredentialsChain::builder().region(region.clone());
                SharedCredentialsProvider::new(chain.build().await)
            }
        };
        let credentials = match &settings.role {
            None => own,
            Some(role) => {
                // How this machine reaches services, and nothing of who it is: region and credentials are known.
                let reaching = aws_config::defaults(BehaviorVersion::latest())
                    .region(region.clone())
                    .credentials_provider(own)
                    .retry_config(RetryConfig::disabled())
                    .timeout_config(timeouts.clone())
                    .load()
                    .await;
                let assumed = AssumeRoleProvider::builder(role)
                    .session_name("weir")
                    .configure(&reaching);
                SharedCredentialsProvider::new(assumed.build().await)
            }
        };
        // Sooner than the call ends: whoever gives credentials does not answer then, and not the stream.
        let identities = IdentityCache::lazy().load_timeout(timeout * 3 / 4).build();
        let builder = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region)
            .credentials_provider(credentials)
            .identity_cache(identities)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        Ok(match &settings.endpoint {
            Some(endpoint) => builder.endpoint_url(endpoint).build(),
            None => builder.build(),
        })
    }

    /// An access key, looked up now.
    async fn key(
        &self,
        id: &str,
        secret: &str,
        token: Option<&str>,
    ) -> Result<SharedCredentialsProvider, Failure> {
        let secrets = Arc::clone(&self.secrets);
        let (id, secret, token) = (id.to_owned(), secret.to_owned(), token.map(str::to_owned));
        // It may read files.
        let looked_up = tokio::task::spawn_blocking(move || {
            let find = |reference: &str| secrets(reference).map(|found| found.expose().to_owned());
            // The id is no secret and may stand in the settings.
            let id = if is_reference(&id) { find(&id)? } else { id };
            let token = token.as_deref().map(find).transpose()?;
            Ok(aws_sdk_kinesis::config::Credentials::new(
                id,
                find(&secret)?,
                token,
                None,
                "weir",
            ))
        });
        let looked_up = looked_up
            .await
            .unwrap_or_else(|_| Err("looking secrets up panicked".to_owned()));
        // The next call looks again.
        let credentials = looked_up.map_err(|why| Failure::new(Class::Credentials, why))?;
        Ok(SharedCredentialsProvider::new(credentials))
    }
}

fn is_reference(text: &str) -> bool {
    text.starts_with("env:") || text.starts_with("file:")
}
