//! Whether settings are safe where they are going to run: how many copies there are, what stands in front of
//! them, and what this machine allows. `gateway check` tells what it finds.

use crate::settings::{AuditSettings, Settings, StoreSettings, is_loopback};
use secrecy::ExposeSecret as _;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;
use std::time::Duration;
use url::Url;

/// Open files besides those of connections: the store, the log, the audit trail, and the listener for operations.
const OTHER_FILES: u64 = 128;

/// Where the gateway is going to run.
#[derive(Debug, Clone, Copy)]
pub struct Deployment {
    /// How many copies of the gateway serve the same consumers.
    pub copies: usize,
    /// How often the load balancer in front asks for readiness; `None` when it does not or nobody knows.
    pub readiness_interval: Option<Duration>,
    /// How many files a program may have open here; `None` for any number.
    pub open_files: Option<u64>,
}

/// What was found, one sentence each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// With these it does not work.
    pub mistakes: Vec<String>,
    /// With these it works, and probably not as is meant.
    pub warnings: Vec<String>,
}

/// How many files a program may have open here; `None` for any number.
pub fn open_files_limit() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    None
}

/// Checks the settings of all offices of one gateway. What is the process's own is told once.
pub fn check_all(offices: &[Settings], deployment: Deployment) -> Findings {
    let mut all = Findings::default();
    for settings in offices {
        let found = check(settings, deployment);
        for (told, found) in [
            (&mut all.mistakes, found.mistakes),
            (&mut all.warnings, found.warnings),
        ] {
            let new: Vec<_> = found.into_iter().filter(|it| !told.contains(it)).collect();
            told.extend(new);
        }
    }
    open_files(offices, deployment, &mut all);
    all
}

/// Checks the settings of one office. Files are tried as the user who runs this.
fn check(settings: &Settings, deployment: Deployment) -> Findings {
    let mut found = Findings::default();
    store(settings, deployment.copies, &mut found);
    if let AuditSettings::File(path) = &settings.audit
        && let Err(error) = try_to_write(path)
    {
        let why = error.kind();
        found.mistakes.push(format!(
            "the file of gateway_audit cannot be written by who runs this: {why}"
        ));
    }
    let limits = &settings.limits;
    if let Some(interval) = deployment.readiness_interval
        && limits.lame_duck < interval
    {
        found.warnings.push(format!(
            "limits.lame_duck is {} s, and readiness is asked every {} s: requests still come when this copy takes \
             none any more",
            limits.lame_duck.as_secs(),
            interval.as_secs()
        ));
    }
    if deployment.copies > 1 && limits.lame_duck.is_zero() {
        found.warnings.push(
            "limits.lame_duck is 0: a copy that ends takes no request from one moment to the next"
                .to_owned(),
        );
    }
    found
}

fn open_files(offices: &[Settings], deployment: Deployment, found: &mut Findings) {
    let connections = offices.first().map_or(0, |it| it.limits.connections);
    let uploads: usize = offices.iter().map(|it| it.limits.uploads).sum();
    // An upload has a connection with a browser, and one with AccelerateConnect.
    let needed = (connections + uploads.min(connections)) as u64 + OTHER_FILES;
    if let Some(allowed) = deployment.open_files
        && allowed < needed
    {
        found.warnings.push(format!(
            "a program may have {allowed} files open here, and limits.connections with limits.uploads need {needed}: \
             raise the limit (LimitNOFILE, ulimit -n), or lower these"
        ));
    }
}

fn store(settings: &Settings, copies: usize, found: &mut Findings) {
    let several = format!("{copies} copies need one store: redis://… or rediss://…");
    match &settings.store {
        StoreSettings::Memory if copies > 1 => found.mistakes.push(format!(
            "gateway_store is not given, and each copy remembers by itself: {several}"
        )),
        StoreSettings::Memory => {}
        StoreSettings::File(path) => {
            if copies > 1 {
                found.mistakes.push(format!(
                    "gateway_store is a file, which one gateway can have open: {several}"
                ));
            }
            if let Err(error) = try_to_write(path) {
                let why = error.kind();
                found.mistakes.push(format!(
                    "the file of gateway_store cannot be written by who runs this: {why}"
                ));
            }
        }
        StoreSettings::Redis(url) => {
            let Ok(url) = Url::parse(url.expose_secret()) else {
                return;
            };
            if is_loopback(&url) {
                return;
            }
            if url.scheme() == "redis" {
                found.warnings.push("gateway_store is without TLS, on another machine: use rediss://, unless nobody else is on that network".to_owned());
            }
            if url.password().is_none_or(str::is_empty) {
                found.warnings.push("gateway_store is without a password, on another machine: who reaches it can end sessions and spoil uploads".to_owned());
            }
        }
    }
}

