//! A document that is put together of photos and PDFs.

use std::path::Path;
use std::process::Command;

use document::pdf;
use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};
use fantoccini::key::Key;
use serde_json::Value;

use crate::uploading::open_task;

/// The one document that arrived, a PDF, and how wide and high its pages are, in millimetres.
fn arrived(page: &Page) -> (String, Vec<u8>, Vec<(f32, f32)>) {
    let uploads = page.servers.uploads();
    assert_eq!(uploads.len(), 1);
    let upload = &uploads[0];
    assert_eq!(upload.mimetype, "application/pdf");
    let info = pdf::inspect(&upload.bytes).expect("a PDF arrived");
    let millimetres = |points: f32| (points * 25.4 / 72.0).round();
    let pages = info.pages.iter();
    let pages = pages.map(|page| (millimetres(page.width), millimetres(page.height)));
    (
        upload.filename.clone(),
        upload.bytes.clone(),
        pages.collect(),
    )
}

const UPRIGHT: (f32, f32) = (210.0, 297.0);
const LYING: (f32, f32) = (297.0, 210.0);

fn has(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|it| it == part.as_bytes())
}

/// What exiftool finds in a file: each tag with its group before it.
fn tags_of(file: &Path) -> Vec<String> {
    let mut command = Command::new("exiftool");
    let answer = command.args(["-json", "-a", "-G1"]).arg(file).output();
    let answer = answer.expect("exiftool is installed").stdout;
    let found: Value = serde_json::from_slice(&answer).expect("exiftool answers in JSON");
    let tags = found[0].as_object().expect("a file has tags");
    tags.keys().cloned().collect()
}

async fn hand_in(page: &Page) {
    page.button("Aanleveren").click().await;
    page.heading("Aangeleverd").appears().await;
}

/// Opens a task, and chooses a photo of a letter under each of these names.
async fn choose_letters(page: &Page, folder: &Folder, names: &[&str]) {
    open_task(page, crate::PAYSLIP).await;
    choose_here(page, folder, names).await;
}

/// Chooses them where the consumer is.
async fn choose_here(page: &Page, folder: &Folder, names: &[&str]) {
    let letter = fixtures::letter();
    let files: Vec<_> = names
        .iter()
        .map(|name| folder.file(name, &letter))
        .collect();
    page.choose_files(&files).await;
    page.heading("Pagina's").appears().await;
}

/// Goes back from the pages, and says yes to what is asked then.
async fn discard(page: &Page, question: &str) {
    page.button("Annuleren").click().await;
    page.heading(question).appears().await;
    page.button("Ja, weggooien").click().await;
    page.heading(question).is_absent().await;
}

