//! A `weir serve` of its own, on a free port of loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// A running server. Dropping it kills it.
pub(crate) struct Server {
    pub(crate) child: Child,
    /// Its data folder.
    pub(crate) data: PathBuf,
    /// `http://127.0.0.1:<port>`.
    pub(crate) url: String,
    /// The admin token.
    pub(crate) token: String,
}

/// How long a start may take: it includes opening a store after a crash, on a busy machine.
const START: Duration = Duration::from_mins(1);

impl Server {
    /// Starts a server on `data` and waits until it is ready.
    pub(crate) async fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(data, arguments, &[]).await
    }

    /// The same with environment variables.
    pub(crate) async fn start_with(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let address = data.join("address");
        if address.exists() {
            fs::remove_file(&address).expect("a stale address file can be removed");
        }
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log_file(data))
            .expect("the log can be opened");
        let child = weir()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            // Lives here are short: so that the engine takes something in before they end.
            .env("WEIR_STORE_CATCH_UP", "50ms")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log can be shared"))
            .stderr(log)
            .spawn()
            .expect("weir starts");
        let mut server = Self {
            child,
            data: data.to_owned(),
            url: String::new(),
            token: String::new(),
        };
        server.wait_for_start(&address).await;
        server
    }

    async fn wait_for_start(&mut self, address: &Path) {
        let started = Instant::now();
        loop {
            if let Ok(text) = fs::read_to_string(address)
                && text.ends_with('\n')
            {
                self.url = format!("http://{}", text.trim());
                break;
            }
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                panic!("weir ended at once ({status}):\n{}", self.log());
            }
            assert!(started.elapsed() < START, "weir did not start:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let token =
            fs::read_to_string(self.data.join("admin-token")).expect("the first start writes the token");
        token.trim().clone_into(&mut self.token);
    }

    /// SIGKILL, and gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the child can be killed");
        self.child.wait().expect("the child can be waited for");
    }

    /// SIGTERM, and gone; gives whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        self.terminate();
        self.exit_code() == 0
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)
            .expect("the child can be signalled");
    }

    /// Waits for its end.
    pub(crate) fn exit_code(&mut self) -> i32 {
        let status = self.child.wait().expect("the child can be waited for");
        status.code().expect("an exit code, not a signal")
    }

    /// What it printed so far, over all starts on this folder.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(log_file(&self.data)).unwrap_or_default()
    }

    /// Runs `weir apply` against it with `definitions` and gives its output; panics if it fails.
    pub(crate) fn apply(&self, definitions: &str) -> String {
        let (done, said) = self.try_apply(definitions);
        assert!(done, "weir apply failed:\n{said}\n{}", self.log());
        said
    }

    /// The same; gives whether it was done, and what it printed.
    pub(crate) fn try_apply(&self, definitions: &str) -> (bool, String) {
        let file = scratch(&self.data, "definitions.yaml");
        fs::write(&file, definitions).expect("the definitions can be written");
        let done = weir()
            .args(["apply", "--server", &self.url, "--data"])
            .arg(&self.data)
            .arg("-f")
            .arg(&file)
            .output();
        let done = done.expect("weir runs");
        let said = [done.stdout, done.stderr].concat();
        (done.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone after `kill` and `stop`: both answers are then errors of no interest.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program under test, without the settings and the credentials of whoever runs the tests.
pub(crate) fn weir() -> Command {
    clean(env!("CARGO_BIN_EXE_weir"))
}

/// The same of any program.
pub(crate) fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_whoever_runs_the_tests(name)) {
        command.env_remove(name);
    }
    command
}

fn is_of_whoever_runs_the_tests(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("WEIR_") || name.starts_with("AWS_")
}

/// Outside the data folder and its disk: that disk may be about to fail.
fn log_file(data: &Path) -> PathBuf {
    scratch(data, "log")
}

fn scratch(data: &Path, extension: &str) -> PathBuf {
    let name = data.to_string_lossy().replace('/', "_");
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.{extension}"))
}
