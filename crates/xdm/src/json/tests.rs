use super::{Document, Json, Nodes};

fn compact(text: &str) -> String {
    let (mut out, mut nodes) = (String::new(), Nodes::default());
    let document = Document::parse(text, &mut nodes).expect("it is JSON");
    document
        .root()
        .compact(&mut out)
        .expect("nothing in it is refused");
    out
}

#[test]
fn compacting_changes_nothing_but_whitespace_outside_strings() {
    let sent = "\t[ 1.10 , -0.0e+05 ,\r\n\"a \\u00e9\\/ b\" , { \"k\\\"ey\" : [ ] , \"k\" :\n{ } , \"k\" : null } , true ] ";
    let compacted = r#"[1.10,-0.0e+05,"a \u00e9\/ b",{"k\"ey":[],"k":{},"k":null},true]"#;
    assert_eq!(compact(sent), compacted);
    assert_eq!(compact(compacted), compacted);
}

#[test]
fn members_and_items_are_slices_as_sent() {
    let mut nodes = Nodes::default();
    let sent = " { \"b\" : [ 1 , \"]\" ] , \"\\u0061\" : { \"x\" : \"}\" } , \"c\":-1.0 } ";
    let document = Document::parse(sent, &mut nodes).expect("it is JSON");
    let members = document
        .root()
        .members()
        .expect("nothing in it is refused")
        .expect("it is an object");
    let members: Vec<(&str, &str)> = members
        .iter()
        .map(|(key, json)| (key.as_ref(), json.text()))
        .collect();
    assert_eq!(
        members,
        [("a", "{ \"x\" : \"}\" }"), ("b", "[ 1 , \"]\" ]"), ("c", "-1.0")]
    );
    let document = Document::parse("[ [ ] , {} ,\"\\\\\", 1 ]", &mut nodes).expect("it is JSON");
    let items = document.root().items();
    let items = items.expect("nothing in it is refused").expect("it is an array");
    let items: Vec<&str> = items.map(Json::text).collect();
    assert_eq!(items, ["[ ]", "{}", "\"\\\\\"", "1"]);
    let document = Document::parse("[]", &mut nodes).expect("it is JSON");
    assert!(document.root().members().is_ok_and(|members| members.is_none()));
    assert_eq!(document.root().string(), Ok(None));
}
