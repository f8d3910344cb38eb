//! The OpenAPI 3.1 document, served at `/openapi.json`.
//!
//! The paths and bodies are derived from handlers and types. This module adds the parts that all
//! operations share.

mod unions;

use darkroom_contract::{ProfileName, Profiles};
use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response,
    ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Document;

const BEARER: &str = "bearer";
const DESCRIPTION: &str = "Creates presigned URLs for image uploads and reports their outcomes. \
                           Every error is a problem document (RFC 9457) with a stable `code`.";

/// Returns the document without any paths.
pub(crate) fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Darkroom issuer")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION));
    OpenApiBuilder::new().info(info.build()).build()
}

/// Adds the schemas of problems and profile names, and the error responses of every operation. With
/// authentication, also adds the security scheme.
pub(crate) fn complete(mut document: OpenApi, profiles: &Profiles, is_auth_on: bool) -> OpenApi {
    let components = document.components.get_or_insert_with(Components::new);
    let mut schemas = vec![(Document::name().into_owned(), Document::schema())];
    Document::schemas(&mut schemas);
    schemas.push(profile_name_schema(profiles));
    components.schemas.extend(schemas);
    if is_auth_on {
        let scheme = Http::new(HttpAuthScheme::Bearer);
        components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    }
    for (path, item) in &mut document.paths.paths {
        let operations = [&mut item.get, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            add_error_responses(operation);
            if is_auth_on && path.starts_with("/v1/") {
                let scopes: [&str; 0] = [];
                operation.security = Some(vec![SecurityRequirement::new(BEARER, scopes)]);
            }
        }
    }
    document
}

/// Returns the document that the service serves.
pub(crate) fn to_json(document: &OpenApi) -> Value {
    // This fails only for a map whose keys are not text, and the document contains no such map.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    unions::rewrite(&mut document);
    document
}

/// Returns a schema that enumerates the configured profiles.
fn profile_name_schema(profiles: &Profiles) -> (String, RefOr<Schema>) {
    let names = profiles.iter().map(|(name, _)| name.as_str());
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("The name of a profile."))
        .enum_values(Some(names));
    (ProfileName::name().into_owned(), schema.into())
}

fn add_error_responses(operation: &mut Operation) {
    for (statuses, description) in [
        ("4XX", "The request is at fault."),
        ("5XX", "The service is at fault."),
    ] {
        let responses = &mut operation.responses.responses;
        responses.insert(statuses.to_owned(), problem_response(description).into());
    }
}

fn problem_response(description: &str) -> Response {
    let schema = Ref::from_schema_name(Document::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}
