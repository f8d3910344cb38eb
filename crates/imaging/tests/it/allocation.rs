//! Measurement of the peak memory of a piece of code. Allocations by other threads do not count.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The system allocator, with a count of allocated bytes per thread. Imaging starts no threads, so
/// parallel tests do not affect each other.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "a global allocator is an unsafe trait")]
// SAFETY: every call is forwarded to `System` unchanged; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: `System` has the same contract as this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: `System` has the same contract as this function.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: `System` has the same contract as this function.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // A block shrinks in place. If it grows, the old one may exist until the new one is filled.
        let grows = size > layout.size();
        let released = layout.size().cast_signed();
        count(size.cast_signed() - if grows { 0 } else { released });
        // SAFETY: `System` has the same contract as this function.
        let moved = unsafe { System.realloc(pointer, layout, size) };
        if grows {
            count(-released);
        }
        moved
    }
}

fn count(bytes: isize) {
    // An exiting thread frees its other locals after these counters. Missing those frees does not
    // matter here.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

/// Runs `work` and returns its result and the peak number of bytes it allocated.
pub(crate) fn peak_bytes<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    PEAK.set(before);
    let result = work();
    (result, (PEAK.get() - before).max(0).cast_unsigned())
}

#[test]
fn the_peak_includes_freed_memory() {
    let (_, peak) = peak_bytes(|| drop(std::hint::black_box(vec![1u8; 1 << 20])));
    assert!((1 << 20..1 << 21).contains(&peak), "{peak}");
}
