//! The portal's figures, as one table in Markdown: what a consumer waits for, beside a bare page and
//! beside a peer on React. All in Chromium, on this machine, in one run.
//!
//! ```sh
//! cargo xtask bench                    # everything
//! cargo xtask bench race long otd      # only these parts (there is also photos)
//! cargo xtask bench --runs 9 race      # so many runs of first visits (or photos)
//! ```
//!
//! How each is measured is said where it is: [`race`] (first paint, dossier on the screen, dossier in
//! use, what was loaded), [`long`] (5,000 actions), [`otd`] (a PDF of 50 MB), [`photos`] (ten photos that become one
//! PDF, beside pdf-lib). All pages come from one gateway, with the same headers and compressed alike ([`peer`]). The
//! pages take turns, and medians are compared. What is waited for and does not come ends the program with what the page showed instead.

mod long;
mod memory;
mod otd;
mod peer;
mod photos;
mod processor;
mod quiet;
mod race;
mod scene;
mod subject;
mod table;

use e2e::servers::TestServers;
use std::sync::Arc;
use table::Table;

fn main() {
    let (runs, parts) = arguments();
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let site = peer::site_with_peers();
    let servers = Arc::new(TestServers::with_site(&site));
    let mut table = Table::default();
    if is_wanted("race") {
        peer::check(site.path());
        race::measure(
            &servers,
            site.path(),
            runs.unwrap_or(race::RUNS),
            &mut table,
        );
    }
    if is_wanted("long") {
        long::measure(&servers, &mut table);
    }
    if is_wanted("otd") {
        otd::measure(&servers, &mut table);
    }
    if is_wanted("photos") {
        photos::measure(
            &servers,
            site.path(),
            runs.unwrap_or(photos::RUNS),
            &mut table,
        );
    }
    println!("\n{table}");
}

/// How many runs, when that is said, and which parts; none for all of them.
fn arguments() -> (Option<usize>, Vec<String>) {
    let mut runs = None;
    let mut parts = Vec::new();
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--runs" => {
                let number = given.next().and_then(|number| number.parse().ok());
                let number = number.filter(|number| *number > 0);
                runs = Some(number.expect("--runs wants a number"));
            }
            "race" | "long" | "otd" | "photos" => parts.push(argument),
            _ => panic!("unknown argument `{argument}`: race, long, otd, photos, --runs NUMBER"),
        }
    }
    (runs, parts)
}

/// The middle one.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    *sorted
        .get(sorted.len() / 2)
        .expect("something was measured")
}
