//! What the browser's processes hold.
//!
//! Read from Linux: `Pss` of `/proc/<process>/smaps_rollup`, which shares out what processes share, of
//! every process that came of this one (drivers and browsers), each 20 ms. The highest sum counts, above
//! the sum before. A process's part at that moment is told by what Chromium calls it (`--type=`). What
//! JavaScript has let go of but not collected counts as well: the phone has to hold it, too.
//!
//! Where looking every 20 ms would take the processor that is measured, Linux tells the most that a process has had
//! resident: `VmHWM` of `/proc/<process>/status`.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{env, fs, process};

/// Which of the browser's processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Those that run pages.
    Renderer,
    /// The one that has Blobs and windows.
    Browser,
    /// The network's, the graphics', and the rest.
    Others,
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Renderer => "renderer",
            Kind::Browser => "browser process",
            Kind::Others => "other processes",
        })
    }
}

/// Bytes, by the kind of process.
pub type Held = BTreeMap<Kind, f64>;

/// Watches what our browser's processes hold, in bytes.
#[derive(Debug)]
pub struct Memory {
    before: Held,
    peak: Arc<Mutex<Held>>,
    over: Arc<AtomicBool>,
    watching: JoinHandle<()>,
}

impl Memory {
    /// Begins to watch.
    pub fn watch() -> Memory {
        let before = held();
        let peak = Arc::new(Mutex::new(before.clone()));
        let over = Arc::new(AtomicBool::new(false));
        let (in_peak, until) = (Arc::clone(&peak), Arc::clone(&over));
        // For pictures of its course: `BENCH_TRACE` gets a line of each sample.
        let traces = env::var_os("BENCH_TRACE").is_some();
        let watching = thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                let now = held();
                if traces {
                    eprintln!("{now:?}");
                }
                let mut peak = in_peak.lock().unwrap_or_else(PoisonError::into_inner);
                if sum(&now) > sum(&peak) {
                    *peak = now;
                }
                drop(peak);
                thread::sleep(Duration::from_millis(20));
            }
        });
        Memory {
            before,
            peak,
            over,
            watching,
        }
    }

    /// The most that was held above what was held before, and whose it was at that moment.
    pub fn peak(self) -> (f64, Held) {
        self.over.store(true, Ordering::Relaxed);
        self.watching.join().expect("watching does not panic");
        let mut peak = self.peak.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, held) in &mut *peak {
            *held -= self.before[kind];
        }
        (sum(&peak), peak.clone())
    }
}

fn sum(held: &Held) -> f64 {
    held.values().sum()
}

/// What the processes that came of this one hold, in bytes.
fn held() -> Held {
    let mut held = none();
    for_children(&own(), &mut |child| {
        let kb = kilobytes(&child.join("smaps_rollup"), "Pss:");
        *held.entry(kind(child)).or_default() += kb * 1024.0;
    });
    held
}

/// The most that a process of each kind has had resident since its start or since [`forget_most`], in bytes. Of the
/// renderers it is the one that runs the page: the others are kept in store and do nothing.
pub fn most_since_forgotten() -> Held {
    let mut most = none();
    for_children(&own(), &mut |child| {
        let kb = kilobytes(&child.join("status"), "VmHWM:");
        let most = most.entry(kind(child)).or_default();
        *most = most.max(kb * 1024.0);
    });
    most
}

/// The process that runs the page: of the renderers the one that has had most resident, as the others are kept in
/// store and do nothing.
pub fn page_process() -> PathBuf {
    let mut found = (0.0, PathBuf::new());
    for_children(&own(), &mut |child| {
        let kb = kilobytes(&child.join("status"), "VmHWM:");
        if kind(child) == Kind::Renderer && kb > found.0 {
            found = (kb, child.to_owned());
        }
    });
    found.1
}

/// Has Linux forget the most that the processes have had so far: what they have now is the most.
pub fn forget_most() {
    for_children(&own(), &mut |child| {
        // proc(5): 5 sets the peak resident set size to what is resident. A process that has ended needs it no more.
        let _ = fs::write(child.join("clear_refs"), "5");
    });
}

fn none() -> Held {
    [Kind::Renderer, Kind::Browser, Kind::Others]
        .map(|kind| (kind, 0.0))
        .into()
}

fn own() -> PathBuf {
    Path::new("/proc").join(process::id().to_string())
}

/// Calls `act` with the folder of each process that came of this one.
fn for_children(of: &Path, act: &mut impl FnMut(&Path)) {
    let threads = fs::read_dir(of.join("task")).into_iter().flatten();
    for thread in threads.flatten() {
        let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let child = Path::new("/proc").join(child);
            act(&child);
            for_children(&child, act);
        }
    }
}

/// The number in the line of this name; 0 when there is none.
fn kilobytes(file: &Path, name: &str) -> f64 {
    let usage = fs::read_to_string(file).unwrap_or_default();
    let line = usage.lines().find_map(|line| line.strip_prefix(name));
    let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kb.unwrap_or(0.0)
}

fn kind(process: &Path) -> Kind {
    let command = fs::read(process.join("cmdline")).unwrap_or_default();
    let command = String::from_utf8_lossy(&command);
    if command.contains("--type=renderer") {
        Kind::Renderer
    } else if command.contains("--type=") || !command.contains("--user-data-dir") {
        Kind::Others
    } else {
        Kind::Browser
    }
}
