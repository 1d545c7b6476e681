//! Sessions: who is signed in. A session is a cookie with a signed token, which is good for a short time
//! and renewed while it is used. The store remembers only which sessions have ended, and for how long on which
//! devices one consumer is signed in.

use crate::records::{Kind, Origin, Records, unix_milliseconds};
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::store::{MemoryStore, StoreAway};
use crate::token::{Keys, Purpose};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Makes, reads and ends sessions.
pub struct Sessions {
    keys: Keys,
    idle_seconds: u64,
    longest_seconds: u64,
    secure: bool,
    cross_site: bool,
    longest: Duration,
    records: Arc<Records>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

/// The content of the cookie's token.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    /// Whose session it is.
    #[serde(rename = "c")]
    consumer_id: String,
    /// Which session it is.
    #[serde(rename = "s")]
    id: String,
    /// When the token was made, in Unix seconds.
    #[serde(rename = "i")]
    issued: u64,
    /// When the token expires, in Unix seconds.
    #[serde(rename = "e")]
    expires: u64,
    /// When the session ends, however much it is used, in Unix seconds.
    #[serde(rename = "u")]
    until: u64,
    /// The sessions that came from one another, by phone codes.
    #[serde(rename = "f", default)]
    family: String,
    /// The office's link that it began with.
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    link: String,
    /// When the consumer signed in, in Unix milliseconds.
    #[serde(rename = "b", default)]
    began: u64,
}

/// How somebody signs in.
#[derive(Debug, Clone, Copy, Default)]
pub struct SignIn<'a> {
    /// AccelerateConnect's id of the consumer.
    pub consumer_id: &'a str,
    /// When the session ends at the latest, if that is known.
    pub until: Option<SystemTime>,
    /// The family of the session that this one comes from; a new one when there is none.
    pub family: Option<&'a str>,
    /// The id of the office's link that it began with.
    pub link: &'a str,
}

/// A session of a consumer who is signed in.
pub struct Session {
    /// AccelerateConnect's id of the consumer.
    pub consumer_id: String,
    /// The session's own id: random, and no secret.
    pub id: String,
    /// The id of the sessions that came from one another: they end together.
    pub family: String,
    /// The id of the office's link that it began with; empty for links from before links had ids.
    pub link: String,
    began: u64,
    until: u64,
    seconds_left: u64,
    seconds_left_unused: u64,
    renewal: Option<HeaderValue>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

impl Session {
    /// The cookie that renews the session, when it is due.
    pub fn renewal(&self) -> Option<HeaderValue> {
        self.renewal.clone()
    }

    /// For how many more seconds the session is good if nobody uses it, once its
    /// [renewal](Session::renewal) was sent.
    pub fn seconds_left(&self) -> u64 {
        self.seconds_left
    }

    /// The same without the renewal.
    pub fn seconds_left_unused(&self) -> u64 {
        self.seconds_left_unused
    }

    /// What it comes from.
    pub fn origin(&self) -> Origin<'_> {
        Origin {
            consumer_id: &self.consumer_id,
            session: Some(&self.id),
            family: Some(&self.family),
            link: Some(&self.link),
            since: self.began,
        }
    }

    /// When the session ends, however much it is used.
    pub fn until(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.until)
    }
}

impl Sessions {
    /// Sessions of these settings, with a store in memory.
    pub fn new(settings: &Settings) -> Sessions {
        let records = Records::new(Arc::new(MemoryStore::new()), settings);
        Sessions::with_records(settings, Arc::new(records))
    }

    /// Sessions of these settings, whose ends are remembered there.
    pub fn with_records(settings: &Settings, records: Arc<Records>) -> Sessions {
        let longest = settings.session.longest;
        Sessions {
            keys: keys(settings),
            idle_seconds: settings.session.idle.as_secs().max(1),
            longest_seconds: longest.as_secs().max(1),
            secure: settings.secure(),
            cross_site: settings.session.cross_site,
            longest,
            records,
        }
    }

    /// The keys of all tokens.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// What is remembered.
    pub fn records(&self) -> &Arc<Records> {
        &self.records
    }

