//! Running other programs: each in a process group of its own, which ends when this program ends,
//! whether it finished, failed or was told to stop. Nothing started here reads the keyboard. What
//! this program tells of itself goes to standard error, so standard output holds results only.

use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How often a long piece of work says that it is still going on.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How long a program may take to end before it is made to.
const GRACE: Duration = Duration::from_secs(2);

/// The groups that are running. Whoever holds the lock keeps others from starting a program, and from
/// going on after one has ended.
static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

fn groups() -> MutexGuard<'static, Vec<Pid>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program that is running, with all it has started. Dropping it ends them.
#[derive(Debug)]
pub struct ChildGuard {
    child: Child,
    group: Pid,
}

/// Starts `command` in a group of its own.
///
/// # Errors
/// When the program is not there or may not be run.
pub fn start(command: impl Into<Command>) -> Result<ChildGuard> {
    let mut command = command.into();
    let mut groups = groups();
    let child = command.stdin(Stdio::null()).process_group(0).spawn();
    let child = child.with_context(|| {
        let program = command.get_program().display();
        format!("{program} could not be started")
    })?;
    let group = Pid::from_child(&child);
    groups.push(group);
    Ok(ChildGuard { child, group })
}

impl ChildGuard {
    /// Waits for the program to end by itself.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().context("a program got lost")?;
        drop(groups()); // never ours again when this program has been told to stop
        Ok(status)
    }

    /// How the program ended, when it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for ChildGuard {
    fn drop(&mut self) {
        let child = &mut self.child;
        end(&[self.group], || matches!(child.try_wait(), Ok(None)));
        groups().retain(|group| *group != self.group);
    }
}

/// Asks the groups to end, and makes them when some are left, or `child_runs`, after a while.
fn end(all: &[Pid], mut child_runs: impl FnMut() -> bool) {
    for group in all {
        let _ = kill_process_group(*group, Signal::TERM);
    }
    let until = Instant::now() + GRACE;
    let is_left = |group: &Pid| test_kill_process_group(*group).is_ok();
    while (child_runs() || all.iter().any(is_left)) && Instant::now() < until {
        thread::sleep(Duration::from_millis(20));
    }
    for group in all {
        let _ = kill_process_group(*group, Signal::KILL);
    }
}

/// From now on Ctrl-C, a hang-up and a request to terminate end everything that is running first.
///
/// # Errors
/// When the system refuses to tell us of signals.
pub fn end_all_on_signal() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            let groups = groups();
            end(&groups, || false);
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// Ends everything that is still running, such as installations that nobody waits for any more.
pub fn end_all() {
    end(&groups(), || false);
}

/// Runs `command`, gives each line that it prints to `each` as it comes, and says how it ended.
///
/// # Errors
/// When it cannot be started.
pub fn follow(
    title: &str,
    command: impl Into<Command>,
    mut each: impl FnMut(&str),
) -> Result<ExitStatus> {
    let mut command = command.into();
    let (reader, writer) = io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let mut child = start(command)?; // and with the command the pipe's other ends go
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut read = BufReader::new(reader).split(b'\n').map_while(Result::ok);
        read.try_for_each(|line| sender.send(line))
    });
    let started = Instant::now();
    let mut told = started;
    let mut last = String::new();
    loop {
        match lines.recv_timeout(SIGN_OF_LIFE.saturating_sub(told.elapsed())) {
            Ok(line) => {
                last = String::from_utf8_lossy(&line).trim_end().to_owned();
                each(&last);
            }
            Err(RecvTimeoutError::Disconnected) => return child.wait(),
            Err(RecvTimeoutError::Timeout) => {
                let seconds = started.elapsed().as_secs();
                eprintln!("… {title} ({seconds} s) {}", last.trim_start());
                told = Instant::now();
            }
        }
    }
}

/// Runs `command`; what it prints is shown only when it fails.
///
/// # Errors
/// When it cannot be started, or fails; its output is then on the screen already.
pub fn quietly(title: &str, command: impl Into<Command>) -> Result<()> {
    let busy = ["Compiling ", "Checking ", "Downloaded ", "Downloading "];
    let mut said = Vec::new();
    let status = follow(title, command, |line| {
        if !busy.iter().any(|verb| line.trim_start().starts_with(verb)) {
            said.push(line.to_owned());
        }
    })?;
    if !status.success() {
        eprintln!("{}", said.join("\n").trim_end());
        bail!("{title} failed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_dropped_program_ends_with_all_it_started() {
        let started = Instant::now();
        let mut command = sh("sleep 60 & echo $!; wait");
        command.stdout(Stdio::piped());
        let mut running = start(command).unwrap();
        let mut pid = String::new();
        BufReader::new(running.child.stdout.take().unwrap())
            .read_line(&mut pid)
            .unwrap();
        drop(running);
        let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        assert!(rustix::process::test_kill_process(pid).is_err());
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn every_line_of_a_program_arrives_and_its_exit_code_too() {
        let mut lines = Vec::new();
        let program = sh("printf 'a\\nlast\\n' && echo e >&2 && exit 3");
        let status = follow("", program, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(status.code(), Some(3));
        assert_eq!(lines, ["a", "last", "e"]);
    }
}
