//! Random lives.

use crate::person::segment;
use model::{Duration, SegmentDefinition};
use pql::Unit;
use pql::generate::{Dice, Words, program};
use proptest::prelude::*;
use std::fmt;
use xdm::{Number, Value};

/// Milliseconds: windows and retention are of this size.
pub(super) const SPAN: i64 = 40;

/// Segments, and what happens to two people.
#[derive(Clone)]
pub(super) struct Life {
    pub(super) segments: Vec<SegmentDefinition>,
    pub(super) retention: Duration,
    /// After so many milliseconds, to which of the two, what.
    pub(super) acts: Vec<(i64, usize, Act)>,
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    /// Time passed.
    Wait,
    /// Only what is stored is known.
    Restart,
    /// An entity arrives.
    Post(String),
    /// An entity arrives that names both people.
    Join(String),
    /// A segment means something else from now on.
    Publish(usize, String),
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "retention {} ms", self.retention.millis())?;
        for segment in &self.segments {
            let opted = if segment.exclude_opt_out {
                ", not opted out"
            } else {
                ""
            };
            writeln!(f, "{}: {}{opted}", segment.id, segment.expression)?;
        }
        for (pause, who, act) in &self.acts {
            writeln!(f, "{pause} ms later, person {who}: {act:?}")?;
        }
        Ok(())
    }
}

pub(super) fn life() -> impl Strategy<Value = Life> {
    of(rule().boxed(), act().boxed())
}

/// A life in which events matter that no index knows, and hardly anything else happens.
pub(super) fn eventful() -> impl Strategy<Value = Life> {
    let rules = prop_oneof![4 => of_events(), 1 => threshold()];
    let acts = prop_oneof![
        1 => Just(Draft::Done(Act::Wait)),
        1 => Just(Draft::Done(Act::Restart)),
        1 => record().prop_map(|entity| Draft::Done(Act::Post(entity))),
        8 => event().prop_map(|entity| Draft::Done(Act::Post(entity))),
        1 => record().prop_map(|entity| Draft::Done(Act::Join(entity))),
    ];
    of(
        rules.prop_map(|text| Rule::Indexed(Form::Text(text))).boxed(),
        acts.boxed(),
    )
}

fn of(rule: BoxedStrategy<Rule>, act: BoxedStrategy<Draft>) -> impl Strategy<Value = Life> {
    let pauses = prop_oneof![2 => Just(0_i64), 3 => 1..4_i64, 2 => 1..SPAN];
    let acts = prop::collection::vec((pauses, 0..2_usize, act), 1..14);
    let segments = prop::collection::vec((rule, any::<bool>()), 1..6);
    (segments, 1..2 * SPAN, acts).prop_map(|(rules, retention, acts)| {
        let count = rules.len();
        let segments = rules.into_iter().zip(0..);
        let segments = segments.map(|((rule, exclude_opt_out), no)| SegmentDefinition {
            exclude_opt_out,
            ..segment(no, &name(no as usize), &rule.text(no as usize))
        });
        let acts = acts
            .into_iter()
            .map(|(pause, who, act)| (pause, who, act.made(count)));
        Life {
            segments: segments.collect(),
            retention: Duration::from_millis(retention),
            acts: acts.collect(),
        }
    })
}

fn name(no: usize) -> String {
    format!("s{no}")
}

/// A rule that does not know yet which segments there are before it.
#[derive(Clone, Debug)]
enum Rule {
    /// Whatever the language has.
    Any(Vec<u8>),
    /// What an index answers, with segments by a number of any size.
    Indexed(Form),
}

