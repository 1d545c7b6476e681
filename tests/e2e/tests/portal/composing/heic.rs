//! What the browser cannot decode itself.

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
        page.text(containing("Deze foto lijkt beschadigd.")).appears().await;
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

    async fn a_heic_that_is_named_a_jpeg_is_sent_as_what_it_is(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.choose_file(&folder.file("foto.jpg", &fixtures::iphone_photo())).await;
        page.button("Gebruik het bestand zonder bewerking").click().await;
        page.text("foto.heic").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        let upload = &page.servers.uploads()[0];
        assert_eq!((&*upload.filename, &*upload.mimetype), ("foto.heic", "image/heic"));
        assert!(upload.bytes == fixtures::iphone_photo());
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
