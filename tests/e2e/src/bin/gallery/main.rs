//! Pictures of every screen and state, on several devices: `cargo run -p e2e --bin gallery -- <folder>
//! [part of a scene's name]`. For people to look at: it checks nothing.

mod scenes;

use e2e::fixtures::{self, Folder};
use e2e::page::run_session;
use e2e::servers::TestServers;
use e2e::{Browser, Device, Page, containing};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs};

use scenes::Step::{
    Button, Fast, File, Files, Link, Offline, Open, Paste, Script, Shows, SignIn, Write,
};
use scenes::{SCENES, Scene};

/// Three pages with text.
const LETTER_PDF: &[u8] = include_bytes!("../../../../../document/tests/corpus/plain.pdf");

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
            .filter(|scene| page_name.is_empty() || !scene.leaves_the_page())
        {
            let servers = Arc::new((scene.servers)());
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
            if device.width < 600 {
                // What nobody does with a finger is not offered there. Some scenes need it on the way.
                let touch = json!({ "enabled": true });
                page.devtools("Emulation.setTouchEmulationEnabled", touch)
                    .await;
            }
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
                let bytes = match *size {
                    0 => Vec::new(),
                    size if name.ends_with(".jpg") => fixtures::photo(size),
                    size => fixtures::pdf(size),
                };
                page.choose_file(&folder.file(name, &bytes)).await;
            }
            Files(names) => {
                let file = |name: &&str| {
                    let bytes = match name.ends_with(".jpg") {
                        true => fixtures::letter(),
                        false if name.ends_with(".docx") => b"PK\x03\x04 word/".to_vec(),
                        false => LETTER_PDF.to_vec(),
                    };
                    folder.file(name, &bytes)
                };
                page.choose_files(&names.iter().map(file).collect::<Vec<_>>())
                    .await;
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
            Open(address) => {
                let address = address(&page.servers);
                let opened = page.client().goto(&address).await;
                opened.expect("the servers' pages open");
            }
            SignIn(consumer) => sign_in_elsewhere(page, consumer).await,
            Fast(factor) => page.speed_up_timers(*factor).await,
            Paste => paste_picture(page).await,
        }
    }
}

/// Signs in as another tab would, in which the consumer agrees to close the dossier that is open.
async fn sign_in_elsewhere(page: &Page, consumer: &str) {
    let sign_in = "const [token, done] = arguments;
        fetch('/session', { method: 'POST', body: JSON.stringify({ token, replace: true }) }).then(() => done())";
    let token = page.servers.token(consumer);
    page.async_script(sign_in, vec![token.into()]).await;
}

/// Copies a picture, and pastes it as a keyboard does.
async fn paste_picture(page: &Page) {
    let permission = json!({
        "permission": { "name": "clipboard-write", "allowWithoutSanitization": false },
        "setting": "granted",
    });
    page.devtools("Browser.setPermission", permission).await;
    let copy = "const [done] = arguments;
        const canvas = Object.assign(document.createElement('canvas'), { width: 600, height: 900 });
        const context = canvas.getContext('2d');
        context.fillStyle = '#9bc';
        context.fillRect(60, 60, 480, 300);
        canvas.toBlob(async (picture) => {
          await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
          done();
        })";
    page.async_script(copy, vec![]).await;
    for kind in ["rawKeyDown", "keyUp"] {
        let key = json!({
            "type": kind, "modifiers": 2, "key": "v", "code": "KeyV", "commands": ["paste"],
        });
        page.devtools("Input.dispatchKeyEvent", key).await;
    }
}
