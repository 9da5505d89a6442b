use super::{Denied, Inlets};
use crate::secrets::Secrets;
use model::{
    Dataset, DatasetId, Definitions, Field, FieldGroup, FieldGroupId, Inlet, InletId, Scalar, SchemaClass,
    SchemaDefinition, SchemaId,
};

/// A schema of Weir's loyalty fields and of one of the user's own, which is a number.
fn definitions(field: &str) -> Definitions {
    let id = FieldGroupId::new("own").unwrap();
    let group = FieldGroup {
        id: id.clone(),
        title: "Own".to_owned(),
        description: String::new(),
        classes: SchemaClass::ALL.to_vec(),
        fields: vec![Field {
            path: field.to_owned(),
            scalar: Scalar::Number,
            title: "Field".to_owned(),
            description: String::new(),
        }],
    };
    let schema = SchemaDefinition {
        id: SchemaId::new("crm").unwrap(),
        title: "CRM".to_owned(),
        description: String::new(),
        class: SchemaClass::Profile,
        field_groups: vec![id, FieldGroupId::new("profile-loyalty-details").unwrap()],
        identities: Vec::new(),
    };
    let dataset = DatasetId::new("crm").unwrap();
    Definitions {
        field_groups: vec![group],
        datasets: vec![Dataset {
            schema: Some(schema.id.clone()),
            ..Dataset::untyped(dataset.clone())
        }],
        schemas: vec![schema],
        inlets: vec![Inlet {
            id: InletId::new("web").unwrap(),
            name: "Web".to_owned(),
            dataset,
            token: None,
        }],
        ..Definitions::default()
    }
}

/// Stored definitions that a later Weir cannot compile: nothing is taken rather than anything.
#[test]
fn an_inlet_without_its_schema_lets_nobody_in() {
    let open = |definitions: &Definitions| {
        let inlets = Inlets::open(definitions, &Secrets::new([], None));
        inlets.get(&InletId::new("web").unwrap()).unwrap()
    };
    let good = open(&definitions("_own.field"));
    assert!(good.admit(None).unwrap().schema().is_some());
    assert_eq!(good.problem(), None);

    let why = "`loyalty.tier` is a text in field group `profile-loyalty-details`, and a number in field group `own`";
    let bad = open(&definitions("loyalty.tier"));
    assert_eq!(bad.admit(None).unwrap_err(), Denied::NoSchema(why.to_owned()));
    assert_eq!(bad.problem(), Some(why));

    let mut gone = definitions("_own.field");
    gone.schemas.clear();
    let why = "there is no schema `crm`".to_owned();
    assert_eq!(open(&gone).admit(None).unwrap_err(), Denied::NoSchema(why));
}
