//! Points at which a test can end the process as abruptly as `kill -9`.
//!
//! The environment variable `DARKROOM_TEST_KILL_AT` names the point, such as `after_variant_thumb`.
//! Builds without debug assertions, such as release builds, contain no kill points.

/// A point just before or after something becomes durable.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(debug_assertions),
    allow(
        dead_code,
        reason = "names are only needed where a kill point can be armed"
    )
)]
pub enum KillPoint<'a> {
    /// Before the variant with this name is written.
    BeforeVariant(&'a str),
    /// After the variant with this name is written.
    AfterVariant(&'a str),
    /// Before the manifest is written.
    BeforeManifest,
    /// After the manifest is written.
    AfterManifest,
    /// Before a call that deletes a batch of messages.
    BeforeDelete,
    /// After a call that deletes a batch of messages, even if the call failed.
    AfterDelete,
}

impl KillPoint<'_> {
    /// Does nothing in a release build.
    #[cfg(not(debug_assertions))]
    pub const fn pass(self) {}

    /// Aborts the process if `DARKROOM_TEST_KILL_AT` names this point.
    #[cfg(debug_assertions)]
    pub fn pass(self) {
        if std::env::var("DARKROOM_TEST_KILL_AT").is_ok_and(|armed| armed == self.name()) {
            // Unlike an exit, this runs no destructors and flushes nothing.
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
