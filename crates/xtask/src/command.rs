//! Running other programs, seen by whoever started the chore.

use crate::cargo::Metadata;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Runs to the end with the output shown; fails if the program does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    ensure!(status.success(), "{} ended with {status}", shown(command));
    Ok(())
}

/// Runs to the end with the standard output kept, in UTF-8; fails if the program does.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    println!("$ {}", shown(command));
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", shown(command)))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{} ended with {}\n{text}",
        shown(command),
        output.status
    );
    Ok(text)
}

/// A folder of the chore's own below cargo's target folder: on a real disk, and ignored by git.
pub(crate) fn folder(metadata: &Metadata, name: &str) -> Result<PathBuf> {
    let folder = metadata.target_directory.join("xtask").join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
