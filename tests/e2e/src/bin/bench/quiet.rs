//! Waits until the machine is quiet, so that a measurement is of the page and not of what runs beside it.

use std::fs;
use std::time::Duration;

/// How long the machine must have been quiet, in looks one after another.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// What is not quiet by then will not be: something else runs on it.
const PATIENCE: u32 = 75;
/// The share of the processors that may be busy.
const MOST_BUSY: f64 = 0.1;

/// Waits until at most a tenth of the processors' time is used, for 0.6 seconds. Says so and goes on when
/// that does not come within 15 seconds.
pub async fn machine() {
    let mut before = times();
    let mut quiet = 0;
    let mut busy = 0.0;
    for _ in 0..PATIENCE {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        let now = times();
        let (idle, all) = (now.0 - before.0, now.1 - before.1);
        before = now;
        busy = if all > 0.0 { 1.0 - idle / all } else { 0.0 };
        quiet = if busy <= MOST_BUSY { quiet + 1 } else { 0 };
        if quiet == LOOKS {
            return;
        }
    }
    println!("the machine is not quiet: {:.0} % busy", busy * 100.0);
}

/// The processors' time since the start, idle and in all, in ticks (proc(5), `/proc/stat`).
fn times() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/stat").expect("Linux tells how busy it is");
    let all = stat.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = all
        .split(' ')
        .filter_map(|tick| tick.parse().ok())
        .collect();
    // user nice system idle iowait …
    (ticks[3] + ticks[4], ticks.iter().sum())
}
