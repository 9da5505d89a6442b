//! Who may ask, under which name, and in which form.

use crate::rig::{ADMIN, Rig, TOKEN, envelope, post, record};
use axum::body::Body;
use axum::http::Request;
use ingest::Options;

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

#[tokio::test]
async fn an_inlet_with_a_token_wants_it() {
    let rig = Rig::start().await;
    let with = |token: Option<&str>| {
        let mut request = post(
            "/collection/batch/closed",
            "application/x-ndjson",
            record("a@b.test", ""),
        );
        if let Some(token) = token {
            request
                .headers_mut()
                .insert("authorization", token.parse().unwrap());
        }
        request
    };
    for token in [
        None,
        Some("Bearer wrong"),
        Some(TOKEN),
        Some(&*format!("Basic {TOKEN}")),
        Some(&*format!("Bearer {ADMIN}")),
    ] {
        let reply = rig.send(with(token)).await;
        assert_eq!(reply.status, 401, "{token:?}: {}", reply.text);
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
        assert!(!reply.adobe().is_empty());
    }
    assert!(rig.profile("a@b.test").is_none() && rig.dead_messages().is_empty());
    let reply = rig.send(with(Some(&format!("bearer {TOKEN}")))).await;
    assert_eq!(reply.status, 207, "{}", reply.text);
}

#[tokio::test]
async fn an_inlet_whose_token_is_gone_lets_nobody_in() {
    let rig = Rig::start().await;
    let mut lost = Rig::over_without_secrets(rig.disk.clone(), Options::default());
    lost.commit();
    let mut request = post(
        "/collection/batch/closed",
        "application/x-ndjson",
        record("a@b.test", ""),
    );
    request
        .headers_mut()
        .insert("authorization", format!("Bearer {TOKEN}").parse().unwrap());
    let reply = lost.send(request).await;
    assert_eq!(reply.status, 503, "{}", reply.text);
    assert!(!reply.adobe().contains("WEIR_SECRET"), "{}", reply.text);
}

