//! A document that is put together of photos and PDFs.

use document::pdf;
use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};
use fantoccini::key::Key;

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

async fn hand_in(page: &Page) {
    page.button("Aanleveren").click().await;
    page.heading("Aangeleverd").appears().await;
}

/// Opens a task, and chooses a photo of a letter under each of these names.
async fn choose_letters(page: &Page, folder: &Folder, names: &[&str]) {
    open_task(page, crate::PAYSLIP).await;
    let letter = fixtures::letter();
    let files: Vec<_> = names
        .iter()
        .map(|name| folder.file(name, &letter))
        .collect();
    page.choose_files(&files).await;
    page.heading("Pagina's").appears().await;
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
        page.button("Annuleren").click().await;
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
