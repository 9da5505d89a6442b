//! Small C programs that do what safe Rust cannot: they are compiled on the spot.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles `tests/native/<name>.c` into `folder`; `shared` makes it a library to preload.
pub(crate) fn compile(name: &str, folder: &Path, shared: bool) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/native/{name}.c"));
    let out = folder.join(if shared {
        format!("{name}.so")
    } else {
        name.to_owned()
    });
    let mut cc = Command::new("cc");
    cc.args(["-Wall", "-O1"]).arg("-o").arg(&out).arg(&source);
    if shared {
        cc.args(["-shared", "-fPIC", "-ldl"]);
    }
    let done = cc
        .output()
        .expect("a C compiler is needed: apt-get install gcc libc6-dev");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    out
}