#[tokio::test]
async fn every_other_route_wants_the_admin_token() {
    let rig = Rig::start().await;
    let routes = [
        ("GET", "/api/profiles?namespace=email&value=a"),
        ("GET", "/data/core/ups/access/entities"),
        ("GET", "/api/definitions"),
        ("POST", "/api/definitions"),
        ("GET", "/api/dataflows"),
        ("GET", "/api/dead-letters?dataflow=x"),
        ("GET", "/api/dead-messages"),
        ("GET", "/api/inlets"),
        ("GET", "/api/segments/cost"),
        ("GET", "/api/status"),
        ("POST", "/api/clock/trust"),
        ("GET", "/metrics"),
    ];
    for (method, path) in routes {
        for token in [
            None,
            Some("Bearer wrong"),
            Some(ADMIN),
            Some(&*format!("Bearer {TOKEN}")),
        ] {
            let headers: Vec<(&str, &str)> = token.iter().map(|token| ("authorization", *token)).collect();
            let reply = rig.send(request(method, path, &headers)).await;
            assert_eq!(reply.status, 401, "{path} {token:?}: {}", reply.text);
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
            assert!(!reply.problem().is_empty());
        }
        let reply = rig.admin(method, path, "").await;
        assert_ne!(reply.status, 401, "{path}: {}", reply.text);
    }
    for path in ["/livez", "/readyz"] {
        assert_eq!(rig.send(request("GET", path, &[])).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn another_sandbox_is_not_here() {
    let rig = Rig::start().await;
    for (name, status) in [("prod", 207), ("dev", 403), ("", 403)] {
        let mut request = post(
            "/collection/batch/web",
            "application/x-ndjson",
            record("a@b.test", ""),
        );
        request
            .headers_mut()
            .insert("x-sandbox-name", name.parse().unwrap());
        assert_eq!(rig.send(request).await.status, status, "{name:?}");
        let authorization = format!("Bearer {ADMIN}");
        let headers = [
            ("x-sandbox-name", name),
            ("authorization", authorization.as_str()),
        ];
        let reply = rig.send(self::request("GET", "/api/status", &headers)).await;
        assert_eq!(reply.status == 200, status == 207, "{name:?}: {}", reply.text);
    }
}

#[tokio::test]
async fn only_by_one_of_its_names_and_from_no_foreign_page() {
    let rig = Rig::start().await;
    let authorization = format!("Bearer {ADMIN}");
    for (host, origin, status) in [
        (Some("localhost:8080"), None, 200),
        (Some("127.0.0.1:8080"), Some("http://localhost:8080"), 200),
        (Some("weir.example.test"), Some("https://weir.example.test"), 200),
        (Some("evil.test:8080"), None, 403),
        (Some("localhost:9999"), None, 403),
        (None, None, 403),
        (Some("localhost:8080"), Some("http://evil.test"), 403),
        (Some("localhost:8080"), Some("null"), 403),
    ] {
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(host.map(|host| ("host", host)));
        headers.extend(origin.map(|origin| ("origin", origin)));
        let reply = rig.send_as_it_is(request("GET", "/api/status", &headers)).await;
        assert_eq!(reply.status, status, "{host:?} {origin:?}: {}", reply.text);
        let mut message = post(
            "/collection/batch/web",
            "application/x-ndjson",
            record("a@b.test", ""),
        );
        for (name, value) in headers.iter().filter(|(name, _)| *name != "authorization") {
            message.headers_mut().insert(
                axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                value.parse().unwrap(),
            );
        }
        let reply = rig.send_as_it_is(message).await;
        assert_eq!(
            reply.status == 207,
            status == 200,
            "{host:?} {origin:?}: {}",
            reply.text
        );
    }
    let reply = rig
        .send_as_it_is(request("GET", "/livez", &[("host", "10.1.2.3:8080")]))
        .await;
    assert_eq!(reply.status, 200, "probes come by address");
}

#[tokio::test]
async fn unknown_places() {
    let rig = Rig::start().await;
    for path in [
        "/collection/nobody",
        "/collection/batch/nobody",
        "/collection/a%20b",
        "/collection/%ff",
        "/collection/web/more",
    ] {
        let reply = rig.post(path, "application/json", "{}").await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text);
        assert!(!reply.adobe().is_empty());
    }
    for path in ["/", "/api", "/api/nothing", "/favicon.ico"] {
        let reply = rig.admin("GET", path, "").await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text);
        assert!(!reply.problem().is_empty());
    }
    assert!(rig.dead_messages().is_empty());
}

#[tokio::test]
async fn methods_that_are_not_taken() {
    let rig = Rig::start().await;
    for path in ["/collection/web", "/collection/batch/web"] {
        for method in ["GET", "PUT", "DELETE"] {
            let reply = rig.send(request(method, path, &[])).await;
            assert_eq!(reply.status, 405, "{method} {path}: {}", reply.text);
            assert_eq!(reply.headers["allow"], "POST");
            assert!(reply.adobe().contains(method), "{}", reply.text);
        }
    }
    let reply = rig.admin("DELETE", "/api/definitions", "").await;
    assert_eq!(reply.status, 405, "{}", reply.text);
    assert!(reply.problem().contains("DELETE"), "{}", reply.text);
}

#[tokio::test]
async fn forms_that_are_not_taken() {
    let rig = Rig::start().await;
    let message = envelope(&record("a@b.test", ""));
    for (path, headers, says) in [
        ("/collection/web", vec![], "say `Content-Type"),
        (
            "/collection/web",
            vec![("content-type", "text/plain")],
            "\"text/plain\"",
        ),
        (
            "/collection/web",
            vec![("content-type", "application/x-jackson-smile")],
            "Smile",
        ),
        (
            "/collection/web",
            vec![("content-type", "application/x-ndjson")],
            "/collection/batch/",
        ),
        (
            "/collection/web",
            vec![("content-type", "application/json"), ("content-encoding", "gzip")],
            "compression",
        ),
        (
            "/collection/batch/web",
            vec![("content-type", "multipart/form-data")],
            "multipart",
        ),
        (
            "/collection/batch/web",
            vec![
                ("content-type", "application/x-ndjson"),
                ("content-encoding", "br"),
            ],
            "compression",
        ),
    ] {
        let mut request = request("POST", path, &headers);
        *request.body_mut() = Body::from(message.clone());
        let reply = rig.send(request).await;
        assert_eq!(reply.status, 415, "{headers:?}: {}", reply.text);
        assert!(reply.adobe().contains(says), "{headers:?}: {}", reply.text);
    }
    assert!(rig.profile("a@b.test").is_none() && rig.dead_messages().is_empty());
}
