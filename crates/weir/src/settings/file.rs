//! `weir.toml`: sections with keys.

use super::reader::{Given, Layers, Place};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Adds what the file says to the layers.
pub(super) fn read(path: &Path, text: &str, layers: &mut Layers) {
    let file = path.display().to_string();
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let root = match DeTable::parse(text) {
        Ok(root) => root.into_inner(),
        Err(error) => {
            let at = error.span().map_or(1, |span| line(span.start));
            layers
                .mistakes
                .push(format!("{}: {}", Place::Line(file, at), error.message()));
            return;
        }
    };
    let mut add = |section: &str, key: &Spanned<_>, value: &DeValue<'_>| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        let place = Place::Line(file.clone(), line(key.span().start));
        match given(value) {
            Some(given) => {
                layers
                    .file
                    .insert((section.to_owned(), name.to_string()), (given, place));
            }
            None => layers.mistakes.push(format!(
                "{place}: `{name}` holds what no setting is: a date, a float or a table"
            )),
        }
    };
    for (key, value) in &root {
        match value.get_ref() {
            DeValue::Table(section) => {
                section
                    .iter()
                    .for_each(|(inner, value)| add(key.get_ref(), inner, value.get_ref()));
            }
            other => add("", key, other),
        }
    }
}

fn given(value: &DeValue<'_>) -> Option<Given> {
    match value {
        DeValue::Array(items) => {
            let texts = items.iter().map(|item| match given(item.get_ref()) {
                Some(Given::One(text)) => Some(text),
                _ => None,
            });
            texts.collect::<Option<Vec<_>>>().map(Given::Many)
        }
        DeValue::String(text) => Some(Given::One(text.to_string())),
        DeValue::Integer(number) => Some(Given::One(number.to_string())),
        DeValue::Boolean(flag) => Some(Given::One(flag.to_string())),
        _ => None,
    }
}
