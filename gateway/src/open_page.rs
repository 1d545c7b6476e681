//! The page that a link leads to: one button, which signs in. It needs no script, speaks the office's
//! language, and holds nothing of the dossier. It decides nothing: [`links`](crate::links) does. The same page says
//! why a document does not come, where a tab waits for it.

use crate::colour::text_on;
use crate::html::escape;
use crate::security_headers::logo_source;
use crate::settings::{FormOfAddress, Language, PageSettings, Question, Settings};
use accelerate::telephone::to_dial;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The look, after the portal's `style/tokens.css`.
const STYLE: &str = include_str!("open_page.css");

/// What the page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The button, and the second question if there is one.
    Button(Option<Question>),
    /// The answer was missing or wrong: the same once more.
    Again(Question),
    /// Somebody else is signed in: whether to go on. With the second question, if there is one.
    OtherConsumer(Option<Question>),
    /// The link was closed after too many wrong answers.
    Closed,
    /// It does not work now. The button is there for another try.
    Later(StatusCode),
    /// The request did not come from this page. The button is there.
    FromElsewhere,
    /// A document was to be opened in a tab, and this is the answer's status.
    NoDocument(StatusCode),
}

/// Makes the page.
#[derive(Debug)]
pub struct OpenPage {
    page: PageSettings,
    style: String,
    policy: HeaderValue,
    portal: String,
}

