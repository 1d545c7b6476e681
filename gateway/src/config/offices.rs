//! Reads the `[[office]]` tables. What stands outside them is the whole process's, or the default of all
//! offices; what must not be shared is given in each table.

use super::values::{base_url, line, list};
use super::{
    RawSetting, SettingSource, SiteCheck, assemble, insert, insert_all, nearest, resolve_files,
};
use crate::settings::Settings;
use secrecy::ExposeSecret as _;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::Value;
use url::Url;

/// The keys of an office outside its own tables. Each may be in a file of its own.
const KEYS: [&str; 7] = [
    "gateway_public_url",
    "gateway_links_key",
    "gateway_page",
    "gateway_origins",
    "accelerate_url",
    "accelerate_domain",
    "accelerate_salt",
];
/// What no two offices may have in common: it is given in each table or nowhere.
const APART: [&str; 8] = [
    "gateway_public_url",
    "gateway_links_key",
    "gateway_page",
    "gateway_origins",
    "accelerate_domain",
    "accelerate_salt",
    "session.page",
    "access.origins",
];
/// The limits that each office has for itself.
const LIMITS: [&str; 5] = [
    "limits.upload",
    "limits.uploads",
    "limits.uploads_per_consumer",
    "limits.consumer_per_minute",
    "limits.address_per_minute",
];

/// Whether a setting may be in an `[[office]]` table.
pub(super) fn is_of_an_office(key: &str) -> bool {
    keys().any(|it| it == key)
}

fn keys() -> impl Iterator<Item = &'static str> {
    let in_tables = super::KEYS.iter().map(|(key, _)| *key);
    let in_tables = in_tables.filter(|key| key.starts_with("page.") || key.starts_with("session."));
    KEYS.into_iter().chain(LIMITS).chain(in_tables)
}

/// Reads the settings of all offices. `given` is what stands outside the tables.
pub(super) fn read(
    given: &BTreeMap<String, RawSetting>,
    mut tables: RawSetting,
    open: &impl Fn(&Path) -> std::io::Result<String>,
    check_site: &mut Option<SiteCheck>,
    mistakes: &mut Vec<String>,
) -> Vec<Settings> {
    let SettingSource::File(file) = tables.source.clone() else {
        return Vec::new();
    };
    for (key, setting) in given {
        if APART.contains(&key.as_str()) {
            mistakes.push(format!(
                "{}: {key} is one office's: put it into its [[office]] table",
                setting.source
            ));
        }
    }
    let tables = match &mut tables.value {
        Value::Array(tables) if !tables.is_empty() => std::mem::take(tables),
        _ => {
            let file = file.display();
            mistakes.push(format!("{file}: each office is a table [[office]]"));
            return Vec::new();
        }
    };
    let mut offices = Vec::new();
    for (number, table) in (1..).zip(tables) {
        let Value::Table(mut table) = table else {
            mistakes.push(format!(
                "{}: each office is a table [[office]]",
                file.display()
            ));
            continue;
        };
        let name = match table.remove("name").as_ref().map(name_in) {
            Some(Ok(name)) => name,
            wrong => {
                let why = wrong.map_or("is not given".to_owned(), Result::unwrap_err);
                let name = format!("number {number}");
                mistakes.push(format!("{}, office {name}: name {why}", file.display()));
                name
            }
        };
        let source = SettingSource::Office(file.clone(), name.clone());
        let mut own = BTreeMap::new();
        for (key, value) in table {
            insert_all(&mut own, &key, value, &source);
        }
        resolve_files(&mut own, &KEYS, open, mistakes);
        let mut office = given.clone();
        office.retain(|key, _| !APART.contains(&key.as_str()));
        let mut more_urls = Vec::new();
        for (key, mut setting) in own {
            if !is_of_an_office(&key) {
                mistakes.push(format!(
                    "{source}: an office has no setting {key}; did you mean {}?",
                    nearest(&key, keys())
                ));
                continue;
            }
            if key == "gateway_public_url" {
                more_urls = take_more_urls(&mut setting, &source, mistakes);
            }
            insert(&mut office, key, setting.value.clone(), source.clone());
        }
        let mut settings = assemble(office, Some(&name), check_site, mistakes);
        settings.more_urls = more_urls;
        offices.push(settings);
    }
    check_apart(&offices, mistakes);
    offices
}

/// The office's name: it stands in the log, in labels and on the command line.
fn name_in(value: &Value) -> Result<String, String> {
    let wrong =
        || "must be a text of one line, without quotes, of at most 64 characters".to_owned();
    let name = line(value).map_err(|_| wrong())?.ok_or_else(wrong)?;
    let fits = name.chars().count() <= 64 && !name.contains(['"', '\'', '\\']);
    fits.then_some(name).ok_or_else(wrong)
}

/// Leaves the first of several addresses in the setting, and gives the others.
fn take_more_urls(
    setting: &mut RawSetting,
    source: &SettingSource,
    mistakes: &mut Vec<String>,
) -> Vec<Url> {
    let Value::Array(all) = &setting.value else {
        return Vec::new();
    };
    let first = all.first().cloned();
    let urls = list(&setting.value, base_url).unwrap_or_else(|why| {
        mistakes.push(format!("{source}: gateway_public_url {why}"));
        Vec::new()
    });
    setting.value = first.unwrap_or(Value::Boolean(false));
    urls.into_iter().skip(1).collect()
}

/// Reports what two offices have in common and must not.
fn check_apart(offices: &[Settings], mistakes: &mut Vec<String>) {
    let mut names = BTreeSet::new();
    let mut hosts = BTreeMap::new();
    let mut salts = BTreeMap::new();
    let mut keys = BTreeMap::new();
    for settings in offices {
        let name = settings.office.as_deref().unwrap_or_default();
        if !names.insert(name.to_lowercase()) {
            mistakes.push(format!("office {name}: another office has this name"));
        }
        for url in settings.urls() {
            let host = crate::host::of_url(url).unwrap_or_default();
            if let Some(other) = hosts.insert(host.clone(), name) {
                mistakes.push(if other == name {
                    format!("office {name}: gateway_public_url names {host} twice")
                } else {
                    format!(
                        "office {name}: {host} is the host of office {other} too; browsers keep cookies by \
                         host, whatever the port"
                    )
                });
            }
            if url.path() != "/" {
                mistakes.push(format!(
                    "office {name}: gateway_public_url must be without a path"
                ));
            }
            if url.scheme() != settings.public_url.scheme() {
                mistakes.push(format!(
                    "office {name}: the addresses of gateway_public_url must all be https, or none of them"
                ));
            }
        }
        let salt = settings.accelerate.salt.expose_secret();
        if let Some(other) = salts.insert(salt, name).filter(|_| !salt.is_empty()) {
            mistakes.push(format!(
                "office {name}: accelerate_salt is that of office {other} too: keys and codes come from it"
            ));
        }
        let key = settings.session.links_key.as_ref();
        if let Some(key) = key.map(|it| it.expose_secret())
            && let Some(other) = keys.insert(key, name)
        {
            mistakes.push(format!(
                "office {name}: gateway_links_key is that of office {other} too"
            ));
        }
    }
}
