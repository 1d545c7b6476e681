//! The pages of a document that is put together. This module does not use the browser: `B` is the caller's handle of
//! what is in memory, a photo, a PDF, or a page that was made.

use document::{
    message::{Edit, PageOf, Photo, Turn},
    watermark::Watermark,
};
use serde::{Deserialize, Serialize};

/// A document that is put together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft<B> {
    pages: Vec<Page<B>>,
    last_id: u32,
    watermark: Watermark,
}

/// A page. Its id stays the same, wherever it moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<B> {
    /// Its id in the draft.
    pub id: u32,
    /// The name of the file that it is of.
    pub file_name: String,
    /// What it is made of.
    pub source: Source<B>,
}

/// What a page is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "B: Deserialize<'de>"))]
pub enum Source<B> {
    /// A photo.
    Photo {
        /// The photo as it was taken.
        original: B,
        /// What was seen in it.
        photo: Photo,
        /// What is done to it.
        edit: Edit,
        /// The page that is made of it. It is not kept: it can be made again.
        #[serde(skip)]
        made: Making<B>,
    },
    /// A page of a PDF, which is carried over as it is.
    Pdf {
        /// The PDF.
        pdf: B,
        /// Which page of it, from 0.
        page: usize,
        /// How many it has.
        of: usize,
        /// Whether it has a signature or files in it, which are not carried over.
        has_more: bool,
        /// How it is turned.
        turn: Turn,
    },
}

/// How far a photo's page is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Making<B> {
    /// It is being made.
    #[default]
    UnderWay,
    /// It could not be made.
    Failed,
    /// It is there.
    Made(Made<B>),
}

/// Of what a photo's page is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe<B> {
    /// The photo as it was taken.
    pub original: B,
    /// What is done to it.
    pub edit: Edit,
    /// What is written across it.
    pub watermark: Option<String>,
}

/// Of what a picture of a PDF's page is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct PdfPage<B> {
    /// The PDF.
    pub pdf: B,
    /// Which page of it, from 0.
    pub page: usize,
    /// How it is turned.
    pub turn: Turn,
    /// What is written across it.
    pub watermark: Option<String>,
}

/// A photo's page.
#[derive(Debug, Clone, PartialEq)]
pub struct Made<B> {
    /// The page as it goes into the document, as a JPEG.
    pub page: B,
    /// A small picture of it.
    pub thumbnail: B,
    /// The page's width and height in pixels.
    pub size: (u32, u32),
}

impl<B: PartialEq> PdfPage<B> {
    /// Whether another is the same page, however it is turned and whatever is written across it.
    pub fn is_same(&self, other: &Self) -> bool {
        self.pdf == other.pdf && self.page == other.page
    }
}

impl<B> Page<B> {
    /// What it is of.
    pub fn handle(&self) -> &B {
        match &self.source {
            Source::Photo { original, .. } => original,
            Source::Pdf { pdf, .. } => pdf,
        }
    }

    /// The same page of another handle, to be made anew.
    fn try_map<C>(&self, other: &mut impl FnMut(&B) -> Option<C>) -> Option<Page<C>> {
        let source = match &self.source {
            Source::Photo {
                original,
                photo,
                edit,
                ..
            } => Source::Photo {
                original: other(original)?,
                photo: photo.clone(),
                edit: edit.clone(),
                made: Making::UnderWay,
            },
            Source::Pdf {
                pdf,
                page,
                of,
                has_more,
                turn,
            } => Source::Pdf {
                pdf: other(pdf)?,
                page: *page,
                of: *of,
                has_more: *has_more,
                turn: *turn,
            },
        };
        Some(Page {
            id: self.id,
            file_name: self.file_name.clone(),
            source,
        })
    }
}

impl<B> Default for Draft<B> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            last_id: 0,
            watermark: Watermark::default(),
        }
    }
}

impl<B> Draft<B> {
    /// The same draft of other handles. Its pages are to be made anew. `None` when one handle has no other.
    pub fn try_map<C>(&self, mut other: impl FnMut(&B) -> Option<C>) -> Option<Draft<C>> {
        let pages = self.pages.iter().map(|page| page.try_map(&mut other));
        Some(self.with_pages(pages.collect::<Option<_>>()?))
    }

