//! The client's address: that of the connection, or the one that a trusted proxy in front gives. Nobody
//! else is believed.

use crate::settings::{AccessSettings, ForwardedHeader};
use http::HeaderMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The client's address. When the connection comes from a trusted proxy, it is the last address in the
/// proxies' header that is not a trusted proxy's. An address that cannot be read ends the search: anyone may
/// have written what stands left of it.
pub fn of(peer: IpAddr, headers: &HeaderMap, access: &AccessSettings) -> IpAddr {
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

/// The network that counts as one client: an IPv4 address, or the first 64 bits of an IPv6 address, which
/// one household shares.
pub fn network(address: IpAddr) -> IpAddr {
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
        // Each address is read by itself: what a stranger wrote must not hide what the proxy added.
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

/// The elements of a line. When a quote is never closed, every comma separates: the quote may be a
/// stranger's, and must not hide what the proxy added.
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
        of(peer.parse().unwrap(), &headers, &access(header)).to_string()
    }

    #[test]
    fn a_header_from_an_untrusted_peer_is_ignored() {
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
    fn behind_trusted_proxies_the_last_untrusted_address_is_the_client() {
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
    fn the_forwarded_header_is_read_with_its_quotes() {
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
    fn only_the_header_of_the_settings_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert("forwarded", HeaderValue::from_static("for=6.6.6.6"));
        let peer = "127.0.0.1".parse().unwrap();
        let client = of(peer, &headers, &access(ForwardedHeader::XForwardedFor));
        assert_eq!(client.to_string(), "127.0.0.1");
    }

    #[test]
    fn an_ipv6_household_is_one_network() {
        let network_of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network_of("192.0.2.1"), "192.0.2.1");
        assert_eq!(network_of("::ffff:192.0.2.1"), "192.0.2.1");
    }

    proptest! {
        #[test]
        fn nothing_left_of_the_last_untrusted_address_is_believed(
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
                let client = of(peer, &headers, &access(header));
                prop_assert_eq!(client.to_string(), client_is);
            }
        }
    }
}
