//! Measures the gateway beside nginx, and prints a table in Markdown: the site's files, AccelerateConnect's
//! answers, and the memory for many documents at once. All of it runs on this machine, on the loopback
//! interface. `cargo xtask bench gateway` starts it with the programs that it needs.
//!
//! How each is measured:
//! - *Static files*: wrk, 64 connections, asks the gateway and nginx in turn for the same file, with
//!   the same headers, the same bytes (`Accept-Encoding: gzip`, compressed beforehand) and two threads
//!   each. Medians of the rounds.
//! - *getsession*: the same through either to the demo, which checks every signature. The demo has one
//!   thread, and is started anew for each run, because it keeps all requests. Requests to nginx are signed
//!   beforehand; the gateway reads the session's cookie, counts, signs, and scans the answer for actions.
//!   Once as fast as it goes, and once at a pace that leaves the machine time.
//! - *Memory*: that many documents of 25 MB, each in a session of its own. The AccelerateConnect of this
//!   program reads nothing until all uploads have begun and have waited for a while, and answers when all
//!   have arrived. The figures are the gateway's resident set before, during the wait, and at its peak
//!   (`VmHWM`), with a new gateway for each row. For downloads it is the browsers that read nothing.
//! - *The store*: getsession and small uploads from a few browsers with pauses, through gateways whose store is
//!   in memory, in a file, and in Redis, in turn. Medians of the rounds.

mod memory;
mod programs;
mod speed;
mod stores;

use programs::{BenchResult, Gateway, Tools};
use speed::{Load, Target};
use std::path::Path;
use std::process::ExitCode;

/// How much is measured.
struct Extent {
    rounds: usize,
    seconds: u64,
    documents: &'static [usize],
    /// How many calls of each browser are measured for each store.
    calls: usize,
}

const ALL: Extent = Extent {
    rounds: 3,
    seconds: 10,
    documents: &[1, 100, 1_000],
    calls: 250,
};
/// Enough to see that everything works.
const QUICK: Extent = Extent {
    rounds: 1,
    seconds: 1,
    documents: &[1, 20],
    calls: 20,
};

/// The aim for the site's files: this part of nginx's requests a second.
const MIN_STATIC_RATIO: f64 = 0.8;
/// The aim for memory, for any number of documents.
const MAX_MEMORY_MB: f64 = 64.0;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> BenchResult<()> {
    let Arguments {
        tools,
        quick,
        parts,
    } = arguments()?;
    let extent = if quick { QUICK } else { ALL };
    let mut table = Table::default();
    let load_before = load_average();
    for (name, part) in PARTS {
        if parts.is_empty() || parts.iter().any(|it| it == name) {
            part(&extent, &tools, &mut table)?;
        }
    }
    table.print();
    println!(
        "\n{} processors; load average {load_before} before and {} after.\n\
         For wrk the gateway ran with {} (an office's machine keeps the defaults); for the documents \
         with the defaults.\n\
         nginx {}: 2 workers, sendfile, open_file_cache, gzip_static, keepalive to both sides, no log.",
        std::thread::available_parallelism()?,
        load_average(),
        programs::RAISED_LIMITS.join(", "),
        programs::nginx_version(&tools)?,
    );
    Ok(())
}

/// What is measured, in this order.
const PARTS: [(&str, Part); 4] = [
    ("stores", what_stores_cost),
    ("memory", memory),
    ("files", files),
    ("getsession", sessions),
];

type Part = fn(&Extent, &Tools, &mut Table) -> BenchResult<()>;

struct Arguments {
    tools: Tools,
    quick: bool,
    /// Those of [`PARTS`] that are measured; all when there are none.
    parts: Vec<String>,
}

