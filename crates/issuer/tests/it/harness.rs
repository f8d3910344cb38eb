//! A service with a store that is unreachable or in memory, and its responses.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use darkroom_cloud::{Bucket, Connection, Endpoints, MemoryBucket};
use darkroom_contract::{Clock, Profiles, StorageSettings};
use darkroom_issuer::{
    AuthSettings, Authenticator, Issuer, IssuerParts, IssuerSettings, LimitSettings,
};
use darkroom_render::{Launch, RenderPool, RenderSettings};
use darkroom_uploads::{OutcomePublisher, UploadStore, UploadStoreParts, VariantUrls};
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// The discard port, on which nothing listens.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A response with its whole body.
pub(crate) struct TestResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl TestResponse {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that the body is a complete problem document, and returns its code.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["title"], self.status.canonical_reason().unwrap());
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        problem["code"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn issuer(settings: IssuerSettings) -> Issuer {
    issuer_for(&AuthSettings::default(), settings).await
}

pub(crate) async fn issuer_for(auth: &AuthSettings, settings: IssuerSettings) -> Issuer {
    issuer_with(auth, LimitSettings::default(), settings).await
}

/// Returns a service with an unreachable store.
pub(crate) async fn issuer_with(
    auth: &AuthSettings,
    limits: LimitSettings,
    settings: IssuerSettings,
) -> Issuer {
    let storage = storage();
    let connection = connection(&storage).await;
    let buckets: [Arc<dyn Bucket>; 2] = [
        Arc::new(connection.bucket(&storage.raw_bucket)),
        Arc::new(connection.bucket(&storage.media_bucket)),
    ];
    let store = store_on(&connection, buckets, &settings);
    issuer_on(&connection, &store, auth, limits, settings)
}

/// Returns a service with an empty store in memory. Requests to an unreachable store would let a
/// paused clock advance.
pub(crate) async fn issuer_in_memory(auth: &AuthSettings, limits: LimitSettings) -> Issuer {
    let storage = storage();
    let connection = connection(&storage).await;
    let buckets: [Arc<dyn Bucket>; 2] = [
        Arc::new(MemoryBucket::new(&storage.raw_bucket)),
        Arc::new(MemoryBucket::new(&storage.media_bucket)),
    ];
    let settings = IssuerSettings::default();
    let store = store_on(&connection, buckets, &settings);
    issuer_on(&connection, &store, auth, limits, settings)
}

/// Returns a service with this store and its profiles.
pub(crate) async fn issuer_over(store: &UploadStore, auth: &AuthSettings) -> Issuer {
    let connection = connection(&storage()).await;
    let (limits, settings) = (LimitSettings::default(), IssuerSettings::default());
    issuer_on(&connection, store, auth, limits, settings)
}

fn storage() -> StorageSettings {
    StorageSettings {
        public_endpoint: Some("https://images.example".to_owned()),
        ..StorageSettings::default()
    }
}

async fn connection(storage: &StorageSettings) -> Connection {
    let endpoints = Endpoints {
        s3: NOWHERE.to_owned(),
        sqs: NOWHERE.to_owned(),
        access_key: "AKID".to_owned(),
        secret_key: "secret".to_owned(),
        region: "eu-central-1".to_owned(),
    };
    Connection::from_endpoints(&endpoints, storage).await
}

fn store_on(
    connection: &Connection,
    [raw, media]: [Arc<dyn Bucket>; 2],
    settings: &IssuerSettings,
) -> UploadStore {
    UploadStore::new(UploadStoreParts {
        raw,
        media,
        events: Arc::new(connection.lazy_queue("events")),
        outcomes: OutcomePublisher::Disabled,
        profiles: Arc::new(Profiles::default()),
        cache_control: storage().cache_control,
        upload_expiry: settings.upload_expiry,
        clock: Clock::system(),
    })
}

fn issuer_on(
    connection: &Connection,
    store: &UploadStore,
    auth: &AuthSettings,
    limits: LimitSettings,
    settings: IssuerSettings,
) -> Issuer {
    let storage = storage();
    let launch = Launch {
        program: PathBuf::from("/nonexistent"),
        arguments: Vec::new(),
    };
    let profiles = Arc::new(store.profiles().clone());
    Issuer::new(IssuerParts {
        store: store.clone(),
        presigner: connection.upload_presigner(&storage.raw_bucket),
        variant_urls: VariantUrls::new(
            connection.bucket(&storage.media_bucket),
            connection.bucket(&storage.raw_bucket),
            Arc::clone(&profiles),
            &storage,
            settings.link_expiry,
        ),
        profiles,
        auth: Arc::new(Authenticator::new(auth).unwrap()),
        signing_secrets: None,
        pool: Arc::new(RenderPool::new(launch, &RenderSettings::default())),
        settings,
        limits,
    })
}

pub(crate) async fn send_to(router: Router, mut request: Request<Body>) -> TestResponse {
    let host = HeaderValue::from_static("images.example");
    request.headers_mut().entry(header::HOST).or_insert(host);
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    TestResponse {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

pub(crate) async fn send_with(settings: IssuerSettings, request: Request<Body>) -> TestResponse {
    send_to(issuer(settings).await.router(), request).await
}

pub(crate) async fn send(request: Request<Body>) -> TestResponse {
    send_with(IssuerSettings::default(), request).await
}

pub(crate) fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

/// Returns a `POST /v1/uploads` with this body.
pub(crate) fn post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/v1/uploads")
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}