    /// Starts a session, and gives it with its cookie.
    ///
    /// # Errors
    /// When it would be over already, or the system has no randomness to give.
    pub fn start(
        &self,
        sign_in: SignIn<'_>,
        now: SystemTime,
    ) -> Result<(Session, HeaderValue), Refusal> {
        let began = unix_milliseconds(now);
        let now = unix_seconds(now);
        let longest = now + self.longest_seconds;
        let until = sign_in
            .until
            .map_or(longest, |until| unix_seconds(until).min(longest));
        if until <= now {
            return Err(Refusal::SessionExpired);
        }
        let id = random_id()?;
        let claims = Claims {
            consumer_id: sign_in.consumer_id.to_owned(),
            family: sign_in.family.unwrap_or(&id).to_owned(),
            link: sign_in.link.to_owned(),
            began,
            id,
            issued: now,
            expires: (now + self.idle_seconds).min(until),
            until,
        };
        let cookie = self.cookie_of(&claims).ok_or(Refusal::Internal)?;
        let session = Session {
            seconds_left: claims.expires - now,
            seconds_left_unused: claims.expires - now,
            until,
            renewal: None,
            consumer_id: claims.consumer_id,
            id: claims.id,
            family: claims.family,
            link: claims.link,
            began: claims.began,
        };
        Ok((session, cookie))
    }

    /// The session that a request's cookies hold.
    ///
    /// # Errors
    /// [`Refusal::NotSignedIn`] without a session of ours, [`Refusal::SessionExpired`] when it has expired
    /// or was ended. While the store is away, what it alone knows to have ended is taken for good.
    pub async fn authenticate(
        &self,
        headers: &HeaderMap,
        now: SystemTime,
    ) -> Result<Session, Refusal> {
        let mut refusal = Refusal::NotSignedIn;
        for session in self.read(headers, now) {
            match session {
                Ok(session) if !self.has_ended(&session).await => return Ok(session),
                _ => refusal = Refusal::SessionExpired,
            }
        }
        Err(refusal)
    }

    /// The sessions that a request's cookies hold; `Err` for one that has expired.
    fn read(&self, headers: &HeaderMap, now: SystemTime) -> Vec<Result<Session, Refusal>> {
        let now = unix_seconds(now);
        headers
            .get_all(header::COOKIE)
            .iter()
            // Another program's cookie may hold any bytes, and a browser sends all cookies in one line.
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|pair| Cookie::parse(std::str::from_utf8(pair).ok()?).ok())
            .filter(|cookie| cookie.name() == self.cookie_name())
            .filter_map(|cookie| {
                self.keys
                    .open::<Claims>(Purpose::Session, cookie.value())
                    .ok()
            })
            .map(|claims| self.session_of(claims, now))
            .collect()
    }

    fn session_of(&self, claims: Claims, now: u64) -> Result<Session, Refusal> {
        if claims.expires <= now || claims.until <= now {
            return Err(Refusal::SessionExpired);
        }
        let expires = (now + self.idle_seconds).min(claims.until);
        let due = now >= claims.issued + self.idle_seconds / 4 && expires > claims.expires;
        let renewed = Claims {
            issued: now,
            expires,
            ..claims.clone()
        };
        let family = match claims.family {
            // A session from before there were families.
            family if family.is_empty() => claims.id.clone(),
            family => family,
        };
        Ok(Session {
            renewal: due.then(|| self.cookie_of(&renewed)).flatten(),
            seconds_left: if due { expires } else { claims.expires } - now,
            seconds_left_unused: claims.expires - now,
            until: claims.until,
            consumer_id: claims.consumer_id,
            id: claims.id,
            family,
            link: claims.link,
            began: claims.began,
        })
    }

    /// Logs out: ends the session with all that came from one another, in all copies and for good.
    ///
    /// # Errors
    /// [`StoreAway`]: it may have ended or not.
    pub async fn log_out(&self, session: &Session) -> Result<(), StoreAway> {
        self.records
            .end(Kind::Family, &session.family, self.longest)
            .await
    }

    /// Ends this session alone: another one takes its place in the same browser.
    ///
    /// # Errors
    /// [`StoreAway`]: it may have ended or not.
    pub async fn end(&self, session: &Session) -> Result<(), StoreAway> {
        self.records
            .end(Kind::Session, &session.id, self.longest)
            .await
    }

    /// Ends the other sessions of the same family, and says how many there were.
    ///
    /// # Errors
    /// [`StoreAway`]: some may have ended.
    pub async fn end_others(&self, session: &Session, now: SystemTime) -> Result<usize, StoreAway> {
        let mut others = self
            .records
            .devices(&session.family, unix_seconds(now))
            .await?;
        others.retain(|it| *it != session.id);
        for other in &others {
            self.records.end(Kind::Session, other, self.longest).await?;
        }
        Ok(others.len())
    }

    /// Lists the session among the devices of its family. To be called when it starts and is renewed.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn list_device(&self, session: &Session, now: SystemTime) -> Result<(), StoreAway> {
        let now = unix_seconds(now);
        let expires = now + session.seconds_left;
        self.records
            .list_device(&session.family, &session.id, expires, now)
            .await
    }

    /// On how many devices the family of this session is signed in, this one counted.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn devices(&self, session: &Session, now: SystemTime) -> Result<usize, StoreAway> {
        let devices = self
            .records
            .devices(&session.family, unix_seconds(now))
            .await?;
        let others = devices.iter().filter(|it| **it != session.id);
        Ok(1 + others.count())
    }

    /// Whether a session was ended. When nobody can say because the store is away, it was not.
    pub async fn has_ended(&self, session: &Session) -> bool {
        self.records
            .has_ended(session.origin())
            .await
            .unwrap_or(false)
    }

    /// The cookie that removes the session from the browser.
    pub fn removal_cookie(&self) -> Option<HeaderValue> {
        let mut cookie = self.cookie("");
        cookie.set_max_age(cookie::time::Duration::ZERO);
        HeaderValue::try_from(cookie.to_string()).ok()
    }

    fn cookie_of(&self, claims: &Claims) -> Option<HeaderValue> {
        let token = self.keys.seal(Purpose::Session, claims)?;
        let mut cookie = self.cookie(&token);
        let seconds = i64::try_from(claims.expires - claims.issued).ok()?;
        cookie.set_max_age(cookie::time::Duration::seconds(seconds));
        HeaderValue::try_from(cookie.to_string()).ok()
    }

    fn cookie_name(&self) -> &'static str {
        if self.secure {
            "__Host-portal"
        } else {
            "portal"
        }
    }

    fn cookie<'a>(&self, value: &'a str) -> Cookie<'a> {
        let cross_site = self.cross_site && self.secure;
        Cookie::build((self.cookie_name(), value))
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

