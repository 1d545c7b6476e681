//! Running other programs: every one in a process group of its own, which ends when this program
//! ends, whether it finished, failed or was told to stop. Nothing started here reads the keyboard.

use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// The groups that are running; a group's number is its first process's.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// Set once a signal has told this program to end.
static ENDING: AtomicBool = AtomicBool::new(false);

fn groups() -> MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that is running, with all it has started. Dropping it ends them.
#[derive(Debug)]
pub struct Running {
    child: Child,
}

/// Starts `command` in a group of its own.
///
/// # Errors
/// When the program is not there or may not be run.
pub fn start(command: &mut Command) -> Result<Running> {
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("{program} could not be started"))?;
    groups().push(child.id());
    Ok(Running { child })
}

impl Running {
    /// Waits for the program to end by itself.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().context("a program got lost")?;
        wait_for_the_end_if_ending();
        Ok(status)
    }

    /// How the program ended, when it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.try_wait().ok().flatten();
        if status.is_some() {
            wait_for_the_end_if_ending();
        }
        status
    }

    /// The program's standard output, when it was started with a pipe; once.
    pub fn take_stdout(&mut self) -> Option<impl Read + Send + use<>> {
        self.child.stdout.take()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let id = self.child.id();
        if self.child.try_wait().ok().flatten().is_none() {
            end_groups(&[id]);
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        groups().retain(|group| *group != id);
    }
}

/// Runs `command` to its end and hands over each line that it prints, whether to standard output or
/// to standard error, in order and without its line break.
///
/// # Errors
/// When the program cannot be started.
pub fn run(command: &mut Command, mut line: impl FnMut(&str)) -> Result<ExitStatus> {
    let (said, pipe) = io::pipe()?;
    let mut running = start(command.stdout(pipe.try_clone()?).stderr(pipe))?;
    // The command holds the pipe's other ends; what is said ends when the last one is gone.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    for text in BufReader::new(said).split(b'\n').map_while(Result::ok) {
        let text = String::from_utf8_lossy(&text);
        // A progress bar rewrites its line: what stands there last is what it says.
        line(
            text.trim_end_matches('\r')
                .rsplit('\r')
                .next()
                .unwrap_or_default(),
        );
    }
    running.wait()
}

/// From now on Ctrl-C, a hang-up and a request to terminate end everything that is running first.
///
/// # Errors
/// When the system refuses to tell us of signals.
pub fn end_all_on_signal() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            end_all();
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Ends everything that is still running, such as installations that nobody waits for any more.
pub fn end_all() {
    ENDING.store(true, Ordering::SeqCst);
    let running = groups().clone();
    end_groups(&running);
}

/// A program that ends because we are ending has not failed: say nothing more.
fn wait_for_the_end_if_ending() {
    while ENDING.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_secs(1));
    }
}

/// Without `--` before the negative number: dash knows none.
const END_GROUPS: &str = r#"
for group; do kill -TERM -$group; done
n=0
for group; do
  while [ $n -lt 20 ] && kill -0 -$group; do sleep 0.1; n=$((n+1)); done
  kill -KILL -$group
done
"#;

/// Asks the groups to end, and makes them after two seconds. The shell's own `kill` is the one way
/// to signal a group that needs neither unsafe code nor another dependency.
fn end_groups(groups: &[u32]) {
    if groups.is_empty() {
        return;
    }
    let _ = Command::new("sh")
        .args(["-c", END_GROUPS, "sh"])
        .args(groups.iter().map(u32::to_string))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn what_is_dropped_ends_with_all_it_started() {
        let started = Instant::now();
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 60 & echo $!; wait"])
            .stdout(Stdio::piped());
        let mut running = start(&mut command).unwrap();
        let mut child = String::new();
        BufReader::new(running.take_stdout().unwrap())
            .read_line(&mut child)
            .unwrap();
        drop(running);
        let is_alive = Command::new("kill")
            .args(["-0", child.trim()])
            .stderr(Stdio::null())
            .status();
        assert!(!is_alive.unwrap().success());
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn every_line_arrives_and_a_progress_bar_counts_once() {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            r"printf 'a\n10%%\r90%%\r\nlast\n' && echo e >&2 && exit 3",
        ]);
        let mut lines = Vec::new();
        let status = run(&mut command, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(status.code(), Some(3));
        assert_eq!(lines, ["a", "90%", "last", "e"]);
    }
}
