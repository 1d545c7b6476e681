//! What is on the screen: elements and text, made once, and kept up to date by Leptos's signals.
//!
//! This stands where Leptos's `view!` would. There every element and every closure is a type of its
//! own, and each type its own copy of the code that builds and rebuilds it: our pages cost 101 KB
//! (Brotli) that way, of the 125 KB a consumer's phone is to pay for everything. Here all of them are
//! one type. See docs/architecture.md for what was measured.

use std::cell::Cell;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, Node};

use super::page::document;

/// Something to show: an element, a text, or several of them. Showing it moves it where it belongs.
#[derive(Debug, Clone)]
pub struct View(Node);

/// An element under construction.
#[derive(Debug, Clone)]
pub struct El(Element);

/// Begins an element.
pub fn el(tag: &str) -> El {
    El(document().create_element(tag).expect("our tags are tags"))
}

impl El {
    /// Its classes.
    pub fn class(self, class: &str) -> Self {
        self.attr("class", class)
    }

    /// An attribute that does not change.
    pub fn attr(self, name: &str, value: &str) -> Self {
        set(&self.0, name, Some(value));
        self
    }

    /// An attribute that is there while it has a value.
    pub fn attr_from(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        let element = self.0.clone();
        follow(Box::new(move || set(&element, name, value().as_deref())));
        self
    }

    /// What comes next in it.
    pub fn child(self, child: impl Into<View>) -> Self {
        append(&self.0, &child.into());
        self
    }

    /// Text that follows what it is made from.
    pub fn text_from(self, text: impl Fn() -> String + 'static) -> Self {
        let node = document().create_text_node("");
        append(&self.0, &View(node.clone().into()));
        follow(Box::new(move || node.set_data(&text())));
        self
    }

    /// A part that is made anew whenever what it is made from changes.
    pub fn part<V: Into<View>>(self, part: impl Fn() -> V + 'static) -> Self {
        self.child(dynamic(part))
    }

    /// A part that is made anew only when `value` is another than before.
    pub fn part_of<T: PartialEq + 'static, V: Into<View>>(
        self,
        value: impl Fn() -> T + 'static,
        part: impl Fn(&T) -> V + 'static,
    ) -> Self {
        self.child(dynamic_of(value, part))
    }

    /// Calls `react` on each `event`, for as long as the element is shown.
    pub fn on(self, event: &str, react: impl FnMut(Event) + 'static) -> Self {
        listen(&self.0, event, Box::new(react));
        self
    }

    /// The element itself.
    pub fn element(&self) -> Element {
        self.0.clone()
    }
}

/// A part that is made anew whenever what it is made from changes. What was in it is taken away first,
/// with its listeners.
pub fn dynamic<V: Into<View>>(part: impl Fn() -> V + 'static) -> View {
    dynamic_part(Box::new(move || part().into()))
}

/// A part that is made anew only when `value` is another than before: for what is costly to make, or
/// holds what the consumer typed. What `part` reads besides does not count.
pub fn dynamic_of<T: PartialEq + 'static, V: Into<View>>(
    value: impl Fn() -> T + 'static,
    part: impl Fn(&T) -> V + 'static,
) -> View {
    let (place, view) = Place::new();
    // The part's own: what follows the signals in it outlives this effect's runs.
    let owner = Owner::new();
    let shown = Cell::new(None);
    follow(Box::new(move || {
        let next = value();
        let before = shown.take();
        if before.as_ref() != Some(&next) {
            place.renew(&owner, &|| part(&next).into());
        }
        shown.set(Some(next));
    }));
    view
}

fn dynamic_part(part: Box<dyn Fn() -> View>) -> View {
    let (place, view) = Place::new();
    follow(Box::new(move || place.fill(part())));
    view
}

/// Where a part is: between two empty texts, wherever those are moved.
struct Place {
    begin: Node,
    end: Node,
}

impl Place {
    fn new() -> (Self, View) {
        let begin: Node = document().create_text_node("").into();
        let end: Node = document().create_text_node("").into();
        let view = group();
        append(&view.0, &View(begin.clone()));
        append(&view.0, &View(end.clone()));
        (Self { begin, end }, view)
    }

    /// Makes what is there anew, as the owner's. Not a part of `dynamic_of`, of which there are many.
    fn renew(&self, owner: &Owner, part: &dyn Fn() -> View) {
        owner.cleanup();
        self.fill(owner.with(|| untrack(part)));
    }

    fn fill(&self, view: View) {
        let Some(parent) = self.end.parent_node() else {
            return;
        };
        while let Some(old) = self.begin.next_sibling().filter(|old| *old != self.end) {
            let _ = parent.remove_child(&old);
        }
        let _ = parent.insert_before(&view.0, Some(&self.end));
    }
}

/// Does it now, and again whenever a signal that it read changes, until the part it is in goes away.
fn follow(act: Box<dyn Fn()>) {
    let effect = RenderEffect::new(move |_: Option<()>| act());
    keep(effect);
}

/// Keeps something for as long as the part that is being made.
fn keep<T: 'static>(thing: T) {
    StoredValue::new_local(thing);
}

fn listen(element: &Element, event: &str, react: Box<dyn FnMut(Event)>) {
    let react = Closure::wrap(react);
    let _ = element.add_event_listener_with_callback(event, react.as_ref().unchecked_ref());
    keep(react);
}

fn set(element: &Element, name: &str, value: Option<&str>) {
    // Only a name that is no name could fail, and names are ours.
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

fn append(to: &Node, view: &View) {
    let _ = to.append_child(&view.0);
}

fn group() -> View {
    View(document().create_document_fragment().into())
}

impl View {
    /// Shows it as the last thing in `place`.
    pub fn show_in(self, place: &Node) {
        append(place, &self);
    }
}

impl From<El> for View {
    fn from(element: El) -> Self {
        View(element.0.into())
    }
}

impl From<&str> for View {
    fn from(text: &str) -> Self {
        View(document().create_text_node(text).into())
    }
}

impl From<String> for View {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Vec<View>> for View {
    fn from(views: Vec<View>) -> Self {
        let all = group();
        for view in &views {
            append(&all.0, view);
        }
        all
    }
}

impl<const N: usize> From<[View; N]> for View {
    fn from(views: [View; N]) -> Self {
        Vec::from(views).into()
    }
}

impl<V: Into<View>> From<Option<V>> for View {
    fn from(view: Option<V>) -> Self {
        view.map_or_else(group, Into::into)
    }
}