impl OpenPage {
    /// The page of these settings.
    pub fn new(settings: &Settings) -> OpenPage {
        let page = settings.page.clone();
        let mut style = STYLE.to_owned();
        if let Some(accent) = &page.accent {
            let text = text_on(accent);
            let _ = write!(style, ":root{{--accent:{accent};--on-accent:{text}}}");
        }
        let hash = BASE64_STANDARD.encode(Sha256::digest(style.as_bytes()));
        // The redirect after the form counts as the form's target too.
        let origin = settings.session.page.origin().ascii_serialization();
        let logo = match &page.logo {
            Some(logo) => ["; img-src ", &logo_source(logo)].concat(),
            None => String::new(),
        };
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{hash}'{logo}; form-action 'self' {origin}; \
             base-uri 'none'; frame-ancestors 'none'"
        );
        OpenPage {
            page,
            style,
            policy: HeaderValue::try_from(policy)
                .unwrap_or(HeaderValue::from_static("default-src 'none'")),
            portal: settings.relative(&settings.session.page),
        }
    }

    /// The page with that content.
    pub fn response(&self, content: Content) -> Response {
        let status = match content {
            Content::Button(_) => StatusCode::OK,
            Content::Again(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Content::OtherConsumer(_) => StatusCode::CONFLICT,
            Content::Closed | Content::FromElsewhere => StatusCode::FORBIDDEN,
            Content::Later(status) | Content::NoDocument(status) => status,
        };
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (header::CONTENT_SECURITY_POLICY, self.policy.clone()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            // Without a referrer browsers hide the origin of the form too.
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("same-origin"),
            ),
        ];
        (status, headers, self.html(content)).into_response()
    }

    fn html(&self, content: Content) -> String {
        let words = Words::of(&self.page);
        let lang = self.page.lang.tag();
        let (title, text) = match content {
            Content::Closed => (words.closed, words.closed_more),
            Content::OtherConsumer(_) => (words.other, words.other_more),
            Content::NoDocument(StatusCode::UNAUTHORIZED) => {
                (words.signed_out, words.signed_out_more)
            }
            Content::NoDocument(_) => (words.no_document, words.no_document_more),
            _ => (words.title, words.more),
        };
        let mut html = String::with_capacity(4_096);
        let broker = self.page.broker.as_deref().map(escape);
        let _ = write!(
            html,
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}{}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"robots\" content=\"noindex\">\n\
             <style>{}</style>\n</head>\n<body>\n<main>\n<div class=\"card\">\n",
            broker
                .as_ref()
                .map(|name| format!(" – {name}"))
                .unwrap_or_default(),
            self.style,
        );
        if let Some(logo) = &self.page.logo {
            // The name stands beside it.
            let logo = escape(logo);
            let _ = writeln!(html, "<img class=\"logo\" src=\"{logo}\" alt=\"\">");
        }
        if let Some(broker) = &broker {
            let _ = writeln!(html, "<p class=\"office\">{broker}</p>");
        }
        let _ = writeln!(html, "<h1>{title}</h1>");
        let bad = match content {
            Content::Again(_) => Some(words.wrong),
            Content::Later(_) => Some(words.later),
            Content::FromElsewhere => Some(words.from_elsewhere),
            _ => None,
        };
        if let Some(bad) = bad {
            let _ = writeln!(html, "<p class=\"bad\" role=\"alert\">{bad}</p>");
        }
        let _ = writeln!(html, "<p>{text}</p>");
        if matches!(content, Content::Closed | Content::NoDocument(_)) {
            html.push_str(&self.contact());
        } else {
            self.form(content, words, &mut html);
        }
        html.push_str("</div>\n</main>\n</body>\n</html>\n");
        html
    }

    /// The form goes to the page's own address, which holds the token.
    fn form(&self, content: Content, words: &Words, html: &mut String) {
        html.push_str("<form method=\"post\" autocomplete=\"off\">\n");
        let question = match content {
            Content::Button(question) | Content::OtherConsumer(question) => question,
            Content::Again(question) => Some(question),
            _ => None,
        };
        if let Some(question) = question {
            let (label, hint) = words.question(question);
            let kind = match question {
                Question::BirthDate => "inputmode=\"numeric\" maxlength=\"20\"",
                Question::Postcode => "autocapitalize=\"characters\" maxlength=\"12\"",
            };
            let invalid = if matches!(content, Content::Again(_)) {
                " aria-invalid=\"true\""
            } else {
                ""
            };
            let _ = writeln!(
                html,
                "<label for=\"answer\">{label} <span class=\"hint\">{hint}</span></label>\n\
                 <input type=\"text\" id=\"answer\" name=\"answer\" required {kind}{invalid}>"
            );
        }
        let is_other = matches!(content, Content::OtherConsumer(_));
        let button = if is_other {
            html.push_str("<input type=\"hidden\" name=\"replace\" value=\"yes\">\n");
            words.other_button
        } else {
            words.button
        };
        let _ = writeln!(html, "<button type=\"submit\">{button}</button>\n</form>");
        if is_other {
            let portal = escape(&self.portal);
            let _ = writeln!(html, "<a href=\"{portal}\">{}</a>", words.other_back);
        } else {
            let _ = writeln!(html, "<p class=\"soft\">{}</p>", words.not_yours);
        }
    }

    /// How to reach the office.
    fn contact(&self) -> String {
        let mut html = String::new();
        if let Some(phone) = &self.page.phone {
            let dial = to_dial(phone);
            let _ = writeln!(html, "<p><a href=\"tel:{dial}\">{}</a></p>", escape(phone));
        }
        if let Some(email) = &self.page.email {
            let email = escape(email);
            let _ = writeln!(html, "<p><a href=\"mailto:{email}\">{email}</a></p>");
        }
        html
    }
}

/// The texts of the page. They are HTML.
struct Words {
    title: &'static str,
    more: &'static str,
    button: &'static str,
    not_yours: &'static str,
    other: &'static str,
    other_more: &'static str,
    other_button: &'static str,
    other_back: &'static str,
    birth_date: (&'static str, &'static str),
    postcode: (&'static str, &'static str),
    wrong: &'static str,
    closed: &'static str,
    closed_more: &'static str,
    later: &'static str,
    from_elsewhere: &'static str,
    signed_out: &'static str,
    signed_out_more: &'static str,
    no_document: &'static str,
    no_document_more: &'static str,
}

