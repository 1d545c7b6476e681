//! Where settings come from: flags, else the environment, else the TOML file, else the defaults. Reads
//! nothing by itself: flags, environment and files are given, so that every mistake can be tried. All
//! mistakes are told at once, and none repeats a secret.

mod values;

pub use values::duration;

use crate::settings::{ForwardedHeader, HeaderValues, Settings, TimeParameter, UploadBody};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use toml::Value;
use url::Url;
use values::{base_url, boolean, bytes, count, list, net, one_of, origin, page, text, time};
use zeroize::{Zeroize as _, Zeroizing};

/// No secret is shorter, in bytes: what HKDF gets must be hard to guess.
const SHORTEST_SECRET: usize = 32;

/// What the contract names: the environment's name, which is also the key in the file, in either case.
const CONTRACT: [&str; 8] = [
    "gateway_listen",
    "gateway_public_url",
    "gateway_assets",
    "gateway_secret",
    "gateway_links_key",
    "accelerate_url",
    "accelerate_domain",
    "accelerate_salt",
];
const SECRETS: [&str; 3] = ["gateway_secret", "gateway_links_key", "accelerate_salt"];

/// Where a value was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On the command line, by that flag.
    Flag(String),
    /// In the environment, by that name.
    Environment(String),
    /// In the configuration file.
    File(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Flag(flag) => write!(f, "{flag}"),
            Place::Environment(name) => write!(f, "{name} in the environment"),
            Place::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// What the settings are read from.
#[derive(Default)]
pub struct Sources {
    /// The configuration file's path and text.
    pub file: Option<(PathBuf, String)>,
    /// The environment.
    pub environment: Vec<(String, String)>,
    /// Keys and values of the command line, each with its flag.
    pub flags: Vec<(String, String, String)>,
    /// Looks into the folder of the site. Absent when nothing is going to be served.
    pub site: Option<Site>,
}

/// Tells why a folder holds no site.
pub type Site = fn(&Path) -> std::io::Result<()>;

/// Settings, and what their maker may not have meant.
#[derive(Debug)]
pub struct Read {
    /// The settings.
    pub settings: Settings,
    /// One sentence each.
    pub warnings: Vec<String>,
}

struct Given {
    value: Value,
    place: Place,
}

/// It may be a secret: nothing of it stays in memory.
impl Drop for Given {
    fn drop(&mut self) {
        wipe(&mut self.value);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| wipe(value)),
        _ => {}
    }
}

/// Reads the settings. `open` gives the text of a file that holds a secret.
///
/// # Errors
/// Every mistake there is, one sentence each.
pub fn read(
    sources: Sources,
    open: impl Fn(&Path) -> std::io::Result<String>,
) -> Result<Read, Vec<String>> {
    let mut mistakes = Vec::new();
    let mut given = BTreeMap::new();
    if let Some((path, text)) = sources.file {
        from_file(path, text, &mut given, &mut mistakes);
    }
    from_environment(sources.environment, &mut given, &mut mistakes);
    for (key, value, flag) in sources.flags {
        if SECRETS.iter().any(|it| key.starts_with(it)) {
            mistakes.push(format!("{flag}: a secret is not given by a flag, which everyone on the machine can read; use the environment or a file"));
            continue;
        }
        put(&mut given, key, Value::String(value), Place::Flag(flag));
    }
    resolve_files(&mut given, &open, &mut mistakes);
    assemble(given, sources.site, mistakes)
}

fn put(given: &mut BTreeMap<String, Given>, key: String, value: Value, place: Place) {
    // Of a secret and the file that holds it, the one that comes later counts; both in one place is a mistake.
    let other = match key.strip_suffix("_file") {
        Some(name) => name.to_owned(),
        None => [&key, "_file"].concat(),
    };
    let elsewhere =
        |it: &Given| std::mem::discriminant(&it.place) != std::mem::discriminant(&place);
    if given.get(&other).is_some_and(elsewhere) {
        given.remove(&other);
    }
    given.insert(key, Given { value, place });
}

