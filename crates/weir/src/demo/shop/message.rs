//! Messages as a shop posts them: XDM records and events, one JSON object each.

use model::Timestamp;
use serde_json::{Value, json};

/// A message to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The entity, on one line. A bad message may be anything.
    pub(crate) json: String,
    /// The values by which the message knows its person, as exports show them.
    pub(crate) names: Vec<String>,
}

impl Message {
    pub(super) fn new(entity: &Value, names: &[&str]) -> Self {
        Self {
            json: entity.to_string(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
        }
    }
}

/// A device that the shop has given a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Device(pub(super) u64);

impl Device {
    fn cookie(self, tag: &str) -> String {
        format!("{tag}-{}", self.0)
    }
}

/// Something a customer did.
pub(super) fn event(id: &str, customer: &str, kind: &str, at: Timestamp) -> Message {
    let entity = json!({
        "identityMap": {"crmId": [{"id": customer}]},
        "_id": id, "timestamp": at.to_string(), "eventType": kind,
    });
    Message::new(&entity, &[customer])
}

/// A purchase for `price` cents.
pub(super) fn purchase(id: &str, customer: &str, price: u32, at: Timestamp) -> Message {
    let entity = json!({
        "identityMap": {"crmId": [{"id": customer}]},
        "_id": id, "timestamp": at.to_string(), "eventType": "commerce.purchases",
        "commerce": {"order": {"priceTotal": f64::from(price) / 100.0}},
    });
    Message::new(&entity, &[customer])
}

/// Something done on a device whose owner is not known.
pub(super) fn guest_event(id: &str, device: Device, tag: &str, at: Timestamp) -> Message {
    let cookie = device.cookie(tag);
    let entity = json!({
        "identityMap": {"ecid": [{"id": cookie}]},
        "_id": id, "timestamp": at.to_string(), "eventType": "web.webpagedetails.pageViews",
    });
    Message::new(&entity, &[&cookie])
}

/// A login, which names both the customer and the device.
pub(super) fn sign_in(id: &str, customer: &str, device: Device, tag: &str, at: Timestamp) -> Message {
    let cookie = device.cookie(tag);
    let entity = json!({
        "identityMap": {"crmId": [{"id": customer, "primary": true}], "ecid": [{"id": cookie}]},
        "_id": id, "timestamp": at.to_string(), "eventType": "userAccount.login",
    });
    Message::new(&entity, &[customer, &cookie])
}

/// One of the ways in which messages go wrong.
pub(super) fn bad(way: usize, customer: &str) -> Message {
    let entity = match way % 3 {
        0 => json!({"person": {"name": {"firstName": "Nobody"}}}),
        1 => json!({
            "identityMap": {"crmId": [{"id": customer}]},
            "_id": "1", "timestamp": "yesterday", "eventType": "userAccount.login",
        }),
        _ => {
            let json =
                format!(r#"{{"identityMap":{{"crmId":[{{"id":"{customer}"}}]}},"loyalty":{{"points":"#);
            return Message {
                json,
                names: Vec::new(),
            };
        }
    };
    Message::new(&entity, &[])
}
