//! What the checker says of a text, held to what the oracle finds: whatever it refuses because of a schema is missing or
//! does not hold, and a clause that it calls the same for everybody is, on profiles that obey the schema.

mod write;

use super::{Happened, Person};
use model::{Duration, Field, FieldGroup, FieldGroupId, Scalar, SchemaClass, SchemaDefinition, SchemaId};
use pql::generate::Dice;
use pql::{Diagnostic, Severity, Span};
use proptest::prelude::*;
use std::sync::LazyLock;
use xdm::{Schemas, Value};

const DAY: i64 = 86_400_000;

/// Of every kind one, in profiles and in events alike.
const FIELDS: &[(&str, Scalar)] = &[
    ("t", Scalar::String),
    ("n", Scalar::Number),
    ("i", Scalar::Integer),
    ("b", Scalar::Boolean),
    ("d", Scalar::Date),
    ("w", Scalar::DateTime),
    ("ts[]", Scalar::String),
    ("ns[]", Scalar::Number),
    ("o.n", Scalar::Number),
    ("o.t", Scalar::String),
    ("l[].n", Scalar::Number),
    ("l[].t", Scalar::String),
    ("l[].d", Scalar::DateTime),
    ("l[].ns[]", Scalar::Number),
    ("m{}", Scalar::Number),
];

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
    let field = |(path, scalar): &(&str, Scalar)| Field {
        path: (*path).to_owned(),
        scalar: *scalar,
        title: String::new(),
        description: String::new(),
    };
    let group = FieldGroup {
        id: FieldGroupId::new("all").expect("an id"),
        title: String::new(),
        description: String::new(),
        classes: SchemaClass::ALL.to_vec(),
        fields: FIELDS.iter().map(field).collect(),
    };
    let schemas = SchemaClass::ALL.map(|class| SchemaDefinition {
        id: SchemaId::new(class.word()).expect("an id"),
        title: String::new(),
        description: String::new(),
        class,
        field_groups: vec![group.id.clone()],
        identities: Vec::new(),
    });
    Schemas::compile(&[group], &schemas).expect("schemas")
});

/// Values of a field, among them none.
fn scalar(name: &'static str) -> BoxedStrategy<Option<String>> {
    let values: &'static [&'static str] = match name {
        "t" => &["\"a\"", "\"b\"", "\"2023-11-10\"", "\"2\"", "\"\""],
        "n" => &["0", "1", "1.5", "2", "-3"],
        "i" => &["0", "1", "2", "3", "-3"],
        "b" => &["true", "false"],
        "d" => &["\"2023-11-10\"", "\"2023-11-14\"", "\"2024-02-29\""],
        "w" => &[
            "\"2023-11-10T00:00:00Z\"",
            "\"2023-11-14T22:13:20Z\"",
            "\"2023-11-15T07:13:20+09:00\"",
        ],
        "ts" => &["[]", "[\"a\"]", "[\"a\", \"b\"]"],
        "ns" => &["[]", "[1]", "[1, 2, 1.5]"],
        "o" => &["{}", "{\"n\": 1}", "{\"n\": 2, \"t\": \"a\"}"],
        "m" => &["{}", "{\"a\": 1}", "{\"a\": 1, \"b\": 2}"],
        _ => &[
            "[]",
            "[{\"n\": 1, \"t\": \"a\", \"d\": \"2023-11-10T00:00:00Z\"}]",
            "[{\"n\": 1, \"ns\": [1, 2]}, {\"t\": \"b\", \"n\": 2, \"d\": \"2023-11-14T22:13:20Z\"}, {}]",
        ],
    };
    prop::option::weighted(0.75, prop::sample::select(values).prop_map(str::to_owned)).boxed()
}

fn entity() -> impl Strategy<Value = Value> {
    let names = ["t", "n", "i", "b", "d", "w", "ts", "ns", "o", "l", "m"];
    let members: Vec<_> = names.into_iter().map(scalar).collect();
    (
        members,
        prop::option::of(prop::sample::select(vec!["buy", "login"])),
    )
        .prop_map(move |(values, kind)| {
            let members = names
                .iter()
                .zip(values)
                .filter_map(|(name, value)| Some(format!("\"{name}\": {}", value?)));
            let kind = kind.map(|kind| format!("\"eventType\": \"{kind}\""));
            let all: Vec<_> = members.chain(kind).collect();
            Value::parse(&format!("{{{}}}", all.join(", "))).expect("json")
        })
}

prop_compose! {
    fn happened()(days in -7..2_i64, ms in prop::sample::select(vec![-1, 0, 0, 0, 1]), value in entity()) -> Happened {
        Happened { timestamp: days * DAY + ms, valid_until: None, value }
    }
}

