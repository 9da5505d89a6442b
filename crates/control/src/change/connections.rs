//! Inlets and destinations: the two rims.

use super::Item;
use crate::desired::Desired;
use model::{Definitions, DestinationDefinition, Inlet};

/// Edits `definitions.inlets`; gives what differs.
pub(super) fn inlets(definitions: &mut Definitions, desired: &Desired) -> Vec<Item> {
    let current = std::mem::replace(&mut definitions.inlets, desired.inlets.clone());
    let mut items = Vec::new();
    for wanted in &desired.inlets {
        match current.iter().find(|inlet| inlet.id == wanted.id) {
            None => items.push(Item::added("inlet", &wanted.id).doing(format!(
                "takes messages at `/collection/{}`, {}",
                wanted.id,
                if wanted.token.is_some() {
                    "with its token only"
                } else {
                    "from anybody who reaches the server"
                },
            ))),
            Some(inlet) => items.extend(edited_inlet(inlet, wanted)),
        }
    }
    let gone = current
        .iter()
        .filter(|inlet| desired.inlets.iter().all(|wanted| wanted.id != inlet.id));
    items.extend(gone.map(|inlet| {
        Item::removed("inlet", &inlet.id)
            .doing("posts to it are answered 404 from now on; what it accepted stays")
    }));
    items
}

fn edited_inlet(current: &Inlet, wanted: &Inlet) -> Option<Item> {
    let mut edits = Vec::new();
    let mut effects = Vec::new();
    if current.name != wanted.name {
        edits.push(format!("name `{}` -> `{}`", current.name, wanted.name));
    }
    if current.dataset != wanted.dataset {
        edits.push(format!("dataset {} -> {}", current.dataset, wanted.dataset));
        effects
            .push("what it accepted stays in the old dataset; a duplicate of an event there counts as new");
    }
    match (&current.token, &wanted.token) {
        (None, Some(_)) => {
            edits.push("token required".to_owned());
            effects.push("posts without it are refused from now on");
        }
        (Some(_), None) => {
            edits.push("token no longer required".to_owned());
            effects.push("anybody who reaches the server can post to it");
        }
        (from, to) if from != to => edits.push("token changed".to_owned()),
        _ => {}
    }
    let item = Item::changed("inlet", &wanted.id, edits);
    let item = effects.into_iter().fold(item, Item::doing);
    (!item.edits.is_empty()).then_some(item)
}

/// Edits `definitions.destinations`; gives what differs.
pub(super) fn destinations(definitions: &mut Definitions, desired: &Desired) -> Vec<Item> {
    let current = std::mem::replace(&mut definitions.destinations, desired.destinations.clone());
    let mut items = Vec::new();
    for wanted in &desired.destinations {
        match current.iter().find(|destination| destination.id == wanted.id) {
            None => items.push(Item::added("destination", &wanted.id).doing(format!("a {}", wanted.kind))),
            Some(destination) => items.extend(edited_destination(destination, wanted)),
        }
    }
    let gone = current
        .iter()
        .filter(|d| desired.destinations.iter().all(|wanted| wanted.id != d.id));
    items.extend(gone.map(|destination| Item::removed("destination", &destination.id)));
    items
}

fn edited_destination(current: &DestinationDefinition, wanted: &DestinationDefinition) -> Option<Item> {
    let mut edits = Vec::new();
    if current.name != wanted.name {
        edits.push(format!("name `{}` -> `{}`", current.name, wanted.name));
    }
    if current.description != wanted.description {
        edits.push("description changed".to_owned());
    }
    let calls = (&current.settings, current.limits) != (&wanted.settings, wanted.limits);
    // Settings may hold what is nobody's business: that they differ is all that is said.
    if current.settings != wanted.settings {
        edits.push("settings changed".to_owned());
    }
    if current.limits != wanted.limits {
        edits.push("limits changed".to_owned());
    }
    let item = Item::changed("destination", &wanted.id, edits);
    let item = if calls {
        item.doing("holds from the next call on, also for exports that wait")
    } else {
        item
    };
    (!item.edits.is_empty()).then_some(item)
}
