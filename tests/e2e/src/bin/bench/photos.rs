//! Ten photos of 12 million pixels that become one PDF, in the portal and by pdf-lib with the browser's canvas
//! (`tests/e2e/peer/src/photos.js`): what a consumer waits for, what it costs the page, and what comes of it.
//!
//! In the portal the time goes from choosing the files to the document that can be sent, with the pages on the screen
//! and the button pressed; the peer shows nothing. The portal cuts letters out and evens their light, which the peer
//! does not do. Of the photos without edges both make the same pages. Memory is the most that was resident in the
//! process that runs the page and its worker (`memory.rs`), which costs nothing to know. A slower processor slows down
//! the page alone, not its worker: only tasks are told of it.

use super::memory::{self, Kind as Process};
use super::peer;
use super::processor;
use super::scene::{self, COUNT, Kind};
use super::subject::{Subject, appears, before_each_page, idle, sign_in, slow_processor, visit};
use super::table::{Goal, Row, Table, Unit};
use super::{median, quiet};
use e2e::servers::TestServers;
use e2e::{Page, containing};
use fantoccini::wd::TimeoutConfiguration;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// Runs of each page when the command does not say how many.
pub const RUNS: usize = 3;

/// How long the photos may take.
const PATIENCE: Duration = Duration::from_secs(150);

/// What the photos of one kind cost, a number a run.
#[derive(Debug, Default)]
struct Costs {
    took: Vec<f64>,
    processor: Vec<f64>,
    main_thread: Vec<f64>,
    longest: Vec<f64>,
    longest_slowed: Vec<f64>,
    wait: Vec<f64>,
    wait_slowed: Vec<f64>,
    renderer: Vec<f64>,
    renderer_more: Vec<f64>,
    browser_more: Vec<f64>,
    size: f64,
}

/// One document that was made.
struct Made {
    took: f64,
    /// The processor's time in milliseconds, of all threads and of the main thread.
    processor: f64,
    main_thread: f64,
    longest: f64,
    /// The longest time in which the page could do nothing else.
    wait: f64,
    /// The most that the renderer held, what it held before, and how much more the browser process held.
    renderer: [f64; 2],
    browser_more: f64,
    pdf: Pdf,
}

/// The document.
enum Pdf {
    Bytes(Vec<u8>),
    Size(f64),
}

/// Measures the making of documents of photos.
pub fn measure(servers: &Arc<TestServers>, site: &Path, runs: usize, table: &mut Table) {
    for kind in [Kind::Letters, Kind::CloseUps] {
        let photos = scene::photos(servers, kind);
        let sizes = photos.iter().map(fs::metadata);
        let originals: u64 = sizes.map(|photo| photo.expect("it was drawn").len()).sum();
        let mut all = [Subject::Portal, Subject::Peer].map(|subject| (subject, Costs::default()));
        for run in 1..=runs {
            for (subject, costs) in &mut all {
                let made = compose(site, *subject, &photos, 1);
                let slowed = compose(site, *subject, &photos, 4);
                costs.longest_slowed.push(slowed.longest);
                costs.wait_slowed.push(slowed.wait);
                costs.add(*subject, kind, made);
            }
            println!("{}: {run} of {runs}", kind.words());
        }
        let [(_, portal), (_, peer)] = &all;
        add_rows(kind, originals as f64, portal, peer, table);
        crop(kind);
    }
}

impl Costs {
    fn add(&mut self, subject: Subject, kind: Kind, made: Made) {
        let [renderer, before] = made.renderer;
        println!(
            "{subject:?}, {}: {:.0} ms, {:.0} ms of processor, {:.0} on the main thread, renderer {:.0} MB after {:.0} MB",
            kind.words(),
            made.took,
            made.processor,
            made.main_thread,
            renderer / 1e6,
            before / 1e6
        );
        self.took.push(made.took);
        self.processor.push(made.processor);
        self.main_thread.push(made.main_thread);
        self.longest.push(made.longest);
        self.wait.push(made.wait);
        self.renderer.push(renderer);
        self.renderer_more.push(renderer - before);
        self.browser_more.push(made.browser_more);
        self.size = match made.pdf {
            Pdf::Size(size) => size,
            Pdf::Bytes(bytes) => {
                fs::write(document(kind), &bytes).expect("there is room for the document");
                bytes.len() as f64
            }
        };
    }
}

