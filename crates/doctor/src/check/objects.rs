//! The permissions of the roles for objects.

use bytes::Bytes;
use darkroom_cloud::{Bucket, CloudError, CloudErrorKind, PutOptions, S3Bucket};
use darkroom_contract::{
    MANIFEST_PREFIX, RAW_PREFIX, REVIEW_COPY_PREFIX, REVIEW_DECISION_PREFIX, TOMBSTONE_PREFIX,
};

use super::provisioning::missing_permission;
use crate::action::allow;
use crate::finding::{Check, Finding};
use crate::{Deployment, Doctor, Role};

pub(super) const PROBE_OPTIONS: PutOptions<'_> = PutOptions {
    content_type: "application/octet-stream",
    cache_control: "no-store",
};

/// The objects below one prefix, and the actions on them that the roles need.
struct Area {
    bucket: S3Bucket,
    prefix: String,
    needs_put: bool,
    needs_get: bool,
    needs_delete: bool,
}

impl Doctor<'_> {
    /// Checks `s3:ListBucket`. Without it, S3 reports missing objects as forbidden.
    pub(crate) async fn check_listing(&mut self) {
        let worker = self.deployment.has(Role::Worker);
        // Quotas are counted in a listing.
        let is_required = worker || self.deployment.has_quota();
        let mut buckets = vec![self.deployment.raw()];
        if worker && !self.deployment.storage.has_single_bucket() {
            buckets.push(self.deployment.media());
        }
        for bucket in buckets {
            let name = bucket.name().to_owned();
            let subject = format!("s3:ListBucket on {name}");
            self.report(match bucket.list(&self.probe.raw_key(), None).await {
                Ok(_) => Finding::ok(Check::Permission, subject),
                Err(error) if error.is_not_found() => Finding::failed(
                    Check::Bucket,
                    format!("bucket {name}"),
                    "does not exist",
                    "run `darkroom provision`",
                ),
                Err(error) if is_required || error.kind != CloudErrorKind::Forbidden => {
                    missing_permission("s3:ListBucket", &name, &error)
                }
                Err(error) => Finding::warning(
                    Check::Permission,
                    subject,
                    format!("{error}; without it, S3 reports missing objects as forbidden"),
                    allow("s3:ListBucket", &name),
                ),
            });
        }
    }

    /// Checks the actions on objects that the roles need, with a probe below each prefix. The probe
    /// below `raw/` also shows who can read raw objects, and whether their events arrive.
    pub(crate) async fn check_objects(&mut self, has_sqs: bool) {
        for area in areas(&self.deployment) {
            let key = self.probe.key_below(&area.prefix);
            let name = area.bucket.name().to_owned();
            let place = format!("{name}/{}*", area.prefix);
            match area.bucket.list(&key, None).await {
                // `check_listing` reports a missing bucket.
                Err(error) if error.is_not_found() => continue,
                _ => {}
            }
            let is_raw = area.prefix == RAW_PREFIX;
            let backlog = if is_raw {
                self.backlog(has_sqs).await
            } else {
                None
            };
            let is_written = area.needs_put && self.check_put(&area, &key, &place).await;
            if is_raw && is_written {
                self.check_privacy().await;
                self.check_presigned_url().await;
                self.check_round_trip(backlog).await;
            }
            if is_written && area.prefix == MANIFEST_PREFIX {
                self.check_conditional_writes(&area.bucket, &key).await;
            }
            if area.needs_get {
                self.check_get(&area, &key, &place, is_written).await;
            }
            if is_written && area.bucket.name() == self.deployment.storage.media_bucket {
                self.check_media_base_url(&key).await;
            }
            if area.needs_delete || is_written {
                self.check_delete(&area, &key, &place, is_written).await;
            }
        }
    }

    /// Writes the probe if it can be deleted again, otherwise only checks the permission. Returns
    /// `true` if the probe was written.
    async fn check_put(&mut self, area: &Area, key: &str, place: &str) -> bool {
        let is_kept = area.needs_delete || area.prefix == RAW_PREFIX;
        let written = match is_kept {
            true => area.bucket.put(key, Bytes::new(), PROBE_OPTIONS).await,
            false => area.bucket.check_put_permission(key).await,
        };
        let is_written = written.is_ok();
        self.report(match written {
            Ok(()) => Finding::ok(Check::Permission, format!("s3:PutObject on {place}")),
            Err(error) => missing_permission("s3:PutObject", place, &error),
        });
        is_kept && is_written
    }

    /// Checks that the store refuses a write with `If-None-Match: *` to a key that has an object.
    async fn check_conditional_writes(&mut self, bucket: &S3Bucket, key: &str) {
        if !self.deployment.storage.conditional_writes {
            return;
        }
        let subject = format!("conditional writes to {}", bucket.name());
        let remedy = "set storage.conditional_writes = false";
        let again = bucket.put_if_absent(key, Bytes::new(), PROBE_OPTIONS);
        self.report(match again.await {
            Ok(false) => Finding::ok(Check::ConditionalWrites, subject),
            Ok(true) => {
                let problem = "the store ignores If-None-Match, so an upload can be replaced";
                Finding::failed(Check::ConditionalWrites, subject, problem, remedy)
            }
            Err(error) => Finding::failed(Check::ConditionalWrites, subject, error, remedy),
        });
    }

    async fn check_get(&mut self, area: &Area, key: &str, place: &str, is_written: bool) {
        let read = match area.bucket.get(key, None).await {
            // S3 has permitted the request, and the object is missing.
            Err(error) if error.is_not_found() => Ok(()),
            read => read.map(drop),
        };
        let can_list = is_written || area.bucket.list(key, None).await.is_ok();
        self.report(match read {
            Ok(()) => Finding::ok(Check::Permission, format!("s3:GetObject on {place}")),
            Err(error) if error.kind == CloudErrorKind::Forbidden && !can_list => {
                let subject = format!("s3:GetObject on {place}");
                let remedy = allow("s3:ListBucket", area.bucket.name());
                let problem = format!("{error}; without s3:ListBucket this cannot be checked");
                Finding::skipped(Check::Permission, subject, problem, remedy)
            }
            Err(error) => missing_permission("s3:GetObject", place, &error),
        });
    }

    async fn check_delete(&mut self, area: &Area, key: &str, place: &str, is_written: bool) {
        let deleted = area.bucket.delete(&[key.to_owned()]).await;
        self.report(match deleted {
            Ok(()) if area.needs_delete => {
                Finding::ok(Check::Permission, format!("s3:DeleteObject on {place}"))
            }
            Ok(()) => return,
            Err(error) if area.needs_delete => missing_permission("s3:DeleteObject", place, &error),
            Err(_) => return,
        });
        let is_left = is_written && matches!(area.bucket.head(key).await, Ok(Some(_)));
        if is_left {
            let subject = format!("probe {}/{key}", area.bucket.name());
            let problem = "it could not be removed";
            let remedy = "delete this object";
            self.report(Finding::warning(Check::Cleanup, subject, problem, remedy));
        }
    }
}

