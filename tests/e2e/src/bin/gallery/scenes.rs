//! The screens and states of which pictures are taken, and what a consumer does to get there.

use e2e::servers::TestServers;
use e2e::site;
use gateway::settings::Question;
use std::time::Duration;

/// A screen or state: the servers, the address to open and the steps that lead to it.
pub struct Scene {
    pub servers: fn() -> TestServers,
    pub name: &'static str,
    pub open: &'static str,
    pub steps: &'static [Step],
}

/// What a consumer does or waits for. Texts are given in Dutch and in English.
pub enum Step {
    /// Follows a link with this in its name. The text is the dossier's own.
    Link(&'static str),
    /// Presses a button.
    Button(&'static str, &'static str),
    /// Chooses a file of this name and size.
    File(&'static str, usize),
    /// Chooses several files at once: a photo of a letter under each of these names, or a PDF.
    Files(&'static [&'static str]),
    /// Writes in the first field.
    Write(&'static str),
    /// Waits until this is on the screen.
    Shows(&'static str, &'static str),
    /// Runs a script.
    Script(&'static str),
    /// Loses the connection.
    Offline,
    /// Opens another page of these servers, and presses nothing there.
    Open(fn(&TestServers) -> String),
    /// Signs in as this consumer, as another tab would.
    SignIn(&'static str),
    /// Makes the page's timers run so many times as fast.
    Fast(u32),
    /// Copies a picture and pastes it.
    Paste,
}

use Step::{Button, Fast, File, Files, Link, Offline, Open, Paste, Script, Shows, SignIn, Write};

impl Scene {
    /// Whether it waits for words that are not the same in every form of Dutch.
    pub fn waits_for_words(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Shows(..)))
    }

    /// Whether it ends on a page that is the same in every language.
    pub fn leaves_the_page(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Open(..)))
    }
}

const fn scene(name: &'static str, open: &'static str, steps: &'static [Step]) -> Scene {
    scene_at(TestServers::new, name, open, steps)
}

const fn scene_at(
    servers: fn() -> TestServers,
    name: &'static str,
    open: &'static str,
    steps: &'static [Step],
) -> Scene {
    Scene {
        servers,
        name,
        open,
        steps,
    }
}

const UPLOADING: &str = "/open/eva";
const PAYSLIP: Step = Link("Loonstrook");
const SEND: Step = Button("Aanleveren", "Hand in");
/// What a browser does when the consumer returns to the tab.
const RETURN_TO_TAB: Step = Script("document.dispatchEvent(new Event('visibilitychange'))");

/// Logs out as another tab would.
const LOG_OUT_ELSEWHERE: Step = Script("return fetch('/session', { method: 'DELETE' })");
const PHONE: Step = Button("Verder op uw telefoon", "Continue on your phone");
const PHONE_CODE: Step = Shows("één keer te gebruiken", "good for one use");
const LOG_OUT: Step = Button("Uitloggen", "Log out");

const FINISH_ONE: Step = Shows("Verder met 1 pagina", "Continue with 1 page");
const IDENTITY: Step = Link("Geldig legitimatiebewijs");
/// Wants a watermark.
const PROTECT: Step = Script(
    "const { shadowRoot } = document.querySelector('consumer-portal');
     shadowRoot.querySelector('.safe-copy input[type=checkbox]').click()",
);
const KEPT: Step = Shows("versleuteld op dit apparaat", "on this device, encrypted");
const RESTORED: Step = Shows("Dit stond hier al klaar", "had this ready here before");
/// Loads the page again.
const RELOAD: Step = Script("setTimeout(() => location.reload())");
/// Waits until every page is made, and those of PDFs on the screen are drawn.
const COMPOSED: Step = Script(
    "const { shadowRoot } = document.querySelector('consumer-portal');
     return new Promise((done) => {
       const isToCome = (page) =>
         page.getBoundingClientRect().top < innerHeight && !page.querySelector('img');
       const isBusy = () => shadowRoot.querySelector('.scan .icon-busy')
         || [...shadowRoot.querySelectorAll('.page-of-pdf')].some(isToCome);
       const look = () => isBusy() ? setTimeout(look, 50) : done();
       look();
     })",
);

const HANDED_IN: Step = Shows("Aangeleverd", "Handed in");
const TRY_AGAIN: Step = Shows("Opnieuw proberen", "Try again");

