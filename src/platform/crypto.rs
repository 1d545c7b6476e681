//! The browser's own encryption (WebCrypto): AES-GCM with keys of 256 bits. It is there on pages that came by https, and
//! on this machine's own.

use js_sys::{ArrayBuffer, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};

/// The algorithm, as the browser calls it.
const AES_GCM: &str = "AES-GCM";
/// How many random bytes stand before what is encrypted.
const NONCE: u32 = 12;

/// A key. Nobody can read it out of the browser again.
#[derive(Debug, Clone)]
pub struct SecretKey(CryptoKey);

impl SecretKey {
    /// The key of these 32 bytes.
    ///
    /// # Errors
    /// Where the browser encrypts nothing: the page did not come by https.
    pub async fn new(bytes: &[u8]) -> Result<Self, JsValue> {
        let usages = js_sys::Array::of2(&"encrypt".into(), &"decrypt".into());
        let bytes = Uint8Array::from(bytes);
        let key = subtle()?.import_key_with_str("raw", &bytes, AES_GCM, false, &usages)?;
        Ok(Self(JsFuture::from(key).await?.unchecked_into()))
    }

    /// Encrypts bytes. Whoever decrypts them has to say the same of what they are.
    ///
    /// # Errors
    /// When the browser does not.
    pub async fn encrypt(&self, bytes: &Object, what: &str) -> Result<Uint8Array, JsValue> {
        let nonce = Uint8Array::new_with_length(NONCE);
        crypto()?.get_random_values_with_array_buffer_view(&nonce)?;
        let algorithm = algorithm(&nonce, what)?;
        let encrypted =
            subtle()?.encrypt_with_object_and_buffer_source(&algorithm, &self.0, bytes)?;
        let encrypted = Uint8Array::new(&JsFuture::from(encrypted).await?);
        let all = Uint8Array::new_with_length(NONCE + encrypted.length());
        all.set(&nonce, 0);
        all.set(&encrypted, NONCE);
        Ok(all)
    }

    /// Decrypts what [`Self::encrypt`] gave.
    ///
    /// # Errors
    /// When it was encrypted with another key, as something else, or was changed.
    pub async fn decrypt(&self, all: &Uint8Array, what: &str) -> Result<ArrayBuffer, JsValue> {
        let algorithm = algorithm(&all.subarray(0, NONCE), what)?;
        let encrypted = all.subarray(NONCE, all.length());
        let bytes =
            subtle()?.decrypt_with_object_and_buffer_source(&algorithm, &self.0, &encrypted)?;
        Ok(JsFuture::from(bytes).await?.unchecked_into())
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
///
/// # Errors
/// As [`SecretKey::new`].
pub async fn digest(text: &[u8]) -> Result<String, JsValue> {
    let text = Uint8Array::from(text);
    let digest = subtle()?.digest_with_str_and_buffer_source("SHA-256", &text)?;
    Ok(hex(
        &Uint8Array::new(&JsFuture::from(digest).await?).to_vec()
    ))
}

/// Random bytes.
///
/// # Errors
/// When the browser has none to give.
pub fn random<const BYTES: usize>() -> Result<[u8; BYTES], JsValue> {
    let mut random = [0; BYTES];
    crypto()?.get_random_values_with_u8_array(&mut random)?;
    Ok(random)
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from(b"0123456789abcdef"[usize::from(digit)]);
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.collect()
}

fn crypto() -> Result<web_sys::Crypto, JsValue> {
    window().crypto()
}

fn subtle() -> Result<SubtleCrypto, JsValue> {
    let subtle: JsValue = crypto()?.subtle().into();
    // A page that came by http has none.
    match subtle.is_undefined() {
        true => Err(subtle),
        false => Ok(subtle.unchecked_into()),
    }
}

fn algorithm(nonce: &Uint8Array, what: &str) -> Result<Object, JsValue> {
    let algorithm = Object::new();
    let what = Uint8Array::from(what.as_bytes());
    let entries: [(&str, &JsValue); 3] = [
        ("name", &AES_GCM.into()),
        ("iv", nonce),
        ("additionalData", &what),
    ];
    for (name, value) in entries {
        Reflect::set(&algorithm, &name.into(), value)?;
    }
    Ok(algorithm)
}