fn from_file(
    path: PathBuf,
    mut text: String,
    given: &mut BTreeMap<String, Given>,
    mistakes: &mut Vec<String>,
) {
    match text.parse::<toml::Table>() {
        Ok(table) => {
            for (key, value) in table {
                match value {
                    Value::Table(inner) => {
                        for (name, value) in inner {
                            let key = [&key, ".", &name].concat();
                            put(given, key, value, Place::File(path.clone()));
                        }
                    }
                    value => {
                        let key = key.to_ascii_lowercase();
                        put(given, key, value, Place::File(path.clone()));
                    }
                }
            }
        }
        Err(error) => {
            let before = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = 1 + text.as_bytes()[..before]
                .iter()
                .filter(|it| **it == b'\n')
                .count();
            // Not the line itself: it may be the one with the secret.
            mistakes.push(format!("{}, line {line}: this is no TOML", path.display()));
        }
    }
    text.zeroize();
}

fn from_environment(
    environment: Vec<(String, String)>,
    given: &mut BTreeMap<String, Given>,
    mistakes: &mut Vec<String>,
) {
    for (name, mut value) in environment {
        if !name.starts_with("GATEWAY_") && !name.starts_with("ACCELERATE_")
            || name == "GATEWAY_CONFIG"
        {
            continue;
        }
        let key = name.to_ascii_lowercase();
        let plain = key.strip_suffix("_file").unwrap_or(&key);
        if CONTRACT.contains(&plain) {
            put(given, key, Value::String(value), Place::Environment(name));
        } else {
            value.zeroize();
            let nearest = nearest(&key, CONTRACT.iter().copied()).to_ascii_uppercase();
            mistakes.push(format!(
                "{name} in the environment: there is no such setting; did you mean {nearest}?"
            ));
        }
    }
}

/// Replaces `NAME_FILE` by what is in that file.
fn resolve_files(
    given: &mut BTreeMap<String, Given>,
    open: &impl Fn(&Path) -> std::io::Result<String>,
    mistakes: &mut Vec<String>,
) {
    for key in CONTRACT {
        let Some(file) = given.remove(&[key, "_file"].concat()) else {
            continue;
        };
        if given.contains_key(key) {
            mistakes.push(format!(
                "{}: both {key} and {key}_file are given; keep one",
                file.place
            ));
            continue;
        }
        let Some(path) = file.value.as_str() else {
            mistakes.push(format!(
                "{}: {key}_file must be the path of a file",
                file.place
            ));
            continue;
        };
        match open(Path::new(path)) {
            Ok(mut text) => {
                let value = text.trim_end_matches(['\r', '\n']).to_owned();
                text.zeroize();
                given.insert(
                    key.to_owned(),
                    Given {
                        value: Value::String(value),
                        place: file.place.clone(),
                    },
                );
            }
            Err(error) => mistakes.push(format!(
                "{}: the file of {key} cannot be read: {}",
                file.place,
                error.kind()
            )),
        }
    }
}

