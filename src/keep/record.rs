//! What is kept of an upload, as bytes. `B` is a handle of what is in memory, or of what is in the database.

use serde::{Deserialize, Serialize};

use crate::{
    scan::draft::Draft,
    upload::{
        limits::Limits,
        machine::{ActionSnapshot, SelectedFile, Unsent, Warning},
    },
};

/// What is kept of an upload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record<B> {
    /// The action that it is for.
    pub action_id: String,
    file: Option<KeptFile<B>>,
    candidate: Option<KeptFile<B>>,
    is_composing: bool,
    comment: String,
    sent: Option<ActionSnapshot>,
    /// Files that were chosen, and are not pages yet.
    waiting: Vec<KeptFile<B>>,
    /// The pages of the document that is put together.
    pub draft: Draft<B>,
}

/// A file that was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KeptFile<B> {
    file: B,
    name: String,
    size: u64,
    mime: String,
    warning: Option<Warning>,
}

/// A file that was chosen and is not a page yet.
#[derive(Debug, Clone)]
pub(super) struct WaitingFile<F> {
    pub file: F,
    pub name: String,
    /// The media type that the browser gives; may be empty.
    pub mime: String,
}

impl<B> Record<B> {
    /// What is to be kept; `waiting` are files that are not pages yet. `None` when one handle has no other.
    pub fn new<F, D>(
        action_id: String,
        unsent: Unsent<F>,
        waiting: Vec<WaitingFile<F>>,
        draft: &Draft<D>,
        mut of_file: impl FnMut(&F) -> Option<B>,
        of_draft: impl FnMut(&D) -> Option<B>,
    ) -> Option<Self> {
        let waiting = waiting.into_iter().map(|file| {
            Some(KeptFile {
                file: of_file(&file.file)?,
                name: file.name,
                size: 0,
                mime: file.mime,
                warning: None,
            })
        });
        let waiting = waiting.collect::<Option<_>>()?;
        let mut kept = |file: Option<SelectedFile<F>>| match file {
            None => Some(None),
            Some(file) => Some(Some(KeptFile {
                file: of_file(&file.file)?,
                name: file.name,
                size: file.size,
                mime: file.mime.to_owned(),
                warning: file.warning,
            })),
        };
        Some(Self {
            action_id,
            file: kept(unsent.file)?,
            candidate: kept(unsent.candidate)?,
            is_composing: unsent.is_composing,
            comment: unsent.comment,
            sent: unsent.sent,
            waiting,
            draft: draft.try_map(of_draft)?,
        })
    }

    /// The handles that it has, some of them more than once.
    pub fn handles(&self) -> Vec<&B> {
        let files = [&self.file, &self.candidate].into_iter().flatten();
        let files = files.chain(&self.waiting);
        let mut handles = files.map(|file| &file.file).collect::<Vec<_>>();
        handles.extend(self.draft.handles());
        handles
    }

    /// Whether its file was sent, and may have arrived.
    pub fn is_sent(&self) -> bool {
        self.sent.is_some()
    }

    /// The files that are not pages yet.
    pub fn waiting<F>(&self, mut file_of: impl FnMut(&B, &str, &str) -> Option<F>) -> Vec<F> {
        let files = self.waiting.iter();
        let files = files.filter_map(|kept| file_of(&kept.file, &kept.name, &kept.mime));
        files.collect()
    }

    /// What the upload had. A file that the office does not take any more is left out. `file_of` makes a file of what is
    /// kept of it, its name and its media type.
    pub fn unsent<F>(
        &self,
        limits: Limits,
        mut file_of: impl FnMut(&B, &str, &str) -> Option<F>,
    ) -> Unsent<F> {
        let mut chosen = |kept: &Option<KeptFile<B>>, is_whole: bool| {
            let kept = kept.as_ref()?;
            // A photo may be larger than what is sent: its page is not.
            let size = if is_whole { kept.size } else { 1 };
            let mime = limits.check(&kept.name, size, &kept.mime).ok()?;
            Some(SelectedFile {
                file: file_of(&kept.file, &kept.name, mime)?,
                name: kept.name.clone(),
                size: kept.size,
                mime,
                warning: kept.warning,
            })
        };
        let file = chosen(&self.file, true);
        Unsent {
            sent: self.sent.filter(|_| file.is_some()),
            file,
            candidate: chosen(&self.candidate, false),
            is_composing: self.is_composing,
            comment: self.comment.clone(),
        }
    }
}

