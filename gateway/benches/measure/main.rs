//! The gateway's figures beside nginx's, as a table in Markdown: the site's files, AccelerateConnect's
//! answers, and the memory that many documents at once take. All in one run on this machine, on the
//! loopback interface; `cargo xtask bench gateway` starts it with the programs it needs.
//!
//! How each is measured:
//! - *Static files*: wrk, 64 connections, asks the gateway and nginx in turn for the same file, with
//!   the same headers, the same bytes (`Accept-Encoding: gzip`, compressed beforehand) and two threads
//!   each. Medians of the rounds.
//! - *getsession*: the same through either to the demo, which checks every signature. The demo works
//!   on one thread and is started anew for each run, because it keeps what it saw. What is sent to nginx
//!   was signed beforehand; the gateway opens the session's cookie, counts, signs, and reads the
//!   actions off the answer. Once as fast as it goes, and once at a pace that leaves the machine time.
//! - *Memory*: so many documents of 25 MB from as many sessions. An AccelerateConnect in here reads
//!   nothing until all have begun and have stood still for a while, and answers when all are there.
//!   What counts is the gateway's resident set: before, while all stand still, and the most it ever was
//!   (`VmHWM`), in a gateway of its own for each row. For documents fetched, it is the browsers that
//!   read nothing.

mod memory;
mod programs;
mod speed;

use programs::{Gateway, Outcome, Tools};
use speed::{Load, Side};
use std::path::Path;
use std::process::ExitCode;

/// How far the measurement goes.
struct Extent {
    rounds: usize,
    seconds: u64,
    documents: &'static [usize],
}

const ALL: Extent = Extent {
    rounds: 3,
    seconds: 10,
    documents: &[1, 100, 1_000],
};
/// To see that everything works.
const QUICK: Extent = Extent {
    rounds: 1,
    seconds: 1,
    documents: &[1, 20],
};

/// Of nginx's requests a second, in the site's files.
const STATIC_RATIO: f64 = 0.8;
/// However many documents are on their way.
const MEMORY_MB: f64 = 64.0;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Outcome<()> {
    let (tools, quick) = arguments()?;
    let extent = if quick { QUICK } else { ALL };
    let mut table = Table::default();
    let load_before = load_average();
    memory(&extent, &tools, &mut table)?;
    files(&extent, &tools, &mut table)?;
    sessions(&extent, &tools, &mut table)?;
    table.print();
    println!(
        "\n{} processors; load average {load_before} before and {} after.\n\
         For wrk the gateway ran with {} (an office's machine keeps the defaults); for the documents \
         with the defaults.\n\
         nginx {}: 2 workers, sendfile, open_file_cache, gzip_static, keepalive to both sides, no log.",
        std::thread::available_parallelism()?,
        load_average(),
        programs::RAISED.join(", "),
        programs::nginx_version(&tools)?,
    );
    Ok(())
}

fn arguments() -> Outcome<(Tools, bool)> {
    let mut given = std::env::args().skip(1);
    let (mut nginx, mut wrk, mut demo, mut site, mut quick) = (None, None, None, None, false);
    while let Some(flag) = given.next() {
        let place = match flag.as_str() {
            "--nginx" => &mut nginx,
            "--wrk" => &mut wrk,
            "--demo" => &mut demo,
            "--site" => &mut site,
            "--quick" => {
                quick = true;
                continue;
            }
            // Cargo's own.
            "--bench" => continue,
            _ => return Err(format!("unexpected `{flag}`: the only option is --quick").into()),
        };
        *place = given.next().map(Into::into);
    }
    let missing = "start it with `cargo xtask bench gateway`";
    let tools = Tools {
        nginx: nginx.ok_or(missing)?,
        wrk: wrk.ok_or(missing)?,
        demo: demo.ok_or(missing)?,
        site: site.ok_or(missing)?,
    };
    Ok((tools, quick))
}

/// The site's page and its largest file.
fn files(extent: &Extent, tools: &Tools, table: &mut Table) -> Outcome<()> {
    let accelerate = programs::free_port()?;
    let gateway = Gateway::start(&tools.site, accelerate, &programs::RAISED)?;
    let nginx = programs::nginx(tools, &gateway, accelerate)?;
    let module = module_of(&tools.site)?;
    for (name, path) in [
        ("index.html", "index.html"),
        ("the module", module.as_str()),
    ] {
        let bytes = std::fs::metadata(tools.site.join(format!("{path}.gz")))?.len();
        let side = |port: u16| Side {
            url: format!("http://127.0.0.1:{port}/{path}"),
            headers: vec!["Accept-Encoding: gzip".to_owned()],
        };
        let sides = [side(gateway.port()), side(nginx.port())];
        let load = Load::full(extent.seconds);
        let [ours, theirs] = speed::in_turn(tools, extent.rounds, load, &sides, || Ok(()))?;
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
            format!("at least {STATIC_RATIO}"),
        ]);
        table.times(&what, &[ours, theirs]);
    }
    Ok(())
}

/// The largest file of the site: the portal's module.
fn module_of(site: &Path) -> Outcome<String> {
    let modules = std::fs::read_dir(site)?.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let length = entry.metadata().ok()?.len();
        name.ends_with(".wasm").then_some((length, name))
    });
    let largest = modules.max().ok_or("there is no module in the site")?;
    Ok(largest.1)
}

/// getsession, of a small dossier and a large one.
fn sessions(extent: &Extent, tools: &Tools, table: &mut Table) -> Outcome<()> {
    let accelerate = programs::free_port()?;
    let gateway = Gateway::start(&tools.site, accelerate, &programs::RAISED)?;
    let nginx = programs::nginx(tools, &gateway, accelerate)?;
    for consumer in ["voorbeeld", "eva"] {
        for load in [Load::full(extent.seconds), Load::modest(extent.seconds)] {
            let path = "consumerportal/getsession";
            let signed = programs::signed_query(consumer);
            let side = |port: u16| Side {
                url: format!("http://127.0.0.1:{port}/{path}?{signed}"),
                headers: Vec::new(),
            };
            let ours = Side {
                url: format!("http://127.0.0.1:{}/{path}", gateway.port()),
                headers: vec![format!("Cookie: {}", gateway.cookie(consumer)?)],
            };
            let sides = [ours, side(nginx.port()), side(accelerate)];
            let fresh = || programs::demo(tools, accelerate);
            let [ours, theirs, alone] = speed::in_turn(tools, extent.rounds, load, &sides, fresh)?;
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

fn memory(extent: &Extent, tools: &Tools, table: &mut Table) -> Outcome<()> {
    for way in [memory::Way::Up, memory::Way::Down] {
        for &count in extent.documents {
            if way == memory::Way::Down && count == 100 {
                continue;
            }
            let held = memory::measure(tools, way, count)?;
            let mb = |bytes: u64| bytes as f64 / 1e6;
            table.row([
                format!(
                    "{count} documents of 25 MB {way} at once ({:.0} s): most memory",
                    held.took.as_secs_f64()
                ),
                format!("**{:.1} MB**", mb(held.most)),
                String::new(),
                String::new(),
                format!(
                    "{:.1} before, {:.1} standing still",
                    mb(held.before),
                    mb(held.still)
                ),
                format!("under {MEMORY_MB} MB"),
            ]);
            table.failed += held.failed;
        }
    }
    Ok(())
}

/// The one, five and fifteen minutes' load of the machine.
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

    /// The times of the gateway, nginx, and maybe the demo itself, and their failures.
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
