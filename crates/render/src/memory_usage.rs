//! The memory of a render process that an image may use.

use std::fs;

/// The bytes that are kept free for everything except pixels: tables, stacks and heap
/// fragmentation.
const RESERVE: u64 = 16 << 20;

/// The bytes of memory that a render process has for images, measured when it starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MemoryForImages(u64);

impl MemoryForImages {
    /// Measures the address space that the process uses without an image, and subtracts it and a
    /// reserve from `max_memory`. Without procfs, subtracts only the reserve. Call this before the
    /// process is confined, because a confined process cannot read procfs.
    pub(crate) fn measure(max_memory: u64) -> Self {
        let used = fs::read_to_string("/proc/self/statm")
            .ok()
            .and_then(|statm| address_space(&statm, page_size()))
            .unwrap_or_default();
        Self(max_memory.saturating_sub(used + RESERVE))
    }

    /// Returns the bytes that are left for rendering a file of this length.
    pub(crate) const fn besides_file(self, length: u64) -> u64 {
        self.0.saturating_sub(length)
    }
}

/// Returns the bytes in the first field of `statm`, which counts pages.
fn address_space(statm: &str, page_size: u64) -> Option<u64> {
    let pages: u64 = statm.split(' ').next()?.parse().ok()?;
    pages.checked_mul(page_size)
}

#[expect(
    unsafe_code,
    reason = "sysconf has no safe form in the standard library"
)]
fn page_size() -> u64 {
    // SAFETY: the call only reads a constant of the system.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(size).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_field_of_statm_is_the_address_space_in_pages() {
        assert_eq!(address_space("300 25 4 1 0 9 0\n", 4096), Some(300 * 4096));
        assert_eq!(address_space("", 4096), None);
    }

    #[test]
    fn an_image_gets_the_memory_that_the_process_the_file_and_the_reserve_leave() {
        let memory = MemoryForImages::measure(1 << 40);
        let left = memory.besides_file(1 << 30);
        assert!(left < (1 << 40) - (1 << 30) - RESERVE, "{left}");
        assert!(left > (1 << 39), "{left}");
        assert_eq!(MemoryForImages::measure(1 << 20).besides_file(1), 0);
    }
}
