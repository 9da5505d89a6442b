//! Query parameters: those that a route knows, and a clear refusal of all others.

use crate::problem::Problem;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use std::collections::BTreeMap;

/// The parameters of a request by name; of a repeated one the last counts.
#[derive(Debug)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match Query::<Vec<(String, String)>>::try_from_uri(&parts.uri) {
            Ok(Query(pairs)) => Ok(Self(pairs.into_iter().collect())),
            Err(error) => Err(Problem::parameter(
                error.to_string(),
                "encode the parameters as a browser would",
            )),
        }
    }
}

impl Parameters {
    /// Refuses parameters other than these: a route that ignored one would answer another question.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let takes = if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                };
                Err(Problem::parameter(
                    format!("the parameter `{name}` means nothing here"),
                    format!("this route takes: {takes}"),
                ))
            }
        }
    }

    /// The value of a parameter that may be left out.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of a parameter that must be there.
    pub(crate) fn required(&self, name: &str, example: &str) -> Result<&str, Problem> {
        let value = self.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            Problem::parameter(
                format!("the parameter `{name}` is missing"),
                format!("add `{name}={example}`"),
            )
        })
    }

    /// `true` or `false`; left out it is false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false") => Ok(false),
            Some("true" | "") => Ok(true),
            Some(other) => Err(Problem::parameter(
                format!("`{name}` is {other:?}"),
                format!("write `{name}=true` or leave it out"),
            )),
        }
    }

    /// A whole number up to `most`; left out it is `default`.
    pub(crate) fn number(&self, name: &str, default: u64, most: u64) -> Result<u64, Problem> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        let number = text.parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| {
            Problem::parameter(
                format!("`{name}` is {text:?}"),
                format!("write a whole number up to {most}"),
            )
        })
    }
}
