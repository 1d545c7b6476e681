//! Who is signed in: a cookie that holds a signed token, short-lived and renewed while it is used. The
//! only thing remembered is who logged out.

use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::token::{Keys, Purpose};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// How many sessions that were logged out are remembered.
const REMEMBERED: u64 = 1_000_000;

/// Makes, reads and ends sessions.
pub struct Sessions {
    keys: Keys,
    idle: u64,
    longest: u64,
    secure: bool,
    cross_site: bool,
    ended: Cache<String, ()>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

/// What the cookie's token holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Ticket {
    /// Whose session it is.
    #[serde(rename = "c")]
    consumer_id: String,
    /// Which session it is.
    #[serde(rename = "s")]
    id: String,
    /// When this ticket was made, in Unix seconds.
    #[serde(rename = "i")]
    issued: u64,
    /// When it lapses.
    #[serde(rename = "e")]
    expires: u64,
    /// When the session ends, however much it is used.
    #[serde(rename = "u")]
    until: u64,
}

/// A session that goes on.
pub struct Session {
    /// Whose it is.
    pub consumer_id: String,
    /// Which it is: random, no secret.
    pub id: String,
    until: u64,
    left: u64,
    left_unused: u64,
    renewal: Option<HeaderValue>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

impl Session {
    /// The cookie to set, when the session is due to be renewed.
    pub fn renewal(&self) -> Option<HeaderValue> {
        self.renewal.clone()
    }

    /// How many seconds it lasts unless it is used, when its [renewal](Session::renewal) is set.
    pub fn seconds_left(&self) -> u64 {
        self.left
    }

    /// The same when it is not.
    pub fn seconds_left_unused(&self) -> u64 {
        self.left_unused
    }

    /// When it ends, however much it is used.
    pub fn until(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.until)
    }
}

impl Sessions {
    /// Sessions as they were set.
    pub fn new(settings: &Settings) -> Sessions {
        let longest = settings.session.longest;
        Sessions {
            keys: keys(settings),
            idle: settings.session.idle.as_secs().max(1),
            longest: longest.as_secs().max(1),
            secure: settings.secure(),
            cross_site: settings.session.cross_site,
            ended: Cache::builder()
                .time_to_live(longest)
                .max_capacity(REMEMBERED)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        }
    }

