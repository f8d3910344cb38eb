//! The service and its routes.

use std::sync::Arc;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use axum::{Json, Router};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::state::{AppState, IssuerParts};
use crate::{auth, cors, health, images, inspect, openapi, page, trace, uploads};

/// The HTTP service. See the documentation of the crate.
#[derive(Debug, Clone)]
pub struct Issuer {
    pub(crate) state: Arc<AppState>,
}

impl Issuer {
    /// Creates a service from its parts. The service does not call the store or listen yet.
    pub fn new(parts: IssuerParts) -> Self {
        Self {
            state: Arc::new(AppState::new(parts)),
        }
    }

    /// Returns all routes of the service.
    pub fn router(&self) -> Router {
        let IssuerParts {
            settings,
            profiles,
            auth,
            ..
        } = &self.state.parts;
        let (mut router, document) = self.documented_routes().split_for_parts();
        let document = openapi::complete(document, profiles, auth.is_on());
        trace::start_metrics(&document);
        let document = openapi::to_json(&document);
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

    /// Returns the routes that the OpenAPI document describes. The document is generated from these
    /// routes.
    fn documented_routes(&self) -> OpenApiRouter<Arc<AppState>> {
        OpenApiRouter::with_openapi(openapi::base())
            .merge(self.authenticated_routes())
            .routes(routes!(health::healthz))
            .routes(routes!(health::readyz))
            .routes(routes!(health::metrics))
    }

    /// Returns the routes that need an authenticated caller.
    fn authenticated_routes(&self) -> OpenApiRouter<Arc<AppState>> {
        let mut routes = OpenApiRouter::new()
            .routes(routes!(uploads::create::create))
            .routes(routes!(uploads::status::status, uploads::delete::delete))
            .routes(routes!(uploads::events::events))
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
