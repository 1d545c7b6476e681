//! The audit trail: who did what, apart from the log. One line of JSON an event. The consumer is in it as a code
//! that only somebody with the salt can make: [`code_of`] finds a consumer's lines, and nobody can read
//! the consumer from a line. Writing never holds a request up: what cannot be written is counted.

use crate::metrics::Metrics;
use crate::records::{code, mac_of};
use crate::request_context::request_id;
use crate::settings::{AuditSettings, Settings};
use hmac::Hmac;
use prometheus_client::metrics::counter::Counter;
use serde::Serialize;
use sha2::Sha256;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How many events wait to be written at most.
const WAITING: usize = 10_000;

/// How long the end of the program waits for lines that are not written yet.
const LAST_LINES: Duration = Duration::from_secs(2);

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The office made a link.
    LinkMade,
    /// Somebody opened a link and saw its page.
    LinkOpened,
    /// The office closed a link, or all links of a consumer.
    LinkClosed,
    /// Somebody signed in, or tried to.
    SignIn,
    /// A consumer logged out.
    LogOut,
    /// A consumer ended their sessions on other devices.
    OthersEnded,
    /// A document was handed in.
    DocumentIn,
    /// A document was fetched.
    DocumentOut,
}

impl Event {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Event::LinkMade => "link-made",
            Event::LinkOpened => "link-opened",
            Event::LinkClosed => "link-closed",
            Event::SignIn => "sign-in",
            Event::LogOut => "log-out",
            Event::OthersEnded => "others-ended",
            Event::DocumentIn => "document-in",
            Event::DocumentOut => "document-out",
        }
    }
}

/// The outcome of what succeeded.
pub const OK: &str = "ok";

/// Whom an event is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// AccelerateConnect's id of the consumer; empty when nobody knows.
    pub consumer_id: &'a str,
    /// The id of the office's link; empty when nobody knows.
    pub link: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    time: String,
    event: Event,
    /// `ok`, or the code of the refusal.
    outcome: &'a str,
    office: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    link: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    request: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    consumer: &'a str,
}

/// Writes the audit trail of one office.
pub struct Auditor {
    office: String,
    mac: Hmac<Sha256>,
    lines: Option<Arc<Writer>>,
    metrics: Arc<Metrics>,
}

/// The thread that writes, for all offices.
pub struct Writer {
    lines: Option<SyncSender<String>>,
    ended: Mutex<Receiver<()>>,
}

impl std::fmt::Debug for Auditor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auditor")
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Begins to write where these settings say; `None` when nothing is to be written. `lost` counts the lines
    /// that cannot be written.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(settings: &AuditSettings, lost: &Counter) -> io::Result<Option<Arc<Writer>>> {
        let writer = match settings {
            AuditSettings::Off => return Ok(None),
            AuditSettings::StandardError => write_in_background(io::stderr(), lost.clone())?,
            AuditSettings::File(path) => {
                let file = open(path).map_err(|error| {
                    let why = format!("the file of gateway_audit cannot be opened: {error}");
                    io::Error::new(error.kind(), why)
                })?;
                write_in_background(file, lost.clone())?
            }
        };
        Ok(Some(Arc::new(writer)))
    }
}

impl Auditor {
    /// The audit trail of the office of these settings.
    pub fn new(settings: &Settings, lines: Option<Arc<Writer>>, metrics: Arc<Metrics>) -> Auditor {
        let domain = &settings.accelerate.domain;
        Auditor {
            office: settings.office.as_ref().unwrap_or(domain).clone(),
            mac: mac_of(settings, "audit"),
            lines,
            metrics,
        }
    }

    /// Records an event. `outcome` is [`OK`], or the code of a refusal.
    pub fn record(&self, event: Event, outcome: &str, subject: Subject<'_>) {
        self.metrics.audited(event.name(), outcome == OK);
        let Some(lines) = self.lines.as_ref().and_then(|it| it.lines.as_ref()) else {
            return;
        };
        let consumer = match subject.consumer_id {
            "" => String::new(),
            id => code(&self.mac, "consumer", &[id]),
        };
        let line = Line {
            time: jiff::Timestamp::now().to_string(),
            event,
            outcome,
            office: &self.office,
            link: subject.link,
            request: &request_id(),
            consumer: &consumer,
        };
        let line = serde_json::to_string(&line).ok();
        if line.is_none_or(|line| lines.try_send(line + "\n").is_err()) {
            self.metrics.audit_lost.inc();
        }
    }
}

/// The code of a consumer in the audit trail of these settings.
pub fn code_of(settings: &Settings, consumer_id: &str) -> String {
    code(&mac_of(settings, "audit"), "consumer", &[consumer_id])
}

/// The lines about a consumer, in their order.
pub fn lines_of<'a>(
    settings: &Settings,
    consumer_id: &str,
    lines: impl Iterator<Item = io::Result<String>> + 'a,
) -> impl Iterator<Item = io::Result<String>> + 'a {
    let consumer = code_of(settings, consumer_id);
    lines.filter(move |line| match line {
        Ok(line) => serde_json::from_str::<serde_json::Value>(line)
            .is_ok_and(|line| line["consumer"] == consumer.as_str()),
        // A line that is no text is none of ours.
        Err(error) => error.kind() != io::ErrorKind::InvalidData,
    })
}

