//! The portal's figures, as a table in Markdown: what a first visit weighs, how soon the dossier is on
//! the screen, how a long dossier feels, what a large OTD costs. All in Chromium, on this machine.
//!
//! How each is measured:
//! - *First load*: the files that a visit to the overview fetches, as the browser lists them, each in
//!   Brotli 11.
//! - *On screen*: from the start of the navigation to the first frame in which the dossier's code can be
//!   read, in a new browser that is signed in and has nothing cached, at slow 4G and a processor slowed
//!   down four times. The portal and a page that does nothing but fetch the session and print the code
//!   take turns, and the medians are compared.
//! - *Long dossier*: the longest task (`PerformanceObserver`, `longtask`) at four times slowdown.
//! - *OTD*: from the click to the moment the portal has the PDF as a Blob; memory is what all of the
//!   browser's processes hold between them (`Pss`, which shares out what they share), sampled every
//!   20 ms, above what they held before the click.

use e2e::fixtures::{self, Folder};
use e2e::servers::TestServers;
use e2e::{Browser, Device, Page, containing, site};
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Runs of each page, the medians of which are compared.
const RUNS: usize = 9;
const LONG_RUNS: usize = 5;
const OTD_RUNS: usize = 3;
const FIRST_LOAD_KB: f64 = 125.0;
const ON_SCREEN_RATIO: f64 = 2.2;
const LONGEST_TASK_MS: f64 = 200.0;

/// A dossier's code as the specification's example has it.
const CODE: &str = "TEST-1";

fn main() {
    let site = site_with_bare_page();
    let servers = Arc::new(TestServers::with_site(&site));
    let rows = Arc::new(Mutex::new(Vec::new()));
    first_load(&servers, &rows);
    on_screen(&servers, &rows);
    long_dossier(&servers, &rows);
    large_otd(&servers, &rows);

    println!("\n| figure | measured | allowed |\n|---|---:|---:|");
    for [what, measured, allowed] in rows.lock().expect("measuring is over").iter() {
        println!("| {what} | {measured} | {allowed} |");
    }
}

type Rows = Arc<Mutex<Vec<[String; 3]>>>;

fn note(
    rows: &Rows,
    what: impl Into<String>,
    measured: impl Into<String>,
    allowed: impl Into<String>,
) {
    let row = [what.into(), measured.into(), allowed.into()];
    println!("{}: {}", row[0], row[1]);
    rows.lock()
        .expect("no measurement panics in here")
        .push(row);
}

/// The site as it is built, with the bare page beside it.
fn site_with_bare_page() -> tempfile::TempDir {
    const PAGE: &str = "<!doctype html><html lang=\"nl\"><head><meta charset=\"utf-8\"><title>Dossier</title>\
        <script src=\"bare.js\"></script></head><body><p id=\"code\"></p></body></html>";
    const SCRIPT: &str = "fetch(\"consumerportal/getsession\", { credentials: \"include\" })\n  \
        .then((answer) => answer.json())\n  .then(({ consumerportalsession }) => {\n    \
        document.getElementById(\"code\").textContent = consumerportalsession.dossier.code;\n  });\n";
    let copy = tempfile::tempdir().expect("there is room for a copy of the site");
    site::copy_of(&site::built(), copy.path())
        .unwrap_or_else(|error| panic!("no site in {}: {error}", site::built().display()));
    for (name, content) in [("bare.html", PAGE), ("bare.js", SCRIPT)] {
        fs::write(copy.path().join(name), content).expect("there is room for the bare page");
        let compressed = brotli(content.as_bytes());
        fs::write(copy.path().join(format!("{name}.br")), compressed)
            .expect("there is room for the bare page");
    }
    copy
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, 11, 24);
    writer
        .write_all(bytes)
        .expect("memory takes what is written");
    writer.into_inner()
}

/// Runs a measurement in a new browser.
fn browse(servers: &Arc<TestServers>, measure: impl AsyncFnOnce(&Page)) {
    e2e::page::run_session(Browser::Chromium, &Device::default(), servers, measure);
}

