//! Child processes that never stay behind, however the test ends.
//!
//! Each runs under a shell that holds a pipe to us: when we let go of it (dropped, panicked, killed),
//! the shell ends the child and everything the child started.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// Starts what it is given, waits until nobody holds its standard input any more, and then kills
/// everything that came of it.
const WATCH: &str = r#"
children() { cat /proc/"$1"/task/*/children 2>/dev/null; }
family() { echo "$1"; for child in $(children "$1"); do family "$child"; done; }
"$@" </dev/null &
read -r _
kill -KILL $(for child in $(children $$); do family "$child"; done) 2>/dev/null
"#;

/// A child process and all it starts; ended when dropped.
#[derive(Debug)]
pub struct Ward(Child);

impl Ward {
    /// Starts `program` with `arguments` and, in addition to ours, the environment `variables`.
    /// What it prints is thrown away.
    pub fn start(
        program: &str,
        arguments: &[String],
        variables: &[(String, String)],
    ) -> io::Result<Ward> {
        Command::new("sh")
            .args(["-c", WATCH, "sh", program])
            .args(arguments)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C is for us: the shell hears of it by its pipe, and then ends the others.
            .process_group(0)
            .spawn()
            .map(Ward)
    }
}

impl Drop for Ward {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Whether or not the shell could be waited for, the pipe is closed.
        let _ = self.0.wait();
    }
}
