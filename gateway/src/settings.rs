//! Everything that can be set, as the rest of the gateway uses it: checked, typed, nothing optional that
//! is needed. [`config`](crate::config) makes it from files, environment and flags.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where consumers find us, with a slash at its end, such as `https://portal.example.nl/`.
    pub public_url: Url,
    /// The folder of the built site.
    pub assets: PathBuf,
    /// What links and sessions are signed with: the newest first; at least one.
    pub secrets: Vec<SecretString>,
    /// AccelerateConnect.
    pub accelerate: AccelerateSettings,
    /// Sessions and links.
    pub session: SessionSettings,
    /// Who may call us, and from where.
    pub access: AccessSettings,
    /// How much of everything.
    pub limits: Limits,
    /// What is written to standard error.
    pub log: LogSettings,
}

/// AccelerateConnect, and what its documentation leaves open.
#[derive(Debug, Clone)]
pub struct AccelerateSettings {
    /// What `consumerportal/getsession` is appended to, with a slash at its end.
    pub url: Url,
    /// The licence's name.
    pub domain: String,
    /// The private salt.
    pub salt: SecretString,
    /// Whether requests carry `date` or `timestamp`. Default: `timestamp`, which has no time zone.
    pub time: TimeParameter,
    /// The time zone of `date`. Default: `Europe/Amsterdam`.
    pub time_zone: jiff::tz::TimeZone,
    /// Whether the signature covers `domain`. Default: it does.
    pub sign_domain: bool,
    /// How an upload's headers carry text. Default: raw UTF-8.
    pub header_values: HeaderValues,
    /// How an upload's document travels. Default: multipart.
    pub upload_body: UploadBody,
    /// How long connecting may take. Default: 5 s.
    pub connect_timeout: Duration,
    /// How long an answer may keep us waiting for its first byte. Default: 30 s; an upload's, counted
    /// from its last byte: 60 s.
    pub answer_timeout: Duration,
    /// See `answer_timeout`.
    pub upload_answer_timeout: Duration,
    /// How long a body may stand still. Default: 30 s.
    pub idle_timeout: Duration,
    /// After how many failures in a row we stop asking. Default: 5.
    pub circuit_failures: u32,
    /// For how long. Default: 10 s.
    pub circuit_pause: Duration,
}

/// AccelerateConnect takes one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeParameter {
    /// `timestamp`: seconds since 1970.
    Timestamp,
    /// `date`: `yyyy-mm-dd hh:mm:ss`.
    Date,
}

/// How an upload's header values carry text outside ASCII to AccelerateConnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderValues {
    /// UTF-8 as it is, which a PHP server reads.
    RawUtf8,
    /// As it came from the browser.
    PercentEncoded,
}

/// How an upload's document travels to AccelerateConnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadBody {
    /// `multipart/form-data`, as it came from the browser.
    Multipart,
    /// The bytes of the part named `file` alone.
    Raw,
}

/// Sessions and links.
#[derive(Debug, Clone)]
pub struct SessionSettings {
    /// How long a session lives that nobody uses. Default: 30 minutes.
    pub idle: Duration,
    /// How long a session lives at most. Default: 12 hours.
    pub longest: Duration,
    /// How long a link lives unless it says otherwise. Default: 14 days.
    pub link: Duration,
    /// How long a link for the consumer's phone lives. Default: 5 minutes.
    pub phone_link: Duration,
    /// The page with the portal in it. Default: the public URL.
    pub page: Url,
    /// Whether that page is of another site than ours: then links lead to that page, and the cookie is
    /// `SameSite=None; Partitioned`.
    pub cross_site: bool,
    /// What the broker's own systems show to `POST /links`; nobody may when absent.
    pub links_key: Option<SecretString>,
}

