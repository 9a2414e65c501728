//! Some bytes of a string, looked at together: with one instruction each where
//! the target has vectors, else as two words.

/// How many.
pub const BLOCK_BYTES: usize = 16;

/// What is seen in a block.
pub struct Seen {
    /// How many bytes come before the first that is a quote, a backslash or a
    /// control character.
    pub plain: usize,
    /// Whether all of the block, also what comes behind that, is ASCII.
    pub is_ascii: bool,
}

impl Seen {
    /// Looks at a block.
    #[cfg(target_feature = "simd128")]
    #[inline(always)]
    pub fn of(block: &[u8; BLOCK_BYTES]) -> Self {
        use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_min, u8x16_splat, u64x2, v128_or};

        const LAST_CONTROL: u8 = 0x1f;
        let [low, high] = words(block);
        let bytes = u64x2(low, high);
        let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
        let backslashes = u8x16_eq(bytes, u8x16_splat(b'\\'));
        let controls = u8x16_eq(u8x16_min(bytes, u8x16_splat(LAST_CONTROL)), bytes);
        let special = u8x16_bitmask(v128_or(v128_or(quotes, backslashes), controls));
        Self {
            plain: (u32::from(special) | 1 << BLOCK_BYTES).trailing_zeros() as usize,
            is_ascii: u8x16_bitmask(bytes) == 0,
        }
    }

    /// Looks at a block.
    #[cfg(not(target_feature = "simd128"))]
    #[inline(always)]
    pub fn of(block: &[u8; BLOCK_BYTES]) -> Self {
        let words = words(block);
        let [low, high] = words.map(|word| (specials(word).trailing_zeros() / 8) as usize);
        Self {
            plain: match low {
                8 => 8 + high,
                _ => low,
            },
            is_ascii: words.iter().all(|word| word & HIGH_BITS == 0),
        }
    }
}

#[inline(always)]
fn words(block: &[u8; BLOCK_BYTES]) -> [u64; 2] {
    let [a, b, c, d, e, f, g, h, rest @ ..] = *block;
    [
        u64::from_le_bytes([a, b, c, d, e, f, g, h]),
        u64::from_le_bytes(rest),
    ]
}

#[cfg(not(target_feature = "simd128"))]
const ONES: u64 = u64::MAX / 0xff;

#[cfg(not(target_feature = "simd128"))]
const HIGH_BITS: u64 = ONES * 0x80;

/// The high bits of the bytes that are special. Above the lowest of them others
/// may be marked wrongly.
#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
const fn specials(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    (quote.wrapping_sub(ONES) & !quote
        | backslash.wrapping_sub(ONES) & !backslash
        | word.wrapping_sub(ONES * 0x20) & !word)
        & HIGH_BITS
}