/// Tries whether a file can be written, and leaves everything as it was.
fn try_to_write(path: &Path) -> io::Result<()> {
    match OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        tried => return tried.map(|_| ()),
    }
    // A file made here would belong to who runs this.
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".check-{}", std::process::id()));
    let tried = path.with_file_name(name);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&tried)?;
    fs::remove_file(tried)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Deployment = Deployment {
        copies: 1,
        readiness_interval: None,
        open_files: None,
    };
    const TWO: Deployment = Deployment { copies: 2, ..ONE };

    fn settings(store: StoreSettings) -> Settings {
        let mut settings = Settings::new(
            "https://portal.example.nl/".parse().unwrap(),
            "dist".into(),
            Vec::new(),
            (
                "https://accelerate.example/".parse().unwrap(),
                "demo".to_owned(),
                "PRIVATE_SALT".into(),
            ),
        );
        settings.store = store;
        settings
    }

    fn redis(url: &str) -> Settings {
        settings(StoreSettings::Redis(url.into()))
    }

    fn folder() -> std::path::PathBuf {
        let name = format!("gateway-{}-deployment", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn several_copies_need_a_store_that_they_share() {
        let mistakes = |settings: &Settings, deployment| check(settings, deployment).mistakes;
        let memory = settings(StoreSettings::Memory);
        assert_eq!(mistakes(&memory, ONE), [""; 0]);
        assert!(mistakes(&memory, TWO)[0].contains("2 copies need one store"));
        let file = settings(StoreSettings::File(folder().join("shared.redb")));
        assert_eq!(mistakes(&file, ONE), [""; 0]);
        assert!(mistakes(&file, TWO)[0].contains("2 copies need one store"));
        let redis = redis("rediss://:word@valkey.example:6380");
        assert_eq!(check(&redis, TWO), Findings::default());
    }

    #[test]
    fn a_redis_on_another_machine_needs_tls_and_a_password() {
        let warnings = |url: &str| check(&redis(url), ONE).warnings.join("\n");
        for (url, tls, password) in [
            ("redis://10.0.0.5/0", true, true),
            ("redis://:word@10.0.0.5/0", true, false),
            ("rediss://valkey.example", false, true),
            ("rediss://:@valkey.example", false, true),
            ("redis://127.0.0.1", false, false),
            ("redis://[::1]:6379", false, false),
            ("redis://localhost/0", false, false),
            ("redis://user:word@localhost", false, false),
        ] {
            let said = warnings(url);
            assert_eq!(said.contains("without TLS"), tls, "{url}: {said}");
            assert_eq!(
                said.contains("without a password"),
                password,
                "{url}: {said}"
            );
            assert!(!said.contains("word@"), "{said}");
        }
    }

    #[test]
    fn readiness_must_be_asked_for_before_a_copy_takes_no_requests_any_more() {
        let mut settings = redis("redis://localhost");
        let warnings =
            |settings: &Settings, deployment| check(settings, deployment).warnings.concat();
        let asked_every = |seconds| Deployment {
            readiness_interval: Some(Duration::from_secs(seconds)),
            ..TWO
        };
        settings.limits.lame_duck = Duration::from_secs(5);
        assert_eq!(warnings(&settings, asked_every(5)), "");
        assert!(warnings(&settings, asked_every(10)).contains("asked every 10 s"));
        settings.limits.lame_duck = Duration::ZERO;
        assert!(warnings(&settings, TWO).contains("lame_duck is 0"));
        assert_eq!(warnings(&settings, ONE), "");
    }

    #[test]
    fn all_connections_need_open_files() {
        let warnings = |offices: &[Settings], open_files| {
            let deployment = Deployment { open_files, ..ONE };
            check_all(offices, deployment).warnings.concat()
        };
        let office = || redis("redis://localhost");
        let one = [office()];
        assert!(warnings(&one, Some(1_024)).contains("1024 files open here"));
        let needed = 4_096 + 1_000 + OTHER_FILES;
        assert!(warnings(&one, Some(needed - 1)).contains("LimitNOFILE"));
        assert_eq!(warnings(&one, Some(needed)), "");
        assert_eq!(warnings(&one, None), "");
        // The uploads of all offices together, and never more than there are connections.
        let three = [office(), office(), office()];
        assert!(warnings(&three, Some(needed + 1_999)).contains("LimitNOFILE"));
        assert_eq!(warnings(&three, Some(needed + 2_000)), "");
        let many = [(); 50].map(|()| office());
        assert_eq!(warnings(&many, Some(2 * 4_096 + OTHER_FILES)), "");
    }

    #[test]
    fn a_file_that_cannot_be_written_is_a_mistake_and_none_is_left_behind() {
        let folder = folder();
        let mut settings = settings(StoreSettings::File(folder.join("gateway.redb")));
        settings.audit = AuditSettings::File(folder.join("audit.log"));
        assert_eq!(check(&settings, ONE), Findings::default());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        settings.store = StoreSettings::File(folder.join("nowhere/gateway.redb"));
        // A folder is no file, not even for root.
        settings.audit = AuditSettings::File(folder.clone());
        let mistakes = check(&settings, ONE).mistakes.join("\n");
        assert!(
            mistakes.contains("file of gateway_store cannot be written"),
            "{mistakes}"
        );
        assert!(
            mistakes.contains("file of gateway_audit cannot be written"),
            "{mistakes}"
        );
    }
}
