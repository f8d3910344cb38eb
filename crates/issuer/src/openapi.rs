//! The service's description of itself (OpenAPI 3.1), served at `/openapi.json`.
//!
//! Paths and bodies come from the handlers and types themselves; this adds what all of them share.

use darkroom_contract::{ProfileName, Profiles};
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
const DESCRIPTION: &str = "Hands out URLs to upload pictures to, and tells what became of them. \
                           Every refusal is a problem document (RFC 9457) with a stable `code`.";

/// What the document says of the service as a whole.
pub(crate) fn head() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Darkroom issuer")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION));
    OpenApiBuilder::new().info(info.build()).build()
}

/// Adds to every path how it refuses, and how callers say who they are where they are asked.
pub(crate) fn complete(mut document: OpenApi, profiles: &Profiles, is_auth_on: bool) -> OpenApi {
    let components = document.components.get_or_insert_with(Components::new);
    let schema = (Document::name().into_owned(), Document::schema());
    components.schemas.extend([schema, profile_names(profiles)]);
    if is_auth_on {
        let scheme = Http::new(HttpAuthScheme::Bearer);
        components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    }
    for (path, item) in &mut document.paths.paths {
        let operations = [&mut item.get, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            refuses(operation);
            if is_auth_on && path.starts_with("/v1/") {
                let none: [&str; 0] = [];
                operation.security = Some(vec![SecurityRequirement::new(BEARER, none)]);
            }
        }
    }
    document
}

/// Those that there are.
fn profile_names(profiles: &Profiles) -> (String, RefOr<Schema>) {
    let names = profiles.iter().map(|(name, _)| name.as_str());
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("The name of a profile."))
        .enum_values(Some(names));
    (ProfileName::name().into_owned(), schema.into())
}

fn refuses(operation: &mut Operation) {
    for (statuses, whose) in [("4XX", "the request's"), ("5XX", "the service's")] {
        let responses = &mut operation.responses.responses;
        responses.insert(statuses.to_owned(), problem(whose).into());
    }
}

fn problem(whose: &str) -> Response {
    let schema = Ref::from_schema_name(Document::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description(format!("refused, through {whose} fault"))
        .content("application/problem+json", content)
        .build()
}