fn assemble(
    mut given: BTreeMap<String, Given>,
    site: Option<Site>,
    mut mistakes: Vec<String>,
) -> Result<Read, Vec<String>> {
    let mut required = |key: &str, mistakes: &mut Vec<String>| match given.remove(key) {
        Some(mut given) => match &mut given.value {
            Value::String(text) if !text.trim().is_empty() => {
                Some((Zeroizing::new(std::mem::take(text)), given.place.clone()))
            }
            _ => {
                mistakes.push(format!("{}: {key} must be a text", given.place));
                None
            }
        },
        None => {
            let name = key.to_ascii_uppercase();
            mistakes.push(format!(
                "{name} is not given: set it in the environment, or {key} in the file"
            ));
            None
        }
    };
    let url = |key: &str, found: Option<(Zeroizing<String>, Place)>, mistakes: &mut Vec<String>| {
        let (text, place) = found?;
        match base_url(&text) {
            Ok(url) => Some(url),
            Err(why) => {
                mistakes.push(format!("{place}: {key} {why}"));
                None
            }
        }
    };
    let found = required("gateway_public_url", &mut mistakes);
    let public_url = url("gateway_public_url", found, &mut mistakes);
    let assets = required("gateway_assets", &mut mistakes).map(|(folder, place)| {
        let folder = PathBuf::from(folder.as_str());
        if let Some(Err(why)) = site.map(|site| site(&folder)) {
            mistakes.push(format!("{place}: gateway_assets holds no site: {why}"));
        }
        folder
    });
    let secrets = required("gateway_secret", &mut mistakes).map(|(text, place)| {
        let secrets: Vec<SecretString> = text.split(',').map(|it| it.trim().into()).collect();
        let short = |it: &SecretString| it.expose_secret().len() < SHORTEST_SECRET;
        if secrets.iter().any(short) {
            mistakes.push(format!(
                "{place}: each secret of gateway_secret must have at least {SHORTEST_SECRET} characters; \
                 `openssl rand -base64 32` makes one"
            ));
        }
        secrets
    });
    let found = required("accelerate_url", &mut mistakes);
    let accelerate_url = url("accelerate_url", found, &mut mistakes);
    let domain = required("accelerate_domain", &mut mistakes).map(|it| it.0.as_str().to_owned());
    // Of a borrowed text: of one given away the unused end would be cut off by moving it.
    let salt = required("accelerate_salt", &mut mistakes).map(|it| it.0.as_str().into());

    // Mistakes in the rest are told too when one of these is missing.
    let example = || Url::parse("https://portal.example/").expect("this is an address");
    let whole = public_url.is_some() && accelerate_url.is_some();
    let mut settings = Settings::new(
        public_url.unwrap_or_else(example),
        assets.unwrap_or_default(),
        secrets.unwrap_or_default(),
        (
            accelerate_url.unwrap_or_else(example),
            domain.unwrap_or_default(),
            salt.unwrap_or_default(),
        ),
    );
    for (key, given) in given {
        let Some((_, set)) = KEYS.iter().find(|(name, _)| *name == key) else {
            let names = KEYS.iter().map(|(name, _)| *name).chain(CONTRACT);
            mistakes.push(format!(
                "{}: there is no setting {key}; did you mean {}?",
                given.place,
                nearest(&key, names)
            ));
            continue;
        };
        if let Err(why) = set(&mut settings, &given.value) {
            mistakes.push(format!("{}: {key} {why}", given.place));
        }
    }
    if whole {
        check_whole(&settings, &mut mistakes);
    }
    if mistakes.is_empty() {
        let warnings = warnings(&settings);
        Ok(Read { settings, warnings })
    } else {
        Err(mistakes)
    }
}

fn check_whole(settings: &Settings, mistakes: &mut Vec<String>) {
    let session = &settings.session;
    if session.cross_site && !settings.secure() {
        mistakes.push("session.cross_site needs an https gateway_public_url: browsers take such cookies over TLS only".to_owned());
    }
    if session.idle > session.longest {
        mistakes.push("session.idle is longer than session.longest".to_owned());
    }
    let page = session.page.origin().ascii_serialization();
    let own = settings.public_url.origin().ascii_serialization();
    if page != own && !settings.access.origins.contains(&page) {
        mistakes.push(format!(
            "session.page is of {page}, whose pages may not call us: add it to access.origins"
        ));
    }
}

fn warnings(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    if !settings.secure() {
        warnings.push("gateway_public_url is without TLS: cookies go without Secure and __Host-; for trying only".to_owned());
    }
    let trusted = &settings.access.trusted_proxies;
    let loopback_only = trusted.iter().all(|net| net.addr().is_loopback());
    if !settings.listen.ip().is_loopback() && loopback_only {
        warnings.push("gateway_listen is open to other machines and access.trusted_proxies names none: if a proxy on another machine stands in front, all consumers seem to be at its address".to_owned());
    }
    let site = |url: &Url| {
        url.host_str()
            .and_then(|host| psl::domain_str(host).map(str::to_owned))
    };
    let own = site(&settings.public_url);
    for origin in &settings.access.origins {
        let theirs = Url::parse(origin).ok().and_then(|url| site(&url));
        if own.is_some() && theirs.is_some() && theirs != own && !settings.session.cross_site {
            warnings.push(format!("access.origins: {origin} is another site than gateway_public_url; its pages cannot sign in unless session.cross_site is true"));
        }
    }
    warnings
}