#[derive(Clone, Debug)]
enum Form {
    Text(String),
    Segment(usize),
    Not(Box<Self>),
    Join(&'static str, Vec<Self>),
}

impl Rule {
    fn text(&self, no: usize) -> String {
        match self {
            Self::Any(tape) => {
                let program = program(&mut Dice::new(tape), &words(no), 3).to_string();
                // The first has none before it to refer to.
                let own = if no == 0 { "inSegment(\"s0\")" } else { "none" };
                program.replace(own, "vip = true")
            }
            Self::Indexed(form) => form.text(no),
        }
    }
}

impl Form {
    fn text(&self, no: usize) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Segment(_) if no == 0 => "vip = true".to_owned(),
            Self::Segment(which) => format!("inSegment(\"{}\")", name(which % no)),
            Self::Not(inner) => format!("not ({})", inner.text(no)),
            Self::Join(word, all) => {
                let all: Vec<String> = all.iter().map(|one| format!("({})", one.text(no))).collect();
                all.join(word)
            }
        }
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 10..90).prop_map(Rule::Any),
        3 => form().prop_map(Rule::Indexed),
    ]
}

fn form() -> impl Strategy<Value = Form> {
    let leaf = prop_oneof![
        3 => attribute().prop_map(Form::Text),
        5 => threshold().prop_map(Form::Text),
        1 => of_events().prop_map(Form::Text),
        1 => (0..9_usize).prop_map(Form::Segment),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Form::Not(Box::new(inner))),
            (
                prop_oneof![Just(" and "), Just(" or ")],
                prop::collection::vec(inner, 2..4)
            )
                .prop_map(|(word, all)| Form::Join(word, all)),
        ]
    })
}

fn attribute() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let texts =
        prop::sample::subsequence(vec!["\"a\"", "\"b\"", "\"c\""], 1..3).prop_map(|all| all.join(", "));
    prop_oneof![
        (operator, prop::sample::select(vec!["0", "1", "1.5", "2"]))
            .prop_map(|(is, n)| format!("n {is} {n}")),
        prop::sample::select(vec![
            "kind = \"a\"",
            "\"b\" = kind",
            "vip = true",
            "false = vip",
            "vip != true",
            "at.n.intersects([\"a\", \"b\"])",
            "tags.includes(\"a\")",
            "\"b\" in tags",
            "kind.isNull()",
            "at.n > 1",
            "lines.kind.count() > 1",
            "head(lines).kind = \"a\"",
            "at.isNotNull()"
        ])
        .prop_map(str::to_owned),
        texts.clone().prop_map(|texts| format!("kind in [{texts}]")),
        texts
            .clone()
            .prop_map(|texts| format!("tags.intersects([{texts}])")),
        texts
            .clone()
            .prop_map(|texts| format!("lines.kind.intersects([{texts}])")),
        texts.prop_map(|texts| format!("at.n in [{texts}]")),
        prop::sample::select(vec![
            "identityMap.mail.count() > 1",
            "identityMap.mail.isNull()",
            "at.when occurs < 9 milliseconds before now"
        ])
        .prop_map(str::to_owned),
    ]
}

/// A count or sum of events; `@` is where the event goes by a name, if it has one.
fn threshold() -> impl Strategy<Value = String> {
    let test = prop::sample::select(vec![
        "@kind = \"a\"",
        "@kind in [\"a\", \"b\"]",
        "@n > 0",
        "@kind != \"a\"",
        "not (@n = 1)",
        "@kind = \"a\" and @place = \"x\"",
        "@place in [\"x\", \"y\"] and @kind in [\"a\", \"b\"] and @n >= 0",
        "@kind = \"a\" and @kind = \"b\"",
        "@when.isNull()",
    ]);
    let time = prop::sample::select(vec![
        "@timestamp occurs < 7 milliseconds before now",
        "@timestamp occurs <= 13 milliseconds before now",
        "@timestamp occurs > 5 milliseconds before now",
        "@timestamp occurs >= 3 milliseconds before now and @timestamp occurs < 20 milliseconds before now",
        "@timestamp occurs <= 4 milliseconds after now",
        "@timestamp occurs > 1 millisecond after now",
        "@timestamp occurs today",
        "@timestamp occurs this month",
        "@timestamp occurs = 5 milliseconds before now",
        "@timestamp < now",
    ]);
    let filter = (prop::option::of(test), prop::option::weighted(0.8, time)).prop_map(|parts| {
        let parts: Vec<&str> = [parts.0, parts.1].into_iter().flatten().collect();
        parts.join(" and ")
    });
    let operator = prop::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    (filter, 0..8_u8, operator, 0..4_u8).prop_map(|(filter, form, is, bound)| {
        let list = match filter.as_str() {
            "" => "xEvent".to_owned(),
            filter => format!("xEvent[{}]", filter.replace('@', "")),
        };
        match form {
            0..=2 => format!("{list}.count() {is} {bound}"),
            3 | 4 => format!("{list}.sum(n) {is} {}", f64::from(bound) - 0.5),
            5 if !filter.is_empty() => format!("exists E from xEvent where {}", filter.replace('@', "E.")),
            6 => format!("{bound} {is} {list}.sum(n)"),
            _ => format!("forall E from {list} where E.n > {bound}"),
        }
    })
}

