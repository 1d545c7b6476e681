//! Reads the settings from flags, the environment and the TOML file, in this order, and takes defaults for
//! the rest. It opens nothing by itself: the caller passes flags, environment and files in, so that tests
//! can try every mistake. All mistakes are reported at once, and none repeats a secret.

mod keys;
mod offices;
mod values;

pub use values::duration;

use crate::colour::is_readable_on_white;
use crate::settings::{DEFAULT_OPS_LISTEN, Settings, StoreSettings};
use keys::{KEYS, RENAMED};
use secrecy::{ExposeSecret as _, SecretString};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use toml::Value;
use url::Url;
use values::base_url;
use zeroize::{Zeroize as _, Zeroizing};

/// The shortest secret, in bytes: what HKDF gets must be hard to guess.
const MIN_SECRET_BYTES: usize = 32;

/// The longest that a link for a phone may be good.
const MAX_PHONE_LINK: std::time::Duration = std::time::Duration::from_secs(3_600);

/// The settings that may be given in the environment too. The variable has the same name in capitals.
const ENVIRONMENT_KEYS: [&str; 11] = [
    "gateway_listen",
    "gateway_ops_listen",
    "gateway_public_url",
    "gateway_assets",
    "gateway_secret",
    "gateway_links_key",
    "gateway_store",
    "gateway_audit",
    "accelerate_url",
    "accelerate_domain",
    "accelerate_salt",
];
/// The settings that are secrets: they may not be flags.
const SECRET_KEYS: [&str; 3] = ["gateway_secret", "gateway_links_key", "accelerate_salt"];

/// Where a setting was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingSource {
    /// On the command line, by that flag.
    Flag(String),
    /// In the environment, by that variable.
    Environment(String),
    /// In the configuration file.
    File(PathBuf),
    /// There, in the `[[office]]` table of that name.
    Office(PathBuf, String),
}

impl fmt::Display for SettingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingSource::Flag(flag) => write!(f, "{flag}"),
            SettingSource::Environment(name) => write!(f, "{name} in the environment"),
            SettingSource::File(path) => write!(f, "{}", path.display()),
            SettingSource::Office(path, name) => write!(f, "{}, office {name}", path.display()),
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
    /// Checks the folder of the site. Absent when nothing is going to be served.
    pub check_site: Option<SiteCheck>,
}

/// Checks that a folder holds a site; an error says why it does not.
pub type SiteCheck = fn(&Path) -> std::io::Result<()>;

/// Settings that were read, and what in them may be meant otherwise.
#[derive(Debug)]
pub struct Configuration {
    /// The settings of each office: one without a name, or those of the `[[office]]` tables.
    pub offices: Vec<Settings>,
    /// Warnings, one sentence each.
    pub warnings: Vec<String>,
}

impl Configuration {
    /// The settings of the office of that name. Where there is one office, it needs no name.
    ///
    /// # Errors
    /// One sentence: which office is meant, nobody can tell.
    pub fn office(&self, name: Option<&str>) -> Result<&Settings, String> {
        let names = || {
            let names = self.offices.iter().filter_map(|it| it.office.as_deref());
            names.collect::<Vec<_>>().join(", ")
        };
        match (name, self.offices.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(format!(
                "there are several offices: give --office with one of {}",
                names()
            )),
            (Some(_), [only]) if only.office.is_none() => {
                Err("--office is for a configuration with [[office]] tables".to_owned())
            }
            (Some(name), all) => all
                .iter()
                .find(|it| it.office.as_deref() == Some(name))
                .ok_or_else(|| format!("there is no office {name}; there are {}", names())),
        }
    }
}

/// A setting as it was given.
#[derive(Clone)]
struct RawSetting {
    value: Value,
    source: SettingSource,
}

