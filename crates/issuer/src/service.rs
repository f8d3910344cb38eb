//! The service as a whole: what it is built of and where its paths lead.

use std::sync::Arc;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use axum::{Json, Router};
use darkroom_cloud::{LazyQueue, S3Bucket, UploadPresigner};
use darkroom_contract::{Profiles, StorageSettings};
use darkroom_render::RenderPool;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{self, Authenticator};
use crate::health::Readiness;
use crate::limits::{LimitSettings, Limits};
use crate::problem::Problem;
use crate::settings::IssuerSettings;
use crate::uploads::{Ledger, StatusWatcher};
use crate::variant_urls::VariantUrls;
use crate::{cors, health, images, inspect, openapi, page, trace, uploads};

/// A base64 body takes 64 MiB at most while it is decoded.
const DECODING_PLACES: usize = 2;
/// As many as a pool of render processes has on most machines.
const INSPECTING_PLACES: usize = 4;

/// Everything that the service works with.
#[derive(Debug, Clone)]
pub struct IssuerParts {
    /// Signs uploads into the raw bucket.
    pub signer: UploadPresigner,
    /// Where uploads arrive.
    pub raw: S3Bucket,
    /// Where variants and manifests are.
    pub media: S3Bucket,
    /// Where S3 tells of uploads, for those of which clients tell.
    pub events: LazyQueue,
    /// What may be uploaded.
    pub profiles: Arc<Profiles>,
    /// Who may call.
    pub auth: Arc<Authenticator>,
    /// Who reads a picture's headers.
    pub pool: Arc<RenderPool>,
    /// How objects are reached by clients.
    pub storage: StorageSettings,
    /// What the operator says.
    pub settings: IssuerSettings,
    /// How much one client may use up.
    pub limits: LimitSettings,
}

/// The HTTP service; see the crate's documentation.
#[derive(Debug, Clone)]
pub struct Issuer {
    pub(crate) state: Arc<AppState>,
}

/// What every request is answered with.
#[derive(Debug)]
pub(crate) struct AppState {
    pub(crate) parts: IssuerParts,
    pub(crate) limits: Limits,
    pub(crate) readiness: Readiness,
    pub(crate) variant_urls: VariantUrls,
    pub(crate) ledger: Ledger,
    pub(crate) status_watcher: Arc<StatusWatcher>,
    /// A place for each base64 body that is in memory.
    pub(crate) decoding: Semaphore,
    /// A place for each picture that is in memory to be inspected.
    pub(crate) inspecting: Semaphore,
    /// Cancelled when the service stops: whoever waits is answered at once.
    pub(crate) stopping: CancellationToken,
}

impl Issuer {
    /// A service of these parts; nothing is called or listened on yet.
    pub fn new(parts: IssuerParts) -> Self {
        let IssuerParts {
            raw,
            media,
            storage,
            settings,
            profiles,
            ..
        } = &parts;
        let ledger = Ledger::new(raw.clone(), media.clone(), settings.upload_expiry);
        let state = AppState {
            limits: Limits::new(&parts.limits, parts.auth.is_on()),
            readiness: Readiness::of(raw.clone()),
            variant_urls: VariantUrls::new(
                media.clone(),
                Arc::clone(profiles),
                storage,
                settings.link_expiry,
            ),
            status_watcher: Arc::new(StatusWatcher::new(ledger.clone())),
            ledger,
            decoding: Semaphore::new(DECODING_PLACES),
            inspecting: Semaphore::new(INSPECTING_PLACES),
            stopping: CancellationToken::new(),
            parts,
        };
        Self {
            state: Arc::new(state),
        }
    }

    /// Every path of the service.
    pub fn router(&self) -> Router {
        let IssuerParts {
            settings,
            profiles,
            auth,
            ..
        } = &self.state.parts;
        let (mut router, document) = self.described().split_for_parts();
        let document = openapi::complete(document, profiles, auth.is_on());
        router = router.route("/openapi.json", get(async move || Json(document)));
        if settings.demo_page {
            router = router.merge(page::router());
        }
        router
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(async || Problem::method_not_allowed())
            .layer(cors::layer(&settings.cors_origins))
            .layer(from_fn(trace::trace))
            .with_state(Arc::clone(&self.state))
    }

    /// Every path that stands in the OpenAPI document, which is made of them.
    fn described(&self) -> OpenApiRouter<Arc<AppState>> {
        OpenApiRouter::with_openapi(openapi::head())
            .merge(self.api())
            .routes(routes!(health::healthz))
            .routes(routes!(health::readyz))
            .routes(routes!(health::metrics))
    }

    /// What only known callers reach.
    fn api(&self) -> OpenApiRouter<Arc<AppState>> {
        let mut api = OpenApiRouter::new()
            .routes(routes!(uploads::create::create))
            .routes(routes!(uploads::status::status, uploads::delete::delete))
            .routes(routes!(uploads::events::events))
            .routes(routes!(images::create))
            .routes(routes!(inspect::inspect));
        if self.state.parts.settings.complete_uploads {
            api = api.routes(routes!(uploads::complete::complete));
        }
        api.route_layer(from_fn_with_state(Arc::clone(&self.state), auth::require))
    }
}
