//! The processor's time that the page has used: unlike the time on the clock, it hardly depends on what else the
//! machine does. Read from Linux (proc(5), `schedstat`, in nanoseconds) of the renderer that runs the page: of its main
//! thread, and of all its threads, those that have ended left out.

use std::fs;
use std::path::Path;

/// Seconds that were used.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// By the main thread, which runs the page.
    pub main_thread: f64,
    /// By all threads: the page, its workers, decoders of pictures, the collector.
    pub all: f64,
}

/// What a process has used so far.
pub fn used(process: &Path) -> Used {
    let mut used = Used {
        main_thread: 0.0,
        all: 0.0,
    };
    let threads = fs::read_dir(process.join("task")).into_iter().flatten();
    for thread in threads.flatten() {
        let times = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        let running = times.split(' ').next().and_then(|time| time.parse().ok());
        let seconds: f64 = running.unwrap_or(0.0) / 1e9;
        used.all += seconds;
        // The main thread has the process's own number.
        if process.file_name() == Some(&thread.file_name()) {
            used.main_thread += seconds;
        }
    }
    used
}
