//! The allocator: room that is there from the start, and then whole pages.
//!
//! What the toolchain brings asks for its first page too, and every page asked
//! for costs a call the host's `mprotect`, twice: when it is given, and when it
//! is taken back for the next call. And what it brings moves what grows, though
//! nothing may be in its way: a long list would lie in memory several times.

use core::{
    alloc::{GlobalAlloc, Layout},
    arch::wasm32,
    mem::MaybeUninit,
    ptr::NonNull,
};

use talc::{
    base::{CHUNK_UNIT, Talc, binning::Binning},
    cell::TalcCell,
    source::Source,
    wasm::WasmBinning,
};

/// Enough for a request with an answer of usual length.
const ROOM_BYTES: usize = 256 * 1024;

const PAGE_BYTES: usize = 64 * 1024;

/// How many pages are asked for at least, so that a body that grows does not ask
/// for each.
const LEAST_PAGES: usize = 8;

/// What the allocator needs beside what it is asked for.
const OVERHEAD_BYTES: usize = 256;

/// From which length on a block that is the last one in memory grows where it is.
const LONG_BYTES: usize = 128 * 1024;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator(TalcCell::new(Memory::untouched()));

static mut ROOM: [MaybeUninit<u8>; ROOM_BYTES] = [MaybeUninit::uninit(); ROOM_BYTES];

struct Allocator(TalcCell<Memory, WasmBinning>);

#[allow(unsafe_code, reason = "a global allocator has to be shared")]
// SAFETY: there is one thread.
unsafe impl Sync for Allocator {}

#[allow(unsafe_code, reason = "an allocator is unsafe")]
// SAFETY: all is done by `talc`.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for us.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as for us.
        unsafe { self.0.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.size() >= LONG_BYTES && size > layout.size() {
            self.extend_behind(block.wrapping_add(layout.size()), size - layout.size());
        }
        // SAFETY: as for us.
        unsafe { self.0.realloc(block, layout, size) }
    }
}

impl Allocator {
    /// Asks for what a block lacks to grow where it is, if none is behind it. A
    /// host that ends a call where it wants too much does so here also where the
    /// block could have been moved to a gap before it.
    #[allow(
        unsafe_code,
        reason = "memory is handed to the allocator, which nothing safe can do"
    )]
    fn extend_behind(&self, block_end: *mut u8, more: usize) {
        let Some(end) = self.0.clone_source().end else {
            return;
        };
        // SAFETY: it is the end that `talc` gave.
        let used = unsafe { self.0.reserved(end) }.up_to;
        let behind = used.addr().get().wrapping_sub(block_end.addr());
        let room = end.addr().get().wrapping_sub(block_end.addr());
        if behind >= CHUNK_UNIT + size_of::<usize>() || room >= more.saturating_add(OVERHEAD_BYTES)
        {
            return;
        }
        let Some((base, new_end)) = grown(more.saturating_sub(room)) else {
            return;
        };
        if base == end.as_ptr() {
            // SAFETY: the pages are new, follow what was claimed, and belong to nobody else.
            let end = unsafe { self.0.extend(end, new_end) };
            self.0.replace_source(Memory {
                has_room: false,
                end: Some(end),
            });
        }
    }
}

/// Where new pages begin and end that have room for so much.
fn grown(bytes: usize) -> Option<(*mut u8, *mut u8)> {
    let bytes = bytes.saturating_add(OVERHEAD_BYTES);
    let pages = bytes.div_ceil(PAGE_BYTES).max(LEAST_PAGES);
    let before = wasm32::memory_grow::<0>(pages);
    if before == usize::MAX {
        return None;
    }
    let base = (before * PAGE_BYTES) as *mut u8;
    Some((base, base.wrapping_add(pages * PAGE_BYTES)))
}

/// Where the allocator gets its memory from.
#[derive(Debug, Clone)]
struct Memory {
    has_room: bool,
    end: Option<NonNull<u8>>,
}

impl Memory {
    const fn untouched() -> Self {
        Self {
            has_room: true,
            end: None,
        }
    }
}

#[allow(
    unsafe_code,
    reason = "memory is handed to the allocator, which nothing safe can do"
)]
// SAFETY: nothing is allocated here, and the allocator is reached by `talc` only.
unsafe impl Source for Memory {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        if talc.source.has_room {
            talc.source.has_room = false;
            // SAFETY: `ROOM` is named nowhere else, and this is done once.
            let claimed = unsafe { talc.claim((&raw mut ROOM).cast(), ROOM_BYTES) };
            return claimed.map(|_| ()).ok_or(());
        }
        let bytes = layout.size().saturating_add(layout.align());
        let (base, end) = grown(bytes).ok_or(())?;
        talc.source.end = match talc.source.end {
            // SAFETY: the pages are new, follow what was claimed, and belong to nobody else.
            Some(last) if last.as_ptr() == base => Some(unsafe { talc.extend(last, end) }),
            // SAFETY: the pages are new and belong to nobody else.
            _ => unsafe { talc.claim(base, end.addr() - base.addr()) },
        };
        talc.source.end.map(|_| ()).ok_or(())
    }
}
