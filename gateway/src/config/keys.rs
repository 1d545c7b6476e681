//! Every setting that has a default: its key, and how its value is read.

use super::MIN_SECRET_BYTES;
use super::values::{
    audit, boolean, bytes, colour, count, line, list, logo, net, one_of, origin, page, store, text,
    time, time_or_none,
};
use crate::settings::{
    FormOfAddress, ForwardedHeader, HeaderValues, Language, Question, Settings, TimeParameter,
    UploadBody,
};
use toml::Value;

/// Reads a value into its setting. An error is the end of a sentence that begins with the key.
pub type Setter = fn(&mut Settings, &Value) -> Result<(), String>;

/// Keys that had another name, with the one that they have now.
pub const RENAMED: &[(&str, &str)] = &[
    ("limits.uploads_per_session", "limits.uploads_per_consumer"),
    ("limits.session_per_minute", "limits.consumer_per_minute"),
];

/// The keys and how they are read.
pub const KEYS: &[(&str, Setter)] = &[
    ("gateway_listen", |it, value| {
        assign(
            &mut it.listen,
            text(value)?
                .parse()
                .map_err(|_| "must be an address with a port, such as 127.0.0.1:8080".to_owned()),
        )
    }),
    ("gateway_ops_listen", |it, value| {
        assign(
            &mut it.ops_listen,
            text(value)?
                .parse()
                .map(Some)
                .map_err(|_| "must be an address with a port, such as 127.0.0.1:8090".to_owned()),
        )
    }),
    ("gateway_links_key", |it, value| {
        let key = text(value)?;
        if key.len() < MIN_SECRET_BYTES {
            return Err(format!("must have at least {MIN_SECRET_BYTES} characters"));
        }
        it.session.links_key = Some(key.into());
        Ok(())
    }),
    ("gateway_page", |it, value| {
        assign(&mut it.session.page, page(text(value)?))
    }),
    ("gateway_origins", |it, value| {
        assign(&mut it.access.origins, list(value, origin))
    }),
    ("gateway_store", |it, value| {
        assign(&mut it.store, store(text(value)?))
    }),
    ("gateway_audit", |it, value| {
        assign(&mut it.audit, audit(text(value)?))
    }),
    ("accelerate.time", |it, value| {
        assign(
            &mut it.accelerate.time,
            one_of(
                value,
                &[
                    ("timestamp", TimeParameter::Timestamp),
                    ("date", TimeParameter::Date),
                ],
            ),
        )
    }),
    ("accelerate.time_zone", |it, value| {
        assign(
            &mut it.accelerate.time_zone,
            jiff::tz::TimeZone::get(text(value)?)
                .map_err(|_| "must be a time zone, such as Europe/Amsterdam".to_owned()),
        )
    }),
    ("accelerate.sign_domain", |it, value| {
        assign(&mut it.accelerate.sign_domain, boolean(value))
    }),
    ("accelerate.header_values", |it, value| {
        assign(
            &mut it.accelerate.header_values,
            one_of(
                value,
                &[
                    ("utf-8", HeaderValues::RawUtf8),
                    ("percent-encoded", HeaderValues::PercentEncoded),
                ],
            ),
        )
    }),
    ("accelerate.upload_body", |it, value| {
        assign(
            &mut it.accelerate.upload_body,
            one_of(
                value,
                &[
                    ("multipart", UploadBody::Multipart),
                    ("raw", UploadBody::Raw),
                ],
            ),
        )
    }),
    ("accelerate.connect_timeout", |it, value| {
        assign(&mut it.accelerate.connect_timeout, time(value))
    }),
    ("accelerate.answer_timeout", |it, value| {
        assign(&mut it.accelerate.answer_timeout, time(value))
    }),
    ("accelerate.upload_answer_timeout", |it, value| {
        assign(&mut it.accelerate.upload_answer_timeout, time(value))
    }),
    ("accelerate.idle_timeout", |it, value| {
        assign(&mut it.accelerate.idle_timeout, time(value))
    }),
    ("accelerate.circuit_failures", |it, value| {
        assign(&mut it.accelerate.circuit_failures, count(value))
    }),
    ("accelerate.circuit_pause", |it, value| {
        assign(&mut it.accelerate.circuit_pause, time(value))
    }),
    ("session.idle", |it, value| {
        assign(&mut it.session.idle, time(value))
    }),
    ("session.longest", |it, value| {
        assign(&mut it.session.longest, time(value))
    }),
    ("session.link", |it, value| {
        assign(&mut it.session.link, time(value))
    }),
    ("session.phone_link", |it, value| {
        assign(&mut it.session.phone_link, time(value))
    }),
    ("session.page", |it, value| {
        assign(&mut it.session.page, page(text(value)?))
    }),
    ("session.cross_site", |it, value| {
        assign(&mut it.session.cross_site, boolean(value))
    }),
    ("session.keep_drafts", |it, value| {
        assign(&mut it.session.keep_drafts, boolean(value))
    }),
    ("session.ask", |it, value| {
        assign(
            &mut it.session.ask,
            one_of(
                value,
                &[
                    ("nothing", None),
                    ("birth-date", Some(Question::BirthDate)),
                    ("postcode", Some(Question::Postcode)),
                ],
            ),
        )
    }),
    ("page.broker", |it, value| {
        assign(&mut it.page.broker, line(value))
    }),
    ("page.lang", |it, value| {
        assign(
            &mut it.page.lang,
            one_of(value, &[("nl", Language::Dutch), ("en", Language::English)]),
        )
    }),
    ("page.address", |it, value| {
        assign(
            &mut it.page.address,
            one_of(
                value,
                &[
                    ("u", FormOfAddress::Formal),
                    ("je", FormOfAddress::Informal),
                ],
            ),
        )
    }),
    ("page.phone", |it, value| {
        assign(&mut it.page.phone, line(value))
    }),
    ("page.email", |it, value| {
        assign(&mut it.page.email, line(value))
    }),
    ("page.accent", |it, value| {
        assign(&mut it.page.accent, colour(value))
    }),
    ("page.logo", |it, value| {
        assign(&mut it.page.logo, logo(value))
    }),
    ("access.origins", |it, value| {
        assign(&mut it.access.origins, list(value, origin))
    }),
    ("access.trusted_proxies", |it, value| {
        assign(&mut it.access.trusted_proxies, list(value, net))
    }),
    ("access.forwarded", |it, value| {
        assign(
            &mut it.access.forwarded,
            one_of(
                value,
                &[
                    ("x-forwarded-for", ForwardedHeader::XForwardedFor),
                    ("forwarded", ForwardedHeader::Forwarded),
                ],
            ),
        )
    }),
    ("access.metrics_from", |it, value| {
        assign(&mut it.access.metrics_from, list(value, net))
    }),
    ("limits.upload", |it, value| {
        assign(&mut it.limits.upload_bytes, bytes(value))
    }),
    ("limits.uploads", |it, value| {
        assign(&mut it.limits.uploads, count(value))
    }),
    ("limits.uploads_per_consumer", |it, value| {
        assign(&mut it.limits.uploads_per_consumer, count(value))
    }),
    ("limits.headers", |it, value| {
        let size = bytes(value)?;
        if size < 8_192 {
            return Err("must be at least 8KiB".to_owned());
        }
        assign(
            &mut it.limits.header_bytes,
            usize::try_from(size).map_err(|_| "is too large".to_owned()),
        )
    }),
    ("limits.url", |it, value| {
        assign(
            &mut it.limits.url_bytes,
            bytes(value)
                .and_then(|size| usize::try_from(size).map_err(|_| "is too large".to_owned())),
        )
    }),
    ("limits.connections", |it, value| {
        assign(&mut it.limits.connections, count(value))
    }),
    ("limits.connections_per_address", |it, value| {
        assign(&mut it.limits.connections_per_address, count(value))
    }),
    ("limits.consumer_per_minute", |it, value| {
        assign(&mut it.limits.consumer_per_minute, count(value))
    }),
    ("limits.address_per_minute", |it, value| {
        assign(&mut it.limits.address_per_minute, count(value))
    }),
    ("limits.header_timeout", |it, value| {
        assign(&mut it.limits.header_timeout, time(value))
    }),
    ("limits.keep_alive", |it, value| {
        assign(&mut it.limits.keep_alive, time(value))
    }),
    ("limits.body_timeout", |it, value| {
        assign(&mut it.limits.body_timeout, time(value))
    }),
    ("limits.upload_rate", |it, value| {
        assign(&mut it.limits.upload_rate, bytes(value))
    }),
    ("limits.lame_duck", |it, value| {
        assign(&mut it.limits.lame_duck, time_or_none(value))
    }),
    ("limits.idle_timeout", |it, value| {
        assign(&mut it.limits.idle_timeout, time(value))
    }),
    ("limits.store_wait", |it, value| {
        assign(&mut it.limits.store_wait, time(value))
    }),
    ("limits.drain", |it, value| {
        assign(&mut it.limits.drain, time(value))
    }),
    ("log.filter", |it, value| {
        let filter = text(value)?;
        if tracing_subscriber::EnvFilter::try_new(filter).is_err() {
            return Err("must be error, warn, info, debug, or a filter of tracing's".to_owned());
        }
        it.log.filter = filter.to_owned();
        Ok(())
    }),
    ("log.format", |it, value| {
        assign(
            &mut it.log.json,
            one_of(value, &[("json", true), ("text", false)]),
        )
    }),
];

fn assign<T>(setting: &mut T, value: Result<T, String>) -> Result<(), String> {
    *setting = value?;
    Ok(())
}
