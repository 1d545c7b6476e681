//! Reads a single value of the configuration: a time, a size, an address, an origin. An error is the end of
//! a sentence that begins with the key. It never repeats the value.

use crate::settings::{AuditSettings, StoreSettings, is_loopback};
use ipnet::IpNet;
use std::net::IpAddr;
use std::time::Duration;
use toml::Value;
use url::Url;

pub(super) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "must be a text".to_owned())
}

/// Reads a text of one line; an empty one is none.
pub(super) fn line(value: &Value) -> Result<Option<String>, String> {
    let text = text(value)?.trim();
    let fits = text.chars().count() <= 200 && !text.chars().any(char::is_control);
    fits.then(|| Some(text.to_owned()).filter(|it| !it.is_empty()))
        .ok_or_else(|| "must be a text of one line, of at most 200 characters".to_owned())
}

/// Reads a colour such as `#0a5c7a`; an empty text is none.
pub(super) fn colour(value: &Value) -> Result<Option<String>, String> {
    let text = text(value)?;
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix('#').unwrap_or_default();
    let fits = matches!(digits.len(), 3 | 6) && digits.bytes().all(|it| it.is_ascii_hexdigit());
    fits.then(|| Some(text.to_owned()))
        .ok_or_else(|| "must be a colour such as #0a5c7a".to_owned())
}

/// Reads the address of a logo: a path on the site such as `/logo.svg`, or an https address; an empty text is
/// none.
pub(super) fn logo(value: &Value) -> Result<Option<String>, String> {
    let Some(text) = line(value)? else {
        return Ok(None);
    };
    let wrong = || "must be a path on the site such as /logo.svg, or an https address".to_owned();
    // Read as a browser reads it on a page of ours: `//other.example` and `/\\other.example` are no paths.
    let own = Url::parse("https://own.invalid/").expect("this is an address");
    let url = own.join(&text).map_err(|_| wrong())?;
    if url.origin() == own.origin() {
        return text
            .starts_with('/')
            .then(|| Some(url[url::Position::BeforePath..].to_owned()))
            .ok_or_else(wrong);
    }
    let plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    (plain && Url::parse(&text).is_ok())
        .then(|| Some(url.into()))
        .ok_or_else(wrong)
}

pub(super) fn boolean(value: &Value) -> Result<bool, String> {
    match (value, value.as_str()) {
        (Value::Boolean(it), _) => Ok(*it),
        (_, Some("true")) => Ok(true),
        (_, Some("false")) => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

pub(super) fn count<T: TryFrom<i64>>(value: &Value) -> Result<T, String> {
    let number = match value {
        Value::Integer(number) => Some(*number),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number
        .filter(|it| (1..=i64::from(u32::MAX)).contains(it))
        .and_then(|it| T::try_from(it).ok())
        .ok_or_else(|| "must be a number of 1 or more".to_owned())
}

pub(super) fn one_of<T: Copy>(value: &Value, words: &[(&str, T)]) -> Result<T, String> {
    let given = value.as_str();
    let found = words.iter().find(|(word, _)| Some(*word) == given);
    found.map(|(_, it)| *it).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("must be {}", words.join(" or "))
    })
}

/// Reads a list; on the command line it is a text with commas.
pub(super) fn list<T>(
    value: &Value,
    each: fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    match value {
        Value::Array(items) => items.iter().map(|item| each(text(item)?)).collect(),
        Value::String(text) => text
            .split(',')
            .map(str::trim)
            .filter(|it| !it.is_empty())
            .map(each)
            .collect(),
        _ => Err("must be a list".to_owned()),
    }
}

/// A time from a second to a year; anything else is a mistake.
pub(super) fn time(value: &Value) -> Result<Duration, String> {
    duration(text(value)?)
}

/// The same, or `0s`.
pub(super) fn time_or_none(value: &Value) -> Result<Duration, String> {
    match text(value)? {
        "0" | "0s" => Ok(Duration::ZERO),
        text => duration(text),
    }
}

/// Reads a time such as `30s`, `5m`, `12h` or `14d`.
///
/// # Errors
/// The end of a sentence that says what is wrong.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "must be a time such as 30s, 5m, 12h or 14d, at most 366d".to_owned();
    let number = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let seconds = match &text[number.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|it| it.checked_mul(seconds))
        .filter(|it| (1..=366 * 86_400).contains(it))
        .map(Duration::from_secs)
        .ok_or_else(wrong)
}

