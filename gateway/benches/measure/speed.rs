//! Measures how fast a server answers: runs wrk, and reads what it prints.

use crate::programs::{BenchResult, Tools};
use std::fmt;
use std::process::Command;

/// One of the servers that are compared, and the request to it.
pub struct Target {
    /// The address of the request.
    pub url: String,
    /// The headers of the request, such as `Accept-Encoding: gzip`.
    pub headers: Vec<String>,
}

/// How many requests are made, and how fast.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    connections: u32,
    /// The pause of each connection after an answer, in milliseconds.
    pause_ms: u32,
    seconds: u64,
}

impl Load {
    /// Requests as fast as possible.
    pub fn full(seconds: u64) -> Load {
        Load {
            connections: 64,
            pause_ms: 0,
            seconds,
        }
    }

    /// Requests at a pace that leaves the machine time, so that the times are those of the work itself.
    pub fn modest(seconds: u64) -> Load {
        Load {
            connections: 8,
            pause_ms: 20,
            seconds,
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} connections", self.connections)?;
        match self.pause_ms {
            0 => Ok(()),
            pause_ms => write!(f, " that pause for {pause_ms} ms"),
        }
    }
}

/// What wrk measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Requests a second.
    pub per_second: f64,
    /// The median time of an answer, in milliseconds.
    pub p50: f64,
    /// The time that 99 of 100 answers do not exceed, in milliseconds.
    pub p99: f64,
    /// Answers with an error status, and requests without an answer.
    pub failed: u64,
}

/// Measures each target in turn, for that many rounds after one to warm up. It gives medians, and the sum of
/// failures. What `before` gives lives for one run.
pub fn in_turn<const N: usize, T>(
    tools: &Tools,
    rounds: usize,
    load: Load,
    targets: &[Target; N],
    before: impl Fn() -> BenchResult<T>,
) -> BenchResult<[Figures; N]> {
    let mut all: [Vec<Figures>; N] = std::array::from_fn(|_| Vec::new());
    for round in 0..=rounds {
        let load = match round {
            0 => Load { seconds: 1, ..load },
            _ => load,
        };
        for at in 0..N {
            // The first of one round is the last of the next.
            let at = if round % 2 == 0 { at } else { N - 1 - at };
            let _lives = before()?;
            let figures = run_wrk(tools, load, &targets[at])?;
            if round > 0 {
                all[at].push(figures);
            }
        }
    }
    Ok(all.map(|figures| {
        let median = |of: fn(&Figures) -> f64| {
            let mut values: Vec<f64> = figures.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Figures {
            per_second: median(|it| it.per_second),
            p50: median(|it| it.p50),
            p99: median(|it| it.p99),
            failed: figures.iter().map(|it| it.failed).sum(),
        }
    }))
}

fn run_wrk(tools: &Tools, load: Load, target: &Target) -> BenchResult<Figures> {
    let mut wrk = Command::new(&tools.wrk);
    wrk.args(["--latency", "-t2"])
        .arg(format!("-c{}", load.connections))
        .arg(format!("-d{}s", load.seconds));
    if load.pause_ms > 0 {
        let script = crate::programs::scratch("pause.lua");
        std::fs::write(
            &script,
            format!("function delay() return {} end", load.pause_ms),
        )?;
        wrk.arg("-s").arg(script);
    }
    for header in &target.headers {
        wrk.args(["-H", header]);
    }
    let output = wrk.arg(&target.url).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    read_figures(&printed)
        .ok_or_else(|| format!("wrk printed something else than figures: {printed}").into())
}

/// The figures in what wrk prints.
fn read_figures(printed: &str) -> Option<Figures> {
    let after = |name: &str| {
        let line = printed
            .lines()
            .find_map(|line| line.trim().strip_prefix(name));
        line.map(str::trim)
    };
    let count = |text: &str| -> u64 {
        let numbers = text
            .split([' ', ','])
            .filter_map(|it| it.parse::<u64>().ok());
        numbers.sum()
    };
    Some(Figures {
        per_second: after("Requests/sec:")?.parse().ok()?,
        p50: milliseconds(after("50%")?)?,
        p99: milliseconds(after("99%")?)?,
        failed: after("Non-2xx or 3xx responses:").map_or(0, count)
            + after("Socket errors:").map_or(0, count),
    })
}

/// Reads a time such as `1.25ms`, `640.00us` or `1.02s`, in milliseconds.
fn milliseconds(text: &str) -> Option<f64> {
    let unit = text.find(|it: char| it.is_ascii_alphabetic())?;
    let number: f64 = text[..unit].parse().ok()?;
    let factor = match &text[unit..] {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" => 60_000.0,
        _ => return None,
    };
    Some(number * factor)
}