/// It may be a secret: nothing of it stays in memory.
impl Drop for RawSetting {
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
) -> Result<Configuration, Vec<String>> {
    let mut mistakes = Vec::new();
    let mut given = BTreeMap::new();
    let mut offices = None;
    if let Some((path, text)) = sources.file {
        offices = from_file(path, text, &mut given, &mut mistakes);
    }
    let mut strangers = Vec::new();
    from_environment(
        sources.environment,
        &mut given,
        &mut mistakes,
        &mut strangers,
    );
    for (key, value, flag) in sources.flags {
        let has_password = key == "gateway_store" && value.contains('@');
        if has_password || SECRET_KEYS.iter().any(|it| key.starts_with(it)) {
            mistakes.push(format!("{flag}: a secret is not given by a flag, which everyone on the machine can read; use the environment or a file"));
            continue;
        }
        insert(
            &mut given,
            key,
            Value::String(value),
            SettingSource::Flag(flag),
        );
    }
    resolve_files(&mut given, &ENVIRONMENT_KEYS, &open, &mut mistakes);
    let mut check_site = sources.check_site;
    let offices = match offices {
        None => vec![assemble(given, None, &mut check_site, &mut mistakes)],
        Some(tables) => offices::read(&given, tables, &open, &mut check_site, &mut mistakes),
    };
    // What is the whole process's may be wrong in every office.
    let mut told = BTreeSet::new();
    mistakes.retain(|mistake| told.insert(mistake.clone()));
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let mut warnings = strangers;
    warnings.extend(offices.first().map(process_warnings).unwrap_or_default());
    for settings in &offices {
        let found = office_warnings(settings);
        warnings.extend(
            found
                .into_iter()
                .map(|it| of_office(settings.office.as_deref(), &it)),
        );
    }
    Ok(Configuration { offices, warnings })
}

/// A sentence about an office, which has a name when there are several.
fn of_office(office: Option<&str>, sentence: &str) -> String {
    match office {
        Some(name) => format!("office {name}: {sentence}"),
        None => sentence.to_owned(),
    }
}

/// Reads the address of health, readiness and metrics alone. Mistakes in other settings do not matter: a gateway
/// that runs has read them before.
///
/// # Errors
/// A sentence, when it is no address.
pub fn ops_listen(
    sources: Sources,
    open: impl Fn(&Path) -> std::io::Result<String>,
) -> Result<SocketAddr, String> {
    let (key, mut ignored) = ("gateway_ops_listen", Vec::new());
    let mut given = BTreeMap::new();
    if let Some((path, text)) = sources.file {
        from_file(path, text, &mut given, &mut ignored);
    }
    from_environment(
        sources.environment,
        &mut given,
        &mut ignored,
        &mut Vec::new(),
    );
    for (key, value, flag) in sources.flags {
        let source = SettingSource::Flag(flag);
        insert(&mut given, key, Value::String(value), source);
    }
    // No secret is read for this.
    resolve_files(&mut given, &[key], &open, &mut ignored);
    let Some(given) = given.get(key) else {
        return Ok(DEFAULT_OPS_LISTEN);
    };
    let address = given.value.as_str().and_then(|text| text.parse().ok());
    address.ok_or_else(|| format!("{}: {key} is no address with a port", given.source))
}

fn insert(
    given: &mut BTreeMap<String, RawSetting>,
    key: String,
    value: Value,
    source: SettingSource,
) {
    // Of NAME and NAME_FILE the later one counts. Both in the same kind of source is a mistake, which
    // `resolve_files` reports.
    let other = match key.strip_suffix("_file") {
        Some(name) => name.to_owned(),
        None => [&key, "_file"].concat(),
    };
    let elsewhere =
        |it: &RawSetting| std::mem::discriminant(&it.source) != std::mem::discriminant(&source);
    if given.get(&other).is_some_and(elsewhere) {
        given.remove(&other);
    }
    given.insert(key, RawSetting { value, source });
}

