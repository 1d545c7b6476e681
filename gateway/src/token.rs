//! Tokens: what a consumer holds in place of a password. They are encrypted and signed (PASETO v4.local),
//! so only gateways with the same secrets can make or read them. What is in them is the caller's business.

use hkdf::Hkdf;
use pasetors::Local;
use pasetors::keys::SymmetricKey;
use pasetors::token::UntrustedToken;
use pasetors::version4::{LocalToken, V4};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use zeroize::Zeroize as _;

/// The longest token, in bytes.
const MAX_BYTES: usize = 2_048;

/// What a token is for. A token for one purpose cannot be read for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A link that the office sends.
    Link,
    /// A link that continues a session on the consumer's phone.
    Phone,
    /// The session's cookie.
    Session,
    /// A link to our own page, for a browser that keeps no cookie on a page of another site.
    OwnPage,
    /// What the gateway's own commands show to the gateway that runs.
    Command,
}

impl Purpose {
    const ALL: [Purpose; 5] = [
        Purpose::Link,
        Purpose::Phone,
        Purpose::Session,
        Purpose::OwnPage,
        Purpose::Command,
    ];

    fn name(self) -> &'static str {
        match self {
            Purpose::Link => "link",
            Purpose::Phone => "phone",
            Purpose::Session => "session",
            Purpose::OwnPage => "own-page",
            Purpose::Command => "command",
        }
    }
}

/// The token was not made by this gateway for that purpose, or was changed. Nobody is told which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidToken;

/// The keys made from the secrets, the newest first.
pub struct Keys {
    /// For each secret, a key for each purpose.
    keys: Vec<[SymmetricKey<V4>; Purpose::ALL.len()]>,
    audience: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Makes keys from these secrets, the newest first. Their tokens are good for this audience only.
    pub fn new(secrets: &[SecretString], audience: impl Into<String>) -> Keys {
        let keys = secrets.iter().map(|secret| {
            Purpose::ALL.map(|purpose| {
                let mut bytes = [0; 32];
                let info = ["consumer-portal v1 ", purpose.name()].concat();
                Hkdf::<Sha256>::new(None, secret.expose_secret().as_bytes())
                    .expand(info.as_bytes(), &mut bytes)
                    .expect("HKDF-SHA256 gives up to 8,160 bytes");
                let key = SymmetricKey::from(&bytes).expect("32 bytes are a key");
                bytes.zeroize();
                key
            })
        });
        Keys {
            keys: keys.collect(),
            audience: audience.into(),
        }
    }

    /// Makes a token that holds `content`; `None` when the system has no randomness to give.
    pub fn seal(&self, purpose: Purpose, content: &impl Serialize) -> Option<String> {
        let key = &self.keys.first()?[purpose as usize];
        let text = serde_json::to_vec(content).ok()?;
        let audience = self.audience(purpose);
        LocalToken::encrypt(key, &text, None, Some(audience.as_bytes())).ok()
    }

    /// Reads the content of a token.
    ///
    /// # Errors
    /// [`InvalidToken`].
    pub fn open<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        token: &str,
    ) -> Result<T, InvalidToken> {
        if token.len() > MAX_BYTES {
            return Err(InvalidToken);
        }
        let token = UntrustedToken::<Local, V4>::try_from(token).map_err(|_| InvalidToken)?;
        let audience = self.audience(purpose);
        self.keys
            .iter()
            .find_map(|keys| {
                let key = &keys[purpose as usize];
                LocalToken::decrypt(key, &token, None, Some(audience.as_bytes())).ok()
            })
            .and_then(|token| serde_json::from_str(token.payload()).ok())
            .ok_or(InvalidToken)
    }

    fn audience(&self, purpose: Purpose) -> String {
        [purpose.name(), " ", &self.audience].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(secrets: &[&str], audience: &str) -> Keys {
        let secrets: Vec<SecretString> = secrets.iter().map(|it| (*it).into()).collect();
        Keys::new(&secrets, audience)
    }

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";

    #[test]
    fn a_token_can_be_read_as_long_as_its_secret_is_in_the_list() {
        let token = keys(&[OLD], "a").seal(Purpose::Link, &"CNSR1").unwrap();
        let both = keys(&[NEW, OLD], "a");
        assert_eq!(both.open::<String>(Purpose::Link, &token).unwrap(), "CNSR1");
        assert!(
            keys(&[NEW], "a")
                .open::<String>(Purpose::Link, &token)
                .is_err()
        );
        let token = both.seal(Purpose::Link, &"CNSR1").unwrap();
        assert!(
            keys(&[NEW], "a")
                .open::<String>(Purpose::Link, &token)
                .is_ok()
        );
    }

    #[test]
    fn a_token_for_another_purpose_audience_or_version_is_refused() {
        let keys_a = keys(&[NEW], "a");
        let token = keys_a.seal(Purpose::Link, &1).unwrap();
        assert!(keys_a.open::<u8>(Purpose::Session, &token).is_err());
        assert!(keys_a.open::<u8>(Purpose::Phone, &token).is_err());
        assert!(keys(&[NEW], "b").open::<u8>(Purpose::Link, &token).is_err());
        let older = token.replacen("v4.", "v3.", 1);
        assert!(keys_a.open::<u8>(Purpose::Link, &older).is_err());
    }

    #[test]
    fn a_token_does_not_show_its_content() {
        let token = keys(&[NEW], "a").seal(Purpose::Link, &"CNSR1").unwrap();
        assert!(token.starts_with("v4.local.") && !token.contains("CNSR1"));
    }

    proptest! {
        #[test]
        fn a_token_with_a_changed_byte_is_refused(at in 9usize..60, with in "[A-Za-z0-9_-]") {
            let keys = keys(&[NEW], "a");
            let token = keys.seal(Purpose::Session, &"a text of some length").unwrap();
            let mut changed = token.clone();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != token);
            prop_assert_eq!(keys.open::<String>(Purpose::Session, &changed), Err(InvalidToken));
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let keys = keys(&[NEW], "a");
            let version = ["v4.local.", &text].concat();
            prop_assert!(keys.open::<String>(Purpose::Link, &text).is_err());
            prop_assert!(keys.open::<String>(Purpose::Link, &version).is_err());
        }
    }
}
