//! The state that every handler shares.

use std::sync::Arc;

use darkroom_cloud::UploadPresigner;
use darkroom_contract::{Profile, Profiles, SigningSecrets};
use darkroom_render::RenderPool;
use darkroom_uploads::{UploadStore, VariantUrls};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::auth::Authenticator;
use crate::ingest::TempBudget;
use crate::limits::{LimitSettings, RequestLimits};
use crate::readiness::Readiness;
use crate::settings::IssuerSettings;
use crate::uploads::StatusWatcher;

/// The number of base64 bodies to decode at once. A body takes at most 64 MiB of memory, and its
/// decoded images 48 MiB.
const DECODING_PERMITS: usize = 1;
/// The number of images to inspect at once. Each is in memory, and may be as large as the largest
/// `max_bytes` of a profile.
const INSPECTION_PERMITS: usize = 2;

/// The dependencies of an [`Issuer`](crate::Issuer).
#[derive(Debug, Clone)]
pub struct IssuerParts {
    /// The store of uploads.
    pub store: UploadStore,
    /// The signer of upload URLs and forms.
    pub presigner: UploadPresigner,
    /// The URLs of variants.
    pub variant_urls: VariantUrls,
    /// All profiles.
    pub profiles: Arc<Profiles>,
    /// The check of API keys and tokens.
    pub auth: Arc<Authenticator>,
    /// The secrets that sign receipts, if there are any.
    pub signing_secrets: Option<Arc<SigningSecrets>>,
    /// The render processes that inspect images.
    pub pool: Arc<RenderPool>,
    /// The section `[issuer]`.
    pub settings: IssuerSettings,
    /// The section `[limits]`.
    pub limits: LimitSettings,
}

/// The state that every handler shares.
#[derive(Debug)]
pub(crate) struct AppState {
    pub(crate) parts: IssuerParts,
    pub(crate) limits: RequestLimits,
    pub(crate) readiness: Readiness,
    /// The budget of bytes in temporary files.
    pub(crate) temp_budget: TempBudget,
    pub(crate) status_watcher: Arc<StatusWatcher>,
    /// The permits for decoding. A base64 body in memory holds one permit.
    pub(crate) decoding: Arc<Semaphore>,
    /// The permits for inspection. An image in memory holds one permit.
    pub(crate) inspection: Semaphore,
    /// Cancelled by the signal to stop, so that the service is no longer ready.
    pub(crate) draining: CancellationToken,
    /// Cancelled when the service stops, so that every long poll ends at once.
    pub(crate) stopping: CancellationToken,
}

impl AppState {
    pub(crate) fn new(parts: IssuerParts) -> Self {
        Self {
            limits: RequestLimits::new(&parts.limits, parts.auth.is_on()),
            temp_budget: TempBudget::new(&parts.limits, max_image_bytes(&parts.profiles)),
            readiness: Readiness::new(parts.store.clone()),
            status_watcher: Arc::new(StatusWatcher::new(parts.store.clone())),
            decoding: Arc::new(Semaphore::new(DECODING_PERMITS)),
            inspection: Semaphore::new(INSPECTION_PERMITS),
            draining: CancellationToken::new(),
            stopping: CancellationToken::new(),
            parts,
        }
    }
}

/// Returns the largest `max_bytes` of all profiles.
pub(crate) fn max_image_bytes(profiles: &Profiles) -> u64 {
    let max_bytes = |(_, profile): (_, &Profile)| profile.max_bytes.as_u64();
    profiles.iter().map(max_bytes).max().unwrap_or_default()
}