/// Reads a size such as `25MB`, `16KiB` or `4096`, in bytes.
pub(super) fn bytes(value: &Value) -> Result<u64, String> {
    let wrong = || "must be a size such as 25MB, 25MiB, 16KiB or 4096".to_owned();
    let text = match value {
        Value::Integer(number) => number.to_string(),
        value => text(value)?.to_owned(),
    };
    let number = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit = match text[number.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1_000,
        "KIB" => 1 << 10,
        "MB" => 1_000_000,
        "MIB" => 1 << 20,
        "GB" => 1_000_000_000,
        "GIB" => 1 << 30,
        _ => return Err(wrong()),
    };
    number
        .trim()
        .parse::<u64>()
        .ok()
        .and_then(|it| it.checked_mul(unit))
        .filter(|it| (1..=1 << 40).contains(it))
        .ok_or_else(wrong)
}

/// Reads where the gateway remembers: `file:PATH`, `redis://…` or `rediss://…`.
pub(super) fn store(text: &str) -> Result<StoreSettings, String> {
    let text = text.trim();
    if let Some(path) = text.strip_prefix("file:").filter(|path| !path.is_empty()) {
        return Ok(StoreSettings::File(path.into()));
    }
    let is_redis = Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host());
    if is_redis {
        return Ok(StoreSettings::Redis(text.into()));
    }
    Err("must be file:PATH, redis://… or rediss://…".to_owned())
}

/// Reads where the audit trail goes: `file:PATH` or `stderr`.
pub(super) fn audit(text: &str) -> Result<AuditSettings, String> {
    match text.trim().split_once(':') {
        None if text.trim() == "stderr" => Ok(AuditSettings::StandardError),
        Some(("file", path)) if !path.is_empty() => Ok(AuditSettings::File(path.into())),
        _ => Err("must be file:PATH or stderr".to_owned()),
    }
}

pub(super) fn net(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "must hold addresses or networks, such as 10.0.0.0/8".to_owned())
}

/// Reads an origin, and writes it as browsers do.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let wrong = || "must hold origins, such as https://www.example.nl, without a path".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let origin = url.origin().ascii_serialization();
    let plain =
        matches!(url.scheme(), "https" | "http") && url.path() == "/" && url.query().is_none();
    if !plain || origin == "null" || url.fragment().is_some() || !url.username().is_empty() {
        return Err(wrong());
    }
    if !is_safe(&url) {
        return Err("must hold https origins; http is for this machine only".to_owned());
    }
    Ok(origin)
}

pub(super) fn page(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "must be the address of a page".to_owned())?;
    if matches!(url.scheme(), "https" | "http") && is_safe(&url) {
        Ok(url)
    } else {
        Err("must be an https address; http is for this machine only".to_owned())
    }
}

/// Reads an address that paths are appended to, and gives it a slash at its end. It is https, or http on
/// this machine.
pub(super) fn base_url(text: &str) -> Result<Url, String> {
    let wrong = || "must be an address such as https://portal.example.nl".to_owned();
    let mut url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "https" | "http") || !plain || url.password().is_some() {
        return Err(wrong());
    }
    if !is_safe(&url) {
        return Err("must be https; http is for this machine only".to_owned());
    }
    if !url.path().ends_with('/') {
        url.set_path(&[url.path(), "/"].concat());
    }
    Ok(url)
}

fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}