prop_compose! {
    fn person()(attributes in entity(), mut events in prop::collection::vec(happened(), 0..4)) -> Person {
        events.sort_by_key(|event| event.timestamp);
        let identities = Value::parse(r#"{"email": [{"id": "a"}]}"#).expect("json");
        Person { attributes, identities, events, retention: Duration::days(90) }
    }
}

/// Whether it holds of each at a few instants.
fn outcomes(people: &[Person], text: &str) -> Option<Vec<bool>> {
    let program = pql::parse(text).program?;
    let times = [0, 1, DAY, 6 * DAY];
    let all = people
        .iter()
        .flat_map(|person| times.map(|ms| person.outcome(&program, ms).holds));
    Some(all.collect())
}

/// The text with other words at a span; a path is replaced with what it starts from.
fn with(text: &str, span: Span, words: &str) -> String {
    let mut start = span.start;
    while text[..start].ends_with('.') {
        let above = text[..start - 1].trim_end_matches(|c: char| c.is_alphanumeric() || c == '_');
        start = above.len();
    }
    let start = text[..start].trim_end_matches('^').len();
    format!("{}({words}){}", &text[..start], &text[span.end..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(3_000), failure_persistence: None, ..ProptestConfig::default() })]

    /// Types refuse only what is missing, or does not hold: with something that nobody has in its place the outcome is the same.
    #[test]
    fn what_types_refuse_is_never_there(
        tape in prop::collection::vec(any::<u8>(), 4..60),
        people in prop::collection::vec(person(), 1..6),
    ) {
        let text = write::anything(&mut Dice::new(&tape), 3);
        let errors = |found: Vec<Diagnostic>| found.into_iter().filter(|one| one.severity == Severity::Error);
        let Some(before) = outcomes(&people, &text) else { return Ok(()) };
        for error in errors(pql::parse_typed(&text, &SCHEMAS).diagnostics) {
            // An unknown path is refused because it is unknown; through a list it is an empty list, and so something.
            if ["There is no `", "There is no field", "have no", "has no `"].iter().any(|words| error.message.contains(words)) {
                continue;
            }
            let without = with(&text, error.span, "$1.nobody");
            let after = outcomes(&people, &without);
            prop_assert!(after.is_some(), "{} became {}: {}", text, without, error.message);
            prop_assert_eq!(Some(&before), after.as_ref(), "{} became {}: {}", text, without, error.message);
        }
    }

    /// A clause that is said to be the same for everybody, or to add nothing, could as well be `true` or `false`.
    #[test]
    fn what_lints_call_constant_is(
        tape in prop::collection::vec(any::<u8>(), 4..60),
        people in prop::collection::vec(person(), 1..6),
        typed in any::<bool>(),
    ) {
        let text = write::clauses(&mut Dice::new(&tape), 3);
        let parsed = if typed { pql::parse_typed(&text, &SCHEMAS) } else { pql::parse(&text) };
        if parsed.program.is_none() {
            return Ok(());
        }
        let before = outcomes(&people, &text);
        for diagnostic in &parsed.diagnostics {
            let Some(constant) = diagnostic.constant else { continue };
            let instead = with(&text, diagnostic.span, if constant { "true" } else { "false" });
            prop_assert_eq!(&before, &outcomes(&people, &instead), "{} became {}: {}", text, instead, diagnostic.message);
        }
    }

    /// What is written by the types of its parts is never refused.
    #[test]
    fn what_fits_its_schemas_is_taken(tape in prop::collection::vec(any::<u8>(), 4..80)) {
        let text = write::sound(&mut Dice::new(&tape), 3);
        let parsed = pql::parse_typed(&text, &SCHEMAS);
        prop_assert!(parsed.program.is_some(), "{}: {:#?}", text, parsed.diagnostics);
    }
}

/// The properties say nothing if hardly anything is ever said: of so many texts so many are refused, and so many clauses are
/// constant.
#[test]
fn much_is_said_of_what_the_properties_look_at() {
    let (mut refused, mut constant) = (0, 0);
    for seed in 0..500_u32 {
        let tape: Vec<u8> = (0..50_u32)
            .map(|at| (seed.wrapping_mul(2_654_435_761) ^ at.wrapping_mul(40_503) >> 3) as u8)
            .collect();
        let tape: Vec<u8> = tape
            .iter()
            .zip(tape.iter().skip(1))
            .map(|(one, two)| one.wrapping_mul(31).wrapping_add(two >> 1))
            .collect();
        let any = write::anything(&mut Dice::new(&tape), 3);
        refused += usize::from(
            pql::parse(&any).program.is_some() && pql::parse_typed(&any, &SCHEMAS).program.is_none(),
        );
        let said = pql::parse(&write::clauses(&mut Dice::new(&tape), 3)).diagnostics;
        constant += said.iter().filter(|one| one.constant.is_some()).count();
    }
    assert!(
        refused > 50 && constant > 100,
        "{refused} refused, {constant} constant"
    );
}
