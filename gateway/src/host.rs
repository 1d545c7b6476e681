//! The names of hosts, as offices are looked up by them. The port is no part of a name: browsers keep cookies by
//! the name alone, and proxies in front change the port or leave it out.

use http::uri::Authority;
use http::{HeaderMap, Uri, header};
use url::Url;

/// The host of an address.
pub fn of_url(url: &Url) -> Option<String> {
    url.host_str().map(plain_name)
}

/// The host that a request is for: the target's, if it has one (RFC 9112, 3.2.2; HTTP/2's `:authority`), and
/// the one `Host` header otherwise. `X-Forwarded-Host` is what anybody may write, and is not read.
pub fn of(target: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(authority) = target.authority() {
        return name_in(authority);
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, more) = (hosts.next()?, hosts.next());
    let authority = Authority::try_from(host.as_bytes()).ok()?;
    more.is_none().then(|| name_in(&authority))?
}

/// `None` for what no `Host` may have: a user's name.
fn name_in(authority: &Authority) -> Option<String> {
    let is_host = !authority.as_str().contains('@');
    is_host.then(|| plain_name(authority.host()))
}

/// The name in lower case, without the dot that may stand at its end.
fn plain_name(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn host(target: &str, hosts: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, host.parse().unwrap());
        }
        of(&target.parse().unwrap(), &headers)
    }

    #[test]
    fn the_host_is_a_name_however_it_is_written() {
        for written in [
            "a.example.nl",
            "A.Example.NL",
            "a.example.nl.",
            "a.example.nl:443",
            "a.example.nl.:8443",
        ] {
            assert_eq!(
                host("/", &[written]).as_deref(),
                Some("a.example.nl"),
                "{written}"
            );
            let absolute = format!("https://{written}/x");
            let found = host(&absolute, &["b.example.nl"]);
            assert_eq!(found.as_deref(), Some("a.example.nl"), "{absolute}");
        }
        assert_eq!(host("/", &["[::1]:8080"]).as_deref(), Some("[::1]"));
        let of_url = |text: &str| super::of_url(&text.parse().unwrap()).unwrap();
        assert_eq!(of_url("https://A.example.nl.:8443/"), "a.example.nl");
        assert_eq!(of_url("http://[::1]:8080/"), "[::1]");
    }

    #[test]
    fn what_names_no_host_or_several_is_none() {
        for hosts in [
            &[][..],
            &[""],
            &["a b"],
            &["a.example.nl", "a.example.nl"],
            &["x@a.example.nl"],
            &["a.example.nl/x"],
            &["a.example.nl,b.example.nl"],
        ] {
            let found = host("/", hosts);
            assert!(
                found.as_deref() != Some("a.example.nl"),
                "{hosts:?}: {found:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[!-~]{0,40}") {
            let _ = host("/", &[&text]);
        }
    }
}
