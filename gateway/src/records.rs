//! What one office's gateway has to remember, in the words of what it is for: who logged out, which codes
//! were used, how often somebody guessed. It knows which keys there are in the [store](crate::store) and how
//! they are made: whose a key is, nobody can read in it.

use crate::settings::Settings;
use crate::store::{Store, StoreAway, StoreKey};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use bytes::Bytes;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The longest time for which a link can be good: so long it must be known that it is closed.
pub const LONGEST_LINK: Duration = Duration::from_secs(90 * 24 * 3_600);
/// How many ends this copy knows by itself, so that they hold here when the store is away.
const KNOWN_CAPACITY: u64 = 100_000;
/// A list of devices is changed by one request at a time. Another one tries again, at most so often.
const ATTEMPTS: usize = 20;
/// How many devices are listed at most.
const MAX_DEVICES: usize = 50;

/// What a key is about. The word is part of the key, so that no two kinds meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An upload, under consumer, action and `upload-id`.
    Upload,
    /// Whose turn it is to send a document, under consumer and action.
    Turn,
    /// A code for a phone that was used.
    Code,
    /// A session that was ended.
    Session,
    /// A family of sessions that was ended.
    Family,
    /// A link that was closed.
    Link,
    /// The moment until which all of a consumer's links and sessions are closed.
    Consumer,
    /// How often a link's question was answered.
    Tries,
    /// The devices on which a family of sessions is signed in.
    Devices,
    /// Calls of a consumer in a minute.
    ConsumerCalls,
    /// Calls from an address in a minute.
    AddressCalls,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Upload => "upload",
            Kind::Turn => "turn",
            Kind::Code => "code",
            Kind::Session => "session",
            Kind::Family => "family",
            Kind::Link => "link",
            Kind::Consumer => "consumer",
            Kind::Tries => "tries",
            Kind::Devices => "devices",
            Kind::ConsumerCalls => "consumer-calls",
            Kind::AddressCalls => "address-calls",
        }
    }
}

/// What a link or a session comes from. Each part can be ended by itself.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Whose it is.
    pub consumer_id: &'a str,
    /// The session itself.
    pub session: Option<&'a str>,
    /// The sessions that came from one another.
    pub family: Option<&'a str>,
    /// The office's link.
    pub link: Option<&'a str>,
    /// When the link was made, or somebody signed in with it, in Unix milliseconds.
    pub since: u64,
}

/// A device on which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Device {
    #[serde(rename = "s")]
    session: String,
    /// When the session ends if nobody uses it, in Unix seconds.
    #[serde(rename = "e")]
    expires: u64,
}

/// What the gateway remembers for one office.
pub struct Records {
    store: Arc<dyn Store>,
    mac: Hmac<Sha256>,
    office: String,
    /// The ends that this copy made or met.
    known: Cache<StoreKey, Bytes>,
}

impl std::fmt::Debug for Records {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Records")
    }
}

impl Records {
    /// The records of the office of these settings.
    ///
    /// The key of the HMAC comes from the salt: all copies have the same, and it stays when the secret is
    /// changed step by step.
    pub fn new(store: Arc<dyn Store>, settings: &Settings) -> Records {
        let mac = mac_of(settings, "store");
        let audience = settings.audience();
        let longest = settings.session.longest;
        Records {
            office: code(&mac, "office", &[&audience])[..8].to_owned(),
            store,
            mac,
            known: Cache::builder()
                .time_to_live(longest)
                .max_capacity(KNOWN_CAPACITY)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        }
    }

    /// The store itself.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The key of that kind for these parts.
    pub fn key(&self, kind: Kind, parts: &[&str]) -> StoreKey {
        let word = kind.word();
        let mac = code(&self.mac, word, parts);
        StoreKey::new(["portal:", &self.office, ":", word, ":", &mac].concat())
    }