in_every_browser! {
    async fn two_photos_become_one_pdf_without_what_the_phone_wrote_in_them(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["voor.jpg", "achter.jpg"]).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.button("Verder met 2 pagina's").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        page.textbox(containing("Opmerking")).type_text("Voor en achter").await;
        hand_in(page).await;
        let (name, bytes, pages) = arrived(page);
        assert_eq!((name.as_str(), pages), ("Loonstrook.pdf", vec![UPRIGHT, UPRIGHT]));
        assert_eq!(page.servers.uploads()[0].comment.as_deref(), Some("Voor en achter"));
        for part in fixtures::METADATA {
            assert!(has(&fixtures::letter(), part) && !has(&bytes, part), "{part}");
        }
        assert!(has(&bytes, "/Lang") && !has(&bytes, "/Producer"));
    }

    async fn exiftool_finds_nothing_of_the_phone_in_the_document(page: &Page) {
        let folder = Folder::new();
        let small = folder.file("klein.jpg", &fixtures::photo(1_000));
        let photo = folder.file("voor.jpg", fixtures::LETTER);
        let thumbnail = format!("-ThumbnailImage<={}", small.display());
        let written = Command::new("exiftool")
            .args(["-q", "-m", "-overwrite_original", "-EXIF:GPSLatitude=52.2", "-EXIF:GPSLatitudeRef=N"])
            .args(["-EXIF:Make=Fairphone", "-EXIF:SerialNumber=1234", "-XMP-dc:Creator=Eva Bakker"])
            .args(["-IPTC:City=Deventer", "-Comment=Herfordstraat 8", &thumbnail])
            .arg(&photo)
            .status();
        assert!(written.expect("exiftool is installed").success());
        let before = tags_of(&photo);
        for tag in [
            "GPS:GPSLatitude",
            "IFD0:Make",
            "IFD1:ThumbnailImage",
            "ExifIFD:SerialNumber",
            "XMP-dc:Creator",
            "IPTC:City",
            "File:Comment",
        ] {
            assert!(before.iter().any(|it| it == tag), "{tag}: {before:?}");
        }
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&photo).await;
        page.button("Verder met 1 pagina").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        hand_in(page).await;
        let document = folder.file("aangekomen.pdf", &arrived(page).1);
        let mut command = Command::new("pdfimages");
        let taken_out = command.arg("-all").arg(&document).arg(document.with_file_name("beeld")).status();
        assert!(taken_out.expect("poppler is installed").success());
        let image = document.with_file_name("beeld-000.jpg");
        for file in [&document, &image] {
            // What is not of the file itself, its pixels or the PDF's own words is of somebody else.
            let known = ["SourceFile", "ExifTool:", "System:", "File:", "JFIF:", "PDF:", "Composite:"];
            let is_known = |tag: &String| known.iter().any(|it| tag.starts_with(it)) && tag != "File:Comment";
            let others: Vec<_> = tags_of(file).into_iter().filter(|tag| !is_known(tag)).collect();
            assert_eq!(others, [""; 0], "{}", file.display());
        }
    }

    async fn a_photo_can_be_sent_as_it_is(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["IMG_1234.jpg"]).await;
        page.button("Gebruik het bestand zonder bewerking").click().await;
        page.text("IMG_1234.jpg").appears().await;
        hand_in(page).await;
        let uploads = page.servers.uploads();
        assert_eq!((uploads[0].filename.as_str(), uploads[0].mimetype.as_str()), ("IMG_1234.jpg", "image/jpeg"));
        assert!(uploads[0].bytes == fixtures::letter());
    }

    async fn an_office_with_a_strict_policy_gets_one_pdf_too(page: &Page) {
        let folder = Folder::new();
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open(&page.servers.office_page("streng")).await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("brief.jpg", &fixtures::letter())).await;
        page.button("Verder met 1 pagina").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        hand_in(page).await;
        assert_eq!(arrived(page).2, [UPRIGHT]);
    }

    async fn without_a_worker_a_photo_is_sent_as_it_is(page: &Page) {
        let folder = Folder::new();
        // That the policy was kept is what is tested.
        for part in ["worker-src", "Content Security Policy", "Worker", "worker"] {
            page.allow_console(part);
        }
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open(&page.servers.office_page("geen-worker")).await;
        page.link(containing(crate::PAYSLIP)).click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("brief.jpg", &fixtures::letter())).await;
        page.text("brief.jpg").appears().await;
        page.text(containing("Hij wordt aangeleverd zoals hij is")).appears().await;
        hand_in(page).await;
        assert!(page.servers.uploads()[0].bytes == fixtures::letter());
    }

    async fn pages_are_turned_moved_and_removed_with_the_keyboard(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg", "drie.jpg"]).await;
        page.role("group", "Pagina 3 van 3").appears().await;
        page.button("Pagina 2 verwijderen").press(Key::Enter).await;
        page.role("group", "Pagina 2 van 2").contains_text("drie.jpg").await;
        page.button("Pagina 2 naar voren").press(Key::Enter).await;
        page.role("group", "Pagina 1 van 2").contains_text("drie.jpg").await;
        page.button("Pagina 1 van 2: Draaien").press(Key::Enter).await;
        page.button("Verder met 2 pagina's").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        hand_in(page).await;
        assert_eq!(arrived(page).2, [LYING, UPRIGHT]);
    }

    async fn a_page_is_dragged_to_another_place(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg", "drie.jpg"]).await;
        let last = page.role("group", "Pagina 3 van 3");
        last.contains_text("drie.jpg").await;
        let drag = "const [leaf] = arguments, rows = [...leaf.closest('ol').children];
            const sheet = rows[0].querySelector('.sheet'), middle = (it) => {
              const { left, top, width, height } = it.getBoundingClientRect();
              return { clientX: left + width / 2, clientY: top + height / 2 };
            };
            const fire = (target, type, at) => target.dispatchEvent(new PointerEvent(type,
              { bubbles: true, composed: true, button: 0, pointerId: 1, ...at }));
            const end = middle(rows[2]);
            fire(sheet, 'pointerdown', middle(sheet));
            fire(window, 'pointermove', { ...end, clientY: end.clientY + 9 });
            fire(window, 'pointerup', end)";
        last.script(drag).await;
        page.role("group", "Pagina 3 van 3").contains_text("een.jpg").await;
        page.role("group", "Pagina 1 van 3").contains_text("twee.jpg").await;
    }

    async fn a_corner_is_moved_with_a_mouse_and_with_arrow_keys(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["brief.jpg"]).await;
        page.button("Pagina 1 bewerken").click().await;
        let corner = page.button(containing("Hoek linksboven"));
        let before = corner.attribute("style").await;
        corner.press(Key::Right).await;
        page.wait_until("the corner to move", async || {
            let after = corner.attribute("style").await;
            if after == before { Err(format!("{after:?}")) } else { Ok(()) }
        })
        .await;
        let before = corner.attribute("style").await;
        let drag = "const [corner] = arguments, { left, top } = corner.getBoundingClientRect();
            const fire = (target, type, x, y) => target.dispatchEvent(new PointerEvent(type,
              { bubbles: true, composed: true, button: 0, clientX: x, clientY: y, pointerId: 1 }));
            fire(corner, 'pointerdown', left, top);
            fire(window, 'pointermove', left + 60, top + 60);
            fire(window, 'pointerup', left + 60, top + 60)";
        corner.script(drag).await;
        assert_ne!(corner.attribute("style").await, before);
        page.role("radio", "Hele foto").click().await;
        corner.is_absent().await;
        page.button("Klaar").click().await;
        page.button("Verder met 1 pagina").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        hand_in(page).await;
        assert_eq!(arrived(page).2, [UPRIGHT]);
    }
}

