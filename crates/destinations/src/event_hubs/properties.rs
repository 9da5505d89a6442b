//! The partitions of the hub, asked of `$management`, and what happens when their number changes.

use super::EventHubs;
use super::failure::{Class, Failure, Stage};
use super::partition::Partitions;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::RwLockReadGuard;
use tokio::time::{Instant, timeout_at};

/// How often the hub is asked before that counts as a failure.
const READINGS: u32 = 3;

/// How long a client of the SDK may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// What was known of the hub, and since when.
pub(super) struct Layout {
    pub(super) partitions: Arc<Partitions>,
    read: Instant,
}

impl Layout {
    fn is_good(&self, refresh: Duration) -> bool {
        self.read.elapsed() < refresh
    }
}

impl EventHubs {
    /// The partitions, unchanged for as long as the guard is held. They are asked for anew now and then; if they
    /// changed, what is in flight drains before the new ones are used, so that no export of a profile can overtake one
    /// on its way to another partition.
    pub(super) async fn layout(
        &self,
        deadline: Instant,
    ) -> Result<(Arc<Partitions>, RwLockReadGuard<'_, Option<Layout>>), Failure> {
        loop {
            if let Some(found) = self.known().await {
                return Ok(found);
            }
            // One asks, the others wait for what it hears.
            let asking = timeout_at(deadline, self.asking.lock()).await;
            let _asking = asking.map_err(|_| Failure::timeout(Stage::Attach))?;
            if self.known().await.is_some() {
                continue;
            }
            let read = self.read_partitions(deadline).await;
            let changing = timeout_at(deadline, self.layout.write()).await;
            let mut layout = changing.map_err(|_| Failure::timeout(Stage::Attach))?;
            let partitions = match (read, layout.as_ref()) {
                (Ok(partitions), _) => Arc::new(partitions),
                // Sending will show whether the hub is still there.
                (Err(_), Some(before)) => Arc::clone(&before.partitions),
                (Err(failure), None) => return Err(failure),
            };
            *layout = Some(Layout {
                partitions,
                read: Instant::now(),
            });
        }
    }

    async fn known(&self) -> Option<(Arc<Partitions>, RwLockReadGuard<'_, Option<Layout>>)> {
        let refresh = Duration::from_secs(self.settings.partitions_every_seconds);
        let known = self.layout.read().await;
        let partitions = known.as_ref().filter(|layout| layout.is_good(refresh))?;
        Some((Arc::clone(&partitions.partitions), known))
    }

    /// Asks the hub for its partitions. More than once, because the SDK now and then begins a session on the channel of
    /// one that is just ending, which takes it along; no export is shown to anybody meanwhile, so it is no attempt.
    pub(super) async fn read_partitions(&self, deadline: Instant) -> Result<Partitions, Failure> {
        for _ in 1..READINGS {
            match self.read_once(deadline).await {
                Err(failure) if failure.class == Class::Transient && Instant::now() < deadline => {}
                read => return read,
            }
        }
        self.read_once(deadline).await
    }

    /// Asks with a client of the SDK that is made for it.
    async fn read_once(&self, deadline: Instant) -> Result<Partitions, Failure> {
        let credential = self.credential()?;
        let endpoint = self.settings.endpoint.as_deref();
        let opening = timeout_at(deadline, credential.producer(endpoint)).await;
        let client = opening
            .map_err(|_| Failure::timeout(Stage::Connect))?
            .map_err(|error| Failure::of(&error, Stage::Connect))?;
        let asked = timeout_at(deadline, client.get_eventhub_properties()).await;
        // What becomes of the connection is of no interest: it is dropped either way.
        drop(tokio::time::timeout(GOODBYE, client.close()).await);
        let properties = asked
            .map_err(|_| Failure::timeout(Stage::Attach))?
            .map_err(|error| Failure::of(&error, Stage::Attach))?;
        Partitions::new(properties.partition_ids)
            .ok_or_else(|| Failure::new(Class::Endpoint, "the hub has no partitions"))
    }
}