/// Gives the `[[office]]` tables, if there are any.
fn from_file(
    path: PathBuf,
    mut text: String,
    given: &mut BTreeMap<String, RawSetting>,
    mistakes: &mut Vec<String>,
) -> Option<RawSetting> {
    let mut offices = None;
    match text.parse::<toml::Table>() {
        Ok(table) => {
            for (key, value) in table {
                let source = SettingSource::File(path.clone());
                match value {
                    value if key == "office" => offices = Some(RawSetting { value, source }),
                    value => insert_all(given, &key, value, &source),
                }
            }
        }
        Err(error) => {
            let before = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = 1 + text.as_bytes()[..before]
                .iter()
                .filter(|it| **it == b'\n')
                .count();
            // Without the line itself, which may hold a secret.
            mistakes.push(format!("{}, line {line}: this is no TOML", path.display()));
        }
    }
    text.zeroize();
    offices
}

/// Inserts a setting of a file, or a table of settings.
fn insert_all(
    given: &mut BTreeMap<String, RawSetting>,
    key: &str,
    value: Value,
    source: &SettingSource,
) {
    match value {
        Value::Table(inner) => {
            for (name, value) in inner {
                insert(given, [key, ".", &name].concat(), value, source.clone());
            }
        }
        value => insert(given, key.to_ascii_lowercase(), value, source.clone()),
    }
}

fn from_environment(
    environment: Vec<(String, String)>,
    given: &mut BTreeMap<String, RawSetting>,
    mistakes: &mut Vec<String>,
    warnings: &mut Vec<String>,
) {
    for (name, mut value) in environment {
        if !name.starts_with("GATEWAY_") && !name.starts_with("ACCELERATE_")
            || name == "GATEWAY_CONFIG"
        {
            continue;
        }
        let key = name.to_ascii_lowercase();
        let plain = key.strip_suffix("_file").unwrap_or(&key);
        if ENVIRONMENT_KEYS.contains(&plain) {
            insert(
                given,
                key,
                Value::String(value),
                SettingSource::Environment(name),
            );
        } else {
            value.zeroize();
            let nearest = nearest(&key, ENVIRONMENT_KEYS.iter().copied()).to_ascii_uppercase();
            let sentence = format!(
                "{name} in the environment: there is no such setting; did you mean {nearest}?"
            );
            // Kubernetes puts GATEWAY_PORT and the like there, for a service of that name.
            if name.starts_with("GATEWAY_") {
                warnings.push(sentence);
            } else {
                mistakes.push(sentence);
            }
        }
    }
}

/// Replaces each `NAME_FILE` by `NAME` with the content of that file.
fn resolve_files(
    given: &mut BTreeMap<String, RawSetting>,
    keys: &[&str],
    open: &impl Fn(&Path) -> std::io::Result<String>,
    mistakes: &mut Vec<String>,
) {
    for key in keys {
        let Some(file) = given.remove(&[*key, "_file"].concat()) else {
            continue;
        };
        if given.contains_key(*key) {
            mistakes.push(format!(
                "{}: both {key} and {key}_file are given; keep one",
                file.source
            ));
            continue;
        }
        let Some(path) = file.value.as_str() else {
            mistakes.push(format!(
                "{}: {key}_file must be the path of a file",
                file.source
            ));
            continue;
        };
        match open(Path::new(path)) {
            Ok(mut text) => {
                let value = text.trim_end_matches(['\r', '\n']).to_owned();
                text.zeroize();
                given.insert(
                    (*key).to_owned(),
                    RawSetting {
                        value: Value::String(value),
                        source: file.source.clone(),
                    },
                );
            }
            Err(error) => mistakes.push(format!(
                "{}: the file of {key} cannot be read: {}",
                file.source,
                error.kind()
            )),
        }
    }
}

