//! The thread that catches up.

use super::Parts;
use crate::error::{Error, Result};
use crate::shared::locked;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

/// The running thread. Ends when this is dropped, in the middle of a table if need be: the log has it all.
pub(super) struct Follower {
    parts: Arc<Parts>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    pub(super) fn start(parts: &Arc<Parts>) -> Result<Self> {
        let following = Arc::clone(parts);
        let started = std::thread::Builder::new()
            .name("weir-catch-up".to_owned())
            .spawn(move || following.follow());
        let thread = started.map_err(Error::io("start a thread for", Path::new("the store")))?;
        Ok(Self {
            parts: Arc::clone(parts),
            thread: Some(thread),
        })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        locked(&self.parts.behind.state).stop = true;
        self.parts.behind.changed.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::warn!("the thread that catches up panicked");
        }
    }
}
