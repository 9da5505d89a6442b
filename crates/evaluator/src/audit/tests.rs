//! What is kept in memory is audited too.

use super::{Difference, audit};
use crate::{Arrival, Change, Origin, Rules, State, advance};
use model::{
    DatasetId, Definitions, Profile, ProfileId, RulesVersion, SegmentDefinition, SegmentId, SegmentNo,
    SegmentState, Seq, Timestamp,
};
use std::sync::Arc;

const NOW: Timestamp = Timestamp::from_millis(1_000);

/// Somebody with so many points, after a step.
fn with_points(rules: &Arc<Rules>, points: u32) -> State {
    let json = format!(r#"{{"identityMap": {{"crm": [{{"id": "1"}}]}}, "points": {points}}}"#);
    let message = xdm::parse_entity(json.as_bytes(), &DatasetId::new("d").unwrap()).unwrap();
    let mut state = State::new(Profile::new(ProfileId::new(0, 1), rules.version));
    let arrival = Arrival {
        dataset: &message.dataset,
        primary: &message.identities[0],
        body: &message.body,
        seq: Seq(1),
        received: NOW,
        linked: Vec::new(),
        evicted: Vec::new(),
        absorbed: Vec::new(),
    };
    let origin = Origin {
        batch: 1,
        incarnation: 0,
    };
    advance(
        rules,
        &mut state,
        Change::Message(arrival),
        NOW,
        origin,
        &mut Vec::new(),
    );
    state
}

#[test]
fn findings_that_are_wrong_are_found_although_the_memberships_are_right() {
    let id = SegmentId::new("gold").unwrap();
    let gold = SegmentDefinition {
        id: id.clone(),
        no: SegmentNo(0),
        name: "Gold".to_owned(),
        expression: "points >= 10".to_owned(),
        time_zone: model::ZoneName::default(),
        exclude_opt_out: false,
        state: SegmentState::Published,
        changed_in: RulesVersion(1),
        created: NOW,
        updated: NOW,
    };
    let definitions = Definitions {
        version: RulesVersion(1),
        segments: vec![gold],
        ..Definitions::default()
    };
    let rules = Arc::new(Rules::compile(&definitions).unwrap());
    let (mut rich, mut poor) = (with_points(&rules, 10), with_points(&rules, 9));
    assert_eq!(audit(&rules, &rich, NOW), Some(Vec::new()));
    std::mem::swap(&mut rich.findings, &mut poor.findings);
    let difference = |is_in| Difference {
        segment: SegmentNo(0),
        id: Some(id.clone()),
        hidden: false,
        held: is_in,
        found: Some(!is_in),
        holds: is_in,
    };
    assert_eq!(audit(&rules, &rich, NOW), Some(vec![difference(true)]));
    assert_eq!(audit(&rules, &poor, NOW), Some(vec![difference(false)]));
}