/// The settings of one office, with defaults for what is not given or wrong. The site is checked once.
fn assemble(
    mut given: BTreeMap<String, RawSetting>,
    office: Option<&str>,
    check_site: &mut Option<SiteCheck>,
    mistakes: &mut Vec<String>,
) -> Settings {
    let mut required = |key: &str, mistakes: &mut Vec<String>| match given.remove(key) {
        Some(mut given) => match &mut given.value {
            Value::String(text) if !text.trim().is_empty() => {
                Some((Zeroizing::new(std::mem::take(text)), given.source.clone()))
            }
            _ => {
                mistakes.push(format!("{}: {key} must be a text", given.source));
                None
            }
        },
        None if office.is_some() && offices::is_of_an_office(key) => {
            mistakes.push(of_office(office, &format!("{key} is not given")));
            None
        }
        None => {
            let name = key.to_ascii_uppercase();
            mistakes.push(format!(
                "{name} is not given: set it in the environment, or {key} in the file"
            ));
            None
        }
    };
    let url = |key: &str,
               found: Option<(Zeroizing<String>, SettingSource)>,
               mistakes: &mut Vec<String>| {
        let (text, source) = found?;
        match base_url(&text) {
            Ok(url) => Some(url),
            Err(why) => {
                mistakes.push(format!("{source}: {key} {why}"));
                None
            }
        }
    };
    let found = required("gateway_public_url", mistakes);
    let public_url = url("gateway_public_url", found, mistakes);
    let assets = required("gateway_assets", mistakes).map(|(folder, source)| {
        let folder = PathBuf::from(folder.as_str());
        if let Some(Err(why)) = check_site.take().map(|check| check(&folder)) {
            mistakes.push(format!("{source}: gateway_assets holds no site: {why}"));
        }
        folder
    });
    let secrets = required("gateway_secret", mistakes).map(|(text, source)| {
        let secrets: Vec<SecretString> = text.split(',').map(|it| it.trim().into()).collect();
        let easy = |it: &SecretString| is_easy_to_guess(it.expose_secret());
        let short = |it: &SecretString| it.expose_secret().len() < MIN_SECRET_BYTES;
        if !secrets.iter().any(short) && secrets.iter().any(easy) {
            mistakes.push(format!(
                "{source}: each secret of gateway_secret must be hard to guess, and not a few characters \
                 again and again; `openssl rand -base64 32` makes one"
            ));
        }
        if secrets.iter().any(short) {
            mistakes.push(format!(
                "{source}: each secret of gateway_secret must have at least {MIN_SECRET_BYTES} characters; \
                 `openssl rand -base64 32` makes one"
            ));
        }
        secrets
    });
    let found = required("accelerate_url", mistakes);
    let accelerate_url = url("accelerate_url", found, mistakes);
    let domain = required("accelerate_domain", mistakes).map(|it| it.0.as_str().to_owned());
    // Made from a borrowed text, so that the original is wiped where it stands.
    let salt = required("accelerate_salt", mistakes).map(|it| it.0.as_str().into());

    // Mistakes in the other settings are reported even when one of these is missing.
    let example = || Url::parse("https://portal.example/").expect("this is an address");
    let urls_are_known = public_url.is_some() && accelerate_url.is_some();
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
        let renamed = RENAMED.iter().find(|(old, _)| *old == key);
        let key = renamed.map_or(key, |(_, new)| (*new).to_owned());
        let Some((_, setter)) = KEYS.iter().find(|(name, _)| *name == key) else {
            let names = KEYS.iter().map(|(name, _)| *name).chain(ENVIRONMENT_KEYS);
            mistakes.push(format!(
                "{}: there is no setting {key}; did you mean {}?",
                given.source,
                nearest(&key, names)
            ));
            continue;
        };
        if let Err(why) = setter(&mut settings, &given.value) {
            mistakes.push(format!("{}: {key} {why}", given.source));
        }
    }
    if urls_are_known {
        let found = mistakes_of_office(&settings);
        mistakes.extend(found.iter().map(|it| of_office(office, it)));
        check_process(&settings, mistakes);
    }
    settings.office = office.map(str::to_owned);
    settings
}

/// How many different characters a secret must have.
const MIN_DIFFERENT: usize = 8;

/// Whether a secret is long only because it repeats itself.
fn is_easy_to_guess(secret: &str) -> bool {
    let different: BTreeSet<char> = secret.chars().collect();
    different.len() < MIN_DIFFERENT
}