fn add_rows(kind: Kind, originals: f64, portal: &Costs, peer: &Costs, table: &mut Table) {
    let mut add = |figure: &str, unit: Unit, of: fn(&Costs) -> &[f64], goal: Option<Goal>| {
        let row = Row::new(
            format!("{}: {figure}", kind.words()),
            unit,
            median(of(portal)),
        );
        let row = row.peer(median(of(peer)));
        table.add(match goal {
            Some(goal) => row.goal(goal),
            None => row,
        });
    };
    let no_task = Some(Goal::Number(50.0, 50.0));
    add(
        "until the PDF",
        Unit::Ms,
        |it| &it.took,
        Some(Goal::OfPeer(1.0)),
    );
    add(
        "processor time",
        Unit::Ms,
        |it| &it.processor,
        Some(Goal::OfPeer(1.0)),
    );
    add(
        "processor time on the main thread",
        Unit::Ms,
        |it| &it.main_thread,
        None,
    );
    add("longest task", Unit::Task, |it| &it.longest, no_task);
    add(
        "longest task at 4x",
        Unit::Task,
        |it| &it.longest_slowed,
        no_task,
    );
    add(
        "longest wait for the main thread",
        Unit::Ms,
        |it| &it.wait,
        None,
    );
    add("the same at 4x", Unit::Ms, |it| &it.wait_slowed, None);
    add(
        "peak memory",
        Unit::Mb,
        |it| &it.renderer,
        Some(Goal::OfPeer(0.6)),
    );
    add(
        "peak memory, above before",
        Unit::Mb,
        |it| &it.renderer_more,
        None,
    );
    add(
        "the same in the browser process",
        Unit::Mb,
        |it| &it.browser_more,
        None,
    );
    let figure = |it: &str| format!("{}: {it}", kind.words());
    let row = Row::new(figure("size of the PDF"), Unit::Kb, portal.size / 1000.0);
    table.add(row.peer(peer.size / 1000.0));
    let row = Row::new(
        figure("size of the photos, of the PDF's"),
        Unit::Times,
        originals / portal.size,
    );
    table.add(row.peer(originals / peer.size).goal(Goal::AtLeast(5.0)));
}

/// Makes one document in a browser of its own, on servers where the task is still open.
fn compose(site: &Path, subject: Subject, photos: &[PathBuf], slower: u32) -> Made {
    let servers = Arc::new(TestServers::with_site(site));
    let mut made = None;
    visit(&servers, async |page| {
        made = Some(compose_in(page, subject, photos, slower).await);
    });
    made.expect("a visit ends with what it made, or not at all")
}

async fn compose_in(page: &Page, subject: Subject, photos: &[PathBuf], slower: u32) -> Made {
    sign_in(page, "eva").await;
    let patience = TimeoutConfiguration::new(Some(PATIENCE), None, None);
    let set = page.client().update_timeouts(patience).await;
    set.expect("the driver takes a timeout");
    let watch = include_str!("composing.js").replace("COUNT", &COUNT.to_string());
    before_each_page(page, &watch).await;
    match subject {
        Subject::Portal => {
            page.open(subject.path()).await;
            page.link(containing("Loonstrook")).first().click().await;
        }
        _ => page.open(peer::PHOTOS).await,
    }
    appears(page, "input[type=file]").await;
    idle(page).await;
    // What starting up has left behind is not the photos'.
    page.devtools("HeapProfiler.collectGarbage", json!({}))
        .await;
    quiet::machine().await;
    slow_processor(page, slower).await;
    let before = memory::most_since_forgotten();
    memory::forget_most();
    let process = memory::page_process();
    let used_before = processor::used(&process);
    page.choose_files(photos).await;
    let noted = page
        .async_script("composed.then(arguments[0])", vec![])
        .await;
    let used = processor::used(&process);
    let most = memory::most_since_forgotten();
    slow_processor(page, 1).await;
    if let Some(pages) = noted["pages"].as_f64() {
        println!("all pages were there after {pages:.0} ms");
    }
    let longest = noted["tasks"].as_array().expect("a list of tasks");
    Made {
        took: number(&noted["took"]),
        processor: (used.all - used_before.all) * 1000.0,
        main_thread: (used.main_thread - used_before.main_thread) * 1000.0,
        wait: number(&noted["longestWait"]),
        longest: longest.iter().map(number).fold(0.0, f64::max),
        renderer: [most[&Process::Renderer], before[&Process::Renderer]],
        browser_more: most[&Process::Browser] - before[&Process::Browser],
        pdf: match subject {
            Subject::Portal => Pdf::Bytes(send(page).await),
            _ => Pdf::Size(number(&noted["size"])),
        },
    }
}

/// Sends what was made, and gives it as it arrived.
async fn send(page: &Page) -> Vec<u8> {
    page.button("Aanleveren").click().await;
    page.heading("Aangeleverd").appears().await;
    let mut uploads = page.servers.uploads();
    let upload = uploads.pop().expect("a document arrived");
    let info = document::pdf::inspect(&upload.bytes).expect("it is a PDF");
    assert_eq!(info.pages.len(), COUNT, "a page of each photo");
    upload.bytes
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("what was noted is a number")
}

/// Where the portal's document is kept.
fn document(kind: Kind) -> PathBuf {
    scene::folder().join(format!("{kind:?}.pdf").to_lowercase())
}

/// Cuts a part with text out of the document's first page, a pixel for each of the page's picture: for a look whether
/// it can be read.
fn crop(kind: Kind) {
    let document = document(kind);
    let to = document.with_extension("");
    let mut cut = Command::new("pdftoppm");
    // 2,480 pixels on 297 mm.
    cut.args(["-r", "212", "-f", "1", "-l", "1", "-png", "-singlefile"])
        .args(["-x", "350", "-y", "450", "-W", "1000", "-H", "600"])
        .args([&document, &to]);
    match cut.status() {
        Ok(status) if status.success() => {
            println!("a crop at 100 %: {}", to.with_extension("png").display());
        }
        _ => println!("no crop: pdftoppm is not there, or fails"),
    }
}