/// How a value is put in its place, or why it cannot be.
type Set = fn(&mut Settings, &Value) -> Result<(), String>;

/// Every key besides the contract's that must be given.
const KEYS: &[(&str, Set)] = &[
    ("gateway_listen", |it, value| {
        put_in(
            &mut it.listen,
            text(value)?
                .parse()
                .map_err(|_| "must be an address with a port, such as 127.0.0.1:8080".to_owned()),
        )
    }),
    ("gateway_links_key", |it, value| {
        let key = text(value)?;
        if key.len() < SHORTEST_SECRET {
            return Err(format!("must have at least {SHORTEST_SECRET} characters"));
        }
        it.session.links_key = Some(key.into());
        Ok(())
    }),
    ("accelerate.time", |it, value| {
        put_in(
            &mut it.accelerate.time,
            one_of(
                value,
                &[
                    ("timestamp", TimeParameter::Timestamp),
                    ("date", TimeParameter::Date),
                ],
            ),
        )
    }),
    ("accelerate.time_zone", |it, value| {
        put_in(
            &mut it.accelerate.time_zone,
            jiff::tz::TimeZone::get(text(value)?)
                .map_err(|_| "must be a time zone, such as Europe/Amsterdam".to_owned()),
        )
    }),
    ("accelerate.sign_domain", |it, value| {
        put_in(&mut it.accelerate.sign_domain, boolean(value))
    }),
    ("accelerate.header_values", |it, value| {
        put_in(
            &mut it.accelerate.header_values,
            one_of(
                value,
                &[
                    ("utf-8", HeaderValues::RawUtf8),
                    ("percent-encoded", HeaderValues::PercentEncoded),
                ],
            ),
        )
    }),
    ("accelerate.upload_body", |it, value| {
        put_in(
            &mut it.accelerate.upload_body,
            one_of(
                value,
                &[
                    ("multipart", UploadBody::Multipart),
                    ("raw", UploadBody::Raw),
                ],
            ),
        )
    }),
    ("accelerate.connect_timeout", |it, value| {
        put_in(&mut it.accelerate.connect_timeout, time(value))
    }),
    ("accelerate.answer_timeout", |it, value| {
        put_in(&mut it.accelerate.answer_timeout, time(value))
    }),
    ("accelerate.upload_answer_timeout", |it, value| {
        put_in(&mut it.accelerate.upload_answer_timeout, time(value))
    }),
    ("accelerate.idle_timeout", |it, value| {
        put_in(&mut it.accelerate.idle_timeout, time(value))
    }),
    ("accelerate.circuit_failures", |it, value| {
        put_in(&mut it.accelerate.circuit_failures, count(value))
    }),
    ("accelerate.circuit_pause", |it, value| {
        put_in(&mut it.accelerate.circuit_pause, time(value))
    }),
    ("session.idle", |it, value| {
        put_in(&mut it.session.idle, time(value))
    }),
    ("session.longest", |it, value| {
        put_in(&mut it.session.longest, time(value))
    }),
    ("session.link", |it, value| {
        put_in(&mut it.session.link, time(value))
    }),
    ("session.phone_link", |it, value| {
        put_in(&mut it.session.phone_link, time(value))
    }),
    ("session.page", |it, value| {
        put_in(&mut it.session.page, page(text(value)?))
    }),
    ("session.cross_site", |it, value| {
        put_in(&mut it.session.cross_site, boolean(value))
    }),
    ("access.origins", |it, value| {
        put_in(&mut it.access.origins, list(value, origin))
    }),
    ("access.trusted_proxies", |it, value| {
        put_in(&mut it.access.trusted_proxies, list(value, net))
    }),
    ("access.forwarded", |it, value| {
        put_in(
            &mut it.access.forwarded,
            one_of(
                value,
                &[
                    ("x-forwarded-for", ForwardedHeader::XForwardedFor),
                    ("forwarded", ForwardedHeader::Forwarded),
                ],
            ),
        )
    }),
    ("access.metrics_from", |it, value| {
        put_in(&mut it.access.metrics_from, list(value, net))
    }),
    ("limits.upload", |it, value| {
        put_in(&mut it.limits.upload_bytes, bytes(value))
    }),
    ("limits.uploads", |it, value| {
        put_in(&mut it.limits.uploads, count(value))
    }),
    ("limits.uploads_per_session", |it, value| {
        put_in(&mut it.limits.uploads_per_session, count(value))
    }),
    ("limits.headers", |it, value| {
        let size = bytes(value)?;
        if size < 8_192 {
            return Err("must be at least 8KiB".to_owned());
        }
        put_in(
            &mut it.limits.header_bytes,
            usize::try_from(size).map_err(|_| "is too large".to_owned()),
        )
    }),
    ("limits.url", |it, value| {
        put_in(
            &mut it.limits.url_bytes,
            bytes(value)
                .and_then(|size| usize::try_from(size).map_err(|_| "is too large".to_owned())),
        )
    }),
    ("limits.connections", |it, value| {
        put_in(&mut it.limits.connections, count(value))
    }),
    ("limits.session_per_minute", |it, value| {
        put_in(&mut it.limits.session_per_minute, count(value))
    }),
    ("limits.address_per_minute", |it, value| {
        put_in(&mut it.limits.address_per_minute, count(value))
    }),
    ("limits.header_timeout", |it, value| {
        put_in(&mut it.limits.header_timeout, time(value))
    }),
    ("limits.idle_timeout", |it, value| {
        put_in(&mut it.limits.idle_timeout, time(value))
    }),
    ("limits.drain", |it, value| {
        put_in(&mut it.limits.drain, time(value))
    }),
    ("log.filter", |it, value| {
        let filter = text(value)?;
        if tracing_subscriber::EnvFilter::try_new(filter).is_err() {
            return Err("must be error, warn, info, debug, or a filter of tracing's".to_owned());
        }
        it.log.filter = filter.to_owned();
        Ok(())
    }),
    ("log.format", |it, value| {
        put_in(
            &mut it.log.json,
            one_of(value, &[("json", true), ("text", false)]),
        )
    }),
];

