//! S3 over HTTP: the service of `s3s`, plus CORS and the rules that `s3s` lacks. A client receives
//! an error response even while it is still sending its body.

use std::sync::Arc;

use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::{Body as _, Incoming};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpError};
use uuid::Uuid;

use super::api::S3Api;
use super::auth::SingleKeyAuth;
use super::body_drain::DrainedBody;
use super::cors::Cors;
use super::error_document::ErrorDocument;
use super::notification::Notifier;
use super::store::Store;
use super::{form, signature};
use crate::options::Options;
use crate::origin_check::OriginCheck;

/// The limit on the file of a form. `s3s` keeps the file in memory while it checks the policy.
const MAX_FORM_FILE_BYTES: u64 = 512 * 1024 * 1024;
/// The maximum age of a form's signature, 7 days. The form's policy has its own expiration.
const MAX_FORM_AGE_SECONDS: u32 = 7 * 24 * 60 * 60;
/// The headers that request unsupported features. A request with one of them fails, because the
/// client would not notice if the feature were ignored.
const UNSUPPORTED: [&str; 2] = ["x-amz-tagging", "x-amz-website-redirect-location"];

/// The `Content-Security-Policy` of responses. If a browser shows a response as a document, the
/// document belongs to no origin, runs no scripts and loads nothing. An image within another page
/// is not affected.
const SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The S3 server.
#[derive(Clone)]
pub(crate) struct S3Http {
    service: S3Service,
    /// The same service, with other limits, for uploads by form.
    forms: S3Service,
    cors: Cors,
    origin_check: OriginCheck,
    region: String,
}

impl S3Http {
    pub(crate) fn new(
        store: Arc<Store>,
        notifier: Notifier,
        options: &Options,
        origin_check: OriginCheck,
    ) -> Self {
        let service = |config: S3Config| {
            let mut builder = S3ServiceBuilder::new(S3Api {
                store: Arc::clone(&store),
                notifier: notifier.clone(),
                region: options.region.clone(),
            });
            builder.set_auth(SingleKeyAuth::new(&options.access_key, &options.secret_key));
            builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
            builder.build()
        };
        let mut forms = S3Config::default();
        forms.post_object_max_file_size = MAX_FORM_FILE_BYTES;
        forms.presigned_url_max_skew_time_secs = MAX_FORM_AGE_SECONDS;
        Self {
            service: service(S3Config::default()),
            forms: service(forms),
            cors: Cors::new(Arc::clone(&store), &options.allowed_origins),
            origin_check,
            region: options.region.clone(),
        }
    }

    /// Returns the response to one request, which may be an S3 error. An `Err` closes the
    /// connection.
    pub(crate) async fn respond(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, HttpError> {
        let is_allowed = self.origin_check.check(request.headers()).is_ok();
        let preflight = is_allowed.then(|| self.cors.preflight(&request));
        let mut response = match preflight.flatten() {
            Some(response) => response,
            None => self.respond_s3(request).await?,
        };
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&Uuid::now_v7().simple().to_string()) {
            headers.insert("x-amz-request-id", id);
        }
        let nosniff = HeaderValue::from_static("nosniff");
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
        let policy = HeaderValue::from_static(SECURITY_POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        Ok(response)
    }

    async fn respond_s3(&self, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let allowed = self.origin_check.check(request.headers());
        let origin = origin.filter(|_| allowed.is_ok());
        let (path, method) = (request.uri().path().to_owned(), request.method().clone());
        // A client that waits for "100 Continue" sends no body after an error, so there is nothing
        // to drain.
        let waits = request.headers().contains_key(header::EXPECT);
        let is_empty = request.body().is_end_stream();
        let request = request.map(|body| {
            if waits {
                Body::from(body)
            } else {
                Body::http_body(DrainedBody::new(body))
            }
        });
        let allowed = allowed.map_err(|error| ErrorDocument::denied(error.to_string()));
        let mut response = match allowed.and_then(|()| self.check(&request)) {
            Ok(()) => self.call(request).await?,
            Err(error) => error.into_response(),
        };
        // hyper sends "100 Continue" only when it reads a body. Without that response, botocore
        // would match the next response on this connection to an earlier request, and would then
        // wait forever. Closing the connection prevents this.
        if waits && (is_empty || !response.status().is_success()) {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        if let Some(origin) = origin {
            self.cors
                .add_headers(&path, &method, &origin, response.headers_mut());
        }
        Ok(response)
    }

    fn check(&self, request: &Request<Body>) -> Result<(), ErrorDocument> {
        signature::check(request, &self.region)?;
        let headers = request.headers();
        let is_set = |name: &&str| headers.get(*name).is_some_and(|value| !value.is_empty());
        match UNSUPPORTED.into_iter().find(is_set) {
            None => Ok(()),
            Some(name) => Err(ErrorDocument::new(
                StatusCode::NOT_IMPLEMENTED,
                "NotImplemented",
                format!(
                    "A header you provided implies functionality that is not implemented: {name}"
                ),
            )),
        }
    }

    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, HttpError> {
        if form::is_form(&request) {
            return Ok(match form::rewrite(request).await {
                Ok((request, wanted)) => {
                    let response = self.forms.call(request).await?;
                    wanted.apply(form::policy_error::correct(response))
                }
                Err(error) => error.into_response(),
            });
        }
        let mut response = self.service.call(request).await?;
        // For a range, `s3s` sets status 206 in the response to a GET, but not to a HEAD.
        if response.status() == StatusCode::OK
            && response.headers().contains_key(header::CONTENT_RANGE)
        {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        Ok(response)
    }
}
