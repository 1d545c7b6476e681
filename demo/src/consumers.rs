//! The demo's consumers by the names in `/open/<name>`: each reaches one state of the portal.

use crate::faults::SessionFault;

/// Who is looking when nobody says who: the specification's example.
pub const DEFAULT: &str = "voorbeeld";

/// One demo consumer.
#[derive(Debug, Clone, Copy)]
pub struct DemoConsumer {
    /// The name in `/open/<name>`, also taken as a `consumer_id`.
    pub name: &'static str,
    /// What there is to see, in one sentence.
    pub what: &'static str,
    /// What goes wrong.
    pub fault: Option<SessionFault>,
}

const fn good(name: &'static str, what: &'static str) -> DemoConsumer {
    DemoConsumer {
        name,
        what,
        fault: None,
    }
}

const fn faulty(name: &'static str, fault: SessionFault, what: &'static str) -> DemoConsumer {
    DemoConsumer {
        name,
        what,
        fault: Some(fault),
    }
}

/// All of them.
pub const ALL: [DemoConsumer; 19] = [
    good(
        DEFAULT,
        "Jan Janssen: het voorbeeld uit de specificatie van AccelerateConnect.",
    ),
    good(
        "eva",
        "Eva Bakker koopt met Thomas een huis: hypotheek, krediet, verzekering, een taxatie en 21 acties.",
    ),
    good(
        "thomas",
        "Thomas de Groot: hetzelfde dossier als Eva, met zijn eigen gegevens.",
    ),
    good(
        "documenten",
        "Downloads en opdrachten waar van alles mee is.",
    ),
    good("otd-50mb", "Een opdracht tot dienstverlening van 50 MB."),
    good("lang", "Een dossier met 5.000 acties."),
    good("leeg", "Een dossier zonder producten en zonder acties."),
    good(
        "gesloten",
        "Een gesloten dossier: de sessie is niet RUNNING.",
    ),
    good(
        "vijandig",
        "Vijandige teksten in elk veld en een vijandige tijdlijn.",
    ),
    faulty(
        "langzaam",
        SessionFault::Slow,
        "Het dossier komt pas na een paar seconden.",
    ),
    faulty(
        "storing",
        SessionFault::Failing,
        "Het dossier geeft status 500 met een HTML-pagina.",
    ),
    faulty(
        "geweigerd",
        SessionFault::Refused,
        "Het dossier geeft status 403 met de onbekende code CONSUMER_BLOCKED.",
    ),
    faulty(
        "verlopen",
        SessionFault::TokenExpired,
        "Het dossier geeft status 400 TOKEN_EXPIRED.",
    ),
    faulty(
        "geen-json",
        SessionFault::NotJson,
        "In plaats van een dossier komt er een HTML-pagina.",
    ),
    faulty(
        "half",
        SessionFault::CutOffJson,
        "De JSON van het dossier breekt halverwege af.",
    ),
    faulty(
        "weg",
        SessionFault::Closed,
        "De verbinding wordt verbroken zonder antwoord.",
    ),
    faulty(
        "niet-aangemeld",
        SessionFault::NotSignedIn,
        "Niemand is aangemeld: status 401 NOT_SIGNED_IN.",
    ),
    faulty(
        "verloopt",
        SessionFault::ExpiresLater,
        "Het dossier komt één keer; daarna is alles status 401 SESSION_EXPIRED, ook uploads.",
    ),
    faulty(
        "wisselvallig",
        SessionFault::Flaky,
        "Elke tweede keer geeft het dossier status 500; de eerste keer gaat het goed.",
    ),
];

/// The consumer of that name.
pub fn named(name: &str) -> Option<&'static DemoConsumer> {
    ALL.iter().find(|consumer| consumer.name == name)
}