fn first_load(servers: &Arc<TestServers>, rows: &Rows) {
    browse(servers, async |page| {
        page.open("/open/voorbeeld").await;
        page.text(containing(CODE)).first().appears().await;
        let fetched = "return [location.pathname, ...performance.getEntriesByType('resource')
              .map(({ name }) => new URL(name).pathname)]
            .filter((path) => !path.startsWith('/consumerportal/'))";
        let fetched = page.script(fetched, vec![]).await;
        let mut paths: Vec<&str> = fetched
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        paths.sort_unstable();
        paths.dedup();
        let (mut all_raw, mut all_compressed) = (0, 0);
        for path in paths {
            let name = if path == "/" {
                "index.html"
            } else {
                path.trim_start_matches('/')
            };
            let Ok(bytes) = fs::read(site::built().join(name)) else {
                println!("{name}: not in the site, left out");
                continue;
            };
            let compressed = brotli(&bytes).len();
            all_raw += bytes.len();
            all_compressed += compressed;
            note(
                rows,
                format!("{name}, raw and Brotli 11"),
                format!("{}, {}", kb(bytes.len()), kb(compressed)),
                "",
            );
        }
        note(
            rows,
            "**First load**, raw and Brotli 11",
            format!("{}, **{}**", kb(all_raw), kb(all_compressed)),
            format!("{FIRST_LOAD_KB} KB"),
        );
    });
}

fn kb(bytes: usize) -> String {
    format!("{:.1} KB", bytes as f64 / 1000.0)
}

/// Marks the first frame in which the code can be read, on either page.
fn watch(code: &str) -> String {
    format!(
        "const look = () => {{
           const root = document.querySelector('consumer-portal')?.shadowRoot ?? document.body;
           if (root?.textContent.includes({})) window.codeAt = performance.now();
           else requestAnimationFrame(look);
         }};
         requestAnimationFrame(look);",
        json!(code)
    )
}

async fn slow_down(page: &Page, network: bool) {
    if network {
        page.devtools("Network.enable", json!({})).await;
        let kbit = 1000.0 / 8.0;
        let slow_4g = json!({
            "offline": false,
            "latency": 150,
            "downloadThroughput": 1600.0 * kbit,
            "uploadThroughput": 750.0 * kbit,
        });
        page.devtools("Network.emulateNetworkConditions", slow_4g)
            .await;
    }
    page.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": 4 }))
        .await;
}

fn on_screen(servers: &Arc<TestServers>, rows: &Rows) {
    let (mut portal, mut bare, mut painted) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        for (path, times) in [("/", &mut portal), ("/bare.html", &mut bare)] {
            browse(servers, async |page| {
                // Signed in as by the link in an e-mail, and then as if nothing had been fetched yet.
                page.open("/open/voorbeeld").await;
                page.text(containing(CODE)).first().appears().await;
                page.open("about:blank").await;
                page.devtools("Network.clearBrowserCache", json!({})).await;
                slow_down(page, true).await;
                let script = json!({ "source": watch(CODE) });
                page.devtools("Page.addScriptToEvaluateOnNewDocument", script)
                    .await;
                page.open(path).await;
                page.wait_for_script("the dossier's code", "return 'codeAt' in window")
                    .await;
                let at = page.script("return codeAt", vec![]).await;
                times.push(at.as_f64().expect("a time is a number"));
                if path == "/" {
                    let painted_at =
                        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime";
                    page.wait_for_script("the first paint", &format!("return {painted_at} > 0"))
                        .await;
                    let paint = page.script(&format!("return {painted_at}"), vec![]).await;
                    painted.push(paint.as_f64().expect("a time is a number"));
                }
            });
        }
    }
    let (portal, bare, painted) = (median(&mut portal), median(&mut bare), median(&mut painted));
    note(rows, "Skeleton painted, slow 4G and 4x", ms(painted), "");
    note(rows, "Dossier on screen, slow 4G and 4x", ms(portal), "");
    note(rows, "The same on a bare page", ms(bare), "");
    note(
        rows,
        format!("**Ratio of the two**, medians of {RUNS} runs"),
        format!("**{:.2}**", portal / bare),
        format!("{ON_SCREEN_RATIO}"),
    );
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn ms(time: f64) -> String {
    format!("{time:.0} ms")
}

/// Keeps the length of every task over 50 ms, with when it began.
const TASKS: &str = "window.tasks = [];
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) tasks.push({ startTime, duration });
    }).observe({ type: 'longtask', buffered: true });";

/// The parts of a visit to the long dossier, and the longest task in each.
const PARTS: [&str; 5] = [
    "until the list",
    "typing in the search",
    "clicking through",
    "opening a task and choosing a file",
    "typing a comment",
];

