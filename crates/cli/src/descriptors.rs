//! The limit on open files and sockets.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the limit to the maximum that the system allows.
///
/// Many systems start programs with 1024, for the sake of programs that use `select`. Every waiting
/// client takes one.
pub(crate) fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "cannot raise the limit on open files");
    }
}
