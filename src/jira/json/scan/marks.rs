//! Which bytes of a string have to be looked at: found for many of them together,
//! with a few instructions where the target has vectors.

/// Bytes that are looked at together.
pub type Block = [[u8; 16]; 4];

/// How many these are.
pub const BLOCK_BYTES: usize = size_of::<Block>();

/// A bit for each byte of a block, the first the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// Quotes, backslashes and control characters.
    pub special: u64,
    /// What is not ASCII.
    pub foreign: u64,
}

impl Marks {
    /// Those of a block.
    #[inline(always)]
    pub fn of(block: &Block) -> Self {
        let [a, b, c, d] = block;
        let (a, b, c, d) = (quarter(a), quarter(b), quarter(c), quarter(d));
        Self {
            special: joined(a.0, b.0, c.0, d.0),
            foreign: joined(a.1, b.1, c.1, d.1),
        }
    }

    /// Whether nothing before the first special byte, or nothing at all where
    /// there is none, is foreign.
    #[inline(always)]
    pub const fn is_ascii_before_special(self) -> bool {
        let up_to_special = self.special ^ self.special.wrapping_sub(1);
        self.foreign & up_to_special == 0
    }
}

#[inline(always)]
const fn joined(a: u16, b: u16, c: u16, d: u16) -> u64 {
    a as u64 | (b as u64) << 16 | (c as u64) << 32 | (d as u64) << 48
}

/// What is special, and what foreign.
#[cfg(target_feature = "simd128")]
#[inline(always)]
fn quarter(bytes: &[u8; 16]) -> (u16, u16) {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};

    let [a, b, c, d, e, f, g, h, high @ ..] = *bytes;
    let low = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    let bytes = u64x2(low, u64::from_le_bytes(high));
    let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslashes = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let controls = u8x16_lt(bytes, u8x16_splat(b' '));
    let special = v128_or(v128_or(quotes, backslashes), controls);
    (u8x16_bitmask(special), u8x16_bitmask(bytes))
}

/// What is special, and what foreign.
#[cfg(not(target_feature = "simd128"))]
fn quarter(bytes: &[u8; 16]) -> (u16, u16) {
    bytes.iter().rev().fold((0, 0), |(special, foreign), byte| {
        let is_special = matches!(byte, b'"' | b'\\' | ..0x20);
        (
            special << 1 | u16::from(is_special),
            foreign << 1 | u16::from(!byte.is_ascii()),
        )
    })
}
