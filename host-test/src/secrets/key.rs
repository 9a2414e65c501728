//! What the contract says of keys and values, for every store of this crate.

use super::StoreError;

/// The longest key, in bytes, by the contract.
pub(super) const MAX_KEY_BYTES: u64 = 256;

/// The longest value that is kept, in bytes. The contract asks for 64 KiB;
/// sixteen times that leaves room, and is still small enough to hold any number
/// of them in memory.
pub(super) const MAX_VALUE_BYTES: u64 = 1024 * 1024;

/// Refuses what is not a key.
pub(super) fn check_key(key: &str) -> Result<(), StoreError> {
    if key.is_empty() {
        return Err(StoreError::Other("a key cannot be empty".to_owned()));
    }
    check_prefix(key)
}

/// Refuses what no key can begin with.
pub(super) fn check_prefix(prefix: &str) -> Result<(), StoreError> {
    if prefix.len() as u64 > MAX_KEY_BYTES {
        return Err(StoreError::TooLarge(MAX_KEY_BYTES));
    }
    if !prefix.bytes().all(is_key_byte) {
        let message = "a key consists of letters, digits and `_/=.-`";
        return Err(StoreError::Other(message.to_owned()));
    }
    Ok(())
}

/// Refuses a value that is too long.
pub(super) fn check_value(value: &[u8]) -> Result<(), StoreError> {
    if value.len() as u64 > MAX_VALUE_BYTES {
        return Err(StoreError::TooLarge(MAX_VALUE_BYTES));
    }
    Ok(())
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_/=.-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_to_256_bytes_of_the_alphabet() {
        assert_eq!(check_key("tokens/m=C3=BCller_1.x-Y"), Ok(()));
        assert_eq!(check_key(&"k".repeat(256)), Ok(()));
        assert_eq!(check_key(&"k".repeat(257)), Err(StoreError::TooLarge(256)));
        for wrong in ["", "a b", "müller", "a\n", "a%20"] {
            assert!(
                matches!(check_key(wrong), Err(StoreError::Other(_))),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn a_prefix_may_be_empty() {
        assert_eq!(check_prefix(""), Ok(()));
        assert!(matches!(check_prefix("a b"), Err(StoreError::Other(_))));
    }

    #[test]
    fn a_value_may_have_a_mebibyte() {
        assert_eq!(check_value(&vec![0; 1_048_576]), Ok(()));
        assert_eq!(
            check_value(&vec![0; 1_048_577]),
            Err(StoreError::TooLarge(1_048_576))
        );
    }
}
