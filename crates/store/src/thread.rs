//! The thread that an engine is called on, if it waits for a disk: always the same one. Its allocations are where it
//! frees them, and no commit waits for a thread while the runtime's are all with slow files.

use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use tokio::sync::oneshot;

type Work = Box<dyn FnOnce() + Send>;

/// Ends when it is dropped and has done its last work.
pub(crate) struct EngineThread(mpsc::Sender<Work>);

impl EngineThread {
    pub(crate) fn start() -> Result<Self> {
        let (work, received) = mpsc::channel::<Work>();
        let run = move || received.into_iter().for_each(|work| work());
        let started = std::thread::Builder::new()
            .name("weir-commit".to_owned())
            .spawn(run);
        started.map_err(Error::io("start a thread for", Path::new("the store")))?;
        Ok(Self(work))
    }

    /// Has the thread do this. A caller that goes away does not end it. The error is a panic.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> std::result::Result<T, &'static str> {
        let (answer, answered) = oneshot::channel();
        let work = move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            drop(answer.send(done));
        };
        // It takes work as long as it lives, and it outlives every panic.
        drop(self.0.send(Box::new(work)));
        match answered.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) | Err(_) => Err("it panicked"),
        }
    }
}
