//! What is measured and what the sending half does, for people who watch.

use anyhow::Result;
use api::{Breaker, Latency, Sending};
use dispatcher::{BreakerView, DataflowView, Dispatcher};
use metrics_exporter_prometheus::PrometheusHandle;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Measurements are gathered at least this often, whether or not somebody asks for them.
const UPKEEP: Duration = Duration::from_secs(5);
/// Keeps the recorder from growing while nobody scrapes.
pub(super) async fn metrics(handle: PrometheusHandle, stop: CancellationToken) -> Result<()> {
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(UPKEEP) => handle.run_upkeep(),
        }
    }
}

/// What the dispatcher does at the moment, in the words of the API.
pub(super) fn sending(dispatcher: &Dispatcher) -> Vec<Sending> {
    dispatcher.view().into_iter().map(view).collect()
}

fn view(view: DataflowView) -> Sending {
    let breaker = match view.breaker {
        BreakerView::Closed => None,
        BreakerView::Open { since, why } => Some(Breaker {
            since: since.to_string(),
            why,
        }),
    };
    let latency = Latency {
        samples: view.latency.samples,
        p50: view.latency.p50,
        p95: view.latency.p95,
        p99: view.latency.p99,
    };
    Sending {
        dataflow: view.dataflow,
        active: view.sending,
        unusable: view.unusable,
        breaker,
        in_flight: view.in_flight,
        latency,
    }
}

/// The body of an export as it would be sent, as far as its dataflow decides it.
pub(super) fn body(export: &model::Export) -> Result<String, String> {
    let rendered = dispatcher::render(export, export.envelope).map_err(|error| error.to_string())?;
    String::from_utf8(rendered.body).map_err(|error| error.to_string())
}
