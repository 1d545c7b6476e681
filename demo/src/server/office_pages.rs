//! The made-up broker's pages: the page as it should be, and pages that do to the portal's two lines what real
//! websites do to them. Each has a name in an address on the broker's port.

use super::{Body, Service, html, text_response};
use crate::networks::Network;
use hyper::Response;
use hyper::header::HeaderValue;

/// What a website does to the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfficePage {
    /// Nothing: the contract's two lines.
    Plain,
    /// A consent tool holds the script back, and then runs it as a classic one.
    Consent,
    /// The script is a classic one.
    Classic,
    /// The script is a copy on the broker's own server.
    Copy,
    /// An optimiser has put the script into a file with the theme's.
    Bundle,
    /// The website's policy forbids the script.
    Blocked,
    /// The website's policy forbids WebAssembly.
    NoWasm,
    /// The website's policy is as strict as the portal can bear (docs/embedding.md).
    Strict,
    /// The website's policy forbids workers.
    NoWorker,
    /// The theme looks for the element that the fragment names.
    Theme,
    /// A service worker keeps every answer.
    ServiceWorker,
    /// A program translates every text on the page.
    Translator,
    /// The letters are small.
    SmallLetters,
    /// The element has no closing tag, as if it could close itself.
    SelfClosing,
}

impl OfficePage {
    /// All with a name: what is in the address, and what there is to see.
    pub const ALL: [(&str, OfficePage, &str); 13] = [
        (
            "toestemming",
            OfficePage::Consent,
            "Een toestemmingsbalk houdt het script tegen tot er op de knop is gedrukt, en maakt er dan een klassiek script van",
        ),
        (
            "klassiek",
            OfficePage::Classic,
            "Het script zonder type=module",
        ),
        (
            "kopie",
            OfficePage::Copy,
            "Het script staat als kopie op de server van de tussenpersoon",
        ),
        (
            "gebundeld",
            OfficePage::Bundle,
            "Een optimalisator heeft het script met dat van het thema in een bestand gezet",
        ),
        (
            "geblokkeerd",
            OfficePage::Blocked,
            "De beveiliging van de site (CSP) laat het script niet toe",
        ),
        (
            "geen-wasm",
            OfficePage::NoWasm,
            "De beveiliging van de site (CSP) laat geen WebAssembly toe",
        ),
        (
            "streng",
            OfficePage::Strict,
            "De beveiliging van de site (CSP) is zo streng als het kan",
        ),
        (
            "geen-worker",
            OfficePage::NoWorker,
            "De beveiliging van de site (CSP) laat geen workers toe, zodat foto's niet worden bewerkt",
        ),
        (
            "thema",
            OfficePage::Theme,
            "Het thema zoekt bij elke klik het element dat in het adres genoemd wordt",
        ),
        (
            "serviceworker",
            OfficePage::ServiceWorker,
            "Een service worker bewaart elk antwoord en geeft het daarna altijd",
        ),
        (
            "vertaler",
            OfficePage::Translator,
            "Een vertaler vervangt elke tekst op de pagina, na een druk op de knop",
        ),
        (
            "kleine-letters",
            OfficePage::SmallLetters,
            "De letters van de site zijn 12 pixels groot",
        ),
        (
            "zonder-sluittag",
            OfficePage::SelfClosing,
            "Het element sluit zichzelf (<consumer-portal … />), zodat de rest van de pagina erin staat",
        ),
    ];

    /// The page with that path.
    pub fn of_path(path: &str) -> Option<OfficePage> {
        match path.strip_prefix('/')? {
            "" => Some(OfficePage::Plain),
            name => OfficePage::ALL
                .into_iter()
                .find_map(|(known, page, _)| (known == name).then_some(page)),
        }
    }

    /// What stands in place of the portal's script tag. `portal` is the portal's address.
    fn script(self, portal: &str) -> String {
        let module = format!("<script type=\"module\" src=\"{portal}/portal.js\"></script>");
        match self {
            OfficePage::Plain
            | OfficePage::Blocked
            | OfficePage::NoWasm
            | OfficePage::Strict
            | OfficePage::NoWorker
            | OfficePage::SmallLetters
            | OfficePage::SelfClosing => module,
            OfficePage::Consent => CONSENT.replace("{portal}", portal),
            OfficePage::Classic => format!("<script src=\"{portal}/portal.js?ver=6.8\"></script>"),
            OfficePage::Copy => "<script type=\"module\" src=\"/kopie.js\"></script>".to_owned(),
            OfficePage::Bundle => "<script src=\"/gebundeld.js\"></script>".to_owned(),
            OfficePage::Theme => [THEME, &module].concat(),
            OfficePage::ServiceWorker => [REGISTER, &module].concat(),
            OfficePage::Translator => [TRANSLATOR, &module].concat(),
        }
    }

    /// The element, and the end of what is around it.
    fn element(self) -> &'static str {
        match self {
            OfficePage::SelfClosing => SELF_CLOSING,
            _ => ELEMENT,
        }
    }

    /// The website's policy, if it has one.
    fn policy(self, portal: &str) -> Option<String> {
        let (script, wasm, worker) = match self {
            OfficePage::Blocked => ("'self'", " 'wasm-unsafe-eval'", "blob:"),
            OfficePage::NoWasm => (portal, "", "blob:"),
            OfficePage::Strict => (portal, " 'wasm-unsafe-eval'", "blob: {portal}"),
            OfficePage::NoWorker => (portal, " 'wasm-unsafe-eval'", "'none'"),
            _ => return None,
        };
        let worker = worker.replace("{portal}", portal);
        Some(format!(
            "default-src 'self'; script-src {script}{wasm}; style-src 'unsafe-inline' {portal}; \
             connect-src {portal}; worker-src {worker}; img-src 'self' data: blob:; base-uri 'none'"
        ))
    }

    /// Style rules besides the theme's.
    fn style(self) -> &'static str {
        match self {
            OfficePage::SmallLetters => "  #content { font: 12px/1.5 Arial, sans-serif; }\n",
            _ => "",
        }
    }
}

