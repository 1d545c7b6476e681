//! Files that the browser saved or showed: names and bytes as they reach the consumer.

use crate::page::Page;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::fs;

/// A file in the downloads folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadedFile {
    /// The name it has in the downloads folder.
    pub name: String,
    /// Its bytes, as they are on the disk.
    pub bytes: Vec<u8>,
}

impl Page {
    /// Every file that is saved completely.
    pub fn downloaded_files(&self) -> Vec<DownloadedFile> {
        let mut files = Vec::new();
        for entry in fs::read_dir(self.downloads())
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = entry.file_name().to_string_lossy().into_owned();
            // What the browsers call a file while it is on its way.
            let partial = [".crdownload", ".part", ".wkdownload", ".tmp"];
            if name.starts_with('.') || partial.iter().any(|end| name.ends_with(end)) {
                continue;
            }
            if let Ok(bytes) = fs::read(entry.path()) {
                files.push(DownloadedFile { name, bytes });
            }
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        files
    }

    /// Waits until a file of this name is saved completely, and gives its bytes.
    pub async fn saved_file(&self, name: &str) -> Vec<u8> {
        let said =
            "return e2e.saved.map(({ name, url }) => [name, e2e.urls.get(url)?.blob.size ?? -1])";
        self.wait_until(&format!("{name} to be saved"), async || {
            let said = self
                .client()
                .execute(said, vec![])
                .await
                .unwrap_or_default();
            let files = self.downloaded_files();
            let size = said
                .as_array()
                .into_iter()
                .flatten()
                .rev()
                .find(|one| one[0] == name);
            let size = size.and_then(|one| one[1].as_u64());
            match files.iter().find(|file| file.name == name) {
                Some(file) if size.is_none_or(|size| size == file.bytes.len() as u64) => {
                    Ok(file.bytes.clone())
                }
                _ => {
                    let there: Vec<_> = files
                        .iter()
                        .map(|file| (&file.name, file.bytes.len()))
                        .collect();
                    Err(format!(
                        "the folder has {there:?} and the page saved {said}"
                    ))
                }
            }
        })
        .await
    }

    /// Waits until the portal has made an object URL for a document, and gives the document's type and
    /// bytes.
    pub async fn shown_document(&self) -> (String, Vec<u8>) {
        let shown = "return e2e.urls.size > 0";
        self.wait_for_script("a document to have an address", shown)
            .await;
        let read = "const done = arguments[arguments.length - 1];
            const { blob } = [...e2e.urls.values()].at(-1);
            const reader = new FileReader();
            reader.onload = () => done([blob.type, reader.result.split(',')[1]]);
            reader.readAsDataURL(blob);";
        let read = self.async_script(read, vec![]).await;
        let bytes = read[1].as_str().and_then(|text| STANDARD.decode(text).ok());
        (
            read[0].as_str().unwrap_or_default().to_owned(),
            bytes.expect("a data URL is base64"),
        )
    }

    /// How many object URLs the portal has made, and how many of them it has not released.
    pub async fn object_urls(&self) -> (usize, usize) {
        let counts = "const all = [...e2e.urls.values()];
            return [all.length, all.filter((url) => !url.released).length];";
        let counts = self.script(counts, vec![]).await;
        let count = |at: usize| counts[at].as_u64().unwrap_or(0) as usize;
        (count(0), count(1))
    }

    /// Drops a file on an element. The events are made by script: no driver can drag a file from outside
    /// the browser.
    pub async fn drop_file_on(
        &self,
        target: &crate::Locator<'_>,
        name: &str,
        kind: &str,
        bytes: &[u8],
    ) {
        let drag = "const [target, name, type, base64] = arguments;
            const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], name, { type }));
            for (const type of ['dragenter', 'dragover', 'drop'])
              target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true }));";
        let what: Vec<Value> = vec![json!(name), json!(kind), json!(STANDARD.encode(bytes))];
        target.script_with(drag, what).await;
    }
}
