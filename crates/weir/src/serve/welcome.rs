//! What a newcomer sees when the server is up.

use super::Server;
use crate::folder;
use crate::settings::Settings;
use ingest::ClockMode;
use std::io::Write;

/// Prints where everything is on stdout. With stdout gone there is nobody to tell.
pub(super) fn print(server: &Server, settings: &Settings) {
    drop(std::io::stdout().write_all(text(server, settings).as_bytes()));
}

fn text(server: &Server, settings: &Settings) -> String {
    let url = &server.url;
    let data = settings.data.display();
    let inlets = server
        .store
        .definitions()
        .map(|definitions| definitions.inlets)
        .unwrap_or_default();
    let post = match inlets.first() {
        Some(inlet) => format!(
            "post to       {url}/collection/{id} (one message) or {url}/collection/batch/{id} (JSON or NDJSON)",
            id = inlet.id
        ),
        None => format!("no inlet yet  weir apply --data {data} -f docs/examples/loyalty.yaml"),
    };
    let clock = match settings.ingest.clock {
        ClockMode::Wall => "",
        ClockMode::Input => "clock         the messages' own times (--clock input)\n",
    };
    format!(
        "weir {version} listens on {address}\n\
         data          {data}\n\
         exports       {exports}\n\
         admin token   {token}\n\
         {clock}{post}\n\
         ready?        curl {url}/readyz\n\
         stop          Ctrl-C\n",
        version = env!("CARGO_PKG_VERSION"),
        address = server.address,
        exports = settings.exports_folder().0.display(),
        token = folder::token_path(&settings.data).display(),
    )
}
