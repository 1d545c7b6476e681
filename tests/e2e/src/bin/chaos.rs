//! Uploads with faults at random moments, many of them: how many documents were lost, doubled, or wrongly told
//! of. `cargo run -p e2e --bin chaos -- [--runs 200] [--seed N]`, with the site in `dist/`.

use e2e::chaos::{Random, run};
use e2e::page::run_session;
use e2e::servers::TestServers;
use e2e::{Browser, Device};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// How many runs one browser makes.
const RUNS_OF_A_BROWSER: u64 = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |flag: &str| {
        let at = arguments.iter().position(|it| it == flag)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seed = number("--seed").unwrap_or_else(|| now.unwrap_or_default().as_secs());
    let (from, runs) = (
        number("--from").unwrap_or(0),
        number("--runs").unwrap_or(200),
    );
    println!("seed {seed}");

    let verdicts = Mutex::new(Vec::new());
    let mut stuck = 0;
    let end = from + runs;
    let mut next = from;
    while next < end {
        let servers = Arc::new(TestServers::new());
        let batch = next..end.min(next + RUNS_OF_A_BROWSER);
        let done = Mutex::new(batch.start);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            run_session(
                Browser::Chromium,
                &Device::default(),
                &servers,
                async |page| {
                    for number in batch.clone() {
                        let verdict = run(page, Random::of_run(seed, number)).await;
                        println!("{number:>4} {verdict}");
                        verdicts
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(verdict);
                        *done.lock().unwrap_or_else(PoisonError::into_inner) = number + 1;
                    }
                },
            );
        }));
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        if ended.is_err() {
            println!("{done:>4} STUCK");
            stuck += 1;
        }
        next = if ended.is_err() { done + 1 } else { batch.end };
    }

    let verdicts = verdicts
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let count = |is: fn(&e2e::chaos::Verdict) -> bool| verdicts.iter().filter(|it| is(it)).count();
    let (lost, doubled, wrong) = (
        count(|it| it.is_lost),
        count(|it| it.is_doubled),
        count(|it| it.is_wrong),
    );
    let arrived = count(|it| it.kept > 0);
    println!(
        "seed {seed}: {runs} uploads, {arrived} arrived; {lost} lost, {doubled} doubled, {wrong} wrongly told of, \
         {stuck} stuck"
    );
    ExitCode::from(u8::from(lost + doubled + wrong + stuck > 0))
}
