//! Tokens that let the client in: signed with a shared access key, signed by somebody else, or given by Entra.

use super::failure::{Class, Failure, Stage};
use super::settings::{Credentials, Settings};
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{ClientOptions, RetryOptions, Transport};
use azure_core::{base64, hmac};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use azure_messaging_eventhubs::{ConnectionString, ProducerClient};
use model::{Duration, Timestamp};
use std::sync::Arc;

/// How long a token that we sign is good for.
const SIGNED_FOR: Duration = Duration::from_millis(60 * 60 * 1000);

/// A token is renewed this long before it ends. Entra gives a new one from five minutes before.
const AHEAD: Duration = Duration::from_millis(4 * 60 * 1000);

/// Where Entra signs in, unless the cloud is another.
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// What Entra is asked for.
const SCOPE: &str = "https://eventhubs.azure.net/.default";

/// What `$cbs` calls a shared access signature.
const SIGNATURE: &str = "servicebus.windows.net:sastoken";

/// Where to go and as whom, secrets looked up. It has no `Debug`: it would show them.
pub(super) struct Credential {
    /// Fully qualified name of the namespace.
    pub(super) namespace: String,
    pub(super) hub: String,
    way: Way,
}

enum Way {
    Key { name: String, key: Secret },
    Signed { token: Secret, until: Timestamp },
    Entra(Arc<ClientSecretCredential>),
}

/// Something to show to `$cbs`.
pub(super) struct Token {
    pub(super) text: Secret,
    /// What kind it is; `None` is a JSON Web Token.
    pub(super) kind: Option<String>,
    /// When it ends.
    pub(super) until: Timestamp,
}

impl Token {
    /// When to show the next one.
    pub(super) fn renewal(&self) -> Timestamp {
        self.until - AHEAD
    }
}

impl Credential {
    /// Looks the secrets up with `resolve`, as they are now. `transport` is how Entra is reached, if not as usual.
    pub(super) fn new(
        settings: &Settings,
        resolve: impl Fn(&str) -> Result<model::Secret, String>,
        transport: Option<Transport>,
    ) -> Result<Self, Failure> {
        let secret = |reference: &str| {
            let found = resolve(reference).map_err(|why| Failure::new(Class::Endpoint, why));
            found.map(|secret| Secret::new(secret.expose().to_owned()))
        };
        let (namespace, hub) = (settings.namespace.clone(), settings.hub.clone());
        match &settings.credentials {
            Credentials::Key { name, key } => Ok(Self {
                namespace: namespace.unwrap_or_default(),
                hub: hub.unwrap_or_default(),
                way: Way::Key {
                    name: name.clone(),
                    key: secret(key)?,
                },
            }),
            Credentials::ConnectionString(reference) => {
                Self::of_connection_string(&secret(reference)?, namespace, hub)
            }
            Credentials::Entra {
                tenant,
                client,
                secret: reference,
                authority,
            } => {
                let authority = authority.as_deref().unwrap_or(AUTHORITY);
                let way = entra(tenant, client, secret(reference)?, authority, transport)?;
                Ok(Self {
                    namespace: namespace.unwrap_or_default(),
                    hub: hub.unwrap_or_default(),
                    way: Way::Entra(way),
                })
            }
        }
    }

    fn of_connection_string(
        text: &Secret,
        namespace: Option<String>,
        hub: Option<String>,
    ) -> Result<Self, Failure> {
        let wrong = |why: &str| Failure::new(Class::Endpoint, format!("the connection string {why}"));
        // Its own words could repeat a part of it.
        let parsed = ConnectionString::try_from(text).map_err(|_| wrong("cannot be read"))?;
        if namespace
            .is_some_and(|namespace| !namespace.eq_ignore_ascii_case(&parsed.fully_qualified_namespace))
        {
            return Err(wrong("is for another namespace than the settings"));
        }
        let hub = match (hub, parsed.entity_path) {
            (Some(ours), Some(its)) if ours != its => {
                return Err(wrong("is for another hub than the settings"));
            }
            (ours, its) => ours
                .or(its)
                .ok_or_else(|| wrong("is for a whole namespace: name the `hub` in the settings"))?,
        };
        let way = match (
            parsed.shared_access_signature,
            parsed.shared_access_key_name,
            parsed.shared_access_key,
        ) {
            (Some(token), ..) => Way::Signed {
                until: end_of(token.secret()).ok_or_else(|| wrong("has a signature without an end"))?,
                token,
            },
            (None, Some(name), Some(key)) => Way::Key { name, key },
            _ => return Err(wrong("has neither a key nor a signature")),
        };
        Ok(Self {
            namespace: parsed.fully_qualified_namespace,
            hub,
            way,
        })
    }

