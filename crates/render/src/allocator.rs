//! Telling "out of memory" from "crashed".
#![expect(
    unsafe_code,
    reason = "a global allocator is an unsafe trait; this one only forwards to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

/// The status a render process exits with when an allocation fails.
pub(crate) const OUT_OF_MEMORY_STATUS: i32 = 86;

static EXIT_WHEN_OUT_OF_MEMORY: AtomicBool = AtomicBool::new(false);

/// The system's allocator, which in a render process ends the process with a status of its own
/// when it has nothing left to give. A failed allocation otherwise aborts like any other crash.
#[derive(Debug, Clone, Copy)]
pub struct ExitWhenOutOfMemory;

/// From now on a failed allocation ends this process.
pub(crate) fn exit_when_out_of_memory() {
    EXIT_WHEN_OUT_OF_MEMORY.store(true, Ordering::Relaxed);
}

fn checked(memory: *mut u8) -> *mut u8 {
    if memory.is_null() && EXIT_WHEN_OUT_OF_MEMORY.load(Ordering::Relaxed) {
        // SAFETY: `_exit` takes any status, runs no handlers and does not return.
        unsafe { libc::_exit(OUT_OF_MEMORY_STATUS) }
    }
    memory
}

// SAFETY: every call is the system allocator's own, with the caller's own guarantees.
unsafe impl GlobalAlloc for ExitWhenOutOfMemory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: forwarded as it came.
        checked(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: forwarded as it came.
        checked(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: forwarded as it came.
        checked(unsafe { System.realloc(memory, layout, size) })
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: forwarded as it came.
        unsafe { System.dealloc(memory, layout) }
    }
}
