//! Uploads from browsers.

use darkroom_cloud::{Bucket, innermost_cause};
use reqwest::Method;
use reqwest::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN,
};

use crate::finding::{Check, Finding};
use crate::{Doctor, Role};

/// The headers of an upload for which a browser needs the permission of the store.
const HEADERS: &str = "content-type,if-none-match";

/// The origin in the request if all origins are allowed. It is a local one because `darkroom dev`
/// allows only local pages.
const ANY_ORIGIN: &str = "http://localhost";

impl Doctor<'_> {
    /// Sends the preflight requests of browsers for the pages in `storage.cors_origins`.
    pub(crate) async fn check_preflight(&mut self) {
        if !self.deployment.has(Role::Issuer) {
            return;
        }
        let bucket = self.deployment.raw();
        let Ok(base) = bucket.public_url().await.map(str::to_owned) else {
            return;
        };
        let url = format!("{base}{}", self.probe.raw_key());
        for pattern in self.deployment.storage.cors_origins.clone() {
            let subject = format!("uploads to {} from pages of {pattern}", bucket.name());
            let finding = self.preflight(&url, &pattern, subject).await;
            self.report(finding);
        }
    }

    async fn preflight(&self, url: &str, pattern: &str, subject: String) -> Finding {
        let origin = match pattern {
            "*" => ANY_ORIGIN.to_owned(),
            pattern => pattern.replace('*', "app"),
        };
        let request = self
            .http
            .request(Method::OPTIONS, url)
            .header(ORIGIN, &origin)
            .header(ACCESS_CONTROL_REQUEST_METHOD, "PUT")
            .header(ACCESS_CONTROL_REQUEST_HEADERS, HEADERS);
        let problem = match request.send().await {
            Ok(response) => {
                let allowed = response.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN);
                let is_allowed =
                    allowed.is_some_and(|allowed| *allowed == *origin || *allowed == "*");
                if is_allowed && response.status().is_success() {
                    return Finding::ok(Check::Cors, subject);
                }
                format!(
                    "the store refuses the preflight request ({})",
                    response.status()
                )
            }
            Err(error) => format!("the preflight request failed: {}", innermost_cause(&error)),
        };
        let remedy = "run `darkroom provision`, which sets the CORS rule for storage.cors_origins";
        Finding::failed(Check::Cors, subject, problem, remedy)
    }
}
