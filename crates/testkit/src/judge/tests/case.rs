//! A small store, told in few words.

use crate::judge::{Expected, Heard, Judge};
use crate::plan::{DataflowPlan, Plan, SegmentPlan};
use crate::rule::{Comparison, Events, Literal, Rule, Than, Unit, Window};
use crate::script::{Post, Reach};
use model::{
    Cause, DataflowId, DatasetId, DestinationId, Duration, Path, ProfileId, SegmentId, Status, Timestamp,
};

/// The judge, and the plan last published. Times are milliseconds; profiles are called P1, P2, ...
pub(super) struct Case {
    pub(super) judge: Judge,
    pub(super) plan: Plan,
}

impl Case {
    /// Segments by name and rule, published at 0, all mapped on dataflow `f`; retention 1,000 ms.
    pub(super) fn of(segments: &[(&str, Rule)]) -> Self {
        let retention = Duration::from_millis(1_000);
        let mut case = Self {
            judge: Judge::new(ProfileId::from_bits(1), retention),
            plan: Plan::new(retention),
        };
        let destination = DestinationId::new("d").expect("good");
        case.plan
            .dataflows
            .insert(dataflow(), DataflowPlan::to(destination));
        for (name, rule) in segments {
            case.plan
                .segments
                .insert(id(name), SegmentPlan::published(&id(name), rule.clone()));
            case.flow().segments.insert(id(name));
        }
        case.publish(0);
        case
    }

    pub(super) fn flow(&mut self) -> &mut DataflowPlan {
        self.plan.dataflows.get_mut(&dataflow()).expect("it is there")
    }

    pub(super) fn segment(&mut self, name: &str) -> &mut SegmentPlan {
        self.plan.segments.get_mut(&id(name)).expect("it is there")
    }

    pub(super) fn publish(&mut self, now: i64) {
        self.judge.publish(&self.plan, at(now));
    }

    pub(super) fn visit(&mut self, now: i64) {
        self.judge.visit(Reach::ALL, at(now));
    }

    pub(super) fn tick(&mut self, now: i64) {
        self.judge.tick(at(now));
    }

    /// A record of the people `who` (`a b`: email identities) with these members.
    pub(super) fn record(&mut self, now: i64, who: &str, members: &str) -> Heard {
        let json = format!("{{{},{members}}}", identity_map(who));
        self.post(now, json)
    }

    /// A record that says itself when it was written.
    pub(super) fn dated(&mut self, now: i64, written: i64, who: &str, members: &str) -> Heard {
        let audit = format!(
            "\"extSourceSystemAudit\":{{\"lastUpdatedDate\":\"{}\"}}",
            at(written)
        );
        self.record(now, who, &format!("{audit},{members}"))
    }

    /// An event `event` that happened at `when`.
    pub(super) fn event(&mut self, now: i64, who: &str, event: &str, when: i64) -> Heard {
        self.event_with(now, who, event, when, "\"amount\":1")
    }

    pub(super) fn event_with(&mut self, now: i64, who: &str, event: &str, when: i64, more: &str) -> Heard {
        let head = format!(
            "\"_id\":\"{event}\",\"timestamp\":\"{}\",\"eventType\":\"buy\"",
            at(when)
        );
        self.post(now, format!("{{{head},{},{more}}}", identity_map(who)))
    }

    fn post(&mut self, now: i64, json: String) -> Heard {
        let dataset = DatasetId::new("crm").expect("good");
        self.judge.post(&Post { dataset, json }, at(now))
    }

    /// Every transition: `P1 s realized@100`.
    pub(super) fn transitions(&self) -> Vec<String> {
        let line = |t: &crate::judge::Judged| {
            format!(
                "P{} {} {}@{}",
                t.profile,
                t.segment,
                t.status.as_str(),
                t.at.millis()
            )
        };
        self.judge.transitions().iter().map(line).collect()
    }

    /// Every export: `P1 #1 membership identity @100 [s realized] {s realized@100}`, in brackets what changed,
    /// in braces what shows.
    pub(super) fn exports(&self) -> Vec<String> {
        self.judge.exports().iter().map(line).collect()
    }

    pub(super) fn last_export(&self) -> &Expected {
        self.judge.exports().last().expect("there is one")
    }

    /// Where P1 stands: `s realized@100`.
    pub(super) fn standing(&self) -> Vec<String> {
        let standing = self.judge.memberships(ProfileId::from_bits(1));
        let line = |(id, (status, since)): (SegmentId, (Status, Timestamp))| {
            format!("{id} {}@{}", status.as_str(), since.millis())
        };
        standing.into_iter().map(line).collect()
    }
}

fn line(export: &Expected) -> String {
    let causes: Vec<&str> = export.causes.iter().map(|cause: &Cause| cause.as_str()).collect();
    let changed: Vec<String> = export
        .transitions
        .iter()
        .map(|t| format!("{} {}", t.segment, t.status.as_str()))
        .collect();
    let shown = export.memberships.iter();
    let shown: Vec<String> = shown
        .map(|m| {
            format!(
                "{} {}@{}",
                m.segment,
                m.status.as_str(),
                m.last_qualification.millis()
            )
        })
        .collect();
    format!(
        "P{} #{} {} @{} [{}] {{{}}}",
        export.profile,
        export.revision,
        causes.join(" "),
        export.emitted_at.millis(),
        changed.join(", "),
        shown.join(", ")
    )
}

pub(super) fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

pub(super) fn id(name: &str) -> SegmentId {
    SegmentId::new(name).expect("good")
}

pub(super) fn dataflow() -> DataflowId {
    DataflowId::new("f").expect("good")
}

pub(super) fn path(text: &str) -> Path {
    Path::parse(text).expect("good")
}

fn identity_map(who: &str) -> String {
    let items: Vec<String> = who
        .split(' ')
        .map(|name| format!("{{\"id\":\"{name}\"}}"))
        .collect();
    format!("\"identityMap\":{{\"email\":[{}]}}", items.join(","))
}

/// `vip = true`
pub(super) fn vip() -> Rule {
    compare("vip", Than::Equal, Literal::Bool(true))
}

/// `level = ".."`
pub(super) fn level(value: &str) -> Rule {
    compare("level", Than::Equal, Literal::Text(value.to_owned()))
}

pub(super) fn compare(at: &str, than: Than, literal: Literal) -> Rule {
    Rule::Compare(Comparison {
        path: path(at),
        than,
        literal,
    })
}

/// At least `least` purchases within `<= ms` or, exclusive, `< ms`.
pub(super) fn bought(least: u32, ms: u32, inclusive: bool) -> Rule {
    Rule::Count(purchases(ms, inclusive), Than::AtLeast, least)
}

pub(super) fn purchases(ms: u32, inclusive: bool) -> Events {
    let buy = Comparison {
        path: path("eventType"),
        than: Than::Equal,
        literal: Literal::Text("buy".to_owned()),
    };
    let window = Window {
        count: ms,
        unit: Unit::Millisecond,
        inclusive,
    };
    Events {
        conditions: vec![buy],
        window: Some(window),
    }
}

pub(super) fn not(rule: Rule) -> Rule {
    Rule::Not(Box::new(rule))
}
