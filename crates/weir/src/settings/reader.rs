//! Layers of settings, and the one who asks them for each key.

use super::Flag;
use super::value::Setting;
use std::collections::BTreeMap;
use std::fmt;

/// Section and key; the section of the top level is empty.
type Name = (String, String);

/// What was given for a key.
#[derive(Clone, Debug)]
pub(super) enum Given {
    One(String),
    Many(Vec<String>),
}

/// Where it was given.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Line(String, usize),
    Variable(String),
    Flag(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "{file} line {line}"),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// Everything that was given, before anybody asked.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) file: BTreeMap<Name, (Given, Place)>,
    variables: BTreeMap<String, String>,
    flags: BTreeMap<Name, (Given, Place)>,
    pub(super) mistakes: Vec<String>,
}

impl Layers {
    pub(super) fn new(environment: Vec<(String, String)>, flags: Vec<Flag>) -> Self {
        let flag = |(name, value, flag): Flag| {
            let (section, key) = name.split_once('.').unwrap_or(("", &name));
            (
                (section.to_owned(), key.to_owned()),
                (Given::One(value), Place::Flag(flag)),
            )
        };
        Self {
            // Secrets are no settings, and their names are nobody's business here.
            variables: environment
                .into_iter()
                .filter(|(name, _)| !name.starts_with("WEIR_SECRET_"))
                .collect(),
            flags: flags.into_iter().map(flag).collect(),
            ..Self::default()
        }
    }
}

/// Asks for settings one by one.
#[derive(Debug)]
pub(crate) struct Reader {
    layers: Layers,
    pub(super) asked: Vec<Name>,
}

impl Reader {
    pub(super) fn new(layers: Layers) -> Self {
        Self {
            layers,
            asked: Vec::new(),
        }
    }

    /// The value of a key, or `default`.
    pub(crate) fn get<T: Setting>(&mut self, section: &str, key: &str, default: T) -> T {
        self.optional(section, key).unwrap_or(default)
    }

    /// The value of a key that may be left out.
    pub(crate) fn optional<T: Setting>(&mut self, section: &str, key: &str) -> Option<T> {
        let (given, place) = self.take(section, key)?;
        let parsed = match &given {
            Given::One(text) => T::parse(text),
            Given::Many(_) => None,
        };
        if parsed.is_none() {
            let found = match given {
                Given::One(text) => format!("{text:?}"),
                Given::Many(_) => "a list".to_owned(),
            };
            self.mistake(
                &place,
                &format!(
                    "`{}` is {found}, and should be {}",
                    spelled(section, key),
                    T::EXPECTED
                ),
            );
        }
        parsed
    }

    /// A list of texts; in a variable or flag with commas.
    pub(crate) fn list(&mut self, section: &str, key: &str) -> Vec<String> {
        match self.take(section, key) {
            None => Vec::new(),
            Some((Given::Many(items), _)) => items,
            Some((Given::One(text), _)) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                items.map(str::to_owned).collect()
            }
        }
    }

    /// All mistakes, keys that nobody asked for included.
    pub(super) fn finish(mut self) -> Vec<String> {
        let left = std::mem::take(&mut self.layers.file).into_iter();
        let left = left.chain(std::mem::take(&mut self.layers.flags));
        for ((section, key), (_, place)) in left.collect::<Vec<_>>() {
            let spelled = spelled(&section, &key);
            let known = self
                .asked
                .iter()
                .map(|(section, key)| self::spelled(section, key));
            let help = suggestion(&spelled, known);
            self.mistake(&place, &format!("`{spelled}` is not a setting{help}"));
        }
        for name in std::mem::take(&mut self.layers.variables).into_keys() {
            let known = self.asked.iter().map(|(section, key)| variable(section, key));
            let help = suggestion(&name, known);
            self.mistake(&Place::Variable(name), &format!("is not a setting{help}"));
        }
        self.layers.mistakes
    }

    /// The strongest layer that has the key; the weaker ones are done with.
    fn take(&mut self, section: &str, key: &str) -> Option<(Given, Place)> {
        let name = (section.to_owned(), key.to_owned());
        let variable = variable(section, key);
        let file = self.layers.file.remove(&name);
        let given = self.layers.variables.remove(&variable);
        let flag = self.layers.flags.remove(&name);
        self.asked.push(name);
        flag.or_else(|| given.map(|text| (Given::One(text), Place::Variable(variable))))
            .or(file)
    }

    fn mistake(&mut self, place: &Place, sentence: &str) {
        self.layers.mistakes.push(format!("{place}: {sentence}"));
    }
}

/// `server.listen`.
fn spelled(section: &str, key: &str) -> String {
    if section.is_empty() {
        key.to_owned()
    } else {
        format!("{section}.{key}")
    }
}

/// `WEIR_SERVER_LISTEN`.
fn variable(section: &str, key: &str) -> String {
    let separator = if section.is_empty() { "" } else { "_" };
    format!("WEIR_{section}{separator}{key}").to_ascii_uppercase()
}

/// What was likely meant: the known word with the fewest edits, if they are few for its length.
fn suggestion(word: &str, known: impl Iterator<Item = String>) -> String {
    let near = known
        .map(|known| (strsim::damerau_levenshtein(word, &known), known))
        .min();
    match near {
        Some((edits, known)) if edits * 3 <= word.len().max(6) => format!("; did you mean `{known}`?"),
        _ => String::new(),
    }
}
