//! The CORS rule that lets browsers upload to the raw bucket.

use aws_sdk_s3::types::{CorsConfiguration, CorsRule};
use darkroom_contract::StorageSettings;

use super::difference::{Description, differences};
use super::provisioner::{Provisioner, RULE_ID};
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PutBucketCors";
/// The time that a browser caches the response to a preflight request.
const MAX_AGE_SECONDS: i32 = 3600;

impl Provisioner {
    /// Adds Darkroom's rule to the existing rules. S3 accepts only the whole list.
    pub(super) async fn cors(
        &self,
        storage: &StorageSettings,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let bucket = &storage.raw_bucket;
        let current = self.s3.get_bucket_cors().bucket(bucket).send().await;
        let rules = match current.map_err(CloudError::from_sdk("GetBucketCors")) {
            Ok(current) => current.cors_rules.unwrap_or_default(),
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error),
        };
        let wanted = rule(&storage.cors_origins)?;
        let (own, mut rules): (Vec<_>, Vec<_>) = rules
            .into_iter()
            .partition(|rule| rule.id() == Some(RULE_ID));
        let described = own.first().map(description).unwrap_or_default();
        let different = differences(&described, &description(&wanted));
        if different.is_empty() && own.len() == 1 {
            return Ok(Change::Unchanged);
        }
        if !dry_run {
            rules.push(wanted);
            let configuration = CorsConfiguration::builder()
                .set_cors_rules(Some(rules))
                .build();
            let configuration = configuration
                .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))?;
            let request = self.s3.put_bucket_cors().bucket(bucket);
            let put = request.cors_configuration(configuration).send().await;
            put.map_err(CloudError::from_sdk(OPERATION))?;
        }
        Ok(Change::new(!own.is_empty(), different))
    }
}

fn description(rule: &CorsRule) -> Description {
    // Stores return the values in any order.
    let join = |values: &[String]| {
        let mut values = values.to_vec();
        values.sort();
        values.join(" ")
    };
    [
        ("AllowedOrigins", join(rule.allowed_origins())),
        ("AllowedMethods", join(rule.allowed_methods())),
        ("AllowedHeaders", join(rule.allowed_headers())),
        ("ExposeHeaders", join(rule.expose_headers())),
        (
            "MaxAgeSeconds",
            rule.max_age_seconds().unwrap_or_default().to_string(),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn rule(origins: &[String]) -> Result<CorsRule, CloudError> {
    CorsRule::builder()
        .id(RULE_ID)
        .set_allowed_origins(Some(origins.to_vec()))
        .allowed_methods("PUT")
        .allowed_methods("POST")
        .allowed_headers("*")
        .expose_headers("ETag")
        .max_age_seconds(MAX_AGE_SECONDS)
        .build()
        .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))
}
