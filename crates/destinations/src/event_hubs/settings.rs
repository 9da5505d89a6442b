//! The settings of an Event Hubs destination.

use dispatcher::{Fields, SettingsError};
use serde_json::{Map, Value, json};

/// What the names of namespaces end with, by cloud. Another one needs an `endpoint`, which the server's owner allows.
const CLOUDS: [&str; 3] = [
    ".servicebus.windows.net",
    ".servicebus.usgovcloudapi.net",
    ".servicebus.chinacloudapi.cn",
];

/// Keys that say who we are, by the way of saying it.
const WAYS: [&[&str]; 3] = [
    &["sharedAccessKeyName", "sharedAccessKey"],
    &["connectionString"],
    &["tenantId", "clientId", "clientSecret"],
];

/// Secrets are in here by reference only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Fully qualified name; a connection string can say it instead.
    pub(super) namespace: Option<String>,
    /// Name of the hub; a connection string of a hub can say it instead.
    pub(super) hub: Option<String>,
    pub(super) credentials: Credentials,
    /// Where to connect instead: `amqp://` is plain TCP, `amqps://` is TLS.
    pub(super) endpoint: Option<String>,
    /// How long a call may take, connecting included.
    pub(super) timeout_seconds: u64,
    /// How often the hub is asked for its partitions.
    pub(super) partitions_every_seconds: u64,
}

/// Who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    /// A shared access policy: its name, and a reference to its key.
    Key { name: String, key: String },
    /// A reference to a connection string, of a namespace or of a hub.
    ConnectionString(String),
    /// An application registered with Entra: tenant, client, a reference to its secret, and where it signs in.
    Entra {
        tenant: String,
        client: String,
        secret: String,
        authority: Option<String>,
    },
}

impl Settings {
    pub(super) fn read(settings: &Value) -> Result<Self, Vec<SettingsError>> {
        let mut fields = Fields::new(settings);
        let given = |key: &str| settings.get(key).is_some();
        let way = WAYS
            .iter()
            .filter(|keys| keys.iter().any(|key| given(key)))
            .count();
        if way != 1 && settings.is_object() {
            let message = "must be one of three: `sharedAccessKeyName` and `sharedAccessKey`; `connectionString`; or `tenantId`, `clientId` and `clientSecret`";
            let key = if way == 0 {
                "sharedAccessKey"
            } else {
                "connectionString"
            };
            fields.mistake(key, message);
        }
        let by_string = given("connectionString");
        let read = Self {
            namespace: named(&mut fields, "namespace", !by_string && way <= 1),
            hub: named(&mut fields, "hub", !by_string && way <= 1),
            credentials: credentials(&mut fields, given),
            endpoint: fields.optional("endpoint").map(str::to_owned),
            timeout_seconds: fields.whole("timeoutSeconds", 10, 1..=600),
            partitions_every_seconds: fields.whole("partitionsEverySeconds", 300, 1..=86_400),
        };
        read.check(&mut fields);
        fields.finish(read)
    }

    /// What is wrong with values of the right type. An empty one was a mistake before.
    fn check(&self, fields: &mut Fields<'_>) {
        let filled = |text: &&String| !text.is_empty();
        let elsewhere = self.endpoint.is_some();
        if self
            .namespace
            .as_ref()
            .filter(filled)
            .is_some_and(|name| !is_namespace(name, elsewhere))
        {
            let message = "must be the full name of the namespace, such as `contoso.servicebus.windows.net`";
            fields.mistake("namespace", message);
        }
        if self
            .hub
            .as_ref()
            .filter(filled)
            .is_some_and(|name| !is_plain(name))
        {
            fields.mistake(
                "hub",
                "must be the name of a hub: letters, digits, `.`, `-` and `_`",
            );
        }
        if self
            .endpoint
            .as_ref()
            .filter(filled)
            .is_some_and(|url| !is_endpoint(url))
        {
            fields.mistake(
                "endpoint",
                "must be `amqps://host` or `amqp://host`, with a port if need be",
            );
        }
        match &self.credentials {
            Credentials::Key { name, .. } if !name.is_empty() && !is_plain(name) => {
                let message = "must be the name of a policy: letters, digits, `.`, `-` and `_`";
                fields.mistake("sharedAccessKeyName", message);
            }
            Credentials::Entra {
                authority, tenant, ..
            } => {
                if !tenant.is_empty() && !is_plain(tenant) {
                    fields.mistake("tenantId", "must be the id or the domain of a tenant");
                }
                let wrong = |url: &String| !url.is_empty() && !url.starts_with("https://");
                if authority.as_ref().is_some_and(wrong) {
                    fields.mistake("authority", "must begin with `https://`");
                }
            }
            _ => {}
        }
    }