/// Nobody but the gateway's user may read the file.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn write_in_background(mut to: impl Write + Send + 'static, lost: Counter) -> io::Result<Writer> {
    let (sender, lines): (_, Receiver<String>) = sync_channel(WAITING);
    let (ending, ended) = sync_channel(0);
    std::thread::Builder::new()
        .name("audit".to_owned())
        .spawn(move || {
            // Dropped at the end: whoever waits for that hears so.
            let _ending: SyncSender<()> = ending;
            let mut is_torn = false;
            for mut line in lines {
                if is_torn {
                    // What is left of the last line spoils no other.
                    line.insert(0, '\n');
                }
                // A whole line in one step: several copies may have the same file open.
                is_torn = to.write_all(line.as_bytes()).is_err();
                if is_torn {
                    lost.inc();
                }
            }
        })?;
    Ok(Writer {
        lines: Some(sender),
        ended: Mutex::new(ended),
    })
}

/// The last lines are written before the program ends.
impl Drop for Writer {
    fn drop(&mut self) {
        self.lines = None;
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        // An output that stands still holds the end up no longer than this.
        let _ = ended.recv_timeout(LAST_LINES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Sender, channel};

    fn settings() -> Settings {
        Settings::new(
            "https://portal.example.nl/".parse().unwrap(),
            "dist".into(),
            Vec::new(),
            (
                "https://accelerate.example/".parse().unwrap(),
                "demo".to_owned(),
                "PRIVATE_SALT".into(),
            ),
        )
    }

    /// Something that is written to, and waits when it is told to.
    struct Output {
        written: Sender<String>,
        go_on: Receiver<io::Result<()>>,
    }

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.go_on.recv().unwrap()?;
            let line = String::from_utf8(bytes.to_vec()).unwrap();
            self.written.send(line).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn auditor() -> (Auditor, Receiver<String>, Sender<io::Result<()>>) {
        let all = Arc::default();
        let metrics = Arc::new(Metrics::new(&all, None));
        let (written, lines) = channel();
        let (going_on, go_on) = channel();
        let output = Output { written, go_on };
        let writer = write_in_background(output, all.audit_lost.clone()).unwrap();
        let auditor = Auditor::new(&settings(), Some(Arc::new(writer)), metrics);
        (auditor, lines, going_on)
    }

    const SUBJECT: Subject<'static> = Subject {
        consumer_id: "CNSR1",
        link: "a-link",
    };

    #[test]
    fn a_line_names_the_consumer_by_a_code_that_finds_them() {
        let (auditor, lines, go_on) = auditor();
        auditor.record(Event::SignIn, OK, SUBJECT);
        go_on.send(Ok(())).unwrap();
        let line = lines.recv().unwrap();
        assert!(!line.contains("CNSR1"));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        for (name, expected) in [
            ("event", "sign-in"),
            ("outcome", "ok"),
            ("office", "demo"),
            ("link", "a-link"),
            ("consumer", &code_of(&settings(), "CNSR1")),
        ] {
            assert_eq!(value[name], expected);
        }
        assert!(value["time"].as_str().unwrap().ends_with('Z'));
        let no_text = || Err(io::ErrorKind::InvalidData.into());
        let all = || [no_text(), Ok("no JSON".to_owned()), Ok(line.clone())].into_iter();
        assert_eq!(lines_of(&settings(), "CNSR1", all()).count(), 1);
        assert_eq!(lines_of(&settings(), "CNSR2", all()).count(), 0);
        let mut other = settings();
        other.accelerate.salt = "ANOTHER".into();
        assert_eq!(lines_of(&other, "CNSR1", all()).count(), 0);
    }

    #[test]
    fn an_output_that_stands_still_holds_nobody_up_and_what_is_lost_is_counted() {
        let (auditor, _lines, go_on) = auditor();
        for _ in 0..WAITING + 100 {
            auditor.record(Event::LogOut, OK, SUBJECT);
        }
        // One of those that found a place may be in the writer's hands.
        let lost = auditor.metrics.audit_lost.get();
        assert!((99..=100).contains(&lost), "{lost}");
        go_on.send(Err(io::ErrorKind::StorageFull.into())).unwrap();
        while auditor.metrics.audit_lost.get() == lost {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_line_that_was_written_in_part_spoils_no_other() {
        let (auditor, lines, go_on) = auditor();
        auditor.record(Event::SignIn, OK, SUBJECT);
        auditor.record(Event::LogOut, OK, SUBJECT);
        go_on.send(Err(io::ErrorKind::StorageFull.into())).unwrap();
        go_on.send(Ok(())).unwrap();
        let line = lines.recv().unwrap();
        assert!(line.starts_with('\n') && line.contains("log-out"), "{line}");
        assert_eq!(auditor.metrics.audit_lost.get(), 1);
    }
}
