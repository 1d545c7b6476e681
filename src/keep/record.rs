//! What is kept of an upload, as bytes. `B` is a handle of what is in memory, or of what is in the database.

use serde::{Deserialize, Serialize};

use crate::{
    scan::draft::Draft,
    upload::{
        limits::Limits,
        machine::{ActionSnapshot, SelectedFile, Unsent},
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
}

impl<B> Record<B> {
    /// What is to be kept. `None` when one handle has no other.
    pub fn new<F, D>(
        action_id: String,
        unsent: Unsent<F>,
        draft: &Draft<D>,
        mut of_file: impl FnMut(&F) -> Option<B>,
        of_draft: impl FnMut(&D) -> Option<B>,
    ) -> Option<Self> {
        let mut kept = |file: Option<SelectedFile<F>>| match file {
            None => Some(None),
            Some(file) => Some(Some(KeptFile {
                file: of_file(&file.file)?,
                name: file.name,
                size: file.size,
                mime: file.mime.to_owned(),
            })),
        };
        Some(Self {
            action_id,
            file: kept(unsent.file)?,
            candidate: kept(unsent.candidate)?,
            is_composing: unsent.is_composing,
            comment: unsent.comment,
            sent: unsent.sent,
            draft: draft.try_map(of_draft)?,
        })
    }

    /// The handles that it has, some of them more than once.
    pub fn handles(&self) -> Vec<&B> {
        let files = [&self.file, &self.candidate].into_iter().flatten();
        let mut handles = files.map(|file| &file.file).collect::<Vec<_>>();
        handles.extend(self.draft.handles());
        handles
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
