//! Fallible allocation of pixel buffers.

use crate::{Rejection, RejectionCode};

/// Allocates a buffer of zeros.
///
/// `vec!` aborts the process if its allocation fails, so a fallible allocation probes the size first.
/// The system provides the pages already zeroed, so no code has to write them.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn zeroed_buffer<T: Clone + Default>(length: u64) -> Result<Vec<T>, Rejection> {
    probe::<T>(length)?;
    let length = usize::try_from(length).map_err(|_| out_of_memory())?;
    Ok(vec![T::default(); length])
}

/// Checks that there is memory for `length` values, which other code is about to allocate.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn probe<T>(length: u64) -> Result<(), Rejection> {
    let length = usize::try_from(length).map_err(|_| out_of_memory())?;
    Vec::<T>::new()
        .try_reserve_exact(length)
        .map_err(|_| out_of_memory())
}

/// Returns the rejection of an image whose pixels do not fit into memory.
pub(crate) fn out_of_memory() -> Rejection {
    Rejection::new(
        RejectionCode::OutOfMemory,
        "the image needs more memory than is available",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_larger_than_memory_is_refused() {
        let refused = zeroed_buffer::<u8>(1 << 62).unwrap_err();
        assert_eq!(refused.code, RejectionCode::OutOfMemory);
    }
}
