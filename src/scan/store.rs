//! The documents that are put together, by action. The store asks the worker for what a draft says, and hands the
//! finished document to its upload. A draft lives as long as its document is not sent.

use std::rc::Rc;

use accelerate::{filename, session::Session};
use document::{
    message::{Area, Call, Corners, Edit, Photo, Problem, Reply, Seen},
    watermark::Watermark,
};
use futures::{
    FutureExt,
    future::{AbortHandle, Abortable},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use web_sys::{Blob, File};

use super::{
    draft::{Draft, Made, Recipe},
    drawings::{Drawings, QUIET},
};
use crate::{
    context::{SessionObserver, flag, use_addresses, use_config, use_host, use_session},
    i18n::Language,
    platform::{file, worker::DocumentWorker},
    upload::{
        limits::{FileRefusal, Limits},
        machine::{Event, Prepared, SelectedFile, UploadState, Warning},
        store::{Chosen, Upload, use_uploads},
    },
};

/// The longest side of a page's picture in pixels, unless the element's `photo-side` says so: what a page of A4 needs
/// to be printed well.
const LONGEST_SIDE: u32 = 2480;

/// All documents that are put together. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Drafts {
    /// One for each upload.
    compositions: StoredValue<Vec<Composition>>,
    worker: StoredValue<Rc<DocumentWorker>, LocalStorage>,
    /// Draws pages of PDFs. Whatever they do to it, documents are made.
    drawer: StoredValue<Rc<DocumentWorker>, LocalStorage>,
    longest_side: u32,
    language: &'static str,
    owner: StoredValue<Owner>,
}

/// A document that is put together. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Composition {
    /// Its pages.
    pub draft: RwSignal<Draft<Blob>, LocalStorage>,
    /// Its pages of PDFs, as pictures.
    pub drawings: Drawings,
    /// The files that are being read, in order.
    pub reading: RwSignal<Vec<File>, LocalStorage>,
    /// What ends the reading of a file. Files that were read are among these until the next is.
    opening: StoredValue<Vec<(File, AbortHandle)>, LocalStorage>,
    /// The files that could not be added, and why.
    pub refused: RwSignal<Vec<(String, Refused)>>,
    /// Whether the document is being made of these pages.
    pub is_finishing: RwSignal<bool>,
    /// The pages that it is being made of.
    finishing: StoredValue<Option<Draft<Blob>>, LocalStorage>,
    /// What is being made.
    making: StoredValue<Vec<Recipe<Blob>>, LocalStorage>,
    /// A document that was made, and the pages that it was made of.
    accepted: StoredValue<Option<(File, Draft<Blob>)>, LocalStorage>,
    /// How often the watermark was changed.
    watermarks: StoredValue<u32>,
    copies: StoredValue<Vec<Copied>, LocalStorage>,
    upload: Upload,
    drafts: Drafts,
}

/// A copy in memory of something that was chosen, byte for byte.
#[derive(Debug, Clone)]
pub struct Copied {
    /// The copy.
    pub copy: Blob,
    /// What it is of.
    pub of: Blob,
}

/// Why a file could not be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The worker says why.
    Problem(Problem),
    /// It is neither a photo nor a PDF: it can be sent alone.
    OtherKind,
    /// It is neither, and the office does not take it at all.
    WrongKind,
    /// It is a web page or a text.
    NoDocument,
    /// There is nothing in it.
    Empty,
    /// It is the document of all pages, which could not be made.
    Document(Problem),
}