/// The keys of these settings. Their tokens are good for one office at one address.
pub(crate) fn keys(settings: &Settings) -> Keys {
    Keys::new(&settings.secrets, settings.audience())
}

/// An id of 128 random bits.
pub(crate) fn random_id() -> Result<String, Refusal> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Refusal::Internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// A time in Unix seconds; 0 when it is before 1970.
pub(crate) fn unix_seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
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

    fn sign_in() -> SignIn<'static> {
        SignIn {
            consumer_id: "CNSR1",
            ..SignIn::default()
        }
    }

    /// The headers with which a browser sends a cookie back.
    fn sent(cookie: &HeaderValue) -> HeaderMap {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(pair).unwrap())])
    }

    fn at(minutes: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minutes)
    }

    #[tokio::test]
    async fn a_session_is_good_for_half_an_hour_and_longer_while_it_is_used() {
        let sessions = sessions();
        let mut cookie = sessions.start(sign_in(), at(0)).unwrap().1;
        assert_eq!(
            sessions
                .authenticate(&sent(&cookie), at(30))
                .await
                .unwrap_err(),
            Refusal::SessionExpired
        );
        assert!(
            sessions
                .authenticate(&sent(&cookie), at(5))
                .await
                .unwrap()
                .renewal()
                .is_none()
        );
        for minute in (20..720).step_by(20) {
            let session = sessions
                .authenticate(&sent(&cookie), at(minute))
                .await
                .unwrap();
            assert_eq!(session.consumer_id, "CNSR1");
            if let Some(renewed) = session.renewal() {
                cookie = renewed;
            }
        }
        assert_eq!(
            sessions
                .authenticate(&sent(&cookie), at(720))
                .await
                .unwrap_err(),
            Refusal::SessionExpired
        );
    }

    #[tokio::test]
    async fn log_out_ends_a_session_for_all_its_cookies() {
        let sessions = sessions();
        let cookie = sessions.start(sign_in(), at(0)).unwrap().1;
        let session = sessions.authenticate(&sent(&cookie), at(20)).await.unwrap();
        let renewed = session.renewal().unwrap();
        sessions.log_out(&session).await.unwrap();
        assert!(sessions.has_ended(&session).await);
        for cookie in [cookie, renewed] {
            assert_eq!(
                sessions
                    .authenticate(&sent(&cookie), at(21))
                    .await
                    .unwrap_err(),
                Refusal::SessionExpired
            );
        }
    }

    #[tokio::test]
    async fn a_foreign_cookie_signs_nobody_in_and_does_not_hide_our_own() {
        let sessions = sessions();
        let cookie = sessions.start(sign_in(), at(0)).unwrap().1;
        let mut headers = HeaderMap::new();
        assert_eq!(
            sessions.authenticate(&headers, at(1)).await.unwrap_err(),
            Refusal::NotSignedIn
        );
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("__Host-portal=v4.local.x; a"),
        );
        headers.append(header::COOKIE, HeaderValue::from_bytes(b"\xFF=1").unwrap());
        assert_eq!(
            sessions.authenticate(&headers, at(1)).await.unwrap_err(),
            Refusal::NotSignedIn
        );
        headers.append(header::COOKIE, sent(&cookie)[header::COOKIE].clone());
        assert_eq!(
            sessions
                .authenticate(&headers, at(1))
                .await
                .unwrap()
                .consumer_id,
            "CNSR1"
        );
    }

    #[tokio::test]
    async fn any_bytes_in_another_programs_cookie_do_not_hide_our_own() {
        let sessions = sessions();
        let cookie = sessions.start(sign_in(), at(0)).unwrap().1;
        let own = sent(&cookie)[header::COOKIE].clone();
        // A browser sends all cookies of a host in one line, whoever set them.
        for other in [
            &b"naam=Ren\xC3\xA9e"[..],
            b"naam=Ren\xE9e",
            b"\xFF",
            b"a=%ff",
        ] {
            for line in [
                [other, b"; ", own.as_bytes()].concat(),
                [own.as_bytes(), b"; ", other].concat(),
            ] {
                let line = HeaderValue::from_bytes(&line).unwrap();
                let headers = HeaderMap::from_iter([(header::COOKIE, line)]);
                let session = sessions.authenticate(&headers, at(1)).await.unwrap();
                assert_eq!(session.consumer_id, "CNSR1", "{other:?}");
            }
        }
    }

    #[tokio::test]
    async fn of_two_cookies_with_our_name_the_one_that_is_good_counts() {
        let sessions = sessions();
        let stale = sessions.start(sign_in(), at(0)).unwrap().1;
        let good = sessions.start(sign_in(), at(40)).unwrap().1;
        let (stale, good) = (sent(&stale), sent(&good));
        let pair = |headers: &HeaderMap| headers[header::COOKIE].to_str().unwrap().to_owned();
        for line in [
            format!("{}; {}", pair(&stale), pair(&good)),
            format!("{}; {}", pair(&good), pair(&stale)),
        ] {
            let line = HeaderValue::from_str(&line).unwrap();
            let headers = HeaderMap::from_iter([(header::COOKIE, line)]);
            let session = sessions.authenticate(&headers, at(41)).await.unwrap();
            assert_eq!(session.consumer_id, "CNSR1");
        }
    }

    #[test]
    fn the_cookie_is_as_strict_as_the_deployment_allows() {
        let cookie = |url, cross_site| {
            let sessions = Sessions::new(&settings(url, cross_site));
            let cookie = sessions.start(sign_in(), at(0)).unwrap().1;
            let text = cookie.to_str().unwrap().to_owned();
            let (pair, rest) = text.split_once("; ").unwrap();
            let removal = sessions
                .removal_cookie()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            let (_, removed) = removal.split_once("; ").unwrap();
            assert_eq!(rest.replace("Max-Age=1800", "Max-Age=0"), removed);
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

    #[tokio::test]
    async fn debug_output_names_no_consumer_and_no_session() {
        let sessions = sessions();
        let cookie = sessions.start(sign_in(), at(0)).unwrap().1;
        let session = sessions.authenticate(&sent(&cookie), at(1)).await.unwrap();
        sessions.log_out(&session).await.unwrap();
        let printed = format!("{session:?} {sessions:?}");
        assert!(!printed.contains("CNSR1") && !printed.contains(&session.id));
    }

    proptest! {
        #[test]
        fn no_forged_cookie_signs_in_or_hides_our_own(
            before in proptest::collection::vec(any::<u8>(), 0..80),
            value in "[!-~]{0,80}",
        ) {
            let sessions = sessions();
            let authenticate = |headers: &HeaderMap| {
                sessions.authenticate(headers, at(1)).now_or_never().expect("memory does not wait")
            };
            let mut headers = HeaderMap::new();
            if let Ok(line) = HeaderValue::from_bytes(&before) {
                headers.append(header::COOKIE, line);
            }
            let forged = format!("__Host-portal={value}");
            headers.append(header::COOKIE, HeaderValue::from_str(&forged).unwrap());
            prop_assert!(authenticate(&headers).is_err());
            let cookie = sessions.start(sign_in(), at(0)).unwrap().1;
            headers.append(header::COOKIE, sent(&cookie)[header::COOKIE].clone());
            prop_assert_eq!(authenticate(&headers).unwrap().consumer_id, "CNSR1");
        }
    }
}
