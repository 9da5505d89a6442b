//! Nothing that is written anywhere holds a secret.

use crate::rig::{Rig, put};
use serde_json::json;
use std::io;
use std::sync::{Arc, Mutex};
use testkit::outside::EventHubs;
use tracing_subscriber::fmt::MakeWriter;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn secrets_are_in_no_log_no_verdict_and_no_debug() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let rig = Rig::new().await;
    let mut said = vec![format!("{:?}", rig.destination)];
    for secret in [EventHubs::KEY, "hunter2-5up3r"] {
        put(&rig.vault, "env:WEIR_SECRET_KEY", secret);
        said.push(format!("{:?}", rig.destination.check().await));
        said.push(format!("{:?}", rig.send(1..=3).await));
        rig.namespace
            .script(&json!([{"on": "transfer", "action": "release", "times": 1}]))
            .await;
        said.push(format!("{:?}", rig.send(1..=3).await));
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("connection"), "nothing was logged");
    said.push(log);
    for text in &said {
        // The keys, and the signatures made with them.
        for secret in [EventHubs::KEY, "hunter2", "&sig="] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(!text.contains("ana1@example.test"), "a personal value in {text}");
    }
}
