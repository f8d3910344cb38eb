//! The state that the operations share.

use std::sync::Arc;

use super::notification::Notifier;
use super::store::Store;

/// The S3 API over a [`Store`].
pub(crate) struct S3Api {
    pub(crate) store: Arc<Store>,
    pub(crate) notifier: Notifier,
    pub(crate) region: String,
}
