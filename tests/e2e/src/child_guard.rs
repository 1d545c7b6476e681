//! Child processes that end with the tests, however those end.
//!
//! Each runs under a shell that holds a pipe to us. When the pipe closes (we dropped it, panicked or were
//! killed), the shell ends the child and everything the child started.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

/// Starts its arguments as a program, waits until its standard input closes, and then kills that program
/// and everything the program started.
const WATCH: &str = r#"
children() { cat /proc/"$1"/task/*/children 2>/dev/null; }
family() { echo "$1"; for child in $(children "$1"); do family "$child"; done; }
"$@" </dev/null &
read -r _
kill -KILL $(for child in $(children $$); do family "$child"; done) 2>/dev/null
"#;

/// A child process and all it starts; ended when dropped.
#[derive(Debug)]
pub struct ChildGuard(Child);

impl ChildGuard {
    /// Starts `program` with `arguments` and, in addition to ours, the environment `variables`.
    /// What it prints is thrown away.
    pub fn start(
        program: &str,
        arguments: &[String],
        variables: &[(String, String)],
    ) -> io::Result<ChildGuard> {
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
            .map(ChildGuard)
    }
}

impl Drop for ChildGuard {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Whether or not the shell could be waited for, the pipe is closed.
        let _ = self.0.wait();
    }
}
