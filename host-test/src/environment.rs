//! Variables of the environment.

use std::env;
use std::ffi::OsString;

/// The value of a variable. One that is empty counts as not set.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The same as a text, where it is one.
pub(crate) fn text(name: &str) -> Option<String> {
    variable(name)?.into_string().ok()
}