    /// The same draft of other handles, and the pages whose handles have no other: they are left out.
    pub fn filter_map<C>(
        &self,
        mut other: impl FnMut(&B) -> Option<C>,
    ) -> (Draft<C>, Vec<&Page<B>>) {
        let mut pages = Vec::new();
        let mut lost = Vec::new();
        for page in &self.pages {
            match page.try_map(&mut other) {
                Some(page) => pages.push(page),
                None => lost.push(page),
            }
        }
        (self.with_pages(pages), lost)
    }

    fn with_pages<C>(&self, pages: Vec<Page<C>>) -> Draft<C> {
        Draft {
            pages,
            last_id: self.last_id,
            watermark: self.watermark.clone(),
        }
    }

    /// What its pages are of, as often as they are.
    pub fn handles(&self) -> impl Iterator<Item = &B> {
        self.pages.iter().map(Page::handle)
    }
}

impl<B: Clone + PartialEq> Draft<B> {
    /// The pages, in order.
    pub fn pages(&self) -> &[Page<B>] {
        &self.pages
    }

    /// A page; `None` when it was removed.
    pub fn page(&self, id: u32) -> Option<&Page<B>> {
        self.pages.iter().find(|page| page.id == id)
    }

    /// How far a photo's page is; `None` for a page of a PDF, and for one that was removed.
    pub fn making(&self, id: u32) -> Option<&Making<B>> {
        match &self.page(id)?.source {
            Source::Photo { made, .. } => Some(made),
            Source::Pdf { .. } => None,
        }
    }

    /// Adds a photo at the end, cut out where its page was found. `made` is its page, when that is there; it has no
    /// watermark. Gives its id.
    pub fn add_photo(
        &mut self,
        file_name: &str,
        original: B,
        photo: Photo,
        made: Option<Made<B>>,
    ) -> u32 {
        let edit = Edit::proposed(&photo);
        let made = made.filter(|_| self.watermark.written().is_none());
        self.add(
            file_name,
            Source::Photo {
                original,
                photo,
                edit,
                made: made.map_or(Making::UnderWay, Making::Made),
            },
        )
    }

    /// Adds so many pages of a PDF at the end; `has_more` says whether it has what is not carried over with them.
    pub fn add_pdf(&mut self, file_name: &str, pdf: &B, pages: usize, has_more: bool) {
        for page in 0..pages {
            let source = Source::Pdf {
                pdf: pdf.clone(),
                page,
                of: pages,
                has_more,
                turn: Turn::None,
            };
            self.add(file_name, source);
        }
    }

    fn add(&mut self, file_name: &str, source: Source<B>) -> u32 {
        self.last_id += 1;
        self.pages.push(Page {
            id: self.last_id,
            file_name: file_name.to_owned(),
            source,
        });
        self.last_id
    }

    /// Removes a page. Gives the one that takes its place, or the last one.
    pub fn remove(&mut self, id: u32) -> Option<u32> {
        let place = self.place(id)?;
        self.pages.remove(place);
        let next = self.pages.get(place).or(self.pages.last());
        next.map(|page| page.id)
    }

    /// Moves a page to a place, counted from 0; to the end when there are fewer.
    pub fn move_to(&mut self, id: u32, place: usize) {
        if let Some(from) = self.place(id) {
            let page = self.pages.remove(from);
            self.pages.insert(place.min(self.pages.len()), page);
        }
    }

    /// Where a page is, counted from 0.
    pub fn place(&self, id: u32) -> Option<usize> {
        self.pages.iter().position(|page| page.id == id)
    }

    /// What is done to a photo; `None` for a page of a PDF.
    pub fn edit(&self, id: u32) -> Option<Edit> {
        match &self.page(id)?.source {
            Source::Photo { edit, .. } => Some(edit.clone()),
            Source::Pdf { .. } => None,
        }
    }

    /// Changes what is done to a photo. Its page is to be made anew, unless nothing changed. Gives whether it is.
    pub fn set_edit(&mut self, id: u32, new: Edit) -> bool {
        let page = self.pages.iter_mut().find(|page| page.id == id);
        match page.map(|page| &mut page.source) {
            Some(Source::Photo { edit, made, .. }) if *edit != new => {
                *edit = new;
                *made = Making::UnderWay;
                true
            }
            _ => false,
        }
    }

