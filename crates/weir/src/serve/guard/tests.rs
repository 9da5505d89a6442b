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
        site: Site::new("exports"),
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
        site: Site::new("exports"),
    };
    assert_eq!(wall.forbidden(&definitions("http", None)), Vec::<String>::new());
}

#[test]
fn behind_a_proxy_every_inlet_needs_a_token() {
    let guard = Guard {
        clock: ClockMode::Wall,
        exposed: true,
        site: Site::new("exports"),
    };
    assert_eq!(
        guard.forbidden(&definitions("file", Some("env:WEIR_SECRET_WEB"))),
        Vec::<String>::new()
    );
    let refused = guard.forbidden(&definitions("file", None));
    assert_eq!(refused.len(), 1);
    assert!(refused[0].contains("`web`"), "{refused:?}");
}

#[test]
fn settings_of_destinations_stay_within_what_the_owner_allows() {
    let guard = Guard {
        clock: ClockMode::Wall,
        exposed: false,
        site: Site::new("exports"),
    };
    let mut wanted = definitions("kinesis", None);
    wanted.destinations[0].settings = r#"{"credentials":"default"}"#.to_owned();
    assert_eq!(
        guard.forbidden(&wanted),
        [
            "destination `out`: `credentials`: is not allowed on this server; its owner can set `delivery.default_credentials` to true"
        ]
    );
    let site = Site {
        default_credentials: true,
        ..guard.site.clone()
    };
    assert_eq!(Guard { site, ..guard }.forbidden(&wanted), Vec::<String>::new());
}
