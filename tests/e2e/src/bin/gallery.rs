//! Pictures of every screen and state, on several devices: `cargo run -p e2e --bin gallery -- <folder>
//! [part of a scene's name]`. For people to look at: it checks nothing.

use e2e::fixtures::{self, Folder};
use e2e::page::run_session;
use e2e::servers::TestServers;
use e2e::{Browser, Device, Page, containing};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs};

/// A screen or state: the address to open and the steps that lead to it.
struct Scene {
    name: &'static str,
    open: &'static str,
    steps: &'static [Step],
}

/// What a consumer does or waits for. Texts are given in Dutch and in English.
enum Step {
    /// Follows a link with this in its name. The text is the dossier's own.
    Link(&'static str),
    /// Presses a button.
    Button(&'static str, &'static str),
    /// Chooses a file of this name and size.
    File(&'static str, usize),
    /// Writes in the first field.
    Write(&'static str),
    /// Waits until this is on the screen.
    Shows(&'static str, &'static str),
    /// Runs a script.
    Script(&'static str),
    /// Loses the connection.
    Offline,
}

use Step::{Button, File, Link, Offline, Script, Shows, Write};

impl Scene {
    /// Whether it waits for words that are not the same in every form of Dutch.
    fn waits_for_words(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Shows(..)))
    }
}

const fn scene(name: &'static str, open: &'static str, steps: &'static [Step]) -> Scene {
    Scene { name, open, steps }
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

const SCENES: &[Scene] = &[
    scene("overview-example", "/open/voorbeeld", &[]),
    scene("overview", "/open/eva", &[]),
    scene("overview-empty", "/open/leeg", &[]),
    scene("overview-closed", "/open/gesloten", &[]),
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
        &[Link("Geldig legitimatiebewijs Opnieuw")],
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
            Link("Geldig legitimatiebewijs Opnieuw"),
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

/// The devices and languages of the pictures: folder, page and device.
fn variants() -> Vec<(&'static str, &'static str, Device)> {
    let desktop = Device::default();
    vec![
        ("phone", "", Device::phone()),
        ("desktop", "", desktop.clone()),
        (
            "phone-dark",
            "",
            Device {
                dark: true,
                ..Device::phone()
            },
        ),
        (
            "phone-large-text",
            "",
            Device {
                text_percent: 200,
                ..Device::phone()
            },
        ),
        ("desktop-english", "en.html", desktop.clone()),
        ("desktop-informal", "je.html", desktop),
    ]
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(
        arguments
            .next()
            .unwrap_or_else(|| "target/gallery".to_owned()),
    );
    let wanted = arguments.next().unwrap_or_default();
    let mut complete = true;
    for (folder_name, page_name, device) in variants() {
        let folder = folder.join(folder_name);
        fs::create_dir_all(&folder).expect("the folder can be made");
        for scene in SCENES
            .iter()
            .filter(|scene| format!("{folder_name}/{}", scene.name).contains(&wanted))
            .filter(|scene| page_name != "je.html" || !scene.waits_for_words())
        {
            let servers = Arc::new(TestServers::new());
            let picture = folder.join(format!("{}.png", scene.name));
            complete &= take_picture(&picture, &device, &servers, async |page| {
                play(page, scene, page_name).await;
            });
        }
        if "broker".contains(&wanted) {
            let servers = Arc::new(TestServers::new());
            complete &= take_picture(
                &folder.join("broker.png"),
                &device,
                &servers,
                async |page| {
                    page.open("/open/eva").await;
                    page.open(&page.servers.broker()).await;
                    page.heading(containing("Eva Bakker")).appears().await;
                },
            );
        }
    }
    if complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Takes a picture of the state to which `go` leads. A state that is not reached is reported and left out.
fn take_picture(
    picture: &Path,
    device: &Device,
    servers: &Arc<TestServers>,
    go: impl AsyncFnOnce(&Page),
) -> bool {
    let taken = catch_unwind(AssertUnwindSafe(|| {
        run_session(Browser::Chromium, device, servers, async |page| {
            go(page).await;
            page.wait_for_animations().await;
            page.full_screenshot(picture).await;
        });
    }));
    let outcome = if taken.is_ok() { "" } else { " is missing" };
    println!("{}{outcome}", picture.display());
    taken.is_ok()
}

/// Goes to a scene. What the demo does slowly takes longer than the picture.
async fn play(page: &Page, scene: &Scene, page_name: &str) {
    let english = usize::from(page_name == "en.html");
    if page_name.is_empty() {
        page.open(scene.open).await;
    } else if let Some(fragment) = scene.open.strip_prefix('/').filter(|it| !it.contains('/')) {
        page.open(&format!("/{page_name}{fragment}")).await;
    } else {
        // Signs in without opening the dossier: some dossiers differ the second time.
        let (link, fragment) = scene.open.split_once('#').unwrap_or((scene.open, ""));
        page.open("/e2e-hook.js").await;
        let sign_in = "const [token, done] = arguments;
            fetch('/session', { method: 'POST', body: JSON.stringify({ token }) }).then(() => done())";
        let consumer = link.trim_start_matches("/open/");
        page.async_script(sign_in, vec![page.servers.token(consumer).into()])
            .await;
        page.open(&format!("/{page_name}#{fragment}")).await;
    }
    // The first heading is that of the dossier, or of an error. A slow dossier is a scene by itself.
    if scene.name != "loading" {
        page.role("heading", e2e::TextMatch::Any)
            .first()
            .appears()
            .await;
    }
    let folder = Folder::new();
    for step in scene.steps {
        match step {
            Link(name) => page.link(containing(name)).first().click().await,
            Button(nl, en) => {
                page.button(containing([nl, en][english]))
                    .first()
                    .click()
                    .await
            }
            File(name, size) => {
                let bytes = if *size == 0 {
                    Vec::new()
                } else {
                    fixtures::pdf(*size)
                };
                page.choose_file(&folder.file(name, &bytes)).await;
            }
            Write(text) => {
                let fields = page.role("textbox", e2e::TextMatch::Any);
                let search = page.role("searchbox", e2e::TextMatch::Any);
                let field = if scene.name.contains("search") {
                    search
                } else {
                    fields
                };
                field.first().type_text(text).await;
            }
            Shows(nl, en) => {
                page.text(containing([nl, en][english]))
                    .first()
                    .appears()
                    .await
            }
            Script(body) => {
                page.script(body, vec![]).await;
            }
            Offline => page.go_offline().await,
        }
    }
}