in_chromium! {
    async fn cancelling_leaves_the_document_and_its_pages_as_they_were(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.button("Verder met 2 pagina's").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        page.button("Pagina's toevoegen of aanpassen").click().await;
        page.button("Pagina 1 verwijderen").click().await;
        page.role("group", "Pagina 1 van 1").appears().await;
        discard(page, "Veranderingen weggooien?").await;
        page.role("group", "Gekozen bestand").appears().await;
        page.button("Pagina's toevoegen of aanpassen").click().await;
        page.role("group", "Pagina 2 van 2").contains_text("twee.jpg").await;
        page.button("Annuleren").click().await;
        hand_in(page).await;
        assert_eq!(arrived(page).2, [UPRIGHT, UPRIGHT]);
    }

    async fn a_page_is_dragged_by_a_thumb_that_rests_on_it(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        let last = page.role("group", "Pagina 2 van 2");
        last.contains_text("twee.jpg").await;
        let swipe = "const [leaf, rests] = arguments, rows = [...leaf.closest('ol').children];
            const sheet = rows[0].querySelector('.sheet'), at = (it) => {
              const { left, top, width, height } = it.getBoundingClientRect();
              return { clientX: left + width / 2, clientY: top + height / 2 };
            };
            const fire = (target, type, place) => target.dispatchEvent(new PointerEvent(type,
              { bubbles: true, composed: true, button: 0, pointerId: 1, pointerType: 'touch', ...place }));
            const end = at(rows[1]);
            fire(sheet, 'pointerdown', at(sheet));
            return new Promise((done) => setTimeout(() => {
              fire(sheet, 'pointermove', { ...end, clientY: end.clientY + 9 });
              fire(sheet, 'pointerup', end);
              done();
            }, rests ? 600 : 0));";
        last.script_with(swipe, vec![false.into()]).await;
        page.role("group", "Pagina 2 van 2").contains_text("twee.jpg").await;
        last.script_with(swipe, vec![true.into()]).await;
        page.role("group", "Pagina 2 van 2").contains_text("een.jpg").await;
    }

    async fn a_signature_that_would_be_lost_is_told(page: &Page) {
        let folder = Folder::new();
        let signed = include_bytes!("../../../../document/tests/corpus/signed.pdf");
        let signed = folder.file("offerte.pdf", signed);
        let letter = folder.file("brief.jpg", &fixtures::letter());
        open_task(page, crate::PAYSLIP).await;
        page.choose_files(&[signed, letter]).await;
        page.text(containing("heeft een digitale handtekening of bijlagen")).appears().await;
        // Alone it goes as it is, with its signature.
        page.role("group", "Pagina 2 van 2").contains_text("brief.jpg").await;
        page.button("Pagina 2 verwijderen").click().await;
        page.text(containing("heeft een digitale handtekening")).disappears().await;
    }

    async fn a_photo_and_a_pdf_become_one_pdf(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(9_000))).await;
        page.button("Pagina's toevoegen of aanpassen").click().await;
        page.role("group", "Pagina 1 van 1").contains_text("Bladzijde 1 van loonstrook.pdf").await;
        page.choose_file(&folder.file("bijlage.jpg", &fixtures::letter())).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.button("Verder met 2 pagina's").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        hand_in(page).await;
        assert_eq!(arrived(page).2, [UPRIGHT, UPRIGHT]);
    }

    async fn another_document_takes_the_place_of_the_pages_before(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.button("Verder met 2 pagina's").click().await;
        page.text("Loonstrook.pdf").appears().await;
        page.choose_file(&folder.file("los.pdf", &fixtures::pdf(9_000))).await;
        page.text("los.pdf").appears().await;
        page.button("Pagina's toevoegen of aanpassen").click().await;
        page.role("group", "Pagina 1 van 1").contains_text("los.pdf").await;
        page.button("Verder met 1 pagina").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        let letter = fixtures::letter();
        page.choose_files(&[folder.file("drie.jpg", &letter), folder.file("vier.jpg", &letter)]).await;
        page.role("group", "Pagina 2 van 2").contains_text("vier.jpg").await;
        // Cancelling leaves what was there.
        discard(page, "Veranderingen weggooien?").await;
        page.text("los.pdf").appears().await;
    }

    async fn a_pdf_alone_stays_as_it_is_byte_for_byte(page: &Page) {
        let folder = Folder::new();
        let bytes = fixtures::pdf(9_000);
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("loonstrook.pdf", &bytes)).await;
        page.button("Pagina's toevoegen of aanpassen").click().await;
        page.button("Verder met 1 pagina").click().await;
        page.text("loonstrook.pdf").appears().await;
        hand_in(page).await;
        assert!(page.servers.uploads()[0].bytes == bytes);
    }

    async fn what_cannot_be_put_together_is_told_with_the_reason(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_files(&[
            folder.file("brief.jpg", &fixtures::letter()),
            folder.file("begroting.docx", b"PK\x03\x04 word/document.xml"),
            folder.file("geheim.pdf", include_bytes!("../../../../document/tests/corpus/password-aes-256.pdf")),
        ])
        .await;
        page.text(containing("begroting.docx is geen foto of PDF")).appears().await;
        page.text(containing("geheim.pdf is met een wachtwoord beveiligd")).appears().await;
        page.role("group", "Pagina 1 van 1").appears().await;
        page.has_no_axe_violations().await;
        page.button("Melding sluiten").click().await;
        page.text(containing("begroting.docx")).is_absent().await;
    }

    async fn a_pdf_with_a_password_is_told_and_can_be_sent(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let locked = include_bytes!("../../../../document/tests/corpus/password-aes-256.pdf");
        page.choose_file(&folder.file("geheim.pdf", locked)).await;
        page.text(containing("met een wachtwoord beveiligd")).appears().await;
        let owned = include_bytes!("../../../../document/tests/corpus/owner-aes-256.pdf");
        page.choose_file(&folder.file("alleen-lezen.pdf", owned)).await;
        page.text("alleen-lezen.pdf").appears().await;
        page.text(containing("wachtwoord")).is_absent().await;
        page.choose_file(&folder.file("geheim.pdf", locked)).await;
        page.text(containing("met een wachtwoord beveiligd")).appears().await;
        hand_in(page).await;
        assert!(page.servers.uploads()[0].bytes == locked);
    }

    async fn a_web_page_named_pdf_is_told_before_it_is_sent(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let login = b"\n<!DOCTYPE html><title>Log in</title> %PDF-1.4";
        page.choose_file(&folder.file("loonstrook.pdf", login)).await;
        page.text(containing("Dit is een webpagina of een tekst, geen document")).appears().await;
        page.button("Aanleveren").is_absent().await;
    }

    async fn a_picture_named_pdf_is_a_photo(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("scan.pdf", &fixtures::letter())).await;
        page.heading("Pagina's").appears().await;
        page.button("Verder met 1 pagina").appears().await;
    }

    async fn a_name_gets_the_ending_of_what_it_is(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let bytes = [&b"scanner\n"[..], &fixtures::pdf(9_000)].concat();
        page.choose_file(&folder.file("loonstrook e\u{301}e\u{301}n.jpg", &bytes)).await;
        page.text("loonstrook één.pdf").appears().await;
        page.text(containing("De naam van dit bestand klopte niet")).appears().await;
        hand_in(page).await;
        let upload = &page.servers.uploads()[0];
        assert_eq!((upload.filename.as_str(), upload.mimetype.as_str()), ("loonstrook één.pdf", "application/pdf"));
        assert!(upload.bytes == bytes);
    }

    async fn every_screen_of_it_is_accessible(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.button("Verder met 2 pagina's").appears().await;
        page.has_no_axe_violations().await;
        page.button("Pagina 2 bewerken").click().await;
        page.heading("Pagina 2 bewerken").appears().await;
        page.has_no_axe_violations().await;
        page.button("Klaar").click().await;
        // Where the consumer was.
        page.wait_until("the focus to come back", async || {
            let focused = page.focused().await;
            if focused.contains("Pagina 2 bewerken") { Ok(()) } else { Err(focused) }
        })
        .await;
        page.button("Annuleren").click().await;
        page.heading("Pagina's weggooien?").appears().await;
        page.has_no_axe_violations().await;
        page.button("Ja, weggooien").click().await;
        page.text("Bestand kiezen").appears().await;
    }

    async fn who_has_put_pages_together_is_asked_before_they_go(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.button("Annuleren").press(Key::Enter).await;
        page.heading("Pagina's weggooien?").appears().await;
        page.button("Nee, verdergaan").press(Key::Enter).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.wait_until("the focus to be at the pages", async || {
            let focused = page.focused().await;
            if focused.contains("Pagina's") { Ok(()) } else { Err(focused) }
        })
        .await;
        discard(page, "Pagina's weggooien?").await;
        page.text("Bestand kiezen").appears().await;
        // One photo is chosen again in a moment, unless something was done to it.
        choose_here(page, &folder, &["een.jpg"]).await;
        page.role("group", "Pagina 1 van 1").appears().await;
        page.button("Annuleren").click().await;
        page.text("Bestand kiezen").appears().await;
        choose_here(page, &folder, &["een.jpg"]).await;
        page.button("Pagina 1 van 1: Draaien").click().await;
        discard(page, "Pagina's weggooien?").await;
        page.text("Bestand kiezen").appears().await;
    }

    async fn a_photo_that_is_too_large_to_send_is_made_smaller(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("groot.jpg", &fixtures::photo(27_000_000))).await;
        page.button("Verder met 1 pagina").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        hand_in(page).await;
        assert!(arrived(page).1.len() < 1_000_000);
    }
}

