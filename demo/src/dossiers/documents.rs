//! Documents to fetch with something the matter, one action each, and an OTD that is very large.

use crate::date::Date;
use crate::dossier::{Action, Dossier};
use crate::downloads::{Download, OddOtd};
use crate::wire::Delivery;

use super::{action, id, plain_consumer, small};

const DOWNLOAD: &str = "DOWNLOAD_DOCUMENTMANAGEMENT_FILE";
const OTD: &str = "AGREE_OTD";

/// What the large OTD weighs as a PDF.
const LARGE_OTD: u64 = 50_000_000;

pub fn dossier(today: Date) -> Dossier {
    let product = id("PR", "documents/mortgage");
    let downloads = downloads().into_iter().map(|(label, download)| Action {
        download,
        ..action("documents", label, Some(&product), DOWNLOAD, label)
    });
    let otds = otds().into_iter().map(|(label, otd)| Action {
        otd,
        ..action("documents", label, Some(&product), OTD, label)
    });
    let actions = downloads
        .chain(otds)
        .map(|action| Action {
            date_created: today.plus(-2).to_string(),
            ..action
        })
        .collect();
    Dossier {
        products: vec![small::mortgage(product.clone())],
        actions,
        ..super::dossier(
            "documents",
            "DEMO-documenten",
            today,
            vec![plain_consumer("documenten")],
        )
    }
}

pub fn large_otd(today: Date) -> Dossier {
    let product = id("PR", "large-otd/mortgage");
    let label = "Opdracht van 50 MB";
    let large = Action {
        date_created: today.plus(-2).to_string(),
        otd: Download::OddOtd(OddOtd::Large(LARGE_OTD)),
        ..action("large-otd", label, Some(&product), OTD, label)
    };
    Dossier {
        products: vec![small::mortgage(product)],
        actions: vec![large],
        ..super::dossier(
            "large-otd",
            "DEMO-otd-50mb",
            today,
            vec![plain_consumer("otd-50mb")],
        )
    }
}

fn downloads() -> Vec<(&'static str, Download)> {
    let named = |name| Download::WithDisposition(Some(name));
    vec![
        ("Foutpagina als pdf", Download::HtmlAsPdf),
        ("Bestaat niet meer", Download::Error(404, "NO_DOCUMENT")),
        (
            "Storing bij het ophalen",
            Download::Error(500, "INTERNAL_ERROR"),
        ),
        (
            "Sessie verlopen bij het ophalen",
            Download::Error(401, "SESSION_EXPIRED"),
        ),
        (
            "Breekt halverwege af",
            Download::OfSize("document.pdf", 400_000, Delivery::CutOff),
        ),
        (
            "Geen antwoord",
            Download::OfSize("document.pdf", 4_096, Delivery::HangUp),
        ),
        (
            "Laat antwoord",
            Download::OfSize("document.pdf", 50_000, Delivery::Slow),
        ),
        (
            "Komt in stukjes",
            Download::OfSize("document.pdf", 3_000_000, Delivery::Trickle),
        ),
        (
            "Zonder lengte",
            Download::OfSize("document.pdf", 300_000, Delivery::WithoutLength),
        ),
        ("Pdf zonder einde", Download::HalfPdf),
        ("Leeg document", Download::Empty),
        ("Nog niet klaar", Download::NotReady),
        ("Zonder naam", Download::WithDisposition(None)),
        (
            "Naam met een pad",
            named("attachment; filename=\"../../etc/passwd\""),
        ),
        (
            "Naam met een Windows-pad",
            named("attachment; filename=\"C:\\\\Windows\\\\system32\\\\x.pdf\""),
        ),
        (
            "Gereserveerde naam",
            named("attachment; filename=\"con.pdf\""),
        ),
        (
            "Naam die van richting wisselt",
            named("attachment; filename*=UTF-8''factuur%E2%80%AEfdp.exe"),
        ),
        (
            "Naam met stuurtekens",
            named("attachment; filename*=UTF-8''brief%00%0D%0ASet-Cookie%3A%20a%3Db.pdf"),
        ),
        (
            "Naam in Latijn-1",
            named("attachment; filename*=ISO-8859-1''Verklaring%20Zo%EB.pdf"),
        ),
        (
            "Naam met aanhalingstekens",
            named("attachment; filename=\"de \\\"grote\\\" map.pdf\""),
        ),
        (
            "Naam in twee vormen",
            named(
                "attachment; filename=\"umowa.pdf\"; filename*=UTF-8''umowa%20%C5%BC%C3%B3%C5%82ta.pdf",
            ),
        ),
    ]
}

fn otds() -> Vec<(&'static str, Download)> {
    vec![
        (
            "Opdracht in regels, zonder opvulling",
            Download::OddOtd(OddOtd::LinesAndNoPadding),
        ),
        ("Opdracht als data-URL", Download::OddOtd(OddOtd::DataUrl)),
        (
            "Opdracht die geen Base64 is",
            Download::OddOtd(OddOtd::NotBase64),
        ),
        ("Opdracht die geen pdf is", Download::OddOtd(OddOtd::NotPdf)),
        (
            "Opdracht met spaties voor plustekens",
            Download::OddOtd(OddOtd::SpacesForPlus),
        ),
        (
            "Opdracht in tekens voor adressen",
            Download::OddOtd(OddOtd::UrlAlphabet),
        ),
        (
            "Opdracht die halverwege ophoudt",
            Download::OddOtd(OddOtd::HalfPdf),
        ),
        (
            "Opdracht met storing",
            Download::Error(500, "INTERNAL_ERROR"),
        ),
        ("Opdracht die er niet is", Download::NotReady),
    ]
}
