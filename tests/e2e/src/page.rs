//! A page in a browser, as a test sees it: open, find, wait, and report what is wrong.
//!
//! Nothing here sleeps for a fixed time. A condition is checked again and again until a deadline. Then the
//! test fails with what it waited for and what the page showed instead.

mod axe;
mod emulate;
pub mod locator;

use self::locator::{Locator, TextMatch};
use crate::browser::{Browser, Session};
use crate::device::Device;
use crate::output;
use crate::servers::TestServers;
use crate::webdriver::{COMMAND_TIMEOUT, PostCommand};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::Client;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use futures_util::FutureExt;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use std::{env, fs, thread};
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// How long a test waits for a condition: `E2E_TIMEOUT` seconds, 60 when not set. It ends a test that
/// hangs. It measures nothing: several browsers on two cores are slow.
pub fn wait_timeout() -> Duration {
    let seconds = env::var("E2E_TIMEOUT")
        .ok()
        .and_then(|given| given.parse().ok());
    Duration::from_secs(seconds.unwrap_or(60))
}

/// How long after a first check a condition is checked again. Each interval is half as long again as the one
/// before, up to the longest: what comes soon is seen soon, and waiting for the rest costs little.
const FIRST_INTERVAL: Duration = Duration::from_millis(25);
const LONGEST_INTERVAL: Duration = Duration::from_millis(150);

/// How long a test may take in total.
const TEST_TIMEOUT: Duration = Duration::from_secs(240);

/// A consumer's browser, with servers of its own.
pub struct Page {
    /// The gateway and the demo server.
    pub servers: Arc<TestServers>,
    client: Client,
    browser: Browser,
    name: String,
    downloads: PathBuf,
    allowed: Mutex<Vec<String>>,
    logged: Mutex<Vec<String>>,
}

/// Runs a test in a clean browser with servers of its own. Fails it on anything in the console that the
/// test did not allow.
pub fn run_test(browser: Browser, device: Device, test: impl AsyncFnOnce(&Page)) {
    run_test_with(TestServers::new(), browser, device, test);
}

/// The same with servers that have other settings.
pub fn run_test_with(
    servers: TestServers,
    browser: Browser,
    device: Device,
    test: impl AsyncFnOnce(&Page),
) {
    runtime().block_on(async {
        let session = Session::idle_or_new(browser, &device).await;
        let outcome = run(
            &session,
            browser,
            &device,
            &Arc::new(servers),
            async |page| {
                test(page).await;
                page.check_console().await;
            },
        )
        .await;
        match outcome {
            Ok(()) => session.release().await,
            Err(panic) => {
                // What a failed test left behind is nobody else's.
                session.close().await;
                resume_unwind(panic);
            }
        }
    });
}

/// Runs `act` in a new browser, whatever the console says.
pub fn run_session(
    browser: Browser,
    device: &Device,
    servers: &Arc<TestServers>,
    act: impl AsyncFnOnce(&Page),
) {
    runtime().block_on(async {
        let session = Session::new(browser, device).await;
        let outcome = run(&session, browser, device, servers, act).await;
        session.close().await;
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    });
}

/// The one runtime of this process: a connection to a browser outlives the test that opened it.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime can be made")
    })
}

async fn run(
    session: &Session,
    browser: Browser,
    device: &Device,
    servers: &Arc<TestServers>,
    act: impl AsyncFnOnce(&Page),
) -> thread::Result<()> {
    let page = Page {
        servers: Arc::clone(servers),
        client: session.client().clone(),
        browser,
        name: thread::current().name().unwrap_or("a session").to_owned(),
        downloads: session.downloads(),
        allowed: Mutex::default(),
        logged: Mutex::default(),
    };
    let acting = timeout(TEST_TIMEOUT, async {
        page.emulate(device).await;
        act(&page).await;
    });
    AssertUnwindSafe(async {
        acting
            .await
            .unwrap_or_else(|_| panic!("{browser}: not over within {TEST_TIMEOUT:?}"));
    })
    .catch_unwind()
    .await
}