fn long_dossier(servers: &Arc<TestServers>, rows: &Rows) {
    let mut on_screen = Vec::new();
    let mut parts = PARTS.map(|_| Vec::new());
    for _ in 0..LONG_RUNS {
        browse(servers, async |page| {
            let (at, longest) = long_visit(page).await;
            on_screen.push(at);
            for (times, longest) in parts.iter_mut().zip(longest) {
                times.push(longest);
            }
        });
    }
    let on_screen = ms(median(&mut on_screen));
    note(rows, "5,000 actions at 4x: on screen after", on_screen, "");
    for (part, times) in PARTS.iter().zip(&mut parts) {
        let longest = median(times);
        let measured = if longest == 0.0 {
            "under 50 ms".to_owned()
        } else {
            ms(longest)
        };
        note(
            rows,
            format!("5,000 actions at 4x: longest task {part}, median of {LONG_RUNS} runs"),
            format!("**{measured}**"),
            ms(LONGEST_TASK_MS),
        );
    }
}

/// When the list was on the screen, and the longest task in each part; in milliseconds.
async fn long_visit(page: &Page) -> (f64, [f64; 5]) {
    let scripts = [TASKS.to_owned(), watch("DEMO-lang")].join("\n");
    let scripts = json!({ "source": scripts });
    page.devtools("Page.addScriptToEvaluateOnNewDocument", scripts)
        .await;
    slow_down(page, false).await;
    page.open("/open/lang").await;
    page.wait_for_script("the list", "return 'codeAt' in window")
        .await;
    let at = page.script("return codeAt", vec![]).await;
    idle(page).await;
    let listed = longest(page).await;

    focus(page, "input[type=search]").await;
    // The first letters match every task, the last none.
    for letter in ["b", "a", "n", "k", "x"] {
        page.type_text(letter).await;
        idle(page).await;
    }
    for _ in 0..5 {
        page.press(&[Key::Backspace]).await;
        idle(page).await;
    }
    let searched = longest(page).await;

    let (documents, me) = ("nav li:nth-child(2) a", "nav li:nth-child(3) a");
    let overview = "nav li:nth-child(1) a";
    for target in [".tasks a", documents, me, overview, "button.more"] {
        click(page, target).await;
        idle(page).await;
    }
    let clicked = longest(page).await;

    click(page, ".tasks a").await;
    idle(page).await;
    let folder = Folder::new();
    page.choose_file(&folder.file("afschrift.pdf", &fixtures::pdf(5000)))
        .await;
    page.wait_for_script(
        "the file to be taken",
        "return document.querySelector('consumer-portal').shadowRoot.querySelector('textarea') !== null",
    )
    .await;
    let chosen = longest(page).await;

    focus(page, "textarea").await;
    for letter in ["h", "a", "l", "l", "o"] {
        page.type_text(letter).await;
        idle(page).await;
    }
    let commented = longest(page).await;
    let at = at.as_f64().expect("a time is a number");
    (at, [listed, searched, clicked, chosen, commented])
}

/// In the portal's shadow root, so that the measurement runs no more script than it must.
async fn focus(page: &Page, selector: &str) {
    let focus =
        "document.querySelector('consumer-portal').shadowRoot.querySelector(arguments[0]).focus()";
    page.script(focus, vec![json!(selector)]).await;
}

/// Clicks with the mouse, as a person does: events and all.
async fn click(page: &Page, selector: &str) {
    let place = "const found = document.querySelector('consumer-portal').shadowRoot.querySelector(arguments[0]);
        found.scrollIntoView({ block: 'center' });
        const { x, y, width, height } = found.getBoundingClientRect();
        return [x + Math.min(width / 2, 40), y + height / 2]";
    let place = page.script(place, vec![json!(selector)]).await;
    let (x, y) = (&place[0], &place[1]);
    for kind in ["mousePressed", "mouseReleased"] {
        let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
        page.devtools("Input.dispatchMouseEvent", event).await;
    }
}

/// Waits until the page has painted and has nothing left to do.
async fn idle(page: &Page) {
    let idle = "const done = arguments[arguments.length - 1];
        requestAnimationFrame(() => requestIdleCallback(() => requestIdleCallback(() => done(true))))";
    page.async_script(idle, vec![]).await;
}

/// The longest task since the last time, 0 when all were shorter than 50 ms.
async fn longest(page: &Page) -> f64 {
    let tasks = "return tasks.splice(0).map(({ duration }) => duration)";
    let tasks = page.script(tasks, vec![]).await;
    let tasks = tasks
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_f64);
    tasks.fold(0.0, f64::max)
}

/// Notes when the portal makes a Blob of a PDF into an address, and how large it is.
const BLOBS: &str = "const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      if (blob.size > 1e6) window.blobAt = { at: performance.now(), size: blob.size };
      return create.call(URL, blob);
    };";