    pub(super) fn written_out(&self) -> Value {
        let mut all = Map::new();
        let mut put = |key: &str, value: Value| all.insert(key.to_owned(), value);
        if let Some(namespace) = &self.namespace {
            put("namespace", json!(namespace));
        }
        if let Some(hub) = &self.hub {
            put("hub", json!(hub));
        }
        match &self.credentials {
            Credentials::Key { name, key } => {
                put("sharedAccessKeyName", json!(name));
                put("sharedAccessKey", json!(key));
            }
            Credentials::ConnectionString(reference) => {
                put("connectionString", json!(reference));
            }
            Credentials::Entra {
                tenant,
                client,
                secret,
                authority,
            } => {
                put("tenantId", json!(tenant));
                put("clientId", json!(client));
                put("clientSecret", json!(secret));
                if let Some(authority) = authority {
                    put("authority", json!(authority));
                }
            }
        }
        if let Some(endpoint) = &self.endpoint {
            put("endpoint", json!(endpoint));
        }
        put("timeoutSeconds", json!(self.timeout_seconds));
        put("partitionsEverySeconds", json!(self.partitions_every_seconds));
        Value::Object(all)
    }
}

/// A name that has to be there, or may be.
fn named(fields: &mut Fields<'_>, key: &'static str, must: bool) -> Option<String> {
    if must {
        return Some(fields.text(key).to_owned());
    }
    fields.optional(key).map(str::to_owned)
}

fn credentials(fields: &mut Fields<'_>, given: impl Fn(&str) -> bool) -> Credentials {
    // In this order, the credentials of all ways are asked for, so that none is called an unknown key.
    let authority = fields.optional("authority").map(str::to_owned);
    let [_, _, entra] = WAYS.map(|keys| keys.iter().any(|key| given(key)));
    if entra {
        let read = Credentials::Entra {
            tenant: fields.text("tenantId").to_owned(),
            client: fields.text("clientId").to_owned(),
            secret: fields.text("clientSecret").to_owned(),
            authority,
        };
        fields.know(&["connectionString", "sharedAccessKeyName", "sharedAccessKey"]);
        return read;
    }
    if authority.is_some() {
        fields.mistake("authority", "is for `tenantId`, `clientId` and `clientSecret`");
    }
    fields.know(&["tenantId", "clientId", "clientSecret"]);
    if given("connectionString") {
        fields.know(&["sharedAccessKeyName", "sharedAccessKey"]);
        return Credentials::ConnectionString(fields.text("connectionString").to_owned());
    }
    fields.know(&["connectionString"]);
    Credentials::Key {
        name: fields.text("sharedAccessKeyName").to_owned(),
        key: fields.text("sharedAccessKey").to_owned(),
    }
}

/// A name of DNS, in one of the clouds unless it is reached elsewhere.
fn is_namespace(name: &str, elsewhere: bool) -> bool {
    let label = |label: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        !label.is_empty() && label.chars().all(plain) && !label.starts_with('-')
    };
    let lower = name.to_ascii_lowercase();
    let in_cloud = elsewhere || CLOUDS.iter().any(|cloud| lower.ends_with(cloud));
    in_cloud && name.contains('.') && name.len() <= 253 && name.split('.').all(label)
}

fn is_plain(name: &str) -> bool {
    name.len() <= 256
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
}

fn is_endpoint(url: &str) -> bool {
    let rest = url
        .strip_prefix("amqps://")
        .or_else(|| url.strip_prefix("amqp://"));
    rest.is_some_and(|authority| {
        let (host, port) = authority.split_once(':').unwrap_or((authority, "5671"));
        !host.is_empty() && is_plain(host) && port.parse::<u16>().is_ok()
    })
}

#[cfg(test)]
mod tests;
