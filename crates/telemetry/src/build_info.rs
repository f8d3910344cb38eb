//! The build of the running binary.

use std::fmt;
use std::sync::OnceLock;

use crate::metric;

/// The build of this process, once its metrics are installed.
static BUILD: OnceLock<&BuildInfo> = OnceLock::new();

/// The build of a binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildInfo {
    /// The version of the package.
    pub version: &'static str,
    /// The first digits of the commit, or `unknown`.
    pub commit: &'static str,
    /// The date of the commit, or `unknown`.
    pub date: &'static str,
    /// The profile of cargo, such as `release`.
    pub profile: &'static str,
    /// The target triple.
    pub target: &'static str,
}

impl fmt::Display for BuildInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            version,
            commit,
            date,
            profile,
            target,
        } = self;
        write!(
            f,
            "{version} (commit {commit} of {date}, {profile}, {target})"
        )
    }
}

/// Records the build in the metric `darkroom_build_info` and for [`health_text`].
pub(crate) fn record(build: &'static BuildInfo) {
    let values = [build.version, build.commit, build.profile, build.target];
    metric::BUILD_INFO.set(1.0, values);
    BUILD.get_or_init(|| build);
}

/// Returns the body of `/healthz` for the operator: `ok`, and a line with the build. The line is
/// missing if [`install`](crate::install) was not called.
pub fn health_text() -> String {
    match BUILD.get() {
        Some(build) => format!("ok\ndarkroom {build}\n"),
        None => "ok\n".to_owned(),
    }
}
