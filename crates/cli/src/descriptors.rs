//! The limit on open files and sockets.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the limit on open files and sockets to the maximum that the system allows.
///
/// Many systems start programs with a limit of 1024, for compatibility with `select`. That limit is
/// too low for an issuer, because every waiting client uses one file descriptor.
pub(crate) fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "cannot raise the limit on open files");
    }
}