fn arguments() -> BenchResult<Arguments> {
    let mut given = std::env::args().skip(1);
    let (mut nginx, mut redis, mut wrk) = (None, None, None);
    let (mut demo, mut site, mut quick) = (None, None, false);
    let mut parts = Vec::new();
    while let Some(flag) = given.next() {
        let place = match flag.as_str() {
            "--nginx" => &mut nginx,
            "--redis" => &mut redis,
            "--wrk" => &mut wrk,
            "--demo" => &mut demo,
            "--site" => &mut site,
            "--quick" => {
                quick = true;
                continue;
            }
            // Cargo's own.
            "--bench" => continue,
            part if PARTS.iter().any(|(name, _)| *name == part) => {
                parts.push(flag);
                continue;
            }
            _ => {
                let names = PARTS.map(|(name, _)| name).join(", ");
                return Err(format!("unexpected `{flag}`: --quick, or any of {names}").into());
            }
        };
        *place = given.next().map(Into::into);
    }
    let missing = "start it with `cargo xtask bench gateway`";
    let tools = Tools {
        nginx: nginx.ok_or(missing)?,
        redis: redis.ok_or(missing)?,
        wrk: wrk.ok_or(missing)?,
        demo: demo.ok_or(missing)?,
        site: site.ok_or(missing)?,
    };
    Ok(Arguments {
        tools,
        quick,
        parts,
    })
}

/// The site's page and its largest file.
fn files(extent: &Extent, tools: &Tools, table: &mut Table) -> BenchResult<()> {
    let accelerate = programs::free_port()?;
    let gateway = Gateway::start(&tools.site, accelerate, &programs::RAISED_LIMITS)?;
    let nginx = programs::nginx(tools, &gateway, accelerate)?;
    let module = module_of(&tools.site)?;
    for (name, path) in [
        ("index.html", "index.html"),
        ("the module", module.as_str()),
    ] {
        let bytes = std::fs::metadata(tools.site.join(format!("{path}.gz")))?.len();
        let target = |port: u16| Target {
            url: format!("http://127.0.0.1:{port}/{path}"),
            headers: vec!["Accept-Encoding: gzip".to_owned()],
        };
        let targets = [target(gateway.port()), target(nginx.port())];
        let load = Load::full(extent.seconds);
        let [ours, theirs] = speed::in_turn(tools, extent.rounds, load, &targets, || Ok(()))?;
        let what = format!(
            "{name}, {:.1} KB in gzip, 64 connections",
            bytes as f64 / 1000.0
        );
        let ratio = ours.per_second / theirs.per_second;
        table.row([
            format!("{what}: requests/s"),
            format!("{:.0}", ours.per_second),
            format!("{:.0}", theirs.per_second),
            String::new(),
            format!("**{ratio:.2}**"),
            format!("at least {MIN_STATIC_RATIO}"),
        ]);
        table.times(&what, &[ours, theirs]);
    }
    Ok(())
}

/// The largest file of the site: the portal's module.
fn module_of(site: &Path) -> BenchResult<String> {
    let modules = std::fs::read_dir(site)?.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let length = entry.metadata().ok()?.len();
        name.ends_with(".wasm").then_some((length, name))
    });
    let largest = modules.max().ok_or("there is no module in the site")?;
    Ok(largest.1)
}

/// getsession, for a small dossier and a large one.
fn sessions(extent: &Extent, tools: &Tools, table: &mut Table) -> BenchResult<()> {
    let accelerate = programs::free_port()?;
    let gateway = Gateway::start(&tools.site, accelerate, &programs::RAISED_LIMITS)?;
    let nginx = programs::nginx(tools, &gateway, accelerate)?;
    for consumer in ["voorbeeld", "eva"] {
        for load in [Load::full(extent.seconds), Load::modest(extent.seconds)] {
            let path = "consumerportal/getsession";
            let signed = programs::signed_query(consumer);
            let target = |port: u16| Target {
                url: format!("http://127.0.0.1:{port}/{path}?{signed}"),
                headers: Vec::new(),
            };
            let ours = Target {
                url: format!("http://127.0.0.1:{}/{path}", gateway.port()),
                headers: vec![format!("Cookie: {}", gateway.cookie(consumer)?)],
            };
            let targets = [ours, target(nginx.port()), target(accelerate)];
            let fresh = || programs::demo(tools, accelerate);
            let [ours, theirs, alone] =
                speed::in_turn(tools, extent.rounds, load, &targets, fresh)?;
            let what = format!("getsession of `{consumer}`, {load}");
            table.row([
                format!("{what}: requests/s"),
                format!("{:.0}", ours.per_second),
                format!("{:.0}", theirs.per_second),
                format!("{:.0}", alone.per_second),
                format!("**{:.2}**", ours.per_second / theirs.per_second),
                String::new(),
            ]);
            table.times(&what, &[ours, theirs, alone]);
        }
    }
    Ok(())
}