    /// A token that is good at `now`.
    pub(super) async fn token(&self, now: Timestamp) -> Result<Token, Failure> {
        match &self.way {
            Way::Key { name, key } => {
                let until = now + SIGNED_FOR;
                let text = sign(&self.audience(), name, key, until)
                    .map_err(|_| Failure::new(Class::Endpoint, "the shared access key cannot sign"))?;
                Ok(Token {
                    text: Secret::new(text),
                    kind: Some(SIGNATURE.to_owned()),
                    until,
                })
            }
            Way::Signed { token, until } => Ok(Token {
                text: token.clone(),
                kind: Some(SIGNATURE.to_owned()),
                until: *until,
            }),
            Way::Entra(credential) => {
                let given = credential.get_token(&[SCOPE], None).await;
                let given = given.map_err(|error| Failure::of(&error, Stage::Connect))?;
                Ok(Token {
                    text: given.token,
                    kind: None,
                    until: Timestamp::from_millis(given.expires_on.unix_timestamp() * 1000),
                })
            }
        }
    }

    /// What tokens are for: the hub, and so all its partitions.
    pub(super) fn audience(&self) -> String {
        format!("amqps://{}/{}", self.namespace, self.hub)
    }

    /// A client of the SDK with these credentials.
    pub(super) async fn producer(
        &self,
        endpoint: Option<&str>,
    ) -> azure_messaging_eventhubs::Result<ProducerClient> {
        let mut builder =
            ProducerClient::builder().with_retry_options(azure_messaging_eventhubs::RetryOptions {
                max_retries: 0,
                ..azure_messaging_eventhubs::RetryOptions::default()
            });
        if let Some(endpoint) = endpoint {
            builder = builder.with_custom_endpoint(endpoint.to_owned());
        }
        let with = match &self.way {
            Way::Key { name, key } => format!("SharedAccessKeyName={name};SharedAccessKey={}", key.secret()),
            Way::Signed { token, .. } => format!("SharedAccessSignature={}", token.secret()),
            Way::Entra(credential) => {
                return builder
                    .open(&self.namespace, &self.hub, Arc::clone(credential) as _)
                    .await;
            }
        };
        let text = format!("Endpoint=sb://{}/;{with}", self.namespace);
        builder.open_with_connection_string(&text, Some(&self.hub)).await
    }
}

fn entra(
    tenant: &str,
    client: &str,
    secret: Secret,
    authority: &str,
    transport: Option<Transport>,
) -> Result<Arc<ClientSecretCredential>, Failure> {
    let mut cloud = CustomConfiguration::default();
    authority.clone_into(&mut cloud.authority_host);
    let client_options = ClientOptions {
        // One retry policy, one place.
        retry: RetryOptions::none(),
        cloud: Some(Arc::new(CloudConfiguration::Custom(cloud))),
        transport,
        ..ClientOptions::default()
    };
    let options = ClientSecretCredentialOptions { client_options };
    ClientSecretCredential::new(tenant, client.to_owned(), secret, Some(options))
        .map_err(|error| Failure::of(&error, Stage::Connect))
}

/// A shared access signature: `HMAC-SHA256` by the key as it stands over the encoded resource and the end.
fn sign(resource: &str, name: &str, key: &Secret, until: Timestamp) -> azure_core::Result<String> {
    let resource = percent_encoded(resource).to_lowercase();
    let end = until.millis() / 1000;
    // The function decodes its key first; the service takes the text of the key for the key.
    let key = Secret::new(base64::encode(key.secret()));
    let signature = hmac::hmac_sha256(&format!("{resource}\n{end}"), &key)?;
    let signature = percent_encoded(&signature);
    Ok(format!(
        "SharedAccessSignature sr={resource}&sig={signature}&se={end}&skn={name}"
    ))
}

/// When a signature made by somebody else ends.
fn end_of(token: &str) -> Option<Timestamp> {
    let fields = token.strip_prefix("SharedAccessSignature ")?;
    let end = fields.split('&').find_map(|field| field.strip_prefix("se="))?;
    let seconds: i64 = end.parse().ok()?;
    seconds.checked_mul(1000).map(Timestamp::from_millis)
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            let digit = |of: u8| char::from(HEX[usize::from(of & 15)]);
            encoded.extend(['%', digit(byte >> 4), digit(byte)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