/// What no index answers of events, with what says which of them matter.
fn of_events() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "xEvent[kind = \"a\"].average(n) > 0",
        "xEvent[kind = \"a\" and timestamp occurs < 9 milliseconds before now].max(n) > min(xEvent[place = \"x\"], n)",
        "CHAIN(xEvent, timestamp, [A: WHAT(kind = \"a\"), B: WHAT(kind = \"b\" and place = \"x\")])",
        "CHAIN(xEvent[place = \"x\"], timestamp, [A: WHAT(kind = \"a\") WHEN(< 9 milliseconds before now), B: WHAT(n > 0) WHEN(<= 5 milliseconds after previous step)])",
        "exists E from xEvent where E.kind = \"a\" and (exists F from xEvent where F.kind = \"b\" and F.n > E.n)",
        "xEvent[kind = \"a\" and n > xEvent[kind = \"b\"].count()].count() > 0",
        "let S = xEvent[kind = \"c\"].sum(n) in xEvent[kind = \"a\"].sum(n) > S",
        "xEvent[kind = \"a\" or place = \"x\"].average(n) >= 1",
        "head(xEvent[kind = \"b\"]).place = \"x\"",
    ])
    .prop_map(str::to_owned)
}

fn words(no: usize) -> Words {
    let number = |text: &str| Value::Number(Number::parse(text).expect("a number"));
    let path = |text: &str| pql::Path::parse(text).expect("a path");
    let known: Vec<String> = if no == 0 {
        vec![name(0)]
    } else {
        (0..no).map(name).collect()
    };
    let id = |name: String| model::SegmentId::new(&name).expect("an id");
    Words {
        paths: ["kind", "n", "at.when", "tags", "timestamp"].map(path).to_vec(),
        literals: vec![
            Value::String("a".into()),
            Value::String("b".into()),
            number("1"),
            number("0"),
        ],
        windows: vec![
            (5, Unit::Millisecond),
            (13, Unit::Millisecond),
            (1, Unit::Millisecond),
            (1, Unit::Month),
        ],
        days: vec![(1970, 1, 1)],
        patterns: vec!["a".to_owned()],
        segments: known.into_iter().map(id).collect(),
    }
}

/// An act before it is known how many segments there are.
#[derive(Clone, Debug)]
enum Draft {
    Done(Act),
    Publish(usize, Rule),
}

impl Draft {
    fn made(self, count: usize) -> Act {
        match self {
            Self::Done(act) => act,
            Self::Publish(which, rule) => Act::Publish(which % count, rule.text(which % count)),
        }
    }
}

fn act() -> impl Strategy<Value = Draft> {
    prop_oneof![
        2 => Just(Draft::Done(Act::Wait)),
        1 => Just(Draft::Done(Act::Restart)),
        4 => record().prop_map(|entity| Draft::Done(Act::Post(entity))),
        8 => event().prop_map(|entity| Draft::Done(Act::Post(entity))),
        1 => record().prop_map(|entity| Draft::Done(Act::Join(entity))),
        1 => (0..9_usize, rule()).prop_map(|(which, rule)| Draft::Publish(which, rule)),
    ]
}

