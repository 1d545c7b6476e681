//! The first visit: what a consumer waits for with nothing in the cache, at slow 4G and with a processor
//! slowed down four times.
//!
//! The three pages take turns, each visit in a new browser that is signed in and has loaded nothing of
//! them, when the machine has nothing else left to do ([`quiet`]): a browser is busy for seconds after it has
//! started. Each run begins with another page, and one visit of each before the first is not counted: the
//! first browser of all finds the machine's caches cold. What can be seen and used is noted by observers inside the page (`watch.js`), from the start of
//! the navigation:
//! - *first paint*: the browser's own `first-contentful-paint`;
//! - *on the screen*: the first frame in which the consumer's name and the dossier's code are laid out,
//!   visible and within the window, in the page or in the element's shadow root, a skeleton included. The
//!   bare page has the code alone;
//! - *in use*: `portal-ready` was fired, and in the middle of a link to an action nothing lies over it. Of
//!   the bare page it is when the code is on the screen. Each visit then really clicks there, and an
//!   action's page with a field for a file must come;
//! - *layout shift*: the sum of the browser's own `layout-shift` entries, until nothing more is loaded;
//! - *first load*: the files of the site that were asked for before the dossier could be used, in bytes as
//!   they were sent; *the rest*: those that were asked for after it, until for a second no more came, with
//!   the network as it is.

use super::median;
use super::quiet;
use super::subject::{
    Subject, appears, before_each_page, click_at, idle, is_usable, quick_network, sign_in,
    slow_network, slow_processor, visit,
};
use super::table::{Goal, Row, Table, Unit};
use e2e::Page;
use e2e::servers::TestServers;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Runs of each page when the command does not say how many.
pub const RUNS: usize = 7;

/// The dossiers of the visits, each with what it is called in the table and where a link of it leads: the
/// specification's own example, as in earlier figures, has nothing left to do.
const DOSSIERS: [(&str, &str, Goes); 2] = [
    ("eva", "", Goes::ToAnAction),
    (
        "voorbeeld",
        ", the specification's example",
        Goes::ToAProduct,
    ),
];

/// Where the link leads that must be clickable.
#[derive(Debug, Clone, Copy)]
enum Goes {
    ToAnAction,
    ToAProduct,
}

/// What one visit was like; times in milliseconds, sizes in kilobytes.
#[derive(Debug, Default)]
struct Visits {
    painted: Vec<f64>,
    seen: Vec<f64>,
    usable: Vec<f64>,
    shift: Vec<f64>,
    first: Vec<f64>,
    rest: Vec<f64>,
}

/// Measures first visits to each page.
pub fn measure(servers: &Arc<TestServers>, site: &Path, runs: usize, table: &mut Table) {
    let mut painted: [Vec<f64>; 3] = Default::default();
    for (consumer, called, goes) in DOSSIERS {
        let subjects = [Subject::Portal, Subject::Bare, Subject::Peer];
        let mut all = subjects.map(|subject| (subject, Visits::default()));
        for run in 0..=runs {
            for turn in 0..all.len() {
                let (subject, visits) = &mut all[(run + turn) % subjects.len()];
                visit(servers, async |page| {
                    let is_last = run == runs && consumer == "eva";
                    first_visit(page, *subject, consumer, goes, site, is_last, visits).await;
                });
                if run == 0 {
                    *visits = Visits::default();
                }
            }
            println!("first visits of {consumer}: {run} of {runs}");
        }
        let [(_, portal), (_, bare), (_, peer)] = all;
        for (all, visits) in painted.iter_mut().zip([&portal, &bare, &peer]) {
            all.extend(&visits.painted);
        }
        let mut add = |figure: &str, of: fn(&Visits) -> &Vec<f64>, goal| {
            let [portal, bare, peer] = [&portal, &bare, &peer].map(|visits| median(of(visits)));
            let row = Row::new(format!("{figure}{called}"), Unit::Ms, portal);
            table.add(row.bare(bare).peer(peer).goal(goal));
        };
        add(
            "name and code on the screen",
            |visits| &visits.seen,
            Goal::OfBare(1.5, 1.25),
        );
        add(
            "the dossier can be used",
            |visits| &visits.usable,
            Goal::OfBare(2.7, 2.2),
        );
        if consumer == "eva" {
            let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
            let row = Row::new("layout shift, most", Unit::Score, most(&portal.shift));
            table.add(row.peer(most(&peer.shift)).goal(Goal::Number(0.0, 0.0)));
            let row = Row::new("first load, Brotli", Unit::Kb, median(&portal.first));
            let row = row.bare(median(&bare.first)).peer(median(&peer.first));
            table.add(row.goal(Goal::Number(155.0, 125.0)));
            let row = Row::new(
                "the rest, when idle, Brotli",
                Unit::Kb,
                median(&portal.rest),
            );
            table.add(row.peer(median(&peer.rest)).goal(Goal::Number(90.0, 60.0)));
        }
    }
    // The same page for every dossier: none has come by then.
    let [portal, bare, peer] = painted.each_ref().map(|all| median(all));
    let row = Row::new("first paint", Unit::Ms, portal);
    table.add(row.bare(bare).peer(peer).goal(Goal::OfBare(1.25, 1.1)));
}