/// Who may call us, and from where.
#[derive(Debug, Clone)]
pub struct AccessSettings {
    /// The origins, besides our own, whose pages may hold the portal: `https://www.example.nl`.
    pub origins: Vec<String>,
    /// Whose word on the consumer's address is believed. Default: this machine.
    pub trusted_proxies: Vec<IpNet>,
    /// The header that those proxies set. One only: they pass the others on as a stranger wrote them.
    pub forwarded: ForwardedHeader,
    /// Who may read `/metrics`. Default: this machine.
    pub metrics_from: Vec<IpNet>,
}

/// The header in which trusted proxies say whom they speak for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// How much of everything.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest document, in bytes. Default: 25 MiB.
    pub upload_bytes: u64,
    /// Uploads at the same time. Default: 1,000.
    pub uploads: usize,
    /// Uploads at the same time in one session. Default: 4.
    pub uploads_per_session: usize,
    /// All headers of a request together, in bytes; at least 8,192. Default: 16 KiB.
    pub header_bytes: usize,
    /// A path with its query, in bytes. Default: 4 KiB.
    pub url_bytes: usize,
    /// Connections at the same time. Default: 4,096.
    pub connections: usize,
    /// Calls of the endpoints a minute from one session. Default: 120.
    pub session_per_minute: u32,
    /// Requests a minute from one address, the site's files not counted. Default: 600.
    pub address_per_minute: u32,
    /// How long a browser may take for the headers of a request. Default: 10 s.
    pub header_timeout: Duration,
    /// How long a browser may stand still in the middle of a body, ours or its own. Default: 30 s.
    pub idle_timeout: Duration,
    /// How long running requests get after SIGTERM. Default: 2 minutes.
    pub drain: Duration,
}

/// What is written to standard error.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// `error`, `warn`, `info`, `debug`, or a `tracing` filter. Default: `info`.
    pub filter: String,
    /// JSON, a line an event; otherwise text for people. Default: JSON.
    pub json: bool,
}

impl Settings {
    /// The defaults around what has none.
    pub fn new(
        public_url: Url,
        assets: PathBuf,
        secrets: Vec<SecretString>,
        accelerate: (Url, String, SecretString),
    ) -> Settings {
        let (url, domain, salt) = accelerate;
        let loopback: Vec<IpNet> = ["127.0.0.0/8", "::1/128"]
            .map(|net| net.parse().expect("these are networks"))
            .to_vec();
        Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            session: SessionSettings {
                idle: minutes(30),
                longest: minutes(12 * 60),
                link: minutes(14 * 24 * 60),
                phone_link: minutes(5),
                page: public_url.clone(),
                cross_site: false,
                links_key: None,
            },
            public_url,
            assets,
            secrets,
            accelerate: AccelerateSettings {
                url,
                domain,
                salt,
                time: TimeParameter::Timestamp,
                time_zone: jiff::tz::TimeZone::get("Europe/Amsterdam")
                    .unwrap_or(jiff::tz::TimeZone::UTC),
                sign_domain: true,
                header_values: HeaderValues::RawUtf8,
                upload_body: UploadBody::Multipart,
                connect_timeout: Duration::from_secs(5),
                answer_timeout: Duration::from_secs(30),
                upload_answer_timeout: Duration::from_secs(60),
                idle_timeout: Duration::from_secs(30),
                circuit_failures: 5,
                circuit_pause: Duration::from_secs(10),
            },
            access: AccessSettings {
                origins: Vec::new(),
                trusted_proxies: loopback.clone(),
                forwarded: ForwardedHeader::XForwardedFor,
                metrics_from: loopback,
            },
            limits: Limits {
                upload_bytes: 25 * 1024 * 1024,
                uploads: 1_000,
                uploads_per_session: 4,
                header_bytes: 16 * 1024,
                url_bytes: 4 * 1024,
                connections: 4_096,
                session_per_minute: 120,
                address_per_minute: 600,
                header_timeout: Duration::from_secs(10),
                idle_timeout: Duration::from_secs(30),
                drain: minutes(2),
            },
            log: LogSettings {
                filter: "info".to_owned(),
                json: true,
            },
        }
    }

    /// Whether consumers reach us over TLS; without it (loopback, for trying) cookies go without
    /// `Secure` and `__Host-`.
    pub fn secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}
