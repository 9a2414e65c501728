use std::env;
use std::ffi::OsString;

use clap::Command;

/// The value of a variable. One that is empty counts as not set, here as in the
/// library.
pub(crate) fn set_variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The command line, whose options take nothing from variables.
pub(crate) fn without_variables(command: Command) -> Command {
    command.mut_args(|option| option.env(None::<&'static str>))
}

/// The command line, whose options take nothing from variables that are empty.
pub(crate) fn without_empty_variables(command: Command) -> Command {
    command.mut_args(|option| {
        let is_set = option
            .get_env()
            .and_then(|name| name.to_str())
            .is_none_or(|name| set_variable(name).is_some());
        match is_set {
            true => option,
            false => option.env(None::<&'static str>),
        }
    })
}
