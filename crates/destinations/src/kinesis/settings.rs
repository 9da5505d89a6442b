//! The settings of a Kinesis destination.

use dispatcher::{Fields, SettingsError};
use serde_json::{Map, Value, json};

/// Secrets are in here by reference only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) stream: Stream,
    pub(super) region: String,
    /// Where to connect instead of the service of the region.
    pub(super) endpoint: Option<String>,
    pub(super) credentials: Credentials,
    /// A role to assume with these credentials.
    pub(super) role: Option<String>,
    /// How long a call may take, connecting included.
    pub(super) timeout_seconds: u64,
}

/// The stream as calls name it: exactly one of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stream {
    pub(super) name: Option<String>,
    pub(super) arn: Option<String>,
}

/// Who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Credentials {
    /// An access key. The id is no secret, but a reference is allowed, so that both change together.
    Key {
        id: String,
        secret: String,
        token: Option<String>,
    },
    /// Whatever this machine has: environment, profile, container or instance role.
    Default,
}

impl Settings {
    pub(super) fn read(settings: &Value) -> Result<Self, Vec<SettingsError>> {
        let mut fields = Fields::new(settings);
        let stream = stream(&mut fields);
        let of_arn = stream.arn.as_deref().and_then(region_of);
        let region = match (fields.optional("region"), of_arn) {
            (Some(region), Some(other)) if region != other && !region.is_empty() => {
                fields.mistake("region", format!("is {region}, and the stream is in {other}"));
                region.to_owned()
            }
            (Some(region), _) | (None, Some(region)) => region.to_owned(),
            (None, None) => {
                if settings.is_object() {
                    fields.mistake(
                        "region",
                        "is missing; it is a part of the stream's ARN, or written beside its name",
                    );
                }
                String::new()
            }
        };
        if !region.is_empty()
            && !region
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        {
            fields.mistake("region", "must be the name of a region, such as `eu-west-1`");
        }
        let endpoint = fields.optional("endpoint").map(str::to_owned);
        if endpoint
            .as_deref()
            .is_some_and(|url| !url.is_empty() && !is_url(url))
        {
            fields.mistake(
                "endpoint",
                "must be `https://host` or `http://host`, with a port if need be",
            );
        }
        let credentials = credentials(&mut fields, settings);
        let role = fields.optional("roleArn").map(str::to_owned);
        if role
            .as_deref()
            .is_some_and(|role| !role.is_empty() && !role.starts_with("arn:"))
        {
            fields.mistake(
                "roleArn",
                "must be the ARN of a role: `arn:aws:iam::123456789012:role/weir`",
            );
        }
        let read = Self {
            stream,
            region,
            endpoint,
            credentials,
            role,
            timeout_seconds: fields.whole("timeoutSeconds", 10, 1..=600),
        };
        fields.finish(read)
    }

    pub(super) fn written_out(&self) -> Value {
        let mut all = Map::new();
        let mut put = |key: &str, value: &str| all.insert(key.to_owned(), json!(value));
        let (name, arn) = (self.stream.name.as_deref(), self.stream.arn.as_deref());
        put("stream", name.or(arn).unwrap_or_default());
        put("region", &self.region);
        match &self.credentials {
            Credentials::Key { id, secret, token } => {
                put("accessKeyId", id);
                put("secretAccessKey", secret);
                if let Some(token) = token {
                    put("sessionToken", token);
                }
            }
            Credentials::Default => {
                put("credentials", "default");
            }
        }
        if let Some(role) = &self.role {
            put("roleArn", role);
        }
        if let Some(endpoint) = &self.endpoint {
            put("endpoint", endpoint);
        }
        all.insert("timeoutSeconds".to_owned(), json!(self.timeout_seconds));
        Value::Object(all)
    }
}

fn stream(fields: &mut Fields<'_>) -> Stream {
    let text = fields.text("stream");
    if text.starts_with("arn:") {
        if region_of(text).is_none() {
            let message =
                "must be the ARN of a stream: `arn:aws:kinesis:eu-west-1:123456789012:stream/profiles`";
            fields.mistake("stream", message);
        }
        return Stream {
            arn: Some(text.to_owned()),
            name: None,
        };
    }
    if !text.is_empty() && !is_name(text) {
        fields.mistake(
            "stream",
            "must be the name of a stream (up to 128 letters, digits, `.`, `-` and `_`) or its ARN",
        );
    }
    Stream {
        name: Some(text.to_owned()),
        arn: None,
    }
}

/// `arn:aws:kinesis:<region>:<account>:stream/<name>`.
fn region_of(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, region, _, resource) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let named = resource.strip_prefix("stream/").is_some_and(is_name);
    (service == "kinesis" && !region.is_empty() && named).then_some(region)
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    !name.is_empty() && name.len() <= 128 && name.chars().all(plain)
}

fn is_url(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    // No name and password in it: it is shown.
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['@', ' ', '?', '#']))
}

fn credentials(fields: &mut Fields<'_>, settings: &Value) -> Credentials {
    const KEYS: [&str; 3] = ["accessKeyId", "secretAccessKey", "sessionToken"];
    let Some(way) = fields.optional("credentials") else {
        return Credentials::Key {
            id: fields.text("accessKeyId").to_owned(),
            secret: fields.secret("secretAccessKey").to_owned(),
            token: fields.optional_secret("sessionToken").map(str::to_owned),
        };
    };
    if !way.is_empty() && way != "default" {
        fields.mistake(
            "credentials",
            "must be `default`; leave it out where there is an access key",
        );
    }
    for key in KEYS.into_iter().filter(|key| settings.get(key).is_some()) {
        fields.mistake(key, "does not go with `credentials: default`");
    }
    fields.know(&KEYS);
    Credentials::Default
}

#[cfg(test)]
mod tests;
