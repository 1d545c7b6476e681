//! The commands and their arguments.

use std::env;
use std::ffi::OsString;
use std::num::NonZeroU16;
use std::str::FromStr;

use anyhow::{Result, bail};

use crate::browsers::Browser;

xflags::xflags! {
    /// The project's commands. Each installs what it needs and says what it installed.
    cmd xtask {
        /// The release portal with made-up dossiers, to try in a browser.
        cmd demo {
            /// Where it listens, 8080 unless given. Its other servers take ports up to seven after it.
            optional --port port: NonZeroU16
        }
        /// The same, rebuilt and reloaded at every change.
        cmd dev {
            /// Where it listens: 8080 unless given.
            optional --port port: NonZeroU16
        }
        /// The release site in dist/, ready for any static host.
        cmd build {}
        /// All tests.
        cmd test {
            /// What a change needs, in a few minutes: one browser, and the flows that matter most.
            optional --quick
            /// One part: native, browser or e2e.
            optional --only part: Part
            /// One browser: chromium, firefox or webkit.
            optional --browser browser: Browser
            /// Looks for known holes in dependencies, too, which needs the network.
            optional --advisories
            /// Part of the names of the tests to run: no form, lints and licences then.
            optional filter: String
        }
        /// What a consumer waits for, as a table; `bench gateway`: the gateway beside nginx.
        cmd bench {
            repeated arguments: OsString
        }
        /// trunk's hook (Trunk.toml), not for people.
        cmd site {}
    }
}

/// The command that this program was started with; ends it when there is none.
pub fn from_env() -> XtaskCmd {
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|command| command == "bench") {
        arguments.insert(1, "--".into()); // what follows is the measuring program's
    }
    let xtask = Xtask::from_vec(arguments).unwrap_or_else(|error| error.exit());
    xtask.subcommand
}

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Form, structure, lints, licences, and the tests that need no browser.
    Native,
    /// The portal's own tests, in a browser.
    Browser,
    /// Whole flows.
    EndToEnd,
}

impl FromStr for Part {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> Result<Self> {
        match word {
            "native" => Ok(Part::Native),
            "browser" => Ok(Part::Browser),
            "e2e" => Ok(Part::EndToEnd),
            _ => bail!("--only wants native, browser or e2e"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_are_not_known_are_refused() {
        let is_known = |line: &&str| {
            let words = line.split_whitespace().map(OsString::from);
            Xtask::from_vec(words.collect()).is_ok()
        };
        let right = [
            "demo --port 9000",
            "test --quick",
            "test --only e2e --browser webkit x",
        ];
        assert!(right.iter().all(is_known));
        let wrong = [
            "demo --port 0",
            "demo --prot 1",
            "test --only all",
            "test a b",
            "race",
        ];
        assert!(!wrong.iter().any(is_known));
    }
}
