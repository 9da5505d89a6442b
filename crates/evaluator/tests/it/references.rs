//! Segments that refer to each other, and the order in which they are evaluated.

use evaluator::{RuleError, Rules};
use model::{
    Definitions, RulesVersion, SegmentDefinition, SegmentId, SegmentNo, SegmentState, Timestamp, ZoneName,
};

fn segment(no: u32, id: &str, expression: String) -> SegmentDefinition {
    SegmentDefinition {
        id: SegmentId::new(id).expect("an id"),
        no: SegmentNo(no),
        name: id.to_owned(),
        expression,
        time_zone: model::ZoneName::default(),
        exclude_opt_out: false,
        state: SegmentState::Published,
        changed_in: RulesVersion(u64::from(no)),
        created: Timestamp::MIN,
        updated: Timestamp::MIN,
    }
}

fn compile(segments: Vec<SegmentDefinition>) -> Result<Rules, Vec<RuleError>> {
    Rules::compile(&Definitions {
        version: RulesVersion(1),
        segments,
        ..Definitions::default()
    })
}

/// The walk begins at the first by name, which here refers to the next, and so on to the last.
#[test]
fn a_long_row_of_references_needs_no_deep_stack() {
    let count = 10_000;
    let segments = (0..count)
        .map(|n| match n {
            9_999 => segment(n, "s9999", "a = 1".to_owned()),
            _ => segment(n, &format!("s{n:04}"), format!("inSegment(\"s{:04}\")", n + 1)),
        })
        .collect();
    let small = std::thread::Builder::new().stack_size(512 << 10);
    let compiled = small.spawn(|| compile(segments)).expect("a thread").join();
    let rules = compiled.expect("the stack was enough").expect("good rules");
    let order: Vec<&str> = rules.segments().iter().map(|one| one.id.as_str()).collect();
    assert_eq!((order.len(), order[0], order[9_999]), (10_000, "s9999", "s0000"));
    // Each was changed when the last of those below it was.
    assert!(
        rules
            .segments()
            .iter()
            .all(|one| one.changed_in == RulesVersion(9_999))
    );
}

#[test]
fn a_circle_is_named_once_and_so_is_what_is_missing() {
    let segments = vec![
        segment(1, "a", "inSegment(\"b\") and inSegment(\"gone\")".to_owned()),
        segment(2, "b", "inSegment(\"c\")".to_owned()),
        segment(3, "c", "inSegment(\"a\")".to_owned()),
        segment(4, "d", "inSegment(\"b\")".to_owned()),
    ];
    let errors = compile(segments).expect_err("bad rules");
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("a -> b -> c -> a"), "{texts:?}");
    assert!(texts[1].contains("gone"), "{texts:?}");
}

/// The hidden segment of a dataflow with a filter is in the zone of the segment.
#[test]
fn segments_and_their_filters_are_in_the_zone_of_the_segment() {
    let seoul = ZoneName::new("Asia/Seoul").expect("a zone");
    let zoned = SegmentDefinition {
        time_zone: seoul.clone(),
        ..crate::person::segment(0, "s", "born occurs today")
    };
    let mut flow = crate::person::flow(&["s"], &[]);
    flow.filter = Some("seen occurs today".to_owned());
    flow.segments[0].hidden = Some(SegmentNo(1));
    let rules = crate::person::rules(&crate::person::definitions(vec![zoned], vec![flow]));
    let zones: Vec<_> = rules
        .segments()
        .iter()
        .map(|s| s.program.zone().clone())
        .collect();
    assert_eq!(
        zones,
        [seoul.zone(), seoul.zone()].map(|zone| zone.expect("known"))
    );
}

/// Written by a program with a newer database.
#[test]
fn a_zone_nobody_knows_is_an_error() {
    let zone: ZoneName = serde_json::from_str("\"Mars/Olympus\"").expect("a name");
    let segment = SegmentDefinition {
        time_zone: zone.clone(),
        ..segment(0, "s", "a = 1".to_owned())
    };
    let error = RuleError::Zone {
        segment: segment.id.clone(),
        zone,
    };
    assert_eq!(
        error.to_string(),
        "segment s: there is no time zone `Mars/Olympus`"
    );
    assert_eq!(compile(vec![segment]).err(), Some(vec![error]));
}
