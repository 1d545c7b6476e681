//! A document that is put together of photos and PDFs.

mod heic;
mod pdf_pages;
mod safe_copy;

use std::path::Path;
use std::process::Command;

use document::pdf;
use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};
use fantoccini::key::Key;
use serde_json::Value;

use crate::reported_elsewhere::sign_in_as_another_in_another_tab;
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

/// Waits until this has the focus, and all of it is on the screen.
async fn is_at(page: &Page, name: &str) {
    const PLACE: &str = "let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        const { top, bottom } = at.getBoundingClientRect();
        const words = (at.getAttribute('aria-label') ?? at.textContent).trim();
        return { words, isSeen: top >= 0 && Math.min(bottom, top + 200) <= innerHeight, top }";
    page.wait_until(
        &format!("{name} to have the focus and to be seen"),
        async || {
            let place = page.script(PLACE, vec![]).await;
            let words = place["words"].as_str().unwrap_or_default();
            let is_there = words.starts_with(name) && place["isSeen"] == true;
            if is_there {
                Ok(())
            } else {
                Err(place.to_string())
            }
        },
    )
    .await;
}

/// Keeps from the worker what it is asked, until it is released.
const HOLD: &str = "const { postMessage } = Worker.prototype;
    window.held = [];
    Worker.prototype.postMessage = function (message) {
      const go = () => postMessage.call(this, message);
      window.held ? window.held.push(go) : go();
    };";