    /// Uses a code up; `false` when it was used before.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn use_code(&self, id: &str, lifetime: Duration) -> Result<bool, StoreAway> {
        let key = self.key(Kind::Code, &[id]);
        let before = self.store.put_new(&key, "1".into(), lifetime).await?;
        Ok(before.is_none())
    }

    /// Whether a code was used.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn code_was_used(&self, id: &str) -> Result<bool, StoreAway> {
        let key = self.key(Kind::Code, &[id]);
        Ok(self.store.get(&[key]).await?.pop().flatten().is_some())
    }

    /// Counts an answer to a link's question, and says how many there were.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn count_try(&self, link: &str) -> Result<u64, StoreAway> {
        let key = self.key(Kind::Tries, &[link]);
        self.store.count(&key, LONGEST_LINK).await
    }

    /// How often a link's question was answered so far.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn tries(&self, link: &str) -> Result<u64, StoreAway> {
        let key = self.key(Kind::Tries, &[link]);
        let value = self.store.get(&[key]).await?.pop().flatten();
        let text = value.and_then(|value| String::from_utf8(value.into()).ok());
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    /// Takes an answer back that is not to count.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn give_try_back(&self, link: &str) -> Result<(), StoreAway> {
        let key = self.key(Kind::Tries, &[link]);
        for _ in 0..ATTEMPTS {
            let keys = std::slice::from_ref(&key);
            let Some(before) = self.store.get(keys).await?.pop().flatten() else {
                return Ok(());
            };
            let fewer = number_in(&before).saturating_sub(1).to_string();
            let new = Some((fewer.into(), LONGEST_LINK));
            if self.store.replace(&key, before, new).await? {
                return Ok(());
            }
        }
        Err(StoreAway)
    }

    /// Ends a session, a family of sessions, or a link with all its sessions.
    ///
    /// # Errors
    /// [`StoreAway`]: it may have ended or not.
    pub async fn end(&self, kind: Kind, id: &str, lifetime: Duration) -> Result<(), StoreAway> {
        self.put_end(self.key(kind, &[id]), "1".into(), lifetime)
            .await
    }

    /// Closes all links and ends all sessions of a consumer that there are now.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn end_consumer(&self, consumer_id: &str, now: SystemTime) -> Result<(), StoreAway> {
        let until = unix_milliseconds(now).to_string();
        let key = self.key(Kind::Consumer, &[consumer_id]);
        self.put_end(key, until.into(), LONGEST_LINK).await
    }

    async fn put_end(
        &self,
        key: StoreKey,
        value: Bytes,
        lifetime: Duration,
    ) -> Result<(), StoreAway> {
        self.store.put(&key, value.clone(), lifetime).await?;
        self.known.insert(key, value);
        Ok(())
    }

    /// Whether a link or a session was ended, by itself or with what it comes from.
    ///
    /// # Errors
    /// [`StoreAway`], when this copy does not know by itself that it has ended.
    pub async fn has_ended(&self, origin: Origin<'_>) -> Result<bool, StoreAway> {
        let parts = [
            (Kind::Consumer, Some(origin.consumer_id)),
            (Kind::Session, origin.session),
            (Kind::Family, origin.family),
            (Kind::Link, origin.link),
        ];
        let keys: Vec<StoreKey> = parts
            .into_iter()
            .filter_map(|(kind, id)| Some(self.key(kind, &[id.filter(|id| !id.is_empty())?])))
            .collect();
        let ends = |(number, value): (usize, Bytes)| match number {
            // The consumer comes first.
            0 => origin.since <= number_in(&value),
            _ => true,
        };
        let known = keys.iter().map(|key| self.known.get(key)).enumerate();
        if known.filter_map(present).any(ends) {
            return Ok(true);
        }
        let values = self.store.get(&keys).await?;
        for (key, value) in keys.iter().zip(&values) {
            if let Some(value) = value {
                self.known.insert(key.clone(), value.clone());
            }
        }
        Ok(values.into_iter().enumerate().filter_map(present).any(ends))
    }

    /// Lists a device, or that it is still there.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn list_device(
        &self,
        family: &str,
        session: &str,
        expires: u64,
        now: u64,
    ) -> Result<(), StoreAway> {
        let change = |devices: &mut Vec<Device>| {
            devices.retain(|it| it.session != session && it.expires > now);
            let session = session.to_owned();
            devices.insert(0, Device { session, expires });
            devices.truncate(MAX_DEVICES);
        };
        let key = self.key(Kind::Devices, &[family]);
        for _ in 0..ATTEMPTS {
            let before = self
                .store
                .get(std::slice::from_ref(&key))
                .await?
                .pop()
                .flatten();
            let mut devices = devices_in(before.as_ref());
            change(&mut devices);
            let last = devices.iter().map(|it| it.expires).max().unwrap_or(now);
            let lifetime = Duration::from_secs(last.saturating_sub(now).max(1));
            let value: Bytes = serde_json::to_vec(&devices).unwrap_or_default().into();
            let is_done = match before {
                Some(before) => {
                    let new = Some((value, lifetime));
                    self.store.replace(&key, before, new).await?
                }
                None => self.store.put_new(&key, value, lifetime).await?.is_none(),
            };
            if is_done {
                return Ok(());
            }
        }
        Err(StoreAway)
    }

    /// The sessions of a family that are signed in.
    ///
    /// # Errors
    /// [`StoreAway`].
    pub async fn devices(&self, family: &str, now: u64) -> Result<Vec<String>, StoreAway> {
        let key = self.key(Kind::Devices, &[family]);
        let value = self.store.get(&[key]).await?.pop().flatten();
        let devices: Vec<Device> = devices_in(value.as_ref())
            .into_iter()
            .filter(|it| it.expires > now)
            .collect();
        let keys: Vec<StoreKey> = devices
            .iter()
            .map(|it| self.key(Kind::Session, &[&it.session]))
            .collect();
        let ended = self.store.get(&keys).await?;
        let all = devices.into_iter().zip(ended);
        Ok(all
            .filter_map(|(device, ended)| ended.is_none().then_some(device.session))
            .collect())
    }
}

