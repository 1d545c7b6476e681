use super::keys::KEYS;
use super::values::{bytes, duration};
use super::*;
use crate::settings::AuditSettings;
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
        (
            "GATEWAY_STORE",
            "file:/var/lib/consumer-portal/gateway.redb",
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// What was read for one office.
#[derive(Debug)]
struct OneOffice {
    settings: Settings,
    warnings: Vec<String>,
}

fn read_with(
    file: &str,
    more: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<OneOffice, Vec<String>> {
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
        check_site: None,
    };
    let read = read(sources, |path| match path.to_str() {
        Some("/run/secret") => Ok(format!("{SECRET}\n")),
        _ => Err(std::io::ErrorKind::NotFound.into()),
    })?;
    let Configuration {
        mut offices,
        warnings,
    } = read;
    let settings = offices.remove(0);
    assert!(offices.is_empty() && settings.office.is_none());
    Ok(OneOffice { settings, warnings })
}

#[test]
fn six_settings_are_enough_and_the_rest_has_defaults() {
    let settings = read_with("", &[], &[]).unwrap().settings;
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
        |more: &[_], flags: &[_]| read_with(file, more, flags).unwrap().settings.listen.port();
    assert_eq!(listen(&[], &[]), 1);
    assert_eq!(listen(&[("GATEWAY_LISTEN", "127.0.0.1:2")], &[]), 2);
    assert_eq!(
        listen(
            &[("GATEWAY_LISTEN", "127.0.0.1:2")],
            &[("gateway_listen", "127.0.0.1:3")]
        ),
        3
    );
    assert_eq!(
        read_with(file, &[], &[]).unwrap().settings.limits.uploads,
        7
    );
}

#[test]
fn every_environment_setting_may_be_in_a_file_of_its_own() {
    let read = read_with("", &[("GATEWAY_SECRET_FILE", "/run/secret")], &[]).unwrap();
    assert_eq!(read.settings.secrets[0].expose_secret(), SECRET);
    let missing = read_with("", &[("ACCELERATE_SALT_FILE", "/nowhere")], &[]).unwrap_err();
    assert!(
        missing[0].contains("accelerate_salt cannot be read"),
        "{missing:?}"
    );
    let both = read_with(
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
fn every_mistake_is_reported_at_once_and_none_repeats_a_secret() {
    let file =
        "[limits]\nuplods = 3\nheaders = \"1KB\"\n[session]\nidle = \"soon\"\n[nonsense]\na = 1";
    let mistakes = read_with(
        file,
        &[
            ("GATEWAY_PUBLIC_URL", "http://portal.example.nl"),
            ("GATEWAY_SECRET", "short-secret"),
            ("ACCELERATE_DOMAINS", "x"),
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
        "ACCELERATE_DOMAIN?",
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
fn a_setting_that_is_probably_not_meant_is_a_warning() {
    let warnings = |file: &str, more: &[_]| read_with(file, more, &[]).unwrap().warnings.concat();
    assert_eq!(warnings("", &[]), "");
    assert!(
        warnings("", &[("GATEWAY_PUBLIC_URL", "http://127.0.0.1:8080")]).contains("without TLS")
    );
    assert!(warnings("", &[("GATEWAY_LISTEN", "0.0.0.0:80")]).contains("trusted_proxies"));
    let origins = "[access]\norigins = [\"https://www.other.nl\"]";
    assert!(warnings(origins, &[]).contains("another site"));
    let same = "[access]\norigins = [\"https://www.example.nl\"]";
    assert_eq!(warnings(same, &[]), "");
}

#[test]
fn a_store_is_a_file_or_a_redis_and_without_one_there_is_a_warning() {
    let store = |text| read_with("", &[("GATEWAY_STORE", text)], &[]);
    assert!(matches!(
        store("file:/var/lib/a.redb").unwrap().settings.store,
        StoreSettings::File(path) if path == Path::new("/var/lib/a.redb")
    ));
    for url in ["redis://10.0.0.5", "rediss://:s3cr3t@valkey.example:6380/1"] {
        let settings = store(url).unwrap().settings;
        assert!(matches!(&settings.store, StoreSettings::Redis(_)), "{url}");
        assert!(!format!("{settings:?}").contains("s3cr3t"));
    }
    for wrong in ["", "file:", "/var/lib/a.redb", "redis:", "http://10.0.0.5"] {
        let mistakes = store(wrong).unwrap_err().concat();
        assert!(
            mistakes.contains("gateway_store must be file:PATH"),
            "{wrong}"
        );
    }
    let flag = [("gateway_store", "redis://:s3cr3t@10.0.0.5")];
    let mistakes = read_with("", &[], &flag).unwrap_err().concat();
    assert!(mistakes.contains("a secret is not given by a flag"));
    assert!(!mistakes.contains("s3cr3t"));
    let without = environment()
        .into_iter()
        .filter(|(it, _)| it != "GATEWAY_STORE");
    let sources = Sources {
        environment: without.collect(),
        ..Sources::default()
    };
    let configuration = read(sources, |_| unreachable!()).unwrap();
    let store = &configuration.offices[0].store;
    assert!(matches!(store, StoreSettings::Memory));
    assert!(configuration.warnings.concat().contains("in memory"));
}

#[test]
fn an_audit_trail_is_a_file_or_standard_error() {
    let audit = |text| read_with("", &[("GATEWAY_AUDIT", text)], &[]);
    assert!(matches!(
        audit("file:/var/log/a").unwrap().settings.audit,
        AuditSettings::File(path) if path == Path::new("/var/log/a")
    ));
    assert!(matches!(
        audit("stderr").unwrap().settings.audit,
        AuditSettings::StandardError
    ));
    for wrong in ["", "file:", "stdout", "/var/log/a"] {
        let mistakes = audit(wrong).unwrap_err().concat();
        assert!(
            mistakes.contains("gateway_audit must be file:PATH"),
            "{wrong}"
        );
    }
}

#[test]
fn a_setting_that_was_renamed_is_read_by_its_old_name_too() {
    let file = "[limits]\nuploads_per_session = 3\nsession_per_minute = 7";
    let limits = read_with(file, &[], &[]).unwrap().settings.limits;
    assert_eq!(
        (limits.uploads_per_consumer, limits.consumer_per_minute),
        (3, 7)
    );
}

#[test]
fn settings_that_do_not_go_together_are_a_mistake() {
    let page = read_with(
        "[session]\npage = \"https://www.example.nl/dossier\"",
        &[],
        &[],
    )
    .unwrap_err();
    assert!(page[0].contains("access.origins"));
    let bare = [("GATEWAY_PUBLIC_URL", "http://localhost:8080")];
    assert!(read_with("[session]\ncross_site = true", &bare, &[]).unwrap_err()[0].contains("TLS"));
}

#[test]
fn a_variable_of_somebody_elses_is_warned_of_and_no_mistake() {
    let kubernetes = [
        ("GATEWAY_SERVICE_HOST", "10.0.0.1"),
        ("GATEWAY_PORT", "tcp://10.0.0.1:8080"),
        ("GATEWAY_LISTENS", "x"),
    ];
    let warnings = read_with("", &kubernetes, &[]).unwrap().warnings.join("\n");
    for (name, value) in kubernetes {
        assert!(
            warnings.contains(name) && !warnings.contains(value),
            "{warnings}"
        );
    }
    assert!(warnings.contains("did you mean GATEWAY_LISTEN?"));
}

#[test]
fn what_no_office_can_mean_is_a_mistake() {
    let mistakes =
        |file: &str, more: &[(&str, &str)]| read_with(file, more, &[]).unwrap_err().join("\n");
    let trusts = |nets: &str| mistakes(&format!("[access]\ntrusted_proxies = [{nets}]"), &[]);
    assert!(trusts("'0.0.0.0/0'").contains("trusts everybody"));
    assert!(trusts("'10.0.0.0/8', '::/0'").contains("trusts everybody"));
    let letter = "a".repeat(40);
    for secret in [
        letter.clone(),
        format!("{SECRET},{letter}"),
        "ab".repeat(20),
    ] {
        let said = mistakes("", &[("GATEWAY_SECRET", &secret)]);
        assert!(
            said.contains("hard to guess") && !said.contains(&letter),
            "{said}"
        );
    }
    assert!(mistakes("[session]\nphone_link = '366d'", &[]).contains("at most 1h"));
    assert!(mistakes("[limits]\nuploads = 9\nconnections = 8", &[]).contains("limits.connections"));
    let path = [("GATEWAY_PUBLIC_URL", "https://www.example.nl/portal")];
    assert!(mistakes("", &path).contains("without a path"));
    assert!(mistakes("[accelerate]\ntime_zone = 'Mars/Olympus'", &[]).contains("time zone"));
}

#[test]
fn a_change_of_the_secret_says_where_it_stands() {
    let warnings = |secrets: &str| {
        let read = read_with("", &[("GATEWAY_SECRET", secrets)], &[]).unwrap();
        read.warnings.join("\n")
    };
    let new = "another-secret-that-nobody-ever-prints-012";
    assert!(!warnings(SECRET).contains("gateway_secret"));
    let both = warnings(&format!("{SECRET},{new}"));
    assert!(both.contains("old,new") && both.contains("new,old"));
    assert!(!both.contains(SECRET) && !both.contains(new));
    let third = warnings(&format!("{SECRET},{new},{}", new.replace('a', "b")));
    assert!(third.contains("more than two"));
}

#[test]
fn broken_toml_is_reported_by_its_line_number_only() {
    let mistakes = read_with(&format!("a = 1\ngateway_secret = \"{SECRET}"), &[], &[]).unwrap_err();
    assert!(
        mistakes[0].contains("line 2") && !mistakes.concat().contains(SECRET),
        "{mistakes:?}"
    );
}

#[test]
fn a_folder_without_a_site_is_a_mistake_when_it_is_going_to_be_served() {
    let sources = |check_site| Sources {
        environment: environment()
            .into_iter()
            .filter(|(name, _)| name != "ACCELERATE_DOMAIN")
            .collect(),
        check_site,
        ..Sources::default()
    };
    let nowhere = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
    let mistakes = |check_site| read(sources(check_site), |_| unreachable!()).unwrap_err();
    assert_eq!(mistakes(None).len(), 1);
    assert_eq!(mistakes(Some(|_| Ok(()))).len(), 1);
    let both = mistakes(Some(nowhere)).join("\n");
    assert!(both.contains("gateway_assets holds no site") && both.contains("ACCELERATE_DOMAIN"));
}

#[test]
fn a_wiped_value_holds_no_text_at_any_depth() {
    let file = format!("a = \"{SECRET}\"\nb = [\"{SECRET}\", {{ c = \"{SECRET}\" }}]");
    let mut value = Value::Table(file.parse().unwrap());
    wipe(&mut value);
    assert_eq!(
        value,
        Value::Table("a = \"\"\nb = [\"\", { c = \"\" }]".parse().unwrap())
    );
}

#[test]
fn the_example_file_has_every_setting_with_its_default() {
    let example = include_str!("../../gateway.example.toml");
    // Every line that is a setting, without its comment mark.
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
    for (key, _) in KEYS.iter().filter(|(key, _)| !SECRET_KEYS.contains(key)) {
        let name = key.split('.').next_back().unwrap();
        assert!(
            example.contains(&[name, " = "].concat()),
            "{key} is not in the example"
        );
    }
    let read = read_with(&settings, &[], &[]).unwrap().settings;
    let defaults = read_with("", &[], &[]).unwrap().settings;
    assert_eq!(format!("{read:?}"), format!("{defaults:?}"));
}

#[test]
fn the_systemd_unit_passes_secrets_by_the_names_of_settings() {
    let unit = include_str!("../../deploy/consumer-portal-gateway.service");
    let variables = unit
        .split_whitespace()
        .filter_map(|word| word.split_once("_FILE=%d/"))
        .map(|(name, file)| (name.rsplit('=').next().unwrap(), file));
    let mut count = 0;
    for (name, file) in variables {
        count += 1;
        assert!(
            ENVIRONMENT_KEYS.contains(&name.to_ascii_lowercase().as_str()),
            "{name}"
        );
        assert!(unit.contains(&format!("LoadCredential={file}:")), "{file}");
    }
    assert_eq!(count, 4, "secret, salt, key and store");
}

proptest! {
    #[test]
    fn a_duration_is_read_in_its_unit(number in 1u64..366) {
        prop_assert_eq!(duration(&format!("{number}d")), Ok(Duration::from_secs(number * 86_400)));
        prop_assert_eq!(duration(&format!("{number}s")), Ok(Duration::from_secs(number)));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", key in "[a-z._]{0,20}") {
        let _ = duration(&text);
        let _ = bytes(&Value::String(text.clone()));
        let _ = read_with(&text, &[("GATEWAY_LISTEN", &text)], &[(&key, &text)]);
    }

    #[test]
    fn no_mistake_repeats_a_secret(secret in "[A-Za-z0-9]{8,31}") {
        let file = format!("gateway_links_key = \"{secret}\"\naccelerate_salt = [\"{secret}\"]");
        let mistakes = read_with(&file, &[("GATEWAY_SECRET", &secret)], &[]).unwrap_err().concat();
        prop_assert!(!mistakes.contains(&secret), "{}", mistakes);
    }
}