prop_compose! {
    fn members()(
        kind in prop::option::of("[abc]"),
        n in prop::option::of(prop::sample::select(vec!["-1", "0", "1", "1.5", "2", "0.0000001", "\"a\""])),
        when in prop::option::of(0..2 * SPAN),
        vip in prop::option::of(prop::sample::select(vec!["true", "false", "\"true\""])),
        list in prop::option::weighted(0.15, "[abc]"),
        tags in prop::option::of(prop::collection::vec("[abc]", 0..3)),
        lines in prop::option::of(prop::collection::vec("[abc]", 0..3)),
        opt_out in prop::option::weighted(0.15, "[ny]"),
        nulls in prop::option::weighted(0.2, prop::sample::select(vec!["kind", "n", "at", "tags", "lines"])),
    ) -> String {
        let mut members = Vec::new();
        members.extend(kind.map(|kind| format!("\"kind\": \"{kind}\"")));
        members.extend(n.map(|n| format!("\"n\": {n}, \"at\": {{\"n\": {n}}}")));
        members.extend(when.map(|when| format!("\"at\": {{\"when\": \"{}\"}}", crate::person::at(when))));
        members.extend(vip.map(|vip| format!("\"vip\": {vip}")));
        members.extend(list.map(|n| format!("\"at\": [{{\"n\": \"{n}\"}}]")));
        members.extend(tags.map(|tags| format!("\"tags\": {tags:?}")));
        members.extend(lines.map(|kinds| {
            let lines: Vec<String> = kinds.iter().map(|kind| format!("{{\"kind\": \"{kind}\"}}")).collect();
            format!("\"lines\": [{}]", lines.join(", "))
        }));
        members.extend(opt_out.map(|val| format!("\"consents\": {{\"collect\": {{\"val\": \"{val}\"}}}}")));
        members.extend(nulls.map(|path| format!("\"{path}\": null")));
        behind(&members)
    }
}

/// It always names the same person: who is who is decided by the act.
const WHO: &str = r#""identityMap": {"crm": [{"id": "1"}]}"#;

prop_compose! {
    fn record()(mail in prop::option::weighted(0.3, 0..3_u8), members in members()) -> String {
        match mail {
            Some(mail) => {
                format!(r#"{{"identityMap": {{"crm": [{{"id": "1"}}], "mail": [{{"id": "{mail}"}}]}}{members}}}"#)
            }
            None => format!("{{{WHO}{members}}}"),
        }
    }
}

prop_compose! {
    fn event()(
        id in 0..9_u32,
        timestamp in 0..6 * SPAN,
        valid in prop::option::weighted(0.1, 1..SPAN),
        kind in prop::option::weighted(0.8, "[abc]"),
        place in prop::option::weighted(0.8, "[xy]"),
        n in prop::option::of(prop::sample::select(vec!["-1", "0", "1", "1.5", "2", "0.0000001", "7e20", "1e40", "\"a\""])),
    ) -> String {
        let timestamp_text = crate::person::at(timestamp);
        let mut members = Vec::new();
        members.extend(kind.map(|kind| format!("\"kind\": \"{kind}\"")));
        members.extend(place.map(|place| format!("\"place\": \"{place}\"")));
        members.extend(n.map(|n| format!("\"n\": {n}")));
        members.extend(valid.map(|ms| format!("\"_weir\": {{\"validUntil\": \"{}\"}}", crate::person::at(timestamp + ms))));
        let members = behind(&members);
        format!("{{\"_id\": \"e{id}\", \"eventType\": \"it\", \"timestamp\": \"{timestamp_text}\", {WHO}{members}}}")
    }
}

/// Members of an object behind others.
fn behind(members: &[String]) -> String {
    let separated = if members.is_empty() { "" } else { ", " };
    format!("{separated}{}", members.join(", "))
}
