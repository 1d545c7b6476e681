//! All settings, checked and typed, as the rest of the gateway uses them. [`config`](crate::config) reads
//! them from files, environment and flags. A gateway of several offices has settings for each of them; what is
//! the whole process's, such as the address to listen on, is the same in all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use url::{Position, Url};

/// Where health, readiness and metrics are when `gateway_ops_listen` is not given.
pub const DEFAULT_OPS_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8090);

/// All settings of one office.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The office's name, when the configuration has `[[office]]` tables. Without, the gateway serves one
    /// office at every host.
    pub office: Option<String>,
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address of health, readiness and metrics. When absent, [`DEFAULT_OPS_LISTEN`] if it is free.
    pub ops_listen: Option<SocketAddr>,
    /// The gateway's address for consumers, with a slash at its end, such as `https://portal.example.nl/`.
    pub public_url: Url,
    /// Further addresses of the same office. Links lead to the first one.
    pub more_urls: Vec<Url>,
    /// The folder of the built site.
    pub assets: PathBuf,
    /// The secrets that sign links and sessions, the newest first; at least one.
    pub secrets: Vec<SecretString>,
    /// AccelerateConnect.
    pub accelerate: AccelerateSettings,
    /// Sessions and links.
    pub session: SessionSettings,
    /// The page that a link leads to.
    pub page: PageSettings,
    /// Who may call the gateway, and from where.
    pub access: AccessSettings,
    /// The limits.
    pub limits: Limits,
    /// Where the gateway remembers what it must. Default: in memory.
    pub store: StoreSettings,
    /// The log.
    pub log: LogSettings,
    /// The audit trail. Default: none.
    pub audit: AuditSettings,
}

/// Where the audit trail goes.
#[derive(Debug, Clone)]
pub enum AuditSettings {
    /// Nowhere.
    Off,
    /// To standard error, among the lines of the log.
    StandardError,
    /// To the file at that path.
    File(PathBuf),
}

/// Where the gateway remembers what it must.
#[derive(Debug, Clone)]
pub enum StoreSettings {
    /// In memory: for trying.
    Memory,
    /// In the file at that path: for one gateway.
    File(PathBuf),
    /// In the Redis or Valkey at that address, which may hold a password: for several copies.
    Redis(SecretString),
}

/// AccelerateConnect, with a setting for each thing that its documentation leaves open.
#[derive(Debug, Clone)]
pub struct AccelerateSettings {
    /// The address that `consumerportal/getsession` is appended to, with a slash at its end.
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
    /// How long AccelerateConnect may take until the first byte of its answer. Default: 30 s.
    pub answer_timeout: Duration,
    /// The same for an upload, counted from its last byte. Default: 60 s.
    pub upload_answer_timeout: Duration,
    /// How long an answer's body may stand still. Default: 30 s.
    pub idle_timeout: Duration,
    /// After how many failures in a row AccelerateConnect is not asked for a while. Default: 5.
    pub circuit_failures: u32,
    /// How long that while is. Default: 10 s.
    pub circuit_pause: Duration,
}

/// Which of the two times a request carries.
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
    /// How long a session is good that nobody uses. Default: 30 minutes.
    pub idle: Duration,
    /// How long a session is good at most. Default: 12 hours.
    pub longest: Duration,
    /// How long a link is good unless it says otherwise. Default: 14 days.
    pub link: Duration,
    /// How long a link for the consumer's phone is good. Default: 5 minutes.
    pub phone_link: Duration,
    /// The page with the portal in it. Default: the public URL.
    pub page: Url,
    /// Whether that page is of another site than the gateway. Then links lead to that page, and the cookie is
    /// `SameSite=None; Partitioned`.
    pub cross_site: bool,
    /// What a link asks besides, when it signs in. Default: nothing.
    pub ask: Option<Question>,
    /// Whether browsers keep what consumers have not sent yet, encrypted, for a week. Default: `true`.
    pub keep_drafts: bool,
    /// The key that the office's own systems show to `POST /links`; without it nobody can.
    pub links_key: Option<SecretString>,
}

