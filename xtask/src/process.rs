//! Running other programs: every one in a process group of its own, which ends when this program
//! ends, whether it finished, failed or was told to stop. Nothing started here reads the keyboard.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
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
            let _ = self.child.wait();
        }
        groups().retain(|group| *group != id);
    }
}

/// Which of a program's outputs a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Runs `command` to its end and hands over each line that it prints, without its line break.
///
/// # Errors
/// When the program cannot be started.
pub fn run(command: &mut Command, mut line: impl FnMut(Output, &str)) -> Result<ExitStatus> {
    let mut running = start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let (sender, lines) = mpsc::channel();
    let out = running.child.stdout.take();
    let err = running.child.stderr.take();
    let readers = [
        out.map(|pipe| forward(pipe, Output::Out, sender.clone())),
        err.map(|pipe| forward(pipe, Output::Err, sender)),
    ];
    for (output, text) in lines {
        line(output, &text);
    }
    for reader in readers.into_iter().flatten() {
        let _ = reader.join();
    }
    running.wait()
}

fn forward(
    pipe: impl Read + Send + 'static,
    output: Output,
    lines: mpsc::Sender<(Output, String)>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&line);
            // A progress bar rewrites its line: what stands there last is what it says.
            let text = text
                .trim_end_matches('\r')
                .rsplit('\r')
                .next()
                .unwrap_or_default();
            if lines.send((output, text.to_owned())).is_err() {
                return;
            }
        }
    })
}

/// From now on Ctrl-C, a hang-up and a request to terminate end everything that is running first.
///
/// # Errors
/// When the system refuses to tell us of signals.
pub fn end_all_on_signal() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            ENDING.store(true, Ordering::SeqCst);
            let running = groups().clone();
            end_groups(&running);
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

/// A program that ends because we are ending has not failed: say nothing more.
fn wait_for_the_end_if_ending() {
    while ENDING.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_secs(1));
    }
}

/// Asks the groups to end, and makes them after two seconds. The shell's own `kill` is the one way
/// to signal a group that needs neither unsafe code nor another dependency.
fn end_groups(groups: &[u32]) {
    if groups.is_empty() {
        return;
    }
    let all: String = groups.iter().map(|group| format!(" -{group}")).collect();
    let script = format!(
        "kill -TERM --{all}; n=0; \
         while [ $n -lt 20 ] && kill -0 --{all}; do sleep 0.1; n=$((n+1)); done; \
         kill -KILL --{all}"
    );
    let _ = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}
