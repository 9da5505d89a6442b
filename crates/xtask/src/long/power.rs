//! Power cuts and full disks on file systems of their own, which takes root.

use super::{Site, Step};
use crate::command::run;
use anyhow::{Result, ensure};
use std::process::Command;

pub(super) const STEP: Step = Step {
    name: "power",
    about: "what was acknowledged is there after power cuts and on a full disk (root, for loop devices)",
    run: cut,
};

fn cut(_: &Site) -> Result<String> {
    ensure!(
        rustix::process::geteuid().is_root(),
        "mounting a loop device takes root: run this step with sudo, or name the other steps to leave it out"
    );
    let mut command = Command::new("cargo");
    command.args([
        "test",
        "--locked",
        "--package",
        "weir",
        "--package",
        "store",
        "--test",
        "disks",
        "--test",
        "power",
    ]);
    run(command.args(["--", "--nocapture", "--test-threads", "1"]))?;
    Ok("nothing acknowledged was lost".to_owned())
}
