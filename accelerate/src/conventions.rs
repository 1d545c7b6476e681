//! What AccelerateConnect's documentation leaves open, and what we assume: every guess about the wire
//! stands here and nowhere else, so that a better-informed reader changes it in one place.

/// Request header: which action an upload is for.
pub const PRODUCTACTION_ID: &str = "productaction_id";
/// Request header: `1` when the upload replaces an earlier one, else `0`.
pub const IS_REUPLOAD: &str = "is_reupload";
/// The same headers by names that no proxy drops: nginx and Caddy drop those with underscores unless they are
/// told otherwise. The portal sends both, and the gateway takes either.
pub const PRODUCTACTION_ID_WITH_HYPHEN: &str = "productaction-id";
/// See [`PRODUCTACTION_ID_WITH_HYPHEN`].
pub const IS_REUPLOAD_WITH_HYPHEN: &str = "is-reupload";
/// Request header: the uploaded file's name.
pub const FILENAME: &str = "filename";
/// Request header: the uploaded file's media type.
pub const MIMETYPE: &str = "mimetype";
/// Request header: what the consumer says about the file; left out when they say nothing.
pub const COMMENT: &str = "comment";
/// Request header of ours, not AccelerateConnect's: random per attempt, so that an upload a browser
/// resent by itself is recognised and let through once.
pub const UPLOAD_ID: &str = "upload-id";

/// The one part of an upload's `multipart/form-data` body. (The alternative would be the raw bytes.)
pub const FILE_PART: &str = "file";

/// The media type to send for a file whose type the browser does not know.
pub const UNKNOWN_MIMETYPE: &str = "application/octet-stream";

/// The session state in which actions are open; in any other they are closed.
pub const STATE_RUNNING: &str = "RUNNING";
/// An action whose type starts so can be uploaded to.
pub const UPLOAD_PREFIX: &str = "UPLOAD";
/// An action whose type starts so can be downloaded.
pub const DOWNLOAD_PREFIX: &str = "DOWNLOAD";
/// An action whose type contains this has an OTD.
pub const OTD_MARK: &str = "OTD";

/// The largest avatar worth showing, in bytes of the picture: it is called small.
pub const AVATAR_MAX: usize = 256 * 1024;

/// The fields of `most_recent_appointment`. The documentation shows only `false`, so these are the
/// names such an object would plausibly have in an API that writes `date_created` and `lender_name`;
/// the first that holds something is taken.
pub mod appointment {
    /// What it is about.
    pub const SUBJECT: &[&str] = &["subject", "label", "title", "type"];
    /// The day it starts, usually with the time.
    pub const START: &[&str] = &[
        "date_start",
        "start",
        "datetime",
        "date",
        "date_appointment",
    ];
    /// The time it starts, when the day comes without.
    pub const START_TIME: &[&str] = &["time_start", "time"];
    /// When it ends: a date with a time, or only the time.
    pub const END: &[&str] = &["date_end", "end", "time_end"];
    /// Where it is.
    pub const LOCATION: &[&str] = &["location", "place", "address"];
    /// With whom: a text, or a person with a `name`.
    pub const WITH: &[&str] = &["advisor", "with", "name", "owner"];
    /// What to bring, or what else the office wrote.
    pub const DESCRIPTION: &[&str] = &["description", "comment", "notes", "bring"];
}
