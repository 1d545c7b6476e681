//! Pages of PDFs among others: the consumer sees what they turn, move and remove.

use document::{message::Turn, pdf};

use super::*;

const PLAIN: &[u8] = include_bytes!("../../../../../document/tests/corpus/plain.pdf");

/// How much of a page's picture is dark, of 1, and its sides. It is drawn anew: `null` until it is there.
const SEEN: &str = "const image = arguments[0];
    if (!image.naturalWidth) return null;
    const { naturalWidth: width, naturalHeight: height } = image;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) dark += data[at] < 240;
    return [dark / (width * height), width, height];";

/// Waits until a page's picture is as it has to be.
async fn shows(page: &Page, name: &str, what: &str, is_so: impl Fn(f64, f64, f64) -> bool) {
    page.wait_until(what, async || {
        let picture = page.role("img", name);
        if picture.count().await == 0 {
            return Err("no picture".to_owned());
        }
        let seen = picture.script(SEEN).await;
        let numbers: Option<[f64; 3]> = serde_json::from_value(seen.clone()).ok();
        match numbers {
            Some([dark, width, height]) if is_so(dark, width, height) => Ok(()),
            _ => Err(seen.to_string()),
        }
    })
    .await;
}

/// A PDF of so many pages with text.
fn pdf_of(pages: usize) -> Vec<u8> {
    let existing = pdf::Existing::read(PLAIN.to_vec()).expect("a PDF");
    let page = pdf::Page::Existing {
        pdf: 0,
        page: 0,
        turn: Turn::None,
        watermark: None,
    };
    let contents = pdf::Contents {
        title: "Jaaropgaaf",
        language: "nl",
    };
    pdf::assemble(&contents, &[existing], &vec![page; pages]).expect("a PDF")
}

in_every_browser! {
    async fn a_page_of_a_pdf_is_seen_as_it_becomes_in_the_document(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let files = [folder.file("brief.jpg", &fixtures::letter()), folder.file("afdruk.pdf", PLAIN)];
        page.choose_files(&files).await;
        let name = "Pagina 2 van 4";
        shows(page, name, "the page with its text", |dark, width, height| {
            (0.005..0.5).contains(&dark) && width < height
        })
        .await;
        page.button("Pagina 2 van 4: Draaien").click().await;
        shows(page, name, "the page on its side", |_, width, height| width > height).await;
        let before = page.role("img", name).script(SEEN).await;
        let before = before[0].as_f64().expect("a picture");
        page.text("Veilige kopie").click().await;
        page.role("checkbox", "Watermerk op elke pagina").click().await;
        shows(page, name, "the watermark", |dark, _, _| dark > before + 0.01).await;
    }
}

in_chromium! {
    async fn of_many_pages_those_on_the_screen_are_drawn(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let files = [folder.file("lang.pdf", &pdf_of(60)), folder.file("brief.jpg", &fixtures::letter())];
        page.choose_files(&files).await;
        shows(page, "Pagina 1 van 61", "the first page", |dark, _, _| dark > 0.0).await;
        page.role("img", "Pagina 60 van 61").is_absent().await;
        page.button("Pagina 60 verwijderen").script("arguments[0].scrollIntoView()").await;
        shows(page, "Pagina 60 van 61", "the page that came onto the screen", |dark, _, _| dark > 0.0).await;
        page.role("img", "Pagina 30 van 61").is_absent().await;
    }

    async fn a_pdf_at_which_drawing_fails_becomes_pages_all_the_same(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        // Whoever is to draw never answers.
        let get_stuck = "const { postMessage } = Worker.prototype;
            Worker.prototype.postMessage = function (message) {
              const draw = message.call[0] === 2;
              window.asked ||= draw;
              this.isStuck ||= draw;
              if (!this.isStuck) postMessage.call(this, message);
            };";
        page.script(get_stuck, vec![]).await;
        let files = [folder.file("brief.jpg", &fixtures::letter()), folder.file("afdruk.pdf", PLAIN)];
        page.choose_files(&files).await;
        page.wait_for_script("a drawing to be asked for", "return window.asked").await;
        page.role("img", "Pagina 2 van 4").is_absent().await;
        page.button("Verder met 4 pagina's").click().await;
        page.text("Loonstrook.pdf").appears().await;
        hand_in(page).await;
        assert_eq!(arrived(page).2.len(), 4);
    }
}
