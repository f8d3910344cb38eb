//! Reading of bytes from the front of a slice, and checks of conditions.

use super::Violation;

/// The violation of a file that ends too early.
const TRUNCATED: Violation = "the file is truncated";

/// Removes the first `length` bytes from `rest` and returns them.
pub(super) fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Violation> {
    let (taken, after) = rest.split_at_checked(length).ok_or(TRUNCATED)?;
    *rest = after;
    Ok(taken)
}

/// Removes the first `N` bytes from `rest` and returns them.
pub(super) fn take_array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Violation> {
    let (taken, after) = rest.split_first_chunk().ok_or(TRUNCATED)?;
    *rest = after;
    Ok(*taken)
}

/// Returns `violation` as the error if the condition does not hold.
pub(super) fn ensure(condition: bool, violation: Violation) -> Result<(), Violation> {
    if condition { Ok(()) } else { Err(violation) }
}