    /// Turns a page by a quarter, clockwise. Gives whether it is to be made anew.
    pub fn turn(&mut self, id: u32) -> bool {
        let page = self.pages.iter_mut().find(|page| page.id == id);
        match page.map(|page| &mut page.source) {
            Some(Source::Photo { edit, made, .. }) => {
                edit.turn = edit.turn.further();
                *made = Making::UnderWay;
                true
            }
            Some(Source::Pdf { turn, .. }) => {
                *turn = turn.further();
                false
            }
            None => false,
        }
    }

    /// What is written across the pages, and whether it is.
    pub fn watermark(&self) -> &Watermark {
        &self.watermark
    }

    /// Changes what is written across the pages. Those of photos are to be made anew, unless it stays the same. Gives
    /// whether they are.
    pub fn set_watermark(&mut self, new: Watermark) -> bool {
        let is_other = new.written() != self.watermark.written();
        self.watermark = new;
        if is_other {
            for page in &mut self.pages {
                if let Source::Photo { made, .. } = &mut page.source {
                    *made = Making::UnderWay;
                }
            }
        }
        is_other
    }

    /// Whether a photo or a PDF as it is would tell more than the pages do: something is made black, or written across.
    pub fn is_protected(&self) -> bool {
        let has_covered = |page: &Page<B>| match &page.source {
            Source::Photo { edit, .. } => !edit.covered.is_empty(),
            Source::Pdf { .. } => false,
        };
        self.watermark.written().is_some() || self.pages.iter().any(has_covered)
    }

    /// Whether something was done to a page, or is written across them.
    pub fn has_edits(&self) -> bool {
        let is_edited = |page: &Page<B>| match &page.source {
            Source::Photo { photo, edit, .. } => *edit != Edit::proposed(photo),
            Source::Pdf { turn, .. } => *turn != Turn::None,
        };
        self.watermark.is_on || self.pages.iter().any(is_edited)
    }

    /// Of what a page is to be made; `None` when it is not waited for.
    pub fn recipe(&self, id: u32) -> Option<Recipe<B>> {
        match &self.page(id)?.source {
            Source::Photo {
                original,
                edit,
                made: Making::UnderWay,
                ..
            } => Some(Recipe {
                original: original.clone(),
                edit: edit.clone(),
                watermark: self.watermark.written(),
            }),
            _ => None,
        }
    }

    /// Takes a photo's page that was made of this, or `None` when that failed. It is dropped unless that is waited for.
    pub fn set_made(&mut self, id: u32, of: &Recipe<B>, new: Option<Made<B>>) {
        if self.recipe(id).as_ref() != Some(of) {
            return;
        }
        let page = self.pages.iter_mut().find(|page| page.id == id);
        if let Some(Source::Photo { made, .. }) = page.map(|page| &mut page.source) {
            *made = new.map_or(Making::Failed, Making::Made);
        }
    }

    /// What a page of a PDF is to be drawn of; `None` for a photo, and for a page that was removed.
    pub fn pdf_page(&self, id: u32) -> Option<PdfPage<B>> {
        match &self.page(id)?.source {
            Source::Pdf {
                pdf, page, turn, ..
            } => Some(PdfPage {
                pdf: pdf.clone(),
                page: *page,
                turn: *turn,
                watermark: self.watermark.written(),
            }),
            Source::Photo { .. } => None,
        }
    }

    /// Whether a page could not be made.
    pub fn has_failed(&self) -> bool {
        let failed = |page: &Page<B>| {
            matches!(
                page.source,
                Source::Photo {
                    made: Making::Failed,
                    ..
                }
            )
        };
        self.pages.iter().any(failed)
    }

    /// Whether there are pages, and all of them are made.
    pub fn is_ready(&self) -> bool {
        let is_made = |page: &Page<B>| match &page.source {
            Source::Photo { made, .. } => matches!(made, Making::Made(_)),
            Source::Pdf { .. } => true,
        };
        !self.pages.is_empty() && self.pages.iter().all(is_made)
    }