/// Hands in whatever is asked of the consumer but the payslip, as another device would.
const HAND_IN_THE_REST: Step = Script(
    "return (async () => {
       const answer = await (await fetch('consumerportal/getsession')).json();
       const { duplicate_comfort_data: data } = Object.values(answer).find((it) => it?.duplicate_comfort_data);
       for (const action of Object.values(data.uploadable_productactions)) {
         if (action.is_done || action.document.label === 'Loonstrook') continue;
         const body = new FormData();
         body.append('file', new Blob(['%PDF-1.4 %%EOF'], { type: 'application/pdf' }), 'x.pdf');
         await fetch('consumerportal/upload_file', { method: 'POST', body, headers: {
           productaction_id: action.id, is_reupload: action.date_executed ? '1' : '0',
           filename: 'x.pdf', mimetype: 'application/pdf',
         } });
       }
     })()",
);

/// Shows at once what the page says when it has waited for long.
const LATE: Step = Script(
    "const { shadowRoot } = document.querySelector('consumer-portal');
     for (const element of shadowRoot.querySelectorAll('.skeleton > *'))
       for (const animation of element.getAnimations())
         if (animation.animationName === 'late') animation.finish();",
);

/// A loader that never comes to its end.
fn loader_without_end() -> TestServers {
    TestServers::with_site(site::with_other(
        &[("portal.js", "")],
        Some("/* never done */"),
    ))
}

fn without_module() -> TestServers {
    TestServers::with_site(site::with_other(&[("portal-", ".wasm")], None))
}

fn without_second_module() -> TestServers {
    TestServers::with_site(site::without_second_module())
}

fn without_webassembly() -> TestServers {
    TestServers::with_site(site::without_webassembly())
}

fn short_sessions() -> TestServers {
    TestServers::with_settings(|_, settings| settings.session.idle = Duration::from_secs(12))
}

fn with_a_question() -> TestServers {
    TestServers::with_settings(|_, settings| settings.session.ask = Some(Question::BirthDate))
}

