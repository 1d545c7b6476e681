//! The keys with which a consumer's browser encrypts what they have not sent yet: the documents and the words that the
//! portal keeps on the device, so that they outlive a closed tab. The gateway keeps none of it. It gives the keys to
//! that consumer's session alone, so whoever uses the same computer later has the encrypted bytes and cannot read them.

use crate::settings::Settings;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use http::HeaderValue;
use secrecy::ExposeSecret as _;
use sha2::Sha256;
use zeroize::Zeroizing;

/// The header of getsession that has a consumer's keys, the newest first, with spaces between them. Each is 32 bytes in
/// base64url. It is not there where nothing is to be kept (`session.keep_drafts`).
pub const PORTAL_DRAFT_KEYS: &str = "portal-draft-keys";

/// Makes consumers' keys.
pub struct DraftKeys {
    /// Of each secret, the newest first. While secrets are exchanged there are two, and what was encrypted with the older
    /// one can still be read.
    secrets: Vec<Hkdf<Sha256>>,
    audience: String,
}

impl std::fmt::Debug for DraftKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DraftKeys")
    }
}

impl DraftKeys {
    /// The keys of these settings: of one office at one address.
    pub fn new(settings: &Settings) -> DraftKeys {
        let secrets = settings.secrets.iter();
        let secrets = secrets.map(|secret| Hkdf::new(None, secret.expose_secret().as_bytes()));
        DraftKeys {
            secrets: secrets.collect(),
            audience: settings.audience(),
        }
    }

    /// A consumer's keys, as the value of [`PORTAL_DRAFT_KEYS`].
    pub fn of(&self, consumer_id: &str) -> Option<HeaderValue> {
        let keys = self.secrets.iter().map(|secret| {
            let mut key = Zeroizing::new([0; 32]);
            // The length keeps what is the office's apart from what is the consumer's.
            let length = (self.audience.len() as u64).to_be_bytes();
            let info = [
                b"consumer-portal v1 drafts ",
                &length[..],
                self.audience.as_bytes(),
                consumer_id.as_bytes(),
            ];
            secret
                .expand_multi_info(&info, key.as_mut())
                .expect("HKDF-SHA256 gives up to 8,160 bytes");
            BASE64_URL_SAFE_NO_PAD.encode(key.as_ref())
        });
        let keys = Zeroizing::new(keys.collect::<Vec<_>>().join(" "));
        let mut value = HeaderValue::from_str(&keys).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";

    fn keys(secrets: &[&str], url: &str, consumer_id: &str) -> Vec<String> {
        let settings = Settings::new(
            url.parse().unwrap(),
            "dist".into(),
            secrets.iter().map(|it| (*it).into()).collect(),
            (
                "https://accelerate.example/".parse().unwrap(),
                "demo".to_owned(),
                "PRIVATE_SALT".into(),
            ),
        );
        let value = DraftKeys::new(&settings).of(consumer_id).unwrap();
        assert!(value.is_sensitive());
        let value = value.to_str().unwrap();
        value.split(' ').map(str::to_owned).collect()
    }

    const URL: &str = "https://portal.example.nl/";

    #[test]
    fn a_consumer_has_the_same_key_in_every_session_and_nobody_else_has_it() {
        let key = keys(&[NEW], URL, "CNSR1");
        assert_eq!(key, keys(&[NEW], URL, "CNSR1"));
        assert_ne!(key, keys(&[NEW], URL, "CNSR2"));
        assert_ne!(key, keys(&[OLD], URL, "CNSR1"));
        assert_ne!(key, keys(&[NEW], "https://other.example.nl/", "CNSR1"));
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&key[0]).unwrap();
        assert_eq!(bytes.len(), 32);
    }

    #[test]
    fn the_key_of_an_older_secret_is_there_as_long_as_the_secret_is() {
        let [new, old] = keys(&[NEW, OLD], URL, "CNSR1").try_into().unwrap();
        assert_eq!([new], *keys(&[NEW], URL, "CNSR1"));
        assert_eq!([old], *keys(&[OLD], URL, "CNSR1"));
    }

    proptest! {
        #[test]
        fn no_two_consumers_have_one_key(one in ".{0,40}", other in ".{0,40}") {
            prop_assume!(one != other);
            prop_assert_ne!(keys(&[NEW], URL, &one), keys(&[NEW], URL, &other));
        }
    }
}
