//! Explanations as an operator reads them, who was asked "why is this person not in this segment?".

use super::tree;
use evaluator::explain::Question;
use evaluator::{Arrival, Change, Rules, State, evaluate, explain};
use jiff::tz::TimeZone;
use model::{
    DatasetId, Definitions, Duration, IdentityLink, Profile, ProfileId, RulesVersion, SegmentDefinition,
    SegmentId, SegmentNo, SegmentState, Seq, Timestamp,
};
use serde_json::{Value, json};
use std::fmt::Write;

const NOW: &str = "2023-11-22T12:00:00Z";

/// Someone of whom much is known.
const ANA: &[&str] = &[
    r#""homeAddress": {"country": "KR"}, "loyalty": {"points": 1200, "tier": "gold"}, "tags": ["vip", "press"],
       "born": "1990-11-24", "renewal": "2023-12-01T00:00:00Z", "vip": true,
       "cart": [{"sku": "a", "price": 12.50, "qty": 2}, {"sku": "b", "price": 4.00, "qty": 1}, {"sku": "c"}]"#,
    r#""_id": "e-1", "timestamp": "2023-09-01T09:00:00Z", "eventType": "purchase", "total": 900"#,
    r#""_id": "e-2", "timestamp": "2023-11-16T09:00:00Z", "eventType": "purchase", "total": 120.50"#,
    r#""_id": "e-3", "timestamp": "2023-11-18T15:30:00Z", "eventType": "purchase", "total": 80"#,
    r#""_id": "e-4", "timestamp": "2023-11-20T10:00:00Z", "eventType": "login""#,
    r#""_id": "e-5", "timestamp": "2023-11-21T10:00:00Z", "eventType": "cart.add", "sku": "a""#,
    r#""_id": "e-6", "timestamp": "2023-11-21T10:05:00Z", "eventType": "checkout""#,
    r#""_id": "e-7", "timestamp": "2023-11-21T18:00:00Z", "eventType": "purchase", "total": 300"#,
    r#""_id": "e-8", "timestamp": "2023-11-23T08:00:00Z", "eventType": "appointment""#,
];