    /// The pages as the worker takes them, with what they are made of. `None` unless all of them are made, and there are
    /// any.
    pub fn contents(&self) -> Option<(Vec<PageOf>, Vec<B>)> {
        let mut blobs = Vec::new();
        let mut number_of = |blob: &B| {
            let known = blobs.iter().position(|it| it == blob);
            known.unwrap_or_else(|| {
                blobs.push(blob.clone());
                blobs.len() - 1
            })
        };
        let mut pages = Vec::new();
        for page in &self.pages {
            pages.push(match &page.source {
                Source::Photo {
                    made: Making::Made(made),
                    ..
                } => PageOf::Photo {
                    blob: number_of(&made.page),
                },
                Source::Photo { .. } => return None,
                Source::Pdf {
                    pdf, page, turn, ..
                } => PageOf::Pdf {
                    blob: number_of(pdf),
                    page: *page,
                    turn: *turn,
                },
            });
        }
        (!pages.is_empty()).then_some((pages, blobs))
    }

    /// How large the document becomes, by the sizes of what it is made of: about, as nobody knows how much of a PDF
    /// belongs to one of its pages. `None` until all pages are made.
    pub fn size(&self, size_of: impl Fn(&B) -> f64) -> Option<f64> {
        let sizes = self.pages.iter().map(|page| match &page.source {
            Source::Photo {
                made: Making::Made(made),
                ..
            } => Some(size_of(&made.page)),
            Source::Photo { .. } => None,
            Source::Pdf { pdf, of, .. } => Some(size_of(pdf) / (*of).max(1) as f64),
        });
        sizes.sum()
    }

    /// Whether a signature or files in a PDF are lost in the document.
    pub fn loses_more(&self) -> bool {
        let has_more = |page: &Page<B>| matches!(page.source, Source::Pdf { has_more: true, .. });
        self.untouched_pdf().is_none() && self.pages.iter().any(has_more)
    }