/// What the browser cannot decode itself.
mod heic {
    use super::*;

    /// Goes on when all pages are made: the size is known then.
    async fn finish(page: &Page, words: &str) {
        page.text(containing("Samen ongeveer")).appears().await;
        page.button(words).click().await;
    }

    /// Width and height of each picture in a PDF of ours that is packed as a JPEG.
    fn jpegs(pdf: &[u8]) -> Vec<(u32, u32)> {
        let text = String::from_utf8_lossy(pdf).replace(' ', "");
        let pictures = text.split("/Subtype/Image").skip(1);
        let pictures = pictures.map(|it| it.split("stream").next().unwrap_or_default());
        let number = |dictionary: &str, key: &str| {
            let after = dictionary.split_once(key).expect("a picture has a size").1;
            let end = after.find(|it: char| !it.is_ascii_digit());
            after[..end.unwrap_or_default()].parse().expect("a number")
        };
        let jpegs = pictures.filter(|it| it.contains("/DCTDecode"));
        jpegs
            .map(|it| (number(it, "/Width"), number(it, "/Height")))
            .collect()
    }

    in_every_browser! {
        async fn a_heic_becomes_a_page(page: &Page) {
            let folder = Folder::new();
            open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("IMG_0001.HEIC", &fixtures::iphone_photo())).await;
            finish(page, "Verder met 1 pagina").await;
            page.role("group", "Gekozen bestand").appears().await;
            hand_in(page).await;
            let (name, bytes, pages) = arrived(page);
            assert_eq!(pages.len(), 1);
            assert!(name.ends_with(".pdf"), "{name}");
            let pictures = jpegs(&bytes);
            let [(width, height)] = pictures[..] else {
                panic!("{pictures:?}");
            };
            assert!(width < height && width > 500, "upright: {width} by {height}");
            for word in fixtures::METADATA {
                let has = bytes.windows(word.len()).any(|it| it == word.as_bytes());
                assert!(!has, "{word} is gone");
            }
        }

