//! What names a secret: `env:WEIR_SECRET_WEB_TOKEN` or `file:kinesis/key`.

use crate::report::{Report, Span};
use std::ops::Range;

/// What the names of variables that hold secrets begin with.
pub(super) const VARIABLE: &str = "WEIR_SECRET_";

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// In this environment variable of the server.
    Variable(String),
    /// In this file below `secrets_dir`, names separated by `/`.
    File(String),
}

/// Why a text is no reference to a secret. Holds nothing of a text that may be one itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The secret itself.
    #[error("holds the secret itself, and definitions are read by many")]
    Inline,
    /// A variable that was not made for this.
    #[error("names the environment variable `{0}`, and only those that begin with `WEIR_SECRET_` are read")]
    Variable(String),
    /// A file elsewhere.
    #[error("names the file `{0}`, and only files below the server's `secrets_dir` are read")]
    File(String),
}

impl Reference {
    /// Reads `env:...` and `file:...`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if let Some(name) = text.strip_prefix("env:") {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let rest = name
                .strip_prefix(VARIABLE)
                .filter(|rest| !rest.is_empty() && rest.chars().all(plain));
            return match rest {
                Some(_) => Ok(Self::Variable(name.to_owned())),
                None => Err(ReferenceError::Variable(name.to_owned())),
            };
        }
        if let Some(path) = text.strip_prefix("file:") {
            let plain = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\0', '\\']);
            return if path.split('/').all(plain) {
                Ok(Self::File(path.to_owned()))
            } else {
                Err(ReferenceError::File(path.to_owned()))
            };
        }
        Err(ReferenceError::Inline)
    }
}

/// Whether a text means to be a reference.
pub(crate) fn is_reference(text: &str) -> bool {
    text.starts_with("env:") || (text.starts_with("file:") && !text.starts_with("file://"))
}

/// Whether what stands under a key of this name is a secret: `token`, `clientSecret`, `sharedAccessKey`.
pub(crate) fn is_secret_key(key: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "secret",
        "password",
        "passwd",
        "passphrase",
        "token",
        "apikey",
        "accesskey",
        "sharedaccesskey",
        "secretkey",
        "secretaccesskey",
        "privatekey",
        "signingkey",
        "accountkey",
        "sas",
        "connectionstring",
        "credential",
        "credentials",
        "authorization",
    ];
    let plain: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// Reports `text`, the value of `what` at `span`, if it is no reference; a secret that stands there itself is
/// never shown.
pub(crate) fn check(text: &str, what: &str, span: Span, report: &mut Report) {
    let Err(error) = Reference::parse(text) else {
        report.names_secret(what, span, text);
        return;
    };
    let help = match &error {
        ReferenceError::Inline => {
            report.mask(span);
            "put it into the server's environment and write `env:WEIR_SECRET_...`, or into a file below its `secrets_dir` and write `file:...`\nthis one has been written down, so make a new one"
        }
        ReferenceError::Variable(_) => {
            "call the variable `WEIR_SECRET_` and a name of letters, digits and `_`, and write `env:WEIR_SECRET_...`"
        }
        ReferenceError::File(_) => {
            "write its path below that folder, without `..` and without a `/` in front"
        }
    };
    report.error(span, format!("{what} {error}"), help);
}

/// Where in a line of YAML a secret seems to stand. A file that is not YAML has no keys to go by, and its
/// lines are shown all the same.
pub(crate) fn inline(line: &str) -> Option<Range<usize>> {
    let (key, value) = line.split_once(':')?;
    let key = key
        .trim_start_matches(['-', ' ', '{', '\t'])
        .trim_matches(['"', '\'', ' ']);
    let text = value.trim_matches([' ', '"', '\'', '\r']);
    if !is_secret_key(key) || text.is_empty() || Reference::parse(text) != Err(ReferenceError::Inline) {
        return None;
    }
    let start = line.len() - value.trim_start().len();
    Some(start..line.len())
}