    /// The PDF and its file's name, when the draft is that PDF and nothing else, with nothing across it: it is sent as
    /// it is.
    pub fn untouched_pdf(&self) -> Option<(&B, &str)> {
        if self.watermark.written().is_some() {
            return None;
        }
        let Source::Pdf { pdf: first, of, .. } = &self.pages.first()?.source else {
            return None;
        };
        let is_its_place = |(place, it): (usize, &Page<B>)| {
            matches!(&it.source, Source::Pdf { pdf, page, turn: Turn::None, .. }
                if pdf == first && *page == place)
        };
        let is_whole = self.pages.len() == *of;
        (is_whole && self.pages.iter().enumerate().all(is_its_place))
            .then_some((first, &*self.pages[0].file_name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTO: Photo = Photo {
        size: (4000, 3000),
        corners: Some([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]),
        advice: Vec::new(),
    };

    fn made(page: &'static str) -> Made<&'static str> {
        Made {
            page,
            thumbnail: "small",
            size: (2480, 3508),
        }
    }

    /// Two photos, and a PDF of two pages.
    fn draft() -> Draft<&'static str> {
        let mut draft = Draft::default();
        for (name, original) in [("voor.jpg", "front"), ("achter.jpg", "back")] {
            draft.add_photo(name, original, PHOTO, Some(made(original)));
        }
        draft.add_pdf("loonstrook.pdf", &"pdf", 2, true);
        draft
    }

    fn ids(draft: &Draft<&'static str>) -> Vec<u32> {
        draft.pages().iter().map(|page| page.id).collect()
    }

    #[test]
    fn pages_whose_photo_or_pdf_is_missing_are_left_out_and_named() {
        let draft = draft();
        let (all, lost) = draft.filter_map(|it| Some(*it));
        assert_eq!((Some(all), lost.len()), (draft.try_map(|it| Some(*it)), 0));
        let (some, lost) = draft.filter_map(|it| (*it == "back").then_some(*it));
        assert_eq!(some.pages().len(), 1);
        assert_eq!(some.pages()[0].file_name, "achter.jpg");
        let lost: Vec<_> = lost
            .iter()
            .map(|it| (*it.handle(), &*it.file_name))
            .collect();
        let pdf = ("pdf", "loonstrook.pdf");
        assert_eq!(lost, [("front", "voor.jpg"), pdf, pdf]);
        // The next page has an id that none of them had.
        let mut some = some;
        assert_eq!(some.add_photo("los.jpg", "new", PHOTO, None), 5);
    }

    #[test]
    fn pages_come_in_the_order_in_which_they_are_chosen() {
        let draft = draft();
        assert!(draft.is_ready());
        let (pages, blobs) = draft.contents().unwrap();
        assert_eq!(blobs, ["front", "back", "pdf"]);
        let second = PageOf::Pdf {
            blob: 2,
            page: 1,
            turn: Turn::None,
        };
        assert_eq!(
            (&pages[1], &pages[3]),
            (&PageOf::Photo { blob: 1 }, &second)
        );
    }

    #[test]
    fn a_page_moves_to_any_place_and_keeps_its_id() {
        let mut draft = draft();
        draft.move_to(1, 2);
        assert_eq!(ids(&draft), [2, 3, 1, 4]);
        draft.move_to(4, 0);
        assert_eq!(ids(&draft), [4, 2, 3, 1]);
        draft.move_to(4, 99);
        draft.move_to(99, 0);
        assert_eq!(ids(&draft), [2, 3, 1, 4]);
    }

    #[test]
    fn the_page_after_a_removed_one_takes_its_place() {
        let mut draft = draft();
        assert_eq!(draft.remove(2), Some(3));
        assert_eq!(draft.remove(4), Some(3));
        assert_eq!(draft.remove(4), None);
        assert_eq!(ids(&draft), [1, 3]);
        assert_eq!(draft.remove(1), Some(3));
        assert_eq!(draft.remove(3), None);
        assert!(!draft.is_ready());
        assert_eq!(draft.contents(), None);
    }

    #[test]
    fn a_page_without_the_watermark_that_is_wanted_is_made_anew() {
        let mut draft = draft();
        draft.set_watermark(Watermark {
            is_on: true,
            text: "Kopie".to_owned(),
        });
        let id = draft.add_photo("derde.jpg", "third", PHOTO, Some(made("third")));
        assert_eq!(draft.making(id), Some(&Making::UnderWay));
    }

    #[test]
    fn a_draft_of_other_handles_has_the_same_pages_to_be_made_anew() {
        let draft = draft();
        let lengths = draft.try_map(|blob| Some(blob.len())).unwrap();
        assert_eq!((lengths.pages().len(), lengths.last_id), (4, 4));
        assert_eq!(lengths.making(1), Some(&Making::UnderWay));
        let back = lengths.try_map(|length| Some(["pdf", "back", "front"][length - 3]));
        let mut back = back.unwrap();
        assert!(!back.is_ready());
        for (id, original) in [(1, "front"), (2, "back")] {
            back.set_made(id, &back.recipe(id).unwrap(), Some(made(original)));
        }
        assert_eq!(back, draft);
        assert_eq!(draft.try_map(|blob| (*blob != "pdf").then_some(0)), None);
    }

    #[test]
    fn a_photo_whose_page_is_not_there_waits_for_it() {
        let mut draft = Draft::default();
        let id = draft.add_photo("voor.jpg", "front", PHOTO, None);
        assert_eq!(draft.making(id), Some(&Making::UnderWay));
        let recipe = draft.recipe(id).unwrap();
        draft.set_made(id, &recipe, Some(made("front")));
        assert!(draft.is_ready());
        // What comes a second time changes nothing: a document may be made of it by now.
        draft.set_made(id, &recipe, Some(made("again")));
        draft.set_made(id, &recipe, None);
        assert_eq!(draft.contents().unwrap().1, ["front"]);
    }

    #[test]
    fn a_found_page_is_cut_out_at_first() {
        assert_eq!(draft().edit(1).unwrap().corners, PHOTO.corners);
        assert_eq!(draft().edit(3), None);
    }

    #[test]
    fn a_changed_page_is_made_anew_and_an_old_one_does_not_take_its_place() {
        let mut draft = draft();
        let old = draft.edit(1).unwrap();
        assert!(!draft.set_edit(1, old.clone()), "nothing changed");
        assert_eq!(draft.recipe(1), None, "it is there");
        assert!(draft.turn(1));
        assert!(!draft.is_ready());
        assert_eq!((draft.contents(), draft.size(|_| 1.0)), (None, None));
        let new = draft.recipe(1).unwrap();
        assert_eq!(new.edit.turn, Turn::Right);
        let others = [
            Recipe {
                edit: old,
                ..new.clone()
            },
            // The next document's pages have the same ids.
            Recipe {
                original: "other",
                ..new.clone()
            },
        ];
        for other in others {
            draft.set_made(1, &other, Some(made("old")));
            assert!(!draft.is_ready());
        }
        let mut failed = draft.clone();
        failed.set_made(1, &new, None);
        assert!(!failed.is_ready(), "a page that failed is not left out");
        assert!(failed.has_failed());
        draft.set_made(1, &new, Some(made("new")));
        assert_eq!(draft.contents().unwrap().1[0], "new");
    }

    #[test]
    fn a_pdf_alone_is_untouched_until_something_is_changed() {
        let mut draft = draft();
        assert_eq!(draft.untouched_pdf(), None);
        draft.remove(1);
        assert_eq!(draft.size(|it| it.len() as f64), Some(4.0 + 3.0));
        draft.remove(2);
        assert_eq!(draft.untouched_pdf(), Some((&"pdf", "loonstrook.pdf")));
        assert!(!draft.loses_more());
        draft.turn(4);
        assert_eq!(draft.untouched_pdf(), None);
        assert!(draft.loses_more(), "its signature");
        for _ in 0..3 {
            draft.turn(4);
        }
        assert!(draft.untouched_pdf().is_some());
        draft.move_to(4, 0);
        assert_eq!(draft.untouched_pdf(), None);
        draft.remove(4);
        assert_eq!(draft.untouched_pdf(), None);
    }

    fn watermark(is_on: bool, text: &str) -> Watermark {
        let text = text.to_owned();
        Watermark { is_on, text }
    }

    #[test]
    fn a_watermark_is_burnt_into_each_photo_and_an_old_page_does_not_take_its_place() {
        let mut draft = draft();
        assert!(!draft.set_watermark(watermark(false, "Kopie")), "not on");
        assert!(
            !draft.set_watermark(watermark(true, " ")),
            "nothing to write"
        );
        assert!(draft.is_ready() && !draft.is_protected());
        assert!(draft.set_watermark(watermark(true, "Kopie")));
        assert!(!draft.set_watermark(watermark(true, " Kopie ")), "the same");
        assert!(!draft.is_ready() && draft.is_protected());
        for id in [1, 2] {
            let with = draft.recipe(id).unwrap();
            assert_eq!(with.watermark.as_deref(), Some("Kopie"));
            let without = Recipe {
                watermark: None,
                ..with.clone()
            };
            draft.set_made(id, &without, Some(made("without")));
            assert!(!draft.is_ready());
            draft.set_made(id, &with, Some(made("with")));
        }
        assert!(draft.is_ready());
        assert!(draft.set_watermark(watermark(false, "Kopie")));
        assert_eq!(draft.watermark().text, "Kopie", "the text stays");
        assert!(!draft.is_ready() && !draft.is_protected());
    }

    #[test]
    fn a_pdf_with_a_watermark_is_not_untouched() {
        let mut draft = Draft::default();
        draft.add_pdf("paspoort.pdf", &"pdf", 1, false);
        assert!(draft.untouched_pdf().is_some());
        draft.set_watermark(watermark(true, "Kopie"));
        assert_eq!(draft.untouched_pdf(), None);
        assert!(draft.is_ready());
    }

    #[test]
    fn what_is_covered_stays_so_when_the_page_is_cut_out_or_turned_anew() {
        let mut draft = draft();
        let area = [(0.2, 0.2), (0.4, 0.2), (0.4, 0.3), (0.2, 0.3)];
        let mut edit = draft.edit(1).unwrap();
        edit.covered.push(area);
        assert!(draft.set_edit(1, edit.clone()) && draft.is_protected());
        draft.turn(1);
        let corners = None;
        let again = Edit {
            corners,
            ..draft.edit(1).unwrap()
        };
        draft.set_edit(1, again);
        assert_eq!(draft.edit(1).unwrap().covered, [area]);
        draft.remove(1);
        assert!(!draft.is_protected());
    }

    #[test]
    fn a_page_of_a_pdf_is_turned_without_being_made() {
        let mut draft = draft();
        for turn in [Turn::Right, Turn::Half, Turn::Left, Turn::None] {
            assert!(!draft.turn(4));
            let last = draft.contents().unwrap().0.pop();
            let page = PageOf::Pdf {
                blob: 2,
                page: 1,
                turn,
            };
            assert_eq!(last, Some(page));
        }
    }
}