impl Page {
    /// The WebDriver client, for what this type has no method for.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The browser this is.
    pub fn browser(&self) -> Browser {
        self.browser
    }

    /// Where the browser saves what is downloaded.
    pub fn downloads(&self) -> &Path {
        &self.downloads
    }

    /// Opens a path of the portal's server, such as `/open/jan#portal-me`, or a whole address.
    pub async fn open(&self, path: &str) {
        let address = if path.starts_with("http") || path == "about:blank" {
            path.to_owned()
        } else if let Some(consumer) = path.strip_prefix("/open/") {
            // Fragment and all: a browser keeps it on the way.
            self.servers.link(consumer)
        } else {
            format!("{}{path}", self.servers.address())
        };
        if let Err(error) = self.client.goto(&address).await {
            panic!("{address} does not open: {error}");
        }
        if address.contains("/open/") {
            self.press_link_button().await;
        }
    }

    /// Presses the button of the page that a link leads to, and waits until the next page is there: on a busy
    /// machine it could come after the page that a test opens then. A link that does not work leads elsewhere.
    async fn press_link_button(&self) {
        let button = fantoccini::Locator::Css("form[method=post] button");
        if let Ok(button) = self.client.find(button).await {
            self.script("window.isBeforeLink = true", vec![]).await;
            if let Err(error) = button.click().await {
                panic!("the link's button cannot be pressed: {error}");
            }
            self.wait_for_script(
                "the page behind the link",
                "return window.isBeforeLink === undefined",
            )
            .await;
        }
    }

    /// Changes the address's fragment, as a link would.
    pub async fn set_fragment(&self, fragment: &str) {
        self.script("location.hash = arguments[0]", vec![json!(fragment)])
            .await;
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page reloads");
    }

    /// The browser's back button.
    pub async fn back(&self) {
        self.client.back().await.expect("the browser goes back");
    }

    /// The browser's forward button.
    pub async fn forward(&self) {
        self.client
            .forward()
            .await
            .expect("the browser goes forward");
    }

    /// The address's fragment, with its `#`.
    pub async fn fragment(&self) -> String {
        let hash = self.script("return location.hash", vec![]).await;
        hash.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the window's title holds `part`.
    pub async fn title_contains(&self, part: &str) {
        self.wait_until(&format!("the title to say “{part}”"), async || match self
            .client
            .title()
            .await
        {
            Ok(title) if title.contains(part) => Ok(()),
            Ok(title) => Err(format!("it says “{title}”")),
            Err(error) => Err(error.to_string()),
        })
        .await;
    }

    /// Anything with this role and name. The roles are ARIA's.
    pub fn role(&self, role: &'static str, name: impl Into<TextMatch>) -> Locator<'_> {
        Locator::new(self, role, name.into())
    }

    /// A button.
    pub fn button(&self, name: impl Into<TextMatch>) -> Locator<'_> {
        self.role("button", name)
    }

    /// A link.
    pub fn link(&self, name: impl Into<TextMatch>) -> Locator<'_> {
        self.role("link", name)
    }