/// Returns the prefixes that the roles use, with the actions that they need.
fn areas(deployment: &Deployment) -> Vec<Area> {
    let has = |roles: &[Role]| roles.iter().any(|role| deployment.has(*role));
    let (issuer, worker, webhooks) = (Role::Issuer, Role::Worker, Role::Webhooks);
    let mut areas = vec![
        Area {
            bucket: deployment.raw(),
            prefix: RAW_PREFIX.to_owned(),
            needs_put: has(&[issuer]),
            needs_get: has(&[issuer, worker]),
            needs_delete: has(&[issuer]),
        },
        Area {
            bucket: deployment.raw(),
            prefix: MANIFEST_PREFIX.to_owned(),
            needs_put: has(&[worker]),
            needs_get: has(&[issuer, worker, webhooks]),
            needs_delete: has(&[issuer, worker]),
        },
        Area {
            bucket: deployment.raw(),
            prefix: TOMBSTONE_PREFIX.to_owned(),
            needs_put: has(&[issuer, worker]),
            needs_get: has(&[issuer]),
            needs_delete: false,
        },
    ];
    if deployment.has_reviews() {
        areas.push(Area {
            bucket: deployment.raw(),
            prefix: REVIEW_COPY_PREFIX.to_owned(),
            needs_put: has(&[worker]),
            needs_get: has(&[issuer, worker, webhooks]),
            needs_delete: has(&[issuer, worker]),
        });
        areas.push(Area {
            bucket: deployment.raw(),
            prefix: REVIEW_DECISION_PREFIX.to_owned(),
            needs_put: has(&[issuer]),
            needs_get: has(&[issuer, worker]),
            needs_delete: has(&[issuer, worker]),
        });
    }
    areas.extend(
        deployment
            .variant_prefixes()
            .into_iter()
            .map(|prefix| Area {
                bucket: deployment.media(),
                prefix,
                needs_put: has(&[worker]),
                needs_get: has(&[issuer, webhooks]),
                needs_delete: has(&[issuer, worker]),
            }),
    );
    areas
}

/// Returns `true` if a `HEAD` request found no object.
pub(super) fn is_gone(result: &Result<Option<darkroom_cloud::ObjectInfo>, CloudError>) -> bool {
    matches!(result, Ok(None))
}