pub const SCENES: &[Scene] = &[
    scene_at(loader_without_end, "starting", "/open/eva", &[]),
    scene_at(loader_without_end, "starting-late", "/open/eva", &[LATE]),
    scene_at(
        without_module,
        "apology-network",
        "/open/eva",
        &[Shows("Pagina opnieuw laden", "Reload")],
    ),
    scene_at(
        without_webassembly,
        "apology-browser",
        "/open/eva",
        &[Shows("andere browser", "another browser")],
    ),
    scene(
        "website-blocks-script",
        "/open/eva",
        &[Open(|servers| servers.office_page("geblokkeerd"))],
    ),
    scene(
        "website-blocks-webassembly",
        "/open/eva",
        &[
            Open(|servers| servers.office_page("geen-wasm")),
            Shows("Opnieuw laden helpt niet", ""),
        ],
    ),
    scene(
        "website-asks-consent",
        "/open/eva",
        &[Open(|servers| servers.office_page("toestemming"))],
    ),
    scene("gateway-link", "/", &[Open(|servers| servers.link("eva"))]),
    scene_at(
        with_a_question,
        "gateway-link-question",
        "/",
        &[Open(|servers| servers.link("eva"))],
    ),
    scene(
        "gateway-link-other-dossier",
        "/open/eva",
        &[
            Open(|servers| servers.link("thomas")),
            Shows("ander dossier", ""),
        ],
    ),
    scene(
        "gateway-no-document",
        "/",
        &[Open(|servers| {
            let path = "consumerportal/get_product_action_download?productaction_id=PRA1";
            format!("{}/{path}", servers.address())
        })],
    ),
    scene("overview-example", "/open/voorbeeld", &[]),
    scene("overview", "/open/eva", &[]),
    scene("overview-empty", "/open/leeg", &[]),
    scene("overview-closed", "/open/gesloten", &[]),
    scene("overview-to-read", "/open/otd-50mb", &[]),
    scene(
        "overview-all-handed-in",
        "/open/eva",
        &[
            PAYSLIP,
            HAND_IN_THE_REST,
            File("loonstrook.pdf", 240_000),
            SEND,
            HANDED_IN,
            Script("history.back()"),
            Shows("om te lezen", "to read"),
        ],
    ),
    scene("overview-long", "/open/lang", &[]),
    scene("overview-long-search", "/open/lang", &[Write("498")]),
    scene("overview-hostile", "/open/vijandig", &[]),
    scene("product-mortgage", "/open/eva", &[Link("Florius Profijt")]),
    scene(
        "product-credit",
        "/open/eva",
        &[Link("Persoonlijke lening")],
    ),
    scene(
        "product-insurance",
        "/open/eva",
        &[Link("Overlijdensrisico")],
    ),
    scene(
        "product-unknown-type",
        "/open/eva",
        &[Link("Taxatie Lindenlaan")],
    ),
    scene("product-closed", "/open/gesloten", &[Link("Obvion")]),
    scene("documents", "/open/eva#portal-documents", &[]),
    scene("documents-none", "/open/leeg#portal-documents", &[]),
    scene("documents-odd", "/open/documenten#portal-documents", &[]),
    scene("me", "/open/eva#portal-me", &[]),
    scene("me-example", "/open/voorbeeld#portal-me", &[]),
    scene("me-hostile", "/open/vijandig#portal-me", &[]),
    scene("unknown-page", "/open/eva#portal-action-bestaat-niet", &[]),
    scene("action-open", "/open/eva", &[PAYSLIP]),
    scene(
        "action-rejected",
        "/open/eva",
        &[Link("Geldig legitimatiebewijs")],
    ),
    scene(
        "action-comment",
        "/open/eva",
        &[Link("Verzekeringsbericht UWV")],
    ),
    scene("action-closed", "/open/gesloten", &[Link("Loonstrook")]),
    scene(
        "action-rejected-before",
        "/open/eva",
        &[
            HAND_IN_THE_REST,
            RETURN_TO_TAB,
            Link("Florius Profijt"),
            Link("Saldo-overzicht"),
        ],
    ),
    scene("action-both", "/open/eva", &[Link("Werkgeversverklaring")]),
    scene(
        "action-nothing",
        "/open/eva",
        &[Link("Leveringsakte en hypotheekakte")],
    ),
    scene(
        "action-done",
        "/open/voorbeeld",
        &[Link("SNS Budget"), Link("legitimatiebewijs")],
    ),
    scene("action-download", "/open/eva", &[Link("Rentevoorstel")]),
    scene(
        "action-otd",
        "/open/eva",
        &[Link("Opdracht tot dienstverlening")],
    ),
    scene(
        "upload-chosen",
        UPLOADING,
        &[PAYSLIP, File("loonstrook-november.pdf", 240_000)],
    ),
    scene(
        "upload-comment",
        UPLOADING,
        &[
            PAYSLIP,
            File("zażółć gęślą jaźń 🏡.jpg", 3_000_000),
            Write("Dit is de loonstrook van november."),
        ],
    ),
    scene(
        "upload-photo",
        UPLOADING,
        &[PAYSLIP, File("IMG_4821.jpg", 3_000_000)],
    ),
    scene(
        "upload-pasted",
        UPLOADING,
        &[
            PAYSLIP,
            Shows("Bestand kiezen", "Choose a file"),
            Paste,
            Shows("image.png", "image.png"),
        ],
    ),
    scene(
        "compose-one",
        UPLOADING,
        &[PAYSLIP, Files(&["IMG_1234.jpg"]), FINISH_ONE],
    ),
    scene(
        "compose-several",
        UPLOADING,
        &[
            PAYSLIP,
            Files(&[
                "voorkant.jpg",
                "achterkant van de loonstrook van november.jpg",
                "bijlage.pdf",
            ]),
            Shows("Verder met 5 pagina's", "Continue with 5 pages"),
            COMPOSED,
        ],
    ),
    scene(
        "compose-refused",
        UPLOADING,
        &[
            PAYSLIP,
            Files(&["voorkant.jpg", "brief.docx"]),
            Shows("geen foto of PDF", "no photo and no PDF"),
            COMPOSED,
        ],
    ),
    scene(
        "compose-edit",
        UPLOADING,
        &[
            PAYSLIP,
            Files(&["IMG_1234.jpg"]),
            FINISH_ONE,
            COMPOSED,
            Button("Pagina 1 bewerken", "Edit page 1"),
            COMPOSED,
        ],
    ),
    scene(
        "compose-safe-copy",
        UPLOADING,
        &[
            IDENTITY,
            Files(&["IMG_1234.jpg"]),
            FINISH_ONE,
            PROTECT,
            COMPOSED,
        ],
    ),
    scene(
        "compose-safe-copy-letters",
        UPLOADING,
        &[
            PAYSLIP,
            Files(&["IMG_1234.jpg", "bijlage.pdf"]),
            Shows("Verder met 4 pagina's", "Continue with 4 pages"),
            Script(
                "const { shadowRoot } = document.querySelector('consumer-portal');
                 shadowRoot.querySelector('details.safe-copy summary').click()",
            ),
            PROTECT,
            Script(
                "const { shadowRoot } = document.querySelector('consumer-portal');
                 const field = shadowRoot.querySelector('.safe-copy textarea');
                 field.value = 'Kopie voor Ελλάδα, alleen voor mijn hypotheek';
                 field.dispatchEvent(new Event('input', { bubbles: true }))",
            ),
            COMPOSED,
        ],
    ),
    scene(
        "compose-cover",
        UPLOADING,
        &[
            IDENTITY,
            Files(&["IMG_1234.jpg"]),
            FINISH_ONE,
            COMPOSED,
            Button("Pagina 1 bewerken", "Edit page 1"),
            COMPOSED,
            Button("Gegevens zwart maken", "Black out details"),
            Button("Vlak toevoegen", "Add an area"),
            COMPOSED,
        ],
    ),
    scene(
        "compose-review",
        UPLOADING,
        &[
            PAYSLIP,
            Files(&["IMG_1234.jpg"]),
            FINISH_ONE,
            COMPOSED,
            Button("Verder met 1 pagina", "Continue with 1 page"),
            Shows("Pagina's toevoegen of aanpassen", "Add or change pages"),
        ],
    ),
    scene(
        "compose-discard",
        UPLOADING,
        &[
            PAYSLIP,
            Files(&["voorkant.jpg", "achterkant.jpg"]),
            Shows("Verder met 2 pagina's", "Continue with 2 pages"),
            COMPOSED,
            Button("Annuleren", "Cancel"),
            Shows("Pagina's weggooien?", "Discard these pages?"),
        ],
    ),
    scene(
        "compose-identity-pdf",
        UPLOADING,
        &[
            IDENTITY,
            File("paspoort.pdf", 90_000),
            Shows("Veilige kopie maken", "Make a safe copy"),
        ],
    ),
    scene(
        "kept-file",
        UPLOADING,
        &[
            PAYSLIP,
            File("loonstrook november.pdf", 90_000),
            KEPT,
            RELOAD,
            RESTORED,
        ],
    ),
    scene(
        "kept-pages",
        UPLOADING,
        &[
            PAYSLIP,
            Files(&["voorkant.jpg", "achterkant.jpg"]),
            Shows("Verder met 2 pagina's", "Continue with 2 pages"),
            COMPOSED,
            KEPT,
            RELOAD,
            RESTORED,
            COMPOSED,
        ],
    ),
    scene(
        "kept-too-late",
        UPLOADING,
        &[
            PAYSLIP,
            // The second photo is never written.
            Script(
                "const { encrypt } = SubtleCrypto.prototype;
                 let photos = 0;
                 SubtleCrypto.prototype.encrypt = function (how, key, data) {
                   if (data.byteLength > 2e4) photos += 1;
                   return photos > 1 ? new Promise(() => {}) : encrypt.call(this, how, key, data);
                 }",
            ),
            Files(&["voorkant.jpg", "achterkant.jpg"]),
            Shows("Verder met 2 pagina's", "Continue with 2 pages"),
            COMPOSED,
            RELOAD,
            Shows("was nog niet bewaard", "was not kept yet"),
        ],
    ),
    scene(
        "kept-overview",
        UPLOADING,
        &[
            PAYSLIP,
            File("loonstrook november.pdf", 90_000),
            KEPT,
            Script("location.hash = ''"),
            RELOAD,
            Shows(
                "Staat klaar, nog niet aangeleverd",
                "Ready, not handed in yet",
            ),
        ],
    ),
    scene(
        "kept-camera",
        UPLOADING,
        &[
            PAYSLIP,
            Shows("Bestand kiezen", "Choose a file"),
            Script("sessionStorage.setItem('portal-choosing', '1')"),
            RELOAD,
            Shows("opnieuw geladen", "loaded again"),
        ],
    ),
    scene(
        "upload-wrong-kind",
        UPLOADING,
        &[PAYSLIP, File("film.mp4", 1000)],
    ),
    scene("upload-empty", UPLOADING, &[PAYSLIP, File("leeg.pdf", 0)]),
    scene(
        "upload-too-large",
        UPLOADING,
        &[PAYSLIP, File("groot.pdf", 26_500_000)],
    ),
    scene(
        "upload-ask-replace",
        UPLOADING,
        &[
            Link("Geldig legitimatiebewijs"),
            File("paspoort.pdf", 240_000),
            SEND,
            Shows("Ja, vervangen", "Yes, replace"),
        ],
    ),
    scene(
        "upload-sending",
        UPLOADING,
        &[
            PAYSLIP,
            File("langzaam.pdf", 9_000_000),
            SEND,
            Shows("Uw document wordt verstuurd", "Your document is being sent"),
        ],
    ),
    scene(
        "upload-arrived",
        UPLOADING,
        &[
            PAYSLIP,
            File("loonstrook.pdf", 240_000),
            SEND,
            Shows("Aangeleverd", "Handed in"),
        ],
    ),
    scene(
        "upload-arrived-again",
        UPLOADING,
        &[
            Link("Geldig legitimatiebewijs"),
            File("paspoort.pdf", 240_000),
            SEND,
            Button("Ja, vervangen", "Yes, replace"),
            HANDED_IN,
        ],
    ),
    scene(
        "upload-arrived-last",
        UPLOADING,
        &[
            PAYSLIP,
            HAND_IN_THE_REST,
            File("loonstrook.pdf", 240_000),
            SEND,
            HANDED_IN,
            Shows("Alles is aangeleverd", "Everything is handed in"),
        ],
    ),
    scene(
        "upload-refused",
        UPLOADING,
        &[
            PAYSLIP,
            File("storing.pdf", 240_000),
            SEND,
            Shows(
                "Uw document is niet aangeleverd",
                "Your document was not handed in",
            ),
        ],
    ),
    scene(
        "upload-lost",
        UPLOADING,
        &[
            PAYSLIP,
            File("weg-ervoor.pdf", 240_000),
            SEND,
            Shows(
                "Wij zien uw document nog niet",
                "We do not see your document yet",
            ),
        ],
    ),
    scene(
        "upload-settled",
        UPLOADING,
        &[
            PAYSLIP,
            File("weg-erna.pdf", 240_000),
            SEND,
            Shows("aangekomen", "arrived"),
        ],
    ),
    scene(
        "upload-already-there",
        UPLOADING,
        &[
            PAYSLIP,
            File("al-ontvangen.pdf", 240_000),
            SEND,
            Shows("Er is een document aangekomen", "A document has arrived"),
        ],
    ),
    scene(
        "upload-unsure",
        "/open/voorbeeld",
        &[
            Link("SNS Budget"),
            Link("legitimatiebewijs"),
            File("weg-ervoor.pdf", 240_000),
            SEND,
            Button("Ja, vervangen", "Yes, replace"),
            Shows(
                "niet zien of uw nieuwe document",
                "cannot tell whether your new document",
            ),
        ],
    ),
    scene(
        "network-waits",
        UPLOADING,
        &[
            Open(|servers| servers.through("slikt")),
            PAYSLIP,
            File("loonstrook.pdf", 300_000),
            SEND,
            Shows("Wachten op bevestiging", ""),
        ],
    ),
    scene(
        "network-cancelled",
        UPLOADING,
        &[
            Open(|servers| servers.through("slikt")),
            Fast(10),
            PAYSLIP,
            File("loonstrook.pdf", 300_000),
            SEND,
            Shows("Wachten op bevestiging", ""),
            Button("Annuleren", ""),
            Shows("Wij zien nog geen document van u", ""),
        ],
    ),
    scene(
        "network-cuts-twice",
        UPLOADING,
        &[
            Open(|servers| servers.through("knipt")),
            PAYSLIP,
            File("scan.pdf", 300_000),
            SEND,
            Button("Nog een keer versturen", ""),
            Shows("te groot voor dit netwerk", ""),
        ],
    ),
    scene(
        "network-never-arrived",
        UPLOADING,
        &[
            Open(|servers| servers.through("knipt")),
            Fast(100),
            PAYSLIP,
            File("scan.pdf", 300_000),
            SEND,
            Shows("Wij hebben uw document niet ontvangen", ""),
        ],
    ),
    scene(
        "network-too-large",
        UPLOADING,
        &[
            Open(|servers| servers.through("te-groot")),
            PAYSLIP,
            File("scan.pdf", 300_000),
            SEND,
            Shows("Het bestand is te groot", ""),
        ],
    ),
    scene(
        "network-forbids",
        UPLOADING,
        &[
            Open(|servers| servers.through("verbiedt")),
            PAYSLIP,
            File("loonstrook.pdf", 20_000),
            SEND,
            Shows("Iets onderweg hield dit tegen", ""),
        ],
    ),
    scene(
        "network-asks-for-robots",
        "/open/eva",
        &[
            Open(|servers| servers.through("robotcontrole")),
            Shows("Iets onderweg hield dit tegen", ""),
        ],
    ),
    scene(
        "download-failed",
        "/open/documenten",
        &[
            Link("Foutpagina als pdf"),
            Button("opslaan", "Save"),
            Shows("beschadigd", "damaged"),
        ],
    ),
    scene(
        "download-under-way",
        "/open/eva",
        &[
            Link("Taxatierapport"),
            Button("opslaan", "Save"),
            Shows("opgehaald", "Fetching"),
        ],
    ),
    scene("loading", "/open/langzaam", &[]),
    scene("failed-server", "/open/storing", &[]),
    scene("failed-refused", "/open/geweigerd", &[]),
    scene("failed-expired", "/open/verlopen", &[]),
    scene("failed-garbled", "/open/geen-json", &[]),
    scene("failed-connection", "/open/weg", &[]),
    scene("failed-signed-out", "/open/niet-aangemeld", &[]),
    scene("offline", "/open/eva", &[Offline]),
    scene(
        "not-refreshed",
        "/open/wisselvallig",
        &[
            RETURN_TO_TAB,
            Shows("niet kijken of er nieuws", "could not check for news"),
        ],
    ),
    scene(
        "expired-meanwhile",
        "/open/verloopt",
        &[
            RETURN_TO_TAB,
            Shows("toegang is verlopen", "access has expired"),
        ],
    ),
    scene(
        "expired-with-a-document",
        UPLOADING,
        &[
            PAYSLIP,
            File("loonstrook.pdf", 240_000),
            LOG_OUT_ELSEWHERE,
            RETURN_TO_TAB,
            Shows("Laat deze pagina open", "Keep this page open"),
        ],
    ),
    scene_at(
        short_sessions,
        "session-ending",
        "/open/eva",
        &[Shows("Over een minuut wordt u uitgelogd", "in a minute")],
    ),
    scene_at(
        short_sessions,
        "session-ended",
        "/open/eva",
        &[Shows("Uw toegang is verlopen", "access has expired")],
    ),
    scene(
        "other-dossier",
        "/open/eva",
        &[
            SignIn("thomas"),
            RETURN_TO_TAB,
            Shows("is een ander dossier geopend", "dossier was opened"),
        ],
    ),
    scene_at(
        without_second_module,
        "dialog-not-loaded",
        "/open/eva",
        &[LOG_OUT, TRY_AGAIN],
    ),
    scene_at(
        without_second_module,
        "page-not-loaded",
        "/open/eva",
        &[Link("Documenten"), TRY_AGAIN],
    ),
    scene("phone-code", "/open/eva", &[PHONE, PHONE_CODE]),
    scene(
        "phone-code-for-a-photo",
        UPLOADING,
        &[
            PAYSLIP,
            Button(
                "maak de foto met uw telefoon",
                "take the photo with your phone",
            ),
            PHONE_CODE,
        ],
    ),
    scene(
        "phone-code-failed",
        "/open/eva",
        &[
            LOG_OUT_ELSEWHERE,
            PHONE,
            Shows("Nieuwe code maken", "Make a new code"),
        ],
    ),
    scene("log-out", "/open/eva", &[LOG_OUT]),
    scene(
        "log-out-with-a-document",
        UPLOADING,
        &[PAYSLIP, File("loonstrook.pdf", 240_000), LOG_OUT],
    ),
    scene(
        "logged-out",
        "/open/eva",
        &[
            LOG_OUT,
            LOG_OUT,
            Shows("U bent uitgelogd", "You are logged out"),
        ],
    ),
    scene("signed-out", "/", &[]),
    scene("link-expired", "/#portal-link-expired", &[]),
    scene("code-used", "/#portal-code-used", &[]),
    scene("code-expired", "/#portal-code-expired", &[]),
    scene("link-unknown", "/#portal-link-unknown", &[]),
    scene("link-needless", "/open/eva#portal-code-used", &[]),
    scene(
        "panic",
        "/open/eva",
        &[
            Script(
                "const create = Document.prototype.createElement;
                Document.prototype.createElement = () => {
                  Document.prototype.createElement = create;
                  throw new Error('on purpose');
                };
                location.hash = '#portal-me'",
            ),
            Shows("Er ging iets mis", "Something went wrong"),
        ],
    ),
];
