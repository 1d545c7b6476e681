//! A copy that is marked, and on which something is black.

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
        page.focus_comes_to("Vlak 1: 35 procent van links, 46 procent van boven").await;
        page.press(&[Key::Left; 10]).await;
        page.press(&[Key::Up; 6]).await;
        page.focus_comes_to("Vlak 1: 30 procent van links, 43 procent van boven").await;
        page.tab().await;
        page.press(&[Key::Down; 4]).await;
        page.focus_comes_to("Grootte van vlak 1: 30 procent breed, 10 procent hoog").await;
        page.button("Vlak toevoegen").press(Key::Enter).await;
        page.focus_comes_to("Vlak 2").await;
        page.press(&[Key::Delete]).await;
        page.focus_comes_to("Vlak toevoegen").await;
        page.text("Vlak verwijderd").appears().await;
        page.button(containing("Vlak 2")).is_absent().await;
        page.button("Klaar").press(Key::Enter).await;
        page.focus_comes_to("Pagina 1 bewerken").await;
        page.button("Klaar").press(Key::Enter).await;
        page.role("checkbox", "Watermerk op elke pagina").type_text(" ").await;
        page.tab().await;
        page.focus_comes_to(TEXT).await;
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
        page.text(containing("niet de foto's zelf")).appears().await;
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
