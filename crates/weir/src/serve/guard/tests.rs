use super::*;
use model::{DatasetId, DestinationDefinition, DestinationId, Inlet, InletId, Limits};

fn definitions(kind: &str, token: Option<&str>) -> Definitions {
    let destination = DestinationDefinition {
        id: DestinationId::new("out").unwrap(),
        kind: kind.to_owned(),
        name: String::new(),
        description: String::new(),
        settings: "{}".to_owned(),
        limits: Limits::default(),
    };
    let inlet = Inlet {
        id: InletId::new("web").unwrap(),
        name: String::new(),
        dataset: DatasetId::new("web").unwrap(),
        token: token.map(str::to_owned),
    };
    Definitions {
        destinations: vec![destination],
        inlets: vec![inlet],
        ..Definitions::default()
    }
}

#[test]
fn the_clock_of_the_input_is_for_files_only() {
    let guard = Guard {
        clock: ClockMode::Input,
        exposed: false,
    };
    assert_eq!(guard.forbidden(&definitions("file", None)), Vec::<String>::new());
    let refused = guard.forbidden(&definitions("http", None));
    assert_eq!(refused.len(), 1);
    assert!(
        refused[0].contains("`out`") && refused[0].contains("`http`"),
        "{refused:?}"
    );
    let wall = Guard {
        clock: ClockMode::Wall,
        exposed: false,
    };
    assert_eq!(wall.forbidden(&definitions("http", None)), Vec::<String>::new());
}

#[test]
fn behind_a_proxy_every_inlet_needs_a_token() {
    let guard = Guard {
        clock: ClockMode::Wall,
        exposed: true,
    };
    assert_eq!(
        guard.forbidden(&definitions("file", Some("env:WEIR_SECRET_WEB"))),
        Vec::<String>::new()
    );
    let refused = guard.forbidden(&definitions("file", None));
    assert_eq!(refused.len(), 1);
    assert!(refused[0].contains("`web`"), "{refused:?}");
}
