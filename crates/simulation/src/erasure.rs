//! The owner that may be erased at any time.

use darkroom_contract::{Owner, RawKey};
use darkroom_uploads::{Erasure, UploadStore};

/// The owner that may be erased. A third of the clients belong to it.
pub(crate) const ERASABLE_OWNER: &str = "u2";

/// Returns `true` for an upload of the owner that may be erased.
pub(crate) fn is_erasable(key: &RawKey) -> bool {
    key.owner.as_str() == ERASABLE_OWNER
}

/// Returns the erasure of an owner in all profiles.
pub(crate) const fn erasure(store: UploadStore, owner: &Owner) -> Erasure<'_> {
    Erasure {
        store,
        owner,
        profile: None,
        dry_run: false,
        deadline: None,
    }
}
