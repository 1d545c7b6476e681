//! What consumers sent, kept byte for byte for as long as the server runs.

/// One document as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The productaction it was sent for.
    pub productaction_id: String,
    /// Whether it replaced an earlier one.
    pub is_reupload: bool,
    /// Its name, decoded.
    pub filename: String,
    /// Its MIME type as the sender named it.
    pub mimetype: String,
    /// The consumer's comment, decoded; `None` when there was no such header.
    pub comment: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
