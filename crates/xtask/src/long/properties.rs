//! The properties of the pure core, each with many more cases than the test command runs.

use super::{Site, Step};
use crate::cargo::Metadata;
use crate::command::output;
use crate::stopwatch::{Readable, Stopwatch};
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) const STEP: Step = Step {
    name: "properties",
    about: "every property of pql, xdm and evaluator holds, for --cases N cases each",
    run: check,
};

/// The crates whose properties are run.
const CRATES: [&str; 3] = ["xdm", "pql", "evaluator"];

/// What is found change by change is what everything from nothing is; the next due is never late and never missed: to
/// the millisecond, and over days and clock changes.
const NEEDED: [&str; 3] = [
    "change_by_change_is_what_everything_from_nothing_is",
    "an_outcome_is_certain_until_then",
    "nothing_is_missed_between_two_dues",
];

/// How many cases a property has that does not ask for more.
const CASES: &str = "PROPTEST_CASES";

/// A property asks for a number of its own like this, so that it has as many as the variable says if that is more.
const ASKS: &str = "ProptestConfig::default().cases.max(";

fn check(site: &Site) -> Result<String> {
    let cases = site.given.cases;
    let mut properties = Vec::new();
    for package in CRATES {
        let found = in_crate(&site.metadata, package)?;
        ensure!(!found.is_empty(), "{package} has no property");
        let tests = listed(&build(package)?)?;
        for name in found {
            properties.push(place(package, &tests, &name)?);
        }
    }
    for needed in NEEDED {
        ensure!(
            properties.iter().any(|property| property.is_called(needed)),
            "there is no property `{needed}`"
        );
    }
    let mut failed = Vec::new();
    for (index, property) in properties.iter().enumerate() {
        let stopwatch = Stopwatch::start();
        let complaint = property.run(cases)?;
        let took = Readable(stopwatch.elapsed());
        let word = if complaint.is_some() { "FAILS" } else { "holds" };
        let (number, count) = (index + 1, properties.len());
        println!(
            "{number:>3}/{count} {word} after {took}: {} {}",
            property.package, property.name
        );
        if let Some(complaint) = complaint {
            println!("{complaint}");
            failed.push(property.name.as_str());
        }
    }
    let count = properties.len();
    ensure!(
        failed.is_empty(),
        "{} of {count} properties fail: {}",
        failed.len(),
        failed.join(", ")
    );
    Ok(format!("{count} properties with {cases} cases each"))
}

/// A property, and the program that tests it.
struct Property {
    package: &'static str,
    /// With the modules it is in.
    name: String,
    program: PathBuf,
}

impl Property {
    fn is_called(&self, name: &str) -> bool {
        self.name.rsplit("::").next() == Some(name)
    }

    /// Gives what went wrong.
    fn run(&self, cases: u32) -> Result<Option<String>> {
        let run = Command::new(&self.program)
            .args(["--exact", &self.name])
            .env(CASES, cases.to_string())
            .output()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let said = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
        Ok(complaint(run.status.success(), &said))
    }
}

/// A test that was not run proves nothing, so that the one that was must be counted.
fn complaint(success: bool, said: &str) -> Option<String> {
    let ran = said.contains("test result: ok. 1 passed");
    (!success || !ran).then(|| said.to_owned())
}

/// The names of the properties that a crate's sources hold.
fn in_crate(metadata: &Metadata, package: &str) -> Result<Vec<String>> {
    let found = metadata.packages.iter().find(|one| one.name == package);
    let manifest = &found
        .with_context(|| format!("there is no crate {package}"))?
        .manifest_path;
    let folder = manifest.parent().context("a manifest is in a folder")?;
    let mut names = Vec::new();
    in_folder(folder, &mut names)?;
    Ok(names)
}

fn in_folder(folder: &Path, names: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            in_folder(&path, names)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            names.extend(in_text(&text).with_context(|| path.display().to_string())?);
        }
    }
    Ok(())
}

/// The tests within `proptest! { .. }`, which the formatter puts at the beginning of a line and closes in the same column.
/// It is an error if they fix how many cases they have.
fn in_text(text: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if !code.starts_with("proptest! {") {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let before = names.len();
        for line in lines.by_ref().take_while(|line| *line != end) {
            let code = line.trim_start();
            if code.starts_with("#![proptest_config(") {
                ensure!(
                    code.contains(ASKS),
                    "`{code}` fixes how many cases there are: write `cases: {ASKS}..)`"
                );
            }
            let named = code.strip_prefix("fn ").and_then(|code| code.split('(').next());
            names.extend(named.map(str::to_owned));
        }
        ensure!(
            names.len() > before,
            "a `proptest!` holds no test, or is not formatted"
        );
    }
    Ok(names)
}

/// One line of what cargo says of its work.
#[derive(Deserialize)]
struct Artifact {
    executable: Option<PathBuf>,
}

/// Builds the tests of a crate as the test command does, arithmetic checked, and tells where they are.
fn build(package: &str) -> Result<Vec<PathBuf>> {
    let mut build = Command::new("cargo");
    // Without examples: these are built too, and are no programs that list tests.
    build.args(["test", "--locked", "--tests", "--package", package]);
    let said = output(build.args(["--no-run", "--message-format", "json"]))?;
    let artifacts = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    Ok(artifacts.filter_map(|artifact| artifact.executable).collect())
}

/// All tests of some programs, with their modules.
fn listed(programs: &[PathBuf]) -> Result<Vec<(PathBuf, String)>> {
    let mut tests = Vec::new();
    for program in programs {
        let said = output(Command::new(program).args(["--list", "--format", "terse"]))?;
        let names = said.lines().filter_map(|line| line.strip_suffix(": test"));
        tests.extend(names.map(|name| (program.clone(), name.to_owned())));
    }
    Ok(tests)
}

/// Finds the one test of this name.
fn place(package: &'static str, tests: &[(PathBuf, String)], name: &str) -> Result<Property> {
    let called = |(_, test): &&(PathBuf, String)| test.rsplit("::").next() == Some(name);
    let mut places = tests.iter().filter(called).cloned();
    let (Some((program, name)), None) = (places.next(), places.next()) else {
        bail!("{package} has none, or more than one, of tests called `{name}`");
    };
    Ok(Property {
        package,
        name,
        program,
    })
}

#[cfg(test)]
mod tests;
