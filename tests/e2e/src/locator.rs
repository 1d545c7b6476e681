//! Finds elements as a person does: by role and accessible name, or by the text shown.
//!
//! axe-core computes roles and names (`locator.js`). Only elements that are visible and exposed to
//! assistive technology are found, inside shadow roots too.

use crate::page::Page;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::fmt;
use std::path::Path;

pub(crate) const FIND: &str = include_str!("locator.js");
pub(crate) const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How a name or text is compared: as a whole, unless [`containing`] says otherwise.
#[derive(Debug, Clone)]
pub enum TextMatch {
    /// The whole name.
    Exactly(String),
    /// Any part of it.
    Containing(String),
    /// Any name.
    Any,
}

impl From<&str> for TextMatch {
    fn from(name: &str) -> TextMatch {
        TextMatch::Exactly(name.to_owned())
    }
}

impl From<String> for TextMatch {
    fn from(name: String) -> TextMatch {
        TextMatch::Exactly(name)
    }
}

impl From<&String> for TextMatch {
    fn from(name: &String) -> TextMatch {
        TextMatch::Exactly(name.clone())
    }
}

/// Matches every name or text with this part in it.
pub fn containing(part: &str) -> TextMatch {
    TextMatch::Containing(part.to_owned())
}

/// Describes elements of a page. It finds them anew each time it is used.
#[derive(Clone)]
pub struct Locator<'a> {
    page: &'a Page,
    steps: Vec<(&'static str, TextMatch)>,
    at: Option<usize>,
}

impl fmt::Display for Locator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (role, name)) in self.steps.iter().enumerate().rev() {
            match name {
                TextMatch::Exactly(name) => write!(f, "{role} “{name}”")?,
                TextMatch::Containing(part) => write!(f, "{role} “…{part}…”")?,
                TextMatch::Any => write!(f, "{role}")?,
            }
            if at > 0 {
                write!(f, " in ")?;
            }
        }
        match self.at {
            Some(at) => write!(f, ", number {}", at + 1),
            None => Ok(()),
        }
    }
}