const FORMAL: Words = Words {
    title: "Uw dossier openen",
    more: "Met de knop logt u in en ziet u uw hypotheekdossier.",
    button: "Mijn dossier openen",
    not_yours: "Is deze link niet voor u? Sluit dan deze pagina.",
    other: "U bent ingelogd bij een ander dossier",
    other_more: "Deze link is van een ander dossier dan het dossier dat nu open is. Wilt u het ene sluiten en \
                 het andere openen?",
    other_button: "Ja, dit dossier openen",
    other_back: "Nee, terug naar het dossier dat open is",
    birth_date: ("Wat is uw geboortedatum?", "Bijvoorbeeld 31-12-1980"),
    postcode: ("Wat is uw postcode?", "Bijvoorbeeld 1234 AB"),
    wrong: "Dat klopt niet met het dossier. Probeer het nog een keer.",
    closed: "Deze link is gesloten",
    closed_more: "Er is te vaak iets ingevuld dat niet klopt. Vraag uw adviseur om een nieuwe link.",
    later: "Inloggen lukt nu niet. Probeer het over een paar minuten nog een keer.",
    from_elsewhere: "Dat lukte niet. Gebruik de knop op deze pagina.",
    signed_out: "U bent niet ingelogd",
    signed_out_more: "Open de link uit het bericht van uw adviseur. Heeft u die niet meer, vraag dan uw adviseur om \
                      een nieuwe.",
    no_document: "Dit document kan nu niet worden opgehaald",
    no_document_more: "Probeer het over een paar minuten opnieuw. Blijft het zo, vraag uw adviseur er dan om.",
};

const INFORMAL: Words = Words {
    title: "Je dossier openen",
    more: "Met de knop log je in en zie je je hypotheekdossier.",
    not_yours: "Is deze link niet voor jou? Sluit dan deze pagina.",
    other: "Je bent ingelogd bij een ander dossier",
    other_more: "Deze link is van een ander dossier dan het dossier dat nu open is. Wil je het ene sluiten en \
                 het andere openen?",
    birth_date: ("Wat is je geboortedatum?", "Bijvoorbeeld 31-12-1980"),
    postcode: ("Wat is je postcode?", "Bijvoorbeeld 1234 AB"),
    closed_more: "Er is te vaak iets ingevuld dat niet klopt. Vraag je adviseur om een nieuwe link.",
    signed_out: "Je bent niet ingelogd",
    signed_out_more: "Open de link uit het bericht van je adviseur. Heb je die niet meer, vraag dan je adviseur om \
                      een nieuwe.",
    no_document_more: "Probeer het over een paar minuten opnieuw. Blijft het zo, vraag je adviseur er dan om.",
    ..FORMAL
};

const ENGLISH: Words = Words {
    title: "Open your dossier",
    more: "The button signs you in and shows your mortgage dossier.",
    button: "Open my dossier",
    not_yours: "Is this link not for you? Then close this page.",
    other: "You are signed in to another dossier",
    other_more: "This link is of another dossier than the one that is open now. Do you want to close the one \
                 and open the other?",
    other_button: "Yes, open this dossier",
    other_back: "No, back to the dossier that is open",
    birth_date: ("What is your date of birth?", "For example 31-12-1980"),
    postcode: ("What is your postal code?", "For example 1234 AB"),
    wrong: "That does not match the dossier. Please try again.",
    closed: "This link is closed",
    closed_more: "What was filled in did not match too often. Ask your adviser for a new link.",
    later: "Signing in does not work now. Please try again in a few minutes.",
    from_elsewhere: "That did not work. Use the button on this page.",
    signed_out: "You are not logged in",
    signed_out_more: "Open the link from your adviser's message. If you no longer have it, ask your adviser for a \
                      new one.",
    no_document: "This document cannot be fetched now",
    no_document_more: "Try again in a few minutes. If it stays this way, ask your adviser for it.",
};

