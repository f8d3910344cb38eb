//! Places where a test may end this process, as suddenly as `kill -9` would.
//!
//! `DARKROOM_TEST_KILL_AT` names one, such as `after_variant_thumb`. Builds without debug
//! assertions, and so every release, have none of this.

/// A place just before or after something becomes durable.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(debug_assertions),
    allow(
        dead_code,
        reason = "nothing asks for a name where nothing can be armed"
    )
)]
pub(crate) enum KillPoint<'a> {
    BeforeVariant(&'a str),
    AfterVariant(&'a str),
    BeforeManifest,
    AfterManifest,
    BeforeDelete,
    AfterDelete,
}

impl KillPoint<'_> {
    #[cfg(not(debug_assertions))]
    pub(crate) const fn pass(self) {}

    /// Ends the process if it is to end here.
    #[cfg(debug_assertions)]
    pub(crate) fn pass(self) {
        if std::env::var("DARKROOM_TEST_KILL_AT").is_ok_and(|armed| armed == self.name()) {
            // Runs no destructors and flushes nothing.
            std::process::abort();
        }
    }

    #[cfg(debug_assertions)]
    fn name(self) -> String {
        match self {
            Self::BeforeVariant(name) => format!("before_variant_{name}"),
            Self::AfterVariant(name) => format!("after_variant_{name}"),
            Self::BeforeManifest => "before_manifest".to_owned(),
            Self::AfterManifest => "after_manifest".to_owned(),
            Self::BeforeDelete => "before_delete".to_owned(),
            Self::AfterDelete => "after_delete".to_owned(),
        }
    }
}