        async fn a_damaged_heic_is_told_and_can_be_sent_as_it_is(page: &Page) {
            let folder = Folder::new();
            let photo = fixtures::iphone_photo();
            let half = &photo[..photo.len() / 2];
            open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("IMG_0002.HEIC", half)).await;
            page.text(containing("Dit bestand lijkt beschadigd.")).appears().await;
            hand_in(page).await;
            let uploads = page.servers.uploads();
            assert_eq!(uploads.len(), 1);
            assert_eq!((&*uploads[0].filename, &*uploads[0].mimetype), ("IMG_0002.HEIC", "image/heic"));
            assert!(uploads[0].bytes == half);
        }
    }

    in_chromium! {
        async fn heics_among_other_photos_become_pages_and_a_damaged_one_is_named(page: &Page) {
            let folder = Folder::new();
            let photo = fixtures::iphone_photo();
            open_task(page, crate::PAYSLIP).await;
            page.choose_files(&[
                folder.file("voor.heic", &photo),
                folder.file("kapot.heic", &photo[..photo.len() / 2]),
                folder.file("achter.jpg", &fixtures::photo(200_000)),
                folder.file("nog een.heic", &photo),
            ]).await;
            page.text(containing("kapot.heic lijkt beschadigd.")).appears().await;
            finish(page, "Verder met 3 pagina's").await;
            page.role("group", "Gekozen bestand").appears().await;
            hand_in(page).await;
            assert_eq!(arrived(page).2.len(), 3);
        }

        async fn a_heic_is_sent_as_it_is_when_the_consumer_wants_that(page: &Page) {
            let folder = Folder::new();
            let photo = fixtures::iphone_photo();
            open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("IMG_0003.HEIC", &photo)).await;
            page.button("Gebruik het bestand zonder bewerking").click().await;
            hand_in(page).await;
            let uploads = page.servers.uploads();
            assert_eq!(&*uploads[0].mimetype, "image/heic");
            assert!(uploads[0].bytes == photo);
        }

        async fn a_heic_becomes_a_page_on_an_offices_page(page: &Page) {
            let folder = Folder::new();
            page.open("/open/eva").await;
            page.open(&page.servers.broker()).await;
            page.link(containing(crate::PAYSLIP)).click().await;
            page.text("Bestand kiezen").appears().await;
            page.choose_file(&folder.file("IMG_0001.heic", &fixtures::iphone_photo())).await;
            finish(page, "Verder met 1 pagina").await;
            page.role("group", "Gekozen bestand").appears().await;
            hand_in(page).await;
            assert_eq!(arrived(page).2.len(), 1);
        }

        async fn a_tiff_is_not_called_damaged_and_is_sent_as_it_is(page: &Page) {
            let folder = Folder::new();
            let tiff = [&b"II*\0\x08\0\0\0"[..], &[0; 900]].concat();
            open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("scan.tif", &tiff)).await;
            page.role("group", "Gekozen bestand").appears().await;
            page.text(containing("lijkt beschadigd")).is_absent().await;
            hand_in(page).await;
            assert_eq!(&*page.servers.uploads()[0].mimetype, "image/tiff");
        }
    }
}

/// A copy that is marked, and on which something is black.
mod safe_copy {
    use super::*;

    const TEXT: &str = "Tekst van het watermerk";

