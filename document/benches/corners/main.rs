//! How well a page's corners are found, beside scanic and jscanify on the same pictures, and how often a photo gets
//! advice that it deserves. `cargo xtask bench corners` installs the peers and calls this with where they are.

#[path = "../../tests/scenes/mod.rs"]
mod scenes;

mod advice;
mod figures;
mod learning;
mod peers;

use std::time::Instant;

use document::scan::corners::find_page;

use figures::{Answer, Figures};
use peers::Peers;
use scenes::Spec;

/// The pictures that are measured. What is learned from comes from other seeds.
const PICTURES: u64 = 500;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|it| it == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let number = |name: &str| after(name).and_then(|it| it.parse().ok());
    if let Some(pictures) = number("--learn") {
        learning::learn(pictures);
        return;
    }
    if !arguments.iter().any(|it| it == "--advice") {
        corners(after("--peers"), after("--module"), number("--pictures"));
    }
    if !arguments.iter().any(|it| it == "--corners") {
        advice::print();
    }
}

fn corners(peers: Option<&str>, module: Option<&str>, pictures: Option<u64>) {
    let pictures = pictures.unwrap_or(PICTURES);
    let mut peers = peers.map(|folder| Peers::start(folder, module));
    let mut figures = vec![Figures::new("ours-native")];
    for seed in 0..pictures {
        let spec = Spec::draw(seed);
        let (truth, picture) = (spec.truth(), spec.picture());
        let started = Instant::now();
        let found = find_page(&picture);
        let mut answers = vec![Answer {
            name: "ours-native".into(),
            milliseconds: started.elapsed().as_secs_f32() * 1000.0,
            found,
        }];
        if let Some(peers) = &mut peers {
            answers.extend(peers.ask(&picture));
        }
        for answer in answers {
            let of = figures.iter().position(|it| it.name == answer.name);
            let of = of.unwrap_or_else(|| {
                figures.push(Figures::new(&answer.name));
                figures.len() - 1
            });
            if figures[of].count(&answer, truth, spec.size) && of == 0 {
                eprintln!("wrong: seed {seed}, {}", spec.about());
            }
        }
        if (seed + 1) % 100 == 0 {
            eprintln!("{} pictures", seed + 1);
        }
    }
    figures::print(&figures);
}