impl Words {
    fn of(page: &PageSettings) -> &'static Words {
        match (page.lang, page.address) {
            (Language::English, _) => &ENGLISH,
            (Language::Dutch, FormOfAddress::Formal) => &FORMAL,
            (Language::Dutch, FormOfAddress::Informal) => &INFORMAL,
        }
    }

    fn question(&self, question: Question) -> (&'static str, &'static str) {
        match question {
            Question::BirthDate => self.birth_date,
            Question::Postcode => self.postcode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inline_hashes::InlineHashes;

    fn page(change: impl FnOnce(&mut Settings)) -> OpenPage {
        let mut settings = Settings::new(
            "https://portal.example.nl/".parse().unwrap(),
            "dist".into(),
            Vec::new(),
            (
                "https://accelerate.example/".parse().unwrap(),
                String::new(),
                "".into(),
            ),
        );
        change(&mut settings);
        OpenPage::new(&settings)
    }

    const ALL: [Content; 7] = [
        Content::Button(Some(Question::Postcode)),
        Content::Again(Question::BirthDate),
        Content::OtherConsumer(None),
        Content::Closed,
        Content::Later(StatusCode::BAD_GATEWAY),
        Content::FromElsewhere,
        Content::NoDocument(StatusCode::UNAUTHORIZED),
    ];

    #[test]
    fn the_policy_allows_the_pages_own_style_and_form_and_no_script() {
        let page = page(|it| it.page.accent = Some("#b00020".to_owned()));
        for content in ALL {
            let html = page.html(content);
            let hashes = InlineHashes::of(&html).styles;
            assert_eq!(hashes.len(), 1);
            let policy = page.policy.to_str().unwrap();
            assert!(policy.contains(&hashes[0]) && policy.contains("form-action 'self'"));
            assert!(!policy.contains("script-src") && policy.starts_with("default-src 'none'"));
            assert!(!html.contains("<script") && html.contains("#b00020"));
        }
    }

    #[test]
    fn the_offices_words_are_in_it_as_text() {
        let page = page(|it| it.page.broker = Some("<b>Jansen & \"Zn\"</b>".to_owned()));
        for content in ALL {
            let html = page.html(content);
            assert!(html.contains("&lt;b&gt;Jansen &amp; &quot;Zn&quot;&lt;/b&gt;"));
            assert!(!html.contains("<b>"));
        }
    }

    #[test]
    fn the_offices_number_is_dialled_as_it_is_meant() {
        let page = page(|it| it.page.phone = Some("+31 (0)570 665 144".to_owned()));
        let html = page.html(Content::Closed);
        assert!(html.contains("<a href=\"tel:+31570665144\">+31 (0)570 665 144</a>"));
    }

    #[test]
    fn it_speaks_as_the_office_says() {
        let title = |lang, address| {
            let page = page(|it| (it.page.lang, it.page.address) = (lang, address));
            page.html(Content::Button(None))
        };
        use FormOfAddress::{Formal, Informal};
        assert!(title(Language::Dutch, Formal).contains("<h1>Uw dossier openen</h1>"));
        assert!(title(Language::Dutch, Informal).contains("<h1>Je dossier openen</h1>"));
        let english = title(Language::English, Informal);
        assert!(english.contains("<html lang=\"en\">") && english.contains("Open your dossier"));
    }

    #[test]
    fn a_tab_without_its_document_offers_no_button() {
        let page = page(|it| it.page.phone = Some("0570 12 34 56".to_owned()));
        for status in [StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND] {
            let html = page.html(Content::NoDocument(status));
            assert!(!html.contains("<form") && html.contains("tel:0570123456"));
        }
    }

    /// The portal says the same of who is signed out.
    #[test]
    fn who_is_signed_out_reads_the_same_in_a_tab() {
        let table = include_str!("../../src/i18n/table.rs");
        let english = include_str!("../../src/i18n/english.txt");
        for (words, texts) in [(&FORMAL, table), (&INFORMAL, table), (&ENGLISH, english)] {
            assert!(texts.contains(words.signed_out) && texts.contains(words.signed_out_more));
        }
    }

    /// On a page of another site a script of the portal shows the same button.
    #[test]
    fn the_portals_button_on_another_site_says_the_same() {
        let script = include_str!("../../src/platform/open_link.js");
        for words in [&FORMAL, &INFORMAL, &ENGLISH] {
            let question = |(label, hint): (&str, &str)| format!("{label} {hint}");
            for text in [
                words.title,
                words.more,
                words.button,
                words.other,
                words.other_more,
                words.other_button,
                words.wrong,
                &question(words.birth_date),
                &question(words.postcode),
            ] {
                assert!(script.contains(&format!("\"{text}\"")), "{text}");
            }
        }
    }
}
