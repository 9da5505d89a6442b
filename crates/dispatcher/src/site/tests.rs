use super::Site;
use serde_json::{Value, json};

fn keys(site: &Site, settings: &Value) -> Vec<String> {
    let forbidden = site.forbidden(settings);
    forbidden.into_iter().filter_map(|mistake| mistake.key).collect()
}

#[test]
fn nothing_but_what_the_owner_switched_on() {
    let closed = Site::new("x");
    let endpoints = Site {
        endpoints: true,
        ..closed.clone()
    };
    let credentials = Site {
        default_credentials: true,
        ..closed.clone()
    };
    for (settings, when_closed, with_endpoints, with_credentials) in [
        (
            json!({"endpoint": "http://here"}),
            vec!["endpoint"],
            vec![],
            vec!["endpoint"],
        ),
        (
            json!({"authority": "https://here"}),
            vec!["authority"],
            vec![],
            vec!["authority"],
        ),
        (
            json!({"credentials": "default"}),
            vec!["credentials"],
            vec!["credentials"],
            vec![],
        ),
        (
            json!({"roleArn": "arn"}),
            vec!["roleArn"],
            vec!["roleArn"],
            vec![],
        ),
        (
            json!({"stream": "s", "credentials": null, "endpoint": null}),
            vec![],
            vec![],
            vec![],
        ),
    ] {
        assert_eq!(keys(&closed, &settings), when_closed, "{settings}");
        assert_eq!(keys(&endpoints, &settings), with_endpoints, "{settings}");
        assert_eq!(keys(&credentials, &settings), with_credentials, "{settings}");
    }
}

#[test]
fn a_site_knows_no_secret_unless_told() {
    assert!((Site::new("x").secrets)("env:WEIR_SECRET_A").is_err());
}
