//! What some editors put before a text, and JSON does not begin with.

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What to do about it.
pub(super) const SAVE_WITHOUT: &str = "save it as UTF-8 without a byte order mark (BOM)";

/// Whether it is there.
pub(super) fn begins(text: &[u8]) -> bool {
    text.starts_with(BYTE_ORDER_MARK.as_bytes())
}
