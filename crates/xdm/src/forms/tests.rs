use super::{Forms, KNOWN, SELDOM};
use crate::Door;
use crate::entity::{self, Scratch};
use crate::form::Form;
use crate::json::{Document, Nodes};
use crate::met::{Met, PATIENCE};
use crate::patch::Shapes;
use model::DatasetId;

struct Reading {
    door: Door,
    forms: Forms,
}

impl Reading {
    fn new() -> Self {
        Self::over(&Met::default())
    }

    fn over(met: &Met<Form>) -> Self {
        let door = Door::untyped(DatasetId::new("crm").expect("it is an id"));
        let forms = Forms::of(met);
        Self { door, forms }
    }

    /// Whether a record with such a key is of a known form.
    fn knows(&mut self, key: &str) -> bool {
        let json = format!(r#"{{"identityMap":{{"email":[{{"id":"a"}}]}},"{key}":1}}"#);
        if self.forms.read(json.as_bytes(), self.door.dataset()).is_some() {
            return true;
        }
        let mut nodes = Nodes::default();
        let document = Document::message(json.as_bytes(), &mut nodes).expect("it is JSON");
        let mut scratch = Scratch {
            shapes: Shapes::of(&Met::default()),
            text: String::new(),
        };
        let read = entity::read(document.root(), &self.door, &mut scratch, json.len());
        self.forms.learn(document.root(), &read.expect("it is a record"));
        false
    }
}

#[test]
fn several_forms_are_known_at_once() {
    let mut reading = Reading::new();
    let keys: Vec<String> = (0..=KNOWN).map(|key| format!("k{key}")).collect();
    for key in &keys[..KNOWN] {
        assert!((0..PATIENCE).all(|_| !reading.knows(key)));
    }
    assert!(keys[..KNOWN].iter().all(|key| reading.knows(key)));
    // The one that was not met for longest goes.
    assert!(reading.knows("k0"));
    assert!((0..PATIENCE).all(|_| !reading.knows(&keys[KNOWN])));
    assert!(reading.knows("k0") && reading.knows(&keys[KNOWN]));
    assert!(!reading.knows("k1"));
}

#[test]
fn where_no_two_messages_are_alike_forms_are_seldom_tried() {
    let mut reading = Reading::new();
    let tried = (0..1_000).filter(|at| {
        let is_tried = reading.forms.pause == 0;
        assert!(!reading.knows(&format!("k{at}")));
        is_tried
    });
    let tried = tried.count();
    assert!(tried < 1_000 / 4, "{tried}");
    // And they are known again soon.
    let vain = (0..SELDOM + PATIENCE).take_while(|_| !reading.knows("k"));
    assert!(vain.count() <= 2 * PATIENCE as usize);
    assert!(reading.knows("k"));
}

#[test]
fn what_one_has_learnt_others_begin_with() {
    let met = Met::default();
    let mut first = Reading::over(&met);
    assert!((0..PATIENCE).all(|_| !first.knows("k")));
    assert!(Reading::over(&met).knows("k"));
    assert!(!Reading::new().knows("k"));
}