impl Drafts {
    /// None yet. They live as long as the reactive owner that this is called in.
    fn new() -> Self {
        let address = use_addresses().worker.clone();
        let side = use_host()
            .element()
            .and_then(|element| element.get_attribute("photo-side"));
        let side = side.and_then(|side| side.trim().parse().ok());
        Self {
            compositions: StoredValue::new(Vec::new()),
            worker: StoredValue::new_local(Rc::new(DocumentWorker::new(address.clone()))),
            drawer: StoredValue::new_local(Rc::new(DocumentWorker::new(address))),
            longest_side: side
                .filter(|side| (600..=6000).contains(side))
                .unwrap_or(LONGEST_SIDE),
            language: match use_config().language {
                Language::Dutch => "nl",
                Language::English => "en",
            },
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// What belongs to all of them.
    pub fn owner(self) -> Owner {
        self.owner.get_value()
    }

    /// Starts the worker: this part is loaded when a file is being chosen.
    fn start_worker(self) {
        self.worker.with_value(|worker| worker.start());
    }

    /// The document of an upload; a new one when there is none.
    pub fn of(self, upload: Upload) -> Composition {
        // Not by the action: the next consumer may have the same, with an upload of their own.
        let known = self.compositions.with_value(|all| {
            let known = all.iter().find(|it| it.upload == upload);
            known.copied()
        });
        if let Some(known) = known {
            return known;
        }
        let composition = self.owner.get_value().with(|| {
            let draft = RwSignal::new_local(Draft::default());
            let composition = Composition {
                draft,
                drawings: Drawings::new(draft, self.drawer),
                reading: RwSignal::new_local(Vec::new()),
                opening: StoredValue::new_local(Vec::new()),
                refused: RwSignal::new(Vec::new()),
                is_finishing: RwSignal::new(false),
                finishing: StoredValue::new_local(None),
                making: StoredValue::new_local(Vec::new()),
                accepted: StoredValue::new_local(None),
                watermarks: StoredValue::new(0),
                copies: StoredValue::new_local(Vec::new()),
                upload,
                drafts: self,
            };
            // What was sent, or put away, is not held in memory.
            let is_over = Memo::new(move |_| {
                upload.machine.with(|machine| {
                    matches!(machine.state(), UploadState::Done(_) | UploadState::Choose)
                })
            });
            Effect::new(move |_| {
                if is_over.get() {
                    composition.clear();
                }
            });
            // Who leaves the pages without a new document has the one of before, and its pages. Another one has others.
            Effect::new(move |before: Option<(bool, Option<File>)>| {
                let now = upload.machine.with(|machine| {
                    let file = machine.file().map(|it| it.file.clone());
                    (machine.is_composing(), file)
                });
                if !now.0 && before.is_some_and(|before| before != now) {
                    composition.return_to_accepted();
                }
                now
            });
            Effect::new(move |_| {
                let is_empty = composition.draft.with(|draft| draft.pages().is_empty())
                    && composition.reading.read().is_empty()
                    && upload.chosen.read().files.is_empty();
                upload.has_pages.set(!is_empty);
                upload.say_waiting();
            });
            // Files that nobody wants any more are not read to their end.
            Effect::new(move |_| {
                let reading = composition.reading.get();
                let candidate = upload
                    .machine
                    .with(|machine| machine.candidate().map(|it| it.file.clone()));
                composition.opening.update_value(|opening| {
                    opening.retain(|(file, end)| {
                        let is_wanted = reading.contains(file) || candidate.as_ref() == Some(file);
                        if !is_wanted {
                            end.abort();
                        }
                        is_wanted
                    });
                });
            });
            // A document of pages that are others by now is not waited for.
            Effect::new(move |_| {
                let is_dropped = composition.finishing.with_value(|pages| {
                    let pages = pages.as_ref();
                    pages.is_some_and(|pages| !composition.has_only(pages))
                });
                if is_dropped {
                    composition.drop_document();
                }
                composition.draft.track();
                composition.reading.track();
            });
            // Who has put something together is asked before it goes.
            Effect::new(move |_| {
                let is_worth_asking = composition.has_changes();
                upload.has_changes.set(is_worth_asking);
            });
            // The file as it is has what is black or marked in the pages.
            Effect::new(move |_| {
                let is_protected = composition.draft.with(Draft::is_protected);
                upload.is_protected.set(is_protected);
            });
            composition
        });
        self.compositions.update_value(|all| all.push(composition));
        composition
    }

    /// Reads a file that was chosen alone: what it is, and whether it can be sent.
    pub async fn prepare(self, upload: Upload, selected: SelectedFile<File>) -> Prepared<File> {
        let (file, name) = (selected.file.clone(), selected.name.clone());
        let composition = self.of(upload);
        let Some((reply, blobs)) = composition.open(&file, &name).await else {
            return upload.as_it_is(selected).await;
        };
        let opened = Opened::of(&reply, &blobs);
        let prepared = prepared_of(upload.limits(), selected, reply, blobs);
        // The consumer may have chosen something else meanwhile.
        let is_wanted = upload
            .machine
            .try_with_untracked(|machine| machine.candidate().is_some_and(|it| it.file == file));
        if is_wanted == Some(true) {
            match (&prepared, opened) {
                (Prepared::File(prepared), _) => composition.is_copy(&prepared.file, &file),
                (Prepared::Photo(as_it_is), Some(opened)) => {
                    if let Some(as_it_is) = as_it_is {
                        composition.is_copy(&as_it_is.file, &file);
                    }
                    composition.begin_another();
                    composition.add_photo(&name, opened);
                }
                _ => {}
            }
        }
        prepared
    }

    async fn call(self, call: &Call, blobs: &[Blob]) -> Option<(Reply, Vec<Blob>)> {
        let worker = self.worker.try_get_value()?;
        worker.call(call, blobs).await
    }

    /// Drops everything. What is being made is broken off.
    pub fn clear(self) {
        let compositions = self.compositions.try_update_value(std::mem::take);
        for composition in compositions.unwrap_or_default() {
            composition.clear();
            composition.take_copies();
        }
        for worker in [self.worker, self.drawer] {
            worker.with_value(|worker| worker.stop());
        }
    }
}

/// A photo that was read.
struct Opened {
    /// What this browser can show of it.
    shown: Blob,
    photo: Photo,
    /// Its page, when that was made.
    made: Option<Made<Blob>>,
}

impl Opened {
    /// `None` when the answer tells of no photo.
    fn of(reply: &Reply, blobs: &[Blob]) -> Option<Self> {
        let Reply::Photo {
            photo,
            has_stand_in,
            page: size,
        } = reply
        else {
            return None;
        };
        let (shown, rest) = blobs.get(usize::from(*has_stand_in)..)?.split_first()?;
        let made = match rest {
            [page, thumbnail] => size.map(|size| Made {
                page: page.clone(),
                thumbnail: thumbnail.clone(),
                size,
            }),
            _ => None,
        };
        Some(Self {
            shown: shown.clone(),
            photo: photo.clone(),
            made,
        })
    }
}

/// What a file that was chosen alone is to be, by what the worker says of it.
fn prepared_of(
    limits: Limits,
    selected: SelectedFile<File>,
    reply: Reply,
    blobs: Vec<Blob>,
) -> Prepared<File> {
    let warning = match reply {
        Reply::Problem(Problem::Unreadable) => {
            return Prepared::Refused(FileRefusal::Unreadable);
        }
        Reply::Other(Seen::WebPage | Seen::Text) => {
            return Prepared::Refused(FileRefusal::NoDocument);
        }
        Reply::Problem(Problem::NeedsPassword) => Some(Warning::NeedsPassword),
        Reply::Problem(Problem::DamagedPdf) => Some(Warning::Damaged),
        Reply::Problem(Problem::DamagedPhoto) => Some(Warning::DamagedPhoto),
        Reply::Problem(Problem::TooLarge | Problem::UnknownToBrowser) => Some(Warning::NotChanged),
        _ => None,
    };
    let as_it_is = match blobs.first() {
        Some(copy) => as_what_it_is(limits, &selected, copy),
        None => Ok(selected.clone()),
    };
    match as_it_is {
        as_it_is if limits.accepts_pdf() && matches!(reply, Reply::Photo { .. }) => {
            Prepared::Photo(as_it_is.ok())
        }
        Ok(file) => {
            let is_other = file.mime != selected.mime;
            let warning = warning.or(is_other.then_some(Warning::OtherKind));
            Prepared::File(SelectedFile { warning, ..file })
        }
        Err(refusal) => Prepared::Refused(refusal),
    }
}

/// The copy of a file that was chosen, as what it is, whatever its name says.
fn as_what_it_is(
    limits: Limits,
    selected: &SelectedFile<File>,
    copy: &Blob,
) -> Result<SelectedFile<File>, FileRefusal> {
    let mime = limits.check("", selected.size, &copy.type_())?;
    let name = filename::for_kind(&selected.name, mime);
    let Some(file) = file::named(copy, &name, mime) else {
        return Ok(selected.clone());
    };
    Ok(SelectedFile {
        file,
        name,
        size: selected.size,
        mime,
        warning: None,
    })
}

/// All documents that are put together.
pub fn use_drafts() -> Drafts {
    expect_context()
}

/// Provides them: uploads have their files prepared by them, and who logs out leaves nothing behind.
pub fn provide_drafts() {
    let drafts = Drafts::new();
    provide_context(drafts);
    use_uploads().set_preparation(move |upload, file| drafts.prepare(upload, file).boxed_local());
    use_session().add_observer(DraftObserver(drafts));
    drafts.start_worker();
}

impl Composition {
    /// Whether something is so of the draft, for views that are to be made anew only when that changes.
    pub fn is(self, is_so: impl Fn(&Draft<Blob>) -> bool + Send + Sync + 'static) -> Memo<bool> {
        flag(move || self.draft.with(&is_so))
    }

    /// The upload that it is for.
    pub fn upload(self) -> Upload {
        self.upload
    }

    /// The pages are shown. A document that was chosen alone is the first of them.
    pub fn begin(self) {
        let is_empty = self.draft.with_untracked(|draft| draft.pages().is_empty())
            && self.reading.read_untracked().is_empty();
        let chosen = self.upload.chosen.read_untracked().files.is_empty();
        let file = self.upload.machine.read_untracked().file().cloned();
        if let Some(file) = file.filter(|_| is_empty && chosen) {
            self.add(vec![file.file]);
        }
        self.make_all();
    }

    /// Whether going back loses more than one photo as it was chosen.
    fn has_changes(self) -> bool {
        let draft = self.draft.read();
        let accepted = self.accepted();
        // A PDF as it was chosen is still there.
        let is_other = accepted != *draft && draft.untouched_pdf().is_none();
        let waiting = self.reading.read().len();
        // A photo in the place of the document changes nothing of that.
        let is_another = (self.upload.machine).with_untracked(|it| it.candidate().is_some());
        let had_pages = !is_another && !accepted.pages().is_empty();
        let is_one = draft.pages().len() + waiting <= 1 && !draft.has_edits();
        (is_other || waiting != 0) && (had_pages || !is_one)
    }

    /// The pages that the upload's document was made of; none when it was chosen as it is.
    fn accepted(self) -> Draft<Blob> {
        let file = self
            .upload
            .machine
            .with_untracked(|machine| machine.file().map(|it| it.file.clone()));
        let accepted = self
            .accepted
            .get_value()
            .filter(|(of, _)| Some(of) == file.as_ref());
        accepted.map(|(_, draft)| draft).unwrap_or_default()
    }

    fn make_all(self) {
        let ids = self
            .draft
            .with_untracked(|draft| draft.pages().iter().map(|page| page.id).collect::<Vec<_>>());
        for id in ids {
            self.make(id);
        }
    }

    /// Has a file read. Gives its copy in memory, too, and what else comes with a photo. `None` when the worker failed,
    /// or nobody wants the file any more.
    async fn open(self, file: &File, name: &str) -> Option<(Reply, Vec<Blob>)> {
        let call = Call::Open {
            name: name.to_owned(),
            media_type: file.type_(),
            longest_side: self.drafts.longest_side,
        };
        let (end, ended) = AbortHandle::new_pair();
        self.opening
            .try_update_value(|opening| opening.push((file.clone(), end)));
        let blobs = [(**file).clone()];
        let opened = Abortable::new(self.drafts.call(&call, &blobs), ended).await;
        let opened = opened.ok().flatten();
        if let Some((_, blobs)) = &opened
            && let Some(copy) = blobs.first()
        {
            self.is_copy(copy, file);
        }
        opened
    }

    fn is_copy(self, copy: &Blob, of: &Blob) {
        let (copy, of) = (copy.clone(), of.clone());
        self.copies
            .try_update_value(|copies| copies.push(Copied { copy, of }));
    }

    /// What was copied since this was last asked.
    pub fn take_copies(self) -> Vec<Copied> {
        let copies = self.copies.try_update_value(std::mem::take);
        copies.unwrap_or_default()
    }

    /// Adds the files that were chosen, in their order.
    pub fn add(self, files: Vec<File>) {
        // What was said of others was read.
        if self.reading.with_untracked(Vec::is_empty) {
            self.refused.set(Vec::new());
        }
        for file in files {
            let name = file::name(&file);
            self.reading.update(|reading| reading.push(file.clone()));
            spawn_local(async move {
                let opened = self.open(&file, &name).await;
                let is_wanted = self.reading.try_update(|reading| {
                    let place = reading.iter().position(|it| *it == file);
                    place.map(|place| reading.remove(place)).is_some()
                });
                if is_wanted != Some(true) {
                    return;
                }
                if let Some((reply, blobs)) = &opened
                    && let Some(opened) = Opened::of(reply, blobs)
                {
                    return self.add_photo(&name, opened);
                }
                let opened = opened.map(|(reply, blobs)| (reply, blobs.into_iter().next()));
                let refusal = match opened {
                    Some((Reply::Pdf { pages, has_more }, Some(copy))) => {
                        self.draft
                            .update(|draft| draft.add_pdf(&name, &copy, pages, has_more));
                        return;
                    }
                    Some((Reply::Problem(problem), _)) => Refused::Problem(problem),
                    Some(_) if file.size() == 0.0 => Refused::Empty,
                    Some((Reply::Other(Seen::WebPage | Seen::Text), _)) => Refused::NoDocument,
                    // What the office takes can be sent alone.
                    Some((_, copy)) => {
                        let kind = copy.map_or_else(String::new, |copy| copy.type_());
                        match self.upload.limits().check(&name, 1, &kind) {
                            Ok(_) => Refused::OtherKind,
                            Err(_) => Refused::WrongKind,
                        }
                    }
                    None => Refused::Problem(Problem::Failed),
                };
                self.refused.update(|refused| refused.push((name, refusal)));
            });
        }
    }

    fn add_photo(self, name: &str, opened: Opened) {
        let Opened { shown, photo, made } = opened;
        let id = self
            .draft
            .try_update(|draft| draft.add_photo(name, shown, photo, made));
        if let Some(id) = id {
            self.make(id);
        }
    }

    /// Turns a page by a quarter, clockwise.
    pub fn turn(self, id: u32) {
        if self.draft.try_update(|draft| draft.turn(id)) == Some(true) {
            self.make(id);
        }
    }

    /// Changes what is done to a photo.
    pub fn set_edit(self, id: u32, edit: Edit) {
        if self.draft.try_update(|draft| draft.set_edit(id, edit)) == Some(true) {
            self.make(id);
        }
    }

    /// Changes what is cut out of a photo.
    pub fn set_corners(self, id: u32, corners: Option<Corners>) {
        let edit = self.draft.with_untracked(|draft| draft.edit(id));
        if let Some(edit) = edit {
            self.set_edit(id, Edit { corners, ..edit });
        }
    }

    /// Changes what is made black in a photo.
    pub fn set_covered(self, id: u32, covered: Vec<Area>) {
        let edit = self.draft.with_untracked(|draft| draft.edit(id));
        if let Some(edit) = edit {
            self.set_edit(id, Edit { covered, ..edit });
        }
    }

    /// Changes what is written across the pages. They are made anew when it has not changed again for a while.
    pub fn set_watermark(self, watermark: Watermark) {
        let changed = self
            .draft
            .try_update(|draft| draft.set_watermark(watermark));
        if changed != Some(true) {
            return;
        }
        let count = self.watermarks.try_update_value(|count| {
            *count += 1;
            *count
        });
        spawn_local(async move {
            TimeoutFuture::new(QUIET).await;
            if self.watermarks.try_get_value() == count {
                self.make_all();
            }
        });
    }

    /// Has a photo's page made.
    pub fn make(self, id: u32) {
        spawn_local(async move {
            let recipe = self.draft.try_with_untracked(|draft| draft.recipe(id));
            let Some(recipe) = recipe.flatten() else {
                return;
            };
            // Who comes back to the page waits for what is under way.
            let is_new = self.making.try_update_value(|making| {
                let is_new = !making.contains(&recipe);
                if is_new {
                    making.push(recipe.clone());
                }
                is_new
            });
            if is_new != Some(true) {
                return;
            }
            let call = Call::Render {
                edit: recipe.edit.clone(),
                longest_side: self.drafts.longest_side,
                watermark: recipe.watermark.clone(),
            };
            let answer = self
                .drafts
                .call(&call, std::slice::from_ref(&recipe.original))
                .await;
            self.making
                .try_update_value(|making| making.retain(|it| *it != recipe));
            let made = match answer {
                Some((Reply::Page { size }, blobs)) => {
                    let blobs = <[Blob; 2]>::try_from(blobs).ok();
                    blobs.map(|[page, thumbnail]| Made {
                        page,
                        thumbnail,
                        size,
                    })
                }
                _ => None,
            };
            self.draft
                .try_update(|draft| draft.set_made(id, &recipe, made));
        });
    }

    /// Makes the document of the pages, and hands it to the upload. `title` is the document's, and its name.
    pub fn finish(self, title: String) {
        if self.is_finishing.get_untracked() {
            return;
        }
        let untouched = self.draft.with_untracked(|draft| {
            let untouched = draft.untouched_pdf();
            untouched.map(|(pdf, name)| (pdf.clone(), name.to_owned()))
        });
        if let Some((pdf, name)) = untouched {
            return self.hand_over(&pdf, &name);
        }
        let Some((pages, blobs)) = self.draft.with_untracked(Draft::contents) else {
            return;
        };
        let watermark = self
            .draft
            .with_untracked(|draft| draft.watermark().written());
        let made_of = self.draft.get_untracked();
        self.is_finishing.set(true);
        self.finishing.set_value(Some(made_of.clone()));
        spawn_local(async move {
            let call = Call::Assemble {
                title: title.clone(),
                language: self.drafts.language.to_owned(),
                pages,
                watermark,
            };
            let answer = self.drafts.call(&call, &blobs).await;
            let is_wanted = self
                .finishing
                .try_with_value(|pages| pages.as_ref() == Some(&made_of));
            if is_wanted != Some(true) {
                return;
            }
            self.drop_document();
            // The pages may be others by now, or be about to go.
            if !self.has_only(&made_of) || self.upload.asks_discard.get_untracked() {
                return;
            }
            match answer {
                Some((Reply::Document, blobs)) if !blobs.is_empty() => {
                    self.hand_over(&blobs[0], &title);
                }
                Some((Reply::Problem(problem), _)) => self.refuse(problem),
                _ => self.refuse(Problem::Failed),
            }
        });
    }

    /// Whether these are all its pages, and none are to come.
    fn has_only(self, pages: &Draft<Blob>) -> bool {
        let is_waiting = |chosen: &Chosen| !chosen.files.is_empty();
        self.draft.with_untracked(|draft| draft == pages)
            && self.reading.with_untracked(Vec::is_empty)
            && !self.upload.chosen.with_untracked(is_waiting)
    }

    fn drop_document(self) {
        self.finishing.try_set_value(None);
        self.is_finishing.try_set(false);
    }

    /// The document could not be made.
    fn refuse(self, problem: Problem) {
        let refusal = (String::new(), Refused::Document(problem));
        self.refused.update(|refused| refused.push(refusal));
    }

    fn hand_over(self, document: &Blob, name: &str) {
        let size = document.size() as u64;
        let mime = "application/pdf";
        let name = filename::for_kind(&name.replace(['/', '\\'], "-"), mime);
        let file = file::named(document, &name, mime);
        let Some(file) = file else {
            return self.refuse(Problem::Failed);
        };
        self.is_copy(&file, document);
        let event = match self.upload.limits().check(&name, size, mime) {
            Ok(mime) => {
                let pages = self.draft.get_untracked();
                self.accepted.set_value(Some((file.clone(), pages)));
                Event::Composed(SelectedFile {
                    file,
                    name,
                    size,
                    mime,
                    warning: None,
                })
            }
            Err(refusal) => Event::RefuseFile(refusal),
        };
        self.upload.step(event);
    }

    /// Has these pages, of which the `document` was made when there is one.
    pub fn restore(self, draft: Draft<Blob>, document: Option<File>) {
        self.accepted
            .set_value(document.map(|document| (document, draft.clone())));
        self.draft.set(draft);
    }

    /// Has the pages of the document that the upload has, and no others.
    fn return_to_accepted(self) {
        let accepted = self.accepted();
        match accepted.pages() {
            [] => self.clear(),
            _ => {
                self.begin_another();
                self.draft.set(accepted);
            }
        }
    }

    /// Drops all pages, also those of the document that the upload has.
    pub fn clear(self) {
        self.accepted.try_set_value(None);
        self.begin_another();
    }

    /// Drops the pages on the screen: those of another document are to come.
    pub fn begin_another(self) {
        self.draft.try_set(Draft::default());
        self.drawings.clear();
        self.reading.try_set(Vec::new());
        self.refused.try_set(Vec::new());
        self.drop_document();
    }
}

/// Tells the drafts of the session.
struct DraftObserver(Drafts);

impl SessionObserver for DraftObserver {
    fn on_session(&self, _: &Session) {}

    fn has_unsent(&self) -> bool {
        // The upload says it.
        false
    }

    fn on_forget(&self) {
        self.0.clear();
    }
}
