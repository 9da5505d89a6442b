//! Definitions on a server that has no kind of destination: for tests of what comes in.

use control::{Control, Error, Parts, Secrets, Worker};
use dispatcher::{Dispatcher, Registry, Site};
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
    let (kinds, site) = (Registry::default(), Site::new("nowhere"));
    let dispatcher = Dispatcher::new(store.clone(), Arc::clone(clock), kinds.clone(), site, 0);
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
