use crate::client::{Reply, TestServer};
use accelerate::{filename, otd};
use std::time::{Duration, Instant};

fn fetched(
    demo: &TestServer,
    consumer: &str,
    endpoint: &str,
    label: &str,
) -> Result<Reply, ureq::Error> {
    let action = demo.action(consumer, label);
    demo.endpoint(consumer, &format!("{endpoint}?productaction_id={action}"))
}

fn downloaded(label: &str) -> Result<Reply, ureq::Error> {
    fetched(
        &TestServer::start(),
        "documenten",
        "get_product_action_download",
        label,
    )
}

#[test]
fn the_couples_documents_are_pdfs_with_file_names() {
    let demo = TestServer::start();
    for (label, name) in [
        ("Rentevoorstel van Florius", "rentevoorstel-florius.pdf"),
        (
            "Koopovereenkomst in het Pools",
            "Umowa kupna domu – tłumaczenie 🏡.pdf",
        ),
        (
            "Aanleveren van de werkgeversverklaring (Thomas de Groot)",
            "formulier-werkgeversverklaring.pdf",
        ),
    ] {
        let reply = fetched(&demo, "eva", "get_product_action_download", label).unwrap();
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (200, "application/pdf")
        );
        assert!(reply.body.starts_with(b"%PDF-1.4"));
        let disposition = reply.header("content-disposition");
        assert_eq!(
            filename::from_content_disposition(Some(disposition)).as_deref(),
            Some(name)
        );
    }
    let reply = fetched(&demo, "eva", "get_otd_pdf", "Opdracht tot dienstverlening").unwrap();
    assert!(otd::decode(&reply.body).is_ok());
}

#[test]
fn an_action_without_a_document_answers_404() {
    let demo = TestServer::start();
    for (endpoint, label) in [
        ("get_product_action_download", "Tekenen bij de notaris"),
        ("get_otd_pdf", "Rentevoorstel van Florius"),
    ] {
        let reply = fetched(&demo, "eva", endpoint, label).unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (404, "NO_DOCUMENT"));
    }
}

#[test]
fn an_html_page_is_sent_as_application_pdf() {
    let reply = downloaded("Foutpagina als pdf").unwrap();
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, "application/pdf")
    );
    assert!(reply.body.starts_with(b"<!doctype html>"));
}

#[test]
fn an_empty_document_has_content_length_0() {
    let reply = downloaded("Leeg document").unwrap();
    assert_eq!((reply.status, reply.header("content-length")), (200, "0"));
}

#[test]
fn each_refused_document_has_its_status_and_code() {
    for (label, status, code) in [
        ("Bestaat niet meer", 404, "NO_DOCUMENT"),
        ("Nog niet klaar", 404, "NO_DOCUMENT"),
        ("Storing bij het ophalen", 500, "INTERNAL_ERROR"),
        ("Sessie verlopen bij het ophalen", 401, "SESSION_EXPIRED"),
    ] {
        let reply = downloaded(label).unwrap();
        assert_eq!((reply.status, reply.code().as_str()), (status, code));
    }
}

#[test]
fn a_broken_download_stops_at_half_of_its_content_length() {
    let demo = TestServer::start();
    let action = demo.action("documenten", "Breekt halverwege af");
    let request = format!(
        "GET /consumerportal/get_product_action_download?productaction_id={action} HTTP/1.1\r\n\
         host: a\r\ncookie: demo_consumer=documenten\r\n\r\n"
    );
    let response = demo.raw(request.as_bytes());
    let head = String::from_utf8_lossy(&response[..400]).to_lowercase();
    assert!(head.contains("content-length: 400000"), "{head}");
    assert!(
        (200_000..201_000).contains(&response.len()),
        "{}",
        response.len()
    );
    assert!(downloaded("Geen antwoord").is_err());
}

#[test]
fn documents_are_sent_late_in_pieces_and_without_a_length() {
    let started = Instant::now();
    assert_eq!(downloaded("Laat antwoord").unwrap().body.len(), 50_000);
    assert!(started.elapsed() >= Duration::from_millis(290));
    let started = Instant::now();
    let drops = downloaded("Komt in stukjes").unwrap();
    assert_eq!(
        (drops.header("content-length"), drops.body.len()),
        ("3000000", 3_000_000)
    );
    assert!(started.elapsed() >= Duration::from_millis(250));
    let unmeasured = downloaded("Zonder lengte").unwrap();
    assert_eq!(
        (unmeasured.header("content-length"), unmeasured.body.len()),
        ("", 300_000)
    );
}

#[test]
fn hostile_file_names_are_sent_unchanged() {
    assert_eq!(
        downloaded("Zonder naam")
            .unwrap()
            .header("content-disposition"),
        ""
    );
    for (label, part) in [
        ("Naam met een pad", "../../etc/passwd"),
        ("Gereserveerde naam", "con.pdf"),
        ("Naam die van richting wisselt", "%E2%80%AE"),
        ("Naam in Latijn-1", "ISO-8859-1''Verklaring%20Zo%EB.pdf"),
    ] {
        let reply = downloaded(label).unwrap();
        assert!(
            reply.header("content-disposition").contains(part),
            "{label}"
        );
    }
}

#[test]
fn each_odd_otd_is_valid_or_invalid_as_its_label_says() {
    let demo = TestServer::start();
    let odd = |label| fetched(&demo, "documenten", "get_otd_pdf", label).unwrap();
    for label in [
        "Opdracht in regels, zonder opvulling",
        "Opdracht als data-URL",
        "Opdracht met spaties voor plustekens",
        "Opdracht in tekens voor adressen",
    ] {
        let (pdf, _) = otd::decode(&odd(label).body).expect(label);
        assert!(pdf.starts_with(b"%PDF-"), "{label}");
    }
    for label in [
        "Opdracht die geen Base64 is",
        "Opdracht die geen pdf is",
        "Opdracht die halverwege ophoudt",
    ] {
        assert!(otd::decode(&odd(label).body).is_err(), "{label}");
    }
    assert_eq!(odd("Opdracht met storing").status, 500);
    assert_eq!(odd("Opdracht die er niet is").status, 404);
}

#[test]
fn an_otd_of_50_mb_is_one_pdf() {
    let demo = TestServer::start();
    let reply = fetched(&demo, "otd-50mb", "get_otd_pdf", "Opdracht van 50 MB").unwrap();
    assert_eq!(reply.header("content-length"), reply.body.len().to_string());
    let (pdf, _) = otd::decode(&reply.body).unwrap();
    assert_eq!(pdf.len(), 50_000_000);
    assert!(pdf.ends_with(b"%%EOF\n"));
}
