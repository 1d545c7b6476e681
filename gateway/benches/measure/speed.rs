//! How fast a server answers: wrk, and what it prints.

use crate::programs::{Outcome, Tools};
use std::fmt;
use std::process::Command;

/// What is asked, of one of those who are compared.
pub struct Side {
    /// What wrk asks for.
    pub url: String,
    /// What it sends along, such as `Accept-Encoding: gzip`.
    pub headers: Vec<String>,
}

/// How hard it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    connections: u32,
    /// How long each connection rests after an answer, in milliseconds.
    rest: u32,
    seconds: u64,
}

impl Load {
    /// As fast as it goes.
    pub fn full(seconds: u64) -> Load {
        Load {
            connections: 64,
            rest: 0,
            seconds,
        }
    }

    /// At a pace that leaves everyone time: what is waited for then is the work itself.
    pub fn modest(seconds: u64) -> Load {
        Load {
            connections: 8,
            rest: 20,
            seconds,
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} connections", self.connections)?;
        match self.rest {
            0 => Ok(()),
            rest => write!(f, " that rest {rest} ms"),
        }
    }
}

/// What wrk found.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Requests a second.
    pub per_second: f64,
    /// The time that half of the answers took no more than, in milliseconds.
    pub p50: f64,
    /// The same for 99 of 100.
    pub p99: f64,
    /// Answers that were no success, and requests without an answer.
    pub failed: u64,
}

/// Asks each side in turn, so many rounds after one to warm up, and gives the medians; of failures the
/// sum. What `before` gives lives for one run.
pub fn in_turn<const N: usize, T>(
    tools: &Tools,
    rounds: usize,
    load: Load,
    sides: &[Side; N],
    before: impl Fn() -> Outcome<T>,
) -> Outcome<[Figures; N]> {
    let mut all: [Vec<Figures>; N] = std::array::from_fn(|_| Vec::new());
    for round in 0..=rounds {
        let load = match round {
            0 => Load { seconds: 1, ..load },
            _ => load,
        };
        for at in 0..N {
            // Whoever comes first in one round comes last in the next.
            let at = if round % 2 == 0 { at } else { N - 1 - at };
            let _lives = before()?;
            let figures = ask(tools, load, &sides[at])?;
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

fn ask(tools: &Tools, load: Load, side: &Side) -> Outcome<Figures> {
    let mut wrk = Command::new(&tools.wrk);
    wrk.args(["--latency", "-t2"])
        .arg(format!("-c{}", load.connections))
        .arg(format!("-d{}s", load.seconds));
    if load.rest > 0 {
        let script = crate::programs::scratch("rest.lua");
        std::fs::write(
            &script,
            format!("function delay() return {} end", load.rest),
        )?;
        wrk.arg("-s").arg(script);
    }
    for header in &side.headers {
        wrk.args(["-H", header]);
    }
    let output = wrk.arg(&side.url).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    read(&said).ok_or_else(|| format!("wrk said something else than figures: {said}").into())
}

/// The figures in what wrk prints.
fn read(said: &str) -> Option<Figures> {
    let after = |name: &str| {
        let line = said.lines().find_map(|line| line.trim().strip_prefix(name));
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

/// `1.25ms`, `640.00us`, `1.02s`.
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