    /// A heading of any level.
    pub fn heading(&self, name: impl Into<TextMatch>) -> Locator<'_> {
        self.role("heading", name)
    }

    /// A field to write in.
    pub fn textbox(&self, name: impl Into<TextMatch>) -> Locator<'_> {
        self.role("textbox", name)
    }

    /// A part of the page with a name of its own.
    pub fn region(&self, name: impl Into<TextMatch>) -> Locator<'_> {
        self.role("region", name)
    }

    /// What interrupts a reader to say that something is wrong.
    pub fn alert(&self, name: impl Into<TextMatch>) -> Locator<'_> {
        self.role("alert", name)
    }

    /// Every progress bar.
    pub fn progress(&self) -> Locator<'_> {
        self.role("progressbar", TextMatch::Any)
    }

    /// The smallest piece of the page that shows this text.
    pub fn text(&self, text: impl Into<TextMatch>) -> Locator<'_> {
        self.role("text", text)
    }

    /// Waits until these stand on the page below one another, with anything between them. Each is a part
    /// of a line of [`Page::outline`].
    pub async fn shows_in_order(&self, parts: &[&str]) {
        self.wait_until(&format!("{parts:#?} in this order"), async || {
            let outline = self.outline().await;
            let mut rest = outline.as_str();
            for part in parts {
                let (_, after) = rest
                    .split_once(part)
                    .ok_or_else(|| format!("{part} is not"))?;
                rest = after;
            }
            Ok(())
        })
        .await;
    }

    /// Moves the focus on, as the Tab key does.
    pub async fn tab(&self) {
        self.press(&[Key::Tab]).await;
    }

    /// Presses keys one after the other, wherever the focus is.
    pub async fn press(&self, keys: &[Key]) {
        let mut pressed = KeyActions::new("keyboard".to_owned());
        for key in keys {
            let value = char::from(*key);
            pressed = pressed
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        self.client
            .perform_actions(pressed)
            .await
            .expect("keys can be pressed");
    }

    /// Types text wherever the focus is.
    pub async fn type_text(&self, text: &str) {
        let mut typed = KeyActions::new("keyboard".to_owned());
        for value in text.chars() {
            typed = typed
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        self.client
            .perform_actions(typed)
            .await
            .expect("text can be typed");
    }

    /// Chooses a file from this machine in the page's first file field that is no camera's, as the browser's own dialog
    /// does.
    pub async fn choose_file(&self, file: &Path) {
        self.choose_files(&[file]).await;
    }

    /// Chooses several at once.
    pub async fn choose_files(&self, files: &[impl AsRef<Path>]) {
        let paths = files.iter().map(|file| file.as_ref().to_str());
        let paths: Option<Vec<_>> = paths.collect();
        let path = &paths.expect("our files' paths are UTF-8").join("\n");
        let field = "const all = (root) => [...root.querySelectorAll('*')].flatMap((element) =>
              element.shadowRoot ? [element, ...all(element.shadowRoot)] : [element]);
            return all(document).find((element) => element.matches('input[type=file]:not([capture])')) ?? null;";
        self.wait_until(&format!("a field for {path}"), async || {
            let found = self.client.execute(field, vec![]).await.map_err(say)?;
            let field = Element::from_element_id(self.client.clone(), reference(&found)?);
            field.send_keys(path).await.map_err(say)
        })
        .await;
    }

    /// Role and name of what has the focus.
    pub async fn focused(&self) -> String {
        let asked = vec![json!("focus")];
        match self.try_script_with_axe(locator::FIND, asked).await {
            Ok(Value::String(what)) => what,
            other => format!("{other:?}"),
        }
    }

    /// Waits until what has the focus has this in its role or its name in quotes, `heading "Documenten"`. The portal
    /// moves the focus a frame after it has shown what it goes to.
    pub async fn focus_comes_to(&self, what: &str) {
        self.wait_until(&format!("the focus on {what}"), async || {
            let focused = self.focused().await;
            if focused.contains(what) {
                Ok(())
            } else {
                Err(format!("{focused} has it"))
            }
        })
        .await;
    }

    /// Runs a script's body in the page and gives what it returns.
    pub async fn script(&self, body: &str, arguments: Vec<Value>) -> Value {
        match self.client.execute(body, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("a script of the test fails: {error}\n{body}"),
        }
    }

    /// Runs a script's body whose last argument is the function to call with the result.
    pub async fn async_script(&self, body: &str, arguments: Vec<Value>) -> Value {
        match self.client.execute_async(body, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("a script of the test fails: {error}\n{body}"),
        }
    }

    /// Runs a script that answers `"axe"` when it misses axe-core, which it then gets.
    pub(crate) async fn try_script_with_axe(
        &self,
        body: &str,
        arguments: Vec<Value>,
    ) -> Result<Value, String> {
        let answer = self
            .client
            .execute(body, arguments.clone())
            .await
            .map_err(say)?;
        if answer != "axe" {
            return Ok(answer);
        }
        self.client
            .execute(axe::source(), vec![])
            .await
            .map_err(say)?;
        self.client.execute(body, arguments).await.map_err(say)
    }

    /// Waits until `condition` gives `Ok`, and gives its value. `what` completes “waited for”.
    pub async fn wait_until<T>(
        &self,
        what: &str,
        condition: impl AsyncFn() -> Result<T, String>,
    ) -> T {
        let limit = wait_timeout();
        let deadline = Instant::now() + limit;
        let mut interval = FIRST_INTERVAL;
        loop {
            let last = match timeout(COMMAND_TIMEOUT, condition()).await {
                Ok(Ok(value)) => return value,
                Ok(Err(reason)) => reason,
                Err(_) => format!("the browser did not answer for {COMMAND_TIMEOUT:?}"),
            };
            if Instant::now() >= deadline {
                self.fail(&format!("waited {limit:?} for {what}, but {last}"))
                    .await;
            }
            tokio::time::sleep(interval).await;
            interval = (interval * 3 / 2).min(LONGEST_INTERVAL);
        }
    }

    /// Waits until a script's body returns true.
    pub async fn wait_for_script(&self, what: &str, body: &str) {
        self.wait_until(what, async || {
            match self.client.execute(body, vec![]).await {
                Ok(Value::Bool(true)) => Ok(()),
                Ok(other) => Err(format!("it is {other}")),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// Fails the test with what the page shows and a screenshot.
    pub async fn fail(&self, why: &str) -> ! {
        let shown = timeout(COMMAND_TIMEOUT, async {
            let outline = self.outline().await;
            let picture = self.screenshot(&self.name.replace("::", "-")).await;
            let address = self.client.current_url().await;
            let address = address.map_or_else(say, String::from);
            let console = self.unexpected_console().await.join("\n");
            let picture = picture.display();
            format!("{address} showed (picture: {picture})\n{outline}\n--- console\n{console}")
        })
        .await;
        let shown = shown.unwrap_or_else(|_| "the browser does not answer".to_owned());
        panic!("{}: {why}\n--- {shown}", self.browser);
    }

    /// The page as assistive technology would tell it.
    pub async fn outline(&self) -> String {
        match self
            .try_script_with_axe(locator::FIND, vec![json!("outline")])
            .await
        {
            Ok(Value::String(outline)) => outline,
            Ok(other) => other.to_string(),
            Err(error) => format!("(no outline: {error})"),
        }
    }

    /// Saves a picture of what the window shows, under `target/e2e/`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let path = output::folder().join(format!("{name}.png"));
        if let Ok(picture) = self.client.screenshot().await {
            let _ = fs::create_dir_all(output::folder()).and_then(|()| fs::write(&path, picture));
        }
        path
    }

    /// Saves a picture of the whole page, however long, in Chromium.
    pub async fn full_screenshot(&self, path: &Path) {
        let size = "const { scrollWidth, scrollHeight } = document.documentElement;
            return [scrollWidth, scrollHeight]";
        let size = self.script(size, vec![]).await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let how = json!({ "captureBeyondViewport": true, "clip": clip });
        let picture = self.devtools("Page.captureScreenshot", how).await;
        let bytes = picture["data"]
            .as_str()
            .and_then(|data| STANDARD.decode(data).ok());
        let bytes = bytes.expect("a picture is base64");
        fs::write(path, bytes).expect("there is room for a picture");
    }

    /// Waits until every animation has ended: half-faded text has half the contrast. What begins only when the page
    /// takes very long is not waited for.
    pub async fn wait_for_animations(&self) {
        self.wait_for_script(
            "animations to end",
            "const still = (root) => [...root.querySelectorAll('*')].every((element) =>
               element.getAnimations().every((animation) => animation.playState !== 'running'
                 || animation.effect?.getTiming().iterations === Infinity
                 || animation.effect?.getTiming().delay >= 10_000)
               && (!element.shadowRoot || still(element.shadowRoot)));
             return still(document);",
        )
        .await;
    }

    /// Takes the connection away: the servers stop, and the browser says it is offline. Only Chromium has a
    /// command for that, so a script tells the page.
    pub async fn go_offline(&self) {
        self.servers.stop();
        self.set_online(false).await;
    }

    /// Gives the connection back. The dossiers are fresh.
    pub async fn go_online(&self) {
        self.servers.start();
        self.set_online(true).await;
    }

    async fn set_online(&self, online: bool) {
        let tell = "const [online] = arguments;
            Object.defineProperty(navigator, 'onLine', { get: () => online, configurable: true });
            dispatchEvent(new Event(online ? 'online' : 'offline'));";
        self.script(tell, vec![json!(online)]).await;
    }

    /// Makes the timers that this page starts from now on run so many times as fast.
    pub async fn speed_up_timers(&self, factor: u32) {
        let speed_up = "const [factor] = arguments, { setTimeout } = window;
            window.setTimeout = (work, delay, ...rest) => setTimeout(work, delay / factor, ...rest);";
        self.script(speed_up, vec![json!(factor)]).await;
    }

    /// Tells the page that the consumer returned to its tab.
    pub async fn return_to_tab(&self) {
        self.script(
            "document.dispatchEvent(new Event('visibilitychange'))",
            vec![],
        )
        .await;
    }

    /// Allows messages in the console that contain this text.
    pub fn allow_console(&self, part: &str) {
        self.allowed
            .lock()
            .expect("no test panics in here")
            .push(part.to_owned());
    }

    /// The messages in the console that the test did not allow.
    async fn unexpected_console(&self) -> Vec<String> {
        let mut messages = self.console().await;
        let allowed = self.allowed.lock().expect("no test panics in here");
        messages.retain(|message| !allowed.iter().any(|part| message.contains(part)));
        messages
    }

    /// Every console error, policy violation and uncaught exception so far. Chromium reports its own
    /// messages only once, so they are kept here.
    pub async fn console(&self) -> Vec<String> {
        let heard = "return JSON.parse(sessionStorage.getItem('e2e') ?? '[]')";
        let mut messages: Vec<String> = match self.client.execute(heard, vec![]).await {
            Ok(Value::Array(all)) => all
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            Ok(other) => vec![format!("unreadable messages: {other}")],
            // A page of the browser's own has no storage and no console of ours.
            Err(_) => Vec::new(),
        };
        let mut news = Vec::new();
        if self.browser == Browser::Chromium {
            let log = self.command("se/log", json!({ "type": "browser" })).await;
            for entry in log
                .as_ref()
                .ok()
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                // That a request failed is what many tests are about; what the portal makes of it counts.
                if entry["level"] == "SEVERE" && entry["source"] != "network" {
                    news.push(format!("{}: {}", entry["source"], entry["message"]));
                }
            }
        }
        let mut logged = self.logged.lock().expect("no test panics in here");
        logged.append(&mut news);
        messages.extend(logged.iter().cloned());
        messages
    }

    async fn check_console(&self) {
        let messages = self.unexpected_console().await;
        if !messages.is_empty() {
            self.fail(&format!(
                "the console has messages that the test did not allow:\n{}",
                messages.join("\n")
            ))
            .await;
        }
    }

    /// Sends the driver a POST of its own making, below the session's address.
    pub async fn command(&self, path: &str, body: Value) -> Result<Value, CmdError> {
        self.client.issue_cmd(PostCommand::new(path, body)).await
    }

    /// Sends Chromium a command of its DevTools protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let command = json!({ "cmd": method, "params": parameters });
        match self.command("goog/cdp/execute", command).await {
            Ok(value) => value,
            Err(error) => panic!("{method} fails: {error}"),
        }
    }
}

fn say(error: CmdError) -> String {
    error.to_string()
}

/// The element that a script returned.
pub(crate) fn reference(value: &Value) -> Result<ElementRef, String> {
    let id = value[locator::ELEMENT].as_str();
    id.map(|id| id.to_owned().into())
        .ok_or_else(|| "there is none".to_owned())
}
