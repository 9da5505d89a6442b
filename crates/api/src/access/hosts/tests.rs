use super::*;

fn hosts() -> Hosts {
    Hosts::new(
        ([127, 0, 0, 1], 8080).into(),
        &["Weir.example.test".to_owned(), "proxy:444".to_owned()],
    )
}

#[test]
fn loopback_names_need_the_bound_port() {
    for host in [
        "localhost:8080",
        "127.0.0.1:8080",
        "127.9.9.9:8080",
        "[::1]:8080",
        "LOCALHOST:8080",
    ] {
        assert!(hosts().allow_host(host), "{host}");
    }
    for host in [
        "localhost",
        "localhost:80",
        "127.0.0.1:8081",
        "[::1]",
        "",
        ":8080",
        "10.0.0.1:8080",
        "::1:8080",
    ] {
        assert!(!hosts().allow_host(host), "{host}");
    }
}

#[test]
fn listed_names_with_any_port_unless_they_say_one() {
    for host in [
        "weir.example.test",
        "weir.example.test:443",
        "WEIR.example.TEST:8080",
        "proxy:444",
    ] {
        assert!(hosts().allow_host(host), "{host}");
    }
    for host in [
        "evil.test",
        "evil.test:8080",
        "weir.example.test.evil.test",
        "proxy",
        "proxy:445",
    ] {
        assert!(!hosts().allow_host(host), "{host}");
    }
}

#[test]
fn origins_are_hosts_with_a_scheme() {
    for origin in ["http://localhost:8080", "https://weir.example.test"] {
        assert!(hosts().allow_origin(origin), "{origin}");
    }
    for origin in [
        "null",
        "http://evil.test",
        "localhost:8080",
        "file://",
        "http://localhost:8080.evil.test",
    ] {
        assert!(!hosts().allow_origin(origin), "{origin}");
    }
}

#[test]
fn the_default_port_need_not_be_said() {
    let hosts = Hosts::new(([127, 0, 0, 1], 80).into(), &[]);
    assert!(hosts.allow_host("localhost"));
}
