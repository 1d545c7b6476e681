//! An OTD, whose PDF of 50 MB comes as base64 in JSON: how long it takes from the click until the page has
//! the PDF as a Blob, and what that costs in memory.
//!
//! The time is also set beside fetching the same bytes and doing nothing with them. Memory is what all of
//! the browser's processes hold between them, above what they held before the click; `memory.rs` says how
//! it is read. The servers are no part of it: they run in this process.

use super::median;
use super::memory::{Kind, Memory};
use super::subject::{ROOT, Subject, before_each_page, click, sign_in, visit};
use super::table::{Goal, Row, Table, Unit};
use e2e::Page;
use e2e::servers::TestServers;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

const RUNS: usize = 5;
const CONSUMER: &str = "otd-50mb";

/// Notes when a page makes a Blob of a PDF into an address, and how large it is.
const BLOBS: &str = "const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      if (blob.size > 1e6) window.made ??= { at: performance.now(), size: blob.size };
      return create.call(URL, blob);
    };
    addEventListener('click', () => { window.clicked ??= performance.now() }, true);";

/// What the OTDs cost: milliseconds, and multiples of the PDF's size.
#[derive(Debug, Default)]
struct Fetches {
    took: Vec<f64>,
    peak: Vec<f64>,
    of: BTreeMap<Kind, Vec<f64>>,
}

/// Measures the fetching of a large OTD.
pub fn measure(servers: &Arc<TestServers>, table: &mut Table) {
    let mut bare = Vec::new();
    let mut all = [Subject::Portal, Subject::Peer].map(|subject| (subject, Fetches::default()));
    for run in 1..=RUNS {
        visit(servers, async |page| bare.push(fetch_untouched(page).await));
        for (subject, fetches) in &mut all {
            visit(servers, async |page| fetch(page, *subject, fetches).await);
        }
        println!("OTDs: {run} of {RUNS}");
    }
    let [(_, portal), (_, peer)] = &all;
    let row = Row::new(
        "OTD of 50 MB: from click to Blob",
        Unit::Ms,
        median(&portal.took),
    );
    table.add(row.bare(median(&bare)).peer(median(&peer.took)));
    let [peak, peers] = [portal, peer].map(|fetches| median(&fetches.peak));
    let row = Row::new(
        "OTD of 50 MB: peak memory, of the PDF's size",
        Unit::Times,
        peak,
    );
    table.add(row.peer(peers).goal(Goal::Number(3.0, 2.5)));
    for kind in portal.of.keys() {
        let [portal, peer] = [portal, peer].map(|fetches| median(&fetches.of[kind]));
        let row = Row::new(
            format!("… at that moment in the {kind}"),
            Unit::Times,
            portal,
        );
        table.add(row.peer(peer));
    }
}

/// Fetches the bytes and does nothing with them. In milliseconds.
async fn fetch_untouched(page: &Page) -> f64 {
    let session = sign_in(page, CONSUMER).await;
    let actions = session["duplicate_comfort_data"]["productactions"].as_object();
    let id = actions.and_then(|actions| actions.keys().next());
    let id = json!(id.expect("the dossier has an OTD"));
    page.open("/door.html").await;
    let fetch = "const done = arguments[arguments.length - 1];
        const from = performance.now();
        fetch('consumerportal/get_otd_pdf?productaction_id=' + arguments[0], { cache: 'no-store' })
          .then(async (answer) => [answer.status, (await answer.arrayBuffer()).byteLength])
          .then(([status, length]) => done([performance.now() - from, status, length]))";
    let answer = page.async_script(fetch, vec![id]).await;
    let length = answer[2].as_f64().unwrap_or_default();
    assert!(
        answer[1] == 200 && length > 50e6,
        "the OTD was not fetched: {answer}"
    );
    answer[0].as_f64().expect("a time is a number")
}

async fn fetch(page: &Page, subject: Subject, fetches: &mut Fetches) {
    sign_in(page, CONSUMER).await;
    before_each_page(page, BLOBS).await;
    page.open(&subject.page("documents")).await;
    let button = match subject {
        Subject::Peer => "button.save",
        _ => "button[aria-label$='opslaan']",
    };
    page.wait_for_script(
        "one OTD to save",
        &format!(
            "{ROOT} return root.querySelectorAll({}).length === 1",
            json!(button)
        ),
    )
    .await;
    // What starting up has left behind is not the document's.
    page.devtools("HeapProfiler.collectGarbage", json!({}))
        .await;
    let memory = Memory::watch();
    click(page, button).await;
    page.wait_for_script("the PDF", "return 'made' in window")
        .await;
    let (peak, of) = memory.peak();
    let made = page
        .script("return [made.at - clicked, made.size]", vec![])
        .await;
    let number = |at: usize| made[at].as_f64().expect("times and sizes are numbers");
    let (took, size) = (number(0), number(1));
    assert!(size > 49e6, "that is no PDF of 50 MB: {size} bytes");
    let times = peak / size;
    println!("{subject:?}: {took:.0} ms, {times:.2} times the PDF, {of:.0?}");
    fetches.took.push(took);
    fetches.peak.push(times);
    for (kind, held) in of {
        fetches.of.entry(kind).or_default().push(held / size);
    }
}
