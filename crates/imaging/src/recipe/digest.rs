//! The identity of a recipe.

use sha2::{Digest, Sha256};

use super::Recipe;

/// The version of the renderer.
///
/// Increment it whenever the renderer produces different bytes from the same source and recipe. Every
/// digest then changes, so a backfill finds the variants that an earlier version rendered.
const RENDERER_VERSION: u32 = 7;

impl Recipe {
    /// Returns the SHA-256 of the recipe and the renderer's version in lower-case hex.
    ///
    /// Two recipes with the same digest render the same bytes from the same source.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(RENDERER_VERSION.to_be_bytes());
        hash.update(serde_json::to_vec(self).unwrap_or_default());
        hex::encode(hash.finalize())
    }
}
