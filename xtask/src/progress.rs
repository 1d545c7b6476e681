//! What this program tells while it works: a line for each thing done, with the time it took, and
//! in between a sign of life: a ticking line on a terminal, a line every fifteen seconds elsewhere.
//! All of it goes to standard error, so standard output holds results only.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process;

const TICK: Duration = Duration::from_millis(250);
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// The ticking line stays on one line of a narrow terminal.
const WIDTH: usize = 78;

/// A piece of work that is under way.
struct Work {
    id: u64,
    title: String,
    started: Instant,
    told: Instant,
    last_line: String,
}

struct Board {
    works: Vec<Work>,
    next_id: u64,
}

static BOARD: Mutex<Board> = Mutex::new(Board {
    works: Vec::new(),
    next_id: 0,
});
static TICKER: Once = Once::new();

fn board() -> MutexGuard<'static, Board> {
    BOARD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prints one line, above the ticking one.
pub fn say(text: &str) {
    let _board = board();
    write_line(text);
}

/// Prints a result: one line on standard output.
pub fn print(text: &str) {
    let _board = board();
    clear();
    let _ = writeln!(stdout(), "{text}");
}

fn clear() {
    if stderr().is_terminal() {
        let _ = write!(stderr(), "\r\x1b[K");
    }
}

fn write_line(text: &str) {
    clear();
    let _ = writeln!(stderr(), "{text}");
}

/// Work that shows as under way until it is dropped.
pub struct Ticking {
    id: u64,
    started: Instant,
}

/// Shows `title` as under way.
pub fn tick(title: &str) -> Ticking {
    TICKER.call_once(|| {
        thread::spawn(|| {
            loop {
                thread::sleep(TICK);
                show(&mut board());
            }
        });
    });
    let mut board = board();
    let (id, started) = (board.next_id, Instant::now());
    board.next_id += 1;
    board.works.push(Work {
        id,
        title: title.to_owned(),
        started,
        told: started,
        last_line: String::new(),
    });
    Ticking { id, started }
}

impl Ticking {
    /// What the work says it is doing.
    pub fn note(&self, line: &str) {
        let line = plain(line);
        if let Some(work) = board().works.iter_mut().find(|work| work.id == self.id)
            && !line.is_empty()
        {
            work.last_line = line;
        }
    }

    /// The time since the work began.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        let mut board = board();
        board.works.retain(|work| work.id != self.id);
        clear();
    }
}

fn show(board: &mut Board) {
    if board.works.is_empty() {
        return;
    }
    if stderr().is_terminal() {
        let mut line = String::new();
        for work in &board.works {
            let separator = if line.is_empty() { "" } else { " · " };
            let _ = write!(
                line,
                "{separator}{} {}",
                work.title,
                time(work.started.elapsed())
            );
        }
        if let [work] = board.works.as_slice() {
            let _ = write!(line, " {}", work.last_line);
        }
        let line: String = line.chars().take(WIDTH).collect();
        let _ = write!(stderr(), "\r\x1b[K{line}");
        let _ = stderr().flush();
        return;
    }
    for work in &mut board.works {
        if work.told.elapsed() >= SIGN_OF_LIFE {
            work.told = Instant::now();
            let elapsed = time(work.started.elapsed());
            write_line(format!("… {} ({elapsed}) {}", work.title, work.last_line).trim_end());
        }
    }
}

/// Runs `command` behind one ticking line; what it prints is shown only when it fails.
///
/// # Errors
/// When it cannot be started, or fails; its output is then on the screen already.
pub fn run(title: &str, command: &mut Command) -> Result<Duration> {
    let (said, elapsed, succeeded) = listen(title, command)?;
    if !succeeded {
        say(said.trim_end());
        bail!("{title} failed");
    }
    Ok(elapsed)
}

/// Runs `command` behind one ticking line and gives what it printed, the time and whether it
/// succeeded.
///
/// # Errors
/// When it cannot be started.
pub fn listen(title: &str, command: &mut Command) -> Result<(String, Duration, bool)> {
    let ticking = tick(title);
    let mut said = String::new();
    let status = process::run(command, |line| {
        ticking.note(line);
        if !is_cargo_at_work(&plain(line)) {
            said.push_str(line);
            said.push('\n');
        }
    })?;
    Ok((said, ticking.elapsed(), status.success()))
}

/// Runs `command` with everything it prints shown as it comes, and gives that and whether it
/// succeeded.
///
/// # Errors
/// When it cannot be started.
pub fn show_all(title: &str, command: &mut Command) -> Result<(String, bool)> {
    let ticking = tick(title);
    let mut said = String::new();
    let status = process::run(command, |line| {
        ticking.note(line);
        print(line);
        said.push_str(line);
        said.push('\n');
    })?;
    Ok((said, status.success()))
}

/// A time as a person says it: `0.4 s`, `12 s`, `3 min 5 s`.
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f32()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Whether a line only says that cargo is busy: it is no part of why something failed.
fn is_cargo_at_work(line: &str) -> bool {
    [
        "Compiling ",
        "Checking ",
        "Downloaded ",
        "Downloading ",
        "Blocking waiting ",
    ]
    .iter()
    .any(|verb| line.starts_with(verb))
}

/// `line` without colours and other escape sequences.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        if char == '\x1b' {
            // `ESC [ … letter` is all that our tools print.
            chars.find(char::is_ascii_alphabetic);
        } else if !char.is_control() {
            plain.push(char);
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_a_person_says_them() {
        assert_eq!(time(Duration::from_millis(440)), "0.4 s");
        assert_eq!(time(Duration::from_millis(12_900)), "12 s");
        assert_eq!(time(Duration::from_secs(185)), "3 min 5 s");
    }

    #[test]
    fn a_progress_line_carries_no_colours() {
        assert_eq!(
            plain("\x1b[1m\x1b[32m   Compiling\x1b[0m foo v1\r"),
            "Compiling foo v1"
        );
    }
}
