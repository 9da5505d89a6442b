//! `[log]`: what is written to stderr.

use super::reader::Reader;
use super::value::Setting;

/// What is written to stderr.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    /// `human` or `json`.
    pub(crate) format: Format,
    /// `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,store=debug`.
    pub(crate) level: String,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Human,
    Json,
}

impl Log {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            format: reader.get("log", "format", Format::Human),
            level: reader.get("log", "level", "info".to_owned()),
        }
    }
}

impl Setting for Format {
    const EXPECTED: &'static str = "human or json";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "human" => Some(Self::Human),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}