/// What a link asks besides, when it signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The consumer's date of birth.
    BirthDate,
    /// The consumer's postal code.
    Postcode,
}

impl Question {
    /// The word for it in settings and answers.
    pub fn name(self) -> &'static str {
        match self {
            Question::BirthDate => "birth-date",
            Question::Postcode => "postcode",
        }
    }
}

/// The page that a link leads to: how it speaks to the consumer, and who the office is. The portal's own page
/// of an office says the same.
#[derive(Debug, Clone, Default)]
pub struct PageSettings {
    /// The office's name.
    pub broker: Option<String>,
    /// The language. Default: Dutch.
    pub lang: Language,
    /// How a consumer is addressed in Dutch. Default: formally.
    pub address: FormOfAddress,
    /// The office's telephone number.
    pub phone: Option<String>,
    /// The office's e-mail address.
    pub email: Option<String>,
    /// The colour of the button, such as `#0a5c7a`.
    pub accent: Option<String>,
    /// The address of the office's logo: a path on the site, or https.
    pub logo: Option<String>,
}

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Dutch.
    #[default]
    Dutch,
    /// English.
    English,
}

impl Language {
    /// Its language tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Dutch => "nl",
            Language::English => "en",
        }
    }
}

/// How a consumer is addressed in Dutch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FormOfAddress {
    /// `u`.
    #[default]
    Formal,
    /// `je`.
    Informal,
}

impl FormOfAddress {
    /// The pronoun.
    pub fn pronoun(self) -> &'static str {
        match self {
            FormOfAddress::Formal => "u",
            FormOfAddress::Informal => "je",
        }
    }
}

/// Who may call the gateway, and from where.
#[derive(Debug, Clone)]
pub struct AccessSettings {
    /// The origins besides our own whose pages may hold the portal, such as `https://www.example.nl`.
    pub origins: Vec<String>,
    /// The proxies that are believed about the client's address. Default: this machine.
    pub trusted_proxies: Vec<IpNet>,
    /// The one header that those proxies set. They pass other headers on as a stranger wrote them.
    pub forwarded: ForwardedHeader,
    /// Who may read `/metrics`. Default: this machine.
    pub metrics_from: Vec<IpNet>,
}

/// The header in which trusted proxies give the client's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The limits on sizes, numbers and times.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest document, in bytes. Default: 25 MiB.
    pub upload_bytes: u64,
    /// Uploads at the same time. Default: 1,000.
    pub uploads: usize,
    /// Uploads at the same time of one consumer. Default: 4.
    pub uploads_per_consumer: usize,
    /// All headers of a request together, in bytes; at least 8,192. Default: 16 KiB.
    pub header_bytes: usize,
    /// A path with its query, in bytes. Default: 4 KiB.
    pub url_bytes: usize,
    /// Connections at the same time. Default: 4,096.
    pub connections: usize,
    /// Connections at the same time from one address. Default: 256.
    pub connections_per_address: usize,
    /// Calls of the endpoints a minute from one consumer. Default: 120.
    pub consumer_per_minute: u32,
    /// Requests a minute from one address, the site's files not counted. Default: 600.
    pub address_per_minute: u32,
    /// How long a browser may take for the headers of a request. Default: 10 s.
    pub header_timeout: Duration,
    /// How long a connection without a request stays open. Default: 75 s, longer than proxies keep theirs.
    pub keep_alive: Duration,
    /// How long the whole body of a request may take that is no upload. Default: 5 s.
    pub body_timeout: Duration,
    /// How long a browser may send or take nothing in the middle of a body. Default: 30 s.
    pub idle_timeout: Duration,
    /// How many bytes of an upload must come in a second, over half a minute. Default: 2 KiB.
    pub upload_rate: u64,
    /// How long an upload waits for a store that is away. Default: 10 s.
    pub store_wait: Duration,
    /// How long requests are still taken after SIGTERM, while readiness says no. Default: 5 s.
    pub lame_duck: Duration,
    /// How long running uploads get after that. Default: 2 minutes.
    pub drain: Duration,
}

