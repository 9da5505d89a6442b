//! A server without a socket and without destinations.

use api::{Api, Hosts};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use control::{Secret, Secrets};
use http_body_util::BodyExt;
use ingest::{Handle, Ingest, Options};
use metrics_exporter_prometheus::PrometheusBuilder;
use model::{Clock, Identity, ProfileId, Timestamp};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Committer, DeadMessage, Memory, Store};
use testkit::office::office;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// The admin token.
pub(crate) const ADMIN: &str = "admin-token-of-the-test";
/// The token of the inlet `closed`.
pub(crate) const TOKEN: &str = "inlet-token-of-the-test";
/// The evaluation time of the tests.
pub(crate) const NOON: i64 = 1_700_000_000_000;

/// Inlets and segments that the tests post to and look at.
pub(crate) const DEFINITIONS: &str = r#"
inlets:
  - {id: web, dataset: crm}
  - {id: closed, token: "env:WEIR_SECRET_CLOSED"}
segments:
  - {id: gold, name: Gold members, pql: loyalty.points >= 1000}
  - {id: shopper, pql: 'xEvent[eventType = "purchase" and timestamp occurs < 7 days before now].count() >= 1'}
"#;

/// Shows what it was set to.
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn set(&self, millis: i64) {
        self.0.store(millis, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Rig {
    router: Router,
    pub(crate) store: Store,
    pub(crate) handle: Handle,
    pub(crate) disk: Memory,
    pub(crate) clock: Arc<Hand>,
    pub(crate) stopping: CancellationToken,
    pub(crate) stop_ingest: CancellationToken,
    tasks: JoinSet<()>,
    committer: Option<Committer>,
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The sentence of a refusal in Adobe's shape, after a look at the shape.
    #[track_caller]
    pub(crate) fn adobe(&self) -> String {
        let json = self.json();
        assert_eq!(
            json["type"], "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet",
            "{json}"
        );
        assert_eq!(json["status"], self.status.as_u16(), "{json}");
        assert!(
            json["title"].as_str().is_some_and(|title| !title.is_empty()),
            "{json}"
        );
        json["report"]["message"]
            .as_str()
            .unwrap_or_else(|| panic!("no message in {json}"))
            .to_owned()
    }

    /// The sentence of a refusal for people, after a look at the shape.
    #[track_caller]
    pub(crate) fn problem(&self) -> String {
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16(), "{json}");
        for member in ["title", "detail", "whatToDo"] {
            assert!(
                json[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} in {json}"
            );
        }
        json["detail"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn retry_after(&self) -> Option<u64> {
        self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()
    }
}

impl Rig {
    /// With [`DEFINITIONS`] in force.
    pub(crate) async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub(crate) async fn start_with(options: Options) -> Self {
        let mut rig = Self::cold(options);
        rig.commit();
        let reply = rig.admin("POST", "/api/definitions", DEFINITIONS).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        // The job that a publish begins commits too: a test that makes the next commit fail means its own.
        while rig.get("/api/status").await["upgrade"]["finished"] != true {
            tokio::task::yield_now().await;
        }
        rig
    }

    /// Without definitions, and nothing is committed before [`Rig::commit`].
    pub(crate) fn cold(options: Options) -> Self {
        let disk = Memory::new();
        Self::over(disk, options)
    }

    /// Over a disk that may hold something; cold.
    pub(crate) fn over(disk: Memory, options: Options) -> Self {
        Self::assemble(
            disk,
            options,
            Secrets::new([("WEIR_SECRET_CLOSED".to_owned(), TOKEN.to_owned())], None),
        )
    }

    /// The same where nobody set the token of the inlet `closed`.
    pub(crate) fn over_without_secrets(disk: Memory, options: Options) -> Self {
        Self::assemble(disk, options, Secrets::new([], None))
    }

    fn assemble(disk: Memory, options: Options, secrets: Secrets) -> Self {
        let (store, committer) =
            store::open_on(Box::new(disk.clone()), &store::Options::default()).expect("a store");
        let hand = Arc::new(Hand(AtomicI64::new(NOON)));
        let clock: Arc<dyn Clock> = Arc::clone(&hand) as Arc<dyn Clock>;
        let (ingest, handle) =
            Ingest::new(store.clone(), Arc::clone(&clock), options).expect("rules that compile");
        let (control, worker) = office(&store, &handle, &clock, secrets).expect("definitions");
        let (stopping, stop_ingest) = (CancellationToken::new(), CancellationToken::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(ingest.run(stop_ingest.clone()));
        tasks.spawn(worker.run(CancellationToken::new()));
        let router = api::router(Api {
            ingest: handle.clone(),
            control,
            store: store.clone(),
            clock,
            admin: Secret::new(ADMIN),
            hosts: Hosts::new(([127, 0, 0, 1], 8080).into(), &["weir.example.test".to_owned()]),
            sandbox: "prod".to_owned(),
            url: "http://127.0.0.1:8080".to_owned(),
            version: "0.0.0-test",
            sending: Box::new(Vec::new),
            render: Box::new(|export| Ok(serde_json::json!({"identityMap": export.identities}).to_string())),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            stopping: stopping.clone(),
        });
        Self {
            router,
            store,
            handle,
            disk,
            clock: hand,
            stopping,
            stop_ingest,
            tasks,
            committer: Some(committer),
        }
    }

    /// Lets what is decided become durable from now on.
    pub(crate) fn commit(&mut self) {
        if let Some(committer) = self.committer.take() {
            self.tasks.spawn(committer.run(CancellationToken::new()));
        }
    }

    /// Any request; one for localhost unless it says otherwise.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Reply {
        let host = header::HOST;
        request
            .headers_mut()
            .entry(host)
            .or_insert(header::HeaderValue::from_static("localhost:8080"));
        self.send_as_it_is(request).await
    }

    pub(crate) async fn send_as_it_is(&self, request: Request<Body>) -> Reply {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("routes are infallible");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("text");
        Reply {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    /// The answer to a request of the administrator, its body still to come.
    pub(crate) async fn open(&self, path: &str) -> Response<Body> {
        let request = Request::builder()
            .uri(path)
            .header("host", "localhost:8080")
            .header("authorization", format!("Bearer {ADMIN}"));
        let request = request.body(Body::empty()).expect("a request");
        let response = self.router.clone().oneshot(request).await;
        response.expect("routes are infallible")
    }

    /// A request as the administrator.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: &str) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {ADMIN}"));
        self.send(request.body(Body::from(body.to_owned())).expect("a request"))
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let reply = self.admin("GET", path, "").await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply.json()
    }

    pub(crate) async fn post(&self, path: &str, content_type: &str, body: impl Into<Body>) -> Reply {
        self.send(post(path, content_type, body)).await
    }

    /// Posts NDJSON to the inlet `web`.
    pub(crate) async fn lines(&self, lines: &[impl AsRef<[u8]>]) -> Reply {
        let lines: Vec<&[u8]> = lines.iter().map(AsRef::as_ref).collect();
        self.post(
            "/collection/batch/web",
            "application/x-ndjson",
            lines.join(&b'\n'),
        )
        .await
    }

    /// The profile of an e-mail address.
    pub(crate) fn profile(&self, email: &str) -> Option<ProfileId> {
        let identity = Identity {
            namespace: "email".into(),
            value: email.into(),
        };
        self.store.profiles_of(&[identity]).expect("a read")[0]
    }

    pub(crate) fn dead_messages(&self) -> Vec<DeadMessage> {
        let all = self.store.dead_messages(0, usize::MAX).expect("a read");
        all.into_iter().map(|(_, dead)| dead).collect()
    }
}

pub(crate) fn post(path: &str, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder()
        .method("POST")
        .uri(path)
        .header("content-type", content_type);
    request.body(body.into()).expect("a request")
}

/// A record of somebody.
pub(crate) fn record(email: &str, rest: &str) -> String {
    format!(r#"{{"identityMap":{{"email":[{{"id":"{email}"}}]}}{rest}}}"#)
}

/// An entity in Adobe's envelope, for the dataset of the inlet `web`.
pub(crate) fn envelope(entity: &str) -> String {
    let schema = r#"{"id":"https://ns.adobe.com/t/schemas/1","contentType":"application/vnd.adobe.xed-full+json;version=1"}"#;
    format!(
        r#"{{"header":{{"schemaRef":{schema},"imsOrgId":"X@AdobeOrg","datasetId":"crm","flowId":"F"}},"body":{{"xdmMeta":{{"schemaRef":{schema}}},"xdmEntity":{entity}}}}}"#
    )
}