    /// The keys of everything a consumer holds.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// A new session and its cookie. It ends at `until` at the latest, when that is given.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn begin(
        &self,
        consumer_id: &str,
        until: Option<SystemTime>,
        now: SystemTime,
    ) -> Result<(Session, HeaderValue), Refusal> {
        let now = seconds(now);
        let longest = now + self.longest;
        let until = until.map_or(longest, |until| seconds(until).min(longest));
        if until <= now {
            return Err(Refusal::SessionExpired);
        }
        let ticket = Ticket {
            consumer_id: consumer_id.to_owned(),
            id: random_id()?,
            issued: now,
            expires: (now + self.idle).min(until),
            until,
        };
        let cookie = self.cookie_of(&ticket).ok_or(Refusal::Internal)?;
        let session = Session {
            left: ticket.expires - now,
            left_unused: ticket.expires - now,
            until,
            renewal: None,
            consumer_id: ticket.consumer_id,
            id: ticket.id,
        };
        Ok((session, cookie))
    }

    /// Whose request this is.
    ///
    /// # Errors
    /// [`Refusal::NotSignedIn`] without a session of ours, [`Refusal::SessionExpired`] when it lapsed or
    /// was logged out.
    pub fn of(&self, headers: &HeaderMap, now: SystemTime) -> Result<Session, Refusal> {
        let now = seconds(now);
        let tickets = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| Cookie::split_parse(line.to_owned()))
            .filter_map(Result::ok)
            .filter(|cookie| cookie.name() == self.name())
            .filter_map(|cookie| {
                self.keys
                    .open::<Ticket>(Purpose::Session, cookie.value())
                    .ok()
            });
        let mut refusal = Refusal::NotSignedIn;
        for ticket in tickets {
            let over = ticket.expires <= now || ticket.until <= now;
            if over || self.ended.contains_key(&ticket.id) {
                refusal = Refusal::SessionExpired;
                continue;
            }
            let expires = (now + self.idle).min(ticket.until);
            let due = now >= ticket.issued + self.idle / 4 && expires > ticket.expires;
            let renewed = Ticket {
                issued: now,
                expires,
                ..ticket.clone()
            };
            return Ok(Session {
                renewal: due.then(|| self.cookie_of(&renewed)).flatten(),
                left: if due { expires } else { ticket.expires } - now,
                left_unused: ticket.expires - now,
                until: ticket.until,
                consumer_id: ticket.consumer_id,
                id: ticket.id,
            });
        }
        Err(refusal)
    }

    /// Ends a session in this copy at once and for good.
    pub fn end(&self, session: &Session) {
        self.ended.insert(session.id.clone(), ());
    }

    /// Whether a session that was good a while ago still is.
    pub fn goes_on(&self, session: &Session) -> bool {
        !self.is_ended(&session.id)
    }

    /// Whether the session of that id was logged out here.
    pub(crate) fn is_ended(&self, id: &str) -> bool {
        self.ended.contains_key(id)
    }

    /// The cookie that takes a session off the browser.
    pub fn clearing(&self) -> Option<HeaderValue> {
        let mut cookie = self.cookie("");
        cookie.set_max_age(cookie::time::Duration::ZERO);
        HeaderValue::try_from(cookie.to_string()).ok()
    }

    fn cookie_of(&self, ticket: &Ticket) -> Option<HeaderValue> {
        let token = self.keys.seal(Purpose::Session, ticket)?;
        let mut cookie = self.cookie(&token);
        let seconds = i64::try_from(ticket.expires - ticket.issued).ok()?;
        cookie.set_max_age(cookie::time::Duration::seconds(seconds));
        HeaderValue::try_from(cookie.to_string()).ok()
    }

    fn name(&self) -> &'static str {
        if self.secure {
            "__Host-portal"
        } else {
            "portal"
        }
    }

    fn cookie<'a>(&self, value: &'a str) -> Cookie<'a> {
        let cross_site = self.cross_site && self.secure;
        Cookie::build((self.name(), value))
            .path("/")
            .http_only(true)
            .secure(self.secure)
            .same_site(if cross_site {
                SameSite::None
            } else {
                SameSite::Strict
            })
            .partitioned(cross_site)
            .build()
    }
}

/// The keys, good for one office at one address.
pub(crate) fn keys(settings: &Settings) -> Keys {
    let audience = [
        settings.public_url.as_str(),
        " ",
        &settings.accelerate.domain,
    ]
    .concat();
    Keys::new(&settings.secrets, audience)
}

/// 128 bits that nobody guesses.
pub(crate) fn random_id() -> Result<String, Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::Internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

