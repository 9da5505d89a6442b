use super::{Change, Choices, Refusal, User};
use crate::testing::kinds;
use crate::{Desired, DesiredSegment, check};
use model::{
    Dataflow, DataflowId, Definitions, RulesVersion, SegmentDefinition, SegmentId, SegmentState, Timestamp,
};

mod histories;
mod numbers;
mod summaries;

const BASE: &str = r"
retention: 90 days
inlets:
  - {id: web, dataset: orders, token: 'env:WEIR_SECRET_WEB'}
segments:
  - {id: gold, name: Gold, pql: points >= 1000}
  - {id: silver, pql: points >= 500}
  - {id: idea, state: draft, pql: points >= 1}
  - {id: old, state: inactive, pql: points >= 2}
  - {id: gone, state: archived, pql: points >= 3}
destinations:
  - {id: files, kind: file, settings: {folder: loyalty}}
  - {id: spare, kind: file, settings: {folder: spare}}
dataflows:
  - {id: plain, destination: files, segments: [gold]}
  - {id: filtered, destination: files, segments: [gold, silver], filter: vip = true}
";

fn desired(text: &str) -> Desired {
    let checked = check("f.yaml", text.as_bytes(), &kinds());
    checked.desired.unwrap_or_else(|| panic!("{}", checked.report))
}

/// The change with the choices that people get who choose nothing.
fn change(current: &Definitions, desired: &Desired, now: Timestamp) -> Result<Change, Vec<Refusal>> {
    super::change(current, desired, Choices::default(), now)
}

/// Instants are told apart by their hour.
fn hour(n: i64) -> Timestamp {
    Timestamp::from_millis(n * 3_600_000)
}

/// The base file, put in force at hour 1 as version 1.
fn base() -> Definitions {
    change(&Definitions::default(), &desired(BASE), hour(1))
        .unwrap()
        .definitions
}

/// The base file with an edit, from the base in force, at hour 2.
fn edited(from: &str, to: &str) -> Result<Change, Vec<Refusal>> {
    assert!(BASE.contains(from), "{from}");
    change(&base(), &desired(&BASE.replace(from, to)), hour(2))
}

fn segment_of<'a>(desired: &'a mut Desired, id: &str) -> &'a mut DesiredSegment {
    desired
        .segments
        .iter_mut()
        .find(|segment| segment.id.as_str() == id)
        .unwrap()
}

fn segment<'a>(definitions: &'a Definitions, id: &str) -> &'a SegmentDefinition {
    definitions
        .segments
        .iter()
        .find(|segment| segment.id.as_str() == id)
        .unwrap()
}

fn dataflow<'a>(definitions: &'a Definitions, id: &str) -> &'a Dataflow {
    definitions
        .dataflows
        .iter()
        .find(|dataflow| dataflow.id.as_str() == id)
        .unwrap()
}

#[test]
fn nothing_changes() {
    let base = base();
    assert_eq!((base.version, base.published_at), (RulesVersion(1), hour(1)));
    let change = change(&base, &desired(BASE), hour(2)).unwrap();
    assert!(change.is_empty());
    assert_eq!(change.definitions, base);
    assert_eq!(
        change.to_string(),
        "nothing changes: this is what is in force (version 1)\n"
    );
}

/// Neither the order of a file nor its spelling is a change.
#[test]
fn order_and_spelling_are_no_change() {
    for (from, to) in [
        (
            "  - {id: gold, name: Gold, pql: points >= 1000}\n",
            "  - {pql: '  points >= 1000 ', id: gold, name: Gold, excludeOptOut: true, timeZone: Etc/UTC}\n",
        ),
        ("retention: 90 days\n", ""),
        ("segments: [gold, silver]", "segments: [silver, gold]"),
        (
            "segments: [gold, silver]",
            "segments: [gold, silver], triggers: [attribute, identity, membership]",
        ),
    ] {
        assert!(edited(from, to).unwrap().is_empty(), "{from} -> {to}");
    }
}

/// A file that still uses what it takes away does not pass the check; whoever asks without a file is refused.
#[test]
fn what_is_used_stays() {
    let gold = SegmentId::new("gold").unwrap();
    let flow = |id: &str| DataflowId::new(id).unwrap();
    let used_by = vec![
        User::Segment(SegmentId::new("silver").unwrap()),
        User::Mapping(flow("filtered")),
        User::Mapping(flow("plain")),
        User::Filter(flow("plain")),
    ];
    let wanted = || {
        let mut wanted = desired(BASE);
        segment_of(&mut wanted, "silver").expression = "inSegment(\"gold\")".to_owned();
        wanted.dataflows[1].filter = Some("not inSegment(\"gold\")".to_owned());
        wanted
    };
    for (state, becomes) in [
        (SegmentState::Inactive, "made inactive"),
        (SegmentState::Archived, "archived"),
    ] {
        let mut wanted = wanted();
        segment_of(&mut wanted, "gold").state = state;
        let refusal = Refusal::SegmentInUse {
            segment: gold.clone(),
            becomes,
            used_by: used_by.clone(),
        };
        assert_eq!(change(&base(), &wanted, hour(2)), Err(vec![refusal]));
    }
    let mut wanted = wanted();
    wanted.segments.retain(|segment| segment.id != gold);
    wanted
        .destinations
        .retain(|destination| destination.id.as_str() != "files");
    let refusals = change(&base(), &wanted, hour(2)).unwrap_err();
    let shown: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    segment `gold` cannot be removed: segment `silver` refers to it, dataflow `filtered` maps it, dataflow `plain` maps it, the filter of dataflow `plain` names it (take it out there first, or in the same file)
    destination `files` cannot be removed: dataflows `filtered`, `plain` send to it (give them another destination first, or in the same file)
    ");
}

#[test]
fn what_may_not_be_edited() {
    for (from, to, expected) in [
        (
            "id: gold, name: Gold,",
            "id: gold, name: Gold, state: draft,",
            "segment `gold` cannot go from published to draft: people are in it; make it `inactive`, in which it is not evaluated and can be edited",
        ),
        (
            "state: inactive",
            "state: draft",
            "segment `old` cannot go from inactive to draft: leave it `inactive`, in which it is not evaluated and can be edited",
        ),
        (
            "state: archived",
            "state: published",
            "segment `gone` cannot go from archived to published: an archived segment stays as it is; write a new one under another id",
        ),
        (
            "state: archived",
            "state: inactive",
            "segment `gone` cannot go from archived to inactive: an archived segment stays as it is; write a new one under another id",
        ),
    ] {
        // Taken out of the dataflows, so that the check has nothing to say.
        let text = BASE
            .replace(from, to)
            .replace("[gold]", "[]")
            .replace("[gold, silver]", "[]");
        let refusals = change(&base(), &desired(&text), hour(2)).unwrap_err();
        let shown: Vec<String> = refusals.iter().map(ToString::to_string).collect();
        assert_eq!(shown, [expected], "{from} -> {to}");
    }
    let mut wanted = desired(BASE);
    wanted.destinations[0].kind = "kinesis".to_owned();
    let refusals = change(&base(), &wanted, hour(2)).unwrap_err();
    let expected = "destination `files` cannot become `kinesis`, it is `file`: make a destination with another id and move the dataflows to it";
    assert_eq!(refusals[0].to_string(), expected);
}