const ELEMENT: &str = r#"<consumer-portal api="{portal}/consumerportal" lang="{language}" broker="Van Dijk Hypotheken" phone="0570 12 34 56">
  <p>Ziet u hier uw dossier niet? <a href="{portal}/">Open het op een eigen pagina</a>, of bel 0570 12 34 56.</p>
</consumer-portal>
</div>"#;

const SELF_CLOSING: &str = r#"</div>
<consumer-portal api="{portal}/consumerportal" lang="{language}" broker="Van Dijk Hypotheken" phone="0570 12 34 56" />"#;

const CONSENT: &str = r#"<script type="text/plain" data-category="functional" src="{portal}/portal.js"></script>
<p><button type="button" id="consent">Alles toestaan</button></p>
<script>
  // As consent tools do it: a new script with the address of the old one, and without its type.
  document.getElementById('consent').onclick = () => {
    for (const blocked of document.querySelectorAll('script[type="text/plain"]')) {
      const allowed = document.createElement('script');
      allowed.src = blocked.src;
      blocked.replaceWith(allowed);
    }
  };
</script>"#;

const THEME: &str = r#"<script>
  const highlight = () => {
    if (location.hash) document.querySelector(location.hash)?.classList.add('is-current');
  };
  for (const name of ['click', 'hashchange', 'load']) addEventListener(name, highlight);
</script>
"#;

const REGISTER: &str = r#"<script>
  navigator.serviceWorker.register('/serviceworker.js', { scope: '/serviceworker' });
</script>
"#;

const SERVICE_WORKER: &str = r#"addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  event.respondWith((async () => {
    const cache = await caches.open('everything');
    const known = await cache.match(request);
    if (known) return known;
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  })());
});
"#;

/// The translation is a `°` behind each text. As real translators it goes on with what comes later.
const TRANSLATOR: &str = r#"<p><button type="button" id="translate">Vertaal deze pagina</button></p>
<script>
  const translateText = (node) => {
    if (!node.data.trim() || node.parentNode.closest?.('font, script, style')) return;
    const outer = document.createElement('font');
    outer.appendChild(document.createElement('font')).textContent = node.data + '°';
    node.parentNode.replaceChild(outer, node);
  };
  const translateAll = (root) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) found.push(texts.currentNode);
    found.forEach(translateText);
  };
  document.getElementById('translate').onclick = () => {
    for (const root of [document.body, document.querySelector('consumer-portal').shadowRoot]) {
      translateAll(root);
      new MutationObserver((changes) => {
        for (const { target, addedNodes } of changes) {
          for (const node of [target, ...addedNodes]) {
            if (!node.isConnected) continue;
            if (node.nodeType === Node.TEXT_NODE) translateText(node);
            else if (node.nodeType === Node.ELEMENT_NODE && node !== target) translateAll(node);
          }
        }
      }).observe(root, { subtree: true, childList: true, characterData: true });
    }
  };
</script>
"#;

impl Service {
    /// One of the made-up broker's pages: another origin, its own styles, the contract's two lines or what has
    /// become of them.
    pub fn office_page(&self, page: OfficePage, query: Option<&str>) -> Response<Body> {
        let language = match query {
            Some("taal=en") => "en",
            _ => "nl",
        };
        let network = query.and_then(|query| query.strip_prefix("netwerk="));
        let network = network.filter(|name| Network::named(name).is_some());
        let portal = &match (network, &self.network_origin) {
            (Some(name), Some(origin)) => format!("{origin}/{name}"),
            _ => self.portal().to_owned(),
        };
        let text = include_str!("broker.html")
            .replace("{style}", page.style())
            .replace("{script}", &page.script(portal))
            .replace("{element}", page.element())
            .replace("{language}", language)
            .replace("{portal}", portal);
        let mut response = html(text, None);
        if let Some(policy) = page.policy(portal)
            && let Ok(policy) = HeaderValue::try_from(policy)
        {
            response
                .headers_mut()
                .insert("content-security-policy", policy);
        }
        response
    }

    /// The scripts of these pages.
    pub fn office_script(&self, path: &str) -> Option<Response<Body>> {
        let loader = || std::fs::read_to_string(self.config.site.join("portal.js")).ok();
        let script = match path {
            "/serviceworker.js" => SERVICE_WORKER.to_owned(),
            "/kopie.js" => loader()?,
            // Names that a theme may have, too, and the brackets that optimisers put around each script.
            "/gebundeld.js" => format!(
                "const at = 1, words = {{}}, own = null;\ntry {{\n{}\n}} catch (error) {{ console.error(error); }}\n",
                loader()?
            ),
            _ => return None,
        };
        let mut response = text_response(200, script);
        response.headers_mut().insert(
            "content-type",
            HeaderValue::from_static("text/javascript; charset=utf-8"),
        );
        Some(response)
    }
}