const RELEASE: &str = "const { held } = window; window.held = null; held.forEach((go) => go());";

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

    async fn what_a_step_begins_with_has_the_focus_and_is_on_the_screen(page: &Page) {
        let folder = Folder::new();
        page.resize(360, 640).await;
        choose_letters(page, &folder, &["een.jpg", "twee.jpg", "drie.jpg"]).await;
        page.text(containing("Samen ongeveer")).appears().await;
        is_at(page, "Pagina's").await;
        page.button("Pagina 3 bewerken").press(Key::Enter).await;
        is_at(page, "Pagina 3 bewerken").await;
        page.button("Annuleren").is_absent().await;
        page.button("Gegevens zwart maken").press(Key::Enter).await;
        is_at(page, "Gegevens op pagina 3 zwart maken").await;
        page.button("Vlak toevoegen").press(Key::Enter).await;
        is_at(page, "Vlak 1").await;
        page.button("Klaar").press(Key::Enter).await;
        is_at(page, "Pagina 3 bewerken").await;
        page.button("Klaar").press(Key::Enter).await;
        is_at(page, "Pagina 3 bewerken").await;
        page.button("Pagina 3 naar voren").press(Key::Enter).await;
        page.text("Dit is nu pagina 2").appears().await;
        is_at(page, "Pagina 2 naar voren").await;
        page.button("Pagina 2 verwijderen").press(Key::Enter).await;
        is_at(page, "Pagina 2 verwijderen").await;
        page.button("Annuleren").press(Key::Enter).await;
        is_at(page, "Pagina's weggooien?").await;
        page.button("Nee, verdergaan").press(Key::Enter).await;
        is_at(page, "Pagina's").await;
        page.button("Verder met 2 pagina's").press(Key::Enter).await;
        is_at(page, "Gekozen bestand").await;
        page.button("Aanleveren").press(Key::Enter).await;
        is_at(page, "Aangeleverd").await;
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

    async fn going_back_closes_the_page_that_is_edited(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["brief.jpg"]).await;
        page.text(containing("Samen ongeveer")).appears().await;
        // The page around may keep something in its history.
        page.script("history.replaceState({ theirs: 7 }, '')", vec![]).await;
        // A corner, and what is made black: each has the focus when it goes.
        page.button("Pagina 1 bewerken").click().await;
        page.button(containing("Hoek linksboven")).press(Key::Right).await;
        assert_eq!(page.script("return history.state.theirs", vec![]).await, 7);
        page.back().await;
        assert_eq!(page.script("return JSON.stringify(history.state)", vec![]).await, "{\"theirs\":7}");
        page.focus_comes_to("button \"Pagina 1 bewerken\"").await;
        page.button("Pagina 1 bewerken").click().await;
        page.button("Gegevens zwart maken").click().await;
        page.button("Vlak toevoegen").click().await;
        page.button(containing("Vlak 1:")).press(Key::Right).await;
        page.back().await;
        page.focus_comes_to("heading \"Pagina 1 bewerken\"").await;
        page.back().await;
        page.focus_comes_to("button \"Pagina 1 bewerken\"").await;
        page.role("group", "Pagina 1 van 1").contains_text("1 vlak is zwart gemaakt").await;
        // What was closed by its button is not in the history any more.
        page.button("Pagina 1 bewerken").click().await;
        page.button("Gegevens zwart maken").click().await;
        page.button("Klaar").click().await;
        page.focus_comes_to("heading \"Pagina 1 bewerken\"").await;
        page.button("Klaar").click().await;
        page.focus_comes_to("button \"Pagina 1 bewerken\"").await;
        page.wait_for_script("the entries to be gone", "return history.state === null || !('consumerPortalOpen' in history.state)").await;
        page.back().await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.forward().await;
        page.role("group", "Pagina 1 van 1").contains_text("1 vlak is zwart gemaakt").await;
    }

    async fn who_leaves_a_page_that_is_edited_comes_back_to_all_pages(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["brief.jpg"]).await;
        page.text(containing("Samen ongeveer")).appears().await;
        page.button("Pagina 1 bewerken").click().await;
        page.button(containing("Hoek linksboven")).press(Key::Right).await;
        // The corner has the focus when it goes.
        page.script("location.hash = '#portal-overview'", vec![]).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.back().await;
        page.button("Pagina 1 bewerken").click().await;
        page.button("Gegevens zwart maken").click().await;
        page.button("Vlak toevoegen").click().await;
        page.button(containing("Vlak 1:")).press(Key::Right).await;
        page.script("location.hash = '#portal-overview'", vec![]).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.back().await;
        page.role("group", "Pagina 1 van 1").contains_text("1 vlak is zwart gemaakt").await;
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
        // By key: the button moves when the page has the shape of the whole photo.
        page.button("Klaar").press(Key::Enter).await;
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

    async fn a_photo_that_is_not_wanted_leaves_the_document_and_its_pages(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.button("Verder met 2 pagina's").click().await;
        page.text("Loonstrook.pdf").appears().await;
        choose_here(page, &folder, &["drie.jpg"]).await;
        page.role("group", "Pagina 1 van 1").contains_text("drie.jpg").await;
        page.button("Annuleren").click().await;
        page.text("Loonstrook.pdf").appears().await;
        page.button("Pagina's toevoegen of aanpassen").click().await;
        page.role("group", "Pagina 1 van 2").contains_text("een.jpg").await;
        page.role("group", "Pagina 2 van 2").contains_text("twee.jpg").await;
        page.button("Annuleren").click().await;
        // The photo as it is is another document, without these pages.
        choose_here(page, &folder, &["drie.jpg"]).await;
        page.button("Gebruik het bestand zonder bewerking").click().await;
        page.text("drie.jpg").appears().await;
        page.text(containing("misschien ook waar hij is gemaakt")).appears().await;
        hand_in(page).await;
        assert_eq!(page.servers.uploads()[0].filename, "drie.jpg");
        assert!(page.servers.uploads()[0].bytes == fixtures::letter());
    }

    async fn a_document_that_is_made_during_the_question_waits_for_the_answer(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.text(containing("Samen ongeveer")).appears().await;
        let hold = "const { postMessage } = Worker.prototype;
            Worker.prototype.postMessage = function (message) {
              window.go = () => {
                this.addEventListener('message', () => window.isMade = true);
                postMessage.call(this, message);
              };
            };";
        page.script(hold, vec![]).await;
        page.button("Verder met 2 pagina's").click().await;
        page.wait_for_script("the document to be asked for", "return Boolean(window.go)").await;
        page.button("Annuleren").click().await;
        page.heading("Pagina's weggooien?").appears().await;
        page.script("window.go()", vec![]).await;
        page.wait_for_script("the document to be made", "return window.isMade").await;
        page.button("Nee, verdergaan").click().await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.script("window.go = null", vec![]).await;
        page.button("Verder met 2 pagina's").click().await;
        page.wait_for_script("the document to be asked for", "return Boolean(window.go)").await;
        page.script("window.go()", vec![]).await;
        page.text("Loonstrook.pdf").appears().await;
    }

    async fn a_file_that_is_refused_after_verder_is_told_before_the_document_is_made(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg"]).await;
        page.role("group", "Pagina 1 van 1").appears().await;
        page.script(HOLD, vec![]).await;
        page.choose_file(&folder.file("twee.docx", b"PK\x03\x04 no document")).await;
        page.text(containing("twee.docx wordt gelezen")).appears().await;
        page.button("Verder met 1 pagina").click().await;
        page.script(RELEASE, vec![]).await;
        let refusal = page.text(containing("twee.docx is geen foto of PDF"));
        refusal.appears().await;
        page.text(containing("wordt gemaakt")).is_absent().await;
        page.role("group", "Pagina 1 van 1").appears().await;
        // Who has read it goes on without the file.
        page.button("Verder met 1 pagina").click().await;
        page.text("Loonstrook.pdf").appears().await;
    }

    async fn a_file_that_comes_while_the_document_is_made_is_among_its_pages(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.text(containing("Samen ongeveer")).appears().await;
        page.script(HOLD, vec![]).await;
        page.button("Verder met 2 pagina's").click().await;
        page.text("Het document wordt gemaakt…").appears().await;
        let list = page.heading("Pagina's");
        page.drop_file_on(&list, "drie.jpg", "image/jpeg", &fixtures::letter()).await;
        page.text(containing("drie.jpg wordt gelezen")).appears().await;
        page.script(RELEASE, vec![]).await;
        page.role("group", "Pagina 3 van 3").contains_text("drie.jpg").await;
        page.button("Verder met 3 pagina's").click().await;
        page.text("Loonstrook.pdf").appears().await;
        hand_in(page).await;
        assert_eq!(arrived(page).2, [UPRIGHT; 3]);
    }

    async fn a_file_at_which_the_worker_fails_takes_no_other_along(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        // What is asked of it is nothing that the worker knows, once of the third, and always of the second.
        let break_second = "const { postMessage } = Worker.prototype;
            const often = { 'twee.jpg': 9, 'drie.jpg': 1 };
            Worker.prototype.postMessage = function (message) {
              if (often[message.blobs[0].name]-- > 0) message.call = new Uint8Array([255]);
              postMessage.call(this, message);
            };";
        page.script(break_second, vec![]).await;
        let names = ["een.jpg", "twee.jpg", "drie.jpg", "vier.jpg"];
        let letters = names.map(|name| folder.file(name, &fixtures::letter()));
        page.choose_files(&letters).await;
        page.text("twee.jpg kon niet worden toegevoegd.").appears().await;
        page.role("group", "Pagina 1 van 3").contains_text("een.jpg").await;
        page.role("group", "Pagina 2 van 3").contains_text("drie.jpg").await;
        page.role("group", "Pagina 3 van 3").contains_text("vier.jpg").await;
        // Putting the message away leaves the focus at the pages.
        page.button("Melding sluiten").click().await;
        page.focus_comes_to("Pagina's").await;
    }

    async fn a_file_that_is_not_wanted_any_more_holds_up_no_other(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        // Workers that come to one of these files never come to an end.
        let get_stuck = "const { postMessage } = Worker.prototype;
            Worker.prototype.postMessage = function (message) {
              this.isStuck ||= /lang/.test(message.blobs[0].name);
              if (!this.isStuck) postMessage.call(this, message);
            };";
        page.script(get_stuck, vec![]).await;
        let letter = fixtures::letter();
        // Among others, alone, and in the place of a document.
        page.choose_files(&[folder.file("een.jpg", &letter), folder.file("lang1.jpg", &letter)]).await;
        page.text(containing("lang1.jpg wordt gelezen")).appears().await;
        page.role("group", "Pagina 1 van 1").contains_text("een.jpg").await;
        discard(page, "Pagina's weggooien?").await;
        page.choose_file(&folder.file("lang2.jpg", &letter)).await;
        page.text(containing("klaargemaakt")).appears().await;
        page.button("Annuleren").click().await;
        page.choose_file(&folder.file("los.pdf", &fixtures::pdf(9_000))).await;
        page.text("los.pdf").appears().await;
        page.choose_file(&folder.file("lang3.jpg", &letter)).await;
        page.text(containing("klaargemaakt")).appears().await;
        page.button("Annuleren").click().await;
        page.button("Pagina's toevoegen of aanpassen").click().await;
        page.role("group", "Pagina 1 van 1").contains_text("los.pdf").await;
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

    async fn a_warning_stays_as_long_as_its_file(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let secret = include_bytes!("../../../../document/tests/corpus/password-aes-256.pdf");
        page.choose_file(&folder.file("geheim.pdf", secret)).await;
        let warning = page.text(containing("met een wachtwoord beveiligd"));
        warning.appears().await;
        page.button("Pagina's toevoegen of aanpassen").click().await;
        page.text(containing("geheim.pdf is met een wachtwoord beveiligd")).appears().await;
        page.text(containing("Kijk of alles erop staat")).is_absent().await;
        page.button("Annuleren").click().await;
        page.role("group", "Gekozen bestand").contains_text("geheim.pdf").await;
        warning.appears().await;
        // A file that is refused leaves the one of before.
        page.choose_file(&folder.file("leeg.pdf", b"")).await;
        page.text(containing("geheim.pdf is nog gekozen.")).appears().await;
        warning.appears().await;
        page.text(containing("versleuteld op dit apparaat")).appears().await;
        page.reload().await;
        page.role("group", "Gekozen bestand").contains_text("geheim.pdf").await;
        warning.appears().await;
    }

    async fn what_the_office_does_not_take_is_not_to_be_handed_in_alone(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_files(&[
            folder.file("brief.jpg", &fixtures::letter()),
            folder.file("pagina.pdf", b"<!doctype html><title>Loonstrook</title><p>Log in"),
            folder.file("film.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"),
        ])
        .await;
        page.text(containing("pagina.pdf is een webpagina of een tekst, geen document.")).appears().await;
        page.text("film.mp4 is van een soort die u niet kunt aanleveren.").appears().await;
        page.role("group", "Pagina 1 van 1").contains_text("brief.jpg").await;
    }

    async fn a_document_of_pages_is_not_removed_without_a_question(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.button("Verder met 2 pagina's").click().await;
        page.button("Loonstrook.pdf verwijderen").click().await;
        page.heading("Pagina's weggooien?").appears().await;
        page.has_no_axe_violations().await;
        page.button("Nee, verdergaan").click().await;
        page.role("group", "Gekozen bestand").contains_text("Loonstrook.pdf").await;
        page.button("Loonstrook.pdf verwijderen").click().await;
        page.button("Ja, weggooien").click().await;
        page.text("Bestand kiezen").appears().await;
    }

    async fn a_photo_that_is_cut_off_is_told(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let letter = fixtures::letter();
        page.choose_file(&folder.file("half.jpg", &letter[..letter.len() / 2])).await;
        page.text(containing("Deze foto lijkt beschadigd.")).appears().await;
        let files = [
            folder.file("heel.jpg", &letter),
            folder.file("leeg.pdf", b""),
            folder.file("half.jpg", &letter[..letter.len() / 2]),
        ];
        page.choose_files(&files).await;
        page.text(containing("half.jpg lijkt beschadigd.")).appears().await;
        page.text("leeg.pdf is leeg (0 bytes). Kies een ander bestand.").appears().await;
        page.role("group", "Pagina 1 van 1").contains_text("heel.jpg").await;
        // What is said of files is said until others are chosen.
        page.choose_file(&folder.file("nog een.jpg", &letter)).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.text(containing("leeg.pdf")).is_absent().await;
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
        page.focus_comes_to("Pagina 2 bewerken").await;
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
        page.focus_comes_to("Pagina's").await;
        // Who adds a page meanwhile goes on, too.
        page.button("Annuleren").click().await;
        page.heading("Pagina's weggooien?").appears().await;
        let question = page.heading("Pagina's weggooien?");
        // A text that falls on it is no answer.
        let drop_text = "const dataTransfer = new DataTransfer();
            dataTransfer.setData('text/plain', 'tekst');
            const drop = { dataTransfer, bubbles: true, composed: true, cancelable: true };
            arguments[0].dispatchEvent(new DragEvent('drop', drop))";
        question.script(drop_text).await;
        page.button("Nee, verdergaan").appears().await;
        page.drop_file_on(&question, "drie.jpg", "image/jpeg", &fixtures::letter()).await;
        page.role("group", "Pagina 3 van 3").contains_text("drie.jpg").await;
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

    async fn the_next_consumer_on_the_page_puts_together_a_document_of_their_own(page: &Page) {
        let folder = Folder::new();
        choose_letters(page, &folder, &["een.jpg", "twee.jpg"]).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        // Thomas has the same tasks.
        sign_in_as_another_in_another_tab(page, "thomas").await;
        page.return_to_tab().await;
        page.button("Het andere dossier tonen").click().await;
        page.heading("Welkom Thomas de Groot").appears().await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text("Bestand kiezen").appears().await;
        choose_here(page, &folder, &["drie.jpg", "vier.jpg", "vijf.jpg"]).await;
        page.role("group", "Pagina 3 van 3").contains_text("vijf.jpg").await;
        page.button("Verder met 3 pagina's").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        hand_in(page).await;
        assert_eq!(arrived(page).2, [UPRIGHT; 3]);
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