pub(crate) fn seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings(url: &str, cross_site: bool) -> Settings {
        let mut settings = Settings::new(
            url.parse().unwrap(),
            "dist".into(),
            vec!["0123456789abcdef0123456789abcdef".into()],
            (
                "https://accelerate.example/".parse().unwrap(),
                "demo".to_owned(),
                "PRIVATE_SALT".into(),
            ),
        );
        settings.session.cross_site = cross_site;
        settings
    }

    fn sessions() -> Sessions {
        Sessions::new(&settings("https://portal.example.nl/", false))
    }

    /// What a browser sends back.
    fn sent(cookie: &HeaderValue) -> HeaderMap {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())])
    }

    fn at(minutes: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minutes)
    }

    #[test]
    fn a_session_lives_half_an_hour_and_goes_on_while_it_is_used() {
        let sessions = sessions();
        let mut cookie = sessions.begin("CNSR1", None, at(0)).unwrap().1;
        assert_eq!(
            sessions.of(&sent(&cookie), at(30)).unwrap_err(),
            Refusal::SessionExpired
        );
        assert!(
            sessions
                .of(&sent(&cookie), at(5))
                .unwrap()
                .renewal()
                .is_none()
        );
        for minute in (20..720).step_by(20) {
            let session = sessions.of(&sent(&cookie), at(minute)).unwrap();
            assert_eq!(session.consumer_id, "CNSR1");
            if let Some(renewed) = session.renewal() {
                cookie = renewed;
            }
        }
        assert_eq!(
            sessions.of(&sent(&cookie), at(720)).unwrap_err(),
            Refusal::SessionExpired
        );
    }

    #[test]
    fn who_logs_out_is_out_whichever_of_their_cookies_comes() {
        let sessions = sessions();
        let cookie = sessions.begin("CNSR1", None, at(0)).unwrap().1;
        let session = sessions.of(&sent(&cookie), at(20)).unwrap();
        let renewed = session.renewal().unwrap();
        sessions.end(&session);
        assert!(!sessions.goes_on(&session));
        for cookie in [cookie, renewed] {
            assert_eq!(
                sessions.of(&sent(&cookie), at(21)).unwrap_err(),
                Refusal::SessionExpired
            );
        }
    }

    #[test]
    fn what_is_no_cookie_of_ours_is_nobody_and_does_not_hide_one_that_is() {
        let sessions = sessions();
        let cookie = sessions.begin("CNSR1", None, at(0)).unwrap().1;
        let mut headers = HeaderMap::new();
        assert_eq!(
            sessions.of(&headers, at(1)).unwrap_err(),
            Refusal::NotSignedIn
        );
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("__Host-portal=v4.local.x; a"),
        );
        headers.append(header::COOKIE, HeaderValue::from_bytes(b"\xFF=1").unwrap());
        assert_eq!(
            sessions.of(&headers, at(1)).unwrap_err(),
            Refusal::NotSignedIn
        );
        headers.append(header::COOKIE, sent(&cookie)[header::COOKIE].clone());
        assert_eq!(sessions.of(&headers, at(1)).unwrap().consumer_id, "CNSR1");
    }

    #[test]
    fn the_cookie_is_as_strict_as_the_deployment_lets_it() {
        let cookie = |url, cross_site| {
            let sessions = Sessions::new(&settings(url, cross_site));
            let cookie = sessions.begin("C", None, at(0)).unwrap().1;
            let text = cookie.to_str().unwrap().to_owned();
            let (pair, rest) = text.split_once("; ").unwrap();
            let clearing = sessions.clearing().unwrap().to_str().unwrap().to_owned();
            let (_, cleared) = clearing.split_once("; ").unwrap();
            assert_eq!(rest.replace("Max-Age=1800", "Max-Age=0"), cleared);
            (pair.split('=').next().unwrap().to_owned(), rest.to_owned())
        };
        let own = cookie("https://portal.example.nl/", false);
        assert_eq!(own.0, "__Host-portal");
        for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
            assert!(own.1.contains(part), "{part} in {}", own.1);
        }
        assert!(!own.1.contains("Domain"));
        let foreign = cookie("https://portal.example.nl/", true);
        assert!(foreign.1.contains("SameSite=None") && foreign.1.contains("Partitioned"));
        let trying = cookie("http://127.0.0.1:8080/", false);
        assert_eq!(trying.0, "portal");
        assert!(!trying.1.contains("Secure") && trying.1.contains("SameSite=Strict"));
    }

    #[test]
    fn nothing_personal_is_in_what_is_printed() {
        let sessions = sessions();
        let cookie = sessions.begin("CNSR1", None, at(0)).unwrap().1;
        let session = sessions.of(&sent(&cookie), at(1)).unwrap();
        sessions.end(&session);
        let printed = format!("{session:?} {sessions:?}");
        assert!(!printed.contains("CNSR1") && !printed.contains(&session.id));
    }

    proptest! {
        #[test]
        fn no_cookie_of_a_strangers_lets_anybody_in_or_hides_one_of_ours(
            before in proptest::collection::vec(any::<u8>(), 0..80),
            value in "[!-~]{0,80}",
        ) {
            let sessions = sessions();
            let mut headers = HeaderMap::new();
            if let Ok(line) = HeaderValue::from_bytes(&before) {
                headers.append(header::COOKIE, line);
            }
            let forged = format!("__Host-portal={value}");
            headers.append(header::COOKIE, HeaderValue::from_str(&forged).unwrap());
            prop_assert!(sessions.of(&headers, at(1)).is_err());
            let cookie = sessions.begin("CNSR1", None, at(0)).unwrap().1;
            headers.append(header::COOKIE, sent(&cookie)[header::COOKIE].clone());
            prop_assert_eq!(sessions.of(&headers, at(1)).unwrap().consumer_id, "CNSR1");
        }
    }
}
