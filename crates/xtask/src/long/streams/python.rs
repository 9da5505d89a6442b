//! Python with the clients that `tests/peers/readers/requirements.txt` names, in an environment of its own.

use crate::cargo::Metadata;
use crate::command::{folder, output, run};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

pub(super) struct Python {
    program: PathBuf,
    /// Where the scripts are.
    scripts: PathBuf,
}

impl Python {
    /// Makes the environment, unless it is there with these very packages.
    pub(super) fn prepare(metadata: &Metadata) -> Result<Self> {
        let scripts = metadata.workspace_root.join("tests/peers/readers");
        let wanted = scripts.join("requirements.txt");
        let list =
            fs::read_to_string(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
        let place = folder(metadata, "readers")?.join("python");
        let program = place.join("bin/python");
        // Written last: an environment without it is unfinished.
        let installed = place.join("requirements.txt");
        if fs::read_to_string(&installed).ok().as_deref() != Some(&list) {
            let by_hand = "it needs Python 3 with venv (apt-get install python3-venv) and a registry of Python packages";
            run(Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&place))
            .context(by_hand)?;
            let mut install = Command::new(&program);
            install.args(["-m", "pip", "install", "--quiet", "--no-deps", "-r"]);
            run(install.arg(&wanted)).context(by_hand)?;
            fs::write(&installed, &list).with_context(|| format!("cannot write {}", installed.display()))?;
        }
        ensure!(program.is_file(), "{} is not there", program.display());
        Ok(Self { program, scripts })
    }

    /// Runs a script to its end; gives what it printed.
    pub(super) fn run(&self, script: &str, arguments: &[&str]) -> Result<String> {
        output(
            Command::new(&self.program)
                .arg(self.scripts.join(script))
                .args(arguments),
        )
    }
}
