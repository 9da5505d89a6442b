//! Definitions on a server whose dispatcher nobody runs: for tests of what comes in and of what waits.

use crate::peer::Peers;
use control::{Control, Error, Parts, Secrets, Worker};
use dispatcher::{Dispatcher, Site};
use model::Clock;
use std::sync::Arc;
use store::Store;

/// A `Control` and its worker over a dispatcher that nobody runs.
pub fn office(
    store: &Store,
    ingest: &ingest::Handle,
    clock: &Arc<dyn Clock>,
    secrets: Secrets,
) -> Result<(Control, Worker), Error> {
    let (kinds, site) = (Peers::new().registry(), Site::new("nowhere"));
    let dispatcher = Dispatcher::new(dispatcher::Parts {
        store: store.clone(),
        clock: Arc::clone(clock),
        registry: kinds.clone(),
        site,
        retry: dispatcher::Retry::default(),
        seed: 0,
        ages: true,
    });
    Control::new(Parts {
        ingest: ingest.clone(),
        dispatcher,
        store: store.clone(),
        kinds,
        secrets,
        clock: Arc::clone(clock),
        forbidden: Box::new(|_| Vec::new()),
    })
}