/// Fetches the same bytes in a browser of its own, and does nothing with them. In milliseconds.
fn large_otd_untouched(servers: &Arc<TestServers>) -> f64 {
    let mut took = 0.0;
    browse(servers, async |page| {
        page.open("/open/otd-50mb#portal/documents").await;
        page.button(containing("opslaan")).appears().await;
        let fetch = "const done = arguments[arguments.length - 1];
            const id = document.querySelector('consumer-portal').shadowRoot
              .querySelector('a[href*=\"action/\"]').hash.split('/').at(-1);
            const from = performance.now();
            fetch('consumerportal/get_otd_pdf?productaction_id=' + id, { cache: 'no-store' })
              .then((answer) => answer.arrayBuffer())
              .then(() => done(performance.now() - from))";
        took = page
            .async_script(fetch, vec![])
            .await
            .as_f64()
            .unwrap_or(f64::NAN);
    });
    took
}

fn large_otd(servers: &Arc<TestServers>, rows: &Rows) {
    let (mut bare, mut took, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..OTD_RUNS {
        bare.push(large_otd_untouched(servers));
        browse(servers, async |page| {
            let (time, peak) = fetch_large_otd(page).await;
            took.push(time);
            held.push(peak);
        });
    }
    let (bare, took, held) = (median(&mut bare), median(&mut took), median(&mut held));
    note(rows, "OTD of 50 MB: from click to Blob", ms(took), "");
    let times = format!("{:.1}", took / bare);
    note(
        rows,
        "OTD of 50 MB: as a multiple of fetching the bare bytes",
        times,
        "",
    );
    note(
        rows,
        format!("OTD of 50 MB: peak memory as a multiple of the PDF, median of {OTD_RUNS} runs"),
        format!("**{held:.1}**"),
        "",
    );
}

/// The time from click to Blob in milliseconds, and the peak of memory in multiples of the PDF's size.
async fn fetch_large_otd(page: &Page) -> (f64, f64) {
    let script = json!({ "source": BLOBS });
    page.devtools("Page.addScriptToEvaluateOnNewDocument", script)
        .await;
    page.open("/open/otd-50mb#portal/documents").await;
    let save = page.button(containing("opslaan"));
    save.appears().await;
    let clicked = "window.clickedAt = null;
        addEventListener('click', () => { clickedAt ??= performance.now() }, true)";
    page.script(clicked, vec![]).await;
    let memory = Memory::watch();
    save.click().await;
    page.wait_for_script("the PDF", "return 'blobAt' in window")
        .await;
    let peak = memory.peak();
    let took = page
        .script("return [blobAt.at - clickedAt, blobAt.size]", vec![])
        .await;
    let number = |at: usize| took[at].as_f64().expect("times and sizes are numbers");
    (number(0), peak / number(1))
}

/// Watches what our browser's processes hold.
struct Memory {
    before: f64,
    peak: Arc<Mutex<f64>>,
    over: Arc<AtomicBool>,
}

impl Memory {
    fn watch() -> Memory {
        let before = held();
        let peak = Arc::new(Mutex::new(before));
        let over = Arc::new(AtomicBool::new(false));
        let (in_peak, until) = (Arc::clone(&peak), Arc::clone(&over));
        std::thread::spawn(move || {
            let deadline = Instant::now() + Duration::from_secs(120);
            while !until.load(Ordering::Relaxed) && Instant::now() < deadline {
                let now = held();
                if let Ok(mut peak) = in_peak.lock() {
                    *peak = peak.max(now);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        Memory { before, peak, over }
    }

    /// The most that was held above what was held before, in bytes.
    fn peak(self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        self.peak.lock().map_or(0.0, |peak| *peak - self.before)
    }
}

/// What the processes that came of this one hold, in bytes.
fn held() -> f64 {
    fn below(process: &Path, sum: &mut f64) {
        for thread in fs::read_dir(process.join("task"))
            .into_iter()
            .flatten()
            .flatten()
        {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            for child in children.split_whitespace() {
                let child = Path::new("/proc").join(child);
                let usage = fs::read_to_string(child.join("smaps_rollup")).unwrap_or_default();
                let pss = usage.lines().find_map(|line| line.strip_prefix("Pss:"));
                let kb = pss.and_then(|pss| pss.trim().trim_end_matches(" kB").parse::<f64>().ok());
                *sum += kb.unwrap_or(0.0) * 1024.0;
                below(&child, sum);
            }
        }
    }
    let mut sum = 0.0;
    below(Path::new("/proc/self"), &mut sum);
    sum
}
