//! A page in a browser, as a test sees it: open, find, wait, and tell what is wrong.
//!
//! Nothing here sleeps for a fixed time: whatever is awaited is asked for again and again until a
//! deadline, and then the test fails with what was awaited and what the page showed instead.

use crate::browser::{self, Browser};
use crate::find::{Found, Name};
use crate::look::Look;
use crate::stage::Stage;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::Client;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use futures_util::FutureExt;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs, thread};
use tokio::time::timeout;

/// How long a test waits for what it expects: `E2E_PATIENCE` seconds, 60 when not set: it is there
/// to end, not to measure, and six browsers on two cores are slow.
pub fn patience() -> Duration {
    let seconds = env::var("E2E_PATIENCE")
        .ok()
        .and_then(|given| given.parse().ok());
    Duration::from_secs(seconds.unwrap_or(60))
}

/// How often is looked whether it has come.
const GLANCE: Duration = Duration::from_millis(40);

/// How long a browser may take for one thing.
pub(crate) const COMMAND: Duration = Duration::from_secs(60);

/// How long a test may take, whatever happens.
const TEST: Duration = Duration::from_secs(240);

/// Where screenshots of failures and the site's copy go.
pub fn output() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/e2e")
}

/// A consumer's browser with the portal of a demo server of its own.
pub struct Page {
    /// The demo server.
    pub stage: Arc<Stage>,
    client: Client,
    browser: Browser,
    name: String,
    downloads: PathBuf,
    expected: Mutex<Vec<String>>,
    logged: Mutex<Vec<String>>,
}

/// Runs a test in a fresh session of `browser` against a demo server of its own, and fails it on anything
/// in the console that it did not ask for.
pub fn visit(browser: Browser, look: Look, test: impl AsyncFnOnce(&Page)) {
    visit_at(Stage::new(), browser, look, test);
}

/// The same against servers that are set otherwise.
pub fn visit_at(stage: Stage, browser: Browser, look: Look, test: impl AsyncFnOnce(&Page)) {
    look_around(browser, &look, &Arc::new(stage), async |page| {
        test(page).await;
        page.has_nothing_to_complain_of().await;
    });
}

/// Runs what is to be done in a fresh session of `browser`, whatever the console says.
pub fn look_around(
    browser: Browser,
    look: &Look,
    stage: &Arc<Stage>,
    act: impl AsyncFnOnce(&Page),
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        let (driver, client) = browser::session(browser, look).await;
        let page = Page {
            stage: Arc::clone(stage),
            client,
            browser,
            name: thread::current().name().unwrap_or("a visit").to_owned(),
            downloads: driver.downloads(),
            expected: Mutex::default(),
            logged: Mutex::default(),
        };
        let acting = timeout(TEST, async {
            page.wear(look).await;
            act(&page).await;
        });
        let outcome = AssertUnwindSafe(async {
            acting
                .await
                .unwrap_or_else(|_| panic!("{browser}: not over within {TEST:?}"));
        })
        .catch_unwind()
        .await;
        // A portal with an unsent document asks before it is left, which nobody would answer.
        let leave =
            "addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)";
        let _ = timeout(COMMAND, page.client.execute(leave, vec![])).await;
        // A driver whose session does not end is not used again: its processes end with it.
        if let Ok(Ok(())) = timeout(COMMAND, page.client.clone().close()).await {
            driver.give_back();
        }
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    });
}

impl Page {
    /// The WebDriver session, for what this page has no words for.
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

    /// Opens a path of the portal's server, such as `/open/jan#portal/me`, or a whole address.
    pub async fn open(&self, path: &str) {
        let address = if path.starts_with("http") || path == "about:blank" {
            path.to_owned()
        } else if let Some(consumer) = path.strip_prefix("/open/") {
            // Fragment and all: a browser keeps it on the way.
            self.stage.link(consumer)
        } else {
            format!("{}{path}", self.stage.address())
        };
        if let Err(error) = self.client.goto(&address).await {
            panic!("{address} does not open: {error}");
        }
    }

