use std::fmt;

use clap::ArgMatches;
use clap::parser::ValueSource;

/// Where the value of a setting comes from. An earlier one goes before a later
/// one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// An option of the command line.
    Flag,
    /// A variable of the environment.
    Environment,
    /// The configuration file.
    File,
    /// Chosen with `jira-host use`, or kept by `app set`.
    Chosen,
    /// Nobody has said anything.
    Default,
}

impl Source {
    /// Of what clap has read, if it has.
    pub(super) fn of(matches: &ArgMatches, id: &str) -> Option<Source> {
        match matches.value_source(id)? {
            ValueSource::CommandLine => Some(Source::Flag),
            ValueSource::EnvVariable => Some(Source::Environment),
            _ => None,
        }
    }

    /// Its name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Source::Flag => "flag",
            Source::Environment => "environment",
            Source::File => "file",
            Source::Chosen => "chosen",
            Source::Default => "default",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
