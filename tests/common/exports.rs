//! What a consumer of the file destination reads.

use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

/// One line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) profile: String,
    pub(crate) revision: u64,
    pub(crate) body: Value,
    pub(crate) text: String,
}

/// All lines below `folder`, in the order in which they were written. Panics on a line that is not whole.
pub(crate) fn read(folder: &Path) -> Vec<Line> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    files.iter().flat_map(|file| lines(file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "ndjson") {
            files.push(path);
        }
    }
}

fn lines(file: &Path) -> Vec<Line> {
    let text = fs::read_to_string(file).expect("an export file is text");
    assert!(
        text.is_empty() || text.ends_with('\n'),
        "{} ends in mid-line",
        file.display()
    );
    text.lines().map(parse).collect()
}

/// A message, as any destination of a dataflow with an envelope receives it.
pub(crate) fn parse(text: &str) -> Line {
    let body: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    let envelope = &body["_weir"];
    let word = |name: &str| {
        let value = &envelope[name];
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    };
    let revision = word("revision").parse().expect("a revision");
    Line {
        id: word("id"),
        profile: word("profile"),
        revision,
        text: text.to_owned(),
        body,
    }
}

/// What every consumer may rely on: duplicates only by id and then byte for byte, and, duplicates aside, each
/// profile in order of revision without a gap. Gives the lines without duplicates, by profile.
pub(crate) fn check(lines: &[Line]) -> BTreeMap<String, Vec<Line>> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    let mut by_profile: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for line in lines {
        if let Some(first) = seen.insert(&line.id, &line.text) {
            assert_eq!(first, line.text, "a duplicate repeats its bytes");
            continue;
        }
        let of_profile = by_profile.entry(line.profile.clone()).or_default();
        let expected = of_profile.last().map_or(1, |last| last.revision + 1);
        assert_eq!(
            line.revision, expected,
            "profile {} out of order or with a gap",
            line.profile
        );
        of_profile.push(line.clone());
    }
    by_profile
}
