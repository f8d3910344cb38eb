//! The service and its routes.

use std::sync::Arc;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use axum::{Extension, Json, Router};
use http::HeaderMap;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::health::Audience;
use crate::origin_check::{self, OriginCheck};
use crate::problem::Problem;
use crate::state::{AppState, IssuerParts};
use crate::{
    api_docs, auth, client_library, cors, health, host, images, inspect, openapi, owners, page,
    trace, uploads,
};

/// The HTTP service. See the documentation of the crate.
#[derive(Debug, Clone)]
pub struct Issuer {
    pub(crate) state: Arc<AppState>,
    origin_check: Option<OriginCheck>,
}

impl Issuer {
    /// Creates a service from its parts. The service does not call the store or listen yet.
    pub fn new(parts: IssuerParts) -> Self {
        Self {
            state: Arc::new(AppState::new(parts)),
            origin_check: None,
        }
    }

    /// Makes the service check the headers of every request. If `check` returns a reason, the
    /// service refuses the request with `forbidden_origin` and this reason.
    #[must_use]
    pub fn with_origin_check(
        mut self,
        check: impl Fn(&HeaderMap) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        self.origin_check = Some(OriginCheck::new(check));
        self
    }

    /// Returns the routes for clients. They include the metrics and the OpenAPI document, unless
    /// these have a listener of their own.
    pub fn router(&self) -> Router {
        let settings = &self.state.parts.settings;
        let (mut router, document) = self.documented_routes().split_for_parts();
        let document = self.complete(document);
        let audience = if settings.metrics_address().is_none() {
            router = router.merge(metrics_routes(document));
            Audience::Operator
        } else {
            Audience::Clients
        };
        router = router.merge(client_library::router());
        if settings.demo_page {
            router = router.merge(page::router());
        }
        self.finish(router.layer(Extension(audience)))
    }

    /// Returns the routes for the operator: metrics, the OpenAPI document and the probes.
    pub fn metrics_router(&self) -> Router {
        let (_, document) = self.documented_routes().split_for_parts();
        let (probes, _) = probes().split_for_parts();
        let router = probes.merge(metrics_routes(self.complete(document)));
        self.finish(router.layer(Extension(Audience::Operator)))
    }

    /// Adds the parts that all routes share.
    fn finish(&self, router: Router<Arc<AppState>>) -> Router {
        let mut router = router
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(async || Problem::method_not_allowed())
            .layer(cors::layer(&self.state.parts.settings.cors_origins))
            .layer(from_fn(host::require_host));
        if let Some(check) = &self.origin_check {
            let check = from_fn_with_state(check.clone(), origin_check::refuse_forbidden);
            router = router.layer(check);
        }
        router
            .layer(from_fn(trace::trace))
            .with_state(Arc::clone(&self.state))
    }

    /// Completes the OpenAPI document, and starts the metrics of its routes at zero.
    fn complete(&self, mut document: OpenApi) -> OpenApi {
        let IssuerParts { profiles, auth, .. } = &self.state.parts;
        let (_, metrics) = metrics_route().split_for_parts();
        document.merge(metrics);
        let document = openapi::complete(document, profiles, auth.is_on());
        trace::start_metrics(&document);
        document
    }

    /// Returns the routes for clients that the OpenAPI document describes. The document is
    /// generated from these routes.
    fn documented_routes(&self) -> OpenApiRouter<Arc<AppState>> {
        OpenApiRouter::with_openapi(openapi::base())
            .merge(self.authenticated_routes())
            .merge(probes())
    }

    /// Returns the routes that need an authenticated caller.
    fn authenticated_routes(&self) -> OpenApiRouter<Arc<AppState>> {
        let mut routes = OpenApiRouter::new()
            .routes(routes!(uploads::create::create, uploads::list::list))
            .routes(routes!(uploads::batch_status::batch_status))
            .routes(routes!(uploads::status::status, uploads::delete::delete))
            .routes(routes!(uploads::events::events))
            .routes(routes!(uploads::review_list::list))
            .routes(routes!(uploads::review::approve))
            .routes(routes!(uploads::review::reject))
            .routes(routes!(owners::erase::erase))
            .routes(routes!(owners::usage::usage))
            .routes(routes!(images::upload))
            .routes(routes!(inspect::inspect));
        if self.state.parts.settings.complete_uploads {
            routes = routes.routes(routes!(uploads::complete::complete));
        }
        routes.route_layer(from_fn_with_state(
            Arc::clone(&self.state),
            auth::authenticate,
        ))
    }
}

/// Returns the routes for load balancers and orchestrators.
fn probes() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
}

fn metrics_route() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new().routes(routes!(health::metrics))
}

/// Returns the routes of the metrics, of the OpenAPI document and of its page.
fn metrics_routes(document: OpenApi) -> Router<Arc<AppState>> {
    let document = openapi::to_json(&document);
    let (router, _) = metrics_route().split_for_parts();
    router
        .route("/openapi.json", get(async move || Json(document)))
        .merge(api_docs::router())
}