fn memory(extent: &Extent, tools: &Tools, table: &mut Table) -> BenchResult<()> {
    for direction in [memory::Direction::Upload, memory::Direction::Download] {
        for &count in extent.documents {
            if direction == memory::Direction::Download && count == 100 {
                continue;
            }
            let figures = memory::measure(tools, direction, count)?;
            let mb = |bytes: u64| bytes as f64 / 1e6;
            table.row([
                format!(
                    "{count} documents of 25 MB {direction} at once ({:.0} s): peak memory",
                    figures.took.as_secs_f64()
                ),
                format!("**{:.1} MB**", mb(figures.peak)),
                String::new(),
                String::new(),
                format!(
                    "{:.1} before, {:.1} while all wait",
                    mb(figures.before),
                    mb(figures.waiting)
                ),
                format!("under {MAX_MEMORY_MB} MB"),
            ]);
            table.failed += figures.failed;
        }
    }
    Ok(())
}

/// How much longer a call takes with a store than without one.
fn what_stores_cost(extent: &Extent, tools: &Tools, table: &mut Table) -> BenchResult<()> {
    for (call, what, aim) in [
        (stores::Call::GetSession, "getsession", 1.0),
        (stores::Call::Upload, "an upload of 100 KB", 2.0),
    ] {
        let (times, failed) = stores::measure(tools, call, extent.rounds, extent.calls)?;
        table.failed += failed;
        let memory = times[0];
        for (name, time) in stores::STORES.iter().zip(times) {
            table.row([
                format!("{what}, store {name}: p50 and p99"),
                format!("{:.2} and {:.2} ms", time.p50, time.p99),
                String::new(),
                String::new(),
                format!(
                    "{:+.2} and {:+.2} ms to memory",
                    time.p50 - memory.p50,
                    time.p99 - memory.p99
                ),
                format!("p99 under {aim} ms more"),
            ]);
        }
    }
    Ok(())
}

/// The load averages of the machine over one, five and fifteen minutes.
fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// The figures so far.
#[derive(Default)]
struct Table {
    rows: Vec<[String; 6]>,
    failed: u64,
}

impl Table {
    fn row(&mut self, row: [String; 6]) {
        println!(
            "{}: {} | {} | {} | {}",
            row[0], row[1], row[2], row[3], row[4]
        );
        self.rows.push(row);
    }

    /// Adds the times of the gateway, nginx and maybe the demo itself, and counts failures.
    fn times(&mut self, what: &str, all: &[speed::Figures]) {
        for (name, time) in [
            ("p50", (|it| it.p50) as fn(&speed::Figures) -> f64),
            ("p99", |it| it.p99),
        ] {
            let of = |at: usize| all.get(at).map(time);
            let shown = |at: usize| of(at).map_or(String::new(), |it| format!("{it:.2} ms"));
            let more = of(0).unwrap_or_default() - of(1).unwrap_or_default();
            self.row([
                format!("{what}: {name}"),
                shown(0),
                shown(1),
                shown(2),
                format!("{more:+.2} ms"),
                String::new(),
            ]);
        }
        self.failed += all[0].failed;
        for others in &all[1..] {
            if others.failed > 0 {
                println!("{what}: {} failed beside the gateway", others.failed);
            }
        }
    }

    fn print(&self) {
        println!("\n| figure | gateway | nginx | demo itself | compared with nginx | aim |");
        println!("|---|---:|---:|---:|---:|---:|");
        for row in &self.rows {
            println!("| {} |", row.join(" | "));
        }
        println!(
            "| failed requests of the gateway, all together | **{}** | | | | 0 |",
            self.failed
        );
    }
}
