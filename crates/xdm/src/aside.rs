//! `_weir`: what a message says to Weir beside its XDM entity.

use crate::BadMessage;
use crate::bad_message::excerpt;
use crate::json::Json;
use model::Timestamp;

/// The member `_weir` of an entity (pql.md, "backtest").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Aside {
    /// The clock of the message, where input drives the clock.
    pub(crate) received_at: Option<Timestamp>,
    /// When the message stops being seen.
    pub(crate) valid_until: Option<Timestamp>,
}

impl Aside {
    /// Reads the member. `ttl` and `caller` belong to overlays; whatever is not known is refused, because it
    /// would otherwise be ignored.
    pub(crate) fn read(json: Option<Json<'_>>) -> Result<Self, BadMessage> {
        let mut aside = Self::default();
        let Some(json) = json else { return Ok(aside) };
        for (key, value) in json.object_at("_weir")? {
            match key.as_ref() {
                "receivedAt" => aside.received_at = Some(value.time_at("_weir.receivedAt")?),
                "validUntil" => aside.valid_until = Some(value.time_at("_weir.validUntil")?),
                "ttl" => return Err(BadMessage::Overlay { member: "ttl" }),
                "caller" => return Err(BadMessage::Overlay { member: "caller" }),
                other => {
                    return Err(BadMessage::UnknownAside {
                        member: excerpt(other),
                    });
                }
            }
        }
        Ok(aside)
    }
}
