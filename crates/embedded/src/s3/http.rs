//! S3 over HTTP: the service of `s3s` plus CORS. Errors reach clients that are still sending.

use std::sync::Arc;

use http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpError};
use uuid::Uuid;

use super::api::S3Api;
use super::auth::SingleKeyAuth;
use super::body_drain::DrainedBody;
use super::cors::Cors;
use super::notification::Notifier;
use super::post_policy;
use super::store::Store;
use crate::options::Options;

/// The limit on the file of a form. `s3s` keeps the file in memory while it checks the policy.
const MAX_FORM_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// The S3 server.
#[derive(Clone)]
pub(crate) struct S3Http {
    service: S3Service,
    cors: Cors,
}

impl S3Http {
    pub(crate) fn new(store: Arc<Store>, notifier: Notifier, options: &Options) -> Self {
        let cors = Cors::new(Arc::clone(&store), &options.allowed_origins);
        let mut builder = S3ServiceBuilder::new(S3Api {
            store,
            notifier,
            region: options.region.clone(),
        });
        builder.set_auth(SingleKeyAuth::new(&options.access_key, &options.secret_key));
        let mut config = S3Config::default();
        config.post_object_max_file_size = MAX_FORM_FILE_BYTES;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self {
            service: builder.build(),
            cors,
        }
    }

    /// Responds to one request. An error closes the connection.
    pub(crate) async fn respond(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, HttpError> {
        let mut response = match self.cors.preflight(&request) {
            Some(response) => response,
            None => self.respond_s3(request).await?,
        };
        if let Ok(id) = HeaderValue::from_str(&Uuid::now_v7().simple().to_string()) {
            response.headers_mut().insert("x-amz-request-id", id);
        }
        Ok(response)
    }

    async fn respond_s3(&self, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let (path, method) = (request.uri().path().to_owned(), request.method().clone());
        // A client that waits for "100 Continue" sends no body after an error.
        let waits = request.headers().contains_key(header::EXPECT);
        let request = request.map(|body| {
            if waits {
                Body::from(body)
            } else {
                Body::http_body(DrainedBody::new(body))
            }
        });
        let mut response = post_policy::correct_error(self.service.call(request).await?);
        if let Some(origin) = origin {
            self.cors
                .add_headers(&path, &method, &origin, response.headers_mut());
        }
        Ok(response)
    }
}