/// The log.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// `error`, `warn`, `info`, `debug`, or a `tracing` filter. Default: `info`.
    pub filter: String,
    /// Whether each line is JSON; otherwise it is text for people. Default: JSON.
    pub json: bool,
}

impl Settings {
    /// Settings with these values, and defaults for the rest. `accelerate` is its address, the licence's name
    /// and the salt.
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
            office: None,
            more_urls: Vec::new(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            ops_listen: None,
            session: SessionSettings {
                idle: minutes(30),
                longest: minutes(12 * 60),
                link: minutes(14 * 24 * 60),
                phone_link: minutes(5),
                page: public_url.clone(),
                cross_site: false,
                ask: None,
                keep_drafts: true,
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
                // The data is in the program: without it a date would silently be in UTC.
                time_zone: jiff::tz::TimeZone::get("Europe/Amsterdam")
                    .expect("the program has time zone data of its own"),
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
            page: PageSettings::default(),
            access: AccessSettings {
                origins: Vec::new(),
                trusted_proxies: loopback.clone(),
                forwarded: ForwardedHeader::XForwardedFor,
                metrics_from: loopback,
            },
            limits: Limits {
                upload_bytes: 25 * 1024 * 1024,
                uploads: 1_000,
                uploads_per_consumer: 4,
                header_bytes: 16 * 1024,
                url_bytes: 4 * 1024,
                connections: 4_096,
                connections_per_address: 256,
                consumer_per_minute: 120,
                address_per_minute: 600,
                header_timeout: Duration::from_secs(10),
                keep_alive: Duration::from_secs(75),
                body_timeout: Duration::from_secs(5),
                idle_timeout: Duration::from_secs(30),
                upload_rate: 2 * 1024,
                lame_duck: Duration::from_secs(5),
                store_wait: Duration::from_secs(10),
                drain: minutes(2),
            },
            store: StoreSettings::Memory,
            audit: AuditSettings::Off,
            log: LogSettings {
                filter: "info".to_owned(),
                json: true,
            },
        }
    }

    /// The name of one office at one address. Tokens and keys in the store are good for it alone.
    pub fn audience(&self) -> String {
        [self.public_url.as_str(), " ", &self.accelerate.domain].concat()
    }

    /// All addresses of the office, the one of its links first.
    pub fn urls(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.public_url).chain(&self.more_urls)
    }

    /// The origins of all addresses of the office.
    pub fn own_origins(&self) -> Vec<String> {
        self.urls()
            .map(|url| url.origin().ascii_serialization())
            .collect()
    }

    /// Whether these are other settings of the same office: its tokens and its keys in the store are the same.
    pub fn is_same_office(&self, other: &Settings) -> bool {
        let salts = [self, other].map(|it| it.accelerate.salt.expose_secret());
        self.office == other.office && self.audience() == other.audience() && salts[0] == salts[1]
    }

    /// An address for a browser that is at one of ours: a page of ours is at the same one.
    pub fn relative(&self, url: &Url) -> String {
        let is_ours = || {
            self.own_origins()
                .contains(&url.origin().ascii_serialization())
        };
        if self.more_urls.is_empty() || !is_ours() {
            return url.as_str().to_owned();
        }
        url[Position::BeforePath..].to_owned()
    }

    /// Whether consumers reach the gateway over TLS. Without it (on this machine, for trying) cookies have
    /// neither `Secure` nor `__Host-`.
    pub fn secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

/// Where a gateway that listens there is reached from this machine.
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Whether an address is of this machine.
pub fn is_loopback(url: &Url) -> bool {
    // Of a scheme that browsers do not know the host is a text.
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = |ip: IpAddr| ip.is_loopback();
    host == "localhost" || host.ends_with(".localhost") || ip.parse().is_ok_and(is_loopback)
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_listens_everywhere_is_reached_on_this_machine() {
        let reached = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(reached("[::]:8080"), "[::1]:8080");
        assert_eq!(reached("10.0.0.5:80"), "10.0.0.5:80");
    }
}