/// Settings of an office that do not go together.
fn mistakes_of_office(settings: &Settings) -> Vec<String> {
    let mut mistakes = Vec::new();
    let session = &settings.session;
    if session.cross_site && !settings.secure() {
        mistakes.push("session.cross_site needs an https gateway_public_url: browsers take such cookies over TLS only".to_owned());
    }
    if session.idle > session.longest {
        mistakes.push("session.idle is longer than session.longest".to_owned());
    }
    if settings.public_url.path() != "/" {
        mistakes.push("gateway_public_url must be without a path: the gateway serves from the root of its name".to_owned());
    }
    if session.phone_link > MAX_PHONE_LINK {
        mistakes.push(
            "session.phone_link is at most 1h: whoever photographs the screen is signed in"
                .to_owned(),
        );
    }
    let limits = &settings.limits;
    if limits.uploads > limits.connections {
        mistakes.push("limits.uploads is more than limits.connections: each upload has a connection of its own".to_owned());
    }
    let page = session.page.origin().ascii_serialization();
    let own = settings.public_url.origin().ascii_serialization();
    if page != own && !settings.access.origins.contains(&page) {
        mistakes.push(format!(
            "session.page is of {page}, whose pages may not call the gateway: add it to access.origins"
        ));
    }
    mistakes
}

/// Reports settings of the whole process that do not go together.
fn check_process(settings: &Settings, mistakes: &mut Vec<String>) {
    let everybody = |nets: &[ipnet::IpNet]| nets.iter().any(|net| net.prefix_len() == 0);
    if everybody(&settings.access.trusted_proxies) {
        mistakes.push("access.trusted_proxies trusts everybody: then each consumer says what their address is; name your proxies".to_owned());
    }
}

/// Where a change of the secret stands, when there is more than one. Which of them is new, nobody can tell:
/// the order says it.
fn rotation_step(secrets: usize) -> Option<&'static str> {
    match secrets {
        0 | 1 => None,
        2 => Some(
            "gateway_secret has two secrets, which is a step of changing it: the first one signs, both are \
             believed. First put the new one last (old,new) in all copies, then first (new,old), and remove \
             the old one when the longest link is over",
        ),
        _ => Some("gateway_secret has more than two secrets: finish one change before the next"),
    }
}

/// What is allowed and probably not meant, in the settings of the whole process.
fn process_warnings(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    let trusted = &settings.access.trusted_proxies;
    let loopback_only = trusted.iter().all(|net| net.addr().is_loopback());
    if !settings.listen.ip().is_loopback() && loopback_only {
        warnings.push("gateway_listen is open to other machines and access.trusted_proxies names none: if a proxy on another machine stands in front, all consumers seem to be at its address".to_owned());
    }
    if matches!(settings.store, StoreSettings::Memory) {
        warnings.push("gateway_store is not given: who logged out and which uploads came is kept in memory, and forgotten at a restart; for trying only".to_owned());
    }
    if let Some(step) = rotation_step(settings.secrets.len()) {
        warnings.push(step.to_owned());
    }
    if settings
        .access
        .metrics_from
        .iter()
        .any(|net| net.prefix_len() == 0)
        && settings.ops_listen.is_some_and(|it| !it.ip().is_loopback())
    {
        warnings.push(
            "access.metrics_from lets everybody read the counters who reaches gateway_ops_listen"
                .to_owned(),
        );
    }
    warnings
}

/// The same in the settings of an office.
fn office_warnings(settings: &Settings) -> Vec<String> {
    let mut warnings = Vec::new();
    if !settings.secure() {
        warnings.push("gateway_public_url is without TLS: cookies go without Secure and __Host-; for trying only".to_owned());
    }
    if settings
        .page
        .accent
        .as_deref()
        .is_some_and(|it| !is_readable_on_white(it))
    {
        warnings.push("page.accent is too light for text on white, such as links: WCAG asks for a contrast of 4.5 to 1".to_owned());
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

/// The name that is most like a misspelt one.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> &'a str {
    names
        .min_by_key(|it| strsim::levenshtein(it, name))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
