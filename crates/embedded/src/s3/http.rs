//! S3 over HTTP, with what `s3s` leaves to its surroundings: CORS, and refusals that reach the client.

use std::sync::Arc;

use http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpError};
use uuid::Uuid;

use super::body_drain::DrainedBody;
use super::cors::Cors;
use super::credentials::OneKey;
use super::form_refusal;
use super::service::S3Api;
use super::store::Store;
use crate::events::Notifier;
use crate::options::Options;

/// The file of a form is held in memory while its policy is checked; this is all that it may be.
const MAX_FORM_FILE_BYTES: u64 = 512 * 1024 * 1024;

/// The S3 server, one request at a time.
#[derive(Clone)]
pub(crate) struct S3Http {
    service: S3Service,
    cors: Cors,
}

impl S3Http {
    pub(crate) fn new(store: Arc<Store>, notifier: Notifier, options: &Options) -> Self {
        let cors = Cors::new(Arc::clone(&store), &options.allowed_origins);
        let mut builder =
            S3ServiceBuilder::new(S3Api::new(store, notifier, options.region.clone()));
        builder.set_auth(OneKey::new(&options.access_key, &options.secret_key));
        let mut config = S3Config::default();
        config.post_object_max_file_size = MAX_FORM_FILE_BYTES;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self {
            service: builder.build(),
            cors,
        }
    }

    /// Answers one request. The error is for hyper: it closes the connection.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, HttpError> {
        let mut response = match self.cors.preflight(&request) {
            Some(response) => response,
            None => self.answer_s3(request).await?,
        };
        if let Ok(id) = HeaderValue::from_str(&Uuid::now_v7().simple().to_string()) {
            response.headers_mut().insert("x-amz-request-id", id);
        }
        Ok(response)
    }

    async fn answer_s3(&self, request: Request<Incoming>) -> Result<Response<Body>, HttpError> {
        let origin = request.headers().get(header::ORIGIN).cloned();
        let (path, method) = (request.uri().path().to_owned(), request.method().clone());
        // A client that asked first sends no body to a refusal, so there is nothing to drain.
        let asks_first = request.headers().contains_key(header::EXPECT);
        let request = request.map(|body| {
            if asks_first {
                Body::from(body)
            } else {
                Body::http_body(DrainedBody::new(body))
            }
        });
        let mut response = form_refusal::correct(self.service.call(request).await?);
        if let Some(origin) = origin {
            self.cors
                .mark(&path, &method, &origin, response.headers_mut());
        }
        Ok(response)
    }
}
