//! The allocator: room that is there from the start, and then whole pages.
//!
//! What the toolchain brings asks for its first page too, and every page asked
//! for costs a call the host's `mprotect`, twice: when it is given, and when it
//! is taken back for the next call.

use core::{alloc::Layout, arch::wasm32, mem::MaybeUninit, ptr::NonNull};

use talc::{
    base::{Talc, binning::Binning},
    cell::TalcSyncCell,
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

#[global_allocator]
static ALLOCATOR: TalcSyncCell<Memory, WasmBinning> = TalcSyncCell::new_wasm(Memory::untouched());

static mut ROOM: [MaybeUninit<u8>; ROOM_BYTES] = [MaybeUninit::uninit(); ROOM_BYTES];

/// Where the allocator gets its memory from.
#[derive(Debug)]
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
        let bytes = layout
            .size()
            .saturating_add(layout.align())
            .saturating_add(OVERHEAD_BYTES);
        let pages = bytes.div_ceil(PAGE_BYTES).max(LEAST_PAGES);
        let before = wasm32::memory_grow::<0>(pages);
        if before == usize::MAX {
            return Err(());
        }
        let base = (before * PAGE_BYTES) as *mut u8;
        let end = base.wrapping_add(pages * PAGE_BYTES);
        talc.source.end = match talc.source.end {
            // SAFETY: the pages are new, follow what was claimed, and belong to nobody else.
            Some(last) if last.as_ptr() == base => Some(unsafe { talc.extend(last, end) }),
            // SAFETY: the pages are new and belong to nobody else.
            _ => unsafe { talc.claim(base, pages * PAGE_BYTES) },
        };
        talc.source.end.map(|_| ()).ok_or(())
    }
}
