//! Empty environment variables.

use std::ffi::OsString;

/// Unsets every variable without a value.
///
/// Compose files and charts set variables to nothing to say that they are not set
/// (`AWS_REGION=${AWS_REGION:-}`). The libraries that read the environment for us disagree about
/// what an empty value means, so none gets to see one.
///
/// # Safety
/// No other thread may exist.
#[expect(unsafe_code, reason = "the environment belongs to all threads")]
pub(crate) unsafe fn unset_empty_variables() {
    let empty = std::env::vars_os().filter(|(_, value)| value.is_empty());
    let names: Vec<_> = empty.map(|(name, _)| name).collect();
    // A name that begins with an equals sign exists, but cannot be removed.
    let removable = |name: &OsString| !name.as_encoded_bytes().contains(&b'=');
    for name in names.into_iter().filter(removable) {
        // SAFETY: the caller guarantees that no other thread reads the environment.
        unsafe { std::env::remove_var(name) };
    }
}
