use super::*;
use model::{
    Cause, Class, DataflowId, DataflowNo, ExportedTransition, Lane, SegmentId, SegmentStamps, Timestamp,
};

const NOW: Timestamp = Timestamp::from_millis(1_768_166_679_250);

/// The export of product.md section 5, without options.
fn export() -> Export {
    let attribute = |path: &str, json: &str| (Path::parse(path).unwrap(), json.to_owned());
    Export {
        dataflow: DataflowId::new("loyalty-to-shop").unwrap(),
        lane: Lane {
            dataflow: DataflowNo(3),
            class: Class::Live,
        },
        profile: ProfileId::new(2, 77),
        revision: Revision(2 << 48 | 5),
        causes: vec![Cause::Membership],
        transitions: vec![ExportedTransition {
            at: NOW,
            segment: SegmentId::new("0b0e-mapped").unwrap(),
            status: Status::Realized,
        }],
        merged: Vec::new(),
        emitted_at: NOW,
        attributes: vec![
            attribute("person.birthDate", r#""1990-04-02""#),
            attribute("person.name.firstName", r#""Ana""#),
            attribute("person.name.lastName", r#""Ito""#),
            attribute("personalEmail.address", r#""ana@example.test""#),
        ],
        memberships: vec![membership("0b0e-mapped", Status::Realized, NOW)],
        identities: BTreeMap::from([
            ("ecid".to_owned(), vec!["14575".to_owned()]),
            ("email_lc_sha256".to_owned(), vec!["655332b5".to_owned()]),
        ]),
        envelope: false,
    }
}

fn membership(segment: &str, status: Status, last_qualification: Timestamp) -> ExportedMembership {
    ExportedMembership {
        segment: SegmentId::new(segment).unwrap(),
        status,
        last_qualification,
        stamps: None,
        name: None,
    }
}

fn empty() -> Export {
    Export {
        transitions: Vec::new(),
        attributes: Vec::new(),
        memberships: Vec::new(),
        identities: BTreeMap::new(),
        ..export()
    }
}

fn with_attributes(attributes: &[(&str, &str)]) -> Export {
    let attribute = |(path, json): &(&str, &str)| (Path::parse(path).unwrap(), (*json).to_owned());
    Export {
        attributes: attributes.iter().map(attribute).collect(),
        ..empty()
    }
}

fn body(export: &Export, envelope: bool) -> String {
    let rendered = render(export, envelope).unwrap();
    let body = String::from_utf8(rendered.body).unwrap();
    let _: &serde_json::value::RawValue = serde_json::from_str(&body).unwrap();
    body
}

#[test]
fn the_message_without_options() {
    insta::assert_snapshot!(body(&export(), false), @r#"{"person":{"birthDate":"1990-04-02","name":{"firstName":"Ana","lastName":"Ito"}},"personalEmail":{"address":"ana@example.test"},"segmentMembership":{"ups":{"0b0e-mapped":{"lastQualificationTime":"2026-01-11T21:24:39Z","status":"realized"}}},"identityMap":{"ecid":[{"id":"14575"}],"email_lc_sha256":[{"id":"655332b5"}]}}"#);
}

#[test]
fn times_and_names_of_mapped_segments_come_after_the_status() {
    let mut export = export();
    export.memberships[0].stamps = Some(SegmentStamps {
        created: Timestamp::from_millis(1_648_553_325_000),
        updated: Timestamp::from_millis(1_648_553_330_000),
        mapping_created: Timestamp::from_millis(1_649_856_570_000),
        mapping_updated: Timestamp::from_millis(1_649_856_570_001),
    });
    insta::assert_snapshot!(body(&export, false), @r#"{"person":{"birthDate":"1990-04-02","name":{"firstName":"Ana","lastName":"Ito"}},"personalEmail":{"address":"ana@example.test"},"segmentMembership":{"ups":{"0b0e-mapped":{"lastQualificationTime":"2026-01-11T21:24:39Z","status":"realized","createdAt":1648553325000,"updatedAt":1648553330000,"mappingCreatedAt":1649856570000,"mappingUpdatedAt":1649856570001}}},"identityMap":{"ecid":[{"id":"14575"}],"email_lc_sha256":[{"id":"655332b5"}]}}"#);
    export.memberships[0].name = Some("High \"propensity\"".to_owned());
    insta::assert_snapshot!(body(&export, false), @r#"{"person":{"birthDate":"1990-04-02","name":{"firstName":"Ana","lastName":"Ito"}},"personalEmail":{"address":"ana@example.test"},"segmentMembership":{"ups":{"0b0e-mapped":{"lastQualificationTime":"2026-01-11T21:24:39Z","status":"realized","createdAt":1648553325000,"updatedAt":1648553330000,"mappingCreatedAt":1649856570000,"mappingUpdatedAt":1649856570001,"name":"High \"propensity\""}}},"identityMap":{"ecid":[{"id":"14575"}],"email_lc_sha256":[{"id":"655332b5"}]}}"#);
    export.memberships[0].stamps = None;
    insta::assert_snapshot!(body(&export, false), @r#"{"person":{"birthDate":"1990-04-02","name":{"firstName":"Ana","lastName":"Ito"}},"personalEmail":{"address":"ana@example.test"},"segmentMembership":{"ups":{"0b0e-mapped":{"lastQualificationTime":"2026-01-11T21:24:39Z","status":"realized","name":"High \"propensity\""}}},"identityMap":{"ecid":[{"id":"14575"}],"email_lc_sha256":[{"id":"655332b5"}]}}"#);
}

#[test]
fn the_envelope_comes_first() {
    insta::assert_snapshot!(body(&export(), true), @r#"{"_weir":{"id":"a2d27c18e8289a389b9b24b9ecb2dc2d","dataflow":"loyalty-to-shop","profile":"562949953421389","revision":"00000562949953421317","causes":["membership"],"transitions":[{"at":"2026-01-11T21:24:39.250Z","segment":"0b0e-mapped","status":"realized"}],"merged":[],"emittedAt":"2026-01-11T21:24:39.250Z"},"person":{"birthDate":"1990-04-02","name":{"firstName":"Ana","lastName":"Ito"}},"personalEmail":{"address":"ana@example.test"},"segmentMembership":{"ups":{"0b0e-mapped":{"lastQualificationTime":"2026-01-11T21:24:39Z","status":"realized"}}},"identityMap":{"ecid":[{"id":"14575"}],"email_lc_sha256":[{"id":"655332b5"}]}}"#);
    let mut export = empty();
    export.causes = vec![
        Cause::Membership,
        Cause::Identity,
        Cause::Attribute,
        Cause::Merged,
        Cause::Published,
    ];
    export.merged = vec![ProfileId::new(1, 8), ProfileId::new(1, 9)];
    insta::assert_snapshot!(body(&export, true), @r#"{"_weir":{"id":"a2d27c18e8289a389b9b24b9ecb2dc2d","dataflow":"loyalty-to-shop","profile":"562949953421389","revision":"00000562949953421317","causes":["membership","identity","attribute","merged","published"],"transitions":[],"merged":["281474976710664","281474976710665"],"emittedAt":"2026-01-11T21:24:39.250Z"},"segmentMembership":{"ups":{}},"identityMap":{}}"#);
}

#[test]
fn properties_say_what_the_envelope_says() {
    let properties = render(&export(), false).unwrap().properties;
    let lines: Vec<String> = properties
        .iter()
        .map(|(name, text)| format!("{name}: {text}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    id: a2d27c18e8289a389b9b24b9ecb2dc2d
    dataflow: loyalty-to-shop
    profile: 562949953421389
    revision: 00000562949953421317
    causes: ["membership"]
    transitions: [{"at":"2026-01-11T21:24:39.250Z","segment":"0b0e-mapped","status":"realized"}]
    merged: []
    emittedAt: 2026-01-11T21:24:39.250Z
    "#);
    let body: serde_json::Value = serde_json::from_str(&body(&export(), true)).unwrap();
    let envelope = body["_weir"].as_object().unwrap();
    assert_eq!(envelope.len(), properties.len());
    for (name, text) in properties {
        let said = match &envelope[name] {
            serde_json::Value::String(text) => text.clone(),
            list => list.to_string(),
        };
        // serde_json orders keys; the lists hold at most one object of three keys in order.
        assert_eq!(said, text, "{name}");
    }
}

#[test]
fn revisions_are_ordered_as_texts_and_64_bits_survive() {
    let revision = |revision: u64| {
        let export = Export {
            revision: Revision(revision),
            ..empty()
        };
        render(&export, false).unwrap().properties[3].1.clone()
    };
    let numbers = [0, 9, 10, (1 << 53) + 1, 2 << 48 | 5, u64::MAX - 1, u64::MAX];
    let mut texts: Vec<String> = numbers.iter().map(|number| revision(*number)).collect();
    texts.sort();
    let mut sorted = numbers;
    sorted.sort_unstable();
    assert_eq!(
        texts
            .iter()
            .map(|text| text.parse().unwrap())
            .collect::<Vec<u64>>(),
        sorted
    );
    let profile = Export {
        profile: ProfileId::from_bits(u64::MAX),
        ..empty()
    };
    assert_eq!(
        render(&profile, false).unwrap().properties[2].1,
        "18446744073709551615"
    );
}

#[test]
fn empty_maps_are_objects() {
    insta::assert_snapshot!(body(&empty(), false), @r#"{"segmentMembership":{"ups":{}},"identityMap":{}}"#);
    insta::assert_snapshot!(body(&empty(), true), @r#"{"_weir":{"id":"a2d27c18e8289a389b9b24b9ecb2dc2d","dataflow":"loyalty-to-shop","profile":"562949953421389","revision":"00000562949953421317","causes":["membership"],"transitions":[],"merged":[],"emittedAt":"2026-01-11T21:24:39.250Z"},"segmentMembership":{"ups":{}},"identityMap":{}}"#);
}

#[test]
fn values_are_verbatim_and_keys_escaped_and_in_byte_order() {
    let export = Export {
        attributes: vec![
            (Path::parse("z").unwrap(), "1.10".to_owned()),
            (Path::parse("a.é").unwrap(), "1E400".to_owned()),
            (Path::parse("a.z").unwrap(), r#""\u00e9\/""#.to_owned()),
            (
                Path::new(vec!["a".to_owned(), "q\"\n".to_owned(), "x".to_owned()]),
                "[1.0,{}]".to_owned(),
            ),
            (Path::parse("a.b-").unwrap(), "{}".to_owned()),
            (Path::parse("a.b.c.d").unwrap(), "true".to_owned()),
            (Path::parse("B").unwrap(), "null".to_owned()),
            (Path::parse("a.b.e").unwrap(), "-0".to_owned()),
        ],
        identities: BTreeMap::from([
            ("é".to_owned(), vec!["\u{1F600}".to_owned(), "\"".to_owned()]),
            ("Email".to_owned(), vec!["a\tb".to_owned()]),
        ]),
        ..empty()
    };
    insta::assert_snapshot!(body(&export, false), @r#"{"B":null,"a":{"b":{"c":{"d":true},"e":-0},"b-":{},"q\"\n":{"x":[1.0,{}]},"z":"\u00e9\/","é":1E400},"z":1.10,"segmentMembership":{"ups":{}},"identityMap":{"Email":[{"id":"a\tb"}],"é":[{"id":"😀"},{"id":"\""}]}}"#);
}

#[test]
fn the_order_of_the_row_does_not_matter() {
    let straight = export();
    let mut mixed = straight.clone();
    mixed.attributes.reverse();
    mixed
        .memberships
        .insert(0, membership("zz", Status::Realized, NOW));
    let mut ordered = straight;
    ordered.memberships.push(membership("zz", Status::Realized, NOW));
    assert_eq!(body(&mixed, true), body(&ordered, true));
}

#[test]
fn exits_are_shown_for_30_days_after() {
    let month = Duration::days(30);
    let old = NOW - month - Duration::from_millis(1);
    let export = Export {
        memberships: vec![
            membership("a", Status::Exited, NOW - month),
            membership("b", Status::Exited, old),
            membership("c", Status::Realized, old),
        ],
        ..empty()
    };
    insta::assert_snapshot!(body(&export, false), @r#"{"segmentMembership":{"ups":{"a":{"lastQualificationTime":"2025-12-12T21:24:39Z","status":"exited"},"c":{"lastQualificationTime":"2025-12-12T21:24:39Z","status":"realized"}}},"identityMap":{}}"#);
}

#[test]
fn what_cannot_be_rendered_says_why_without_a_value() {
    let mistakes = [
        vec![("_weir.x", "\"secret\"")],
        vec![("identityMap", "{}")],
        vec![("segmentMembership.ups.x", "{}")],
        vec![("a", "\"secret\""), ("a.b", "2")],
        vec![("a.b.c", "\"secret\""), ("a.b", "2")],
        vec![("a.b", "\"secret\""), ("a.b", "2")],
        vec![("a", "{\n  \"secret\": 1}")],
        vec![("a", "")],
    ];
    let told = mistakes.map(|attributes| {
        render(&with_attributes(&attributes), false)
            .unwrap_err()
            .to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    the attribute _weir.x takes the place of a member of the message itself
    the attribute identityMap takes the place of a member of the message itself
    the attribute segmentMembership.ups.x takes the place of a member of the message itself
    the attributes a and a.b overlap
    the attributes a.b and a.b.c overlap
    the attributes a.b and a.b overlap
    the value of the attribute a is not compact JSON
    the value of the attribute a is not compact JSON
    "#);
    let no_key = Export {
        attributes: vec![(Path::default(), "1".to_owned())],
        ..empty()
    };
    assert_eq!(render(&no_key, false), Err(RenderError::EmptyPath));
}

#[test]
fn a_retry_repeats_id_and_bytes() {
    let (once, again) = (
        render(&export(), true).unwrap(),
        render(&export().clone(), true).unwrap(),
    );
    assert_eq!(once, again);
    assert_eq!(once.id, export().id());
    let next = Export {
        revision: export().revision.next(),
        ..export()
    };
    assert_ne!(render(&next, true).unwrap().id, once.id);
}