impl<'a> Locator<'a> {
    pub(crate) fn new(page: &'a Page, role: &'static str, name: TextMatch) -> Locator<'a> {
        Locator {
            page,
            steps: vec![(role, name)],
            at: None,
        }
    }

    /// The same, but only inside `outer`.
    pub fn inside(mut self, outer: &Locator<'_>) -> Locator<'a> {
        self.steps = [outer.steps.clone(), self.steps].concat();
        self
    }

    /// The one at this place, counted from 0, where there are more.
    pub fn nth(mut self, at: usize) -> Locator<'a> {
        self.at = Some(at);
        self
    }

    /// The first where there are more.
    pub fn first(self) -> Locator<'a> {
        self.nth(0)
    }

    async fn find_all(&self) -> Result<Vec<Element>, String> {
        let steps: Vec<Value> = self
            .steps
            .iter()
            .map(|(role, name)| match name {
                TextMatch::Exactly(name) => json!({ "role": role, "name": name, "exact": true }),
                TextMatch::Containing(part) => {
                    json!({ "role": role, "name": part, "exact": false })
                }
                TextMatch::Any => json!({ "role": role, "name": null, "exact": false }),
            })
            .collect();
        let answer = self
            .page
            .try_script_with_axe(FIND, vec![json!("find"), json!(steps)])
            .await?;
        let found = answer
            .as_array()
            .ok_or_else(|| format!("an odd answer: {answer}"))?;
        Ok(found
            .iter()
            .filter_map(|element| element[ELEMENT].as_str())
            .map(|id| {
                Element::from_element_id(
                    self.page.client().clone(),
                    ElementRef::from(id.to_owned()),
                )
            })
            .collect())
    }

    /// How many there are at this moment.
    pub async fn count(&self) -> usize {
        self.find_all().await.map_or(0, |found| found.len())
    }

    /// Waits until there is at least one.
    pub async fn appears(&self) {
        self.page
            .wait_until(&format!("{self} to appear"), async || {
                match self.find_all().await {
                    Ok(found) if found.len() > self.at.unwrap_or(0) => Ok(()),
                    Ok(_) => Err("it is not there".to_owned()),
                    Err(error) => Err(error),
                }
            })
            .await;
    }

    /// Waits until there is none.
    pub async fn disappears(&self) {
        self.page
            .wait_until(&format!("{self} to go"), async || {
                match self.find_all().await?.len() {
                    0 => Ok(()),
                    more => Err(format!("{more} are there")),
                }
            })
            .await;
    }

    /// Fails when there is one at this moment. For use after something else has appeared.
    pub async fn is_absent(&self) {
        let there = self.count().await;
        if there > 0 {
            self.page
                .fail(&format!("{self} should not be there, and is {there} times"))
                .await;
        }
    }

    /// Waits until there are exactly so many.
    pub async fn has_count(&self, many: usize) {
        self.page
            .wait_until(&format!("{many} times {self}"), async || {
                match self.find_all().await?.len() {
                    there if there == many => Ok(()),
                    there => Err(format!("{there} are there")),
                }
            })
            .await;
    }

    /// The element, once there is exactly one (or the one asked for by [`Locator::nth`]).
    pub async fn element(&self) -> Element {
        self.page
            .wait_until(&format!("{self} to be there"), async || {
                self.only(self.find_all().await?)
            })
            .await
    }

    fn only(&self, mut found: Vec<Element>) -> Result<Element, String> {
        match self.at {
            Some(at) if at < found.len() => Ok(found.swap_remove(at)),
            None if found.len() == 1 => Ok(found.swap_remove(0)),
            _ => Err(format!("{} are there", found.len())),
        }
    }

    /// Does `act` with the element, again when the page replaced the element meanwhile.
    async fn act<T>(&self, doing: &str, act: impl AsyncFn(Element) -> Result<T, CmdError>) -> T {
        self.page
            .wait_until(&format!("{self} to be {doing}"), async || {
                let element = self.only(self.find_all().await?)?;
                act(element).await.map_err(|error| error.to_string())
            })
            .await
    }

    /// Clicks it with the mouse.
    pub async fn click(&self) {
        self.act("clicked", async |element: Element| element.click().await)
            .await;
    }

    /// Double-clicks the place where it is, as some people do with every button.
    pub async fn double_click(&self) {
        let element = self.element().await;
        let down = PointerAction::Down {
            button: MOUSE_BUTTON_LEFT,
        };
        let up = PointerAction::Up {
            button: MOUSE_BUTTON_LEFT,
        };
        let mut clicks = MouseActions::new("mouse".to_owned()).then(PointerAction::MoveToElement {
            element,
            duration: None,
            x: 0.0,
            y: 0.0,
        });
        for _ in 0..2 {
            clicks = clicks.then(down.clone()).then(up.clone());
        }
        let clicked = self.page.client().perform_actions(clicks).await;
        clicked.expect("a mouse can be clicked");
    }

    /// Types into it, key by key.
    pub async fn type_text(&self, text: &str) {
        self.act("typed into", async |element: Element| {
            element.send_keys(text).await
        })
        .await;
    }

    /// Presses a key while it has the focus.
    pub async fn press(&self, key: Key) {
        let keys = char::from(key).to_string();
        self.type_text(&keys).await;
    }

    /// Chooses a file from this machine in a file field.
    pub async fn choose(&self, file: &Path) {
        let path = file.to_str().expect("our files' paths are UTF-8");
        self.act("given a file", async |element: Element| {
            element.send_keys(path).await
        })
        .await;
    }

    /// The text in it, also what only a screen reader hears.
    pub async fn text(&self) -> String {
        self.act("read", async |element: Element| text_of(&element).await)
            .await
    }

    /// An attribute's value, when it has the attribute.
    pub async fn attribute(&self, name: &str) -> Option<String> {
        self.act("read", async |element: Element| element.attr(name).await)
            .await
    }

    /// What is in the field.
    pub async fn value(&self) -> String {
        self.act("read", async |element: Element| element.prop("value").await)
            .await
            .unwrap_or_default()
    }

    /// Waits until its text holds `part`.
    pub async fn contains_text(&self, part: &str) {
        self.page
            .wait_until(&format!("{self} to say “{part}”"), async || {
                let element = self.only(self.find_all().await?)?;
                let text = text_of(&element).await.map_err(|error| error.to_string())?;
                if text.contains(part) {
                    Ok(())
                } else {
                    Err(format!("it says “{text}”"))
                }
            })
            .await;
    }

    /// Runs a script's body with the element as `arguments[0]`.
    pub async fn script(&self, body: &str) -> Value {
        self.script_with(body, Vec::new()).await
    }

    /// The same, with what follows as the further arguments.
    pub async fn script_with(&self, body: &str, further: Vec<Value>) -> Value {
        let element = self.element().await;
        let id: String = element.element_id().to_string();
        let arguments = [vec![json!({ ELEMENT: id })], further].concat();
        self.page.script(body, arguments).await
    }
}

/// The text in an element, with plain spaces. (WebDriver's own text leaves out what is not painted.)
async fn text_of(element: &Element) -> Result<String, CmdError> {
    let text = element.prop("textContent").await?.unwrap_or_default();
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}
