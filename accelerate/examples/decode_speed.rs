//! How fast a session of 5,000 actions and an OTD of 50 MB are decoded:
//! `cargo run --release -p accelerate --example decode_speed`.

use std::time::{Duration, Instant};

use accelerate::{decode, otd};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

fn main() {
    let session = long_session(5_000);
    let time = fastest(|| {
        let session = decode::session(session.as_bytes()).expect("a session");
        assert_eq!(session.actions.len(), 5_000);
    });
    report("session of 5,000 actions", session.len(), time);

    let pdf: Vec<u8> = b"%PDF-1.7\n"
        .iter()
        .copied()
        .chain((0..50_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8))
        .chain(*b"\n%%EOF\n")
        .collect();
    // As PHP writes it: with every slash escaped.
    let encoded = STANDARD.encode(&pdf).replace('/', "\\/");
    let answer = [
        "{\"raw_pdf_data\":\"",
        &encoded,
        "\",\"filename\":\"otd.pdf\"}",
    ]
    .concat();
    for (what, answer) in [
        ("OTD of 50 MB", &answer),
        ("the same with spaces for +", &answer.replace('+', " ")),
    ] {
        let time = fastest(|| {
            let mut size = 0;
            let mut decoder = otd::Decoder::new();
            for chunk in answer.as_bytes().chunks(64 * 1024) {
                decoder
                    .push(chunk, &mut |bytes| size += bytes.len())
                    .expect("a PDF");
            }
            decoder.finish().expect("a PDF");
            assert_eq!(size, pdf.len());
        });
        report(what, answer.len(), time);
    }
}

/// The fastest of ten runs.
fn fastest(run: impl Fn()) -> Duration {
    let time = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..10).map(|_| time()).min().expect("ten runs")
}

fn report(what: &str, bytes: usize, time: Duration) {
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{what}: {megabytes:.1} MB in {time:.1?}, {:.0} MB/s",
        megabytes / time.as_secs_f64()
    );
}

/// A session in which every action is said three times, as AccelerateConnect says them.
fn long_session(actions: usize) -> String {
    let mut all = String::new();
    for number in 0..actions {
        if number > 0 {
            all.push(',');
        }
        all.push_str(&format!(
            r#""PRA{number:030X}":{{"id":"PRA{number:030X}","date_created":"2018-01-01","date_executed":null,"is_done":0,"type":"UPLOAD_DOCUMENTMANAGEMENT_FILE","comment":"","label":"Aanleveren van geldig legitimatiebewijs (Jan Janssen)","product_id":"PRFE1A72620E23AC13009D2287C6B864","document":{{"upload_requirements":["Paspoort opengevouwen met beide pagina's in beeld","Europese Identiteitskaart, kopie op ware grootte van de voor- en achterzijde."],"label":"Geldig legitimatiebewijs (Paspoort of Europese Identiteitskaart)","description":"","is_consumer_specific":true,"consumer_name":"Jan Janssen"}}}}"#
        ));
    }
    [
        r#"{"consumerportalsession":{"session":{"state":"RUNNING"},"dossier":{"products":{"PRFE1A72620E23AC13009D2287C6B864":{"type":"MORTGAGE","productactions":{"#,
        &all,
        r#"}}}},"duplicate_comfort_data":{"uploadable_productactions":{"#,
        &all,
        r#"},"productactions":{"#,
        &all,
        "}}}}",
    ]
    .concat()
}