impl Record<String> {
    /// As bytes.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        postcard::to_allocvec(self).ok()
    }

    /// Of [these bytes](Self::to_bytes). `None` when they are of another version.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use accelerate::session::{DateTime, Status, Upload};
    use document::message::{Advice, Photo};
    use proptest::prelude::*;

    use super::*;

    fn selected(file: u32, name: &str, mime: &'static str) -> SelectedFile<u32> {
        SelectedFile {
            file,
            name: name.to_owned(),
            size: 90_000,
            mime,
            warning: Some(Warning::AsItIs),
        }
    }

    /// A photo and a PDF of two pages, put together, and the document of before that may have arrived.
    fn unsent() -> (Unsent<u32>, Draft<u32>) {
        let mut draft = Draft::default();
        let photo = Photo {
            size: (4032, 3024),
            corners: Some([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]),
            advice: vec![Advice::Dark],
        };
        let id = draft.add_photo("voor.jpg", 3, photo, None);
        draft.turn(id);
        draft.add_pdf("bijlage.pdf", &4, 2, false);
        let sent = ActionSnapshot {
            status: Status::Rejected,
            executed: Some(DateTime {
                year: 2026,
                month: 11,
                day: 29,
                time: Some((12, 30)),
            }),
            upload: Some(Upload::Again),
        };
        let unsent = Unsent {
            file: Some(selected(1, "Loonstrook.pdf", "application/pdf")),
            candidate: Some(selected(2, "IMG_1.jpg", "image/jpeg")),
            is_composing: true,
            comment: "Van mijn nieuwe baan 👍".to_owned(),
            sent: Some(sent),
        };
        (unsent, draft)
    }

    fn record() -> Record<String> {
        let (unsent, draft) = unsent();
        let name = |handle: &u32| Some(handle.to_string());
        let waiting = vec![WaitingFile {
            file: 5,
            name: "achter.heic".to_owned(),
            mime: String::new(),
        }];
        Record::new("PRA1".to_owned(), unsent, waiting, &draft, name, name).unwrap()
    }

    fn back(record: &Record<String>, accept: Option<&str>) -> Unsent<u32> {
        let limits = Limits::from_attributes(None, accept);
        record.unsent(limits, |name, _, _| name.parse().ok())
    }

    /// Whoever changes what is kept finds this: drafts of before cannot be read then, and may be misread. Raise the
    /// number in `DRAFT` (`safe.rs`), so that they are removed instead.
    #[test]
    fn what_is_kept_has_the_form_of_draft_2() {
        let bytes = record().to_bytes().unwrap();
        let sum = (bytes.iter()).fold(7_u32, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u32::from(*byte))
        });
        assert_eq!((bytes.len(), sum), (262, 1_088_466_865));
    }

    #[test]
    fn what_is_kept_comes_back_as_it_was() {
        let bytes = record().to_bytes().unwrap();
        let kept = Record::from_bytes(&bytes).unwrap();
        let (before, draft) = unsent();
        assert_eq!(back(&kept, None), before);
        assert_eq!(kept.draft.try_map(|name| name.parse().ok()), Some(draft));
        assert_eq!(kept.handles(), ["1", "2", "5", "3", "4", "4"]);
        let waiting = kept.waiting(|name, file_name, _| Some(format!("{name} {file_name}")));
        assert_eq!(waiting, ["5 achter.heic"]);
    }

    #[test]
    fn what_the_office_does_not_take_any_more_does_not_come_back() {
        let unsent = back(&record(), Some("docx"));
        assert_eq!(
            (unsent.file, unsent.candidate, unsent.sent),
            (None, None, None)
        );
        assert_eq!(unsent.comment, "Van mijn nieuwe baan 👍");
    }

    #[test]
    fn nothing_is_kept_of_what_has_no_name() {
        let (unsent, draft) = unsent();
        let record = Record::new(
            "PRA1".to_owned(),
            unsent,
            Vec::new(),
            &draft,
            |_| None::<u8>,
            |_| Some(1),
        );
        assert_eq!(record, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_bytes_are_a_record_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Record::from_bytes(&bytes);
        }

        #[test]
        fn a_changed_byte_makes_nobody_panic(at in any::<prop::sample::Index>(), with: u8) {
            let mut bytes = record().to_bytes().unwrap();
            let at = at.index(bytes.len());
            bytes[at] = with;
            if let Some(record) = Record::from_bytes(&bytes) {
                back(&record, None);
                record.draft.try_map(|_| Some(()));
            }
        }
    }
}
