//! Whether a request is signed as AccelerateConnect wants it: complete, by the right licence, in the
//! last five minutes. What time it is comes with the call.

use crate::date::Date;
use crate::faults::{error, token_expired};
use crate::wire::{Request, Response};

/// A token lives so long, in seconds, and may come from a clock that is as far ahead.
const LIFE: i64 = 5 * 60;

/// What requests must be signed with.
#[derive(Debug, Clone)]
pub struct Signing {
    /// The licence's name.
    pub domain: String,
    /// The private salt.
    pub salt: String,
    /// Whether the signature covers `domain`.
    pub covers_domain: bool,
}

impl Signing {
    /// Checks a request at that Unix time, in seconds.
    ///
    /// # Errors
    /// The response that refuses it.
    pub fn check(&self, request: &Request, now: i64) -> Result<(), Response> {
        let wrong = |what: &str| error(400, "INVALID_PARAMETER", what);
        let own: &[&str] = match request.endpoint.as_str() {
            "getsession" => &["consumer_id", "ip_address"],
            "upload_file" => &[
                "productaction_id",
                "is_reupload",
                "filename",
                "mimetype",
                "comment",
            ],
            _ => &["productaction_id"],
        };
        let is_known = |name: &str| {
            own.contains(&name) || ["domain", "date", "timestamp", "token"].contains(&name)
        };
        let mut given: Vec<(&str, &str)> = Vec::new();
        if request.endpoint == "upload_file" {
            if !request.query.is_empty() {
                return Err(wrong("an upload's parameters are headers"));
            }
            for (name, value) in request.headers.iter().filter(|(name, _)| is_known(name)) {
                // `date` is a header of HTTP's own too; whoever sends it means the parameter.
                let value = std::str::from_utf8(value);
                given.push((name, value.map_err(|_| wrong("a header is not UTF-8"))?));
            }
        } else {
            for (name, value) in &request.query {
                if !is_known(name) {
                    return Err(wrong("there is a parameter that is not documented"));
                }
                given.push((name, value));
            }
        }
        given.sort_by_key(|(name, _)| *name);
        if given.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(wrong("a parameter comes twice"));
        }
        let of = |name: &str| given.iter().find(|(it, _)| *it == name).map(|(_, it)| *it);
        let is_missing = |name: &&&str| **name != "comment" && of(name).is_none();
        if own.iter().find(is_missing).is_some() {
            return Err(wrong("a parameter is missing"));
        }
        if of("domain") != Some(&self.domain) {
            return Err(error(401, "UNKNOWN_DOMAIN", "there is no such licence"));
        }
        let at = match (of("timestamp"), of("date")) {
            (Some(timestamp), None) => timestamp.parse().ok(),
            (None, Some(date)) => in_amsterdam(date),
            _ => return Err(wrong("there must be a date or a timestamp, and not both")),
        };
        let at: i64 = at.ok_or_else(|| wrong("the date or timestamp is none"))?;
        let covered: Vec<(&str, &str)> = given
            .iter()
            .filter(|(name, _)| *name != "token" && (self.covers_domain || *name != "domain"))
            .copied()
            .collect();
        if of("token") != Some(&accelerate::signing::token(&covered, &self.salt)) {
            return Err(error(
                401,
                "TOKEN_INVALID",
                "the token is not that of these parameters",
            ));
        }
        if (now - at).abs() > LIFE {
            return Err(token_expired());
        }
        Ok(())
    }
}