fn put_in<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

/// The name that was probably meant.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> &'a str {
    names
        .min_by_key(|it| strsim::levenshtein(it, name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const SECRET: &str = "a-secret-that-nobody-ever-prints-0123456789";

    fn environment() -> Vec<(String, String)> {
        [
            ("GATEWAY_PUBLIC_URL", "https://portal.example.nl"),
            ("GATEWAY_ASSETS", "dist"),
            ("GATEWAY_SECRET", SECRET),
            ("ACCELERATE_URL", "https://accelerate.example/api"),
            ("ACCELERATE_DOMAIN", "demo"),
            ("ACCELERATE_SALT", "PRIVATE_SALT"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    fn with(
        file: &str,
        more: &[(&str, &str)],
        flags: &[(&str, &str)],
    ) -> Result<Read, Vec<String>> {
        let mut environment = environment();
        environment.retain(|(name, _)| {
            !more
                .iter()
                .any(|(it, _)| it.strip_suffix("_FILE").unwrap_or(it) == name)
        });
        environment.extend(more.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())));
        let flags = flags
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned(), format!("--set {a}")));
        let sources = Sources {
            file: Some(("gateway.toml".into(), file.to_owned())),
            environment,
            flags: flags.collect(),
            site: None,
        };
        read(sources, |path| match path.to_str() {
            Some("/run/secret") => Ok(format!("{SECRET}\n")),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        })
    }

    #[test]
    fn the_contract_is_enough_and_the_rest_has_defaults() {
        let settings = with("", &[], &[]).unwrap().settings;
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.public_url.as_str(), "https://portal.example.nl/");
        assert_eq!(
            settings.accelerate.url.as_str(),
            "https://accelerate.example/api/"
        );
        assert_eq!(settings.session.page, settings.public_url);
        assert_eq!(settings.limits.upload_bytes, 25 << 20);
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let file = "GATEWAY_LISTEN = \"127.0.0.1:1\"\n[limits]\nuploads = 7";
        let listen =
            |more: &[_], flags: &[_]| with(file, more, flags).unwrap().settings.listen.port();
        assert_eq!(listen(&[], &[]), 1);
        assert_eq!(listen(&[("GATEWAY_LISTEN", "127.0.0.1:2")], &[]), 2);
        assert_eq!(
            listen(
                &[("GATEWAY_LISTEN", "127.0.0.1:2")],
                &[("gateway_listen", "127.0.0.1:3")]
            ),
            3
        );
        assert_eq!(with(file, &[], &[]).unwrap().settings.limits.uploads, 7);
    }

    #[test]
    fn every_name_of_the_contract_may_be_in_a_file_of_its_own() {
        let read = with("", &[("GATEWAY_SECRET_FILE", "/run/secret")], &[]).unwrap();
        assert_eq!(read.settings.secrets[0].expose_secret(), SECRET);
        let missing = with("", &[("ACCELERATE_SALT_FILE", "/nowhere")], &[]).unwrap_err();
        assert!(
            missing[0].contains("accelerate_salt cannot be read"),
            "{missing:?}"
        );
        let both = with(
            "",
            &[
                ("GATEWAY_SECRET", SECRET),
                ("GATEWAY_SECRET_FILE", "/run/secret"),
            ],
            &[],
        );
        assert!(both.unwrap_err()[0].contains("keep one"));
    }

    #[test]
    fn every_mistake_is_told_at_once_and_none_tells_a_secret() {
        let file = "[limits]\nuplods = 3\nheaders = \"1KB\"\n[session]\nidle = \"soon\"\n[nonsense]\na = 1";
        let mistakes = with(
            file,
            &[
                ("GATEWAY_PUBLIC_URL", "http://portal.example.nl"),
                ("GATEWAY_SECRET", "short-secret"),
                ("GATEWAY_LISTENS", "x"),
                ("ACCELERATE_DOMAIN", ""),
            ],
            &[("gateway_secret", SECRET)],
        )
        .unwrap_err();
        for part in [
            "limits.uploads?",
            "at least 8KiB",
            "such as 30s",
            "nonsense.a",
            "must be https",
            "at least 32",
            "GATEWAY_LISTEN?",
            "accelerate_domain",
            "not given by a flag",
        ] {
            assert!(
                mistakes.iter().any(|it| it.contains(part)),
                "{part} in {mistakes:#?}"
            );
        }
        let all = mistakes.concat();
        assert!(!all.contains("short-secret") && !all.contains(SECRET));
    }

    #[test]
    fn what_was_probably_not_meant_is_a_warning() {
        let warnings = |file: &str, more: &[_]| with(file, more, &[]).unwrap().warnings.concat();
        assert_eq!(warnings("", &[]), "");
        assert!(
            warnings("", &[("GATEWAY_PUBLIC_URL", "http://127.0.0.1:8080")])
                .contains("without TLS")
        );
        assert!(warnings("", &[("GATEWAY_LISTEN", "0.0.0.0:80")]).contains("trusted_proxies"));
        let origins = "[access]\norigins = [\"https://www.other.nl\"]";
        assert!(warnings(origins, &[]).contains("another site"));
        let same = "[access]\norigins = [\"https://www.example.nl\"]";
        assert_eq!(warnings(same, &[]), "");
    }

    #[test]
    fn what_does_not_go_together_is_a_mistake() {
        let page = with(
            "[session]\npage = \"https://www.example.nl/dossier\"",
            &[],
            &[],
        )
        .unwrap_err();
        assert!(page[0].contains("access.origins"));
        let bare = [("GATEWAY_PUBLIC_URL", "http://localhost:8080")];
        assert!(with("[session]\ncross_site = true", &bare, &[]).unwrap_err()[0].contains("TLS"));
    }

    #[test]
    fn broken_toml_is_told_by_its_line_only() {
        let mistakes = with(&format!("a = 1\ngateway_secret = \"{SECRET}"), &[], &[]).unwrap_err();
        assert!(
            mistakes[0].contains("line 2") && !mistakes.concat().contains(SECRET),
            "{mistakes:?}"
        );
    }

    #[test]
    fn a_folder_without_a_site_is_one_mistake_more_when_it_is_going_to_be_served() {
        let sources = |site| Sources {
            environment: environment()
                .into_iter()
                .filter(|(name, _)| name != "ACCELERATE_DOMAIN")
                .collect(),
            site,
            ..Sources::default()
        };
        let nowhere = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
        let mistakes = |site| read(sources(site), |_| unreachable!()).unwrap_err();
        assert_eq!(mistakes(None).len(), 1);
        assert_eq!(mistakes(Some(|_| Ok(()))).len(), 1);
        let both = mistakes(Some(nowhere)).join("\n");
        assert!(
            both.contains("gateway_assets holds no site") && both.contains("ACCELERATE_DOMAIN")
        );
    }

    #[test]
    fn of_a_value_nothing_is_left_however_deep_it_is() {
        let file = format!("a = \"{SECRET}\"\nb = [\"{SECRET}\", {{ c = \"{SECRET}\" }}]");
        let mut value = Value::Table(file.parse().unwrap());
        wipe(&mut value);
        assert_eq!(
            value,
            Value::Table("a = \"\"\nb = [\"\", { c = \"\" }]".parse().unwrap())
        );
    }

    #[test]
    fn the_example_names_every_setting_and_says_the_default() {
        let example = include_str!("../gateway.example.toml");
        // Every line that is a setting, with its comment mark taken off.
        let settings: String = example
            .lines()
            .map(|line| {
                line.strip_prefix("#")
                    .filter(|it| it.contains(" = ") && !it.starts_with(' '))
                    .unwrap_or(line)
            })
            .filter(|line| !line.starts_with("gateway_") && !line.starts_with("accelerate_"))
            .map(|line| [line, "\n"].concat())
            .collect();
        for (key, _) in KEYS.iter().filter(|(key, _)| !SECRETS.contains(key)) {
            let name = key.split('.').next_back().unwrap();
            assert!(
                example.contains(&[name, " = "].concat()),
                "{key} is not in the example"
            );
        }
        let read = with(&settings, &[], &[]).unwrap().settings;
        let defaults = with("", &[], &[]).unwrap().settings;
        assert_eq!(format!("{read:?}"), format!("{defaults:?}"));
    }

    #[test]
    fn the_service_hands_over_what_there_is_by_its_name() {
        let unit = include_str!("../deploy/consumer-portal-gateway.service");
        let variables = unit
            .split_whitespace()
            .filter_map(|word| word.split_once("_FILE=%d/"))
            .map(|(name, file)| (name.rsplit('=').next().unwrap(), file));
        let mut count = 0;
        for (name, file) in variables {
            count += 1;
            assert!(
                CONTRACT.contains(&name.to_ascii_lowercase().as_str()),
                "{name}"
            );
            assert!(unit.contains(&format!("LoadCredential={file}:")), "{file}");
        }
        assert_eq!(count, 3, "secret, salt and key");
    }

    proptest! {
        #[test]
        fn a_time_is_what_it_says(number in 1u64..366) {
            prop_assert_eq!(duration(&format!("{number}d")), Ok(Duration::from_secs(number * 86_400)));
            prop_assert_eq!(duration(&format!("{number}s")), Ok(Duration::from_secs(number)));
        }

        #[test]
        fn nothing_makes_it_panic(text in "\\PC{0,60}", key in "[a-z._]{0,20}") {
            let _ = duration(&text);
            let _ = bytes(&Value::String(text.clone()));
            let _ = with(&text, &[("GATEWAY_LISTEN", &text)], &[(&key, &text)]);
        }

        #[test]
        fn no_mistake_repeats_a_secret(secret in "[A-Za-z0-9]{8,31}") {
            let file = format!("gateway_links_key = \"{secret}\"\naccelerate_salt = [\"{secret}\"]");
            let mistakes = with(&file, &[("GATEWAY_SECRET", &secret)], &[]).unwrap_err().concat();
            prop_assert!(!mistakes.contains(&secret), "{}", mistakes);
        }
    }
}
