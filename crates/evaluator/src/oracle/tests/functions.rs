//! The examples of the functions.

use super::{Happened, Person, json};
use model::Timestamp;
use pql::Function;
use xdm::Value;

#[test]
fn every_example_holds() {
    for function in Function::all() {
        let (given, example) = function.example;
        let attributes = json(given);
        let events = match attributes.get(&["xEvent"]) {
            Some(Value::Array(events)) => events.iter().map(happened).collect(),
            _ => Vec::new(),
        };
        let person = Person {
            attributes,
            ..Person::with_events(events)
        };
        assert!(person.holds(example), "{}: {example}", function.name);
    }
}

fn happened(value: &Value) -> Happened {
    let Some(Value::String(timestamp)) = value.get(&["timestamp"]) else {
        panic!("an event without a timestamp: {value:?}")
    };
    let timestamp = Timestamp::parse(timestamp).expect("a timestamp").millis() - super::BASE;
    Happened {
        timestamp,
        valid_until: None,
        value: value.clone(),
    }
}