    /// Changes the address's fragment, as a link would.
    pub async fn go_to(&self, fragment: &str) {
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
    pub async fn title_says(&self, part: &str) {
        self.until(&format!("the title to say “{part}”"), async || match self
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
    pub fn role(&self, role: &'static str, name: impl Into<Name>) -> Found<'_> {
        Found::new(self, role, name.into())
    }

    /// A button.
    pub fn button(&self, name: impl Into<Name>) -> Found<'_> {
        self.role("button", name)
    }

    /// A link.
    pub fn link(&self, name: impl Into<Name>) -> Found<'_> {
        self.role("link", name)
    }

    /// A heading of any level.
    pub fn heading(&self, name: impl Into<Name>) -> Found<'_> {
        self.role("heading", name)
    }

    /// A field to write in.
    pub fn textbox(&self, name: impl Into<Name>) -> Found<'_> {
        self.role("textbox", name)
    }

    /// A part of the page with a name of its own.
    pub fn region(&self, name: impl Into<Name>) -> Found<'_> {
        self.role("region", name)
    }

    /// What interrupts a reader to say that something is wrong.
    pub fn alert(&self, name: impl Into<Name>) -> Found<'_> {
        self.role("alert", name)
    }

    /// Every progress bar.
    pub fn progress(&self) -> Found<'_> {
        self.role("progressbar", Name::Any)
    }

    /// The smallest piece of the page that shows this text.
    pub fn text(&self, text: impl Into<Name>) -> Found<'_> {
        self.role("text", text)
    }

    /// Waits until these stand on the page below one another, with anything between them. Each is a part
    /// of a line of [`Page::outline`].
    pub async fn shows_in_order(&self, parts: &[&str]) {
        self.until(&format!("{parts:#?} in this order"), async || {
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

    /// Gives a file from this machine to the page's one file field, as the browser's own window would
    /// when it closes.
    pub async fn give_file(&self, file: &Path) {
        let path = file.to_str().expect("our files' paths are UTF-8");
        let field = "const all = (root) => [...root.querySelectorAll('*')].flatMap((element) =>
              element.shadowRoot ? [element, ...all(element.shadowRoot)] : [element]);
            return all(document).find((element) => element.matches('input[type=file]')) ?? null;";
        self.until(&format!("a field for {path}"), async || {
            let found = self.client.execute(field, vec![]).await.map_err(say)?;
            let field = Element::from_element_id(self.client.clone(), reference(&found)?);
            field.send_keys(path).await.map_err(say)
        })
        .await;
    }

    /// Role and name of what has the focus.
    pub async fn focused(&self) -> String {
        let asked = vec![json!("focus")];
        match self.try_script_with_axe(crate::find::FIND, asked).await {
            Ok(Value::String(what)) => what,
            other => format!("{other:?}"),
        }
    }

    /// Runs a script's body in the page and gives what it returns.
    pub async fn script(&self, body: &str, arguments: Vec<Value>) -> Value {
        match self.client.execute(body, arguments).await {
            Ok(value) => value,
            Err(error) => panic!("a script of the test fails: {error}\n{body}"),
        }
    }

    /// Runs a script's body whose last argument is the function to call with the result.
    pub async fn script_later(&self, body: &str, arguments: Vec<Value>) -> Value {
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
            .execute(crate::axe::source(), vec![])
            .await
            .map_err(say)?;
        self.client.execute(body, arguments).await.map_err(say)
    }

    /// Asks again and again until `met` is, and gives what it gives. `what` completes “waited for”.
    pub async fn until<T>(&self, what: &str, met: impl AsyncFn() -> Result<T, String>) -> T {
        self.patiently_until(patience(), what, met).await
    }

    /// The same for what takes long by design.
    pub async fn patiently_until<T>(
        &self,
        patience: Duration,
        what: &str,
        met: impl AsyncFn() -> Result<T, String>,
    ) -> T {
        let deadline = Instant::now() + patience;
        loop {
            let last = match timeout(COMMAND, met()).await {
                Ok(Ok(value)) => return value,
                Ok(Err(reason)) => reason,
                Err(_) => format!("the browser did not answer for {COMMAND:?}"),
            };
            if Instant::now() >= deadline {
                self.fail(&format!("waited {patience:?} for {what}, but {last}"))
                    .await;
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until a script's body returns true.
    pub async fn until_script(&self, what: &str, body: &str) {
        self.until(what, async || {
            match self.client.execute(body, vec![]).await {
                Ok(Value::Bool(true)) => Ok(()),
                Ok(other) => Err(format!("it is {other}")),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
    }

    /// Fails the test, with what the page shows and a picture of it.
    pub async fn fail(&self, why: &str) -> ! {
        let shown = timeout(COMMAND, async {
            let outline = self.outline().await;
            let picture = self.screenshot(&self.name.replace("::", "-")).await;
            let address = self.client.current_url().await;
            let address = address.map_or_else(say, String::from);
            let console = self.complaints().await.join("\n");
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
            .try_script_with_axe(crate::find::FIND, vec![json!("outline")])
            .await
        {
            Ok(Value::String(outline)) => outline,
            Ok(other) => other.to_string(),
            Err(error) => format!("(no outline: {error})"),
        }
    }

    /// Saves a picture of what the window shows, under `target/e2e/`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let path = output().join(format!("{name}.png"));
        if let Ok(picture) = self.client.screenshot().await {
            let _ = fs::create_dir_all(output()).and_then(|()| fs::write(&path, picture));
        }
        path
    }

    /// Saves a picture of the whole page, however long, in Chromium.
    pub async fn whole_picture(&self, path: &Path) {
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

    /// Waits until what moves has come to rest: half-faded text has half the contrast.
    pub async fn settles(&self) {
        self.until_script(
            "animations to end",
            "const still = (root) => [...root.querySelectorAll('*')].every((element) =>
               element.getAnimations().every((animation) => animation.playState !== 'running'
                 || animation.effect?.getTiming().iterations === Infinity)
               && (!element.shadowRoot || still(element.shadowRoot)));
             return still(document);",
        )
        .await;
    }

    /// The connection is gone: the server does not answer, and the browser says it is offline. (Only
    /// Chromium can be told so from outside; in every browser the page is told by script.)
    pub async fn goes_offline(&self) {
        self.stage.stops();
        self.says_online(false).await;
    }

    /// The connection is back, with fresh dossiers.
    pub async fn comes_online(&self) {
        self.stage.starts();
        self.says_online(true).await;
    }

    async fn says_online(&self, online: bool) {
        let tell = "const [online] = arguments;
            Object.defineProperty(navigator, 'onLine', { get: () => online, configurable: true });
            dispatchEvent(new Event(online ? 'online' : 'offline'));";
        self.script(tell, vec![json!(online)]).await;
    }

    /// The consumer comes back to the tab after having been elsewhere.
    pub async fn comes_back_to_the_tab(&self) {
        self.script(
            "document.dispatchEvent(new Event('visibilitychange'))",
            vec![],
        )
        .await;
    }

    /// Announces that the console will hold something with this text in it.
    pub fn expects_console(&self, part: &str) {
        self.expected
            .lock()
            .expect("no test panics in here")
            .push(part.to_owned());
    }

    /// What the console holds that the test did not ask for.
    async fn complaints(&self) -> Vec<String> {
        let mut complaints = self.console().await;
        let expected = self.expected.lock().expect("no test panics in here");
        complaints.retain(|complaint| !expected.iter().any(|part| complaint.contains(part)));
        complaints
    }

    /// Every error of the console, policy violation and uncaught exception so far. Chromium tells each of
    /// its own only once.
    pub async fn console(&self) -> Vec<String> {
        let heard = "return JSON.parse(sessionStorage.getItem('e2e') ?? '[]')";
        let mut complaints: Vec<String> = match self.client.execute(heard, vec![]).await {
            Ok(Value::Array(all)) => all
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            Ok(other) => vec![format!("odd complaints: {other}")],
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
        complaints.extend(logged.iter().cloned());
        complaints
    }

    async fn has_nothing_to_complain_of(&self) {
        let complaints = self.complaints().await;
        if !complaints.is_empty() {
            self.fail(&format!(
                "the console holds what no one asked for:\n{}",
                complaints.join("\n")
            ))
            .await;
        }
    }

    /// Sends the driver a POST of its own making, below the session's address.
    pub async fn command(&self, path: &str, body: Value) -> Result<Value, CmdError> {
        self.client
            .issue_cmd(Command {
                path: path.to_owned(),
                body,
            })
            .await
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
    let id = value[crate::find::ELEMENT].as_str();
    id.map(|id| id.to_owned().into())
        .ok_or_else(|| "there is none".to_owned())
}

/// A POST that WebDriver itself does not know.
#[derive(Debug)]
struct Command {
    path: String,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
