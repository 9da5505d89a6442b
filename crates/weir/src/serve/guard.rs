//! What the way a server was started forbids its definitions: at the start, and at every apply.

use crate::settings::Settings;
use dispatcher::Site;
use ingest::ClockMode;
use model::Definitions;

/// The rules of one start.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    clock: ClockMode,
    exposed: bool,
    site: Site,
}

impl Guard {
    pub(super) fn of(settings: &Settings, site: Site) -> Self {
        Self {
            clock: settings.ingest.clock,
            exposed: settings.server.behind_proxy,
            site,
        }
    }

    /// Everything that may not be, one sentence each.
    pub(super) fn forbidden(&self, definitions: &Definitions) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.clock == ClockMode::Input {
            // Its exports bear times of the past: nobody outside may take them for news.
            let outside = definitions
                .destinations
                .iter()
                .filter(|destination| destination.kind != "file");
            sentences.extend(outside.map(|destination| {
                format!(
                    "destination `{}` is of the kind `{}`, and with `--clock input` only file destinations are allowed: \
                     start the server without it, or take the destination out",
                    destination.id, destination.kind
                )
            }));
        }
        if self.exposed {
            let open = definitions.inlets.iter().filter(|inlet| inlet.token.is_none());
            sentences.extend(open.map(|inlet| {
                format!(
                    "inlet `{}` takes messages without a token, and with `--behind-proxy` everybody could post to it: \
                     give it `token: env:WEIR_SECRET_...`",
                    inlet.id
                )
            }));
        }
        for destination in &definitions.destinations {
            // Settings were checked before they were stored.
            let settings = serde_json::from_str(&destination.settings).unwrap_or_default();
            let forbidden = self.site.forbidden(&settings).into_iter();
            sentences.extend(forbidden.map(|mistake| format!("destination `{}`: {mistake}", destination.id)));
        }
        sentences
    }
}

#[cfg(test)]
mod tests;
