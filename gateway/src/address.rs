//! Where a consumer is: the address of the connection, or what a trusted proxy in front says. Believes
//! nobody else.

use crate::settings::{AccessSettings, ForwardedHeader};
use http::HeaderMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The consumer's address: the connection's, unless that is a trusted proxy's; then the last one in the
/// proxies' header that is no trusted proxy's. What cannot be read ends the search: left of it anyone may
/// have written anything.
pub fn client(peer: IpAddr, headers: &HeaderMap, access: &AccessSettings) -> IpAddr {
    let trusted = |address: IpAddr| {
        access
            .trusted_proxies
            .iter()
            .any(|net| net.contains(&address))
    };
    let mut client = peer.to_canonical();
    if !trusted(client) {
        return client;
    }
    let hops = match access.forwarded {
        ForwardedHeader::XForwardedFor => x_forwarded_for(headers),
        ForwardedHeader::Forwarded => forwarded(headers),
    };
    for hop in hops.into_iter().rev() {
        let Some(address) = hop else { break };
        client = address;
        if !trusted(address) {
            break;
        }
    }
    client
}

/// What one consumer can be told from another by: an IPv6 household has a network of 2⁶⁴ addresses.
pub fn bucket(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let network = v6.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        v4 => v4,
    }
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        // Each hop by itself: what a stranger wrote must not hide what the proxy added behind it.
        .map(|hop| node(std::str::from_utf8(hop).ok()?))
        .collect()
}

/// RFC 7239: elements separated by commas, pairs by semicolons, values maybe quoted.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for line in headers.get_all(http::header::FORWARDED) {
        let line = String::from_utf8_lossy(line.as_bytes());
        for element in elements(&line) {
            let value = split(element, ';').into_iter().find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case("for")
                    .then_some(value.trim())
            });
            hops.push(value.and_then(|value| node(unquote(value))));
        }
    }
    hops
}

/// The elements of a line. A quote that a stranger opened and never closed must not swallow what the
/// proxy added behind it: then every comma counts.
fn elements(line: &str) -> Vec<&str> {
    if ends_in_quotes(line) {
        line.split(',').collect()
    } else {
        split(line, ',')
    }
}

fn ends_in_quotes(text: &str) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    for it in text.chars() {
        match it {
            _ if escaped => escaped = false,
            '"' => quoted = !quoted,
            '\\' if quoted => escaped = true,
            _ => {}
        }
    }
    quoted
}

/// The parts between separators that are not in quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(|it: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match it {
            '"' => quoted = !quoted,
            '\\' if quoted => escaped = true,
            _ => return it == separator && !quoted,
        }
        false
    })
    .collect()
}

fn unquote(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
}

/// An address, maybe with a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(text);
    let address = bare
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|it| it.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn access(header: ForwardedHeader) -> AccessSettings {
        AccessSettings {
            origins: Vec::new(),
            trusted_proxies: ["127.0.0.0/8", "10.0.0.0/8", "::1/128"]
                .map(|net| net.parse().unwrap())
                .to_vec(),
            forwarded: header,
            metrics_from: Vec::new(),
        }
    }

    fn from(peer: &str, name: &'static str, lines: &[&str]) -> String {
        let header = if name == "forwarded" {
            ForwardedHeader::Forwarded
        } else {
            ForwardedHeader::XForwardedFor
        };
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name, HeaderValue::from_str(line).unwrap());
        }
        client(peer.parse().unwrap(), &headers, &access(header)).to_string()
    }

    #[test]
    fn a_stranger_is_where_the_connection_comes_from_whatever_they_write() {
        assert_eq!(
            from("192.0.2.9", "x-forwarded-for", &["192.0.2.1"]),
            "192.0.2.9"
        );
        assert_eq!(
            from("192.0.2.9", "forwarded", &["for=192.0.2.1"]),
            "192.0.2.9"
        );
    }

    #[test]
    fn behind_trusted_proxies_it_is_the_last_that_is_none_of_them() {
        for (lines, client) in [
            (&["192.0.2.1"][..], "192.0.2.1"),
            (&["6.6.6.6, 192.0.2.1, 10.0.0.7"], "192.0.2.1"),
            (&["6.6.6.6", "192.0.2.1", "10.0.0.7"], "192.0.2.1"),
            (&["192.0.2.1:5000"], "192.0.2.1"),
            (&["[2001:db8::1]:5000"], "2001:db8::1"),
            (&["::ffff:192.0.2.1"], "192.0.2.1"),
            (&["6.6.6.6, junk, 10.0.0.7"], "10.0.0.7"),
            (&["junk"], "127.0.0.1"),
            (&[], "127.0.0.1"),
        ] {
            assert_eq!(
                from("127.0.0.1", "x-forwarded-for", lines),
                client,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn the_standard_header_is_read_with_its_quotes() {
        for (line, client) in [
            ("for=192.0.2.1;proto=https;by=10.0.0.1", "192.0.2.1"),
            ("For=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            (
                "for=6.6.6.6, for=192.0.2.1;host=\"a,b;for=1.1.1.1\", for=10.0.0.7",
                "192.0.2.1",
            ),
            ("for=6.6.6.6, for=_hidden, for=10.0.0.7", "10.0.0.7"),
            ("for=unknown", "127.0.0.1"),
            ("proto=https", "127.0.0.1"),
        ] {
            assert_eq!(from("127.0.0.1", "forwarded", &[line]), client, "{line}");
        }
    }

    #[test]
    fn only_the_header_that_is_set_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("forwarded", HeaderValue::from_static("for=6.6.6.6"));
        let peer = "127.0.0.1".parse().unwrap();
        let client = client(peer, &headers, &access(ForwardedHeader::XForwardedFor));
        assert_eq!(client.to_string(), "127.0.0.1");
    }

    #[test]
    fn a_household_is_one() {
        let of = |text: &str| bucket(text.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("192.0.2.1"), "192.0.2.1");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
    }

    proptest! {
        #[test]
        fn nobody_left_of_the_last_stranger_is_believed(
            lies in proptest::collection::vec(
                prop_oneof![Just(b'"'), Just(b'\\'), Just(b','), 0x20_u8..0x7f, 0x80_u8..=0xff],
                0..60,
            ),
        ) {
            for (name, header, added, client_is) in [
                ("x-forwarded-for", ForwardedHeader::XForwardedFor, ", 192.0.2.1", "192.0.2.1"),
                ("forwarded", ForwardedHeader::Forwarded, ", for=192.0.2.1", "192.0.2.1"),
                ("forwarded", ForwardedHeader::Forwarded, ", for=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ] {
                let line = [&lies, added.as_bytes()].concat();
                let mut headers = HeaderMap::new();
                headers.insert(name, HeaderValue::from_bytes(&line).unwrap());
                let peer = "127.0.0.1".parse().unwrap();
                let client = client(peer, &headers, &access(header));
                prop_assert_eq!(client.to_string(), client_is);
            }
        }
    }
}
