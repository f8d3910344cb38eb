//! The version, the commit and the build of this binary.

use darkroom_telemetry::BuildInfo;

/// The build of this binary. The build script sets the variables.
pub(crate) const BUILD: BuildInfo = BuildInfo {
    version: env!("CARGO_PKG_VERSION"),
    commit: env!("BUILD_COMMIT"),
    date: env!("BUILD_DATE"),
    profile: env!("BUILD_PROFILE"),
    target: env!("BUILD_TARGET"),
};

/// The text of `darkroom --version`, after the name. It is that of [`BUILD`], as a constant.
pub(crate) const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (commit ",
    env!("BUILD_COMMIT"),
    " of ",
    env!("BUILD_DATE"),
    ", ",
    env!("BUILD_PROFILE"),
    ", ",
    env!("BUILD_TARGET"),
    ")"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_build() {
        assert_eq!(VERSION, BUILD.to_string());
        assert!(!BUILD.commit.is_empty() && BUILD.commit.len() <= 12);
        assert!(BUILD.date == "unknown" || BUILD.date.starts_with("20"));
    }
}
