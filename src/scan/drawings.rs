//! Pages of PDFs as pictures. They have a worker of their own: whatever a PDF does to it, documents are made.

use std::rc::Rc;

use document::message::{Call, Reply};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use web_sys::Blob;

use super::draft::{Draft, PdfPage};
use crate::platform::{window, worker::DocumentWorker};

/// How long a watermark's text stays as it is before pages are made with it, in milliseconds: who writes it is not
/// waited for with every letter.
pub(super) const QUIET: u32 = 600;

/// The pictures of a document's pages of PDFs. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Drawings {
    draft: RwSignal<Draft<Blob>, LocalStorage>,
    worker: StoredValue<Rc<DocumentWorker>, LocalStorage>,
    all: RwSignal<Vec<Drawing>, LocalStorage>,
}

struct Drawing {
    of: PdfPage<Blob>,
    /// `None` until it is drawn, and when it cannot be.
    picture: Option<Blob>,
}

impl Drawings {
    /// None yet. They live as long as the reactive owner that this is called in.
    pub(super) fn new(
        draft: RwSignal<Draft<Blob>, LocalStorage>,
        worker: StoredValue<Rc<DocumentWorker>, LocalStorage>,
    ) -> Self {
        Self {
            draft,
            worker,
            all: RwSignal::new_local(Vec::new()),
        }
    }

    /// The picture of a page, as the page is now. `None` while there is none.
    pub fn get(self, id: u32) -> Option<Blob> {
        let page = self.draft.read().pdf_page(id)?;
        let all = self.all.read();
        let drawing = all.iter().find(|drawing| drawing.of == page)?;
        drawing.picture.clone()
    }

    /// Has a page drawn, unless it was. It is in the document, too, when that does not work. What draws is a megabyte:
    /// who asked the browser to save data does without.
    pub fn draw(self, id: u32) {
        let page_now = move || {
            self.draft
                .try_with_untracked(|draft| draft.pdf_page(id))
                .flatten()
        };
        let Some(page) = page_now().filter(|_| !window::saves_data()) else {
            return;
        };
        spawn_local(async move {
            // Who writes a watermark, or goes on turning, is not waited for with every change.
            let was_drawn = self
                .all
                .try_with_untracked(|all| all.iter().any(|it| it.of.is_same(&page)));
            if was_drawn == Some(true) {
                TimeoutFuture::new(QUIET).await;
                if page_now().as_ref() != Some(&page) {
                    return;
                }
            }
            let is_new = self.all.try_update_untracked(|all| {
                let is_new = all.iter().all(|it| it.of != page);
                if is_new {
                    let of = page.clone();
                    all.push(Drawing { of, picture: None });
                }
                is_new
            });
            let worker = self.worker.try_get_value();
            let (Some(true), Some(worker)) = (is_new, worker) else {
                return;
            };
            let call = Call::Draw {
                page: page.page,
                turn: page.turn,
                watermark: page.watermark.clone(),
            };
            let answer = worker.call(&call, std::slice::from_ref(&page.pdf)).await;
            let Some((Reply::Drawn, blobs)) = answer else {
                return;
            };
            self.all.try_update(|all| {
                if let Some(drawing) = all.iter_mut().find(|it| it.of == page) {
                    drawing.picture = blobs.into_iter().next();
                }
            });
        });
    }

    /// Nobody looks at the pages any more: the worker gives its memory back.
    pub fn stop(self) {
        self.worker.with_value(|worker| worker.stop());
        // Who looks again has the others drawn.
        self.all
            .update_untracked(|all| all.retain(|drawing| drawing.picture.is_some()));
    }

    /// Drops all of them.
    pub fn clear(self) {
        self.all.try_set(Vec::new());
    }
}
