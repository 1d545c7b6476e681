//! The demo's own pages: the list of everything there is to try, and the links that say who is looking.

use super::api::COOKIE;
use super::office_pages::OfficePage;
use super::{Body, Service, html, redirect, text_response};
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
            Some(origin) => {
                let pages: String = OfficePage::ALL
                    .iter()
                    .map(|(name, _, what)| {
                        format!("<dt><a href=\"{origin}/{name}\">{name}</a></dt><dd>{what}.</dd>\n")
                    })
                    .collect();
                format!(
                    "<p>Dezelfde portal in de site van een tussenpersoon: <a href=\"{origin}/\">{origin}/</a>. \
                     Open eerst een link hieronder.</p>\n\
                     <h2>Sites die iets met de portal doen</h2>\n<dl>\n{pages}</dl>"
                )
            }
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
}
