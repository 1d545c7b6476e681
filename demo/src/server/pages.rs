//! The demo's own pages: the list of everything there is to try, the links that say who is looking, and
//! a made-up broker's page with the portal in it.

use super::api::COOKIE;
use super::{Body, Service, redirect, text_response};
use crate::consumers;
use crate::faults::UploadFault;
use crate::networks::Network;
use hyper::Response;
use hyper::header::HeaderValue;

impl Service {
    /// Where the networks are.
    pub fn network_origin(&self) -> Option<&str> {
        self.network_origin.as_deref()
    }

    /// Where the portal is.
    pub fn portal(&self) -> &str {
        self.config
            .gateway
            .as_ref()
            .map_or(&self.origin, |it| &it.url)
    }

    /// `/open/<name>`: makes the browser that consumer's, as a link from the broker will, and shows the
    /// page. On the broker's port it leads to the broker's page.
    pub fn open(&self, name: &str) -> Response<Body> {
        if !self.accelerate().opened(name) {
            return text_response(
                404,
                "Deze naam is niet bekend. Op /demo/ staan ze allemaal.",
            );
        }
        let cookie = format!("{COOKIE}={name}; Path=/; HttpOnly; SameSite=Lax");
        let mut response = redirect("/");
        response.headers_mut().insert(
            "set-cookie",
            HeaderValue::try_from(cookie).expect("known names are ASCII"),
        );
        response
    }

    /// `/demo/`: every consumer and every file name, one sentence each.
    pub fn overview(&self) -> Response<Body> {
        let consumers: String = consumers::ALL
            .iter()
            .map(|it| {
                format!(
                    "<dt><a href=\"/open/{0}\">{0}</a></dt><dd>{1}</dd>\n",
                    it.name, it.what
                )
            })
            .collect();
        let files: String = UploadFault::ALL
            .iter()
            .map(|(name, _, what)| format!("<dt><code>{name}</code></dt><dd>{what}.</dd>\n"))
            .collect();
        let networks = self.network_origin.as_ref().map(|origin| {
            let broker = self.broker_origin.as_deref().unwrap_or_default();
            let rows = Network::ALL.iter().map(|(name, _, what)| {
                format!(
                    "<dt><a href=\"{origin}/{name}/\">{name}</a>, \
                     <a href=\"{broker}/?netwerk={name}\">bij een tussenpersoon</a></dt><dd>{what}.</dd>\n"
                )
            });
            rows.collect::<String>()
        });
        let broker = match &self.broker_origin {
            Some(origin) => format!(
                "<p>Dezelfde portal in de site van een tussenpersoon: <a href=\"{origin}/\">{origin}/</a>.</p>"
            ),
            None => String::new(),
        };
        let page = include_str!("overview.html")
            .replace("{consumers}", &consumers)
            .replace("{files}", &files)
            .replace("{networks}", &networks.unwrap_or_default())
            .replace("{broker}", &broker);
        html(
            page,
            Some("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"),
        )
    }

    /// The made-up broker's page: another origin, its own styles, the contract's two lines. With
    /// `?netwerk=<name>` the portal comes through that network.
    pub fn broker_page(&self, query: Option<&str>) -> Response<Body> {
        let network = query.and_then(|query| query.strip_prefix("netwerk="));
        let network = network.filter(|name| Network::named(name).is_some());
        let portal = match (network, &self.network_origin) {
            (Some(name), Some(origin)) => format!("{origin}/{name}"),
            _ => self.portal().to_owned(),
        };
        html(
            include_str!("broker.html").replace("{portal}", &portal),
            None,
        )
    }
}

fn html(page: String, policy: Option<&'static str>) -> Response<Body> {
    let mut response = text_response(200, page);
    let headers = response.headers_mut();
    headers.insert(
        "content-type",
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    if let Some(policy) = policy {
        headers.insert("content-security-policy", HeaderValue::from_static(policy));
    }
    response
}
