//! Some bytes of a string, looked at together: with one instruction each where
//! the target has vectors, else as two words.

/// How many.
pub const BLOCK_BYTES: usize = 16;

/// How many bytes come before the first that is a quote, a backslash or a control
/// character.
#[cfg(target_feature = "simd128")]
#[inline(always)]
pub fn plain(block: &[u8; BLOCK_BYTES]) -> usize {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};

    let [low, high] = words(block);
    let bytes = u64x2(low, high);
    let quotes = u8x16_eq(bytes, u8x16_splat(b'"'));
    let backslashes = u8x16_eq(bytes, u8x16_splat(b'\\'));
    let controls = u8x16_lt(bytes, u8x16_splat(b' '));
    let special = u8x16_bitmask(v128_or(v128_or(quotes, backslashes), controls));
    (u32::from(special) | 1 << BLOCK_BYTES).trailing_zeros() as usize
}

/// How many bytes come before the first that is a quote, a backslash or a control
/// character.
#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
pub fn plain(block: &[u8; BLOCK_BYTES]) -> usize {
    let [low, high] = words(block).map(|word| (specials(word).trailing_zeros() / 8) as usize);
    match low {
        8 => 8 + high,
        _ => low,
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

/// The high bits of the bytes that are special. Above the lowest of them others
/// may be marked wrongly.
#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
const fn specials(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    (quote.wrapping_sub(ONES) & !quote
        | backslash.wrapping_sub(ONES) & !backslash
        | word.wrapping_sub(ONES * 0x20) & !word)
        & HIGH
}
