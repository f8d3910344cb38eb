//! A global allocator that makes "out of memory" distinguishable from other crashes, and its
//! settings.
#![expect(
    unsafe_code,
    reason = "a global allocator is an unsafe trait; this one only forwards to the system allocator"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit status of a render process whose allocation failed.
pub(crate) const OUT_OF_MEMORY_STATUS: i32 = 86;

static EXIT_WHEN_OUT_OF_MEMORY: AtomicBool = AtomicBool::new(false);

/// The system allocator. When an allocation fails in a render process, the process exits with a
/// distinct status. In any other process, a failed allocation aborts the process as usual.
#[derive(Debug, Clone, Copy)]
pub struct ExitWhenOutOfMemory;

/// Makes this process exit at the next failed allocation.
pub(crate) fn exit_when_out_of_memory() {
    EXIT_WHEN_OUT_OF_MEMORY.store(true, Ordering::Relaxed);
}

/// Makes the allocator return each freed block of 1 MiB or more to the system.
///
/// glibc's default is to raise this size to as much as 32 MiB, and to keep freed blocks below it for
/// each thread separately. A server that holds a few large images, each on another thread, would
/// then keep the memory of many. The render process keeps the default, which saves page faults: it
/// has one thread and allocates blocks of the same sizes again and again.
pub fn return_large_blocks() {
    // SAFETY: sets a number in the allocator.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1024 * 1024);
    }
}

fn checked(memory: *mut u8) -> *mut u8 {
    if memory.is_null() && EXIT_WHEN_OUT_OF_MEMORY.load(Ordering::Relaxed) {
        // SAFETY: `_exit` takes any status, runs no handlers and does not return.
        unsafe { libc::_exit(OUT_OF_MEMORY_STATUS) }
    }
    memory
}

// SAFETY: every call is forwarded to the system allocator with the caller's guarantees.
unsafe impl GlobalAlloc for ExitWhenOutOfMemory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: forwarded unchanged.
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: forwarded unchanged.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: forwarded unchanged.
        checked(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: forwarded unchanged.
        unsafe { System.dealloc(memory, layout) }
    }
}