/// Someone of whom nothing is known, and who opted out.
const BO: &[&str] = &[r#""consents": {"collect": {"val": "n"}}"#];

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn segment(no: u32, id: &str, name: &str, expression: &str) -> SegmentDefinition {
    SegmentDefinition {
        id: SegmentId::new(id).expect("an id"),
        no: SegmentNo(no),
        name: name.to_owned(),
        expression: expression.to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: true,
        state: SegmentState::Published,
        changed_in: RulesVersion(1),
        created: at(NOW),
        updated: at(NOW),
    }
}

fn rules(pql: &str) -> Rules {
    let definitions = Definitions {
        version: RulesVersion(1),
        retention: Duration::days(90),
        segments: vec![
            segment(1, "gold", "Gold members", "loyalty.tier = \"gold\""),
            segment(
                2,
                "lately",
                "Bought lately",
                "xEvent[eventType = \"purchase\" and timestamp occurs < 3 days before now]",
            ),
            segment(3, "asked", "Asked", pql),
        ],
        ..Definitions::default()
    };
    Rules::compile(&definitions).unwrap_or_else(|errors| panic!("{pql}: {errors:?}"))
}

/// A person who sent this, an hour ago.
fn person(rules: &Rules, entities: &[&str]) -> State {
    let mut state = State::new(Profile::new(ProfileId::new(0, 1), rules.version));
    let now = at("2023-11-22T11:00:00Z");
    for (number, entity) in entities.iter().enumerate() {
        let entity = format!(r#"{{"identityMap": {{"email": [{{"id": "x@example.test"}}]}}, {entity}}}"#);
        let web = DatasetId::new("web").expect("an id");
        let message =
            xdm::parse_entity(entity.as_bytes(), &web).unwrap_or_else(|bad| panic!("{entity}: {bad}"));
        let seq = Seq(number as u64 + 1);
        let linked = message.identities.iter().filter(|_| number == 0);
        let arrival = Arrival {
            dataset: &message.dataset,
            primary: &message.identities[0],
            body: &message.body,
            seq,
            received: now,
            linked: linked
                .map(|identity| IdentityLink {
                    identity: identity.clone(),
                    seq,
                    since: now,
                })
                .collect(),
            evicted: Vec::new(),
            absorbed: Vec::new(),
        };
        evaluate(rules, &mut state, Change::Message(arrival), now);
    }
    state
}

/// The answer of a server, as far as the explanation goes.
fn answer(entities: &[&str], pql: &str, zone: &str) -> Value {
    let rules = rules(pql);
    let state = person(&rules, entities);
    let asked = rules.segment(SegmentNo(3)).expect("the segment");
    let program = asked
        .program
        .clone()
        .in_zone(TimeZone::get(zone).expect("a zone"));
    let question = Question {
        program: &program,
        source: Some(pql),
        ..Question::of(asked)
    };
    let said = explain(&rules, &state, &question, at(NOW));
    let mut answer = serde_json::to_value(&said).expect("JSON");
    answer["segment"] = json!({"id": "asked", "name": "Asked", "state": "published"});
    if let Some(cause) = said.cause() {
        answer["cause"] = json!({"clause": cause.text, "holds": cause.holds(), "turns": cause.turns});
    }
    let stored = state.membership(SegmentNo(3));
    answer["stored"] = json!({
        "member": state.realized(SegmentNo(3)),
        "definitions": 1,
        "evaluated": state.stepped().to_string(),
    });
    if let Some(stored) = stored {
        answer["stored"]["status"] = json!(stored.status);
        answer["stored"]["since"] = json!(stored.since.to_string());
    }
    answer
}

/// Predicates over all constructs, in the zone of the segment.
const ASKED: &[(&str, &str)] = &[
    ("homeAddress.country = \"KR\" and loyalty.points >= 1000", "UTC"),
    ("homeAddress.country = \"JP\" or loyalty.points >= 5000", "UTC"),
    ("not (person.gender = \"female\")", "UTC"),
    ("person.gender != \"female\"", "UTC"),
    ("vip and newsletter", "UTC"),
    (
        "tags.intersects([\"vip\", \"staff\"]) and loyalty.tier in [\"gold\", \"platinum\"]",
        "UTC",
    ),
    (
        "loyalty.tier.startsWith(\"GO\", false) and not loyalty.tier.isNull()",
        "UTC",
    ),
    (
        "xEvent[eventType = \"purchase\" and timestamp occurs < 7 days before now].count() >= 3",
        "UTC",
    ),
    (
        "xEvent[eventType = \"purchase\" and timestamp occurs < 7 days before now].count() >= 4",
        "Asia/Seoul",
    ),
    (
        "xEvent[eventType = \"purchase\" and total >= 100 and timestamp occurs <= 7 days before now].sum(total) > 400",
        "UTC",
    ),
    ("xEvent[eventType = \"refund\"].average(total) > 10", "UTC"),
    (
        "exists E from xEvent where E.eventType = \"purchase\" and E.total > 500 and E.timestamp occurs <= 30 days before now",
        "UTC",
    ),
    (
        "not (exists E from xEvent where E.eventType = \"login\" and E.timestamp occurs < 14 days before now)",
        "UTC",
    ),
    ("forall I from cart where I.price < 10", "UTC"),
    (
        "cart[price > 4 and qty > 1].count() = 1 and cart.sum(price * qty) > 20",
        "UTC",
    ),
    ("xEvent[eventType = \"appointment\"]", "UTC"),
    (
        "CHAIN(xEvent, timestamp, [A: WHAT(eventType = \"cart.add\") WHEN(<= 48 hours before now), B: WHAT(eventType = \"checkout\"), C: WHAT(eventType = \"purchase\" and total > 100) WHEN(<= 1 day after previous step)])",
        "UTC",
    ),
    (
        "CHAIN(xEvent, timestamp, [A: WHAT(eventType = \"login\") COUNT(2), B: WHAT(eventType = \"purchase\" and total > 1000)])",
        "UTC",
    ),
    (
        "not (CHAIN(xEvent, timestamp, [A: WHAT(eventType = \"purchase\") COUNT(2), B: WHAT(eventType = \"login\") WHEN(<= 1 hour after previous step)]))",
        "UTC",
    ),
    ("inSegment(\"gold\") and not inSegment(\"lately\")", "UTC"),
    ("renewal occurs < 10 days after now", "Europe/Berlin"),
    (
        "born.getMonth() = currentMonth() and born occurs before today",
        "Asia/Seoul",
    ),
    ("xEvent.max(timestamp) occurs this week", "America/New_York"),
    (
        "let S = xEvent[eventType = \"purchase\"].sum(total) in (S > 100 and S < 1000)",
        "UTC",
    ),
    (
        "if(vip, loyalty.points, 0) * 2 > 2000 and if(newsletter, true, loyalty.points > 2000)",
        "UTC",
    ),
    (
        "xEvent[eventType = \"purchase\"].topN(total, 2).sum(total) >= 1000",
        "UTC",
    ),
    (
        "head(xEvent[eventType = \"purchase\"].topN(total, 1)).total >= 900",
        "UTC",
    ),
    (
        "xEvent[eventType = \"purchase\"].groupBy(eventType).keys() = [\"purchase\"]",
        "UTC",
    ),
];

#[test]
fn of_somebody_of_whom_much_is_known() {
    let mut page = String::new();
    for (pql, zone) in ASKED {
        let told = tree::of("email:ana@example.test", &answer(ANA, pql, zone));
        write!(page, "# {pql}  [{zone}]\n\n{told}\n").expect("a text");
    }
    insta::assert_snapshot!(page);
}

#[test]
fn of_somebody_of_whom_nothing_is_known_and_who_opted_out() {
    let mut page = String::new();
    for (pql, zone) in ASKED {
        let told = tree::of("email:bo@example.test", &answer(BO, pql, zone));
        write!(page, "# {pql}  [{zone}]\n\n{told}\n").expect("a text");
    }
    insta::assert_snapshot!(page);
}

#[test]
fn as_json() {
    let pql = "homeAddress.country = \"KR\" and xEvent[eventType = \"purchase\" and timestamp occurs < 7 days before now].count() >= 3";
    insta::assert_json_snapshot!(answer(ANA, pql, "UTC"));
}
