//! Signs a request the way AccelerateConnect wants it (feature `signing`): for a server that knows the
//! salt, never for a browser.

use std::fmt::Write as _;

use sha1::{Digest as _, Sha1};

/// The `token` of a request: the values of all its parameters, sorted by their key, and then the
/// private salt, as SHA-1 in upper-case hexadecimal. It lives five minutes from the request's `date`.
///
/// Give every parameter that is sent except `token` itself.
pub fn token(params: &[(&str, &str)], salt: &str) -> String {
    let mut params = params.to_vec();
    params.sort_by_key(|(key, _)| *key);
    let mut hash = Sha1::new();
    for (_, value) in params {
        hash.update(value);
    }
    hash.update(salt);
    let mut token = String::with_capacity(40);
    for byte in hash.finalize() {
        write!(token, "{byte:02X}").expect("a String takes every character");
    }
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentations_example_has_its_token() {
        let params = [
            ("ip_address", "127.0.0.1"),
            ("date", "2018-01-01 12:00:00"),
            ("consumer_id", "AB1234AB"),
        ];
        assert_eq!(
            token(&params, "PRIVATE_SALT"),
            "E3E44AEA3E440D0A4C07699CDCAD4B0D410FAD1B"
        );
    }
}
