//! Quotas, and the responses to requests that exceed them.

use darkroom_contract::{Owner, ProfileName, QuotaExcess, QuotaName, UploadId};
use darkroom_telemetry::metric;
use darkroom_uploads::{QuotaError, Reservation};
use http::StatusCode;

use super::validated_upload::ValidatedUpload;
use crate::problem::Problem;
use crate::state::AppState;

impl AppState {
    /// Reserves a part of the owner's quota for an upload.
    ///
    /// # Errors
    /// `quota_exceeded` or `store_unavailable`.
    pub(super) async fn reserve_quota(
        &self,
        upload: &ValidatedUpload,
    ) -> Result<Reservation, Problem> {
        let uploads = [(upload.key.id, upload.transfer.max_bytes())];
        self.reserve_quota_for(&upload.key.profile, &upload.key.owner, &uploads)
            .await
    }

    /// Reserves a part of the owner's quota for uploads with these sizes.
    ///
    /// # Errors
    /// `quota_exceeded` or `store_unavailable`.
    pub(crate) async fn reserve_quota_for(
        &self,
        profile: &ProfileName,
        owner: &Owner,
        uploads: &[(UploadId, u64)],
    ) -> Result<Reservation, Problem> {
        let reserved = self.parts.store.reserve(profile, owner, uploads).await;
        reserved.map_err(|error| match error {
            QuotaError::Cloud(error) => error.into(),
            QuotaError::Exceeded(excess) => {
                metric::QUOTA_REFUSALS.add(1, [excess.name.as_str()]);
                quota_exceeded(excess)
            }
        })
    }
}

fn quota_exceeded(excess: QuotaExcess) -> Problem {
    let QuotaExcess {
        name,
        limit,
        used,
        requested,
    } = excess;
    let unit = match name {
        QuotaName::QuotaUploads => "uploads",
        QuotaName::QuotaBytes => "bytes",
    };
    Problem::new(
        StatusCode::CONFLICT,
        "quota_exceeded",
        format_args!(
            "this owner uses {used} of {limit} {unit} in this profile, and the request needs \
             {requested} more; delete uploads, or wait until unused URLs have expired"
        ),
    )
    .with_quota(excess)
}