async fn first_visit(
    page: &Page,
    subject: Subject,
    consumer: &str,
    goes: Goes,
    site: &Path,
    tells_files: bool,
    visits: &mut Visits,
) {
    let session = sign_in(page, consumer).await;
    quiet::machine().await;
    slow_network(page).await;
    slow_processor(page, 4).await;
    before_each_page(page, &watch(subject, goes, &session)).await;
    page.open(subject.path()).await;
    is_usable(page).await;

    // What comes later is counted, not timed.
    quick_network(page).await;
    slow_processor(page, 1).await;
    let files = files(page, site).await;
    let marks = page.script("return marks", vec![]).await;
    let number = |name: &str| {
        let number = marks[name].as_f64();
        number.unwrap_or_else(|| panic!("{subject:?} has no {name}: {marks}"))
    };
    visits.painted.push(number("painted"));
    visits.seen.push(number("seen"));
    visits.usable.push(number("usable"));
    visits.shift.push(number("shift"));
    if number("shift") > 0.0 {
        println!("{subject:?} shifts: {}", marks["shifted"]);
    }
    let usable = number("usable");
    let (mut first, mut rest) = (0.0, 0.0);
    for (path, (at, bytes)) in files {
        let is_first = at < usable;
        *(if is_first { &mut first } else { &mut rest }) += bytes / 1000.0;
        if tells_files {
            let when = if is_first { "first" } else { "rest" };
            println!("{subject:?}, {when}: {path}, {bytes} bytes at {at:.0} ms");
        }
    }
    visits.first.push(first);
    visits.rest.push(rest);

    if subject != Subject::Bare {
        click_at(page, &marks["place"]).await;
        match goes {
            Goes::ToAnAction => appears(page, "input[type=file]").await,
            Goes::ToAProduct => appears(page, "dl").await,
        }
    }
}

/// The script that notes when that page can be seen and used.
fn watch(subject: Subject, goes: Goes, session: &Value) -> String {
    let text = |text: &Value| {
        let known = text.as_str().filter(|text| !text.is_empty());
        known.unwrap_or_else(|| panic!("the session lacks what is waited for: {session}"));
        text.clone()
    };
    let mut wanted = json!({ "code": text(&session["dossier"]["code"]) });
    if subject != Subject::Bare {
        wanted["name"] = text(&session["dossier"]["consumer"]["display_name"]);
        wanted["ready"] = json!("portal-ready");
        wanted["link"] = json!(match goes {
            Goes::ToAnAction => "a[href*='portal-action-'], a[href*='/action/']",
            Goes::ToAProduct => "a[href*='portal-product-'], a[href*='/product/']",
        });
    }
    include_str!("watch.js").replace("WANTED", &wanted.to_string())
}

/// The files of the site that were fetched, by path: when each was first asked for, and its bytes as they
/// were sent. Waits until for a second none more has come.
async fn files(page: &Page, site: &Path) -> BTreeMap<String, (f64, f64)> {
    let quiet = "const done = arguments[arguments.length - 1];
        let timer;
        const later = () => { clearTimeout(timer); timer = setTimeout(() => done(true), 1000) };
        new PerformanceObserver(later).observe({ type: 'resource' });
        later();";
    page.async_script(quiet, vec![]).await;
    idle(page).await;
    let fetched = page.script("return fetched()", vec![]).await;
    let fetched = fetched.as_array().expect("a list of files");
    let mut files = BTreeMap::new();
    for file in fetched {
        let path = file["path"].as_str().expect("a file has a path");
        let name = match path.trim_start_matches('/') {
            "" => "index.html",
            name => name,
        };
        // What is no file of the site is the dossier, which all pages fetch.
        if !site.join(name).is_file() {
            continue;
        }
        let (at, bytes) = (file["at"].as_f64(), file["bytes"].as_f64());
        let (at, bytes) = at.zip(bytes).expect("times and sizes are numbers");
        assert!(bytes > 0.0, "the browser does not tell how long {path} is");
        files.insert(name.to_owned(), (at, bytes));
    }
    files
}
