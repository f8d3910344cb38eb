//! Removal of empty environment variables.

use std::ffi::OsString;

/// Unsets every environment variable whose value is empty.
///
/// Compose files and Helm charts often give a variable an empty value to leave it unset
/// (`AWS_REGION=${AWS_REGION:-}`). The libraries that read the environment for us disagree about
/// the meaning of an empty value, so this function removes such variables.
///
/// # Safety
/// No other thread may exist.
#[expect(unsafe_code, reason = "the environment belongs to all threads")]
pub(crate) unsafe fn unset_empty_variables() {
    let empty = std::env::vars_os().filter(|(_, value)| value.is_empty());
    let names: Vec<_> = empty.map(|(name, _)| name).collect();
    // A name can begin with an equals sign, but `remove_var` panics for such a name.
    let removable = |name: &OsString| !name.as_encoded_bytes().contains(&b'=');
    for name in names.into_iter().filter(removable) {
        // SAFETY: the caller guarantees that no other thread reads the environment.
        unsafe { std::env::remove_var(name) };
    }
}