    /// A page as a viewer shows it.
    struct Shown {
        width: usize,
        height: usize,
        /// How light each pixel is, row by row.
        lights: Vec<u8>,
    }

    impl Shown {
        /// The first page of a PDF.
        fn of(pdf: &[u8]) -> Self {
            let folder = Folder::new();
            let file = folder.file("document.pdf", pdf);
            let mut command = Command::new("pdftoppm");
            let made = command
                .args(["-r", "100", "-f", "1", "-l", "1", "-gray"])
                .arg(file);
            let made = made.output().expect("poppler is installed").stdout;
            // P5, width and height, the lightest, and the pixels.
            let mut parts = made.splitn(4, |it| *it == b'\n');
            let head: Vec<_> = parts
                .by_ref()
                .take(3)
                .map(String::from_utf8_lossy)
                .collect();
            let (width, height) = head[1].split_once(' ').expect("a size");
            Self {
                width: width.parse().expect("a number"),
                height: height.parse().expect("a number"),
                lights: parts.next().expect("pixels").to_vec(),
            }
        }

        /// The pixels between two places, in parts of the page.
        fn between(&self, from: (f32, f32), to: (f32, f32)) -> Vec<u8> {
            let at = |part: f32, side: usize| (part * side as f32) as usize;
            let rows = at(from.1, self.height)..at(to.1, self.height);
            let columns = at(from.0, self.width)..at(to.0, self.width);
            rows.flat_map(|y| &self.lights[y * self.width..][columns.clone()])
                .copied()
                .collect()
        }

        /// How much of the page is black.
        fn black(&self) -> f32 {
            let black = self.lights.iter().filter(|it| **it < 12).count();
            black as f32 / self.lights.len() as f32
        }
    }

    fn mean(lights: &[u8]) -> u32 {
        lights.iter().map(|it| u32::from(*it)).sum::<u32>() / lights.len() as u32
    }

    /// Where an area is drawn, and a little less of it.
    const FROM: (f32, f32) = (0.2, 0.4);
    const TO: (f32, f32) = (0.6, 0.5);
    const WITHIN: [(f32, f32); 2] = [(0.21, 0.41), (0.59, 0.49)];
    /// Where the letter has no words.
    const PAPER: [(f32, f32); 2] = [(0.1, 0.83), (0.9, 0.92)];

    /// Waits for a picture: what is below it moves when it comes.
    async fn shows_page(page: &Page, place: &str) {
        let shown = format!(
            "const {{ shadowRoot }} = document.querySelector('consumer-portal');
             return shadowRoot.querySelector('{place} img')?.naturalWidth > 0"
        );
        page.wait_for_script("the page to be shown", &shown).await;
    }

    async fn open_cover(page: &Page) {
        page.text(containing("Samen ongeveer")).appears().await;
        page.button("Pagina 1 bewerken").click().await;
        shows_page(page, ".result").await;
        page.button("Gegevens zwart maken").click().await;
        page.text(containing("kan uw burgerservicenummer nodig hebben"))
            .appears()
            .await;
        shows_page(page, ".cover .stage").await;
    }

    /// What a thumb does on the page, at places in parts of it.
    async fn draw(page: &Page, events: &[(&str, (f32, f32))]) {
        let fire = "const [stage, events] = arguments;
            const { left, top, width, height } = stage.getBoundingClientRect();
            for (const [type, [x, y]] of events)
              (type === 'pointerdown' ? stage : window).dispatchEvent(new PointerEvent(type, {
                bubbles: true, composed: true, button: 0, pointerId: 1, isPrimary: true,
                clientX: left + x * width, clientY: top + y * height,
              }))";
        let events: Vec<_> = events
            .iter()
            .map(|(kind, at)| serde_json::json!([kind, [at.0, at.1]]))
            .collect();
        let stage = page.role("application", "Gegevens op pagina 1 zwart maken");
        stage
            .script_with(fire, vec![serde_json::json!(events)])
            .await;
    }

    const DRAG: [(&str, (f32, f32)); 3] = [
        ("pointerdown", FROM),
        ("pointermove", TO),
        ("pointerup", TO),
    ];

    async fn finish(page: &Page) {
        page.text(containing("Samen ongeveer")).appears().await;
        page.button("Verder met 1 pagina").click().await;
        page.role("group", "Gekozen bestand").appears().await;
    }

    async fn back_to_list(page: &Page) {
        page.button("Klaar").click().await;
        shows_page(page, ".result").await;
        page.button("Klaar").click().await;
        page.heading("Pagina's").appears().await;
    }

    async fn write_watermark(page: &Page, text: &str) {
        page.textbox(TEXT).script("arguments[0].value = ''").await;
        page.textbox(TEXT).type_text(text).await;
        page.tab().await;
    }

    async fn choose_passport(page: &Page, folder: &Folder) {
        open_task(page, crate::REJECTED_PASSPORT).await;
        page.choose_file(&folder.file("paspoort.jpg", &fixtures::letter()))
            .await;
        page.role("checkbox", "Watermerk op elke pagina")
            .appears()
            .await;
    }