fn present<T>((number, value): (usize, Option<T>)) -> Option<(usize, T)> {
    Some((number, value?))
}

fn devices_in(value: Option<&Bytes>) -> Vec<Device> {
    value
        .and_then(|value| serde_json::from_slice(value).ok())
        .unwrap_or_default()
}

fn number_in(value: &[u8]) -> u64 {
    let text = std::str::from_utf8(value).unwrap_or_default();
    text.parse().unwrap_or(u64::MAX)
}

/// A time in Unix milliseconds; 0 when it is before 1970.
pub(crate) fn unix_milliseconds(at: SystemTime) -> u64 {
    let since = at.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// An HMAC with a key of its own for that purpose, made from the salt.
pub(crate) fn mac_of(settings: &Settings, purpose: &str) -> Hmac<Sha256> {
    let salt = settings.accelerate.salt.expose_secret().as_bytes();
    let mut key = zeroize::Zeroizing::new([0; 32]);
    let info = ["consumer-portal v1 ", purpose].concat();
    Hkdf::<Sha256>::new(None, salt)
        .expand(info.as_bytes(), key.as_mut())
        .expect("HKDF-SHA256 gives up to 8,160 bytes");
    Hmac::new_from_slice(key.as_ref()).expect("HMAC takes keys of any length")
}

/// The code of these parts: 132 bits, as text.
pub(crate) fn code(mac: &Hmac<Sha256>, word: &str, parts: &[&str]) -> String {
    let mut mac = mac.clone();
    for part in std::iter::once(&word).chain(parts) {
        // With its length, so that "ab" and "c" are not "a" and "bc".
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    let mut text = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    text.truncate(22);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    fn settings(domain: &str, secret: &str) -> Settings {
        Settings::new(
            "https://portal.example.nl/".parse().unwrap(),
            "dist".into(),
            vec![secret.into()],
            (
                "https://accelerate.example/".parse().unwrap(),
                domain.to_owned(),
                "PRIVATE_SALT".into(),
            ),
        )
    }

    fn records_of(store: &Arc<dyn Store>, domain: &str, secret: &str) -> Records {
        Records::new(store.clone(), &settings(domain, secret))
    }

    fn store() -> Arc<dyn Store> {
        Arc::new(MemoryStore::new())
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn a_key_says_its_kind_and_office_and_not_whose_it_is() {
        let records = records_of(&store(), "demo", "secret");
        let key = records.key(Kind::Consumer, &["CNSR1"]);
        let parts: Vec<&str> = key.as_str().split(':').collect();
        assert_eq!((parts[0], parts[2]), ("portal", "consumer"));
        assert!(!key.as_str().contains("CNSR1"));
        assert!(key != records.key(Kind::Consumer, &["CNSR2"]));
        assert!(key != records.key(Kind::Link, &["CNSR1"]));
        let joined = records.key(Kind::Upload, &["ab", "c"]);
        assert!(joined != records.key(Kind::Upload, &["a", "bc"]));
    }

    #[test]
    fn another_office_has_other_keys_and_another_secret_the_same() {
        let store = store();
        let key = |domain, secret| {
            let records = records_of(&store, domain, secret);
            let key = records.key(Kind::Consumer, &["CNSR1"]);
            key.as_str().to_owned()
        };
        assert_eq!(key("demo", "old"), key("demo", "new"));
        let (ours, theirs) = (key("demo", "old"), key("other", "old"));
        assert_ne!(ours.split(':').nth(1), theirs.split(':').nth(1));
        assert_ne!(ours, theirs);
    }

    #[tokio::test]
    async fn what_is_made_after_a_consumers_end_is_good() {
        let records = records_of(&store(), "demo", "secret");
        let now = SystemTime::UNIX_EPOCH + HOUR;
        records.end_consumer("CNSR1", now).await.unwrap();
        for (consumer_id, since, has_ended) in [
            ("CNSR1", 0, true),
            ("CNSR1", 3_600_000, true),
            ("CNSR1", 3_600_001, false),
            ("CNSR2", 0, false),
        ] {
            let origin = Origin {
                consumer_id,
                session: None,
                family: None,
                link: Some(""),
                since,
            };
            assert_eq!(records.has_ended(origin).await, Ok(has_ended), "{origin:?}");
        }
    }

    #[tokio::test]
    async fn each_thing_that_a_session_comes_from_ends_it() {
        let origin = Origin {
            consumer_id: "CNSR1",
            session: Some("a"),
            family: Some("b"),
            link: Some("c"),
            since: 1,
        };
        for (kind, id) in [(Kind::Session, "a"), (Kind::Family, "b"), (Kind::Link, "c")] {
            let store = store();
            let records = records_of(&store, "demo", "secret");
            let another_copy = records_of(&store, "demo", "secret");
            assert_eq!(records.has_ended(origin).await, Ok(false));
            records.end(kind, id, HOUR).await.unwrap();
            assert_eq!(records.has_ended(origin).await, Ok(true));
            assert_eq!(another_copy.has_ended(origin).await, Ok(true));
        }
    }

    #[tokio::test]
    async fn a_device_is_listed_until_its_session_is_over_or_ended() {
        let records = records_of(&store(), "demo", "secret");
        records.list_device("f", "desktop", 100, 0).await.unwrap();
        records.list_device("f", "phone", 50, 0).await.unwrap();
        records.list_device("f", "phone", 60, 10).await.unwrap();
        assert_eq!(
            records.devices("f", 10).await.unwrap(),
            ["phone", "desktop"]
        );
        assert_eq!(records.devices("f", 60).await.unwrap(), ["desktop"]);
        records.end(Kind::Session, "desktop", HOUR).await.unwrap();
        assert_eq!(records.devices("f", 10).await.unwrap(), ["phone"]);
        assert!(records.devices("g", 10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn tries_are_counted_for_each_link() {
        let records = records_of(&store(), "demo", "secret");
        assert_eq!(records.tries("a").await, Ok(0));
        for number in 1..=3 {
            assert_eq!(records.count_try("a").await, Ok(number));
        }
        assert_eq!(records.tries("a").await, Ok(3));
        assert_eq!(records.tries("b").await, Ok(0));
    }
}
