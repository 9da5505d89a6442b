//! Finds what an event can make a difference to, by the texts that it must have at some paths.

use compact_str::CompactString;
use foldhash::fast::FixedState;
use model::Timestamp;
use pql::value::Datum;
use pql::{Expression, Field, Operator, Root};
use std::collections::{BTreeMap, HashMap};
use xdm::Value;

/// Numbers of things by the texts of the events that matter to them.
#[derive(Debug, Default)]
pub(super) struct Guards {
    guarded: Vec<Guarded>,
    /// Those to which any event matters.
    others: Vec<usize>,
}

/// Things whose events have texts at the same paths.
#[derive(Debug)]
struct Guarded {
    paths: Vec<Keys>,
    /// By the texts there, each with its length before it.
    by: HashMap<CompactString, Vec<usize>, FixedState>,
}

/// A path within an event.
type Keys = Vec<String>;

/// The texts of which one must stand at each of some paths.
pub(super) type Texts = BTreeMap<Keys, Vec<String>>;

/// More texts than this at all paths together guard nothing: each would be an entry.
const MOST: usize = 64;

impl Guards {
    /// Adds a thing to which events with these texts matter.
    pub(super) fn add(&mut self, thing: usize, texts: Texts) {
        if texts.is_empty() {
            self.others.push(thing);
            return;
        }
        let mut all = vec![CompactString::default()];
        for texts in texts.values() {
            let shorter = std::mem::take(&mut all);
            let longer = shorter
                .iter()
                .flat_map(|before| texts.iter().map(move |text| (before, text)));
            for (before, text) in longer {
                let mut spelled: CompactString = before.clone();
                spell(&mut spelled, text);
                all.push(spelled);
            }
        }
        let paths: Vec<Keys> = texts.into_keys().collect();
        let known = self.guarded.iter().position(|guarded| guarded.paths == paths);
        let at = known.unwrap_or_else(|| {
            let by = HashMap::default();
            self.guarded.push(Guarded { paths, by });
            self.guarded.len() - 1
        });
        for spelled in all {
            self.guarded[at].by.entry(spelled).or_default().push(thing);
        }
    }

    /// The things that an event may matter to; to all others it does not. One may be there twice.
    pub(super) fn candidates(&self, timestamp: Timestamp, value: &Value) -> impl Iterator<Item = usize> {
        let event = Datum::Event { timestamp, value };
        // Mostly short enough to need no memory of its own.
        let mut spelled = CompactString::default();
        let guarded = self.guarded.iter().filter_map(move |Guarded { paths, by }| {
            spelled.clear();
            for keys in paths {
                spell(&mut spelled, event.at(keys).text()?);
            }
            by.get(spelled.as_str())
        });
        guarded.flatten().chain(&self.others).copied()
    }
}

/// Adds a text, so that no two lists of texts are spelled alike.
fn spell(spelled: &mut CompactString, text: &str) {
    let length = (text.len() as u32).to_le_bytes();
    spelled.extend(length.map(char::from));
    spelled.push_str(text);
}

/// Which texts must stand at which paths for these tests to hold of an event: of each path what the first test says of
/// it. Also the tests, by their places, of which that is all.
pub(super) fn texts<'p>(tests: impl IntoIterator<Item = &'p Expression>) -> (Texts, Vec<usize>) {
    let (mut wanted, mut places) = (Texts::new(), Vec::new());
    let mut most = MOST;
    for (at, test) in tests.into_iter().enumerate() {
        if let Some((keys, texts)) = guard(test)
            && !wanted.contains_key(&keys)
            && (1..=most).contains(&texts.len())
        {
            most /= texts.len();
            wanted.insert(keys, texts);
            places.push(at);
        }
    }
    (wanted, places)
}

/// A path of the event and the texts of which one must stand there, if that is what a test says.
fn guard(test: &Expression) -> Option<(Keys, Vec<String>)> {
    let item = |side: &Expression| match side {
        Expression::Field(Field {
            root: Root::Item(0),
            path,
        }) if !path.keys().is_empty() => Some(path.keys().to_vec()),
        _ => None,
    };
    match test {
        Expression::Compare {
            left,
            operator: Operator::Equal,
            right,
        } => [(left, right), (right, left)]
            .into_iter()
            .find_map(|(side, literal)| match &**literal {
                Expression::Literal(Value::String(text)) => Some((item(side)?, vec![text.to_string()])),
                _ => None,
            }),
        Expression::Call { function, arguments } if function.name == "in" => {
            let [one, list] = arguments.as_slice() else {
                return None;
            };
            let texts = super::question::texts(list)?;
            let mut texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
            texts.sort_unstable();
            texts.dedup();
            Some((item(one)?, texts))
        }
        _ => None,
    }
}