    in_every_browser! {
        async fn what_is_black_is_gone_and_the_watermark_is_on_the_page(page: &Page) {
            let folder = Folder::new();
            choose_passport(page, &folder).await;
            page.button("Gebruik het bestand zonder bewerking").appears().await;
            open_cover(page).await;
            draw(page, &DRAG).await;
            page.button("Vlak 1: 20 procent van links, 40 procent van boven").appears().await;
            back_to_list(page).await;
            page.text("1 vlak is zwart gemaakt").appears().await;
            // The photo itself is not to be sent by mistake.
            page.button("Gebruik het bestand zonder bewerking").is_absent().await;
            page.role("checkbox", "Watermerk op elke pagina").click().await;
            let text = page.textbox(TEXT).value().await;
            assert!(text.starts_with("Kopie voor mijn adviseur, alleen voor mijn hypotheek, "), "{text}");
            finish(page).await;
            page.button("Aanleveren").click().await;
            page.button("Ja, vervangen").click().await;
            page.heading("Aangeleverd").appears().await;
            let (_, bytes, pages) = arrived(page);
            assert_eq!(pages, [UPRIGHT]);
            let shown = Shown::of(&bytes);
            let [from, to] = WITHIN;
            let black = shown.between(from, to);
            // The watermark goes on across what is black.
            assert!(mean(&black) < 30 && black.iter().all(|it| *it < 140), "{} {:?}", mean(&black), black.iter().max());
            let [from, to] = PAPER;
            let paper = shown.between(from, to);
            assert!(mean(&paper) > 200);
            let written = paper.iter().filter(|it| **it < 190).count();
            assert!(written * 100 > paper.len() && written * 5 < paper.len(), "{written} of {}", paper.len());
        }

        async fn what_is_black_stays_so_when_the_page_is_cut_out_and_turned_anew(page: &Page) {
            let folder = Folder::new();
            choose_passport(page, &folder).await;
            open_cover(page).await;
            // Two corners, for who cannot drag.
            draw(page, &[("pointerdown", FROM), ("pointerup", FROM)]).await;
            page.text("Tik nu op de hoek ertegenover.").appears().await;
            draw(page, &[("pointerdown", TO), ("pointerup", TO)]).await;
            page.button("Vlak 1: 20 procent van links, 40 procent van boven").appears().await;
            page.button("Klaar").click().await;
            shows_page(page, ".result").await;
            page.role("radio", "Hele foto").click().await;
            page.role("radio", "Zwart-wit").click().await;
            page.role("radio", "Foto").click().await;
            page.button("Draaien").click().await;
            shows_page(page, ".result").await;
            page.button("Gegevens zwart maken").click().await;
            // The same area, on a page that lies on its side.
            page.button(containing("Vlak 1: ")).appears().await;
            back_to_list(page).await;
            finish(page).await;
            page.button("Aanleveren").click().await;
            page.button("Ja, vervangen").click().await;
            page.heading("Aangeleverd").appears().await;
            let (_, bytes, pages) = arrived(page);
            assert_eq!(pages, [LYING]);
            let black = Shown::of(&bytes).black();
            // Four in a hundred of the letter, which is a third of the photo.
            assert!((0.010..0.017).contains(&black), "{black}");
        }

        async fn a_watermark_is_on_the_pages_of_a_pdf(page: &Page) {
            let folder = Folder::new();
            let bytes = fixtures::pdf(9_000);
            open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("loonstrook.pdf", &bytes)).await;
            page.button("Pagina's toevoegen of aanpassen").click().await;
            page.text("Veilige kopie").click().await;
            page.role("checkbox", "Watermerk op elke pagina").click().await;
            write_watermark(page, "Voor Ελλάδα").await;
            page.text(containing("een vraagteken in plaats van: Ελάδα")).appears().await;
            write_watermark(page, "Kopie voor Wałęsa en İpek").await;
            page.text(containing("een vraagteken")).is_absent().await;
            finish(page).await;
            hand_in(page).await;
            let (_, arrived, pages) = arrived(page);
            assert!(pages == [UPRIGHT] && arrived != bytes);
            let mut command = Command::new("pdftotext");
            let text = command.args(["-raw"]).arg(folder.file("nu.pdf", &arrived)).arg("-");
            let text = text.output().expect("poppler is installed").stdout;
            let text = String::from_utf8_lossy(&text);
            // Aslant, each letter is a line.
            let text: String = text.split_whitespace().collect();
            assert!(text.contains("KopievoorWalesaenIpek"), "{text}");
        }
    }

    in_chromium! {
        async fn a_passport_that_is_a_pdf_is_offered_a_safe_copy_too(page: &Page) {
            let folder = Folder::new();
            open_task(page, crate::REJECTED_PASSPORT).await;
            page.choose_file(&folder.file("paspoort.pdf", &fixtures::pdf(9_000))).await;
            page.button("Veilige kopie maken, of pagina's aanpassen").click().await;
            page.role("checkbox", "Watermerk op elke pagina").appears().await;
            // Nothing was done to it, so nothing is asked.
            page.button("Annuleren").click().await;
            page.role("group", "Gekozen bestand").contains_text("paspoort.pdf").await;
        }

        async fn a_safe_copy_is_made_with_the_keyboard_alone(page: &Page) {
            let folder = Folder::new();
            choose_passport(page, &folder).await;
            page.text(containing("Samen ongeveer")).appears().await;
            page.button("Pagina 1 bewerken").press(Key::Enter).await;
            page.button("Gegevens zwart maken").press(Key::Enter).await;
            page.button("Vlak toevoegen").press(Key::Enter).await;
            let is_focused = async |name: &str| {
                page.wait_until("the focus to be there", async || {
                    let focused = page.focused().await;
                    if focused.contains(name) { Ok(()) } else { Err(focused) }
                })
                .await;
            };
            is_focused("Vlak 1: 35 procent van links, 46 procent van boven").await;
            page.press(&[Key::Left; 10]).await;
            page.press(&[Key::Up; 6]).await;
            is_focused("Vlak 1: 30 procent van links, 43 procent van boven").await;
            page.tab().await;
            page.press(&[Key::Down; 4]).await;
            is_focused("Grootte van vlak 1: 30 procent breed, 10 procent hoog").await;
            page.button("Vlak toevoegen").press(Key::Enter).await;
            is_focused("Vlak 2").await;
            page.press(&[Key::Delete]).await;
            is_focused("Vlak toevoegen").await;
            page.text("Vlak verwijderd").appears().await;
            page.button(containing("Vlak 2")).is_absent().await;
            page.button("Klaar").press(Key::Enter).await;
            is_focused("Gegevens zwart maken").await;
            page.button("Klaar").press(Key::Enter).await;
            page.role("checkbox", "Watermerk op elke pagina").type_text(" ").await;
            page.tab().await;
            is_focused(TEXT).await;
            page.role("checkbox", "Watermerk op elke pagina").type_text(" ").await;
            page.textbox(TEXT).is_absent().await;
            finish(page).await;
            page.button("Aanleveren").press(Key::Enter).await;
            page.button("Ja, vervangen").press(Key::Enter).await;
            page.heading("Aangeleverd").appears().await;
            let shown = Shown::of(&arrived(page).1);
            let black = shown.between((0.31, 0.44), (0.59, 0.52));
            assert!(black.iter().all(|it| *it < 12));
            let [from, to] = PAPER;
            assert!(shown.between(from, to).iter().all(|it| *it > 190), "no watermark");
        }

        async fn a_removed_area_comes_back_and_the_photo_can_be_sent_again(page: &Page) {
            let folder = Folder::new();
            choose_passport(page, &folder).await;
            open_cover(page).await;
            draw(page, &DRAG).await;
            // Nothing is dropped by a slip.
            page.button("Annuleren").is_absent().await;
            back_to_list(page).await;
            page.button("Annuleren").appears().await;
            page.button("Gebruik het bestand zonder bewerking").is_absent().await;
            open_cover(page).await;
            page.button("Vlak 1 verwijderen").click().await;
            back_to_list(page).await;
            page.button("Gebruik het bestand zonder bewerking").appears().await;
            finish(page).await;
            page.button("Aanleveren").click().await;
            page.button("Ja, vervangen").click().await;
            page.heading("Aangeleverd").appears().await;
            assert!(Shown::of(&arrived(page).1).black() < 0.01);
        }

        async fn the_office_is_named_in_the_watermark_and_a_text_is_kept(page: &Page) {
            let folder = Folder::new();
            page.open("/open/eva").await;
            page.open(&page.servers.broker()).await;
            page.link(containing(crate::REJECTED_PASSPORT)).click().await;
            page.text("Bestand kiezen").appears().await;
            page.choose_file(&folder.file("paspoort.jpg", &fixtures::letter())).await;
            let switch = page.role("checkbox", "Watermerk op elke pagina");
            switch.click().await;
            let text = page.textbox(TEXT).value().await;
            assert!(text.starts_with("Kopie voor Van Dijk Hypotheken, "), "{text}");
            write_watermark(page, "Alleen voor de bank").await;
            switch.click().await;
            page.textbox(TEXT).is_absent().await;
            switch.click().await;
            assert_eq!(page.textbox(TEXT).value().await, "Alleen voor de bank");
            write_watermark(page, " ").await;
            page.text("Zonder tekst komt er geen watermerk.").appears().await;
        }

        async fn every_screen_of_a_safe_copy_is_accessible(page: &Page) {
            let folder = Folder::new();
            choose_passport(page, &folder).await;
            page.resize(320, 700).await;
            page.role("checkbox", "Watermerk op elke pagina").click().await;
            page.text(containing("De foto's zelf blijven op uw apparaat")).appears().await;
            page.text(containing("Samen ongeveer")).appears().await;
            page.has_no_axe_violations().await;
            open_cover(page).await;
            draw(page, &DRAG).await;
            page.button("Vlak 1 verwijderen").appears().await;
            page.has_no_axe_violations().await;
            let fits = "return document.documentElement.scrollWidth <= window.innerWidth";
            page.wait_for_script("the page to be as wide as the screen", fits).await;
            page.screenshot("safe-copy-320").await;
        }
    }
}
