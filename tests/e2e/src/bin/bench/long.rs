//! A dossier of 5,000 actions with a processor slowed down four times: when it is on the screen, and the
//! longest task (`PerformanceObserver`, `longtask`) in each part of a visit. The portal and the peer go
//! through the same steps, by mouse and keyboard; each step waits until its outcome is on the screen and
//! the page has nothing left to do.

use super::median;
use super::quiet;
use super::subject::{
    ROOT, Subject, appears, before_each_page, click, focus, idle, is_usable, sign_in,
    slow_processor, visit,
};
use super::table::{Goal, Row, Table, Unit};
use e2e::Page;
use e2e::fixtures::{self, Folder};
use e2e::servers::TestServers;
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::sync::Arc;

const RUNS: usize = 5;

/// The parts of a visit.
const PARTS: [&str; 5] = [
    "until the list",
    "typing in the search",
    "clicking through",
    "opening a task and choosing a file",
    "typing a comment",
];

/// Keeps the length of every task over 50 ms.
const TASKS: &str = "window.tasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: 'longtask', buffered: true });";

/// When the list was on the screen, and the longest task of each part, of every visit.
#[derive(Debug, Default)]
struct Visits {
    seen: Vec<f64>,
    longest: [Vec<f64>; PARTS.len()],
}

/// Measures visits to the long dossier.
pub fn measure(servers: &Arc<TestServers>, table: &mut Table) {
    let mut all = [Subject::Portal, Subject::Peer].map(|subject| (subject, Visits::default()));
    for run in 1..=RUNS {
        for (subject, visits) in &mut all {
            visit(servers, async |page| {
                long_visit(page, *subject, visits).await
            });
        }
        println!("visits to 5,000 actions: {run} of {RUNS}");
    }
    let [(_, portal), (_, peer)] = &all;
    let row = Row::new(
        "5,000 actions at 4x: on the screen",
        Unit::Ms,
        median(&portal.seen),
    );
    table.add(row.peer(median(&peer.seen)));
    for (at, part) in PARTS.into_iter().enumerate() {
        let [portal, peer] = [portal, peer].map(|visits| median(&visits.longest[at]));
        let row = Row::new(
            format!("5,000 actions at 4x: longest task {part}"),
            Unit::Task,
            portal,
        );
        table.add(row.peer(peer).goal(Goal::Number(200.0, 100.0)));
    }
}

async fn long_visit(page: &Page, subject: Subject, visits: &mut Visits) {
    let session = sign_in(page, "lang").await;
    let wanted =
        json!({ "code": session["dossier"]["code"], "link": ".tasks a", "ready": "portal-ready" });
    let watch = include_str!("watch.js").replace("WANTED", &wanted.to_string());
    before_each_page(page, &[TASKS, &watch].join("\n")).await;
    quiet::machine().await;
    slow_processor(page, 4).await;
    page.open(subject.path()).await;
    is_usable(page).await;
    idle(page).await;
    let seen = page.script("return marks.seen", vec![]).await;
    visits.seen.push(seen.as_f64().expect("a time is a number"));
    note(page, &mut visits.longest[0]).await;

    focus(page, "input[type=search]").await;
    // The first letters match every task, the last none.
    for letter in ["b", "a", "n", "k", "x"] {
        page.type_text(letter).await;
        idle(page).await;
    }
    is_so(
        page,
        "no task to be found",
        "root.querySelector('.tasks li') === null",
    )
    .await;
    for _ in 0..5 {
        page.press(&[Key::Backspace]).await;
        idle(page).await;
    }
    appears(page, ".tasks a").await;
    note(page, &mut visits.longest[1]).await;

    let (documents, me) = ("nav li:nth-child(2) a", "nav li:nth-child(3) a");
    let overview = "nav li:nth-child(1) a";
    for target in [".tasks a", documents, me, overview] {
        let title = "root.querySelector('h1')?.textContent";
        goes(page, target, title).await;
    }
    goes(
        page,
        "button.more",
        "root.querySelectorAll('.tasks > li').length",
    )
    .await;
    note(page, &mut visits.longest[2]).await;

    click(page, ".tasks a").await;
    appears(page, "input[type=file]").await;
    idle(page).await;
    let folder = Folder::new();
    page.choose_file(&folder.file("afschrift.pdf", &fixtures::pdf(5000)))
        .await;
    appears(page, "textarea").await;
    idle(page).await;
    note(page, &mut visits.longest[3]).await;

    focus(page, "textarea").await;
    for letter in ["h", "a", "l", "l", "o"] {
        page.type_text(letter).await;
        idle(page).await;
    }
    is_so(
        page,
        "the comment",
        "root.querySelector('textarea').value === 'hallo'",
    )
    .await;
    note(page, &mut visits.longest[4]).await;
}

/// Clicks there, and waits until what `shown` gives has changed and the page is idle.
async fn goes(page: &Page, target: &str, shown: &str) {
    let before = page.script(&format!("{ROOT} return {shown}"), vec![]).await;
    click(page, target).await;
    is_so(
        page,
        &format!("{target} to lead somewhere"),
        &format!("![undefined, {before}].includes({shown})"),
    )
    .await;
    idle(page).await;
}

async fn is_so(page: &Page, what: &str, condition: &str) {
    page.wait_for_script(what, &format!("{ROOT} return {condition}"))
        .await;
}

/// Notes the longest task since the last time: 0 when all were shorter than 50 ms.
async fn note(page: &Page, longest: &mut Vec<f64>) {
    let tasks = page.script("return tasks.splice(0)", vec![]).await;
    let tasks = tasks.as_array().expect("a list of tasks");
    longest.push(tasks.iter().filter_map(Value::as_f64).fold(0.0, f64::max));
}