/// The Unix time of `yyyy-mm-dd hh:mm:ss` in the Netherlands. The hour that comes twice in October is
/// taken for the second.
fn in_amsterdam(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let shape = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b' ',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    if !shape || text.len() != 19 {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let date = Date::new(year, month, day);
    if date.to_string() != text[..10] || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let local = date.days() * 86_400 + hour * 3_600 + minute * 60 + second;
    let utc = local - 3_600;
    let in_summer = (change(year, 3)..change(year, 10)).contains(&(utc - 3_600));
    Some(if in_summer { utc - 3_600 } else { utc })
}

/// When summer time begins or ends: 01:00 UTC on the month's last Sunday (Directive 2000/84/EC).
fn change(year: i64, month: i64) -> i64 {
    let last = Date::new(year, month, 31).days();
    // 1 January 1970 was a Thursday.
    let weekday = (last + 4).rem_euclid(7);
    (last - weekday) * 86_400 + 3_600
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_514_804_400; // 2018-01-01 12:00:00 in Amsterdam

    fn signing() -> Signing {
        Signing {
            domain: "demo".to_owned(),
            salt: "PRIVATE_SALT".to_owned(),
            covers_domain: true,
        }
    }

    fn request(parameters: &[(&str, &str)]) -> Request {
        let mut query: Vec<(String, String)> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        if !parameters.iter().any(|(name, _)| *name == "token") {
            let token = accelerate::signing::token(parameters, "PRIVATE_SALT");
            query.push(("token".to_owned(), token));
        }
        Request {
            method: "GET".to_owned(),
            endpoint: "getsession".to_owned(),
            query,
            ..Request::default()
        }
    }

    fn refused(parameters: &[(&str, &str)], now: i64) -> Option<String> {
        let response = signing().check(&request(parameters), now).err()?;
        let text = String::from_utf8(response.body.collect()).unwrap();
        Some(text.split('"').nth(5).unwrap().to_owned())
    }

    const GOOD: [(&str, &str); 4] = [
        ("consumer_id", "AB1234AB"),
        ("date", "2018-01-01 12:00:00"),
        ("domain", "demo"),
        ("ip_address", "127.0.0.1"),
    ];

    #[test]
    fn the_documentations_example_is_accepted() {
        // The example shows no `domain`; we ask for it, and it may stand outside the signature.
        let outside = Signing {
            covers_domain: false,
            ..signing()
        };
        let example = request(&[
            ("consumer_id", "AB1234AB"),
            ("date", "2018-01-01 12:00:00"),
            ("ip_address", "127.0.0.1"),
            ("domain", "demo"),
            ("token", "E3E44AEA3E440D0A4C07699CDCAD4B0D410FAD1B"),
        ]);
        assert!(outside.check(&example, NOW).is_ok());
        assert!(signing().check(&example, NOW).is_err());
        assert_eq!(refused(&GOOD, NOW), None);
    }

    #[test]
    fn a_changed_parameter_is_refused() {
        let token = accelerate::signing::token(&GOOD, "PRIVATE_SALT");
        for at in [0, 3] {
            let mut changed = GOOD.to_vec();
            changed[at].1 = "127.0.0.2";
            changed.push(("token", &token));
            assert_eq!(refused(&changed, NOW).as_deref(), Some("TOKEN_INVALID"));
        }
        let mut other = GOOD.to_vec();
        other[2].1 = "other";
        assert_eq!(refused(&other, NOW).as_deref(), Some("UNKNOWN_DOMAIN"));
    }

    #[test]
    fn a_missing_duplicate_or_unknown_parameter_is_refused() {
        let without = |name: &str| -> Vec<(&str, &str)> {
            GOOD.iter().filter(|(it, _)| *it != name).copied().collect()
        };
        for name in ["consumer_id", "ip_address", "date"] {
            assert_eq!(
                refused(&without(name), NOW).as_deref(),
                Some("INVALID_PARAMETER")
            );
        }
        for more in [("timestamp", "1514804400"), ("x", "y"), ("domain", "demo")] {
            let all = [&GOOD[..], &[more]].concat();
            assert_eq!(
                refused(&all, NOW).as_deref(),
                Some("INVALID_PARAMETER"),
                "{more:?}"
            );
        }
    }

    #[test]
    fn a_token_expires_after_five_minutes() {
        assert_eq!(refused(&GOOD, NOW + LIFE), None);
        assert_eq!(
            refused(&GOOD, NOW + LIFE + 1).as_deref(),
            Some("TOKEN_EXPIRED")
        );
        assert_eq!(
            refused(&GOOD, NOW - LIFE - 1).as_deref(),
            Some("TOKEN_EXPIRED")
        );
    }

    #[test]
    fn the_parameters_of_an_upload_are_its_headers() {
        let parameters = [
            ("domain", "demo"),
            ("filename", "café.pdf"),
            ("is_reupload", "0"),
            ("mimetype", "application/pdf"),
            ("productaction_id", "PRA1"),
            ("timestamp", "1514804400"),
        ];
        let token = accelerate::signing::token(&parameters, "PRIVATE_SALT");
        let mut upload = Request {
            method: "POST".to_owned(),
            endpoint: "upload_file".to_owned(),
            ..Request::default()
        };
        upload.headers = [
            &parameters[..],
            &[("token", &token), ("content-length", "3")],
        ]
        .concat()
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
        assert!(signing().check(&upload, NOW).is_ok());
        upload.headers[1].1 = b"cafe.pdf".to_vec();
        assert!(signing().check(&upload, NOW).is_err());
    }

    #[test]
    fn dutch_time_is_read_in_summer_and_winter() {
        for (text, utc) in [
            ("2018-07-01 12:00:00", Some(1_530_439_200)),
            ("2026-03-29 01:59:59", Some(1_774_745_999)),
            ("2026-03-29 03:00:00", Some(1_774_746_000)),
            ("2026-10-25 03:00:00", Some(1_792_893_600)),
            ("2026-02-30 00:00:00", None),
            ("2026-02-3 00:00:00", None),
        ] {
            assert_eq!(in_amsterdam(text), utc, "{text}");
        }
    }
}
